//! What the bot posts to Discord, against a fake of it: whatever goes wrong, each post stands there
//! once; and what `bellwether check --discord` says of a server.
#![allow(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test may fail by panicking; the fake lives in real time"
)]

#[path = "discord/fake/mod.rs"]
mod fake;

mod discord_posts {
    pub mod check;
    pub mod once;
    pub mod stage;
    pub mod words;
}
