//! Suggestions for a field that is being typed. Pure.
//!
//! Staff see what is open and what the fleet holds; a customer sees only domains that they
//! reported themselves, whatever the command.

use crate::{
    command::{Kind, TABLE},
    domain::{Fleet, Role},
    engine::{Link, Open},
};

use super::{
    answer::Choice,
    heard::Given,
    menu::{self, REPORT, STATUS, SUBSCRIBE},
};

/// Spans that are often meant.
const SPANS: [&str; 5] = ["15m", "30m", "1h", "2h", "4h"];

/// Rules that are often meant.
const RULES: [&str; 5] = [
    "FREQ=WEEKLY;BYDAY=TU",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
    "FREQ=MONTHLY;BYDAY=1SU",
    "FREQ=MONTHLY;BYDAY=-1SU",
    "FREQ=DAILY",
];

/// What suggestions are made from.
pub struct Known<'a> {
    /// What waits for staff.
    pub open: &'a Open,
    /// What staff can mean.
    pub fleet: &'a Fleet,
    /// What the person themselves is linked to.
    pub links: &'a [Link],
}

/// Suggestions for `field` of the command `name`, by what was `typed`.
pub fn suggestions(
    name: &str,
    field: &str,
    typed: &str,
    role: Role,
    known: &Known<'_>,
) -> Vec<Choice> {
    let all = match name {
        REPORT => domains(known.links),
        STATUS => domains(known.links).into_iter().chain(public_servers(known.fleet)).collect(),
        SUBSCRIBE => public_servers(known.fleet),
        _ => match kind_of(name, field, role) {
            Some(Kind::Servers) => return list_of(servers(known.fleet), typed),
            Some(Kind::Targets) => {
                let all = servers(known.fleet).into_iter().chain(components(known.fleet));
                return list_of(all.collect(), typed);
            }
            Some(kind) => of_kind(kind, role, known),
            None => Vec::new(),
        },
    };
    all.into_iter().filter(|choice| fits(choice, typed)).collect()
}

/// What is typed begins or stands within what is shown; nothing typed fits all.
fn fits(choice: &Choice, typed: &str) -> bool {
    let typed = typed.trim().to_lowercase();
    let value = match &choice.value {
        Given::Text(text) => text.to_lowercase(),
        Given::Number(number) => number.to_string(),
        Given::Flag(_) => String::new(),
    };
    value.contains(&typed) || choice.shown.to_lowercase().contains(&typed)
}

fn kind_of(name: &str, field: &str, role: Role) -> Option<Kind> {
    let spec = menu::spec_of(name).filter(|spec| role >= spec.role)?;
    Some(spec.args.iter().find(|arg| arg.name == field)?.kind)
}

fn of_kind(kind: Kind, role: Role, known: &Known<'_>) -> Vec<Choice> {
    let number = |id: u64, text: &str| Choice {
        shown: format!("{id}: {text}"),
        value: Given::Number(i64::try_from(id).unwrap_or(i64::MAX)),
    };
    match kind {
        Kind::Incident => {
            let incidents = known.open.incidents.iter();
            incidents.map(|one| number(one.id.0, &one.title)).collect()
        }
        Kind::Draft => {
            let drafts = known.open.drafts.iter();
            drafts.map(|one| number(one.id.0, &first_line(&one.body))).collect()
        }
        Kind::Report => {
            let reports = known.open.reports.iter();
            reports
                .map(|one| {
                    let id = one.id.to_string();
                    let shown = match &one.server {
                        Some(server) => {
                            format!("{id} ({})", staff_name(known.fleet, server.as_str()))
                        }
                        None => id.clone(),
                    };
                    Choice { shown, value: Given::Text(id) }
                })
                .collect()
        }
        Kind::Window => {
            let windows = known.open.windows.iter();
            windows.map(|one| number(one.id.0, &one.title)).collect()
        }
        Kind::Zone => chrono_tz::TZ_VARIANTS.iter().map(|zone| text(zone.name())).collect(),
        Kind::Server => named(servers(known.fleet)),
        Kind::Component => named(components(known.fleet)),
        Kind::Span => SPANS.iter().map(|span| text(span)).collect(),
        Kind::Rule => RULES.iter().map(|rule| text(rule)).collect(),
        Kind::Topic => {
            TABLE.iter().filter(|spec| role >= spec.role).map(|spec| text(spec.name)).collect()
        }
        Kind::Servers
        | Kind::Targets
        | Kind::Moment
        | Kind::Days
        | Kind::Post
        | Kind::Number
        | Kind::Seen
        | Kind::Text
        | Kind::Choice(_)
        | Kind::Flag => Vec::new(),
    }
}

