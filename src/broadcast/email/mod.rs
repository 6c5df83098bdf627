//! The `email` driver: one letter to one reader, by SMTP.
//!
//! A letter's bytes depend on the decision and its reader alone: every attempt sends the same, with
//! the same `Message-ID`, so that a reader's mail program shows a second arrival once. Whether an
//! answer means that it left, may have left, or never will, is told by where in the dialogue it
//! came: only what happens after the last line leaves a doubt. What a server says beside its codes
//! may name the reader, and is repeated nowhere.
//!
//! Must not: put two readers on one letter, or speak in the clear with another machine. Start at
//! [`Email`]; the dialogue is in `line`, the letter in `letter`.

mod letter;
mod line;

use std::{collections::BTreeMap, fmt, sync::Arc};

use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use lettre::{
    Address,
    message::Mailbox,
    transport::smtp::{authentication::Credentials, client::TlsParameters},
};
use secrecy::ExposeSecret;
use tokio::sync::Mutex;

use crate::{
    clock::Clock,
    config::{DriverSpec, OptionSpec, Secrets},
    domain::{Abilities, Audience, Destination, Limits, TextUnit},
    event::{PostAction, Receipt, Resolution, SendError},
};

use super::{BuildError, CheckError, Checked, Driver, Registration, Sending, http::DENIED_PAUSE};
use letter::{Letter, List};
use line::{Line, Security, Server, Trouble};

/// Whose accounts these are, in the journal and in `Abilities::reaches`.
pub const SOURCE: &str = "email";

const ONE_ADDRESS: &str = "an address such as \"status@example.net\"";

const HOST: OptionSpec = OptionSpec {
    name: "host",
    required: true,
    secret: false,
    expects: "the name of the server that takes your mail",
    fits: OptionSpec::any_text,
    audiences: OptionSpec::EVERY_AUDIENCE,
};
const PORT: OptionSpec = OptionSpec {
    name: "port",
    required: false,
    secret: false,
    expects: "a port such as \"587\"",
    fits: |text| text.parse::<u16>().is_ok_and(|port| port > 0),
    audiences: OptionSpec::EVERY_AUDIENCE,
};
const TLS: OptionSpec = OptionSpec {
    name: "tls",
    required: false,
    secret: false,
    expects: "\"tls\", \"starttls\" or, for a server on this machine, \"none\"",
    fits: |text| Security::of(text).is_some(),
    audiences: OptionSpec::EVERY_AUDIENCE,
};
const USERNAME: OptionSpec = OptionSpec {
    name: "username",
    required: false,
    secret: false,
    expects: "the user that the server knows",
    fits: OptionSpec::any_text,
    audiences: OptionSpec::EVERY_AUDIENCE,
};
const PASSWORD: OptionSpec = OptionSpec {
    name: "password",
    required: false,
    secret: true,
    expects: "the password of `username`, and none without it",
    fits: OptionSpec::any_text,
    audiences: OptionSpec::EVERY_AUDIENCE,
};
const FROM: OptionSpec = OptionSpec {
    name: "from",
    required: true,
    secret: false,
    expects: "the sender, such as \"Example Host <status@example.net>\"",
    fits: |text| text.parse::<Mailbox>().is_ok(),
    audiences: OptionSpec::EVERY_AUDIENCE,
};
const TO: OptionSpec = OptionSpec {
    name: "to",
    required: true,
    secret: false,
    expects: "the address of a list or a colleague, such as \"outages@example.net\"",
    fits: |text| text.parse::<Mailbox>().is_ok(),
    audiences: &[Audience::Public, Audience::Staff],
};
const LIST_ID: OptionSpec = OptionSpec {
    name: "list_id",
    required: false,
    secret: false,
    expects: "a name such as \"updates.example.net\"",
    fits: |text| crate::domain::domain_name(text).is_some(),
    audiences: &[Audience::Public, Audience::Reporters],
};
const UNSUBSCRIBE_TO: OptionSpec = OptionSpec {
    name: "unsubscribe_to",
    required: false,
    secret: false,
    expects: ONE_ADDRESS,
    fits: |text| text.parse::<Address>().is_ok(),
    audiences: &[Audience::Reporters],
};

