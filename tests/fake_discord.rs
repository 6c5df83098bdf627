//! The fake Discord that the other tests stand on, held against real clients: plain HTTP, a plain
//! WebSocket, and serenity itself.

#![allow(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test may fail by panicking; the fake lives in real time"
)]

#[path = "discord/fake/mod.rs"]
mod fake;

mod fake_discord {
    pub mod client;
    pub mod faults;
    pub mod gateway;
    pub mod http;
    pub mod limits;
    pub mod rules;
    pub mod schema;
    pub mod serenity_bot;
    pub mod serenity_http;
    pub mod stories;
}
