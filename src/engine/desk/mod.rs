//! Where decisions are taken: findings, commands, reports, deadlines and deliveries become
//! outputs, each applied to the records the moment it is decided.
//!
//! A [`Desk`] lives for one input. Must not: touch the detector, or change the records other than
//! by [`Desk::decide`]. Start at [`Desk::work_on_input`] and [`Desk::work_on_findings`].

mod busy;
mod commands;
mod deliveries;
mod drafting;
mod mailings;
mod notices;
mod pictures;
mod post_mortems;
mod publishing;
mod reload;
mod reports;
mod subscribers;
mod suspicions;
mod taking_back;
mod threads;
mod timers;
mod windows;

pub(super) use publishing::body_of;

use crate::{
    command::Button,
    domain::{
        Audience, Destination, DestinationId, IncidentId, Locale, PersonId, PostId, ServerId,
        Timestamp,
    },
    event::{Input, Output, Post, PostAction, PostButton, post_id},
    render::{Facts, Words},
};

use super::{
    detect::Finding,
    explain::Chart,
    records::{Context, EvidenceChange, Records},
    speech::{Speech, join_within},
};

/// Gives the counts of servers by the minute.
pub(super) type Counts<'a> = &'a dyn Fn(&[ServerId], usize) -> Chart;

/// One input's worth of decisions.
#[derive(Debug)]
pub(super) struct Desk<'e> {
    pub records: &'e mut Records,
    pub words: &'e Words,
    pub context: Context<'e>,
    /// What was decided, in order.
    pub outputs: Vec<Output>,
    /// What of it is new to the detector; taken out when the detector has heard it.
    pub changes: Vec<EvidenceChange>,
    notices: u32,
}

/// Words to staff, and what they can do about them.
#[derive(Debug, Default)]
struct Asking<'a> {
    text: &'a str,
    /// What can be pressed.
    buttons: Vec<Button>,
    /// The lines that can be typed instead, where nothing can be pressed.
    commands: String,
}

impl<'e> Desk<'e> {
    pub fn new(records: &'e mut Records, words: &'e Words, context: Context<'e>) -> Self {
        Self { records, words, context, outputs: Vec::new(), changes: Vec::new(), notices: 0 }
    }

    /// What the input itself asks for.
    pub fn work_on_input(&mut self, chart: Counts<'_>) {
        match &self.context.happening.input {
            Input::Started { settings, reload, .. } => {
                if let Some(reload) = reload {
                    self.hear_of_reload(reload);
                }
                if settings.is_some() {
                    self.follow_fleet();
                }
            }
            Input::ProbeResult { .. } => {}
            Input::Report { .. } => self.take_report(),
            Input::Command { by, role, text } => self.take_command(by, *role, text, chart),
            Input::Notice { notice } => self.hear_notice(notice),
            Input::Learned { .. } => {}
            Input::Busy { calendar } => self.hear_of_busy(calendar),
            Input::Trouble { text } => self.notify_staff("trouble", text.clone(), None),
            Input::Subscribe { .. } => self.take_subscription(),
            Input::Confirm { person, key } => self.hear_confirmation(person, key),
            Input::Unsubscribe { person, key } => self.unsubscribe(person, key.as_deref()),
            Input::Bounced { person, reason } => self.suspend(person, reason),
            Input::Timer { .. } => self.meet_deadline(),
            Input::Delivery { post, event } => self.hear_of_delivery(post, event),
        }
    }

    /// What the detector found.
    pub fn work_on_findings(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            match finding {
                Finding::Suspected(found) => self.suspect(&found),
                Finding::Merged { id, into } => self.merge(id, into),
                Finding::Recovering(id) => self.recovering(id),
                Finding::Cleared(id) => self.clear(id),
                Finding::Gone(id) => self.give_up(id),
                Finding::HeadsUp { servers, people, shared, failed } => {
                    self.heads_up(servers, people, &shared, failed);
                }
                Finding::Blind { vantage } => self.blind(&vantage),
                Finding::Sees { vantage } => self.sees(&vantage),
            }
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.context.received
    }

    fn decide(&mut self, mut output: Output) {
        if let Output::Post(post) = &mut output {
            self.mark_times(post);
        }
        self.changes.extend(self.records.apply(&self.context, &output));
        let entry = self.entry_of(&output);
        self.outputs.push(output);
        if let Some(entry) = entry {
            self.post_to_thread(&entry);
        }
    }

    /// Moments in a post are marked where the destination tells each reader their own time; not in
    /// a headline or a thread's name.
    fn mark_times(&self, post: &mut Post) {
        let all = &self.records.settings.destinations;
        let there = all.iter().find(|one| one.id == post.destination && one.abilities.times);
        let incident = post.incident.and_then(|id| self.records.incidents.get(&id));
        let window = post.window.and_then(|id| self.records.windows.get(&id));
        let Some(there) = there.filter(|_| incident.is_some() || window.is_some()) else { return };
        let locale = self.locale_at(there);
        let speech = self.speech().to(&locale);
        let has_name = match post.audience {
            Audience::Public => there.abilities.headline,
            Audience::Staff => threads::is_entry(post),
            Audience::Reporters => false,
        };
        let name_length =
            if has_name { post.body.find('\n').unwrap_or(post.body.len()) } else { 0 };
        let (name, words) = post.body.split_at(name_length);
        let mut words = words.to_owned();
        if let Some(window) = window {
            words = speech.with_times_of_window(&words, &window.window);
        }
        if let Some(incident) = incident {
            words = speech.with_times_marked(&words, incident);
        }
        post.body = format!("{name}{words}");
    }

