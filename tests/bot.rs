//! The true binary, end to end: started, spoken to over HTTP, killed, started again.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "tests of a real process wait in real time and fail where their own set-up fails"
)]

#[allow(dead_code, reason = "other binaries use the rest of the harness")]
mod bot {
    pub mod again;
    pub mod demo;
    pub mod full_disk;
    pub mod harness;
    pub mod looking_back;
    pub mod reload;
    pub mod stories;
    pub mod trace;
}
mod hostile;
