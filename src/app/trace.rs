//! The path from this machine to a server, as the machine's own `traceroute` sees it: evidence for
//! a provider's ticket, where the machine allows it.
//!
//! A program is run without a shell, without our environment (which holds secrets), with nothing
//! but fixed options and one address of the fleet file; it may take so long and print so much, and
//! is then ended with all that it started. What it prints came over a network and is tamed. Must
//! not: say anything to anybody, or fail: where there is no path, it is told why. Start at
//! [`Tracer::trace`].

use std::{
    net::IpAddr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Stdio,
};

use chrono::TimeDelta;
use futures_util::future::join_all;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::AsyncReadExt,
    process::{Child, ChildStdout, Command},
    sync::Semaphore,
};

use crate::{
    clock::Clock,
    config::Traceroute,
    engine::PacketAddress,
    render::{Facts, Words},
};

/// Addresses to which the path is traced at once.
pub const ADDRESSES_MAX: usize = 3;
/// Packets whose paths are traced at once.
const PACKETS_MAX: usize = 2;
/// How long one program may run, in the machine's time.
const PATIENCE: TimeDelta = TimeDelta::seconds(20);
/// What is read of one program, in bytes.
const OUTPUT_BYTES_MAX: usize = 16 << 10;
/// What is told of it.
const LINES_MAX: usize = 26;
const LINE_CHARACTERS_MAX: usize = 120;
/// Where a program finds what it runs in turn, as `mtr` does.
const USUAL_FOLDERS: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Signs beside letters and digits that stay in what a program printed.
const SIGNS: &str = " .,:;-+*()%!?/=|";

/// The programs that are looked for, the liked ones first, with options that keep them quick and
/// have them ask no name server.
const PROGRAMS: [(&str, &[&str]); 3] = [
    ("traceroute", &["-n", "-q", "1", "-w", "1", "-m", "20"]),
    ("tracepath", &["-n", "-m", "20"]),
    ("mtr", &["--report", "--report-wide", "--no-dns", "--report-cycles", "3"]),
];

/// Traces paths, for a few packets at a time.
#[derive(Debug)]
pub struct Tracer {
    turns: Semaphore,
    patience: TimeDelta,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Traced {
    /// No program was run.
    Not(WhyNot),
    /// What it printed, an address each.
    Paths(Vec<TracedPath>),
}

/// Why no program was run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// The configuration says so.
    Off,
    /// The machine has none.
    NoProgram,
    /// No server has an address that a program may be given.
    NoAddress,
    /// Others' paths are being traced.
    Busy,
}

/// What a program printed about one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracedPath {
    /// Whose it is.
    pub address: PacketAddress,
    /// The program's own name.
    pub program: String,
    /// Tame lines; none when it printed nothing.
    pub lines: Vec<String>,
    /// How it ended.
    pub ending: Ending,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// By itself, content.
    Done,
    /// By itself, with an error.
    Failed,
    /// It could not be started: it is not there, or may not run.
    NotStarted,
    /// It was ended because it took too long.
    Late,
    /// It was ended because it printed too much.
    Long,
}

impl Default for Tracer {
    fn default() -> Self {
        Self::patient(PATIENCE)
    }
}

impl Tracer {
    /// One that lets each program run for so long.
    pub fn patient(patience: TimeDelta) -> Self {
        Self { turns: Semaphore::new(PACKETS_MAX), patience }
    }

    /// Traces the paths to the first `addresses_max` of these addresses, all at the same time.
    pub async fn trace(
        &self,
        how: &Traceroute,
        addresses: Vec<PacketAddress>,
        addresses_max: usize,
    ) -> Traced {
        if *how == Traceroute::Off {
            return Traced::Not(WhyNot::Off);
        }
        let most = addresses_max.min(ADDRESSES_MAX);
        let addresses: Vec<PacketAddress> =
            addresses.into_iter().filter(|one| is_address(&one.address)).take(most).collect();
        if addresses.is_empty() {
            return Traced::Not(WhyNot::NoAddress);
        }
        let Some(program) = program(how.clone()).await else {
            return Traced::Not(WhyNot::NoProgram);
        };
        let Ok(_turn) = self.turns.try_acquire() else { return Traced::Not(WhyNot::Busy) };
        let runs = addresses.into_iter().map(|address| self.run(&program, address));
        Traced::Paths(join_all(runs).await)
    }

    async fn run(&self, program: &Path, address: PacketAddress) -> TracedPath {
        let (printed, ending) = self.output_of(program, &address.address).await;
        let lines = tame(&printed);
        let program = tame(name(program).as_bytes()).concat();
        TracedPath { address, program, lines, ending }
    }

