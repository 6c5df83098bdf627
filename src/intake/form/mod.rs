//! `/report`: the web form for customers, without script.
//!
//! A web reporter is unconfirmed: staff see the report, and it is no evidence until somebody
//! confirms it. The answer is the same for a known and an unknown domain, and promises nothing
//! that we don't know. Must not: say whether a domain is ours, keep an address, or take more than
//! its [`FormLimits`]. Start at [`router`].

pub(super) mod guard;
pub(super) mod limits;
mod page;
pub(in crate::intake) mod sheet;

use std::{
    net::IpAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Form, Router,
    extract::{FromRequest, Request, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};
use serde::Deserialize;

use crate::{
    clock::{Clock, random_bytes},
    event::wire::{TEXT_LENGTH_MAX, domain_name},
    journal::{Private, Refused},
    render::Words,
};

use super::{
    Door,
    filing::{self, Heard},
    http::{BodyError, BodyLimits, Peers, address_key, read_body},
};
use guard::Guard;
use limits::{Limits, Taken};
use page::{Errors, Page};

/// The longest body of the form, in bytes: its longest fields, percent-encoded.
const BODY_BYTES_MAX: usize = 64 * 1024;
const EMAIL_LENGTH_MAX: usize = 254;

/// What strangers may send within an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormLimits {
    /// Reports from one address (an IPv6 /64 is one).
    pub per_address_max: usize,
    /// Reports from everybody.
    pub total_max: usize,
}

impl Default for FormLimits {
    fn default() -> Self {
        Self { per_address_max: 5, total_max: 200 }
    }
}

/// What outlives a form that gives way to one with other options: forms that visitors have open
/// stay good, and what was sent within the hour goes on counting.
#[derive(Clone)]
pub struct FormMemory {
    pub(super) key: [u8; 32],
    pub(super) taken: Arc<Mutex<Taken>>,
}

impl FormMemory {
    /// Nothing yet, and a key of its own.
    pub fn new() -> Self {
        Self { key: random_bytes(), taken: Arc::default() }
    }
}

impl Default for FormMemory {
    fn default() -> Self {
        Self::new()
    }
}

/// What the form says and to whom it listens.
pub struct FormOptions {
    /// The host's name, as customers know it.
    pub host: String,
    /// The language it is written in.
    pub language: String,
    /// All words.
    pub words: Arc<Words>,
    /// Per hour.
    pub limits: FormLimits,
    /// Whose `X-Forwarded-For` is believed.
    pub peers: Peers,
    /// The page is seen over HTTPS alone (`bot.public_url` begins with `https:`).
    pub secure: bool,
    /// What earlier forms of this process know.
    pub memory: FormMemory,
}

struct FormState {
    door: Arc<dyn Door>,
    clock: Clock,
    page: Page,
    guard: Guard,
    limits: Limits,
    peers: Peers,
}

/// The form's route.
pub fn router(door: Arc<dyn Door>, clock: Clock, options: FormOptions) -> Router {
    let FormOptions { host, language, words, limits, peers, secure, memory } = options;
    let state = FormState {
        door,
        page: Page::new(words, language, host),
        guard: Guard::new(memory.key, clock.clone(), secure, "/report"),
        limits: Limits::new(limits.per_address_max, limits.total_max, memory.taken),
        peers,
        clock,
    };
    Router::new().route("/report", get(show).post(send)).with_state(Arc::new(state))
}

/// What a visitor typed. Unknown fields are passed over: browsers' helpers add some.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    token: String,
    domain: String,
    what: String,
    email: String,
    /// Hidden from people; only robots fill it in.
    website: String,
}

async fn show(State(state): State<Arc<FormState>>, headers: HeaderMap) -> Response {
    state.page.form(&state.guard.issue(&headers), &Typed::default(), &Errors::default())
}

