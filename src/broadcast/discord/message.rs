//! A post as a message: what Discord is sent, and how a message is known again.
//!
//! A public update is a headline (which a phone's notification shows) over a box with a bar in the
//! colour of the incident's state; its footer has a short reference made from the `PostId`. What
//! staff and single people get is plain text; only where its escaped form is too long for that does
//! it go into a box. Pure; must not: let anything but a configured role be mentioned.

use serde::{Deserialize, Serialize, de::IgnoredAny};

use crate::{
    broadcast::picture::FILE_NAME,
    command::{Button, Tone},
    domain::{Audience, Limits, PostId, TextUnit},
    event::{Post, PostButton},
    render::{discord_times, escape_markdown, fit},
};

use super::threads::{is_entry, words};

/// The longest content, in UTF-16 units, the longest of the ways to count.
const CONTENT_LENGTH_MAX: usize = 2000;
/// What fits into a box.
const DESCRIPTION: Limits = Limits::of(4096, TextUnit::Characters);
/// What fits beside a file.
const DESCRIPTION_OF_FILE: Limits = Limits::of(1024, TextUnit::Characters);
/// The longest headline before it is escaped, in characters.
const HEADLINE_LENGTH_MAX: u32 = 200;
/// The longest text on a button.
const LABEL: Limits = Limits::of(80, TextUnit::Characters);
/// What the footer's reference begins with.
const REFERENCE_MARK: char = '#';
const REFERENCE_LENGTH: usize = 12;
/// Discord takes 25 characters.
const NONCE_LENGTH: usize = 24;
/// No box is made of what a link leads to.
const SUPPRESS_EMBEDS: u32 = 1 << 2;

/// What a message is made from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draft<'a> {
    pub(super) post: &'a Post,
    /// The message it answers.
    pub(super) reply_to: Option<u64>,
    /// The role that is mentioned.
    pub(super) ping_role: Option<u64>,
}

/// The body of a request that makes or changes a message.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Message {
    content: String,
    embeds: Vec<Embed>,
    allowed_mentions: AllowedMentions,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_reference: Option<Reference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    components: Vec<Row>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment>,
    #[serde(skip_serializing_if = "is_zero")]
    flags: u32,
    #[serde(flatten)]
    key: Option<Key>,
}

/// A file that comes along, by its place among the files.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Attachment {
    id: &'static str,
    filename: &'static str,
    description: String,
}

