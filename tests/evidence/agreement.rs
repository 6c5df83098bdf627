//! The fast engine and the slow one, side by side on random small fleets: stage 1 after every
//! event, stage 2 at random moments, the classes that the fast one makes of a fleet file.
//!
//! `SEED=7` repeats one run, `ROUNDS=1000` tries so many.

use std::{collections::BTreeSet, sync::Arc};

use bellwether::{
    domain::{ServerId, Settings, Timestamp},
    engine::{
        Detector, Evidence,
        evidence::{
            core::{Core, Localised},
            model::ALARM_S,
            ring::Outcome,
            search::{Blamed, Search, Strike},
            shape::Sort,
            target::Measured,
        },
    },
    event::{Happening, Input},
};
use chrono::DateTime;

use super::{
    fleets::{self, Chance},
    naive::{Cause, Found, Moment, Naive},
};

/// Both say the same to a millionth.
const CLOSE: f64 = 1e-6;
/// Fleets that are tried unless more are asked for.
const USUAL: usize = 60;

/// A fault for a while: a class's targets lose results and its customers write in.
struct Fault {
    class: usize,
    loss: f64,
    spared: BTreeSet<usize>,
    from_ms: i64,
    until_ms: i64,
    reports: f64,
}

/// What happens in one fleet.
struct Day {
    chance: Chance,
    faults: Vec<Fault>,
    now_ms: i64,
    step_ms: i64,
}

impl Day {
    /// A day of so many checks; most faults go on to its end.
    fn new(mut chance: Chance, naive: &Naive, checks: usize) -> Self {
        let step_ms = *chance.of(&[500, 5_000, 20_000]);
        let long_ms = checks as i64 * step_ms;
        let mut faults = Vec::new();
        for _ in 0..*chance.of(&[0, 1, 2, 3, 5, 9]) {
            let class = chance.below(naive.groups.len());
            let targets = &naive.groups[class].targets;
            let share = if chance.happens(0.3) { 0.5 } else { 0.0 };
            let from_ms = chance.below(long_ms as usize) as i64;
            let lasts_ms = if chance.happens(0.7) { long_ms } else { long_ms / 10 };
            faults.push(Fault {
                class,
                loss: *chance.of(&[0.0, 0.05, 0.12, 0.3, 0.6, 1.0]),
                spared: chance.some(targets, share).into_iter().collect(),
                from_ms,
                until_ms: from_ms + lasts_ms,
                reports: *chance.of(&[0.0, 0.0, 0.02, 0.1]),
            });
        }
        Self { chance, faults, now_ms: 0, step_ms }
    }

    fn standing<'a>(&'a self, naive: &'a Naive) -> impl Iterator<Item = (&'a Fault, &'a [usize])> {
        let now = self.now_ms;
        let faults =
            self.faults.iter().filter(move |one| (one.from_ms..one.until_ms).contains(&now));
        faults.map(|one| (one, naive.groups[one.class].targets.as_slice()))
    }

    /// The next check, and whether it is good.
    fn check(&mut self, naive: &Naive) -> (usize, bool) {
        self.now_ms += self.chance.below(self.step_ms as usize * 2) as i64;
        let target = self.chance.below(naive.place_of.len());
        let mut healthy = 0.99;
        for (fault, targets) in self.standing(naive) {
            if targets.contains(&target) && !fault.spared.contains(&target) {
                healthy *= 1.0 - fault.loss;
            }
        }
        (target, self.chance.happens(healthy))
    }

    /// The server of a report, if one is written now.
    fn report(&mut self, naive: &Naive) -> Option<usize> {
        let mut likely = vec![0.0005; naive.servers];
        for (fault, targets) in self.standing(naive) {
            for target in targets {
                if let Some(server) = likely.get_mut(naive.place_of[*target]) {
                    *server += fault.reports / targets.len() as f64;
                }
            }
        }
        let hit: Vec<usize> =
            (0..likely.len()).filter(|server| self.chance.happens(likely[*server])).collect();
        hit.first().copied()
    }
}

fn is_close(found: f64, expected: f64, least: f64) -> bool {
    (found - expected).abs() <= CLOSE * expected.abs().max(least)
}

