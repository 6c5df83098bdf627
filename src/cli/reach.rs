//! How a command of the line reaches a running bot: where it listens, with which token.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Context, anyhow, ensure};

/// `EX_TEMPFAIL` of sysexits: a mail server that pipes letters in keeps such a one and tries again.
const TRY_AGAIN: u8 = 75;
/// The longest that the answer to a letter may take.
const LETTER_WITHIN: Duration = Duration::from_secs(60);

/// What came of a letter.
pub enum Handed {
    /// The bot took it, and answers.
    Answered(Vec<u8>),
    /// It may be taken later: why was said, and this asks for it.
    Later(ExitCode),
}

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

    /// Hands a letter over that a mail server may have piped in: it must not be lost because a bot is
    /// being started, a token changed, or a door too narrow.
    pub async fn hand_over(
        &self,
        path: &str,
        query: &[(&str, &str)],
        letter: Vec<u8>,
    ) -> anyhow::Result<Handed> {
        let asked = async {
            let request = self.post(path, query, LETTER_WITHIN)?;
            let sent = request.header("content-type", "message/rfc822").body(letter).send().await;
            let response = sent.map_err(|error| self.unanswered(error))?;
            let status = response.status();
            let body = response.bytes().await.context("the answer broke off")?;
            anyhow::Ok((status, body))
        };
        let (status, body) = match asked.await {
            Ok(answered) => answered,
            Err(error) => return Ok(later(&format!("{error:#}"))),
        };
        let said = || format!("{status}: {}", String::from_utf8_lossy(&body));
        let may_pass = [401, 403, 408, 413, 429].contains(&status.as_u16());
        if status.is_server_error() || may_pass {
            return Ok(later(&said()));
        }
        ensure!(status.is_success(), "{}", said());
        Ok(Handed::Answered(body.to_vec()))
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

fn later(why: &str) -> Handed {
    eprintln!("bellwether: {why}");
    Handed::Later(ExitCode::from(TRY_AGAIN))
}
