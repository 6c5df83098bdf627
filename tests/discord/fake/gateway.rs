//! The gateway on loopback: HELLO, IDENTIFY, heartbeats, READY, events by intent, RESUME with what
//! was missed, and the ways in which it lets a bot down.
//!
//! A session outlives its connection: events go on being numbered and kept for it, and a RESUME
//! gets them. Not done: compression, sharding beyond one shard, presences of others.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};
use tokio_tungstenite::{
    accept_async,
    tungstenite::{
        Message as Frame,
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};

use super::{
    Shared,
    clock::{Moment, delta},
    lock,
    permissions::VIEW_CHANNEL,
    wire,
    world::{Id, World},
};

pub const GUILDS: u64 = 1 << 0;
pub const GUILD_MEMBERS: u64 = 1 << 1;
pub const GUILD_PRESENCES: u64 = 1 << 8;
pub const GUILD_MESSAGES: u64 = 1 << 9;
pub const GUILD_MESSAGE_REACTIONS: u64 = 1 << 10;
pub const DIRECT_MESSAGES: u64 = 1 << 12;
pub const MESSAGE_CONTENT: u64 = 1 << 15;
pub const GUILD_SCHEDULED_EVENTS: u64 = 1 << 16;

/// Intents that have to be switched on in the portal.
pub const PRIVILEGED: u64 = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT;

/// The highest bit that is an intent.
const INTENTS_MAX: u64 = (1 << 26) - 1;

/// IDENTIFYs a day.
const STARTS_MAX: usize = 1000;

/// What a bot may send within a minute.
const SENDS_MAX: usize = 120;
const SENDS_WINDOW: Duration = Duration::from_secs(60);

/// Events that a session keeps for a RESUME.
const KEPT_MAX: usize = 5000;

/// Sessions without a connection that are kept.
const DEAD_MAX: usize = 4;

/// What goes down a connection.
#[derive(Clone, Debug)]
enum Down {
    Payload(Value),
    Close(u16, &'static str),
    Cut,
}

/// One session.
#[derive(Debug)]
struct Session {
    id: String,
    intents: u64,
    sequence: u64,
    kept: VecDeque<(u64, Value)>,
    /// The connection, while there is one.
    line: Option<UnboundedSender<Down>>,
    is_over: bool,
}

/// Everything about the gateway that tests set or read.
#[derive(Debug)]
pub struct Gateway {
    /// Where HTTP is, for links to attachments.
    pub http_url: String,
    /// Where the gateway is.
    pub url: String,
    /// How often a bot is asked for a heartbeat.
    pub heartbeat_interval: Duration,
    /// Whether heartbeats are acknowledged; a bot must take silence for a dead line.
    pub acknowledges: bool,
    /// Until when connections are refused.
    pub refuses_until: Option<Moment>,
    /// Presences as the bot set them, oldest first.
    pub presences: Vec<Value>,
    /// The bodies of IDENTIFY, without the token.
    pub identifies: Vec<Value>,
    /// RESUMEs that worked.
    pub resumes: usize,
    /// Connections that were accepted.
    pub connections: usize,
    /// Heartbeats that came.
    pub heartbeats: usize,
    /// Codes the fake closed with because the bot did something wrong.
    pub closed_for: Vec<u16>,
    sessions: Vec<Session>,
}

impl Default for Gateway {
    fn default() -> Self {
        Self {
            http_url: String::new(),
            url: String::new(),
            heartbeat_interval: Duration::from_secs(5),
            acknowledges: true,
            refuses_until: None,
            presences: Vec::new(),
            identifies: Vec::new(),
            resumes: 0,
            connections: 0,
            heartbeats: 0,
            closed_for: Vec::new(),
            sessions: Vec::new(),
        }
    }
}

impl Gateway {
    /// Whether a bot is connected and ready.
    pub fn is_connected(&self) -> bool {
        self.sessions
            .iter()
            .any(|session| session.line.as_ref().is_some_and(|line| !line.is_closed()))
    }

    /// Cuts every connection as a broken network does; the sessions can be resumed.
    pub fn cut(&mut self) {
        self.send_down(&Down::Cut);
    }

    /// Op 7: asks the bot to reconnect and resume.
    pub fn ask_to_reconnect(&mut self) {
        self.send_down(&Down::Payload(json!({ "op": 7, "d": null, "s": null, "t": null })));
    }

    /// Op 9: the session is invalid; `is_resumable` says whether a RESUME would work.
    pub fn invalidate(&mut self, is_resumable: bool) {
        let invalid = json!({ "op": 9, "d": is_resumable, "s": null, "t": null });
        self.send_down(&Down::Payload(invalid));
        if !is_resumable {
            self.forget_sessions();
        }
    }

    /// Closes every connection with a code.
    pub fn close(&mut self, code: u16) {
        self.send_down(&Down::Close(code, "Closed by the test."));
    }

    /// Forgets every session: a RESUME will be answered with op 9.
    pub fn forget_sessions(&mut self) {
        for session in self.sessions.iter_mut() {
            session.is_over = true;
        }
    }

    /// What `GET /gateway/bot` says of session starts.
    pub fn start_limit(&self) -> Value {
        let remaining = STARTS_MAX.saturating_sub(self.identifies.len());
        json!({
            "total": STARTS_MAX, "remaining": remaining, "reset_after": 86_400_000,
            "max_concurrency": 1,
        })
    }

    fn session(&mut self, id: &str) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|session| session.id == id)
    }

    /// Adds a session; of those without a connection only the newest are kept, as a bot that is
    /// killed again and again leaves many.
    fn begin(&mut self, session: Session) {
        let dead = self.sessions.iter().filter(|session| session.line.is_none()).count();
        let mut superfluous = dead.saturating_sub(DEAD_MAX);
        self.sessions.retain(|session| {
            let goes = session.line.is_none() && superfluous > 0;
            superfluous -= usize::from(goes);
            !goes
        });
        self.sessions.push(session);
    }

    fn send_down(&mut self, what: &Down) {
        for session in self.sessions.iter_mut() {
            // Every order ends the connection; the next one is made by the bot.
            if let Some(line) = session.line.take() {
                let _ = line.send(what.clone());
            }
        }
    }
}

