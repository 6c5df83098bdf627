//! What the viewer sees: colours and a progress line on a terminal, plain lines when piped.

use std::{
    io::{IsTerminal, Write, stdout},
    sync::{Arc, Mutex, PoisonError},
};

use crate::{clock::Clock, domain::Timestamp};

use super::{script, sink::Arrival};

/// The longest line of a text that is shown, in characters, when the terminal does not say.
const WIDTH: usize = 96;

/// The viewer's terminal or pipe; cheap to clone, one line at a time.
#[derive(Clone)]
pub struct Screen {
    clock: Clock,
    /// From when to when the demo is expected to last.
    span: (Timestamp, Timestamp),
    is_terminal: bool,
    turn: Arc<Mutex<()>>,
}

#[derive(Clone, Copy)]
enum Colour {
    Dim = 2,
    Bold = 1,
    Yellow = 33,
    Cyan = 36,
    Green = 32,
    Magenta = 35,
}

impl Screen {
    /// Standard output.
    pub fn new(clock: Clock, span: (Timestamp, Timestamp)) -> Self {
        Self { clock, span, is_terminal: stdout().is_terminal(), turn: Arc::default() }
    }

    /// What happens in the world.
    pub fn narrate(&self, words: &str) {
        self.show(Colour::Dim, "", words);
    }

    /// What a customer says.
    pub fn customer(&self, person: &str, words: &str) {
        self.show(Colour::Yellow, &format!("customer {person}"), words);
    }

    /// What staff type.
    pub fn staff(&self, by: &str, words: &str) {
        self.show(Colour::Cyan, &format!("staff {by}"), &format!("> {words}"));
    }

    /// What the bot answers to a command.
    pub fn answer(&self, words: &str) {
        self.show(Colour::Dim, "bellwether", words);
    }

    /// What arrived at a destination.
    pub fn arrival(&self, arrival: &Arrival) {
        let to = match (&arrival.recipient, arrival.room.as_str()) {
            (Some(person), _) => format!("→ {person}"),
            (None, room) => format!("→ {room}"),
        };
        let colour = match arrival.room.as_str() {
            "staff-room" => Colour::Magenta,
            "helpdesk" => Colour::Yellow,
            _ => Colour::Green,
        };
        self.show(colour, &to, &arrival.text);
    }

    /// What the viewer is asked to do.
    pub fn ask(&self, words: &str) {
        self.show(Colour::Magenta, "for you", words);
    }

    /// What goes to the viewer's Discord server.
    pub fn discord(&self, words: &str) {
        self.show(Colour::Green, "→ discord", words);
    }

    /// A heading.
    pub fn heading(&self, words: &str) {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.clear_progress();
        println!("\n{}", self.paint(Colour::Bold, words));
    }

    /// Lines without a time.
    pub fn plain(&self, words: &str) {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.clear_progress();
        println!("{words}");
    }

    /// How far the day has come; only on a terminal.
    pub fn progress(&self, status: &str) {
        if !self.is_terminal {
            return;
        }
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let (start, end) = self.span;
        let share = (self.clock.now() - start).as_seconds_f64() / (end - start).as_seconds_f64();
        let done = (share.clamp(0.0, 1.0) * 24.0) as usize;
        let bar = format!("{}{}", "█".repeat(done), "░".repeat(24 - done));
        print!("\r\x1b[2K{} {bar} {status}", self.time());
        let _ = stdout().flush();
    }

    /// Takes the progress line away.
    fn clear_progress(&self) {
        if self.is_terminal {
            print!("\r\x1b[2K");
        }
    }

    fn show(&self, colour: Colour, who: &str, words: &str) {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.clear_progress();
        for (number, line) in wrap(words, WIDTH).iter().enumerate() {
            let head =
                if number == 0 { format!("{} {:<14}", self.time(), who) } else { " ".repeat(20) };
            println!("{} {}", self.paint(Colour::Dim, &head), self.paint(colour, line));
        }
        let _ = stdout().flush();
    }

    fn time(&self) -> String {
        local(self.clock.now())
    }

    fn paint(&self, colour: Colour, text: &str) -> String {
        if self.is_terminal && !text.is_empty() {
            format!("\x1b[{}m{text}\x1b[0m", colour as u8)
        } else {
            text.to_owned()
        }
    }
}

fn local(moment: Timestamp) -> String {
    moment.with_timezone(&script::ZONE).format("%H:%M").to_string()
}

/// Breaks at spaces; keeps the text's own lines.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    if lines.is_empty() { vec![String::new()] } else { lines }
}
