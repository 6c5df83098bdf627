//! The JSON vocabulary of inputs, read strictly and refused precisely.
#![allow(clippy::expect_used, reason = "a test stops at the first thing that is not as told")]

use bellwether::{
    domain::{
        DraftId, Limits, NoticeId, PostId, ReportId, Role, ServerId, Settings, TextUnit, Timestamp,
    },
    event::{
        Body, Decision, DeliveryEvent, Entry, Happening, Input, Output, TimerReason,
        wire::{self, Items, WireBody, WireInput, WireLine},
    },
};
use proptest::prelude::*;

const AT: &str = r#""at":"2014-04-24T02:40:00Z""#;

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time in a test")
}

fn refusal(line: impl AsRef<[u8]>) -> String {
    wire::parse(line.as_ref()).expect_err("the line is refused").to_string()
}

fn text_of(line: &str) -> String {
    let body = wire::parse(line.as_bytes()).expect("the line is read").body;
    let WireBody::Report { text: Some(text), .. } = body else { panic!("no report: {body:?}") };
    text
}

#[test]
fn the_three_lines_of_the_design_are_read() {
    let probe = br#"{"at":"2014-04-24T02:40:00Z","type":"probe_result","probe":"s1-http","ok":false,"latency_ms":null,"error":"timeout"}"#;
    let body = WireBody::ProbeResult {
        probe: "s1-http".to_owned(),
        ok: false,
        latency_ms: None,
        error: Some("timeout".to_owned()),
    };
    let at = time("2014-04-24T02:40:00Z");
    assert_eq!(wire::parse(probe), Ok(WireInput { at, received: None, body }));
    let report = br#"{"at":"2014-04-24T02:41:10Z","type":"report","id":"r-1","reporter":"u-17","source":"discord","domain":"example.org","text":"really slow and sometimes unavailable"}"#;
    let body = WireBody::Report {
        id: Some("r-1".to_owned()),
        reporter: Some("u-17".to_owned()),
        source: Some("discord".to_owned()),
        domain: Some("example.org".to_owned()),
        text: Some("really slow and sometimes unavailable".to_owned()),
        confirmed: None,
        answered: None,
        language: None,
    };
    assert_eq!(wire::parse(report).expect("a report").body, body);
    let command = br#"{"at":"2014-04-24T13:30:00Z","type":"command","by":"tim","role":"staff","text":"upstream said hivelocity \"unaware of any issues\""}"#;
    let body = WireBody::Command {
        by: Some("tim".to_owned()),
        role: Some(Role::Staff),
        text: "upstream said hivelocity \"unaware of any issues\"".to_owned(),
    };
    assert_eq!(wire::parse(command).expect("a command").body, body);
}

