//! Buttons: what one stands for, as a short text that survives a restart.
//!
//! Whoever shows words with buttons (a card, a follow-up) writes [`Button::id`] under them; whoever
//! hears of a press reads it back with [`Button::read`], strictly: an id that we did not write is
//! no button. Must not: decide what a press leads to.

use crate::domain::{AsShown, DraftId, IncidentId, NoticeId, ReportId, WindowId};

/// What a press asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Button {
    /// Staff: publish the draft as it was read.
    Publish {
        /// Which.
        draft: DraftId,
        /// As it was shown.
        revision: u32,
    },
    /// Staff: publish it although the evidence changed, having been shown what.
    PublishAnyway {
        /// Which.
        draft: DraftId,
        /// As it was shown.
        revision: u32,
    },
    /// Staff: put other words into the draft.
    Edit {
        /// Which.
        draft: DraftId,
        /// As it was shown.
        revision: u32,
    },
    /// Staff: ask again in 15 minutes.
    Wait {
        /// Which.
        draft: DraftId,
    },
    /// Staff: it was a false alarm. They are asked once more.
    NotAnIncident {
        /// Which.
        incident: IncidentId,
        /// As it was shown; `None`: by a build that did not keep it.
        seen: Option<AsShown>,
    },
    /// Staff: it was a false alarm indeed.
    ReallyNone {
        /// Which.
        incident: IncidentId,
        /// As it stood when they were asked.
        seen: AsShown,
    },
    /// Staff: end an incident of which nothing was published.
    EndQuietly {
        /// Which.
        incident: IncidentId,
        /// As it was shown.
        seen: AsShown,
    },
    /// Staff: say which server a report is about. They are asked for it.
    AssignReport {
        /// The report's id, read as the number that it is in hexadecimal.
        report: u128,
    },
    /// Staff: a report is none.
    DismissReport {
        /// The report's id, as above.
        report: u128,
    },
    /// Staff: announce a maintenance window as it was read.
    PublishWindow {
        /// Which.
        window: WindowId,
        /// As it was shown.
        revision: u32,
    },
    /// Staff: a window takes half an hour longer.
    ExtendWindow {
        /// Which.
        window: WindowId,
        /// As it was shown; `None`: by a build that did not keep it.
        revision: Option<u32>,
    },
    /// Staff: a window's work is over.
    CompleteWindow {
        /// Which.
        window: WindowId,
        /// As it was shown; `None`: by a build that did not keep it.
        revision: Option<u32>,
    },
    /// Staff: a window is to be as its provider's notice now says.
    FollowNotice {
        /// Which.
        notice: NoticeId,
        /// As it was shown.
        revision: u32,
    },
    /// Staff: send a post again that did not arrive.
    Retry {
        /// The post's id, read as the number that it is in hexadecimal.
        post: u128,
    },
    /// A reporter: it is fixed for me.
    Fixed {
        /// Which.
        incident: IncidentId,
    },
    /// A reporter: it is still broken.
    StillBroken {
        /// Which.
        incident: IncidentId,
    },
}

/// How a button looks, whatever the chat has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// What would be done next.
    Main,
    /// Nothing special.
    Quiet,
    /// All goes well.
    Good,
    /// Not to be pressed lightly.
    Grave,
}

impl Tone {
    /// Discord's number for the colour: blurple, grey, green, red.
    pub fn number(self) -> u8 {
        match self {
            Self::Main => 1,
            Self::Quiet => 2,
            Self::Good => 3,
            Self::Grave => 4,
        }
    }
}

/// The version of the ids; another one is another build's.
const VERSION: &str = "bw1";
/// The longest id there is, in bytes.
pub const BUTTON_ID_BYTES_MAX: usize = 100;

