//! The words of the design as plain data: fleet, policy, incident, report, evidence.
//!
//! Nothing here decides, reads a clock or does I/O; every type is what its serde shape says. Start
//! at [`Fleet`] for what is watched and at [`Incident`](incident) states for what is told.

pub mod fleet;
pub mod id;
pub mod incident;
pub mod name;
pub mod policy;
pub mod subscription;
pub mod suspicion;
pub mod wording;

pub use fleet::{Component, ComponentKind, Fleet, Probe, ProbeKind, Server, Vantage};
pub use id::{
    ComponentId, DestinationId, DraftId, IncidentId, MailingId, PersonId, PostId, ProbeId,
    ReportId, ServerId, SuspicionId,
};
pub use incident::{AsShown, Impact, IncidentState, ServerStatus, UpdateKind};
pub use name::domain_name;
pub use policy::{
    Abilities, Audience, Destination, Limits, Policy, Role, Scope, Settings, TextUnit, WordFiles,
};
pub use subscription::{NoTopic, Topic};
pub use suspicion::{Alternative, Cause, ServerEvidence, Suspicion};
pub use wording::{LANGUAGES, Locale, Wording, WordingOrigin};

/// A moment in UTC. JSON: RFC 3339 with `Z`.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
