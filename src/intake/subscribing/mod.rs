//! `/subscribe` and `/unsubscribe`: updates by e-mail, without script.
//!
//! An address that somebody types gets one letter; only who can read it can say yes, by a button on
//! the page that the letter links to (mail scanners open links, and press nothing). Leaving is one
//! press there, or one POST by the reader's mail program (RFC 8058). The answer is the same for a
//! known and an unknown address. Must not: say whether an address is known, let a token into a log,
//! or act on a GET. Start at [`router`].

mod page;

use std::{net::IpAddr, sync::Arc};

use axum::{
    Form, Router,
    extract::{FromRequest, Path, Request, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};
use serde::Deserialize;

use crate::{
    clock::Clock,
    domain::{Fleet, PersonId, Topic, domain_name},
    event::Input,
    journal::{Offered, Private, Refused, token_key},
    render::{CONFIRM_PATH, LEAVE_PATH, Words},
};

use super::{
    Door,
    form::{FormLimits, FormMemory, guard::Guard, is_email, limits::Limits},
    http::{BodyError, BodyLimits, Peers, address_key, read_body},
};
use page::{Deed, Errors, Page};

/// Where letters are written to, for the journal and for `Abilities::reaches`.
pub const SOURCE: &str = "email";

const PATH: &str = "/subscribe";
/// The longest body of the form, in bytes.
const BODY_BYTES_MAX: usize = 8 * 1024;
/// A token's hex digits: 160 bits.
const TOKEN_LENGTH: usize = 40;
/// Letters that may be answered from one address within an hour, and by everybody.
const PRESSED_PER_ADDRESS_MAX: usize = 60;
const PRESSED_MAX: usize = 20_000;
/// Topics that the form offers.
const TOPICS_MAX: usize = 200;

/// What the pages say and to whom they listen.
pub struct SubscribingOptions {
    /// The host's name, as customers know it.
    pub host: String,
    /// The language the pages are written in.
    pub language: String,
    /// All words.
    pub words: Arc<Words>,
    /// Wishes that are taken within an hour.
    pub limits: FormLimits,
    /// Whose `X-Forwarded-For` is believed.
    pub peers: Peers,
    /// The pages are seen over HTTPS alone.
    pub secure: bool,
    /// What earlier pages of this process know.
    pub memory: FormMemory,
    /// What can be chosen beside everything.
    pub topics: Vec<Named>,
}

/// A topic with its public name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// As the status page calls it.
    pub name: String,
    /// What it is.
    pub topic: Topic,
}

/// What of the fleet the public can name: servers, then what they depend on.
pub fn topics(fleet: &Fleet) -> Vec<Named> {
    let servers = fleet.servers.iter().filter_map(|one| {
        Some(Named { name: one.public_name.clone()?, topic: Topic::Server(one.id.clone()) })
    });
    let components = fleet.components.iter().filter_map(|one| {
        Some(Named { name: one.public_name.clone()?, topic: Topic::Component(one.id.clone()) })
    });
    let mut all: Vec<Named> = Vec::new();
    for named in servers.chain(components).take(TOPICS_MAX) {
        if all.iter().all(|one| one.name != named.name) {
            all.push(named);
        }
    }
    all
}

struct Subscribing {
    door: Arc<dyn Door>,
    clock: Clock,
    page: Page,
    guard: Guard,
    limits: Limits,
    pressed: Limits,
    peers: Peers,
    topics: Vec<Named>,
}

/// The routes.
pub fn router(door: Arc<dyn Door>, clock: Clock, options: SubscribingOptions) -> Router {
    let SubscribingOptions { host, language, words, limits, peers, secure, memory, topics } =
        options;
    let state = Subscribing {
        door,
        page: Page::new(words, language, host),
        guard: Guard::new(memory.key, clock.clone(), secure, PATH),
        limits: Limits::new(limits.per_address_max, limits.total_max, memory.taken),
        pressed: Limits::new(PRESSED_PER_ADDRESS_MAX, PRESSED_MAX, Arc::default()),
        peers,
        clock,
        topics,
    };
    Router::new()
        .route(PATH, get(show).post(send))
        .route(&format!("{CONFIRM_PATH}{{token}}"), get(may_confirm).post(confirm))
        .route(&format!("{LEAVE_PATH}{{token}}"), get(may_leave).post(leave))
        .with_state(Arc::new(state))
}

/// What a visitor typed. Unknown fields are passed over.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    token: String,
    email: String,
    /// A name of [`Named`]; empty: everything.
    topic: String,
    /// Hidden from people; only robots fill it in.
    website: String,
}

async fn show(State(state): State<Arc<Subscribing>>, headers: HeaderMap) -> Response {
    state.form(&headers, &Typed::default(), &Errors::default())
}

async fn send(State(state): State<Arc<Subscribing>>, request: Request) -> Response {
    let headers = request.headers().clone();
    let client = state.peers.client(&headers, request.extensions());
    match read_form(&state, request).await {
        Ok(typed) => state.ask_owner(&headers, client, &typed).await,
        Err(BodyError::TooLarge { .. } | BodyError::TooSlow | BodyError::Broken) => {
            state.page.broken()
        }
    }
}

async fn read_form(state: &Subscribing, request: Request) -> Result<Typed, BodyError> {
    let headers = request.headers().clone();
    let limits = BodyLimits { bytes_max: BODY_BYTES_MAX, ..BodyLimits::default() };
    let body = read_body(request, limits, &state.clock).await?;
    let mut whole = Request::new(body.into());
    *whole.method_mut() = axum::http::Method::POST;
    *whole.headers_mut() = headers;
    let form = Form::<Typed>::from_request(whole, &()).await;
    form.map(|Form(typed)| typed).map_err(|_| BodyError::Broken)
}

