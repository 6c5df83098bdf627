//! The fleet: providers, components, servers, customer domains, and the probes that watch them.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{ComponentId, ProbeId, ServerId};

/// The whole inventory. Validated by `config`: ids are unique, every reference resolves, and the
/// dependencies have no cycle.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Fleet {
    /// The host's name, as customers know it (`bot.name`).
    pub name: String,
    /// Staff's time zone (`bot.timezone`).
    pub timezone: Tz,
    /// Everything that servers share.
    pub components: Vec<Component>,
    /// The machines that host customer domains.
    pub servers: Vec<Server>,
    /// What is measured.
    pub probes: Vec<Probe>,
    /// Where it is measured from; a probe may name a vantage that has no entry here.
    pub vantages: Vec<Vantage>,
    /// Customer domain (lower case, ASCII) to the server it is on.
    pub domains: BTreeMap<String, ServerId>,
}

impl Fleet {
    /// Whether `one` is `above`, or depends on it, directly or through others.
    pub fn is_at_or_below(&self, one: &ComponentId, above: &ComponentId) -> bool {
        self.reaches(std::slice::from_ref(one), above)
    }

    /// Whether `server` depends on `above`, directly or through others.
    pub fn is_behind(&self, server: &Server, above: &ComponentId) -> bool {
        self.reaches(&server.depends_on, above)
    }

    fn reaches(&self, from: &[ComponentId], above: &ComponentId) -> bool {
        let mut next: Vec<&ComponentId> = from.iter().collect();
        let mut seen: Vec<&ComponentId> = Vec::new();
        while let Some(id) = next.pop() {
            if id == above {
                return true;
            }
            if !seen.contains(&id) {
                seen.push(id);
                let found = self.components.iter().find(|component| component.id == *id);
                next.extend(found.iter().flat_map(|component| &component.depends_on));
            }
        }
        false
    }

    /// The domain of ours that `name` (lower case, ASCII) is, or the nearest one above it:
    /// `www.example.org` is on `example.org`'s server.
    pub fn domain_above(&self, name: &str) -> Option<&str> {
        let mut rest = name;
        loop {
            if let Some((domain, _)) = self.domains.get_key_value(rest) {
                return Some(domain);
            }
            rest = rest.split_once('.')?.1;
        }
    }

    /// The servers that depend on a component, itself or through others, in the file's order.
    pub fn servers_below(&self, component: &ComponentId) -> Vec<ServerId> {
        // The components through which the server hangs on it, found from below: no cycle.
        let mut holding: BTreeSet<&ComponentId> = BTreeSet::from([component]);
        loop {
            let before = holding.len();
            let hangs = |one: &&Component| one.depends_on.iter().any(|up| holding.contains(up));
            let more: Vec<&ComponentId> =
                self.components.iter().filter(hangs).map(|one| &one.id).collect();
            holding.extend(more);
            if holding.len() == before {
                break;
            }
        }
        let hangs = |one: &&Server| one.depends_on.iter().any(|up| holding.contains(up));
        self.servers.iter().filter(hangs).map(|server| server.id.clone()).collect()
    }
}

/// Anything shared that servers depend on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// Unique among components and servers.
    pub id: ComponentId,
    /// What it is.
    pub kind: ComponentKind,
    /// Staff's word for it.
    pub name: Option<String>,
    /// The public's word for it; without one, public words use the kind's general phrase.
    pub public_name: Option<String>,
    /// What it depends on in turn.
    pub depends_on: Vec<ComponentId>,
    /// Covers only probes of these facets; empty: all.
    pub facets: Vec<String>,
    /// Expected faults per hour, when staff know better than the kind's rate.
    pub faults_per_hour: Option<f64>,
    /// Our accounts there, as the provider's notices name them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<String>,
    /// Its circuits, machines or services, as the provider's notices name them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub circuits: Vec<String>,
    /// The time zone of whoever runs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<Tz>,
}

/// The kinds of component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComponentKind {
    /// Who rents out the machines or the lines.
    Provider,
    /// A building.
    Datacenter,
    /// A switch, router or link.
    Network,
    /// A rack.
    Rack,
    /// A virtualisation host.
    Hypervisor,
    /// A shared database.
    Database,
    /// Name service.
    Dns,
    /// Mail service.
    Mail,
    /// Anything else.
    Other,
}

impl ComponentKind {
    /// Every kind, in the order of the design.
    pub const ALL: [Self; 9] = [
        Self::Provider,
        Self::Datacenter,
        Self::Network,
        Self::Rack,
        Self::Hypervisor,
        Self::Database,
        Self::Dns,
        Self::Mail,
        Self::Other,
    ];

    /// The word in files and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Datacenter => "datacenter",
            Self::Network => "network",
            Self::Rack => "rack",
            Self::Hypervisor => "hypervisor",
            Self::Database => "database",
            Self::Dns => "dns",
            Self::Mail => "mail",
            Self::Other => "other",
        }
    }
}

/// A machine that hosts customer domains.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Server {
    /// Unique among components and servers.
    pub id: ServerId,
    /// Staff's word for it.
    pub name: Option<String>,
    /// The public's word for it; a server without one is never named in public.
    pub public_name: Option<String>,
    /// What it depends on.
    pub depends_on: Vec<ComponentId>,
    /// Its address, for the evidence packet. Never public.
    pub address: Option<String>,
    /// Expected faults per hour, when staff know better.
    pub faults_per_hour: Option<f64>,
}

/// Where probes run from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vantage {
    /// The name that probes use.
    pub id: String,
    /// Expected faults per hour of the vantage itself.
    pub faults_per_hour: Option<f64>,
}

/// A configured check from a vantage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// Unique among probes.
    pub id: ProbeId,
    /// The server it watches; `None` for a canary.
    pub server: Option<ServerId>,
    /// What is done, and to what.
    pub kind: ProbeKind,
    /// From one start to the next, in milliseconds.
    pub every_ms: u64,
    /// How long one check may take, in milliseconds.
    pub timeout_ms: u64,
    /// What part of the service it looks at ("home", "dashboard").
    pub facet: Option<String>,
    /// Where it runs from; `"home"` unless told.
    pub vantage: String,
    /// Share of checks that fail while all is well; learned when absent.
    pub baseline_loss: Option<f64>,
}

impl Probe {
    /// Whether this probes something that is not ours.
    pub fn is_canary(&self) -> bool {
        self.server.is_none()
    }
}

/// What a probe does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ProbeKind {
    /// Somebody else measures it and tells us.
    External,
    /// One GET over a fresh connection.
    Http {
        /// `http://` or `https://`, without user or password.
        url: String,
        /// Status codes that count as healthy; empty: 200 to 399.
        expect_status: Vec<u16>,
        /// Text that the body's first 64 KiB must contain.
        expect_body: Option<String>,
    },
    /// A TCP connection, opened and closed.
    Tcp {
        /// `host:port`.
        address: String,
    },
    /// A TLS handshake, and the days the certificate has left.
    Tls {
        /// `host:port`.
        address: String,
        /// The name the certificate must be for.
        server_name: String,
        /// Fails when fewer whole days are left.
        days_left_min: u32,
    },
}
