//! What a card looks like: the incident in an embed, with the buttons that fit the moment. Pure.
//!
//! Times are Discord's own (`<t:…>`), so that each reader sees theirs. All that does not come from
//! `messages/` is escaped. Must not: mention anybody, or be longer than Discord takes.

use serde_json::{Value, json};

use crate::{
    command::Button,
    domain::{IncidentState, Limits, PostId, TextUnit, Timestamp, UpdateKind},
    engine::{Card, CardDraft, CardReceipt, CardUpdate},
    event::DeliveryEvent,
    render::{self, Facts, Words, discord_times, escape_markdown, fit},
};

use super::{Place, Shown};

/// The picture's name in its message.
pub const PICTURE_NAME: &str = "chart.png";

/// Lengths that Discord takes, in characters; all of an embed's texts together are less than its
/// 6000.
const TITLE_LENGTH_MAX: usize = 240;
const SAID_LENGTH_MAX: usize = 300;
const ABOUT_LENGTH_MAX: usize = 1700;
const FIELD_LENGTH_MAX: usize = 1024;
const UPDATE_LENGTH_MAX: usize = 800;
const DRAFT_LENGTH_MAX: usize = 780;
const FIELD_NAME_LENGTH_MAX: usize = 100;
const REASON_LENGTH_MAX: usize = 120;
const PLAN_LENGTH_MAX: usize = 120;
const LABEL_LENGTH_MAX: usize = 80;
const ALT_LENGTH_MAX: usize = 1000;
/// Buttons that send a post again, at most: one row.
const AGAIN_MAX: usize = 5;

/// Links to what a footer or a card names are not unfurled.
const SUPPRESS_EMBEDS: u64 = 1 << 2;

/// Whether no later message about the same incident stands at the same destination.
pub fn is_newest(shown: &Shown, place: &Place) -> bool {
    let mut there = shown.messages.iter().filter(|one| one.destination == place.destination);
    there.next_back().is_some_and(|newest| newest.post == place.post)
}

/// What the message at `place` says now, without its picture.
pub fn message(shown: &Shown, place: &Place, words: &Words, language: &str) -> Value {
    let page = Page { shown, words, language };
    if is_newest(shown, place) { page.card() } else { page.pointer(place) }
}

/// What a request says of the picture that comes with it.
pub fn attachments(alt: &str) -> Value {
    let alt = cut(alt, ALT_LENGTH_MAX);
    json!([{ "id": "0", "filename": PICTURE_NAME, "description": alt }])
}

struct Page<'a> {
    shown: &'a Shown,
    words: &'a Words,
    language: &'a str,
}

