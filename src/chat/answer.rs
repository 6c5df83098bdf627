//! What goes back to Discord, as plain data, and as the JSON that Discord takes. Pure.
//!
//! Nothing here can ping: `allowed_mentions` is empty in every message. Texts are shown as they
//! are: signs that Discord would read as markup are escaped, links are not unfurled.

use serde_json::{Value, json};

use crate::{
    command::Button,
    domain::{Limits, TextUnit},
    render::{self, Facts, Words},
};

use super::heard::Given;

/// The longest message, in characters.
pub const MESSAGE_LENGTH_MAX: usize = 2000;
/// The most messages that one answer is split into; what is over is cut.
pub const PAGES_MAX: usize = 4;
/// The longest label of a button or a suggestion, in characters.
const LABEL_LENGTH_MAX: u32 = 80;
const CHOICE_LENGTH_MAX: u32 = 100;
const CHOICES_MAX: usize = 25;
/// The longest title of a form, in characters.
const TITLE_LENGTH_MAX: u32 = 45;
/// The longest text that a form takes, in characters: with what stands around it, it must fit a
/// line of the grammar.
pub const FORM_LENGTH_MAX: usize = 3800;
/// The form's one field.
pub const FORM_FIELD: &str = "text";

const EPHEMERAL: u64 = 1 << 6;
const SUPPRESS_EMBEDS: u64 = 1 << 2;
/// The flags of a message that all may read: links are not unfurled.
pub const PUBLIC_FLAGS: u64 = SUPPRESS_EMBEDS;

/// What an interaction is answered with.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// Words.
    Say(Answer),
    /// Suggestions for a field.
    Choices(Vec<Choice>),
    /// A form to fill in.
    Form(Form),
}

/// Words, with buttons under them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The words, of any length.
    pub text: String,
    /// Buttons, at most five.
    pub buttons: Vec<Button>,
}

/// One suggestion.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What is shown.
    pub shown: String,
    /// What is filled in: words, or a number in a field for numbers.
    pub value: Given,
}

/// A form with one field for words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The button that opened it; its id comes back with the words.
    pub button: Button,
    /// What stands above.
    pub title: String,
    /// What the field is called.
    pub label: String,
    /// What stands in it at first.
    pub text: String,
}

impl Answer {
    /// Words without buttons.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), buttons: Vec::new() }
    }
}

impl Reply {
    /// Words without buttons.
    pub fn say(text: impl Into<String>) -> Self {
        Self::Say(Answer::plain(text))
    }
}

/// The messages that an answer is: the first with the buttons, the rest after it.
pub fn messages(answer: &Answer, words: &Words, language: &str) -> Vec<Value> {
    let text = render::discord_times(&render::escape_markdown(&answer.text));
    let mut pages = pages(&text);
    if pages.is_empty() {
        // Discord takes no empty message.
        pages.push("…".to_owned());
    }
    let last = pages.len() - 1;
    let message = |(place, content): (usize, String)| {
        let buttons = if place == last { answer.buttons.as_slice() } else { &[] };
        json!({
            "content": content,
            "allowed_mentions": { "parse": [] },
            "flags": SUPPRESS_EMBEDS,
            "components": rows(buttons, words, language),
        })
    };
    pages.into_iter().enumerate().map(message).collect()
}

/// The same message, for the one person who asked.
pub fn private(mut message: Value) -> Value {
    message["flags"] = json!(EPHEMERAL | SUPPRESS_EMBEDS);
    message
}

/// The body of a first answer to an interaction: words at once.
pub fn say_now(message: &Value) -> Value {
    json!({ "type": 4, "data": message })
}

/// The body of a first answer: words for the one person who asked come later.
pub fn say_later() -> Value {
    json!({ "type": 5, "data": { "flags": EPHEMERAL } })
}

/// The body of a first answer: suggestions.
pub fn suggest(choices: &[Choice]) -> Value {
    let choices: Vec<Value> = choices
        .iter()
        .filter_map(|choice| {
            let value = match &choice.value {
                Given::Text(text) if text.chars().count() > CHOICE_LENGTH_MAX as usize => {
                    return None;
                }
                Given::Text(text) => json!(text),
                Given::Number(number) => json!(number),
                Given::Flag(flag) => json!(flag),
            };
            Some(json!({ "name": cut(&choice.shown, CHOICE_LENGTH_MAX), "value": value }))
        })
        .take(CHOICES_MAX)
        .collect();
    json!({ "type": 8, "data": { "choices": choices } })
}

