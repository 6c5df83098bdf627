//! Answers an interaction within Discord's three seconds, whatever the house takes.
//!
//! What is not there after most of a second is promised and brought later; where Discord no
//! longer takes it, it goes to the person directly. An answer that may have arrived is sent again
//! where Discord says so when it has it: not a follow-up, which would be there twice. Must not: decide what is said.

use std::sync::Arc;

use chrono::TimeDelta;
use reqwest_serenity::Method;
use serde_json::{Value, json};
use serenity::{
    all::{ChannelId, InteractionId, PrivateChannel, UserId},
    http::{Http, HttpError},
};

use crate::{
    clock::Clock,
    domain::Role,
    render::{Facts, Words},
};

use super::{
    Face,
    answer::{self, Answer, Reply},
    heard::{Ask, Heard},
    wire::{Failed, Wire},
};

/// After this time an answer is promised.
const PROMISED_AFTER: TimeDelta = TimeDelta::milliseconds(800);
/// Pauses before an answer is sent again.
const AGAIN_AFTER_MS: [i64; 3] = [200, 400, 0];
/// One request to Discord takes at most this long.
const REQUEST_PATIENCE: TimeDelta = TimeDelta::milliseconds(2000);

/// Discord's codes that mean something here.
mod code {
    /// The interaction is unknown: older than three seconds, or answered by nobody in time.
    pub(super) const UNKNOWN_INTERACTION: i64 = 10062;
    /// It was answered: by us, in a request whose answer was lost.
    pub(super) const ACKNOWLEDGED: i64 = 40060;
    /// The token is older than fifteen minutes.
    pub(super) const UNKNOWN_WEBHOOK: i64 = 10015;
    /// The same.
    pub(super) const INVALID_TOKEN: i64 = 50027;
    /// What would be changed is gone.
    pub(super) const UNKNOWN_MESSAGE: i64 = 10008;
}

/// The way to answer one interaction.
pub(super) struct Ticket {
    pub(super) id: InteractionId,
    /// Good for fifteen minutes; never logged.
    pub(super) token: String,
    pub(super) user: UserId,
}

/// What is needed to answer.
#[derive(Clone)]
pub(super) struct Responder {
    pub(super) http: Arc<Http>,
    pub(super) wire: Arc<Wire>,
    pub(super) face: Arc<Face>,
    pub(super) clock: Clock,
    pub(super) words: Arc<Words>,
    pub(super) language: String,
    pub(super) staff_channel: ChannelId,
}

/// One request to Discord.
enum Call<'a> {
    /// The first answer to an interaction.
    First(&'a Ticket, &'a Value),
    /// Other words in the first answer's place.
    Edit(&'a Ticket, &'a Value),
    /// A further message.
    FollowUp(&'a Ticket, &'a Value),
    /// A message of its own.
    Send(ChannelId, &'a Value),
}

/// What became of a request.
pub(super) enum Outcome {
    Done,
    /// Discord no longer takes an answer in this way.
    TooLate,
    Failed(String),
}

impl Call<'_> {
    /// Whether it is there twice when it is sent twice.
    fn is_sent_once(&self) -> bool {
        match self {
            Self::FollowUp(..) => true,
            Self::First(..) | Self::Edit(..) | Self::Send(..) => false,
        }
    }

    /// The longest wait that Discord may ask for: nobody reads a first answer after three seconds.
    fn patience(&self) -> TimeDelta {
        match self {
            Self::First(..) => TimeDelta::milliseconds(1500),
            Self::Edit(..) | Self::FollowUp(..) | Self::Send(..) => TimeDelta::seconds(30),
        }
    }
}

impl Responder {
    /// Hears what is asked, and brings the answer.
    pub(super) async fn respond(&self, heard: Heard, ticket: Ticket) {
        let work = self.face.hear(&heard);
        tokio::pin!(work);
        match self.clock.timeout(PROMISED_AFTER, &mut work).await {
            Ok(reply) => self.at_once(&heard, &ticket, reply).await,
            Err(_) if matches!(heard.ask, Ask::Complete { .. }) => {
                self.first(&ticket, &answer::suggest(&[])).await;
            }
            Err(_) => {
                let promised = self.first(&ticket, &answer::say_later()).await;
                let reply = work.await;
                self.later(&heard, &ticket, reply, matches!(promised, Outcome::Done)).await;
            }
        }
    }

