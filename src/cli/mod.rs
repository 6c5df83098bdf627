//! To be written.

use std::process::ExitCode;

/// Runs one command.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
