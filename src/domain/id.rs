//! Identifiers: one type a noun, so that a server is never passed where a probe is meant.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

macro_rules! number_id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
        )]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

text_id! {
    /// A server's id, as the fleet file names it.
    ServerId,
    /// A shared component's id, as the fleet file names it.
    ComponentId,
    /// A probe's id, as the fleet file names it.
    ProbeId,
    /// A destination's id, as the configuration names it.
    DestinationId,
    /// A person, by a random id; the account behind it lives in the personal tree.
    PersonId,
    /// A report, by a random id; its text lives in the personal tree.
    ReportId,
    /// A post: 32 hex digits, the hash that makes a second send recognisable.
    PostId,
}

number_id! {
    /// An incident, counted from 1.
    IncidentId,
    /// A suspicion, counted from 1.
    SuspicionId,
    /// A draft, counted from 1.
    DraftId,
    /// Work that comes again, counted from 1.
    SeriesId,
    /// A maintenance window, counted from 1.
    WindowId,
    /// A provider's notice, counted from 1.
    NoticeId,
    /// A mailing to subscribers, counted from 1.
    MailingId,
}
