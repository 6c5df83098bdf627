//! `bellwether journal dump|verify|repair DIR` and `bellwether forget PERSON`: looking after a
//! journal while no bot runs on it. Must not: know how a journal is stored.

use std::{
    io::{self, BufWriter, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, Subcommand};

use crate::journal::{
    Journal, Options, inspect,
    repair::{self, Repaired},
};

/// `bellwether journal …`
#[derive(Debug, Args)]
pub struct JournalArgs {
    #[command(subcommand)]
    command: JournalCommand,
}

#[derive(Debug, Subcommand)]
enum JournalCommand {
    /// Print every entry as one line of JSON
    Dump {
        /// The journal's directory
        dir: PathBuf,
        /// Add what the personal tree still knows: accounts, addresses, words
        #[arg(long)]
        personal: bool,
    },
    /// Read everything and say what is amiss
    Verify {
        /// The journal's directory
        dir: PathBuf,
    },
    /// Rescue a damaged journal; the damaged one is kept beside it
    Repair {
        /// The journal's directory
        dir: PathBuf,
        /// Take what can be recovered, though acknowledged records are lost
        #[arg(long)]
        accept_loss: bool,
    },
}

/// `bellwether forget …`
#[derive(Debug, Args)]
pub struct ForgetArgs {
    /// The person's account ("discord:1234") or random id
    person: String,
    /// The journal's directory
    #[arg(long)]
    journal: PathBuf,
}

/// Runs `bellwether journal …`.
pub fn run(args: &JournalArgs) -> ExitCode {
    match &args.command {
        JournalCommand::Dump { dir, personal } => {
            let mut out = BufWriter::new(io::stdout().lock());
            end(inspect::dump(dir, &options(), *personal, &mut out).map(|_| true))
        }
        JournalCommand::Verify { dir } => end(inspect::verify(dir, &options()).map(|found| {
            say(&found.to_string());
            found.is_good()
        })),
        JournalCommand::Repair { dir, accept_loss } => {
            end(repair::repair(dir, &options(), *accept_loss).map(|repaired| {
                say(&told(&repaired));
                repaired.verified.is_good()
            }))
        }
    }
}

/// Runs `bellwether forget …`: forgets, and writes the store afresh, so that nothing of it is left in
/// the journal's files.
pub fn forget(args: &ForgetArgs) -> ExitCode {
    let forgotten = Journal::open(&args.journal, Options::looking())
        .map_err(anyhow::Error::from)
        .and_then(|journal| Ok(journal.forget(&args.person)?))
        .and_then(|forgotten| {
            repair::rewrite(&args.journal, &options())?;
            Ok(forgotten)
        });
    end(forgotten.map(|forgotten| {
        say(&match (forgotten.accounts, forgotten.reports) {
            (0, 0) => format!(
                "nothing is known of {:?}; accounts are SOURCE:NAME, such as tickets:anna",
                args.person
            ),
            (accounts, reports) => format!("forgotten: accounts {accounts}, reports {reports}"),
        });
        forgotten.accounts + forgotten.reports > 0
    }))
}

/// What a repair makes keeps no reserve: the bot makes its own when it starts.
fn options() -> Options {
    Options { reserve_bytes: 0, ..Options::default() }
}

fn told(repaired: &Repaired) -> String {
    let mut text = repaired.verified.to_string();
    if repaired.lost > 0 {
        text.push_str(&format!("\nlost: {} acknowledged records", repaired.lost));
    }
    match &repaired.damaged_kept_at {
        Some(kept) => {
            text.push_str(&format!("\nthe damaged journal is kept at {}", kept.display()))
        }
        None => text.push_str("\nnothing was changed"),
    }
    text
}

fn say(text: &str) {
    // Whoever reads may have closed the pipe; there is nobody else to tell.
    let _ = writeln!(io::stdout(), "{text}");
}

/// Success for `true`, 1 for `false`, 2 with the whole story for an error.
fn end<E: Into<anyhow::Error>>(result: Result<bool, E>) -> ExitCode {
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            let _ = writeln!(io::stderr(), "bellwether: {:#}", error.into());
            ExitCode::from(2)
        }
    }
}