impl Button {
    /// The short text: `bw1:publish:3:2`. ASCII, at most [`BUTTON_ID_BYTES_MAX`].
    pub fn id(&self) -> String {
        match self {
            Self::Publish { draft, revision } => format!("{VERSION}:publish:{draft}:{revision}"),
            Self::PublishAnyway { draft, revision } => {
                format!("{VERSION}:anyway:{draft}:{revision}")
            }
            Self::Edit { draft, revision } => format!("{VERSION}:edit:{draft}:{revision}"),
            Self::Wait { draft } => format!("{VERSION}:wait:{draft}"),
            Self::PublishWindow { window, revision } => {
                format!("{VERSION}:announce:{window}:{revision}")
            }
            Self::ExtendWindow { window, revision } => of_window("extend", *window, *revision),
            Self::CompleteWindow { window, revision } => of_window("complete", *window, *revision),
            Self::EndQuietly { incident, seen } => {
                format!("{VERSION}:quiet:{incident}:{}", seen.word())
            }
            Self::AssignReport { report } => format!("{VERSION}:assign:{report:020x}"),
            Self::DismissReport { report } => format!("{VERSION}:dismiss:{report:020x}"),
            Self::FollowNotice { notice, revision } => {
                format!("{VERSION}:follow:{notice}:{revision}")
            }
            Self::NotAnIncident { incident, seen: None } => {
                format!("{VERSION}:no-incident:{incident}")
            }
            Self::NotAnIncident { incident, seen: Some(seen) } => {
                format!("{VERSION}:no-incident:{incident}:{}", seen.word())
            }
            Self::ReallyNone { incident, seen } => {
                format!("{VERSION}:none:{incident}:{}", seen.word())
            }
            Self::Retry { post } => format!("{VERSION}:retry:{post:032x}"),
            Self::Fixed { incident } => format!("{VERSION}:fixed:{incident}"),
            Self::StillBroken { incident } => format!("{VERSION}:broken:{incident}"),
        }
    }

    /// The button with this id; `None` for anything that [`Button::id`] does not write.
    pub fn read(id: &str) -> Option<Self> {
        if id.len() > BUTTON_ID_BYTES_MAX {
            return None;
        }
        let parts: Vec<&str> = id.split(':').collect();
        let button = match parts.as_slice() {
            [VERSION, "publish", draft, revision] => {
                Self::Publish { draft: DraftId(number(draft)?), revision: narrow(revision)? }
            }
            [VERSION, "anyway", draft, revision] => {
                Self::PublishAnyway { draft: DraftId(number(draft)?), revision: narrow(revision)? }
            }
            [VERSION, "edit", draft, revision] => {
                Self::Edit { draft: DraftId(number(draft)?), revision: narrow(revision)? }
            }
            [VERSION, "wait", draft] => Self::Wait { draft: DraftId(number(draft)?) },
            [VERSION, "no-incident", incident] => {
                Self::NotAnIncident { incident: IncidentId(number(incident)?), seen: None }
            }
            [VERSION, "announce", window, revision] => Self::PublishWindow {
                window: WindowId(number(window)?),
                revision: narrow(revision)?,
            },
            [VERSION, "extend", window, rest @ ..] => Self::ExtendWindow {
                window: WindowId(number(window)?),
                revision: revision_in(rest)?,
            },
            [VERSION, "complete", window, rest @ ..] => Self::CompleteWindow {
                window: WindowId(number(window)?),
                revision: revision_in(rest)?,
            },
            [VERSION, "quiet", incident, seen] => Self::EndQuietly {
                incident: IncidentId(number(incident)?),
                seen: AsShown::read(seen)?,
            },
            [VERSION, "assign", report] => Self::AssignReport { report: hexadecimal(report)? },
            [VERSION, "dismiss", report] => Self::DismissReport { report: hexadecimal(report)? },
            [VERSION, "follow", notice, revision] => Self::FollowNotice {
                notice: NoticeId(number(notice)?),
                revision: narrow(revision)?,
            },
            [VERSION, "no-incident", incident, seen] => Self::NotAnIncident {
                incident: IncidentId(number(incident)?),
                seen: Some(AsShown::read(seen)?),
            },
            [VERSION, "none", incident, seen] => Self::ReallyNone {
                incident: IncidentId(number(incident)?),
                seen: AsShown::read(seen)?,
            },
            [VERSION, "retry", post] => Self::Retry { post: hexadecimal(post)? },
            [VERSION, "fixed", incident] => Self::Fixed { incident: IncidentId(number(incident)?) },
            [VERSION, "broken", incident] => {
                Self::StillBroken { incident: IncidentId(number(incident)?) }
            }
            _ => return None,
        };
        (button.id() == id).then_some(button)
    }

