//! The connection: asks Discord where its gateway is, keeps a shard there, registers commands,
//! shows the presence, hands on what is heard.
//!
//! Reconnecting and resuming are serenity's. What it would do badly is done here: a gateway that
//! cannot be asked for is the end of an attempt (serenity would go to the real Discord, whatever
//! `api` says), and an intent or token that is refused is told to staff. The bot runs on without
//! Discord. Must not: decide what an event means.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use chrono::TimeDelta;
use reqwest_serenity::Method;
use serde_json::{Value, json};
use serenity::{
    all::{
        ActivityData, ApplicationId, ChannelId, Client, ClientBuilder, ConnectionStage, Context,
        EventHandler, GatewayError, GatewayIntents, Guild, GuildChannel, GuildId, Interaction,
        Message as SerenityMessage, OnlineStatus, Ready, ResumedEvent, Role, RoleId,
        ShardStageUpdateEvent, ThreadListSyncEvent, UnavailableGuild, UserId,
    },
    http::Http,
};
use tokio::sync::{Semaphore, watch};

use crate::{
    clock::{self, Clock},
    config::DiscordConfig,
    render::Words,
};

use super::{
    Face, cards, catch_up, client, events,
    heard::Message,
    menu,
    presence::{self, Dot, Presence},
    respond::{Responder, said},
    translate,
    trouble::{Trouble, survey},
    wire::Wire,
};

/// Interactions and messages that are worked on at once; more are turned away.
const AT_ONCE_MAX: usize = 256;
/// Those that are told that there are too many; more are not answered at all.
const TURNED_AWAY_AT_ONCE_MAX: usize = 64;
/// Between two attempts to connect, doubled each time.
const AGAIN_MIN_S: i64 = 1;
const AGAIN_MAX_S: i64 = 300;
/// A request before there is a connection takes at most this long.
const ASK_PATIENCE: TimeDelta = TimeDelta::seconds(10);
/// The presence changes at most this often: Discord takes five in 20 seconds.
const PRESENCE_EVERY: TimeDelta = TimeDelta::seconds(15);
/// A connection that is gone for this long is told to staff.
const LOST_AFTER: TimeDelta = TimeDelta::minutes(3);

/// How an attempt ended.
enum Ended {
    /// The bot stops.
    Asked,
    /// The intent to read messages is not granted.
    ContentRefused,
    /// Something that only people can put right, or that may pass.
    Failed(Trouble),
}

/// Keeps the bot in Discord until `down` resolves.
pub async fn run(config: DiscordConfig, face: Arc<Face>, mut down: watch::Receiver<bool>) {
    let clock = face.setup.clock.clone();
    let mut with_content = config.message_content;
    let mut pause_s = AGAIN_MIN_S;
    loop {
        let connected = Arc::new(AtomicU64::new(0));
        let attempt = Attempt {
            config: config.clone(),
            face: face.clone(),
            with_content,
            connected: connected.clone(),
        };
        match attempt.run(&mut down).await {
            Ended::Asked => return,
            Ended::ContentRefused => {
                face.tell_staff(Trouble::MessageContentRefused).await;
                with_content = false;
                continue;
            }
            Ended::Failed(trouble) => {
                if trouble == Trouble::TokenRefused {
                    // Discord shuts out who asks again and again with a bad token.
                    pause_s = AGAIN_MAX_S;
                }
                face.tell_staff(trouble).await;
            }
        }
        if connected.load(Ordering::Relaxed) > 0 {
            pause_s = AGAIN_MIN_S;
        }
        let jitter_ms = (clock::random_share() * 1000.0) as i64;
        let pause = TimeDelta::seconds(pause_s) + TimeDelta::milliseconds(jitter_ms);
        pause_s = (pause_s * 2).min(AGAIN_MAX_S);
        tokio::select! {
            () = clock.sleep(pause) => {}
            _ = down.wait_for(|down| *down) => return,
        }
    }
}

/// One attempt to be in Discord.
struct Attempt {
    config: DiscordConfig,
    face: Arc<Face>,
    with_content: bool,
    /// How often it was ready.
    connected: Arc<AtomicU64>,
}

