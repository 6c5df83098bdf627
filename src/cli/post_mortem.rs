//! `bellwether post-mortem`: an incident's story from the journal of a stopped bot.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, bail};

use crate::{
    app::recovery::{self, Recovered},
    domain::IncidentId,
    journal::{Journal, Options},
    render::reveal,
};

/// Flags of `post-mortem`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The bot's data directory.
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// The incident's number.
    incident: u64,
}

/// Prints Markdown.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let journal = Journal::open(&args.data, Options::looking())
        .with_context(|| format!("cannot open {}", args.data.display()))?;
    let recovered: Recovered = recovery::recover(&journal)?;
    let Some(story) = recovered.engine.timeline_markdown(IncidentId(args.incident)) else {
        bail!("there is no incident {}", args.incident);
    };
    let personal = journal.personal();
    println!("{}", reveal(&story, |hidden| personal.behind(hidden)));
    Ok(ExitCode::SUCCESS)
}
