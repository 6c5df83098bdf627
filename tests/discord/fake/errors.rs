//! Discord's refusals, as they come over the wire: a status, a code, words, and for a bad form the
//! tree that says which field is wrong.

use serde_json::{Map, Value, json};

/// A refusal that has no details.
#[derive(Clone, Copy, Debug)]
pub struct Known(pub u16, pub u32, pub &'static str);

pub const UNAUTHORIZED: Known = Known(401, 0, "401: Unauthorized");
pub const NOT_FOUND: Known = Known(404, 0, "404: Not Found");
pub const METHOD_NOT_ALLOWED: Known = Known(405, 0, "405: Method Not Allowed");
pub const UNKNOWN_APPLICATION: Known = Known(404, 10002, "Unknown Application");
pub const UNKNOWN_CHANNEL: Known = Known(404, 10003, "Unknown Channel");
pub const UNKNOWN_GUILD: Known = Known(404, 10004, "Unknown Guild");
pub const UNKNOWN_MEMBER: Known = Known(404, 10007, "Unknown Member");
pub const UNKNOWN_MESSAGE: Known = Known(404, 10008, "Unknown Message");
pub const UNKNOWN_USER: Known = Known(404, 10013, "Unknown User");
pub const UNKNOWN_WEBHOOK: Known = Known(404, 10015, "Unknown Webhook");
pub const UNKNOWN_INTERACTION: Known = Known(404, 10062, "Unknown interaction");
pub const UNKNOWN_COMMAND: Known = Known(404, 10063, "Unknown application command");
pub const UNKNOWN_EVENT: Known = Known(404, 10070, "Unknown Guild Scheduled Event");
pub const MAX_COMMANDS: Known =
    Known(400, 30032, "Maximum number of application commands reached (100).");
pub const MAX_CREATES: Known =
    Known(400, 30034, "Max number of daily application command creates has been reached (200)");
pub const MAX_EVENTS: Known =
    Known(400, 30038, "Maximum number of uncompleted guild scheduled events reached (100)");
pub const TOO_LARGE: Known = Known(413, 40005, "Request entity too large");
pub const ALREADY_CROSSPOSTED: Known =
    Known(400, 40033, "This message has already been crossposted.");
pub const ALREADY_ACKNOWLEDGED: Known =
    Known(400, 40060, "Interaction has already been acknowledged.");
pub const MISSING_ACCESS: Known = Known(403, 50001, "Missing Access");
pub const NOT_YOUR_MESSAGE: Known =
    Known(403, 50005, "Cannot edit a message authored by another user");
pub const EMPTY_MESSAGE: Known = Known(400, 50006, "Cannot send an empty message");
pub const CANNOT_DM: Known = Known(403, 50007, "Cannot send messages to this user");
pub const MISSING_PERMISSIONS: Known = Known(403, 50013, "Missing Permissions");
pub const WRONG_CHANNEL_TYPE: Known =
    Known(400, 50024, "Cannot execute action on this channel type");
pub const BAD_WEBHOOK_TOKEN: Known = Known(401, 50027, "Invalid Webhook Token");
pub const BAD_JSON: Known = Known(400, 50109, "The request body contains invalid JSON.");
pub const THREAD_EXISTS: Known =
    Known(400, 160_004, "A thread has already been created for this message");
pub const THREAD_LOCKED: Known = Known(403, 160_005, "This thread is locked");

/// A refusal as it leaves.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// Discord's own code.
    pub code: u32,
    /// Its words.
    pub message: String,
    /// For a bad form: which field and why.
    pub errors: Option<Value>,
}

impl From<Known> for ApiError {
    fn from(Known(status, code, message): Known) -> Self {
        Self { status, code, message: message.to_owned(), errors: None }
    }
}

impl ApiError {
    /// The body.
    pub fn to_json(&self) -> Value {
        let mut body = json!({ "message": self.message, "code": self.code });
        if let Some(errors) = &self.errors {
            body["errors"] = errors.clone();
        }
        body
    }
}

/// What is wrong with a form, collected field by field.
#[derive(Debug, Default)]
pub struct Form(Vec<(String, String, String)>);

impl Form {
    /// Notes that the field at `path` (names and numbers, joined by dots) is wrong.
    pub fn add(&mut self, path: &str, code: &str, message: impl Into<String>) {
        self.0.push((path.to_owned(), code.to_owned(), message.into()));
    }

    /// The field must be there.
    pub fn required(&mut self, path: &str) {
        self.add(path, "BASE_TYPE_REQUIRED", "This field is required");
    }

    /// A text's length in characters; what is no text has none. Says whether it was a text.
    pub fn length(&mut self, value: &Value, path: &str, min: usize, max: usize) -> bool {
        let Some(text) = value.as_str() else {
            if !value.is_null() {
                let words = format!("Could not interpret \"{value}\" as string.");
                self.add(path, "STRING_TYPE_CONVERT", words);
            }
            return false;
        };
        self.count(text.chars().count(), path, min, max);
        true
    }

    /// As [`length`](Self::length), of a field that must be there.
    pub fn required_length(&mut self, value: &Value, path: &str, min: usize, max: usize) {
        if value.is_null() {
            self.required(path);
        } else {
            self.length(value, path, min, max);
        }
    }

    /// A number of characters or elements between two bounds.
    pub fn count(&mut self, count: usize, path: &str, min: usize, max: usize) {
        if (min..=max).contains(&count) {
            return;
        }
        if min == 0 {
            let words = format!("Must be {max} or fewer in length.");
            self.add(path, "BASE_TYPE_MAX_LENGTH", words);
        } else {
            let words = format!("Must be between {min} and {max} in length.");
            self.add(path, "BASE_TYPE_BAD_LENGTH", words);
        }
    }

    /// A whole number.
    pub fn integer(&mut self, value: &Value, path: &str) {
        if !value.is_null() && !value.is_i64() && !value.is_u64() {
            let words = format!("Value \"{value}\" is not int.");
            self.add(path, "NUMBER_TYPE_COERCE", words);
        }
    }

    /// One of a few whole numbers.
    pub fn choice(&mut self, value: &Value, path: &str, allowed: &[u64]) {
        if value.as_u64().is_none_or(|value| !allowed.contains(&value)) {
            let words = format!("Value must be one of {allowed:?}.");
            self.add(path, "BASE_TYPE_CHOICES", words);
        }
    }

    /// Nothing, or the refusal with the whole tree.
    pub fn into_result(self) -> Result<(), ApiError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut tree = Value::Object(Map::new());
        for (path, code, message) in self.0 {
            let mut at = &mut tree;
            for part in path.split('.').filter(|part| !part.is_empty()) {
                at = &mut at[part];
                if at.is_null() {
                    *at = json!({});
                }
            }
            let one = json!({ "code": code, "message": message });
            match at["_errors"].as_array_mut() {
                Some(errors) => errors.push(one),
                None => at["_errors"] = json!([one]),
            }
        }
        Err(ApiError {
            status: 400,
            code: 50035,
            message: "Invalid Form Body".to_owned(),
            errors: Some(tree),
        })
    }
}

/// A number in a path that is none.
pub fn not_a_snowflake(field: &str, value: &str) -> ApiError {
    let mut form = Form::default();
    form.add(field, "NUMBER_TYPE_COERCE", format!("Value \"{value}\" is not snowflake."));
    form.into_result().expect_err("just filled")
}
