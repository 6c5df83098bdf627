//! `/subscribe` and `/unsubscribe`: what a person wants to hear of in direct messages.
//!
//! Only servers with a public name can be named, as on the status page. Must not: tell what else
//! there is.

use crate::{
    domain::{Fleet, PersonId, ServerId, Topic},
    event::Input,
    journal::{Offered, Private, Refused},
    render::Facts,
};

use super::{
    Face,
    answer::Reply,
    floods::Verdict,
    heard::{Given, Heard},
    menu::SUBSCRIBE_SERVER,
};

/// Where it was said, for the journal.
const SOURCE: &str = "discord";

impl Face {
    pub(super) async fn subscribe(&self, heard: &Heard, given: &[(String, Given)]) -> Reply {
        let server = given.iter().find_map(|(name, value)| match value {
            Given::Text(text) if name == SUBSCRIBE_SERVER => Some(text.trim()),
            Given::Text(_) | Given::Number(_) | Given::Flag(_) => None,
        });
        let topic = match server.filter(|server| !server.is_empty()) {
            None => Topic::All,
            Some(name) => match public_server(&self.house.fleet(), name) {
                Some(id) => Topic::Server(id),
                None => return Reply::say(self.say("subscribe-unknown", Facts::new())),
            },
        };
        let input = Input::Subscribe {
            person: PersonId::from(""),
            source: SOURCE.to_owned(),
            topic,
            confirmed: true,
            key: None,
        };
        self.wish(heard, input).await
    }

    pub(super) async fn unsubscribe(&self, heard: &Heard) -> Reply {
        self.wish(heard, Input::Unsubscribe { person: PersonId::from(""), key: None }).await
    }

    /// Hands a wish over; the answer is the engine's.
    async fn wish(&self, heard: &Heard, input: Input) -> Reply {
        let now = self.setup.clock.now();
        match self.wishes().judge(now, &heard.who) {
            Verdict::Take | Verdict::Unconfirmed => {}
            Verdict::TooManyOfOne | Verdict::TooMany => {
                return Reply::say(self.say("chat-busy", Facts::new()));
            }
        }
        let name = Some(heard.who.name.clone()).filter(|name| !name.is_empty());
        let private = Private {
            account: Some(heard.who.account()),
            name,
            outside_id: Some(format!("discord:interaction:{}", heard.id)),
            ..Private::default()
        };
        let told = self.house.report(Offered { at: now, input, private: Some(private) }).await;
        Reply::say(match told {
            // A desk that is busy says nothing yet; the wish is safe all the same.
            Ok(told) if told.text.is_empty() => self.say("subscription-noted", Facts::new()),
            Ok(told) => told.text,
            Err(Refused::Duplicate(_)) => self.say("chat-done-already", Facts::new()),
            Err(Refused::Full | Refused::Overloaded | Refused::Stopping) => {
                self.say("chat-busy", Facts::new())
            }
        })
    }
}

/// The server that the public knows by this name, however it is spelt.
fn public_server(fleet: &Fleet, name: &str) -> Option<ServerId> {
    let is_meant = |public: &String| public.to_lowercase() == name.to_lowercase();
    let server = fleet.servers.iter().find(|one| one.public_name.as_ref().is_some_and(is_meant));
    server.map(|one| one.id.clone())
}
