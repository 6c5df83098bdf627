//! `bellwether replay`: recorded events through the real engine.

use std::{
    io::{BufWriter, stdout},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context;

use crate::app::replay::{Format, replay};

use super::events;

/// Flags of `replay`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The fleet the events are about.
    #[arg(long)]
    config: PathBuf,
    /// JSON lines, plain or gzipped (`.gz`), or `-` for standard input.
    events: PathBuf,
    /// How outputs are printed.
    #[arg(long, value_enum, default_value = "json")]
    format: Format,
}

/// Prints every output; exit status 1 when a line was skipped.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let config = events::fleet(&args.config)?;
    let mut out = BufWriter::new(stdout().lock());
    let summary = match replay(&config, events::open(&args.events)?, args.format, &mut out) {
        // Somebody looked at the first lines only (`| head`).
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            return Ok(ExitCode::SUCCESS);
        }
        other => other.context("cannot run the events")?,
    };
    for skipped in &summary.skipped {
        eprintln!("{}:{}: {}", args.events.display(), skipped.line, skipped.reason);
    }
    Ok(if summary.rejected == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
