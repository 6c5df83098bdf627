//! What people see, and what staff are told when it cannot be said.

use bellwether::{
    domain::Audience,
    event::{Picture, Post, PostAction},
};

use crate::fake::{Fake, Setup, permissions};

use super::stage::{Stage, post};

const UPDATE: &str = "Slow sites on Server One\nSome sites are slow *today*.\nNext update by 22:00.\nhttps://status.example.net/incidents/7";

#[tokio::test]
async fn a_public_update_has_a_headline_a_box_and_a_link() {
    let fake = Fake::usual().await;
    let mut stage = Stage::in_channel(&fake, "status", Audience::Public);
    stage.decide(&post(Audience::Public, 1, UPDATE));
    stage.deliver().await;
    let message = &fake.channel("status").messages()[0];
    assert!(message.pings.is_empty());
    insta::assert_snapshot!(message.text(), @r#"
    **Slow sites on Server One**
    Some sites are slow \*today\*.
    Next update by 22:00.
    https://status.example.net/incidents/7
    #000000012233
    "#);
    fake.finish();
}

#[tokio::test]
async fn words_for_staff_ring_nobody_and_unfurl_nothing() {
    let fake = Fake::usual().await;
    let mut stage = Stage::in_channel(&fake, "staff", Audience::Staff);
    let tim = fake.user("tim").id();
    let body = format!("@everyone <@{tim}> **loud** https://example.net/a_b_c");
    stage.decide(&post(Audience::Staff, 1, &body));
    stage.deliver().await;
    let message = &fake.channel("staff").messages()[0];
    assert!(message.pings.is_empty());
    assert_eq!(message.flags, 4);
    let shown = format!("@everyone \\<@{tim}> \\*\\*loud\\*\\* https://example.net/a_b_c");
    assert_eq!(message.content, shown);
    fake.finish();
}

#[tokio::test]
async fn a_person_who_takes_no_direct_messages_is_told_to_staff_in_words() {
    let fake = Fake::start(Setup::usual().without_direct_messages("bert")).await;
    let mut stage = Stage::to_person(&fake, "bert");
    let told = post(Audience::Reporters, 1, "You reported a problem.");
    stage.decide(&told);
    stage.deliver().await;
    let wanted = "failed: status 403: this person takes no direct messages from the bot";
    assert_eq!(stage.end_of(&told), wanted);
    fake.finish();
}

#[tokio::test]
async fn a_deleted_channel_and_a_kick_are_told_with_what_to_do() {
    let fake = Fake::usual().await;
    let mut stage = Stage::in_channel(&fake, "status", Audience::Public);
    fake.channel("status").delete();
    let update = post(Audience::Public, 1, UPDATE);
    stage.decide(&update);
    stage.deliver().await;
    let wanted = "failed: status 404: the channel is gone: name another in the configuration";
    assert_eq!(stage.end_of(&update), wanted);

    let fake = Fake::usual().await;
    let mut stage = Stage::in_channel(&fake, "status", Audience::Public);
    fake.kick_bot();
    stage.decide(&update);
    // Somebody may invite it again: it is tried for a day.
    for _ in 0..3 {
        stage.go_on().await;
    }
    let last = format!("{:?}", stage.outbox.delivery(&update.id).expect("kept").state);
    assert!(last.contains("removed from the server"), "{last}");
}

#[tokio::test]
async fn a_message_is_changed_and_taken_back() {
    let fake = Fake::usual().await;
    let mut stage = Stage::in_channel(&fake, "status", Audience::Public);
    let first = post(Audience::Public, 1, UPDATE);
    stage.decide(&first);
    let of_first = |action, number, body| Post {
        action,
        thread: Some(first.id.clone()),
        ..post(Audience::Public, number, body)
    };
    let edit = of_first(PostAction::Edit, 2, "Slow sites\nAll is well.");
    stage.decide(&edit);
    stage.deliver().await;
    let text = fake.channel("status").messages()[0].text();
    assert!(text.starts_with("**Slow sites**\nAll is well."), "{text}");
    stage.decide(&of_first(PostAction::Delete, 3, ""));
    stage.decide(&of_first(PostAction::Delete, 4, ""));
    stage.deliver().await;
    assert!(fake.channel("status").messages().is_empty());
    assert!(stage.end_of(&edit).starts_with("sent "));
    fake.finish();
}

fn pictured(number: u64) -> Post {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"800\" height=\"450\"/>".to_owned();
    let picture = Picture { svg, alt: "Chart: Server One 0 % at the end.".to_owned() };
    Post { picture: Some(picture), ..post(Audience::Public, number, UPDATE) }
}

#[tokio::test]
async fn a_picture_comes_along_with_what_it_shows() {
    let fake = Fake::usual().await;
    let mut stage = Stage::in_channel(&fake, "status", Audience::Public);
    stage.decide(&pictured(1));
    stage.deliver().await;
    let message = &fake.channel("status").messages()[0];
    assert!(message.content.contains("Slow sites on Server One"));
    assert_eq!(message.attachments.len(), 1);
    let picture = &message.attachments[0];
    assert_eq!((&*picture.name, &*picture.content_type), ("chart.png", "image/png"));
    assert_eq!(picture.description.as_deref(), Some("Chart: Server One 0 % at the end."));
    fake.finish();
}

#[tokio::test]
async fn where_the_bot_may_attach_no_files_the_words_stand_alone() {
    let fake = Fake::usual().await;
    fake.channel("status").deny_bot(permissions::ATTACH_FILES);
    let mut stage = Stage::in_channel(&fake, "status", Audience::Public);
    let post = pictured(1);
    stage.decide(&post);
    stage.deliver().await;
    let messages = fake.channel("status").messages();
    assert_eq!((messages.len(), messages[0].attachments.len()), (1, 0));
    assert!(stage.end_of(&post).starts_with("sent "), "{}", stage.end_of(&post));
}
