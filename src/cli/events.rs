//! What commands that work on recorded events have in common: opening them, the fleet they
//! are about, and printing what was found.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Write, stdin},
    path::Path,
};

use anyhow::{Context, bail};
use flate2::bufread::MultiGzDecoder;

use crate::{
    broadcast,
    config::{self, Config, SecretsWanted},
};

/// The lines of a file, unpacked when its name ends in `.gz`; `-` is standard input.
pub(super) fn open(path: &Path) -> anyhow::Result<Box<dyn BufRead>> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(stdin().lock()));
    }
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let file = BufReader::new(file);
    if path.extension().is_some_and(|extension| extension == "gz") {
        return Ok(Box::new(BufReader::new(MultiGzDecoder::new(file))));
    }
    Ok(Box::new(file))
}

/// Reads a configuration without its secrets; what is wrong with it is printed.
pub(super) fn fleet(path: &Path) -> anyhow::Result<Config> {
    match config::load(path, &broadcast::specs(), SecretsWanted::Skip) {
        Ok(config) => Ok(config),
        Err(problems) => {
            for problem in &problems {
                eprintln!("{problem}");
            }
            bail!(super::problems_in(problems.len(), path));
        }
    }
}

/// Prints; that somebody looks at the first lines only (`| head`) is no error.
pub(super) fn print(text: &str) -> io::Result<()> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
