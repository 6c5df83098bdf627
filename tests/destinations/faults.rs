//! The table of faults: status × moment × header dialect, for every driver with a network.

use std::{collections::BTreeSet, net::SocketAddr, time::Duration};

use bellwether::{
    broadcast::{self, Driver, Sending},
    domain::{Destination, Policy, Timestamp},
    event::{DeliveryEvent, Output, Post, Receipt, Resolution, SendError},
    outbox::{Job, Outbox, Step},
};
use chrono::TimeDelta;
use futures_util::future::join_all;

use super::{
    fake::{Fake, Fault, Moment},
    rows::{self, Once, ROWS, Row},
};

/// What the first attempt must come to.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    Sent,
    Rejected,
    /// Tried again; the other side asked for this many seconds at least.
    Retry(Option<u64>),
    Unknown,
}

/// One line of the table.
fn line(
    moment: Moment,
    status: u16,
    headers: &[(&'static str, &str)],
    wanted: Wanted,
) -> (Fault, Wanted) {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    (Fault { headers, ..Fault::new(moment, status) }, wanted)
}

#[rustfmt::skip]
fn table() -> Vec<(Fault, Wanted)> {
    use Moment::{Accept, Answer, HalfAnswer, Head, Kept, NoBody, Silence};
    use Wanted::{Rejected, Retry, Sent, Unknown};
    let date = ("date", "Thu, 24 Apr 2014 02:40:00 GMT");
    vec![
        line(Answer, 200, &[], Sent),
        line(Answer, 201, &[], Sent),
        line(Answer, 202, &[], Sent),
        line(Answer, 204, &[], Sent),
        line(NoBody, 200, &[], Sent),
        line(NoBody, 400, &[], Rejected),
        line(NoBody, 500, &[], Unknown),
        line(Answer, 301, &[("location", "http://127.0.0.1:9/")], Rejected),
        line(Answer, 302, &[("location", "/elsewhere")], Rejected),
        line(Answer, 307, &[("location", "//example.org/")], Rejected),
        line(Answer, 308, &[], Rejected),
        line(Answer, 400, &[], Rejected),
        line(Answer, 401, &[], Retry(Some(300))),
        line(Answer, 403, &[], Retry(Some(300))),
        line(Answer, 403, &[("retry-after", "900")], Retry(Some(900))),
        line(Answer, 404, &[], Rejected),
        line(Answer, 405, &[], Rejected),
        line(Answer, 408, &[], Retry(None)),
        line(Answer, 409, &[], Rejected),
        line(Answer, 410, &[], Rejected),
        line(Answer, 410, &[("retry-after", "5")], Rejected),
        line(Answer, 413, &[], Rejected),
        line(Answer, 422, &[], Rejected),
        line(Answer, 425, &[], Retry(None)),
        line(Answer, 429, &[], Retry(None)),
        line(Answer, 429, &[("retry-after", "7")], Retry(Some(7))),
        line(Answer, 429, &[("Retry-After", " 7 ")], Retry(Some(7))),
        line(Answer, 429, &[("retry-after", "0")], Retry(Some(0))),
        line(Answer, 429, &[("retry-after", "1.5")], Retry(Some(1))),
        line(Answer, 429, &[("retry-after", "-4")], Retry(Some(0))),
        line(Answer, 429, &[("retry-after", "99999999999999999999")], Retry(None)),
        line(Answer, 429, &[("retry-after", "soon")], Retry(None)),
        line(Answer, 429, &[("retry-after", "")], Retry(None)),
        line(Answer, 429, &[date, ("retry-after", "Thu, 24 Apr 2014 02:41:00 GMT")], Retry(Some(60))),
        line(Answer, 429, &[date, ("retry-after", "Thursday, 24-Apr-14 02:41:00 GMT")], Retry(Some(60))),
        line(Answer, 429, &[date, ("retry-after", "Thu Apr 24 02:41:00 2014")], Retry(Some(60))),
        line(Answer, 429, &[date, ("retry-after", "Thu, 24 Apr 2014 01:00:00 GMT")], Retry(Some(0))),
        line(Answer, 429, &[date, ("x-ratelimit-reset", "2014-04-24T02:40:40.5Z")], Retry(Some(40))),
        line(Answer, 429, &[date, ("ratelimit-reset", "1398307220")], Retry(Some(20))),
        line(Answer, 429, &[date, ("x-rate-limit-reset", "1398307190")], Retry(Some(0))),
        line(Answer, 429, &[("ratelimit-reset", "12")], Retry(Some(12))),
        line(Answer, 429, &[("ratelimit-reset", "tomorrow")], Retry(None)),
        line(Answer, 429, &[("retry-after", "3"), ("ratelimit-reset", "12")], Retry(Some(3))),
        line(Answer, 404, &[("ratelimit-reset", "12")], Rejected),
        line(Answer, 503, &[date, ("retry-after", "Thu, 24 Apr 2014 02:42:00 GMT")], Retry(Some(120))),
        line(Answer, 503, &[("retry-after", "30")], Retry(Some(30))),
        line(Answer, 500, &[], Unknown),
        line(Answer, 500, &[("retry-after", "30")], Unknown),
        line(Answer, 501, &[], Unknown),
        line(Answer, 502, &[], Unknown),
        line(Answer, 503, &[], Unknown),
        line(Answer, 504, &[], Unknown),
        line(Answer, 599, &[], Unknown),
        line(Answer, 418, &[], Rejected),
        line(Accept, 0, &[], Unknown),
        line(Head, 0, &[], Unknown),
        line(Kept, 0, &[], Unknown),
        line(HalfAnswer, 0, &[], Unknown),
        line(Silence, 0, &[], Unknown),
    ]
}

/// Mail is no HTTP: `tests/mail` has a table of its own for it.
fn networked() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().filter(|row| row.options.is_some() && row.kind != "email")
}

#[tokio::test]
async fn each_driver_meets_each_fault_rightly_and_its_post_arrives_once() {
    for row in networked() {
        let runs = table().into_iter().map(|(fault, wanted)| one_fault(row, fault, wanted));
        join_all(runs).await;
    }
}

async fn one_fault(row: &Row, fault: Fault, wanted: Wanted) {
    let fake = Fake::of((row.world)()).await;
    let seen = format!("{}: {fault:?}", row.kind);
    let driver = driver(&rows::destination(row, fake.address), row);
    driver.check().await.expect("it is well");
    let wanted = wanted_of(row, wanted, fault.status);
    fake.will(fault);
    let first = driver.send(rows::sending(&rows::post())).await;
    check(&first, wanted, &seen);
    say_nothing_secret(&format!("{first:?}"));
    // Discord's keeps a rest by its own clock, which does not leap as the outbox's here does: one that
    // was not told of it goes on, as after a restart.
    let has_to_rest = matches!(first, Err(SendError::RetryAfter { after: Some(_), .. }));
    let driver = match row.kind {
        "discord" if has_to_rest => self::driver(&rows::destination(row, fake.address), row),
        _ => driver,
    };
    let end = deliver(&*driver, &rows::post(), first).await;
    let kept = kept_ids(row, &fake);
    match (wanted, row.once) {
        (Wanted::Rejected, _) => {
            assert_eq!(kept.len(), 0, "{seen}: kept {kept:?}");
            assert!(matches!(end, DeliveryEvent::Failed { .. }), "{seen}: {end:?}");
        }
        (Wanted::Unknown, Once::AtMost) => {
            assert!(kept.len() <= 1, "{seen}: kept {kept:?}");
            assert!(matches!(end, DeliveryEvent::Unresolved { .. }), "{seen}: {end:?}");
        }
        (Wanted::Sent | Wanted::Retry(_) | Wanted::Unknown, _) => {
            assert_eq!(kept.len(), 1, "{seen}: kept {kept:?}");
            assert!(matches!(end, DeliveryEvent::Sent { .. }), "{seen}: {end:?}");
        }
    }
    let bodies: BTreeSet<Vec<u8>> = fake.kept().into_iter().map(|request| request.body).collect();
    assert!(bodies.len() <= 1, "{seen}: a retry sent other bytes");
}

/// A 503 may have kept the post: Discord's, which lets it be sent again only as long as its key is
/// known, two minutes of the driver's own time, is in doubt when it asks for longer, and one that has no
/// key is always.
fn wanted_of(row: &Row, wanted: Wanted, status: u16) -> Wanted {
    match (row.kind, status, wanted) {
        ("discord" | "slack", 503, Wanted::Retry(Some(_))) => Wanted::Unknown,
        _ => wanted,
    }
}

#[tokio::test]
async fn nobody_listening_is_tried_again_and_not_in_doubt() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address: SocketAddr = free.local_addr().expect("bound");
    drop(free);
    for row in networked() {
        let driver = driver(&rows::destination(row, address), row);
        let outcome = driver.send(rows::sending(&rows::post())).await;
        let wanted = SendError::RetryAfter { after: None, reason: "connection refused".to_owned() };
        assert_eq!(outcome, Err(wanted), "{}", row.kind);
    }
}

