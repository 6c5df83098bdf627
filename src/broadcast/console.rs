//! The `console` driver: writes a post to standard output.
//!
//! There is no key that would make a second send recognisable, and none is needed: a line that
//! stands twice on a screen does no harm, one that is missing does. Must not: let a post's text
//! steer the terminal.

use std::{
    io::{self, IsTerminal, Write},
    sync::{Arc, Mutex, PoisonError},
};

use chrono::TimeDelta;
use futures_util::future::BoxFuture;

use crate::{
    clock::Clock,
    config::{DriverSpec, Secrets},
    domain::{Destination, Limits, TextUnit},
    event::{Post, Receipt, Resolution, SendError},
};

use super::{BuildError, Driver, Registration, Sending};

/// One line of the registry.
pub(super) const REGISTRATION: Registration = Registration {
    spec: DriverSpec {
        kind: "console",
        options: &[],
        limits: Limits::of(10_000, TextUnit::Characters),
        account: None,
        abilities: DriverSpec::plain,
    },
    build,
};

/// How long a terminal may take to accept a post.
const WRITE_TIMEOUT_S: i64 = 10;

/// Writes posts to a terminal, a pipe or a test's buffer.
pub struct Console {
    writer: Arc<Mutex<Box<dyn Write + Send>>>,
    is_terminal: bool,
    clock: Clock,
}

impl Console {
    /// Writes to `writer`; in bold where `is_terminal`, plainly elsewhere.
    pub fn new(writer: Box<dyn Write + Send>, is_terminal: bool, clock: Clock) -> Self {
        Self { writer: Arc::new(Mutex::new(writer)), is_terminal, clock }
    }

    /// Writes off the runtime's threads: a terminal that is stopped (Ctrl-S) delays nobody else.
    async fn write(&self, text: String) -> Result<Receipt, SendError> {
        let writer = Arc::clone(&self.writer);
        let write = tokio::task::spawn_blocking(move || {
            let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
            writer.write_all(text.as_bytes()).and_then(|()| writer.flush())
        });
        match self.clock.timeout(TimeDelta::seconds(WRITE_TIMEOUT_S), write).await {
            Ok(Ok(Ok(()))) => Ok(Receipt::default()),
            Ok(Ok(Err(error))) => {
                let reason = format!("cannot write to the console: {}", error.kind());
                Err(SendError::RetryAfter { after: None, reason })
            }
            Ok(Err(_)) => Err(SendError::Unknown("writing to the console broke off".to_owned())),
            Err(_) => Err(SendError::Unknown("the console does not take it".to_owned())),
        }
    }
}

impl Driver for Console {
    fn send<'a>(&'a self, sending: Sending<'a>) -> BoxFuture<'a, Result<Receipt, SendError>> {
        Box::pin(self.write(lay_out(sending.post, self.is_terminal)))
    }

    fn resolve<'a>(&'a self, _sending: Sending<'a>) -> BoxFuture<'a, Resolution> {
        Box::pin(std::future::ready(Resolution::SendAgain))
    }
}

fn build(
    _destination: &Destination,
    _secrets: &Secrets,
    clock: &Clock,
) -> Result<Arc<dyn Driver>, BuildError> {
    let stdout = io::stdout();
    let is_terminal = stdout.is_terminal();
    Ok(Arc::new(Console::new(Box::new(stdout), is_terminal, clock.clone())))
}

/// The destination's name, then the words; further lines are set in, so that it is plain where a
/// post ends.
fn lay_out(post: &Post, is_terminal: bool) -> String {
    let (bold, normal) = if is_terminal { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
    let body: String =
        post.body.chars().filter(|sign| *sign == '\n' || !sign.is_control()).collect();
    let body = body.trim_end().replace('\n', "\n    ");
    format!("{bold}{}{normal}: {body}\n", post.destination)
}
