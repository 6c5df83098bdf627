//! Public words: titles, drafts, the promise of the next update, acknowledgements, follow-ups.

use chrono::{TimeDelta, Timelike};

use crate::{
    domain::{Destination, Impact, Limits, ServerId, Suspicion, Timestamp, UpdateKind, Wording},
    engine::records::{Incident, Published, seconds},
    render::{self, Facts},
};

use super::{Speech, wording::Said};

/// More public names than this are told as a number.
const NAMED_MAX: usize = 4;
/// The same where words are few.
const NAMED_IN_SHORT_MAX: usize = 2;

/// No cause is offered to the public below this.
const CAUSE_PROBABILITY_MIN: f64 = 0.95;

/// Words for a draft, and the last line of them that promises the next update.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::engine) struct Words {
    pub text: String,
    pub promise: Option<String>,
    /// The words in short, without a promise.
    pub short: Option<String>,
    /// What readers of other languages and zones get.
    pub wordings: Vec<Wording>,
}

/// One update for one destination, before it is made to fit.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Told<'a> {
    pub title: &'a str,
    pub text: &'a str,
    pub short: Option<&'a str>,
    pub promise: Option<&'a str>,
}

/// One update for everybody, before it is told to some.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Spoken<'a> {
    /// The main words, without the promise.
    pub body: &'a str,
    pub short: Option<&'a str>,
    /// For readers of other languages and zones.
    pub wordings: &'a [Wording],
}

