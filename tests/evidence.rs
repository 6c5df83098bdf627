//! The evidence method: its golden numbers, a second, slow implementation beside it, and what it
//! says of a day's faults.
#![allow(
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail loudly, and looks at some of many outputs"
)]

#[path = "evidence/agreement.rs"]
mod agreement;
#[path = "evidence/fleets.rs"]
mod fleets;
#[path = "evidence/golden.rs"]
mod golden;
#[path = "evidence/naive.rs"]
mod naive;
#[path = "evidence/streams.rs"]
mod streams;
