//! `demo --discord FILE`: the viewer's own Discord server, as a small file describes it.
//!
//! The file holds `[discord]` and `[[destination]]` of kind `discord`, as `serve` reads them; all
//! else is the demo's. Must not: send anything before everything is as it must be, or let the story
//! reach anybody beyond that server.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};

use crate::{
    cli::check,
    config::Config,
    domain::{Audience, DestinationId},
    event::PostAction,
    outbox::{DeliveryState, Outbox},
    render::Words,
};

/// The longest file that is read.
const BYTES_MAX: u64 = 1 << 20;
/// The one destination that the demo brings along.
const HELPDESK: &str = "helpdesk";
/// The kind of the destinations in the file.
const KIND: &str = "discord";
/// What the file may hold.
const SECTIONS: [&str; 2] = ["discord", "destination"];

/// The viewer's part of the configuration.
pub struct Server {
    path: PathBuf,
    /// As it stands in the file.
    pub text: String,
}

impl Server {
    /// Reads the file.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let name = path.display();
        let size = fs::metadata(path).with_context(|| format!("cannot read {name}"))?.len();
        ensure!(size <= BYTES_MAX, "{name} is too long for a configuration");
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
        // What is no TOML is told by the configuration's own reader, with its line.
        let table = text.parse::<toml::Table>().unwrap_or_default();
        if let Some(other) = table.keys().find(|key| !SECTIONS.contains(&key.as_str())) {
            bail!(
                "{name}: `{other}` is the demo's own: leave [discord] and [[destination]] alone in the file"
            );
        }
        Ok(Self { path: path.to_owned(), text })
    }

    /// What problems call the file.
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// The folder that relative paths in it are taken from.
    pub fn base(&self) -> &Path {
        self.path.parent().filter(|base| !base.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// Whether the story can be played there, and Discord agrees; says what is found.
    pub async fn is_ready(&self, config: &Config) -> anyhow::Result<bool> {
        let name = self.name();
        ensure!(config.discord.is_some(), "{name} has no [discord]");
        for destination in
            config.settings.destinations.iter().filter(|one| one.id.as_str() != HELPDESK)
        {
            let id = &destination.id;
            ensure!(
                destination.kind == KIND,
                "{name}: destination {id} is not of kind \"{KIND}\": the story would go there too"
            );
            ensure!(
                !destination.abilities.passes_on,
                "{name}: destination {id} would pass the story on to other servers: leave `crosspost` out"
            );
        }
        for (audience, what) in
            [(Audience::Staff, "the cards with their buttons"), (Audience::Public, "the updates")]
        {
            let mut destinations = config.settings.destinations.iter();
            ensure!(
                destinations.any(|one| one.audience == audience),
                "{name} names no destination with audience = \"{}\", where {what} go",
                audience.word()
            );
        }
        let words = Words::with(&config.settings.words)
            .map_err(|problems| anyhow::anyhow!("{} words cannot be used", problems.len()))?;
        Ok(check::look_at_discord(config, &words).await)
    }
}

/// What became of the posts to Discord.
#[derive(Debug, Default)]
pub struct Standing {
    /// How many arrived.
    pub count: usize,
    /// Where they stand: by destination, and within it by channel or thread.
    pub places: Vec<(String, Place)>,
    /// What did not arrive, in words.
    pub missing: Vec<String>,
}

/// A channel or thread that posts stand in.
#[derive(Debug)]
pub struct Place {
    /// How many.
    pub count: usize,
    /// The link of the first.
    pub first: String,
}

impl Standing {
    fn note(&mut self, room: String, link: &str) {
        let channel = |link: &str| link.rsplit_once('/').map(|(channel, _)| channel.to_owned());
        let mut places = self.places.iter_mut();
        let known =
            places.find(|(one, place)| *one == room && channel(&place.first) == channel(link));
        match known {
            Some((_, place)) => place.count += 1,
            None => self.places.push((room, Place { count: 1, first: link.to_owned() })),
        }
    }
}

/// Looks through the outbox for what went to `rooms`.
pub fn standing(outbox: &Outbox, rooms: &BTreeSet<DestinationId>) -> Standing {
    let mut standing = Standing::default();
    let listing = outbox.listing();
    for delivery in listing.iter().filter(|one| rooms.contains(&one.post.destination)) {
        let room = delivery.post.destination.to_string();
        match &delivery.state {
            DeliveryState::Sent { link, .. } => {
                standing.count += 1;
                if let Some(link) =
                    link.as_ref().filter(|_| delivery.post.action == PostAction::Post)
                {
                    standing.note(room, link);
                }
            }
            DeliveryState::Superseded { .. } => {}
            DeliveryState::Due { .. }
            | DeliveryState::Sending { .. }
            | DeliveryState::Unknown { .. }
            | DeliveryState::Unresolved { .. }
            | DeliveryState::Failed { .. } => {
                standing.missing.push(format!("post {} did not reach {room}", delivery.post.id));
            }
        }
    }
    standing
}
