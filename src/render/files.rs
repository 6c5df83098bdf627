//! The built-in words: one line a file. Must not hold words itself.

/// The language that has every message, and to which every other falls back.
pub(super) const LANGUAGE: &str = "en";

/// File name and text.
type Files = &'static [(&'static str, &'static str)];

/// What only staff read, in [`LANGUAGE`] alone.
pub(super) const STAFF: Files = &[
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
    ("maintenance.ftl", include_str!("../../messages/en/maintenance.ftl")),
    ("provider.ftl", include_str!("../../messages/en/provider.ftl")),
    ("radius.ftl", include_str!("../../messages/en/radius.ftl")),
];

/// What customers and followers read: every language has every message of these.
pub(super) const PUBLIC: &[(&str, Files)] = &[("en", EN), ("de", DE), ("es", ES), ("fr", FR)];

const EN: Files = &[
    ("chart-public.ftl", include_str!("../../messages/en/chart-public.ftl")),
    ("chat-public.ftl", include_str!("../../messages/en/chat-public.ftl")),
    ("form.ftl", include_str!("../../messages/en/form.ftl")),
    ("incident-public.ftl", include_str!("../../messages/en/incident-public.ftl")),
    ("mail.ftl", include_str!("../../messages/en/mail.ftl")),
    ("maintenance-public.ftl", include_str!("../../messages/en/maintenance-public.ftl")),
    ("page.ftl", include_str!("../../messages/en/page.ftl")),
    ("shared.ftl", include_str!("../../messages/en/shared.ftl")),
];

const DE: Files = &[
    ("chart-public.ftl", include_str!("../../messages/de/chart-public.ftl")),
    ("chat-public.ftl", include_str!("../../messages/de/chat-public.ftl")),
    ("form.ftl", include_str!("../../messages/de/form.ftl")),
    ("incident-public.ftl", include_str!("../../messages/de/incident-public.ftl")),
    ("mail.ftl", include_str!("../../messages/de/mail.ftl")),
    ("maintenance-public.ftl", include_str!("../../messages/de/maintenance-public.ftl")),
    ("page.ftl", include_str!("../../messages/de/page.ftl")),
    ("shared.ftl", include_str!("../../messages/de/shared.ftl")),
];

const ES: Files = &[
    ("chart-public.ftl", include_str!("../../messages/es/chart-public.ftl")),
    ("chat-public.ftl", include_str!("../../messages/es/chat-public.ftl")),
    ("form.ftl", include_str!("../../messages/es/form.ftl")),
    ("incident-public.ftl", include_str!("../../messages/es/incident-public.ftl")),
    ("mail.ftl", include_str!("../../messages/es/mail.ftl")),
    ("maintenance-public.ftl", include_str!("../../messages/es/maintenance-public.ftl")),
    ("page.ftl", include_str!("../../messages/es/page.ftl")),
    ("shared.ftl", include_str!("../../messages/es/shared.ftl")),
];

const FR: Files = &[
    ("chart-public.ftl", include_str!("../../messages/fr/chart-public.ftl")),
    ("chat-public.ftl", include_str!("../../messages/fr/chat-public.ftl")),
    ("form.ftl", include_str!("../../messages/fr/form.ftl")),
    ("incident-public.ftl", include_str!("../../messages/fr/incident-public.ftl")),
    ("mail.ftl", include_str!("../../messages/fr/mail.ftl")),
    ("maintenance-public.ftl", include_str!("../../messages/fr/maintenance-public.ftl")),
    ("page.ftl", include_str!("../../messages/fr/page.ftl")),
    ("shared.ftl", include_str!("../../messages/fr/shared.ftl")),
];

/// The texts of every built-in file of `language`; none for a language that is not built in.
pub(super) fn texts(language: &str) -> Vec<&'static str> {
    let public = PUBLIC.iter().filter(|(one, _)| *one == language).flat_map(|(_, files)| *files);
    let staff = STAFF.iter().filter(|_| language == LANGUAGE);
    public.chain(staff).map(|(_, text)| *text).collect()
}
