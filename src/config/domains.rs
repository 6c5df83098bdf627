//! Customer domains: written with their server, or in a CSV file with columns domain and server.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use crate::domain::{ServerId, domain_name};

use super::{
    fleet::Inventory,
    keys::FLEET,
    problem::{Problem, Problems, nearest},
    read_bounded,
    reader::Root,
    value::quoted,
};

/// The longest CSV that is read, in bytes.
const CSV_BYTES_MAX: u64 = 64 << 20;
/// Problems of one CSV that are printed one by one.
const CSV_PROBLEMS_MAX: usize = 50;
const DOMAIN_EXPECTED: &str = "a domain such as \"example.org\"";

/// Reads all domains, each once and each on a known server.
pub(super) fn read(
    root: &Root<'_>,
    base: &Path,
    inventory: &Inventory,
    problems: &Problems,
) -> BTreeMap<String, ServerId> {
    let servers: BTreeSet<&str> =
        inventory.servers.iter().map(|placed| placed.item.id.as_str()).collect();
    let mut domains: BTreeMap<String, (ServerId, usize)> = BTreeMap::new();
    for (server, at) in &inventory.domains {
        let Some(domain) = domain_name(&at.value) else {
            problems.at(at.place, format!("the domain {}", quoted(&at.value)), DOMAIN_EXPECTED);
            continue;
        };
        let line = problems.line(at.place);
        if let Some((_, first)) = domains.get(&domain) {
            let found = format!("the domain \"{domain}\" again (first on line {first})");
            problems.at(at.place, found, "each domain on one server");
            continue;
        }
        domains.insert(domain, (ServerId::from(server.as_str()), line));
    }
    let mut domains: BTreeMap<String, ServerId> =
        domains.into_iter().map(|(domain, (server, _))| (domain, server)).collect();
    let named = root.section(&FLEET).and_then(|section| section.text("domains_csv"));
    if let Some(named) = named {
        match read_bounded(&base.join(&named.value), CSV_BYTES_MAX) {
            Ok(text) => {
                Csv::new(&named.value, &servers, &mut domains).read(&text, problems);
            }
            Err(found) => {
                let found = format!("`domains_csv` = {}: {found}", quoted(&named.value));
                problems.at(named.place, found, "a CSV file with columns domain and server");
            }
        }
    }
    domains
}

/// The line a record stands on: the parser counts empty lines before a record as part of it.
fn line_of(text: &str, position: &csv::Position) -> u64 {
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let empty = rest.iter().take_while(|byte| b"\r\n".contains(byte));
    position.line() + empty.map(|byte| u64::from(*byte == b'\n')).sum::<u64>()
}

/// One CSV file being read.
struct Csv<'c> {
    name: &'c str,
    servers: BTreeMap<&'c str, ServerId>,
    inline: &'c mut BTreeMap<String, ServerId>,
    problems: Vec<Problem>,
    count: usize,
}

impl<'c> Csv<'c> {
    fn new(
        name: &'c str,
        servers: &BTreeSet<&'c str>,
        inline: &'c mut BTreeMap<String, ServerId>,
    ) -> Self {
        let servers = servers.iter().map(|id| (*id, ServerId::from(*id))).collect();
        Self { name, servers, inline, problems: Vec::new(), count: 0 }
    }

    /// Reads every row; adds its domains, and its first problems.
    fn read(mut self, text: &str, problems: &Problems) {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let columns = reader.headers().ok().and_then(|headers| {
            let place = |name| headers.iter().position(|header| header == name);
            place("domain").zip(place("server")).filter(|_| headers.len() == 2)
        });
        let Some((domain, server)) = columns else {
            self.note(1, "another header".to_owned(), "the columns domain,server".to_owned());
            return self.finish(problems);
        };
        let mut rows: BTreeMap<String, (ServerId, u64)> = BTreeMap::new();
        let mut record = csv::StringRecord::new();
        loop {
            match reader.read_record(&mut record) {
                Ok(false) => break,
                Ok(true) => {
                    let line = record.position().map_or(0, |position| line_of(text, position));
                    let (domain, server) = (record.get(domain), record.get(server));
                    match (domain, server, record.len()) {
                        (Some(domain), Some(server), 2) => {
                            self.row(line, domain, server, &mut rows);
                        }
                        _ => self.note(line, format!("{} columns", record.len()), "2".to_owned()),
                    }
                }
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    self.note(line, "a row that is no CSV".to_owned(), "domain,server".to_owned());
                    break;
                }
            }
        }
        self.inline.extend(rows.into_iter().map(|(domain, (server, _))| (domain, server)));
        self.finish(problems);
    }

    fn row(
        &mut self,
        line: u64,
        domain: &str,
        server: &str,
        rows: &mut BTreeMap<String, (ServerId, u64)>,
    ) {
        let id = self.servers.get(server).cloned();
        if id.is_none() {
            let wanted = self.problems.len() < CSV_PROBLEMS_MAX;
            let near = nearest(server, self.servers.keys().copied().filter(|_| wanted));
            let hint = near.map(|id| format!("; did you mean `{id}`?")).unwrap_or_default();
            let found = format!("{}, which is unknown", quoted(server));
            self.note(line, found, format!("the id of a [[server]]{hint}"));
        }
        let Some(domain) = domain_name(domain) else {
            return self.note(
                line,
                format!("the domain {}", quoted(domain)),
                DOMAIN_EXPECTED.to_owned(),
            );
        };
        let first = rows.get(&domain).map(|(_, first)| format!("first on line {first}"));
        let inline = self.inline.get(&domain).map(|id| format!("first with [[server]] `{id}`"));
        match (first.or(inline), id) {
            (Some(first), _) => {
                let found = format!("the domain \"{domain}\" again ({first})");
                self.note(line, found, "each domain on one server".to_owned());
            }
            (None, Some(id)) => {
                rows.insert(domain, (id, line));
            }
            (None, None) => {}
        }
    }

    fn note(&mut self, line: u64, found: String, expected: String) {
        self.count += 1;
        if self.problems.len() <= CSV_PROBLEMS_MAX {
            let line = usize::try_from(line).unwrap_or(usize::MAX);
            self.problems.push(Problem { file: self.name.to_owned(), line, found, expected });
        }
    }

    /// Hands the first problems on; the one after them says how many more there are.
    fn finish(mut self, problems: &Problems) {
        if let Some(last) = self.problems.get_mut(CSV_PROBLEMS_MAX) {
            last.found = format!("… and {} more", self.count - CSV_PROBLEMS_MAX);
            last.expected = String::new();
        }
        for problem in self.problems {
            problems.add(problem);
        }
    }
}
