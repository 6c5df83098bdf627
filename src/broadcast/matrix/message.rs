//! The content of a room's events. The same post always makes the same one.

use serde_json::{Value, json};

use crate::{
    broadcast::picture::{Drawn, FILE_NAME, MEDIA_TYPE},
    domain::Audience,
    event::Post,
    render::chart::{PICTURE_HEIGHT_PX, PICTURE_WIDTH_PX},
};

/// Where an event bears the id of the post that it is.
pub(super) const KEY: &str = "bellwether.post";

/// Where a picture bears the id of the post that it belongs to.
pub(super) const PICTURE_KEY: &str = "bellwether.picture";

/// A new message, in reply to the event `reply_to`, in its thread where `in_thread`.
pub(super) fn said(post: &Post, reply_to: Option<&str>, in_thread: bool) -> Value {
    let mut content = text(post);
    content[KEY] = json!(post.id);
    if let Some(first) = reply_to {
        let reply = json!({ "event_id": first });
        content["m.relates_to"] = if in_thread {
            json!({
                "rel_type": "m.thread",
                "event_id": first,
                "is_falling_back": true,
                "m.in_reply_to": reply,
            })
        } else {
            json!({ "m.in_reply_to": reply })
        };
    }
    content
}

/// A post's picture, which the homeserver keeps at `address`, in the thread of the event `first`.
pub(super) fn pictured(
    post: &Post,
    drawn: &Drawn<'_>,
    address: &str,
    first: Option<&str>,
) -> Value {
    let mut content = json!({
        "msgtype": "m.image",
        "body": drawn.alt,
        "filename": FILE_NAME,
        "url": address,
        "info": {
            "mimetype": MEDIA_TYPE,
            "w": PICTURE_WIDTH_PX,
            "h": PICTURE_HEIGHT_PX,
            "size": drawn.png.len(),
        },
        "m.mentions": {},
    });
    content[PICTURE_KEY] = json!(post.id);
    if let Some(first) = first {
        content["m.relates_to"] = json!({
            "rel_type": "m.thread",
            "event_id": first,
            "is_falling_back": true,
            "m.in_reply_to": { "event_id": first },
        });
    }
    content
}

/// What the event `about` is changed into. Clients without edits show it as a message of its own.
pub(super) fn changed(post: &Post, about: &str) -> Value {
    let new = text(post);
    let mut content = new.clone();
    content["m.new_content"] = new;
    content["m.relates_to"] = json!({ "rel_type": "m.replace", "event_id": about });
    content[KEY] = json!(post.id);
    content
}

/// A notice: bots say these, and answer none. It mentions nobody, whatever the words are.
fn text(post: &Post) -> Value {
    json!({
        "msgtype": "m.notice",
        "body": post.body,
        "format": "org.matrix.custom.html",
        "formatted_body": formatted(post),
        "m.mentions": {},
    })
}

/// The words as HTML that shows every sign as itself; a public update's first line is its headline.
fn formatted(post: &Post) -> String {
    match (post.audience, post.body.split_once('\n')) {
        (Audience::Public, Some((headline, text))) => {
            format!("<strong>{}</strong><br>{}", escaped(headline), escaped(text))
        }
        (Audience::Public | Audience::Staff | Audience::Reporters, _) => escaped(&post.body),
    }
}

fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&#34;"),
            '\'' => html.push_str("&#39;"),
            '\n' => html.push_str("<br>"),
            _ => html.push(sign),
        }
    }
    html
}