/// The intents of which one is needed for an event.
fn intents_for(name: &str, is_direct: bool) -> u64 {
    match name {
        "MESSAGE_CREATE" | "MESSAGE_UPDATE" | "MESSAGE_DELETE" if is_direct => DIRECT_MESSAGES,
        "MESSAGE_CREATE" | "MESSAGE_UPDATE" | "MESSAGE_DELETE" => GUILD_MESSAGES,
        "MESSAGE_REACTION_ADD" | "MESSAGE_REACTION_REMOVE" => GUILD_MESSAGE_REACTIONS,
        "GUILD_MEMBER_ADD" | "GUILD_MEMBER_REMOVE" | "GUILD_MEMBER_UPDATE" => GUILD_MEMBERS,
        "INTERACTION_CREATE" => 0,
        name if name.starts_with("GUILD_SCHEDULED_EVENT") => GUILD_SCHEDULED_EVENTS,
        _ => GUILDS,
    }
}

impl World {
    /// Sends an event of the guild to whoever asked for its kind; nothing when the bot is out.
    pub fn dispatch(&mut self, name: &str, data: Value) {
        if self.bot_is_in || name == "INTERACTION_CREATE" {
            self.send(name, data, false);
        }
    }

    /// Sends an event of a channel, if the bot can see it.
    pub fn dispatch_in(&mut self, channel: Id, name: &str, data: Value) {
        let known = self.channel(channel);
        let can_see =
            known.is_some_and(|channel| self.permissions(self.bot, channel) & VIEW_CHANNEL != 0);
        if can_see {
            self.send(name, data, self.direct.contains_key(&channel));
        }
    }

    fn send(&mut self, name: &str, data: Value, is_direct: bool) {
        let needed = intents_for(name, is_direct);
        let is_private = is_direct || !self.hides_content(&data);
        for session in self.gateway.sessions.iter_mut().filter(|session| !session.is_over) {
            if needed != 0 && session.intents & needed == 0 {
                continue;
            }
            let mut data = data.clone();
            let is_message = name == "MESSAGE_CREATE" || name == "MESSAGE_UPDATE";
            if is_message && !is_private && session.intents & MESSAGE_CONTENT == 0 {
                wire::without_content(&mut data);
            }
            session.send(name, data);
        }
    }

    /// Whether a message's content is kept from a bot without the right to contents: not its own,
    /// not one that mentions it.
    pub fn hides_content(&self, message: &Value) -> bool {
        let bot = self.bot.to_string();
        let mentions = message["mentions"].as_array().into_iter().flatten();
        message["author"]["id"] != json!(bot)
            && !mentions.into_iter().any(|user| user["id"] == json!(bot))
    }

