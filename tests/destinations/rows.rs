//! One row a driver: how to set it up, and how its receiver recognises a post.

use std::{collections::BTreeMap, net::SocketAddr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bellwether::{
    broadcast::{self, REGISTRY, Sending},
    clock::Clock,
    config::Secrets,
    domain::{
        Abilities, Audience, Destination, DestinationId, IncidentId, Limits, PostId, TextUnit,
        Timestamp,
    },
    event::{Post, PostAction},
};
use chrono::DateTime;
use secrecy::SecretString;

use super::{
    fake::{self, Plain, Request, World},
    worlds::{bluesky, mastodon, matrix, ntfy, x},
};

/// The signing key behind [`SECRET`].
pub const KEY: &[u8] = b"bellwether-test-key-0123";

/// How a driver sees to it that a post stands there once, after an attempt that came to no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Once {
    /// The receiver knows a second send by its key.
    ByKey,
    /// What stands there is read back before a second send.
    ByReadingBack,
    /// Nothing can tell: it is never sent again, and staff are asked to look.
    AtMost,
}

/// One driver.
pub struct Row {
    pub kind: &'static str,
    /// Its options for a receiver at this address; `None` for a driver without a network.
    pub options: Option<fn(SocketAddr) -> BTreeMap<String, String>>,
    pub secrets: &'static [&'static str],
    /// The key by which the receiver recognises a post; checks what else must be true of a request.
    pub key_of: fn(&Request) -> String,
    /// Whether it tells staff what a receiver says with a refusal.
    pub repeats_refusals: bool,
    /// What its receiver is.
    pub world: fn() -> Box<dyn World>,
    pub once: Once,
}

pub const ROWS: &[Row] = &[
    Row {
        kind: "bluesky",
        options: Some(|address| {
            let mut options = option("pds", &format!("http://{address}"));
            options.extend(option("identifier", "status.example"));
            options
        }),
        secrets: &["app_password"],
        key_of: record_key,
        repeats_refusals: false,
        world: || Box::new(bluesky::World::new(&secret())),
        once: Once::ByKey,
    },
    Row {
        kind: "console",
        options: None,
        secrets: &[],
        key_of: |_| String::new(),
        repeats_refusals: false,
        world: || Box::new(Plain),
        once: Once::ByKey,
    },
    Row {
        kind: "discord",
        options: Some(|address| {
            let mut options = option("api", &format!("http://{address}/"));
            options.extend(option("guild", "41"));
            options.extend(option("channel", "42"));
            options
        }),
        secrets: &["token"],
        key_of: discord_nonce,
        repeats_refusals: false,
        world: || Box::new(Plain),
        once: Once::ByKey,
    },
    Row {
        kind: "email",
        options: Some(|address| {
            let mut options = option("host", &address.ip().to_string());
            options.extend(option("port", &address.port().to_string()));
            options.extend(option("tls", "none"));
            options.extend(option("from", "status@example.net"));
            options.extend(option("to", "announce@lists.example"));
            options
        }),
        secrets: &[],
        key_of: |_| String::new(),
        repeats_refusals: false,
        world: || Box::new(Plain),
        once: Once::ByKey,
    },
    Row {
        kind: "mastodon",
        options: Some(|address| option("url", &format!("http://{address}"))),
        secrets: &["token"],
        key_of: idempotency_key,
        repeats_refusals: false,
        world: || Box::new(mastodon::World::new(clock(), &secret())),
        once: Once::ByReadingBack,
    },
    Row {
        kind: "matrix",
        options: Some(|address| {
            let mut options = option("homeserver", &format!("http://{address}"));
            options.extend(option("room", "!room:example.org"));
            options
        }),
        secrets: &["token"],
        key_of: matrix_transaction,
        repeats_refusals: false,
        world: || Box::new(matrix::World::new(clock(), &secret())),
        once: Once::ByKey,
    },
    Row {
        kind: "ntfy",
        options: Some(|address| {
            let mut options = option("url", &format!("http://{address}/"));
            options.extend(option("topic", "our-status"));
            options
        }),
        secrets: &["token"],
        key_of: ntfy_tag,
        repeats_refusals: false,
        world: || Box::new(ntfy::World::new(clock(), &secret())),
        once: Once::ByReadingBack,
    },
    Row {
        kind: "slack",
        options: Some(|address| {
            option("url", &format!("http://{address}/services/B1/t0ken-in-path"))
        }),
        secrets: &["url"],
        key_of: slack_text,
        repeats_refusals: true,
        world: || Box::new(Plain),
        once: Once::AtMost,
    },
    Row {
        kind: "webhook",
        options: Some(|address| {
            option("url", &format!("http://{address}/hook/t0ken-in-path?k=t0ken-in-query"))
        }),
        secrets: &["secret"],
        key_of: signed_webhook_id,
        repeats_refusals: true,
        world: || Box::new(Plain),
        once: Once::ByKey,
    },
    Row {
        kind: "x",
        options: Some(|address| option("api_url", &format!("http://{address}"))),
        secrets: &["api_key", "api_key_secret", "access_token", "access_token_secret"],
        key_of: x_text,
        repeats_refusals: false,
        world: || Box::new(x::World::new(clock(), &secret())),
        once: Once::ByReadingBack,
    },
];