fn hold_stage_1(core: &Core, naive: &Naive, when: &str) {
    let stage1 = core.stage1();
    for class in 0..naive.groups.len() {
        let (found, expected) = (stage1.sum(class), naive.sum(class));
        assert!(is_close(found, expected, 0.0), "{when}, {class}: R {found}, not {expected}");
    }
    let (found, expected) = (stage1.total(), naive.total());
    assert!(is_close(found, expected, 0.0), "{when}: S {found}, not {expected}");
}

/// One event to both.
fn step(day: &mut Day, core: &mut Core, naive: &mut Naive) {
    let (target, ok) = day.check(naive);
    match day.chance.below(40) {
        // Late, slow, or under the cover of a standing suspicion.
        0 | 1 => {
            let late_ms = day.chance.below(600_000) as i64;
            let b = 0.001 + 0.4 * day.chance.share();
            let covered = 1.0 - (1.0 - b) * (1.0 - 0.9 * day.chance.share());
            let outcome = match (ok, day.chance.below(2)) {
                (true, 0) => Outcome::Good,
                (true, _) => Outcome::Slow(b),
                (false, _) => Outcome::Failed(b),
            };
            let at_ms = (day.now_ms - late_ms).max(1);
            core.weigh(day.now_ms, at_ms, target, Measured { outcome, covered });
            naive.weigh(day.now_ms, at_ms, target, outcome.bad_with(), covered);
        }
        2 => {
            if let Some((at_ms, place)) = naive.reports().last().copied() {
                core.take_back(at_ms, place);
                naive.take_back(at_ms, place);
            }
        }
        _ => {
            core.probe(day.now_ms, target, ok);
            naive.result(day.now_ms, day.now_ms, target, ok);
        }
    }
    if let Some(place) = day.report(naive) {
        core.report(day.now_ms, place);
        naive.report(day.now_ms, place);
    }
}

#[test]
fn the_fast_engine_agrees_with_the_slow_one_on_random_fleets() {
    let mut seen = Seen::default();
    let seeds = fleets::seeds(USUAL);
    for seed in seeds.iter().copied() {
        println!("seed {seed}");
        let mut chance = Chance::new(seed);
        let fleet = fleets::settings(&mut chance).fleet;
        let mut naive = Naive::new(&fleet, 0);
        let mut core = Core::new(naive.shape(), &naive.baselines(), 0);
        let most = *chance.of(&[200, 600, 1_500]);
        let events = 60 + chance.below(most);
        let mut day = Day::new(chance, &naive, events);
        for number in 0..events {
            step(&mut day, &mut core, &mut naive);
            hold_stage_1(&core, &naive, &format!("seed {seed}, event {number}"));
            if number + 1 == events || day.chance.happens(0.002) {
                hold_stage_2(&mut day.chance, &core, &naive, day.now_ms, seed, &mut seen);
            }
        }
    }
    println!("{seen:?}");
    if seeds.len() >= USUAL {
        assert!(
            seen.causes[..4].iter().all(|count| *count > 0),
            "answers of one cause and of several"
        );
        assert!(seen.blind > 0 && seen.patchy > 0 && seen.rated > 0, "causes of all sorts");
        assert!(seen.improved > 0 && seen.preferred > 0, "answers that are changed");
    }
}

/// What the answers were like, so that a run of easy days is noticed.
#[derive(Debug, Default)]
struct Seen {
    /// Answers by the number of their causes.
    causes: [usize; 5],
    blind: usize,
    patchy: usize,
    rated: usize,
    improved: usize,
    preferred: usize,
}

impl Seen {
    fn add(&mut self, found: &Found) {
        self.causes[found.causes.len()] += 1;
        for cause in &found.causes {
            self.blind += usize::from(cause.strike == Strike::Blind);
            self.patchy += usize::from(cause.strike == Strike::Patchy);
            self.rated += usize::from(cause.rate > 0);
        }
    }
}