impl Page<'_> {
    fn card(&self) -> Value {
        let card = &self.shown.card;
        let title = self.say("card-title", self.incident().text("title", card.title.clone()));
        let fields: Vec<Value> = [self.draft_field()]
            .into_iter()
            .flatten()
            .chain(card.updates.iter().map(|update| self.update_field(update)))
            .collect();
        json!({
            "content": "",
            "embeds": [{
                "title": within(&title, TITLE_LENGTH_MAX),
                "description": shortened(&self.about(), ABOUT_LENGTH_MAX),
                "color": colour(card.state),
                "fields": fields,
                "image": { "url": format!("attachment://{PICTURE_NAME}") },
                "footer": { "text": self.say("card-footer", self.incident()) },
            }],
            "components": self.rows(),
            "allowed_mentions": { "parse": [] },
            "flags": 0,
        })
    }

    /// An older message leads to the one that goes on.
    fn pointer(&self, place: &Place) -> Value {
        let mut there =
            self.shown.messages.iter().filter(|one| one.destination == place.destination);
        let link = there.next_back().map(|newest| {
            let room = self.shown.rooms.get(&newest.destination);
            room.map(|room| format!("{room}/{}", newest.message)).unwrap_or_default()
        });
        let facts = self
            .incident()
            .text("title", within(&self.shown.card.title, TITLE_LENGTH_MAX))
            .text("link", link.unwrap_or_default());
        json!({
            "content": self.say("card-goes-on", facts),
            "embeds": [],
            "components": [],
            "attachments": [],
            "allowed_mentions": { "parse": [] },
            "flags": SUPPRESS_EMBEDS,
        })
    }

    /// State, servers, cause, counted evidence, what is healthy, what else it could be.
    fn about(&self) -> String {
        let card = &self.shown.card;
        let mut lines = vec![self.state_line()];
        let servers = Facts::new().text("servers", escape_markdown(&card.servers));
        lines.push(self.say("card-servers", servers));
        match &card.cause {
            Some(cause) => {
                let facts = Facts::new().text("cause", escape_markdown(cause));
                lines.push(self.say("card-cause", facts));
            }
            None => lines.push(self.say("card-no-cause", Facts::new())),
        }
        if card.is_over {
            lines.push(self.say("card-over", Facts::new()));
        }
        lines.extend(
            card.evidence.iter().map(|row| {
                self.say("card-evidence", Facts::new().text("row", escape_markdown(row)))
            }),
        );
        if card.evidence_left_out > 0 {
            let facts = Facts::new().number("count", card.evidence_left_out as f64);
            lines.push(self.say("card-evidence-more", facts));
        }
        for sentence in [&card.healthy, &card.alternatives] {
            if !sentence.is_empty() {
                lines.push(escape_markdown(sentence));
            }
        }
        if let Some(said) = &card.said {
            let facts = Facts::new()
                .text("at", moment(said.at))
                .text("text", within(&said.text, SAID_LENGTH_MAX));
            let key = if said.disagrees { "card-said-against" } else { "card-said" };
            lines.push(self.say(key, facts));
        }
        if let Some(dropped) = card.dropped.as_ref().filter(|_| card.draft.is_none()) {
            let facts = Facts::new()
                .text("draft", dropped.id.to_string())
                .text("by", self.person(dropped.by.as_deref()));
            lines.push(self.say("card-dropped", facts));
        }
        lines.join("\n")
    }

    fn state_line(&self) -> String {
        let card = &self.shown.card;
        let facts = Facts::new()
            .text("state", card.state.word())
            .text("impact", card.impact.word())
            .text("since", moment(card.since))
            .text("ago", ago(card.since))
            .text("ended", card.ended_at.map(moment).unwrap_or_default())
            .text("by", card.ended_by.as_deref().map(escape_markdown).unwrap_or_default());
        let key = match (card.ended_at, &card.ended_by) {
            (None, _) => "card-state",
            (Some(_), None) => "card-state-ended",
            (Some(_), Some(_)) => "card-state-ended-by",
        };
        self.say(key, facts)
    }

    fn draft_field(&self) -> Option<Value> {
        let draft = self.shown.card.draft.as_ref()?;
        let facts = Facts::new()
            .text("draft", draft.id.to_string())
            .number("revision", draft.revision)
            .text("kind", draft.kind.word());
        let name = self.say("card-draft", facts);
        Some(field(&name, &self.draft_text(draft)))
    }

    fn draft_text(&self, draft: &CardDraft) -> String {
        let mut lines = Vec::new();
        if let Some(changed) = &draft.stale {
            let facts = Facts::new().text("changed", within(changed, REASON_LENGTH_MAX));
            lines.push(self.say("card-draft-stale", facts));
        }
        lines.push(quoted(&discord_times(&within(&draft.body, DRAFT_LENGTH_MAX))));
        lines.extend(draft.plan.iter().map(|line| within(line, PLAN_LENGTH_MAX)));
        lines.extend(draft.elsewhere.clone());
        if draft.by.is_some() {
            let facts = Facts::new().text("by", self.person(draft.by.as_deref()));
            lines.push(self.say("card-draft-by", facts));
        }
        if let Some(until) = draft.waits_until {
            lines.push(self.say("card-draft-waits", Facts::new().text("until", moment(until))));
        }
        let also: Vec<String> =
            self.shown.card.also_waiting.iter().take(5).map(ToString::to_string).collect();
        if !also.is_empty() {
            let list = render::list(self.words, self.language, &also);
            lines.push(self.say("card-draft-also", Facts::new().text("drafts", list)));
        }
        lines.join("\n")
    }

    fn update_field(&self, update: &CardUpdate) -> Value {
        let facts =
            Facts::new().number("revision", update.revision).text("kind", update.kind.word());
        let name = self.say("card-update", facts);
        let facts =
            Facts::new().text("by", self.person(Some(&update.by))).text("at", moment(update.at));
        let key = if update.is_by_policy { "card-update-policy" } else { "card-update-by" };
        let mut lines = vec![self.say(key, facts)];
        let mut length = lines[0].chars().count();
        let mut left_out = update.receipts_left_out;
        // A whole line or none; room is left for the count of those that are not there.
        for receipt in &update.receipts {
            let line = self.receipt_line(receipt);
            length += line.chars().count() + 1;
            if length > UPDATE_LENGTH_MAX - 40 {
                left_out += 1;
            } else {
                lines.push(line);
            }
        }
        if update.receipts.is_empty() {
            lines.push(self.say("card-receipts-none", Facts::new()));
        }
        if left_out > 0 {
            let facts = Facts::new().number("count", left_out as f64);
            lines.push(self.say("card-receipts-more", facts));
        }
        field(&name, &lines.join("\n"))
    }

    fn receipt_line(&self, receipt: &CardReceipt) -> String {
        let mut destination = escape_markdown(receipt.destination.as_str());
        if receipt.passes_on {
            let facts = Facts::new().text("destination", destination);
            destination = self.say("card-receipt-passed-on", facts);
        }
        let facts = || Facts::new().text("destination", destination.clone());
        let because = |reason: &str| facts().text("reason", within(reason, REASON_LENGTH_MAX));
        match &receipt.last {
            None | Some(DeliveryEvent::Sending { .. }) => self.say("card-receipt-waits", facts()),
            Some(DeliveryEvent::Sent { link, .. }) => match link.as_deref().and_then(safe_link) {
                Some(link) => self.say("card-receipt-sent-link", facts().text("link", link)),
                None => self.say("card-receipt-sent", facts()),
            },
            Some(DeliveryEvent::Retry { not_before, reason, .. }) => {
                let facts = because(reason).text("time", moment(*not_before));
                self.say("card-receipt-retry", facts)
            }
            Some(DeliveryEvent::Unknown { reason, .. }) => {
                self.say("card-receipt-unknown", because(reason))
            }
            Some(DeliveryEvent::Unresolved { reason }) => {
                let room = self.shown.rooms.get(&receipt.destination).map(String::as_str);
                match room.or(receipt.nearby.as_deref()).and_then(safe_link) {
                    Some(link) => {
                        self.say("card-receipt-unresolved-link", because(reason).text("link", link))
                    }
                    None => self.say("card-receipt-unresolved", because(reason)),
                }
            }
            Some(DeliveryEvent::Failed { reason }) => {
                self.say("card-receipt-failed", because(reason))
            }
            Some(DeliveryEvent::Superseded { .. }) => self.say("card-receipt-superseded", facts()),
            Some(DeliveryEvent::Gone) => self.say("card-receipt-gone", facts()),
        }
    }

    /// What can be pressed: on the draft that waits, and on posts that did not arrive.
    fn rows(&self) -> Vec<Value> {
        let card = &self.shown.card;
        let is_open =
            |draft: &&CardDraft| card.state.is_open() != (draft.kind == UpdateKind::PostMortem);
        let on_draft = card.draft.as_ref().filter(is_open);
        let decide: Vec<Value> = on_draft
            .map(|draft| buttons_of(card, draft))
            .unwrap_or_default()
            .iter()
            .map(|button| pressable(button, &self.say(button.label_key(), Facts::new())))
            .collect();
        let again: Vec<Value> = card
            .updates
            .iter()
            .flat_map(|update| &update.receipts)
            .filter(|receipt| matches!(receipt.last, Some(DeliveryEvent::Failed { .. })))
            .filter(|receipt| self.shown.can_be_sent_again.contains(&receipt.post))
            .filter_map(|receipt| Some((retry_of(&receipt.post)?, receipt)))
            .take(AGAIN_MAX)
            .map(|(button, receipt)| {
                let facts = Facts::new().text("destination", receipt.destination.to_string());
                pressable(&button, &self.say(button.label_key(), facts))
            })
            .collect();
        let rows = [decide, again].into_iter().filter(|row| !row.is_empty());
        rows.map(|row| json!({ "type": 1, "components": row })).collect()
    }

    /// A person's name, or a policy's; "the bot" for nobody.
    fn person(&self, by: Option<&str>) -> String {
        match by {
            Some(by) => within(by, 60),
            None => self.say("card-the-bot", Facts::new()),
        }
    }

    fn incident(&self) -> Facts {
        Facts::new().text("incident", self.shown.card.incident.to_string())
    }

    fn say(&self, key: &str, facts: Facts) -> String {
        self.words.say(self.language, key, &facts)
    }
}

