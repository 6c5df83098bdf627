//! The card that staff decide on: put once, kept in place, right after a restart.

use std::time::Duration;

use serde_json::json;

use super::scene::{Scene, timeless};
use crate::{
    fake::{Fault, Happening, Message, Scope, World},
    harness::{Bot, MONITOR, eventually},
};

/// The card as it stands, once it has `text` on it.
async fn card(scene: &Scene, text: &str) -> Message {
    let staff = scene.fake.channel("staff").id();
    let has = |message: &&Message| !message.embeds.is_empty() && read(message).contains(text);
    let look = |world: &World| world.messages_in(staff).rev().find(has).cloned();
    scene.fake.until(&format!("a card with “{text}”"), look).await
}

/// What is on a card, a line each, buttons in brackets, times and counts left out.
fn read(message: &Message) -> String {
    let buttons: Vec<String> =
        message.buttons().iter().map(|button| format!("[{}]", button.label)).collect();
    let text = format!("{}\n{}", message.text(), buttons.join(" "));
    text.trim().to_owned()
}

/// The same with N for what the clock and the machine's speed make of it, and without what else it
/// could be.
fn steady(message: &Message) -> String {
    let mut steady = String::new();
    for line in read(message).lines().filter(|line| !line.starts_with("Else: ")) {
        let counts = ["• ", "Healthy", "**They", "**It is"];
        let is_counted = counts.iter().any(|start| line.starts_with(start));
        let words = line.split(' ').map(|word| match word.find("<t:") {
            Some(at) => format!("{}TIME{}", &word[..at], &word[word.rfind('>').unwrap_or(0) + 1..]),
            None if is_counted && word.bytes().any(|byte| byte.is_ascii_digit()) => number(word),
            None => word.to_owned(),
        });
        steady += &words.collect::<Vec<_>>().join(" ");
        steady.push('\n');
    }
    timeless(steady.trim_end())
}

/// A count is N; a server keeps its name.
fn number(word: &str) -> String {
    let digits = word.trim_start_matches(['(', ' ']);
    if digits.starts_with(|sign: char| sign.is_ascii_digit()) {
        word.replace(|sign: char| sign.is_ascii_digit() || sign == '.', "N")
            .replace("NNNN", "N")
            .replace("NNN", "N")
            .replace("NN", "N")
    } else {
        word.to_owned()
    }
}

/// Messages that were posted in staff's channel about a draft.
fn posted(scene: &Scene) -> usize {
    let history = scene.fake.channel("staff").history();
    let is_card = |message: &Message| {
        message.only_for.is_none() && message.content.contains("not published yet")
    };
    history
        .iter()
        .filter(|record| matches!(&record.what, Happening::Posted(message) if is_card(message)))
        .count()
}

fn edits(scene: &Scene) -> usize {
    let history = scene.fake.channel("staff").history();
    history.iter().filter(|record| matches!(record.what, Happening::Edited { .. })).count()
}

async fn check(bot: &Bot, probe: &str, ok: bool) {
    let latency_ms = ok.then_some(40);
    let body = json!([{
        "at": chrono::Utc::now(), "type": "probe_result", "probe": probe, "ok": ok,
        "latency_ms": latency_ms,
    }]);
    let (status, answer) = bot.post("/api/v1/inputs", MONITOR, &body).await;
    assert!(status < 300, "{status}: {answer}");
}

