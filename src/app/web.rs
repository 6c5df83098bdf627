//! The web server's routes, as the configuration in force wants them.
//!
//! On a reload they are made anew, and requests go to the latest; one that is being answered is
//! finished by those it came to. Must not: answer anything itself.

use std::{convert::Infallible, sync::Arc};

use axum::{Router, extract::Request};
use tokio::sync::watch;
use tower::ServiceExt;

use crate::{
    clock::Clock,
    config::Config,
    domain::{Audience, Destination},
    engine::View,
    intake::{
        self, Door,
        form::{FormLimits, FormMemory, FormOptions},
        http::{BodyLimits, Peers},
        notice::known_providers,
        subscribing::{self, SubscribingOptions},
    },
    pages::{self, Health, Metrics},
    render::Words,
};

/// What routes need, whatever the configuration says.
pub(super) struct Web {
    pub view: watch::Receiver<Arc<View>>,
    pub metrics: Arc<Metrics>,
    pub health: watch::Receiver<Health>,
    pub door: Arc<dyn Door>,
    pub clock: Clock,
    pub memory: FormMemory,
    pub subscribing: FormMemory,
    pub peers: Peers,
}

impl Web {
    /// Pages, API and form.
    pub fn router(&self, config: &Config, words: &Arc<Words>) -> Router {
        let language = config.languages.first().map_or("en", String::as_str);
        let state = pages::PageState {
            view: self.view.clone(),
            words: Words::clone(words),
            language: language.to_owned(),
            subscribes: writes_to_people(config),
            clock: self.clock.clone(),
            metrics: self.metrics.clone(),
            health: self.health.clone(),
        };
        let bodies = BodyLimits {
            bytes_max: usize::try_from(config.web.body_bytes_max).unwrap_or(usize::MAX),
            ..BodyLimits::default()
        };
        let settings = &config.settings;
        let form = FormOptions {
            host: settings.fleet.name.clone(),
            language: language.to_owned(),
            words: words.clone(),
            limits: FormLimits {
                per_address_max: config.web.reports_per_address_max as usize,
                total_max: config.web.reports_per_hour_max as usize,
            },
            peers: self.peers.clone(),
            secure: settings.public_url.as_deref().is_some_and(|url| url.starts_with("https:")),
            memory: self.memory.clone(),
        };
        let (door, clock) = (self.door.clone(), self.clock.clone());
        let letters = self.letters(config, words, &form);
        let known = known_providers(&settings.fleet);
        let (tokens, api) = (&config.tokens, intake::api::router);
        let notices =
            intake::api::notices_router(door.clone(), clock.clone(), tokens, bodies, known);
        let router = pages::router(state)
            .merge(api(door.clone(), clock.clone(), tokens, bodies))
            .merge(notices)
            .merge(intake::form::router(door.clone(), clock.clone(), form));
        match letters {
            Some(letters) => router.merge(intake::subscribing::router(door, clock, letters)),
            None => router,
        }
    }

    /// What the pages for subscribers are made with, where there is a way to write to them.
    fn letters(
        &self,
        config: &Config,
        words: &Arc<Words>,
        form: &FormOptions,
    ) -> Option<SubscribingOptions> {
        let settings = &config.settings;
        writes_to_people(config).then(|| SubscribingOptions {
            host: form.host.clone(),
            language: form.language.clone(),
            words: words.clone(),
            limits: form.limits,
            peers: self.peers.clone(),
            secure: form.secure,
            memory: self.subscribing.clone(),
            topics: subscribing::topics(&settings.fleet),
        })
    }
}

/// Whether there is a way to write to who asks for it.
fn writes_to_people(config: &Config) -> bool {
    let writes = |one: &Destination| {
        let is_for_people = one.audience == Audience::Reporters && one.abilities.letters;
        is_for_people && one.abilities.reaches.as_deref() == Some(subscribing::SOURCE)
    };
    config.settings.destinations.iter().any(writes)
}

/// Whose word on who asks is believed.
pub(super) fn trusted_peers(config: &Config) -> Peers {
    Peers::in_front_of(config.listen, config.trusted_proxies.iter().copied())
}

/// Hands each request to the latest of `routers`.
pub(super) fn latest(routers: watch::Receiver<Router>) -> Router {
    let hand_on = move |request: Request| {
        let router = routers.borrow().clone();
        async move {
            let answered: Result<_, Infallible> = router.oneshot(request).await;
            answered
        }
    };
    Router::new().fallback_service(tower::service_fn(hand_on))
}
