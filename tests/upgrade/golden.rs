//! The golden incident: a data directory as version 0.1.0 left it when it was killed, and what was
//! true then.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use bellwether::{
    domain::{DraftId, IncidentId, PostId, Timestamp},
    engine::{Detector, Engine},
    event::{Body, DeliveryEvent, Entry, Input, Output},
    journal::{Journal, Options},
    outbox::{DeliveryState, Outbox},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a person would miss if it were different after an upgrade.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// When the last entry was made.
    pub ended_at: Timestamp,
    pub incidents: Vec<ToldIncident>,
    pub drafts: Vec<ToldDraft>,
    /// In the order in which they were decided.
    pub posts: Vec<ToldPost>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToldIncident {
    id: IncidentId,
    state: Value,
    impact: Value,
    servers: Value,
    title: Value,
    /// Published texts, oldest first.
    updates: Vec<Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToldDraft {
    id: DraftId,
    incident: IncidentId,
    kind: Value,
    revision: u64,
    text: Value,
    is_open: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToldPost {
    pub id: PostId,
    pub destination: String,
    pub subject: String,
    pub body: String,
    pub state: String,
}

impl Told {
    /// What a desk says.
    pub fn of<D: Detector>(engine: &Engine<D>, outbox: &Outbox) -> Self {
        let state: Value = serde_json::from_slice(&engine.snapshot()).expect("a snapshot");
        let records = &state["records"];
        let incidents = rows(&records["incidents"]).map(|incident| ToldIncident {
            id: read(&incident["id"]),
            state: incident["state"].clone(),
            impact: incident["impact"].clone(),
            servers: incident["servers"].clone(),
            title: incident["title"].clone(),
            updates: rows(&incident["updates"]).map(|update| update["text"].clone()).collect(),
        });
        let drafts = rows(&records["drafts"]).map(|draft| ToldDraft {
            id: read(&draft["id"]),
            incident: read(&draft["incident"]),
            kind: draft["kind"].clone(),
            revision: read(&draft["revision"]),
            text: draft["text"].clone(),
            is_open: draft["end"].is_null(),
        });
        let posts = outbox.listing().into_iter().map(|delivery| ToldPost {
            id: delivery.post.id.clone(),
            destination: delivery.post.destination.to_string(),
            subject: delivery.post.subject.clone(),
            body: delivery.post.body.clone(),
            state: word(&delivery.state).to_owned(),
        });
        Self {
            ended_at: read(&records["now"]),
            incidents: incidents.collect(),
            drafts: drafts.collect(),
            posts: posts.collect(),
        }
    }

    /// What the journal's entries say by themselves, without engine or outbox.
    fn of_entries(entries: &[Entry]) -> Self {
        let mut told = Ledger::default();
        for entry in entries {
            match &entry.body {
                Body::Input(happening) => told.input(&happening.input),
                Body::Decision(decision) => told.output(&decision.output),
            }
        }
        let inputs = entries.iter().filter(|entry| matches!(entry.body, Body::Input(_)));
        Self {
            ended_at: inputs.map(|entry| entry.at).max().expect("an input"),
            incidents: told.incidents.into_values().collect(),
            drafts: told.drafts.into_values().collect(),
            posts: told.posts,
        }
    }

    /// What the public was told of each incident.
    pub fn given_away(&self) -> Vec<(IncidentId, &[Value])> {
        self.incidents.iter().map(|incident| (incident.id, &*incident.updates)).collect()
    }

    pub fn post(&self, id: &PostId) -> &ToldPost {
        self.posts.iter().find(|post| post.id == *id).expect("the post is known")
    }
}

#[derive(Default)]
struct Ledger {
    incidents: BTreeMap<IncidentId, ToldIncident>,
    drafts: BTreeMap<DraftId, ToldDraft>,
    posts: Vec<ToldPost>,
}

impl Ledger {
    fn input(&mut self, input: &Input) {
        let Input::Delivery { post, event } = input else { return };
        let post = self.posts.iter_mut().find(|one| one.id == *post).expect("decided before");
        let state = match event {
            // What became of sending it stays as it was.
            DeliveryEvent::Gone => return,
            DeliveryEvent::Retry { .. } => "due",
            DeliveryEvent::Sending { .. }
            | DeliveryEvent::Sent { .. }
            | DeliveryEvent::Unknown { .. }
            | DeliveryEvent::Unresolved { .. }
            | DeliveryEvent::Failed { .. }
            | DeliveryEvent::Superseded { .. } => event.kind(),
        };
        post.state = state.to_owned();
    }

    fn output(&mut self, output: &Output) {
        let said = serde_json::to_value(output).expect("JSON");
        match output {
            Output::Incident { id, .. } => {
                let updates = self.incidents.remove(id).map(|one| one.updates);
                let told = ToldIncident {
                    id: *id,
                    state: said["state"].clone(),
                    impact: said["impact"].clone(),
                    servers: said["servers"].clone(),
                    title: said["title"].clone(),
                    updates: updates.unwrap_or_default(),
                };
                self.incidents.insert(*id, told);
            }
            Output::Draft { id, incident, revision, .. } => {
                let told = ToldDraft {
                    id: *id,
                    incident: *incident,
                    kind: said["kind"].clone(),
                    revision: (*revision).into(),
                    text: said["text"].clone(),
                    is_open: true,
                };
                self.drafts.insert(*id, told);
            }
            Output::DraftClosed { id, .. } => self.close(*id),
            Output::Update { incident, draft, .. } => {
                draft.iter().for_each(|id| self.close(*id));
                let incident = self.incidents.get_mut(incident).expect("opened before");
                incident.updates.push(said["text"].clone());
            }
            Output::Post(post) => self.posts.push(ToldPost {
                id: post.id.clone(),
                destination: post.destination.to_string(),
                subject: post.subject.clone(),
                body: post.body.clone(),
                state: "due".to_owned(),
            }),
            Output::PostAgain { post, .. } => {
                let posts = self.posts.iter_mut().filter(|one| one.id == *post);
                posts.for_each(|one| one.state = "due".to_owned());
            }
            Output::Suspicion(_)
            | Output::SuspicionCleared { .. }
            | Output::SuspicionHeld { .. }
            | Output::HeadsUp { .. }
            | Output::Window { .. }
            | Output::Announcement { .. }
            | Output::WindowFails { .. }
            | Output::Series { .. }
            | Output::MonitorBlind { .. }
            | Output::MonitorRecovered { .. }
            | Output::DraftStale { .. }
            | Output::DraftWaits { .. }
            | Output::ReportFiled { .. }
            | Output::ReportSettled { .. }
            | Output::Timeline { .. }
            | Output::Reply { .. }
            | Output::Reminder { .. }
            | Output::Notice { .. }
            | Output::Subscription(_)
            | Output::Mailing(_)
            | Output::MailingPage { .. }
            | Output::StaffNotice { .. } => {}
        }
    }

    fn close(&mut self, id: DraftId) {
        self.drafts.get_mut(&id).expect("made before").is_open = false;
    }
}

fn word(state: &DeliveryState) -> &'static str {
    match state {
        DeliveryState::Due { .. } => "due",
        DeliveryState::Sending { .. } => "sending",
        DeliveryState::Unknown { .. } => "unknown",
        DeliveryState::Sent { .. } => "sent",
        DeliveryState::Unresolved { .. } => "unresolved",
        DeliveryState::Failed { .. } => "failed",
        DeliveryState::Superseded { .. } => "superseded",
    }
}

/// The values of an object or list, in order of their numbers.
fn rows(value: &Value) -> impl Iterator<Item = Value> {
    let mut rows: Vec<(u64, Value)> = match value {
        Value::Object(object) => {
            object.iter().map(|(key, row)| (key.parse().unwrap_or(0), row.clone())).collect()
        }
        Value::Array(list) => list.iter().map(|row| (0, row.clone())).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            panic!("neither list nor object: {value}")
        }
    };
    rows.sort_by_key(|(number, _)| *number);
    rows.into_iter().map(|(_, row)| row)
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).expect("of its type")
}

