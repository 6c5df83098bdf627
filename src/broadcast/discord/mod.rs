//! The `discord` driver: posts in a channel, or a direct message to one person.
//!
//! A second send of a post is harmless within minutes, by its `nonce`; later the channel is read back
//! for it. So [`Driver::resolve`] always looks first, and lets the post be sent again when it is not
//! there. Replies thread onto the incident's first message; a crosspost that was done already is
//! done. Start at [`Discord`]; `bellwether check --discord` is in [`check`].
//!
//! Must not: mention anybody but the destination's `ping_role`, or say anything of the token.

mod api;
pub mod check;
mod message;
mod picture;
mod threads;
mod trouble;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use reqwest::{Method, Url};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::{
    clock::Clock,
    config::{DriverSpec, OptionSpec, Secrets, snowflake},
    domain::{Abilities, Audience, Destination, Limits, TextUnit, Timestamp},
    event::{PostAction, Receipt, Resolution, SendError},
};

use super::{
    BuildError, Driver, Registration, Sending, UPDATES, changeable,
    limits::looked_up_in_time,
    picture::{PICTURES, lost as lost_picture, lost_for, with_remark},
};

use api::Api;
use message::{Draft, Message, Standing};
use trouble::Trouble;

/// Where people's reports come from that this driver reaches, and how their accounts begin.
pub const SOURCE: &str = "discord";

const CHANNEL: OptionSpec = OptionSpec {
    name: "channel",
    required: true,
    secret: false,
    expects: "the id of a channel, which Discord copies when its developer mode is on",
    fits: OptionSpec::is_snowflake,
    audiences: &[Audience::Public, Audience::Staff],
};
const CROSSPOST: OptionSpec = OptionSpec {
    name: "crosspost",
    required: false,
    secret: false,
    expects: "true or false",
    fits: OptionSpec::is_flag,
    audiences: &[Audience::Public],
};
const PING_ROLE: OptionSpec = OptionSpec {
    name: "ping_role",
    required: false,
    secret: false,
    expects: "the id of a role",
    fits: OptionSpec::is_snowflake,
    audiences: &[Audience::Public, Audience::Staff],
};

/// One line of the registry. The length leaves room for a backslash before every character.
pub(super) const REGISTRATION: Registration = Registration {
    spec: DriverSpec {
        kind: "discord",
        options: &[CHANNEL, CROSSPOST, PING_ROLE, UPDATES, PICTURES],
        limits: Limits::of(1900, TextUnit::Characters),
        account: Some("[discord]"),
        abilities,
    },
    build,
};

/// How long a second send is surely known by its nonce: Discord says "a few minutes".
const NONCE_WINDOW_S: i64 = 120;
/// Two clocks that differ by less lose nothing.
const SKEW_S: i64 = 600;
/// Messages are read back by the hundred, so many times at most.
const PAGES_MAX: usize = 20;
const PAGE_LENGTH: usize = 100;
/// How long a message that surely stands there is looked for.
const GLANCE_S: i64 = 10;
/// A rest that Discord asks for is waited out when it is no longer than this.
const REST_WAITED_S_MAX: i64 = 5;
/// Direct channels that are remembered.
const OPENED_MAX: usize = 10_000;
/// The first moment of Discord's ids, in milliseconds of Unix time.
const EPOCH_MS: i64 = 1_420_070_400_000;
/// The message was crossposted before.
const ALREADY_CROSSPOSTED: u32 = 40_033;
/// The message is gone.
const UNKNOWN_MESSAGE: u32 = 10_008;

/// Sends to one channel of a server, or to people one by one.
pub struct Discord {
    api: Api,
    guild: u64,
    /// `None`: to people one by one.
    channel: Option<u64>,
    ping_role: Option<u64>,
    clock: Clock,
    /// The bot's own account.
    own: OnceCell<u64>,
    /// The direct channels that were opened before, by user.
    opened: Mutex<BTreeMap<u64, u64>>,
}

/// Something with an id.
#[derive(Deserialize)]
struct Identified {
    id: String,
}

/// What reading a channel back came to.
enum Found {
    There(Receipt),
    NotThere,
    /// Nothing at all is there, which is also how a channel looks that may not be read.
    Nothing,
    /// More was written since than is read.
    TooMuch,
}

