//! What goes to a provider's ticket desk: `[provider]`.

use std::path::{Path, PathBuf};

use super::{keys::PROVIDER, reader::Root};

/// How the path to a server is traced for an evidence packet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Traceroute {
    /// By the first of `traceroute`, `tracepath` and `mtr` that is found in these folders of `PATH`.
    Found(Vec<PathBuf>),
    /// By this program.
    Program(PathBuf),
    /// Not at all.
    #[default]
    Off,
}

/// Reads `[provider]`.
pub(super) fn read(root: &Root<'_>) -> Traceroute {
    let Some(section) = root.section(&PROVIDER) else { return on_path() };
    let expected = "\"off\", or where the program is, such as \"/usr/bin/traceroute\"";
    let read = section.parsed("traceroute", expected, |text| match text {
        "off" => Some(Traceroute::Off),
        path if Path::new(path).is_absolute() && !path.chars().any(char::is_control) => {
            Some(Traceroute::Program(path.into()))
        }
        _ => None,
    });
    read.map_or_else(on_path, |at| at.value)
}

fn on_path() -> Traceroute {
    let path = std::env::var_os("PATH").unwrap_or_default();
    Traceroute::Found(std::env::split_paths(&path).filter(|one| one.is_absolute()).collect())
}