impl Speech<'_> {
    /// What becomes of an update in the words that the readers of a destination get.
    pub fn told_at(
        &self,
        destination: &Destination,
        spoken: &Spoken<'_>,
        (title, next): (&str, Option<Timestamp>),
        fit: impl FnOnce(&Speech<'_>, &Told<'_>) -> String,
    ) -> String {
        let locale = self.records.settings.locale_of(destination);
        let wording = spoken.wordings.iter().find(|one| one.locale == locale);
        let speech = if wording.is_some() { self.to(&locale) } else { *self };
        let promise = next.map(|next| speech.promise(next));
        let told = Told {
            title: wording.map_or(title, |wording| &wording.title),
            text: wording.map_or(spoken.body, |wording| &wording.text),
            short: wording.map_or(spoken.short, |wording| wording.short.as_deref()),
            promise: promise.as_deref(),
        };
        fit(&speech, &told)
    }

    /// Servers as the public knows them; those without a public name are never named.
    pub fn public_servers(&self, servers: &[ServerId]) -> String {
        self.public_servers_within(servers, NAMED_MAX)
    }

    /// The same in few words: more than `named_max` names are told as a number.
    fn public_servers_within(&self, servers: &[ServerId], named_max: usize) -> String {
        let fleet = self.fleet();
        let names: Vec<String> = servers
            .iter()
            .filter_map(|id| {
                fleet.servers.iter().find(|server| server.id == *id)?.public_name.clone()
            })
            .collect();
        let unnamed = servers.len() - names.len();
        if names.is_empty() {
            return self.say("servers-unnamed", Facts::new().number("count", unnamed.max(1)));
        }
        if names.len() > named_max {
            return self.say("servers-many", Facts::new().number("count", servers.len()));
        }
        let mut names = names;
        if unnamed > 0 {
            names.push(self.say("servers-others", Facts::new()));
        }
        self.list(&names)
    }

    /// The shared cause that the evidence names surely enough to be offered to the public, in its
    /// words: a measured component, never a single server.
    pub fn shared_cause(&self, incident: &Incident) -> Option<String> {
        let suspicion = &self.records.suspicion_of(incident)?.suspicion;
        let cause = suspicion.causes.first()?;
        let is_shared = suspicion.servers.len() > 1 && cause.kind != "server";
        let is_sure = cause.class_probability >= CAUSE_PROBABILITY_MIN && !suspicion.reports_only;
        (is_shared && is_sure).then(|| self.public_component(&cause.kind, &cause.id))
    }

    /// A component as the public knows it.
    pub(super) fn public_component(&self, kind: &str, id: &str) -> String {
        let fleet = self.fleet();
        let component = fleet.components.iter().find(|one| one.id.as_str() == id);
        let server = fleet.servers.iter().find(|one| one.id.as_str() == id);
        component
            .and_then(|one| one.public_name.clone())
            .or_else(|| server.and_then(|one| one.public_name.clone()))
            .unwrap_or_else(|| {
                self.say("component-public", Facts::new().text("kind", super::kind_word(kind)))
            })
    }

    /// The title of an incident that a suspicion opens.
    pub fn title(&self, servers: &[ServerId], impact: Impact, reports_only: bool) -> String {
        let facts = Facts::new()
            .text("servers", self.public_servers(servers))
            .text("impact", impact.word());
        self.say(if reports_only { "title-reported" } else { "title" }, facts)
    }

    /// The bot's words for an update of `incident`, with the promise that would hold `now`.
    pub fn draft(&self, incident: &Incident, kind: UpdateKind, now: Timestamp) -> Words {
        let next = self.next_update(incident, kind, now);
        self.for_everybody(incident, next, |speech| speech.update(incident, kind, now))
    }

    /// The bot's words for an update in one language.
    fn update(&self, incident: &Incident, kind: UpdateKind, now: Timestamp) -> Said {
        let suspicion =
            incident.suspicion.and_then(|id| self.records.suspicions.get(&self.records.alias(id)));
        let voice = match suspicion {
            None => Voice::Opened,
            Some(record) if record.suspicion.reports_only => Voice::Reported,
            Some(_) => Voice::Measured,
        };
        let until = suspicion.and_then(|record| record.cleared_at).unwrap_or(now);
        let watching = incident.state == crate::domain::IncidentState::Monitoring;
        let cause = self.shared_cause(incident);
        let key = match cause {
            Some(_) if kind == UpdateKind::Identified => "draft-identified-cause",
            Some(_) | None if kind == UpdateKind::Update && incident.is_wider_than_published() => {
                "draft-wider"
            }
            Some(_) | None => key(kind, voice, watching),
        };
        let (from, to) = self.about_span(incident.since, until);
        self.long_and_short(key, incident, |facts| {
            facts
                .text("title", self.title_for_readers(incident))
                .text("since", from.clone())
                .text("until", to.clone())
                .text("cause", cause.clone().unwrap_or_default())
        })
    }

    /// A message about an incident and its short form: fewer names, and less said where the message
    /// has a shorter one.
    fn long_and_short(
        &self,
        key: &str,
        incident: &Incident,
        more: impl Fn(Facts) -> Facts,
    ) -> Said {
        let say = |key: &str, trouble: &str, named_max: usize| {
            let servers = self.public_servers_within(&incident.servers, named_max);
            let facts = || {
                let facts = Facts::new().text("servers", servers.clone());
                more(facts.text("impact", incident.impact.word()))
            };
            self.say(key, facts().text("trouble", self.say(trouble, facts())))
        };
        let shorter = format!("{key}-short");
        let short_key = if self.words.has(&shorter) { &shorter } else { key };
        Said {
            text: say(key, "trouble", NAMED_MAX),
            short: say(short_key, "trouble-short", NAMED_IN_SHORT_MAX),
        }
    }

    /// Words for trouble that came back.
    pub fn draft_back(&self, incident: &Incident, suspicion: &Suspicion, now: Timestamp) -> Words {
        let key = if suspicion.reports_only { "draft-back-reported" } else { "draft-back" };
        let next = self.next_update(incident, UpdateKind::Update, now);
        let back = |speech: &Speech<'_>| speech.long_and_short(key, incident, |facts| facts);
        self.for_everybody(incident, next, back)
    }

    /// `body` with the promise as its last line.
    pub fn with_promise(&self, body: &str, next: Option<Timestamp>) -> Words {
        let promise = next.map(|next| self.promise(next));
        let text = match &promise {
            Some(promise) => format!("{body}\n{promise}"),
            None => body.to_owned(),
        };
        Words { text, promise, short: None, wordings: Vec::new() }
    }

    /// The line that promises the next update.
    pub fn promise(&self, next: Timestamp) -> String {
        self.say("promise", Facts::new().text("time", self.moment(next)))
    }

    /// When the update after one published at `now` is promised: never after a last word.
    pub fn next_update(
        &self,
        _incident: &Incident,
        kind: UpdateKind,
        now: Timestamp,
    ) -> Option<Timestamp> {
        match kind {
            UpdateKind::Resolved | UpdateKind::FalseAlarm | UpdateKind::PostMortem => None,
            UpdateKind::Investigating
            | UpdateKind::Holding
            | UpdateKind::Identified
            | UpdateKind::Update
            | UpdateKind::Monitoring => {
                let next = now + seconds(self.records.settings.policy.update_every_s);
                // The words tell minutes: what they say must not be later than what is meant.
                let second = TimeDelta::seconds(i64::from(next.second()))
                    + TimeDelta::nanoseconds(i64::from(next.nanosecond()));
                Some(if next - second > now { next - second } else { next })
            }
        }
    }

    /// An update's words as they fit a destination: in short where the long ones do not fit.
    /// Promise and link are never cut off. Where the destination has room for a headline, the
    /// incident's title is the first line.
    pub fn body(&self, incident: &Incident, told: &Told<'_>, to: &Destination) -> String {
        let link = self
            .records
            .settings
            .public_url
            .as_ref()
            .filter(|_| !to.abilities.linkless)
            .map(|url| format!("{}/incidents/{}", url.trim_end_matches('/'), incident.id));
        let tail: Vec<&str> = told.promise.into_iter().chain(link.as_deref()).collect();
        let main = if to.abilities.headline {
            format!("{}\n{}", told.title, told.text)
        } else {
            told.text.to_owned()
        };
        let whole: String = [&*main].iter().chain(&tail).copied().collect::<Vec<_>>().join("\n");
        let fits = render::fit(&whole, &to.limits) == whole;
        match told.short.filter(|_| !fits) {
            Some(short) => join_within(short, &tail, &to.limits),
            None => join_within(&main, &tail, &to.limits),
        }
    }

    /// The answer to a report. `linked`: the server that its author is known to belong to, and how
    /// many people reported it; the form is the same for everybody else.
    pub fn acknowledgement(&self, linked: Option<(&ServerId, u32)>) -> String {
        let told: Vec<String> = self
            .records
            .open_incidents()
            .filter_map(|incident| incident.updates.last())
            .rev_take(2)
            .into_iter()
            .map(|published| {
                let state = Facts::new().text("state", published.state.word());
                let facts = Facts::new()
                    .text("title", self.title_of(published))
                    .text("state", self.say("state", state));
                self.say("acknowledgement-incident", facts)
            })
            .collect();
        let known = if told.is_empty() {
            self.say("acknowledgement-unknown", Facts::new())
        } else {
            self.say("acknowledgement-known", Facts::new().text("incidents", told.join("; ")))
        };
        let said = self.say("acknowledgement", Facts::new().text("known", known));
        let Some((server, people)) = linked else { return said };
        let name = self.fleet().servers.iter().find(|one| one.id == *server);
        let name = name
            .and_then(|server| server.public_name.clone())
            .unwrap_or_else(|| self.say("acknowledgement-server", Facts::new()));
        let facts = Facts::new().number("people", people.max(1)).text("server", name);
        format!("{said} {}", self.say("acknowledgement-people", facts))
    }

    /// The title that was published, as these readers were told it.
    fn title_of(&self, published: &Published) -> String {
        let told = published.wordings.iter().find(|one| one.locale.language == self.language);
        told.map_or_else(|| published.title.clone(), |wording| wording.title.clone())
    }

    /// What a reporter hears when an incident is identified or over.
    pub fn follow_up(&self, kind: UpdateKind, text: &str) -> String {
        let key = if kind == UpdateKind::Resolved {
            "follow-up-resolved"
        } else {
            "follow-up-identified"
        };
        self.say(key, Facts::new().text("text", text))
    }
}