impl Discord {
    /// Speaks where the destination's options say, with the account that `[discord]` lends it.
    ///
    /// # Errors
    ///
    /// An option is missing or not as it must be, or the HTTP client cannot be set up.
    pub fn new(
        destination: &Destination,
        secrets: &Secrets,
        clock: &Clock,
    ) -> Result<Self, BuildError> {
        let wrong = |option, expected| BuildError::Option {
            destination: destination.id.clone(),
            option,
            expected,
        };
        let id = |name: &str| destination.options.get(name).and_then(|text| snowflake(text));
        let api = destination.options.get("api").and_then(|text| Url::parse(text).ok());
        let channel = id(CHANNEL.name);
        if channel.is_none() && destination.audience != Audience::Reporters {
            return Err(wrong(CHANNEL.name, CHANNEL.expects));
        }
        let lent = "lent by [discord]";
        let token = secrets.get(&destination.id, "token").ok_or_else(|| wrong("token", lent))?;
        let api = api.ok_or_else(|| wrong("api", lent))?;
        let api = Api::new(api, token.clone(), clock).map_err(|error| error.of(&destination.id))?;
        Ok(Self {
            api,
            guild: id("guild").ok_or_else(|| wrong("guild", lent))?,
            channel,
            ping_role: id(PING_ROLE.name),
            clock: clock.clone(),
            own: OnceCell::new(),
            opened: Mutex::default(),
        })
    }

    async fn carry_out(&self, sending: Sending<'_>) -> Result<Receipt, SendError> {
        let channel = self.channel_for(sending).await?;
        match sending.post.action {
            PostAction::Post => self.say(sending, channel).await,
            PostAction::Edit => {
                let (path, id) = message_path(sending, channel)?;
                let message = Message::changed(self.draft(sending));
                let changed = self.api.change(Method::PATCH, &path, Some(&message)).await;
                self.done(changed, channel, id, &[])
            }
            PostAction::Delete => {
                let (path, id) = message_path(sending, channel)?;
                let gone = self.api.change(Method::DELETE, &path, None::<&Value>).await;
                self.done(gone, channel, id, &[UNKNOWN_MESSAGE])
            }
            PostAction::Crosspost => {
                let (path, id) = message_path(sending, channel)?;
                let path = format!("{path}/crosspost");
                let passed_on = self.api.change(Method::POST, &path, None::<&Value>).await;
                self.done(passed_on, channel, id, &[ALREADY_CROSSPOSTED])
            }
        }
    }

    async fn say(&self, sending: Sending<'_>, channel: u64) -> Result<Receipt, SendError> {
        if self.channel.is_some() {
            self.wait_out_a_rest().await?;
        }
        let message = Message::new(self.draft(sending));
        let is_entry = threads::is_entry(sending.post);
        let (mut written, lost) = self.write(sending, channel, &message).await;
        if let (Err(trouble), Some(own)) = (&written, self.channel)
            && is_entry
            && threads::is_missing(trouble)
        {
            self.open_thread(sending, own).await?;
            written = self.api.write(channel, &message, None).await;
        }
        if is_entry && written.is_ok() {
            self.put_thread_away(sending).await;
        }
        match written {
            Ok(made) => {
                let lost = lost.as_deref().map(lost_picture);
                Ok(with_remark(self.receipt(channel, &made.id), lost))
            }
            // It stands there, and replies need its id: look for it, but do not doubt it.
            Err(Trouble::Unreadable) => {
                let found = self.find(sending, channel, &message);
                let found = self.clock.timeout(TimeDelta::seconds(GLANCE_S), found).await;
                match found {
                    Ok(Ok(Found::There(receipt))) => Ok(receipt),
                    Ok(Ok(Found::NotThere | Found::Nothing | Found::TooMuch) | Err(_)) | Err(_) => {
                        Ok(Receipt::default())
                    }
                }
            }
            Err(trouble) => {
                let settled = self.settled(sending, &trouble);
                Err(if is_entry { threads::of_entry(&trouble, settled) } else { settled })
            }
        }
    }

    /// What trouble with a message means for its post. Who says “503, later” may have kept it: when
    /// later is too late for the nonce, it is looked up before it is sent again.
    fn settled(&self, sending: Sending<'_>, trouble: &Trouble) -> SendError {
        let settled = trouble.of_sending();
        let (SendError::RetryAfter { after: Some(pause), reason }, Some(503)) =
            (&settled, trouble.status())
        else {
            return settled;
        };
        let now = self.clock.now();
        let tried_for = now - sending.first_attempt_at.unwrap_or(now);
        let pause = TimeDelta::from_std(*pause).unwrap_or(TimeDelta::MAX);
        let is_known_then = tried_for
            .checked_add(&pause)
            .is_some_and(|span| span < TimeDelta::seconds(NONCE_WINDOW_S));
        if is_known_then { settled } else { SendError::Unknown(reason.clone()) }
    }

