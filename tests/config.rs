//! Configuration: what loads, and every word about what does not.
#![allow(clippy::expect_used, clippy::disallowed_methods, reason = "a test may fail loudly")]

use std::{fs, path::Path, time::Duration, time::Instant};

use bellwether::{
    broadcast::REGISTRY,
    config::{self, Config, DriverSpec, Problem, SECTIONS, SecretsWanted},
    domain::{Audience, ProbeKind, Role, Scope},
};
use proptest::prelude::*;
use secrecy::ExposeSecret;

const EXAMPLE: &str = include_str!("../bellwether.example.toml");
/// What must never be printed.
const SECRET: &str = "hunter2-hunter2-hunter2";

fn drivers() -> Vec<DriverSpec> {
    REGISTRY.iter().map(|registration| registration.spec).collect()
}

fn read_in(base: &Path, text: &str) -> Result<Config, Vec<Problem>> {
    config::from_text("fleet.toml", text, base, &drivers(), SecretsWanted::Resolve)
}

/// What is printed about a text, a line a problem.
fn complaints_in(base: &Path, text: &str) -> Vec<String> {
    let problems = read_in(base, text).expect_err("the file is broken");
    problems.iter().map(ToString::to_string).collect()
}

fn complaints(text: &str) -> Vec<String> {
    complaints_in(Path::new("tests/data"), text)
}

/// `lines` after a sound `[bot]` of two lines.
fn with_bot(lines: &str) -> String {
    format!("[bot]\nname = \"Example Host\"\n{lines}")
}

#[test]
fn the_example_fleets_load_unchanged() {
    for (file, servers, probes) in [("two-servers", 2, 5), ("twenty-servers", 20, 23)] {
        let path = format!("tests/data/fleets/{file}.toml");
        let config = config::load(Path::new(&path), &[], SecretsWanted::Skip).expect("loads");
        let fleet = &config.settings.fleet;
        assert_eq!(fleet.servers.len(), servers);
        assert_eq!(fleet.domains.len(), servers);
        assert_eq!(fleet.probes.len(), probes);
        assert!(fleet.probes.iter().all(|probe| probe.kind == ProbeKind::External));
        assert!(
            fleet.probes.iter().all(|probe| (probe.every_ms, probe.timeout_ms) == (30_000, 10_000))
        );
        assert!(fleet.probes.iter().any(|probe| probe.is_canary()));
    }
}

#[test]
fn the_documented_example_loads_without_its_secrets() {
    let path = Path::new("bellwether.example.toml");
    let config = config::load(path, &drivers(), SecretsWanted::Skip).expect("loads");
    assert!(config.tokens.is_empty() && config.secrets.is_empty());
    assert_eq!(config.settings.destinations.len(), 2);
    assert_eq!(config.settings.destinations[1].audience, Audience::Public);
    assert_eq!(config.settings.destinations[1].options.len(), 1);
}

#[test]
fn the_documented_discord_server_loads_when_it_is_switched_on() {
    let mut is_on = false;
    let switched_on = EXAMPLE.lines().map(|line| {
        is_on = !line.is_empty() && (is_on || line.starts_with("# ["));
        // Of what excludes another, one.
        let others = ["token_file", "url_file", "url_env = \"BELLWETHER_CAMPUS"];
        let is_other = |bare: &&str| others.iter().any(|other| bare.starts_with(other));
        let bare = line.strip_prefix("# ").filter(|bare| !is_other(bare));
        bare.filter(|_| is_on).unwrap_or(line)
    });
    let text = switched_on.collect::<Vec<_>>().join("\n");
    // Letters need an address for their links.
    let text = text.replacen("# public_url", "public_url", 1);
    let config = config::from_text("f", &text, Path::new("x"), &drivers(), SecretsWanted::Skip);
    let config = config.expect("loads");
    let kinds: Vec<&str> =
        config.settings.destinations.iter().map(|one| one.kind.as_str()).collect();
    let wanted = "console webhook mastodon bluesky discord discord email email matrix ntfy slack x";
    assert_eq!(kinds.join(" "), wanted);
    assert_eq!(config.settings.destinations[4].options.len(), 7);
    assert_eq!(config.settings.policy.busy_calendars, ["campus"]);
    assert_eq!(config.calendars.len(), 1);
}

#[test]
fn the_documented_values_are_the_defaults() {
    let example = config::from_text("f", EXAMPLE, Path::new("x"), &drivers(), SecretsWanted::Skip)
        .expect("loads");
    let least = read_in(Path::new("x"), &with_bot("")).expect("loads");
    assert_eq!(example.settings.policy, least.settings.policy);
    assert_eq!(example.settings.fleet.timezone, least.settings.fleet.timezone);
    assert_eq!(example.settings.public_url, least.settings.public_url);
    assert_eq!(example.languages, least.languages);
    assert_eq!(example.data_dir, least.data_dir);
    assert_eq!(example.listen, least.listen);
    assert_eq!(example.journal_reserve_bytes, least.journal_reserve_bytes);
    assert_eq!(example.retention_personal_s, least.retention_personal_s);
    assert_eq!(example.retention_probes_s, least.retention_probes_s);
    assert_eq!(example.web, least.web);
    let timed =
        |probe: &&bellwether::domain::Probe| (probe.every_ms, probe.timeout_ms) == (30_000, 10_000);
    assert_eq!(example.settings.fleet.probes.iter().filter(timed).count(), 5);
}

