//! Every key of the file, by section: the only list of them.
//!
//! The reader refuses what is not in here, and a test holds `bellwether.example.toml` against it.

/// The keys of one section.
#[derive(Clone, Copy, Debug)]
pub struct SectionKeys {
    /// As it is written: `[bot]`, `[[server]]`.
    pub section: &'static str,
    /// Its keys. A secret is given as `secret_env` or `secret_file`.
    pub keys: &'static [&'static str],
}

/// All sections. A `[[destination]]` has its driver's options beside these keys.
pub const SECTIONS: &[SectionKeys] = &[
    BOT,
    POLICY,
    MAINTENANCE,
    BLACKOUT,
    BLACKOUT_CALENDAR,
    JOURNAL,
    RETENTION,
    WEB,
    DISCORD,
    FLEET,
    COMPONENT,
    SERVER,
    PROBE,
    VANTAGE,
    DESTINATION,
    TOKEN,
    PROVIDER,
    UPSTREAM,
];

pub(super) const BOT: SectionKeys = SectionKeys {
    section: "[bot]",
    keys: &["name", "timezone", "data_dir", "languages", "public_url", "listen", "words"],
};
pub(super) const POLICY: SectionKeys = SectionKeys {
    section: "[policy]",
    keys: &[
        "holding_after",
        "update_every",
        "remind_before",
        "reopen_within",
        "give_up_after",
        "published_weight",
        "published_for",
    ],
};
pub(super) const MAINTENANCE: SectionKeys = SectionKeys {
    section: "[maintenance]",
    keys: &[
        "notice",
        "reminders",
        "ask_before",
        "tell_before",
        "overrun",
        "verify_within",
        "follow_notices",
        "repeat_ahead",
    ],
};
pub(super) const BLACKOUT: SectionKeys =
    SectionKeys { section: "[[blackout]]", keys: &["from", "to", "reason"] };
pub(super) const BLACKOUT_CALENDAR: SectionKeys = SectionKeys {
    section: "[[blackout_calendar]]",
    keys: &["name", "file", "url_env", "url_file", "every"],
};
pub(super) const JOURNAL: SectionKeys = SectionKeys { section: "[journal]", keys: &["reserve"] };
pub(super) const RETENTION: SectionKeys =
    SectionKeys { section: "[retention]", keys: &["personal", "probes"] };
pub(super) const WEB: SectionKeys = SectionKeys {
    section: "[web]",
    keys: &[
        "body_max",
        "connections_max",
        "reports_per_address",
        "reports_per_hour",
        "trusted_proxies",
    ],
};
pub(super) const DISCORD: SectionKeys = SectionKeys {
    section: "[discord]",
    keys: &[
        "token_env",
        "token_file",
        "guild",
        "staff_channel",
        "support_channels",
        "message_content",
        "staff_roles",
        "admin_roles",
        "presence",
        "events",
        "api",
    ],
};
pub(super) const FLEET: SectionKeys = SectionKeys { section: "[fleet]", keys: &["domains_csv"] };
pub(super) const COMPONENT: SectionKeys = SectionKeys {
    section: "[[component]]",
    keys: &[
        "id",
        "kind",
        "name",
        "public_name",
        "depends_on",
        "facets",
        "faults_per_hour",
        "accounts",
        "circuits",
        "timezone",
    ],
};
pub(super) const SERVER: SectionKeys = SectionKeys {
    section: "[[server]]",
    keys: &["id", "name", "public_name", "depends_on", "address", "domains", "faults_per_hour"],
};
pub(super) const PROBE: SectionKeys = SectionKeys {
    section: "[[probe]]",
    keys: &[
        "id",
        "server",
        "canary",
        "kind",
        "url",
        "expect_status",
        "expect_body",
        "address",
        "server_name",
        "days_left_min",
        "every",
        "timeout",
        "facet",
        "vantage",
        "baseline_loss",
    ],
};
pub(super) const VANTAGE: SectionKeys =
    SectionKeys { section: "[[vantage]]", keys: &["id", "faults_per_hour"] };
pub(super) const DESTINATION: SectionKeys = SectionKeys {
    section: "[[destination]]",
    keys: &["id", "kind", "audience", "language", "timezone"],
};
pub(super) const PROVIDER: SectionKeys =
    SectionKeys { section: "[provider]", keys: &["traceroute"] };
pub(super) const UPSTREAM: SectionKeys =
    SectionKeys { section: "[[upstream]]", keys: &["provider", "kind", "url", "every"] };
pub(super) const TOKEN: SectionKeys = SectionKeys {
    section: "[[token]]",
    keys: &["name", "role", "scopes", "secret_env", "secret_file"],
};
