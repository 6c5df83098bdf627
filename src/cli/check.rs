//! `bellwether check`: every problem of a configuration at once, of its destinations, and of the
//! Discord server.

use std::{path::PathBuf, process::ExitCode};

use crate::{
    app::checks,
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
    /// Also ask every destination whether it can be used; nothing is posted.
    #[arg(long, conflicts_with = "without_secrets")]
    destinations: bool,
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
    let mut is_well = true;
    if args.discord {
        is_well &= look_at_discord(&config, &words).await;
    }
    if args.destinations {
        is_well &= ask_destinations(&config, &words).await;
    }
    if args.discord || args.destinations {
        return Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::from(1) });
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

/// Says which destinations can be used, a line each; whether all can.
async fn ask_destinations(config: &Config, words: &Words) -> bool {
    broadcast::install_crypto();
    let (language, clock) = (language(config), Clock::system());
    let (mut asked, mut amiss) = (Vec::new(), 0);
    for destination in &config.settings.destinations {
        match broadcast::build(destination, &config.secrets, &clock) {
            Ok(driver) => asked.push((destination.id.clone(), driver)),
            Err(error) => {
                amiss += 1;
                println!("✘ {error}");
            }
        }
    }
    let count = asked.len();
    for found in checks::ask_all(asked).await {
        let mark = if found.outcome.is_ok() { "✔" } else { "✘" };
        amiss += usize::from(found.outcome.is_err());
        println!("{mark} {}", found.words(words, language));
    }
    let (key, count) = match (amiss, count) {
        (0, 0) => ("destination-check-none", 0),
        (0, count) => ("destination-check-well", count),
        (amiss, _) => ("destination-check-amiss", amiss),
    };
    println!("{}", words.say(language, key, &Facts::new().number("count", count as f64)));
    amiss == 0
}

fn language(config: &Config) -> &str {
    config.languages.first().map_or("en", String::as_str)
}

/// Says how the Discord server stands, a line a thing; whether nothing is wrong.
pub(super) async fn look_at_discord(config: &Config, words: &Words) -> bool {
    let language = language(config);
    let Some(discord) = &config.discord else {
        eprintln!("{}", words.say(language, "discord-none", &Facts::new()));
        return false;
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
    amiss == 0
}