/// One line of the registry.
pub(super) const REGISTRATION: Registration = Registration {
    spec: DriverSpec {
        kind: "email",
        options: &[HOST, PORT, TLS, USERNAME, PASSWORD, FROM, TO, LIST_ID, UNSUBSCRIBE_TO],
        limits: Limits::of(20_000, TextUnit::Characters),
        account: None,
        abilities,
    },
    build,
};

/// Until the letter's last line may leave: connecting, who we are, whom it is for.
const BEFORE_S: i64 = 30;
/// From then until the server has said what it did with it.
const AFTER_S: i64 = 25;

/// Sends letters through one server.
pub struct Email {
    server: Server,
    from: Mailbox,
    /// `None`: to people one by one.
    to: Option<Mailbox>,
    list: List,
    language: String,
    clock: Clock,
    /// Kept for the next letter.
    line: Mutex<Option<Line>>,
}

impl Email {
    /// Sends as the destination's options say.
    ///
    /// # Errors
    ///
    /// An option is missing or not as it must be, or TLS cannot be set up.
    pub fn new(
        destination: &Destination,
        secrets: &Secrets,
        clock: &Clock,
    ) -> Result<Self, BuildError> {
        let wrong = |option: &OptionSpec| BuildError::Option {
            destination: destination.id.clone(),
            option: option.name,
            expected: option.expects,
        };
        let option = |spec: &OptionSpec| destination.options.get(spec.name).map(String::as_str);
        let host = option(&HOST).ok_or_else(|| wrong(&HOST))?.to_owned();
        let security = option(&TLS).map_or(Some(Security::Tls), Security::of);
        let security = security.ok_or_else(|| wrong(&TLS))?;
        if security == Security::None && !line::is_this_machine(&host) {
            return Err(wrong(&TLS));
        }
        let port = option(&PORT).map_or(Some(security.port()), |text| text.parse().ok());
        let from = option(&FROM).and_then(|text| text.parse::<Mailbox>().ok());
        let from = from.ok_or_else(|| wrong(&FROM))?;
        let to = option(&TO).map(|text| text.parse::<Mailbox>().map_err(|_| wrong(&TO)));
        let to = to.transpose()?;
        if to.is_none() && destination.audience != Audience::Reporters {
            return Err(wrong(&TO));
        }
        let password = secrets.get(&destination.id, PASSWORD.name);
        let login = match (option(&USERNAME), password) {
            (Some(user), Some(password)) => {
                let password = password.expose_secret().to_owned();
                Some(Credentials::new(user.to_owned(), password))
            }
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return Err(wrong(&PASSWORD)),
        };
        let tls = match security {
            Security::None => None,
            Security::Tls | Security::StartTls => {
                Some(TlsParameters::new(host.clone()).map_err(|_| wrong(&HOST))?)
            }
        };
        let list = List {
            id: option(&LIST_ID)
                .map_or_else(|| format!("updates.{}", from.email.domain()), str::to_owned),
            mail: option(&UNSUBSCRIBE_TO).map(str::to_owned),
        };
        let port = port.ok_or_else(|| wrong(&PORT))?;
        Ok(Self {
            server: Server { host, port, security, tls, login },
            from,
            to,
            list,
            language: destination.language.clone(),
            clock: clock.clone(),
            line: Mutex::default(),
        })
    }

    async fn carry_out(&self, sending: Sending<'_>) -> Result<Receipt, SendError> {
        if sending.post.action != PostAction::Post {
            return Err(SendError::Rejected("a letter that left is as it is".to_owned()));
        }
        let to = self.reader(sending)?;
        let letter = Letter {
            post: sending.post,
            decided_at: sending.decided_at,
            from: &self.from,
            to: &to,
            list: &self.list,
            language: &self.language,
        };
        let (envelope, bytes) = letter
            .written()
            .map_err(|_| SendError::Rejected("no letter can be made of it".to_owned()))?;
        let mut kept = self.line.lock().await;
        let now = self.clock.now();
        // A line that the server has closed meanwhile is found so before anything has left.
        for is_new in [false, true] {
            let line = kept.take().filter(|line| !is_new && line.is_fresh(now));
            if line.is_none() && !is_new {
                continue;
            }
            let begun = self.begin(line, &envelope, &bytes);
            let begun = self.clock.timeout(TimeDelta::seconds(BEFORE_S), begun).await;
            let mut line = match begun.unwrap_or_else(|_| Err(Trouble::silent())) {
                Ok(line) => line,
                Err(Trouble::Cut(_)) if !is_new => continue,
                Err(trouble) => return Err(self.judge(trouble)),
            };
            let ended = line.finish(&bytes);
            let ended = self.clock.timeout(TimeDelta::seconds(AFTER_S), ended).await;
            return match ended.unwrap_or_else(|_| Err(Trouble::silent())) {
                Ok(()) => {
                    line.has_carried(self.clock.now());
                    *kept = Some(line);
                    Ok(Receipt::default())
                }
                Err(Trouble::Cut(reason)) => Err(SendError::Unknown(reason)),
                Err(trouble) => Err(self.judge(trouble)),
            };
        }
        Err(self.judge(Trouble::silent()))
    }