    /// How those who read a destination do so: staff in the bot's own language everywhere.
    fn locale_at(&self, destination: &Destination) -> Locale {
        match destination.audience {
            Audience::Staff => self.records.settings.main_locale(),
            Audience::Public | Audience::Reporters => self.records.settings.locale_of(destination),
        }
    }

    /// How a person who is reached by a destination reads: in their own language where it is known
    /// and spoken.
    fn locale_for(&self, person: &PersonId, destination: &Destination) -> Locale {
        let theirs = self.records.people.get(person).and_then(|one| one.language.clone());
        let locale = self.records.settings.locale_of(destination);
        match theirs.filter(|language| self.words.speaks(language)) {
            Some(language) => Locale { language, ..locale },
            None => locale,
        }
    }

    fn speech(&self) -> Speech<'_> {
        Speech::new(self.words, self.records)
    }

    fn reply(&mut self, ok: bool, text: String) {
        self.decide(Output::Reply { ok, text });
    }

    fn destinations(&self, audience: Audience) -> Vec<Destination> {
        let all = &self.records.settings.destinations;
        let those = all.iter().filter(|one| one.audience == audience);
        those.map(|one| self.as_learned(one)).collect()
    }

    /// A destination with what it said of itself.
    fn as_learned(&self, destination: &Destination) -> Destination {
        let learned = self.records.learned.get(&destination.id);
        let limits = learned.map_or(destination.limits, |one| destination.limits.within(one));
        Destination { limits, ..destination.clone() }
    }

    /// The destinations that reach a reporter of this source.
    fn destinations_for(&self, source: &str) -> Vec<Destination> {
        let mut all = self.destinations(Audience::Reporters);
        all.retain(|one| self.serves(one, source));
        all
    }

    /// Whether people of this source are a reporters' destination's to reach: those for them alone
    /// come first, and only where there are none those for anybody.
    fn serves(&self, destination: &Destination, source: &str) -> bool {
        let is_own = |one: &Destination| one.abilities.reaches.as_deref() == Some(source);
        let all = &self.records.settings.destinations;
        let has_own = || all.iter().any(|one| one.audience == Audience::Reporters && is_own(one));
        is_own(destination) || (destination.abilities.reaches.is_none() && !has_own())
    }

    /// The id of a post about a subject of this installation.
    fn post_id(
        &self,
        subject: &[&str; 3],
        destination: &DestinationId,
        recipient: Option<&PersonId>,
    ) -> PostId {
        self.id_of(PostAction::Post, subject, destination, recipient)
    }

    fn id_of(
        &self,
        action: PostAction,
        subject: &[&str; 3],
        destination: &DestinationId,
        recipient: Option<&PersonId>,
    ) -> PostId {
        let [kind, id, revision] = *subject;
        let recipient = recipient.map_or("", PersonId::as_str);
        let (installation, action) = (self.records.installation.as_str(), action.word());
        post_id(&[installation, kind, id, revision, action, destination.as_str(), recipient])
    }

    /// What can be pressed under a post at a destination.
    fn buttons_at(&self, destination: &Destination, buttons: &[Button]) -> Vec<PostButton> {
        self.buttons_in(&self.locale_at(destination), destination, buttons)
    }

    fn buttons_in(
        &self,
        locale: &Locale,
        destination: &Destination,
        buttons: &[Button],
    ) -> Vec<PostButton> {
        let shown = buttons.iter().filter(|_| destination.abilities.buttons);
        let speech = self.speech().to(locale);
        shown
            .map(|button| PostButton {
                id: button.id(),
                label: speech.say(button.label_key(), Facts::new()),
            })
            .collect()
    }

    /// A post to every staff destination but `except`.
    fn tell_staff(
        &mut self,
        subject: &str,
        incident: Option<IncidentId>,
        text: &str,
        except: Option<&DestinationId>,
    ) {
        let all = self.destinations(Audience::Staff);
        let others = all.into_iter().filter(|one| except != Some(&one.id));
        self.ask_at(others, subject, incident, &Asking { text, ..Asking::default() });
    }

    /// The same with what can be done about it.
    fn ask_staff(&mut self, subject: &str, incident: IncidentId, asking: &Asking<'_>) {
        let all = self.destinations(Audience::Staff);
        self.ask_at(all.into_iter(), subject, Some(incident), asking);
    }

    fn ask_at(
        &mut self,
        destinations: impl Iterator<Item = Destination>,
        subject: &str,
        incident: Option<IncidentId>,
        asking: &Asking<'_>,
    ) {
        self.notices += 1;
        let (seq, notice) = (self.context.seq.to_string(), self.notices.to_string());
        for destination in destinations {
            let buttons = self.buttons_at(&destination, &asking.buttons);
            // Beside buttons that do the same, nobody has to type.
            let is_typed = buttons.is_empty() && !asking.commands.is_empty();
            let typed = ["", &asking.commands];
            let tail = if is_typed { &typed[..] } else { &[] };
            let post = Post {
                id: self.post_id(&["notice", &seq, &notice], &destination.id, None),
                destination: destination.id.clone(),
                audience: Audience::Staff,
                action: PostAction::Post,
                subject: subject.to_owned(),
                incident,
                window: None,
                recipient: None,
                thread: None,
                body: join_within(asking.text, tail, &destination.limits),
                buttons,
                picture: None,
            };
            self.decide(Output::Post(post));
        }
    }

    /// Something amiss, as a decision and as posts.
    fn notify_staff(&mut self, subject: &str, text: String, except: Option<&DestinationId>) {
        self.decide(Output::StaffNotice { text: text.clone() });
        self.tell_staff(subject, None, &text, except);
    }
}
