//! Scenarios: whole days through `bellwether replay`, with every word it decides.
//!
//! Each `tests/scenarios/*.txt` is expanded into events with its seed, run by the real binary, and
//! compared with the `.expected` file beside it. To accept new output after reading it:
//! `BLESS=1 cargo test --test scenarios`, then look at the difference.

#![expect(clippy::expect_used, reason = "a test that cannot read its data should fail there")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use bellwether::{broadcast, config, domain::Timestamp, intake::notice};
use chrono::TimeDelta;
use serde_json::{Value, json};

#[test]
fn every_scenario_prints_what_is_expected() {
    let mut found = 0;
    for entry in fs::read_dir(folder()).expect("tests/scenarios is there") {
        let path = entry.expect("an entry of tests/scenarios").path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            let scenario = Scenario::read(&path);
            println!("{}: seed {}", path.display(), scenario.seed);
            let events = write_events(&scenario.events());
            let output = replay(&folder().join(&scenario.fleet), events.path());
            compare(&path.with_extension("expected"), &output);
            found += 1;
        }
    }
    assert!(found > 0, "no scenario was found in {}", folder().display());
}

#[test]
fn a_recorded_fleet_of_two_prints_what_is_expected() {
    let dir = folder().join("2-000");
    let packed = fs::File::open(dir.join("events.jsonl.gz")).expect("the recorded events");
    let mut events = tempfile::NamedTempFile::new().expect("a temporary file");
    std::io::copy(&mut flate2::read::GzDecoder::new(packed), &mut events).expect("unpacking");
    let output = replay(&dir.join("fleet.toml"), events.path());
    compare(&dir.join("expected.jsonl"), &output);
}

#[test]
fn a_line_that_cannot_be_read_is_named_and_skipped() {
    let scenario = Scenario::read(&folder().join("long-day.txt"));
    let mut lines: Vec<String> = scenario.events().iter().take(3).map(Value::to_string).collect();
    lines.insert(1, "{\"type\":\"probe_result\"".to_owned());
    lines.insert(3, "no json at all".to_owned());
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    fs::write(file.path(), lines.join("\n")).expect("writing events");

    let output = replay(&folder().join("long-day.toml"), file.path());

    let complaints = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(complaints.contains(":2: ") && complaints.contains(":4: "), "{complaints}");
    let summary: Value = last_line(&output);
    assert_eq!(summary["events"], 3);
    assert_eq!(summary["rejected"], 2);
}

#[test]
fn the_order_of_lines_in_the_file_does_not_matter() {
    let scenario = Scenario::read(&folder().join("long-day.txt"));
    let events: Vec<Value> = scenario.events().into_iter().take(8_000).collect();
    let mut shuffled = events.clone();
    shuffled.reverse();

    let config = folder().join("long-day.toml");
    let in_order = replay(&config, write_events(&events).path());
    let reversed = replay(&config, write_events(&shuffled).path());

    assert!(in_order.stdout == reversed.stdout, "replay must order events by `received`");
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

fn replay(config: &Path, events: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bellwether"))
        .args(["replay", "--format", "json", "--config"])
        .args([config, events])
        .output()
        .expect("running bellwether replay")
}

fn last_line(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.lines().last().expect("a last line")).expect("the summary's JSON")
}

fn compare(expected: &Path, output: &Output) {
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "replay failed: {complaints}");
    let printed = String::from_utf8_lossy(&output.stdout);
    if std::env::var_os("BLESS").is_some() {
        fs::write(expected, printed.as_bytes()).expect("writing the expected output");
        return;
    }
    let wanted = fs::read_to_string(expected).unwrap_or_default();
    for (number, (said, meant)) in printed.lines().zip(wanted.lines()).enumerate() {
        assert_eq!(said, meant, "{}:{}", expected.display(), number + 1);
    }
    assert_eq!(printed.lines().count(), wanted.lines().count(), "{}", expected.display());
}

fn write_events(events: &[Value]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    fs::write(file.path(), lines.join("\n")).expect("writing events");
    file
}

/// A scenario file, read.
struct Scenario {
    fleet: String,
    seed: u64,
    from: Timestamp,
    until: Timestamp,
    loss: BTreeMap<String, f64>,
    /// The bot's own probes: looked at again soon after a bad result.
    adaptive: bool,
    steps: Vec<(Timestamp, Vec<String>)>,
}

