//! The `bluesky` driver: posts of one account on the AT Protocol.
//!
//! A post is a record under a key of our own choice, made from the `PostId` and the moment of its
//! decision, and it is put there only where nothing else is: the same put again is the same record.
//! So an attempt in doubt is simply made again. There are no edits; what has changed is a further
//! post. Start at [`Bluesky`].
//!
//! Must not: ask the server to skip its checks, or say anything of the password or of a session.

mod api;
mod record;

use std::{collections::BTreeMap, fmt, sync::Arc};

use futures_util::future::BoxFuture;

use crate::{
    clock::Clock,
    config::{DriverSpec, OptionSpec, Secrets},
    domain::{Abilities, Audience, Destination, Limits, TextUnit},
    event::{PostAction, Receipt, Resolution, SendError},
    render::neutralise,
};

use super::{
    BuildError, CheckError, Checked, Driver, Registration, Sending, account_at, http,
    json::Trouble,
    limits::{checked_in_time, sent_in_time},
    options::Options,
    picture::{self, PICTURES},
};

use api::{Api, Session, is_expired, is_missing, name_of, place_of};
use record::{COLLECTION, Embed, Record, Reference};

const PDS: OptionSpec = OptionSpec {
    name: "pds",
    required: false,
    secret: false,
    expects: "the https:// address of the account's server, or a http:// one of this machine",
    fits: is_base,
    audiences: AUDIENCES,
};
const IDENTIFIER: OptionSpec = OptionSpec {
    name: "identifier",
    required: true,
    secret: false,
    expects: "the account's handle, such as status.example.net, or its DID",
    fits: OptionSpec::any_text,
    audiences: AUDIENCES,
};
const PASSWORD: OptionSpec = OptionSpec {
    name: "app_password",
    required: true,
    secret: true,
    expects: "an app password, from the account's settings",
    fits: OptionSpec::any_text,
    audiences: AUDIENCES,
};
/// There are no posts for few.
const AUDIENCES: &[Audience] = &[Audience::Public];

/// One line of the registry.
pub(super) const REGISTRATION: Registration = Registration {
    spec: DriverSpec {
        kind: "bluesky",
        options: &[PDS, IDENTIFIER, PASSWORD, PICTURES],
        limits: Limits { bytes_max: Some(3000), ..Limits::of(300, TextUnit::Graphemes) },
        account: None,
        abilities,
    },
    build,
};

/// Where most accounts are.
const USUAL_PDS: &str = "https://bsky.social";
const NAME_LENGTH_MAX: usize = 80;
/// Servers of before 2026 take no more.
const PICTURE_BYTES_MAX: usize = 1_000_000;

/// Posts with one account.
pub struct Bluesky {
    api: Api,
    language: String,
    clock: Clock,
}

/// The thread that a post goes into.
enum Thread {
    None,
    First(Reference),
    Gone,
}

