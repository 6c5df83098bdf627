//! The `matrix` driver: notices in one room, by the client-server API of a homeserver.
//!
//! A post's id is the transaction id in the path, so that the homeserver answers a second send with
//! the first one's event. It forgets transactions after a while, and with the token; so each event
//! also bears the post's id, and [`Driver::resolve`] reads the room back first. Start at [`Matrix`].
//!
//! Must not: mention anybody, write to one person, join or leave a room, or say anything of the
//! token.

mod lookup;
mod message;
mod picture;
mod trouble;

use std::{collections::BTreeMap, fmt, sync::Arc};

use futures_util::future::BoxFuture;
use reqwest::{Method, RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::{
    clock::Clock,
    config::{DriverSpec, OptionSpec, Secrets},
    domain::{Abilities, Destination, Limits, TextUnit},
    event::{PostAction, Receipt, Resolution, SendError},
};

use super::{
    BuildError, CheckError, Checked, Driver, Registration, Sending, UPDATES, changeable,
    http::{self, Http},
    json::{self, Trouble},
    limits::{checked_in_time, looked_up_in_time, sent_in_time},
    options::{self, Options, encoded},
    picture::{PICTURES, with_remark},
};

const HOMESERVER: OptionSpec = OptionSpec {
    name: "homeserver",
    required: true,
    secret: false,
    expects: "the homeserver's http:// or https:// URL, such as \"https://matrix.example.org\"",
    fits: OptionSpec::is_web_url,
    audiences: OptionSpec::ROOMS,
};
const ROOM: OptionSpec = OptionSpec {
    name: "room",
    required: true,
    secret: false,
    expects: "a room's id (\"!…\") or address (\"#status:example.org\")",
    fits: is_room_name,
    audiences: OptionSpec::ROOMS,
};
const TOKEN: OptionSpec = OptionSpec {
    name: "token",
    required: true,
    secret: true,
    expects: "the account's access token",
    fits: OptionSpec::any_text,
    audiences: OptionSpec::ROOMS,
};
const THREADS: OptionSpec = OptionSpec {
    name: "threads",
    required: false,
    secret: false,
    expects: "true or false",
    fits: OptionSpec::is_flag,
    audiences: OptionSpec::ROOMS,
};

/// One line of the registry. An event may have 65,536 bytes; these are in it twice, an edit's four
/// times, and a sign may need five bytes as markup.
pub(super) const REGISTRATION: Registration = Registration {
    spec: DriverSpec {
        kind: "matrix",
        options: &[HOMESERVER, ROOM, TOKEN, THREADS, UPDATES, PICTURES],
        limits: Limits { bytes_max: Some(5000), ..Limits::of(4000, TextUnit::Characters) },
        account: None,
        abilities,
    },
    build,
};

/// Sends to one room.
pub struct Matrix {
    homeserver: Url,
    token: SecretString,
    room: String,
    threads: bool,
    http: Http,
    clock: Clock,
    /// The room's id, where it was named by its address.
    room_id: OnceCell<String>,
    /// The account's own id.
    own: OnceCell<String>,
}

#[derive(Deserialize)]
struct Made {
    event_id: String,
}

#[derive(Deserialize)]
struct Room {
    room_id: String,
}

#[derive(Deserialize)]
struct Account {
    user_id: String,
}

#[derive(Deserialize)]
struct Member {
    membership: String,
}

/// Who may do what in a room, as far as it is about writing.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Levels {
    users: BTreeMap<String, i64>,
    users_default: i64,
    events: BTreeMap<String, i64>,
    events_default: i64,
}