/// The keys of each section of a file, also those that stand in a comment.
fn keys_written(text: &str) -> Vec<(String, String)> {
    let mut section = String::new();
    let mut keys = Vec::new();
    for line in text.lines() {
        let line = line.strip_prefix("# ").unwrap_or(line);
        if line.starts_with('[') && line.ends_with(']') {
            section = line.to_owned();
        }
        let word = line.split_once(" = ").map(|(key, _)| key);
        keys.extend(word.map(|key| (section.clone(), key.to_owned())));
    }
    keys
}

#[test]
fn the_documented_example_has_every_key() {
    let written = keys_written(EXAMPLE);
    let has = |section: &str, key: &str| written.contains(&(section.to_owned(), key.to_owned()));
    for keys in SECTIONS {
        let missing: Vec<_> = keys.keys.iter().filter(|key| !has(keys.section, key)).collect();
        assert!(missing.is_empty(), "{} lacks {missing:?}", keys.section);
    }
    for driver in drivers() {
        assert!(EXAMPLE.contains(&format!("kind = \"{}\"", driver.kind)), "{}", driver.kind);
        for option in driver.options {
            let key =
                if option.secret { format!("{}_env", option.name) } else { option.name.into() };
            assert!(has("[[destination]]", &key), "{} lacks {key}", driver.kind);
        }
    }
}

#[test]
fn the_documented_example_has_no_key_that_is_not_read() {
    for (section, key) in keys_written(EXAMPLE) {
        let known = SECTIONS.iter().find(|keys| keys.section == section);
        let bare = key.strip_suffix("_env").unwrap_or(&key);
        let is_option = |driver: &DriverSpec| driver.options.iter().any(|one| one.name == bare);
        let of_driver = section == "[[destination]]" && drivers().iter().any(is_option);
        let known = known.is_some_and(|keys| keys.keys.contains(&key.as_str()));
        assert!(known || of_driver, "{section} {key}");
    }
}

