//! The HTTP side on loopback: reads a request, weighs limits, faults and rights, has it answered,
//! and can cut the connection at any of these points.
//!
//! It stands on hyper itself and not on a web framework, because a response that is lost after the
//! work was done is a connection closed in silence, and a framework always answers. What a request
//! does is in `routes`.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Incoming, header::HeaderValue, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};

use super::{
    Shared,
    errors::{self, ApiError},
    faults::Fault,
    limits, lock,
    multipart::{self, Upload},
    routes,
    world::{Id, Seen, World},
};

/// The most that a request may carry.
const BODY_BYTES_MAX: usize = 25 * 1024 * 1024;

/// One request, read.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub method: String,
    path: Vec<String>,
    pub query: BTreeMap<String, String>,
    /// The JSON body, or what came as `payload_json`; null without one.
    pub body: Value,
    pub files: Vec<Upload>,
    pub is_multipart: bool,
    authorization: Option<String>,
}

impl Request {
    /// The path after `/api/v10`.
    pub fn segments(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }

    /// The path as text.
    pub fn path(&self) -> String {
        format!("/{}", self.path.join("/"))
    }

    /// The same, with empty files.
    pub fn without_bytes(&self) -> Self {
        let file = |file: &Upload| Upload {
            number: file.number,
            name: file.name.clone(),
            content_type: file.content_type.clone(),
            bytes: Vec::new(),
        };
        Self {
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            body: self.body.clone(),
            files: self.files.iter().map(file).collect(),
            is_multipart: self.is_multipart,
            authorization: None,
        }
    }

    /// The part of the path that has limits of its own.
    pub fn major(&self) -> String {
        match self.segments().as_slice() {
            ["webhooks", id, token, ..] => format!("{id}/{token}"),
            ["channels" | "guilds", id, ..] => (*id).to_owned(),
            _ => String::new(),
        }
    }

    /// A number of the query.
    pub fn number(&self, name: &str) -> Option<Id> {
        self.query.get(name)?.parse().ok()
    }
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Option<Value>,
    pub headers: Vec<(&'static str, String)>,
    plain: Option<Vec<u8>>,
}

impl Reply {
    /// A status and a JSON body.
    pub fn json(status: u16, body: Value) -> Self {
        Self { status, body: Some(body), headers: Vec::new(), plain: None }
    }

    /// 200 and a JSON body.
    pub fn ok(body: Value) -> Self {
        Self::json(200, body)
    }

    /// 204.
    pub fn nothing() -> Self {
        Self { status: 204, body: None, headers: Vec::new(), plain: None }
    }

    /// A status and bytes that are no JSON.
    pub fn plain(status: u16, bytes: impl Into<Vec<u8>>) -> Self {
        Self { status, body: None, headers: Vec::new(), plain: Some(bytes.into()) }
    }

    /// With one header more.
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    fn into_response(self) -> hyper::Response<Full<Bytes>> {
        let bytes = match (&self.body, self.plain) {
            (Some(body), _) => body.to_string().into_bytes(),
            (None, plain) => plain.unwrap_or_default(),
        };
        let mut response = hyper::Response::new(Full::new(Bytes::from(bytes)));
        *response.status_mut() = hyper::StatusCode::from_u16(self.status).expect("a real status");
        let headers = response.headers_mut();
        if self.body.is_some() {
            headers.insert("content-type", HeaderValue::from_static("application/json"));
        }
        for (name, value) in self.headers {
            headers.insert(name, HeaderValue::from_str(&value).expect("plain text"));
        }
        response
    }
}

impl From<ApiError> for Reply {
    fn from(error: ApiError) -> Self {
        Self::json(error.status, error.to_json())
    }
}

/// The connection ends without an answer.
#[derive(Debug)]
struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("cut by order")
    }
}

impl std::error::Error for Cut {}

/// Serves until the task is dropped.
pub async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve_connection(stream, Arc::clone(&shared)));
    }
}

