//! The schedule's rules, one test each, in simulated time.

use std::time::Duration;

use bellwether::{
    domain::{Impact, IncidentId, IncidentState, Policy, PostId, Timestamp, UpdateKind, WindowId},
    event::{DeliveryEvent, Output, Post, PostAction, Receipt, Resolution, SendError},
    outbox::{DeliveryState, FINISHED_MAX, Outbox, Step, WAITING_MAX, backoff},
};
use chrono::TimeDelta;

use super::model::{at, post};

const HOUR_MS: i64 = 3_600_000;

pub fn later(after: Option<Duration>) -> Result<Receipt, SendError> {
    Err(SendError::RetryAfter { after, reason: "busy".to_owned() })
}

pub fn decided(posts: &[&Post]) -> Outbox {
    let mut outbox = Outbox::new();
    for post in posts {
        outbox.apply_output(at(0), &Output::Post((*post).clone()));
    }
    outbox
}

pub fn jobs(outbox: &Outbox, ms: i64) -> Vec<String> {
    outbox.next_jobs(at(ms)).into_iter().map(|job| job.post.body).collect()
}

pub fn attempt(outbox: &mut Outbox, id: &PostId, ms: i64, outcome: &Result<Receipt, SendError>) {
    outbox.apply_event(at(ms), id, &DeliveryEvent::Sending { attempt: 1 });
    let event = outbox.after(id, at(ms), outcome, &Policy::default());
    outbox.apply_event(at(ms), id, &event);
}

pub fn incident(state: IncidentState) -> Output {
    Output::Incident {
        id: IncidentId(1),
        state,
        impact: Impact::Minor,
        suspicion: None,
        servers: Vec::new(),
        title: "slow".to_owned(),
        reopened: false,
        by: None,
    }
}

fn not_before(event: &DeliveryEvent) -> Option<Timestamp> {
    match event {
        DeliveryEvent::Retry { not_before, .. } | DeliveryEvent::Unknown { not_before, .. } => {
            Some(*not_before)
        }
        DeliveryEvent::Sending { .. }
        | DeliveryEvent::Sent { .. }
        | DeliveryEvent::Unresolved { .. }
        | DeliveryEvent::Failed { .. }
        | DeliveryEvent::Superseded { .. }
        | DeliveryEvent::Gone => None,
    }
}

#[test]
fn waits_double_from_two_seconds_to_ten_minutes_within_a_fifth() {
    for number in 0..200 {
        let id = post("d", None, None, number).id;
        for attempt in 1..40 {
            let base_ms = (2_000.0 * 2f64.powi(attempt - 1)).min(600_000.0);
            let attempt = u32::try_from(attempt).expect("small");
            let wait_ms = backoff(&id, attempt).num_milliseconds() as f64;
            assert!((base_ms * 0.8..=base_ms * 1.2).contains(&wait_ms), "{attempt}: {wait_ms}");
            assert_eq!(backoff(&id, attempt), backoff(&id, attempt));
        }
    }
}

#[test]
fn posts_that_failed_together_do_not_come_back_together() {
    let waits: std::collections::BTreeSet<_> =
        (0..100).map(|number| backoff(&post("d", None, None, number).id, 8)).collect();
    assert!(waits.len() > 90, "{} different waits", waits.len());
}

#[test]
fn a_retry_holds_back_later_posts_of_its_incident_alone() {
    let (one, two) = (post("d", Some(1), None, 1), post("d", Some(1), None, 2));
    let (other, notice) = (post("d", Some(2), None, 3), post("d", None, None, 4));
    let mut outbox = decided(&[&one, &two, &other, &notice]);
    attempt(&mut outbox, &one.id, 0, &later(None));
    assert_eq!(jobs(&outbox, 1), ["word 3"]);
    attempt(&mut outbox, &other.id, 1, &Ok(Receipt::default()));
    assert_eq!(jobs(&outbox, 1), ["word 4"]);
    attempt(&mut outbox, &notice.id, 1, &Ok(Receipt::default()));
    assert_eq!(jobs(&outbox, 1), Vec::<String>::new());
    assert_eq!(jobs(&outbox, 3_000), ["word 1"]);
}

#[test]
fn a_pause_that_was_asked_for_holds_back_the_whole_destination_and_no_other() {
    let (one, other) = (post("d", Some(1), None, 1), post("d", Some(2), None, 2));
    let elsewhere = post("e", Some(1), None, 3);
    let mut outbox = decided(&[&one, &other, &elsewhere]);
    attempt(&mut outbox, &one.id, 0, &later(Some(Duration::from_secs(60))));
    assert_eq!(jobs(&outbox, 59_999), ["word 3"]);
    assert_eq!(jobs(&outbox, 60_000), ["word 2", "word 3"]);
}

