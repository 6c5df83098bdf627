//! The inventory: components, servers, vantages and probes, as the file has them.
//!
//! References are kept with the place they stand at; `graph` follows them.

use std::collections::BTreeMap;

use crate::domain::{Component, ComponentKind, Probe, ProbeKind, Server, Vantage};

use super::{
    bot::read_timezone,
    keys::{COMPONENT, PROBE, SERVER, VANTAGE},
    problem::Problems,
    reader::{At, Root, Section, one_of},
    value::{host_port, is_id, quoted, web_url},
};

const ID_EXPECTED: &str = "an id of 1 to 64 letters, digits, `-`, `_` and `.`";
/// The longest name of an account or circuit, in characters: what is kept of a notice's.
const NAME_LENGTH_MAX: usize = 100;
const DAY_MS: u64 = 86_400_000;
const EVERY_DEFAULT_MS: u64 = 30_000;
const TIMEOUT_DEFAULT_MS: u64 = 10_000;

/// The inventory, with the places of what refers to something else.
#[derive(Default)]
pub(super) struct Inventory {
    pub(super) components: Vec<Placed<Component>>,
    pub(super) servers: Vec<Placed<Server>>,
    pub(super) vantages: Vec<Vantage>,
    pub(super) probes: Vec<Placed<Probe>>,
    /// Inline domains: server, domain as typed.
    pub(super) domains: Vec<(String, At<String>)>,
}

/// An item, where its id stands, and where its references stand.
pub(super) struct Placed<T> {
    pub(super) item: T,
    pub(super) place: usize,
    /// `depends_on` or `server`.
    pub(super) references: Vec<At<String>>,
    /// `facets` or `facet`.
    pub(super) facets: Vec<At<String>>,
}

/// Reads `[[component]]`, `[[server]]`, `[[vantage]]` and `[[probe]]`.
pub(super) fn read(root: &Root<'_>) -> Inventory {
    let mut inventory = Inventory::default();
    for section in root.sections(&COMPONENT) {
        inventory.components.extend(read_component(&section));
    }
    for section in root.sections(&SERVER) {
        let Some(server) = read_server(&section) else { continue };
        let id = server.item.id.to_string();
        let domains = section.texts("domains").into_iter().map(|at| (id.clone(), at));
        inventory.domains.extend(domains);
        inventory.servers.push(server);
    }
    let mut vantages = BTreeMap::new();
    for section in root.sections(&VANTAGE) {
        let Some(id) = read_id(&section, "id") else { continue };
        let first = *vantages.entry(id.value.clone()).or_insert(id.place);
        refuse_twice(section.problems, id.place, "vantage", &id.value, Some(first));
        let faults_per_hour = read_faults(&section);
        inventory.vantages.push(Vantage { id: id.value, faults_per_hour });
    }
    for section in root.sections(&PROBE) {
        inventory.probes.extend(read_probe(&section));
    }
    inventory
}

/// Notes that an id was given before, when `first` is another place than `place`.
pub(super) fn refuse_twice(
    problems: &Problems,
    place: usize,
    noun: &str,
    id: &str,
    first: Option<usize>,
) {
    if let Some(first) = first.filter(|first| *first != place) {
        let line = problems.line(first);
        let found = format!("the id `{id}` again (first on line {line})");
        problems.at(place, found, format!("another id for this {noun}"));
    }
}

/// Reads an id that must be there. A malformed one is noted and kept, so that what refers to it
/// is not a problem too.
pub(super) fn read_id(section: &Section<'_>, key: &str) -> Option<At<String>> {
    let id = section.required(key, "one of its own")?;
    if !is_id(&id.value) {
        let found = format!("`{key}` = {}", quoted(&id.value));
        section.problems.at(id.place, found, ID_EXPECTED);
    }
    Some(id)
}

