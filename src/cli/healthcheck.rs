//! `bellwether healthcheck`: for containers that have no shell and no curl.

use std::{process::ExitCode, time::Duration};

/// Flags of `healthcheck`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What is asked.
    #[arg(default_value = "http://127.0.0.1:8080/readyz")]
    url: String,
}

/// Exit status 0 when the bot answers with success within five seconds.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    crate::broadcast::install_crypto();
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build()?;
    let response = client.get(&args.url).send().await.map_err(reqwest::Error::without_url)?;
    let status = response.status();
    println!("{status}");
    Ok(if status.is_success() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
