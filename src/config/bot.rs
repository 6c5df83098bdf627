//! The sections that are about the bot itself: names, places, policies, limits.

use std::{
    net::{IpAddr, SocketAddr},
    path::Path,
    path::PathBuf,
};

use chrono_tz::Tz;

use crate::domain::{LANGUAGES, Policy, PublishedPolicy, WordFiles};

use super::{
    WebLimits,
    keys::{BOT, JOURNAL, POLICY, RETENTION, WEB},
    problem::nearest,
    reader::{Root, Section},
    value::{is_language, web_url},
};

const DAY_S: u64 = 86_400;

/// What `[bot]` says.
pub(super) struct Bot {
    pub(super) name: String,
    pub(super) timezone: Tz,
    pub(super) data_dir: PathBuf,
    pub(super) languages: Vec<String>,
    pub(super) public_url: Option<String>,
    pub(super) listen: SocketAddr,
    /// The folder of words and where the file names it.
    pub(super) words: Option<(PathBuf, usize)>,
}

/// Reads `[bot]`.
pub(super) fn read_bot(root: &Root<'_>, base: &Path) -> Bot {
    let mut bot = Bot {
        name: String::new(),
        timezone: Tz::UTC,
        data_dir: base.join("data"),
        languages: vec!["en".to_owned()],
        public_url: None,
        listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
        words: None,
    };
    let Some(section) = root.section(&BOT) else {
        root.missing(&BOT);
        return bot;
    };
    let name = section.required("name", "the host's name, as customers know it");
    bot.name = name.map(|at| at.value).unwrap_or_default();
    bot.timezone = read_timezone(&section).unwrap_or(bot.timezone);
    bot.languages = read_languages(&section).unwrap_or(bot.languages);
    bot.public_url = section
        .parsed("public_url", "a URL such as \"https://status.example.net\"", web_url)
        .map(|at| at.value.trim_end_matches('/').to_owned());
    let listen = "an address and port such as \"127.0.0.1:8080\"";
    if let Some(at) = section.parsed("listen", listen, |text| text.parse().ok()) {
        bot.listen = at.value;
    }
    if let Some(at) = section.text("data_dir") {
        bot.data_dir = base.join(at.value);
    }
    bot.words = section.text("words").map(|at| (base.join(at.value), at.place));
    bot
}

/// Reads `timezone`, wherever it stands.
pub(super) fn read_timezone(section: &Section<'_>) -> Option<Tz> {
    let typed = section.text("timezone")?;
    let known = typed.value.parse::<Tz>().ok();
    if known.is_none() {
        let near = nearest(&typed.value, chrono_tz::TZ_VARIANTS.iter().map(|tz| tz.name()));
        let hint = near.map(|name| format!("; did you mean \"{name}\"?")).unwrap_or_default();
        let found = format!("`timezone` = {}", super::value::quoted(&typed.value));
        let expected = format!("an IANA time zone such as \"America/New_York\"{hint}");
        section.problems.at(typed.place, found, expected);
    }
    known
}

fn read_languages(section: &Section<'_>) -> Option<Vec<String>> {
    let place = section.place_of("languages")?;
    let typed = section.texts("languages");
    if typed.is_empty() {
        section.problems.absent(place, "no language", "at least one, such as \"en\"");
    }
    let mut languages = Vec::new();
    for at in typed {
        if !is_language(&at.value) {
            let found = format!("`languages` with {}", super::value::quoted(&at.value));
            section.problems.at(at.place, found, "a language tag such as \"en\" or \"pt-BR\"");
        } else if languages.contains(&at.value) {
            let found = format!("the language \"{}\" twice", at.value);
            section.problems.at(at.place, found, "each once");
        }
        languages.push(at.value);
    }
    Some(languages)
}

