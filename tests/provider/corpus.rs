//! A corpus of calendars, letters, pages and feeds, most of them broken, each with what is read out
//! of it. Made up after the public description of MAINTNOTE; no letter of a real provider.
//!
//! To accept new output after reading it: `BLESS=1 cargo test --test provider`.

use std::{fs, path::Path};

use bellwether::intake::notice::{self, Found, Unreadable};

use crate::{known, reading};

fn read(name: &str, bytes: &[u8]) -> Result<Found, Unreadable> {
    let known = known();
    match Path::new(name).extension().and_then(|end| end.to_str()) {
        Some("json") => notice::read_statuspage(bytes, &reading(&known, Some("northline"))),
        Some("atom") => notice::read_feed(bytes, &reading(&known, Some("northline"))),
        _ => notice::read(bytes, &reading(&known, None)),
    }
}

#[test]
fn every_example_is_read_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/provider/corpus");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".expected"))
        .collect();
    names.sort();
    assert!(names.len() >= 15, "the corpus is there");
    for name in names {
        let found = read(&name, &fs::read(folder.join(&name)).unwrap());
        let mut text = String::new();
        match found {
            Ok(found) => {
                for notice in &found.notices {
                    text += &serde_json::to_string_pretty(notice).unwrap();
                    text.push('\n');
                }
                if found.left_out > 0 {
                    text += &format!("left out: {}\n", found.left_out);
                }
            }
            Err(why) => text = format!("unreadable: {why}\n"),
        }
        let expected = folder.join(format!("{name}.expected"));
        if std::env::var_os("BLESS").is_some() {
            fs::write(&expected, &text).unwrap();
            continue;
        }
        let wanted = fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(text, wanted, "{name}");
    }
}

#[test]
fn twenty_megabytes_are_refused_and_not_read() {
    let known = known();
    let big = vec![b'B'; 20 << 20];
    for read in [notice::read, notice::read_feed, notice::read_statuspage] {
        assert_eq!(read(&big, &reading(&known, None)).unwrap_err(), Unreadable::TooLong);
    }
}

#[test]
fn as_much_as_is_read_costs_little() {
    let known = known();
    let mut calendars = vec![b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:".to_vec()];
    calendars[0].extend(vec![b'x'; 3 << 20]);
    let entries =
        "BEGIN:VEVENT\nX-MAINTNOTE-MAINTENANCE-ID:A\nDTSTART:20261128T020000Z\n".repeat(40_000);
    calendars.push(format!("BEGIN:VCALENDAR\n{entries}").into_bytes());
    calendars.push(
        format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n{}", " \n".repeat(1 << 20)).into_bytes(),
    );
    calendars
        .push(format!("Subject: x\n\n{}", "22:00 EDT 10pm 2 hours ".repeat(150_000)).into_bytes());
    for calendar in calendars {
        let found = notice::read(&calendar, &reading(&known, None)).unwrap();
        assert!(found.notices.len() <= notice::NOTICES_MAX);
        let written = serde_json::to_string(&found.notices).unwrap();
        assert!(written.len() < 100_000, "{} bytes are kept", written.len());
    }
}

#[test]
fn nothing_is_no_notice() {
    let known = known();
    for bytes in [&b""[..], b"   \r\n ", b"BEGIN:VCALENDAR\nEND:VCALENDAR"] {
        let read = notice::read(bytes, &reading(&known, None));
        assert!(read.is_err(), "{read:?}");
    }
    assert!(notice::read_statuspage(b"<html>", &reading(&known, None)).is_err());
    assert!(notice::read_feed(b"{}", &reading(&known, None)).is_err());
}
