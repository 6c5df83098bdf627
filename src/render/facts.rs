//! The facts that fill a message's placeholders. Must not hold words of ours.

use chrono_tz::Tz;
use fluent_bundle::{FluentArgs, FluentValue, types::FluentNumber};

use crate::domain::Timestamp;

use super::phrases::{clock_time, percent};

/// Named values for one message, built in a chain: `Facts::new().text("server", "s1").number("checks", 214)`.
#[derive(Debug, Default)]
pub struct Facts(FluentArgs<'static>);

impl Facts {
    /// No facts yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A text, put in as it is. Text from outside must have gone through
    /// [`neutralise`](super::neutralise).
    pub fn text(self, name: &str, value: impl Into<String>) -> Self {
        self.set(name, FluentValue::String(value.into().into()))
    }

    /// A number, shown plainly ("12345") and usable for plural forms. One that is not finite is
    /// shown as "?".
    pub fn number(self, name: &str, value: impl Into<FluentNumber>) -> Self {
        let number = value.into();
        if number.value.is_finite() {
            self.set(name, FluentValue::Number(number))
        } else {
            self.text(name, "?")
        }
    }

    /// A share of one as a percentage: 0.11 is "11 %".
    pub fn percent(self, name: &str, share: f64) -> Self {
        self.text(name, percent(share))
    }

    /// A moment as the time of day in `timezone`: "22:00 EST".
    pub fn time(self, name: &str, moment: Timestamp, timezone: Tz) -> Self {
        self.text(name, clock_time(moment, timezone))
    }

    pub(super) fn args(&self) -> &FluentArgs<'static> {
        &self.0
    }

    fn set(mut self, name: &str, value: FluentValue<'static>) -> Self {
        self.0.set(name.to_owned(), value);
        self
    }
}
