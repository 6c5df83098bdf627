//! Whether a post stands at X: the account's own posts are read back to before the first attempt.
//!
//! X gives words back with three signs escaped and every link replaced by a short one of its own.
//! Must not change anything.

use chrono::{DateTime, SecondsFormat, TimeDelta};
use icu_normalizer::ComposingNormalizerBorrowed;
use reqwest::Method;
use serde::Deserialize;

use crate::{
    broadcast::{Sending, json::Trouble, options},
    domain::Timestamp,
    event::Receipt,
};

use super::{X, receipt};

/// Two clocks that differ by less lose nothing.
const SKEW_S: i64 = 600;
/// Posts are read back by the hundred, so many times at most.
const PAGES_MAX: usize = 5;
const PAGE_LENGTH: &str = "100";
/// What X's own short links begin with.
const SHORT: &str = "https://t.co/";

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    data: Vec<Standing>,
    #[serde(default)]
    meta: Meta,
}

#[derive(Default, Deserialize)]
struct Meta {
    next_token: Option<String>,
}

#[derive(Deserialize)]
struct Standing {
    id: String,
    text: String,
    created_at: Timestamp,
}

/// What reading back came to.
pub(super) enum Found {
    There(Receipt),
    NotThere,
    /// More was posted since than is read.
    TooMuch,
}

impl X {
    pub(super) async fn find(&self, sending: Sending<'_>) -> Result<Found, Trouble> {
        let own = self.own().await?;
        let since = sending.first_attempt_at.unwrap_or(sending.decided_at);
        let since = since - TimeDelta::seconds(SKEW_S);
        let begins = DateTime::to_rfc3339_opts(&since, SecondsFormat::Secs, true);
        let mut next: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let mut url = options::at(&self.api, ["2", "users", own.id.as_str(), "tweets"]);
            url.query_pairs_mut()
                .append_pair("max_results", PAGE_LENGTH)
                .append_pair("start_time", &begins)
                .append_pair("tweet.fields", "created_at")
                .extend_pairs(next.iter().map(|next| ("pagination_token", next)));
            let page: Page = self.ask(Method::GET, url).await?;
            let is_it =
                |one: &&Standing| one.created_at >= since && is_same(&sending.post.body, &one.text);
            if let Some(found) = page.data.iter().find(is_it) {
                return Ok(Found::There(receipt(&found.id)));
            }
            match page.meta.next_token {
                Some(token) if next.as_ref() != Some(&token) => next = Some(token),
                Some(_) | None => return Ok(Found::NotThere),
            }
        }
        Ok(Found::TooMuch)
    }
}

/// Whether what stands there is what was sent, whatever became of its links.
fn is_same(sent: &str, standing: &str) -> bool {
    let sent = ComposingNormalizerBorrowed::new_nfc().normalize(sent.trim()).into_owned();
    let standing = standing.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let mut pieces = Vec::new();
    let mut rest = standing.trim();
    while let Some((before, link)) = rest.split_once(SHORT) {
        pieces.push(before);
        rest = link.trim_start_matches(|sign: char| sign.is_ascii_alphanumeric());
    }
    let Some(mut left) = sent.strip_suffix(rest) else { return false };
    let Some((first, others)) = pieces.split_first() else { return left.is_empty() };
    let Some(after) = left.strip_prefix(first) else { return false };
    left = after;
    for piece in others {
        let Some((_, after)) = left.split_once(piece) else { return false };
        left = after;
    }
    !left.is_empty()
}
