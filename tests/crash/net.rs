//! The networks' fakes, as the tests of destinations have them.

#[path = "../destinations/fake.rs"]
pub mod fake;
#[path = "../common/worlds/mod.rs"]
pub mod worlds;
