//! How long a driver may take for a whole post, lookup or check, whatever it asks for meanwhile, and
//! what it means when that is not enough.

use std::future::Future;

use chrono::TimeDelta;

use crate::{
    clock::Clock,
    event::{Receipt, Resolution, SendError},
};

use super::{CheckError, Checked};

/// A driver's attempt ends within a minute.
const SEND_S: i64 = 55;
const ASK_S: i64 = 50;
const TOO_LATE: &str = "timeout";

/// An attempt to send: what did not come to its end may have arrived.
pub(super) async fn sent_in_time(
    clock: &Clock,
    work: impl Future<Output = Result<Receipt, SendError>>,
) -> Result<Receipt, SendError> {
    let sent = clock.timeout(TimeDelta::seconds(SEND_S), work).await;
    sent.unwrap_or_else(|_| Err(SendError::Unknown(TOO_LATE.to_owned())))
}

/// A lookup.
pub(super) async fn looked_up_in_time(
    clock: &Clock,
    work: impl Future<Output = Resolution>,
) -> Resolution {
    let looked = clock.timeout(TimeDelta::seconds(ASK_S), work).await;
    looked.unwrap_or_else(|_| Resolution::AskLater(TOO_LATE.to_owned()))
}

/// A check.
pub(super) async fn checked_in_time(
    clock: &Clock,
    work: impl Future<Output = Result<Checked, CheckError>>,
) -> Result<Checked, CheckError> {
    let checked = clock.timeout(TimeDelta::seconds(ASK_S), work).await;
    checked.unwrap_or_else(|_| Err(CheckError::NoAnswer(TOO_LATE.to_owned())))
}
