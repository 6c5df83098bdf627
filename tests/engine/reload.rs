//! The configuration is read again while the bot runs, also in the middle of an incident.

use std::sync::Arc;

use bellwether::{domain::*, engine::*, event::*};
use chrono::TimeDelta;
use insta::assert_snapshot;

use super::stage::{Stage, destination, settings};

/// A reload that ends in these settings.
fn reload(stage: &mut Stage, settings: Settings) -> Vec<Output> {
    ask(stage, Some(settings), Reload::default())
}

fn ask(stage: &mut Stage, settings: Option<Settings>, reload: Reload) -> Vec<Output> {
    stage.forget_heard();
    stage.take(Input::Started {
        installation: "installation-1".to_owned(),
        version: Engine::<Evidence>::version(),
        settings: settings.map(Arc::new),
        reload: Some(Reload { by: "tim".to_owned(), ..reload }),
    })
}

fn without_server(gone: &[&str]) -> Settings {
    let mut settings = settings();
    let stays = |id: &ServerId| !gone.contains(&id.as_str());
    settings.fleet.servers.retain(|server| stays(&server.id));
    settings.fleet.probes.retain(|probe| probe.server.as_ref().is_none_or(stays));
    settings.fleet.domains.retain(|_, server| stays(server));
    settings
}

fn without_probes_of(servers: &[&str]) -> Settings {
    let mut settings = settings();
    settings.fleet.probes.retain(|probe| {
        probe.server.as_ref().is_none_or(|server| !servers.contains(&server.as_str()))
    });
    settings
}

fn two_servers_in_trouble() -> Stage {
    let mut stage = Stage::new();
    stage.probe_for(30, &[], 0.0);
    stage.probe_for(20, &["s1", "s2"], 0.4);
    assert_eq!(stage.suspicions().iter().filter(|one| one.new).count(), 1);
    stage
}

fn cleared(outputs: &[Output]) -> usize {
    outputs.iter().filter(|one| matches!(one, Output::SuspicionCleared { .. })).count()
}

#[test]
fn staff_read_in_one_line_what_changed() {
    let mut stage = Stage::new();
    let mut other = without_server(&["s3"]);
    let mut fourth = other.fleet.servers[0].clone();
    (fourth.id, fourth.public_name) = ("s4".into(), None);
    other.fleet.servers.push(fourth);
    other.fleet.probes[0].every_ms = 60_000;
    other.fleet.domains.insert("one.example".to_owned(), "s4".into());
    other.fleet.domains.insert("four.example".to_owned(), "s4".into());
    other.destinations.push(destination("feed-2", Audience::Public));
    other.policy.holding_after_s = Some(600);
    let outputs = reload(&mut stage, other);
    assert_snapshot!(stage.posts_to("staff").join("\n---\n"), @"The configuration was read again, asked by tim: server s4 added; server s3 removed; probes s3-http and s3-tcp removed; probe s1-http changed; destination feed-2 added; 1 domain added; 1 domain removed; 1 domain moved to another server; policy changed.");
    let told = stage.posts_to("staff").remove(0);
    assert!(!told.contains('\n'), "{told}");
    assert!(outputs.contains(&Output::Reply { ok: true, text: told }), "who asked reads the same");
}

