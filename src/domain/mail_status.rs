//! What mail servers' codes say about a reader (RFC 5321, RFC 3463): the same when a letter is handed
//! over and when it comes back later. Must not: know how either is read.

/// A status code of RFC 3463, such as 5.1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailStatus {
    /// 2: it arrived, 4: not now, 5: never.
    pub class: u16,
    /// What it is about.
    pub subject: u16,
    /// What of it.
    pub detail: u16,
}

impl MailStatus {
    /// The code that a reply or a field begins with ("5.1.1 no such user").
    pub fn read(said: &str) -> Option<Self> {
        let first = said.split_whitespace().next()?;
        let mut numbers = first.split('.').map(|part| part.parse::<u16>().ok());
        match (numbers.next()?, numbers.next()?, numbers.next()?, numbers.next()) {
            (Some(class @ (2 | 4 | 5)), Some(subject), Some(detail), None) => {
                Some(Self { class, subject, detail })
            }
            _ => None,
        }
    }

    /// Whether it says nothing but its class.
    pub fn is_vague(self) -> bool {
        self.subject == 0
    }
}

/// Whether a lasting refusal says that there is no such reader, and not that the server will not have
/// us, that the mailbox is full, or anything else that may pass. `code` is the reply's own.
pub fn says_nobody_is_there(code: Option<u16>, status: Option<MailStatus>) -> bool {
    match status.filter(|status| !status.is_vague()) {
        Some(MailStatus { class, subject, detail }) => {
            class == 5
                && match subject {
                    // The address; but X.1.7 to X.1.9 are about the sender's, and X.1.0 does not say whose.
                    1 => detail != 0 && !(7..=9).contains(&detail),
                    // The mailbox is disabled.
                    2 => detail == 1,
                    // No way leads to its host.
                    4 => detail == 4,
                    _ => false,
                }
        }
        None => matches!(code, Some(550 | 551 | 553)),
    }
}
