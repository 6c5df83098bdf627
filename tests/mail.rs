//! Letters, end to end: the driver against a mail server that can be made to fail at any word, and
//! the true binary from the form to the last letter.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "tests of a real process wait in real time and fail where their own set-up fails"
)]

#[allow(dead_code, reason = "other binaries use the rest of the harness")]
#[path = "bot/harness.rs"]
mod harness;
#[path = "common/subscribers.rs"]
mod subscribers;

mod mail {
    pub mod faults;
    pub mod letters;
    pub mod many;
    pub mod returned;
    pub mod smtp;
    pub mod story;
    pub mod visitor;
}
