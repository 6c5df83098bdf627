//! The `mastodon` driver: statuses of one account, at Mastodon or a server that speaks its API.
//!
//! Every attempt carries the `PostId` as its `Idempotency-Key`, but some servers ignore it. So after
//! an attempt in doubt the account's own statuses are read back, by words and time, before the post
//! may be sent again. Replies thread onto the incident's first status; when that is gone the post is
//! made without it, and staff are told. Start at [`Mastodon`].
//!
//! Must not: use `scheduled_at` (two of three servers post at once), or say anything of the token.

mod api;
mod media;
mod words;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use reqwest::Url;
use tokio::sync::OnceCell;

use crate::{
    clock::Clock,
    config::{DriverSpec, OptionSpec, Secrets},
    domain::{Abilities, Audience, Destination, Limits, PostId, TextUnit, Timestamp},
    event::{PostAction, Receipt, Resolution, SendError},
    render::neutralise,
};

use super::{
    BuildError, CheckError, Checked, Driver, Registration, Sending, UPDATES, account_at,
    attempts::Attempts,
    changeable,
    json::Trouble,
    limits::{checked_in_time, looked_up_in_time, sent_in_time},
    options::Options,
    picture::{self, PICTURES},
};

use api::{Api, Draft, Status, usable_id};
use media::Media;
use words::Saying;

const URL: OptionSpec = OptionSpec {
    name: "url",
    required: true,
    secret: false,
    expects: "the server's https:// address, or a http:// one of this machine",
    fits: OptionSpec::any_text,
    audiences: AUDIENCES,
};
const TOKEN: OptionSpec = OptionSpec {
    name: "token",
    required: true,
    secret: true,
    expects: "an access token with the scopes read and write",
    fits: OptionSpec::any_text,
    audiences: AUDIENCES,
};
const VISIBILITY: OptionSpec = OptionSpec {
    name: "visibility",
    required: false,
    secret: false,
    expects: "public, unlisted or private",
    fits: is_visibility,
    audiences: AUDIENCES,
};
const SPOILER: OptionSpec = OptionSpec {
    name: "spoiler_text",
    required: false,
    secret: false,
    expects: "a line of at most 100 characters that stands before every post",
    fits: is_spoiler,
    audiences: AUDIENCES,
};
const AUDIENCES: &[Audience] = &[Audience::Public, Audience::Staff];

/// One line of the registry.
pub(super) const REGISTRATION: Registration = Registration {
    spec: DriverSpec {
        kind: "mastodon",
        options: &[URL, TOKEN, VISIBILITY, SPOILER, UPDATES, PICTURES],
        limits: Limits { url_length: Some(URL_LENGTH), ..Limits::of(500, TextUnit::Characters) },
        account: None,
        abilities,
    },
    build,
};

/// What a URL counts at Mastodon itself.
const URL_LENGTH: u32 = 23;
const URL_LENGTH_MAX: u32 = 2000;
/// A server that takes less is not believed.
const LENGTH_MIN: u32 = 50;
const SPOILER_LENGTH_MAX: usize = 100;
/// Pages of the account's statuses that are read back.
const PAGES_MAX: usize = 10;
/// How far back beyond the first attempt, where the other side's clock is known, in seconds.
const SLACK_S: i64 = 5;
/// And where it is not: two clocks that differ by less lose nothing.
const SKEW_S: i64 = 600;
/// How long a status that surely stands there is looked for.
const GLANCE_S: i64 = 10;
/// Statuses that are known to be other posts.
const KNOWN_MAX: usize = 1000;
const LINK_BYTES_MAX: usize = 500;
const NAME_LENGTH_MAX: usize = 80;

/// Sends to one account's followers.
pub struct Mastodon {
    api: Api,
    visibility: String,
    spoiler: Option<String>,
    language: String,
    clock: Clock,
    /// The account's own id.
    own: OnceCell<String>,
    attempts: Attempts,
    /// Statuses that are known to be a post.
    known: Mutex<BTreeMap<String, PostId>>,
}

/// What reading the account back came to.
enum Found {
    There(Receipt),
    NotThere,
    /// More was written since than is read.
    TooMuch,
}

