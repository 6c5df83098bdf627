//! Fleets that never were, with faults whose truth is known: for measuring the detector.
//!
//! A [`Plan`] and its seed give one fleet, one history and one truth, byte for byte the same
//! everywhere. Healthy probes fail now and then, customers complain without cause or about the
//! wrong server, and then something breaks. Every draw comes from the seed: part of the history
//! (`dice`) has a stream of its own, so that one thing more does not change all the others.
//! Must not: know a detector, or read the clock's randomness.
//!
//! Start at [`Simulation::of`]; `topology` makes the fleet, `faults` what goes wrong, `history`
//! the events, `truth` what a score is held against.

mod dice;
mod faults;
mod history;
mod topology;
mod truth;

use std::io::{self, Write};

use chrono::{TimeDelta, TimeZone, Utc};

use crate::domain::{ComponentKind, Timestamp};

use dice::Dice;
use faults::Trouble;
use topology::Topology;

/// The smallest and largest fleet.
pub const SERVERS: std::ops::RangeInclusive<usize> = 2..=20_000;
/// The longest history, in hours.
pub const HOURS_MAX: f64 = 24.0 * 60.0;
/// Probes run this often, in milliseconds.
pub const EVERY_MS: i64 = 30_000;
/// Reports of a healthy server per hour.
pub const BACKGROUND_PER_HOUR: f64 = 0.02;
/// Reports that a fault which fails every check causes per server-hour, on average; a lesser fault
/// has its share.
pub const REPORTS_PER_HOUR: f64 = 4.5;
/// Customers name a wrong domain this often.
pub const WRONG_DOMAIN_SHARE: f64 = 0.1;
/// How late customers write in, on average, in seconds.
pub const REPORT_DELAY_S: f64 = 900.0;

/// What is to be simulated.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// How many servers; brought into [`SERVERS`].
    pub servers: usize,
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// How long; brought into 0.1 to [`HOURS_MAX`].
    pub hours: f64,
    /// What breaks.
    pub fault: Breaks,
    /// The share of checks it makes bad, 0 to 1; drawn when absent.
    pub loss: Option<f64>,
    /// How it shows; drawn when absent and the faults are mixed, else [`Manner::Even`].
    pub manner: Option<Manner>,
    /// What else there is.
    pub extras: Vec<Extra>,
}

/// What breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Breaks {
    /// Nothing.
    None,
    /// One time in eight nothing; else mostly one server, sometimes what many share, sometimes two
    /// things within ten minutes.
    Mixed,
    /// One server.
    Server,
    /// A switch.
    Network,
    /// A data centre.
    Datacenter,
    /// A provider.
    Provider,
    /// A shared database.
    Database,
    /// A rack.
    Rack,
    /// A virtualisation host.
    Hypervisor,
    /// A name service.
    Dns,
    /// A mail service.
    Mail,
    /// Anything else that is shared.
    Other,
}

impl Breaks {
    /// The kind of component, when it is one.
    pub fn kind(self) -> Option<ComponentKind> {
        match self {
            Self::None | Self::Mixed | Self::Server => None,
            Self::Network => Some(ComponentKind::Network),
            Self::Datacenter => Some(ComponentKind::Datacenter),
            Self::Provider => Some(ComponentKind::Provider),
            Self::Database => Some(ComponentKind::Database),
            Self::Rack => Some(ComponentKind::Rack),
            Self::Hypervisor => Some(ComponentKind::Hypervisor),
            Self::Dns => Some(ComponentKind::Dns),
            Self::Mail => Some(ComponentKind::Mail),
            Self::Other => Some(ComponentKind::Other),
        }
    }
}

/// How a fault shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Manner {
    /// All servers behind it lose alike.
    Even,
    /// Each server behind it is affected or not, half and half.
    Patchy,
    /// Probes see nothing; only customers do.
    Blind,
}

/// What can be added to a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Extra {
    /// One person writes again and again about one server.
    Flood,
    /// The vantage itself loses a share of all checks for a while, canaries included.
    Vantage,
    /// Total failures shorter than 40 seconds, about one an hour.
    Blips,
    /// A healthy probe that failed is likelier to fail again at once.
    Bursts,
    /// Faults lose packets: most bad checks are answered, a second or more late.
    Slow,
    /// One result in ten arrives late, so that the order is not that of the checks.
    Late,
    /// One server in ten stands at another switch than the fleet file says.
    WrongMap,
    /// Each server has a home page and a dashboard, and databases only matter to the latter.
    Facets,
    /// Everything is measured from two vantages.
    TwoVantages,
}

/// A fleet with its history and the truth about it.
pub struct Simulation {
    plan: Plan,
    topology: Topology,
    trouble: Trouble,
}

impl Simulation {
    /// Draws everything but the single events.
    pub fn of(plan: &Plan) -> Self {
        let plan = Plan {
            servers: plan.servers.clamp(*SERVERS.start(), *SERVERS.end()),
            hours: if plan.hours.is_finite() { plan.hours.clamp(0.1, HOURS_MAX) } else { 3.0 },
            loss: plan.loss.filter(|loss| loss.is_finite()).map(|loss| loss.clamp(0.0, 1.0)),
            ..plan.clone()
        };
        let topology = Topology::draw(&plan, &mut Dice::new(plan.seed, "topology"));
        let trouble = Trouble::draw(&plan, &topology, &mut Dice::new(plan.seed, "trouble"));
        Self { plan, topology, trouble }
    }

    /// Writes the fleet file.
    ///
    /// # Errors
    ///
    /// `out` cannot be written to.
    pub fn write_fleet(&self, out: &mut impl Write) -> io::Result<()> {
        self.topology.write(out)
    }

    /// Writes the events as JSON lines, in the order in which they are received, and counts them.
    ///
    /// # Errors
    ///
    /// `out` cannot be written to.
    pub fn write_events(&self, out: &mut impl Write) -> io::Result<u64> {
        history::write(&self.plan, &self.topology, &self.trouble, out)
    }

    /// Writes the truth.
    ///
    /// # Errors
    ///
    /// `out` cannot be written to.
    pub fn write_truth(&self, out: &mut impl Write) -> io::Result<()> {
        truth::write(&self.plan, &self.topology, &self.trouble, out)
    }
}

impl Plan {
    fn has(&self, extra: Extra) -> bool {
        self.extras.contains(&extra)
    }

    fn length_ms(&self) -> i64 {
        (self.hours * 3_600_000.0) as i64
    }
}

/// The moment that lies `ms` after the beginning of every history.
fn moment(ms: i64) -> Timestamp {
    let start = Utc.with_ymd_and_hms(2026, 3, 2, 18, 0, 0).single().unwrap_or_default();
    start + TimeDelta::milliseconds(ms)
}

/// As in the files: RFC 3339 to the millisecond.
fn written(ms: i64) -> String {
    moment(ms).to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
