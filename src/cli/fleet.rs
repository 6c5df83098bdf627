//! `bellwether fleet radius`: what each component can take down, and what would lower the worst.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Subcommand};

use crate::{
    app::{radius, replay::Format},
    render::Words,
};

use super::events;

/// `bellwether fleet …`
#[derive(Debug, Args)]
pub struct FleetArgs {
    #[command(subcommand)]
    command: FleetCommand,
}

#[derive(Debug, Subcommand)]
enum FleetCommand {
    /// The share of customers that each component can take down, and the best change
    Radius {
        /// The fleet
        #[arg(long)]
        config: PathBuf,
        /// How it is printed
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
        /// Rows of the table; JSON has them all
        #[arg(long, default_value_t = 30)]
        rows: usize,
    },
}

/// Runs `bellwether fleet …`.
pub fn run(args: &FleetArgs) -> anyhow::Result<ExitCode> {
    let FleetCommand::Radius { config, format, rows } = &args.command;
    let settings = events::fleet(config)?.settings;
    let radius = radius::Radius::of(&settings.fleet);
    match format {
        Format::Json => events::print(&serde_json::to_string(&radius)?)?,
        Format::Text => {
            let words = Words::with(&settings.words).unwrap_or_else(|_| Words::built_in());
            events::print(&radius::told(&words, "en", &radius, *rows))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
