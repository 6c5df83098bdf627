//! Configuration: what loads, and every word about what does not.
#![allow(clippy::expect_used, reason = "a test may fail loudly")]

use std::path::Path;

use bellwether::config::{self, Config, DriverSpec, OptionSpec, Problem, SecretsWanted};
use bellwether::domain::{Limits, TextUnit};

const LIMITS: Limits = Limits { length_max: 500, unit: TextUnit::Characters };
const DRIVERS: &[DriverSpec] = &[
    DriverSpec { kind: "console", options: &[], limits: LIMITS },
    DriverSpec {
        kind: "webhook",
        options: &[
            OptionSpec { name: "url", required: true, secret: false, expects: "where to post to" },
            OptionSpec { name: "secret", required: true, secret: true, expects: "the signing key" },
        ],
        limits: LIMITS,
    },
];

fn read(text: &str) -> Result<Config, Vec<Problem>> {
    config::from_text("fleet.toml", text, Path::new("tests/data"), DRIVERS, SecretsWanted::Resolve)
}

fn complaints(text: &str) -> String {
    let problems = read(text).expect_err("the file is broken");
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

#[test]
fn the_example_fleets_load_unchanged() {
    for (file, servers) in [("two-servers", 2), ("twenty-servers", 20)] {
        let path = format!("tests/data/fleets/{file}.toml");
        let config = config::load(Path::new(&path), DRIVERS, SecretsWanted::Skip).expect("loads");
        assert_eq!(config.settings.fleet.servers.len(), servers);
        assert_eq!(config.settings.fleet.domains.len(), servers);
    }
}
