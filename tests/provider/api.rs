//! `POST /api/v1/notices`: who may hand in a letter, and what is answered.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use bellwether::{
    clock::Clock,
    config::Token,
    domain::{Role, Scope},
    intake::{api, http::BodyLimits},
};
use serde_json::Value;
use tower::ServiceExt;

use crate::{known, polling::Kept};

const LETTERS: &str = "secret-of-the-letters-0001";
const COMMANDS: &str = "secret-of-the-commands-002";

fn token(name: &str, secret: &str, scope: Scope) -> Token {
    Token {
        name: name.to_owned(),
        role: Role::Staff,
        scopes: [scope].into(),
        secret: secret.to_owned().into(),
    }
}

async fn send(door: &Arc<Kept>, secret: &str, query: &str, letter: &[u8]) -> (StatusCode, Value) {
    let tokens =
        [token("letters", LETTERS, Scope::Notices), token("tim", COMMANDS, Scope::Commands)];
    let limits = BodyLimits { bytes_max: 20_000, ..BodyLimits::default() };
    let router = api::notices_router(door.clone(), Clock::system(), &tokens, limits, known());
    let request = Request::post(format!("/api/v1/notices{query}"))
        .header("authorization", format!("Bearer {secret}"))
        .body(Body::from(letter.to_vec()))
        .unwrap();
    let response = router.oneshot(request).await.unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn a_letter_is_read_kept_and_answered() {
    let door = Arc::new(Kept::default());
    let letter = include_bytes!("corpus/maintnote.ics");
    let (status, answer) = send(&door, LETTERS, "", letter).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    assert_eq!(answer["notices"][0]["seq"], 1);
    assert_eq!(answer["notices"][0]["notice"]["id"], "NL-MW-4711");
    assert_eq!(door.notices().len(), 1);
    let plain = b"From: a@b.example\nSubject: work\n\nsome time\n";
    let (status, answer) = send(&door, LETTERS, "?provider=northline", plain).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    assert_eq!(answer["notices"][0]["notice"]["provider"], "northline");
}

#[tokio::test]
async fn what_may_not_or_cannot_be_taken_is_refused() {
    let door = Arc::new(Kept::default());
    let letter = include_bytes!("corpus/maintnote.ics");
    let status = |(status, answer): (StatusCode, Value)| {
        (status.as_u16(), answer["error"]["code"].as_str().unwrap().to_owned())
    };
    let refused = |code: u16, word: &str| (code, word.to_owned());
    let all = [
        (status(send(&door, "nobody", "", letter).await), refused(401, "unauthorized")),
        (status(send(&door, COMMANDS, "", letter).await), refused(403, "scope")),
        (
            status(send(&door, LETTERS, "?provider=x", letter).await),
            refused(422, "unknown_provider"),
        ),
        (status(send(&door, LETTERS, "", b"").await), refused(422, "unreadable")),
        (status(send(&door, LETTERS, "", &[b'x'; 30_000]).await), refused(413, "too_large")),
    ];
    for (found, expected) in all {
        assert_eq!(found, expected);
    }
    assert!(door.notices().is_empty());
    door.fill();
    assert_eq!(status(send(&door, LETTERS, "", letter).await), refused(503, "full"));
}
