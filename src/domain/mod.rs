//! The words of the design as plain data: fleet, policy, incident, report, evidence.
//!
//! Nothing here decides, reads a clock or does I/O; every type is what its serde shape says. Start
//! at [`Fleet`] for what is watched and at [`Incident`](incident) states for what is told.

pub mod fleet;
pub mod id;
pub mod incident;
pub mod local_time;
pub mod mail_status;
pub mod name;
pub mod notice;
pub mod policy;
pub mod rule;
pub mod series;
pub mod subscription;
pub mod suspicion;
pub mod window;
pub mod wording;

pub use fleet::{Component, ComponentKind, Fleet, Probe, ProbeKind, Server, Vantage};
pub use id::{
    ComponentId, DestinationId, DraftId, IncidentId, MailingId, NoticeId, PersonId, PostId,
    ProbeId, ReportId, SeriesId, ServerId, SuspicionId, WindowId,
};
pub use incident::{AsShown, Impact, IncidentState, ServerStatus, UpdateKind};
pub use local_time::{Beginning, LocalTime, NoOneMoment, WithOffset, moment_of};
pub use mail_status::{MailStatus, says_nobody_is_there};
pub use name::domain_name;
pub use notice::{
    Assumed, Notice, NoticeAbout, NoticeAge, NoticeImpact, NoticeStatus, NoticeWindow, Unread,
};
pub use policy::{
    Abilities, Audience, Destination, FollowNotices, Limits, MaintenancePolicy, Policy, Prices,
    PublishedPolicy, Role, Scope, Settings, TextUnit, WordFiles,
};
pub use rule::{Rule, RuleProblem};
pub use series::{EXCEPT_MAX, Occurrence, Series};
pub use subscription::{NoTopic, Topic};
pub use suspicion::{Alternative, Cause, ServerEvidence, Suspicion};
pub use window::{Blackout, BusyCalendar, MaintenanceWindow, WindowNews, WindowState};
pub use wording::{LANGUAGES, Locale, Wording, WordingOrigin};

/// A moment in UTC. JSON: RFC 3339 with `Z`.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
