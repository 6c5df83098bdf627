//! The journal through its public interface: what is acknowledged stays, whatever happens.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "tests measure, and stop when something is amiss"
)]

#[path = "journal/support.rs"]
mod support;

#[path = "journal/stories.rs"]
mod stories;