#[test]
fn retry_after_is_taken_at_its_word_up_to_a_day_and_five_times() {
    let post = post("d", Some(1), None, 1);
    let mut outbox = decided(&[&post]);
    let patient = Policy { give_up_after_s: 7 * 24 * 3600, ..Policy::default() };
    let wait = |outbox: &Outbox, seconds| {
        let after = later(Some(Duration::from_secs(seconds)));
        let event = outbox.after(&post.id, at(0), &after, &patient);
        not_before(&event).map(|until| until - at(0))
    };
    for attempt in 1..=6 {
        outbox.apply_event(at(0), &post.id, &DeliveryEvent::Sending { attempt });
        assert_eq!(wait(&outbox, 3600), Some(TimeDelta::hours(1)));
        assert_eq!(wait(&outbox, 10 * 24 * 3600), Some(TimeDelta::days(1)));
        assert_eq!(wait(&outbox, u64::MAX), Some(TimeDelta::days(1)));
        let soonest = TimeDelta::milliseconds(100);
        let soonest = if attempt <= 5 { soonest } else { backoff(&post.id, attempt) };
        assert_eq!(wait(&outbox, 0), Some(soonest), "after attempt {attempt}");
    }
}

#[test]
fn it_is_given_up_as_policy_says_after_a_last_try_at_that_moment() {
    let post = post("d", Some(1), None, 1);
    let mut outbox = decided(&[&post]);
    let policy = Policy { give_up_after_s: 3600, ..Policy::default() };
    let (mut now, mut tries) = (at(0), 0);
    let end = loop {
        let job = outbox.next_jobs(now).pop().expect("one is due");
        outbox.apply_event(now, &post.id, &DeliveryEvent::Sending { attempt: job.attempt });
        tries += 1;
        let event = outbox.after(&post.id, now, &later(None), &policy);
        outbox.apply_event(now, &post.id, &event);
        let Some(due) = outbox.next_due() else { break event };
        now = due;
    };
    assert!(matches!(end, DeliveryEvent::Failed { .. }), "{end:?}");
    assert_eq!(now, at(HOUR_MS));
    assert!((12..=18).contains(&tries), "{tries} tries in an hour");
}

#[test]
fn a_pause_that_ends_after_patience_does_is_not_waited_for() {
    let post = post("d", Some(1), None, 1);
    let mut outbox = decided(&[&post]);
    outbox.apply_event(at(0), &post.id, &DeliveryEvent::Sending { attempt: 1 });
    let policy = Policy { give_up_after_s: 3600, ..Policy::default() };
    let event = outbox.after(&post.id, at(0), &later(Some(Duration::from_secs(3601))), &policy);
    assert_eq!(event, DeliveryEvent::Failed { reason: "busy".to_owned() });
}

#[test]
fn what_may_have_arrived_is_never_called_failed() {
    let post = post("d", Some(1), None, 1);
    let mut outbox = decided(&[&post]);
    attempt(&mut outbox, &post.id, 0, &Err(SendError::Unknown("timeout".to_owned())));
    let job = outbox.next_jobs(at(10_000)).pop().expect("it is looked up");
    assert_eq!(job.step, Step::Resolve);
    assert_eq!(job.first_attempt_at, Some(at(0)));
    let policy = Policy::default();
    let event = outbox.after_lookup(&post.id, at(10_000), &Resolution::SendAgain, &policy);
    outbox.apply_event(at(10_000), &post.id, &event.expect("it is in doubt"));
    attempt(&mut outbox, &post.id, 10_000, &Err(SendError::Rejected("no".to_owned())));
    let delivery = outbox.delivery(&post.id).expect("kept");
    assert!(matches!(delivery.state, DeliveryState::Unresolved { .. }), "{delivery:?}");
}

#[test]
fn a_reply_learns_its_threads_first_post_even_long_after() {
    let first = post("d", Some(1), None, 1);
    let reply = Post { thread: Some(first.id.clone()), ..post("d", Some(1), None, 2) };
    let mut outbox = decided(&[&first, &reply]);
    outbox.apply_output(at(0), &incident(IncidentState::Investigating));
    let receipt = Receipt { remote_id: Some("remote-1".to_owned()), ..Receipt::default() };
    attempt(&mut outbox, &first.id, 0, &Ok(receipt));
    outbox.prune(at(48 * HOUR_MS));
    assert!(outbox.delivery(&first.id).is_none());
    let job = outbox.next_jobs(at(48 * HOUR_MS)).pop().expect("the reply is due");
    assert_eq!(job.reply_to.as_deref(), Some("remote-1"));
}