impl Attempt {
    async fn run(&self, down: &mut watch::Receiver<bool>) -> Ended {
        let (http, wire) =
            match client::make(&self.config, &self.face.setup.clock, &self.face.setup.rests) {
                Ok(made) => made,
                Err(trouble) => return Ended::Failed(trouble),
            };
        let (url, us) = tokio::select! {
            asked = self.ask(&http) => match asked {
                Ok(found) => found,
                Err(trouble) => return Ended::Failed(trouble),
            },
            _ = down.wait_for(|down| *down) => return Ended::Asked,
        };
        let handler = Arc::new(self.handler(us, wire));
        let client =
            ClientBuilder::new_with_http(http, self.intents()).event_handler_arc(handler.clone());
        let client = tokio::select! {
            client = client.into_future() => client,
            _ = down.wait_for(|down| *down) => return Ended::Asked,
        };
        let mut client = match client {
            Ok(client) => client,
            Err(error) => return Ended::Failed(Trouble::Unreachable { reason: said(&error) }),
        };
        // serenity asked again, and has Discord's own address where that failed.
        *client.ws_url.lock().await = url;
        self.face.is_over(&Trouble::Unreachable { reason: String::new() });
        self.stay(&mut client, &handler, down).await
    }

    /// Where the gateway is, and who we are.
    async fn ask(&self, http: &Http) -> Result<(String, UserId), Trouble> {
        let clock = &self.face.setup.clock;
        let unreachable = |reason: String| Trouble::Unreachable { reason };
        let gateway = clock.timeout(ASK_PATIENCE, http.get_gateway()).await;
        let gateway = gateway
            .map_err(|_| unreachable("no answer in time".to_owned()))?
            .map_err(|error| unreachable(said(&error)))?;
        let is_safe = gateway.url.starts_with("wss://")
            || (self.config.api.scheme() == "http" && gateway.url.starts_with("ws://"));
        if !is_safe {
            return Err(unreachable("the gateway's address is not wss://".to_owned()));
        }
        let us = clock.timeout(ASK_PATIENCE, http.get_current_user()).await;
        let us = us.map_err(|_| unreachable("no answer in time".to_owned()))?.map_err(|error| {
            if is_unauthorised(&error) { Trouble::TokenRefused } else { unreachable(said(&error)) }
        })?;
        Ok((gateway.url, us.id))
    }

    fn intents(&self) -> GatewayIntents {
        // What is written to the bot comes with its words in any case: in direct messages, and
        // where it is mentioned.
        let intents = GatewayIntents::GUILDS
            | GatewayIntents::GUILD_MESSAGES
            | GatewayIntents::DIRECT_MESSAGES;
        if self.with_content { intents | GatewayIntents::MESSAGE_CONTENT } else { intents }
    }

    fn handler(&self, us: UserId, wire: Wire) -> Handler {
        Handler {
            config: self.config.clone(),
            face: self.face.clone(),
            us,
            wire: Arc::new(wire),
            connected: self.connected.clone(),
            with_content: self.with_content,
            commands_may_be_gone: AtomicBool::new(false),
            is_connected: watch::channel(false).0,
            context: watch::channel(None).0,
            at_once: Arc::new(Semaphore::new(AT_ONCE_MAX)),
            turned_away: Arc::new(Semaphore::new(TURNED_AWAY_AT_ONCE_MAX)),
        }
    }

    async fn stay(
        &self,
        client: &mut Client,
        handler: &Arc<Handler>,
        down: &mut watch::Receiver<bool>,
    ) -> Ended {
        let shards = client.shard_manager.clone();
        let wire = handler.wire.clone();
        let ended = tokio::select! {
            ended = client.start() => Some(ended),
            () = handler.show_presence(), if self.config.presence => None,
            () = handler.watch_connection() => None,
            () = cards::keep(self.face.clone(), wire.clone()) => None,
            () = events::keep(self.face.clone(), wire, self.config.guild, handler.us),
                if self.config.events => None,
            _ = down.wait_for(|down| *down) => None,
        };
        // Also after an error: serenity's queue of shards would wait for ever.
        shards.shutdown_all().await;
        match ended {
            None => Ended::Asked,
            Some(Err(serenity::Error::Gateway(
                GatewayError::DisallowedGatewayIntents | GatewayError::InvalidGatewayIntents,
            ))) if self.with_content => Ended::ContentRefused,
            Some(Err(serenity::Error::Gateway(GatewayError::InvalidAuthentication))) => {
                Ended::Failed(Trouble::TokenRefused)
            }
            Some(Err(error)) => Ended::Failed(Trouble::Unreachable { reason: said(&error) }),
            Some(Ok(())) => {
                Ended::Failed(Trouble::Unreachable { reason: "the connection ended".to_owned() })
            }
        }
    }
}