impl Mastodon {
    /// Speaks with the account of the destination's `token`.
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
        let option = |spec: &OptionSpec| options.text(spec).map(str::to_owned);
        let token = options.secret(&TOKEN)?.clone();
        let api = Api::new(options.server(&URL)?, token, clock);
        let api = api.map_err(|error| error.of(&destination.id))?;
        Ok(Self {
            api,
            visibility: option(&VISIBILITY).unwrap_or_else(|| "public".to_owned()),
            spoiler: option(&SPOILER),
            language: destination.language.clone(),
            clock: clock.clone(),
            own: OnceCell::new(),
            attempts: Attempts::new(clock),
            known: Mutex::default(),
        })
    }

    async fn carry_out(&self, sending: Sending<'_>) -> Result<Receipt, SendError> {
        match sending.post.action {
            PostAction::Post => self.say(sending).await,
            PostAction::Edit => {
                let id = the_one_meant(sending)?;
                let draft = Draft { visibility: None, ..self.draft(sending, None, None) };
                match self.api.rewrite(id, &draft).await {
                    Ok(status) => Ok(self.receipt(sending, &status, None, None)),
                    Err(Trouble::Unreadable) => Ok(self.plain_receipt(id)),
                    Err(trouble) => Err(self.refusal(sending, trouble)),
                }
            }
            PostAction::Delete => {
                let id = the_one_meant(sending)?;
                match self.api.delete(id).await {
                    Ok(_) | Err(Trouble::Unreadable) => Ok(self.plain_receipt(id)),
                    // It was taken back before.
                    Err(trouble) if is_gone(&trouble) => Ok(self.plain_receipt(id)),
                    Err(trouble) => Err(self.refusal(sending, trouble)),
                }
            }
            PostAction::Crosspost => {
                Err(SendError::Rejected("Mastodon has nothing to pass a post on with".to_owned()))
            }
        }
    }

    async fn say(&self, sending: Sending<'_>) -> Result<Receipt, SendError> {
        let first = sending.reply_to.and_then(usable_id);
        let is_retry = sending.first_attempt_at.is_some();
        // A server that said “not now” may have taken it all the same, and know no key.
        if is_retry
            && let Found::There(receipt) =
                self.find(sending).await.map_err(Trouble::of_preparing)?
        {
            return Ok(receipt);
        }
        // A reply to a status that is gone is a broken server's 500 for ever.
        let reply_to = match first {
            Some(id) if is_retry && self.is_missing(id).await => None,
            other => other,
        };
        let media = self.media(sending).await;
        let (written, lost) = self.write_as_may_be(sending, reply_to, media).await;
        match written {
            Ok(status) => Ok(self.receipt(sending, &status, first, lost.as_deref())),
            // It stands there, and replies need its id: look for it, but do not doubt it.
            Err(Trouble::Unreadable) => {
                let looking = self.clock.timeout(TimeDelta::seconds(GLANCE_S), self.find(sending));
                match looking.await {
                    Ok(Ok(Found::There(receipt))) => Ok(receipt),
                    Ok(Ok(Found::NotThere | Found::TooMuch) | Err(_)) | Err(_) => {
                        Ok(Receipt::default())
                    }
                }
            }
            Err(trouble) => Err(self.refusal(sending, trouble)),
        }
    }

    /// Writes a status; without its thread where that is gone, and without its picture where the
    /// server does not take it after all. Why it has no picture, where one was wanted.
    async fn write_as_may_be(
        &self,
        sending: Sending<'_>,
        reply_to: Option<&str>,
        media: Media,
    ) -> (Result<Status, Trouble>, Option<String>) {
        let (mut reply_to, mut lost) = (reply_to, media.lost);
        let picture = media.id.as_deref();
        let mut written = self.write(sending, reply_to, picture).await;
        if let (Err(trouble), Some(id)) = (&written, reply_to)
            && matches!(trouble.status(), Some(404 | 410 | 422))
            && self.is_missing(id).await
        {
            reply_to = None;
            written = self.write(sending, None, picture).await;
        }
        if let (Err(trouble), Some(_)) = (&written, picture)
            && matches!(trouble.status(), Some(400 | 404 | 410 | 413 | 422))
        {
            lost = Some(trouble.words());
            written = self.write(sending, reply_to, None).await;
        }
        (written, lost)
    }

    async fn write(
        &self,
        sending: Sending<'_>,
        reply: Option<&str>,
        picture: Option<&str>,
    ) -> Result<Status, Trouble> {
        self.attempts.note(&sending.post.id);
        let draft = self.draft(sending, reply, picture);
        let written = self.api.write(&draft, &sending.post.id).await;
        self.attempts.note(&sending.post.id);
        written
    }

    fn draft<'a>(
        &'a self,
        sending: Sending<'a>,
        reply: Option<&'a str>,
        picture: Option<&'a str>,
    ) -> Draft<'a> {
        Draft {
            status: &sending.post.body,
            language: &self.language,
            spoiler_text: self.spoiler.as_deref(),
            visibility: Some(&self.visibility),
            in_reply_to_id: reply,
            media_ids: picture.into_iter().collect(),
        }
    }

    /// Whether a status is surely gone.
    async fn is_missing(&self, id: &str) -> bool {
        self.api.status(id).await.is_err_and(|trouble| is_gone(&trouble))
    }

    /// What a refusal means; what the server says with it is told only where it cannot repeat what
    /// is not public.
    fn refusal(&self, sending: Sending<'_>, trouble: Trouble) -> SendError {
        let said = match sending.post.audience {
            Audience::Public => trouble.said("error").map(|said| self.api.words_of(&said)),
            Audience::Staff | Audience::Reporters => None,
        };
        match trouble.of_sending() {
            SendError::Rejected(reason) => SendError::Rejected(reason + &said.unwrap_or_default()),
            other @ (SendError::Bounced(_)
            | SendError::RetryAfter { .. }
            | SendError::Unknown(_)) => other,
        }
    }

    /// What stands there, and in what it differs from what was asked; `lost` is why it has no
    /// picture, where that is known.
    fn receipt(
        &self,
        sending: Sending<'_>,
        status: &Status,
        thread: Option<&str>,
        lost: Option<&str>,
    ) -> Receipt {
        let shown = neutralise(&status.visibility, 20);
        let remark = if !shown.is_empty() && shown != self.visibility {
            Some(format!("it is {shown} there and not {}", self.visibility))
        } else if thread.is_some() && status.in_reply_to_id.is_none() {
            Some("it stands alone, as the first post of its thread is gone".to_owned())
        } else if !Saying::of_text(&sending.post.body).is_in(&status.content, &sending.post.body) {
            Some("the words there are not quite those that were sent".to_owned())
        } else {
            None
        };
        let id = usable_id(&status.id);
        if let Some(id) = id {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= KNOWN_MAX {
                known.clear();
            }
            known.insert(id.to_owned(), sending.post.id.clone());
        }
        let link = status.url.as_deref().or(status.uri.as_deref()).and_then(usable_link);
        let bare = picture::lost_for(sending.post, !status.media_attachments.is_empty());
        let bare = bare.map(|words| lost.map_or(words, picture::lost));
        let receipt = Receipt { remote_id: id.map(str::to_owned), link, remark };
        picture::with_remark(receipt, bare)
    }

    fn plain_receipt(&self, id: &str) -> Receipt {
        Receipt { remote_id: Some(id.to_owned()), ..Receipt::default() }
    }

    async fn look_up(&self, sending: Sending<'_>) -> Resolution {
        match sending.post.action {
            PostAction::Post => {}
            // The same change twice is the same change.
            PostAction::Edit | PostAction::Delete | PostAction::Crosspost => {
                return Resolution::SendAgain;
            }
        }
        // What comes too late to be seen now must not be sent twice.
        let is_early = self.attempts.is_unsettled(&sending.post.id);
        match self.find(sending).await {
            Ok(Found::There(receipt)) => Resolution::Sent(receipt),
            Ok(Found::NotThere) if is_early => {
                Resolution::AskLater("not there yet; it may still be under way".to_owned())
            }
            Ok(Found::NotThere) => Resolution::SendAgain,
            Ok(Found::TooMuch) => {
                let words = "too much was written there since; look at the account at";
                Resolution::CannotTell(format!("{words} {}", self.api.host()))
            }
            Err(trouble) => Resolution::AskLater(trouble.words()),
        }
    }

    /// Reads the account's statuses, newest first, back to the first attempt.
    async fn find(&self, sending: Sending<'_>) -> Result<Found, Trouble> {
        let own = self.own().await?;
        let wanted = Saying::of_text(&sending.post.body);
        let mut below: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let (page, date) = self.api.statuses(own, below.as_deref()).await?;
            let since = self.since(sending, date);
            let is_it = |status: &&Status| self.is_it(status, sending, &wanted, since);
            if let Some(status) = page.iter().find(is_it) {
                let thread = sending.reply_to.and_then(usable_id);
                return Ok(Found::There(self.receipt(sending, status, thread, None)));
            }
            let Some(last) = page.last() else { return Ok(Found::NotThere) };
            if page.iter().any(|status| status.created_at < since) {
                return Ok(Found::NotThere);
            }
            // A server that gives the same page again has no more, or cannot say.
            if below.as_deref() == Some(last.id.as_str()) {
                return Ok(Found::TooMuch);
            }
            below = Some(last.id.clone());
        }
        Ok(Found::TooMuch)
    }

    /// From when on a status can be the post, by the server's clock where that is known.
    fn since(&self, sending: Sending<'_>, date: Option<Timestamp>) -> Timestamp {
        let first = sending.first_attempt_at.unwrap_or(sending.decided_at);
        match date {
            Some(date) => first + (date - self.clock.now()) - TimeDelta::seconds(SLACK_S),
            None => first - TimeDelta::seconds(SKEW_S),
        }
    }

    fn is_it(
        &self,
        status: &Status,
        sending: Sending<'_>,
        wanted: &Saying,
        since: Timestamp,
    ) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let is_other = known.get(&status.id).is_some_and(|post| *post != sending.post.id);
        let is_own = status.reblog.is_none() && !is_other && status.created_at >= since;
        is_own && wanted.is_in(&status.content, &sending.post.body)
    }

    /// The account's own id, asked for once.
    async fn own(&self) -> Result<&str, Trouble> {
        let ask = || async {
            let own = self.api.own().await?;
            usable_id(&own.id).map(str::to_owned).ok_or(Trouble::Unreadable)
        };
        self.own.get_or_try_init(ask).await.map(String::as_str)
    }

    async fn ask_about_it(&self) -> Result<Checked, CheckError> {
        let account = self.api.own().await.map_err(Trouble::of_checking)?;
        let instance = self.api.instance().await.map_err(Trouble::of_checking)?;
        let spoiler = self.spoiler.as_ref().map_or(0, |text| text.chars().count());
        let taken = u32::try_from(spoiler).unwrap_or(u32::MAX);
        let length_max = instance.length_max().filter(|length| *length >= LENGTH_MIN);
        let url_length = instance.url_length().unwrap_or(URL_LENGTH).min(URL_LENGTH_MAX);
        let limits = length_max.map(|length_max| Limits {
            url_length: Some(url_length),
            ..Limits::of(length_max.saturating_sub(taken), TextUnit::Characters)
        });
        let name = format!("{} at {}", account.acct, self.api.host());
        Ok(Checked { account: Some(neutralise(&name, NAME_LENGTH_MAX)), limits })
    }
}