#[tokio::test]
async fn a_refusal_by_kilobytes_is_told_in_a_line_and_repeats_no_secret() {
    for row in networked() {
        let (long, secret) = refusals(row).await;
        if row.repeats_refusals {
            assert!(long.starts_with("status 422: no "), "{long}");
            assert!(long.chars().count() < 150 && !long.contains('@'), "{long}");
        } else {
            assert_eq!(long, "status 422");
        }
        assert_eq!(secret, "status 422");
    }
}

/// What is told of a refusal with many words, and of one that repeats a secret.
async fn refusals(row: &Row) -> (String, String) {
    let fake = Fake::of((row.world)()).await;
    let driver = driver(&rows::destination(row, fake.address), row);
    driver.check().await.expect("it is well");
    let mut said = Vec::new();
    for body in ["no <b>such</b> @everyone\n".repeat(50_000), "hook t0ken-in-path".to_owned()] {
        fake.will(Fault { body, ..Fault::new(Moment::Answer, 422) });
        let outcome = driver.send(rows::sending(&rows::post())).await;
        let Err(SendError::Rejected(reason)) = outcome else { panic!("{outcome:?}") };
        say_nothing_secret(&reason);
        said.push(reason);
    }
    (said.remove(0), said.remove(0))
}

fn driver(destination: &Destination, row: &Row) -> std::sync::Arc<dyn Driver> {
    broadcast::build(destination, &rows::secrets_at(row, &destination.options), &rows::clock())
        .expect("the row is whole")
}

