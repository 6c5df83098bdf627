//! To be written.

pub mod journal;

use std::process::ExitCode;

/// Runs one command.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
