//! The networks' fakes, as the tests of destinations and of mail have them.

#[path = "../destinations/fake.rs"]
pub mod fake;
#[path = "../mail/smtp.rs"]
pub mod smtp;
#[path = "../common/subscribers.rs"]
pub mod subscribers;
#[path = "../common/worlds/mod.rs"]
pub mod worlds;
