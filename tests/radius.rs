//! What each component takes down, and the move that helps most: small fleets, exact words.

#![allow(clippy::expect_used, reason = "a test may fail loudly")]

use std::path::Path;

use bellwether::{
    app::{
        radius::{Radius, told},
        simulate::{Breaks, Plan, Simulation},
    },
    config::{self, SecretsWanted},
    domain::Fleet,
    render::Words,
};

/// Switches stand in data centres of providers; a database serves two servers.
const CHAINED: &str = r#"
[bot]
name = "Example Host"
timezone = "UTC"
[[component]]
id = "prov1"
kind = "provider"
name = "Hivelocity"
[[component]]
id = "prov2"
kind = "provider"
[[component]]
id = "sw1"
kind = "network"
depends_on = ["prov1"]
[[component]]
id = "sw2"
kind = "network"
depends_on = ["prov2"]
[[component]]
id = "db"
kind = "database"
facets = ["dashboard"]
[[server]]
id = "s1"
depends_on = ["sw1", "db"]
domains = ["a.example", "b.example", "c.example"]
[[server]]
id = "s2"
depends_on = ["sw1"]
domains = ["d.example"]
[[server]]
id = "s3"
depends_on = ["sw1"]
domains = ["e.example", "f.example"]
[[server]]
id = "s4"
depends_on = ["sw2", "db"]
domains = ["g.example"]
[[probe]]
id = "s4-home"
server = "s4"
kind = "external"
facet = "dashboard"
"#;

#[test]
fn a_table_counts_domains_and_names_the_best_move() {
    let expected = "\
What each component takes down when it fails, of 7 domains on 4 servers:
  share  domains  servers  component
   86 %        6        3  Hivelocity (provider)
   86 %        6        3  sw1 (network)
   57 %        4        2  db (database; only dashboard)
   43 %        3        1  s1 (server)
   29 %        2        1  s3 (server)
   14 %        1        1  prov2 (provider)
   14 %        1        1  sw2 (network)
   14 %        1        1  s2 (server)
   14 %        1        1  s4 (server)

Moving s1 from sw1 to sw2 would lower the worst, Hivelocity and sw1, most: from 6 (86 %) to 4 (57 %).";
    assert_eq!(words_of(&fleet(CHAINED), 30), expected);
}

#[test]
fn a_long_table_says_what_it_leaves_out() {
    let words = words_of(&fleet(CHAINED), 3);
    assert!(words.contains("\n6 more take down at most 43 % each.\n"), "{words}");
    let words = words_of(&fleet(CHAINED), 8);
    assert!(words.contains("\nOne more takes down at most 14 % each.\n"), "{words}");
}

#[test]
fn without_domains_servers_are_counted() {
    let bare: String = CHAINED
        .lines()
        .filter(|line| !line.starts_with("domains"))
        .fold(String::new(), |all, line| all + line + "\n");
    let words = words_of(&fleet(&bare), 3);
    let expected = "\
What each component takes down when it fails, of 4 servers:
  share  servers  component
   75 %        3  Hivelocity (provider)
   75 %        3  sw1 (network)
   50 %        2  db (database; only dashboard)
6 more take down at most 25 % each.

Moving s1 from sw1 to sw2 would lower the worst, Hivelocity and sw1, most: from 3 (75 %) to 2 (50 %).";
    assert_eq!(words, expected);
}

/// Data centre and provider stand beside the switch: who moves to another switch moves to them.
#[test]
fn what_belongs_to_the_new_place_comes_along() {
    let text = flat(&[("s1", 1), ("s2", 1), ("s3", 1), ("s4", 2)]);
    let words = words_of(&fleet(&text), 1);
    let expected = "Moving s1 from sw1 to sw2 (with site2) would lower the worst, sw1 and site1, most: from 3 (75 %) to 2 (50 %).";
    assert!(words.ends_with(expected), "{words}");
}

