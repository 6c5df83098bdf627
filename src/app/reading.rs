//! What is read regularly elsewhere, as the configuration says: providers' pages and calendars of
//! busy times. Must not: read any of it itself. Start at [`Reading::of`].

use std::sync::Arc;

use tokio::sync::watch;

use crate::{
    config::{BlackoutCalendar, Config},
    intake::{
        blackouts,
        notice::known_providers,
        upstream::{self, Tools, Upstreams},
    },
};

/// What is read, for those who read it.
pub(super) struct Reading {
    upstreams: watch::Sender<Arc<Upstreams>>,
    calendars: watch::Sender<Arc<Vec<BlackoutCalendar>>>,
}

impl Reading {
    /// What a configuration wants read.
    pub fn of(config: &Config) -> Self {
        Self {
            upstreams: watch::channel(Arc::new(upstreams_of(config))).0,
            calendars: watch::channel(Arc::new(config.calendars.clone())).0,
        }
    }

    /// From now on what this configuration wants.
    pub fn follow(&self, config: &Config) {
        self.upstreams.send_replace(Arc::new(upstreams_of(config)));
        self.calendars.send_replace(Arc::new(config.calendars.clone()));
    }

    /// Reads until the futures are done, one for each sort.
    pub fn run<F: Future<Output = ()> + Send + 'static>(
        &self,
        tools: Tools,
        [down, also_down]: [F; 2],
    ) -> impl Future<Output = ()> + Send + 'static {
        let pages = upstream::run(self.upstreams.subscribe(), tools.clone(), down);
        let calendars = blackouts::run(self.calendars.subscribe(), tools, also_down);
        async move {
            tokio::join!(pages, calendars);
        }
    }
}

/// The providers' pages of a configuration, and what its fleet knows of them.
fn upstreams_of(config: &Config) -> Upstreams {
    let known = known_providers(&config.settings.fleet);
    Upstreams { pages: config.upstreams.clone(), known }
}
