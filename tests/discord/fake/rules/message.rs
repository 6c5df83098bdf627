//! Rules for a message's body: content, embeds, mentions, files, nonce.

use serde_json::Value;

use super::super::{
    errors::{self, ApiError, Form},
    http::Request,
    message,
};
use super::{components, items};

const CONTENT_MAX: usize = 2000;
const EMBEDS_MAX: usize = 10;
const EMBEDS_TOTAL_MAX: usize = 6000;
const FIELDS_MAX: usize = 25;
const FILES_MAX: usize = 10;
const FILE_BYTES_MAX: usize = 10 * 1024 * 1024;
const NONCE_MAX: usize = 25;

/// Holds a new message's or an edit's body against the rules.
pub fn check(body: &Value, request: &Request, is_edit: bool) -> Result<(), ApiError> {
    let mut form = Form::default();
    form.length(&body["content"], "content", 0, CONTENT_MAX);
    check_embeds(&mut form, items(&body["embeds"]));
    check_mentions(&mut form, &body["allowed_mentions"]);
    check_nonce(&mut form, body);
    check_files(&mut form, body, request)?;
    let flags = body["flags"].as_u64().unwrap_or_default();
    let is_v2 = flags & message::COMPONENTS_V2 != 0;
    components::check(&mut form, items(&body["components"]), is_v2);
    if is_v2 {
        for field in ["content", "embeds", "poll", "stickers"] {
            if !body[field].is_null() {
                let words = format!(
                    "The '{field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
                );
                form.add(field, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", words);
            }
        }
    }
    form.into_result()?;
    let lists = ["embeds", "components", "sticker_ids"];
    let is_empty = body["content"].as_str().unwrap_or_default().trim().is_empty()
        && lists.iter().all(|list| items(&body[*list]).is_empty())
        && body["poll"].is_null()
        && request.files.is_empty();
    // An edit may leave all of it out: what is there stays.
    if is_empty && !is_edit {
        return Err(errors::EMPTY_MESSAGE.into());
    }
    Ok(())
}

fn check_embeds(form: &mut Form, embeds: &[Value]) {
    form.count(embeds.len(), "embeds", 0, EMBEDS_MAX);
    let mut total = 0;
    for (at, embed) in embeds.iter().enumerate() {
        total += check_embed(form, embed, &format!("embeds.{at}"));
    }
    if total > EMBEDS_TOTAL_MAX {
        let words = format!("Embed size exceeds maximum size of {EMBEDS_TOTAL_MAX}");
        form.add("embeds", "MAX_EMBED_SIZE_EXCEEDED", words);
    }
}

/// Checks one embed and returns its characters.
fn check_embed(form: &mut Form, embed: &Value, path: &str) -> usize {
    let texts = [
        ("title", &embed["title"], 256),
        ("description", &embed["description"], 4096),
        ("footer.text", &embed["footer"]["text"], 2048),
        ("author.name", &embed["author"]["name"], 256),
    ];
    let mut total = 0;
    for (name, value, max) in texts {
        form.length(value, &format!("{path}.{name}"), 0, max);
        total += length(value);
    }
    for (name, value) in [("url", &embed["url"]), ("image.url", &embed["image"]["url"])] {
        check_url(form, value, &format!("{path}.{name}"));
    }
    form.integer(&embed["color"], &format!("{path}.color"));
    let fields = items(&embed["fields"]);
    form.count(fields.len(), &format!("{path}.fields"), 0, FIELDS_MAX);
    for (at, field) in fields.iter().enumerate() {
        for (name, max) in [("name", 256), ("value", 1024)] {
            form.required_length(&field[name], &format!("{path}.fields.{at}.{name}"), 1, max);
            total += length(&field[name]);
        }
    }
    let shows = ["title", "description", "image", "thumbnail", "footer", "author", "fields"];
    if shows.iter().all(|name| embed[*name].is_null() || embed[*name] == "") {
        form.add(&format!("{path}.description"), "BASE_TYPE_REQUIRED", "This field is required");
    }
    total
}

fn check_url(form: &mut Form, value: &Value, path: &str) {
    let Some(text) = value.as_str() else { return };
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    if !matches!(scheme, Some("http" | "https" | "attachment")) {
        let words = format!(
            "Scheme \"{}\" is not supported. Scheme must be one of ('http', 'https').",
            scheme.unwrap_or_default()
        );
        form.add(path, "URL_TYPE_INVALID_SCHEME", words);
    }
}

fn length(value: &Value) -> usize {
    value.as_str().map_or(0, |text| text.chars().count())
}

fn check_mentions(form: &mut Form, mentions: &Value) {
    for kind in ["users", "roles"] {
        let ids = items(&mentions[kind]);
        form.count(ids.len(), &format!("allowed_mentions.{kind}"), 0, 100);
        let parses = items(&mentions["parse"]).iter().any(|one| one == kind);
        if parses && !ids.is_empty() {
            let words = format!("parse:[\"{kind}\"] and {kind}: [ids...] are mutually exclusive.");
            let code = "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE";
            form.add("allowed_mentions", code, words);
        }
    }
    for (at, kind) in items(&mentions["parse"]).iter().enumerate() {
        if !["users", "roles", "everyone"].iter().any(|known| kind == known) {
            let words = "Value must be one of {'users', 'roles', 'everyone'}.";
            form.add(&format!("allowed_mentions.parse.{at}"), "BASE_TYPE_CHOICES", words);
        }
    }
}

fn check_nonce(form: &mut Form, body: &Value) {
    let nonce = &body["nonce"];
    if nonce.is_string() {
        form.length(nonce, "nonce", 0, NONCE_MAX);
    } else {
        form.integer(nonce, "nonce");
    }
    if body["enforce_nonce"] == true && nonce.is_null() {
        form.required("nonce");
    }
}

fn check_files(form: &mut Form, body: &Value, request: &Request) -> Result<(), ApiError> {
    form.count(request.files.len(), "files", 0, FILES_MAX);
    if request.files.iter().any(|file| file.bytes.len() > FILE_BYTES_MAX) {
        return Err(errors::TOO_LARGE.into());
    }
    for (at, told) in items(&body["attachments"]).iter().enumerate() {
        let path = format!("attachments.{at}");
        form.length(&told["description"], &format!("{path}.description"), 0, 1024);
        let Some(number) = number(&told["id"]) else {
            form.required(&format!("{path}.id"));
            continue;
        };
        // A small number stands for a file of this request, a great one is a snowflake.
        let is_new = number < 1 << 22;
        if is_new && !request.files.iter().any(|file| file.number == number) {
            let words = "No file was uploaded for this attachment.";
            form.add(&path, "ATTACHMENT_NOT_FOUND", words);
        }
    }
    Ok(())
}

/// A snowflake as text or number.
pub fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