/// The body of a first answer: a form.
pub fn ask(form: &Form) -> Value {
    let limits = Limits::of(FORM_LENGTH_MAX as u32, TextUnit::Characters);
    let mut field = json!({
        "type": 4,
        "custom_id": FORM_FIELD,
        "style": 2,
        "label": cut(&form.label, TITLE_LENGTH_MAX),
        "required": true,
        "min_length": 1,
        "max_length": FORM_LENGTH_MAX,
    });
    // What stands in it at first must not be shorter than the shortest that is taken.
    if !form.text.is_empty() {
        field["value"] = json!(render::fit(&form.text, &limits));
    }
    json!({ "type": 9, "data": {
        "custom_id": form.button.id(),
        "title": cut(&form.title, TITLE_LENGTH_MAX),
        "components": [{ "type": 1, "components": [field] }],
    } })
}

/// One row of buttons; the first of staff's is the one to press.
pub fn rows(buttons: &[Button], words: &Words, language: &str) -> Vec<Value> {
    if buttons.is_empty() {
        return Vec::new();
    }
    let shown: Vec<Value> = buttons
        .iter()
        .take(5)
        .map(|button| {
            let label = words.say(language, button.label_key(), &Facts::new());
            json!({
                "type": 2,
                "style": button.tone().number(),
                "label": cut(&label, LABEL_LENGTH_MAX),
                "custom_id": button.id(),
            })
        })
        .collect();
    vec![json!({ "type": 1, "components": shown })]
}

fn cut(text: &str, length_max: u32) -> String {
    render::fit(text, &Limits::of(length_max, TextUnit::Characters))
}

/// `text` in pages that fit a message, cut between lines where that is possible.
pub fn pages(text: &str) -> Vec<String> {
    let mut pages = Vec::new();
    let mut rest = text.trim_end();
    while !rest.is_empty() {
        if pages.len() + 1 == PAGES_MAX || rest.chars().count() <= MESSAGE_LENGTH_MAX {
            pages.push(cut(rest, MESSAGE_LENGTH_MAX as u32));
            break;
        }
        let end = rest.char_indices().nth(MESSAGE_LENGTH_MAX).map_or(rest.len(), |(at, _)| at);
        // A page of less than half would be a waste: then the line is cut between words.
        let line = rest[..end].rfind('\n').filter(|at| *at > end / 2);
        let at = line.or_else(|| rest[..end].rfind(' ')).filter(|at| *at > 0).unwrap_or(end);
        pages.push(rest[..at].trim_end().to_owned());
        rest = rest[at..].trim_start_matches(['\n', ' ']);
    }
    pages
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::DraftId;

    #[test]
    fn a_long_answer_is_split_between_lines_and_cut_at_last() {
        let text = (0..1500).map(|line| format!("line {line}")).collect::<Vec<_>>().join("\n");
        let split = pages(&text);
        assert_eq!(split.len(), PAGES_MAX);
        assert!(split.iter().all(|page| page.chars().count() <= MESSAGE_LENGTH_MAX));
        assert!(split[1].starts_with("line ") && split[3].ends_with('…'), "{:?}", split[3]);
        assert_eq!(pages(&"é".repeat(2500)).concat(), "é".repeat(2500));
        assert!(pages("  \n").is_empty());
    }

    #[test]
    fn nothing_can_ping_or_format_and_only_the_last_page_has_buttons() {
        let text = format!("@everyone <@1> **b** `c`\n# d {}", "word ".repeat(500));
        let buttons = vec![Button::Wait { draft: DraftId(3) }];
        let said = messages(&Answer { text, buttons }, &Words::built_in(), "en");
        assert_eq!(said.len(), 2);
        assert!(said.iter().all(|one| one["allowed_mentions"] == json!({"parse": []})));
        let first = said[0]["content"].as_str().expect("a text");
        assert!(first.starts_with("@everyone \\<@1> \\*\\*b\\*\\* \\`c\\`\n\\# d"), "{first}");
        assert_eq!(said[0]["components"], json!([]));
        assert_eq!(said[1]["components"][0]["components"][0]["custom_id"], "bw1:wait:3");
    }

    #[test]
    fn suggestions_are_bounded_and_numbers_are_numbers() {
        let choice = |shown: &str, value: &str| Choice {
            shown: shown.to_owned(),
            value: Given::Text(value.to_owned()),
        };
        let number = Choice { shown: "3: Slow".to_owned(), value: Given::Number(3) };
        let mut choices = vec![number, choice("Server 3", "3"), choice("x", &"y".repeat(101))];
        choices.extend((0..40).map(|_| choice(&"n".repeat(300), "n")));
        let body = suggest(&choices);
        let shown = body["data"]["choices"].as_array().expect("a list");
        assert_eq!(
            (shown.len(), &shown[0]["value"], &shown[1]["value"]),
            (25, &json!(3), &json!("3"))
        );
        assert!(shown[2]["name"].as_str().expect("a name").chars().count() <= 100);
    }
}