#[test]
fn a_refusal_names_the_field_what_was_found_what_was_expected_and_where() {
    let probe = |fields: &str| format!(r#"{{{AT},"type":"probe_result","probe":"p",{fields}}}"#);
    let table = [
        (String::new(), "found the end, expected an object, `{` (byte 0, column 1)"),
        ("[]".to_owned(), "found `[`, expected an object, `{` (byte 0, column 1)"),
        ("{}".to_owned(), "type: found nothing, expected a name in quotes (byte 2, column 3)"),
        (probe(r#""ok":"yes""#), r#"ok: found "yes", expected true or false (byte 68, column 69)"#),
        (
            probe(r#""ok":true,"latency_ms":-1"#),
            "latency_ms: found the number -1, expected a number from 0 to 86400000, or null (byte 86, column 87)",
        ),
        (
            probe(r#""ok":true,"latency_ms":1e999"#),
            "latency_ms: found the number 1e999, expected a number from 0 to 86400000, or null (byte 86, column 87)",
        ),
        (
            probe(r#""ok":true,"latency_ms":NaN"#),
            "found `N`, expected a JSON value (byte 86, column 87)",
        ),
        (
            probe(r#""ok":true,"latencyms":1"#),
            "latencyms: found an unknown field, expected a known field; did you mean `latency_ms`? (byte 73, column 74)",
        ),
        (
            probe(r#""ok":true,"ok":true"#),
            "ok: found the field a second time, expected it once (byte 73, column 74)",
        ),
        (
            r#"{"at":"1970-01-01T00:00:00Z","type":"probe_result","probe":"p","ok":true}"#
                .to_owned(),
            r#"at: found "1970-01-01T00:00:00Z", expected a time from 2000 to 2199 (byte 6, column 7)"#,
        ),
        (
            r#"{"at":1398307200,"type":"probe_result","probe":"p","ok":true}"#.to_owned(),
            r#"at: found the number 1398307200, expected a time such as "2014-04-24T02:40:00Z" (byte 6, column 7)"#,
        ),
        (
            r#"{"type":"prob_result"}"#.to_owned(),
            r#"type: found "prob_result", expected one of probe_result, report, command, notice, subscribe, confirm, unsubscribe, bounced; did you mean `probe_result`? (byte 8, column 9)"#,
        ),
        (
            format!(r#"{{{AT},"type":"report","text":"a\u0000b"}}"#),
            "text: found U+0000, expected no NUL characters (byte 52, column 53)",
        ),
        (
            r#"{"a":"ä\ud800"}"#.to_owned(),
            "found half a surrogate pair, expected whole characters (byte 8, column 8)",
        ),
        (
            format!(r#"{{{AT},"type":"timer","reason":"evidence"}}"#),
            "type: found an input that only the bot itself makes, expected one of probe_result, report, command, notice, subscribe, confirm, unsubscribe, bounced (byte 0, column 1)",
        ),
    ];
    for (line, expected) in table {
        assert_eq!(refusal(&line), expected, "{line}");
    }
    let not_utf8 = "found the byte 0xff, expected UTF-8 (byte 6, column 7)";
    assert_eq!(refusal(b"{\"a\":\"\xff\"}"), not_utf8);
}

#[test]
fn nothing_is_unbounded() {
    let nested = |depth| format!(r#"{{"a":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    assert!(refusal(nested(100_000)).starts_with("found 200006 bytes, expected at most 65536"));
    assert!(refusal(nested(10_000)).starts_with("found deeper nesting"));
    let wide: Vec<String> = (0..100).map(|n| format!(r#""f{n}":0"#)).collect();
    assert!(refusal(format!("{{{}}}", wide.join(","))).contains("at most 64"));
    let name = format!(r#"{{{AT},"type":"probe_result","probe":"{}","ok":true}}"#, "p".repeat(201));
    assert!(refusal(name).starts_with("probe: found 201 bytes, expected at most 200"));
    let huge = format!(r#"{{{AT},"type":"report","text":"{}"}}"#, "x".repeat(17_000));
    assert!(refusal(huge).starts_with("text: found 17000 bytes, expected at most 16384"));
}

#[test]
fn a_long_text_is_cut_with_a_mark_and_control_characters_become_spaces() {
    let long = text_of(&format!(r#"{{{AT},"type":"report","text":"{}"}}"#, "é".repeat(5000)));
    assert_eq!(long.chars().count(), wire::TEXT_LENGTH_MAX);
    assert!(long.ends_with("é…"));
    let whole = "é".repeat(wire::TEXT_LENGTH_MAX);
    assert_eq!(text_of(&format!(r#"{{{AT},"type":"report","text":"{whole}"}}"#)), whole);
    let wild = format!(r#"{{{AT},"type":"report","text":"a\r\nb\tc\u001b[31m\u0085"}}"#);
    assert_eq!(text_of(&wild), "a\nb\tc [31m ");
}

#[test]
fn a_domain_is_kept_in_one_spelling() {
    let table = [
        ("Example.ORG", Some("example.org")),
        (" https://www.example.org:8443/cart?x=1 ", Some("www.example.org")),
        ("bücher.example.", Some("xn--bcher-kva.example")),
        ("localhost", None),
        ("not a domain", None),
        ("-bad.example", None),
        ("", None),
        ("a..b", None),
    ];
    for (text, expected) in table {
        assert_eq!(wire::domain_name(text).as_deref(), expected, "{text}");
    }
}

#[test]
fn a_dump_is_read_back_line_by_line() {
    let at = time("2026-03-02T18:00:14.614Z");
    let line = |seq, body| {
        wire::dump(&Entry { v: 1, seq, at, decided: 0, body }).expect("the record is written")
    };
    let input = |seq, input| line(seq, Body::Input(Happening { at, input }));
    let probe =
        Input::ProbeResult { probe: "p".into(), ok: true, latency_ms: Some(180), error: None };
    assert_eq!(
        input(7, probe),
        r#"{"at":"2026-03-02T18:00:14.614Z","received":"2026-03-02T18:00:14.614Z","v":1,"seq":7,"decided":0,"type":"probe_result","probe":"p","ok":true,"latency_ms":180}"#
    );
    let report = Input::Report {
        id: ReportId::from("ab12"),
        reporter: "cd34".into(),
        source: "web".to_owned(),
        domain: None,
        confirmed: false,
        answered: false,
        language: Some("de-AT".to_owned()),
        text: None,
    };
    let read = wire::parse(input(8, report).as_bytes()).expect("the report is read");
    assert_eq!(read.received, Some(at));
    assert!(matches!(
        read.body,
        WireBody::Report { confirmed: Some(false), text: None, language: Some(language), .. }
            if language == "de-AT"
    ));
    let sending = DeliveryEvent::Sending { attempt: 1 };
    let own = [
        Input::Timer { reason: TimerReason::Wait(DraftId(1)), due: at },
        Input::Delivery { post: PostId::from("00"), event: sending },
    ];
    for own in own {
        assert_eq!(wire::parse_line(input(9, own).as_bytes()), Ok(WireLine::Own));
    }
    let limits = Limits::of(500, TextUnit::Characters);
    let learned = Input::Learned { destination: "toots".into(), limits };
    let happening = Happening { at, input: learned.clone() };
    assert_eq!(
        wire::parse_line(input(9, learned).as_bytes()),
        Ok(WireLine::Learned(at, happening))
    );
    let torn =
        r#"{"type":"learned","at":"2014-04-24T02:40:00Z","received":"2014-04-24T02:40:00Z"}"#;
    assert!(wire::parse_line(torn.as_bytes()).is_err());
    let mut settings = Settings::default();
    let domains = (0..100_000).map(|n| (format!("customer-{n}.example"), ServerId::from("s1")));
    settings.fleet.domains = domains.collect();
    for settings in [None, Some(settings.into())] {
        let (installation, version) = ("i".to_owned(), "v".to_owned());
        let started = input(9, Input::Started { installation, version, settings, reload: None });
        assert_eq!(wire::parse_line(started.as_bytes()), Ok(WireLine::Started(at)));
    }
    let servers = vec![ServerId::from("s1")];
    let output = Output::HeadsUp { servers, people: 2, explanation: "x".to_owned() };
    let decision = line(10, Body::Decision(Decision { of: 8, output }));
    assert_eq!(wire::parse_line(decision.as_bytes()), Ok(WireLine::Decision));
    // An input's type too.
    let notice = r#"{"provider":"hivelocity","id":"58814-22","about":"maintenance"}"#;
    let notice = serde_json::from_str(notice).expect("a notice");
    let (components, servers) = (Vec::new(), Vec::new());
    let output = Output::Notice { id: NoticeId(1), notice, components, servers };
    let decision = line(11, Body::Decision(Decision { of: 8, output }));
    assert_eq!(wire::parse_line(decision.as_bytes()), Ok(WireLine::Decision));
}

#[test]
fn a_body_is_split_into_its_items() {
    assert_eq!(wire::items(b" {\"a\":[1]} ", 10), Ok(Items::One(1..10)));
    assert_eq!(wire::items(b"[ ]", 10), Ok(Items::Many(vec![])));
    assert_eq!(wire::items(b"[{}, 5,\n\"x\"]", 10), Ok(Items::Many(vec![1..3, 5..6, 8..11])));
    assert_eq!(wire::items(b"[1,2,3]", 2), Ok(Items::TooMany));
    let error = wire::items(b"[{},]", 10).expect_err("refused");
    assert_eq!(error.to_string(), "found `]`, expected a JSON value (byte 4, column 5)");
}

fn json_like() -> impl Strategy<Value = String> {
    let words = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\"",
        "\"\\u00e9\\n\"",
        "\\ud83d\\ude00",
        "\"",
        "true",
        "null",
        "-0.5e+3",
        "01",
        " ",
        "{\"a\":1}",
        "[2]",
    ];
    let piece = prop_oneof![
        8 => proptest::sample::select(words.to_vec()).prop_map(str::to_owned),
        1 => "[\\x00-\\x7f]",
        1 => "\\PC",
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Escapes every tenth character, beginning with the one at `at`, by its UTF-16 units.
fn escaped(text: &str, at: usize) -> String {
    let escape = |(n, c): (usize, char)| {
        if n % 10 == at {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect()
        } else {
            let quoted = serde_json::to_string(&c).expect("a character is JSON");
            quoted[1..quoted.len() - 1].to_owned()
        }
    };
    text.chars().enumerate().map(escape).collect()
}

proptest! {
    #[test]
    fn what_is_json_is_told_as_serde_tells_it(text in json_like()) {
        let body = format!("[{text}]");
        let ours = wire::items(body.as_bytes(), 100).is_ok();
        let theirs = serde_json::from_str::<serde_json::Value>(&body);
        prop_assert_eq!(ours, theirs.is_ok(), "{}: {:?}", body, theirs);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = wire::parse_line(&bytes);
        let _ = wire::items(&bytes, 3);
        let _ = wire::single_text(&bytes, "text");
    }

    #[test]
    fn strings_are_unescaped_as_serde_does(text in "\\PC*", at in 0usize..10) {
        prop_assume!(!text.trim().is_empty());
        let body = format!(r#"{{"text":"{}"}}"#, escaped(&text, at));
        prop_assert_eq!(wire::single_text(body.as_bytes(), "text"), Ok(text));
    }
}

#[test]
fn a_language_is_a_tag_and_no_place_for_words() {
    let line = |language: &str| {
        format!(
            r#"{{"at":"2014-04-24T02:41:10Z","type":"report","text":"slow","language":"{language}"}}"#
        )
    };
    assert!(wire::parse(line("de-AT").as_bytes()).is_ok());
    for foreign in [
        "jane@example.org",
        "de_AT",
        "de-",
        "-",
        "deutschland",
        "a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q-r-s",
    ] {
        let error = wire::parse(line(foreign).as_bytes()).expect_err(foreign).to_string();
        assert!(error.contains("language") && error.contains("de-AT"), "{error}");
    }
}
