//! Whatever the bytes are: no panic, and never more than a little is kept.

use bellwether::{domain::Notice, intake::notice};
use proptest::prelude::*;

use crate::{known, reading};

/// What is kept of one notice at most, in bytes of JSON: 50 objects of 100 characters, of up to
/// four bytes, and the rest.
const KEPT_BYTES_MAX: usize = 30_000;

fn check(notices: &[Notice]) -> Result<(), TestCaseError> {
    prop_assert!(notices.len() <= notice::NOTICES_MAX);
    for notice in notices {
        let written = serde_json::to_string(notice).unwrap();
        prop_assert!(written.len() <= KEPT_BYTES_MAX);
        let read: Notice = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(&read, notice, "what is written is read back");
        prop_assert_eq!(&notice::tamed(notice.clone()), notice, "made harmless once and for all");
        prop_assert!(!written.contains('@') && !written.contains('<') && !written.contains('`'));
        if let Some(window) = notice.window
            && let Some(end) = window.ends_at
        {
            prop_assert!(end > window.starts_at);
        }
    }
    Ok(())
}

fn check_all(bytes: &[u8]) -> Result<(), TestCaseError> {
    let known = known();
    for provider in [None, Some("northline")] {
        for read in [notice::read, notice::read_feed, notice::read_statuspage] {
            if let Ok(found) = read(bytes, &reading(&known, provider)) {
                check(&found.notices)?;
            }
        }
    }
    Ok(())
}

/// Lines that calendars are made of, whole and broken.
fn calendar_line() -> impl Strategy<Value = String> {
    let names = prop::sample::select(vec![
        "BEGIN",
        "END",
        "DTSTART",
        "DTEND",
        "DURATION",
        "SEQUENCE",
        "SUMMARY",
        "DTSTAMP",
        "STATUS",
        "X-MAINTNOTE-OBJECT-ID",
        "X-MAINTNOTE-STATUS",
        "X-MAINTNOTE-MAINTENANCE-ID",
        "ORGANIZER",
        "X-MAINTNOTE-IMPACT",
        "X-MAINTNOTE-PROVIDER",
        "",
    ]);
    let parameters = prop::sample::select(vec![
        "",
        ";TZID=Europe/Berlin",
        ";TZID=\"x",
        ";TZID=",
        ";VALUE=DATE",
        ";=",
        ";A=B;C",
    ]);
    let values = prop_oneof![
        Just("VEVENT".to_owned()),
        Just("VCALENDAR".to_owned()),
        Just("CONFIRMED".to_owned()),
        "[0-9]{0,14}T?[0-9]{0,6}Z?",
        "P[0-9]{0,20}[WDTHMS]{0,4}",
        "\\PC{0,40}",
        "[\\x00-\\x7f]{0,40}",
    ];
    let ends = prop::sample::select(vec!["\r\n", "\n", "\n ", "\r", ""]);
    (names, parameters, values, ends)
        .prop_map(|(name, parameters, value, end)| format!("{name}{parameters}:{value}{end}"))
}

/// Words that letters are made of.
fn letter_word() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "22:00",
            "10pm",
            "EST",
            "UTC",
            "2026-11-28",
            "28",
            "November",
            "2026",
            "tonight",
            "Start:",
            "End:",
            "for",
            "hours",
            "2",
            "Status:",
            "cancelled",
            "Impact:",
            "\n",
            "-",
            "99:99",
            "Maintenance",
            "ID:",
            "NL-1",
            "31",
            "February",
            "+14:00",
            "UTC+99",
            "0pm",
            "9999999999",
            "hours",
            ">",
            "(",
            "24/04/2014",
            "2014-99-99",
            "America/New_York",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,12}",
        "[0-9:./-]{0,12}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        check_all(&bytes)?;
    }

    #[test]
    fn any_calendar_is_survived(lines in prop::collection::vec(calendar_line(), 0..60)) {
        let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{}", lines.concat());
        check_all(text.as_bytes())?;
    }

    #[test]
    fn any_letter_is_survived(words in prop::collection::vec(letter_word(), 0..80)) {
        let text = format!("From: noc@northline.example\nSubject: maintenance\n\n{}", words.join(" "));
        check_all(text.as_bytes())?;
    }

    #[test]
    fn any_cut_of_a_good_calendar_is_survived(from in 0usize..1400, to in 0usize..1400) {
        let whole = include_bytes!("corpus/maintnote.ics");
        let (from, to) = (from.min(to).min(whole.len()), from.max(to).min(whole.len()));
        check_all(&whole[from..to])?;
        let forwarded = include_bytes!("corpus/forwarded.eml");
        check_all(&forwarded[from.min(forwarded.len())..])?;
    }

    #[test]
    fn any_page_is_survived(id in "\\PC{0,300}", name in "\\PC{0,2000}", status in "\\PC{0,20}", time in "\\PC{0,30}") {
        let entry = serde_json::json!({"id": id, "name": name, "status": status, "impact": status,
            "scheduled_for": time, "scheduled_until": time, "updated_at": time,
            "components": [{"id": name, "name": id}, {}]});
        let page = serde_json::json!({"incidents": [entry, {"id": 1}], "scheduled_maintenances": [entry]});
        check_all(page.to_string().as_bytes())?;
    }
}