#[test]
fn what_no_move_lowers_is_set_aside() {
    let text = flat(&[("s1", 1), ("s2", 1), ("s3", 1), ("s4", 2)])
        .replace("\", \"site", "\", \"dns\", \"site")
        + "[[component]]\nid = \"dns\"\nkind = \"dns\"\n";
    let words = words_of(&fleet(&text), 1);
    let expected = "\
No move of one server lowers dns.
Moving s1 from sw1 to sw2 (with site2) would lower the worst, sw1 and site1, most: from 3 (75 %) to 2 (50 %).";
    assert!(words.ends_with(expected), "{words}");
}

#[test]
fn a_fleet_in_one_place_has_no_better_one() {
    let words = words_of(&fleet(&flat(&[("s1", 1), ("s2", 1)])), 1);
    assert!(words.ends_with("\nNo move of one server lowers the worst."), "{words}");
}

#[test]
fn an_empty_fleet_is_no_trouble() {
    let radius = Radius::of(&Fleet::default());
    assert!(radius.rows.is_empty() && radius.change.is_none() && !radius.cut_short);
}

/// Every possible move of a small fleet is tried in the plainest way.
#[test]
fn the_move_is_as_good_as_the_best_of_all_moves() {
    for seed in 1..=40 {
        let fleet = simulated(8, seed);
        let radius = Radius::of(&fleet);
        let before = radius.rows[0].customers;
        let mut best = before;
        for server in 0..fleet.servers.len() {
            for place in &fleet.servers {
                let mut moved = fleet.clone();
                moved.servers[server].depends_on.splice(..3, place.depends_on[..3].to_vec());
                best = best.min(worst(&moved));
            }
        }
        println!("seed {seed}: {before} to {best}, {:?}", radius.change);
        let found = radius
            .change
            .as_ref()
            .map_or(before, |change| (change.share_after * radius.customers as f64).round() as u64);
        assert!(!radius.fixed.is_empty() || found <= best, "{found} instead of {best}");
    }
}

#[test]
fn twenty_thousand_servers_are_counted_and_a_move_is_found() {
    let radius = Radius::of(&simulated(20_000, 1));
    let change = radius.change.expect("a large fleet has other places");
    assert!(change.share_after < change.share_before && !radius.cut_short, "{change:?}");
}

fn worst(fleet: &Fleet) -> u64 {
    let rows = Radius::of(fleet).rows;
    rows.iter().filter(|row| row.kind != "server").map(|row| row.customers).max().unwrap_or(0)
}

/// Each server behind a switch that stands in the data centre of the same number.
fn flat(servers: &[(&str, u32)]) -> String {
    let mut text = "[bot]\nname = \"Example Host\"\ntimezone = \"UTC\"\n".to_owned();
    for place in servers.iter().map(|(_, place)| *place).collect::<std::collections::BTreeSet<_>>()
    {
        for (kind, id) in [("network", "sw"), ("datacenter", "site")] {
            text += &format!("[[component]]\nid = \"{id}{place}\"\nkind = \"{kind}\"\n");
        }
    }
    for (id, place) in servers {
        text += &format!(
            "[[server]]\nid = \"{id}\"\ndepends_on = [\"sw{place}\", \"site{place}\"]\n\
             domains = [\"{id}.example\"]\n"
        );
    }
    text
}

fn simulated(servers: usize, seed: u64) -> Fleet {
    let plan = Plan {
        servers,
        seed,
        hours: 0.1,
        fault: Breaks::None,
        loss: None,
        manner: None,
        extras: Vec::new(),
    };
    let mut text = Vec::new();
    Simulation::of(&plan).write_fleet(&mut text).expect("memory takes it");
    fleet(std::str::from_utf8(&text).expect("it is text"))
}

fn fleet(text: &str) -> Fleet {
    config::from_text("fleet.toml", text, Path::new(""), &[], SecretsWanted::Skip)
        .unwrap_or_else(|problems| panic!("{}", problems[0]))
        .settings
        .fleet
}

fn words_of(fleet: &Fleet, rows: usize) -> String {
    told(&Words::built_in(), "en", &Radius::of(fleet), rows)
}
