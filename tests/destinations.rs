//! Every driver against every fault that its network can have, and each driver's own promises.
//!
//! A new driver adds one row to [`destinations::rows::ROWS`] and, where it speaks HTTP, gets the
//! whole table of faults for it.

#![allow(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test may fail by panicking; the fake receiver lives in real time"
)]

mod destinations {

    pub mod bluesky;
    pub mod checking;
    pub mod console;
    pub mod discord;
    pub mod drawing;
    pub mod fake;
    pub mod faults;
    pub mod mastodon;
    pub mod matrix;
    pub mod ntfy;
    pub mod pictures;
    pub mod rows;
    pub mod slack;
    pub mod tls;
    pub mod webhook;
    #[path = "../common/worlds/mod.rs"]
    pub mod worlds;
    pub mod x;
}
