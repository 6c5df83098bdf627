//! What staff are told when the fleet file does not fit the evidence.

use bellwether::domain::{Probe, Server, ServerId, Suspicion};

use super::stage::{Stage, settings};

/// A fourth server that the fleet file puts behind nothing, and that fails with the first two.
fn with_a_server_elsewhere() -> Stage {
    let mut settings = settings();
    let fleet = &mut settings.fleet;
    let elsewhere = ServerId::from("s4");
    let probes: Vec<Probe> = fleet
        .probes
        .iter()
        .filter(|probe| probe.server.as_ref().is_some_and(|server| server.as_str() == "s1"))
        .map(|probe| Probe {
            id: probe.id.as_str().replace("s1", "s4").as_str().into(),
            server: Some(elsewhere.clone()),
            ..probe.clone()
        })
        .collect();
    fleet.probes.extend(probes);
    fleet.servers.push(Server {
        id: elsewhere,
        public_name: None,
        depends_on: Vec::new(),
        ..fleet.servers[0].clone()
    });
    Stage::with(settings)
}

#[test]
fn a_server_that_fails_together_with_a_switch_may_stand_behind_it() {
    let mut stage = with_a_server_elsewhere();
    stage.probe_for(30, &[], 0.0);

    stage.probe_for(20, &["s1", "s2", "s4"], 0.5);

    let hint = "s4 and switch 1 in Atlanta began to fail together: check in the fleet file whether \
                s4 depends on switch 1 in Atlanta.";
    let said = |one: &&Suspicion| one.explanation.contains(hint);
    assert_eq!(stage.suspicions().into_iter().filter(said).count(), 1, "{:?}", stage.suspicions());
}

#[test]
fn a_server_that_fails_at_another_time_is_not_put_behind_the_switch() {
    let mut stage = with_a_server_elsewhere();
    stage.probe_for(30, &[], 0.0);
    stage.probe_for(15, &["s1", "s2"], 0.5);

    stage.probe_for(20, &["s1", "s2", "s4"], 0.5);

    let suspicions = stage.suspicions();
    assert!(suspicions.iter().any(|one| one.servers == [ServerId::from("s4")]));
    assert!(!suspicions.iter().any(|one| one.explanation.contains("fleet file")), "{suspicions:?}");
}
