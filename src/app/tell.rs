//! One readable line for each decision, for people who read a replay. Must not: decide, or be read
//! by programs (they read the JSON).

use std::collections::BTreeSet;

use chrono_tz::Tz;

use crate::{
    domain::{Timestamp, Topic},
    event::{Mailing, Output, Subscription},
    render::{Facts, Words, date_time},
};

/// Says decisions in one language and zone.
pub struct Teller {
    words: Words,
    language: String,
    timezone: Tz,
}

impl Teller {
    /// Says them in `language`, with times of `timezone`.
    pub fn new(words: Words, language: &str, timezone: Tz) -> Self {
        Self { words, language: language.to_owned(), timezone }
    }

    /// The decision as one line.
    pub fn line(&self, at: Timestamp, output: &Output) -> String {
        let (key, facts) = self.parts(output);
        let facts =
            facts.into_iter().fold(Facts::new(), |all, (name, value)| all.text(name, value));
        let what = self.say(key, &facts).replace('\n', " ");
        self.say("tell-line", &Facts::new().text("time", self.time(at)).text("what", what))
    }

    /// The last line of a replay.
    pub fn summary(&self, summary: &super::replay::Summary) -> String {
        let facts = Facts::new()
            .text("events", summary.events.to_string())
            .text("rejected", summary.rejected.to_string())
            .text("incidents", summary.incidents.to_string())
            .text("posts", summary.posts.to_string());
        self.say("tell-summary", &facts)
    }

    fn say(&self, key: &str, facts: &Facts) -> String {
        self.words.say(&self.language, key, facts)
    }

    fn time(&self, at: Timestamp) -> String {
        date_time(&self.words, &self.language, at, self.timezone)
    }

    /// The message's key and facts.
    fn parts(&self, output: &Output) -> (&'static str, Vec<Fact>) {
        match output {
            Output::Suspicion(said) => {
                let text = said.explanation.clone();
                ("tell-suspicion", vec![("id", said.id.to_string()), ("text", text)])
            }
            Output::SuspicionCleared { id, merged_into: None } => {
                ("tell-suspicion-cleared", vec![("id", id.to_string())])
            }
            Output::SuspicionCleared { id, merged_into: Some(into) } => {
                let facts = vec![("id", id.to_string()), ("into", into.to_string())];
                ("tell-suspicion-merged", facts)
            }
            Output::SuspicionHeld { .. }
            | Output::Window { .. }
            | Output::Series { .. }
            | Output::Announcement { .. }
            | Output::WindowFails { .. } => parts_of_work(output),
            Output::HeadsUp { explanation, .. } => ("tell-heads-up", text(explanation)),
            Output::MonitorBlind { vantage } => ("tell-monitor-blind", one("vantage", vantage)),
            Output::MonitorRecovered { vantage } => {
                ("tell-monitor-recovered", one("vantage", vantage))
            }
            Output::Incident { id, state, impact, title, .. } => {
                let state = [("state", state.word()), ("impact", impact.word()), ("title", title)];
                ("tell-incident", with_id(id, state))
            }
            Output::Draft { .. }
            | Output::DraftStale { .. }
            | Output::DraftClosed { .. }
            | Output::DraftWaits { .. } => self.parts_of_draft(output),
            Output::Update { incident, kind, text, by, .. } => {
                let facts = [("kind", kind.word()), ("by", by), ("text", text)];
                let incident = ("incident", incident.to_string());
                ("tell-update", owned(facts).chain([incident]).collect())
            }
            Output::Post(post) => {
                let facts = [("destination", post.destination.as_str()), ("text", &post.body)];
                ("tell-post", owned(facts).collect())
            }
            Output::PostAgain { post, by, .. } => {
                ("tell-post-again", owned([("post", post.as_str()), ("by", by)]).collect())
            }
            Output::ReportFiled { report, server, .. } => {
                let key =
                    server.as_ref().map_or("tell-report-filed", |_| "tell-report-filed-server");
                let server = server.as_ref().map_or("", |server| server.as_str());
                (key, owned([("report", report.as_str()), ("server", server)]).collect())
            }
            Output::ReportSettled { report, by, .. } => {
                ("tell-report-settled", owned([("report", report.as_str()), ("by", by)]).collect())
            }
            Output::Notice { id, notice, .. } => {
                let facts = [("provider", &*notice.provider), ("status", notice.status.word())];
                let text = [("text", notice.title.as_str())];
                ("tell-upstream", with_id(id, facts).into_iter().chain(owned(text)).collect())
            }
            Output::Timeline { by, text, .. } => {
                ("tell-timeline", owned([("by", &**by), ("text", text)]).collect())
            }
            Output::Reply { text: words, .. } => ("tell-reply", text(words)),
            Output::Reminder { text: words, .. } => ("tell-reminder", text(words)),
            Output::StaffNotice { text: words } => ("tell-notice", text(words)),
            Output::Subscription(wish) => subscription(wish),
            Output::Mailing(mailing) => mailing_parts(mailing),
            Output::MailingPage { id, .. } => ("tell-mailing-page", with_id(id, [])),
        }
    }
}

