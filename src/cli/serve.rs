//! `bellwether serve`: the bot itself, until a signal.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{
    app::{App, Reloads, Stopped},
    broadcast,
    clock::Clock,
    config::{self, Config, SecretsWanted},
    domain::Role,
};

/// Flags of `serve`.
#[derive(Debug, Default, clap::Args)]
pub struct Args {
    /// The configuration file.
    #[arg(long, env = "BELLWETHER_CONFIG", default_value = "bellwether.toml")]
    config: PathBuf,
    /// Take staff commands from this terminal as well.
    #[arg(long)]
    console: bool,
}

/// Runs until SIGTERM or SIGINT; on SIGHUP reads its configuration again.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    super::log_to_stderr("info");
    let path = if args.config.as_os_str().is_empty() {
        PathBuf::from("bellwether.toml")
    } else {
        args.config
    };
    if !path.exists() {
        anyhow::bail!(
            "there is no {}: copy bellwether.example.toml there, or give --config FILE; `bellwether demo` needs none",
            path.display()
        );
    }
    let Some(config) = read(&path) else { return Ok(ExitCode::from(1)) };
    let mut stop = StopSignals::listen()?;
    let hangup = signal(SignalKind::hangup())?;
    let app = App::start(config, Clock::system()).await.context("the bot did not start")?;
    println!("bellwether listens on http://{}", app.address());
    if args.console {
        let console = app.console("console", Role::Admin);
        tokio::spawn(async move { console.listen().await });
    }
    tokio::spawn(reload_on(hangup, app.reloads()));
    tokio::select! {
        () = stop.any() => tracing::info!("stopping"),
        () = app.journal_failed() => tracing::error!("the journal has failed"),
    }
    match app.stop().await {
        Stopped::Cleanly => Ok(ExitCode::SUCCESS),
        Stopped::JournalFailed(why) => anyhow::bail!("the journal has failed: {why}"),
    }
}

/// Has the configuration read again at each signal; problems are logged where they are found.
async fn reload_on(mut hangup: Signal, reloads: Reloads) {
    while hangup.recv().await.is_some() {
        if let Ok(answer) = reloads.ask("SIGHUP").await {
            tracing::info!("{}", answer.text);
        }
    }
}

/// The configuration, or `None` with every problem printed.
pub(super) fn read(path: &Path) -> Option<Config> {
    match config::load(path, &broadcast::specs(), SecretsWanted::Resolve) {
        Ok(config) => Some(config),
        Err(problems) => {
            for problem in &problems {
                eprintln!("{problem}");
            }
            eprintln!("bellwether: {}", super::problems_in(problems.len(), path));
            None
        }
    }
}

/// SIGTERM and SIGINT.
pub(super) struct StopSignals {
    term: Signal,
    int: Signal,
}

impl StopSignals {
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self { term: signal(SignalKind::terminate())?, int: signal(SignalKind::interrupt())? })
    }

    pub(super) async fn any(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.int.recv() => {}
        }
    }
}