/// What an incident rests on, which its words must not hide.
#[derive(Clone, Copy, PartialEq)]
enum Voice {
    Measured,
    Reported,
    Opened,
}

fn key(kind: UpdateKind, voice: Voice, watching: bool) -> &'static str {
    match (kind, voice) {
        (UpdateKind::Investigating | UpdateKind::Holding, Voice::Opened) => {
            "draft-investigating-opened"
        }
        (UpdateKind::Investigating | UpdateKind::Holding, Voice::Reported) => {
            "draft-investigating-reported"
        }
        (UpdateKind::Investigating, Voice::Measured) => "draft-investigating",
        (UpdateKind::Holding, Voice::Measured) => "draft-holding",
        (UpdateKind::Identified, Voice::Measured) => "draft-identified",
        (UpdateKind::Identified, Voice::Reported | Voice::Opened) => "draft-identified-opened",
        (UpdateKind::Update, Voice::Opened) if watching => "draft-watching-opened",
        (UpdateKind::Update, Voice::Measured | Voice::Reported) if watching => "draft-watching",
        (UpdateKind::Update, Voice::Opened) => "draft-update-opened",
        (UpdateKind::Update, Voice::Reported) => "draft-update-reported",
        (UpdateKind::Update, Voice::Measured) => "draft-update",
        (UpdateKind::Monitoring, Voice::Opened) => "draft-monitoring-opened",
        (UpdateKind::Monitoring, Voice::Measured | Voice::Reported) => "draft-monitoring",
        // Of what happened the bot has no words of its own but that it is over.
        (UpdateKind::Resolved | UpdateKind::PostMortem, Voice::Opened) => "draft-resolved-opened",
        (UpdateKind::Resolved | UpdateKind::PostMortem, Voice::Measured | Voice::Reported) => {
            "draft-resolved"
        }
        (UpdateKind::FalseAlarm, Voice::Opened) => "draft-false-alarm-opened",
        (UpdateKind::FalseAlarm, Voice::Measured | Voice::Reported) => "draft-false-alarm",
    }
}

/// `main` cut so that the lines of `tail` fit after it; a tail that leaves no room for words is
/// dropped from its end.
pub(in crate::engine) fn join_within(main: &str, tail: &[&str], limits: &Limits) -> String {
    const MAIN_MIN: u32 = 20;
    let mut tail = tail.to_vec();
    loop {
        let end: String = tail.iter().map(|line| format!("\n{line}")).collect();
        let room = render::beside(limits, &end);
        if room.length_max >= MAIN_MIN || tail.is_empty() {
            return format!("{}{end}", render::fit(main, &room));
        }
        tail.pop();
    }
}

trait RevTake<T> {
    fn rev_take(self, count: usize) -> Vec<T>;
}

impl<T, I: Iterator<Item = T>> RevTake<T> for I {
    /// The last `count` items, last first.
    fn rev_take(self, count: usize) -> Vec<T> {
        let mut all: Vec<T> = self.collect();
        all.reverse();
        all.truncate(count);
        all
    }
}
