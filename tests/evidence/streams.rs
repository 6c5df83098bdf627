//! Streams that nobody sends by good will: everything fails, everything recovers, everything
//! alternates, one probe floods, times are wrong, people flood, the fleet changes under way.
//!
//! Whatever comes, all numbers stay finite, the state stays bounded, and what is said can be read
//! back. `SEED` repeats one run, `ROUNDS` asks for more.

use std::sync::Arc;

use bellwether::{
    domain::{
        Abilities, Audience, Destination, Limits, ProbeId, ServerId, Settings, Suspicion, TextUnit,
        Timestamp,
    },
    engine::{
        Engine,
        evidence::{
            core::Core,
            model::RING_LEN,
            ring::Outcome,
            shape::{Class, Shape, Sort},
            target::Measured,
        },
    },
    event::{Happening, Input, Output},
};
use chrono::TimeDelta;

use super::fleets::{self, Chance};

/// Days that are played unless more are asked for.
const USUAL: usize = 12;
/// What a snapshot may hold for each probe, server and person, and besides, in bytes.
const PROBE_BYTES_MAX: usize = 16_000;
const SERVER_BYTES_MAX: usize = 1_000;
const REST_BYTES_MAX: usize = 600_000;
/// Evidence cannot grow beyond this: 1e200 a cell.
const EVIDENCE_MAX: f64 = 1e203;

/// An engine that is driven as the desk does it: timers first, in their own time.
struct Play {
    engine: Engine,
    settings: Arc<Settings>,
    now: Timestamp,
    seq: u64,
    people: u64,
    suspicions: usize,
    cleared: usize,
}

impl Play {
    fn new(settings: Settings) -> Self {
        let now: Timestamp = "2014-04-24T01:00:00Z".parse().expect("a time");
        let settings = Arc::new(told(settings));
        let mut play = Self {
            engine: Engine::new(),
            settings: settings.clone(),
            now,
            seq: 0,
            people: 0,
            suspicions: 0,
            cleared: 0,
        };
        play.configure(settings);
        play
    }

    fn configure(&mut self, settings: Arc<Settings>) {
        self.settings = settings.clone();
        self.take(
            self.now,
            Input::Started {
                installation: "i".to_owned(),
                version: Engine::<bellwether::engine::Evidence>::version(),
                settings: Some(settings),
                reload: None,
            },
        );
    }

    fn take(&mut self, at: Timestamp, input: Input) {
        // A suspicion is looked at every minute, also through a day of silence.
        for _ in 0..3_000 {
            let due = self.engine.next_deadline().filter(|(due, _)| *due <= self.now);
            let Some((due, reason)) = due else {
                return self.receive(self.now, Happening { at, input });
            };
            self.receive(due, Happening { at: due, input: Input::Timer { reason, due } });
        }
        panic!("a timer fires for ever: {:?}", self.engine.next_deadline());
    }

    fn receive(&mut self, received: Timestamp, happening: Happening) {
        self.seq += 1;
        for output in self.engine.handle(self.seq, received, &happening) {
            let json = serde_json::to_string(&output).expect("an output is JSON");
            let back: Output = serde_json::from_str(&json).expect("it can be read back");
            assert_eq!(back, output, "{json}");
            match &output {
                Output::Suspicion(suspicion) => {
                    self.suspicions += 1;
                    hold_suspicion(suspicion);
                }
                Output::SuspicionCleared { .. } => self.cleared += 1,
                _ => {}
            }
        }
    }

    fn result(&mut self, at: Timestamp, probe: usize, ok: bool, latency_ms: Option<u32>) {
        let probes = &self.settings.fleet.probes;
        let known = probes.get(probe).map(|probe| probe.id.clone());
        let probe = known.unwrap_or_else(|| ProbeId::from("unknown"));
        let error = (!ok).then(|| "timeout".to_owned());
        self.take(at, Input::ProbeResult { probe, ok, latency_ms, error });
    }

    /// A person who never wrote before, or the first one once more.
    fn report(&mut self, at: Timestamp, server: usize, is_new: bool) {
        self.people += u64::from(is_new);
        let person = if is_new { self.people } else { 0 };
        self.seq += 1;
        let domain = self.settings.fleet.servers.get(server).map(|one| domain(&one.id));
        self.take(
            at,
            Input::Report {
                id: format!("r-{}", self.seq).into(),
                reporter: format!("person-{person}").into(),
                source: "web".to_owned(),
                domain: Some(domain.unwrap_or_else(|| "elsewhere.example".to_owned())),
                confirmed: true,
                answered: false,
                language: None,
                text: None,
            },
        );
    }

    fn pass_ms(&mut self, milliseconds: i64) {
        self.now += TimeDelta::milliseconds(milliseconds);
    }