fn read_component(section: &Section<'_>) -> Option<Placed<Component>> {
    let words = ComponentKind::ALL.map(|kind| (kind.word(), kind));
    if section.place_of("kind").is_none() {
        section.missing("kind", &one_of(words.iter().map(|(word, _)| *word), None));
    }
    let kind = section.word("kind", &words).map_or(ComponentKind::Other, |at| at.value);
    let name = read_text(section, "name");
    let public_name = read_text(section, "public_name");
    let references = section.texts("depends_on");
    let facets = section.texts("facets");
    let faults_per_hour = read_faults(section);
    let (accounts, circuits) = (read_names(section, "accounts"), read_names(section, "circuits"));
    let timezone = read_timezone(section);
    let id = read_id(section, "id")?;
    let item = Component {
        id: id.value.into(),
        kind,
        name,
        public_name,
        depends_on: references.iter().map(|at| at.value.as_str().into()).collect(),
        facets: facets.iter().map(|at| at.value.clone()).collect(),
        faults_per_hour,
        accounts,
        circuits,
        timezone,
    };
    Some(Placed { item, place: id.place, references, facets })
}

fn read_server(section: &Section<'_>) -> Option<Placed<Server>> {
    let name = read_text(section, "name");
    let public_name = read_text(section, "public_name");
    let address = read_text(section, "address");
    let references = section.texts("depends_on");
    let faults_per_hour = read_faults(section);
    let id = read_id(section, "id")?;
    let item = Server {
        id: id.value.into(),
        name,
        public_name,
        depends_on: references.iter().map(|at| at.value.as_str().into()).collect(),
        address,
        faults_per_hour,
    };
    Some(Placed { item, place: id.place, references, facets: Vec::new() })
}

fn read_text(section: &Section<'_>, key: &str) -> Option<String> {
    section.text(key).map(|at| at.value)
}

/// Names by which a provider's notices know something; each once.
fn read_names(section: &Section<'_>, key: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for at in section.texts(key) {
        let name = at.value.trim().to_owned();
        if name.is_empty() || name.chars().nth(NAME_LENGTH_MAX).is_some() {
            let found = format!("`{key}` with {}", quoted(&at.value));
            let expected = format!("names of 1 to {NAME_LENGTH_MAX} characters");
            section.problems.at(at.place, found, expected);
        } else if names.contains(&name) {
            let found = format!("`{key}` with {} twice", quoted(&name));
            section.problems.at(at.place, found, "each once");
        } else {
            names.push(name);
        }
    }
    names
}

fn read_faults(section: &Section<'_>) -> Option<f64> {
    let expected = "faults in an hour, more than 0 and at most 3600";
    section.number("faults_per_hour", expected, |faults| faults > 0.0 && faults <= 3600.0)
}

fn read_probe(section: &Section<'_>) -> Option<Placed<Probe>> {
    let server = read_target(section);
    let kind = read_kind(section);
    let every = section.span_ms("every", 1000..=DAY_MS);
    let every_ms = every.map_or(EVERY_DEFAULT_MS, |at| at.value);
    let timeout = section.span_ms("timeout", 100..=300_000);
    let timeout_ms = timeout.map_or(TIMEOUT_DEFAULT_MS.min(every_ms), |at| at.value);
    let loss_expected = "a share of checks from 0 up to, but not, 1";
    let baseline_loss =
        section.number("baseline_loss", loss_expected, |loss| (0.0..1.0).contains(&loss));
    let facet = section.text("facet");
    let vantage = read_text(section, "vantage").unwrap_or_else(|| "home".to_owned());
    let id = read_id(section, "id")?;
    let item = Probe {
        id: id.value.into(),
        server: server.as_ref().map(|at| at.value.as_str().into()),
        kind: kind.unwrap_or(ProbeKind::External),
        every_ms,
        timeout_ms,
        facet: facet.as_ref().map(|at| at.value.clone()),
        vantage,
        baseline_loss,
    };
    let (references, facets) = (server.into_iter().collect(), facet.into_iter().collect());
    Some(Placed { item, place: id.place, references, facets })
}

/// The server a probe watches; `None` for a canary.
fn read_target(section: &Section<'_>) -> Option<At<String>> {
    let canary = section.flag("canary").filter(|at| at.value);
    let server = section.text("server");
    match (&canary, section.place_of("server")) {
        (None, None) => section.missing("server", "the id of a [[server]], or `canary = true`"),
        (Some(canary), Some(_)) => {
            let found = "a canary that watches a server";
            section.problems.at(canary.place, found, "either `server` or `canary = true`");
        }
        (None, Some(_)) | (Some(_), None) => {}
    }
    server
}

