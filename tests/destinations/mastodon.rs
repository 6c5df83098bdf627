//! Mastodon's promises: read back before any retry, threads that outlive their first post, what the
//! server says of itself.

use std::sync::{Arc, Mutex};

use bellwether::{
    broadcast::{CheckError, Driver, Mastodon, Sending},
    domain::{Limits, PostId, TextUnit},
    event::{Post, PostAction, Receipt, Resolution, SendError},
};

use super::{
    fake::{Fake, Fault, Moment},
    rows::{self, ROWS, Row},
    worlds::mastodon::World,
};

fn row() -> &'static Row {
    ROWS.iter().find(|row| row.kind == "mastodon").expect("it has a row")
}

/// A server, and a driver for it with these options more.
async fn stage(options: &[(&str, &str)]) -> (Fake, Arc<Mutex<World>>, Mastodon) {
    let world = Arc::new(Mutex::new(World::new(rows::clock(), &rows::secret())));
    let fake = Fake::of(Box::new(Arc::clone(&world))).await;
    let mut destination = rows::destination(row(), fake.address);
    for (name, value) in options {
        destination.options.insert((*name).to_owned(), (*value).to_owned());
    }
    let driver = Mastodon::new(&destination, &rows::secrets(row()), &rows::clock());
    (fake, world, driver.expect("the row is whole"))
}

fn another(body: &str) -> Post {
    Post { id: PostId::from("another"), body: body.to_owned(), ..rows::post() }
}