/// No reserve, so that tests need no disk space.
pub fn options() -> Options {
    Options { reserve_bytes: 0, ..Options::default() }
}

/// A copy of the golden incident.
pub struct Golden {
    dir: tempfile::TempDir,
    pub expected: Told,
}

impl Golden {
    /// Copies it, with the snapshots that the killed bot had, or without any.
    pub fn copy(with_snapshots: bool) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        copy(&place().join("data"), dir.path());
        if !with_snapshots {
            for file in fs::read_dir(dir.path().join("snapshots")).expect("snapshots") {
                fs::remove_file(file.expect("a file").path()).expect("removable");
            }
        }
        let expected = fs::read_to_string(place().join("expected.json")).expect("readable");
        Self { dir, expected: serde_json::from_str(&expected).expect("as it was written") }
    }

    pub fn open(&self) -> Journal {
        Journal::open(self.dir.path(), options()).expect("it opens")
    }

    /// Makes it the data directory of a bot's home.
    pub fn put_into(&self, home: &Path) {
        copy(self.dir.path(), &home.join("data"));
    }

    /// The one post that was leaving when the bot was killed.
    pub fn in_flight(&self) -> PostId {
        let mut leaving = self.expected.posts.iter().filter(|post| post.state == "sending");
        let post = leaving.next().expect("one was in flight");
        assert!(leaving.next().is_none(), "only one was");
        post.id.clone()
    }
}

/// Puts a killed bot's data directory, and what is true of it, into the source tree.
pub fn commit(data: &Path) {
    let place = place();
    assert!(!place.exists(), "an old golden incident is kept as it is");
    copy(data, &place.join("data"));
    for name in ["lock", "reserve"] {
        let _ = fs::remove_file(place.join("data").join(name));
    }
    let journal = Journal::open(data, options()).expect("it opens");
    let entries: Vec<Entry> = journal.entries(0).map(|entry| entry.expect("readable")).collect();
    let told = serde_json::to_string_pretty(&Told::of_entries(&entries)).expect("JSON");
    fs::write(place.join("expected.json"), told + "\n").expect("writable");
}

fn place() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/golden-incident")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for file in fs::read_dir(from).expect("a directory") {
        let file = file.expect("a file");
        let to = to.join(file.file_name());
        if file.file_type().expect("a type").is_dir() {
            copy(&file.path(), &to);
        } else {
            fs::copy(file.path(), to).expect("copied");
        }
    }
}
