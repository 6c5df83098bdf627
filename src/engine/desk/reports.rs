//! Customers' reports: taken in, acknowledged, shown to staff where they are no evidence.

use chrono::TimeDelta;

use crate::{
    command::Button,
    domain::{Audience, Locale, PersonId, ReportId, ServerId},
    engine::{
        records::{Person, REPEAT_WITHIN_S},
        speech::{Speech, join_within},
    },
    event::{Input, Output, Post, PostAction},
    render::{self, Facts},
};

use super::{Asking, Desk};

/// One acknowledgement for one person in this time, in seconds.
const ACKNOWLEDGED_WITHIN_S: i64 = 3600;
/// Notices to staff about reports that are no evidence, within ten minutes.
const TOLD_MAX: usize = 10;
const TOLD_WITHIN_S: i64 = 600;
/// A report that happened longer before it was received is no evidence, in seconds.
const LATE_S_MAX: i64 = 600;
/// One that is further in the future is none, in seconds.
const EARLY_S_MAX: i64 = 30;

impl Desk<'_> {
    pub(super) fn take_report(&mut self) {
        let Input::Report { id, reporter, source, domain, confirmed, answered, language, .. } =
            &self.context.happening.input
        else {
            return;
        };
        if self.records.reports.contains_key(id) {
            return;
        }
        let server = domain
            .as_ref()
            .and_then(|domain| self.records.settings.fleet.domains.get(domain.as_str()).cloned());
        let reason = self.why_no_evidence(reporter, server.as_ref(), *confirmed);
        let incident = server.as_ref().and_then(|server| {
            self.records.open_incidents().find(|one| one.servers.contains(server)).map(|one| one.id)
        });
        let linked = server.clone().filter(|server| {
            *confirmed
                && self.records.people.get(reporter).is_some_and(|one| one.servers.contains(server))
        });
        self.decide(Output::ReportFiled {
            report: id.clone(),
            person: reporter.clone(),
            server: server.clone(),
            incident,
            counted: reason.is_none(),
            reason: reason.map(str::to_owned),
        });
        if *answered {
            let main = self.records.settings.main_locale();
            let theirs = language.clone().filter(|language| self.words.speaks(language));
            let locale = Locale { language: theirs.unwrap_or(main.language), ..main };
            let text = self.words_for(&self.speech().to(&locale), linked.as_ref());
            self.reply(true, text);
        } else {
            self.acknowledge(id, reporter, source, linked.as_ref());
        }
        match reason {
            Some("unknown_domain") => self.show_report(id, source, None),
            Some("unconfirmed") => self.show_report(id, source, server.as_ref()),
            Some(_) | None => {}
        }
    }

    fn why_no_evidence(
        &self,
        reporter: &PersonId,
        server: Option<&ServerId>,
        confirmed: bool,
    ) -> Option<&'static str> {
        let age_s = (self.now() - self.context.happening.at).num_seconds();
        let person = self.records.people.get(reporter);
        if !confirmed {
            Some("unconfirmed")
        } else if server.is_none() {
            Some("unknown_domain")
        } else if age_s > LATE_S_MAX {
            Some("late")
        } else if age_s < -EARLY_S_MAX {
            Some("in_the_future")
        } else if person.is_some_and(|person| is_repeat(person, self.context.happening.at)) {
            Some("repeat")
        } else {
            None
        }
    }

    /// The same form for every domain; counts only to somebody linked to the server.
    fn acknowledge(
        &mut self,
        id: &ReportId,
        person: &PersonId,
        source: &str,
        linked: Option<&ServerId>,
    ) {
        let last = self.records.people.get(person).and_then(|one| one.acknowledged_at);
        if last.is_some_and(|at| (self.now() - at).num_seconds() < ACKNOWLEDGED_WITHIN_S) {
            return;
        }
        for destination in self.destinations_for(source) {
            let locale = self.locale_for(person, &destination);
            let text = self.words_for(&self.speech().to(&locale), linked);
            let subject = ["acknowledgement", id.as_str(), "1"];
            let post = Post {
                id: self.post_id(&subject, &destination.id, Some(person)),
                destination: destination.id.clone(),
                audience: Audience::Reporters,
                action: PostAction::Post,
                subject: "acknowledgement".to_owned(),
                incident: None,
                window: None,
                recipient: Some(person.clone()),
                thread: None,
                body: join_within(&text, &[], &destination.limits),
                buttons: Vec::new(),
                picture: None,
            };
            self.decide(Output::Post(post));
        }
    }

    fn words_for(&self, speech: &Speech<'_>, linked: Option<&ServerId>) -> String {
        speech.acknowledgement(linked.map(|server| (server, self.people_on(server))))
    }

    /// Distinct people who reported a server in the last six hours.
    fn people_on(&self, server: &ServerId) -> u32 {
        let from = self.now() - TimeDelta::seconds(REPEAT_WITHIN_S);
        let people: std::collections::BTreeSet<&PersonId> = self
            .records
            .report_order
            .iter()
            .rev()
            .filter_map(|id| self.records.reports.get(id))
            .take_while(|report| report.at >= from)
            .filter(|report| report.server.as_ref() == Some(server))
            .filter(|report| !report.dismissed && report.reason.as_deref() != Some("unconfirmed"))
            .map(|report| &report.person)
            .collect();
        u32::try_from(people.len()).unwrap_or(u32::MAX)
    }

    fn show_report(&mut self, id: &ReportId, source: &str, server: Option<&ServerId>) {
        if !self.records.reports.contains_key(id) {
            // One person's flood: what is not kept is not shown either.
            return;
        }
        let since = self.now() - TimeDelta::seconds(TOLD_WITHIN_S);
        let told = self.records.report_told_at.iter().filter(|at| **at > since).count();
        let staff = self.destinations(Audience::Staff).len().max(1);
        if told >= TOLD_MAX * staff {
            return;
        }
        let is_last = told + staff >= TOLD_MAX * staff;
        let speech = self.speech();
        let about = server.map(|server| {
            let name = speech.staff_name(server.as_str());
            speech.say("staff-report-about", Facts::new().text("server", name))
        });
        let facts = Facts::new()
            .text("report", id.to_string())
            .text("source", speech.tamed(source))
            .text("words", render::report_marker(id))
            .text("server", about.unwrap_or_default());
        let key =
            if server.is_some() { "staff-report-unconfirmed" } else { "staff-report-unknown" };
        let mut text = speech.say(key, facts);
        if is_last {
            text = format!("{text}\n{}", speech.say("staff-report-many", Facts::new()));
        }
        let commands =
            speech.say("staff-report-commands", Facts::new().text("report", id.to_string()));
        let asking = Asking { text: &text, buttons: Button::about_report(id), commands };
        self.ask_at(self.destinations(Audience::Staff).into_iter(), "report", None, &asking);
    }

    /// Staff say which server a report is about: with their word it counts, unless its author
    /// already counted or it is old.
    pub(super) fn assign_report(&mut self, id: &ReportId, server: &ServerId, by: &str) {
        let speech = self.speech();
        let Some(report) = self.records.reports.get(id) else {
            return self.reply_no_report(id);
        };
        if !self.records.settings.fleet.servers.iter().any(|one| one.id == *server) {
            let text = speech.say("reply-no-server", Facts::new().text("id", server.to_string()));
            return self.reply(false, text);
        }
        let person = self.records.people.get(&report.person);
        let is_old = (self.now() - report.at).num_seconds() > REPEAT_WITHIN_S;
        let is_repeat = person.is_some_and(|person| is_repeat(person, report.at));
        let counted = !is_old && (report.counted || !is_repeat);
        self.decide(Output::ReportSettled {
            report: id.clone(),
            server: Some(server.clone()),
            counted,
            by: by.to_owned(),
        });
        let facts = Facts::new()
            .text("report", id.to_string())
            .text("server", self.speech().staff_name(server.as_str()))
            .text("counted", if counted { "yes" } else { "no" });
        let text = self.speech().say("reply-assigned", facts);
        self.reply(true, text);
    }

    pub(super) fn dismiss_report(&mut self, id: &ReportId, by: &str) {
        if !self.records.reports.contains_key(id) {
            return self.reply_no_report(id);
        }
        self.decide(Output::ReportSettled {
            report: id.clone(),
            server: None,
            counted: false,
            by: by.to_owned(),
        });
        let facts = Facts::new().text("report", id.to_string());
        let text = self.speech().say("reply-report-dismissed", facts);
        self.reply(true, text);
    }

    fn reply_no_report(&mut self, id: &ReportId) {
        let facts = Facts::new().text("id", self.speech().tamed(id.as_str()));
        let text = self.speech().say("reply-no-report", facts);
        self.reply(false, text);
    }
}

/// Whether a person already counted; once they were asked whether it is fixed, they may say no.
fn is_repeat(person: &Person, at: crate::domain::Timestamp) -> bool {
    person.counted_at.is_some_and(|counted| {
        (at - counted).num_seconds() < REPEAT_WITHIN_S
            && person.asked_at.is_none_or(|asked| asked <= counted)
    })
}
