//! The same inputs give the same decisions and state, byte for byte, however they are taken in.

use bellwether::{
    domain::*,
    engine::{Engine, Evidence},
    event::*,
};
use chrono::TimeDelta;
use proptest::prelude::*;

use super::{
    other::Silent,
    stage::{Stage, settings, splitmix},
};

/// What may happen next.
#[derive(Clone, Debug)]
enum Step {
    Quiet(i64),
    Trouble { minutes: i64, who: usize, percent: u32 },
    Report { person: u32, domain: usize, late_s: i64 },
    Type(usize),
    Deliver { which: usize, how: usize },
    Pass(i64),
    Reload(bool),
    Late { seconds: i64, ok: bool },
}

const TROUBLES: [&[&str]; 5] = [&["s1", "s2"], &["s1"], &["s3"], &["s"], &["s", "canary"]];
const DOMAINS: [&str; 4] = ["one.example", "two.example", "three.example", "nobody.example"];
const COMMANDS: [&str; 32] = [
    "draft publish 1",
    "draft publish 1 --anyway",
    "draft publish 2 --anyway",
    "draft publish 3 --revision 1",
    "draft edit 1 \"Sites on Server One are slow.\"",
    "draft dismiss 2",
    "draft wait 1 10m",
    "incident open \"Mail is late\" --servers s1,s3",
    "incident update 1 \"Still at it.\" --publish",
    "incident update 1 \"The switch.\" --state identified",
    "incident resolve 1",
    "incident resolve 1 \"It is over.\" --publish",
    "incident false-alarm 2",
    "reports assign r-1 s2",
    "reports dismiss r-1",
    "tried \"rebooted s1: no change\"",
    "upstream said sw-1 \"unaware\"",
    "note \"a | b\" --incident 1",
    "status",
    "suspects",
    "nonsense",
    "deliveries",
    "maintenance schedule sw-1 now 30m \"A new switch\"",
    "maintenance schedule s1,s3 22:00 1h \"Disks\" \"Sites are slow.\"",
    "maintenance schedule sw-1 now 20m \"The switch\" --incident 1",
    "maintenance publish 1",
    "maintenance publish 2 --revision 1",
    "maintenance extend 1 10m",
    "maintenance complete 1",
    "maintenance move 2 23:15",
    "maintenance start 2",
    "maintenance cancel 2",
];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1..20_i64).prop_map(Step::Quiet),
        4 => (1..20_i64, 0..TROUBLES.len(), 5..100_u32)
            .prop_map(|(minutes, who, percent)| Step::Trouble { minutes, who, percent }),
        3 => (0..6_u32, 0..DOMAINS.len(), -60..900_i64)
            .prop_map(|(person, domain, late_s)| Step::Report { person, domain, late_s }),
        5 => (0..COMMANDS.len()).prop_map(Step::Type),
        2 => (0..50_usize, 0..6_usize).prop_map(|(which, how)| Step::Deliver { which, how }),
        1 => (1..200_i64).prop_map(Step::Pass),
        1 => any::<bool>().prop_map(Step::Reload),
        1 => (-120..1200_i64, any::<bool>())
            .prop_map(|(seconds, ok)| Step::Late { seconds, ok }),
    ]
}

fn play(stage: &mut Stage, step: &Step) {
    match step {
        Step::Quiet(minutes) => stage.probe_for(*minutes, &[], 0.0),
        Step::Trouble { minutes, who, percent } => {
            stage.probe_for(*minutes, TROUBLES[*who], f64::from(*percent) / 100.0);
        }
        Step::Report { person, domain, late_s } => {
            stage.meet_deadlines();
            let input = Input::Report {
                id: format!("r-{}", stage.seq % 7).into(),
                reporter: format!("p-{person}").into(),
                source: "chat".to_owned(),
                domain: Some(DOMAINS[*domain].to_owned()),
                confirmed: person % 5 != 0,
                answered: false,
                language: None,
                text: None,
            };
            stage.take_at(stage.now - TimeDelta::seconds(*late_s), input);
        }
        Step::Type(which) => {
            stage.types(COMMANDS[*which]);
        }
        Step::Deliver { which, how } => {
            let reason = "timeout".to_owned();
            let event = match how {
                0 => DeliveryEvent::Sending { attempt: 1 },
                1 => DeliveryEvent::Sent { remote_id: None, link: None, remark: None },
                2 => DeliveryEvent::Unresolved { reason },
                _ => DeliveryEvent::Failed { reason },
            };
            let post = stage.posts().nth(*which).map(|post| post.id.clone());
            if let Some(post) = post {
                stage.take(Input::Delivery { post, event });
            }
        }
        Step::Pass(minutes) => stage.pass(*minutes),
        Step::Reload(fewer) => {
            let mut settings = policy();
            if *fewer {
                settings.fleet.servers.pop();
                settings.fleet.probes.retain(|one| !one.id.as_str().starts_with("s3"));
                settings.fleet.domains.remove("three.example");
            }
            stage.start(Some(settings));
        }
        Step::Late { seconds, ok } => {
            stage.meet_deadlines();
            let input = Input::ProbeResult {
                probe: "s1-http".into(),
                ok: *ok,
                latency_ms: ok.then_some(3000),
                error: None,
            };
            stage.take_at(stage.now - TimeDelta::seconds(*seconds), input);
        }
    }
}

fn policy() -> Settings {
    let mut settings = settings();
    settings.policy.holding_after_s = Some(900);
    settings
}

