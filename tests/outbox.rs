//! The outbox against a naive model of itself, and the schedule's rules one by one.

mod outbox {
    pub mod model;
    pub mod properties;
    pub mod rules;
}
