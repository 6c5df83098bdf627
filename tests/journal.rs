//! The journal through its public interface: what is acknowledged stays, whatever happens.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "tests measure, and stop when something is amiss"
)]

#[path = "journal/damage.rs"]
mod damage;
#[path = "journal/disk.rs"]
mod disk;
#[path = "journal/full_disk.rs"]
mod full_disk;
#[path = "journal/golden.rs"]
mod golden;
#[path = "journal/power_loss.rs"]
mod power_loss;
#[path = "journal/support.rs"]
mod support;

#[path = "journal/stories.rs"]
mod stories;

#[path = "journal/year.rs"]
mod year;