    /// Every probe once, over `round_ms`.
    fn round(&mut self, round_ms: i64, mut is_ok: impl FnMut(usize) -> bool) {
        let probes = self.settings.fleet.probes.len();
        for probe in 0..probes {
            self.pass_ms((round_ms / probes as i64).max(1));
            let ok = is_ok(probe);
            self.result(self.now, probe, ok, ok.then_some(180));
        }
    }

    /// All that must hold at any time.
    fn hold(&self, when: &str) {
        let explained = self.engine.explain(self.now);
        let weighed = &explained.weighed;
        let is_evidence = |value: f64| (0.0..=EVIDENCE_MAX).contains(&value);
        assert!(is_evidence(weighed.evidence_s), "{when}: S is {}", weighed.evidence_s);
        for class in &weighed.classes {
            assert!(is_evidence(class.evidence_s), "{when}: {class:?}");
            assert!(class.score.is_none_or(f64::is_finite), "{when}: {class:?}");
        }
        for target in &weighed.targets {
            assert!(target.checks as usize <= RING_LEN, "{when}: {target:?}");
            assert!((0.0..=0.5).contains(&target.normal_loss), "{when}: {target:?}");
        }
        explained.standing.iter().for_each(|one| hold_suspicion(&one.suspicion));
        let bytes = self.engine.snapshot();
        let fleet = &self.settings.fleet;
        let most = REST_BYTES_MAX
            + PROBE_BYTES_MAX * fleet.probes.len()
            + SERVER_BYTES_MAX * fleet.servers.len();
        assert!(bytes.len() <= most, "{when}: {} bytes, more than {most}", bytes.len());
        let again = Engine::<bellwether::engine::Evidence>::restore(&bytes).expect("a snapshot");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(text(&again.snapshot()), text(&bytes), "{when}");
    }
}

fn hold_suspicion(suspicion: &Suspicion) {
    let is_share = |value: f64| (0.0..=1.0 + 1e-9).contains(&value);
    for cause in &suspicion.causes {
        let shares = [cause.class_probability, cause.probability, cause.loss.unwrap_or(0.0)];
        assert!(shares.into_iter().all(is_share), "{cause:?}");
    }
    for other in &suspicion.alternatives {
        assert!(is_share(other.probability), "{other:?}");
    }
    assert!(!suspicion.causes.is_empty() && !suspicion.servers.is_empty(), "{suspicion:?}");
}

fn domain(server: &ServerId) -> String {
    format!("{server}.example")
}

/// With domains, and with somebody to tell.
fn told(mut settings: Settings) -> Settings {
    let audiences = [Audience::Staff, Audience::Public, Audience::Reporters];
    let destination = |audience: Audience| Destination {
        id: format!("{audience:?}").to_lowercase().into(),
        kind: "console".to_owned(),
        audience,
        language: "en".to_owned(),
        timezone: None,
        options: Default::default(),
        abilities: Abilities::default(),
        limits: Limits::of(2000, TextUnit::Characters),
    };
    settings.destinations = audiences.map(destination).into();
    let servers = settings.fleet.servers.iter().map(|server| &server.id);
    settings.fleet.domains = servers.map(|id| (domain(id), id.clone())).collect();
    settings
}

/// A fleet that has probes; some with a baseline to be learned.
fn fleet(chance: &mut Chance) -> Settings {
    loop {
        let mut settings = fleets::settings(chance);
        for probe in &mut settings.fleet.probes {
            if chance.happens(0.3) {
                probe.baseline_loss = *chance.of(&[None, Some(0.0), Some(1.0)]);
            }
        }
        if settings.fleet.probes.iter().any(|probe| !probe.is_canary()) {
            return settings;
        }
    }
}

/// A part of a day.
#[derive(Clone, Copy, Debug)]
enum Part {
    AllFail,
    AllWell,
    Alternating,
    AlternatingByRound,
    Random,
    Latencies,
    WrongTimes,
    SameMoment,
    FastTarget,
    ReportFlood,
    Reload,
    Silence,
    ClockBack,
}

const PARTS: [Part; 13] = [
    Part::AllFail,
    Part::AllWell,
    Part::Alternating,
    Part::AlternatingByRound,
    Part::Random,
    Part::Latencies,
    Part::WrongTimes,
    Part::SameMoment,
    Part::FastTarget,
    Part::ReportFlood,
    Part::Reload,
    Part::Silence,
    Part::ClockBack,
];

/// Milliseconds by which a time may be wrong.
const WRONG_BY_MS: [i64; 10] = [
    0,
    1,
    -1,
    29_000,
    31_000,
    -599_000,
    -601_000,
    -7_200_000,
    1_000_000_000_000,
    -60_000_000_000_000,
];
const LATENCIES_MS: [u32; 6] = [0, 1, 180, 10_000, u32::MAX - 1, u32::MAX];