    async fn output_of(&self, program: &Path, address: &str) -> (Vec<u8>, Ending) {
        let mut printed = Vec::new();
        let Ok((mut running, mut output)) = Running::start(program, address) else {
            return (printed, Ending::NotStarted);
        };
        let work = async {
            if !read(&mut output, &mut printed).await {
                return Ending::Long;
            }
            match running.0.wait().await {
                Ok(status) if status.success() => Ending::Done,
                Ok(_) | Err(_) => Ending::Failed,
            }
        };
        // Programs of the machine keep its time, whatever pace a demo has.
        let ending = Clock::system().timeout(self.patience, work).await.unwrap_or(Ending::Late);
        (printed, ending)
    }
}

/// A program that runs, and ends with all that it started when this is dropped.
struct Running(Child);

impl Running {
    fn start(program: &Path, address: &str) -> std::io::Result<(Self, ChildStdout)> {
        let mut command = Command::new(program);
        command
            .args(options(program))
            .arg(address)
            .env_clear()
            .env("LC_ALL", "C")
            .env("PATH", USUAL_FOLDERS)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true);
        let mut child = command.spawn()?;
        let output = child.stdout.take().ok_or(std::io::ErrorKind::BrokenPipe)?;
        Ok((Self(child), output))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Only while it is not waited for its number is sure to be its own.
        let id = self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(id) = id {
            let _ = kill_process_group(id, Signal::KILL);
        }
    }
}

/// Reads until the end, or until it is too much: `false`.
async fn read(output: &mut ChildStdout, printed: &mut Vec<u8>) -> bool {
    let mut chunk = [0; 1024];
    while printed.len() < OUTPUT_BYTES_MAX {
        match output.read(&mut chunk).await {
            Ok(0) | Err(_) => return true,
            Ok(count) => printed.extend_from_slice(&chunk[..count]),
        }
    }
    false
}

/// Whether a program may be given it: an IP address or a host's name, and no option by any reading.
fn is_address(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let is_host = text.len() <= 253 && text.split('.').all(is_label);
    text.parse::<IpAddr>().is_ok() || is_host
}

/// The program to run, looked for on a thread that may wait for a disk.
async fn program(how: Traceroute) -> Option<PathBuf> {
    let find = move || match how {
        Traceroute::Off => None,
        Traceroute::Program(path) => is_program(&path).then_some(path),
        Traceroute::Found(folders) => {
            let mut places = PROGRAMS
                .iter()
                .flat_map(|(name, _)| folders.iter().map(move |folder| folder.join(name)));
            places.find(|path| is_program(path))
        }
    };
    tokio::task::spawn_blocking(find).await.ok().flatten()
}

fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

fn name(program: &Path) -> String {
    program.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The options of the program that its name begins with; another one is taken for a `traceroute`.
fn options(program: &Path) -> &'static [&'static str] {
    let name = name(program);
    let known = PROGRAMS.iter().find(|(known, _)| name.starts_with(known));
    known.map_or(PROGRAMS[0].1, |(_, options)| options)
}

/// The first lines of what was printed, with no sign that means something to who shows them.
fn tame(printed: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(printed);
    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    lines
        .take(LINES_MAX)
        .map(|line| line.chars().take(LINE_CHARACTERS_MAX).map(harmless).collect())
        .collect()
}

fn harmless(sign: char) -> char {
    match sign {
        '\t' => ' ',
        _ if sign.is_ascii_alphanumeric() || SIGNS.contains(sign) => sign,
        _ => '?',
    }
}

impl Traced {
    /// It in words, to stand under a packet.
    pub fn say(&self, words: &Words, language: &str) -> String {
        match self {
            Self::Not(why) => {
                let why = match why {
                    WhyNot::Off => "off",
                    WhyNot::NoProgram => "program",
                    WhyNot::NoAddress => "address",
                    WhyNot::Busy => "busy",
                };
                words.say(language, "packet-trace-none", &Facts::new().text("why", why))
            }
            Self::Paths(paths) => {
                let told: Vec<String> =
                    paths.iter().map(|path| path.say(words, language)).collect();
                told.join("\n")
            }
        }
    }
}

impl TracedPath {
    fn say(&self, words: &Words, language: &str) -> String {
        let ending = match self.ending {
            Ending::Done => "done",
            Ending::Failed => "failed",
            Ending::NotStarted => "not_started",
            Ending::Late => "late",
            Ending::Long => "long",
        };
        let facts = Facts::new()
            .text("server", self.address.server.clone())
            .text("address", self.address.address.clone())
            .text("program", self.program.clone())
            .text("ending", ending);
        if self.lines.is_empty() {
            return words.say(language, "packet-trace-nothing", &facts);
        }
        let head = words.say(language, "packet-trace", &facts);
        format!("{head}\n{}", self.lines.join("\n"))
    }
}