#[test]
fn posts_of_a_window_keep_their_order_and_its_thread_is_found_weeks_later() {
    let of_window = |window: u64, number: usize| {
        let id = format!("w-{window}-{number}").into();
        Post { id, window: Some(WindowId(window)), ..post("d", None, None, number) }
    };
    let first = of_window(1, 1);
    let reply = Post { thread: Some(first.id.clone()), ..of_window(1, 2) };
    let other = of_window(2, 3);
    let mut outbox = decided(&[&first, &reply, &other]);
    attempt(&mut outbox, &first.id, 0, &later(None));
    assert_eq!(jobs(&outbox, 0), ["word 3"], "the other window does not wait");
    attempt(&mut outbox, &other.id, 0, &Ok(Receipt::default()));
    let receipt = Receipt { remote_id: Some("remote-1".to_owned()), ..Receipt::default() };
    attempt(&mut outbox, &first.id, HOUR_MS, &Ok(receipt));
    let copy: Outbox =
        serde_json::from_str(&serde_json::to_string(&outbox).expect("JSON")).expect("back");
    assert_eq!(copy, outbox);
    outbox.prune(at(30 * 24 * HOUR_MS));
    assert!(outbox.delivery(&first.id).is_none());
    let job = outbox.next_jobs(at(30 * 24 * HOUR_MS)).pop().expect("the reply is due");
    assert_eq!(job.reply_to.as_deref(), Some("remote-1"));
}

#[test]
fn an_update_waits_for_no_earlier_one_to_be_passed_on() {
    let first = post("d", Some(1), None, 1);
    let passed_on = Post {
        action: PostAction::Crosspost,
        thread: Some(first.id.clone()),
        ..post("d", Some(1), None, 2)
    };
    let next = post("d", Some(1), None, 3);
    let mut outbox = decided(&[&first, &passed_on, &next]);
    assert_eq!(jobs(&outbox, 0), ["word 1"], "what is passed on waits for what it is");
    let receipt = Receipt { remote_id: Some("remote-1".to_owned()), ..Receipt::default() };
    attempt(&mut outbox, &first.id, 0, &Ok(receipt));
    assert_eq!(outbox.next_jobs(at(0))[0].reply_to.as_deref(), Some("remote-1"));
    attempt(&mut outbox, &passed_on.id, 0, &later(Some(Duration::from_secs(3000))));
    assert_eq!(jobs(&outbox, 0), ["word 3"]);
    attempt(&mut outbox, &next.id, 0, &Ok(Receipt::default()));
    assert_eq!(jobs(&outbox, 2_999_000), Vec::<String>::new());
    assert_eq!(jobs(&outbox, 3_000_000), ["word 2"]);
}

#[test]
fn a_post_decided_again_is_not_sent_again_while_its_incident_may_reopen() {
    let post = post("d", Some(1), None, 1);
    let mut outbox = decided(&[&post]);
    attempt(&mut outbox, &post.id, 0, &Ok(Receipt::default()));
    outbox.apply_output(at(HOUR_MS), &incident(IncidentState::Resolved));
    outbox.prune(at(HOUR_MS - 1));
    outbox.apply_output(at(HOUR_MS), &Output::Post(post.clone()));
    assert_eq!(outbox.waiting_count(), 0);
    assert!(outbox.delivery(&post.id).is_none() && outbox.knows(&post.id));
    outbox.prune(at(HOUR_MS + 1));
    assert!(!outbox.knows(&post.id), "the incident is over for good");
}

#[test]
fn memory_stays_bounded_however_much_is_sent() {
    let mut outbox = Outbox::new();
    for number in 0..3 * FINISHED_MAX {
        let post = post("d", None, Some("p"), number);
        let now = at(number as i64 * HOUR_MS);
        outbox.apply_output(now, &Output::Post(post.clone()));
        outbox.apply_event(now, &post.id, &DeliveryEvent::Sending { attempt: 1 });
        let event = DeliveryEvent::Sent { remote_id: None, link: None, remark: None };
        outbox.apply_event(now, &post.id, &event);
        if number % 100 == 0 {
            outbox.prune(now - TimeDelta::days(7));
        }
    }
    assert!(outbox.listing().len() <= 7 * 24 + 101, "{}", outbox.listing().len());
    let bytes = serde_json::to_vec(&outbox).expect("plain data").len();
    assert!(bytes < 300_000, "{bytes} bytes");
}

