//! Providers' pages that are asked regularly: `[[upstream]]`.

use std::collections::BTreeSet;

use crate::domain::ComponentId;

use super::{
    fleet::Inventory,
    keys::UPSTREAM,
    problem::nearest,
    reader::{Root, Section, one_of},
    value::{quoted, web_url},
};

const EVERY_DEFAULT_S: u64 = 120;

/// A provider's page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Upstream {
    /// Whose it is.
    pub provider: ComponentId,
    /// How it is read.
    pub kind: UpstreamKind,
    /// Where it is.
    pub url: String,
    /// How often it is asked, in seconds.
    pub every_s: u64,
}

/// How a provider's page is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UpstreamKind {
    /// Statuspage's `/api/v2/summary.json`.
    Statuspage,
    /// A feed, Atom or RSS.
    Feed,
}

/// Reads `[[upstream]]`.
pub(super) fn read(root: &Root<'_>, inventory: &Inventory) -> Vec<Upstream> {
    let mut upstreams: Vec<Upstream> = Vec::new();
    for section in root.sections(&UPSTREAM) {
        let Some(upstream) = read_one(&section, inventory) else { continue };
        if upstreams.iter().any(|other| other.url == upstream.url) {
            let place = section.place_of("url").unwrap_or(section.place());
            section.problems.at(place, "the page of another [[upstream]] again", "each page once");
        }
        upstreams.push(upstream);
    }
    upstreams
}

fn read_one(section: &Section<'_>, inventory: &Inventory) -> Option<Upstream> {
    let kinds = [
        ("statuspage", UpstreamKind::Statuspage),
        ("atom", UpstreamKind::Feed),
        ("rss", UpstreamKind::Feed),
    ];
    if section.place_of("kind").is_none() {
        section.missing("kind", &one_of(kinds.iter().map(|(word, _)| *word), None));
    }
    let kind = section.word("kind", &kinds);
    let expected = "a URL such as \"https://status.provider.example/api/v2/summary.json\"";
    if section.place_of("url").is_none() {
        section.missing("url", expected);
    }
    let url = section.parsed("url", expected, web_url);
    let every = section.span_s("every", 30..=86_400);
    let provider = section.required("provider", "the id of a [[component]]")?;
    let known: BTreeSet<&str> =
        inventory.components.iter().map(|placed| placed.item.id.as_str()).collect();
    if !known.contains(provider.value.as_str()) {
        let near = nearest(&provider.value, known.iter().copied());
        let hint = near.map(|id| format!("; did you mean `{id}`?")).unwrap_or_default();
        let found = format!("`provider` = {}, which is unknown", quoted(&provider.value));
        section.problems.at(provider.place, found, format!("the id of a [[component]]{hint}"));
    }
    Some(Upstream {
        provider: provider.value.into(),
        kind: kind?.value,
        url: url?.value,
        every_s: every.map_or(EVERY_DEFAULT_S, |at| at.value),
    })
}
