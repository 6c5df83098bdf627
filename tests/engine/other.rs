//! Another detector: what an upgrade would bring. It keeps nothing and finds nothing.

use bellwether::{
    domain::{ServerEvidence, ServerId, Settings, Timestamp},
    engine::{Detector, Finding},
    event::{Happening, Output, TimerReason},
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Silent {
    observed: u64,
}

impl Detector for Silent {
    const NAME: &'static str = "silent.1";

    fn configure(&mut self, _: &Settings) {}
    fn restored(&mut self, _: &Settings) {}
    fn observe(&mut self, _: Timestamp, _: &Happening) {
        self.observed += 1;
    }
    fn count(&mut self, _: Timestamp, _: &ServerId) {}
    fn discount(&mut self, _: Timestamp, _: &ServerId) {}
    fn decide(&self, _: Timestamp, _: &Happening) -> Vec<Finding> {
        Vec::new()
    }
    fn accept(&mut self, _: Timestamp, _: &Output) {}
    fn next_check(&self) -> Option<(Timestamp, TimerReason)> {
        None
    }
    fn evidence(&self, _: Timestamp, _: &[ServerId]) -> Vec<ServerEvidence> {
        Vec::new()
    }
}
