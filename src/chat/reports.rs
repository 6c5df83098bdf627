//! Reports: from a command, a message, a message's menu, a button. What is personal goes into
//! [`Private`] and nowhere else.

use crate::{
    domain::{Fleet, IncidentId, PersonId, ReportId, Role, ServerId, Timestamp},
    event::{Input, wire::TEXT_LENGTH_MAX, wire::domain_name},
    journal::{Offered, Private, Refused},
    render::{Facts, list},
};

use super::{
    Caller, Face, Told,
    answer::{Answer, Reply},
    floods::Verdict,
    heard::{Given, Heard, Member, Message},
    menu::{REPORT_DOMAIN, REPORT_SINCE, REPORT_WHAT},
    messages::{self, Counts, DOMAINS_MAX},
    trouble::Trouble,
};

/// Where it was said, for the journal.
const SOURCE: &str = "discord";
/// A message does not say what language its author reads: the bot's own is spoken.
const UNKNOWN: &str = "";

/// One report to be.
struct Filing<'a> {
    who: &'a Member,
    /// Unique for ever.
    outside_id: String,
    /// A domain of ours, or what was named instead.
    domain: Named,
    text: String,
    confirmed: bool,
    /// Its author waits for the acknowledgement here.
    answered: bool,
    /// What its author reads, where Discord says so.
    language: Option<String>,
    /// When it was said.
    at: Timestamp,
}

/// What a report names.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    Ours(String),
    Other(String),
    Nothing,
}

/// What `field` names: at most [`DOMAINS_MAX`] domains of ours, else whatever was typed.
fn named(field: &str, fleet: &Fleet) -> Vec<Named> {
    let mut ours: Vec<Named> = Vec::new();
    let parts = field.split(|sign: char| sign.is_whitespace() || sign == ',' || sign == ';');
    for part in parts.filter(|part| !part.is_empty()).take(32) {
        let found = domain_name(part).and_then(|name| fleet.domain_above(&name).map(str::to_owned));
        let found = found.map(Named::Ours).filter(|one| !ours.contains(one));
        ours.extend(found.filter(|_| ours.len() < DOMAINS_MAX));
    }
    if ours.is_empty() { vec![Named::Other(field.trim().to_owned())] } else { ours }
}

/// The input that a filing becomes; the journal gives it its random ids.
fn offered(filing: Filing<'_>) -> Offered {
    let at = filing.at;
    let (domain, unknown_domain) = match filing.domain {
        Named::Ours(domain) => (Some(domain), None),
        Named::Other(text) => (None, Some(text)),
        Named::Nothing => (None, None),
    };
    let input = Input::Report {
        id: ReportId::from(""),
        reporter: PersonId::from(""),
        source: SOURCE.to_owned(),
        domain,
        confirmed: filing.confirmed,
        answered: filing.answered,
        language: filing.language.clone(),
        text: None,
    };
    let private = Private {
        account: Some(filing.who.account()),
        name: Some(filing.who.name.clone()).filter(|name| !name.is_empty()),
        outside_id: Some(filing.outside_id),
        text: Some(tame(&filing.text)),
        address: None,
        unknown_domain,
    };
    Offered { at, input, private: Some(private) }
}

/// No control characters but line breaks, and no more than is kept.
fn tame(text: &str) -> String {
    let lines = text.trim().replace("\r\n", "\n");
    let tamed = lines.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c });
    tamed.take(TEXT_LENGTH_MAX).collect()
}

