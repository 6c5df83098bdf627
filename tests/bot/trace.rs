//! The path to a server under an evidence packet, by programs that behave and programs that do not.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use bellwether::{
    app::trace::{Ending, Traced, TracedPath, Tracer, WhyNot},
    config::Traceroute,
    engine::PacketAddress,
};
use chrono::TimeDelta;

use super::harness::{Home, Receiver, eventually};

/// Writes a program; by another process, as none can be run while somebody has it open to write.
fn write_program(path: &Path, lines: &str) {
    let write = "printf '%s' \"$1\" > \"$0\" && chmod +x \"$0\"";
    let status = Command::new("sh").args(["-c", write]).arg(path).arg(lines).status();
    assert!(status.expect("a shell").success());
}

/// Traces with such a program, which gets a second.
async fn traced(lines: &str, addresses: &[&str]) -> Traced {
    let dir = tempfile::tempdir().expect("a directory");
    let program = dir.path().join("traceroute");
    write_program(&program, lines);
    trace(&Tracer::patient(TimeDelta::seconds(1)), program, addresses).await
}

async fn trace(tracer: &Tracer, program: PathBuf, addresses: &[&str]) -> Traced {
    let named =
        |address: &&str| PacketAddress { server: "s1".to_owned(), address: (*address).to_owned() };
    let addresses = addresses.iter().map(named).collect();
    tracer.trace(&Traceroute::Program(program), addresses, 9).await
}

fn only(traced: Traced) -> TracedPath {
    match traced {
        Traced::Paths(mut paths) if paths.len() == 1 => paths.remove(0),
        Traced::Paths(_) | Traced::Not(_) => panic!("one path: {traced:?}"),
    }
}

const POLITE: &str = "#!/bin/sh
echo \"given $*\"
echo \"secret ${TOKEN_OF_TIM-unknown}\"
printf ' 2  <@99> \\033[31m`x` *\\n'
";

