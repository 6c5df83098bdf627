//! `bellwether bounce < letter`: hands a letter that came back to the sender to a running bot.
//!
//! Made for a mail server that pipes what comes for the sender's address into a command. Exit status
//! 75 asks such a server to keep the letter and try again.

use std::{
    io::{self, Read},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::{
    intake::bounce::BOUNCE_BYTES_MAX,
    render::{Facts, Words},
};

use super::reach::Reach;

/// `EX_TEMPFAIL` of sysexits.
const TRY_AGAIN: u8 = 75;

/// The longest that an answer may take.
const WITHIN: Duration = Duration::from_secs(60);

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
    let sent = async {
        let request = args.reach.post("/api/v1/bounces", &[], WITHIN)?;
        let sent = request.header("content-type", "message/rfc822").body(letter).send().await;
        sent.map_err(|error| args.reach.unanswered(error))
    };
    let response = match sent.await {
        Ok(response) => response,
        Err(error) => return Ok(try_again(&format!("{error:#}"))),
    };
    let status = response.status();
    let Ok(body) = response.bytes().await else { return Ok(try_again("the answer broke off")) };
    // A token that is being changed, or a door that is too narrow, will be mended: the letter must not
    // be lost meanwhile.
    let may_pass = [401, 403, 408, 413, 429].contains(&status.as_u16());
    if status.is_server_error() || may_pass {
        return Ok(try_again(&format!("{status}: {}", String::from_utf8_lossy(&body))));
    }
    if !status.is_success() {
        bail!("{status}: {}", String::from_utf8_lossy(&body));
    }
    let answer: Answered = serde_json::from_slice(&body).context("the bot answers otherwise")?;
    println!("{}", Words::built_in().say("en", key(&answer), &Facts::new()));
    Ok(ExitCode::SUCCESS)
}

/// Has the mail server keep the letter, and says why.
fn try_again(why: &str) -> ExitCode {
    eprintln!("bellwether: {why}");
    ExitCode::from(TRY_AGAIN)
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