fn text(snapshot: &[u8]) -> String {
    String::from_utf8(snapshot.to_vec()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Handled, folded from what was recorded, and restored in the middle: one state, one set of
    /// decisions.
    #[test]
    fn handling_folding_and_restoring_agree(
        steps in prop::collection::vec(step(), 1..30),
        at in 0.0..1.0_f64,
    ) {
        let mut stage = Stage::<Evidence>::with(policy());
        for step in &steps {
            play(&mut stage, step);
        }
        let middle = (stage.inputs.len() as f64 * at) as usize;
        let mut folded: Engine = Engine::new();
        let mut restored: Option<Engine> = None;
        for (index, (seq, received, happening, outputs)) in stage.inputs.iter().enumerate() {
            if index == middle {
                let snapshot = folded.snapshot();
                let engine: Engine = Engine::restore(&snapshot).unwrap();
                prop_assert_eq!(text(&engine.snapshot()), text(&snapshot));
                prop_assert_eq!(engine.next_deadline(), folded.next_deadline());
                restored = Some(engine);
            }
            folded.fold(*seq, *received, happening, outputs);
            if let Some(restored) = &mut restored {
                let again = restored.handle(*seq, *received, happening);
                prop_assert_eq!(&again, outputs);
            }
        }
        let handled = stage.engine.snapshot();
        prop_assert_eq!(text(&folded.snapshot()), text(&handled));
        prop_assert_eq!(folded.next_deadline(), stage.engine.next_deadline());
        if let Some(restored) = restored {
            prop_assert_eq!(text(&restored.snapshot()), text(&handled));
        }
    }
}

/// A journal written with one detector, folded by a build with another: the same incidents, drafts
/// and posts, and the next decision goes on counting.
#[test]
fn another_detector_keeps_incidents_drafts_and_posts() {
    let mut stage = Stage::<Evidence>::with(policy());
    stage.probe_for(30, &[], 0.0);
    stage.report("ann", "one.example");
    stage.probe_for(16, &["s1", "s2"], 0.3);
    stage.types("draft publish 1 --anyway");
    stage.types("incident open \"Mail is late\" --servers s3");
    let mut other: Engine<Silent> = Engine::new();
    for (seq, received, happening, outputs) in &stage.inputs {
        other.fold(*seq, *received, happening, outputs);
    }
    let ask = |command: &str| match bellwether::command::parse(command).unwrap().0 {
        bellwether::command::Line::Query(query) => query,
        bellwether::command::Line::Command(_) => panic!("a question"),
    };
    for question in ["incident list", "incident show 1", "draft list", "reports list", "deliveries"]
    {
        let query = ask(question);
        assert_eq!(
            other.answer(stage.now, &query, Role::Staff),
            stage.engine.answer(stage.now, &query, Role::Staff),
        );
    }
    assert_eq!(other.view(stage.now), stage.engine.view(stage.now));
    let restored: Engine<Silent> = Engine::restore(&stage.engine.snapshot()).unwrap();
    assert!(restored.wants_warming());
    assert_eq!(restored.view(stage.now), stage.engine.view(stage.now));

    let command = Input::Command {
        by: "tim".to_owned(),
        role: Role::Staff,
        text: "incident update 1 \"Still at it.\" --publish".to_owned(),
    };
    let happening = Happening { at: stage.now, input: command };
    let posts = |outputs: Vec<Output>| -> Vec<(PostId, String)> {
        let posts = outputs.into_iter().filter_map(|output| match output {
            Output::Post(post) => Some((post.id, post.body)),
            _ => None,
        });
        posts.collect()
    };
    let seq = stage.seq + 1;
    let by_other = posts(other.handle(seq, stage.now, &happening));
    assert!(!by_other.is_empty());
    assert_eq!(by_other, posts(stage.engine.handle(seq, stage.now, &happening)));
}

#[test]
fn every_post_has_an_id_of_its_own() {
    let mut stage = Stage::<Evidence>::with(policy());
    let mut random = 7;
    for _ in 0..60 {
        let step = match splitmix(&mut random) % 4 {
            0 => {
                Step::Trouble { minutes: 6, who: (splitmix(&mut random) % 3) as usize, percent: 40 }
            }
            1 => Step::Report { person: (splitmix(&mut random) % 9) as u32, domain: 1, late_s: 0 },
            2 => Step::Type((splitmix(&mut random) % COMMANDS.len() as u64) as usize),
            _ => Step::Quiet(5),
        };
        play(&mut stage, &step);
    }
    let ids: Vec<&PostId> = stage.posts().map(|post| &post.id).collect();
    let distinct: std::collections::BTreeSet<&&PostId> = ids.iter().collect();
    assert!(ids.len() > 20);
    assert_eq!(ids.len(), distinct.len());
}

#[test]
fn the_first_installation_id_is_kept() {
    let mut stage = Stage::new();
    let before = stage.engine.snapshot();
    stage.take(Input::Started {
        installation: "another".to_owned(),
        version: Engine::<Evidence>::version(),
        settings: None,
        reload: None,
    });
    let after = stage.engine.snapshot();
    assert!(text(&before).contains("installation-1"));
    assert!(text(&after).contains("installation-1"));
    assert!(!text(&after).contains("another"));
}

#[test]
fn a_snapshot_that_is_none_is_refused() {
    for bytes in [&b""[..], b"{}", b"null", b"\xff", b"{\"method\":\"evidence.1\"}"] {
        assert!(Engine::<Evidence>::restore(bytes).is_err());
    }
}
