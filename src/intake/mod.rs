//! Intake: every voice becomes an input.
//!
//! Our own checks ([`probes`]), staff's and machines' JSON ([`api`]), customers' web forms ([`form`], [`subscribing`]) and the
//! terminal ([`console`]) all hand what they hear to a [`Door`], which makes it durable; [`http`] is the
//! server that the routers, and the pages beside them, are served by. Must not: see the engine or
//! the journal itself, decide about incidents, or trust what a stranger says of themselves. Start
//! at [`Door`].

pub mod api;
pub mod console;
mod door;
mod filing;
pub mod form;
pub mod http;
pub mod probes;
pub mod subscribing;

pub use door::{Answer, Door};