    /// Says that more is asked than can be taken in.
    pub(super) async fn turn_away(&self, ticket: &Ticket) {
        let words = self.words.say(&self.language, "chat-busy", &Facts::new());
        let body = self.messages(&Answer::plain(words)).remove(0);
        self.first(ticket, &answer::say_now(&body)).await;
    }

    async fn at_once(&self, heard: &Heard, ticket: &Ticket, reply: Reply) {
        let answer = match reply {
            Reply::Choices(choices) => {
                self.first(ticket, &answer::suggest(&choices)).await;
                return;
            }
            Reply::Form(form) => {
                self.first(ticket, &answer::ask(&form)).await;
                return;
            }
            Reply::Say(answer) => answer,
        };
        let messages = self.messages(&answer);
        let Some((first, rest)) = messages.split_first() else { return };
        match self.first(ticket, &answer::say_now(first)).await {
            Outcome::Done => self.follow_up(ticket, rest).await,
            Outcome::TooLate | Outcome::Failed(_) => self.elsewhere(heard, ticket, &answer).await,
        }
    }

    async fn later(&self, heard: &Heard, ticket: &Ticket, reply: Reply, promised: bool) {
        let answer = match reply {
            Reply::Say(answer) => answer,
            // A form can only be a first answer.
            Reply::Form(_) | Reply::Choices(_) => {
                Answer::plain(self.words.say(&self.language, "chat-form-late", &Facts::new()))
            }
        };
        if !promised {
            return self.elsewhere(heard, ticket, &answer).await;
        }
        let messages = self.messages(&answer);
        let Some((first, rest)) = messages.split_first() else { return };
        let edited = self.again(&Call::Edit(ticket, first)).await;
        match edited {
            Outcome::Done => self.follow_up(ticket, rest).await,
            Outcome::TooLate => self.elsewhere(heard, ticket, &answer).await,
            Outcome::Failed(why) => tracing::warn!(why, "an answer in Discord did not arrive"),
        }
    }

    async fn first(&self, ticket: &Ticket, body: &Value) -> Outcome {
        let outcome = self.again(&Call::First(ticket, body)).await;
        if let Outcome::Failed(why) = &outcome {
            tracing::warn!(why, "an answer in Discord did not arrive");
        }
        outcome
    }

    async fn follow_up(&self, ticket: &Ticket, rest: &[Value]) {
        for message in rest {
            let sent = self.again(&Call::FollowUp(ticket, message)).await;
            if let Outcome::Failed(why) = sent {
                tracing::warn!(why, "the rest of an answer in Discord did not arrive");
                return;
            }
        }
    }

    /// Discord gave up waiting: the person is written to; staff who take no messages read it in
    /// staff's channel.
    async fn elsewhere(&self, heard: &Heard, ticket: &Ticket, answer: &Answer) {
        let late = self.words.say(&self.language, "chat-answer-late", &Facts::new());
        let answer = Answer { text: format!("{late}\n{}", answer.text), ..answer.clone() };
        let messages: Vec<Value> =
            self.messages(&answer).into_iter().map(without_privacy).collect();
        let recipient = json!({ "recipient_id": ticket.user.get().to_string() });
        let opened =
            self.wire.change::<PrivateChannel>(Method::POST, "users/@me/channels", &recipient);
        let sent = match opened.await {
            Ok(room) => self.send(room.id, &format!("d{}", ticket.id), &messages).await,
            Err(failed) => Outcome::Failed(failed.words()),
        };
        let is_staff = self.face.role(heard) >= Role::Staff;
        match sent {
            Outcome::Done => {}
            Outcome::TooLate | Outcome::Failed(_) if is_staff => {
                self.send(self.staff_channel, &format!("s{}", ticket.id), &messages).await;
            }
            Outcome::TooLate | Outcome::Failed(_) => {
                tracing::warn!("a late answer in Discord could not be brought to its reader");
            }
        }
    }

    /// Messages where they can be seen by all who read there. `key`: a letter and the id of what
    /// they answer, by which Discord knows a message that it has already.
    pub(super) async fn send(&self, channel: ChannelId, key: &str, messages: &[Value]) -> Outcome {
        for (page, message) in messages.iter().enumerate() {
            let mut message = message.clone();
            message["nonce"] = json!(format!("{key}-{page}"));
            message["enforce_nonce"] = json!(true);
            let sent = self.again(&Call::Send(channel, &message)).await;
            if !matches!(sent, Outcome::Done) {
                return sent;
            }
        }
        Outcome::Done
    }