impl Face {
    /// `/report`: the same answer in form for every domain, from the engine.
    pub(super) async fn report(&self, heard: &Heard, given: &[(String, Given)]) -> Reply {
        let field = |name: &str| {
            given.iter().find_map(|(one, value)| match value {
                Given::Text(text) if one == name => Some(text.trim()),
                Given::Text(_) | Given::Number(_) | Given::Flag(_) => None,
            })
        };
        let (domain, what) =
            (field(REPORT_DOMAIN).unwrap_or_default(), field(REPORT_WHAT).unwrap_or_default());
        if what.is_empty() || domain.is_empty() {
            return Reply::say(self.say_in(&heard.locale, "chat-report-empty"));
        }
        let text = match field(REPORT_SINCE).filter(|since| !since.is_empty()) {
            Some(since) => {
                self.say("chat-report-since", Facts::new().text("what", what).text("since", since))
            }
            None => what.to_owned(),
        };
        let confirmed = match self.judge(&heard.who, &heard.locale).await {
            Ok(confirmed) => confirmed,
            Err(refusal) => return refusal,
        };
        let mut answer = None;
        for (place, domain) in named(domain, &self.house.fleet()).into_iter().enumerate() {
            let outside_id = format!("discord:interaction:{}:{place}", heard.id);
            let text = text.clone();
            let (who, at) = (&heard.who, self.setup.clock.now());
            let language = self.spoken(&heard.locale);
            let answered = true;
            let filing =
                Filing { who, outside_id, domain, text, confirmed, answered, language, at };
            let told = self.file(filing).await;
            answer.get_or_insert(told);
        }
        if is_not_kept(answer.as_ref()) {
            self.floods().give_back(&heard.who);
        }
        Reply::say(self.words_of(answer, &heard.locale))
    }

    /// A message of a customer; what to say to it where it stands, if anything.
    pub async fn read(&self, message: &Message) -> Option<Answer> {
        // Staff talk of domains in support channels without reporting them.
        let role = self.setup.rights.role(&message.author, message.guild);
        if !self.is_support(message) || role >= Role::Staff {
            return None;
        }
        let now = self.setup.clock.now();
        let asked = self.questions().asked(now, message);
        match messages::count(message, &self.house.fleet(), asked) {
            Counts::Nothing => None,
            Counts::Question => {
                let ask = self.questions().ask(now, message);
                ask.then(|| Answer::plain(self.say("chat-which-domain", Facts::new())))
            }
            Counts::Report { domains, other, before } => {
                self.questions().take(now, message);
                self.file_message(message, named_in(domains, &other), before).await
            }
        }
    }

    async fn file_message(
        &self,
        message: &Message,
        named: Vec<Named>,
        before: Option<String>,
    ) -> Option<Answer> {
        let confirmed = match self.judge(&message.author, UNKNOWN).await {
            Ok(confirmed) => confirmed,
            Err(Reply::Say(refusal)) => return self.may_turn_away(message).then_some(refusal),
            Err(Reply::Form(_) | Reply::Choices(_)) => return None,
        };
        let text = match before {
            Some(before) => format!("{before}\n{}", message.text),
            None => message.text.clone(),
        };
        let mut told = Vec::new();
        for (place, domain) in named.into_iter().enumerate() {
            let filing = Filing {
                who: &message.author,
                outside_id: message_id(message, place),
                domain,
                text: text.clone(),
                confirmed,
                answered: true,
                language: None,
                at: self.said_at(message),
            };
            told.push(self.file(filing).await);
        }
        // Others read along: what only the author may know is not said here.
        let noted = || Answer::plain(self.say("chat-report-noted", Facts::new()));
        if told.iter().any(Result::is_ok) {
            return Some(noted());
        }
        // What is known from before, or not kept, is not one more.
        self.floods().give_back(&message.author);
        let refused = told.into_iter().find(|one| is_not_kept(Some(one)))?;
        self.may_turn_away(message).then(|| Answer::plain(self.words_of(Some(refused), UNKNOWN)))
    }

    fn may_turn_away(&self, message: &Message) -> bool {
        self.floods().may_turn_away(self.setup.clock.now(), &message.author)
    }

