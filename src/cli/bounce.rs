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

/// `EX_TEMPFAIL` of sysexits.
const TRY_AGAIN: u8 = 75;

/// Flags of `bounce`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where the bot listens.
    #[arg(long, env = "BELLWETHER_URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// A file that holds the token, which needs the scope `notices`; else the environment variable
    /// BELLWETHER_TOKEN is read.
    #[arg(long, env = "BELLWETHER_TOKEN_FILE")]
    token_file: Option<PathBuf>,
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
    let token = super::ctl::token(args.token_file.as_deref())?;
    let letter = beginning(args.file.as_deref())?;
    crate::broadcast::install_crypto();
    let client = reqwest::Client::builder().timeout(Duration::from_secs(60)).build()?;
    let url = url::Url::parse(&format!("{}/api/v1/bounces", args.url.trim_end_matches('/')))
        .with_context(|| format!("{} is no URL", args.url))?;
    let sent = client
        .post(url)
        .bearer_auth(token)
        .header("content-type", "message/rfc822")
        .body(letter)
        .send()
        .await;
    let response = match sent {
        Ok(response) => response,
        Err(error) => {
            let error = error.without_url();
            eprintln!(
                "bellwether: no bot answers at {} (another address: --url): {error}",
                args.url
            );
            return Ok(ExitCode::from(TRY_AGAIN));
        }
    };
    let status = response.status();
    let Ok(body) = response.bytes().await else { return Ok(ExitCode::from(TRY_AGAIN)) };
    // A token that is being changed, or a door that is too narrow, will be mended: the letter must not
    // be lost meanwhile.
    let may_pass = [401, 403, 408, 413, 429].contains(&status.as_u16());
    if status.is_server_error() || may_pass {
        eprintln!("bellwether: {status}: {}", String::from_utf8_lossy(&body));
        return Ok(ExitCode::from(TRY_AGAIN));
    }
    if !status.is_success() {
        bail!("{status}: {}", String::from_utf8_lossy(&body));
    }
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
