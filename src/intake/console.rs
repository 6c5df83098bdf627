//! The terminal: staff type commands, or report a problem as a customer would.
//!
//! Every line is bounded; what cannot be read is said so and passed over. Must not: know the
//! grammar (the [`Door`] does). Start at [`run`].

use std::{io, sync::Arc};

use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt},
    sync::watch,
};

use crate::{
    clock::Clock,
    domain::Role,
    journal::{Private, Refused},
    render::{Facts, Words},
};

use super::{
    Answer, Door,
    filing::{self, Heard},
};

/// The longest line, in bytes.
pub const LINE_BYTES_MAX: usize = 16 * 1024;

/// Who sits at the terminal, and how to speak to them.
pub struct Console {
    /// Where lines go.
    pub door: Arc<dyn Door>,
    /// Reports happen now.
    pub clock: Clock,
    /// All words; others on a reload.
    pub words: watch::Receiver<Arc<Words>>,
    /// The language of the answers.
    pub language: String,
    /// The name in the journal.
    pub by: String,
    /// With what right.
    pub role: Role,
}

/// Reads lines until the input ends, carries each out and writes the answer.
///
/// `report DOMAIN what is wrong` files a report by the person `console`; anything else is a
/// command.
///
/// # Errors
///
/// Only when `input` or `output` fails.
pub async fn run(
    console: &Console,
    mut input: impl AsyncBufRead + Unpin,
    mut output: impl AsyncWrite + Unpin,
) -> io::Result<()> {
    while let Some(line) = read_line(&mut input).await? {
        let reply = match line {
            Line::Text(text) if text.trim().is_empty() => continue,
            Line::Text(text) => console.answer(text.trim()).await,
            Line::TooLong => {
                console.say("console-line-long", &Facts::new().number("max", LINE_BYTES_MAX as f64))
            }
            Line::Garbled => console.say("console-line-garbled", &Facts::new()),
        };
        output.write_all(reply.trim_end().as_bytes()).await?;
        output.write_all(b"\n").await?;
        output.flush().await?;
    }
    Ok(())
}

enum Line {
    Text(String),
    TooLong,
    Garbled,
}

impl Console {
    async fn answer(&self, line: &str) -> String {
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        if word == "report" {
            return self.report(rest.trim()).await;
        }
        match self.door.command(&self.by, self.role, line).await {
            Ok(Answer { text, .. }) => text,
            Err(refused) => self.not_taken(&refused),
        }
    }

    async fn report(&self, rest: &str) -> String {
        let Some((domain, words)) = rest.split_once(char::is_whitespace) else {
            return self.say("console-report-usage", &Facts::new());
        };
        let private = Private {
            account: Some("console".to_owned()),
            text: Some(words.trim().to_owned()),
            ..Private::default()
        };
        let heard = Heard {
            at: self.clock.now(),
            source: "console".to_owned(),
            confirmed: true,
            domain: Some(domain.to_owned()),
            language: None,
            private,
        };
        match self.door.submit(filing::offered(self.door.as_ref(), heard)).await {
            Ok(accepted) => {
                let report = accepted.report.map(|id| id.to_string()).unwrap_or_default();
                self.say("console-report-taken", &Facts::new().text("report", report))
            }
            Err(Refused::Duplicate(_)) => self.say("console-report-again", &Facts::new()),
            Err(refused) => self.not_taken(&refused),
        }
    }

    fn not_taken(&self, refused: &Refused) -> String {
        self.say("console-not-taken", &Facts::new().text("reason", refused.to_string()))
    }

    fn say(&self, key: &str, facts: &Facts) -> String {
        self.words.borrow().say(&self.language, key, facts)
    }
}

/// The next line without its end; `None` when the input has ended. An overlong one is read past
/// without being kept.
async fn read_line(input: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    let mut length = 0;
    loop {
        let chunk = input.fill_buf().await?;
        if chunk.is_empty() && length == 0 {
            return Ok(None);
        }
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let taken = &chunk[..end.unwrap_or(chunk.len())];
        let (taken_length, is_over) = (taken.len(), end.is_some() || chunk.is_empty());
        if length + taken_length <= LINE_BYTES_MAX {
            line.extend_from_slice(taken);
        }
        length += taken_length;
        input.consume(taken_length + usize::from(end.is_some()));
        if is_over {
            break;
        }
    }
    if length > LINE_BYTES_MAX {
        return Ok(Some(Line::TooLong));
    }
    Ok(Some(String::from_utf8(line).map_or(Line::Garbled, Line::Text)))
}