/// A broken file after a sound `[bot]`, and all that is said of it.
const BROKEN: &[(&str, &[&str])] = &[
    (
        "[policy]\nupdate_evry = \"30m\"",
        &[
            "fleet.toml:4: found unknown key `update_evry`, expected a key of [policy]; did you mean `update_every`?",
        ],
    ),
    (
        "[web]\ncolour = 1",
        &[
            "fleet.toml:4: found unknown key `colour`, expected a key of [web]: body_max, connections_max, reports_per_address, reports_per_hour, trusted_proxies",
        ],
    ),
    (
        "[polcy]",
        &["fleet.toml:3: found `polcy`, expected a section of the file; did you mean `policy`?"],
    ),
    (
        "[server]\nid = \"s1\"",
        &["fleet.toml:3: found a table, expected [[server]] with double brackets"],
    ),
    (
        "[provider]\ntraceroute = \"traceroute\"",
        &[
            "fleet.toml:4: found `traceroute` = \"traceroute\", expected \"off\", or where the program is, such as \"/usr/bin/traceroute\"",
        ],
    ),
    ("[[policy]]", &["fleet.toml:3: found a list, expected one [policy]"]),
    (
        "timezone = \"America/New_Yrok\"",
        &[
            "fleet.toml:3: found `timezone` = \"America/New_Yrok\", expected an IANA time zone such as \"America/New_York\"; did you mean \"America/New_York\"?",
        ],
    ),
    (
        "languages = [\"en\", \"de-AT\", \"it\"]",
        &[
            "fleet.toml:3: found the language \"it\", expected one that has words: de, en, es, fr; or a folder with its words in `bot.words`",
        ],
    ),
    (
        "[[blackout_calendar]]\nname = \"campus\"",
        &[
            "fleet.toml:3: found [[blackout_calendar]] without `file`, expected `file = \"busy.ics\"`, or its address by `url_env` or `url_file`",
        ],
    ),
    (
        "[[blackout_calendar]]\nname = \"campus\"\nfile = \"a.ics\"\nurl_env = \"A\"\n[[blackout_calendar]]\nname = \"campus\"\nfile = \"b.ics\"\nevery = \"1s\"",
        &[
            "fleet.toml:5: found a file and an address, expected one of them",
            "fleet.toml:8: found the name of another calendar again, expected a name each",
            "fleet.toml:10: found `every` = \"1s\", expected a time from \"1m\" to \"1d\", such as \"30s\", \"5m\", \"2h\" or \"14d\"",
        ],
    ),
    (
        "[[blackout_calendar]]\nname = \"campus\"\nurl_env = \"CARGO_PKG_NAME\"",
        &[
            "fleet.toml:5: found an address (not shown) that is no URL, expected https://… (for webcal:// write https://)",
        ],
    ),
    ("languages = []", &["fleet.toml:3: found no language, expected at least one, such as \"en\""]),
    (
        "languages = [\"en\", \"?\", 5]",
        &[
            "fleet.toml:3: found `languages` = 5, expected a text of 1 to 1000 characters on one line",
            "fleet.toml:3: found `languages` with \"?\", expected a language tag such as \"en\" or \"pt-BR\"",
        ],
    ),
    (
        "listen = \"8080\"",
        &[
            "fleet.toml:3: found `listen` = \"8080\", expected an address and port such as \"127.0.0.1:8080\"",
        ],
    ),
    (
        "public_url = \"status.example.net\"",
        &[
            "fleet.toml:3: found `public_url` = \"status.example.net\", expected a URL such as \"https://status.example.net\"",
        ],
    ),
    (
        "words = \"no/such/folder\"",
        &[
            "fleet.toml:3: found a folder that cannot be read (No such file or directory (os error 2)), expected a folder with a folder for each language",
        ],
    ),
    (
        "[policy]\nholding_after = 15",
        &[
            "fleet.toml:4: found `holding_after` = 15, expected a time from \"1m\" to \"1d\", such as \"30s\", \"5m\", \"2h\" or \"14d\"",
        ],
    ),
    (
        "[policy]\nupdate_every = \"5m\"",
        &[
            "fleet.toml:4: found a reminder as early as the update before it, expected `remind_before` shorter than `update_every`",
        ],
    ),
    (
        "[journal]\nreserve = \"256 MB\"",
        &[
            "fleet.toml:4: found `reserve` = \"256 MB\", expected a size from \"1MB\" to \"1024GB\", such as \"256MB\"",
        ],
    ),
    (
        "[retention]\npersonal = \"1s\"",
        &[
            "fleet.toml:4: found `personal` = \"1s\", expected a time from \"1h\" to \"3650d\", such as \"30s\", \"5m\", \"2h\" or \"14d\"",
        ],
    ),
    (
        "[[component]]\nid = \"a\"\nkind = \"netwrk\"",
        &[
            "fleet.toml:5: found `kind` = \"netwrk\", expected one of provider, datacenter, network, rack, hypervisor, database, dns, mail, other; did you mean \"network\"?",
        ],
    ),
    (
        "[[component]]\nkind = \"rack\"",
        &["fleet.toml:3: found [[component]] without `id`, expected one of its own"],
    ),
    (
        "[[server]]\nid = \"s 1\"",
        &[
            "fleet.toml:4: found `id` = \"s 1\", expected an id of 1 to 64 letters, digits, `-`, `_` and `.`",
        ],
    ),
    (
        "[[server]]\nid = \"s1\"\n[[server]]\nid = \"s1\"",
        &[
            "fleet.toml:6: found the id `s1` again (first on line 4), expected another id for this server",
        ],
    ),
    (
        "[[component]]\nid = \"s1\"\nkind = \"dns\"\n[[server]]\nid = \"s1\"",
        &[
            "fleet.toml:7: found the id `s1` again (first on line 4), expected another id for this server",
        ],
    ),
    (
        "[[server]]\nid = \"s1\"\ndepends_on = [\"sw-atl-2\"]\n[[component]]\nid = \"sw-atl-1\"\nkind = \"network\"",
        &[
            "fleet.toml:5: found \"sw-atl-2\", which is unknown, expected the id of a [[component]]; did you mean `sw-atl-1`?",
        ],
    ),
    (
        "[[server]]\nid = \"s1\"\ndepends_on = [\"s1\"]",
        &["fleet.toml:5: found \"s1\", which is a server, expected the id of a [[component]]"],
    ),
    (
        "[[component]]\nid = \"a\"\nkind = \"rack\"\ndepends_on = [\"b\"]\n[[component]]\nid = \"b\"\nkind = \"rack\"\ndepends_on = [\"a\"]",
        &["fleet.toml:10: found dependencies in a circle: a → b → a, expected none"],
    ),
    (
        "[[component]]\nid = \"a\"\nkind = \"rack\"\ndepends_on = [\"a\"]",
        &["fleet.toml:6: found dependencies in a circle: a → a, expected none"],
    ),
    (
        "[[server]]\nid = \"s1\"\ndomains = [\"a.example\", \"A.Example.\", \"two words\"]",
        &[
            "fleet.toml:5: found the domain \"a.example\" again (first on line 5), expected each domain on one server",
            "fleet.toml:5: found the domain \"two words\", expected a domain such as \"example.org\"",
        ],
    ),
    (
        "[web]\ntrusted_proxies = [\"127.0.0.1\", \"localhost\"]",
        &[
            "fleet.toml:4: found `trusted_proxies` with \"localhost\", expected an address such as \"127.0.0.1\"",
        ],
    ),
    (
        "[[vantage]]\nid = \"home\"\nfaults_per_hour = 0\n[[vantage]]\nid = \"home\"",
        &[
            "fleet.toml:5: found `faults_per_hour` = 0, expected faults in an hour, more than 0 and at most 3600",
            "fleet.toml:7: found the id `home` again (first on line 4), expected another id for this vantage",
        ],
    ),
    (
        "[[probe]]\nid = \"p\"\nkind = \"external\"",
        &[
            "fleet.toml:3: found [[probe]] without `server`, expected the id of a [[server]], or `canary = true`",
        ],
    ),
    (
        "[[probe]]\nid = \"p\"\nkind = \"external\"\ncanary = true\nserver = \"s9\"",
        &[
            "fleet.toml:6: found a canary that watches a server, expected either `server` or `canary = true`",
            "fleet.toml:7: found \"s9\", which is unknown, expected the id of a [[server]]",
        ],
    ),
    (
        "[[probe]]\nid = \"p\"\ncanary = true\nkind = \"icmp\"",
        &[
            "fleet.toml:6: found `kind` = \"icmp\", expected http, tcp, tls or external (this version does not measure it: use `external` and let another monitor do so)",
        ],
    ),
    (
        "[[probe]]\nid = \"p\"\ncanary = true\nkind = \"htp\"",
        &[
            "fleet.toml:6: found `kind` = \"htp\", expected one of http, tcp, tls, external; did you mean \"http\"?",
        ],
    ),
    (
        "[[probe]]\nid = \"p\"\ncanary = true\nkind = \"http\"\nurl = \"ftp://s1.example/\"\nexpect_status = [99]",
        &[
            "fleet.toml:7: found `url` = \"ftp://s1.example/\", expected a http or https URL with a host, without user, password or fragment",
            "fleet.toml:8: found `expect_status` = 99, expected whole numbers from 100 to 599",
        ],
    ),
    (
        "[[probe]]\nid = \"p\"\ncanary = true\nkind = \"tls\"\naddress = \"s1.example\"\nurl = \"https://s1.example\"",
        &[
            "fleet.toml:7: found `address` = \"s1.example\", expected a host and port such as \"s1.example.net:443\"",
            "fleet.toml:8: found `url` on a probe of kind \"tls\", expected it only on http",
        ],
    ),
    (
        "[[probe]]\nid = \"p\"\ncanary = true\nkind = \"external\"\nevery = \"0s\"\nbaseline_loss = nan",
        &[
            "fleet.toml:7: found `every` = \"0s\", expected a time from \"1s\" to \"1d\", such as \"30s\", \"5m\", \"2h\" or \"14d\"",
            "fleet.toml:8: found `baseline_loss` = nan, expected a share of checks from 0 up to, but not, 1",
        ],
    ),
    (
        "[[component]]\nid = \"a\"\nkind = \"rack\"\nfacets = [\"hmoe\"]\n[[probe]]\nid = \"p\"\ncanary = true\nkind = \"external\"\nfacet = \"home\"",
        &[
            "fleet.toml:6: found the facet \"hmoe\", expected the facet of a [[probe]]; did you mean \"home\"?",
        ],
    ),
    (
        "[discord]\nstaff_roles = 5",
        &[
            "fleet.toml:3: found [discord] without `guild`, expected an id such as \"1034567890123456789\", which Discord copies when its developer mode is on",
            "fleet.toml:3: found [discord] without `staff_channel`, expected an id such as \"1034567890123456789\", which Discord copies when its developer mode is on",
            "fleet.toml:3: found [discord] without `token_env`, expected `token_env` or `token_file`: the bot's token, from the application's page “Bot”",
            "fleet.toml:4: found `staff_roles` = 5, expected a list in brackets, each an id such as \"1034567890123456789\", which Discord copies when its developer mode is on",
        ],
    ),
    (
        "[discord]\ntoken = \"x\"\nguild = \"my server\"\nstaff_channel = 0\nmessage_content = \"yes\"",
        &[
            "fleet.toml:4: found the secret `token` in the file, expected `token_env = \"VARIABLE\"` or `token_file = \"path\"`",
            "fleet.toml:5: found `guild` = \"my server\", expected an id such as \"1034567890123456789\", which Discord copies when its developer mode is on",
            "fleet.toml:6: found `staff_channel` = 0, expected an id such as \"1034567890123456789\", which Discord copies when its developer mode is on",
            "fleet.toml:7: found `message_content` = \"yes\", expected true or false",
        ],
    ),
    (
        "[discord]\ntoken_env = \"CARGO_PKG_NAME\"\nguild = 1\nstaff_channel = 2\nsupport_channels = [2, 3]\nadmin_roles = [4, \"4\", -4]\nstaff_roles = [1]",
        &[
            "fleet.toml:7: found the `staff_channel` among `support_channels`, expected channels that customers write in",
            "fleet.toml:8: found `admin_roles` = -4, expected an id such as \"1034567890123456789\", which Discord copies when its developer mode is on",
            "fleet.toml:8: found `admin_roles` with 4 twice, expected each once",
            "fleet.toml:9: found `staff_roles` with the id of the server, a role that everybody has, expected roles that you give to people",
        ],
    ),
    (
        "[discord]\ntoken_env = \"CARGO_PKG_NAME\"\nguild = 1\nstaff_channel = 2\napi = \"http://discord.com\"",
        &[
            "fleet.toml:7: found `api` = \"http://discord.com\", expected a https:// URL of nothing but a host, or a http:// one of this machine",
        ],
    ),
    (
        "[discord]\ntoken_env = \"CARGO_PKG_NAME\"\nguild = 1\nstaff_channel = 2\napi = \"https://discord.com/api/v10\"",
        &[
            "fleet.toml:7: found `api` = \"https://discord.com/api/v10\", expected a https:// URL of nothing but a host, or a http:// one of this machine",
        ],
    ),
    (
        "[[destination]]\nid = \"d\"\nkind = \"discord\"\naudience = \"reporters\"",
        &[
            "fleet.toml:5: found a destination of kind \"discord\" without [discord], expected that section, with the bot's token",
        ],
    ),
    (
        "[discord]\ntoken_env = \"CARGO_PKG_NAME\"\nguild = 1\nstaff_channel = 2\n[[destination]]\nid = \"d\"\nkind = \"discord\"\naudience = \"public\"\ncrosspost = \"yes\"\nping_role = \"@everyone\"",
        &[
            "fleet.toml:7: found [[destination]] without `channel`, expected the id of a channel, which Discord copies when its developer mode is on",
            "fleet.toml:11: found `crosspost` = \"yes\", expected true or false",
            "fleet.toml:12: found `ping_role` = \"@everyone\", expected the id of a role",
        ],
    ),
    (
        "[discord]\ntoken_env = \"CARGO_PKG_NAME\"\nguild = 1\nstaff_channel = 2\n[[destination]]\nid = \"d\"\nkind = \"discord\"\naudience = \"staff\"\nchannel = \"general\"\ncrosspost = true\n[[destination]]\nid = \"e\"\nkind = \"discord\"\naudience = \"reporters\"\nchannel = 5\ntoken_env = \"X\"",
        &[
            "fleet.toml:11: found `channel` = \"general\", expected the id of a channel, which Discord copies when its developer mode is on",
            "fleet.toml:12: found `crosspost` on a destination for staff, expected it only for public",
            "fleet.toml:17: found `channel` on a destination for reporters, expected it only for public and staff",
            "fleet.toml:18: found unknown key `token_env`, expected a key of [[destination]]: id, kind, audience, language, timezone, channel, crosspost, ping_role, updates, pictures",
        ],
    ),
    (
        "[[destination]]\nid = \"d\"\nkind = \"matrix\"\naudience = \"public\"\nhomeserver = \"https://m.example\"\nroom = \"!room\"\ntoken_env = \"CARGO_PKG_NAME\"\nupdates = \"edit\"\npictures = true",
        &[
            "fleet.toml:11: found `pictures = true` with `updates = \"edit\"`, expected one of them: a changed post gets no picture",
        ],
    ),
    (
        "[[token]]\nname = \"discord\"\nrole = \"staff\"\nscopes = [\"reports\"]\nsecret_env = \"CARGO_PKG_DESCRIPTION\"",
        &[
            "fleet.toml:4: found a token called `discord`, expected another name: reports from there have this one",
        ],
    ),
    (
        "[[destination]]\nid = \"d\"\nkind = \"webhok\"\naudience = \"public\"",
        &[
            "fleet.toml:5: found `kind` = \"webhok\", expected one of bluesky, console, discord, email, mastodon, matrix, ntfy, slack, webhook, x; did you mean \"webhook\"?",
        ],
    ),
    (
        "[[destination]]\nid = \"d\"\nkind = \"console\"",
        &[
            "fleet.toml:3: found [[destination]] without `audience`, expected one of public, staff, reporters",
        ],
    ),
    (
        "[[destination]]\nid = \"d\"\nkind = \"console\"\naudience = \"staff\"\nurl = \"https://x.example\"\nlanguage = \"de\"",
        &[
            "fleet.toml:7: found unknown key `url`, expected a key of [[destination]]: id, kind, audience, language, timezone",
            "fleet.toml:8: found `language` = \"de\", expected one of `bot.languages`: en",
        ],
    ),
    (
        "[[destination]]\nid = \"d\"\nkind = \"webhook\"\naudience = \"public\"",
        &[
            "fleet.toml:3: found [[destination]] without `secret_env`, expected `secret_env` or `secret_file`: whsec_ and base64, or plain text, of at least 16 bytes",
            "fleet.toml:3: found [[destination]] without `url`, expected an http:// or https:// URL without user or password",
        ],
    ),
    (
        "[[token]]\nname = \"t\"\nrole = \"staff\"\nscopes = [\"probe\"]\nsecret_env = \"BELLWETHER_NOT_SET\"",
        &[
            "fleet.toml:6: found the scope \"probe\", expected one of probes, reports, commands, notices; did you mean \"probes\"?",
            "fleet.toml:7: found BELLWETHER_NOT_SET, which is not set, expected an environment variable that holds the secret",
        ],
    ),
    (
        "[[token]]\nname = \"t\"\nrole = \"staff\"\nscopes = [\"probes\"]\nsecret_env = \"CARGO_PKG_NAME\"",
        &["fleet.toml:7: found a secret that is too short, expected at least 16 characters"],
    ),
    (
        "[[token]]\nname = \"t\"\nrole = \"staff\"\nscopes = [\"probes\"]\nsecret_env = \"A\"\nsecret_file = \"b\"",
        &["fleet.toml:8: found `secret_env` and `secret_file`, expected one of them"],
    ),
    (
        "[fleet]\ndomains_csv = \"none.csv\"",
        &[
            "fleet.toml:4: found `domains_csv` = \"none.csv\": a file that cannot be read (No such file or directory (os error 2)), expected a CSV file with columns domain and server",
        ],
    ),
    (
        "[journal]\nreserve = \"1GB",
        &["fleet.toml:4: found no TOML (invalid basic string, expected `\"`), expected TOML"],
    ),
    (
        "[web]\nbody_max = \"1MB\"\nbody_max = \"2MB\"",
        &["fleet.toml:5: found no TOML (duplicate key), expected TOML"],
    ),
];

