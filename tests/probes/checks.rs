//! One check of one target: what is found, in which words.

use std::time::Duration;

use bellwether::{
    clock::Clock,
    domain::ProbeKind,
    intake::probes::{Outcome, Trust},
};
use chrono::{DateTime, TimeDelta};
use tokio::io::AsyncWriteExt;

use super::servers::{
    check, check_briefly, check_within, get, http, nobody, read_head, says, server, silent,
    wanting, why,
};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

#[tokio::test]
async fn a_page_that_loads_is_ok_and_has_a_latency() {
    let (address, _) = says(OK).await;
    let outcome = check(get(address)).await;
    assert!(outcome.ok && outcome.error.is_none(), "{outcome:?}");
    assert!(outcome.latency_ms.is_some_and(|ms| ms < 5_000), "{outcome:?}");
}

#[tokio::test]
async fn a_request_is_in_origin_form_with_its_host_and_asks_to_close() {
    let (told, mut heard) = tokio::sync::mpsc::channel(1);
    let (address, _) = server(move |mut stream| {
        let told = told.clone();
        async move {
            let mut bytes = vec![0; 2048];
            let count = tokio::io::AsyncReadExt::read(&mut stream, &mut bytes).await;
            bytes.truncate(count.expect("a request"));
            let _ = stream.write_all(OK.as_bytes()).await;
            let _ = told.send(String::from_utf8(bytes).expect("ASCII")).await;
        }
    })
    .await;
    assert!(check(get(address)).await.ok);
    let request = heard.recv().await.expect("a request").to_lowercase();
    assert!(request.starts_with("get /path?and=query http/1.1\r\n"), "{request}");
    for header in [format!("host: {address}"), "connection: close".into(), "accept: */*".into()] {
        assert!(request.contains(&format!("{header}\r\n")), "{header} is not in {request}");
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (elsewhere, seen) = says(OK).await;
    let (address, _) = server(move |mut stream| async move {
        read_head(&mut stream).await;
        let answer = format!(
            "HTTP/1.1 302 Found\r\nlocation: http://{elsewhere}/\r\ncontent-length: 0\r\n\r\n"
        );
        let _ = stream.write_all(answer.as_bytes()).await;
    })
    .await;
    assert!(check(get(address)).await.ok);
    assert_eq!(why(&check(wanting(address, &[200], None)).await), "status 302");
    assert_eq!(seen.connections.load(std::sync::atomic::Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_wrong_status_is_said_and_still_has_a_latency() {
    let (address, _) = says("HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n").await;
    let outcome = check(get(address)).await;
    assert_eq!(why(&outcome), "status 503");
    assert!(outcome.latency_ms.is_some());
    assert!(check(wanting(address, &[200, 503], None)).await.ok);
}

#[tokio::test]
async fn a_wanted_text_is_looked_for_in_the_first_64_kib_however_the_body_comes() {
    let (address, _) = says(OK).await;
    assert!(check(wanting(address, &[], Some("ell"))).await.ok);
    let outcome = check(wanting(address, &[], Some("Welcome"))).await;
    assert_eq!(why(&outcome), "body lacks \"Welcome\"");
    let (chunked, _) = says(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nWel\r\n4\r\ncome\r\n0\r\n\r\n",
    )
    .await;
    assert!(check(wanting(chunked, &[], Some("Welcome"))).await.ok);
    let (unsized_body, _) = says("HTTP/1.0 200 OK\r\n\r\nWelcome").await;
    assert!(check(wanting(unsized_body, &[], Some("Welcome"))).await.ok);
    let (late, _) = server(|mut stream| async move {
        read_head(&mut stream).await;
        let page = "x".repeat(64 << 10) + "Welcome";
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", page.len());
        let _ = stream.write_all((head + &page).as_bytes()).await;
    })
    .await;
    assert_eq!(why(&check(wanting(late, &[], Some("Welcome"))).await), "body lacks \"Welcome\"");
}

#[tokio::test]
async fn a_body_without_end_is_read_to_its_limit_and_no_further() {
    let (address, _) = server(|mut stream| async move {
        read_head(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.0 200 OK\r\n\r\n").await;
        while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
    })
    .await;
    assert!(check(get(address)).await.ok);
}

#[tokio::test]
async fn nobody_listening_is_connection_refused() {
    for kind in [get(nobody()), ProbeKind::Tcp { address: nobody().to_string() }] {
        let outcome = check(kind).await;
        assert_eq!(why(&outcome), "connection refused");
        assert_eq!(outcome.latency_ms, None);
    }
}

#[tokio::test]
async fn an_open_port_is_enough_for_tcp() {
    let (address, _) = silent().await;
    let outcome = check(ProbeKind::Tcp { address: address.to_string() }).await;
    assert!(outcome.ok && outcome.latency_ms.is_some(), "{outcome:?}");
}

#[tokio::test]
async fn a_connection_that_is_reset_is_said_to_be() {
    let (address, _) = server(|mut stream| async move {
        read_head(&mut stream).await;
        stream.set_zero_linger().expect("a socket option");
    })
    .await;
    assert_eq!(why(&check(get(address)).await), "connection reset");
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    let broken = [
        "",
        "HTTP/1.1 20",
        "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf a page",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n50\r\nhalf",
    ];
    for text in broken {
        let (address, _) = says(text).await;
        let outcome = check(get(address)).await;
        assert_eq!(why(&outcome), "connection closed early", "{text:?}");
    }
}

#[tokio::test]
async fn what_is_not_http_is_said_to_be_none() {
    for text in ["220 mail.example.org ESMTP\r\n", "\u{1}\u{2}\u{3}\r\n\r\n", "HTTP/9.9 x\r\n\r\n"]
    {
        let (address, _) = says(text).await;
        assert_eq!(why(&check(get(address)).await), "not HTTP", "{text:?}");
    }
}

#[tokio::test]
async fn headers_without_end_are_refused_within_bounded_memory() {
    let (address, _) = server(|mut stream| async move {
        read_head(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
        while stream.write_all(b"x-more: of the same and the same again\r\n").await.is_ok() {}
    })
    .await;
    assert_eq!(why(&check(get(address)).await), "not HTTP");
}

#[tokio::test]
async fn silence_is_a_timeout_at_every_step() {
    let (half_open, _) = silent().await;
    let (slow_body, _) = server(|mut stream| async move {
        read_head(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n").await;
        while stream.write_all(b".").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    let handshake = ProbeKind::Tls {
        address: half_open.to_string(),
        server_name: "localhost".to_owned(),
        days_left_min: 1,
    };
    let started = std::time::Instant::now();
    for kind in [get(half_open), get(slow_body), handshake] {
        let outcome = check_briefly(kind).await;
        assert_eq!(why(&outcome), "timeout");
        assert_eq!(outcome.latency_ms, None);
    }
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_no_answer() {
    let outcome = check_briefly(http("http://no-such-host.invalid/".to_owned())).await;
    assert!(["name lookup failed", "timeout"].contains(&why(&outcome)), "{outcome:?}");
}

#[tokio::test]
async fn latency_and_timeout_keep_the_clocks_pace() {
    let (slow, _) = server(|mut stream| async move {
        read_head(&mut stream).await;
        tokio::time::sleep(Duration::from_millis(150)).await;
        let _ = stream.write_all(OK.as_bytes()).await;
    })
    .await;
    let start = DateTime::UNIX_EPOCH + TimeDelta::days(16_000);
    let clock = Clock::paced(start, 10.0);
    let outcome = check_within(get(slow), 30_000, &clock, Trust::Platform).await;
    assert!(outcome.ok, "{outcome:?}");
    assert!(outcome.latency_ms.is_some_and(|ms| (1_500..30_000).contains(&ms)), "{outcome:?}");
    let outcome: Outcome = check_within(get(slow), 1_000, &clock, Trust::Platform).await;
    assert_eq!(why(&outcome), "timeout");
}
