//! Updates that take the place of the one before, and posts that an admin has deleted.

use bellwether::{
    domain::{Abilities, Audience, PostId, Role, Settings},
    event::{DeliveryEvent, Input, Output, Post, PostAction},
};
use insta::assert_snapshot;

use super::stage::{Stage, settings};

/// The feed changes posts where it can, and deletes them.
fn changing() -> Settings {
    let mut settings = settings();
    let public = settings.destinations.iter_mut().filter(|one| one.audience == Audience::Public);
    for destination in public {
        destination.abilities = Abilities { edits: true, deletes: true, ..Abilities::default() };
    }
    settings
}

fn says(stage: &mut Stage, words: &str) -> Post {
    stage.forget_heard();
    stage.types(&format!("incident update 1 \"{words}\" --publish"));
    let post = stage.posts().find(|post| post.audience == Audience::Public);
    post.expect("an update").clone()
}

fn hears(stage: &mut Stage, post: &PostId, event: DeliveryEvent) {
    stage.take(Input::Delivery { post: post.clone(), event });
}

fn arrived() -> DeliveryEvent {
    DeliveryEvent::Sent { remote_id: Some("r".to_owned()), link: None, remark: None }
}

fn opened(settings: Settings) -> Stage {
    let mut stage = Stage::with(settings);
    stage.types("incident open \"Slow\" --servers s1");
    stage
}

#[test]
fn later_updates_take_the_firsts_place_where_policy_says_so() {
    let mut stage = opened(changing());
    let first = says(&mut stage, "One.");
    assert_eq!((first.action, &first.thread), (PostAction::Post, &None));
    hears(&mut stage, &first.id, arrived());
    for words in ["Two.", "Three."] {
        let later = says(&mut stage, words);
        assert_eq!((later.action, later.thread), (PostAction::Edit, Some(first.id.clone())));
        assert!(later.body.starts_with(words), "{}", later.body);
    }
    let mut usual = opened(settings());
    let first = says(&mut usual, "One.");
    let later = says(&mut usual, "Two.");
    assert_eq!((later.action, later.thread), (PostAction::Post, Some(first.id)));
}

#[test]
fn nothing_is_changed_that_does_not_stand_there() {
    for gone in [
        DeliveryEvent::Failed { reason: "no".to_owned() },
        DeliveryEvent::Unresolved { reason: "no answer".to_owned() },
    ] {
        let mut stage = opened(changing());
        let first = says(&mut stage, "One.");
        hears(&mut stage, &first.id, gone);
        assert_eq!(says(&mut stage, "Two.").action, PostAction::Post);
    }
}

#[test]
fn the_update_that_went_instead_of_the_first_is_the_one_to_change() {
    let mut stage = opened(changing());
    let first = says(&mut stage, "One.");
    let retry = DeliveryEvent::Failed { reason: "no".to_owned() };
    hears(&mut stage, &first.id, retry);
    let second = says(&mut stage, "Two.");
    hears(&mut stage, &first.id, DeliveryEvent::Superseded { by: second.id.clone() });
    hears(&mut stage, &second.id, arrived());
    let third = says(&mut stage, "Three.");
    assert_eq!((third.action, third.thread), (PostAction::Edit, Some(second.id)));
}

#[test]
fn an_admin_has_a_post_deleted_once_where_it_stands() {
    let mut stage = opened(changing());
    let post = says(&mut stage, "Too early.");
    let command = format!("delete {}", &post.id.as_str()[..12]);
    assert_snapshot!(stage.command("ann", Role::Staff, &command), @"no: “delete” is for admin and above.");
    assert_snapshot!(stage.command("tim", Role::Admin, &command), @"no: The post at feed (incident.update) has not arrived: there is nothing to delete.");
    hears(&mut stage, &post.id, arrived());
    stage.forget_heard();
    assert_snapshot!(stage.command("tim", Role::Admin, &command), @"ok: The post at feed (incident.update) is being deleted.");
    let delete = stage.posts().find(|post| post.action == PostAction::Delete).unwrap().clone();
    assert_eq!((delete.thread.as_ref(), delete.body.as_str()), (Some(&post.id), ""));
    assert_eq!(delete.destination, post.destination);
    hears(
        &mut stage,
        &delete.id,
        DeliveryEvent::Sent { remote_id: None, link: None, remark: None },
    );
    stage.forget_heard();
    assert_snapshot!(stage.command("tim", Role::Admin, &command), @"no: The post at feed (incident.update) is deleted already.");
    assert_eq!(stage.posts().count(), 0);
    assert!(
        stage.types("incident show 1").contains("deleted"),
        "{}",
        stage.types("incident show 1")
    );
}

#[test]
fn a_deletion_that_failed_is_tried_again_when_it_is_asked_for_again() {
    let mut stage = opened(changing());
    let post = says(&mut stage, "Too early.");
    hears(&mut stage, &post.id, arrived());
    let command = format!("delete {}", post.id);
    stage.command("tim", Role::Admin, &command);
    let delete = stage.posts().find(|post| post.action == PostAction::Delete).unwrap().id.clone();
    stage.forget_heard();
    assert!(stage.command("tim", Role::Admin, &command).starts_with("ok"));
    assert_eq!(stage.count(|output| matches!(output, Output::Post(_))), 0, "it is under way");
    hears(&mut stage, &delete, DeliveryEvent::Failed { reason: "no".to_owned() });
    stage.forget_heard();
    assert!(stage.command("tim", Role::Admin, &command).starts_with("ok"));
    let again =
        |output: &Output| matches!(output, Output::PostAgain { post, .. } if *post == delete);
    assert_eq!(stage.count(again), 1);
}

#[test]
fn what_is_not_public_or_cannot_be_deleted_stays() {
    let mut stage = opened(settings());
    let post = says(&mut stage, "Words.");
    hears(&mut stage, &post.id, arrived());
    let mut answers = vec![stage.command("tim", Role::Admin, &format!("delete {}", post.id))];
    stage.forget_heard();
    stage.types("incident open \"Other\" --servers s2");
    let staff = stage.posts().find(|post| post.audience == Audience::Staff).unwrap().id.clone();
    answers.push(stage.command("tim", Role::Admin, &format!("delete {staff}")));
    answers.push(stage.command("tim", Role::Admin, "delete ffffffffffff0"));
    assert_snapshot!(answers.join("\n"), @"
    no: Posts at feed cannot be deleted from here.
    no: Only public posts can be deleted.
    no: There is no post ffffffffffff0 that I still know.
    ");
}