fn play(play: &mut Play, chance: &mut Chance, part: Part) {
    let rounds = 5 + chance.below(20);
    let probes = play.settings.fleet.probes.len();
    match part {
        Part::AllFail => (0..rounds).for_each(|_| play.round(30_000, |_| false)),
        Part::AllWell => (0..rounds).for_each(|_| play.round(30_000, |_| true)),
        Part::Alternating => (0..rounds).for_each(|_| play.round(30_000, |probe| probe % 2 == 0)),
        Part::AlternatingByRound => {
            (0..rounds).for_each(|round| play.round(30_000, |_| round % 2 == 0));
        }
        Part::Random => {
            let loss = chance.share();
            (0..rounds).for_each(|_| play.round(30_000, |_| !chance.happens(loss)));
        }
        Part::Latencies => {
            for number in 0..rounds * probes {
                play.pass_ms(chance.below(10_000) as i64);
                let latency_ms = *chance.of(&LATENCIES_MS);
                let latency_ms = chance.happens(0.9).then_some(latency_ms);
                play.result(play.now, number % probes, chance.happens(0.8), latency_ms);
            }
        }
        Part::WrongTimes => {
            for _ in 0..rounds * probes {
                play.pass_ms(chance.below(5_000) as i64);
                let at = play.now + TimeDelta::milliseconds(*chance.of(&WRONG_BY_MS));
                let probe = chance.below(probes + 1);
                play.result(at, probe, chance.happens(0.5), Some(180));
                if chance.happens(0.1) {
                    play.report(at, chance.below(12), true);
                }
            }
        }
        Part::SameMoment => {
            for _ in 0..rounds * probes {
                play.result(play.now, chance.below(probes), chance.happens(0.5), Some(180));
            }
        }
        Part::FastTarget => {
            let (probe, loss) = (chance.below(probes), chance.share());
            for number in 0..2_000 {
                play.now += TimeDelta::microseconds(100);
                let ok = if number < 1_000 { !chance.happens(loss) } else { number % 2 == 0 };
                play.result(play.now, probe, ok, Some(180));
            }
        }
        Part::ReportFlood => {
            let is_new = chance.happens(0.7);
            for _ in 0..100 {
                play.pass_ms(chance.below(2_000) as i64);
                play.report(play.now, chance.below(13), is_new);
            }
        }
        Part::Reload => {
            let other = told(fleet(chance));
            play.configure(Arc::new(if chance.happens(0.3) { other } else { fewer(chance, play) }));
        }
        Part::Silence => play.pass_ms(*chance.of(&[60_000, 7_300_000, 90_000_000])),
        Part::ClockBack => play.pass_ms(-(chance.below(600_000) as i64)),
    }
}

/// The fleet without a server or a component, or with a probe less.
fn fewer(chance: &mut Chance, play: &Play) -> Settings {
    let mut settings = (*play.settings).clone();
    let fleet = &mut settings.fleet;
    if fleet.servers.len() > 1 && chance.happens(0.5) {
        let gone = fleet.servers.remove(chance.below(fleet.servers.len()));
        fleet.probes.retain(|probe| probe.server.as_ref() != Some(&gone.id));
    }
    if fleet.components.len() > 1 && chance.happens(0.5) {
        let gone = fleet.components.remove(chance.below(fleet.components.len()));
        let lists = fleet.servers.iter_mut().map(|one| &mut one.depends_on);
        let lists = lists.chain(fleet.components.iter_mut().map(|one| &mut one.depends_on));
        lists.for_each(|list| list.retain(|id| *id != gone.id));
    }
    if fleet.probes.len() > 1 && chance.happens(0.5) {
        fleet.probes.remove(chance.below(fleet.probes.len()));
    }
    if fleet.probes.is_empty() { (*play.settings).clone() } else { told(settings) }
}

#[test]
fn no_stream_breaks_the_engine() {
    let (mut suspicions, mut cleared) = (0, 0);
    for seed in fleets::seeds(USUAL) {
        println!("seed {seed}");
        let mut chance = Chance::new(seed);
        let mut stage = Play::new(fleet(&mut chance));
        for number in 0..12 {
            let part = *chance.of(&PARTS);
            play(&mut stage, &mut chance, part);
            stage.hold(&format!("seed {seed}, part {number}, {part:?}"));
        }
        (suspicions, cleared) = (suspicions + stage.suspicions, cleared + stage.cleared);
    }
    println!("{suspicions} suspicions said, {cleared} cleared");
    assert!(suspicions > 0 && cleared > 0, "the streams are no quiet days");
}