/// A link was opened: by a person, or by a scanner on its way to them.
async fn may_confirm(State(state): State<Arc<Subscribing>>, Path(token): Path<String>) -> Response {
    state.offer(Deed::Confirm, &token)
}

async fn may_leave(State(state): State<Arc<Subscribing>>, Path(token): Path<String>) -> Response {
    state.offer(Deed::Leave, &token)
}

async fn confirm(
    State(state): State<Arc<Subscribing>>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    let client = state.peers.client(request.headers(), request.extensions());
    state.carry_out(Deed::Confirm, &token, client).await
}

async fn leave(
    State(state): State<Arc<Subscribing>>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    let client = state.peers.client(request.headers(), request.extensions());
    state.carry_out(Deed::Leave, &token, client).await
}

impl Subscribing {
    fn form(&self, headers: &HeaderMap, typed: &Typed, errors: &Errors) -> Response {
        let names: Vec<&str> = self.topics.iter().map(|one| one.name.as_str()).collect();
        self.page.form(&self.guard.issue(headers), &names, typed, errors)
    }

    async fn ask_owner(
        &self,
        headers: &HeaderMap,
        client: Option<IpAddr>,
        typed: &Typed,
    ) -> Response {
        if !typed.website.is_empty() {
            return self.page.asked();
        }
        let unique = self.guard.check(headers, &typed.token);
        let (address, topic) = (address(&typed.email), self.topic(&typed.topic));
        let errors =
            Errors { expired: unique.is_none(), email: address.is_none(), topic: topic.is_none() };
        let (Some(unique), Some(address), Some(topic)) = (unique, address, topic) else {
            return self.form(headers, typed, &errors);
        };
        let from = address_key(client.unwrap_or(IpAddr::from([0, 0, 0, 0])));
        if let Err(wait) = self.limits.count(self.clock.now(), from) {
            return self.page.limited(wait);
        }
        let input = Input::Subscribe {
            person: PersonId::from(""),
            source: SOURCE.to_owned(),
            topic,
            confirmed: false,
            key: None,
        };
        let private = Private {
            account: Some(format!("{SOURCE}:{address}")),
            outside_id: Some(format!("subscribe:{unique}")),
            ..Private::default()
        };
        let offered = Offered { at: self.clock.now(), input, private: Some(private) };
        match self.door.submit(offered).await {
            Ok(_) | Err(Refused::Duplicate(_)) => self.page.asked(),
            Err(Refused::Full | Refused::Overloaded | Refused::Stopping) => self.page.busy(),
        }
    }

    fn topic(&self, name: &str) -> Option<Topic> {
        if name.is_empty() {
            return Some(Topic::All);
        }
        self.topics.iter().find(|one| one.name == name).map(|one| one.topic.clone())
    }

    /// A button, where the token is one of ours: nothing is done yet.
    fn offer(&self, deed: Deed, token: &str) -> Response {
        match self.key_of(token) {
            Some(_) => self.page.button(deed),
            None => self.page.unknown(deed),
        }
    }

    async fn carry_out(&self, deed: Deed, token: &str, client: Option<IpAddr>) -> Response {
        let Some(key) = self.key_of(token) else { return self.page.unknown(deed) };
        let from = address_key(client.unwrap_or(IpAddr::from([0, 0, 0, 0])));
        // A token is good for leaving once, and mail programs of many readers share an address.
        if deed == Deed::Confirm
            && let Err(wait) = self.pressed.count(self.clock.now(), from)
        {
            return self.page.limited(wait);
        }
        let person = PersonId::from("");
        let input = match deed {
            Deed::Confirm => Input::Confirm { person, key },
            Deed::Leave => Input::Unsubscribe { person, key: Some(key) },
        };
        match self.door.ask(Offered::plain(self.clock.now(), input)).await {
            Ok(answer) => self.page.done(deed, answer.ok, &answer.text),
            Err(Refused::Duplicate(_)) => self.page.done(deed, true, ""),
            Err(Refused::Full | Refused::Overloaded | Refused::Stopping) => self.page.busy(),
        }
    }

    /// The key of a token that is one of ours.
    fn key_of(&self, token: &str) -> Option<String> {
        let is_token =
            token.len() == TOKEN_LENGTH && token.bytes().all(|byte| byte.is_ascii_hexdigit());
        let key = is_token.then(|| token_key(token))?;
        self.door.knows_key(&key).then_some(key)
    }
}

/// An address in its one form, with the host as mail servers know it.
fn address(typed: &str) -> Option<String> {
    let typed = typed.trim().to_lowercase();
    let (user, host) = typed.rsplit_once('@').filter(|_| is_email(&typed))?;
    Some(format!("{user}@{}", domain_name(host)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_one_form_and_what_is_none_has_none() {
        let form = |text| address(text).unwrap_or_default();
        assert_eq!(form(" Ann@Example.ORG "), "ann@example.org");
        assert_eq!(form("ann@bücher.example"), "ann@xn--bcher-kva.example");
        for text in ["", "ann", "@example.org", "ann@", "a b@example.org", "a@b.example\r\nBcc: x"]
        {
            assert_eq!(address(text), None, "{text:?}");
        }
    }
}
