//! A stage for stories: a small host, simulated time, an engine whose timers fire by themselves.

use std::{collections::BTreeMap, sync::Arc};

use bellwether::{
    domain::*,
    engine::{Detector, Engine, Evidence},
    event::*,
};
use chrono::TimeDelta;

pub struct Stage<D: Detector = Evidence> {
    pub engine: Engine<D>,
    pub now: Timestamp,
    pub seq: u64,
    pub heard: Vec<(Timestamp, Output)>,
    pub inputs: Vec<(u64, Timestamp, Happening, Vec<Output>)>,
    /// All of the fleet it began with, in turn.
    probes: Vec<ProbeId>,
    random: u64,
    reports: u32,
}

/// Two servers behind one switch, a third in the same data centre behind another, two canaries.
pub fn settings() -> Settings {
    let server = |id: &str, public: Option<&str>, switch: &str| Server {
        id: id.into(),
        name: None,
        public_name: public.map(str::to_owned),
        depends_on: vec![switch.into()],
        address: Some("192.0.2.10".to_owned()),
        faults_per_hour: None,
    };
    let component = |id: &str, kind, name: Option<&str>, above: &[&str]| Component {
        id: id.into(),
        kind,
        name: name.map(str::to_owned),
        public_name: None,
        depends_on: above.iter().map(|id| ComponentId::from(*id)).collect(),
        facets: Vec::new(),
        faults_per_hour: None,
        accounts: Vec::new(),
        circuits: Vec::new(),
        timezone: None,
    };
    let servers = vec![
        server("s1", Some("Server One"), "sw-1"),
        server("s2", Some("Server Two"), "sw-1"),
        server("s3", None, "sw-2"),
    ];
    let mut probes: Vec<Probe> =
        servers.iter().flat_map(|one| [probe(&one.id, "http"), probe(&one.id, "tcp")]).collect();
    for id in ["canary-1", "canary-2"] {
        probes.push(Probe { id: id.into(), server: None, ..probe(&"s1".into(), "http") });
    }
    let domains = [("one.example", "s1"), ("two.example", "s2"), ("three.example", "s3")];
    Settings {
        fleet: Fleet {
            name: "Example Host".to_owned(),
            timezone: chrono_tz::America::New_York,
            components: vec![
                component("sw-1", ComponentKind::Network, Some("switch 1 in Atlanta"), &["atl"]),
                component("sw-2", ComponentKind::Network, None, &["atl"]),
                component("atl", ComponentKind::Datacenter, None, &[]),
            ],
            servers,
            probes,
            vantages: Vec::new(),
            domains: domains.map(|(domain, id)| (domain.to_owned(), id.into())).into(),
        },
        policy: Policy::default(),
        destinations: vec![
            destination("staff", Audience::Staff),
            destination("feed", Audience::Public),
            destination("people", Audience::Reporters),
        ],
        words: WordFiles::new(),
        public_url: Some("https://status.example.net".to_owned()),
        languages: vec!["en".to_owned()],
    }
}

fn probe(server: &ServerId, what: &str) -> Probe {
    Probe {
        id: format!("{server}-{what}").into(),
        server: Some(server.clone()),
        kind: ProbeKind::External,
        every_ms: 30_000,
        timeout_ms: 10_000,
        facet: None,
        vantage: "home".to_owned(),
        baseline_loss: Some(0.003),
    }
}

pub fn destination(id: &str, audience: Audience) -> Destination {
    Destination {
        id: id.into(),
        kind: "console".to_owned(),
        audience,
        language: "en".to_owned(),
        timezone: None,
        options: BTreeMap::new(),
        limits: Limits::of(2000, TextUnit::Characters),
        abilities: Abilities::default(),
    }
}

impl Stage {
    pub fn new() -> Self {
        Self::with(settings())
    }
}

impl<D: Detector> Stage<D> {
    pub fn with(settings: Settings) -> Self {
        let now = "2014-04-24T01:00:00Z".parse().unwrap();
        let (heard, inputs) = (Vec::new(), Vec::new());
        let engine = Engine::new();
        let probes = settings.fleet.probes.iter().map(|probe| probe.id.clone()).collect();
        let mut stage = Self { engine, now, seq: 0, heard, inputs, probes, random: 42, reports: 0 };
        stage.start(Some(settings));
        stage
    }

    pub fn start(&mut self, settings: Option<Settings>) {
        self.take(Input::Started {
            installation: "installation-1".to_owned(),
            version: Engine::<D>::version(),
            settings: settings.map(Arc::new),
            reload: None,
        });
    }

    /// One input now; timers that are due go first.
    pub fn take(&mut self, input: Input) -> Vec<Output> {
        self.meet_deadlines();
        self.take_at(self.now, input)
    }

