//! Messages and facts become text within a destination's limits.
//!
//! Pure: no clock, no files (overrides arrive as [`WordFiles`](crate::domain::WordFiles), read by
//! `config` and kept in the journal), no knowledge of any network. Must not decide whether
//! anything is said. Start at [`Words::say`]; before text leaves it goes through [`fit`], and text
//! from outside goes through [`neutralise`] first.

pub mod chart;
mod check;
mod facts;
mod files;
mod fit;
mod links;
mod markdown;
mod notice;
mod outside;
mod phrases;
mod times;
mod weighted;
mod words;

pub use facts::Facts;
pub use fit::{beside, fit, length};
pub use links::{hashtags, links};
pub use markdown::{discord_times, escape_markdown};
pub use notice::NoticeWords;
pub use outside::{
    CONFIRM_PATH, Hidden, LEAVE_PATH, TOKEN_MARKER, leave_link, neutralise, person_marker,
    report_marker, reveal,
};
pub use phrases::{
    clock_time, date, date_time, day_time, dollars, list, near_time, percent, span, time_in_both,
};
pub use times::{ToldTime, mark_times, tells_time};
pub use weighted::links as weighted_links;
pub use words::{WordProblem, Words};
