//! The program: flags become one command of [`bellwether::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    bellwether::cli::main()
}
