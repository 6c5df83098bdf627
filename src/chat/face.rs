//! The chat's decisions, joined: what was heard goes to the file that knows what it means.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::TimeDelta;
use tokio::sync::watch;

use crate::{
    clock::Clock,
    domain::{Role, Timestamp},
    engine::Open,
    render::{self, Facts, Words},
};

use super::{
    House,
    answer::{Answer, Reply},
    complete,
    floods::Floods,
    heard::{Ask, Given, Heard, Message},
    menu::{
        self, ADD_TO_TIMELINE, FILE_REPORT, REPORT, STATUS, STATUS_ABOUT, SUBSCRIBE, UNSUBSCRIBE,
    },
    messages::Questions,
    rights::Rights,
    status,
    trouble::Trouble,
};

/// The same trouble is told again after this time.
const TOLD_AGAIN_AFTER: TimeDelta = TimeDelta::hours(6);
/// Kinds of trouble that are remembered as told.
const TOLD_MAX: usize = 128;
/// Channels and threads that are known; Discord has 500 and a thousand that are in use at most.
const PLACES_MAX: usize = 10_000;
/// Suggestions come within this time or not at all.
const SUGGESTED_WITHIN: TimeDelta = TimeDelta::milliseconds(600);

/// What the face is made with.
pub struct Setup {
    /// Who may what.
    pub rights: Rights,
    /// Channels whose messages count as reports.
    pub support_channels: Vec<u64>,
    /// The time.
    pub clock: Clock,
    /// All words; replaced on reload.
    pub words: watch::Receiver<Arc<Words>>,
    /// The language it speaks.
    pub language: String,
}

/// Hears, decides, asks the house, answers.
pub struct Face {
    pub(super) house: Arc<dyn House>,
    pub(super) setup: Setup,
    floods: Mutex<Floods>,
    /// Counted apart: a wish to hear of updates takes no report's place.
    wishes: Mutex<Floods>,
    questions: Mutex<Questions>,
    places: Mutex<BTreeMap<u64, Option<u64>>>,
    told: Mutex<BTreeMap<Trouble, Timestamp>>,
}

impl Face {
    /// A face of `house`.
    pub fn new(house: Arc<dyn House>, setup: Setup) -> Self {
        Self {
            house,
            setup,
            floods: Mutex::default(),
            wishes: Mutex::default(),
            questions: Mutex::default(),
            places: Mutex::default(),
            told: Mutex::default(),
        }
    }

    /// What an interaction is answered with.
    pub async fn hear(&self, heard: &Heard) -> Reply {
        let reply = self.decide(heard).await;
        match reply {
            Reply::Say(answer) if render::tells_time(&answer.text) => {
                let text = self.house.with_times_marked(answer.text).await;
                Reply::Say(Answer { text, ..answer })
            }
            Reply::Say(_) | Reply::Choices(_) | Reply::Form(_) => reply,
        }
    }

    async fn decide(&self, heard: &Heard) -> Reply {
        match &heard.ask {
            Ask::Slash { name, given } => self.slash(heard, name, given).await,
            Ask::Complete { name, field, typed } => self.complete(heard, name, field, typed).await,
            Ask::OnMessage { name, message } => self.on_message(heard, name, message).await,
            Ask::Press { id, message } => self.press(heard, id, *message).await,
            Ask::Submit { id, text } => self.submit(heard, id, text).await,
        }
    }

    async fn slash(&self, heard: &Heard, name: &str, given: &[(String, Given)]) -> Reply {
        match name {
            REPORT => self.report(heard, given).await,
            STATUS => self.status(heard, given).await,
            SUBSCRIBE => self.subscribe(heard, given).await,
            UNSUBSCRIBE => self.unsubscribe(heard).await,
            _ => match menu::spec_of(name) {
                Some(spec) => self.command(heard, spec, given).await,
                None => Reply::say(self.say("chat-command-unknown", Facts::new())),
            },
        }
    }

    async fn on_message(&self, heard: &Heard, name: &str, message: &Message) -> Reply {
        if name == self.say(FILE_REPORT, Facts::new()) {
            self.file_as_report(heard, message).await
        } else if name == self.say(ADD_TO_TIMELINE, Facts::new()) {
            self.add_to_timeline(heard, message).await
        } else {
            Reply::say(self.say("chat-command-unknown", Facts::new()))
        }
    }