#[tokio::test]
async fn a_packet_ends_with_what_the_machines_traceroute_prints() {
    let (_receiver, address) = Receiver::start().await;
    let home = Home::new(address);
    let given = [("s1", "192.0.2.10"), ("s2", "--help"), ("s3", "2001:db8::3")];
    home.edit(|config| {
        given.iter().fold(config, |config, (server, address)| {
            let id = format!("[[server]]\nid = \"{server}\"\n");
            config.replace(&id, &format!("{id}address = \"{address}\"\n"))
        })
    });
    let programs = home.path().join("programs");
    std::fs::create_dir(&programs).expect("a directory");
    write_program(&programs.join("traceroute"), POLITE);
    let bot = home.start_with(&[("PATH", &programs), ("TOKEN_OF_TIM", Path::new("a-secret"))]);
    let none = bot.staff("upstream packet").await;
    assert_eq!(none, "No incident is open. Which one: upstream packet ID");
    bot.staff("incident open \"Trouble\" --servers s1,s2,s3").await;

    let short = bot.staff("upstream packet").await;
    let path = short.split_once("From our machine").expect("a path").1;
    assert_eq!(
        path,
        " to s1 (192.0.2.10), by traceroute:\ngiven -n -q 1 -w 1 -m 20 192.0.2.10\n\
         secret unknown\n 2  ??99? ??31m?x? *"
    );
    let long = bot.staff("upstream packet 1 --long").await;
    assert!(long.contains("-m 20 192.0.2.10\n") && long.contains("-m 20 2001:db8::3\n"), "{long}");
    assert!(!long.contains("-m 20 --help"), "{long}");

    std::fs::remove_file(programs.join("traceroute")).expect("removing the program");
    let without = bot.staff("upstream packet").await;
    assert!(without.ends_with("has no traceroute, tracepath or mtr that may run."), "{without}");
    home.edit(|config| config + "\n[provider]\ntraceroute = \"off\"\n");
    bot.hang_up();
    eventually("it is switched off", async || {
        let packet = bot.staff("upstream packet").await;
        packet.ends_with("No path traced: traceroute is switched off here.").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_program_that_hangs_is_ended_with_all_that_it_started() {
    let lines = "#!/bin/sh\nsleep 600 &\necho \"$!\"\nwait\n";
    let path = only(traced(lines, &["192.0.2.1"]).await);
    assert_eq!(path.ending, Ending::Late);
    let stat = format!("/proc/{}/stat", path.lines[0]);
    eventually("its child is gone", async || {
        let stat = std::fs::read_to_string(&stat).unwrap_or_else(|_| "0 (sleep) Z".to_owned());
        stat.contains(") Z").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_program_that_prints_ten_megabytes_is_ended_and_little_is_kept() {
    let lines = "#!/bin/sh\nyes 0123456789 | tr '\\n' 'x' | head -c 10000000\nsleep 600\n";
    let path = only(traced(lines, &["host-1.example.net"]).await);
    assert_eq!((path.ending, path.lines.len()), (Ending::Long, 1));
    assert_eq!(path.lines[0].len(), 120);
    let path = only(traced("#!/bin/sh\nyes\n", &["192.0.2.1"]).await);
    assert_eq!((path.ending, path.lines.len()), (Ending::Long, 26));
}

#[tokio::test]
async fn a_program_that_fails_or_cannot_run_is_told_of() {
    let path = only(traced("#!/bin/sh\necho no >&2\nexit 3\n", &["192.0.2.1"]).await);
    assert_eq!((path.ending, path.lines), (Ending::Failed, Vec::new()));
    let path = only(traced("#!/no/such/shell\n", &["192.0.2.1"]).await);
    assert_eq!((path.ending, path.lines), (Ending::NotStarted, Vec::new()));
    let tracer = Tracer::default();
    let dir = tempfile::tempdir().expect("a directory");
    let no_program = dir.path().join("traceroute");
    std::fs::write(&no_program, "#!/bin/sh\n").expect("a file that may not run");
    for nothing_to_run in [dir.path().join("none"), dir.path().to_owned(), no_program] {
        let traced = trace(&tracer, nothing_to_run.clone(), &["192.0.2.1"]).await;
        assert_eq!(traced, Traced::Not(WhyNot::NoProgram), "{nothing_to_run:?}");
    }
}

#[tokio::test]
async fn nothing_but_addresses_is_given_to_a_program() {
    let long = format!("{}a", "a.".repeat(127));
    for no_address in [
        "",
        "-f",
        "--help",
        "a.-b",
        "a b",
        "a;b",
        "$(id)",
        "a/b",
        "a\nb",
        "ä.example",
        "a..b",
        &long,
    ] {
        let traced = traced("#!/bin/sh\necho run\n", &[no_address]).await;
        assert_eq!(traced, Traced::Not(WhyNot::NoAddress), "{no_address}");
    }
    let several = ["-1", "192.0.2.1", "::1", "s1.example.net", "192.0.2.4"];
    let print_last = "#!/bin/sh\nshift 6\necho \"$*\"\n";
    let Traced::Paths(paths) = traced(print_last, &several).await else { panic!("no paths") };
    let lines: Vec<String> = paths.into_iter().flat_map(|path| path.lines).collect();
    assert_eq!(lines, ["20 192.0.2.1", "20 ::1", "20 s1.example.net"]);
}

#[tokio::test]
async fn few_programs_run_at_the_same_time() {
    let dir = tempfile::tempdir().expect("a directory");
    let program = dir.path().join("traceroute");
    write_program(&program, "#!/bin/sh\nsleep 600\n");
    let tracer = Tracer::patient(TimeDelta::seconds(1));
    let one = || trace(&tracer, program.clone(), &["192.0.2.1"]);
    let (first, second, third) = tokio::join!(one(), one(), one());
    let all = [first, second, third];
    let busy = all.iter().filter(|traced| **traced == Traced::Not(WhyNot::Busy)).count();
    assert_eq!(busy, 1, "{all:?}");
    assert_eq!(only(one().await).ending, Ending::Late);
}
