//! The command line: each command is one file; this one only says which there are.
//!
//! Exit status: 0 done, 1 something was found wrong (a configuration with problems, skipped lines,
//! a refused command), 2 the command line itself is wrong,
//! 75 (`bounce` alone) come again later.

mod bounce;
mod check;
mod ctl;
mod demo;
mod events;
mod explain;
mod fleet;
mod healthcheck;
mod journal;
mod notice;
mod post_mortem;
mod reach;
mod replay;
mod serve;
mod simulate;

use std::{future::Future, io::IsTerminal, path::Path, process::ExitCode};

use clap::{Parser, Subcommand};

/// Does the talking during outages: watches, groups, tells staff, publishes what they approve.
#[derive(Debug, Parser)]
#[command(name = "bellwether", version, about)]
struct Flags {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the bot (the default).
    Serve(serve::Args),
    /// Show the long day, live, without any account: real probes against a faulty switch.
    Demo(demo::Args),
    /// Run recorded events through the engine and print what it decides.
    Replay(replay::Args),
    /// Show the evidence and the hypotheses at a moment, from a journal or recorded events.
    Explain(explain::Args),
    /// Look at the fleet itself.
    Fleet(fleet::FleetArgs),
    /// Make up a fleet, its history and the truth about it, for measuring the detector.
    Simulate(simulate::Args),
    /// Read the configuration and report every problem at once.
    Check(check::Args),
    /// Look at, verify or repair a journal.
    Journal(journal::JournalArgs),
    /// Delete what is known of a person from a stopped bot's journal.
    Forget(journal::ForgetArgs),
    /// Run a staff command on a running bot: `bellwether ctl status`.
    Ctl(ctl::Args),
    /// Hand a provider's letter or calendar to a running bot: `bellwether notice < letter.eml`.
    ///
    /// The token needs the scope `notices`.
    Notice(notice::Args),
    /// Hand a letter that came back to a running bot: `bellwether bounce < letter.eml`.
    ///
    /// The token needs the scope `notices`.
    Bounce(bounce::Args),
    /// Print an incident's story from a stopped bot's journal, as Markdown.
    PostMortem(post_mortem::Args),
    /// Ask a running bot whether it is ready (for containers).
    Healthcheck(healthcheck::Args),
}

/// Reads the flags and runs one command.
pub fn main() -> ExitCode {
    match Flags::parse().command.unwrap_or_else(|| Command::Serve(serve::Args::default())) {
        Command::Serve(args) => in_runtime(serve::run(args)),
        Command::Demo(args) => in_runtime(demo::run(args)),
        Command::Replay(args) => told(replay::run(&args)),
        Command::Explain(args) => told(explain::run(&args)),
        Command::Fleet(args) => told(fleet::run(&args)),
        Command::Simulate(args) => told(simulate::run(&args)),
        Command::Check(args) => in_runtime(check::run(args)),
        Command::Journal(args) => journal::run(&args),
        Command::Forget(args) => journal::forget(&args),
        Command::Notice(args) => in_runtime(notice::run(args)),
        Command::Bounce(args) => in_runtime(bounce::run(args)),
        Command::Ctl(args) => in_runtime(ctl::run(args)),
        Command::PostMortem(args) => told(post_mortem::run(&args)),
        Command::Healthcheck(args) => in_runtime(healthcheck::run(args)),
    }
}

fn in_runtime(command: impl Future<Output = anyhow::Result<ExitCode>>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime {
        Ok(runtime) => {
            let code = told(runtime.block_on(command));
            // A thread may still wait for a line from the terminal; the process ends all the same.
            runtime.shutdown_background();
            code
        }
        Err(error) => told(Err(error.into())),
    }
}

/// An error becomes one readable line with its causes, and exit status 1.
fn told(result: anyhow::Result<ExitCode>) -> ExitCode {
    result.unwrap_or_else(|error| {
        eprintln!("bellwether: {error:#}");
        ExitCode::from(1)
    })
}

/// "1 problem in FILE", "3 problems in FILE".
fn problems_in(count: usize, path: &Path) -> String {
    let noun = if count == 1 { "problem" } else { "problems" };
    format!("{count} {noun} in {}", path.display())
}

/// These would log tokens of interactions and people's words when asked to say more.
const QUIET: [&str; 3] = ["serenity=warn", "tungstenite=warn", "tokio_tungstenite=warn"];

/// Sets up logging to standard error: `RUST_LOG` decides, `warn` unless told.
fn log_to_stderr(default: &str) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(default));
    let quiet = QUIET.iter().filter_map(|directive| directive.parse().ok());
    let filter = quiet.fold(filter, tracing_subscriber::EnvFilter::add_directive);
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .try_init();
}