fn buttons_of(card: &Card, draft: &CardDraft) -> Vec<Button> {
    let may_be_none = !matches!(
        draft.kind,
        UpdateKind::Resolved | UpdateKind::FalseAlarm | UpdateKind::PostMortem
    );
    let mut buttons = vec![
        Button::Publish { draft: draft.id, revision: draft.revision },
        Button::Edit { draft: draft.id, revision: draft.revision },
        Button::Wait { draft: draft.id },
    ];
    let seen = Some(card.as_shown);
    let none = Button::NotAnIncident { incident: card.incident, seen };
    buttons.extend(may_be_none.then_some(none));
    if draft.kind == UpdateKind::Resolved && card.as_shown.updates == 0 {
        buttons.push(Button::EndQuietly { incident: card.incident, seen: card.as_shown });
    }
    buttons
}

fn retry_of(post: &PostId) -> Option<Button> {
    let post = u128::from_str_radix(post.as_str(), 16).ok()?;
    Some(Button::Retry { post })
}

fn pressable(button: &Button, label: &str) -> Value {
    json!({
        "type": 2,
        "style": button.tone().number(),
        "label": cut(label, LABEL_LENGTH_MAX),
        "custom_id": button.id(),
    })
}

fn field(name: &str, value: &str) -> Value {
    json!({
        "name": shortened(name, FIELD_NAME_LENGTH_MAX),
        "value": shortened(value, FIELD_LENGTH_MAX),
        "inline": false,
    })
}

