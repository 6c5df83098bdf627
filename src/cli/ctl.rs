//! `bellwether ctl`: a staff command on a running bot, over its HTTP API.

use std::{path::Path, path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Context, anyhow, bail};
use serde::{Deserialize, Serialize};

/// Flags of `ctl`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where the bot listens.
    #[arg(long, env = "BELLWETHER_URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// A file that holds the token; else the environment variable BELLWETHER_TOKEN is read.
    #[arg(long, env = "BELLWETHER_TOKEN_FILE")]
    token_file: Option<PathBuf>,
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
    let token = token(args.token_file.as_deref())?;
    crate::broadcast::install_crypto();
    let client = reqwest::Client::builder().timeout(Duration::from_secs(30)).build()?;
    let url = format!("{}/api/v1/commands", args.url.trim_end_matches('/'));
    let response = client
        .post(&url)
        .bearer_auth(token)
        .json(&Asked { text: line(&args.words) })
        .send()
        .await
        .map_err(reqwest::Error::without_url)
        .with_context(|| format!("no bot answers at {} (another address: --url)", args.url))?;
    let status = response.status();
    if status == reqwest::StatusCode::UNAUTHORIZED {
        bail!("the bot at {} does not know this token", args.url);
    }
    let body = response.bytes().await.context("the answer broke off")?;
    let Ok(answer) = serde_json::from_slice::<Answered>(&body) else {
        bail!("{status}: {}", String::from_utf8_lossy(&body));
    };
    println!("{}", answer.text);
    Ok(if answer.ok { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The token to show: from a file, else from the environment.
pub(super) fn token(file: Option<&Path>) -> anyhow::Result<String> {
    let token = match file {
        Some(path) => std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?,
        None => std::env::var("BELLWETHER_TOKEN").map_err(|_| {
            anyhow!("set BELLWETHER_TOKEN or --token-file: staff commands need a token")
        })?,
    };
    Ok(token.trim().to_owned())
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
