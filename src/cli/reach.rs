//! How a command of the line reaches a running bot: where it listens, with which token.
//!
//! Must not: decide what a failure means; each command knows what its caller makes of it.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, anyhow};

/// Flags of every command that speaks with a running bot.
#[derive(Debug, clap::Args)]
pub struct Reach {
    /// Where the bot listens.
    #[arg(long, env = "BELLWETHER_URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// A file that holds the token; else the environment variable BELLWETHER_TOKEN is read.
    #[arg(long, env = "BELLWETHER_TOKEN_FILE")]
    token_file: Option<PathBuf>,
}

impl Reach {
    /// A request for `path`, with the token, that waits no longer than `within`.
    pub fn post(
        &self,
        path: &str,
        query: &[(&str, &str)],
        within: Duration,
    ) -> anyhow::Result<reqwest::RequestBuilder> {
        crate::broadcast::install_crypto();
        let token = self.token()?;
        let mut url = url::Url::parse(&format!("{}{path}", self.url.trim_end_matches('/')))
            .with_context(|| format!("{} is no URL", self.url))?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let client = reqwest::Client::builder().timeout(within).build()?;
        Ok(client.post(url).bearer_auth(token))
    }

    /// What is said of a request that got no answer.
    pub fn unanswered(&self, error: reqwest::Error) -> anyhow::Error {
        let said = format!("no bot answers at {} (another address: --url)", self.url);
        anyhow::Error::from(error.without_url()).context(said)
    }

    /// What is said of a token that the bot refuses.
    pub fn unknown_token(&self) -> anyhow::Error {
        anyhow!("the bot at {} does not know this token", self.url)
    }

    fn token(&self) -> anyhow::Result<String> {
        let token = match &self.token_file {
            Some(path) => std::fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?,
            None => std::env::var("BELLWETHER_TOKEN").map_err(|_| {
                anyhow!("set BELLWETHER_TOKEN or --token-file: the bot wants a token")
            })?,
        };
        Ok(token.trim().to_owned())
    }
}
