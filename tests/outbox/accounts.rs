//! Destinations that post with one account.

use std::time::Duration;

use bellwether::{
    domain::{Abilities, Audience, Destination, Limits, Policy, TextUnit},
    event::{DeliveryEvent, Receipt, Resolution, SendError},
    outbox::Step,
};

use super::{
    model::{at, post},
    rules::{attempt, decided, jobs, later},
};

fn of_account(id: &str, account: Option<&str>) -> Destination {
    Destination {
        id: id.into(),
        kind: "mastodon".to_owned(),
        audience: Audience::Public,
        language: "en".to_owned(),
        timezone: None,
        options: std::collections::BTreeMap::new(),
        limits: Limits::of(500, TextUnit::Characters),
        abilities: Abilities { account: account.map(str::to_owned), ..Abilities::default() },
    }
}

#[test]
fn destinations_of_one_account_take_turns_and_others_do_not_wait() {
    let (english, german) = (post("en", Some(1), None, 1), post("de", Some(1), None, 2));
    let elsewhere = post("other", Some(1), None, 3);
    let mut outbox = decided(&[&german, &english, &elsewhere]);
    outbox.share_accounts(&[
        of_account("de", Some("mastodon https://social.example")),
        of_account("en", Some("mastodon https://social.example")),
        of_account("other", None),
    ]);
    assert_eq!(jobs(&outbox, 0), ["word 2", "word 3"]);
    outbox.claim(&german.id);
    assert_eq!(jobs(&outbox, 0), ["word 3"]);
    outbox.apply_event(at(0), &german.id, &DeliveryEvent::Sending { attempt: 1 });
    assert_eq!(jobs(&outbox, 0), ["word 3"]);
    attempt(&mut outbox, &german.id, 1, &later(None));
    // One that was tried already lets the other go first, and neither waits for ever.
    assert_eq!(jobs(&outbox, 60_000), ["word 1", "word 3"]);
    attempt(&mut outbox, &english.id, 60_000, &Ok(Receipt::default()));
    assert_eq!(jobs(&outbox, 60_000), ["word 2", "word 3"]);
}

#[test]
fn a_pause_asked_of_one_destination_leaves_the_others_of_its_account() {
    let (english, german) = (post("en", Some(1), None, 1), post("de", Some(1), None, 2));
    let mut outbox = decided(&[&english, &german]);
    outbox.share_accounts(&[of_account("de", Some("one")), of_account("en", Some("one"))]);
    attempt(&mut outbox, &english.id, 0, &later(Some(Duration::from_secs(60))));
    assert_eq!(outbox.next_due(), Some(at(0)));
    assert_eq!(jobs(&outbox, 1), ["word 2"]);
    outbox.claim(&german.id);
    assert_eq!(outbox.next_due(), None);
    outbox.release(&german.id);
    attempt(&mut outbox, &german.id, 1, &Ok(Receipt::default()));
    assert_eq!(outbox.next_due(), Some(at(60_000)));
}

#[test]
fn while_a_post_is_in_doubt_no_other_destination_of_its_account_sends() {
    let (english, german) = (post("en", Some(1), None, 1), post("de", Some(1), None, 2));
    let elsewhere = post("other", Some(1), None, 3);
    let mut outbox = decided(&[&english, &german, &elsewhere]);
    let one = Some("mastodon https://social.example");
    outbox.share_accounts(&[of_account("de", one), of_account("en", one)]);
    attempt(&mut outbox, &english.id, 0, &Err(SendError::Unknown("timeout".to_owned())));
    let due = outbox.next_due().expect("elsewhere is due");
    assert_eq!((due, jobs(&outbox, 0)), (at(0), vec!["word 3".to_owned()]));
    attempt(&mut outbox, &elsewhere.id, 0, &Ok(Receipt::default()));
    let looked_up = outbox.next_due().expect("it is looked up");
    assert!(looked_up > at(0), "nothing spins while German waits");
    let jobs_then = outbox.next_jobs(looked_up);
    let steps: Vec<_> = jobs_then.iter().map(|job| (job.post.body.as_str(), job.step)).collect();
    assert_eq!(steps, [("word 1", Step::Resolve)]);
    let found = DeliveryEvent::Sent { remote_id: None, link: None, remark: None };
    outbox.apply_event(looked_up, &english.id, &found);
    assert_eq!(outbox.next_jobs(looked_up).len(), 1, "and now German goes");
}

#[test]
fn a_doubt_that_nobody_can_resolve_silences_the_others_of_its_account_for_minutes_and_no_longer() {
    let (english, german) = (post("en", Some(1), None, 1), post("de", Some(1), None, 2));
    let mut outbox = decided(&[&english, &german]);
    let one = Some("x https://api.example");
    outbox.share_accounts(&[of_account("de", one), of_account("en", one)]);
    attempt(&mut outbox, &english.id, 0, &Err(SendError::Unknown("timeout".to_owned())));
    let mut looked = 0;
    let sent_at = loop {
        let now = outbox.next_due().expect("something is due");
        let job = outbox.next_jobs(now).pop().expect("and can be done");
        if job.post.id == german.id {
            break now;
        }
        let closed = Resolution::AskLater("status 401".to_owned());
        let event = outbox.after_lookup(&english.id, now, &closed, &Policy::default());
        outbox.apply_event(now, &english.id, &event.expect("it is in doubt"));
        looked += 1;
        assert!(looked < 100, "nothing spins");
    };
    assert!(looked > 2, "it was looked up {looked} times before");
    assert_eq!(sent_at, at(15 * 60_000));
}
