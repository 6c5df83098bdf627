//! Intake: every voice becomes an input.
//!
//! Our own checks ([`probes`]), staff's and machines' JSON ([`api`]), customers' web forms ([`form`],
//! [`subscribing`]), the terminal ([`console`]) and what providers write ([`notice`]) and publish
//! ([`upstream`]), and calendars of busy times ([`blackouts`]) all hand what they hear to a [`Door`], which makes it durable; [`http`] is the
//! server that the routers, and the pages beside them, are served by. Must not: see the engine or
//! the journal itself, decide about incidents, or trust what a stranger says of themselves. Start
//! at [`Door`].

pub mod api;
pub mod blackouts;
pub mod console;
mod door;
mod filing;
pub mod form;
pub mod http;
pub mod notice;
pub mod probes;
pub mod subscribing;
pub mod upstream;

pub use door::{Answer, Door};