    pub fn meet_deadlines(&mut self) {
        let until = self.now;
        for _ in 0..1000 {
            let Some((due, reason)) = self.engine.next_deadline() else { return };
            if due > until {
                return;
            }
            let received = due.max(self.inputs.last().map_or(due, |input| input.1));
            self.received(
                received,
                Happening { at: received, input: Input::Timer { reason, due } },
            );
        }
        panic!("a timer fires for ever: {:?}", self.engine.next_deadline());
    }

    /// Nobody is there for so long; what was due meanwhile is met now, as after a start.
    pub fn sleep(&mut self, minutes: i64) {
        self.now += TimeDelta::minutes(minutes);
        for _ in 0..1000 {
            let Some((due, reason)) = self.engine.next_deadline() else { return };
            if due > self.now {
                return;
            }
            self.take_at(self.now, Input::Timer { reason, due });
        }
        panic!("a timer fires for ever: {:?}", self.engine.next_deadline());
    }

    /// An input that happened at another time than it is received.
    pub fn take_at(&mut self, at: Timestamp, input: Input) -> Vec<Output> {
        self.received(self.now, Happening { at, input })
    }

    fn received(&mut self, received: Timestamp, happening: Happening) -> Vec<Output> {
        self.seq += 1;
        let outputs = self.engine.handle(self.seq, received, &happening);
        self.heard.extend(outputs.iter().map(|output| (received, output.clone())));
        self.inputs.push((self.seq, received, happening, outputs.clone()));
        outputs
    }

    pub fn pass(&mut self, minutes: i64) {
        self.now += TimeDelta::minutes(minutes);
        self.meet_deadlines();
    }

    /// Every probe twice a minute; `failing` probes (by the start of their id) lose that share.
    pub fn probe_for(&mut self, minutes: i64, failing: &[&str], loss: f64) {
        let probes = self.probes.clone();
        for _ in 0..minutes * 2 {
            for probe in &probes {
                self.now += TimeDelta::milliseconds(30_000 / probes.len() as i64);
                let is_bad = failing.iter().any(|start| probe.as_str().starts_with(start))
                    && self.random_share() < loss;
                self.result(probe, !is_bad);
            }
        }
    }

    /// One check of each probe within half a minute, all of `failing` bad.
    pub fn round(&mut self, failing: &[&str]) {
        for probe in self.probes.clone() {
            self.now += TimeDelta::milliseconds(30_000 / self.probes.len() as i64);
            let is_bad = failing.iter().any(|start| probe.as_str().starts_with(start));
            self.result(&probe, !is_bad);
        }
    }

    pub fn result(&mut self, probe: &ProbeId, ok: bool) -> Vec<Output> {
        let error = (!ok).then(|| "timeout".to_owned());
        let latency_ms = ok.then_some(180);
        self.take(Input::ProbeResult { probe: probe.clone(), ok, latency_ms, error })
    }

    pub fn report(&mut self, person: &str, domain: &str) -> Vec<Output> {
        self.reports += 1;
        self.take(Input::Report {
            id: format!("r-{}", self.reports).into(),
            reporter: person.into(),
            source: "discord".to_owned(),
            domain: Some(domain.to_owned()),
            confirmed: true,
            answered: false,
            language: None,
            text: None,
        })
    }

    /// What staff type; the answer's words.
    pub fn types(&mut self, text: &str) -> String {
        self.command("tim", Role::Staff, text)
    }

    pub fn command(&mut self, by: &str, role: Role, text: &str) -> String {
        let (by, text) = (by.to_owned(), text.to_owned());
        let outputs = self.take(Input::Command { by, role, text });
        outputs
            .iter()
            .find_map(|output| match output {
                Output::Reply { ok, text } => {
                    Some(format!("{} {text}", if *ok { "ok:" } else { "no:" }))
                }
                _ => None,
            })
            .expect("every command is answered")
    }

    /// Bodies of posts to a destination since the last time this was asked.
    pub fn posts_to(&self, destination: &str) -> Vec<String> {
        self.posts()
            .filter(|post| post.destination.as_str() == destination)
            .map(|post| post.body.clone())
            .collect()
    }

    pub fn posts(&self) -> impl Iterator<Item = &Post> {
        self.heard.iter().filter_map(|(_, output)| match output {
            Output::Post(post) => Some(post),
            _ => None,
        })
    }

    pub fn suspicions(&self) -> Vec<&Suspicion> {
        self.heard
            .iter()
            .filter_map(|(_, output)| match output {
                Output::Suspicion(suspicion) => Some(suspicion),
                _ => None,
            })
            .collect()
    }

    pub fn count(&self, is_meant: impl Fn(&Output) -> bool) -> usize {
        self.heard.iter().filter(|(_, output)| is_meant(output)).count()
    }

    pub fn forget_heard(&mut self) {
        self.heard.clear();
    }

    /// SplitMix64: the same numbers every time.
    pub fn random_share(&mut self) -> f64 {
        (splitmix(&mut self.random) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

pub fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
