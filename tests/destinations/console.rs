//! The console's promises: plain where nobody watches, harmless everywhere.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use bellwether::{
    broadcast::{Console, Driver},
    event::{Receipt, Resolution, SendError},
};

use super::rows;

#[derive(Clone, Default)]
struct Screen(Arc<Mutex<Vec<u8>>>);

impl Screen {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("not poisoned").clone()).expect("UTF-8")
    }
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A terminal that is gone, or one that is stopped.
struct Broken {
    stops: bool,
}

impl Write for Broken {
    fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
        if self.stops {
            std::thread::sleep(std::time::Duration::from_secs(3));
        }
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn shown(is_terminal: bool, body: &str) -> String {
    let screen = Screen::default();
    let console = Console::new(Box::new(screen.clone()), is_terminal, rows::clock());
    let mut post = rows::post();
    post.body = body.to_owned();
    assert_eq!(console.send(rows::sending(&post)).await, Ok(Receipt::default()));
    screen.text()
}

#[tokio::test]
async fn a_pipe_gets_plain_lines_and_a_terminal_a_bold_name() {
    assert_eq!(shown(false, "One.\nTwo.\n").await, "d: One.\n    Two.\n");
    assert_eq!(shown(true, "One.").await, "\x1b[1md\x1b[0m: One.\n");
}

#[tokio::test]
async fn a_post_cannot_steer_the_terminal() {
    assert_eq!(shown(false, "a\x1b[2Jb\x07c\rd\u{9b}e").await, "d: a[2Jbcde\n");
}

#[tokio::test]
async fn a_terminal_that_is_gone_is_tried_again() {
    let console = Console::new(Box::new(Broken { stops: false }), true, rows::clock());
    let outcome = console.send(rows::sending(&rows::post())).await;
    assert!(matches!(outcome, Err(SendError::RetryAfter { after: None, .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_terminal_that_is_stopped_holds_nobody_up() {
    let console = Console::new(Box::new(Broken { stops: true }), true, rows::clock());
    let outcome = console.send(rows::sending(&rows::post())).await;
    assert!(matches!(outcome, Err(SendError::Unknown(_))), "{outcome:?}");
    assert_eq!(console.resolve(rows::sending(&rows::post())).await, Resolution::SendAgain);
}