pub fn option(name: &str, value: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(name.to_owned(), value.to_owned())])
}

pub fn secret() -> String {
    format!("whsec_{}", STANDARD.encode(KEY))
}

pub fn destination(row: &Row, address: SocketAddr) -> Destination {
    Destination {
        id: DestinationId::from("d"),
        kind: row.kind.to_owned(),
        audience: Audience::Public,
        language: "en".to_owned(),
        timezone: None,
        options: row.options.map(|options| options(address)).unwrap_or_default(),
        limits: Limits::of(1000, TextUnit::Characters),
        abilities: Abilities::default(),
    }
}

pub fn secrets(row: &Row) -> Secrets {
    secrets_at(row, &BTreeMap::new())
}

/// The row's secrets: the value among these options where the receiver's address is one.
pub fn secrets_at(row: &Row, options: &BTreeMap<String, String>) -> Secrets {
    of_names(row.secrets.iter().copied(), options)
}

fn of_names(
    names: impl Iterator<Item = &'static str>,
    options: &BTreeMap<String, String>,
) -> Secrets {
    let mut secrets = Secrets::default();
    for name in names {
        let value = options.get(name).cloned().unwrap_or_else(secret);
        secrets.insert(DestinationId::from("d"), name, SecretString::from(value));
    }
    secrets
}

pub fn decided_at() -> Timestamp {
    DateTime::UNIX_EPOCH + chrono::TimeDelta::seconds(1_398_307_200)
}

/// Time runs ten times as fast: a driver's 15 s are 1.5.
pub fn clock() -> Clock {
    Clock::paced(decided_at(), 10.0)
}

pub fn post() -> Post {
    Post {
        id: PostId::from("00112233445566778899aabbccddeeff"),
        destination: DestinationId::from("d"),
        audience: Audience::Public,
        action: PostAction::Post,
        subject: "incident.investigating".to_owned(),
        incident: Some(IncidentId(7)),
        window: None,
        recipient: None,
        thread: None,
        body: "Some sites are slow.\nNext update by 22:00.".to_owned(),
        buttons: Vec::new(),
        picture: None,
    }
}

pub fn sending(post: &Post) -> Sending<'_> {
    Sending {
        post,
        decided_at: decided_at(),
        recipient: None,
        reply_to: None,
        first_attempt_at: None,
    }
}

fn signed_webhook_id(request: &Request) -> String {
    let header = |name: &str| request.headers.get(name).map(String::as_str).unwrap_or_default();
    let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
    let signature = header("webhook-signature");
    assert!(fake::is_signed(KEY, id, timestamp, &request.body, signature), "{request:?}");
    assert_eq!(header("content-type"), "application/json");
    assert!(request.line.starts_with("POST /hook/"), "{}", request.line);
    id.to_owned()
}

fn record_key(request: &Request) -> String {
    assert_eq!(request.line, "POST /xrpc/com.atproto.repo.putRecord HTTP/1.1");
    let body: serde_json::Value = serde_json::from_slice(&request.body).expect("JSON");
    body["rkey"].as_str().expect("a key").to_owned()
}

fn idempotency_key(request: &Request) -> String {
    let header = |name: &str| request.headers.get(name).map(String::as_str).unwrap_or_default();
    assert_eq!(header("authorization"), format!("Bearer {}", secret()));
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(request.line, "POST /api/v1/statuses HTTP/1.1");
    header("idempotency-key").to_owned()
}

