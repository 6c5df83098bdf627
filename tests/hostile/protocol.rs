//! Floods, broken HTTP, wrong paths, slow senders.

use super::{Case, Expected, PROBE, Send, TOKENS, case, post, request};

const INPUTS: &str = "/api/v1/inputs";
const HUNDRED_MB: u64 = 100 << 20;

fn head(headers: &str) -> Vec<u8> {
    let (_, secret, _) = TOKENS[0];
    format!(
        "POST {INPUTS} HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n\
         Authorization: Bearer {secret}\r\n{headers}\r\n"
    )
    .into_bytes()
}

fn flood(name: &str, headers: &str, filler: &[u8], expected: Expected) -> Case {
    let send = Send::Flood { head: head(headers), filler: filler.to_vec(), bytes_max: HUNDRED_MB };
    Case { name: name.to_owned(), send, expected }
}

/// More than anybody should send.
pub(super) fn sizes() -> Vec<Case> {
    let stated = format!("Content-Length: {HUNDRED_MB}\r\n");
    let expecting = format!("{stated}Expect: 100-continue\r\n");
    let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
    let too_large = || Expected::Answers(&[413], "too_large");
    let headers: String = (0..200).map(|n| format!("X-Header-{n}: x\r\n")).collect();
    let long_header = format!("X-Long: {}\r\n", "x".repeat(100_000));
    let long_path = format!("/{}", "x".repeat(100_000));
    vec![
        flood("JSON of 100 MB", &stated, &[b'['; 0x10000], too_large()),
        flood("100 MB announced and waited for", &expecting, b" ", too_large()),
        flood("a chunked body without end", "Transfer-Encoding: chunked\r\n", &chunk, too_large()),
        Case {
            name: "headers without end".to_owned(),
            send: Send::Flood {
                head: b"GET / HTTP/1.1\r\n".to_vec(),
                filler: b"X-Filler: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n".to_vec(),
                bytes_max: HUNDRED_MB,
            },
            expected: Expected::OneOf(&[400, 431]),
        },
        case("200 headers", request("GET", "/report", &headers, b""), &[431], ""),
        case("a header of 100 KB", request("GET", "/report", &long_header, b""), &[431], ""),
        Case {
            name: "an address of 100 KB".to_owned(),
            send: Send::Whole(request("GET", &long_path, "", b"")),
            expected: Expected::OneOf(&[404, 414, 431]),
        },
    ]
}

/// What is not quite HTTP.
pub(super) fn framing() -> Vec<Case> {
    let raw = |name: &str, bytes: &[u8], expected| Case {
        name: name.to_owned(),
        send: Send::ThenClose(bytes.to_vec()),
        expected,
    };
    let with = |name: &str, headers: &str, body: &[u8], expected| {
        raw(name, &[head(headers).as_slice(), body].concat(), expected)
    };
    let bad = || Expected::OneOf(&[400]);
    let body = format!(
        r#"{{"at":"2026-03-02T18:00:00Z","type":"probe_result","probe":"{PROBE}","ok":true}}"#
    );
    let length = format!("Content-Length: {}\r\n", body.len());
    let first = [head(&length).as_slice(), body.as_bytes()].concat();
    let pipelined = [first.as_slice(), &first, &post(INPUTS, "monitor", b"[]")].concat();
    vec![
        raw("HTTP/0.9", b"GET /\r\n", bad()),
        raw("HTTP/2 without asking", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", bad()),
        raw("a TLS handshake", &[0x16, 0x03, 0x01, 0x00, 0xa5, 0x01, 0x00, 0x00, 0xa1], bad()),
        raw("SSH", b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", bad()),
        raw("zeros", &[0; 4096], bad()),
        raw("nothing", b"", Expected::OneOf(&[])),
        raw("half a request", &first[..first.len() / 2], Expected::OneOf(&[400])),
        raw("a method in lower case", b"post / HTTP/1.1\r\nHost: t\r\n\r\n", bad_or_absent()),
        raw("a blank in a header's name", b"GET / HTTP/1.1\r\nHo st: t\r\n\r\n", bad()),
        raw("a NUL in a header", b"GET / HTTP/1.1\r\nHost: t\0\r\n\r\n", bad()),
        with("a negative length", "Content-Length: -5\r\n", b"{}", bad()),
        with("two lengths", "Content-Length: 2\r\nContent-Length: 3\r\n", b"{}", bad()),
        with(
            "a length of 30 digits",
            &format!("Content-Length: {}\r\n", "9".repeat(30)),
            b"",
            bad(),
        ),
        with(
            "chunks of no size",
            "Transfer-Encoding: chunked\r\n",
            b"xyz\r\n{}\r\n0\r\n\r\n",
            bad(),
        ),
        with(
            "a chunk larger than memory",
            "Transfer-Encoding: chunked\r\n",
            b"ffffffffffffffffff\r\n{}\r\n",
            bad(),
        ),
        with(
            "a length and chunks together",
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            b"2\r\n[]\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n",
            Expected::OneOf(&[200]),
        ),
        with(
            "chunks under another name",
            "Transfer-Encoding: gzip\r\n",
            b"{}",
            Expected::OneOf(&[400, 501]),
        ),
        with(
            "a body shorter than it says",
            "Content-Length: 500\r\n",
            body.as_bytes(),
            Expected::OneOf(&[400]),
        ),
        case("three requests at once", pipelined, &[202, 202, 200], "\"accepted\":0"),
    ]
}

fn bad_or_absent() -> Expected {
    Expected::OneOf(&[400, 404, 405])
}

/// What is not there.
pub(super) fn paths() -> Vec<Case> {
    let ask = |name: &str, method: &str, path: &str, status: &'static [u16]| {
        let holds = if method == "HEAD" { "" } else { "\"error\":" };
        case(name, request(method, path, "", b""), status, holds)
    };
    vec![
        ask("GET of inputs", "GET", INPUTS, &[405]),
        ask("DELETE of inputs", "DELETE", INPUTS, &[405]),
        ask("a method of our own", "BREW", INPUTS, &[405]),
        ask("a path that is not there", "POST", "/api/v1/nothing", &[404]),
        ask("a path that climbs", "GET", "/api/v1/../../etc/passwd", &[404]),
        ask("a path that climbs in disguise", "GET", "/api/v1/%2e%2e%2f%00etc/passwd", &[404]),
    ]
}

/// Those who hold a connection and say little.
pub(super) fn slow() -> Vec<Case> {
    let cut_off =
        |name: &str, send: Send| Case { name: name.to_owned(), send, expected: Expected::CutOff };
    let slow_body = [head("Content-Length: 50\r\n").as_slice(), b"{"].concat();
    vec![
        cut_off("a head byte by byte", Send::Drip(vec![b'x'; 400])),
        cut_off("half a head, then silence", Send::Whole(b"POST / HTTP/1.1\r\nHost: ".to_vec())),
        cut_off("nothing at all", Send::Whole(Vec::new())),
        Case {
            name: "a body that never comes".to_owned(),
            send: Send::Whole(slow_body),
            expected: Expected::Answers(&[408], "too_slow"),
        },
    ]
}