impl Driver for Mastodon {
    fn send<'a>(&'a self, sending: Sending<'a>) -> BoxFuture<'a, Result<Receipt, SendError>> {
        Box::pin(sent_in_time(&self.clock, self.carry_out(sending)))
    }

    fn resolve<'a>(&'a self, sending: Sending<'a>) -> BoxFuture<'a, Resolution> {
        Box::pin(looked_up_in_time(&self.clock, self.look_up(sending)))
    }

    fn check(&self) -> BoxFuture<'_, Result<Checked, CheckError>> {
        Box::pin(checked_in_time(&self.clock, self.ask_about_it()))
    }
}

impl fmt::Debug for Mastodon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mastodon({}, token not shown)", self.api.host())
    }
}

fn build(
    destination: &Destination,
    secrets: &Secrets,
    clock: &Clock,
) -> Result<Arc<dyn Driver>, BuildError> {
    Ok(Arc::new(Mastodon::new(destination, secrets, clock)?))
}

/// Whose account it is, only the token knows; what is read back is the account's, so posts to one
/// server leave one by one.
fn abilities(options: &BTreeMap<String, String>) -> Abilities {
    let account = options.get(URL.name).map(|url| account_at("mastodon", url));
    Abilities { account, ..changeable(options) }
}

fn is_visibility(text: &str) -> bool {
    matches!(text, "public" | "unlisted" | "private")
}

fn is_spoiler(text: &str) -> bool {
    let length = text.chars().count();
    (1..=SPOILER_LENGTH_MAX).contains(&length) && !text.contains(char::is_control)
}

fn is_gone(trouble: &Trouble) -> bool {
    matches!(trouble.status(), Some(404 | 410))
}

/// The status that an edit or a deletion is about.
fn the_one_meant<'a>(sending: Sending<'a>) -> Result<&'a str, SendError> {
    sending
        .reply_to
        .and_then(usable_id)
        .ok_or_else(|| SendError::Rejected("the post that this is about never arrived".to_owned()))
}

fn usable_link(text: &str) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    (text.len() <= LINK_BYTES_MAX).then(|| url.to_string())
}
