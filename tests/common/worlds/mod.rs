//! Networks as they are behind their HTTP, as much of them as the bot may use: each keeps what it
//! is given, answers by it, and refuses what the real one refuses.
#![allow(dead_code, reason = "each test takes what it needs")]

pub mod bluesky;
pub mod mastodon;
pub mod matrix;
pub mod multipart;
pub mod ntfy;
pub mod x;
