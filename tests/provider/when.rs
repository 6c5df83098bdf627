//! When something happens, in words: read where it can mean one thing, else left unread.

use bellwether::{
    domain::{Assumed, Notice, Unread},
    intake::notice,
};

use crate::{known, reading};

/// A letter of Friday 27 November 2026, 17:30 in New York.
fn letter(from: &str, words: &str) -> Notice {
    let known = known();
    let text = format!(
        "From: noc@{from}\nSubject: maintenance\nDate: Fri, 27 Nov 2026 17:30:00 -0500\n\n{words}\n"
    );
    notice::read(text.as_bytes(), &reading(&known, None)).unwrap().notices.remove(0)
}

fn window(notice: &Notice) -> String {
    let Some(window) = notice.window else { return "unread".to_owned() };
    let show = |at: bellwether::domain::Timestamp| at.format("%m-%d %H:%M").to_string();
    format!("{} to {}", show(window.starts_at), window.ends_at.map_or("?".to_owned(), show))
}

#[test]
fn one_meaning_is_read() {
    for (words, expected) in [
        ("28 November 2026, 22:00 to 23:30 UTC", "11-28 22:00 to 11-28 23:30"),
        ("November 28th, 2026 from 10:00 PM until 11:30 PM EST", "11-29 03:00 to 11-29 04:30"),
        ("2026-11-28T22:00Z, duration 90 minutes", "11-28 22:00 to 11-28 23:30"),
        ("2026-11-28T22:00+02:00 to 2026-11-28T23:00+02:00", "11-28 20:00 to 11-28 21:00"),
        ("on 28.11.2026 at 22:00 CET for 2 hours", "11-28 21:00 to 11-28 23:00"),
        ("on 28/11/2026 22:00-23:00 GMT", "11-28 22:00 to 11-28 23:00"),
        ("Nov 28, 2026 22:00 – Nov 29, 2026 02:00 (UTC)", "11-28 22:00 to 11-29 02:00"),
        ("on 11/28/2026 at 10 p.m. Pacific for 4h", "11-29 06:00 to 11-29 10:00"),
        (
            "Date: 28 November 2026\nStart time: 22:00 UTC\nEnd time: 23:00 UTC",
            "11-28 22:00 to 11-28 23:00",
        ),
        ("tonight at 10pm EST", "11-28 03:00 to ?"),
        (
            "tonight at 10pm EST\nWe work on November 27, 2026 from 22:00 EST to 22:30 EST.",
            "11-28 03:00 to 11-28 03:30",
        ),
        ("27 November, 22:00 EST\nOnce more: November 27, 2026, 22:00 EST", "11-28 03:00 to ?"),
        ("tomorrow from 22:00 to 02:00 America/New_York", "11-29 03:00 to 11-29 07:00"),
        (
            "28 Nov 2026, 22:00 UTC. It lasts 2 hours.\nOn Mon, 23 Nov 2026, at 09:00, we wrote:\n> 21:00 UTC",
            "11-28 22:00 to 11-29 00:00",
        ),
    ] {
        let notice = letter("elsewhere.example", words);
        assert_eq!(window(&notice), expected, "{words}: {notice:?}");
    }
}

#[test]
fn several_meanings_are_none() {
    for (words, unread) in [
        ("28 November 2026, 22:00 to 23:00", Unread::Zone),
        ("28 November 2026, 22:00 to 23:00 CST", Unread::Zone),
        ("on 04/05/2026 at 22:00 UTC", Unread::Start),
        ("on 28 or 29 November 2026 at 22:00 UTC", Unread::Start),
        ("on November 28 or 29, 2026 at 22:00 UTC", Unread::Start),
        ("28 November 2026 22:00 UTC, downtime of 10 minutes", Unread::End),
        ("28 November 2026: 22:00 UTC, 23:00 UTC and 01:00 UTC", Unread::Start),
        ("28 November 2026, 22:00 UTC.\nOr rather 23:00 UTC.", Unread::Start),
        ("tonight at 22:00 UTC\n28 November 2026, 22:00 to 23:00 UTC", Unread::Start),
        ("8 March 2026 at 02:30 America/New_York", Unread::Start),
        ("1 November 2026 at 01:30 America/New_York", Unread::Start),
        ("some time soon", Unread::Start),
        ("31 November 2026 at 22:00 UTC", Unread::Start),
        ("28 November 2196 at 22:00 UTC", Unread::Start),
    ] {
        let notice = letter("elsewhere.example", words);
        let expected = if unread == Unread::End { "11-28 22:00 to ?" } else { "unread" };
        assert_eq!(window(&notice), expected, "{words}");
        assert!(notice.unread.contains(&unread), "{words}: {:?}", notice.unread);
    }
}

#[test]
fn what_is_taken_for_granted_is_said() {
    for (from, words, assumed) in [
        ("northline.example", "28 November 2026, 22:00 to 23:00", Assumed::ProviderZone),
        ("elsewhere.example", "2 January, 22:00 to 23:00 UTC", Assumed::Year),
        ("elsewhere.example", "tonight, 22:00 to 23:00 UTC", Assumed::Day),
        ("elsewhere.example", "28 November 2026, 22:00 to 02:00 UTC", Assumed::NextDay),
        ("elsewhere.example", "16 July 2026, 01:00 EST to 03:00 EST", Assumed::ZoneSeason),
        ("elsewhere.example", "28 November 2026, 22:00 UTC for 3 hours", Assumed::Length),
        ("northline.example", "28 November 2026, 22:00 to 23:00", Assumed::Sender),
    ] {
        let notice = letter(from, words);
        assert_ne!(window(&notice), "unread", "{words}");
        assert!(notice.assumed.contains(&assumed), "{words}: {:?}", notice.assumed);
    }
}