fn text(text: &str) -> Choice {
    Choice { shown: text.to_owned(), value: Given::Text(text.to_owned()) }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

fn domains(links: &[Link]) -> Vec<Choice> {
    links.iter().map(|link| text(&link.domain)).collect()
}

fn public_servers(fleet: &Fleet) -> Vec<Choice> {
    fleet.servers.iter().filter_map(|server| server.public_name.as_deref()).map(text).collect()
}

type Named<'a> = (&'a str, Option<&'a str>);

fn servers(fleet: &Fleet) -> Vec<Named<'_>> {
    let name = |server: &crate::domain::Server| server.name.is_some();
    fleet
        .servers
        .iter()
        .map(|one| {
            let shown = if name(one) { &one.name } else { &one.public_name };
            (one.id.as_str(), shown.as_deref())
        })
        .collect()
}

fn components(fleet: &Fleet) -> Vec<Named<'_>> {
    fleet.components.iter().map(|one| (one.id.as_str(), one.name.as_deref())).collect()
}

fn named(all: Vec<Named<'_>>) -> Vec<Choice> {
    all.into_iter()
        .map(|(id, name)| Choice { shown: shown(id, name), value: Given::Text(id.to_owned()) })
        .collect()
}

fn shown(id: &str, name: Option<&str>) -> String {
    name.map_or_else(|| id.to_owned(), |name| format!("{id}: {name}"))
}

fn staff_name(fleet: &Fleet, id: &str) -> String {
    let server = servers(fleet).into_iter().find(|(one, _)| *one == id);
    server.map_or_else(|| id.to_owned(), |(id, name)| shown(id, name))
}

/// A list grows by one name at a time: what stands before the last comma stays.
fn list_of(all: Vec<Named<'_>>, typed: &str) -> Vec<Choice> {
    let (before, last) =
        typed.rsplit_once(',').map_or(("", typed), |(before, last)| (before, last));
    let taken: Vec<&str> = before.split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
    named(all)
        .into_iter()
        .filter(|choice| fits(choice, last))
        .filter_map(|choice| {
            let Given::Text(id) = choice.value else { return None };
            if taken.contains(&id.as_str()) {
                return None;
            }
            let list = taken.iter().copied().chain([id.as_str()]).collect::<Vec<_>>().join(",");
            let shown = if taken.is_empty() { choice.shown } else { list.clone() };
            Some(Choice { shown, value: Given::Text(list) })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Server;

    fn server(id: &str, name: &str) -> Server {
        Server {
            id: id.into(),
            name: None,
            public_name: Some(name.to_owned()),
            depends_on: Vec::new(),
            address: None,
            faults_per_hour: None,
        }
    }

    fn shown(name: &str, field: &str, typed: &str, role: Role) -> Vec<String> {
        let fleet = Fleet {
            servers: vec![server("s1", "Server One"), server("s2", "Server Two")],
            ..Fleet::default()
        };
        let links = [Link { domain: "example.org".to_owned(), server: "s1".into() }];
        let known = Known { open: &Open::default(), fleet: &fleet, links: &links };
        let all = suggestions(name, field, typed, role, &known);
        all.into_iter().map(|choice| choice.shown).collect()
    }

    #[test]
    fn a_customer_is_shown_their_own_domains_and_nothing_of_staffs() {
        assert_eq!(shown("report", "domain", "exam", Role::Customer), ["example.org"]);
        assert!(shown("report", "domain", "other", Role::Customer).is_empty());
        assert!(shown("incident open", "servers", "", Role::Customer).is_empty());
        assert_eq!(
            shown("help", "command", "", Role::Customer),
            ["maintenance list", "status", "help"]
        );
    }

    #[test]
    fn a_list_of_servers_grows_by_one_and_repeats_none() {
        let staff = |typed: &str| shown("incident open", "servers", typed, Role::Staff);
        assert_eq!(staff(""), ["s1: Server One", "s2: Server Two"]);
        assert_eq!(staff("two"), ["s2: Server Two"]);
        assert_eq!(staff("s1, "), ["s1,s2"]);
        assert!(staff("s1,s2,").is_empty());
    }
}
