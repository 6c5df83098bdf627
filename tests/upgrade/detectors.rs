//! Two detectors that no build has: one suspects everything, the other nothing.

use bellwether::{
    domain::{Cause, ServerEvidence, ServerId, Settings, Timestamp},
    engine::{Detector, Finding, Suspected},
    event::{Happening, Output, TimerReason},
};
use serde::{Deserialize, Serialize};

/// Finds every server at fault whenever it is asked.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Alarmist {
    servers: Vec<ServerId>,
}

impl Detector for Alarmist {
    const NAME: &'static str = "alarmist.1";

    fn configure(&mut self, settings: &Settings) {
        self.servers = settings.fleet.servers.iter().map(|server| server.id.clone()).collect();
    }

    fn restored(&mut self, settings: &Settings) {
        self.configure(settings);
    }

    fn observe(&mut self, _received: Timestamp, _happening: &Happening) {}

    fn count(&mut self, _at: Timestamp, _server: &ServerId) {}

    fn discount(&mut self, _at: Timestamp, _server: &ServerId) {}

    fn decide(&self, now: Timestamp, _happening: &Happening) -> Vec<Finding> {
        let cause = |server: &ServerId| Cause {
            class: 1,
            kind: "server".to_owned(),
            id: server.to_string(),
            class_probability: 0.99,
            probability: 0.33,
            loss: Some(0.9),
            since: now,
        };
        vec![Finding::Suspected(Suspected {
            of: None,
            causes: self.servers.iter().map(cause).collect(),
            alternatives: Vec::new(),
            servers: self.servers.clone(),
            reports_only: false,
            fits: None,
            evidence: self.evidence(now, &self.servers),
        })]
    }

    fn accept(&mut self, _now: Timestamp, _output: &Output) {}

    fn next_check(&self) -> Option<(Timestamp, TimerReason)> {
        None
    }

    fn evidence(&self, _now: Timestamp, servers: &[ServerId]) -> Vec<ServerEvidence> {
        let row = |server: &ServerId| ServerEvidence {
            server: server.clone(),
            affected: true,
            checks: 10,
            failed: 9,
            slow: 0,
            normal_loss: 0.001,
            people: 0,
        };
        servers.iter().map(row).collect()
    }
}

/// Finds nothing, ever.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Sleeper {}

impl Detector for Sleeper {
    const NAME: &'static str = "sleeper.1";

    fn configure(&mut self, _settings: &Settings) {}

    fn restored(&mut self, _settings: &Settings) {}

    fn observe(&mut self, _received: Timestamp, _happening: &Happening) {}

    fn count(&mut self, _at: Timestamp, _server: &ServerId) {}

    fn discount(&mut self, _at: Timestamp, _server: &ServerId) {}

    fn decide(&self, _now: Timestamp, _happening: &Happening) -> Vec<Finding> {
        Vec::new()
    }

    fn accept(&mut self, _now: Timestamp, _output: &Output) {}

    fn next_check(&self) -> Option<(Timestamp, TimerReason)> {
        None
    }

    fn evidence(&self, _now: Timestamp, _servers: &[ServerId]) -> Vec<ServerEvidence> {
        Vec::new()
    }
}
