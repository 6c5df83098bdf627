//! Our own probes against real servers on loopback: what they find, and when they look.
#![allow(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test may fail by panicking; the servers live in real time"
)]

mod probes {
    pub mod checks;
    pub mod running;
    pub mod schedule;
    pub mod servers;
    pub mod tls;
}
