//! Wrong senders, broken JSON, impossible values, hostile words.

use super::{Case, DOMAIN, PROBE, case, post, request};

const AT: &str = r#""at":"2026-03-02T18:00:00Z""#;
const INPUTS: &str = "/api/v1/inputs";

fn probe() -> String {
    format!(r#"{{{AT},"type":"probe_result","probe":"{PROBE}","ok":true,"latency_ms":12}}"#)
}

fn report(fields: &str) -> String {
    format!(r#"{{{AT},"type":"report",{fields}}}"#)
}

fn input(
    name: &str,
    token: &str,
    body: impl AsRef<[u8]>,
    status: &'static [u16],
    holds: &'static str,
) -> Case {
    case(name, post(INPUTS, token, body.as_ref()), status, holds)
}

/// Who says they are somebody, or nobody.
pub(super) fn senders() -> Vec<Case> {
    let json = "Content-Type: application/json\r\n";
    let (_, secret, _) = super::TOKENS[0];
    let with = |name: &str, header: &str| {
        let bytes = request("POST", INPUTS, &format!("{json}{header}"), probe().as_bytes());
        case(name, bytes, &[401], "\"code\":\"unauthorized\"")
    };
    let in_query = request("POST", &format!("{INPUTS}?token={secret}"), json, probe().as_bytes());
    let command = format!(r#"{{{AT},"type":"command","text":"status"}}"#);
    let by = format!(r#"{{{AT},"type":"command","by":"root","text":"status"}}"#);
    let role = format!(r#"{{{AT},"type":"command","role":"admin","text":"status"}}"#);
    let received = r#"{"received":"2026-03-02T18:00:00Z","at":"2026-03-02T18:00:00Z","type":"probe_result","probe":"s1-http","ok":true}"#;
    vec![
        with("no token", ""),
        with("a token that nobody has", "Authorization: Bearer 0000000000000000\r\n"),
        with("a token's beginning", &format!("Authorization: Bearer {}\r\n", &secret[..20])),
        with("an empty token", "Authorization: Bearer \r\n"),
        with("a password instead of a token", "Authorization: Basic dGltOnRpbQ==\r\n"),
        with("a token of 10 KB", &format!("Authorization: Bearer {}\r\n", "x".repeat(10_000))),
        with(
            "two tokens",
            &format!("Authorization: Bearer {secret}\r\nAuthorization: Bearer {secret}\r\n"),
        ),
        case("the token in the address", in_query, &[401], "unauthorized"),
        input("a probe result under a report token", "desk", probe(), &[403], "scope"),
        input("a report under a probe token", "monitor", report(r#""text":"x""#), &[403], "scope"),
        input("a command under a report token", "desk", command, &[403], "\"code\":\"scope\""),
        case(
            "the commands path under a probe token",
            post("/api/v1/commands", "monitor", br#"{"text":"status"}"#),
            &[403],
            "lacks the scope `commands`",
        ),
        input("somebody else's name", "tim", by, &[403], "\"field\":\"by\""),
        input("a higher role", "tim", role, &[403], "\"field\":\"role\""),
        input(
            "somebody else's source",
            "desk",
            report(r#""source":"discord","text":"x""#),
            &[403],
            "\"field\":\"source\"",
        ),
        input(
            "a report that confirms itself",
            "desk",
            report(r#""confirmed":true,"text":"x""#),
            &[422],
            "\"field\":\"confirmed\"",
        ),
        input("its own time of receipt", "monitor", received, &[422], "\"field\":\"received\""),
    ]
}

/// What is no JSON, or not the right kind.
pub(super) fn json() -> Vec<Case> {
    let (_, secret, _) = super::TOKENS[0];
    let auth = format!("Authorization: Bearer {secret}\r\n");
    let typed = |name: &str, content_type: &str| {
        let headers = format!("{auth}{content_type}");
        let bytes = request("POST", INPUTS, &headers, probe().as_bytes());
        case(name, bytes, &[415], "\"code\":\"content_type\"")
    };
    let broken = |name: &str, body: &[u8]| input(name, "monitor", body, &[400], "unreadable");
    let utf16: Vec<u8> = probe().encode_utf16().flat_map(u16::to_le_bytes).collect();
    let deep_list = "[".repeat(100_000);
    let deep_object = r#"{"a":"#.repeat(50_000);
    let wide: Vec<String> = (0..5000).map(|n| format!(r#""field{n}":{n}"#)).collect();
    vec![
        typed("no content type", ""),
        typed("plain text", "Content-Type: text/plain\r\n"),
        typed("a form instead of JSON", "Content-Type: application/x-www-form-urlencoded\r\n"),
        broken("an empty body", b""),
        broken("blanks alone", b" \r\n\t "),
        broken("words", b"hello"),
        broken("a number", b"42"),
        broken("null", b"null"),
        broken("a cut-off object", &probe().as_bytes()[..40]),
        broken("something behind the object", format!("{} x", probe()).as_bytes()),
        broken("two objects in a row", format!("{}\n{}", probe(), probe()).as_bytes()),
        broken("a comma too many", br#"{"at":"2026-03-02T18:00:00Z",}"#),
        broken("names without quotes", b"{type:1}"),
        broken("a comment", b"/* hi */ {}"),
        broken("bad UTF-8", b"{\"type\":\"\xc3\x28\"}"),
        broken("a UTF-8 byte order mark", format!("\u{feff}{}", probe()).as_bytes()),
        broken("UTF-16", &utf16),
        broken("a bare NUL byte", b"{\"type\":\"a\0b\"}"),
        broken("a bare newline in a string", b"{\"type\":\"a\nb\"}"),
        broken("half a surrogate pair", br#"{"type":"\ud83d"}"#),
        broken("100,000 open brackets", deep_list.as_bytes()),
        broken("50,000 objects in each other", deep_object.as_bytes()),
        broken("random bytes", &[0x8f, 0x00, 0xff, 0x1b, 0x7f, 0x90, 0x13]),
        broken("5000 fields", format!("{{{}}}", wide.join(",")).as_bytes()),
        input("an empty object", "monitor", "{}", &[422], "\"field\":\"type\""),
    ]
}

/// Well-formed JSON with values that cannot be.
pub(super) fn values() -> Vec<Case> {
    let with = |name: &str, fields: &str, field: &'static str| {
        let body = format!(r#"{{"type":"probe_result",{fields}}}"#);
        input(name, "monitor", body, &[422], field)
    };
    let ok = |name: &str, value: &str| {
        with(name, &format!(r#"{AT},"probe":"{PROBE}","ok":{value}"#), "\"field\":\"ok\"")
    };
    let latency = |name: &str, value: &str| {
        let fields = format!(r#"{AT},"probe":"{PROBE}","ok":true,"latency_ms":{value}"#);
        with(name, &fields, "\"field\":\"latency_ms\"")
    };
    let named = |name: &str, value: &str| {
        with(name, &format!(r#"{AT},"ok":true,"probe":{value}"#), "\"field\":\"probe\"")
    };
    let at = |name: &str, value: &str| {
        let fields = format!(r#""at":{value},"probe":"{PROBE}","ok":true"#);
        with(name, &fields, "\"field\":\"at\"")
    };
    let typed = |name: &str, value: &str| {
        let body = format!(r#"{{{AT},"type":{value},"probe":"{PROBE}","ok":true}}"#);
        input(name, "monitor", body, &[422], "\"field\":\"type\"")
    };
    let nan = format!(r#"{{{AT},"type":"probe_result","probe":"p","ok":true,"latency_ms":NaN}}"#);
    let hex = nan.replace("NaN", "0x10");
    let infinity = nan.replace("NaN", "-Infinity");
    vec![
        ok("a word for true", "\"yes\""),
        ok("a number for true", "1"),
        ok("null for true", "null"),
        latency("a negative latency", "-1"),
        latency("a latency in words", "\"12 ms\""),
        latency("a latency of 10^400", "1e400"),
        latency("a latency of 400 digits", &"9".repeat(400)),
        latency("a latency of two days", "172800000"),
        latency("a list of latencies", "[12]"),
        input("NaN", "monitor", nan, &[400], "unreadable"),
        input("minus infinity", "monitor", infinity, &[400], "unreadable"),
        input("a hexadecimal number", "monitor", hex, &[400], "unreadable"),
        named("a probe that is not in the fleet", "\"no-such-probe\""),
        named("a probe of the wrong type", "{\"id\":\"s1-http\"}"),
        named("a probe without a name", "\"\""),
        named("a probe's name of 10 KB", &format!("\"{}\"", "p".repeat(10_000))),
        named("a NUL in a probe's name", r#""s1\u0000http""#),
        named("a path for a probe's name", "\"../../etc/passwd\""),
        at("1970", "\"1970-01-01T00:00:00Z\""),
        at("2500", "\"2500-01-01T00:00:00Z\""),
        at("seconds since 1970", "1772474400"),
        at("yesterday", "\"yesterday\""),
        at("the 30th of February", "\"2026-02-30T00:00:00Z\""),
        at("a time without a zone", "\"2026-03-02T18:00:00\""),
        at("a year of 20 digits", "\"99999999999999999999-01-01T00:00:00Z\""),
        at("a time of 20 KB", &format!("\"{}\"", "2".repeat(20_000))),
        with("no time", &format!(r#""probe":"{PROBE}","ok":true"#), "\"field\":\"at\""),
        with("no probe", &format!(r#"{AT},"ok":true"#), "\"field\":\"probe\""),
        with("no outcome", &format!(r#"{AT},"probe":"{PROBE}""#), "\"field\":\"ok\""),
        with(
            "a misspelt field",
            &format!(r#"{AT},"probe":"{PROBE}","ok":true,"latencyms":1"#),
            "did you mean `latency_ms`?",
        ),
        with(
            "the same field twice",
            &format!(r#"{AT},"probe":"{PROBE}","ok":true,"ok":false"#),
            "a second time",
        ),
        typed("an unknown type", "\"reboot\""),
        typed("a type that only the bot makes", "\"started\""),
        typed("a decision", "\"incident\",\"of\":1"),
        typed("a type that is no word", "[]"),
    ]
}

/// Words that would do harm where they are shown, and reports that are not quite right.
pub(super) fn reports() -> Vec<Case> {
    let taken = |name: &str, fields: &str| input(name, "desk", report(fields), &[202], "\"seq\":");
    let refused = |name: &str, fields: &str, holds: &'static str| {
        input(name, "desk", report(fields), &[422], holds)
    };
    let said = |text: &str| format!(r#""domain":"{DOMAIN}","text":"{text}""#);
    let accents = "a\u{301}\u{302}\u{303}".repeat(1000);
    vec![
        taken("HTML in a report", &said("<script>alert(1)</script><img src=x onerror=y>")),
        taken("pings in a report", &said("@everyone @here <@1234> <!channel> everyone!")),
        taken("markup in a report", &said("**bold** [link](https://evil.example) `x` |y|")),
        taken("terminal escapes in a report", &said(r"\u001b[2J\u001b]0;x\u0007")),
        taken("reversed text in a report", &said("\u{202e}gnp.exe")),
        taken("a tower of accents", &said(&accents)),
        taken("SQL in a report", r#""id":"'; DROP TABLE x;--","text":"'; DROP TABLE x;--""#),
        taken("a template in a report", &said("{{ 7 * 7 }} ${jndi:ldap://x} %s%n")),
        taken("a marker of ours in a report", &said("⟦report:0000⟧")),
        taken("12,000 bytes of words", &said(&"words ".repeat(2000))),
        taken("a domain that isn't ours", r#""domain":"elsewhere.example","text":"down""#),
        taken("a domain that is none", r#""domain":"my website!!","text":"down""#),
        taken("no domain", r#""text":"down""#),
        taken("another's namespace as reporter", r#""reporter":"web:a@b.example","text":"x""#),
        taken("a new id", r#""id":"twice","text":"down""#),
        input(
            "the same id again",
            "desk",
            report(r#""id":"twice","text":"down""#),
            &[200],
            "\"duplicate\":true",
        ),
        refused("a NUL in a report", &said(r"a\u0000b"), "\"field\":\"text\""),
        refused("20 KB of words", &said(&"x".repeat(20_000)), "\"field\":\"text\""),
        refused("no words", &format!(r#""domain":"{DOMAIN}""#), "\"field\":\"text\""),
        refused("blank words", r#""text":"  \n ""#, "\"field\":\"text\""),
        refused("words that are a number", r#""text":7"#, "\"field\":\"text\""),
        refused(
            "a list of domains",
            r#""domain":["a.example"],"text":"x""#,
            "\"field\":\"domain\"",
        ),
        refused(
            "a newline in a reporter's name",
            r#""reporter":"a\nb","text":"x""#,
            "\"field\":\"reporter\"",
        ),
        input("one input of 70 KB", "desk", report(&said(&"x".repeat(70_000))), &[400], "65536"),
    ]
}

/// Arrays: good, mixed, and too large.
pub(super) fn arrays() -> Vec<Case> {
    let list = |items: &[String]| format!("[{}]", items.join(","));
    let probes = |count: usize| list(&vec![probe(); count]);
    let unknown = probe().replace(PROBE, "nope");
    let mixed = list(&[probe(), unknown, "5".to_owned(), "[]".to_owned(), probe()]);
    let good = format!("\"accepted\":{}", 1000);
    let good: &'static str = good.leak();
    let mut cases = vec![
        input("an empty array", "monitor", "[]", &[200], "\"accepted\":0"),
        input("1000 inputs", "monitor", probes(1000), &[200], good),
        input("1001 inputs", "monitor", probes(1001), &[413], "too_many"),
        input("200,000 empty lists", "monitor", list(&vec!["[]".to_owned(); 200_000]), &[413], ""),
        input("good and bad together", "monitor", &mixed, &[207], "\"accepted\":2,\"refused\":3"),
        input("which one was bad", "monitor", &mixed, &[207], "\"index\":1,\"ok\":false"),
        input("an array in an array", "monitor", "[[{}]]", &[207], "\"refused\":1"),
        input("an array without its end", "monitor", format!("[{}", probe()), &[400], "unreadable"),
        input("an array with a comma too many", "monitor", "[{},]", &[400], "unreadable"),
    ];
    for part in 0..10 {
        let reports: Vec<String> = (0..1000)
            .map(|n| report(&format!(r#""id":"{part}-{n}","reporter":"angry","text":"down""#)))
            .collect();
        let name = format!("10,000 reports by one person, part {}", part + 1);
        cases.push(input(&name, "desk", list(&reports), &[200], good));
    }
    cases
}

/// The commands path.
pub(super) fn commands() -> Vec<Case> {
    let command = |name: &str, body: &str, status: &'static [u16], holds: &'static str| {
        case(name, post("/api/v1/commands", "tim", body.as_bytes()), status, holds)
    };
    let long = format!(r#"{{"text":"{}"}}"#, "x".repeat(20_000));
    vec![
        command("a command of no grammar", r#"{"text":"rm -rf /"}"#, &[200], "\"ok\":false"),
        command("a command without words", "{}", &[422], "\"field\":\"text\""),
        command("a blank command", r#"{"text":" "}"#, &[422], "\"field\":\"text\""),
        command("a command of 20 KB", &long, &[422], "\"field\":\"text\""),
        command("a command with a role", r#"{"text":"status","role":"admin"}"#, &[422], "role"),
        command("a list of commands", r#"["status"]"#, &[400], "unreadable"),
        command("a command with a NUL", r#"{"text":"a\u0000b"}"#, &[422], "NUL"),
    ]
}

/// The web form, without the visitor who should be before it.
pub(super) fn forms() -> Vec<Case> {
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let send = |name: &str, headers: &str, body: &[u8], status: &'static [u16]| {
        case(name, request("POST", "/report", headers, body), status, "<!doctype html>")
    };
    let cookie = format!("{form}Cookie: bellwether_form=00000000000000000000\r\n");
    let big = format!("what={}", "x".repeat(100_000));
    vec![
        send("a form without a token", form, b"domain=example.org&what=down", &[403]),
        send(
            "a form with a forged token",
            &cookie,
            format!("domain=example.org&what=down&token=1772474400000.{}", "0".repeat(64))
                .as_bytes(),
            &[403],
        ),
        send("a form with script in it", form, b"domain=%3Cscript%3E&what=%3Cb%3E", &[422]),
        send("a form of JSON", "Content-Type: application/json\r\n", b"{}", &[400]),
        send("a form of 100 KB", form, big.as_bytes(), &[400]),
        send("a form with bad percent signs", form, b"domain=%zz%&what=%ff%00", &[422]),
    ]
}