impl Matrix {
    /// Speaks in the destination's `room` of its `homeserver`, with the account of its `token`.
    ///
    /// # Errors
    ///
    /// An option is missing or not as it must be, or the HTTP client cannot be set up.
    pub fn new(
        destination: &Destination,
        secrets: &Secrets,
        clock: &Clock,
    ) -> Result<Self, BuildError> {
        let options = Options { destination, secrets };
        let homeserver = options.server(&HOMESERVER)?;
        let room = options.needed(&ROOM)?.to_owned();
        let is_https = homeserver.scheme() == "https";
        let http = Http::new(http::USER_AGENT, is_https, clock)
            .map_err(|error| error.of(&destination.id))?;
        Ok(Self {
            homeserver,
            token: options.secret(&TOKEN)?.clone(),
            room,
            threads: options.flag(&THREADS),
            http,
            clock: clock.clone(),
            room_id: OnceCell::new(),
            own: OnceCell::new(),
        })
    }

    async fn carry_out(&self, sending: Sending<'_>) -> Result<Receipt, SendError> {
        if sending.post.recipient.is_some() {
            return Err(SendError::Rejected("a room is not one person's".to_owned()));
        }
        let room = self.room_id().await.map_err(trouble::of_preparing)?;
        let txn = sending.post.id.as_str();
        let about = || {
            let lost = || SendError::Rejected("what this is about never arrived".to_owned());
            sending.reply_to.ok_or_else(lost)
        };
        let (place, content) = match sending.post.action {
            PostAction::Post => {
                let content = message::said(sending.post, sending.reply_to, self.threads);
                (["send", "m.room.message", txn], content)
            }
            PostAction::Edit => {
                let content = message::changed(sending.post, about()?);
                (["send", "m.room.message", txn], content)
            }
            PostAction::Delete => (["redact", about()?, txn], serde_json::json!({})),
            PostAction::Crosspost => {
                return Err(SendError::Rejected("Matrix passes nothing on".to_owned()));
            }
        };
        let path = ["rooms", room].into_iter().chain(place);
        let url = self.address(path);
        let made = match self.ask::<Made>(Method::PUT, url.clone(), Some(&content)).await {
            // It stands there, and replies need its id: the same transaction has the same event.
            Err(Trouble::Unreadable) => {
                self.ask::<Made>(Method::PUT, url, Some(&content)).await.ok()
            }
            made => Some(made.map_err(trouble::of_sending)?),
        };
        let (made, remark) = match sending.post.action {
            PostAction::Post => (made, self.add_picture(sending, room).await),
            PostAction::Crosspost => (made, None),
            // What was changed is still known by the event that it was.
            PostAction::Edit => (Some(as_it_was(sending)), None),
            PostAction::Delete => {
                (Some(as_it_was(sending)), self.take_back_picture(sending, room).await)
            }
        };
        let receipt = made.map(|made| self.receipt(room, &made)).unwrap_or_default();
        Ok(with_remark(receipt, remark))
    }

    fn receipt(&self, room: &str, made: &Made) -> Receipt {
        let (room, event) = (encoded(room), encoded(&made.event_id));
        let via = self.room.split_once(':').map(|(_, server)| encoded(server));
        let via = via.map(|server| format!("?via={server}")).unwrap_or_default();
        let link = format!("https://matrix.to/#/{room}/{event}{via}");
        Receipt { remote_id: Some(made.event_id.clone()), link: Some(link), ..Receipt::default() }
    }

    /// The room's id, asked for once where it was named by its address.
    async fn room_id(&self) -> Result<&str, Trouble> {
        if self.room.starts_with('!') {
            return Ok(&self.room);
        }
        let ask = || async {
            let url = self.address(["directory", "room", self.room.as_str()]);
            let found = self.ask::<Room>(Method::GET, url, None).await?;
            let is_id = found.room_id.starts_with('!');
            is_id.then_some(found.room_id).ok_or(Trouble::Unreadable)
        };
        self.room_id.get_or_try_init(ask).await.map(String::as_str)
    }

    /// The account's own id, asked for once.
    async fn own(&self) -> Result<&str, Trouble> {
        let ask = || async {
            let url = self.address(["account", "whoami"]);
            Ok(self.ask::<Account>(Method::GET, url, None).await?.user_id)
        };
        self.own.get_or_try_init(ask).await.map(String::as_str)
    }

