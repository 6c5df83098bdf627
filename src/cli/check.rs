//! `bellwether check`: every problem of a configuration at once, and of the Discord server.

use std::{path::PathBuf, process::ExitCode};

use crate::{
    broadcast::{
        self,
        discord::check::{self, Standing},
    },
    clock::Clock,
    config::{self, Config, SecretsWanted},
    render::{Facts, Words},
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
    /// Also ask Discord whether the bot can do there what the file wants; nothing is sent.
    #[arg(long, conflicts_with = "without_secrets")]
    discord: bool,
}

/// Prints what was found; exit status 1 when something is wrong.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let secrets = if args.without_secrets { SecretsWanted::Skip } else { SecretsWanted::Resolve };
    let config = match config::load(&args.config, &broadcast::specs(), secrets) {
        Ok(config) => config,
        Err(problems) => {
            for problem in &problems {
                eprintln!("{problem}");
            }
            eprintln!("{}", super::problems_in(problems.len(), &args.config));
            return Ok(ExitCode::from(1));
        }
    };
    let words = match Words::with(&config.settings.words) {
        Ok(words) => words,
        Err(problems) => {
            for problem in &problems {
                eprintln!("{problem}");
            }
            return Ok(ExitCode::from(1));
        }
    };
    if args.discord {
        return Ok(look_at_discord(&config, &words).await);
    }
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
    Ok(ExitCode::SUCCESS)
}

/// Says how the Discord server stands, a line a thing.
async fn look_at_discord(config: &Config, words: &Words) -> ExitCode {
    let language = config.languages.first().map_or("en", String::as_str);
    let Some(discord) = &config.discord else {
        eprintln!("{}", words.say(language, "discord-none", &Facts::new()));
        return ExitCode::from(1);
    };
    let (destinations, clock) = (&config.settings.destinations, Clock::system());
    let findings = check::run(discord, destinations, words, language, &clock).await;
    for finding in &findings {
        let mark = match finding.standing {
            Standing::Good => "✓",
            Standing::Doubtful => "?",
            Standing::Wrong => "✗",
        };
        println!("{mark} {}", finding.text.replace('\n', "\n  "));
    }
    let amiss = findings.iter().filter(|finding| finding.standing == Standing::Wrong).count();
    let (key, count) = match amiss {
        0 => ("discord-check-well", findings.len()),
        amiss => ("discord-check-amiss", amiss),
    };
    println!("{}", words.say(language, key, &Facts::new().number("count", count)));
    if amiss == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
