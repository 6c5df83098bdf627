//! `bellwether explain`: the table of evidence and hypotheses at a moment.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;

use crate::{
    app::{
        explain,
        replay::{self, Format},
    },
    domain::Timestamp,
    engine::Engine,
    journal::{Journal, Options},
    render::Words,
};

use super::events;

/// Flags of `explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A stopped bot's data directory, or recorded events as for `replay`.
    from: PathBuf,
    /// The fleet the events are about; a journal holds its own.
    #[arg(long)]
    config: Option<PathBuf>,
    /// The moment ("2026-03-02T19:20:00Z", or "2026-03-02 14:20" in the fleet's time zone); the last
    /// one when not given.
    #[arg(long)]
    at: Option<String>,
    /// How it is printed.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Prints what stood and what was weighed.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (engine, at) = if args.from.is_dir() { from_journal(args)? } else { from_events(args)? };
    let explained = engine.explain(at);
    match args.format {
        Format::Json => events::print(&serde_json::to_string(&explained)?)?,
        Format::Text => {
            let settings = engine.settings();
            let words = Words::with(&settings.words).unwrap_or_else(|_| Words::built_in());
            events::print(&explain::told(&words, "en", &settings.fleet, &explained))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn from_journal(args: &Args) -> anyhow::Result<(Engine, Timestamp)> {
    let dir = &args.from;
    // Opening an empty folder would make a journal in it.
    let is_empty = std::fs::read_dir(dir).is_ok_and(|mut names| names.next().is_none());
    if is_empty {
        bail!("{} holds no journal", dir.display());
    }
    let journal = Journal::open(dir, Options::default())
        .with_context(|| format!("cannot open {}", dir.display()))?;
    let zone = match &args.config {
        Some(config) => events::fleet(config)?.settings.fleet.timezone,
        None => Tz::UTC,
    };
    let at = args.at.as_deref().map(|text| moment(text, zone)).transpose()?;
    Ok(explain::reach(&journal, at)?)
}

fn from_events(args: &Args) -> anyhow::Result<(Engine, Timestamp)> {
    let Some(config) = &args.config else {
        bail!("recorded events need the fleet they are about: --config");
    };
    let config = events::fleet(config)?;
    let zone = config.settings.fleet.timezone;
    let at = args.at.as_deref().map(|text| moment(text, zone)).transpose()?;
    let reached = replay::reach(&config, events::open(&args.from)?, at)
        .with_context(|| format!("cannot run {}", args.from.display()))?;
    let Some(reached) = reached else {
        bail!("{} holds nothing from before that moment", shown(&args.from));
    };
    for skipped in &reached.skipped {
        eprintln!("{}:{}: {}", shown(&args.from), skipped.line, skipped.reason);
    }
    Ok((reached.engine, reached.at))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// RFC 3339, or a date and a time of day in `zone`.
fn moment(text: &str, zone: Tz) -> anyhow::Result<Timestamp> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(moment.with_timezone(&Utc));
    }
    let local = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let Some(local) = local else {
        bail!("--at: found `{text}`, expected \"2026-03-02T19:20:00Z\" or \"2026-03-02 14:20\"");
    };
    match local.and_local_timezone(zone).earliest() {
        Some(moment) => Ok(moment.with_timezone(&Utc)),
        None => bail!("--at: there was no {text} in {zone}, the clocks were set forward"),
    }
}