/// By which Discord knows a second send.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Key {
    nonce: String,
    enforce_nonce: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Embed {
    description: String,
    color: u32,
    footer: Footer,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Footer {
    #[serde(default)]
    text: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct AllowedMentions {
    parse: [&'static str; 0],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roles: Vec<String>,
}

/// A row of at most five buttons.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Row {
    #[serde(rename = "type")]
    kind: u8,
    components: Vec<Pressable>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Pressable {
    #[serde(rename = "type")]
    kind: u8,
    style: u8,
    label: String,
    custom_id: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Reference {
    message_id: String,
    fail_if_not_exists: bool,
}

/// A message that stands at Discord, as far as it must be known again.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Standing {
    pub(super) id: String,
    author: Author,
    #[serde(default)]
    content: String,
    #[serde(default)]
    embeds: Vec<StandingEmbed>,
    #[serde(default)]
    nonce: Option<serde_json::Value>,
    #[serde(default)]
    attachments: Vec<IgnoredAny>,
}

impl Standing {
    /// Whether files came along.
    pub(super) fn has_files(&self) -> bool {
        !self.attachments.is_empty()
    }
}

#[derive(Clone, Debug, Deserialize)]
struct Author {
    id: String,
}

#[derive(Clone, Debug, Deserialize)]
struct StandingEmbed {
    #[serde(default)]
    footer: Option<Footer>,
}

impl Message {
    /// A new message. The same draft always makes the same one.
    pub(super) fn new(draft: Draft<'_>) -> Self {
        let key = Key { nonce: nonce(&draft.post.id), enforce_nonce: true };
        let message_reference = draft
            .reply_to
            .map(|id| Reference { message_id: id.to_string(), fail_if_not_exists: false });
        Self { key: Some(key), message_reference, ..Self::changed(draft) }
    }

    /// What a message is changed into.
    pub(super) fn changed(draft: Draft<'_>) -> Self {
        let post = draft.post;
        let (headline, text) = match post.audience {
            Audience::Public => post.body.split_once('\n').unwrap_or(("", &post.body)),
            Audience::Staff if is_entry(post) => ("", words(post)),
            Audience::Staff | Audience::Reporters => ("", post.body.as_str()),
        };
        let (mut content, mut embeds) = (discord_times(&escape_markdown(text)), Vec::new());
        let is_long = content.encode_utf16().count() > CONTENT_LENGTH_MAX;
        if post.audience == Audience::Public || is_long {
            let footer = Footer { text: reference(&post.id) };
            let color = colour(&post.subject);
            // Words that were put in at the last moment may make it longer than was decided.
            let description = fit(&content, &DESCRIPTION);
            embeds.push(Embed { description, color, footer });
            content = bold(headline);
        }
        if let Some(role) = draft.ping_role {
            content = format!("<@&{role}> {content}").trim_end().to_owned();
        }
        let has_link = content.contains("https://") || content.contains("http://");
        let unfurls = embeds.is_empty() && has_link;
        Self {
            content,
            embeds,
            allowed_mentions: AllowedMentions {
                parse: [],
                roles: draft.ping_role.map(|role| role.to_string()).into_iter().collect(),
            },
            message_reference: None,
            components: rows(&post.buttons),
            attachments: Vec::new(),
            flags: if unfurls { SUPPRESS_EMBEDS } else { 0 },
            key: None,
        }
    }

    /// The same with a picture that shows what `alt` says.
    pub(super) fn with_picture(self, alt: &str) -> Self {
        let description = fit(alt, &DESCRIPTION_OF_FILE);
        Self { attachments: vec![Attachment { id: "0", filename: FILE_NAME, description }], ..self }
    }

    /// Whether `standing` is this message, said by `own`.
    pub(super) fn is(&self, standing: &Standing, own: u64) -> bool {
        if standing.author.id != own.to_string() {
            return false;
        }
        let footer =
            |embed: &StandingEmbed| embed.footer.as_ref().map(|footer| footer.text.clone());
        if let Some(embed) = self.embeds.first() {
            let mut footers = standing.embeds.iter().filter_map(footer);
            return footers.any(|footer| footer == embed.footer.text);
        }
        // Discord tells a nonce only to some; where it does, that settles it.
        let nonce = standing.nonce.as_ref().and_then(serde_json::Value::as_str);
        match (nonce, &self.key) {
            (Some(nonce), Some(key)) => nonce == key.nonce,
            _ => standing.embeds.is_empty() && standing.content.trim() == self.content.trim(),
        }
    }
}

fn rows(buttons: &[PostButton]) -> Vec<Row> {
    let pressable = |button: &PostButton| Pressable {
        kind: 2,
        style: Button::read(&button.id).map_or(Tone::Quiet, |known| known.tone()).number(),
        label: fit(&button.label, &LABEL),
        custom_id: button.id.clone(),
    };
    let row =
        |some: &[PostButton]| Row { kind: 1, components: some.iter().map(pressable).collect() };
    buttons.chunks(5).take(5).map(row).collect()
}

/// At most 25 characters, the same for every attempt at a post.
fn nonce(id: &PostId) -> String {
    id.as_str().chars().take(NONCE_LENGTH).collect()
}

fn reference(id: &PostId) -> String {
    std::iter::once(REFERENCE_MARK).chain(id.as_str().chars().take(REFERENCE_LENGTH)).collect()
}

fn bold(headline: &str) -> String {
    let limits = Limits::of(HEADLINE_LENGTH_MAX, TextUnit::Characters);
    let headline = fit(headline.trim(), &limits);
    if headline.is_empty() { headline } else { format!("**{}**", escape_markdown(&headline)) }
}

/// Red while it is bad, orange once it is understood, blue while it is watched and for announced work,
/// green when it is over.
fn colour(subject: &str) -> u32 {
    if let Some(news) = subject.strip_prefix("maintenance.") {
        return if news == "completed" { 0x002E_A043 } else { 0x0034_98DB };
    }
    match subject.strip_prefix("incident.").unwrap_or_default() {
        "investigating" | "holding" => 0x00D8_3A34,
        "identified" | "update" => 0x00E6_7E22,
        "monitoring" => 0x0034_98DB,
        "resolved" | "post_mortem" => 0x002E_A043,
        _ => 0x0080_8890,
    }
}

fn is_zero(flags: &u32) -> bool {
    *flags == 0
}