async fn send(State(state): State<Arc<FormState>>, request: Request) -> Response {
    let headers = request.headers().clone();
    let client = state.peers.client(&headers, request.extensions());
    match read_form(&state, request).await {
        Ok(typed) => state.file(&headers, client, typed).await,
        Err(BodyError::TooLarge { .. } | BodyError::TooSlow | BodyError::Broken) => {
            state.page.broken()
        }
    }
}

async fn read_form(state: &FormState, request: Request) -> Result<Typed, BodyError> {
    let headers = request.headers().clone();
    let limits = BodyLimits { bytes_max: BODY_BYTES_MAX, ..BodyLimits::default() };
    let body = read_body(request, limits, &state.clock).await?;
    let mut whole = Request::new(body.into());
    *whole.method_mut() = axum::http::Method::POST;
    *whole.headers_mut() = headers;
    let form = Form::<Typed>::from_request(whole, &()).await;
    form.map(|Form(typed)| typed).map_err(|_| BodyError::Broken)
}

impl FormState {
    async fn file(&self, headers: &HeaderMap, client: Option<IpAddr>, typed: Typed) -> Response {
        if !typed.website.is_empty() {
            return self.page.thanks();
        }
        let unique = self.guard.check(headers, &typed.token);
        let errors = Errors { expired: unique.is_none(), ..mistakes(&typed) };
        let Some(unique) = unique.filter(|_| errors.is_empty()) else {
            return self.page.form(&self.guard.issue(headers), &typed, &errors);
        };
        let address = address_key(client.unwrap_or(IpAddr::from([0, 0, 0, 0])));
        if let Err(wait) = self.limits.count(self.clock.now(), address) {
            return self.page.limited(wait);
        }
        let heard = self.heard(address, unique, typed);
        match self.door.submit(filing::offered(self.door.as_ref(), heard)).await {
            Ok(_) | Err(Refused::Duplicate(_)) => self.page.thanks(),
            Err(Refused::Full | Refused::Overloaded | Refused::Stopping) => self.page.busy(),
        }
    }

    fn heard(&self, address: IpAddr, unique: String, typed: Typed) -> Heard {
        let email = Some(typed.email.trim().to_lowercase()).filter(|email| !email.is_empty());
        let name = match &email {
            Some(email) => email.clone(),
            None => format!("~{}", self.guard.pseudonym(&address.to_string())),
        };
        Heard {
            at: self.clock.now(),
            source: "web".to_owned(),
            confirmed: false,
            domain: Some(typed.domain),
            language: None,
            private: Private {
                account: Some(format!("web:{name}")),
                name: None,
                outside_id: Some(format!("web:{unique}")),
                text: Some(tame(&typed.what)),
                address: email,
                unknown_domain: None,
            },
        }
    }
}

/// What the visitor must put right; the same whether the domain is ours or not.
fn mistakes(typed: &Typed) -> Errors {
    let domain = match typed.domain.trim() {
        "" => Some("form-domain-missing"),
        text if domain_name(text).is_none() => Some("form-domain-wrong"),
        _ => None,
    };
    let what = match typed.what.trim() {
        "" => Some("form-what-missing"),
        text if text.chars().count() > TEXT_LENGTH_MAX => Some("form-what-long"),
        _ => None,
    };
    let email = typed.email.trim();
    let email = (!email.is_empty() && !is_email(email)).then_some("form-email-wrong");
    Errors { expired: false, domain, what, email }
}

/// Whether mail could be sent there, judged by its looks alone.
pub(super) fn is_email(text: &str) -> bool {
    let plain = text.len() <= EMAIL_LENGTH_MAX
        && text.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"<>,;\"".contains(c));
    let parts = text.rsplit_once('@');
    plain && parts.is_some_and(|(user, host)| !user.is_empty() && domain_name(host).is_some())
}

/// Line ends as ours, and no other control characters.
fn tame(text: &str) -> String {
    let lines = text.trim().replace("\r\n", "\n");
    lines.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}