#[test]
fn each_broken_file_is_told_exactly_what_is_wrong() {
    for (lines, expected) in BROKEN {
        assert_eq!(complaints(&with_bot(lines)), *expected, "{lines}");
    }
}

#[test]
fn every_problem_is_told_at_once_and_in_order() {
    let all: String = BROKEN
        .iter()
        .map(|(lines, _)| *lines)
        .filter(|lines| lines.starts_with("[["))
        .collect::<Vec<_>>()
        .join("\n");
    let said = complaints(&with_bot(&all));
    let lines: Vec<usize> = said
        .iter()
        .filter_map(|line| line.split(':').nth(1).and_then(|line| line.parse().ok()))
        .collect();
    assert!(said.len() > 30, "{said:#?}");
    assert_eq!(lines.len(), said.len());
    assert!(lines.is_sorted(), "{said:#?}");
}

#[test]
fn an_empty_file_and_a_missing_one_are_told_apart() {
    assert_eq!(complaints(""), ["fleet.toml:1: found a file without [bot], expected one"]);
    let missing =
        config::load(Path::new("no/such.toml"), &[], SecretsWanted::Skip).expect_err("none");
    assert!(missing[0].to_string().starts_with("no/such.toml:1: found a file that cannot be read"));
    let folder = config::load(Path::new("tests"), &[], SecretsWanted::Skip).expect_err("a folder");
    assert!(folder[0].to_string().starts_with("tests:1: found a folder, expected a text file"));
}

