//! What a provider's notice asks of the windows of ours: decided from plain data, with the reason
//! where it asks for nothing.
//!
//! Nothing is guessed: without a beginning, an end or a server there is no window. Must not: change
//! anything; `noticed` carries it out. Start at [`wish`].

use chrono::TimeDelta;

use crate::{
    domain::{
        FollowNotices, Notice, NoticeAbout, NoticeStatus, NoticeWindow, Timestamp, Unread,
        WindowId, WindowState,
    },
    engine::records::{NoticeRecord, WindowRecord},
};

use super::plan::AHEAD_DAYS_MAX;

/// Work that is said to last longer is a matter for a person, in days: while a window lasts, trouble
/// is put down to it.
const LENGTH_DAYS_MAX: i64 = 7;

/// What a notice asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine::desk) enum Wish {
    /// Nothing, and why.
    Nothing(Why),
    /// A window of its own.
    Draft { starts_at: Timestamp, ends_at: Timestamp },
    /// Another course of its window.
    Change { window: WindowId, change: Change, how: How },
}

/// Why a notice asks for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine::desk) enum Why {
    /// It plans no work, or none any more.
    NoWork,
    /// It names nothing of ours.
    Unmatched,
    /// Its beginning could not be read.
    NoStart,
    /// Its end was not said, or could not be read.
    NoEnd,
    /// It lasts longer than anything is planned for.
    Long,
    /// Its end has passed.
    Past,
    /// It is further ahead than anything is planned.
    Far,
    /// A window covers its servers at its time already.
    Planned(WindowId),
    /// Too many windows are open.
    Full,
    /// Its window is as it says, or was given what it says before.
    Followed(WindowId),
    /// It puts off what has begun here.
    Begun(WindowId),
}

/// What becomes of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine::desk) enum Change {
    /// It takes place at another time.
    Times { starts_at: Timestamp, ends_at: Timestamp },
    /// Its end is another; it may go on once more.
    End { ends_at: Timestamp },
    /// It has begun before its time.
    Begin { ends_at: Timestamp },
    /// The work is over.
    Finish,
    /// It does not take place, or was given up.
    Withdraw,
}

/// Who decides about a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine::desk) enum How {
    /// Nobody: it is a draft that nobody has taken up.
    AtOnce,
    /// The standing policy.
    ByPolicy,
    /// Staff.
    Ask { by_hand: bool },
}

/// What a notice is held against.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside<'a> {
    /// The newest window that was made from it.
    pub own: Option<&'a WindowRecord>,
    /// Another open one over the same servers and time.
    pub planned: Option<WindowId>,
    pub has_room: bool,
    pub policy: FollowNotices,
    pub now: Timestamp,
}

/// What a notice asks for as it now stands.
pub(super) fn wish(record: &NoticeRecord, beside: &Beside<'_>) -> Wish {
    let Some(own) = beside.own else { return first_wish(record, beside) };
    if !own.window.state.is_open() {
        let is_new = times(&record.notice).is_some_and(|said| !is_told(own, said));
        return if is_new {
            first_wish(record, beside)
        } else {
            Wish::Nothing(Why::Followed(own.window.id))
        };
    }
    match change(&record.notice, own, beside.now) {
        Ok(Change::Times { .. } | Change::End { .. })
            if times(&record.notice).is_some_and(|said| is_told(own, said)) =>
        {
            Wish::Nothing(Why::Followed(own.window.id))
        }
        Ok(change) => {
            let how = how(own, change, record.notice.status, beside.policy);
            Wish::Change { window: own.window.id, change, how }
        }
        Err(why) => Wish::Nothing(why),
    }
}

fn first_wish(record: &NoticeRecord, beside: &Beside<'_>) -> Wish {
    match span(record, None, beside.now) {
        Err(why) => Wish::Nothing(why),
        Ok(_) if !beside.has_room => Wish::Nothing(Why::Full),
        Ok((starts_at, ends_at)) => match beside.planned {
            Some(window) => Wish::Nothing(Why::Planned(window)),
            None => Wish::Draft { starts_at, ends_at },
        },
    }
}

/// When a window for this notice would be; `length` is what somebody knows beside it.
pub(super) fn span(
    record: &NoticeRecord,
    length: Option<TimeDelta>,
    now: Timestamp,
) -> Result<(Timestamp, Timestamp), Why> {
    let notice = &record.notice;
    if notice.about != NoticeAbout::Maintenance || notice.status.is_over() {
        return Err(Why::NoWork);
    }
    if record.servers.is_empty() {
        return Err(Why::Unmatched);
    }
    let said = times(notice).ok_or(Why::NoStart)?;
    let starts_at = said.starts_at;
    let end = length.map(|length| starts_at + length).or(said.ends_at);
    let ends_at = end.filter(|end| *end > starts_at).ok_or(Why::NoEnd)?;
    if ends_at - starts_at > TimeDelta::days(LENGTH_DAYS_MAX) {
        Err(Why::Long)
    } else if ends_at <= now {
        Err(Why::Past)
    } else if starts_at > now + TimeDelta::days(AHEAD_DAYS_MAX) {
        Err(Why::Far)
    } else {
        Ok((starts_at, ends_at))
    }
}