impl Teller {
    /// The same of what is about a draft.
    fn parts_of_draft(&self, output: &Output) -> (&'static str, Vec<Fact>) {
        if let Output::Draft { id, incident, kind, text, .. } = output {
            let incident = incident.to_string();
            let facts = [("incident", &*incident), ("kind", kind.word()), ("text", text)];
            return ("tell-draft", with_id(id, facts));
        }
        if let Output::DraftStale { id, changed, .. } = output {
            return ("tell-draft-stale", with_id(id, [("text", changed)]));
        }
        if let Output::DraftWaits { id, until, by } = output {
            let until = self.time(*until);
            return ("tell-draft-waits", with_id(id, [("until", &*until), ("by", by)]));
        }
        if let Output::DraftClosed { id, .. } = output {
            return ("tell-draft-closed", with_id(id, []));
        }
        ("tell-notice", text(output.kind()))
    }
}

/// The same of what is about maintenance.
fn parts_of_work(output: &Output) -> (&'static str, Vec<Fact>) {
    if let Output::SuspicionHeld { id, window } = output {
        let window = window.map(|window| window.to_string());
        let key = window.as_ref().map_or("tell-suspicion-released", |_| "tell-suspicion-held");
        return (key, with_id(id, [("window", &*window.unwrap_or_default())]));
    }
    if let Output::Window { window, .. } = output {
        let facts = [("state", window.state.word()), ("title", &*window.title)];
        return ("tell-window", with_id(&window.id, facts));
    }
    if let Output::Series { series, .. } = output {
        let next = series.next.map_or_else(|| "-".to_owned(), |next| next.to_string());
        let facts =
            [("title", &*series.title), ("rule", &series.rule.to_string()), ("next", &next)];
        return ("tell-series", with_id(&series.id, facts));
    }
    if let Output::Announcement { window, news, text, by, .. } = output {
        let facts = [("news", news.word()), ("by", &**by), ("text", text)];
        return ("tell-announcement", with_id(window, facts));
    }
    if let Output::WindowFails { window, servers } = output {
        let servers: Vec<&str> = servers.iter().map(|server| server.as_str()).collect();
        return ("tell-window-fails", with_id(window, [("servers", &*servers.join(", "))]));
    }
    ("tell-notice", text(output.kind()))
}

fn mailing_parts(mailing: &Mailing) -> (&'static str, Vec<Fact>) {
    let facts = [("destination", mailing.destination.as_str()), ("text", &*mailing.body)];
    ("tell-mailing", with_id(&mailing.id, facts))
}

fn subscription(wish: &Subscription) -> (&'static str, Vec<Fact>) {
    let listed = |topics: &BTreeSet<Topic>| {
        topics.iter().map(Topic::to_string).collect::<Vec<_>>().join(", ")
    };
    let (key, topics) = match &wish.suspended {
        Some(_) => ("tell-subscription-suspended", listed(&wish.topics)),
        None if !wish.wanted.is_empty() => ("tell-subscription-wanted", listed(&wish.wanted)),
        None if wish.topics.is_empty() => ("tell-subscription-ended", String::new()),
        None => ("tell-subscription", listed(&wish.topics)),
    };
    (key, owned([("person", wish.person.as_str()), ("topics", &topics)]).collect())
}

type Fact = (&'static str, String);

fn owned<const N: usize>(facts: [(&'static str, &str); N]) -> impl Iterator<Item = Fact> {
    facts.map(|(name, value)| (name, value.to_owned())).into_iter()
}

fn with_id<const N: usize>(id: &impl ToString, facts: [(&'static str, &str); N]) -> Vec<Fact> {
    [("id", id.to_string())].into_iter().chain(owned(facts)).collect()
}

fn one(name: &'static str, value: &str) -> Vec<Fact> {
    vec![(name, value.to_owned())]
}

fn text(words: &str) -> Vec<Fact> {
    one("text", words)
}