    /// What a change of one message came to; `done_before` are refusals that say nothing is left
    /// to do.
    fn done(
        &self,
        changed: Result<Value, Trouble>,
        channel: u64,
        id: u64,
        done_before: &[u32],
    ) -> Result<Receipt, SendError> {
        match changed {
            Ok(_) | Err(Trouble::Unreadable) => Ok(self.receipt(channel, &id.to_string())),
            Err(trouble) if trouble.code().is_some_and(|code| done_before.contains(&code)) => {
                Ok(self.receipt(channel, &id.to_string()))
            }
            Err(trouble) => Err(trouble.of_sending()),
        }
    }

    fn draft<'a>(&self, sending: Sending<'a>) -> Draft<'a> {
        if threads::is_entry(sending.post) {
            return Draft { post: sending.post, reply_to: None, ping_role: None };
        }
        let reply_to = sending.reply_to.and_then(snowflake);
        Draft { post: sending.post, reply_to, ping_role: self.ping_role }
    }

    /// Nothing is kept of where one person was written to.
    fn receipt(&self, channel: u64, id: &str) -> Receipt {
        if self.channel.is_none() {
            return Receipt::default();
        }
        let Some(id) = snowflake(id) else { return Receipt::default() };
        let link = format!("https://discord.com/channels/{}/{channel}/{id}", self.guild);
        Receipt { remote_id: Some(id.to_string()), link: Some(link), ..Receipt::default() }
    }

    async fn wait_out_a_rest(&self) -> Result<(), SendError> {
        match self.api.rest_left() {
            None => Ok(()),
            Some(left) if left <= TimeDelta::seconds(REST_WAITED_S_MAX) => {
                self.clock.sleep(left).await;
                Ok(())
            }
            Some(left) => {
                let reason = "Discord asked for a rest".to_owned();
                Err(SendError::RetryAfter { after: left.to_std().ok(), reason })
            }
        }
    }

    /// The configured channel, or the recipient's own.
    async fn channel_for(&self, sending: Sending<'_>) -> Result<u64, SendError> {
        if let Some(channel) = self.channel {
            let is_entry = threads::is_entry(sending.post);
            return if is_entry { threads::thread_of(sending) } else { Ok(channel) };
        }
        let account = sending.recipient.and_then(|account| account.split_once(':'));
        let user =
            account.filter(|(source, _)| *source == SOURCE).and_then(|(_, id)| snowflake(id));
        let Some(user) = user else {
            return Err(SendError::Rejected("this person has no account at Discord".to_owned()));
        };
        self.channel_of(user).await.map_err(|trouble| trouble.of_preparing())
    }

    /// The channel between the bot and one person. It stays the same for ever, and opening many at
    /// once is what Discord limits most.
    async fn channel_of(&self, user: u64) -> Result<u64, Trouble> {
        let opened = || self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let known = opened().get(&user).copied();
        if let Some(channel) = known {
            return Ok(channel);
        }
        let body = json!({ "recipient_id": user.to_string() });
        let made = self.api.change(Method::POST, "users/@me/channels", Some(&body)).await;
        let made: Identified = made?;
        let channel = snowflake(&made.id).ok_or(Trouble::Unreadable)?;
        let mut opened = opened();
        if opened.len() >= OPENED_MAX {
            opened.clear();
        }
        opened.insert(user, channel);
        Ok(channel)
    }

    async fn look_up(&self, sending: Sending<'_>) -> Resolution {
        match sending.post.action {
            PostAction::Post => {}
            // The same change twice is the same change.
            PostAction::Edit | PostAction::Delete | PostAction::Crosspost => {
                return Resolution::SendAgain;
            }
        }
        let since = sending.first_attempt_at.unwrap_or(sending.decided_at);
        let is_fresh = self.clock.now() - since < TimeDelta::seconds(NONCE_WINDOW_S);
        let message = Message::new(self.draft(sending));
        let found = match self.channel_for(sending).await {
            Ok(channel) => self.find(sending, channel, &message).await,
            Err(_) if is_fresh => return Resolution::SendAgain,
            Err(SendError::Rejected(reason) | SendError::Bounced(reason)) => {
                return Resolution::CannotTell(reason);
            }
            Err(SendError::RetryAfter { reason, .. } | SendError::Unknown(reason)) => {
                return Resolution::AskLater(reason);
            }
        };
        match found {
            Ok(Found::There(receipt)) => Resolution::Sent(receipt),
            Ok(Found::NotThere) => Resolution::SendAgain,
            _ if is_fresh => Resolution::SendAgain,
            Ok(Found::Nothing) => Resolution::CannotTell(
                "the channel reads as empty: may the bot “Read Message History”?".to_owned(),
            ),
            Ok(Found::TooMuch) => {
                Resolution::CannotTell("too much was written there since".to_owned())
            }
            Err(trouble) if threads::is_entry(sending.post) && threads::is_missing(&trouble) => {
                Resolution::SendAgain
            }
            Err(trouble) if trouble.status() == Some(404) => {
                Resolution::CannotTell(trouble.words())
            }
            Err(trouble) => Resolution::AskLater(trouble.words()),
        }
    }

    /// Reads the channel from the first attempt on for a message of ours.
    async fn find(
        &self,
        sending: Sending<'_>,
        channel: u64,
        message: &Message,
    ) -> Result<Found, Trouble> {
        let own = self.own().await?;
        let since = sending.first_attempt_at.unwrap_or(sending.decided_at);
        let mut after = id_at(since - TimeDelta::seconds(SKEW_S));
        // A thread may be new.
        let mut is_empty = self.channel.is_some() && !threads::is_entry(sending.post);
        for _ in 0..PAGES_MAX {
            let path = format!("channels/{channel}/messages?limit={PAGE_LENGTH}&after={after}");
            let page: Vec<Standing> = self.api.get(&path).await?;
            if let Some(found) = page.iter().find(|standing| message.is(standing, own)) {
                let bare = lost_for(sending.post, found.has_files());
                return Ok(Found::There(with_remark(self.receipt(channel, &found.id), bare)));
            }
            is_empty &= page.is_empty();
            let last = page.iter().filter_map(|standing| snowflake(&standing.id)).max();
            match last.filter(|last| page.len() >= PAGE_LENGTH && *last > after) {
                Some(last) => after = last,
                None if is_empty => return self.is_readable(channel).await,
                None => return Ok(Found::NotThere),
            }
        }
        Ok(Found::TooMuch)
    }

    /// Whether anything at all can be read in a channel that has nothing new.
    async fn is_readable(&self, channel: u64) -> Result<Found, Trouble> {
        let newest: Vec<Identified> =
            self.api.get(&format!("channels/{channel}/messages?limit=1")).await?;
        Ok(if newest.is_empty() { Found::Nothing } else { Found::NotThere })
    }

    /// The bot's own account, asked for once.
    async fn own(&self) -> Result<u64, Trouble> {
        let ask = || async {
            let own: Identified = self.api.get("users/@me").await?;
            snowflake(&own.id).ok_or(Trouble::Unreadable)
        };
        self.own.get_or_try_init(ask).await.copied()
    }
}

