//! The fields that Discord knows. It ignores any other without a word, so that a misspelled
//! `alowed_mentions` pings everybody: the fake tells the test.

use serde_json::Value;

use super::items;

const MESSAGE: &[&str] = &[
    "content",
    "nonce",
    "tts",
    "embeds",
    "allowed_mentions",
    "message_reference",
    "components",
    "sticker_ids",
    "attachments",
    "flags",
    "enforce_nonce",
    "poll",
    "shared_client_theme",
    "payload_json",
    "thread_name",
    "applied_tags",
    "username",
    "avatar_url",
];
const ALLOWED_MENTIONS: &[&str] = &["parse", "users", "roles", "replied_user"];
const REFERENCE: &[&str] = &["type", "message_id", "channel_id", "guild_id", "fail_if_not_exists"];
const EMBED: &[&str] = &[
    "title",
    "type",
    "description",
    "url",
    "timestamp",
    "color",
    "footer",
    "image",
    "thumbnail",
    "video",
    "provider",
    "author",
    "fields",
    "flags",
];
const COMPONENT: &[&str] = &[
    "type",
    "id",
    "components",
    "style",
    "label",
    "emoji",
    "custom_id",
    "sku_id",
    "url",
    "disabled",
    "options",
    "placeholder",
    "min_values",
    "max_values",
    "channel_types",
    "default_values",
    "required",
    "min_length",
    "max_length",
    "value",
    "description",
    "component",
    "accessory",
    "content",
    "items",
    "media",
    "spoiler",
    "file",
    "divider",
    "spacing",
    "accent_color",
];
const COMMAND: &[&str] = &[
    "id",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "options",
    "default_member_permissions",
    "dm_permission",
    "default_permission",
    "integration_types",
    "contexts",
    "type",
    "nsfw",
    "handler",
];
const OPTION: &[&str] = &[
    "type",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "required",
    "choices",
    "options",
    "channel_types",
    "min_value",
    "max_value",
    "min_length",
    "max_length",
    "autocomplete",
];
const CHOICE: &[&str] = &["name", "name_localizations", "value"];
const EVENT: &[&str] = &[
    "channel_id",
    "entity_metadata",
    "name",
    "privacy_level",
    "scheduled_start_time",
    "scheduled_end_time",
    "description",
    "entity_type",
    "image",
    "recurrence_rule",
    "status",
];
const THREAD: &[&str] = &[
    "name",
    "auto_archive_duration",
    "rate_limit_per_user",
    "type",
    "invitable",
    "message",
    "applied_tags",
];

/// The fields of a body, sorted into places, that nobody knows.
#[derive(Debug, Default)]
pub struct Unknown(pub Vec<String>);

impl Unknown {
    fn hold(&mut self, value: &Value, path: &str, known: &[&str]) {
        let fields = value.as_object().into_iter().flat_map(|fields| fields.keys());
        let strange = fields.filter(|name| !known.contains(&name.as_str()));
        self.0.extend(strange.map(|name| format!("{path}/{name}")));
    }

    /// A message.
    pub fn message(mut self, body: &Value) -> Self {
        self.hold(body, "", MESSAGE);
        self.hold(&body["allowed_mentions"], "/allowed_mentions", ALLOWED_MENTIONS);
        self.hold(&body["message_reference"], "/message_reference", REFERENCE);
        for (at, embed) in items(&body["embeds"]).iter().enumerate() {
            let path = format!("/embeds/{at}");
            self.hold(embed, &path, EMBED);
            self.hold(
                &embed["footer"],
                &format!("{path}/footer"),
                &["text", "icon_url", "proxy_icon_url"],
            );
            self.hold(
                &embed["author"],
                &format!("{path}/author"),
                &["name", "url", "icon_url", "proxy_icon_url"],
            );
            for field in items(&embed["fields"]) {
                self.hold(field, &format!("{path}/fields"), &["name", "value", "inline"]);
            }
        }
        self.components(items(&body["components"]), "/components");
        self
    }

    /// An interaction's callback.
    pub fn callback(mut self, body: &Value) -> Self {
        self.hold(body, "", &["type", "data"]);
        let data = &body["data"];
        match body["type"].as_u64() {
            Some(8) => {
                self.hold(data, "/data", &["choices"]);
                for choice in items(&data["choices"]) {
                    self.hold(choice, "/data/choices", CHOICE);
                }
                self
            }
            Some(9) => {
                self.hold(data, "/data", &["custom_id", "title", "components"]);
                self.components(items(&data["components"]), "/data/components");
                self
            }
            _ => self.message(data),
        }
    }

    /// One command or a list of them.
    pub fn commands(mut self, body: &Value) -> Self {
        let all = body.as_array().map_or(std::slice::from_ref(body), Vec::as_slice);
        for (at, command) in all.iter().enumerate() {
            self.hold(command, &format!("/{at}"), COMMAND);
            self.options(items(&command["options"]), &format!("/{at}/options"));
        }
        self
    }

    /// A scheduled event.
    pub fn event(mut self, body: &Value) -> Self {
        self.hold(body, "", EVENT);
        self.hold(&body["entity_metadata"], "/entity_metadata", &["location"]);
        self
    }

    /// A thread.
    pub fn thread(mut self, body: &Value) -> Self {
        self.hold(body, "", THREAD);
        self
    }

    fn options(&mut self, options: &[Value], path: &str) {
        for (at, option) in options.iter().enumerate() {
            let path = format!("{path}/{at}");
            self.hold(option, &path, OPTION);
            for choice in items(&option["choices"]) {
                self.hold(choice, &format!("{path}/choices"), CHOICE);
            }
            self.options(items(&option["options"]), &format!("{path}/options"));
        }
    }

    fn components(&mut self, components: &[Value], path: &str) {
        for (at, component) in components.iter().enumerate() {
            let path = format!("{path}/{at}");
            self.hold(component, &path, COMPONENT);
            self.components(items(&component["components"]), &format!("{path}/components"));
        }
    }
}
