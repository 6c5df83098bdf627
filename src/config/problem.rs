//! Problems: what is wrong with a file, where, and what would be right.

use std::{cell::Cell, cell::RefCell, fmt};

/// One thing that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, as it was named by the person or by another file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What stands there; never a secret.
    pub found: String,
    /// What would be right; empty when `found` says all.
    pub expected: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if self.expected.is_empty() {
            f.write_str(&self.found)
        } else {
            write!(f, "found {}, expected {}", self.found, self.expected)
        }
    }
}

/// Collects the problems of one TOML file and of the files it names.
#[derive(Debug)]
pub(super) struct Problems {
    file: String,
    line_starts: Vec<usize>,
    list: RefCell<Vec<Problem>>,
    torn: Cell<bool>,
}

impl Problems {
    /// A collector for `text`, which problems call `file`.
    pub(super) fn new(file: &str, text: &str) -> Self {
        let after_newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts =
            std::iter::once(0).chain(after_newlines.map(|(place, _)| place + 1)).collect();
        Self {
            file: file.to_owned(),
            line_starts,
            list: RefCell::default(),
            torn: Cell::new(false),
        }
    }

    /// The line of a byte offset, from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset).max(1)
    }

    /// Notes a problem at a byte offset.
    pub(super) fn at(&self, offset: usize, found: impl Into<String>, expected: impl Into<String>) {
        self.add(Problem {
            file: self.file.clone(),
            line: self.line(offset),
            found: found.into(),
            expected: expected.into(),
        });
    }

    /// Notes a problem of something that is not there, or that refers to something not there.
    /// A torn file has such problems only because the other half could not be read.
    pub(super) fn absent(
        &self,
        offset: usize,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) {
        if !self.torn.get() {
            self.at(offset, found, expected);
        }
    }

    /// Notes a problem, also of another file.
    pub(super) fn add(&self, problem: Problem) {
        self.list.borrow_mut().push(problem);
    }

    /// Says that parts of the file could not be read.
    pub(super) fn tear(&self) {
        self.torn.set(true);
    }

    /// Whether nothing was wrong.
    pub(super) fn is_empty(&self) -> bool {
        self.list.borrow().is_empty()
    }

    /// All problems by file and line, each once.
    pub(super) fn into_sorted(self) -> Vec<Problem> {
        let mut list = self.list.into_inner();
        list.sort();
        list.dedup();
        list
    }
}

/// The candidate that somebody who typed `typed` most likely meant, when one is near enough.
pub(super) fn nearest<'c>(
    typed: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let typed = typed.to_lowercase();
    let allowed = (typed.chars().count() / 3).min(3);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(typed.len()) <= 4 * allowed)
        .map(|candidate| (distance(&typed, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The fewest insertions, deletions, replacements and swaps of neighbours between two texts
/// (optimal string alignment). Texts longer than 64 characters are infinitely far apart.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len() > 64 || b.len() > 64 {
        return usize::MAX;
    }
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_its_word_and_nonsense_finds_none() {
        let words = ["every", "timeout", "vantage"];
        assert_eq!(nearest("evrey", words), Some("every"));
        assert_eq!(nearest("time_out", words), Some("timeout"));
        assert_eq!(nearest("colour", words), None);
    }

    #[test]
    fn offsets_become_lines_from_one() {
        let problems = Problems::new("f", "a\nb\n\nc");
        let lines: Vec<usize> = (0..=6).map(|offset| problems.line(offset)).collect();
        assert_eq!(lines, [1, 1, 2, 2, 3, 4, 4]);
        assert_eq!(Problems::new("f", "").line(0), 1);
    }
}
