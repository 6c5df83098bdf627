//! A fake Discord at the wire: HTTP and gateway on loopback, with a guild whose state, rules,
//! permissions, limits and failures are like the real one's.
//!
//! The bot under test is given [`Fake::http_url`] for `https://discord.com` and [`Fake::token`];
//! `GET /gateway` sends it to the fake's gateway. What the test reads is what people would see.
//!
//! ```ignore
//! #[path = "discord/fake/mod.rs"]
//! mod fake;
//! use fake::{Fake, Fault};
//!
//! let fake = Fake::usual().await;                  // channels support, staff, status; anna, bert, tim
//! // … start the bot with fake.http_url(), fake.token(), fake.guild_id() …
//! fake.until_ready().await;
//! let answer = fake.user("anna").slash("report", &[("domain", json!("example.org"))]).await;
//! assert!(answer.ephemeral);
//! fake.fail("POST /channels/*/messages", Fault::LostAfter).times(2);
//! let card = fake.channel("staff").until_message("Publish").await;
//! fake.user("tim").press(&card, "Publish").await;
//! assert_eq!(fake.channel("status").messages().len(), 1);
//! fake.cut_gateway();                              // the bot resumes
//! fake.advance(Duration::from_secs(15 * 60));      // tokens are dead now
//! fake.finish();                                   // no violation of Discord's own description
//! ```
//!
//! Where things are: `world` is the state, `routes` what requests do to it, `rules` what Discord
//! accepts, `interactions` and `person` what people do, `gateway`, `limits`, `faults`, `contract`
//! what their names say, `place` and `person` what tests read. Must not know anything of the bot's.
#![allow(
    dead_code,
    unused_imports,
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "each test takes what it needs; the fake lives in real time and may fail loudly"
)]

pub mod clock;
pub mod contract;
pub mod errors;
pub mod faults;
pub mod gateway;
mod guild;
pub mod http;
pub mod interactions;
pub mod limits;
mod mentions;
pub mod message;
mod multipart;
mod options;
pub mod permissions;
pub mod person;
pub mod place;
mod route_pattern;
mod routes;
mod rules;
pub mod schema;
mod setup;
pub mod wire;
pub mod world;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};

pub use self::{
    contract::Violation,
    faults::Fault,
    limits::Scope,
    message::{Happening, Message, Record},
    person::{Answer, AnswerKind, Person},
    place::Place,
    setup::Setup,
    world::{Id, World},
};

/// The longest that a test waits for something the bot should do.
const PATIENCE: Duration = Duration::from_secs(20);
const LOOKS_EVERY: Duration = Duration::from_millis(5);

/// The state, shared by the servers and the test.
pub struct Shared(Mutex<World>);

/// The state, locked.
pub fn lock(shared: &Shared) -> MutexGuard<'_, World> {
    shared.0.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks again and again until there is something to see; fails the test if there never is.
pub async fn until<T>(shared: &Shared, what: &str, look: impl Fn(&World) -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look(&lock(shared)) {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain for {what}");
        tokio::time::sleep(LOOKS_EVERY).await;
    }
}

/// A running fake; its servers end with it.
pub struct Fake {
    shared: Arc<Shared>,
    http_url: String,
    servers: [JoinHandle<()>; 2],
}

impl Fake {
    /// Starts with the usual people and places.
    pub async fn usual() -> Self {
        Self::start(Setup::usual()).await
    }

    /// Starts with what is set up.
    pub async fn start(setup: Setup) -> Self {
        let http = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let gateway = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let mut world = setup.into_world();
        let http_url = format!("http://{}", http.local_addr().expect("bound"));
        world.gateway.http_url.clone_from(&http_url);
        world.gateway.url = format!("ws://{}", gateway.local_addr().expect("bound"));
        let shared = Arc::new(Shared(Mutex::new(world)));
        let servers = [
            tokio::spawn(http::serve(http, Arc::clone(&shared))),
            tokio::spawn(gateway::serve(gateway, Arc::clone(&shared))),
        ];
        Self { shared, http_url, servers }
    }

    /// What stands for `https://discord.com`.
    pub fn http_url(&self) -> String {
        self.http_url.clone()
    }

    /// The bot's token.
    pub fn token(&self) -> String {
        self.with(|world| world.application.token.clone())
    }

    /// The guild's id.
    pub fn guild_id(&self) -> Id {
        self.with(|world| world.guild.id)
    }

    /// The application's id, which is also the bot's.
    pub fn application_id(&self) -> Id {
        self.with(|world| world.application.id)
    }

    /// A role's id.
    pub fn role(&self, name: &str) -> Id {
        let found = self.with(|world| {
            world.guild.roles.values().find(|role| role.name == name).map(|role| role.id)
        });
        found.unwrap_or_else(|| panic!("no role {name}"))
    }

