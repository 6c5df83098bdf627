//! Plain clients: HTTP without a library of Discord's, and a bare gateway connection.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

use crate::fake::Fake;

/// Talks HTTP as the bot.
pub struct Http {
    client: Client,
    base: String,
    token: String,
}

impl Http {
    pub fn of(fake: &Fake) -> Self {
        // Two tests may get here at once; the second install is refused and that is all right.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let base = format!("{}/api/v10", fake.http_url());
        Self { client: Client::new(), base, token: format!("Bot {}", fake.token()) }
    }

    pub fn with_token(mut self, token: &str) -> Self {
        self.token = token.to_owned();
        self
    }

    pub async fn send(&self, route: &str, body: Option<&Value>) -> reqwest::Result<Response> {
        let (method, path) = route.split_once(' ').expect("a method and a path");
        let method: Method = method.parse().expect("a method");
        let request = self.client.request(method, format!("{}{path}", self.base));
        let request = request.header("authorization", &self.token);
        let request = request.timeout(Duration::from_secs(10));
        match body {
            Some(body) => request.json(body).send().await,
            None => request.send().await,
        }
    }

    /// Status and body; null for an empty one.
    pub async fn ask(&self, route: &str, body: Option<&Value>) -> (u16, Value) {
        let response = self.send(route, body).await.expect("an answer");
        let status = response.status().as_u16();
        let bytes = response.bytes().await.expect("a body");
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.ask(&format!("GET {path}"), None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.ask(&format!("POST {path}"), Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> (u16, Value) {
        self.ask(&format!("PATCH {path}"), Some(body)).await
    }

    /// Posts a message and returns its id.
    pub async fn say(&self, channel: u64, text: &str) -> String {
        let path = format!("/channels/{channel}/messages");
        let (status, message) = self.post(&path, &json!({ "content": text })).await;
        assert_eq!(status, 200, "{message}");
        message["id"].as_str().expect("an id").to_owned()
    }
}

/// A bare gateway connection.
pub struct Line {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub sequence: u64,
}

impl Line {
    /// Connects and hears HELLO.
    pub async fn connect(fake: &Fake) -> Self {
        let url = fake.with(|world| world.gateway.url.clone());
        let (socket, _) = connect_async(format!("{url}/?v=10&encoding=json")).await.expect("open");
        let mut line = Self { socket, sequence: 0 };
        assert_eq!(line.next().await["op"], 10);
        line
    }

    pub async fn send(&mut self, payload: Value) {
        self.socket.send(Message::Text(payload.to_string())).await.expect("open");
    }

    pub async fn identify(&mut self, token: &str, intents: u64) {
        self.send(json!({ "op": 2, "d": {
            "token": token, "intents": intents,
            "properties": { "os": "x", "browser": "x", "device": "x" },
        }}))
        .await;
    }

    /// The next payload; fails the test if there is none.
    pub async fn next(&mut self) -> Value {
        match self.hear().await {
            Some(Message::Text(text)) => {
                let payload: Value = serde_json::from_str(&text).expect("JSON");
                self.sequence = payload["s"].as_u64().unwrap_or(self.sequence);
                payload
            }
            other => panic!("no payload but {other:?}"),
        }
    }

    /// The next event of a name, past all others.
    pub async fn event(&mut self, name: &str) -> Value {
        loop {
            let payload = self.next().await;
            if payload["t"] == name {
                return payload["d"].clone();
            }
        }
    }

    /// The code that the connection is closed with, past all payloads; none for a cut.
    pub async fn closed(&mut self) -> Option<u16> {
        loop {
            match self.hear().await {
                Some(Message::Text(_)) => {}
                Some(Message::Close(frame)) => return frame.map(|frame| frame.code.into()),
                _ => return None,
            }
        }
    }

    async fn hear(&mut self) -> Option<Message> {
        let heard = tokio::time::timeout(Duration::from_secs(10), self.socket.next()).await;
        heard.expect("something within ten seconds")?.ok()
    }
}
