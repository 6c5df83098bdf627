//! Drivers against the real servers that they are for, on loopback.
//!
//! `.ci/run real` installs them under `target/real/`. Where one is not installed its test says so by
//! name (`skipped: NAME: why`) and passes.

#![allow(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test may fail by panicking; real servers live in real time"
)]

mod real {
    pub mod bluesky;
    pub mod icalendar;
    pub mod lossy;
    pub mod pictures;
    pub mod server;
    pub mod snac;
    #[path = "../engine/stage.rs"]
    #[allow(
        dead_code,
        clippy::unwrap_used,
        clippy::wildcard_enum_match_arm,
        reason = "the engine's own tests use the rest, and may fail by panicking"
    )]
    pub mod stage;
}