#[tokio::test]
async fn a_card_shows_the_evidence_grows_with_it_and_ends_in_receipts() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    bot.fail_until_staff_are_told(&scene.receiver, &["s1-http", "s2-http"]).await;
    let shown = card(&scene, "[Publish]").await;
    insta::assert_snapshot!(steady(&shown), @r#"
    Incident 1: Websites on Server One and Server Two often do not load
    **Investigating** · impact major · since TIME (TIME)
    Servers: s1 and s2
    **They share sw-atl-1 (network) (N %).**
    • s1: N of N checks bad (N failed, N slow), normally N %
    • s2: N of N checks bad (N failed, N slow), normally N %
    Healthy: s3 N of N failed.
    Draft 1, revision 1 (investigating): not published yet: > Websites on Server One and Server Two often do not load. It began at about TIME. We are looking for the cause.
    /incident show 1 tells the whole story
    [Publish] [Edit] [Wait 15 min] [Not an incident]
    "#);
    let [picture] = shown.attachments.as_slice() else { panic!("{:?}", shown.attachments) };
    assert_eq!((picture.name.as_str(), picture.content_type.as_str()), ("chart.png", "image/png"));
    assert!(picture.bytes.starts_with(b"\x89PNG\r\n\x1a\n") && picture.bytes.len() > 10_000);
    let alt = picture.description.clone().unwrap_or_default();
    assert!(alt.starts_with("Share of failing checks from") && alt.contains("s1"), "{alt}");
    assert!(shown.pings.is_empty() && shown.flags == 0, "{shown:?}");

    scene.report("anna", "example.org", "really slow").await;
    let grown = card(&scene, "1 person reported it").await;
    assert!(grown.edited_at.is_some());
    assert_eq!(grown.attachments.len(), 1, "the old picture goes");

    scene.staff("tim").press(&grown, "Publish").await;
    let done = eventually("every receipt", async || {
        let message = card(&scene, "Update 1").await;
        (read(&message).matches('✅').count() == 2).then_some(message)
    })
    .await;
    assert_eq!(done.id, grown.id);
    insta::assert_snapshot!(receipts(&done), @r#"
    Update 1 (investigating): Published by tim, TIME
    ✅ community
    ✅ [status](LINK)
    /incident show 1 tells the whole story
    "#);
    assert!(done.buttons().is_empty());
    check(&bot, "s1-http", true).await;
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

/// The lines from the first update on; links without their numbers.
fn receipts(message: &Message) -> String {
    let text = steady(message);
    let lines = text.lines().skip_while(|line| !line.starts_with("Update"));
    let plain = lines.map(|line| match line.split_once("](") {
        Some((before, _)) => format!("{before}](LINK)"),
        None => line.to_owned(),
    });
    plain.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_destination_that_refuses_is_shown_and_tried_again_by_a_button() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    scene.open_incident().await;
    let shown = card(&scene, "[Publish]").await;
    insta::assert_snapshot!(steady(&shown), @r#"
    Incident 1: Slow pages on Server One
    **Investigating** · impact minor · since TIME (TIME)
    Servers: s1
    Nothing is suspected: it was opened by hand.
    Draft 1, revision 1 (investigating): not published yet: > Slow pages on Server One. We are looking into it.
    /incident show 1 tells the whole story
    [Publish] [Edit] [Wait 15 min] [Not an incident]
    "#);
    let status = scene.fake.channel("status").id();
    let refusal = Fault::Refuse(crate::fake::errors::BAD_JSON);
    scene.fake.fail(&format!("POST /channels/{status}/messages"), refusal);
    let tim = scene.staff("tim");
    tim.press(&shown, "Publish").await;
    let failed = card(&scene, "[Retry status]").await;
    insta::assert_snapshot!(receipts(&failed), @r#"
    Update 1 (investigating): Published by tim, TIME
    ✅ community
    ⚠️ status: status 400: Discord's code 50109
    /incident show 1 tells the whole story
    [Retry status]
    "#);
    assert!(scene.fake.channel("status").messages().is_empty());

    let customer = scene.fake.user("anna").press(&failed, "Retry status").await;
    assert!(customer.content.starts_with("That is for staff"), "{}", customer.content);
    let told = tim.press(&failed, "Retry status").await;
    assert_eq!(told.content, "status (incident.investigating) is tried again.");
    let done = card(&scene, "✅ [status]").await;
    insta::assert_snapshot!(receipts(&done), @r#"
    Update 1 (investigating): Published by tim, TIME
    ✅ community
    ✅ [status](LINK)
    /incident show 1 tells the whole story
    "#);
    assert_eq!(scene.fake.channel("status").messages().len(), 1);
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn a_card_outlives_a_kill_between_it_and_its_button() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    scene.open_incident().await;
    let shown = card(&scene, "[Publish]").await;
    scene.kill(bot).await;
    let before = edits(&scene);
    let bot = scene.start().await;
    eventually("the card put right", async || (edits(&scene) > before).then_some(())).await;
    scene.staff("sue").press(&shown, "Publish").await;
    let done = card(&scene, "Published by sue").await;
    assert_eq!((done.id, posted(&scene)), (shown.id, 1));
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn a_card_shows_edited_words_and_its_buttons_mean_them() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    scene.open_incident().await;
    let shown = card(&scene, "[Publish]").await;
    let fields = [("draft", json!(1)), ("text", json!("In *our* words."))];
    scene.staff("sue").slash("draft edit", &fields).await;
    let edited = card(&scene, "revision 2").await;
    assert!(read(&edited).contains("> In \\*our\\* words."), "{}", read(&edited));
    assert_eq!(edited.buttons()[0].custom_id, "bw1:publish:1:2");
    assert_eq!(edited.id, shown.id);
    let answer = scene.staff("tim").press(&edited, "Publish").await;
    assert!(answer.content.starts_with("Published as update 1"), "{}", answer.content);
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn a_deleted_card_comes_back_while_a_draft_waits_and_not_after() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    scene.open_incident().await;
    let first = card(&scene, "[Publish]").await;
    let staff = scene.fake.channel("staff");
    staff.delete_message(first.id);
    // Nobody told the bot: it finds out when there is something to put there.
    bot.staff("draft wait 1 15m").await;
    let second = card(&scene, "Put off until").await;
    assert!(second.id != first.id && posted(&scene) == 2);
    scene.staff("tim").press(&second, "Publish").await;
    card(&scene, "Published by tim").await;
    staff.delete_message(second.id);
    bot.staff("note seen").await;
    bot.staff("incident update 1 \"All of it.\" --publish").await;
    eventually("the deletion noticed", async || {
        let gone = scene.fake.with(|world| world.messages_in(staff.id()).count() == 0);
        let story = bot.staff("incident show 1").await;
        (gone && story.contains("update 2")).then_some(())
    })
    .await;
    let tried = || scene.fake.requests("PATCH /channels/*/messages/*");
    eventually("the second deletion found out", async || {
        let refused = tried().iter().filter(|seen| seen.status == 404).count();
        (refused >= 2).then_some(())
    })
    .await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(posted(&scene), 2, "no draft waits: nothing is posted");
    assert!(bot.stop().status.success());
    let gone = scene.journal().iter().filter(|entry| entry["event"] == "gone").count();
    assert_eq!(gone, 2, "each deletion is told once");
    scene.fake.finish();
}

#[tokio::test]
async fn limits_and_lost_answers_only_delay_a_card() {
    let scene = Scene::new(false).await;
    let route = "PATCH /channels/*/messages/*";
    scene.fake.fail(route, Fault::TooMany(Scope::User, Duration::from_secs(1)));
    scene.fake.fail(route, Fault::LostAfter);
    let bot = scene.start().await;
    scene.open_incident().await;
    card(&scene, "[Publish]").await;
    eventually("the edit after the lost answer", async || (edits(&scene) >= 2).then_some(())).await;
    assert_eq!(posted(&scene), 1);
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn not_an_incident_ends_a_card_without_buttons() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    scene.open_incident().await;
    let shown = card(&scene, "[Publish]").await;
    let tim = scene.staff("tim");
    let asked = tim.press(&shown, "Not an incident").await.message.expect("a question");
    tim.press(&asked, "Yes, it is none").await;
    let ended = card(&scene, "**False alarm**").await;
    insta::assert_snapshot!(steady(&ended), @r#"
    Incident 1: Slow pages on Server One
    **False alarm** at TIME by tim · impact minor · from TIME
    Servers: s1
    Nothing is suspected: it was opened by hand.
    Draft 1 was dismissed by tim.
    /incident show 1 tells the whole story
    "#);
    assert!(ended.buttons().is_empty());
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn an_incident_has_a_thread_with_what_staff_note_in_order_and_once() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    scene.open_incident().await;
    let shown = card(&scene, "[Publish]").await;
    let (first, lost) = ("POST /channels/*/messages/*/threads", Fault::LostAfter);
    scene.fake.fail(first, lost);
    scene.fake.fail(&format!("POST /channels/{}/messages", shown.id), Fault::LostAfter).skip(1);
    bot.staff("tried rebooted s1: *no* change").await;
    bot.staff("upstream said hivelocity \"unaware of any issues\"").await;
    bot.staff("note call them again at ten").await;
    bot.staff("draft publish 1").await;
    bot.staff("incident resolve 1 \"It is over.\" --publish").await;
    let threads = || scene.fake.channel("staff").threads();
    let thread = eventually("the end of the thread", async || {
        threads().into_iter().find(|thread| thread.archived)
    })
    .await;
    assert_eq!((thread.id, threads().len()), (shown.id, 1));
    assert_eq!(thread.name, "Incident 1: Slow pages on Server One");
    let entries = scene.fake.with(|world| {
        world.messages_in(thread.id).map(Message::text).collect::<Vec<_>>().join("\n---\n")
    });
    let entries: Vec<&str> = entries.lines().filter(|line| !line.starts_with("Next")).collect();
    insta::assert_snapshot!(entries.join("\n"), @r#"
    tim: Tried: rebooted s1: \*no\* change
    ---
    tim: hivelocity said: “unaware of any issues”
    ---
    tim: Note: call them again at ten
    ---
    tim: Published update 1 (investigating): “Slow pages on Server One. We are looking into it.
    ---
    tim: Published update 2 (resolved): “It is over.”
    ---
    It is over.
    "#);
    let done = card(&scene, "**Resolved**").await;
    assert!(done.buttons().is_empty() && done.id == shown.id);
    assert!(bot.stop().status.success());
    scene.fake.finish();
}
