//! The dialogue with a mail server (RFC 5321), and what its answers mean.
//!
//! An open line is kept for the next letter, so that a mailing does not greet the server ten
//! thousand times. Must not: repeat a server's words, which may name the reader.

use std::{error::Error as _, net::IpAddr};

use chrono::TimeDelta;
use lettre::{
    address::Envelope,
    transport::smtp::{
        self,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailBodyParameter, MailParameter},
    },
};

use crate::{
    clock::Clock,
    domain::{MailStatus, Timestamp, says_nobody_is_there},
};

use super::super::reason;

/// Letters that go over one line; some servers take no more.
const LETTERS_MAX: u32 = 100;
/// A line that was quiet for longer is not used again: servers hang up.
const QUIET_MAX: TimeDelta = TimeDelta::seconds(20);
const CONNECT_TIMEOUT_S: i64 = 10;

/// How a server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS after a greeting in the clear, and nothing without it.
    StartTls,
    /// In the clear, on this machine alone.
    None,
}

impl Security {
    pub(super) fn of(word: &str) -> Option<Self> {
        match word {
            "tls" => Some(Self::Tls),
            "starttls" => Some(Self::StartTls),
            "none" => Some(Self::None),
            _ => None,
        }
    }

    /// The usual port.
    pub(super) fn port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::None => 25,
        }
    }
}

/// Whether a host is the machine that the bot runs on.
pub(super) fn is_this_machine(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// Where a line goes.
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) tls: Option<TlsParameters>,
    pub(super) login: Option<Credentials>,
}

/// What went wrong. None of it holds a server's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The line is gone, or says nothing that can be read.
    Cut(String),
    /// Not now (4xx).
    Later(String),
    /// The server does not take us: a person must mend it.
    Denied(String),
    /// There is no such reader (a hard bounce).
    Nobody(String),
    /// The server does not take this letter.
    Refused(String),
}

/// Where in the dialogue an answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Hello,
    Login,
    Sender,
    Reader,
    Letter,
}

impl Stage {
    fn word(self) -> &'static str {
        match self {
            Self::Hello => "the greeting",
            Self::Login => "the login",
            Self::Sender => "the sender",
            Self::Reader => "the reader",
            Self::Letter => "the letter",
        }
    }
}

impl Trouble {
    /// Nothing came within the time that there is.
    pub(super) fn silent() -> Self {
        Self::Cut("timeout".to_owned())
    }

    fn of(error: &smtp::Error, stage: Stage) -> Self {
        let Some(code) = error.status() else {
            let words = error.source().and_then(reason::innermost);
            return Self::Cut(words.unwrap_or_else(|| "connection failed".to_owned()));
        };
        let said = error.source().map(ToString::to_string).unwrap_or_default();
        judge(stage, code.into(), MailStatus::read(&said))
    }
}

/// What a refusal means. `status` is the code of RFC 3463, where the server gave one.
fn judge(stage: Stage, code: u16, status: Option<MailStatus>) -> Trouble {
    let class = code / 100;
    let detail = status
        .map_or(String::new(), |status| format!(" {class}.{}.{}", status.subject, status.detail));
    let reason = format!("the mail server answered {code}{detail} to {}", stage.word());
    match (class, stage) {
        (4, Stage::Login) | (5, Stage::Hello | Stage::Login | Stage::Sender) => {
            Trouble::Denied(reason)
        }
        (5, Stage::Reader) if says_nobody_is_there(Some(code), status) => Trouble::Nobody(reason),
        (5, Stage::Reader | Stage::Letter) => Trouble::Refused(reason),
        _ => Trouble::Later(reason),
    }
}

/// An open line.
pub(super) struct Line {
    connection: AsyncSmtpConnection,
    letters: u32,
    used_at: Timestamp,
}

impl Line {
    /// Connects, agrees on TLS, logs in.
    pub(super) async fn open(server: &Server, clock: &Clock) -> Result<Self, Trouble> {
        let hello = ClientId::default();
        let at_once = server.tls.clone().filter(|_| server.security == Security::Tls);
        let address = (server.host.trim_matches(['[', ']']), server.port);
        let timeout = Some(clock.real(TimeDelta::seconds(CONNECT_TIMEOUT_S)));
        let connected =
            AsyncSmtpConnection::connect_tokio1(address, timeout, &hello, at_once, None).await;
        let mut connection = connected.map_err(|error| Trouble::of(&error, Stage::Hello))?;
        if server.security == Security::StartTls
            && let Some(tls) = server.tls.clone()
        {
            if !connection.can_starttls() {
                return Err(Trouble::Denied("the mail server offers no STARTTLS".to_owned()));
            }
            let upgraded = connection.starttls(tls, &hello).await;
            upgraded.map_err(|error| Trouble::of(&error, Stage::Hello))?;
        }
        if let Some(login) = &server.login {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            let may = connection.server_info().get_auth_mechanism(&mechanisms).is_some();
            if !may {
                let words = "the mail server offers no login with a password".to_owned();
                return Err(Trouble::Denied(words));
            }
            let known = connection.auth(&mechanisms, login).await;
            known.map_err(|error| Trouble::of(&error, Stage::Login))?;
        }
        Ok(Self { connection, letters: 0, used_at: clock.now() })
    }