impl Scenario {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("the scenario file");
        let mut scenario = Self {
            fleet: String::new(),
            seed: 0,
            from: Timestamp::UNIX_EPOCH,
            until: Timestamp::UNIX_EPOCH,
            loss: BTreeMap::new(),
            adaptive: false,
            steps: Vec::new(),
        };
        for (number, line) in text.lines().enumerate() {
            let words = words(line);
            if !words.is_empty() {
                scenario
                    .take(words)
                    .unwrap_or_else(|| panic!("{}:{}: {line}", path.display(), number + 1));
            }
        }
        scenario
    }

    fn take(&mut self, words: Vec<String>) -> Option<()> {
        match words[0].as_str() {
            "fleet" => self.fleet.clone_from(&words[1]),
            "seed" => self.seed = words[1].parse().ok()?,
            "from" => self.from = words[1].parse().ok()?,
            "until" => self.until = words[1].parse().ok()?,
            "loss" => self.lose(&words[1..])?,
            "adaptive" => self.adaptive = true,
            moment => self.steps.push((moment.parse().ok()?, words[1..].to_vec())),
        }
        Some(())
    }

    fn lose(&mut self, words: &[String]) -> Option<()> {
        let share: f64 = words[0].parse().ok()?;
        self.loss.extend(words[1..].iter().map(|probe| (probe.clone(), share)));
        Some(())
    }

    /// Every event of the day, in order.
    fn events(&self) -> Vec<Value> {
        let mut random = SplitMix(self.seed);
        let mut loss = self.loss.clone();
        let mut steps = self.steps.iter().peekable();
        let mut events = Vec::new();
        let mut moment = self.from;
        while moment < self.until {
            while let Some((at, words)) = steps.next_if(|(at, _)| *at <= moment) {
                match words[0].as_str() {
                    "loss" => loss.extend(
                        words[2..].iter().map(|probe| (probe.clone(), words[1].parse().expect("a share"))),
                    ),
                    "report" => events.push(json!({
                        "at": at, "type": "report", "id": format!("r-{}", events.len()),
                        "reporter": words[1], "source": "discord", "domain": words[2], "text": words[3],
                    })),
                    "letter" => events.extend(self.notices(*at, &words[1])),
                    "command" => events.push(json!({
                        "at": at, "type": "command", "by": words[1], "role": words[2], "text": words[3],
                    })),
                    other => panic!("no step is called {other}"),
                }
            }
            for (probe, share) in &loss {
                let at = moment + TimeDelta::milliseconds((random.share() * 29_000.0) as i64);
                let ok = check(&mut random, at, probe, *share, &mut events);
                if self.adaptive && !ok {
                    look_again(&mut random, at, probe, *share, &mut events);
                }
            }
            moment += TimeDelta::seconds(30);
        }
        events
    }
}

impl Scenario {
    /// What is read out of a provider's letter that comes then.
    fn notices(&self, at: Timestamp, letter: &str) -> Vec<Value> {
        let config = config::load(
            &folder().join(&self.fleet),
            &broadcast::specs(),
            config::SecretsWanted::Skip,
        );
        let fleet = config.expect("the scenario's fleet").settings.fleet;
        let known = notice::known_providers(&fleet);
        let bytes = fs::read(folder().join(letter)).expect("the letter");
        let reading = notice::Reading { received: at, provider: None, known: &known };
        let found = notice::read(&bytes, &reading).expect("a letter that can be read");
        let event = |notice| json!({ "at": at, "type": "notice", "notice": notice });
        found.notices.into_iter().map(event).collect()
    }
}

/// One check, and whether it was in order.
fn check(
    random: &mut SplitMix,
    at: Timestamp,
    probe: &str,
    loss: f64,
    events: &mut Vec<Value>,
) -> bool {
    let ok = random.share() >= loss;
    let latency_ms = 120 + (random.share() * 120.0) as u32;
    events.push(if ok {
        json!({"at": at, "type": "probe_result", "probe": probe, "ok": true, "latency_ms": latency_ms})
    } else {
        json!({"at": at, "type": "probe_result", "probe": probe, "ok": false, "latency_ms": null, "error": "timeout"})
    });
    ok
}

/// What our own prober does after a bad result: six more checks five seconds apart, counted anew
/// at each bad one, until the next regular one.
fn look_again(
    random: &mut SplitMix,
    after: Timestamp,
    probe: &str,
    loss: f64,
    events: &mut Vec<Value>,
) {
    let (mut left, mut at) = (6, after);
    while left > 0 && at < after + TimeDelta::seconds(25) {
        at += TimeDelta::seconds(5);
        left = if check(random, at, probe, loss, events) { left - 1 } else { 6 };
    }
}

/// A small generator with a seed (Steele, Lea, Flood 2014, `SplitMix64`).
struct SplitMix(u64);

impl SplitMix {
    /// The next number in 0..1.
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// The words of a line; quotes keep spaces and `\"`, `#` begins a comment.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    let mut characters = line.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' if quoted => word.get_or_insert_default().extend(characters.next()),
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '#' if !quoted && word.is_none() => break,
            c if c.is_whitespace() && !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}
