//! `bellwether bounce < letter`: hands a letter that came back to the sender to a running bot.
//!
//! Made for a mail server that pipes what comes for the sender's address into a command. Exit status
//! 75 asks such a server to keep the letter and try again.

use std::{
    io::{self, Read},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use serde::Deserialize;

use crate::{
    intake::bounce::BOUNCE_BYTES_MAX,
    render::{Facts, Words},
};

use super::reach::{Handed, Reach};

/// Flags of `bounce`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    reach: Reach,
    /// The letter; standard input, unless told.
    file: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Answered {
    taken: bool,
    #[serde(default)]
    why: String,
}

/// Prints what came of it.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let letter = beginning(args.file.as_deref())?;
    let body = match args.reach.hand_over("/api/v1/bounces", &[], letter).await? {
        Handed::Answered(body) => body,
        Handed::Later(code) => return Ok(code),
    };
    let answer: Answered = serde_json::from_slice(&body).context("the bot answers otherwise")?;
    println!("{}", Words::built_in().say("en", key(&answer), &Facts::new()));
    Ok(ExitCode::SUCCESS)
}

/// As much of a letter as is of use. The rest is read all the same: a mail server takes a pipe that
/// breaks for a failure.
fn beginning(file: Option<&Path>) -> anyhow::Result<Vec<u8>> {
    let mut whole: Box<dyn Read> = match file {
        Some(path) => Box::new(
            std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?,
        ),
        None => Box::new(io::stdin().lock()),
    };
    let mut bytes = Vec::new();
    whole.by_ref().take(BOUNCE_BYTES_MAX as u64).read_to_end(&mut bytes)?;
    io::copy(&mut whole, &mut io::sink())?;
    Ok(bytes)
}

fn key(answer: &Answered) -> &'static str {
    match (answer.taken, answer.why.as_str()) {
        (true, _) => "bounce-taken",
        (false, "may_pass") => "bounce-may-pass",
        (false, "not_ours") => "bounce-not-ours",
        (false, _) => "bounce-no-report",
    }
}