    /// Whether it may carry one more letter.
    pub(super) fn is_fresh(&self, now: Timestamp) -> bool {
        self.letters < LETTERS_MAX && now - self.used_at <= QUIET_MAX
    }

    pub(super) fn has_carried(&mut self, now: Timestamp) {
        self.letters += 1;
        self.used_at = now;
    }

    /// From whom, to whom, and that a letter comes.
    pub(super) async fn begin(&mut self, envelope: &Envelope, bytes: &[u8]) -> Result<(), Trouble> {
        let mut parameters = Vec::new();
        let info = self.connection.server_info();
        let mut addresses = envelope.from().into_iter().chain(envelope.to());
        if addresses.any(|address| !AsRef::<str>::as_ref(address).is_ascii()) {
            if !info.supports_feature(Extension::SmtpUtfEight) {
                let words = "the mail server cannot write to such an address".to_owned();
                return Err(Trouble::Nobody(words));
            }
            parameters.push(MailParameter::SmtpUtfEight);
            // Such an address stands in the letter's head as well.
            if !bytes.is_ascii() && info.supports_feature(Extension::EightBitMime) {
                parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
            }
        }
        let sender = Mail::new(envelope.from().cloned(), parameters);
        let taken = self.connection.command(sender).await;
        taken.map_err(|error| Trouble::of(&error, Stage::Sender))?;
        for reader in envelope.to() {
            let taken = self.connection.command(Rcpt::new(reader.clone(), Vec::new())).await;
            taken.map_err(|error| Trouble::of(&error, Stage::Reader))?;
        }
        let taken = self.connection.command(Data).await;
        taken.map_err(|error| Trouble::of(&error, Stage::Letter)).map(|_| ())
    }

    /// The letter itself. [`Trouble::Cut`] leaves a doubt: it may have been taken.
    pub(super) async fn finish(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let taken = self.connection.message(bytes).await;
        taken.map_err(|error| Trouble::of(&error, Stage::Letter)).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_refusal_of_the_address_itself_is_a_bounce() {
        let at_reader = |code, said: &str| judge(Stage::Reader, code, MailStatus::read(said));
        let nobody = |code, said: &str| matches!(at_reader(code, said), Trouble::Nobody(_));
        assert!(nobody(550, "5.1.1 <ann@example.org> no such user"));
        assert!(nobody(550, "no such user") && nobody(553, "bad name"));
        assert!(nobody(550, "5.2.1 disabled"));
        for (code, said) in [
            (550, "5.7.1 relaying denied"),
            (552, "5.2.2 mailbox full"),
            (554, "go away"),
            (550, "5.1.8 the sender's domain is not found"),
        ] {
            assert!(matches!(at_reader(code, said), Trouble::Refused(_)), "{code} {said}");
        }
        assert!(matches!(at_reader(450, "4.2.0 greylisted"), Trouble::Later(_)));
        assert!(matches!(judge(Stage::Letter, 550, None), Trouble::Refused(_)));
        assert!(matches!(judge(Stage::Login, 535, None), Trouble::Denied(_)));
        assert!(matches!(judge(Stage::Login, 454, None), Trouble::Denied(_)));
        assert!(matches!(judge(Stage::Sender, 530, None), Trouble::Denied(_)));
        assert!(matches!(judge(Stage::Sender, 452, None), Trouble::Later(_)));
    }

    #[test]
    fn a_reason_repeats_codes_and_no_words() {
        let trouble =
            judge(Stage::Reader, 550, MailStatus::read("5.1.1 <ann@example.org> unknown"));
        let words = "the mail server answered 550 5.1.1 to the reader";
        assert_eq!(trouble, Trouble::Nobody(words.to_owned()));
        assert_eq!(MailStatus::read("5.1 x"), None);
        assert_eq!(MailStatus::read("192.0.2.1 is listed"), None);
    }

    #[test]
    fn only_this_machine_is_spoken_to_in_the_clear() {
        for host in ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]", "LOCALHOST"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in ["mail.example.net", "10.0.0.1", "localhost.example.net", "0.0.0.0"] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