    fn address<'p>(&self, parts: impl IntoIterator<Item = &'p str>) -> Url {
        options::at(&self.homeserver, ["_matrix", "client", "v3"].into_iter().chain(parts))
    }

    fn signed(&self, method: Method, url: Url) -> RequestBuilder {
        self.http.request(method, url).bearer_auth(self.token.expose_secret())
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        url: Url,
        content: Option<&Value>,
    ) -> Result<T, Trouble> {
        let request = self.signed(method, url);
        let request = match content {
            Some(content) => request.json(content),
            None => request,
        };
        json::ask(&self.http, request).await.map_err(|trouble| match trouble {
            Trouble::Refused(answer) => Trouble::Refused(trouble::with_pause(answer, &self.clock)),
            other @ (Trouble::Line(_) | Trouble::Unreadable) => other,
        })
    }

    /// Whose token it is, and whether they may write in the room; nothing is changed.
    async fn look_around(&self) -> Result<Checked, CheckError> {
        let own = self.own().await.map_err(trouble::of_checking)?;
        let room = self.room_id().await.map_err(trouble::of_checking)?;
        let url = self.address(["rooms", room, "state", "m.room.member", own]);
        let standing = self.ask::<Member>(Method::GET, url, None).await;
        let standing = standing.map_err(trouble::of_checking)?;
        if standing.membership != "join" {
            let reason = "the account is not in the room: have it join".to_owned();
            return Err(CheckError::Refused(reason));
        }
        let url = self.address(["rooms", room, "state", "m.room.power_levels"]);
        let levels = match self.ask::<Levels>(Method::GET, url, None).await {
            Ok(levels) => levels,
            // A room without levels lets everybody write.
            Err(trouble) if trouble.status() == Some(404) => Levels::default(),
            Err(trouble) => return Err(trouble::of_checking(trouble)),
        };
        if !levels.lets_write(own) {
            let reason = "the account may read the room, but not write in it".to_owned();
            return Err(CheckError::Refused(reason));
        }
        Ok(Checked { account: Some(format!("{own} in {}", self.room)), limits: None })
    }
}

impl Levels {
    fn lets_write(&self, user: &str) -> bool {
        let own = self.users.get(user).copied().unwrap_or(self.users_default);
        let needed = self.events.get("m.room.message").copied();
        own >= needed.unwrap_or(self.events_default)
    }
}

impl Driver for Matrix {
    fn send<'a>(&'a self, sending: Sending<'a>) -> BoxFuture<'a, Result<Receipt, SendError>> {
        Box::pin(sent_in_time(&self.clock, self.carry_out(sending)))
    }

    fn resolve<'a>(&'a self, sending: Sending<'a>) -> BoxFuture<'a, Resolution> {
        Box::pin(looked_up_in_time(&self.clock, self.look_up(sending)))
    }

    fn check(&self) -> BoxFuture<'_, Result<Checked, CheckError>> {
        Box::pin(checked_in_time(&self.clock, self.look_around()))
    }
}

impl fmt::Debug for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.homeserver.host_str().unwrap_or_default();
        write!(f, "Matrix({}://{host}, token not shown)", self.homeserver.scheme())
    }
}

fn build(
    destination: &Destination,
    secrets: &Secrets,
    clock: &Clock,
) -> Result<Arc<dyn Driver>, BuildError> {
    Ok(Arc::new(Matrix::new(destination, secrets, clock)?))
}

fn abilities(options: &BTreeMap<String, String>) -> Abilities {
    Abilities { headline: true, ..changeable(options) }
}

fn as_it_was(sending: Sending<'_>) -> Made {
    Made { event_id: sending.reply_to.unwrap_or_default().to_owned() }
}

/// Whether a text can be a room's id or address. Rooms of the newest versions name no server in
/// their id.
fn is_room_name(text: &str) -> bool {
    let is_id = text.starts_with('!');
    let is_address = text.starts_with('#') && text.contains(':');
    (is_id || is_address)
        && text.len() > 1
        && text.len() < 256
        && !text.contains(char::is_whitespace)
}