fn is_unauthorised(error: &serenity::Error) -> bool {
    let serenity::Error::Http(http) = error else { return false };
    http.status_code().is_some_and(|code| code == 401)
}

/// Hands events on.
struct Handler {
    config: DiscordConfig,
    face: Arc<Face>,
    us: UserId,
    wire: Arc<Wire>,
    connected: Arc<AtomicU64>,
    with_content: bool,
    /// The bot was no member of its server; commands come and go with the membership.
    commands_may_be_gone: AtomicBool,
    is_connected: watch::Sender<bool>,
    /// The way to the shard, anew with each identification.
    context: watch::Sender<Option<Context>>,
    at_once: Arc<Semaphore>,
    turned_away: Arc<Semaphore>,
}

impl Handler {
    fn clock(&self) -> &Clock {
        &self.face.setup.clock
    }

    fn words(&self) -> Arc<Words> {
        self.face.words()
    }

    fn responder(&self, context: &Context) -> Responder {
        Responder {
            http: context.http.clone(),
            wire: self.wire.clone(),
            face: self.face.clone(),
            clock: self.clock().clone(),
            words: self.words(),
            language: self.face.setup.language.clone(),
            staff_channel: ChannelId::new(self.config.staff_channel),
        }
    }

    /// Keeps the presence as the public sees the fleet; never returns.
    async fn show_presence(&self) {
        let mut view = self.face.house.view();
        let mut contexts = self.context.subscribe();
        let mut shown: Option<Presence> = None;
        loop {
            let wanted = {
                let view = view.borrow_and_update().clone();
                presence::of(&view, &self.words(), &self.face.setup.language)
            };
            let context = contexts.borrow_and_update().clone();
            if let Some(context) = context.filter(|_| shown.as_ref() != Some(&wanted)) {
                let status = match wanted.dot {
                    Dot::Green => OnlineStatus::Online,
                    Dot::Yellow => OnlineStatus::Idle,
                    Dot::Red => OnlineStatus::DoNotDisturb,
                };
                context.set_presence(Some(ActivityData::custom(wanted.line.clone())), status);
                shown = Some(wanted);
                self.clock().sleep(PRESENCE_EVERY).await;
            }
            tokio::select! {
                changed = view.changed() => if changed.is_err() {
                    // The desk is gone: the bot stops.
                    return std::future::pending().await;
                },
                // A new session does not know what was shown.
                _ = contexts.changed() => shown = None,
            }
        }
    }

    /// Tells staff of a connection that stays away; never returns.
    async fn watch_connection(&self) {
        let mut connected = self.is_connected.subscribe();
        loop {
            let gone = async {
                let _ = connected.wait_for(|connected| *connected).await;
            };
            if self.clock().timeout(LOST_AFTER, gone).await.is_err() {
                self.face.tell_staff(Trouble::Lost).await;
                let _ = connected.wait_for(|connected| *connected).await;
            }
            self.face.is_over(&Trouble::Lost);
            let _ = connected.wait_for(|connected| !*connected).await;
        }
    }

    /// Writes the commands anew where they are not as they should be.
    async fn register(&self, application: ApplicationId) {
        let wanted = menu::all(&self.words(), &self.face.setup.language);
        let path = format!("applications/{application}/guilds/{}/commands", self.config.guild);
        // What cannot be read is written anew.
        let registered: Vec<Value> = self.wire.get(&path).await.unwrap_or_default();
        if !menu::differs(&registered, &wanted) {
            return;
        }
        let count = wanted.len();
        match self.wire.send(Method::PUT, &path, &json!(wanted)).await {
            Ok(()) => tracing::info!(commands = count, "commands are registered in Discord"),
            Err(failed) => {
                let reason = failed.words();
                self.face.tell_staff(Trouble::CommandsRefused { reason }).await;
            }
        }
    }

    async fn take_message(&self, context: &Context, found: &SerenityMessage) {
        let mut message = translate::message(found, Some(self.us));
        if message.author.is_bot {
            return;
        }
        let Ok(_permit) = self.at_once.try_acquire() else {
            tracing::warn!("too many messages in Discord at once: one was not looked at");
            return;
        };
        message.under = self.above(&message).await;
        self.responder(context).take(&message).await;
    }