    /// What a message that a bot sends up does; what goes down in answer.
    fn hear(&mut self, line: &mut Line, text: &str) {
        let now = self.clock.now();
        line.sends.retain(|at| now - *at < delta(SENDS_WINDOW));
        line.sends.push_back(now);
        if line.sends.len() > SENDS_MAX {
            return self.close(line, 4008, "You are being rate limited.");
        }
        let Ok(payload) = serde_json::from_str::<Value>(text) else {
            return self.close(line, 4002, "Error while decoding payload.");
        };
        let data = &payload["d"];
        match payload["op"].as_u64() {
            Some(1) => {
                self.gateway.heartbeats += 1;
                if self.gateway.acknowledges {
                    line.send(json!({ "op": 11, "d": null, "s": null, "t": null }));
                }
            }
            Some(2) if line.session.is_some() => self.close(line, 4005, "Already authenticated."),
            Some(2) => self.identify(line, data),
            Some(6) => self.resume(line, data),
            Some(3) if line.session.is_some() => self.gateway.presences.push(data.clone()),
            Some(8) if line.session.is_some() => self.request_members(line, data),
            Some(3 | 4 | 8) => self.close(line, 4003, "Not authenticated."),
            _ => self.close(line, 4001, "Unknown opcode."),
        }
    }

    fn close(&mut self, line: &Line, code: u16, words: &'static str) {
        self.gateway.closed_for.push(code);
        let _ = line.down.send(Down::Close(code, words));
    }

    fn identify(&mut self, line: &mut Line, data: &Value) {
        let mut kept = data.clone();
        if let Some(kept) = kept.as_object_mut() {
            kept.remove("token");
        }
        self.gateway.identifies.push(kept);
        if !is_token(self, data) {
            return self.close(line, 4004, "Authentication failed.");
        }
        let Some(intents) = data["intents"].as_u64().filter(|intents| *intents <= INTENTS_MAX)
        else {
            return self.close(line, 4013, "Invalid intent(s).");
        };
        if intents & PRIVILEGED & !self.application.privileged != 0 {
            return self.close(line, 4014, "Disallowed intent(s).");
        }
        let id = format!("{:032x}", u128::from(self.next_id()) * 0x9e37_79b9_7f4a_7c15);
        let session = Session {
            id: id.clone(),
            intents,
            sequence: 0,
            kept: VecDeque::new(),
            line: Some(line.down.clone()),
            is_over: false,
        };
        line.session = Some(id.clone());
        self.gateway.begin(session);
        if data["presence"].is_object() {
            self.gateway.presences.push(data["presence"].clone());
        }
        let ready = self.ready(&id, data);
        let whole = self.bot_is_in.then(|| wire::whole_guild(self));
        let session = self.gateway.session(&id).expect("just made");
        session.send("READY", ready);
        if let (Some(guild), true) = (whole, intents & GUILDS != 0) {
            session.send("GUILD_CREATE", guild);
        }
    }

    fn ready(&self, session: &str, data: &Value) -> Value {
        let guilds = match self.bot_is_in {
            true => json!([{ "id": self.guild.id.to_string(), "unavailable": true }]),
            false => json!([]),
        };
        json!({
            "v": 10,
            "user": wire::own_user(self),
            "guilds": guilds,
            "session_id": session,
            "session_type": "normal",
            "resume_gateway_url": self.gateway.url,
            "shard": data["shard"],
            "private_channels": [], "relationships": [], "presences": [], "user_settings": {},
            "guild_join_requests": [], "geo_ordered_rtc_regions": [],
            "application": {
                "id": self.application.id.to_string(),
                "flags": wire::application_flags(&self.application),
            },
        })
    }

    fn resume(&mut self, line: &mut Line, data: &Value) {
        if !is_token(self, data) {
            return self.close(line, 4004, "Authentication failed.");
        }
        let id = data["session_id"].as_str().unwrap_or_default().to_owned();
        let heard = data["seq"].as_u64().unwrap_or_default();
        let known = self.gateway.session(&id).filter(|session| !session.is_over);
        let Some(session) = known else {
            line.send(json!({ "op": 9, "d": false, "s": null, "t": null }));
            return;
        };
        if heard > session.sequence {
            return self.close(line, 4007, "Invalid seq.");
        }
        session.line = Some(line.down.clone());
        line.session = Some(id);
        for (_, missed) in session.kept.iter().filter(|(number, _)| *number > heard) {
            let _ = line.down.send(Down::Payload(missed.clone()));
        }
        session.send("RESUMED", json!({}));
        self.gateway.resumes += 1;
    }

