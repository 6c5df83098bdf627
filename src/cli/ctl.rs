//! `bellwether ctl`: a staff command on a running bot, over its HTTP API.

use std::{process::ExitCode, time::Duration};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use super::reach::Reach;

/// The longest that an answer may take.
const WITHIN: Duration = Duration::from_secs(30);

/// Flags of `ctl`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    reach: Reach,
    /// The command, as it would be typed in chat: `incident list`.
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

#[derive(Serialize)]
struct Asked {
    text: String,
}

#[derive(Deserialize)]
struct Answered {
    ok: bool,
    text: String,
}

/// Prints the answer; exit status 1 when the command was refused.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let request = args.reach.post("/api/v1/commands", &[], WITHIN)?;
    let sent = request.json(&Asked { text: line(&args.words) }).send().await;
    let response = sent.map_err(|error| args.reach.unanswered(error))?;
    let status = response.status();
    if status == reqwest::StatusCode::UNAUTHORIZED {
        return Err(args.reach.unknown_token());
    }
    let body = response.bytes().await.context("the answer broke off")?;
    let Ok(answer) = serde_json::from_slice::<Answered>(&body) else {
        bail!("{status}: {}", String::from_utf8_lossy(&body));
    };
    println!("{}", answer.text);
    Ok(if answer.ok { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The shell has taken the quotes off; words with a space in them get theirs back.
fn line(words: &[String]) -> String {
    if let [whole] = words {
        return whole.clone();
    }
    let quoted = words.iter().map(|word| {
        if word.is_empty() || word.chars().any(|c| c.is_whitespace() || c == '"') {
            format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
        } else {
            word.clone()
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}