#[test]
fn no_secret_is_ever_printed() {
    let places = [
        "[[token]]\nname = \"t\"\nrole = \"staff\"\nscopes = [\"probes\"]\nsecret = \"SECRET\"",
        "[[token]]\nname = \"t\"\nrole = \"staff\"\nscopes = [\"probes\"]\nsecret_env = \"SECRET\"",
        "[[token]]\nname = \"t\"\nrole = \"staff\"\nscopes = [\"probes\"]\nsecret_file = \"SECRET\"",
        "[[token]]\nname = \"t\"\nrole = \"staff\"\nscopes = [\"probes\"]\nsecret_env = [\"SECRET\"]",
        "[[blackout_calendar]]\nname = \"c\"\nurl = \"https://c.example/SECRET\"",
        "[[blackout_calendar]]\nname = \"c\"\nurl_env = \"https://c.example/SECRET\"",
        "[[token]]\nname = \"t\"\nrole = \"staff\"\nscopes = [\"probes\"]\npassword = \"SECRET\"",
        "[[destination]]\nid = \"d\"\nkind = \"webhook\"\naudience = \"staff\"\nurl = \"https://x.example\"\nsecret = \"SECRET\"",
        "[[destination]]\nid = \"d\"\nkind = \"webhook\"\naudience = \"staff\"\nurl = \"https://u:SECRET@x.example\"",
        "[[destination]]\nid = \"d\"\nkind = \"webhook\"\naudience = \"staff\"\nurl = \"https://u:SECRET@no host\"",
        "[[destination]]\nid = \"d\"\nkind = \"webhok\"\naudience = \"staff\"\nsecret = \"SECRET\"",
        "[[probe]]\nid = \"p\"\ncanary = true\nkind = \"http\"\nurl = \"https://u:SECRET@x.example\"",
        "[discord]\ntoken = \"SECRET\"",
        "[discord]\ntoken_env = \"SECRET\"",
        "[discord]\ntoken_file = \"SECRET\"",
        "[discord]\napi = \"https://u:SECRET@x.example\"",
        "[[token]]\nsecret = \"SECRET",
        "[[token]]\nsecret = SECRET",
    ];
    for lines in places {
        let problems =
            read_in(Path::new("tests/data"), &with_bot(&lines.replace("SECRET", SECRET)));
        let problems = problems.expect_err("refused");
        assert!(!format!("{problems:?}").contains("hunter2"), "{problems:#?}");
    }
}