#[test]
fn ten_thousand_results_a_second_of_one_probe_leave_the_state_as_it_was() {
    let mut chance = Chance::new(1);
    let mut stage = Play::new(fleet(&mut chance));
    (0..30).for_each(|_| stage.round(30_000, |_| true));
    let mut sizes = Vec::new();
    for second in 0..6 {
        for number in 0..10_000 {
            stage.now += TimeDelta::microseconds(100);
            stage.result(stage.now, 0, (number + second) % 3 > 0, Some(180));
        }
        stage.hold(&format!("second {second}"));
        sizes.push(stage.engine.snapshot().len());
    }
    assert!(sizes[5] < sizes[0] + 20_000, "{sizes:?}");
}

#[test]
fn a_flood_of_people_leaves_the_evidence_bounded() {
    let mut chance = Chance::new(2);
    let mut stage = Play::new(fleet(&mut chance));
    for person in 0..6_000 {
        stage.pass_ms(20);
        stage.report(stage.now, person % 3, true);
    }
    let explained = stage.engine.explain(stage.now);
    assert!((0.0..=EVIDENCE_MAX).contains(&explained.weighed.evidence_s));
    assert!(stage.engine.snapshot().len() < 8_000_000, "{}", stage.engine.snapshot().len());
}

/// The mathematics alone, with what no gate keeps away from it.
#[test]
fn no_stream_breaks_the_mathematics() {
    for seed in fleets::seeds(USUAL) {
        println!("seed {seed}");
        let mut chance = Chance::new(seed);
        let (mut core, targets) = core(&mut chance);
        let mut now_ms = *chance.of(&[0, 1_400_000_000_000, -1_400_000_000_000]);
        for part in 0..8 {
            let (loss, step) = (*chance.of(&[0.0, 0.5, 1.0]), *chance.of(&[1, 100, 60_000]));
            for _ in 0..400 {
                now_ms += chance.below(step) as i64;
                let target = chance.below(targets);
                let wrong_ms = *chance.of(&WRONG_BY_MS);
                let at_ms = if chance.happens(0.1) { now_ms + wrong_ms } else { now_ms };
                match chance.below(20) {
                    0 => core.report(at_ms, core.shape().place_of(target)),
                    1 => {
                        let b = *chance.of(&[1e-4, 0.5, 1.0 - 1e-9]);
                        let outcome = Outcome::Slow(b);
                        core.weigh(now_ms, at_ms, target, Measured { outcome, covered: b });
                    }
                    _ => core.probe(at_ms, target, !chance.happens(loss)),
                }
            }
            hold_core(&core, now_ms, &format!("seed {seed}, part {part}"));
        }
    }
}

fn core(chance: &mut Chance) -> (Core, usize) {
    let targets = 1 + chance.below(12);
    let all: Vec<usize> = (0..targets).collect();
    let place_of: Vec<usize> = all.iter().map(|target| target / 2).collect();
    let mut classes = Vec::new();
    for sort in [Sort::Fleet, Sort::Fleet, Sort::Fleet, Sort::Canary, Sort::Monitor] {
        let rate = *chance.of(&[1e-9, 1.0 / 2160.0, 1e3]);
        classes.push(Class { sort, targets: chance.some(&all, 0.6), rate });
    }
    let servers = targets.div_ceil(2);
    let baselines: Vec<Option<f64>> =
        all.iter().map(|_| *chance.of(&[None, Some(0.0), Some(0.01), Some(1.0)])).collect();
    (Core::new(Shape::new(classes, place_of, servers), &baselines, 0), targets)
}

fn hold_core(core: &Core, now_ms: i64, when: &str) {
    let stage1 = core.stage1();
    let is_evidence = |value: f64| (0.0..=EVIDENCE_MAX).contains(&value);
    assert!(is_evidence(stage1.total()), "{when}: {}", stage1.total());
    let classes = 0..core.shape().classes().len();
    assert!(classes.clone().all(|class| is_evidence(stage1.sum(class))), "{when}");
    assert!((0..core.shape().targets()).all(|one| core.target(one).ring().len() <= RING_LEN));
    assert!(core.reports().count() <= 4096, "{when}");
    let mut localised = core.localise(now_ms, &[]);
    localised.improve(core, &[]);
    localised.prefer(core, &[], &classes.collect::<Vec<_>>(), 1.0);
    assert!(localised.answer.score.is_finite(), "{when}: {}", localised.answer.score);
    assert!(localised.answer.singles.iter().all(|single| single.1.is_finite()), "{when}");
    let json = serde_json::to_string(core).expect("JSON");
    let back: Core = serde_json::from_str(&json).expect("it can be read back");
    assert_eq!(serde_json::to_string(&back).expect("JSON"), json, "{when}");
}