/// As Discord shows a moment to each reader: the time of day where it is near, else the date too.
fn moment(at: Timestamp) -> String {
    format!("<t:{}:f>", at.timestamp())
}

fn ago(at: Timestamp) -> String {
    format!("<t:{}:R>", at.timestamp())
}

/// Red while it is bad, orange once it is understood, blue while it is watched, green when it is
/// over, grey when it was nothing.
fn colour(state: IncidentState) -> u32 {
    match state {
        IncidentState::Investigating => 0x00D8_3A34,
        IncidentState::Identified => 0x00E6_7E22,
        IncidentState::Monitoring => 0x0034_98DB,
        IncidentState::Resolved => 0x002E_A043,
        IncidentState::FalseAlarm => 0x0080_8890,
    }
}

/// A link as it may stand in brackets; nothing for what is no plain link.
fn safe_link(link: &str) -> Option<&str> {
    let is_web = link.starts_with("https://") || link.starts_with("http://");
    let is_plain = link.len() <= 300
        && link.bytes().all(|byte| byte.is_ascii_graphic() && !b"()<>[]\"\\`".contains(&byte));
    (is_web && is_plain).then_some(link)
}

/// Each line as a quotation.
fn quoted(text: &str) -> String {
    text.lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n")
}

/// `text`, escaped, in at most `length_max` characters.
fn within(text: &str, length_max: usize) -> String {
    let mut kept_max = length_max;
    loop {
        let escaped = escape_markdown(&cut(text, kept_max));
        let length = escaped.chars().count();
        if length <= length_max || kept_max < 2 {
            return escaped;
        }
        kept_max = (kept_max - 1).min(kept_max * length_max / length);
    }
}

/// What is escaped already, cut between lines.
fn shortened(text: &str, length_max: usize) -> String {
    if text.chars().count() <= length_max {
        return text.to_owned();
    }
    let mut kept = String::new();
    for line in text.lines() {
        if kept.chars().count() + line.chars().count() + 2 > length_max {
            break;
        }
        kept.push_str(line);
        kept.push('\n');
    }
    kept.push('…');
    kept
}

fn cut(text: &str, length_max: usize) -> String {
    let length_max = u32::try_from(length_max).unwrap_or(u32::MAX);
    fit(text, &Limits::of(length_max, TextUnit::Characters))
}
