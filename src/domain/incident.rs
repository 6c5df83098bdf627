//! The life of an incident in words: states, impact, what a server is called in each.

use serde::{Deserialize, Serialize};

/// Where an incident stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentState {
    /// Something is wrong; the cause is not known.
    Investigating,
    /// The cause is known.
    Identified,
    /// A remedy is in place and watched.
    Monitoring,
    /// Over.
    Resolved,
    /// It was none.
    FalseAlarm,
}

impl IncidentState {
    /// Every state.
    pub const ALL: [Self; 5] =
        [Self::Investigating, Self::Identified, Self::Monitoring, Self::Resolved, Self::FalseAlarm];

    /// Whether the incident is still being worked on.
    pub fn is_open(self) -> bool {
        match self {
            Self::Investigating | Self::Identified | Self::Monitoring => true,
            Self::Resolved | Self::FalseAlarm => false,
        }
    }

    /// The word in files, JSON and commands.
    pub fn word(self) -> &'static str {
        match self {
            Self::Investigating => "investigating",
            Self::Identified => "identified",
            Self::Monitoring => "monitoring",
            Self::Resolved => "resolved",
            Self::FalseAlarm => "false_alarm",
        }
    }
}

/// How an incident stood when somebody was shown it: what they decide by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AsShown {
    /// Where it stood.
    pub state: IncidentState,
    /// How much customers felt of it.
    pub impact: Impact,
    /// How many servers it was about.
    pub servers: u32,
    /// How many updates had been published.
    pub updates: u32,
}

impl AsShown {
    /// As one word: `investigating.major.2.1`.
    pub fn word(&self) -> String {
        let Self { state, impact, servers, updates } = self;
        format!("{}.{}.{servers}.{updates}", state.word(), impact.word())
    }

    /// What [`AsShown::word`] writes, read back; `None` for anything else.
    pub fn read(word: &str) -> Option<Self> {
        let parts: Vec<&str> = word.split('.').collect();
        let [state, impact, servers, updates] = parts.as_slice() else { return None };
        let read = Self {
            state: *IncidentState::ALL.iter().find(|one| one.word() == *state)?,
            impact: *Impact::ALL.iter().find(|one| one.word() == *impact)?,
            servers: servers.parse().ok()?,
            updates: updates.parse().ok()?,
        };
        (read.word() == word).then_some(read)
    }
}

/// How much customers feel of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Impact {
    /// Nothing.
    None,
    /// Slow or now and then unavailable.
    #[default]
    Minor,
    /// Mostly unavailable, or several servers.
    Major,
    /// Down.
    Critical,
}

impl Impact {
    /// Every impact, the least first.
    pub const ALL: [Self; 4] = [Self::None, Self::Minor, Self::Major, Self::Critical];

    /// The word in files, JSON and commands.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Critical => "critical",
        }
    }
}

/// What the status page calls a server's condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerStatus {
    /// All is well.
    #[default]
    Operational,
    /// Announced work.
    UnderMaintenance,
    /// Slow or now and then unavailable.
    DegradedPerformance,
    /// Mostly unavailable.
    PartialOutage,
    /// Down.
    MajorOutage,
}

impl ServerStatus {
    /// The word in files and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Operational => "operational",
            Self::UnderMaintenance => "under_maintenance",
            Self::DegradedPerformance => "degraded_performance",
            Self::PartialOutage => "partial_outage",
            Self::MajorOutage => "major_outage",
        }
    }
}

impl From<Impact> for ServerStatus {
    fn from(impact: Impact) -> Self {
        match impact {
            Impact::None => Self::Operational,
            Impact::Minor => Self::DegradedPerformance,
            Impact::Major => Self::PartialOutage,
            Impact::Critical => Self::MajorOutage,
        }
    }
}

/// What a status update is about; each has its own words in `messages/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateKind {
    /// First word: we see it and look into it.
    Investigating,
    /// Nobody answered in time: the standing policy speaks.
    Holding,
    /// The cause is known.
    Identified,
    /// Something new, or nothing new as promised.
    Update,
    /// A remedy is in place and watched.
    Monitoring,
    /// Full recovery.
    Resolved,
    /// It was none.
    FalseAlarm,
    /// Afterwards: what happened, and what is changed.
    PostMortem,
}

impl UpdateKind {
    /// The word in files, JSON and commands.
    pub fn word(self) -> &'static str {
        match self {
            Self::Investigating => "investigating",
            Self::Holding => "holding",
            Self::Identified => "identified",
            Self::Update => "update",
            Self::Monitoring => "monitoring",
            Self::Resolved => "resolved",
            Self::FalseAlarm => "false_alarm",
            Self::PostMortem => "post_mortem",
        }
    }

    /// The state an incident is in once this is published; `None` leaves it as it is.
    pub fn leads_to(self) -> Option<IncidentState> {
        match self {
            Self::Investigating | Self::Holding | Self::Update | Self::PostMortem => None,
            Self::Identified => Some(IncidentState::Identified),
            Self::Monitoring => Some(IncidentState::Monitoring),
            Self::Resolved => Some(IncidentState::Resolved),
            Self::FalseAlarm => Some(IncidentState::FalseAlarm),
        }
    }
}