/// The kinds this version measures, and the keys that only they have.
#[derive(Clone, Copy)]
enum KindWord {
    External,
    Http,
    Tcp,
    Tls,
    Unmeasured,
}

const KIND_WORDS: [(&str, KindWord); 6] = [
    ("http", KindWord::Http),
    ("tcp", KindWord::Tcp),
    ("tls", KindWord::Tls),
    ("external", KindWord::External),
    ("dns", KindWord::Unmeasured),
    ("icmp", KindWord::Unmeasured),
];

/// Keys of some kinds, and the kinds that have them.
const KIND_KEYS: [(&str, &[&str]); 6] = [
    ("url", &["http"]),
    ("expect_status", &["http"]),
    ("expect_body", &["http"]),
    ("address", &["tcp", "tls"]),
    ("server_name", &["tls"]),
    ("days_left_min", &["tls"]),
];

fn read_kind(section: &Section<'_>) -> Option<ProbeKind> {
    let measured = &KIND_WORDS[..4];
    if section.place_of("kind").is_none() {
        section.missing("kind", &one_of(measured.iter().map(|(word, _)| *word), None));
        return None;
    }
    let typed = section.text("kind")?;
    let Some((word, kind)) = KIND_WORDS.iter().find(|(word, _)| *word == typed.value) else {
        section.word("kind", measured);
        return None;
    };
    match kind {
        KindWord::Unmeasured => {
            let expected = "http, tcp, tls or external (this version does not measure it: use \
                            `external` and let another monitor do so)";
            section.problems.at(typed.place, format!("`kind` = \"{word}\""), expected);
            return None;
        }
        KindWord::External | KindWord::Http | KindWord::Tcp | KindWord::Tls => {}
    }
    for (key, kinds) in KIND_KEYS.iter().filter(|(_, kinds)| !kinds.contains(word)) {
        if let Some(place) = section.place_of(key) {
            let found = format!("`{key}` on a probe of kind \"{word}\"");
            section.problems.at(place, found, format!("it only on {}", kinds.join(" and ")));
        }
    }
    match kind {
        KindWord::External => Some(ProbeKind::External),
        KindWord::Http => read_http(section),
        KindWord::Tcp => read_address(section).map(|(address, _)| ProbeKind::Tcp { address }),
        KindWord::Tls => read_tls(section),
        KindWord::Unmeasured => None,
    }
}

fn read_http(section: &Section<'_>) -> Option<ProbeKind> {
    let expected = "a http or https URL with a host, without user, password or fragment";
    if section.place_of("url").is_none() {
        section.missing("url", expected);
    }
    let url = section.parsed("url", expected, web_url);
    let statuses = section.wholes("expect_status", 100..=599);
    let expect_status = statuses.iter().filter_map(|at| u16::try_from(at.value).ok()).collect();
    let expect_body = read_text(section, "expect_body");
    Some(ProbeKind::Http { url: url?.value, expect_status, expect_body })
}

/// The address as typed, and its host.
fn read_address(section: &Section<'_>) -> Option<(String, String)> {
    let expected = "a host and port such as \"s1.example.net:443\"";
    if section.place_of("address").is_none() {
        section.missing("address", expected);
    }
    let address = section.parsed("address", expected, |text| {
        host_port(text).map(|(host, _)| (text.to_owned(), host))
    });
    address.map(|at| at.value)
}

fn read_tls(section: &Section<'_>) -> Option<ProbeKind> {
    let address = read_address(section);
    let name_expected = "the name that the certificate is for";
    let name = section.parsed("server_name", name_expected, crate::domain::domain_name);
    let days = section.whole("days_left_min", 0..=3650);
    let days_left_min = days.and_then(|at| u32::try_from(at.value).ok()).unwrap_or(7);
    let (address, host) = address?;
    let server_name = name.map_or(host, |at| at.value);
    Some(ProbeKind::Tls { address, server_name, days_left_min })
}