/// Refuses a language that has no words: neither the built-in ones nor staff's own in `words`, nor
/// those of the language it is a kind of ("de" for "de-AT").
pub(super) fn refuse_unspoken(root: &Root<'_>, languages: &[String], words: &WordFiles) {
    let has_words = |language: &str| LANGUAGES.contains(&language) || words.contains_key(language);
    let Some(section) = root.section(&BOT) else { return };
    let place = section.place_of("languages").unwrap_or(section.place());
    for language in languages.iter().filter(|language| is_language(language)) {
        let parent = language.split('-').next().unwrap_or(language);
        if has_words(language) || has_words(parent) {
            continue;
        }
        let mut there_are: Vec<&str> =
            LANGUAGES.iter().copied().chain(words.keys().map(String::as_str)).collect();
        there_are.sort_unstable();
        there_are.dedup();
        let found = format!("the language {}", super::value::quoted(language));
        let expected = format!(
            "one that has words: {}; or a folder with its words in `bot.words`",
            there_are.join(", ")
        );
        section.problems.at(place, found, expected);
    }
}

/// Reads `[policy]`.
pub(super) fn read_policy(root: &Root<'_>) -> Policy {
    let mut policy = Policy::default();
    let Some(section) = root.section(&POLICY) else { return policy };
    policy.holding_after_s = section.span_s("holding_after", 60..=DAY_S).map(|at| at.value);
    let spans = [
        ("update_every", 60..=7 * DAY_S, &mut policy.update_every_s),
        ("remind_before", 1..=DAY_S, &mut policy.remind_before_s),
        ("reopen_within", 1..=7 * DAY_S, &mut policy.reopen_within_s),
        ("give_up_after", 60..=30 * DAY_S, &mut policy.give_up_after_s),
        ("published_for", 600..=7 * DAY_S, &mut policy.published.stale_after_s),
    ];
    for (key, range, value_s) in spans {
        if let Some(at) = section.span_s(key, range) {
            *value_s = at.value;
        }
    }
    let times_max = u64::from(PublishedPolicy::TIMES_MAX);
    if let Some(at) = section.whole("published_weight", 1..=times_max) {
        policy.published.times = u32::try_from(at.value).unwrap_or(PublishedPolicy::TIMES_MAX);
    }
    if policy.remind_before_s >= policy.update_every_s {
        let place = section.place_of("remind_before").or(section.place_of("update_every"));
        let found = "a reminder as early as the update before it";
        let place = place.unwrap_or(section.place());
        section.problems.at(place, found, "`remind_before` shorter than `update_every`");
    }
    policy
}

/// Reads `[journal]`: the reserve in bytes.
pub(super) fn read_journal(root: &Root<'_>) -> u64 {
    let section = root.section(&JOURNAL);
    let reserve = section.and_then(|section| section.size("reserve", 1 << 20..=1 << 40));
    reserve.map_or(256 << 20, |at| at.value)
}

/// Reads `[retention]`: seconds that personal values and probe results are kept.
pub(super) fn read_retention(root: &Root<'_>) -> (u64, u64) {
    let section = root.section(&RETENTION);
    let span = |key, default_s| {
        let span = section.and_then(|section| section.span_s(key, 3600..=3650 * DAY_S));
        span.map_or(default_s, |at| at.value)
    };
    (span("personal", 90 * DAY_S), span("probes", 14 * DAY_S))
}

/// Reads `[web]`.
pub(super) fn read_web(root: &Root<'_>) -> WebLimits {
    let default = WebLimits::default();
    let Some(section) = root.section(&WEB) else { return default };
    let count = |key, default: u32| {
        let count = section.whole(key, 1..=1_000_000);
        count.and_then(|at| u32::try_from(at.value).ok()).unwrap_or(default)
    };
    let body = section.size("body_max", 1 << 10..=64 << 20);
    WebLimits {
        body_bytes_max: body.map_or(default.body_bytes_max, |at| at.value),
        connections_max: count("connections_max", default.connections_max),
        reports_per_address_max: count("reports_per_address", default.reports_per_address_max),
        reports_per_hour_max: count("reports_per_hour", default.reports_per_hour_max),
    }
}

/// Reads `[web] trusted_proxies`.
pub(super) fn read_proxies(root: &Root<'_>) -> Vec<IpAddr> {
    let Some(section) = root.section(&WEB) else { return Vec::new() };
    let mut proxies = Vec::new();
    for at in section.texts("trusted_proxies") {
        match at.value.parse() {
            Ok(proxy) => proxies.push(proxy),
            Err(_) => {
                let found = format!("`trusted_proxies` with {}", super::value::quoted(&at.value));
                section.problems.at(at.place, found, "an address such as \"127.0.0.1\"");
            }
        }
    }
    proxies
}
