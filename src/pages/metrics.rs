//! `/metrics`: what the app counts, for Prometheus.
//!
//! Handles are atomic: counting never blocks and needs no lock once a label has been seen.

use std::{
    fmt,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use axum::{
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, info::Info},
    registry::{Registry, Unit},
};

use crate::domain::DestinationId;

const CONTENT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

type Seconds = Gauge<f64, AtomicU64>;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InputLabels {
    r#type: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusedLabels {
    r#type: &'static str,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DeliveryLabels {
    destination: String,
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct QueueLabels {
    queue: &'static str,
}

/// All that is counted. Labels are words of the program or ids from the configuration, so their
/// number is bounded.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    accepted: Family<InputLabels, Counter>,
    refused: Family<RefusedLabels, Counter>,
    decisions: Family<InputLabels, Counter>,
    deliveries: Family<DeliveryLabels, Counter>,
    queues: Family<QueueLabels, Gauge>,
    journal_seq: Gauge,
    commit: Seconds,
    engine_lag: Seconds,
}

impl Metrics {
    /// Nothing counted yet.
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("bellwether"),
            accepted: Family::default(),
            refused: Family::default(),
            decisions: Family::default(),
            deliveries: Family::default(),
            queues: Family::default(),
            journal_seq: Gauge::default(),
            commit: Seconds::default(),
            engine_lag: Seconds::default(),
        };
        metrics.register();
        metrics
    }

    /// An input of this type ("probe_result", …) is durable.
    pub fn input_accepted(&self, input_type: &'static str) {
        self.accepted.get_or_create(&InputLabels { r#type: input_type }).inc();
    }

    /// An input was not taken, and its sender was told ("full", "overloaded", …).
    pub fn input_refused(&self, input_type: &'static str, reason: &'static str) {
        self.refused.get_or_create(&RefusedLabels { r#type: input_type, reason }).inc();
    }

    /// The engine decided something of this type ("suspicion", "draft", …).
    pub fn decided(&self, output_type: &'static str) {
        self.decisions.get_or_create(&InputLabels { r#type: output_type }).inc();
    }

    /// A delivery reached a state ("sending", "sent", "retry", "unknown", "failed").
    pub fn delivery(&self, destination: &DestinationId, state: &'static str) {
        let destination = destination.to_string();
        self.deliveries.get_or_create(&DeliveryLabels { destination, state }).inc();
    }

    /// How much waits in a queue ("commit", "engine", "outbox").
    pub fn set_queue(&self, queue: &'static str, length: usize) {
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        self.queues.get_or_create(&QueueLabels { queue }).set(length);
    }

    /// The last durable entry's place.
    pub fn set_journal_seq(&self, seq: u64) {
        self.journal_seq.set(i64::try_from(seq).unwrap_or(i64::MAX));
    }

    /// How long the last input waited to be durable.
    pub fn set_commit_latency(&self, took: Duration) {
        self.commit.set(took.as_secs_f64());
    }

    /// How far the engine is behind the journal: the time from when the input that it handled last
    /// was received until it was handled.
    pub fn set_engine_lag(&self, lag: Duration) {
        self.engine_lag.set(lag.as_secs_f64());
    }

    /// Everything in the OpenMetrics text format.
    ///
    /// # Errors
    ///
    /// Only what writing into memory can give.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "This build", version);
        registry.register("inputs_accepted", "Inputs made durable", self.accepted.clone());
        registry.register("inputs_refused", "Inputs not taken", self.refused.clone());
        registry.register("decisions", "What the engine decided", self.decisions.clone());
        registry.register("deliveries", "Steps of deliveries", self.deliveries.clone());
        registry.register("queue_length", "What waits, by queue", self.queues.clone());
        registry.register("journal_seq", "The last durable entry", self.journal_seq.clone());
        let seconds = || Unit::Seconds;
        let help = "How long the last input waited to be durable";
        registry.register_with_unit("journal_commit", help, seconds(), self.commit.clone());
        let help = "From receiving to handling, of the last input that was handled";
        registry.register_with_unit("engine_lag", help, seconds(), self.engine_lag.clone());
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

pub(super) async fn show(State(metrics): State<Arc<Metrics>>) -> Response {
    match metrics.text() {
        Ok(text) => ([(CONTENT_TYPE, CONTENT)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "cannot write the metrics");
            (StatusCode::INTERNAL_SERVER_ERROR, "the metrics cannot be shown\n").into_response()
        }
    }
}