impl Bluesky {
    /// Posts with the account that the destination's `identifier` and `app_password` open.
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
        let base = http::safe_base(options.text(&PDS).unwrap_or(USUAL_PDS));
        let base = base.ok_or_else(|| options.wrong(&PDS))?;
        let identifier = options.needed(&IDENTIFIER)?.to_owned();
        let password = options.secret(&PASSWORD)?.clone();
        let api = Api::new(base, identifier, password, clock);
        let api = api.map_err(|error| error.of(&destination.id))?;
        Ok(Self { api, language: destination.language.clone(), clock: clock.clone() })
    }

    async fn carry_out(&self, sending: Sending<'_>) -> Result<Receipt, SendError> {
        let session = self.api.session().await.map_err(Trouble::of_preparing)?;
        match sending.post.action {
            PostAction::Post => self.say(sending, session).await,
            PostAction::Delete => self.take_back(sending, session).await,
            PostAction::Edit | PostAction::Crosspost => {
                Err(SendError::Rejected("Bluesky has no such thing".to_owned()))
            }
        }
    }

    async fn say(&self, sending: Sending<'_>, session: Session) -> Result<Receipt, SendError> {
        let thread = self.thread(sending).await?;
        let first = if let Thread::First(first) = &thread { Some(first) } else { None };
        let (post, language) = (sending.post, self.language.as_str());
        let (embed, mut lost) = match self.picture(sending, &session).await {
            Ok(embed) => (embed, None),
            Err(reason) => (None, Some(reason)),
        };
        // Bringing the picture over may have renewed it.
        let session = self.api.session().await.map_err(Trouble::of_preparing)?;
        let mut record = Record::new(&post.body, sending.decided_at, language, first);
        record.embed = embed;
        let key = record::key(&post.id, sending.decided_at);
        let mut put = self.put(&session, &key, &record).await?;
        if let Err(trouble) = &put
            && record.embed.is_some()
            && is_about_the_picture(trouble)
        {
            lost = Some(trouble.words());
            record.embed = None;
            put = self.put(&session, &key, &record).await?;
        }
        let is_ours = match put {
            Ok(_) | Err(Trouble::Unreadable) => true,
            Err(trouble) if name_of(&trouble).is_some_and(|name| name == "InvalidSwap") => {
                let there = self.api.get(&session.did, &key).await;
                let there = there.map_err(Trouble::of_preparing)?.value;
                lost = lost.filter(|_| !there.has_picture());
                record.says_what(&there)
            }
            Err(trouble) => return Err(self.refusal(&session, trouble).await),
        };
        if !is_ours {
            return Err(SendError::Rejected("something else stands under its key".to_owned()));
        }
        let remark = matches!(thread, Thread::Gone)
            .then(|| "it stands alone, as the first post of its thread is gone".to_owned());
        let receipt = Receipt { remark, ..receipt(&session.did, &key) };
        Ok(picture::with_remark(receipt, lost.as_deref().map(picture::lost)))
    }

    /// Puts a record there, with a new session where this one has expired.
    async fn put(
        &self,
        session: &Session,
        key: &str,
        record: &Record<'_>,
    ) -> Result<Result<Reference, Trouble>, SendError> {
        match self.api.put(session, key, record).await {
            Err(trouble) if is_expired(&trouble) => {
                let renewed = self.api.renewed(session).await.map_err(Trouble::of_preparing)?;
                Ok(self.api.put(&renewed, key, record).await)
            }
            put => Ok(put),
        }
    }

    /// Brings a post's picture over, where it has one; else why it is done without.
    async fn picture<'a>(
        &self,
        sending: Sending<'a>,
        session: &Session,
    ) -> Result<Option<Embed<'a>>, String> {
        let uploading = async {
            let Some(drawn) = picture::drawn(sending.post, PICTURE_BYTES_MAX).await? else {
                return Ok(None);
            };
            let words = |trouble: Trouble| trouble.words();
            let blob = match self.api.upload(session, &drawn.png).await {
                Err(trouble) if is_expired(&trouble) => {
                    let renewed = self.api.renewed(session).await.map_err(words)?;
                    self.api.upload(&renewed, &drawn.png).await
                }
                uploaded => uploaded,
            };
            Ok(Some(Embed::of(blob.map_err(words)?, drawn.alt)))
        };
        picture::brought_over(&self.clock, uploading).await
    }

    /// A reply names the version of what it replies to.
    async fn thread(&self, sending: Sending<'_>) -> Result<Thread, SendError> {
        let Some((account, key)) = sending.reply_to.and_then(place_of) else {
            return Ok(Thread::None);
        };
        match self.api.get(account, key).await {
            Ok(got) => match got.cid {
                Some(cid) if place_of(&got.uri).is_some() => {
                    Ok(Thread::First(Reference { uri: got.uri, cid }))
                }
                Some(_) | None => Ok(Thread::Gone),
            },
            Err(trouble) if is_missing(&trouble) => Ok(Thread::Gone),
            Err(trouble) => Err(trouble.of_preparing()),
        }
    }

    async fn take_back(
        &self,
        sending: Sending<'_>,
        session: Session,
    ) -> Result<Receipt, SendError> {
        let Some((_, key)) = sending.reply_to.and_then(place_of) else {
            let reason = "the post that this is about never arrived".to_owned();
            return Err(SendError::Rejected(reason));
        };
        let gone = match self.api.delete(&session, key).await {
            Err(trouble) if is_expired(&trouble) => {
                let renewed = self.api.renewed(&session).await.map_err(Trouble::of_preparing)?;
                self.api.delete(&renewed, key).await
            }
            gone => gone,
        };
        match gone {
            Ok(_) | Err(Trouble::Unreadable) => Ok(receipt(&session.did, key)),
            Err(trouble) => Err(self.refusal(&session, trouble).await),
        }
    }

    /// What a refusal means; one of the session itself has a new one made next time.
    async fn refusal(&self, session: &Session, trouble: Trouble) -> SendError {
        if trouble.status() == Some(401) || is_expired(&trouble) {
            self.api.forget(session).await;
        }
        let name = name_of(&trouble).map(|name| format!(": {name}")).unwrap_or_default();
        match trouble.of_sending() {
            SendError::Rejected(reason) => SendError::Rejected(reason + &name),
            other @ (SendError::RetryAfter { .. }
            | SendError::Unknown(_)
            | SendError::Bounced(_)) => other,
        }
    }

    async fn ask_about_it(&self) -> Result<Checked, CheckError> {
        let session = self.api.session().await.map_err(Trouble::of_checking)?;
        if let Err(trouble) = self.api.whoami(&session).await {
            if !is_expired(&trouble) {
                return Err(trouble.of_checking());
            }
            self.api.renewed(&session).await.map_err(Trouble::of_checking)?;
        }
        let name = if session.handle.is_empty() { &session.did } else { &session.handle };
        let name = format!("{name} at {}", self.api.host());
        Ok(Checked { account: Some(neutralise(&name, NAME_LENGTH_MAX)), limits: None })
    }
}