/// What an open window lacks to be as its notice says; the reason where it lacks nothing.
pub(super) fn change(notice: &Notice, own: &WindowRecord, now: Timestamp) -> Result<Change, Why> {
    let window = &own.window;
    let followed = Err(Why::Followed(window.id));
    let said = times(notice);
    let end = said
        .map(|said| said.ends_at.unwrap_or(said.starts_at + (window.ends_at - window.starts_at)));
    match (notice.status, window.state) {
        (NoticeStatus::Cancelled, WindowState::Scheduled | WindowState::InProgress)
        | (NoticeStatus::Completed, WindowState::Scheduled) => return Ok(Change::Withdraw),
        (NoticeStatus::Completed, WindowState::InProgress) => return Ok(Change::Finish),
        (NoticeStatus::Cancelled | NoticeStatus::Completed, _) => return followed,
        (NoticeStatus::InProgress, WindowState::Scheduled) if window.starts_at > now => {
            let ends_at = end.unwrap_or(window.ends_at);
            return if ends_at <= now {
                followed
            } else if ends_at - now > TimeDelta::days(LENGTH_DAYS_MAX) {
                Err(Why::Long)
            } else {
                Ok(Change::Begin { ends_at })
            };
        }
        (
            NoticeStatus::InProgress
            | NoticeStatus::Tentative
            | NoticeStatus::Confirmed
            | NoticeStatus::Unknown,
            _,
        ) => {}
    }
    let (Some(said), Some(ends_at)) = (said, end) else { return followed };
    if ends_at <= now.max(said.starts_at) {
        return followed;
    }
    if ends_at - said.starts_at > TimeDelta::days(LENGTH_DAYS_MAX) {
        return Err(Why::Long);
    }
    if said.starts_at > now + TimeDelta::days(AHEAD_DAYS_MAX) {
        return Err(Why::Far);
    }
    match window.state {
        WindowState::Scheduled
            if (said.starts_at, ends_at) != (window.starts_at, window.ends_at) =>
        {
            Ok(Change::Times { starts_at: said.starts_at, ends_at })
        }
        WindowState::InProgress | WindowState::Verifying if said.starts_at > now => {
            Err(Why::Begun(window.id))
        }
        // An end that was said by its length counts from the beginning as it was said.
        WindowState::InProgress | WindowState::Verifying
            if said.ends_at.is_some() && ends_at != window.ends_at =>
        {
            Ok(Change::End { ends_at })
        }
        WindowState::Scheduled
        | WindowState::InProgress
        | WindowState::Verifying
        | WindowState::Completed
        | WindowState::Cancelled => followed,
    }
}

fn how(own: &WindowRecord, change: Change, status: NoticeStatus, policy: FollowNotices) -> How {
    // What has begun here and is said not to take place, or is done before it began, is no matter
    // for a policy: one of the two is wrong.
    let is_odd = change == Change::Withdraw
        && (own.window.state.is_under_way() || status == NoticeStatus::Completed);
    if own.drafted {
        How::AtOnce
    } else if policy == FollowNotices::Follow && own.is_announced() && !own.by_hand && !is_odd {
        How::ByPolicy
    } else {
        How::Ask { by_hand: own.by_hand }
    }
}

/// Whether staff, or the window, were given these times before.
fn is_told(own: &WindowRecord, said: NoticeWindow) -> bool {
    own.followed == Some(said)
}

/// When the work is, where it could be read.
fn times(notice: &Notice) -> Option<NoticeWindow> {
    let is_unread = |what| notice.unread.contains(&what);
    notice.window.filter(|_| !is_unread(Unread::Start) && !is_unread(Unread::Zone))
}

impl Why {
    /// The word for `messages/`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::NoWork => "no_work",
            Self::Unmatched => "unmatched",
            Self::NoStart => "no_start",
            Self::NoEnd => "no_end",
            Self::Long => "long",
            Self::Past => "past",
            Self::Far => "far",
            Self::Planned(_) => "planned",
            Self::Full => "full",
            Self::Followed(_) => "followed",
            Self::Begun(_) => "begun",
        }
    }

    /// Whether staff who read the notice should be told: the rest stands there already, or is
    /// nothing to do about.
    pub(in crate::engine::desk) fn is_worth_a_word(self) -> bool {
        match self {
            Self::NoStart | Self::NoEnd | Self::Long | Self::Past | Self::Far | Self::Full => true,
            Self::Planned(_) | Self::Begun(_) => true,
            Self::NoWork | Self::Unmatched | Self::Followed(_) => false,
        }
    }
}