/// Both find the same.
fn hold_stage_2(
    chance: &mut Chance,
    core: &Core,
    naive: &Naive,
    now_ms: i64,
    seed: u64,
    seen: &mut Seen,
) {
    let all: Vec<usize> = (0..naive.groups.len()).collect();
    let excluded = if chance.happens(0.3) { chance.some(&all, 0.2) } else { Vec::new() };
    let onsets = if chance.happens(0.3) {
        vec![now_ms - chance.below(8_000_000) as i64]
    } else {
        Vec::new()
    };
    let now_ms = now_ms + *chance.of(&[0, 0, 7_000, 120_000]);
    let known_ms: Vec<i64> = onsets.iter().map(|onset| now_ms - onset).collect();
    let mut fast = core.localise_since(now_ms, &excluded, &onsets);
    let (moment, slow) = naive.localise(now_ms, &excluded, &known_ms);
    let when = format!("seed {seed}, at {now_ms} ms");
    assert_eq!(fast.tables.ages_ms, moment.ages_ms, "{when}");
    same(&fast, &slow, &moment, &when);
    let singles: Vec<usize> = fast.answer.singles.iter().map(|single| single.0).collect();
    assert_eq!(singles, slow.singles.iter().map(|single| single.0).collect::<Vec<_>>(), "{when}");
    for ((class, found, _), (_, expected)) in fast.answer.singles.iter().zip(&slow.singles) {
        assert!(is_close(*found, *expected, 1.0), "{when}: {class} gains {found}, not {expected}");
    }
    seen.add(&slow);
    fast.improve(core, &excluded);
    let better = moment.improve(slow.clone(), &excluded);
    same(&fast, &better, &moment, &format!("{when}, improved"));
    seen.improved += usize::from(better.causes != slow.causes);
    let known = chance.some(&all, 0.2);
    let margin = *chance.of(&[0.0, 1.0, 30.0]);
    fast.prefer(core, &[], &known, margin);
    let kept = moment.prefer(better.clone(), &known, margin);
    same(&fast, &kept, &moment, &format!("{when}, going on from {known:?}"));
    seen.preferred += usize::from(kept.causes != better.causes);
    // Any classes in any order, also such that no search would come to.
    for _ in 0..4 {
        let classes: Vec<usize> = (0..1 + chance.below(4)).map(|_| *chance.of(&all)).collect();
        let found = Search::new(core.shape(), &fast.tables, &[]).score_of(&classes);
        let expected = moment.score_in_turn(&classes);
        assert!(is_close(found, expected, 1.0), "{when}: {classes:?} {found}, not {expected}");
    }
}

/// The same causes, or others of the same score.
fn same(fast: &Localised, slow: &Found, moment: &Moment<'_>, when: &str) {
    let causes: Vec<Cause> = fast.answer.causes.iter().map(cause).collect();
    let (found, expected) = (fast.answer.score, slow.score);
    assert!(
        is_close(found, expected, 1.0),
        "{when}: {found} of {causes:?}, not {expected} of {:?}",
        slow.causes
    );
    if causes == slow.causes {
        let hit: Vec<Option<usize>> =
            fast.answer.hit.iter().map(|hit| hit.map(usize::from)).collect();
        assert_eq!(hit, slow.hit, "{when}");
    } else {
        let checked = moment.score_of(&causes);
        println!("{when}: {causes:?} is as good as {:?}", slow.causes);
        assert!(is_close(checked, expected, 1.0), "{when}: {causes:?} has {checked}");
    }
}

fn cause(blamed: &Blamed) -> Cause {
    let profile = blamed.profile;
    Cause { class: blamed.class, age: profile.age, strike: profile.strike, rate: profile.reports }
}

fn moment(at_ms: i64) -> Timestamp {
    DateTime::from_timestamp_millis(at_ms).expect("a moment")
}

/// The rates of a kind instead of those told, for some.
fn forget_rates(chance: &mut Chance, settings: &mut Settings) {
    let fleet = &mut settings.fleet;
    let components = fleet.components.iter_mut().map(|one| &mut one.faults_per_hour);
    let servers = fleet.servers.iter_mut().map(|one| &mut one.faults_per_hour);
    let vantages = fleet.vantages.iter_mut().map(|one| &mut one.faults_per_hour);
    for rate in components.chain(servers).chain(vantages) {
        if chance.happens(0.5) {
            *rate = None;
        }
    }
}