#[test]
fn above_the_limit_the_oldest_waiting_posts_are_given_up_aloud() {
    let mut outbox = Outbox::new();
    for number in 0..WAITING_MAX + 3 {
        let post = post("d", Some(1), None, number);
        outbox.apply_output(at(0), &Output::Post(post));
    }
    let surplus = outbox.surplus();
    assert_eq!(surplus.len(), 3);
    for (id, event) in &surplus {
        assert!(matches!(event, DeliveryEvent::Failed { .. }));
        outbox.apply_event(at(1), id, event);
    }
    assert_eq!(outbox.waiting_count(), WAITING_MAX);
    assert_eq!(jobs(&outbox, 1), ["word 3"]);
}

fn update(incident: u64, recipient: Option<&str>, number: usize, thread: Option<&Post>) -> Post {
    let thread = thread.map(|first| first.id.clone());
    Post { thread, ..post("d", Some(incident), recipient, number) }
}

/// Lets go what is overtaken; returns who gave way to whom.
fn let_go(outbox: &mut Outbox, ms: i64) -> Vec<(String, String)> {
    let word = |outbox: &Outbox, id: &PostId| {
        outbox.delivery(id).map(|delivery| delivery.post.body.clone()).expect("kept")
    };
    let mut told = Vec::new();
    for (id, event) in outbox.overtaken() {
        let DeliveryEvent::Superseded { by } = &event else { panic!("{event:?}") };
        told.push((word(outbox, &id), word(outbox, by)));
        outbox.apply_event(at(ms), &id, &event);
    }
    told
}

#[test]
fn an_update_that_is_overtaken_while_it_waits_gives_way_and_the_thread_begins_with_the_newer() {
    let first = update(1, None, 1, None);
    let (second, third) = (update(1, None, 2, Some(&first)), update(1, None, 3, Some(&first)));
    let mut outbox = decided(&[&first]);
    assert_eq!(let_go(&mut outbox, 0), []);
    attempt(&mut outbox, &first.id, 0, &later(Some(Duration::from_secs(60))));
    outbox.apply_output(at(1000), &Output::Post(second.clone()));
    assert_eq!(let_go(&mut outbox, 1000), [("word 1".to_owned(), "word 2".to_owned())]);
    assert_eq!(jobs(&outbox, 59_999), Vec::<String>::new(), "the pause was asked for");
    let job = outbox.next_jobs(at(60_000)).pop().expect("the newer one");
    assert_eq!((job.post.body.as_str(), job.reply_to), ("word 2", None));
    let receipt = Receipt { remote_id: Some("r-2".to_owned()), ..Receipt::default() };
    attempt(&mut outbox, &second.id, 60_000, &Ok(receipt));
    outbox.apply_output(at(70_000), &Output::Post(third.clone()));
    let reply_to = |outbox: &Outbox| outbox.next_jobs(at(80_000)).pop().expect("due").reply_to;
    assert_eq!(reply_to(&outbox).as_deref(), Some("r-2"));
    outbox.prune(at(75_000));
    assert!(outbox.delivery(&first.id).is_none(), "shrunk to its id");
    assert_eq!(reply_to(&outbox).as_deref(), Some("r-2"));
}

#[test]
fn what_may_have_arrived_is_leaving_or_is_no_update_never_gives_way() {
    let doubtful = update(1, None, 1, None);
    let leaving = Post { destination: "e".into(), ..update(1, None, 11, None) };
    let draft = Post { subject: "draft".to_owned(), ..update(1, None, 21, None) };
    let mut outbox = decided(&[&doubtful, &leaving, &draft]);
    attempt(&mut outbox, &doubtful.id, 0, &Err(SendError::Unknown("timeout".to_owned())));
    outbox.apply_event(at(0), &leaving.id, &DeliveryEvent::Sending { attempt: 1 });
    for (destination, number) in [("d", 2), ("e", 12)] {
        let newer = Post { destination: destination.into(), ..update(1, None, number, None) };
        outbox.apply_output(at(1), &Output::Post(newer));
    }
    for other in [update(2, None, 3, None), update(1, Some("p"), 4, None)] {
        outbox.apply_output(at(1), &Output::Post(other));
    }
    assert_eq!(let_go(&mut outbox, 1), []);
}

