//! Discord, end to end: the true binary against a fake Discord at the wire.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "tests of a real process wait in real time and fail where their own set-up fails"
)]

#[path = "discord/fake/mod.rs"]
mod fake;
#[allow(dead_code, reason = "other binaries use the rest of the harness")]
#[path = "bot/harness.rs"]
mod harness;

mod discord {
    pub mod away;
    pub mod cards;
    pub mod connection;
    pub mod customers;
    pub mod demo;
    pub mod events;
    pub mod house;
    pub mod load;
    pub mod rests;
    pub mod scene;
    pub mod staff;
    pub mod story;
    pub mod subscribers;
}
