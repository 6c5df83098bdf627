//! `bellwether check`: every problem of a configuration at once.

use std::{path::PathBuf, process::ExitCode};

use crate::{
    broadcast,
    config::{self, SecretsWanted},
    render::Words,
};

/// Flags of `check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The configuration file.
    #[arg(default_value = "bellwether.toml")]
    config: PathBuf,
    /// Do not ask for the secrets that the file refers to.
    #[arg(long)]
    without_secrets: bool,
}

/// Prints what was found; exit status 1 when something is wrong.
pub fn run(args: &Args) -> ExitCode {
    let secrets = if args.without_secrets { SecretsWanted::Skip } else { SecretsWanted::Resolve };
    match config::load(&args.config, &broadcast::specs(), secrets) {
        Err(problems) => {
            for problem in &problems {
                eprintln!("{problem}");
            }
            eprintln!("{}", super::problems_in(problems.len(), &args.config));
            ExitCode::from(1)
        }
        Ok(config) => match Words::with(&config.settings.words) {
            Err(problems) => {
                for problem in &problems {
                    eprintln!("{problem}");
                }
                ExitCode::from(1)
            }
            Ok(_) => {
                let settings = &config.settings;
                println!(
                    "{}: {} servers, {} components, {} domains, {} probes, {} destinations: no problem found",
                    args.config.display(),
                    settings.fleet.servers.len(),
                    settings.fleet.components.len(),
                    settings.fleet.domains.len(),
                    settings.fleet.probes.len(),
                    settings.destinations.len(),
                );
                ExitCode::SUCCESS
            }
        },
    }
}