fn matrix_transaction(request: &Request) -> String {
    assert_eq!(request.header("content-type"), "application/json");
    let beginning = "/_matrix/client/v3/rooms/!room:example.org/send/m.room.message/";
    let transaction = request.target().strip_prefix(beginning).expect("the room's address");
    assert_eq!(request.json()["bellwether.post"], transaction);
    assert_eq!(request.json()["m.mentions"], serde_json::json!({}));
    transaction.to_owned()
}

fn ntfy_tag(request: &Request) -> String {
    assert_eq!(request.line, "POST / HTTP/1.1");
    let notice = request.json();
    assert_eq!(notice["topic"], "our-status");
    let tags = notice["tags"].as_array().expect("tags");
    tags.last().and_then(|tag| tag.as_str()).expect("its tag").to_owned()
}

fn slack_text(request: &Request) -> String {
    assert_eq!(request.line, "POST /services/B1/t0ken-in-path HTTP/1.1");
    assert_eq!(request.header("content-type"), "application/json");
    request.json()["text"].as_str().expect("a text").to_owned()
}

fn x_text(request: &Request) -> String {
    assert_eq!(request.line, "POST /2/tweets HTTP/1.1");
    assert_eq!(request.header("content-type"), "application/json");
    request.json()["text"].as_str().expect("a text").to_owned()
}

fn discord_nonce(request: &Request) -> String {
    let header = |name: &str| request.headers.get(name).map(String::as_str).unwrap_or_default();
    assert_eq!(header("authorization"), format!("Bot {}", secret()));
    assert_eq!(header("content-type"), "application/json");
    assert!(header("user-agent").starts_with("DiscordBot ("), "{request:?}");
    assert_eq!(request.line, "POST /api/v10/channels/42/messages HTTP/1.1");
    let body: serde_json::Value = serde_json::from_slice(&request.body).expect("JSON");
    assert_eq!(body["enforce_nonce"], true);
    assert_eq!(body["allowed_mentions"], serde_json::json!({ "parse": [] }));
    body["nonce"].as_str().expect("a nonce").to_owned()
}

#[test]
fn every_registered_driver_has_a_row_here() {
    let rows: Vec<&str> = ROWS.iter().map(|row| row.kind).collect();
    let kinds: Vec<&str> = REGISTRY.iter().map(|known| known.spec.kind).collect();
    assert_eq!(rows, kinds);
}

#[tokio::test]
async fn every_driver_is_built_from_its_row_and_refuses_to_be_built_without() {
    let address: SocketAddr = "127.0.0.1:9".parse().expect("an address");
    for row in ROWS {
        let whole = destination(row, address);
        assert!(
            broadcast::build(&whole, &secrets_at(row, &whole.options), &clock()).is_ok(),
            "{}",
            row.kind
        );
        let known = REGISTRY.iter().find(|known| known.spec.kind == row.kind).expect("registered");
        for option in known.spec.options.iter().filter(|option| option.required) {
            let (mut torn, mut known_secrets) = (whole.clone(), secrets_at(row, &whole.options));
            torn.options.remove(option.name);
            if option.secret {
                let secrets = row.secrets.iter().copied().filter(|name| *name != option.name);
                known_secrets = of_names(secrets, &whole.options);
            }
            let error = broadcast::build(&torn, &known_secrets, &clock()).err().expect("refused");
            assert!(error.to_string().contains(option.name), "{error}");
        }
    }
}

#[test]
fn accounts_that_posts_are_read_back_from_are_named_without_their_secrets() {
    let address: SocketAddr = "127.0.0.1:9".parse().expect("an address");
    let mut named = Vec::new();
    for row in ROWS {
        let known = REGISTRY.iter().find(|known| known.spec.kind == row.kind).expect("registered");
        let (one, two) = (destination(row, address), destination(row, address));
        let account = (known.spec.abilities)(&one.options).account;
        assert_eq!(account, (known.spec.abilities)(&two.options).account, "{}", row.kind);
        if let Some(account) = account {
            assert!(account.starts_with(row.kind) && !account.contains(&secret()), "{account}");
            named.push(row.kind);
        }
    }
    assert_eq!(named, ["bluesky", "mastodon", "x"]);
}
