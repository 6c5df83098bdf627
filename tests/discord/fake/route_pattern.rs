//! Names routes for limits and faults: `"POST /channels/*/messages"`.
//!
//! `*` stands for one segment or any method, a final `**` for whatever follows.

use std::fmt;

use super::http::Request;

/// A route's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    method: String,
    path: Vec<String>,
}

impl Pattern {
    /// Reads `METHOD /path`.
    pub fn new(text: &str) -> Self {
        let (method, path) = text.split_once(' ').expect("a method and a path");
        let path = path.split('/').filter(|part| !part.is_empty()).map(str::to_owned);
        Self { method: method.to_owned(), path: path.collect() }
    }

    /// Whether a request is of this route.
    pub fn matches(&self, request: &Request) -> bool {
        self.fits(&request.method, &request.path())
    }

    /// Whether a method and a path are of this route.
    pub fn fits(&self, method: &str, path: &str) -> bool {
        let is_method = self.method == "*" || self.method == method;
        let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let is_open = self.path.last().is_some_and(|last| last == "**");
        let named = &self.path[..self.path.len() - usize::from(is_open)];
        let has_length =
            segments.len() == named.len() || (is_open && segments.len() >= named.len());
        let same = |(name, part): (&String, &&str)| name == "*" || name == part;
        is_method && has_length && named.iter().zip(&segments).all(same)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} /{}", self.method, self.path.join("/"))
    }
}