#[test]
fn secrets_come_from_the_environment_and_from_files_and_stay_hidden() {
    let base = tempfile::tempdir().expect("a folder");
    fs::write(base.path().join("key"), format!("{SECRET}\n")).expect("written");
    let text = with_bot(
        "[[token]]\nname = \"a\"\nrole = \"admin\"\nscopes = [\"commands\"]\nsecret_file = \"key\"\n\
         [[token]]\nname = \"b\"\nrole = \"customer\"\nscopes = [\"probes\", \"reports\"]\nsecret_env = \"CARGO_PKG_DESCRIPTION\"\n\
         [[destination]]\nid = \"d\"\nkind = \"webhook\"\naudience = \"public\"\nurl = \"https://x.example\"\nsecret_file = \"key\"",
    );
    let config = read_in(base.path(), &text).expect("loads");
    assert_eq!(config.tokens[0].secret.expose_secret(), SECRET);
    assert_eq!(config.tokens[0].role, Role::Admin);
    assert_eq!(config.tokens[1].secret.expose_secret(), env!("CARGO_PKG_DESCRIPTION"));
    assert!(config.tokens[1].scopes.contains(&Scope::Reports));
    let secret = config.secrets.get(&"d".into(), "secret").expect("kept");
    assert_eq!(secret.expose_secret(), SECRET);
    assert!(!format!("{config:?}").contains("hunter2"));

    let same = text.replace("secret_env = \"CARGO_PKG_DESCRIPTION\"", "secret_file = \"key\"");
    assert_eq!(
        complaints_in(base.path(), &same),
        [
            "fleet.toml:12: found the secret of the token `a` again, expected a secret of its own for each token"
        ]
    );
}