#[test]
fn a_reload_that_changes_nothing_is_answered_and_disturbs_nobody() {
    let mut stage = Stage::new();
    let outputs = ask(&mut stage, None, Reload::default());
    assert_snapshot!(format!("{outputs:?}"), @r#"[Reply { ok: true, text: "The configuration was read again, asked by tim: nothing has changed." }]"#);
    let secrets = Reload { followed: vec!["token".to_owned()], ..Reload::default() };
    ask(&mut stage, None, secrets);
    assert_snapshot!(stage.posts_to("staff").join("\n---\n"), @"The configuration was read again, asked by tim: token changed.");
    let listen = Reload { at_next_start: vec!["bot.listen".to_owned()], ..Reload::default() };
    ask(&mut stage, None, listen);
    assert_snapshot!(stage.posts_to("staff").join("\n---\n"), @"The configuration was read again, asked by tim: nothing has changed. At the next start, and not before, these follow too: bot.listen.");
}

#[test]
fn a_broken_configuration_is_told_with_its_problems_and_changes_nothing() {
    let mut stage = two_servers_in_trouble();
    let before = stage.engine.settings().clone();
    let problem = |line: u32| {
        format!("bellwether.toml:{line}: found `evry`, expected one of: every, timeout @everyone")
    };
    let reload = Reload { problems: (1..=23).map(problem).collect(), ..Reload::default() };
    let outputs = ask(&mut stage, None, reload);
    assert!(matches!(&outputs[0], Output::Reply { ok: false, .. }), "{outputs:?}");
    let told = stage.posts_to("staff").join("\n---\n");
    let head: Vec<&str> = told.lines().take(3).collect();
    assert_snapshot!(head.join("\n"), @r"
The configuration was read again, asked by tim, and cannot be used; the one before stays in force:
bellwether.toml:1: found ’evry’, expected one of: every, timeout ＠everyone
bellwether.toml:2: found ’evry’, expected one of: every, timeout ＠everyone
");
    assert!(told.ends_with("… and 3 more"), "{told}");
    assert_eq!(*stage.engine.settings(), before);
    assert_eq!(cleared(&outputs), 0);
}

#[test]
fn in_mid_incident_a_reload_keeps_incident_suspicion_draft_and_promise() {
    let mut holding = settings();
    holding.policy.holding_after_s = Some(900);
    let mut stage = Stage::with(holding.clone());
    stage.probe_for(30, &[], 0.0);
    stage.probe_for(12, &["s1", "s2"], 0.4);
    let asked = stage.types("draft show 1");
    let suspects = stage.types("suspects");
    let mut other = holding.clone();
    other.destinations.push(destination("feed-2", Audience::Public));
    reload(&mut stage, other);
    assert_eq!(stage.types("draft show 1"), asked, "the draft waits as before");
    assert_eq!(stage.types("suspects"), suspects);

    // The time it has waited is not begun anew: a reload is no downtime.
    stage.forget_heard();
    stage.probe_for(10, &["s1", "s2"], 0.4);
    let holding = stage.posts_to("feed");
    assert_eq!(holding.len(), 1, "{holding:?}");
    assert_eq!(stage.posts_to("feed-2"), holding, "a new destination gets the next post");
    assert_eq!(stage.suspicions().iter().filter(|one| one.new).count(), 0);
    let promised = stage.engine.view(stage.now).open[0].next_update_at;
    assert!(promised.is_some());
    let same = stage.engine.settings().clone();
    reload(&mut stage, Settings { public_url: None, ..same });
    assert_eq!(stage.engine.view(stage.now).open[0].next_update_at, promised);
    stage.forget_heard();
    stage.pass(31);
    assert!(stage.count(|one| matches!(one, Output::Reminder { .. })) > 0, "the promise is kept");
}

#[test]
fn a_suspicion_whose_servers_were_all_removed_ends_and_its_incident_is_staffs() {
    let mut stage = two_servers_in_trouble();
    let outputs = reload(&mut stage, without_server(&["s1", "s2"]));
    assert_eq!(cleared(&outputs), 1, "{outputs:?}");
    let told = stage.posts_to("staff");
    assert!(told.iter().any(|text| text.contains("Suspicion 1 ends")), "{told:?}");
    assert_snapshot!(told.iter().find(|text| text.contains("ends")).unwrap(), @"Suspicion 1 ends: the configuration no longer has anything that measures it. Incident 1 stays open and is yours: nothing will say by itself that it is over.");
    assert!(stage.types("incident list").contains("investigating"), "staff end it");
    assert!(stage.types("suspects").contains("othing"), "{}", stage.types("suspects"));
    stage.forget_heard();
    stage.probe_for(60, &[], 0.0);
    assert_eq!(stage.count(|one| matches!(one, Output::SuspicionCleared { .. })), 0);
    assert!(stage.types("incident resolve 1").starts_with("ok"));
}

#[test]
fn a_suspicion_whose_probes_were_all_removed_ends_too() {
    let mut stage = two_servers_in_trouble();
    let outputs = reload(&mut stage, without_probes_of(&["s1", "s2"]));
    assert_eq!(cleared(&outputs), 1, "{outputs:?}");
    // They come back within the hour, and so does the trouble: it is the same suspicion.
    reload(&mut stage, settings());
    stage.probe_for(20, &["s1", "s2"], 0.4);
    let back: Vec<(u64, bool)> = stage.suspicions().iter().map(|one| (one.id.0, one.new)).collect();
    assert_eq!(back.first(), Some(&(1, false)), "{back:?}");
}

#[test]
fn the_rest_of_a_partly_removed_suspicion_goes_on_and_recovers() {
    for fewer in [without_server(&["s2"]), without_probes_of(&["s2"])] {
        let mut stage = two_servers_in_trouble();
        let outputs = reload(&mut stage, fewer);
        assert_eq!(cleared(&outputs), 0, "{outputs:?}");
        stage.forget_heard();
        stage.probe_for(10, &["s1"], 0.4);
        assert_eq!(stage.suspicions().iter().filter(|one| one.new).count(), 0);
        stage.probe_for(60, &[], 0.0);
        assert_eq!(stage.count(|one| matches!(one, Output::SuspicionCleared { .. })), 1);
    }
}

#[test]
fn reports_alone_need_no_probe_and_end_in_their_own_time() {
    let mut stage = Stage::new();
    stage.probe_for(10, &[], 0.0);
    for (person, domain) in [("a", "one"), ("b", "two"), ("c", "one"), ("d", "two"), ("e", "one")] {
        stage.report(person, &format!("{domain}.example"));
        stage.probe_for(2, &[], 0.0);
    }
    assert!(stage.suspicions().iter().any(|one| one.reports_only), "{:?}", stage.suspicions());
    let outputs = reload(&mut stage, without_probes_of(&["s1", "s2"]));
    assert_eq!(cleared(&outputs), 0, "{outputs:?}");
    stage.pass(130);
    assert_eq!(stage.count(|one| matches!(one, Output::SuspicionCleared { .. })), 1);
}

#[test]
fn a_domain_that_moved_counts_for_its_new_server_from_then_on() {
    let mut stage = Stage::new();
    let filed_for = |outputs: &[Output]| {
        outputs.iter().find_map(|one| match one {
            Output::ReportFiled { server, .. } => server.clone(),
            _ => None,
        })
    };
    let outputs = stage.report("ann", "one.example");
    assert_eq!(filed_for(&outputs), Some("s1".into()));
    let mut moved = settings();
    moved.fleet.domains.insert("one.example".to_owned(), "s3".into());
    reload(&mut stage, moved);
    let outputs = stage.report("ben", "one.example");
    assert_eq!(filed_for(&outputs), Some("s3".into()));
    let rows = stage.engine.explain(stage.now).weighed.reports;
    let servers: Vec<&str> = rows.iter().map(|row| row.server.as_str()).collect();
    assert_eq!(servers, ["s1", "s3"], "what was reported before stays where it was");
}

#[test]
fn folding_a_reload_ends_in_the_same_state_as_deciding_it() {
    let mut stage = two_servers_in_trouble();
    reload(&mut stage, without_server(&["s1", "s2"]));
    stage.probe_for(5, &[], 0.0);
    reload(&mut stage, settings());
    stage.probe_for(20, &["s1"], 0.9);
    let mut folded: Engine = Engine::new();
    for (seq, received, happening, outputs) in &stage.inputs {
        folded.fold(*seq, *received, happening, outputs);
    }
    assert_eq!(folded.snapshot(), stage.engine.snapshot());
    assert!(stage.now - TimeDelta::hours(2) < stage.inputs[0].1, "all within the window");
}

/// A snapshot that another detector has left, with the blind vantage that its records tell of.
fn after_an_upgrade(stage: &Stage) -> Engine {
    let text = String::from_utf8(stage.engine.snapshot()).unwrap();
    let own = format!("\"method\":\"{}\"", Evidence::NAME);
    assert!(text.contains(&own));
    let text = text.replace(&own, "\"method\":\"earlier.0\"");
    let mut engine: Engine = Engine::restore(text.as_bytes()).unwrap();
    assert!(engine.wants_warming());
    for (_, received, happening, _) in &stage.inputs {
        engine.warm(*received, happening);
    }
    engine.end_warming();
    assert!(!engine.wants_warming());
    engine
}

#[test]
fn a_vantage_that_is_blind_at_an_upgrade_stays_so_until_it_has_recovered() {
    let mut stage = Stage::new();
    stage.probe_for(30, &[], 0.0);
    stage.probe_for(10, &["s", "canary"], 0.9);
    assert_eq!(stage.count(|one| matches!(one, Output::MonitorBlind { .. })), 1);
    stage.engine = after_an_upgrade(&stage);
    stage.forget_heard();
    assert_eq!(stage.engine.explain(stage.now).weighed.blind, ["home"]);
    stage.probe_for(20, &["s", "canary"], 0.9);
    assert!(stage.heard.is_empty(), "nothing it measures is evidence: {:?}", stage.heard);
    stage.probe_for(30, &[], 0.0);
    assert_eq!(stage.count(|one| matches!(one, Output::MonitorRecovered { .. })), 1);
    assert_eq!(stage.suspicions().len(), 0);
}

#[test]
fn a_heads_up_is_not_given_again_because_of_an_upgrade() {
    let mut stage = Stage::new();
    stage.probe_for(10, &[], 0.0);
    stage.report("ann", "one.example");
    stage.report("ben", "two.example");
    assert_eq!(stage.count(|one| matches!(one, Output::HeadsUp { .. })), 1);
    stage.engine = after_an_upgrade(&stage);
    stage.forget_heard();
    stage.report("cid", "one.example");
    stage.report("dan", "two.example");
    assert_eq!(stage.count(|one| matches!(one, Output::HeadsUp { .. })), 0);
}