    /// The channel whose thread a message is in. A new thread's first message may be here before the
    /// word of the thread.
    async fn above(&self, message: &Message) -> Option<u64> {
        message.guild.filter(|guild| *guild == self.config.guild)?;
        if let Some(known) = self.face.known_place(message.channel) {
            return known;
        }
        let path = format!("channels/{}", message.channel);
        let place = translate::place(&self.wire.get::<GuildChannel>(&path).await.ok()?);
        self.face.note_places([place]);
        place.1
    }
}

#[serenity::async_trait]
impl EventHandler for Handler {
    async fn ready(&self, context: Context, ready: Ready) {
        self.connected.fetch_add(1, Ordering::Relaxed);
        tracing::info!("connected to Discord");
        self.is_connected.send_replace(true);
        self.context.send_replace(Some(context.clone()));
        let is_there = ready.guilds.iter().any(|guild| guild.id.get() == self.config.guild);
        if !is_there {
            self.commands_may_be_gone.store(true, Ordering::Relaxed);
            self.face.tell_staff(Trouble::NotInGuild).await;
            return;
        }
        self.face.is_over(&Trouble::NotInGuild);
        self.register(ready.application.id).await;
        let responder = self.responder(&context);
        catch_up::catch_up(&responder, &self.config, self.us, self.with_content).await;
    }

    async fn resume(&self, _: Context, _: ResumedEvent) {
        tracing::info!("connected to Discord again");
        self.is_connected.send_replace(true);
    }

    async fn shard_stage_update(&self, _: Context, event: ShardStageUpdateEvent) {
        self.is_connected.send_replace(event.new == ConnectionStage::Connected);
    }

    async fn interaction_create(&self, context: Context, interaction: Interaction) {
        let Some((heard, ticket)) = translate::interaction(&interaction) else { return };
        let responder = self.responder(&context);
        if let Ok(_permit) = self.at_once.try_acquire() {
            responder.respond(heard, ticket).await;
        } else if let Ok(_permit) = self.turned_away.try_acquire() {
            responder.turn_away(&ticket).await;
        } else {
            tracing::warn!("too much is asked in Discord at once: one was not answered");
        }
    }

    async fn message(&self, context: Context, message: SerenityMessage) {
        self.take_message(&context, &message).await;
    }

    async fn guild_create(&self, _: Context, guild: Guild, _: Option<bool>) {
        if guild.id.get() != self.config.guild {
            return;
        }
        self.face.is_over(&Trouble::Kicked);
        self.face.is_over(&Trouble::NotInGuild);
        let places = guild.channels.values().chain(&guild.threads);
        self.face.note_places(places.map(translate::place));
        for trouble in survey(&self.config, &translate::seen(&guild, self.us)) {
            self.face.tell_staff(trouble).await;
        }
        if self.commands_may_be_gone.swap(false, Ordering::Relaxed) {
            // An application and its account have one id.
            self.register(ApplicationId::new(self.us.get())).await;
        }
    }

    async fn guild_delete(&self, _: Context, incomplete: UnavailableGuild, _: Option<Guild>) {
        if incomplete.id.get() == self.config.guild && !incomplete.unavailable {
            self.commands_may_be_gone.store(true, Ordering::Relaxed);
            self.face.tell_staff(Trouble::Kicked).await;
        }
    }

    async fn thread_create(&self, _: Context, thread: GuildChannel) {
        self.face.note_places([translate::place(&thread)]);
    }

    async fn thread_update(&self, _: Context, _: Option<GuildChannel>, thread: GuildChannel) {
        self.face.note_places([translate::place(&thread)]);
    }

    async fn thread_list_sync(&self, _: Context, found: ThreadListSyncEvent) {
        self.face.note_places(found.threads.iter().map(translate::place));
    }

    async fn channel_delete(
        &self,
        _: Context,
        channel: GuildChannel,
        _: Option<Vec<SerenityMessage>>,
    ) {
        let id = channel.id.get();
        if id == self.config.staff_channel || self.config.support_channels.contains(&id) {
            self.face.tell_staff(Trouble::ChannelMissing { channel: id }).await;
        }
    }

    async fn guild_role_delete(&self, _: Context, guild: GuildId, role: RoleId, _: Option<Role>) {
        let is_ours = guild.get() == self.config.guild;
        let roles = self.config.staff_roles.iter().chain(&self.config.admin_roles);
        if is_ours && roles.into_iter().any(|one| *one == role.get()) {
            self.face.tell_staff(Trouble::RoleMissing { role: role.get() }).await;
        }
    }
}