    /// The key of what stands on it, in `messages/*/command.ftl`.
    pub fn label_key(&self) -> &'static str {
        match self {
            Self::Publish { .. } => "button-publish",
            Self::PublishAnyway { .. } => "button-publish-anyway",
            Self::Edit { .. } => "button-edit",
            Self::Wait { .. } => "button-wait",
            Self::NotAnIncident { .. } => "button-not-an-incident",
            Self::PublishWindow { .. } => "button-publish-window",
            Self::ExtendWindow { .. } => "button-extend-window",
            Self::CompleteWindow { .. } => "button-complete-window",
            Self::FollowNotice { .. } => "button-follow-notice",
            Self::EndQuietly { .. } => "button-end-quietly",
            Self::AssignReport { .. } => "button-assign-report",
            Self::DismissReport { .. } => "button-dismiss-report",
            Self::ReallyNone { .. } => "button-really-none",
            Self::Retry { .. } => "button-retry",
            Self::Fixed { .. } => "button-fixed",
            Self::StillBroken { .. } => "button-still-broken",
        }
    }

    /// What staff can press about a report; nothing where its id is not one of ours.
    pub fn about_report(report: &ReportId) -> Vec<Self> {
        let read = hexadecimal(report.as_str());
        let ours = read.filter(|read| format!("{read:020x}") == report.as_str());
        let Some(report) = ours else { return Vec::new() };
        vec![Self::AssignReport { report }, Self::DismissReport { report }]
    }

    /// How much of a step a press is.
    pub fn tone(&self) -> Tone {
        match self {
            Self::Publish { .. }
            | Self::PublishWindow { .. }
            | Self::CompleteWindow { .. }
            | Self::FollowNotice { .. }
            | Self::Fixed { .. } => Tone::Good,
            Self::Edit { .. }
            | Self::Retry { .. }
            | Self::AssignReport { .. }
            | Self::ExtendWindow { .. } => Tone::Main,
            Self::Wait { .. } | Self::EndQuietly { .. } | Self::DismissReport { .. } => Tone::Quiet,
            Self::PublishAnyway { .. }
            | Self::NotAnIncident { .. }
            | Self::ReallyNone { .. }
            | Self::StillBroken { .. } => Tone::Grave,
        }
    }

    /// The line of the grammar that a press of staff stands for; `None` where more is asked first,
    /// or where the presser is a reporter.
    pub fn line(&self) -> Option<String> {
        match self {
            Self::Publish { draft, revision } => {
                Some(format!("draft publish {draft} --revision {revision}"))
            }
            Self::PublishAnyway { draft, revision } => {
                Some(format!("draft publish {draft} --revision {revision} --anyway"))
            }
            Self::Wait { draft } => Some(format!("draft wait {draft} 15m")),
            Self::PublishWindow { window, revision } => {
                Some(format!("maintenance publish {window} --revision {revision}"))
            }
            Self::ExtendWindow { window, revision } => {
                Some(as_read(format!("maintenance extend {window} 30m"), *revision))
            }
            Self::CompleteWindow { window, revision } => {
                Some(as_read(format!("maintenance complete {window}"), *revision))
            }
            Self::ReallyNone { incident, seen } => {
                Some(format!("incident false-alarm {incident} --seen {}", seen.word()))
            }
            Self::EndQuietly { incident, seen } => {
                Some(format!("incident resolve {incident} --seen {}", seen.word()))
            }
            Self::DismissReport { report } => Some(format!("reports dismiss {report:020x}")),
            Self::FollowNotice { notice, revision } => {
                Some(format!("upstream window {notice} --revision {revision}"))
            }
            Self::Retry { post } => Some(format!("retry {post:032x}")),
            Self::Edit { .. }
            | Self::AssignReport { .. }
            | Self::NotAnIncident { .. }
            | Self::Fixed { .. }
            | Self::StillBroken { .. } => None,
        }
    }
}

/// The id of a button under a window's words.
fn of_window(verb: &str, window: WindowId, revision: Option<u32>) -> String {
    match revision {
        Some(revision) => format!("{VERSION}:{verb}:{window}:{revision}"),
        None => format!("{VERSION}:{verb}:{window}"),
    }
}

/// A line that holds for what was read.
fn as_read(line: String, revision: Option<u32>) -> String {
    match revision {
        Some(revision) => format!("{line} --revision {revision}"),
        None => line,
    }
}

/// The revision at an id's end, where there is one.
fn revision_in(rest: &[&str]) -> Option<Option<u32>> {
    match rest {
        [] => Some(None),
        [revision] => narrow(revision).map(Some),
        _ => None,
    }
}

fn hexadecimal(text: &str) -> Option<u128> {
    u128::from_str_radix(text, 16).ok()
}

/// A whole number from 1.
fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number| *number > 0)
}

fn narrow(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number| *number > 0)
}
