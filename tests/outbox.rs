//! The outbox against a naive model of itself, and the schedule's rules one by one.

#![allow(clippy::expect_used, reason = "a test may fail by panicking")]

mod outbox {
    pub mod accounts;
    pub mod afterwards;
    pub mod model;
    pub mod properties;
    pub mod rules;
}
