//! The same words for readers of other languages and time zones.
//!
//! What the bot says itself is said anew from the same facts. What a person wrote is not
//! translated: readers of another language get a sentence of the bot's about how things stand, and
//! the person's words as they are, said to be in their language.

use crate::{
    domain::{Locale, Timestamp, UpdateKind, Wording, WordingOrigin},
    engine::records::Incident,
    render::Facts,
};

use super::{Draftable, Speech};

/// The bot's own words in one language and zone.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Said {
    pub text: String,
    pub short: String,
}

impl<'a> Speech<'a> {
    /// The same facts, said for other readers.
    pub fn to<'b>(&self, locale: &'b Locale) -> Speech<'b>
    where
        'a: 'b,
    {
        Speech { language: &locale.language, timezone: locale.timezone, ..*self }
    }

    /// The bot's own words for every reader, with the promise that would hold for the main ones.
    pub(super) fn for_everybody(
        &self,
        incident: &Incident,
        next: Option<Timestamp>,
        say: impl Fn(&Speech<'_>) -> Said,
    ) -> Draftable {
        let main = say(self);
        let others = self.records.settings.other_locales().into_iter().map(|locale| {
            let speech = self.to(&locale);
            let (said, title) = (say(&speech), speech.title_for_readers(incident));
            let (text, short) = (said.text, Some(said.short));
            Wording { locale, origin: WordingOrigin::Bot, title, text, short }
        });
        let wordings = others.collect();
        Draftable { short: Some(main.short), wordings, ..self.with_promise(&main.text, next) }
    }

    /// Where a person wrote down what happened, for every reader.
    pub fn post_mortem_at(&self, incident: &Incident, link: &str) -> Draftable {
        self.for_everybody(incident, None, |speech| {
            let text = speech.say("draft-post-mortem", Facts::new().text("link", link));
            Said { short: text.clone(), text }
        })
    }

    /// A person's own words for every reader.
    pub fn in_words_of_staff(
        &self,
        incident: &Incident,
        kind: UpdateKind,
        body: &str,
        next: Option<Timestamp>,
    ) -> Draftable {
        let others = self.records.settings.other_locales().into_iter().map(|locale| {
            let speech = self.to(&locale);
            let title = speech.title_for_readers(incident);
            let (origin, text) = if speech.is_main_language() {
                (WordingOrigin::Same, body.to_owned())
            } else {
                (WordingOrigin::Quoted, speech.quoted(kind, body))
            };
            Wording { locale, origin, title, text, short: None }
        });
        let wordings = others.collect();
        Draftable { wordings, ..self.with_promise(body, next) }
    }

    /// How things stand, then a person's words as they are.
    fn quoted(&self, kind: UpdateKind, words: &str) -> String {
        let state = self.say("own-words-state", Facts::new().text("kind", kind.word()));
        let facts = Facts::new()
            .text("state", state)
            .text("language", self.main_language_name())
            .text("words", words);
        self.say("own-words", facts)
    }

    /// An incident's title for readers: the bot's own in their language, a person's as it is.
    pub(super) fn title_for_readers(&self, incident: &Incident) -> String {
        let suspicion =
            incident.suspicion.and_then(|id| self.records.suspicions.get(&self.records.alias(id)));
        match suspicion {
            _ if self.is_main_language() => incident.title.clone(),
            Some(record) => {
                let reports_only = record.suspicion.reports_only;
                self.title(&incident.servers, incident.impact, reports_only)
            }
            None => {
                let facts = Facts::new()
                    .text("title", incident.title.clone())
                    .text("language", self.main_language_name());
                self.say("title-foreign", facts)
            }
        }
    }

    /// What staff are told of the words in other languages: nothing where there are none.
    pub fn elsewhere(&self, wordings: &[Wording]) -> Option<String> {
        let of = |origin: WordingOrigin, key: &str| {
            let languages = self.languages_of(wordings, |wording| wording.origin == origin);
            let facts = || Facts::new().text("languages", self.list(&languages));
            (!languages.is_empty()).then(|| self.say(key, facts()))
        };
        let lines = [
            of(WordingOrigin::Bot, "elsewhere-bot"),
            of(WordingOrigin::Quoted, "elsewhere-quoted"),
            of(WordingOrigin::Person, "elsewhere-person"),
        ];
        lines.into_iter().flatten().reduce(|all, next| format!("{all}\n{next}"))
    }

    /// The words in other languages, a line each.
    pub fn wording_lines(&self, wordings: &[Wording]) -> Vec<String> {
        let mut lines = Vec::new();
        for wording in wordings.iter().filter(|one| one.locale.language != self.language) {
            let facts = Facts::new()
                .text("language", self.language_name(&wording.locale.language))
                .text("text", wording.text.clone());
            let line = self.say("elsewhere-wording", facts);
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines
    }

    /// Names of the other languages among `wordings`, each once.
    fn languages_of(
        &self,
        wordings: &[Wording],
        is_meant: impl Fn(&Wording) -> bool,
    ) -> Vec<String> {
        let mut names = Vec::new();
        let others = wordings.iter().filter(|one| one.locale.language != self.language);
        for wording in others.filter(|one| is_meant(one)) {
            let name = self.language_name(&wording.locale.language);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Whether readers have the language that staff write in.
    fn is_main_language(&self) -> bool {
        self.records.settings.main_locale().language == self.language
    }

    /// "English", in the readers' language.
    fn main_language_name(&self) -> String {
        self.language_name(&self.records.settings.main_locale().language)
    }

    /// A language's name, in this one.
    fn language_name(&self, language: &str) -> String {
        let primary = language.split('-').next().unwrap_or(language);
        self.say("language-name", Facts::new().text("language", primary))
    }
}
