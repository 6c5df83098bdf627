//! Holds every request against Discord's own description of its API, where that file is at hand,
//! and every answer of the fake's, so that the fake cannot drift from what Discord sends.
//!
//! Requests are kept and looked at when the test asks, since the description is large: the bot does
//! not wait for it. The description is looked for in `shared/contracts/` beside the repository or above it, and is
//! not part of the repository. Without it only unknown fields are noted.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use serde_json::Value;

use super::{
    http::{Reply, Request},
    schema::Schemas,
};

/// Where the description lies, from a folder that holds `shared`.
const FILE: &str = "shared/contracts/discord-openapi.json";

/// A difference that is let be.
struct Known {
    /// The end of the place, `*` for any name or number.
    at: &'static str,
    /// Part of what is said there.
    says: &'static str,
    /// Why it is let be.
    #[expect(dead_code, reason = "for the reader")]
    reason: &'static str,
}

/// Where the description is stricter than Discord.
const KNOWN: &[Known] = &[
    Known {
        at: "/attachments/*/id",
        says: "is not of type \"string\"",
        reason: "serenity sends the number of an upload as an integer, and Discord takes it",
    },
    Known {
        at: "/*/default_member_permissions",
        says: "is not of type [\"integer\",\"null\"]",
        reason: "Discord's own pages have the bits as text, serenity sends them so; the description \
                 knows only the number",
    },
];

impl Known {
    fn is_it(&self, at: &str, says: &str) -> bool {
        let (wanted, place) = (self.at.split('/').skip(1), at.split('/').skip(1));
        let (wanted, place): (Vec<&str>, Vec<&str>) = (wanted.collect(), place.collect());
        let Some(start) = place.len().checked_sub(wanted.len()) else { return false };
        let same = |(name, part): (&&str, &&str)| *name == "*" || name == part;
        wanted.iter().zip(&place[start..]).all(same) && says.contains(self.says)
    }
}

/// Something that does not agree with the description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Method and path as in the description.
    pub route: String,
    /// Where in the body, as a JSON pointer.
    pub at: String,
    /// What is wrong.
    pub says: String,
}

/// The description, if there is one, and what was found.
#[derive(Clone, Debug, Default)]
pub struct Contract {
    document: Option<Arc<Value>>,
    /// Requests and answers that nobody has looked at.
    kept: Vec<(Request, Reply)>,
    violations: Vec<Violation>,
    own_violations: Vec<Violation>,
}

impl Contract {
    /// Looks for the description; says once if there is none.
    pub fn find() -> Self {
        static FOUND: OnceLock<Option<Arc<Value>>> = OnceLock::new();
        let document = FOUND.get_or_init(|| {
            let found = file().and_then(|path| std::fs::read(path).ok());
            let read = found.and_then(|bytes| serde_json::from_slice(&bytes).ok()).map(Arc::new);
            if read.is_none() {
                println!("no {FILE}: requests are not held against Discord's description");
            }
            read
        });
        Self { document: document.clone(), ..Self::default() }
    }

    /// Whether the description is at hand.
    pub fn is_at_hand(&self) -> bool {
        self.document.is_some()
    }

    /// Notes a field that Discord would ignore.
    pub fn note_unknown(&mut self, request: &Request, places: Vec<String>) {
        let route = format!("{} {}", request.method, request.path());
        self.violations.extend(places.into_iter().map(|at| {
            let says = "a field that nobody knows: it is ignored".to_owned();
            Violation { route: route.clone(), at, says }
        }));
    }

    /// Keeps a request and its answer, to be looked at later.
    pub fn keep(&mut self, request: &Request, reply: &Reply) {
        if self.document.is_some() {
            self.kept.push((request.without_bytes(), reply.clone()));
        }
    }

    /// The bot's mistakes.
    pub fn violations(&mut self) -> Vec<Violation> {
        self.look();
        self.violations.clone()
    }

    /// The fake's.
    pub fn own_violations(&mut self) -> Vec<Violation> {
        self.look();
        self.own_violations.clone()
    }

    fn look(&mut self) {
        for (request, reply) in std::mem::take(&mut self.kept) {
            self.check_request(&request);
            self.check_reply(&request, &reply);
        }
    }

