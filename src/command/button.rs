//! Buttons: what one stands for, as a short text that survives a restart.
//!
//! Whoever shows words with buttons (a card, a follow-up) writes [`Button::id`] under them; whoever
//! hears of a press reads it back with [`Button::read`], strictly: an id that we did not write is
//! no button. Must not: decide what a press leads to.

use crate::domain::{AsShown, DraftId, IncidentId, NoticeId, WindowId};

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
    },
    /// Staff: a window's work is over.
    CompleteWindow {
        /// Which.
        window: WindowId,
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
            Self::ExtendWindow { window } => format!("{VERSION}:extend:{window}"),
            Self::CompleteWindow { window } => format!("{VERSION}:complete:{window}"),
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
            [VERSION, "follow", notice, revision] => Self::FollowNotice {
                notice: NoticeId(number(notice)?),
                revision: narrow(revision)?,
            },
            [VERSION, "extend", window] => Self::ExtendWindow { window: WindowId(number(window)?) },
            [VERSION, "complete", window] => {
                Self::CompleteWindow { window: WindowId(number(window)?) }
            }
            [VERSION, "no-incident", incident, seen] => Self::NotAnIncident {
                incident: IncidentId(number(incident)?),
                seen: Some(AsShown::read(seen)?),
            },
            [VERSION, "none", incident, seen] => Self::ReallyNone {
                incident: IncidentId(number(incident)?),
                seen: AsShown::read(seen)?,
            },
            [VERSION, "retry", post] => Self::Retry { post: u128::from_str_radix(post, 16).ok()? },
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
            Self::ReallyNone { .. } => "button-really-none",
            Self::Retry { .. } => "button-retry",
            Self::Fixed { .. } => "button-fixed",
            Self::StillBroken { .. } => "button-still-broken",
        }
    }

    /// How much of a step a press is.
    pub fn tone(&self) -> Tone {
        match self {
            Self::Publish { .. }
            | Self::PublishWindow { .. }
            | Self::CompleteWindow { .. }
            | Self::FollowNotice { .. }
            | Self::Fixed { .. } => Tone::Good,
            Self::Edit { .. } | Self::Retry { .. } | Self::ExtendWindow { .. } => Tone::Main,
            Self::Wait { .. } => Tone::Quiet,
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
            Self::ExtendWindow { window } => Some(format!("maintenance extend {window} 30m")),
            Self::CompleteWindow { window } => Some(format!("maintenance complete {window}")),
            Self::FollowNotice { notice, revision } => {
                Some(format!("upstream window {notice} --revision {revision}"))
            }
            Self::ReallyNone { incident, .. } => Some(format!("incident false-alarm {incident}")),
            Self::Retry { post } => Some(format!("retry {post:032x}")),
            Self::Edit { .. }
            | Self::NotAnIncident { .. }
            | Self::Fixed { .. }
            | Self::StillBroken { .. } => None,
        }
    }
}

/// A whole number from 1.
fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number| *number > 0)
}

fn narrow(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number| *number > 0)
}
