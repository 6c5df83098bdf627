//! The picture beside a post's words, as drivers need it: drawn, brought over in little time, and done
//! without where it cannot be had.
//!
//! An upload before the post may be made any number of times; the words leave once. Must not: hold
//! the words back for longer than [`brought_over`] lets it.

use std::{
    collections::{BTreeMap, VecDeque},
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::TimeDelta;
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};

use crate::{
    clock::Clock,
    config::OptionSpec,
    domain::Audience,
    event::{Post, Receipt},
    render::chart,
};

/// Whether public updates there bring a picture where there is one.
pub(super) const PICTURES: OptionSpec = OptionSpec {
    name: "pictures",
    required: false,
    secret: false,
    expects: "true or false",
    fits: OptionSpec::is_flag,
    audiences: &[Audience::Public],
};

/// What a picture is called there.
pub(super) const FILE_NAME: &str = "chart.png";
/// What it is.
pub(super) const MEDIA_TYPE: &str = "image/png";

/// How long the words wait for a picture, from its drawing on.
const WAIT_S: i64 = 15;

/// Pictures that are kept for the next destination, or the next attempt.
const KEPT_MAX: usize = 8;

/// A picture that is being drawn, or is done; it goes on when nobody waits for it any longer.
type Drawing = Shared<BoxFuture<'static, Option<Arc<Vec<u8>>>>>;

/// The latest drawings by their texts, oldest first, also those that are not done yet: an update to
/// many destinations is drawn once.
static KEPT: Mutex<VecDeque<(String, Drawing)>> = Mutex::new(VecDeque::new());

/// A picture, and what it shows.
pub(super) struct Drawn<'a> {
    pub(super) png: Arc<Vec<u8>>,
    pub(super) alt: &'a str,
}

/// Whether a destination with these options takes pictures.
pub(super) fn is_on(options: &BTreeMap<String, String>) -> bool {
    options.get(PICTURES.name).is_some_and(|flag| flag == "true")
}

/// A post's picture of at most so many bytes; `None` where it has none. Takes as long as it takes:
/// for [`brought_over`].
///
/// # Errors
///
/// Why it is to be done without, in few words.
pub(super) async fn drawn(post: &Post, bytes_max: usize) -> Result<Option<Drawn<'_>>, String> {
    let Some(picture) = &post.picture else { return Ok(None) };
    let png = drawing_of(&picture.svg).await.ok_or("it cannot be drawn")?;
    if png.len() > bytes_max {
        return Err("it is too large".to_owned());
    }
    Ok(Some(Drawn { png, alt: &picture.alt }))
}

/// The drawing of a picture, begun unless it is kept.
fn drawing_of(svg: &str) -> Drawing {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    // What came to nothing may be tried again.
    kept.retain(|(_, drawing)| drawing.peek().is_none_or(Option::is_some));
    if let Some((_, drawing)) = kept.iter().find(|(known, _)| known == svg) {
        return drawing.clone();
    }
    let text = svg.to_owned();
    // Drawing keeps a processor busy for a while.
    let png = tokio::task::spawn_blocking(move || chart::png(&text).map(Arc::new));
    let drawing = async { png.await.ok().flatten() }.boxed().shared();
    if kept.len() == KEPT_MAX {
        kept.pop_front();
    }
    kept.push_back((svg.to_owned(), drawing.clone()));
    drawing
}

/// What work at a picture (its drawing, its upload, its end) comes to within the time that words wait
/// for it.
///
/// # Errors
///
/// Why not, in few words.
pub(super) async fn brought_over<T>(
    clock: &Clock,
    work: impl Future<Output = Result<T, String>>,
) -> Result<T, String> {
    let brought = clock.timeout(TimeDelta::seconds(WAIT_S), work).await;
    brought.unwrap_or_else(|_| Err("timeout".to_owned()))
}

/// What staff are told of words that left without their picture.
pub(super) fn lost(reason: &str) -> String {
    format!("it stands there without its picture ({reason})")
}

/// The same where nobody knows why.
pub(super) fn lost_for(post: &Post, is_there: bool) -> Option<String> {
    let is_missing = post.picture.is_some() && !is_there;
    is_missing.then(|| "it stands there without its picture".to_owned())
}

/// A receipt with a remark more.
pub(super) fn with_remark(receipt: Receipt, more: Option<String>) -> Receipt {
    let remarks: Vec<String> = receipt.remark.into_iter().chain(more).collect();
    let remark = (!remarks.is_empty()).then(|| remarks.join("; "));
    Receipt { remark, ..receipt }
}