    /// Holds a request against the description.
    fn check_request(&mut self, request: &Request) {
        let Some(document) = self.document.clone() else { return };
        // Attachments come from another host than the API's.
        if request.segments().first() == Some(&"attachments") {
            return;
        }
        let Some((template, operation)) = operation(&document, request) else {
            let route = format!("{} {}", request.method, request.path());
            let says = "no such route in the description".to_owned();
            self.violations.push(Violation { route, at: String::new(), says });
            return;
        };
        let schemas = Schemas::new(&document);
        let mut found = Vec::new();
        check_query(&schemas, operation, request, &mut found);
        let body = &operation["requestBody"];
        let schema = &body["content"]["application/json"]["schema"];
        if request.body.is_null() {
            let is_missing = body["required"] == true && request.files.is_empty();
            if is_missing
                && !schema["type"].as_array().is_some_and(|kinds| kinds.contains(&"null".into()))
            {
                found.push((String::new(), "no body".to_owned()));
            }
        } else if schema.is_object() {
            found.extend(schemas.check(schema, &request.body));
        } else {
            found.push((String::new(), "a body where none belongs".to_owned()));
        }
        let route = format!("{} {template}", request.method);
        found.retain(|(at, says)| !KNOWN.iter().any(|known| known.is_it(at, says)));
        self.violations.extend(violations(&route, found));
    }

    /// Holds an answer against the description.
    fn check_reply(&mut self, request: &Request, reply: &Reply) {
        let Some(document) = self.document.clone() else { return };
        let Some((template, operation)) = operation(&document, request) else { return };
        let route = format!("{} {template}", request.method);
        let response = &operation["responses"][reply.status.to_string()];
        let schema = &response["content"]["application/json"]["schema"];
        let found = match &reply.body {
            _ if reply.status >= 400 => Vec::new(),
            _ if response.is_null() => {
                vec![(String::new(), format!("no answer with status {}", reply.status))]
            }
            Some(body) if schema.is_object() => Schemas::new(&document).check(schema, body),
            Some(_) | None => Vec::new(),
        };
        self.own_violations.extend(violations(&route, found));
    }
}

fn violations(route: &str, found: Vec<(String, String)>) -> impl Iterator<Item = Violation> {
    let violation = |(at, says)| Violation { route: route.to_owned(), at, says };
    found.into_iter().map(violation)
}

/// The file, from the repository's folder upwards.
fn file() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.ancestors().map(|folder| folder.join(FILE)).find(|path| path.is_file())
}

/// The operation for a request and its path in the description.
fn operation<'d>(document: &'d Value, request: &Request) -> Option<(&'d str, &'d Value)> {
    let segments = request.segments();
    let fits = |template: &str| {
        let parts: Vec<&str> = template.split('/').skip(1).collect();
        let same = |(part, segment): (&&str, &&str)| part.starts_with('{') || part == segment;
        parts.len() == segments.len() && parts.iter().zip(&segments).all(same)
    };
    // Of several that fit (`@me` and `{user_id}`), the one that names most.
    let named = |template: &str| template.matches('{').count();
    let method = request.method.to_ascii_lowercase();
    let paths = document["paths"].as_object()?;
    let fitting = paths.iter().filter(|(path, value)| fits(path) && value[&method].is_object());
    let (template, path) = fitting.min_by_key(|(template, _)| named(template))?;
    Some((template, &path[&method]))
}

fn check_query(
    schemas: &Schemas<'_>,
    operation: &Value,
    request: &Request,
    found: &mut Vec<(String, String)>,
) {
    let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
    for (name, text) in &request.query {
        let known = parameters.iter().find(|one| one["in"] == "query" && one["name"] == **name);
        let at = format!("?{name}");
        let Some(parameter) = known else {
            found.push((at, "no such parameter".to_owned()));
            continue;
        };
        // A query has only texts; take it for what the schema can use.
        let as_json = serde_json::from_str(text).unwrap_or(Value::Null);
        let readings = [Value::String(text.clone()), as_json];
        if readings.iter().all(|value| !schemas.check(&parameter["schema"], value).is_empty()) {
            found.push((at, format!("\"{text}\" does not fit")));
        }
    }
    for parameter in parameters.iter().filter(|one| one["in"] == "query" && one["required"] == true)
    {
        let name = parameter["name"].as_str().unwrap_or_default();
        if !request.query.contains_key(name) {
            found.push((format!("?{name}"), "missing".to_owned()));
        }
    }
}
