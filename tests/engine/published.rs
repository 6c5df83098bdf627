//! An incident that a provider publishes is evidence with a weight of its own, and never proof.

use bellwether::{app::explain, domain::*, engine::Engine, event::*, render::Words};
use insta::assert_snapshot;

use crate::{
    notices::{below_a_provider, notice, take},
    stage::Stage,
    windows::folds_and_restores_alike,
};

/// The fleet below a provider that knows the data centre by a circuit, with a policy's weight.
fn stage(times: u32) -> Stage {
    let mut settings = below_a_provider();
    settings.fleet.components[2].circuits = vec!["DC-1".to_owned()];
    settings.policy.published.times = times;
    Stage::with(settings)
}

fn trouble(status: NoticeStatus, sequence: u32) -> Notice {
    Notice {
        about: NoticeAbout::Incident,
        objects: vec!["DC-1".to_owned()],
        window: None,
        status,
        sequence: Some(sequence),
        ..notice("INC-1")
    }
}

/// How much evidence there is, and how well the data centre alone explains what is seen.
fn weighed(engine: &Engine, now: Timestamp) -> (f64, Option<f64>) {
    let weighed = engine.explain(now).weighed;
    let of_atl = weighed.classes.iter().find(|one| one.members.iter().any(|one| one.id == "atl"));
    (weighed.evidence_s, of_atl.and_then(|class| class.score))
}

/// Checks of s1 and s2 fail now and then: the switch, or the data centre?
fn unclear(times: u32, published: bool) -> Stage {
    let mut stage = stage(times);
    stage.probe_for(60, &[], 0.0);
    if published {
        take(&mut stage, trouble(NoticeStatus::InProgress, 1));
    }
    stage.probe_for(3, &["s1", "s2"], 0.3);
    stage
}

#[test]
fn it_makes_its_component_likelier_by_the_policys_weight_and_raises_no_alarm_sooner() {
    let without = unclear(10, false);
    let with = unclear(10, true);
    let (evidence, score) = weighed(&without.engine, without.now);
    let (evidence_with, score_with) = weighed(&with.engine, with.now);
    assert_eq!(evidence, evidence_with, "the alarm does not know of it");
    let gained = score_with.unwrap() - score.unwrap();
    // The provider above covers the same servers and is as likely: their class is at fault
    // (10 r + p)/(r + p) times likelier, r = 1/4320 and p = 1/8760 an hour.
    let (own, other): (f64, f64) = (1.0 / 4320.0, 1.0 / 8760.0);
    let wanted: f64 = ((10.0 * own + other) / (own + other)).ln();
    assert!((gained - wanted).abs() < 1e-9, "{gained} of {wanted}");
    let nothing = unclear(1, true);
    assert_eq!(weighed(&nothing.engine, nothing.now), (evidence, score), "1 is no weight");
    folds_and_restores_alike(&with);
}

#[test]
fn alone_it_raises_nothing_however_long_it_stands() {
    let mut stage = stage(PublishedPolicy::TIMES_MAX);
    stage.probe_for(60, &[], 0.0);
    take(&mut stage, trouble(NoticeStatus::InProgress, 1));
    stage.forget_heard();
    stage.probe_for(8 * 60, &[], 0.0);
    let said = stage.heard.iter().map(|(_, output)| output.kind()).collect::<Vec<_>>();
    assert_eq!(said, Vec::<&str>::new());
}

#[test]
fn it_is_shown_as_counted_until_it_is_over_or_nobody_says_more() {
    let mut stage = stage(10);
    take(&mut stage, trouble(NoticeStatus::InProgress, 1));
    let told = stage.posts_to("staff").join("\n");
    assert!(told.contains("taken to be 10 times likelier at fault, for 12"), "{told}");
    let counted = |stage: &Stage| stage.engine.explain(stage.now).weighed.published;
    let rows = counted(&stage);
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].component.as_str(), rows[0].times), ("atl", 10));
    assert_eq!(rows[0].until, stage.now + chrono::TimeDelta::hours(12));
    let explained = stage.engine.explain(stage.now);
    let told = explain::told(&Words::built_in(), "en", &below_a_provider().fleet, &explained);
    let line = told.lines().find(|line| line.contains("publishes an incident"));
    assert_snapshot!(line.unwrap_or_default(), @"A provider publishes an incident of atl (data centre) (notice 1). That counts: 10 times likelier to be at fault than by its rarity, until 24 April 2014, 09:00 EDT unless the provider says more.");
    let restored: Engine = Engine::restore(&stage.engine.snapshot()).unwrap();
    assert_eq!(restored.explain(stage.now).weighed.published, rows);
    stage.probe_for(11 * 60, &[], 0.0);
    take(&mut stage, trouble(NoticeStatus::InProgress, 2));
    stage.probe_for(11 * 60, &[], 0.0);
    assert_eq!(counted(&stage).len(), 1, "the provider said it again");
    stage.probe_for(61, &[], 0.0);
    assert_eq!(counted(&stage), [], "nobody said more");
    take(&mut stage, trouble(NoticeStatus::InProgress, 3));
    assert_eq!(counted(&stage).len(), 1);
    take(&mut stage, trouble(NoticeStatus::Completed, 4));
    assert_eq!(counted(&stage), [], "it is over");
}

#[test]
fn work_that_is_announced_and_what_names_nothing_of_ours_counts_for_nothing() {
    let mut stage = stage(10);
    take(&mut stage, notice("NL-1"));
    take(
        &mut stage,
        Notice { objects: vec!["DC-9".to_owned()], ..trouble(NoticeStatus::InProgress, 1) },
    );
    assert_eq!(stage.engine.explain(stage.now).weighed.published, []);
}

#[test]
fn a_flood_of_published_incidents_is_bounded() {
    let mut stage = stage(10);
    for number in 0..300 {
        take(
            &mut stage,
            Notice { id: format!("INC-{number}"), ..trouble(NoticeStatus::InProgress, 1) },
        );
    }
    assert_eq!(stage.engine.explain(stage.now).weighed.published.len(), 100);
    assert!(stage.inputs.iter().all(|(_, _, _, outputs)| {
        !outputs.iter().any(|one| matches!(one, Output::Suspicion(_) | Output::Incident { .. }))
    }));
}
