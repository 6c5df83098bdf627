//! Staff's thread about an incident, where a destination has threads: what was tried, what a
//! provider said, remarks, what was published, how it ended.
//!
//! The thread begins at the first post that asked about a draft; each entry is a post of its own, so
//! that it is sent once and in order. Must not: repeat there what the card shows.

use crate::{
    domain::{Audience, Destination, IncidentId, PostId},
    event::{DeliveryEvent, Output, Post, PostAction, TimelineKind},
    render::Facts,
};

use super::{Desk, join_within};

/// What an entry's post is about.
const ENTRY: &str = "timeline";
/// The same of the last one: the thread can be put away.
const LAST: &str = "timeline.end";

/// Whether a post is an entry, whose first line is the thread's name.
pub(super) fn is_entry(post: &Post) -> bool {
    post.subject == ENTRY || post.subject == LAST
}

/// Something for an incident's thread.
#[derive(Debug)]
pub(super) struct Entry {
    incident: IncidentId,
    subject: &'static str,
    text: String,
}

impl Desk<'_> {
    /// What of a decision belongs into its incident's thread.
    pub(super) fn entry_of(&self, output: &Output) -> Option<Entry> {
        let (incident, subject, text) = match output {
            Output::Timeline { incident: Some(id), kind, by, text } => {
                (*id, ENTRY, self.thread_entry(*kind, by, text))
            }
            Output::Update { incident, revision, kind, text, by, .. } => {
                let speech = self.speech();
                let facts = Facts::new()
                    .number("revision", *revision)
                    .text("kind", speech.kind(*kind))
                    .text("text", text.clone());
                let text = speech.say("timeline-update", facts);
                let facts = Facts::new().text("by", by.clone()).text("text", text);
                (*incident, ENTRY, speech.say("thread-entry", facts))
            }
            Output::Incident { id, state, .. } if !state.is_open() => {
                let facts = Facts::new().text("state", state.word());
                (*id, LAST, self.speech().say("thread-end", facts))
            }
            Output::Timeline { incident: None, .. }
            | Output::Incident { .. }
            | Output::Suspicion(_)
            | Output::SuspicionCleared { .. }
            | Output::SuspicionHeld { .. }
            | Output::HeadsUp { .. }
            | Output::Window { .. }
            | Output::Announcement { .. }
            | Output::WindowFails { .. }
            | Output::Series { .. }
            | Output::MonitorBlind { .. }
            | Output::MonitorRecovered { .. }
            | Output::Draft { .. }
            | Output::DraftStale { .. }
            | Output::DraftClosed { .. }
            | Output::DraftWaits { .. }
            | Output::Post(_)
            | Output::PostAgain { .. }
            | Output::ReportFiled { .. }
            | Output::ReportSettled { .. }
            | Output::Notice { .. }
            | Output::Reply { .. }
            | Output::Reminder { .. }
            | Output::Subscription(_)
            | Output::Mailing(_)
            | Output::MailingPage { .. }
            | Output::StaffNotice { .. } => return None,
        };
        Some(Entry { incident, subject, text })
    }

    fn thread_entry(&self, kind: TimelineKind, by: &str, text: &str) -> String {
        let key = match kind {
            TimelineKind::Tried => "timeline-tried",
            TimelineKind::UpstreamSaid => "timeline-upstream",
            TimelineKind::Note => "timeline-note",
        };
        let speech = self.speech();
        let text = speech.say(key, Facts::new().text("text", text));
        speech.say("thread-entry", Facts::new().text("by", by).text("text", text))
    }

    /// The first line of the body is the thread's name.
    pub(super) fn post_to_thread(&mut self, entry: &Entry) {
        let Entry { incident: id, subject, text } = entry;
        let id = *id;
        let all = self.destinations(Audience::Staff);
        let threaded: Vec<(Destination, PostId)> = all
            .into_iter()
            .filter(|one| one.abilities.threads)
            .filter_map(|one| Some((self.first_question(id, &one)?, one)))
            .map(|(first, one)| (one, first))
            .collect();
        let Some(incident) = self.records.incidents.get(&id).filter(|_| !threaded.is_empty())
        else {
            return;
        };
        let facts = Facts::new().text("incident", id.to_string()).text("title", &*incident.title);
        let name = self.speech().say("thread-name", facts).replace('\n', " ");
        self.notices += 1;
        let (seq, notice) = (self.context.seq.to_string(), self.notices.to_string());
        for (destination, first) in threaded {
            let post = Post {
                id: self.post_id(&["thread", &seq, &notice], &destination.id, None),
                destination: destination.id.clone(),
                audience: Audience::Staff,
                action: PostAction::Post,
                subject: (*subject).to_owned(),
                incident: Some(id),
                window: None,
                recipient: None,
                thread: Some(first),
                body: join_within(&format!("{name}\n{text}"), &[], &destination.limits),
                buttons: Vec::new(),
                picture: None,
            };
            self.decide(Output::Post(post));
        }
    }

    /// The post that an incident's thread begins at: the first that nobody deleted.
    fn first_question(&self, id: IncidentId, there: &Destination) -> Option<PostId> {
        let mut questions = self.records.questions(id);
        let first = questions.find(|(_, post)| {
            post.destination == there.id && post.last != Some(DeliveryEvent::Gone)
        });
        first.map(|(id, _)| id.clone())
    }
}
