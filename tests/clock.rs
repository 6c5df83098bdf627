//! The process's own time, while somebody sets the machine's clock: in simulated time, alone and
//! under a true journal and engine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    reason = "tests say what holds by failing"
)]

#[path = "clock/life.rs"]
mod life;
#[path = "engine/stage.rs"]
#[allow(dead_code, reason = "the engine's own tests use the rest")]
mod stage;
#[path = "clock/steady.rs"]
mod steady;
#[path = "clock/windows.rs"]
mod windows;