    /// *File as outage report*: staff file what somebody else wrote.
    pub(super) async fn file_as_report(&self, heard: &Heard, message: &Message) -> Reply {
        if self.role(heard) < Role::Staff {
            return self.not_allowed(heard, Role::Staff);
        }
        if message.author.is_bot {
            return Reply::say(self.say("chat-file-bot", Facts::new()));
        }
        let text = match message.text.trim() {
            "" => self.say("chat-report-no-words", Facts::new()),
            text => text.to_owned(),
        };
        let domains = messages::our_domains(&message.text, &self.house.fleet());
        let mut filed = Vec::new();
        let mut refused = None;
        let mut is_new = false;
        for (place, domain) in named_in(domains.clone(), "").into_iter().enumerate() {
            let filing = Filing {
                who: &message.author,
                outside_id: message_id(message, place),
                domain,
                text: text.clone(),
                confirmed: true,
                answered: false,
                language: None,
                at: self.setup.clock.now(),
            };
            match self.file(filing).await {
                Ok(told) => {
                    is_new = true;
                    filed.extend(told.report);
                }
                // The channel's own reading, or a colleague, was first.
                Err(Refused::Duplicate(first)) => filed.extend(first.report),
                Err(why) => refused = Some(why),
            }
        }
        if let Some(why) = refused.filter(|_| filed.is_empty()) {
            return Reply::say(self.words_of(Some(Err(why)), &heard.locale));
        }
        let reports: Vec<String> = filed.iter().map(ToString::to_string).collect();
        let facts = Facts::new()
            .text("reports", list(&self.words(), &self.setup.language, &reports))
            .text("domains", list(&self.words(), &self.setup.language, &domains));
        let key = match (is_new, domains.is_empty()) {
            (false, _) => "chat-filed-before",
            (true, true) => "chat-filed-nowhere",
            (true, false) => "chat-filed",
        };
        Reply::say(self.say(key, facts))
    }

    /// **Still broken**: a report of its own, about what the person is linked to of the incident.
    pub(super) async fn still_broken(&self, heard: &Heard, incident: IncidentId, on: u64) -> Reply {
        let account = heard.who.account();
        let servers = self.house.servers_of(incident).await;
        let links = self.house.links(&account).await;
        let link = links.into_iter().find(|link| servers.contains(&link.server));
        let linked = self.house.linked_servers(&account).await;
        // Staff said which server an earlier report was about, and no domain was ever named.
        let server = linked.into_iter().find(|one| link.is_none() && servers.contains(one));
        let confirmed = match self.judge(&heard.who, &heard.locale).await {
            Ok(confirmed) => confirmed,
            Err(refusal) => return refusal,
        };
        let facts = Facts::new().text("incident", incident.to_string());
        let filing = Filing {
            who: &heard.who,
            outside_id: format!("discord:press:{on}:{}:broken", heard.who.id),
            domain: link.map_or(Named::Nothing, |link| Named::Ours(link.domain)),
            text: self.say("chat-still-broken-text", facts),
            confirmed,
            answered: true,
            language: self.spoken(&heard.locale),
            at: self.setup.clock.now(),
        };
        let told = self.file(filing).await;
        let filed = match &told {
            Ok(told) => told.report.clone(),
            Err(Refused::Duplicate(first)) => first.report.clone(),
            Err(Refused::Full | Refused::Overloaded | Refused::Stopping) => None,
        };
        if let (Some(report), Some(server)) = (filed, server) {
            self.assign(heard, on, &report, &server).await;
        }
        match told {
            Ok(_) | Err(Refused::Duplicate(_)) => {
                Reply::say(self.say_in(&heard.locale, "chat-still-broken"))
            }
            Err(why) => {
                self.floods().give_back(&heard.who);
                Reply::say(self.words_of(Some(Err(why)), &heard.locale))
            }
        }
    }

    /// Puts a report to the server that its author is linked to, in the chat's own name; once.
    async fn assign(&self, heard: &Heard, on: u64, report: &ReportId, server: &ServerId) {
        let caller = Caller {
            account: None,
            name: SOURCE.to_owned(),
            outside_id: format!("discord:press:{on}:{}:assigned", heard.who.id),
        };
        let line = format!("reports assign {report} {server}");
        let told = self.house.command(&caller, Role::Staff, &line).await;
        if let Err(refused @ (Refused::Full | Refused::Overloaded | Refused::Stopping)) = told {
            tracing::warn!(%refused, "a report could not be put to its server");
        }
    }

    /// When a message was said, as our clock has it: never later than now.
    fn said_at(&self, message: &Message) -> Timestamp {
        let clock = &self.setup.clock;
        let said = message.written.map(|at| clock.from_outside(at));
        said.map_or_else(|| clock.now(), |at| at.min(clock.now()))
    }

