//! The face alone, with a house that is slow, stuck or has changed its mind: what the true bot does
//! only when it is very unlucky.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use bellwether::{
    chat::{self, Caller, Face, House, Setup as FaceSetup, Told, cards::Shown, rights::Rights},
    clock::Clock,
    config::DiscordConfig,
    domain::{DraftId, Fleet, IncidentId, PostId, Role, ServerId, UpdateKind},
    engine::{Engine, Link, Open, OpenDraft, View},
    journal::{Offered, Refused},
    render::Words,
    rests::Rests,
};
use futures_util::future::BoxFuture;
use serde_json::json;
use tokio::sync::{Semaphore, watch};

use super::scene::shown;
use crate::{
    fake::{AnswerKind, Fake, Setup, person::Asked},
    harness::eventually,
};

/// A house that answers when it is let.
struct Stub {
    /// One permit an answer.
    may_answer: Semaphore,
    open: Mutex<Open>,
    lines: Mutex<Vec<String>>,
    view: watch::Receiver<Arc<View>>,
}

impl Stub {
    fn new() -> Self {
        let view = <Engine>::new().view(chrono::Utc::now());
        Self {
            may_answer: Semaphore::new(0),
            open: Mutex::default(),
            lines: Mutex::default(),
            view: watch::channel(Arc::new(view)).1,
        }
    }

    fn lines(&self) -> Vec<String> {
        self.lines.lock().expect("the lines").clone()
    }

    async fn answer(&self) -> Result<Told, Refused> {
        self.may_answer.acquire().await.expect("it stays open").forget();
        Ok(Told { ok: true, text: "Done.".to_owned(), report: None })
    }
}

impl House for Stub {
    fn report(&self, _: Offered) -> BoxFuture<'_, Result<Told, Refused>> {
        Box::pin(self.answer())
    }

    fn command<'a>(
        &'a self,
        _: &'a Caller,
        _: Role,
        line: &'a str,
    ) -> BoxFuture<'a, Result<Told, Refused>> {
        self.lines.lock().expect("the lines").push(line.to_owned());
        // The words as they are when it is asked.
        let drafts = self.open.lock().expect("what is open").drafts.clone();
        let bodies: String = drafts.into_iter().map(|draft| draft.body).collect();
        Box::pin(async move {
            let told = self.answer().await?;
            let is_shown = line.starts_with("draft show");
            Ok(if is_shown { Told { text: bodies, ..told } } else { told })
        })
    }

    fn open(&self) -> BoxFuture<'_, Option<Open>> {
        Box::pin(async { Some(self.open.lock().expect("what is open").clone()) })
    }

    fn links<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Vec<Link>> {
        Box::pin(std::future::pending())
    }

    fn linked_servers<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Vec<ServerId>> {
        Box::pin(async { Vec::new() })
    }

    fn lately_spoken_with(&self) -> BoxFuture<'_, Vec<String>> {
        Box::pin(async { Vec::new() })
    }

    fn servers_of(&self, _: IncidentId) -> BoxFuture<'_, Vec<ServerId>> {
        Box::pin(async { Vec::new() })
    }

    fn with_times_marked(&self, text: String) -> BoxFuture<'_, String> {
        Box::pin(async { text })
    }

    fn fleet(&self) -> Arc<Fleet> {
        Arc::default()
    }

    fn view(&self) -> watch::Receiver<Arc<View>> {
        self.view.clone()
    }

    fn cards(&self) -> BoxFuture<'_, Vec<Shown>> {
        Box::pin(async { Vec::new() })
    }

    fn card_is_gone(&self, _: PostId) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }

    fn tell_staff(&self, _: String) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// A face in a fake Discord; it leaves when `down` is dropped or set.
async fn live(setup: Setup) -> (Fake, Arc<Stub>, watch::Sender<bool>) {
    let fake = Fake::start(setup).await;
    let config = DiscordConfig {
        token: fake.token().into(),
        guild: fake.guild_id(),
        staff_channel: fake.channel("staff").id(),
        support_channels: vec![],
        message_content: false,
        staff_roles: vec![fake.role("staff")],
        admin_roles: vec![],
        presence: false,
        events: true,
        api: fake.http_url().parse().expect("an address"),
    };
    let stub = Arc::new(Stub::new());
    let setup = FaceSetup {
        rights: Rights::of(&config),
        support_channels: vec![],
        clock: Clock::system(),
        rests: Rests::default(),
        words: watch::channel(Arc::new(Words::built_in())).1,
        language: "en".to_owned(),
    };
    let face = Arc::new(Face::new(stub.clone(), setup));
    let (down, is_down) = watch::channel(false);
    tokio::spawn(chat::run(config, face, is_down));
    fake.until_ready().await;
    (fake, stub, down)
}

/// Waits until that is to be seen.
async fn until(asked: &Asked, kind: AnswerKind) {
    eventually("an answer", async || (asked.now().kind == kind).then_some(())).await;
}

