//! How the chat asks Discord: with an end to every request, which it has none of by itself.
//!
//! Must not: use serenity's own limiter (its proxy setting is passed over while that is on), follow
//! a redirect with the token, or use the machine's proxy.

use chrono::TimeDelta;
use reqwest_serenity::{Client, redirect};
use secrecy::ExposeSecret;
use serenity::http::{Http, HttpBuilder};

use crate::{clock::Clock, config::DiscordConfig, rests::Rests};

use super::{trouble::Trouble, wire::Wire};

const CONNECT_TIMEOUT: TimeDelta = TimeDelta::seconds(5);
/// From the beginning of a request to the end of its answer; a card with its picture fits.
const ANSWER_TIMEOUT: TimeDelta = TimeDelta::seconds(10);

/// What Discord asks bots to call themselves: a place and a version.
const USER_AGENT: &str = concat!("DiscordBot (Bellwether, ", env!("CARGO_PKG_VERSION"), ")");

/// The ways to ask, with the configured account: serenity's, until there is a connection, and our
/// own for all that comes after.
pub(super) fn make(
    config: &DiscordConfig,
    clock: &Clock,
    rests: &Rests,
) -> Result<(Http, Wire), Trouble> {
    let client = Client::builder()
        .use_rustls_tls()
        .user_agent(USER_AGENT)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(clock.real(CONNECT_TIMEOUT))
        .timeout(clock.real(ANSWER_TIMEOUT))
        .build()
        .map_err(|_| Trouble::Unreachable { reason: "no HTTP client can be made".to_owned() })?;
    let api = config.api.as_str().trim_end_matches('/');
    let wire = Wire::new(client.clone(), config, clock, rests.clone());
    let http = HttpBuilder::new(config.token.expose_secret())
        .client(client)
        .proxy(api)
        .ratelimiter_disabled(true)
        .build();
    Ok((http, wire))
}