    /// Whether a message of a customer would count as something.
    pub(super) fn may_count(&self, message: &Message) -> bool {
        let asked = self.questions().asked(self.setup.clock.now(), message);
        let counts = messages::count(message, &self.house.fleet(), asked);
        self.is_support(message) && counts != Counts::Nothing
    }

    async fn file(&self, filing: Filing<'_>) -> Result<Told, Refused> {
        self.house.report(offered(filing)).await
    }

    /// Whether one more report of somebody counts as confirmed; else what they are told.
    async fn judge(&self, who: &Member, locale: &str) -> Result<bool, Reply> {
        let verdict = self.floods().judge(self.setup.clock.now(), who);
        match verdict {
            Verdict::Take => Ok(true),
            Verdict::Unconfirmed => {
                self.tell_staff(Trouble::Raid).await;
                Ok(false)
            }
            Verdict::TooManyOfOne => Err(Reply::say(self.say_in(locale, "chat-report-too-many"))),
            Verdict::TooMany => {
                self.tell_staff(Trouble::Raid).await;
                Err(Reply::say(self.say_in(locale, "chat-busy")))
            }
        }
    }

    fn words_of(&self, told: Option<Result<Told, Refused>>, locale: &str) -> String {
        match told {
            Some(Ok(told)) if told.text.is_empty() => self.say_in(locale, "chat-report-noted"),
            Some(Ok(told)) => told.text,
            Some(Err(Refused::Duplicate(_))) => self.say_in(locale, "chat-report-again"),
            Some(Err(Refused::Full | Refused::Overloaded | Refused::Stopping)) | None => {
                self.say_in(locale, "chat-busy")
            }
        }
    }
}

/// Whether nothing of a report is in the journal.
fn is_not_kept(told: Option<&Result<Told, Refused>>) -> bool {
    match told {
        Some(Ok(_) | Err(Refused::Duplicate(_))) => false,
        Some(Err(Refused::Full | Refused::Overloaded | Refused::Stopping)) | None => true,
    }
}

/// A report for each domain; one without, where none was named.
fn named_in(domains: Vec<String>, text: &str) -> Vec<Named> {
    let ours: Vec<Named> = domains.into_iter().map(Named::Ours).collect();
    match (ours.is_empty(), text.trim()) {
        (false, _) => ours,
        (true, "") => vec![Named::Nothing],
        (true, text) => vec![Named::Other(text.chars().take(253).collect())],
    }
}

/// The same for the message, whoever files it.
fn message_id(message: &Message, place: usize) -> String {
    format!("discord:message:{}:{place}", message.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fleet() -> Fleet {
        let domains =
            ["example.org", "cycling-club.example"].map(|one| (one.to_owned(), "s1".into()));
        Fleet { domains: domains.into(), ..Fleet::default() }
    }

    #[test]
    fn a_field_may_name_several_domains_and_ours_count() {
        let ours = |one: &str| Named::Ours(one.to_owned());
        assert_eq!(named(" https://www.example.org/ ", &fleet()), [ours("example.org")]);
        assert_eq!(
            named("example.org, cycling-club.example; nothing.example example.org", &fleet()),
            [ours("example.org"), ours("cycling-club.example")]
        );
        assert_eq!(named(" my blog ", &fleet()), [Named::Other("my blog".to_owned())]);
    }

    #[test]
    fn what_is_personal_stands_in_private_alone() {
        let who = Member { id: 42, name: "anna".to_owned(), ..Member::default() };
        let filing = Filing {
            who: &who,
            outside_id: "discord:message:9:0".to_owned(),
            domain: Named::Other("elsewhere.example".to_owned()),
            text: format!("@everyone\u{7} {}", "x".repeat(9000)),
            confirmed: true,
            answered: true,
            language: None,
            at: Timestamp::UNIX_EPOCH,
        };
        let offered = offered(filing);
        let chain = serde_json::to_string(&offered.input).expect("plain data");
        for personal in ["42", "anna", "everyone", "elsewhere"] {
            assert!(!chain.contains(personal), "{chain}");
        }
        let private = offered.private.expect("it has words");
        assert_eq!(private.account.as_deref(), Some("discord:42"));
        let text = private.text.expect("it has words");
        assert!(text.chars().count() == TEXT_LENGTH_MAX && !text.contains('\u{7}'));
    }
}
