//! A provider's notice in words, alike for staff's rooms and the command line.
//!
//! What a provider wrote is made harmless here once more. Must not: say what it touches of ours.

use chrono_tz::Tz;

use crate::domain::{Notice, NoticeStatus, NoticeWindow, Timestamp};

use super::{Facts, Words, list, near_time, neutralise};

/// How much of a title is shown, in characters.
const TITLE_LENGTH_MAX: usize = 200;

/// Says notices in one language and zone.
#[derive(Clone, Copy, Debug)]
pub struct NoticeWords<'a> {
    /// All words.
    pub words: &'a Words,
    /// The language.
    pub language: &'a str,
    /// The reader's zone; UTC is told beside it.
    pub timezone: Tz,
    /// When it is said.
    pub now: Timestamp,
}

impl NoticeWords<'_> {
    /// The provider's own words for it.
    pub fn title(&self, notice: &Notice) -> String {
        neutralise(&notice.title, TITLE_LENGTH_MAX)
    }

    /// "confirmed".
    pub fn standing(&self, status: NoticeStatus) -> String {
        self.say("notice-standing", Facts::new().text("status", status.word()))
    }

    /// "22:00 EDT to 23:00 EDT (25 April, 02:00 UTC to 03:00 UTC)".
    pub fn window(&self, window: Option<NoticeWindow>) -> String {
        let Some(window) = window else { return self.say("notice-window-none", Facts::new()) };
        let utc = if self.timezone == Tz::UTC {
            String::new()
        } else {
            let key = window.ends_at.map_or("notice-window-open-utc", |_| "notice-window-utc");
            self.say(key, self.span(window, Tz::UTC))
        };
        let key = window.ends_at.map_or("notice-window-open", |_| "notice-window");
        self.say(key, self.span(window, self.timezone).text("utc", utc))
    }

    /// What it is, how far, when, with what effect, and what of that is not certain: a line each.
    pub fn lines(&self, notice: &Notice, provider: &str) -> Vec<String> {
        let standing = Facts::new().text("standing", self.standing(notice.status));
        let when = Facts::new().text("window", self.window(notice.window));
        let mut lines = vec![self.say("notice-is", standing), self.say("notice-when", when)];
        lines.extend(self.doubts(notice, provider));
        lines
    }

    /// The effect, what was taken for granted and what could not be read: a line each.
    pub fn doubts(&self, notice: &Notice, provider: &str) -> Vec<String> {
        let mut lines =
            vec![self.say("notice-impact", Facts::new().text("impact", notice.impact.word()))];
        let assumed: Vec<String> = notice
            .assumed
            .iter()
            .map(|one| self.say("notice-assumed-what", Facts::new().text("what", one.word())))
            .collect();
        let unread: Vec<String> = notice
            .unread
            .iter()
            .map(|one| self.say("notice-unread-what", Facts::new().text("what", one.word())))
            .collect();
        for (key, items) in [("notice-assumed", assumed), ("notice-unread", unread)] {
            if !items.is_empty() {
                let facts = Facts::new()
                    .text("list", list(self.words, self.language, &items))
                    .text("provider", provider);
                lines.push(self.say(key, facts));
            }
        }
        lines
    }

    fn span(&self, window: NoticeWindow, timezone: Tz) -> Facts {
        let near = |at, now| near_time(self.words, self.language, at, now, timezone);
        let facts = Facts::new().text("from", near(window.starts_at, self.now));
        match window.ends_at {
            Some(end) => facts.text("until", near(end, window.starts_at)),
            None => facts,
        }
    }

    fn say(&self, key: &str, facts: Facts) -> String {
        self.words.say(self.language, key, &facts)
    }
}