async fn serve_connection(stream: TcpStream, shared: Arc<Shared>) {
    // Small answers must not wait for the acknowledgement of earlier ones.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| serve_one(Arc::clone(&shared), request));
    // A connection that ends in an error was cut by order or by the bot's death; both are wanted.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn serve_one(
    shared: Arc<Shared>,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Full<Bytes>>, Cut> {
    let request = match read(request).await {
        Ok(request) => request,
        Err(error) => return Ok(Reply::from(error).into_response()),
    };
    answer(&shared, request).await.map(Reply::into_response)
}

/// Weighs limits and faults around [`decide`].
async fn answer(shared: &Shared, request: Request) -> Result<Reply, Cut> {
    let (standing, fault) = {
        let mut world = lock(shared);
        let now = world.clock.now();
        match world.limits.take(&request, now) {
            Ok(standing) => (standing, world.faults.take(&request)),
            Err(refusal) => return Ok(finish(&mut world, &request, refusal)),
        }
    };
    match &fault {
        Some(Fault::LostBefore) => return Err(Cut),
        Some(Fault::Hang(span)) => return silence(*span).await,
        Some(Fault::Before(status)) => {
            return Ok(finish(&mut lock(shared), &request, broken(*status)));
        }
        Some(Fault::TooMany(scope, wait)) => {
            return Ok(finish(&mut lock(shared), &request, limits::refusal(*scope, *wait)));
        }
        Some(Fault::Slow(span)) => tokio::time::sleep(*span).await,
        _ => {}
    }
    let reply = {
        let mut world = lock(shared);
        let reply = decide(&mut world, &request, fault.as_ref());
        let now = world.clock.now();
        let reply = standing.iter().fold(reply, |reply, standing| standing.on(reply, now));
        finish(&mut world, &request, reply)
    };
    match fault {
        Some(Fault::LostAfter) => Err(Cut),
        Some(Fault::HangAfter(span)) => silence(span).await,
        Some(Fault::After(status)) => Ok(broken(status)),
        Some(Fault::BusyAfter(span)) => {
            Ok(broken(503).with("retry-after", span.as_secs().to_string()))
        }
        _ => Ok(reply),
    }
}

async fn silence(span: Duration) -> Result<Reply, Cut> {
    tokio::time::sleep(span).await;
    Err(Cut)
}

fn broken(status: u16) -> Reply {
    Reply::plain(status, "<html><body><h1>upstream connect error</h1></body></html>")
        .with("content-type", "text/html")
}

/// Checks the request, lets it be done, and says what comes of it.
fn decide(world: &mut World, request: &Request, fault: Option<&Fault>) -> Reply {
    if let Some(Err(error)) = fault.map(|fault| fault.before(world, request)) {
        return error.into();
    }
    if !is_authorized(world, request) {
        return ApiError::from(errors::UNAUTHORIZED).into();
    }
    let reply = routes::route(world, request).unwrap_or_else(Reply::from);
    world.contract.keep(request, &reply);
    reply
}

/// Whether the bot's token came along, or the path holds a token of its own.
fn is_authorized(world: &World, request: &Request) -> bool {
    match request.segments().as_slice() {
        ["interactions" | "attachments", ..] | ["webhooks", _, _, ..] | ["gateway"] => true,
        _ => {
            let wanted = format!("Bot {}", world.application.token);
            request.authorization.as_deref() == Some(&wanted)
        }
    }
}

/// Writes down what was answered.
fn finish(world: &mut World, request: &Request, reply: Reply) -> Reply {
    let at = world.clock.now();
    world.limits.note(&reply, at);
    world.requests.push(Seen {
        at,
        method: request.method.clone(),
        path: request.path(),
        body: request.body.clone(),
        status: reply.status,
    });
    reply
}

async fn read(request: hyper::Request<Incoming>) -> Result<Request, ApiError> {
    let (head, body) = request.into_parts();
    let bytes = Limited::new(body, BODY_BYTES_MAX).collect().await;
    let bytes = bytes.map_err(|_| errors::TOO_LARGE)?.to_bytes();
    let header = |name: &str| {
        head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    let content_type = header("content-type").unwrap_or_default();
    let decoded = url::form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes());
    let mut read = Request {
        method: head.method.to_string(),
        path: path(head.uri.path())?,
        query: decoded.into_owned().filter(|(name, _)| !name.is_empty()).collect(),
        authorization: header("authorization"),
        is_multipart: content_type.starts_with("multipart/form-data"),
        ..Request::default()
    };
    if read.is_multipart {
        let parts = multipart::parse(&content_type, &bytes).ok_or(errors::BAD_JSON)?;
        read.body = parts.payload().map_err(|_| errors::BAD_JSON)?;
        read.files = parts.files;
    } else if !bytes.is_empty() {
        read.body = serde_json::from_slice(&bytes).map_err(|_| errors::BAD_JSON)?;
    }
    Ok(read)
}

/// The path's segments after `/api/v10`, decoded; attachments are served beside it.
fn path(path: &str) -> Result<Vec<String>, ApiError> {
    let mut segments = path.split('/').filter(|part| !part.is_empty()).map(|part| {
        // A form's decoder takes `+` for a space; a path has none, but for `%2B`.
        let pair = format!("x={}", part.replace('+', "%2B"));
        url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned())
    });
    let all: Option<Vec<String>> = segments.by_ref().collect();
    let all = all.ok_or(errors::NOT_FOUND)?;
    match all.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["api", version, ..] if is_version(version) => Ok(all[2..].to_vec()),
        ["api", ..] => Ok(all[1..].to_vec()),
        ["attachments", ..] => Ok(all),
        _ => Err(errors::NOT_FOUND.into()),
    }
}

fn is_version(text: &str) -> bool {
    text.strip_prefix('v').is_some_and(|number| number.parse::<u8>().is_ok())
}