    fn request_members(&mut self, line: &Line, data: &Value) {
        let members = self.guild.members.keys().filter_map(|id| wire::member(self, *id));
        let chunk = json!({
            "guild_id": self.guild.id.to_string(),
            "members": members.collect::<Vec<_>>(),
            "chunk_index": 0, "chunk_count": 1, "not_found": [], "nonce": data["nonce"],
        });
        let session = line.session.as_ref().and_then(|id| self.gateway.session(id));
        if let Some(session) = session {
            session.send("GUILD_MEMBERS_CHUNK", chunk);
        }
    }
}

fn is_token(world: &World, data: &Value) -> bool {
    let token = data["token"].as_str().unwrap_or_default();
    token.trim_start_matches("Bot ") == world.application.token
}

impl Session {
    fn send(&mut self, name: &str, data: Value) {
        self.sequence += 1;
        let payload = json!({ "op": 0, "t": name, "s": self.sequence, "d": data });
        if let Some(line) = &self.line {
            let _ = line.send(Down::Payload(payload.clone()));
        }
        self.kept.push_back((self.sequence, payload));
        if self.kept.len() > KEPT_MAX {
            self.kept.pop_front();
        }
    }
}

/// One connection, as long as it lasts.
struct Line {
    down: UnboundedSender<Down>,
    session: Option<String>,
    sends: VecDeque<Moment>,
}

impl Line {
    fn send(&self, payload: Value) {
        let _ = self.down.send(Down::Payload(payload));
    }
}

/// Serves until the task is dropped.
pub async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let now = lock(&shared).clock.now();
        let refuses = lock(&shared).gateway.refuses_until.is_some_and(|until| now < until);
        if !refuses {
            tokio::spawn(serve_connection(stream, Arc::clone(&shared)));
        }
    }
}

async fn serve_connection(stream: TcpStream, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let Ok(mut socket) = accept_async(stream).await else { return };
    let (down, mut orders) = unbounded_channel();
    let mut line = Line { down, session: None, sends: VecDeque::new() };
    let interval = {
        let mut world = lock(&shared);
        world.gateway.connections += 1;
        world.gateway.heartbeat_interval
    };
    line.send(json!({
        "op": 10, "s": null, "t": null,
        "d": { "heartbeat_interval": interval.as_millis() as u64, "_trace": [] },
    }));
    loop {
        tokio::select! {
            order = next(&mut orders) => match order {
                Down::Payload(payload) => {
                    if socket.send(Frame::Text(payload.to_string())).await.is_err() { break }
                }
                Down::Close(code, words) => {
                    let frame = CloseFrame { code: CloseCode::from(code), reason: words.into() };
                    let _ = socket.close(Some(frame)).await;
                    break;
                }
                Down::Cut => break,
            },
            heard = socket.next() => match heard {
                Some(Ok(Frame::Text(text))) => lock(&shared).hear(&mut line, &text),
                Some(Ok(Frame::Binary(bytes))) => {
                    lock(&shared).hear(&mut line, &String::from_utf8_lossy(&bytes));
                }
                Some(Ok(Frame::Close(frame))) => {
                    hang_up(&shared, &line, frame.map(|frame| u16::from(frame.code)));
                    // Answers the close before the connection goes.
                    let _ = socket.flush().await;
                    break;
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => break,
            },
        }
    }
    hang_up(&shared, &line, None);
}

async fn next(orders: &mut UnboundedReceiver<Down>) -> Down {
    orders.recv().await.unwrap_or(Down::Cut)
}

/// Takes a connection from its session; one that the bot closed with 1000 or 1001 is over.
fn hang_up(shared: &Shared, line: &Line, code: Option<u16>) {
    let mut world = lock(shared);
    let Some(id) = &line.session else { return };
    let Some(session) = world.gateway.session(id) else { return };
    if session.line.as_ref().is_some_and(|own| own.same_channel(&line.down)) {
        session.line = None;
    }
    session.is_over |= matches!(code, Some(1000 | 1001));
}
