//! `/healthz` and `/readyz`: whether the process lives, and whether it can take inputs.

use axum::{extract::State, http::StatusCode};
use tokio::sync::watch;

/// What must be so before inputs can be taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// The journal is open and takes entries.
    pub journal_open: bool,
    /// The engine has folded all that the journal held at start-up.
    pub engine_caught_up: bool,
}

pub(super) async fn alive() -> &'static str {
    "alive\n"
}

pub(super) async fn ready(
    State(health): State<watch::Receiver<Health>>,
) -> (StatusCode, &'static str) {
    let health = *health.borrow();
    match (health.journal_open, health.engine_caught_up) {
        (true, true) => (StatusCode::OK, "ready\n"),
        (false, _) => {
            (StatusCode::SERVICE_UNAVAILABLE, "not ready: the journal takes no entries\n")
        }
        (true, false) => {
            (StatusCode::SERVICE_UNAVAILABLE, "not ready: the engine is catching up\n")
        }
    }
}
