//! Rules for scheduled events.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::super::{clock::Moment, errors::Form};

/// A moment in the body.
pub fn moment(value: &Value) -> Option<Moment> {
    let parsed = DateTime::parse_from_rfc3339(value.as_str()?).ok()?;
    Some(parsed.with_timezone(&Utc))
}

/// Holds an event, as it would be, against the rules. `is_new` or its times changed: they must lie
/// ahead.
pub fn check(form: &mut Form, event: &Value, now: Moment, is_moved: bool) {
    form.required_length(&event["name"], "name", 1, 100);
    form.length(&event["description"], "description", 0, 1000);
    form.choice(&event["privacy_level"], "privacy_level", &[2]);
    form.choice(&event["entity_type"], "entity_type", &[1, 2, 3]);
    let starts_at = moment(&event["scheduled_start_time"]);
    if starts_at.is_none() {
        form.required("scheduled_start_time");
    }
    if event["entity_type"] == 3 {
        let location = &event["entity_metadata"]["location"];
        form.required_length(location, "entity_metadata.location", 1, 100);
        if moment(&event["scheduled_end_time"]).is_none() {
            form.required("scheduled_end_time");
        }
        if !event["channel_id"].is_null() {
            form.add("channel_id", "BASE_TYPE_MUST_BE_NULL", "This field must be null");
        }
    }
    let (Some(starts_at), true) = (starts_at, is_moved) else { return };
    if starts_at < now {
        let words = "Cannot schedule event in the past.";
        form.add("scheduled_start_time", "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST", words);
    }
    if moment(&event["scheduled_end_time"]).is_some_and(|ends_at| ends_at <= starts_at) {
        let words = "Cannot schedule event with end time before start time.";
        form.add("scheduled_end_time", "GUILD_SCHEDULED_EVENT_END_BEFORE_START", words);
    }
}

/// Whether an event may go from one status to another.
pub fn may_become(from: u64, to: u64) -> bool {
    from == to || matches!((from, to), (1, 2 | 4) | (2, 3))
}
