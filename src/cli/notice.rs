//! `bellwether notice < letter`: hands a provider's letter or calendar to a running bot.
//!
//! Made for a mail server that pipes what comes from a provider into a command, as well as for a
//! person. Exit status 75 asks such a server to keep the letter and try again.

use std::{io::Read, path::PathBuf, process::ExitCode};

use anyhow::{Context, bail};
use chrono_tz::Tz;
use serde::Deserialize;

use crate::{
    clock::Clock,
    domain::Notice,
    intake::notice::NOTICE_BYTES_MAX,
    render::{Facts, NoticeWords, Words},
};

use super::reach::{Handed, Reach};

/// Flags of `notice`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    reach: Reach,
    /// Whose it is, by the component's id, where the sender's address does not tell.
    #[arg(long)]
    provider: Option<String>,
    /// The letter or calendar; standard input, unless told.
    file: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Answered {
    notices: Vec<Taken>,
    left_out: usize,
}

#[derive(Deserialize)]
struct Taken {
    notice: Notice,
}

/// Prints what the bot read out of it.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let letter = letter(args.file.as_deref())?;
    let query: Vec<(&str, &str)> =
        args.provider.iter().map(|provider| ("provider", provider.as_str())).collect();
    let body = match args.reach.hand_over("/api/v1/notices", &query, letter).await? {
        Handed::Answered(body) => body,
        Handed::Later(code) => return Ok(code),
    };
    let answer: Answered = serde_json::from_slice(&body).context("the bot answers otherwise")?;
    print(&answer);
    Ok(ExitCode::SUCCESS)
}

fn letter(file: Option<&std::path::Path>) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let bytes_max = NOTICE_BYTES_MAX as u64 + 1;
    match file {
        Some(path) => {
            let file = std::fs::File::open(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            file.take(bytes_max).read_to_end(&mut bytes)?;
        }
        None => {
            std::io::stdin().lock().take(bytes_max).read_to_end(&mut bytes)?;
        }
    }
    if bytes.len() > NOTICE_BYTES_MAX {
        bail!("the letter is longer than {NOTICE_BYTES_MAX} bytes");
    }
    Ok(bytes)
}

fn print(answer: &Answered) {
    let words = Words::built_in();
    let said = NoticeWords {
        words: &words,
        language: "en",
        timezone: Tz::UTC,
        now: Clock::system().now(),
    };
    for Taken { notice } in &answer.notices {
        let facts = Facts::new()
            .text("provider", notice.provider.clone())
            .text("id", notice.id.clone())
            .text("title", said.title(notice))
            .text("objects", notice.objects.join(", "));
        println!("{}", words.say("en", "notice-read", &facts));
        for line in said.lines(notice, &notice.provider) {
            println!("  {line}");
        }
    }
    if answer.left_out > 0 {
        let facts = Facts::new().number("count", answer.left_out as f64);
        println!("{}", words.say("en", "notice-left-out", &facts));
    }
}
