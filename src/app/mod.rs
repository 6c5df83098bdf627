//! The top of the house: joins intake, journal, engine, outbox, broadcast and pages.
//!
//! [`desk`] is THE loop: one thread that owns the engine and the outbox, takes one durable input
//! after the other, and lets decisions take effect once they are durable too. [`recovery`] brings
//! it back after any stop, [`couriers`] carry posts to destinations, [`door`] is what every voice
//! from outside is handed, [`house`] what the chat sees of it, with its cards, `reload` has a new
//! configuration followed, [`replay`] runs events without a journal, [`simulate`] makes some,
//! [`radius`] counts what can fall together, [`explain`] shows the evidence of a moment, [`trace`]
//! runs the machine's `traceroute` for a packet. Nothing in here decides what is said: that is the
//! engine's.

mod cards;
pub mod checks;
pub mod couriers;
pub mod deliveries;
pub mod desk;
pub mod door;
pub mod explain;
pub mod house;
mod housekeeping;
pub mod radius;
mod reading;
pub mod recovery;
mod reload;
pub mod replay;
mod run;
pub mod simulate;
mod table;
pub mod tell;
pub mod trace;
mod web;

pub use run::{App, Reloads, StartError, Stopped};
