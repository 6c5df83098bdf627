//! The built-in words: one line a file. Must not hold words itself.

/// The language that has every message, and to which every other falls back.
pub(super) const LANGUAGE: &str = "en";

/// File name and text of every built-in file of [`LANGUAGE`].
pub(super) const FILES: &[(&str, &str)] = &[
    ("card.ftl", include_str!("../../messages/en/card.ftl")),
    ("chat.ftl", include_str!("../../messages/en/chat.ftl")),
    ("command.ftl", include_str!("../../messages/en/command.ftl")),
    ("console.ftl", include_str!("../../messages/en/console.ftl")),
    ("delivery.ftl", include_str!("../../messages/en/delivery.ftl")),
    ("demo.ftl", include_str!("../../messages/en/demo.ftl")),
    ("destination-check.ftl", include_str!("../../messages/en/destination-check.ftl")),
    ("discord-check.ftl", include_str!("../../messages/en/discord-check.ftl")),
    ("explain.ftl", include_str!("../../messages/en/explain.ftl")),
    ("incident.ftl", include_str!("../../messages/en/incident.ftl")),
    ("intake.ftl", include_str!("../../messages/en/intake.ftl")),
    ("mail.ftl", include_str!("../../messages/en/mail.ftl")),
    ("page.ftl", include_str!("../../messages/en/page.ftl")),
    ("provider.ftl", include_str!("../../messages/en/provider.ftl")),
    ("radius.ftl", include_str!("../../messages/en/radius.ftl")),
    ("shared.ftl", include_str!("../../messages/en/shared.ftl")),
];
