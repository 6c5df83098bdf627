//! `bellwether replay`: recorded events through the real engine.

use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, stdin, stdout},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};

use crate::{
    app::replay::{Format, replay},
    broadcast,
    config::{self, SecretsWanted},
};

/// Flags of `replay`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The fleet the events are about.
    #[arg(long)]
    config: PathBuf,
    /// JSON lines, or `-` for standard input.
    events: PathBuf,
    /// How outputs are printed.
    #[arg(long, value_enum, default_value = "json")]
    format: Format,
}

/// Prints every output; exit status 1 when a line was skipped.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let config = match config::load(&args.config, &broadcast::specs(), SecretsWanted::Skip) {
        Ok(config) => config,
        Err(problems) => {
            for problem in &problems {
                eprintln!("{problem}");
            }
            bail!("{} problems in {}", problems.len(), args.config.display());
        }
    };
    let mut out = BufWriter::new(stdout().lock());
    let summary = match replay(&config, open(&args.events)?, args.format, &mut out) {
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

fn open(path: &Path) -> anyhow::Result<Box<dyn BufRead>> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(stdin().lock()));
    }
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    Ok(Box::new(BufReader::new(file)))
}
