//! A post as Bluesky keeps it, and the key that it has there. Pure: the same post makes the same
//! record under the same key on every attempt.

use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    domain::{PostId, Timestamp},
    render::{
        chart::{PICTURE_HEIGHT_PX, PICTURE_WIDTH_PX},
        hashtags, links,
    },
};

/// The collection that posts are kept in.
pub(super) const COLLECTION: &str = "app.bsky.feed.post";

/// What is kept.
#[derive(Serialize)]
pub(super) struct Record<'a> {
    #[serde(rename = "$type")]
    kind: &'static str,
    text: &'a str,
    #[serde(rename = "createdAt")]
    created_at: String,
    langs: [&'a str; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    facets: Vec<Facet<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<Reply<'a>>,
    /// Its picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) embed: Option<Embed<'a>>,
}

/// One picture.
#[derive(Serialize)]
pub(super) struct Embed<'a> {
    #[serde(rename = "$type")]
    kind: &'static str,
    images: [Image<'a>; 1],
}

#[derive(Serialize)]
struct Image<'a> {
    alt: &'a str,
    /// As the server named it.
    image: Value,
    #[serde(rename = "aspectRatio")]
    shape: Shape,
}

#[derive(Serialize)]
struct Shape {
    width: u32,
    height: u32,
}

impl<'a> Embed<'a> {
    /// A picture that the server has, by what it calls it.
    pub(super) fn of(image: Value, alt: &'a str) -> Self {
        let shape = Shape { width: PICTURE_WIDTH_PX, height: PICTURE_HEIGHT_PX };
        Self { kind: "app.bsky.embed.images", images: [Image { alt, image, shape }] }
    }
}

/// A record at one version.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Reference {
    pub uri: String,
    pub cid: String,
}

#[derive(Serialize)]
struct Reply<'a> {
    root: &'a Reference,
    parent: &'a Reference,
}

/// What a part of the text is.
#[derive(Serialize)]
struct Facet<'a> {
    index: Slice,
    features: [Feature<'a>; 1],
}

/// In bytes of the text.
#[derive(Serialize)]
struct Slice {
    #[serde(rename = "byteStart")]
    start: usize,
    #[serde(rename = "byteEnd")]
    end: usize,
}

#[derive(Serialize)]
#[serde(tag = "$type")]
enum Feature<'a> {
    #[serde(rename = "app.bsky.richtext.facet#link")]
    Link { uri: &'a str },
    #[serde(rename = "app.bsky.richtext.facet#tag")]
    Tag { tag: &'a str },
}

impl<'a> Record<'a> {
    /// A text decided at a moment, in a thread that begins at `thread`.
    pub(super) fn new(
        text: &'a str,
        decided_at: Timestamp,
        language: &'a str,
        thread: Option<&'a Reference>,
    ) -> Self {
        Self {
            kind: COLLECTION,
            text,
            created_at: decided_at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            langs: [language],
            facets: facets(text),
            reply: thread.map(|first| Reply { root: first, parent: first }),
            embed: None,
        }
    }

    /// Whether this is what stands there, its thread and picture aside.
    pub(super) fn says_what(&self, standing: &Standing) -> bool {
        self.text == standing.text && self.created_at == standing.created_at
    }
}

/// A record that stands there.
#[derive(Deserialize)]
pub(super) struct Standing {
    #[serde(default)]
    text: String,
    #[serde(default, rename = "createdAt")]
    created_at: String,
    #[serde(default)]
    embed: Option<IgnoredAny>,
}

impl Standing {
    /// Whether it has anything beside its words.
    pub(super) fn has_picture(&self) -> bool {
        self.embed.is_some()
    }
}

fn facets(text: &str) -> Vec<Facet<'_>> {
    let linked = links(text).into_iter().map(|range| {
        let uri = &text[range.clone()];
        (range, Feature::Link { uri })
    });
    let tagged = hashtags(text).into_iter().map(|range| {
        let tag = &text[range.start + 1..range.end];
        (range, Feature::Tag { tag })
    });
    let mut facets: Vec<Facet<'_>> = linked
        .chain(tagged)
        .map(|(range, feature)| Facet {
            index: Slice { start: range.start, end: range.end },
            features: [feature],
        })
        .collect();
    facets.sort_by_key(|facet| facet.index.start);
    facets
}

/// The key of a post decided at a moment: a timestamp identifier as the AT Protocol has it (53 bits of
/// microseconds, 10 bits of the clock's name, in sortable base 32). What is finer than a millisecond,
/// and the clock's name, follow from the post's id, so that it is the same on every attempt.
pub(super) fn key(post: &PostId, decided_at: Timestamp) -> String {
    const LETTERS: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
    const LENGTH: u32 = 13;
    let hash = Sha256::digest(post.as_str());
    let finer = u64::from(u16::from_be_bytes([hash[0], hash[1]])) % 1000;
    let name = u64::from(u16::from_be_bytes([hash[2], hash[3]]) & 0x3ff);
    let millis = u64::try_from(decided_at.timestamp_millis()).unwrap_or_default();
    let micros = (millis.saturating_mul(1000) + finer) & ((1 << 53) - 1);
    let number = micros << 10 | name;
    (0..LENGTH)
        .rev()
        .map(|place| char::from(LETTERS[(number >> (5 * place) & 31) as usize]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn a_key_is_the_same_every_time_and_sorts_by_time() {
        let (one, two) = (PostId::from("one"), PostId::from("two"));
        let at = moment("2014-04-24T02:40:00Z");
        let later = moment("2014-04-24T02:40:00.001Z");
        assert_eq!(key(&one, at), key(&one, at));
        assert_ne!(key(&one, at), key(&two, at));
        assert!(key(&one, at) < key(&two, later) && key(&two, at) < key(&one, later));
        assert_eq!(key(&one, at).len(), 13);
        // 1 398 307 200 000 000 µs and the thousand after it, whatever the clock's name.
        let span = "3brs53z4s2222".to_owned()..="3brs53z4szbzz".to_owned();
        assert!(span.contains(&key(&one, at)) && span.contains(&key(&two, at)));
    }

    #[test]
    fn facets_lie_within_the_text_and_on_what_they_mean() {
        let text = "Größere Störung 🛠 #outage: https://a.example/1 and https://b.example/2.";
        for facet in facets(text) {
            let part = &text.as_bytes()[facet.index.start..facet.index.end];
            let part = std::str::from_utf8(part).expect("whole signs");
            match facet.features {
                [Feature::Link { uri }] => assert_eq!(part, uri),
                [Feature::Tag { tag }] => assert_eq!(part.strip_prefix('#'), Some(tag)),
            }
        }
        assert_eq!(facets(text).len(), 3);
    }
}