#[test]
fn a_discord_server_is_read_whole_and_its_token_stays_hidden() {
    let base = tempfile::tempdir().expect("a folder");
    fs::write(base.path().join("token"), format!("{SECRET}\n")).expect("written");
    let least = "[discord]\ntoken_file = \"token\"\nguild = 1034567890123456701\nstaff_channel = \"1034567890123456702\"\n";
    let config = read_in(base.path(), &with_bot(least)).expect("loads");
    let discord = config.discord.clone().expect("there");
    assert_eq!(discord.token.expose_secret(), SECRET);
    assert_eq!(discord.guild, 1_034_567_890_123_456_701);
    assert_eq!(discord.staff_channel, 1_034_567_890_123_456_702);
    assert_eq!(discord.api.as_str(), "https://discord.com/");
    assert!(discord.presence && discord.events && !discord.message_content);
    assert!(discord.staff_roles.is_empty() && discord.admin_roles.is_empty());
    assert!(!format!("{config:?}").contains("hunter2"));

    let more = format!(
        "{least}support_channels = [7, \"8\"]\nmessage_content = true\nstaff_roles = [9]\nadmin_roles = [\"10\"]\npresence = false\nevents = false\napi = \"http://127.0.0.1:9\""
    );
    let discord = read_in(base.path(), &with_bot(&more)).expect("loads").discord.expect("there");
    assert_eq!(discord.support_channels, [7, 8]);
    assert_eq!((discord.staff_roles, discord.admin_roles), (vec![9], vec![10]));
    assert!(discord.message_content && !discord.presence && !discord.events);
    assert_eq!(discord.api.as_str(), "http://127.0.0.1:9/");

    let text = with_bot(&more);
    let text = format!(
        "{text}\n[[destination]]\nid = \"news\"\nkind = \"discord\"\naudience = \"public\"\nchannel = 11\ncrosspost = true\n[[destination]]\nid = \"you\"\nkind = \"discord\"\naudience = \"reporters\""
    );
    let config = read_in(base.path(), &text).expect("loads");
    let [news, you] = &config.settings.destinations[..] else { panic!("two destinations") };
    assert!(news.abilities.headline && news.abilities.passes_on && !you.abilities.passes_on);
    assert_eq!(you.abilities.reaches.as_deref(), Some("discord"));
    for destination in [news, you] {
        assert_eq!(destination.options["guild"], "1034567890123456701");
        assert_eq!(destination.options["api"], "http://127.0.0.1:9/");
        let token = config.secrets.get(&destination.id, "token").expect("lent");
        assert_eq!(token.expose_secret(), SECRET);
    }
    let kept = serde_json::to_string(&config.settings).expect("plain data");
    assert!(!kept.contains("hunter2"), "{kept}");
    let skipped = config::from_text("f", &text, base.path(), &drivers(), SecretsWanted::Skip);
    assert!(skipped.expect("loads").discord.is_none());
}

#[test]
fn domains_of_a_csv_are_told_apart_by_line() {
    let base = tempfile::tempdir().expect("a folder");
    let fleet = with_bot(
        "[fleet]\ndomains_csv = \"domains.csv\"\n[[server]]\nid = \"srv1\"\ndomains = [\"inline.example\"]",
    );
    let csv = |text: &str| fs::write(base.path().join("domains.csv"), text).expect("written");

    csv("\u{feff}server,domain\nsrv1,One.example.\n\"srv1\" , bücher.example\n");
    let config = read_in(base.path(), &fleet).expect("loads");
    let domains: Vec<&str> = config.settings.fleet.domains.keys().map(String::as_str).collect();
    assert_eq!(domains, ["inline.example", "one.example", "xn--bcher-kva.example"]);

    csv(
        "domain,server\na.example,srv1\n\nA.example.,srv1\nb.example,srv2\ninline.example,srv1\nx y,srv1\nc.example\n",
    );
    insta::assert_snapshot!(complaints_in(base.path(), &fleet).join("\n"), @r#"
    domains.csv:4: found the domain "a.example" again (first on line 2), expected each domain on one server
    domains.csv:5: found "srv2", which is unknown, expected the id of a [[server]]; did you mean `srv1`?
    domains.csv:6: found the domain "inline.example" again (first with [[server]] `srv1`), expected each domain on one server
    domains.csv:7: found the domain "x y", expected a domain such as "example.org"
    domains.csv:8: found 1 columns, expected 2
    "#);

    csv("host,server\na.example,srv1\n");
    assert_eq!(
        complaints_in(base.path(), &fleet),
        ["domains.csv:1: found another header, expected the columns domain,server"]
    );
}

#[test]
fn of_many_problems_in_a_csv_the_first_fifty_are_printed() {
    let base = tempfile::tempdir().expect("a folder");
    let rows: String = (0..1000).map(|row| format!("d{row}.example,nobody\n")).collect();
    fs::write(base.path().join("d.csv"), format!("domain,server\n{rows}")).expect("written");
    let said = complaints_in(base.path(), &with_bot("[fleet]\ndomains_csv = \"d.csv\""));
    assert_eq!(said.len(), 51);
    assert_eq!(
        said[49],
        "d.csv:51: found \"nobody\", which is unknown, expected the id of a [[server]]"
    );
    assert_eq!(said[50], "d.csv:52: … and 950 more");
}

#[test]
fn a_hundred_thousand_domains_load_quickly() {
    let base = tempfile::tempdir().expect("a folder");
    let rows: String =
        (0..100_000).map(|row| format!("www.d{row}.example,s{}\n", row % 200)).collect();
    fs::write(base.path().join("d.csv"), format!("domain,server\n{rows}")).expect("written");
    let servers: String =
        (0..200).map(|server| format!("[[server]]\nid = \"s{server}\"\n")).collect();
    let text = with_bot(&format!("[fleet]\ndomains_csv = \"d.csv\"\n{servers}"));
    let started = Instant::now();
    let config = read_in(base.path(), &text).expect("loads");
    let took = started.elapsed();
    println!("100,000 domains in {took:?}");
    assert_eq!(config.settings.fleet.domains.len(), 100_000);
    assert!(took < Duration::from_secs(10), "{took:?}, unoptimised");
}

#[test]
fn a_long_chain_of_components_is_followed_without_falling() {
    let count = 20_000;
    let chain: String = (0..count)
        .map(|n| {
            format!(
                "[[component]]\nid = \"c{n}\"\nkind = \"other\"\ndepends_on = [\"c{}\"]\n",
                (n + 1) % count
            )
        })
        .collect();
    let said = complaints(&with_bot(&chain));
    assert_eq!(said.len(), 1);
    assert!(said[0].contains("c0 → c1 → ") && said[0].contains(" → …"), "{}", said[0]);
}

#[test]
fn words_of_staffs_own_are_read_by_language() {
    let base = tempfile::tempdir().expect("a folder");
    let words = base.path().join("words");
    fs::create_dir_all(words.join("en")).expect("made");
    fs::create_dir_all(words.join("pt-BR")).expect("made");
    fs::write(words.join("README"), "not words").expect("written");
    fs::write(words.join("en/incident.ftl"), "a = b").expect("written");
    fs::write(words.join("en/notes.txt"), "not words").expect("written");
    fs::write(words.join("pt-BR/page.ftl"), "c = d").expect("written");
    let own = "words = \"words\"\nlanguages = [\"en\", \"pt-BR\"]";
    let config = read_in(base.path(), &with_bot(own)).expect("loads");
    assert_eq!(config.settings.languages, ["en", "pt-BR"], "a folder of words is a language");
    assert_eq!(config.settings.words.len(), 2);
    assert_eq!(config.settings.words["en"]["incident.ftl"], "a = b");
    assert_eq!(config.settings.words["en"].len(), 1);

    fs::write(words.join("en/long.ftl"), "x".repeat(300 << 10)).expect("written");
    fs::write(words.join("en/odd.ftl"), b"\xff\xfe").expect("written");
    assert_eq!(
        complaints_in(base.path(), &with_bot("words = \"words\"")),
        [
            "fleet.toml:3: found en/long.ftl: more than 262144 bytes, expected a text file of at most 256 KB",
            "fleet.toml:3: found en/odd.ftl: bytes that are not UTF-8, expected a text file of at most 256 KB",
        ]
    );
}

#[test]
fn a_torn_file_is_not_blamed_for_what_could_not_be_read() {
    let text = with_bot(
        "[[component]]\nid = \"a\nkind = \"rack\"\n[[server]]\nid = \"s1\"\ndepends_on = [\"a\"]\nadress = \"x\"",
    );
    assert_eq!(
        complaints(&text),
        [
            "fleet.toml:4: found no TOML (invalid basic string, expected `\"`), expected TOML",
            "fleet.toml:9: found unknown key `adress`, expected a key of [[server]]; did you mean `address`?",
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,200}") {
        let _ = read_in(Path::new("no/such/folder"), &text);
    }

    #[test]
    fn no_change_to_a_sound_file_makes_the_reader_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..40, "[\\[\\]{}=\"'#,.\n a-z0-9é\u{0}-]{0,8}"), 1..8),
    ) {
        let mut text: Vec<char> = EXAMPLE.chars().collect();
        for (place, cut, put) in edits {
            let from = place.index(text.len() + 1);
            let to = (from + cut).min(text.len());
            text.splice(from..to, put.chars());
        }
        let text: String = text.into_iter().collect();
        for problem in read_in(Path::new("no/such/folder"), &text).err().unwrap_or_default() {
            prop_assert!(problem.line >= 1 && problem.line <= text.lines().count() + 1);
            prop_assert!(problem.to_string().len() < 5000);
        }
    }
}

