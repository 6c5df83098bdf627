//! Every language's messages, built-in and overridden, ready to be said.

use std::{collections::BTreeMap, fmt, sync::Arc};

use fluent_bundle::{FluentResource, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

use crate::domain::WordFiles;

use super::{
    Facts, check,
    files::{self, LANGUAGE},
};

type Bundle = FluentBundle<Arc<FluentResource>>;

/// All words in all languages; cheap to clone, shared between threads.
#[derive(Clone)]
pub struct Words {
    bundles: BTreeMap<String, Arc<Bundle>>,
}

/// Something in an override file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{language}/{file}:{line}: found {found}, expected {expected}")]
pub struct WordProblem {
    /// The language, which is the folder's name.
    pub language: String,
    /// The file in that folder.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: String,
}

impl Words {
    /// The words this build comes with.
    pub fn built_in() -> Self {
        let bundles = files::PUBLIC.iter().map(|(language, _)| {
            let bundle = bundle_of(language, files::texts(language).into_iter());
            ((*language).to_owned(), Arc::new(bundle))
        });
        Self { bundles: bundles.collect() }
    }

    /// The built-in words with `files` put over them; a message that the files leave out stays the
    /// built-in one.
    ///
    /// # Errors
    ///
    /// Every problem at once: a text that is not Fluent, a message that the built-in words do not
    /// have, a placeholder that the message is not given, a message twice, an unknown language.
    pub fn with(files: &WordFiles) -> Result<Self, Vec<WordProblem>> {
        let problems = check::problems(files);
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut words = Self::built_in();
        for (language, files) in files {
            let own = files.values().map(String::as_str);
            let bundle = bundle_of(language, files::texts(language).into_iter().chain(own));
            words.bundles.insert(language.clone(), Arc::new(bundle));
        }
        Ok(words)
    }

    /// Whether there are words in a language or its parent.
    pub fn speaks(&self, language: &str) -> bool {
        let parent = language.split('-').next().unwrap_or(language);
        [language, parent].iter().any(|language| self.bundles.contains_key(*language))
    }

    /// The message `key` with `facts` put in.
    ///
    /// A language that lacks the message falls back to its parent ("de-AT" to "de"), then to
    /// English; an unknown key is returned as it is. Never panics.
    pub fn say(&self, language: &str, key: &str, facts: &Facts) -> String {
        let parent = language.split('-').next().unwrap_or(language);
        [language, parent, LANGUAGE]
            .iter()
            .find_map(|language| say_in(self.bundles.get(*language)?, key, facts))
            .unwrap_or_else(|| key.to_owned())
    }

    /// [`say`](Self::say) in one language, for code that does not know this type.
    pub fn sayer(&self, language: &str) -> impl Fn(&str, &[(&'static str, String)]) -> String {
        let (words, language) = (self.clone(), language.to_owned());
        move |key, facts| {
            let facts = facts.iter().fold(Facts::new(), |all, (name, value)| all.text(name, value));
            words.say(&language, key, &facts)
        }
    }

    /// Whether the built-in words have this message.
    pub fn has(&self, key: &str) -> bool {
        self.bundles.get(LANGUAGE).is_some_and(|bundle| bundle.has_message(key))
    }

    /// The languages that have words of their own, sorted.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.bundles.keys().map(String::as_str)
    }
}

impl Default for Words {
    fn default() -> Self {
        Self::built_in()
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.bundles.keys()).finish()
    }
}

fn say_in(bundle: &Bundle, key: &str, facts: &Facts) -> Option<String> {
    let pattern = bundle.get_message(key)?.value()?;
    // A missing fact shows as its placeholder's name: tests over all messages find it.
    let mut errors = Vec::new();
    Some(bundle.format_pattern(pattern, Some(facts.args()), &mut errors).into_owned())
}

/// Later texts win. Isolation marks would end up in posts.
fn bundle_of<'a>(language: &str, texts: impl Iterator<Item = &'a str>) -> Bundle {
    let language: LanguageIdentifier = language.parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![language]);
    bundle.set_use_isolating(false);
    for text in texts {
        let resource = match FluentResource::try_new(text.to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(Arc::new(resource));
    }
    bundle
}