    /// Reads or changes the state in one step.
    pub fn with<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        work(&mut lock(&self.shared))
    }

    /// A channel or thread by its name; the newest, if several have it.
    pub fn channel(&self, name: &str) -> Place {
        let found = self.with(|world| {
            let mut named = world.guild.channels.values().filter(|channel| channel.name == name);
            named.next_back().map(|channel| channel.id)
        });
        Place::new(&self.shared, found.unwrap_or_else(|| panic!("no channel {name}")))
    }

    /// The direct message between the bot and somebody.
    pub fn direct(&self, name: &str) -> Place {
        let user = self.user(name).id();
        Place::new(&self.shared, self.with(|world| world.direct_with(user)))
    }

    /// Somebody by name.
    pub fn user(&self, name: &str) -> Person {
        let found = self.with(|world| {
            let mut named = world.users.values().filter(|user| user.name == name);
            named.next().map(|user| user.id)
        });
        Person::new(&self.shared, found.unwrap_or_else(|| panic!("nobody called {name}")))
    }

    /// Everything that happened to messages, in order.
    pub fn history(&self) -> Vec<Record> {
        self.with(|world| world.history.clone())
    }

    /// The names of the registered commands, slash and context menu.
    pub fn commands(&self) -> Vec<String> {
        let name = |command: &world::Command| command.data["name"].as_str().map(str::to_owned);
        self.with(|world| world.commands.iter().filter_map(name).collect())
    }

    /// The scheduled events as they are.
    pub fn events(&self) -> Vec<Value> {
        self.with(|world| world.events.values().cloned().collect())
    }

    /// The presence the bot shows: the newest it set.
    pub fn presence(&self) -> Option<Value> {
        self.with(|world| world.gateway.presences.last().cloned())
    }

    /// Waits until `look` finds something.
    pub async fn until<T>(&self, what: &str, look: impl Fn(&World) -> Option<T>) -> T {
        until(&self.shared, what, look).await
    }

    /// Waits until a bot is connected and identified.
    pub async fn until_ready(&self) {
        let is_ready = |world: &World| world.gateway.is_connected().then_some(());
        self.until("a ready bot", is_ready).await;
    }

    /// Waits until a bot has begun or resumed its `number`th session and is connected: after a
    /// restart the old connection may not be known to be dead yet.
    pub async fn until_start(&self, number: usize) {
        let has_begun = |world: &World| {
            let gateway = &world.gateway;
            let starts = gateway.identifies.len() + gateway.resumes;
            (starts >= number && gateway.is_connected()).then_some(())
        };
        self.until(&format!("start {number} of the bot"), has_begun).await;
    }

    /// The requests of a route (`"POST /channels/*/messages"`), in order.
    pub fn requests(&self, route: &str) -> Vec<world::Seen> {
        let pattern = route_pattern::Pattern::new(route);
        let is_it = |seen: &&world::Seen| pattern.fits(&seen.method, &seen.path);
        self.with(|world| world.requests.iter().filter(is_it).cloned().collect())
    }

    /// How long the bot took for each interaction that it answered, in order.
    pub fn answer_times(&self) -> Vec<Duration> {
        self.with(|world| world.interactions.values().filter_map(|one| one.took()).collect())
    }

    /// Interactions that were not answered in time.
    pub fn unanswered(&self) -> usize {
        self.with(|world| {
            let now = world.clock.now();
            let is_over = |one: &&interactions::Interaction| {
                let waited = now - one.asked_at;
                one.answered.is_none() && waited > clock::delta(interactions::ANSWER_WITHIN)
            };
            world.interactions.values().filter(is_over).count()
        })
    }

    /// Lets somebody new join, with an account made this moment.
    pub fn join(&self, name: &str) -> Person {
        Person::new(&self.shared, self.with(|world| world.join(name)))
    }

    /// Lets the fake's time pass.
    pub fn advance(&self, span: Duration) {
        self.with(|world| world.clock.advance(span));
    }

    /// Orders a fault: once, unless told [`Ordered::times`].
    pub fn fail(&self, route: &str, fault: Fault) -> Ordered<'_> {
        let order = self.with(|world| world.faults.order(route, fault));
        Ordered { fake: self, order }
    }

    /// Lifts every rate limit.
    pub fn lift_limits(&self) {
        self.with(|world| world.limits.off());
    }

    /// Cuts the gateway's connections as a broken network does.
    pub fn cut_gateway(&self) {
        self.with(|world| world.gateway.cut());
    }

    /// Refuses gateway connections for so long, and cuts those that are.
    pub fn refuse_gateway(&self, span: Duration) {
        self.with(|world| {
            world.gateway.refuses_until = Some(world.clock.now() + clock::delta(span));
            world.gateway.cut();
        });
    }

    /// Puts the bot out of the guild.
    pub fn kick_bot(&self) {
        self.with(World::kick_bot);
    }

    /// Takes the bot in again, with the permissions it had.
    pub fn invite_bot(&self) {
        self.with(World::invite_bot);
    }

    /// Gives the bot's own role permissions.
    pub fn give_to_bot(&self, permissions: u64) {
        self.with(|world| world.give_permissions("Bellwether", permissions));
    }

    /// Takes permissions from every role the bot has, and from everybody's.
    pub fn take_from_bot(&self, permissions: u64) {
        self.with(|world| {
            let bot = world.bot;
            world.take_permissions(bot, permissions);
        });
    }

    /// What does not agree with Discord's own description, or was sent in vain.
    pub fn violations(&self) -> Vec<Violation> {
        self.with(|world| world.contract.violations())
    }

    /// Ends the test: no request disagreed with Discord's description, and no answer of the fake's.
    pub fn finish(self) {
        let violations = self.violations();
        assert!(violations.is_empty(), "requests against the contract: {violations:#?}");
        let own = self.with(|world| world.contract.own_violations());
        assert!(own.is_empty(), "the fake itself answers against the contract: {own:#?}");
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        for server in &self.servers {
            server.abort();
        }
    }
}

/// A fault that was ordered, to say when and how often.
pub struct Ordered<'f> {
    fake: &'f Fake,
    order: usize,
}

impl Ordered<'_> {
    /// Lets the first so many requests through.
    pub fn skip(self, requests: usize) -> Self {
        self.fake.with(|world| world.faults.skip(self.order, requests));
        self
    }

    /// Strikes so many times.
    pub fn times(self, times: usize) -> Self {
        self.fake.with(|world| world.faults.times(self.order, times));
        self
    }
}