#[test]
fn what_is_decided_about_maintenance_is_read() {
    let text = with_bot("timezone = \"America/New_York\"\n")
        + "[maintenance]\nnotice = \"3d\"\nreminders = [\"2d\", \"30m\"]\noverrun = \"1h\"\n\
           [[blackout]]\nfrom = 2026-12-10\nto = \"2026-12-18\"\nreason = \"final projects\"\n\
           [[blackout]]\nfrom = \"2026-03-08T02:30\"\nto = 2026-11-01T01:30:00\nreason = \"clocks\"\n";
    let policy = read_in(Path::new(""), &text).expect("it is in order").settings.policy;
    assert_eq!(policy.maintenance.notice_s, 3 * 86_400);
    assert_eq!(policy.maintenance.reminders_s, [2 * 86_400, 1800]);
    assert_eq!(policy.maintenance.overrun_s, 3600);
    let spans: Vec<(String, String)> = policy
        .blackouts
        .iter()
        .map(|one| (one.from.to_rfc3339(), one.until.to_rfc3339()))
        .collect();
    let span = |from: &str, until: &str| (from.to_owned(), until.to_owned());
    assert_eq!(
        spans,
        [
            span("2026-12-10T05:00:00+00:00", "2026-12-19T05:00:00+00:00"),
            span("2026-03-08T06:30:00+00:00", "2026-11-01T06:30:00+00:00"),
        ],
        "the last day is part of it; of two moments the one that makes it longer"
    );
    let complaints = complaints(&with_bot(
        "[maintenance]\nask_before = \"5m\"\nreminders = [\"soon\"]\n[[blackout]]\nfrom = \"2026-12-18\"\n\
         to = \"2026-12-10\"\nreason = \"x\"\n[[blackout]]\nfrom = \"Christmas\"\n",
    ));
    let said = complaints.join("\n");
    for what in [
        "followers told before staff are asked",
        "an end that is not after the beginning",
        "`reminders` = \"soon\"",
        "`from` = \"Christmas\"",
        "[[blackout]] without `to`",
        "[[blackout]] without `reason`",
    ] {
        assert!(said.contains(what), "{what}: {said}");
    }
}