fn check(outcome: &Result<Receipt, SendError>, wanted: Wanted, seen: &str) {
    let is_right = match (wanted, outcome) {
        (Wanted::Sent, Ok(_))
        | (Wanted::Rejected, Err(SendError::Rejected(_)))
        | (Wanted::Unknown, Err(SendError::Unknown(_)))
        | (Wanted::Retry(None), Err(SendError::RetryAfter { after: None, .. })) => true,
        (Wanted::Retry(Some(seconds)), Err(SendError::RetryAfter { after: Some(after), .. })) => {
            // The clock runs ten times as fast as the receiver's; a staff pause is in its own time.
            let seconds = if seconds == 300 { 30 } else { seconds };
            let real = after.div_f64(10.0);
            (Duration::from_secs(seconds)..Duration::from_secs(seconds + 1)).contains(&real)
        }
        _ => false,
    };
    assert!(is_right, "{seen}: wanted {wanted:?}, got {outcome:?}");
}

fn say_nothing_secret(text: &str) {
    for secret in ["t0ken", "whsec", "bellwether-test-key", &rows::secret()[6..]] {
        assert!(!text.contains(secret), "{text}");
    }
}

/// The posts that stand there, each by its key: a receiver that knows the key has one of each.
fn kept_ids(row: &Row, fake: &Fake) -> Vec<String> {
    let mut kept: Vec<String> = fake.kept().iter().map(|request| (row.key_of)(request)).collect();
    if row.once == Once::ByKey {
        kept.dedup();
    }
    kept
}

/// Goes on from a first attempt as the outbox says, in simulated time, to the post's end.
pub async fn deliver(
    driver: &dyn Driver,
    post: &Post,
    first: Result<Receipt, SendError>,
) -> DeliveryEvent {
    let policy = Policy::default();
    let mut now: Timestamp = rows::decided_at();
    let mut outbox = Outbox::new();
    outbox.apply_output(now, &Output::Post(post.clone()));
    let mut known = Some(first);
    for _ in 0..20 {
        let job = outbox.next_jobs(now).pop().expect("a job is due");
        let Job { step, attempt, first_attempt_at, .. } = job;
        let sending = Sending { first_attempt_at, ..rows::sending(post) };
        let event = match step {
            Step::Send => {
                outbox.apply_event(now, &post.id, &DeliveryEvent::Sending { attempt });
                let outcome = match known.take() {
                    Some(outcome) => outcome,
                    None => driver.send(sending).await,
                };
                outbox.after(&post.id, now, &outcome, &policy)
            }
            Step::Resolve => {
                let resolution: Resolution = driver.resolve(sending).await;
                if let Resolution::AskLater(_) = resolution {
                    // The driver's clock goes ten times as fast; the outbox's as it is told.
                    tokio::time::sleep(Duration::from_millis(400)).await;
                }
                let event = outbox.after_lookup(&post.id, now, &resolution, &policy);
                event.expect("it is in doubt")
            }
        };
        outbox.apply_event(now, &post.id, &event);
        let Some(due) = outbox.next_due() else { return event };
        now = due.max(now + TimeDelta::milliseconds(1));
    }
    panic!("it came to no end");
}
