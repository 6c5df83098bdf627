//! `bellwether simulate`: a fleet, its history, and the truth about it.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use flate2::{Compression, write::GzEncoder};

use crate::app::simulate::{Breaks, Extra, Manner, Plan, Simulation};

/// Flags of `simulate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many servers, 2 to 20000.
    #[arg(long, value_parser = clap::value_parser!(u32).range(2..=20_000))]
    servers: u32,
    /// The same seed gives the same files.
    #[arg(long)]
    seed: u64,
    /// How long the history is.
    #[arg(long, default_value_t = 3.0)]
    hours: f64,
    /// What breaks.
    #[arg(long, value_enum, default_value = "mixed")]
    fault: Breaks,
    /// The share of checks it makes bad, 0 to 1; drawn when not given.
    #[arg(long)]
    loss: Option<f64>,
    /// How it shows; drawn when not given and faults are mixed, else even.
    #[arg(long, value_enum)]
    manner: Option<Manner>,
    /// What else there is; several with commas.
    #[arg(long = "with", value_enum, value_delimiter = ',')]
    extras: Vec<Extra>,
    /// Write events.jsonl.gz in place of events.jsonl.
    #[arg(long)]
    gzip: bool,
    /// The folder for fleet.toml, events.jsonl and truth.json; made when it is not there.
    #[arg(long)]
    out: PathBuf,
}

/// Writes the three files and says what is in them.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let simulation = Simulation::of(&Plan {
        servers: args.servers.try_into().unwrap_or(usize::MAX),
        seed: args.seed,
        hours: args.hours,
        fault: args.fault,
        loss: args.loss,
        manner: args.manner,
        extras: args.extras.clone(),
    });
    fs::create_dir_all(&args.out)
        .with_context(|| format!("cannot make the folder {}", args.out.display()))?;
    let mut file = create(&args.out, "fleet.toml")?;
    simulation.write_fleet(&mut file)?;
    file.flush()?;
    let mut file = create(&args.out, "truth.json")?;
    simulation.write_truth(&mut file)?;
    file.flush()?;
    let events = if args.gzip {
        let mut packed = GzEncoder::new(create(&args.out, "events.jsonl.gz")?, Compression::fast());
        let events = simulation.write_events(&mut packed)?;
        packed.finish()?.flush()?;
        events
    } else {
        let mut file = create(&args.out, "events.jsonl")?;
        let events = simulation.write_events(&mut file)?;
        file.flush()?;
        events
    };
    println!("{}: {events} events, seed {}", args.out.display(), args.seed);
    Ok(ExitCode::SUCCESS)
}

fn create(folder: &Path, name: &str) -> anyhow::Result<BufWriter<File>> {
    let path = folder.join(name);
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(BufWriter::new(file))
}