    /// Everything before the letter itself; nothing has left yet.
    async fn begin(
        &self,
        line: Option<Line>,
        envelope: &lettre::address::Envelope,
        bytes: &[u8],
    ) -> Result<Line, Trouble> {
        let mut line = match line {
            Some(line) => line,
            None => Line::open(&self.server, &self.clock).await?,
        };
        line.begin(envelope, bytes).await?;
        Ok(line)
    }

    fn reader(&self, sending: Sending<'_>) -> Result<Mailbox, SendError> {
        if let Some(to) = &self.to {
            return Ok(to.clone());
        }
        let account = sending.recipient.and_then(|account| account.split_once(':'));
        let address = account.filter(|(source, _)| *source == SOURCE).map(|(_, address)| address);
        let address = address.and_then(|text| text.parse::<Address>().ok());
        let address = address.ok_or_else(|| {
            SendError::Bounced("this person has no address that mail can go to".to_owned())
        })?;
        Ok(Mailbox::new(None, address))
    }

    /// Greets the server and logs in, as for a letter.
    async fn look_in(&self) -> Result<Checked, CheckError> {
        let opened = Line::open(&self.server, &self.clock);
        let opened = self.clock.timeout(TimeDelta::seconds(BEFORE_S), opened).await;
        match opened.unwrap_or_else(|_| Err(Trouble::silent())) {
            Ok(_) => {
                let account = Some(self.from.email.to_string());
                Ok(Checked { account, ..Checked::default() })
            }
            Err(Trouble::Denied(reason) | Trouble::Nobody(reason) | Trouble::Refused(reason)) => {
                Err(CheckError::Refused(reason))
            }
            Err(Trouble::Cut(reason) | Trouble::Later(reason)) => Err(CheckError::NoAnswer(reason)),
        }
    }

    /// What trouble before the letter left, or the server's last word, means for it.
    fn judge(&self, trouble: Trouble) -> SendError {
        match trouble {
            Trouble::Cut(reason) | Trouble::Later(reason) => {
                SendError::RetryAfter { after: None, reason }
            }
            Trouble::Denied(reason) => SendError::RetryAfter { after: Some(DENIED_PAUSE), reason },
            Trouble::Nobody(reason) => SendError::Bounced(reason),
            Trouble::Refused(reason) => SendError::Rejected(reason),
        }
    }
}

impl Driver for Email {
    fn send<'a>(&'a self, sending: Sending<'a>) -> BoxFuture<'a, Result<Receipt, SendError>> {
        Box::pin(self.carry_out(sending))
    }

    /// Nobody can look into a reader's mailbox: the same letter once more is the same letter.
    fn resolve<'a>(&'a self, _: Sending<'a>) -> BoxFuture<'a, Resolution> {
        Box::pin(std::future::ready(Resolution::SendAgain))
    }

    fn check(&self) -> BoxFuture<'_, Result<Checked, CheckError>> {
        Box::pin(self.look_in())
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Email({}:{}, login not shown)", self.server.host, self.server.port)
    }
}

fn build(
    destination: &Destination,
    secrets: &Secrets,
    clock: &Clock,
) -> Result<Arc<dyn Driver>, BuildError> {
    Ok(Arc::new(Email::new(destination, secrets, clock)?))
}

/// With `to` it is one address that others keep; without, it reaches subscribers.
fn abilities(options: &BTreeMap<String, String>) -> Abilities {
    let reaches_people = !options.contains_key(TO.name);
    Abilities {
        headline: true,
        reaches: reaches_people.then(|| SOURCE.to_owned()),
        letters: reaches_people,
        ..Abilities::default()
    }
}
