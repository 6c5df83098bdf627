//! The simplest honest detector: to be filled.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{ServerEvidence, ServerId, Settings, Timestamp},
    event::{Happening, Output, TimerReason},
};

use super::detect::{Detector, Finding};

/// Per-server windowed failure rates against their normal, and distinct reporters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Windowed {}

impl Detector for Windowed {
    const NAME: &'static str = "windowed.1";

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