/// Looks until there is an answer; the driver's clock goes ten times as fast.
async fn resolve(driver: &Mastodon, sending: Sending<'_>) -> Resolution {
    for _ in 0..100 {
        match driver.resolve(sending).await {
            Resolution::AskLater(_) => {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            settled @ (Resolution::Sent(_) | Resolution::SendAgain | Resolution::CannotTell(_)) => {
                return settled;
            }
        }
    }
    panic!("no answer in ten seconds");
}

#[tokio::test]
async fn a_lost_answer_is_found_by_reading_back_where_the_key_is_ignored() {
    let (fake, world, driver) = stage(&[]).await;
    world.lock().expect("not poisoned").say("Something else.");
    let post = Post {
        body: "Slow & <odd>.\nhttps://status.example.org/incidents/1".to_owned(),
        ..rows::post()
    };
    for moment in [Moment::Kept, Moment::HalfAnswer] {
        let post = Post { body: format!("{} {moment:?}", post.body), ..post.clone() };
        fake.will(Fault::new(moment, 0));
        let sent = driver.send(rows::sending(&post)).await;
        assert!(matches!(sent, Err(SendError::Unknown(_))), "{sent:?}");
        let found = resolve(&driver, rows::sending(&post)).await;
        let last = world.lock().expect("not poisoned").statuses.last().cloned().expect("one");
        let link = format!("https://social.example/@status/{}", last.id);
        let receipt = Receipt { remote_id: Some(last.id), link: Some(link), remark: None };
        assert_eq!(found, Resolution::Sent(receipt));
    }
    assert_eq!(world.lock().expect("not poisoned").made, 3);
}

#[tokio::test]
async fn what_is_not_there_is_not_sent_again_before_it_must_have_come() {
    let (fake, _world, driver) = stage(&[]).await;
    fake.will(Fault::new(Moment::Head, 0));
    let post = rows::post();
    assert!(driver.send(rows::sending(&post)).await.is_err());
    let early = driver.resolve(rows::sending(&post)).await;
    assert!(matches!(early, Resolution::AskLater(_)), "{early:?}");
    assert_eq!(resolve(&driver, rows::sending(&post)).await, Resolution::SendAgain);
}

#[tokio::test]
async fn the_same_words_of_another_post_or_of_yesterday_are_not_this_one() {
    let (fake, world, driver) = stage(&[]).await;
    let (post, same) = (rows::post(), another(&rows::post().body));
    world.lock().expect("not poisoned").say(&post.body);
    let yesterday = rows::decided_at() - chrono::TimeDelta::days(1);
    world.lock().expect("not poisoned").statuses[0].at = yesterday;
    driver.send(rows::sending(&same)).await.expect("it works");
    fake.will(Fault::new(Moment::Head, 0));
    assert!(driver.send(rows::sending(&post)).await.is_err());
    assert_eq!(resolve(&driver, rows::sending(&post)).await, Resolution::SendAgain);
}

#[tokio::test]
async fn many_pages_are_read_back_and_not_without_end() {
    let (fake, world, driver) = stage(&[]).await;
    fake.will(Fault::new(Moment::Kept, 0));
    let post = rows::post();
    assert!(driver.send(rows::sending(&post)).await.is_err());
    for number in 0..100 {
        world.lock().expect("not poisoned").say(&format!("Other words {number}"));
    }
    let found = resolve(&driver, rows::sending(&post)).await;
    assert!(matches!(found, Resolution::Sent(_)), "{found:?}");
    world.lock().expect("not poisoned").page_length = 5;
    let found = resolve(&driver, rows::sending(&post)).await;
    assert!(matches!(found, Resolution::CannotTell(_)), "{found:?}");
}

#[tokio::test]
async fn a_reply_threads_and_one_whose_thread_is_gone_is_posted_alone_and_says_so() {
    let (_fake, world, driver) = stage(&[]).await;
    let first = driver.send(rows::sending(&rows::post())).await.expect("it works");
    let first = first.remote_id.expect("an id");
    let reply = another("Identified.");
    let sending = Sending { reply_to: Some(&first), ..rows::sending(&reply) };
    let threaded = driver.send(sending).await.expect("it works");
    assert_eq!(threaded.remark, None);
    world.lock().expect("not poisoned").statuses.remove(0);
    let late = Post { id: PostId::from("late"), ..another("Resolved.") };
    let sending = Sending { reply_to: Some(&first), ..rows::sending(&late) };
    let alone = driver.send(sending).await.expect("it is not lost");
    let remark = "it stands alone, as the first post of its thread is gone";
    assert_eq!(alone.remark.as_deref(), Some(remark));
    let world = world.lock().expect("not poisoned");
    let threads: Vec<_> = world.statuses.iter().map(|status| status.reply_to.clone()).collect();
    assert_eq!(threads, [Some(first), None]);
    assert_eq!(world.made, 3);
}

#[tokio::test]
async fn an_edit_changes_the_post_and_a_deletion_may_come_twice() {
    let (_fake, world, driver) = stage(&[]).await;
    let first = driver.send(rows::sending(&rows::post())).await.expect("it works");
    let first = first.remote_id.expect("an id");
    let edit = Post { action: PostAction::Edit, ..another("Other words.") };
    let edited = driver.send(Sending { reply_to: Some(&first), ..rows::sending(&edit) }).await;
    assert_eq!(edited.expect("it works").remark, None);
    assert_eq!(world.lock().expect("not poisoned").statuses[0].text, "Other words.");
    let delete = Post { action: PostAction::Delete, ..another("") };
    for _ in 0..2 {
        let gone = driver.send(Sending { reply_to: Some(&first), ..rows::sending(&delete) }).await;
        assert!(gone.is_ok(), "{gone:?}");
    }
    assert!(world.lock().expect("not poisoned").statuses.is_empty());
    let edited = driver.send(Sending { reply_to: Some(&first), ..rows::sending(&edit) }).await;
    assert!(matches!(edited, Err(SendError::Rejected(_))), "{edited:?}");
}

#[tokio::test]
async fn visibility_language_and_warning_are_as_configured_and_another_visibility_is_told() {
    let (_fake, world, driver) =
        stage(&[("visibility", "unlisted"), ("spoiler_text", "Outage")]).await;
    let receipt = driver.send(rows::sending(&rows::post())).await.expect("it works");
    assert_eq!(receipt.remark, None);
    world.lock().expect("not poisoned").forced_visibility = Some("public");
    let receipt = driver.send(rows::sending(&another("More."))).await.expect("it works");
    assert_eq!(receipt.remark.as_deref(), Some("it is public there and not unlisted"));
    let world = world.lock().expect("not poisoned");
    let status = &world.statuses[0];
    let said = (&*status.visibility, &*status.spoiler, &*status.language);
    assert_eq!(said, ("unlisted", "Outage", "en"));
}

#[tokio::test]
async fn a_check_posts_nothing_and_learns_the_limits_in_both_forms() {
    for has_v2 in [true, false] {
        let (_fake, world, driver) = stage(&[("spoiler_text", "Outage")]).await;
        world.lock().expect("not poisoned").has_v2 = has_v2;
        let checked = driver.check().await.expect("it is well");
        assert_eq!(checked.account.as_deref(), Some("status at 127.0.0.1"));
        let limits = Limits { url_length: Some(25), ..Limits::of(394, TextUnit::Characters) };
        assert_eq!(checked.limits, Some(limits));
        world.lock().expect("not poisoned").is_revoked = true;
        let refused = Err(CheckError::Refused("status 401".to_owned()));
        assert_eq!(driver.check().await, refused);
        assert_eq!(world.lock().expect("not poisoned").made, 0);
    }
}