impl Driver for Bluesky {
    fn send<'a>(&'a self, sending: Sending<'a>) -> BoxFuture<'a, Result<Receipt, SendError>> {
        Box::pin(sent_in_time(&self.clock, self.carry_out(sending)))
    }

    /// The same record under the same key is the same post.
    fn resolve<'a>(&'a self, _sending: Sending<'a>) -> BoxFuture<'a, Resolution> {
        Box::pin(std::future::ready(Resolution::SendAgain))
    }

    fn check(&self) -> BoxFuture<'_, Result<Checked, CheckError>> {
        Box::pin(checked_in_time(&self.clock, self.ask_about_it()))
    }
}

impl fmt::Debug for Bluesky {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bluesky({}, password not shown)", self.api.host())
    }
}

fn build(
    destination: &Destination,
    secrets: &Secrets,
    clock: &Clock,
) -> Result<Arc<dyn Driver>, BuildError> {
    Ok(Arc::new(Bluesky::new(destination, secrets, clock)?))
}

fn abilities(options: &BTreeMap<String, String>) -> Abilities {
    let pds = options.get(PDS.name).map_or(USUAL_PDS, String::as_str);
    let account = options.get(IDENTIFIER.name).map(|name| {
        let name = name.trim_start_matches('@').to_ascii_lowercase();
        format!("{} {name}", account_at("bluesky", pds))
    });
    Abilities { deletes: true, pictures: picture::is_on(options), account, ..Abilities::default() }
}

/// Whether the server refused the record, and not because of what stands there or of who asks.
fn is_about_the_picture(trouble: &Trouble) -> bool {
    let is_other =
        is_expired(trouble) || name_of(trouble).is_some_and(|name| name == "InvalidSwap");
    matches!(trouble.status(), Some(400 | 404 | 413)) && !is_other
}

fn is_base(text: &str) -> bool {
    http::safe_base(text).is_some()
}

fn receipt(account: &str, key: &str) -> Receipt {
    Receipt {
        remote_id: Some(format!("at://{account}/{COLLECTION}/{key}")),
        link: Some(format!("https://bsky.app/profile/{account}/post/{key}")),
        remark: None,
    }
}
