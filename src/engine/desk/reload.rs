//! The configuration was read again: staff are told what changed, or why nothing did.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{Fleet, Settings},
    event::Reload,
    render::Facts,
};

use super::Desk;

/// Names in one part of the line.
const NAMED_MAX: usize = 8;
/// Problems that are told; the log has all.
const PROBLEMS_MAX: usize = 20;

/// What became of a thing in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Added,
    Removed,
    Changed,
    Moved,
}

impl Change {
    fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Moved => "moved",
        }
    }
}

/// The ids that were added, removed and changed, in the order of the words.
type Difference = [(Change, Vec<String>); 3];

impl Desk<'_> {
    /// Answers whoever asked, and tells staff unless nothing has changed.
    pub(super) fn hear_of_reload(&mut self, reload: &Reload) {
        let (is_taken, text) = match self.describe_reload(reload) {
            Ok(text) => (true, text),
            Err(text) => (false, text),
        };
        let is_news = !is_taken
            || self.records.before_reload.is_some()
            || !(reload.followed.is_empty() && reload.at_next_start.is_empty());
        self.reply(is_taken, text.clone());
        if is_news {
            self.notify_staff("configuration", text, None);
        }
    }

    /// What there is to say; the error is a configuration that cannot be used.
    fn describe_reload(&self, reload: &Reload) -> Result<String, String> {
        let speech = self.speech();
        let by = || Facts::new().text("by", speech.tamed(&reload.by));
        if !reload.problems.is_empty() {
            let lines = self.some_problems(&reload.problems);
            return Err(speech.say("reload-refused", by().text("problems", lines)));
        }
        let mut changes = Vec::new();
        if let Some(before) = &self.records.before_reload {
            changes.extend(self.changes(before, &self.records.settings));
        }
        if !reload.followed.is_empty() {
            let facts = Facts::new().text("keys", speech.list(&reload.followed));
            changes.push(speech.say("reload-keys", facts));
        }
        let mut text = if changes.is_empty() {
            speech.say("reload-unchanged", by())
        } else {
            speech.say("reload-taken", by().text("changes", changes.join("; ")))
        };
        if !reload.at_next_start.is_empty() {
            let facts = Facts::new().text("keys", speech.list(&reload.at_next_start));
            text = format!("{text} {}", speech.say("reload-next-start", facts));
        }
        Ok(text)
    }

    fn some_problems(&self, problems: &[String]) -> String {
        let speech = self.speech();
        let shown = problems.iter().take(PROBLEMS_MAX);
        let mut lines: Vec<String> =
            shown.map(|problem| crate::render::neutralise(problem, 300)).collect();
        if problems.len() > PROBLEMS_MAX {
            let facts = Facts::new().number("count", (problems.len() - PROBLEMS_MAX) as f64);
            lines.push(speech.say("reload-more", facts));
        }
        lines.join("\n")
    }

    fn changes(&self, before: &Settings, after: &Settings) -> Vec<String> {
        let (old, new) = (&before.fleet, &after.fleet);
        let kinds = [
            ("component", difference(&old.components, &new.components, |one| one.id.as_str())),
            ("server", difference(&old.servers, &new.servers, |one| one.id.as_str())),
            ("probe", difference(&old.probes, &new.probes, |one| one.id.as_str())),
            (
                "destination",
                difference(&before.destinations, &after.destinations, |one| one.id.as_str()),
            ),
        ];
        let mut changes = Vec::new();
        for (kind, difference) in kinds {
            for (change, ids) in difference.iter().filter(|(_, ids)| !ids.is_empty()) {
                changes.push(self.name_change(kind, *change, ids));
            }
        }
        changes.extend(self.domain_changes(old, new));
        let keys = other_keys(before, after);
        if !keys.is_empty() {
            let facts = Facts::new().text("keys", self.speech().list(&keys));
            changes.push(self.speech().say("reload-keys", facts));
        }
        changes
    }

    fn name_change(&self, kind: &str, change: Change, ids: &[String]) -> String {
        let mut names: Vec<String> = ids.iter().take(NAMED_MAX).cloned().collect();
        if ids.len() > NAMED_MAX {
            names.push(format!("+{}", ids.len() - NAMED_MAX));
        }
        let facts = Facts::new()
            .text("kind", kind)
            .number("count", ids.len() as f64)
            .text("names", self.speech().list(&names))
            .text("change", change.word());
        self.speech().say("reload-named", facts)
    }

    fn domain_changes(&self, old: &Fleet, new: &Fleet) -> Vec<String> {
        let added = new.domains.keys().filter(|domain| !old.domains.contains_key(*domain)).count();
        let removed =
            old.domains.keys().filter(|domain| !new.domains.contains_key(*domain)).count();
        let is_moved = |(domain, server): &(&String, _)| {
            old.domains.get(*domain).is_some_and(|before| before != *server)
        };
        let moved = new.domains.iter().filter(is_moved).count();
        let counts = [(Change::Added, added), (Change::Removed, removed), (Change::Moved, moved)];
        let counts = counts.into_iter().filter(|(_, count)| *count > 0);
        let say = |(change, count): (Change, usize)| {
            let facts = Facts::new().number("count", count as f64).text("change", change.word());
            self.speech().say("reload-domains", facts)
        };
        counts.map(say).collect()
    }
}

/// What differs between two lists of things with ids.
fn difference<T: PartialEq>(old: &[T], new: &[T], id: fn(&T) -> &str) -> Difference {
    let before: BTreeMap<&str, &T> = old.iter().map(|one| (id(one), one)).collect();
    let after: BTreeSet<&str> = new.iter().map(id).collect();
    let mut difference = [Change::Added, Change::Removed, Change::Changed].map(|one| (one, vec![]));
    for one in new {
        match before.get(id(one)) {
            None => difference[0].1.push(id(one).to_owned()),
            Some(earlier) if *earlier != one => difference[2].1.push(id(one).to_owned()),
            Some(_) => {}
        }
    }
    let gone = old.iter().map(id).filter(|id| !after.contains(id));
    difference[1].1.extend(gone.map(str::to_owned));
    difference
}

/// Sections of the file, and keys of `[bot]`, whose values changed and have no ids.
fn other_keys(before: &Settings, after: &Settings) -> Vec<String> {
    let (old, new) = (&before.fleet, &after.fleet);
    let keys = [
        ("bot.name", old.name != new.name),
        ("bot.timezone", old.timezone != new.timezone),
        ("bot.public_url", before.public_url != after.public_url),
        ("bot.words", before.words != after.words),
        ("policy", before.policy != after.policy),
        ("vantage", old.vantages != new.vantages),
    ];
    keys.into_iter().filter(|(_, is_other)| *is_other).map(|(key, _)| key.to_owned()).collect()
}