/// The whole detector, told of a fleet as the engine tells it, until it would speak.
#[test]
fn the_detector_makes_the_same_classes_of_a_fleet_and_weighs_results_as_they_come() {
    let began_ms = 1_400_000_000_000;
    for seed in fleets::seeds(USUAL) {
        println!("seed {seed}");
        let mut chance = Chance::new(seed);
        let mut settings = fleets::settings(&mut chance);
        forget_rates(&mut chance, &mut settings);
        let mut naive = Naive::new(&settings.fleet, began_ms - 60_000);
        let mut detector = Evidence::default();
        let settings = Arc::new(settings);
        detector.configure(&settings);
        let input = Input::Started {
            installation: String::new(),
            version: String::new(),
            settings: Some(settings.clone()),
            reload: None,
        };
        detector.observe(moment(began_ms), &Happening { at: moment(began_ms), input });
        let events = 30 + chance.below(300);
        let mut day = Day::new(chance, &naive, events);
        for number in 0..events {
            tell(&mut day, began_ms, &settings, &mut detector, &mut naive);
            if naive.total() >= 0.999 * ALARM_S {
                break;
            }
            if number % 16 == 0 || number + 1 == events {
                let now = moment(began_ms + day.now_ms);
                hold_explanation(&detector, &naive, now, &format!("seed {seed}, event {number}"));
            }
        }
    }
}

/// One input to both: often late, sometimes early, sometimes too much so.
fn tell(
    day: &mut Day,
    began_ms: i64,
    settings: &Settings,
    detector: &mut Evidence,
    naive: &mut Naive,
) {
    let (target, ok) = day.check(naive);
    let now_ms = began_ms + day.now_ms;
    let age_ms = match day.chance.below(8) {
        0 => day.chance.below(700_000) as i64,
        1 => -(day.chance.below(40_000) as i64),
        2 => day.chance.below(2_000) as i64,
        _ => 0,
    };
    if let Some(probe) = settings.fleet.probes.get(target) {
        let at_ms = now_ms - age_ms;
        let (probe, latency_ms) = (probe.id.clone(), ok.then_some(180));
        let input = Input::ProbeResult { probe, ok, latency_ms, error: None };
        detector.observe(moment(now_ms), &Happening { at: moment(at_ms), input });
        if (-30_000..=600_000).contains(&age_ms) {
            naive.result(now_ms, at_ms, target, ok);
        }
    }
    if let Some(place) = day.report(naive) {
        let server: &ServerId = &settings.fleet.servers[place].id;
        detector.count(moment(now_ms), server);
        naive.report(now_ms, place);
    }
}

fn hold_explanation(detector: &Evidence, naive: &Naive, now: Timestamp, when: &str) {
    let explained = detector.explain(now);
    let (found, expected) = (explained.evidence_s, naive.total());
    assert!(is_close(found, expected, 0.0), "{when}: S {found}, not {expected}");
    let (_, slow) = naive.localise(now.timestamp_millis(), &[], &[]);
    let told = slow.singles.iter().filter(|(class, _)| naive.groups[*class].sort != Sort::Canary);
    assert_eq!(explained.classes.len(), told.count().min(20), "{when}");
    for row in &explained.classes {
        let word = |kind: &str| if kind == "monitor" { "vantage " } else { "" };
        let ids = row.members.iter().map(|one| format!("{}{}", word(&one.kind), one.id));
        let ids: BTreeSet<String> = ids.collect();
        let class = naive.groups.iter().position(|group| group.members == ids);
        let class = class.unwrap_or_else(|| panic!("{when}: no class {ids:?}"));
        assert_eq!(row.targets, naive.groups[class].targets.len(), "{when}: {ids:?}");
        let (found, expected) = (row.evidence_s, naive.sum(class));
        assert!(is_close(found, expected, 0.0), "{when}: R {found} of {ids:?}, not {expected}");
        let single = slow.singles.iter().find(|(other, _)| *other == class).map(|one| one.1);
        let (found, expected) = (row.score.expect("a score"), single.expect("a candidate"));
        assert!(is_close(found, expected, 1.0), "{when}: {ids:?} gains {found}, not {expected}");
    }
    assert!(explained.targets.iter().all(|row| row.failed > 0 && row.slow == 0), "{when}");
}