impl Driver for Discord {
    fn send<'a>(&'a self, sending: Sending<'a>) -> BoxFuture<'a, Result<Receipt, SendError>> {
        Box::pin(self.carry_out(sending))
    }

    fn resolve<'a>(&'a self, sending: Sending<'a>) -> BoxFuture<'a, Resolution> {
        Box::pin(looked_up_in_time(&self.clock, self.look_up(sending)))
    }
}

impl fmt::Debug for Discord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.api.fmt(f)
    }
}

fn build(
    destination: &Destination,
    secrets: &Secrets,
    clock: &Clock,
) -> Result<Arc<dyn Driver>, BuildError> {
    Ok(Arc::new(Discord::new(destination, secrets, clock)?))
}

fn abilities(options: &BTreeMap<String, String>) -> Abilities {
    Abilities {
        headline: true,
        passes_on: options.get(CROSSPOST.name).is_some_and(|flag| flag == "true"),
        reaches: Some(SOURCE.to_owned()),
        buttons: true,
        threads: true,
        letters: false,
        times: true,
        ..changeable(options)
    }
}

/// The message that a change is about, and its address.
fn message_path(sending: Sending<'_>, channel: u64) -> Result<(String, u64), SendError> {
    let id = sending.reply_to.and_then(snowflake).ok_or_else(|| {
        SendError::Rejected("the message that this is about never arrived".to_owned())
    })?;
    Ok((format!("channels/{channel}/messages/{id}"), id))
}

/// The least id that Discord gives at a moment (milliseconds since its first, shifted by 22 bits).
fn id_at(moment: Timestamp) -> u64 {
    u64::try_from(moment.timestamp_millis() - EPOCH_MS).map_or(0, |ms| ms << 22)
}