#[tokio::test]
async fn an_answer_that_takes_long_is_promised_in_time_and_brought_later() {
    let (fake, stub, _down) = live(Setup::usual()).await;
    let fields = [("domain", json!("example.org")), ("what", json!("slow"))];
    let asked = fake.user("anna").at("support").start_slash("report", &fields).await;
    until(&asked, AnswerKind::Thinking).await;
    let promised = asked.now();
    assert!(promised.ephemeral && promised.took < Some(Duration::from_secs(3)), "{promised:?}");
    stub.may_answer.add_permits(1);
    until(&asked, AnswerKind::Message).await;
    assert_eq!(asked.now().content, "Done.");
    fake.finish();
}

#[tokio::test]
async fn an_answer_after_fifteen_minutes_comes_as_a_message() {
    let (fake, stub, _down) = live(Setup::usual().without_direct_messages("tim")).await;
    for (who, place) in [("sue", "her messages"), ("tim", "staff's channel")] {
        let asked = fake.user(who).at("staff").start_slash("note", &[("words", json!("x"))]).await;
        until(&asked, AnswerKind::Thinking).await;
        fake.advance(Duration::from_secs(16 * 60));
        stub.may_answer.add_permits(1);
        let heard = if who == "sue" {
            fake.user("sue").until_direct("gave up waiting").await
        } else {
            fake.channel("staff").until_message("gave up waiting").await
        };
        assert!(heard.content.ends_with("Done."), "{place}: {heard:?}");
    }
    fake.finish();
}

#[tokio::test]
async fn suggestions_that_take_long_are_left_out() {
    let (fake, _stub, _down) = live(Setup::usual()).await;
    let typed = [("domain", json!("ex"))];
    let offered = fake.user("anna").at("support").autocomplete("report", &typed, "domain").await;
    assert_eq!((offered.kind, offered.choices.len()), (AnswerKind::Choices, 0));
    assert!(offered.took < Some(Duration::from_secs(2)), "{offered:?}");
    fake.finish();
}

#[tokio::test]
async fn a_draft_in_a_persons_words_that_became_stale_is_shown_before_it_goes_out() {
    let (fake, stub, _down) = live(Setup::usual()).await;
    stub.may_answer.add_permits(2);
    let mut draft = OpenDraft {
        id: DraftId(3),
        incident: IncidentId(1),
        kind: UpdateKind::Update,
        revision: 2,
        body: "Pages on Server One are slow.".to_owned(),
        by_person: true,
        stale: None,
    };
    stub.open.lock().expect("what is open").drafts = vec![draft.clone()];
    let sue = fake.user("sue").at("staff");
    let card = sue.slash("draft show", &[("draft", json!(3))]).await.message.expect("a card");

    draft.revision = 3;
    draft.stale = Some("the servers are now s1 and s2 (before: s1).".to_owned());
    stub.open.lock().expect("what is open").drafts = vec![draft];
    let stale = sue.press(&card, "Publish").await;
    insta::assert_snapshot!(shown(&stale), @r#"
    Draft 3 was not published: since it was written, the servers are now s1 and s2 (before: s1).
    It says:
    “Pages on Server One are slow.”
    [Publish anyway] [Edit]
    "#);
    assert_eq!(stub.lines(), ["draft show \"3\""], "nothing was published");
    sue.press(&stale.message.expect("buttons"), "Publish anyway").await;
    assert_eq!(stub.lines()[1..], ["draft publish 3 --revision 3 --anyway"]);
    fake.finish();
}

#[tokio::test]
async fn words_that_nobody_was_shown_cannot_be_published_with_a_press() {
    let (fake, stub, _down) = live(Setup::usual()).await;
    let draft = OpenDraft {
        id: DraftId(3),
        incident: IncidentId(1),
        kind: UpdateKind::Update,
        revision: 1,
        body: "Pages are slow.".to_owned(),
        by_person: false,
        stale: None,
    };
    stub.open.lock().expect("what is open").drafts = vec![draft.clone()];
    let sue = fake.user("sue").at("staff");
    let asked = sue.start_slash("draft show", &[("draft", json!(3))]).await;
    until(&asked, AnswerKind::Thinking).await;
    let newer = OpenDraft { revision: 2, body: "Pages do not load.".to_owned(), ..draft };
    stub.open.lock().expect("what is open").drafts = vec![newer];
    stub.may_answer.add_permits(1);
    until(&asked, AnswerKind::Message).await;
    assert_eq!(shown(&asked.now()), "Pages are slow.", "no buttons");
    fake.finish();
}

#[tokio::test]
async fn more_than_can_be_worked_on_at_once_is_turned_away_in_words() {
    let (fake, stub, _down) = live(Setup::usual()).await;
    fake.lift_limits();
    let mut asked = Vec::new();
    for _ in 0..300 {
        asked
            .push(fake.user("tim").at("staff").start_slash("note", &[("words", json!("x"))]).await);
    }
    stub.may_answer.add_permits(300);
    let mut busy = 0;
    for one in asked {
        let answer = one.answer().await;
        busy += usize::from(answer.content.starts_with("I could not take this just now"));
        assert!(answer.kind != AnswerKind::None, "everybody hears something");
    }
    assert!(busy <= 64, "{busy}");
    fake.finish();
}
