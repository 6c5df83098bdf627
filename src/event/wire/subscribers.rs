//! What subscribers say, as dumps and scenario files hold it.

use crate::domain::Topic;

use super::{COMMON, ERROR_LENGTH_MAX, WireBody, WireError, fields::Fields};

pub(super) fn subscribe(fields: &mut Fields<'_>) -> Result<WireBody, WireError> {
    let (word, place) = fields.name_at("topic")?;
    let topic: Topic = word.parse().map_err(|_| {
        fields.unknown_word("topic", place, &word, &["all", "server:", "component:"])
    })?;
    let body = WireBody::Subscribe {
        person: fields.name("person")?,
        source: fields.name("source")?,
        topic,
        confirmed: fields.flag("confirmed")?,
        key: fields.optional_name("key")?,
    };
    fields.finish(&["person", "source", "topic", "confirmed", "key"], &COMMON)?;
    Ok(body)
}

pub(super) fn confirm(fields: &mut Fields<'_>) -> Result<WireBody, WireError> {
    let body = WireBody::Confirm { person: fields.name("person")?, key: fields.name("key")? };
    fields.finish(&["person", "key"], &COMMON)?;
    Ok(body)
}

pub(super) fn unsubscribe(fields: &mut Fields<'_>) -> Result<WireBody, WireError> {
    let (person, key) = (fields.name("person")?, fields.optional_name("key")?);
    fields.finish(&["person", "key"], &COMMON)?;
    Ok(WireBody::Unsubscribe { person, key })
}

pub(super) fn bounced(fields: &mut Fields<'_>) -> Result<WireBody, WireError> {
    let (person, reason) = (fields.name("person")?, fields.text("reason", ERROR_LENGTH_MAX)?);
    fields.finish(&["person", "reason"], &COMMON)?;
    Ok(WireBody::Bounced { person, reason })
}