    /// An answer to a message, where it stands.
    pub(super) async fn reply_to(
        &self,
        channel: ChannelId,
        message: u64,
        answer: &Answer,
    ) -> Result<(), String> {
        let mut messages = answer::messages(answer, &self.words, &self.language);
        if let Some(first) = messages.first_mut() {
            first["message_reference"] = json!({
                "message_id": message.to_string(),
                "fail_if_not_exists": false,
            });
        }
        match self.send(channel, &format!("m{message}"), &messages).await {
            Outcome::Done => Ok(()),
            Outcome::TooLate => Err("it is gone".to_owned()),
            Outcome::Failed(why) => Err(why),
        }
    }

    fn messages(&self, answer: &Answer) -> Vec<Value> {
        let messages = answer::messages(answer, &self.words, &self.language);
        messages.into_iter().map(answer::private).collect()
    }

    /// Sends until Discord has it or says why not; bounded in number and time.
    async fn again(&self, call: &Call<'_>) -> Outcome {
        let mut why = String::new();
        for pause_ms in AGAIN_AFTER_MS {
            let mut pause = TimeDelta::milliseconds(pause_ms);
            match self.clock.timeout(REQUEST_PATIENCE, self.request(call)).await {
                Ok(Ok(())) => return Outcome::Done,
                Ok(Err(failed)) => {
                    if let Some(outcome) = judged(&failed) {
                        return outcome;
                    }
                    why = failed.words();
                    pause = pause.max(failed.pause().unwrap_or_default());
                    let is_settled = call.is_sent_once() && !failed.is_turned_back();
                    if is_settled || pause > call.patience() {
                        return Outcome::Failed(why);
                    }
                }
                Err(_) => {
                    "no answer in time".clone_into(&mut why);
                    if call.is_sent_once() {
                        return Outcome::Failed(why);
                    }
                }
            }
            self.clock.sleep(pause).await;
        }
        Outcome::Failed(why)
    }

    async fn request(&self, call: &Call<'_>) -> Result<(), Failed> {
        let application = || self.http.application_id().map_or(0, |id| id.get());
        let (method, path, body) = match call {
            Call::First(ticket, body) => {
                let path = format!("interactions/{}/{}/callback", ticket.id, ticket.token);
                (Method::POST, path, body)
            }
            Call::Edit(ticket, message) => {
                let webhook = format!("webhooks/{}/{}", application(), ticket.token);
                (Method::PATCH, format!("{webhook}/messages/@original"), message)
            }
            Call::FollowUp(ticket, message) => {
                (Method::POST, format!("webhooks/{}/{}", application(), ticket.token), message)
            }
            Call::Send(channel, message) => {
                (Method::POST, format!("channels/{channel}/messages"), message)
            }
        };
        self.wire.send(method, &path, body).await
    }
}

fn without_privacy(mut message: Value) -> Value {
    message["flags"] = json!(answer::PUBLIC_FLAGS);
    message
}

/// What a failure settles; nothing where another try may do better.
fn judged(failed: &Failed) -> Option<Outcome> {
    let Failed::Refused { status, code, .. } = failed else { return None };
    match *code {
        code::ACKNOWLEDGED => Some(Outcome::Done),
        code::UNKNOWN_INTERACTION
        | code::UNKNOWN_WEBHOOK
        | code::INVALID_TOKEN
        | code::UNKNOWN_MESSAGE => Some(Outcome::TooLate),
        _ => {
            let may_pass = *status == 429 || *status >= 500;
            (!may_pass).then(|| Outcome::Failed(failed.words()))
        }
    }
}

/// An error in words without its URL, which holds a token.
pub(super) fn said(error: &serenity::Error) -> String {
    if let serenity::Error::Http(HttpError::UnsuccessfulRequest(response)) = error {
        let (status, code) = (response.status_code.as_u16(), response.error.code);
        let message = crate::render::neutralise(&response.error.message, 120);
        format!("{status}, code {code}: {message}")
    } else if let serenity::Error::Gateway(error) = error {
        error.to_string()
    } else if matches!(error, serenity::Error::Json(_)) {
        "an answer that is not Discord's".to_owned()
    } else {
        "no answer".to_owned()
    }
}
