//! What enters the engine, what it decides, and the journal's record of both.
//!
//! [`Input`] and [`Output`] are the only two languages that floors above speak to each other.
//! Shapes are versioned by addition: a field may be added with a default, none may change its
//! meaning or go. Start at [`Entry`]; what comes from outside is read by [`wire`].

mod input;
mod output;
mod post;
pub mod wire;

pub use input::{DeliveryEvent, Input, Reload, TimerReason};
pub use output::{DraftEnd, Mailing, Output, Subscription, TimelineKind};
pub use post::{
    Picture, Post, PostAction, PostButton, Receipt, Resolution, SUBSCRIBER_SUBJECT, SendError,
    post_id,
};

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;

/// The version of the journal's records that this build writes.
pub const ENTRY_VERSION: u32 = 1;

/// One record of the journal.
///
/// Inputs and decisions share one sequence. An input may stand several places before the decisions
/// it led to, because inputs go on being made durable while the engine thinks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The record's version, [`ENTRY_VERSION`] when written by this build.
    pub v: u32,
    /// Its place, from 1 without a gap but for probe entries dropped by retention.
    pub seq: u64,
    /// Engine time: when it was received (inputs) or decided (decisions). Never decreases over
    /// inputs.
    pub at: Timestamp,
    /// All decisions about inputs up to this place are in the journal, here or before.
    pub decided: u64,
    /// The input or decision.
    #[serde(flatten)]
    pub body: Body,
}

/// What a record holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// Something that entered.
    Input(Happening),
    /// Something the engine decided.
    Decision(Decision),
}

/// An input with the time it happened, which may be before it was received.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Happening {
    /// When it happened, as the sender says.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub input: Input,
}

/// An output with the input that led to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The `seq` of the input.
    pub of: u64,
    /// What was decided.
    #[serde(flatten)]
    pub output: Output,
}
