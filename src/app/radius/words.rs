//! The radius in words, for a terminal.

use crate::{
    app::table::{Side, aligned},
    render::{Facts, Words, list, percent},
};

use super::{Change, Counted, Radius, Reach};

/// The first `rows_max` rows as a table, then what could be done.
pub fn told(words: &Words, language: &str, radius: &Radius, rows_max: usize) -> String {
    let say = |key: &str, facts: Facts| words.say(language, key, &facts);
    let counted = match radius.counted {
        Counted::Domains => "domains",
        Counted::Servers => "servers",
    };
    let title = Facts::new()
        .text("counted", counted)
        .number("customers", radius.customers as f64)
        .number("servers", radius.servers as f64);
    let mut parts = vec![say("radius-title", title)];
    let head = ["share", "domains", "servers", "component"];
    let head = head.map(|column| say("radius-column", Facts::new().text("column", column)));
    let mut sides = vec![Side::Right, Side::Right, Side::Right, Side::Left];
    let mut rows = vec![head.to_vec()];
    let shown = radius.rows.iter().take(rows_max);
    rows.extend(shown.map(|row| cells(words, language, row)));
    if radius.counted == Counted::Servers {
        sides.remove(1);
        rows.iter_mut().for_each(|row| drop(row.remove(1)));
    }
    parts.push(aligned(&sides, &rows));
    if let Some(next) = radius.rows.get(rows_max) {
        let left = radius.rows.len() - rows_max;
        let facts = Facts::new().number("count", left as f64).percent("share", next.share);
        parts.push(say("radius-more", facts));
    }
    parts.push(String::new());
    if !radius.fixed.is_empty() && radius.change.is_some() {
        let facts = Facts::new()
            .text("names", list(words, language, &called(radius, &radius.fixed)))
            .number("count", radius.fixed.len() as f64);
        parts.push(say("radius-fixed", facts));
    }
    parts.push(match &radius.change {
        Some(change) => advice(words, language, radius, change),
        None => say("radius-no-change", Facts::new()),
    });
    if radius.cut_short {
        parts.push(say("radius-cut-short", Facts::new()));
    }
    parts.join("\n")
}

fn cells(words: &Words, language: &str, row: &Reach) -> Vec<String> {
    let kind = words.say(language, "kind", &Facts::new().text("kind", row.kind.clone()));
    let facts = Facts::new()
        .text("name", row.name.clone().unwrap_or_else(|| row.id.clone()))
        .text("kind", kind)
        .text("facets", list(words, language, &row.facets));
    let key = if row.facets.is_empty() { "radius-component" } else { "radius-component-facets" };
    vec![
        percent(row.share),
        row.customers.to_string(),
        row.servers.to_string(),
        words.say(language, key, &facts),
    ]
}

/// Staff's words for these ids.
fn called(radius: &Radius, ids: &[String]) -> Vec<String> {
    let name = |id: &String| {
        let row = radius.rows.iter().find(|row| row.id == *id);
        row.and_then(|row| row.name.clone()).unwrap_or_else(|| id.clone())
    };
    ids.iter().map(name).collect()
}

fn advice(words: &Words, language: &str, radius: &Radius, change: &Change) -> String {
    let with = match change.with.is_empty() {
        true => String::new(),
        false => {
            let facts =
                Facts::new().text("names", list(words, language, &called(radius, &change.with)));
            words.say(language, "radius-with", &facts)
        }
    };
    let name = |id: &str| called(radius, &[id.to_owned()]).concat();
    let facts = Facts::new()
        .text("server", name(&change.server))
        .text("from", name(&change.from))
        .text("to", name(&change.to))
        .text("with", with)
        .text("worst", list(words, language, &called(radius, &change.lowers)))
        .number("before", change.customers_before as f64)
        .percent("before_share", change.share_before)
        .number("after", change.customers_after as f64)
        .percent("after_share", change.share_after);
    words.say(language, "radius-change", &facts)
}