#[test]
fn nobody_passes_on_what_gave_way() {
    let first = update(1, None, 1, None);
    let passed_on = update(1, None, 5, Some(&first));
    let second = update(1, None, 7, Some(&first));
    let mut outbox = decided(&[&first, &passed_on, &second]);
    let gone = [("word 1", "word 7"), ("word 5", "word 1")];
    let gone = gone.map(|(old, by)| (old.to_owned(), by.to_owned()));
    assert_eq!(let_go(&mut outbox, 1), gone);
    assert_eq!(let_go(&mut outbox, 2), []);
    assert_eq!(jobs(&outbox, 2), ["word 7"]);
}

#[test]
fn what_did_not_arrive_is_due_again_when_staff_say_so_and_patience_begins_anew() {
    let (first, second) = (post("d", Some(1), None, 1), post("d", Some(1), None, 2));
    let mut outbox = decided(&[&first, &second]);
    attempt(&mut outbox, &first.id, 0, &Err(SendError::Rejected("no".to_owned())));
    attempt(&mut outbox, &second.id, 0, &Ok(Receipt::default()));
    let late = at(10 * 24 * HOUR_MS);
    assert_eq!(outbox.next_due(), None);
    outbox.apply_output(late, &again(&first.id, false));
    outbox.apply_output(late, &again(&second.id, false));
    let jobs = outbox.next_jobs(late);
    assert_eq!(jobs.len(), 1, "what arrived stays sent");
    assert_eq!((&jobs[0].post, jobs[0].step, jobs[0].attempt), (&first, Step::Send, 2));
    outbox.apply_event(late, &first.id, &DeliveryEvent::Sending { attempt: 2 });
    let event = outbox.after(&first.id, late, &later(None), &Policy::default());
    assert!(matches!(event, DeliveryEvent::Retry { .. }), "{event:?}");
}

#[test]
fn what_may_have_arrived_is_looked_up_first_unless_somebody_did() {
    for not_there in [false, true] {
        let post = post("d", Some(1), None, 1);
        let mut outbox = decided(&[&post]);
        attempt(&mut outbox, &post.id, 0, &Err(SendError::Unknown("timeout".to_owned())));
        let unresolved = DeliveryEvent::Unresolved { reason: "nobody can tell".to_owned() };
        outbox.apply_event(at(1000), &post.id, &unresolved);
        outbox.apply_output(at(2000), &again(&post.id, not_there));
        let job = outbox.next_jobs(at(2000)).pop().expect("it is due");
        assert_eq!(job.step, if not_there { Step::Send } else { Step::Resolve });
        assert_eq!(job.post, post);
    }
}

#[test]
fn of_finished_posts_those_that_did_not_arrive_are_kept_longest() {
    let posts: Vec<Post> =
        (1..=FINISHED_MAX + 50).map(|number| post("d", Some(1), None, number)).collect();
    let mut outbox = decided(&posts.iter().collect::<Vec<_>>());
    for (number, post) in posts.iter().enumerate() {
        let failed = Err(SendError::Rejected("no".to_owned()));
        let outcome = if number == 0 { failed } else { Ok(Receipt::default()) };
        attempt(&mut outbox, &post.id, number as i64, &outcome);
    }
    assert!(outbox.delivery(&posts[0].id).is_some());
    assert!(outbox.delivery(&posts[1].id).is_none());
    assert_eq!(outbox.listing().len(), FINISHED_MAX);
}

fn again(post: &PostId, not_there: bool) -> Output {
    Output::PostAgain { post: post.clone(), not_there, by: "tim".to_owned() }
}

#[test]
fn ids_of_what_is_told_after_an_incident_are_not_kept_for_ever() {
    let mut outbox = Outbox::new();
    let told = Output::Update {
        incident: IncidentId(1),
        draft: None,
        revision: 3,
        kind: UpdateKind::PostMortem,
        text: "It was the line.".to_owned(),
        wordings: Vec::new(),
        by: "tim".to_owned(),
        role: None,
        next_update_at: None,
    };
    let post = post("d", Some(1), None, 1);
    outbox.apply_output(at(0), &told);
    outbox.apply_output(at(0), &Output::Post(post.clone()));
    attempt(&mut outbox, &post.id, 0, &Ok(Receipt::default()));
    outbox.prune(at(1));
    assert!(!outbox.knows(&post.id));
}