    async fn status(&self, heard: &Heard, given: &[(String, Given)]) -> Reply {
        let about = given.iter().find_map(|(name, value)| match value {
            Given::Text(text) if name == STATUS_ABOUT => Some(text.as_str()),
            Given::Text(_) | Given::Number(_) | Given::Flag(_) => None,
        });
        let links = match about {
            Some(_) => self.house.links(&heard.who.account()).await,
            None => Vec::new(),
        };
        let view = self.house.view().borrow().clone();
        let known = status::Known {
            view: &view,
            fleet: &self.house.fleet(),
            links: &links,
            words: &self.words(),
            language: self.language_of(&heard.locale),
        };
        Reply::say(known.answer(about))
    }

    async fn complete(&self, heard: &Heard, name: &str, field: &str, typed: &str) -> Reply {
        let role = self.role(heard);
        let gather = async {
            match name {
                REPORT | STATUS => (Open::default(), self.house.links(&heard.who.account()).await),
                _ if role >= Role::Staff => (self.open().await, Vec::new()),
                _ => (Open::default(), Vec::new()),
            }
        };
        let gathered = self.setup.clock.timeout(SUGGESTED_WITHIN, gather).await;
        let (open, links) = gathered.unwrap_or_default();
        let fleet = self.house.fleet();
        let known = complete::Known { open: &open, fleet: &fleet, links: &links };
        Reply::Choices(complete::suggestions(name, field, typed, role, &known))
    }

    /// What somebody is, by the roles they have where they speak.
    pub(super) fn role(&self, heard: &Heard) -> Role {
        self.setup.rights.role(&heard.who, heard.guild)
    }

    pub(super) async fn open(&self) -> Open {
        self.house.open().await.unwrap_or_default()
    }

    /// Messages are read in support channels and, from everybody, in direct messages.
    pub(super) fn is_support(&self, message: &Message) -> bool {
        match message.guild {
            None => true,
            Some(guild) => {
                let mut places = [Some(message.channel), message.under].into_iter().flatten();
                guild == self.setup.rights.guild
                    && places.any(|place| self.setup.support_channels.contains(&place))
            }
        }
    }

    /// What a place is a thread of, if anything; `None`: nobody told of it yet.
    pub(super) fn known_place(&self, place: u64) -> Option<Option<u64>> {
        if self.setup.support_channels.contains(&place) {
            return Some(None);
        }
        lock(&self.places).get(&place).copied()
    }

    /// Remembers channels and threads; whoever comes when there are too many is asked about again.
    pub(super) fn note_places(&self, places: impl IntoIterator<Item = (u64, Option<u64>)>) {
        let mut known = lock(&self.places);
        for (place, above) in places {
            if known.len() < PLACES_MAX || known.contains_key(&place) {
                known.insert(place, above);
            }
        }
    }

    /// Tells staff of a trouble, unless they were told of its kind in the last hours.
    pub async fn tell_staff(&self, trouble: Trouble) {
        if !self.is_news(&trouble) {
            return;
        }
        let text = trouble.say(&self.words(), &self.setup.language);
        tracing::warn!("{text}");
        self.house.tell_staff(text).await;
    }

    /// A trouble is over: should it come again, it is told again.
    pub fn is_over(&self, trouble: &Trouble) {
        lock(&self.told).remove(&trouble.kind());
    }

    fn is_news(&self, trouble: &Trouble) -> bool {
        let now = self.setup.clock.now();
        let mut told = lock(&self.told);
        told.retain(|_, at| *at > now - TOLD_AGAIN_AFTER);
        let is_news = !told.contains_key(&trouble.kind()) && told.len() < TOLD_MAX;
        if is_news {
            told.insert(trouble.kind(), now);
        }
        is_news
    }

    pub(super) fn floods(&self) -> MutexGuard<'_, Floods> {
        lock(&self.floods)
    }

    pub(super) fn wishes(&self) -> MutexGuard<'_, Floods> {
        lock(&self.wishes)
    }

    pub(super) fn questions(&self) -> MutexGuard<'_, Questions> {
        lock(&self.questions)
    }

    pub(super) fn say(&self, key: &str, facts: Facts) -> String {
        self.words().say(&self.setup.language, key, &facts)
    }

    /// Says something to a customer: in their own language, where there are words in it.
    pub(super) fn say_in(&self, locale: &str, key: &str) -> String {
        self.words().say(self.language_of(locale), key, &Facts::new())
    }

    /// A person's language, where there are words in it.
    pub(super) fn spoken(&self, locale: &str) -> Option<String> {
        self.words().speaks(locale).then(|| locale.to_owned())
    }

    fn language_of<'l>(&'l self, locale: &'l str) -> &'l str {
        if self.words().speaks(locale) { locale } else { &self.setup.language }
    }

    pub(super) fn words(&self) -> Arc<Words> {
        self.setup.words.borrow().clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
