//! The staff grammar: lines as people type them, and the exact answers.
#![allow(clippy::expect_used, reason = "tests")]

use bellwether::{
    command::{
        Arg, BUTTON_ID_BYTES_MAX, Button, Command, CommandSpec, Kind, Line, Place, TABLE, help,
        markdown_table, may, parse,
    },
    domain::{AsShown, DraftId, Impact, IncidentId, IncidentState, NoticeId, Role, WindowId},
    render::Words,
};
use proptest::prelude::*;

/// What a line is read as, or the answer that its writer gets.
fn read(line: &str) -> String {
    let words = Words::built_in();
    match parse(line) {
        Ok((Line::Command(command), spec)) => format!("{}: {command:?}", spec.name),
        Ok((Line::Query(query), spec)) => format!("{}? {query:?}", spec.name),
        Err(error) => error.say(&words.sayer("en")),
    }
}

fn table(lines: &[&str]) -> String {
    let shown = |line: &str| line.replace(|c: char| c.is_control() && c != '\n', "␀");
    let rows = lines.iter().map(|line| format!("> {}\n{}", shown(line), read(line)));
    rows.collect::<Vec<_>>().join("\n")
}

#[test]
fn good_lines_are_read_as_they_are_meant() {
    let read = table(&[
        "incident open \"Sites load slowly\" --servers s1,s2 --impact major",
        "incident open Sites load slowly --servers=s1",
        "incident update 1 \"We found the switch.\" --state identified --publish",
        "incident update #1 \"still working\"",
        "incident resolve 1",
        "incident resolve 1 \"All is well again.\" --publish",
        "incident false-alarm 2",
        "incident post-mortem 2 https://blog.example.net/why --publish",
        "incident show 1",
        "incident list",
        "draft show 3",
        "draft edit 3 \"first line\nsecond \\\"line\\\"\"",
        "draft publish 3",
        "draft publish 3 --revision 2",
        "draft publish 3 --anyway",
        "draft dismiss 3",
        "draft wait 3 15m",
        "draft wait 3 1h30m",
        "draft list",
        "reports list",
        "reports assign r-17 s1",
        "reports dismiss 4f00ba7",
        "suspects",
        "tried \"rebooted s1: no change\"",
        "tried rebooted Bob's server --incident 2",
        "upstream said hivelocity \"unaware of any issues\"",
        "upstream window 3 --length 45m --revision 2",
        "upstream window 3",
        "note \"on a plane until 22:00\"",
        "deliveries",
        "retry 3F2A91BC04D1 --not-there",
        "retry 3f2a91bc",
        "status",
        "reload",
        "help",
        "help incident open",
    ]);
    insta::assert_snapshot!(read, @r#"
    > incident open "Sites load slowly" --servers s1,s2 --impact major
    incident open: IncidentOpen { title: "Sites load slowly", servers: [ServerId("s1"), ServerId("s2")], impact: Major }
    > incident open Sites load slowly --servers=s1
    incident open: IncidentOpen { title: "Sites load slowly", servers: [ServerId("s1")], impact: Minor }
    > incident update 1 "We found the switch." --state identified --publish
    incident update: IncidentUpdate { incident: IncidentId(1), kind: Identified, text: "We found the switch.", publish: true }
    > incident update #1 "still working"
    incident update: IncidentUpdate { incident: IncidentId(1), kind: Update, text: "still working", publish: false }
    > incident resolve 1
    incident resolve: IncidentResolve { incident: IncidentId(1), text: None, publish: false, seen: None }
    > incident resolve 1 "All is well again." --publish
    incident resolve: IncidentResolve { incident: IncidentId(1), text: Some("All is well again."), publish: true, seen: None }
    > incident false-alarm 2
    incident false-alarm: IncidentFalseAlarm { incident: IncidentId(2), seen: None }
    > incident post-mortem 2 https://blog.example.net/why --publish
    incident post-mortem: IncidentPostMortem { incident: IncidentId(2), text: "https://blog.example.net/why", publish: true }
    > incident show 1
    incident show? IncidentShow(IncidentId(1))
    > incident list
    incident list? IncidentList
    > draft show 3
    draft show? DraftShow(DraftId(3))
    > draft edit 3 "first line
    second \"line\""
    draft edit: DraftEdit { draft: DraftId(3), text: "first line\nsecond \"line\"", language: None, revision: None }
    > draft publish 3
    draft publish: DraftPublish { draft: DraftId(3), revision: None, anyway: false }
    > draft publish 3 --revision 2
    draft publish: DraftPublish { draft: DraftId(3), revision: Some(2), anyway: false }
    > draft publish 3 --anyway
    draft publish: DraftPublish { draft: DraftId(3), revision: None, anyway: true }
    > draft dismiss 3
    draft dismiss: DraftDismiss { draft: DraftId(3) }
    > draft wait 3 15m
    draft wait: DraftWait { draft: DraftId(3), wait_s: 900 }
    > draft wait 3 1h30m
    draft wait: DraftWait { draft: DraftId(3), wait_s: 5400 }
    > draft list
    draft list? DraftList
    > reports list
    reports list? ReportsList
    > reports assign r-17 s1
    reports assign: ReportsAssign { report: ReportId("r-17"), server: ServerId("s1") }
    > reports dismiss 4f00ba7
    reports dismiss: ReportsDismiss { report: ReportId("4f00ba7") }
    > suspects
    suspects? Suspects
    > tried "rebooted s1: no change"
    tried: Tried { what: "rebooted s1: no change", incident: None }
    > tried rebooted Bob's server --incident 2
    tried: Tried { what: "rebooted Bob's server", incident: Some(IncidentId(2)) }
    > upstream said hivelocity "unaware of any issues"
    upstream said: UpstreamSaid { who: "hivelocity", words: "unaware of any issues", incident: None }
    > upstream window 3 --length 45m --revision 2
    upstream window: UpstreamWindow { notice: NoticeId(3), length_s: Some(2700), revision: Some(2) }
    > upstream window 3
    upstream window: UpstreamWindow { notice: NoticeId(3), length_s: None, revision: None }
    > note "on a plane until 22:00"
    note: Note { words: "on a plane until 22:00", incident: None }
    > deliveries
    deliveries? Deliveries
    > retry 3F2A91BC04D1 --not-there
    retry: Retry { post: "3f2a91bc04d1", not_there: true }
    > retry 3f2a91bc
    retry: Retry { post: "3f2a91bc", not_there: false }
    > status
    status? Status
    > reload
    reload: Reload
    > help
    help? Help { topic: None }
    > help incident open
    help? Help { topic: Some("incident open") }
    "#);
}

#[test]
fn lines_typed_on_a_phone_are_understood() {
    let read = table(&[
        "Incident Open “Sites load slowly” —servers s1, --impact Major",
        "/incident open ‘It’s slow’ –servers “s1, s2,s1”",
        "  DRAFT   publish  #3   —anyway ",
        "upstream said „Hivelocity DC“ «unaware»",
        "note “a \\” inside”",
        "draft wait 3 2D",
        "tried \"--publish is no option here\"",
    ]);
    insta::assert_snapshot!(read, @r#"
    > Incident Open “Sites load slowly” —servers s1, --impact Major
    incident open: IncidentOpen { title: "Sites load slowly", servers: [ServerId("s1")], impact: Major }
    > /incident open ‘It’s slow’ –servers “s1, s2,s1”
    incident open: IncidentOpen { title: "It’s slow", servers: [ServerId("s1"), ServerId("s2")], impact: Minor }
    >   DRAFT   publish  #3   —anyway 
    draft publish: DraftPublish { draft: DraftId(3), revision: None, anyway: true }
    > upstream said „Hivelocity DC“ «unaware»
    upstream said: UpstreamSaid { who: "Hivelocity DC", words: "unaware", incident: None }
    > note “a \” inside”
    note: Note { words: "a ” inside", incident: None }
    > draft wait 3 2D
    draft wait: DraftWait { draft: DraftId(3), wait_s: 172800 }
    > tried "--publish is no option here"
    tried: Tried { what: "--publish is no option here", incident: None }
    "#);
}

#[test]
fn bad_lines_are_answered_with_what_was_found_and_how_it_is_typed() {
    let read = table(&[
        "",
        "   ",
        "hello there",
        "statsu",
        "incident",
        "incident opne \"x\" --servers s1",
        "incidnet list",
        "incident open \"x\"",
        "incident open --servers s1",
        "incident open \"\" --servers s1",
        "incident open \"x\" --servers",
        "incident open \"x\" --servers --impact major",
        "incident open \"x\" --servers ,",
        "incident open \"x\" --servers s1;s2",
        "incident open \"x\" --servers s1 --impact huge",
        "incident open \"x\" --servers s1 --servers s2",
        "incident open \"x\" \"y\" --servers s1",
        "incident open \"x\" --server s1",
        "incident open \"x --servers s1",
        "incident update",
        "incident update one \"text\"",
        "incident update 0 \"text\"",
        "incident update 1",
        "incident update 1 \"We found it.\" --publsh",
        "incident update 1 \"text\" --state resolved",
        "incident update 1 we -- are",
        "incident resolve 1 --publish",
        "incident show 99999999999999999999999",
        "incident show -1",
        "draft publish 3 now",
        "draft publish 3 --revision",
        "draft publish 3 --revision 4294967296",
        "draft wait 3",
        "draft wait 3 15",
        "draft wait 3 0m",
        "draft wait 3 30m1h",
        "draft wait 3 8d",
        "draft wait 3 99999999999999999999d",
        "reports assign r-17",
        "reports assign r 17 s1",
        "reports dismiss <script>",
        "note",
        "note \"\"",
        "upstream said",
        "upstream said hivelocity",
        "upstream hivelocity \"x\"",
        "suspects now",
        "note nul\0byte",
        "note \u{1b}[31mred",
        "\"incident list\"",
        "--publish",
    ]);
    insta::assert_snapshot!(read, @r#"
    > 
    Nothing to do: type “help” to see the commands.
    >    
    Nothing to do: type “help” to see the commands.
    > hello there
    There is no command “hello”.
    > statsu
    There is no command “statsu”. Did you mean “status”?
    > incident
    “incident” needs a second word: incident open, incident update, incident resolve, incident false-alarm, incident post-mortem, incident show, incident list.
    > incident opne "x" --servers s1
    There is no command “incident opne”. Did you mean “incident open”?
    > incidnet list
    There is no command “incidnet list”. Did you mean “incident list”?
    > incident open "x"
    Missing: --servers.
    Usage: incident open "title" --servers s1,s2 [--impact minor|major|critical]
    > incident open --servers s1
    Missing: title.
    Usage: incident open "title" --servers s1,s2 [--impact minor|major|critical]
    > incident open "" --servers s1
    Missing: title.
    Usage: incident open "title" --servers s1,s2 [--impact minor|major|critical]
    > incident open "x" --servers
    --servers needs a value.
    Usage: incident open "title" --servers s1,s2 [--impact minor|major|critical]
    > incident open "x" --servers --impact major
    --servers needs a value.
    Usage: incident open "title" --servers s1,s2 [--impact minor|major|critical]
    > incident open "x" --servers ,
    servers: found “,”, expected server ids with commas between, such as s1,s2.
    Usage: incident open "title" --servers s1,s2 [--impact minor|major|critical]
    > incident open "x" --servers s1;s2
    servers: found “s1;s2”, expected server ids with commas between, such as s1,s2.
    Usage: incident open "title" --servers s1,s2 [--impact minor|major|critical]
    > incident open "x" --servers s1 --impact huge
    impact: found “huge”, expected one of: minor, major, critical.
    Usage: incident open "title" --servers s1,s2 [--impact minor|major|critical]
    > incident open "x" --servers s1 --servers s2
    --servers may stand only once.
    Usage: incident open "title" --servers s1,s2 [--impact minor|major|critical]
    > incident open "x" "y" --servers s1
    “y” is too much here; put quotes around a text of several words.
    Usage: incident open "title" --servers s1,s2 [--impact minor|major|critical]
    > incident open "x" --server s1
    There is no option “--server” here. Did you mean “--servers”?
    Usage: incident open "title" --servers s1,s2 [--impact minor|major|critical]
    > incident open "x --servers s1
    The quote that " opens has no end.
    > incident update
    Missing: ID.
    Usage: incident update ID "text" [--state identified|monitoring] [--publish]
    > incident update one "text"
    ID: found “one”, expected a number such as 3.
    Usage: incident update ID "text" [--state identified|monitoring] [--publish]
    > incident update 0 "text"
    ID: found “0”, expected a number such as 3.
    Usage: incident update ID "text" [--state identified|monitoring] [--publish]
    > incident update 1
    Missing: text.
    Usage: incident update ID "text" [--state identified|monitoring] [--publish]
    > incident update 1 "We found it." --publsh
    There is no option “--publsh” here. Did you mean “--publish”?
    Usage: incident update ID "text" [--state identified|monitoring] [--publish]
    > incident update 1 "text" --state resolved
    state: found “resolved”, expected one of: identified, monitoring.
    Usage: incident update ID "text" [--state identified|monitoring] [--publish]
    > incident update 1 we -- are
    There is no option “--” here.
    Usage: incident update ID "text" [--state identified|monitoring] [--publish]
    > incident resolve 1 --publish
    Missing: text.
    Usage: incident resolve ID ["text" [--publish]]
    > incident show 99999999999999999999999
    ID: found “99999999999999999999999”, expected a number such as 3.
    Usage: incident show ID
    > incident show -1
    ID: found “-1”, expected a number such as 3.
    Usage: incident show ID
    > draft publish 3 now
    “now” is too much here; put quotes around a text of several words.
    Usage: draft publish ID [--revision N] [--anyway]
    > draft publish 3 --revision
    --revision needs a value.
    Usage: draft publish ID [--revision N] [--anyway]
    > draft publish 3 --revision 4294967296
    revision: found “4294967296”, expected a number such as 3.
    Usage: draft publish ID [--revision N] [--anyway]
    > draft wait 3
    Missing: how long.
    Usage: draft wait ID 15m
    > draft wait 3 15
    how long: found “15”, expected a time such as 15m, 1h30m or 2d, at most 7d.
    Usage: draft wait ID 15m
    > draft wait 3 0m
    how long: found “0m”, expected a time such as 15m, 1h30m or 2d, at most 7d.
    Usage: draft wait ID 15m
    > draft wait 3 30m1h
    how long: found “30m1h”, expected a time such as 15m, 1h30m or 2d, at most 7d.
    Usage: draft wait ID 15m
    > draft wait 3 8d
    how long: found “8d”, expected a time such as 15m, 1h30m or 2d, at most 7d.
    Usage: draft wait ID 15m
    > draft wait 3 99999999999999999999d
    how long: found “99999999999999999999d”, expected a time such as 15m, 1h30m or 2d, at most 7d.
    Usage: draft wait ID 15m
    > reports assign r-17
    Missing: SERVER.
    Usage: reports assign REPORT SERVER
    > reports assign r 17 s1
    “s1” is too much here; put quotes around a text of several words.
    Usage: reports assign REPORT SERVER
    > reports dismiss <script>
    REPORT: found “<script>”, expected an id without spaces.
    Usage: reports dismiss REPORT
    > note
    Missing: words.
    Usage: note "words" [--incident ID]
    > note ""
    Missing: words.
    Usage: note "words" [--incident ID]
    > upstream said
    Missing: COMPONENT.
    Usage: upstream said COMPONENT "words" [--incident ID]
    > upstream said hivelocity
    Missing: words.
    Usage: upstream said COMPONENT "words" [--incident ID]
    > upstream hivelocity "x"
    “upstream” needs a second word: upstream said, upstream packet, upstream notices, upstream window.
    > suspects now
    “now” is too much here; put quotes around a text of several words.
    Usage: suspects
    > note nul␀byte
    There is a control character (U+0000) in the line; please type it again.
    > note ␀[31mred
    There is a control character (U+001B) in the line; please type it again.
    > "incident list"
    There is no command “incident list”.
    > --publish
    There is no command “--publish”.
    "#);
}

#[test]
fn maintenance_is_planned_in_one_line() {
    let read = table(&[
        "maintenance schedule s1,sw-1 2026-12-01T22:00 2h \"New disks\" \"Sites will be slow.\" --zone europe/berlin",
        "maintenance schedule s1 2026-12-01 22:00 1h30m New disks for s1 --incident 3",
        "maintenance schedule s1 now 30m “New disks”",
        "maintenance move 3 22:00 --length 1h",
        "maintenance extend #3 30m",
        "maintenance publish 3 --revision 2",
        "maintenance words 3 Sites will be slow",
        "maintenance list",
        "maintenance show 3",
        "maintenance schedule s1 soon 1h \"New disks\"",
        "maintenance schedule s1 2026-02-30T22:00 1h \"New disks\"",
        "maintenance schedule s1 2026-12-01 \"New disks\"",
        "maintenance schedule , now 1h \"New disks\"",
        "maintenance schedule s1 now 8d \"New disks\"",
        "maintenance schedule s1 now 1h",
        "maintenance schedule s1 now 1h \"New disks\" --zone EDT",
        "maintenance extend 3",
        "maintenance postpone 3",
        "maintenance schedule s1 now 1h Updates --repeat freq=daily;count=3 --except 2026-12-29,2026-12-24,2026-12-29",
        "maintenance schedule s1 now 1h Updates --repeat FREQ=HOURLY",
        "maintenance schedule s1 now 1h Updates --repeat daily",
        "maintenance schedule s1 now 1h Updates --except 2026-12-29",
        "maintenance move 3 22:00 --repeat FREQ=DAILY",
        "maintenance skip 3 2026-12-29",
        "maintenance skip 3 tuesday",
        "maintenance cancel 3 --following",
    ]);
    insta::assert_snapshot!(read, @r#"
    > maintenance schedule s1,sw-1 2026-12-01T22:00 2h "New disks" "Sites will be slow." --zone europe/berlin
    maintenance schedule: Maintenance(Schedule(Plan { targets: ["s1", "sw-1"], start: At(LocalTime { date: Some(2026-12-01), time: 22:00:00, offset: None }), length_s: 7200, title: "New disks", words: Some("Sites will be slow."), zone: Some(Europe/Berlin), incident: None, repeat: None, except: [] }))
    > maintenance schedule s1 2026-12-01 22:00 1h30m New disks for s1 --incident 3
    maintenance schedule: Maintenance(Schedule(Plan { targets: ["s1"], start: At(LocalTime { date: Some(2026-12-01), time: 22:00:00, offset: None }), length_s: 5400, title: "New disks for s1", words: None, zone: None, incident: Some(IncidentId(3)), repeat: None, except: [] }))
    > maintenance schedule s1 now 30m “New disks”
    maintenance schedule: Maintenance(Schedule(Plan { targets: ["s1"], start: Now, length_s: 1800, title: "New disks", words: None, zone: None, incident: None, repeat: None, except: [] }))
    > maintenance move 3 22:00 --length 1h
    maintenance move: Maintenance(Move { window: WindowId(3), start: At(LocalTime { date: None, time: 22:00:00, offset: None }), length_s: Some(3600), zone: None, following: false, repeat: None })
    > maintenance extend #3 30m
    maintenance extend: Maintenance(Extend { window: WindowId(3), by_s: 1800, revision: None })
    > maintenance publish 3 --revision 2
    maintenance publish: Maintenance(Publish { window: WindowId(3), revision: Some(2) })
    > maintenance words 3 Sites will be slow
    maintenance words: Maintenance(Words { window: WindowId(3), text: "Sites will be slow" })
    > maintenance list
    maintenance list? MaintenanceList
    > maintenance show 3
    maintenance show? MaintenanceShow(WindowId(3))
    > maintenance schedule s1 soon 1h "New disks"
    start: found “soon”, expected a time such as 2026-12-01T22:00, 2026-12-01T22:00-05:00, 22:00 or now.
    Usage: maintenance schedule s1,sw-1 2026-12-01T22:00 2h "title" ["more public words"] [--zone America/New_York] [--incident ID] [--repeat FREQ=WEEKLY;BYDAY=TU] [--except 2026-12-29,2027-01-05]
    > maintenance schedule s1 2026-02-30T22:00 1h "New disks"
    start: found “2026-02-30T22:00”, expected a time such as 2026-12-01T22:00, 2026-12-01T22:00-05:00, 22:00 or now.
    Usage: maintenance schedule s1,sw-1 2026-12-01T22:00 2h "title" ["more public words"] [--zone America/New_York] [--incident ID] [--repeat FREQ=WEEKLY;BYDAY=TU] [--except 2026-12-29,2027-01-05]
    > maintenance schedule s1 2026-12-01 "New disks"
    start: found “2026-12-01 New disks”, expected a time such as 2026-12-01T22:00, 2026-12-01T22:00-05:00, 22:00 or now.
    Usage: maintenance schedule s1,sw-1 2026-12-01T22:00 2h "title" ["more public words"] [--zone America/New_York] [--incident ID] [--repeat FREQ=WEEKLY;BYDAY=TU] [--except 2026-12-29,2027-01-05]
    > maintenance schedule , now 1h "New disks"
    targets: found “,”, expected ids of servers or components with commas between, such as s1,sw-1.
    Usage: maintenance schedule s1,sw-1 2026-12-01T22:00 2h "title" ["more public words"] [--zone America/New_York] [--incident ID] [--repeat FREQ=WEEKLY;BYDAY=TU] [--except 2026-12-29,2027-01-05]
    > maintenance schedule s1 now 8d "New disks"
    how long: found “8d”, expected a time such as 15m, 1h30m or 2d, at most 7d.
    Usage: maintenance schedule s1,sw-1 2026-12-01T22:00 2h "title" ["more public words"] [--zone America/New_York] [--incident ID] [--repeat FREQ=WEEKLY;BYDAY=TU] [--except 2026-12-29,2027-01-05]
    > maintenance schedule s1 now 1h
    Missing: title.
    Usage: maintenance schedule s1,sw-1 2026-12-01T22:00 2h "title" ["more public words"] [--zone America/New_York] [--incident ID] [--repeat FREQ=WEEKLY;BYDAY=TU] [--except 2026-12-29,2027-01-05]
    > maintenance schedule s1 now 1h "New disks" --zone EDT
    zone: found “EDT”, expected a time zone such as America/New_York.
    Usage: maintenance schedule s1,sw-1 2026-12-01T22:00 2h "title" ["more public words"] [--zone America/New_York] [--incident ID] [--repeat FREQ=WEEKLY;BYDAY=TU] [--except 2026-12-29,2027-01-05]
    > maintenance extend 3
    Missing: how long.
    Usage: maintenance extend ID 30m [--revision N]
    > maintenance postpone 3
    There is no command “maintenance postpone”. Did you mean “maintenance start”?
    > maintenance schedule s1 now 1h Updates --repeat freq=daily;count=3 --except 2026-12-29,2026-12-24,2026-12-29
    maintenance schedule: Maintenance(Schedule(Plan { targets: ["s1"], start: Now, length_s: 3600, title: "Updates", words: None, zone: None, incident: None, repeat: Some(Rule(FREQ=DAILY;COUNT=3)), except: [2026-12-24, 2026-12-29] }))
    > maintenance schedule s1 now 1h Updates --repeat FREQ=HOURLY
    repeat: found “FREQ=HOURLY”, expected a rule that falls once a day at most: FREQ is DAILY, WEEKLY, MONTHLY or YEARLY, and the time of day is that of the beginning.
    Usage: maintenance schedule s1,sw-1 2026-12-01T22:00 2h "title" ["more public words"] [--zone America/New_York] [--incident ID] [--repeat FREQ=WEEKLY;BYDAY=TU] [--except 2026-12-29,2027-01-05]
    > maintenance schedule s1 now 1h Updates --repeat daily
    repeat: found “daily”, expected a rule of days such as FREQ=WEEKLY;BYDAY=TU or FREQ=MONTHLY;BYDAY=1SU;COUNT=12.
    Usage: maintenance schedule s1,sw-1 2026-12-01T22:00 2h "title" ["more public words"] [--zone America/New_York] [--incident ID] [--repeat FREQ=WEEKLY;BYDAY=TU] [--except 2026-12-29,2027-01-05]
    > maintenance schedule s1 now 1h Updates --except 2026-12-29
    Missing: --repeat.
    Usage: maintenance schedule s1,sw-1 2026-12-01T22:00 2h "title" ["more public words"] [--zone America/New_York] [--incident ID] [--repeat FREQ=WEEKLY;BYDAY=TU] [--except 2026-12-29,2027-01-05]
    > maintenance move 3 22:00 --repeat FREQ=DAILY
    maintenance move: Maintenance(Move { window: WindowId(3), start: At(LocalTime { date: None, time: 22:00:00, offset: None }), length_s: None, zone: None, following: true, repeat: Some(Rule(FREQ=DAILY)) })
    > maintenance skip 3 2026-12-29
    maintenance skip: Maintenance(Skip { window: WindowId(3), days: [2026-12-29] })
    > maintenance skip 3 tuesday
    days: found “tuesday”, expected days with commas between, such as 2026-12-29,2027-01-05.
    Usage: maintenance skip ID 2026-12-29,2027-01-05
    > maintenance cancel 3 --following
    maintenance cancel: Maintenance(Cancel { window: WindowId(3), following: true })
    "#);
}

#[test]
fn a_line_is_read_up_to_4000_characters() {
    let line = |characters: usize| format!("note {}", "ü".repeat(characters - 5));
    assert!(parse(&line(4000)).is_ok());
    assert_eq!(read(&line(4001)), "That is too long: at most 4000 characters.");
    let long_word = "x".repeat(3000);
    assert!(read(&long_word).chars().count() < 100);
}

#[test]
fn help_shows_each_role_what_it_may_type() {
    let words = Words::built_in();
    let help = |role, topic| help(&words.sayer("en"), role, topic);
    insta::assert_snapshot!(help(Role::Customer, None), @r#"
    maintenance list
        Lists what maintenance is planned or under way.
    status
        Says how things stand.
    help [command]
        Says what you can type, or how one command works.

    Quotes around the last text may be left out. An incident that is not named is the open one.
    "#);
    insta::assert_snapshot!(help(Role::Staff, Some("draft")), @r#"
    draft show ID
        Shows a draft's words and what they rest on.
    draft edit ID "text" [--language de|en|es|fr] [--revision N]
        Puts your words into a draft; with --language they are its translation into another language.
    draft publish ID [--revision N] [--anyway]
        Approves a draft: it goes out. If the evidence changed since, you are shown what; --anyway publishes all the same.
    draft dismiss ID
        Decides that a draft is not said.
    draft wait ID 15m
        Asks again later.
    draft list
        Lists the drafts that wait for an answer.
    "#);
    insta::assert_snapshot!(help(Role::Staff, Some("Incident open")), @r#"
    incident open "title" --servers s1,s2 [--impact minor|major|critical]
        Opens an incident by hand and drafts its first update.
    "#);
    insta::assert_snapshot!(help(Role::Staff, Some("incident opne")), @r#"There is no command “incident opne”. Did you mean “incident open”?"#);
    assert!(!help(Role::Customer, Some("draft")).contains("publish"));
    for spec in TABLE {
        assert!(help(Role::Admin, None).contains(&spec.usage()));
        assert_eq!(help(Role::Staff, None).contains(&spec.usage()), may(spec, Role::Staff));
        assert!(may(spec, Role::Admin) && may(spec, spec.role));
        assert_eq!(may(spec, Role::Customer), spec.role == Role::Customer);
    }
}

#[test]
fn every_command_has_a_help_line_and_its_own_name_and_usage() {
    let words = Words::built_in();
    for (place, spec) in TABLE.iter().enumerate() {
        assert!(words.has(spec.about_key), "{} lacks {}", spec.name, spec.about_key);
        assert!(spec.usage().starts_with(spec.name), "{}", spec.usage());
        assert!(TABLE[..place].iter().all(|other| other.name != spec.name), "{} twice", spec.name);
    }
}

/// A line with the arguments that `wanted` picks, each as its description says.
fn line_of(spec: &CommandSpec, wanted: impl Fn(&Arg) -> bool) -> String {
    let mut line = spec.name.to_owned();
    for arg in spec.args.iter().filter(|arg| wanted(arg)) {
        let value = match arg.kind {
            Kind::Incident | Kind::Draft | Kind::Window | Kind::Number => "7",
            Kind::Report => "ab12",
            Kind::Post => "3f2a91bc04d1",
            Kind::Server | Kind::Servers | Kind::Component | Kind::Targets => "s1",
            Kind::Moment => "2026-12-01 22:00",
            Kind::Zone => "Europe/Berlin",
            Kind::Span => "15m",
            Kind::Seen => "investigating.minor.1.0",
            Kind::Rule => "FREQ=WEEKLY;BYDAY=TU",
            Kind::Days => "2026-12-29,2027-01-05",
            Kind::Text => "some words",
            Kind::Topic => "note",
            Kind::Choice(words) => words.last().expect("a choice has words"),
            Kind::Flag => "",
        };
        line += &match arg.place {
            Place::Word | Place::Text => format!(" \"{value}\""),
            Place::Option => format!(" --{} \"{value}\"", arg.name),
            Place::Flag | Place::FlagOfText => format!(" --{}", arg.name),
        };
    }
    line
}

#[test]
fn each_command_takes_what_its_description_says_and_needs_what_it_says() {
    let words = Words::built_in();
    for spec in TABLE {
        for (what, line) in
            [("all", line_of(spec, |_| true)), ("the least", line_of(spec, |arg| arg.required))]
        {
            let read = parse(&line).map(|(_, read)| read.name);
            assert_eq!(read, Ok(spec.name), "{what}: {line}");
        }
        for missing in spec.args.iter().filter(|arg| arg.required) {
            let line = line_of(spec, |arg| arg.required && arg != missing);
            assert!(parse(&line).is_err(), "{line} lacks {}", missing.name);
        }
        for arg in spec.args {
            let about = format!("command-option-{}", arg.name);
            assert!(words.has(&about), "{} lacks {about}", spec.name);
        }
    }
}

#[test]
fn a_button_is_read_back_and_nothing_else_is_one() {
    let (draft, incident) = (DraftId(3), IncidentId(u64::MAX));
    let seen = AsShown {
        state: IncidentState::Investigating,
        impact: Impact::Critical,
        servers: u32::MAX,
        updates: u32::MAX,
    };
    let buttons = [
        Button::Publish { draft, revision: 2 },
        Button::PublishAnyway { draft, revision: 2 },
        Button::Edit { draft, revision: u32::MAX },
        Button::Wait { draft },
        Button::PublishWindow { window: WindowId(4), revision: 2 },
        Button::ExtendWindow { window: WindowId(4), revision: None },
        Button::ExtendWindow { window: WindowId(4), revision: Some(u32::MAX) },
        Button::CompleteWindow { window: WindowId(4), revision: None },
        Button::CompleteWindow { window: WindowId(4), revision: Some(2) },
        Button::EndQuietly { incident, seen },
        Button::AssignReport { report: 0x3f },
        Button::DismissReport { report: (1 << 80) - 1 },
        Button::FollowNotice { notice: NoticeId(1), revision: 2 },
        Button::NotAnIncident { incident, seen: None },
        Button::NotAnIncident { incident, seen: Some(seen) },
        Button::ReallyNone { incident, seen },
        Button::Retry { post: 0x3f },
        Button::Fixed { incident },
        Button::StillBroken { incident },
    ];
    for button in buttons {
        let id = button.id();
        assert!(id.len() <= BUTTON_ID_BYTES_MAX && id.is_ascii(), "{id}");
        assert_eq!(Button::read(&id), Some(button), "{id}");
        if let Some(line) = button.line() {
            assert!(parse(&line).is_ok(), "{line}");
        }
    }
    for foreign in [
        "",
        "bw1",
        "bw1:publish:3",
        "bw1:publish:3:2:1",
        "bw1:publish:03:2",
        "bw1:publish:+3:2",
        "bw1:publish:0:1",
        "bw1:publish:3:4294967296",
        "bw0:wait:3",
        "bw1:wait:-3",
        "bw1:wait: 3",
        "bw1:wait:３",
        "bw1:drop:3",
        "bw1:none:3",
        "bw1:extend:3:0",
        "bw1:extend:3:2:1",
        "bw1:quiet:3",
        "bw1:dismiss:3f",
        "bw1:assign:000000000000000000000000000000000000003f",
        "bw1:none:3:investigating.minor.1",
        "bw1:none:3:investigating.minor.1.+0",
        "bw1:no-incident:3:broken.minor.1.0",
        "BW1:wait:3",
        "bw1:wait:3\n",
        &format!("bw1:wait:{}", "1".repeat(100)),
    ] {
        assert_eq!(Button::read(foreign), None, "{foreign:?}");
    }
}

/// `UPDATE_DOCS=1 cargo test --test command` writes it anew.
#[test]
fn the_docs_show_the_commands_there_are() {
    let page = markdown_table(&Words::built_in().sayer("en"));
    let path = "docs/commands.md";
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &page).expect("docs can be written");
    }
    let written = std::fs::read_to_string(path).expect("docs/commands.md is in the repository");
    assert_eq!(written, page, "docs/commands.md is out of step: UPDATE_DOCS=1 writes it anew");
}

proptest! {
    #[test]
    fn no_line_makes_parsing_panic(line in "\\PC{0,80}") {
        read(&line);
    }

    #[test]
    fn no_line_of_commands_and_odd_signs_makes_parsing_panic(
        place in 0..TABLE.len(),
        rest in "( |\"|“|”|‘|'|\\\\|--|—|=|,|--servers|--state|--publish|s1|1|15m|é|👩\u{200d}👧|\n|\0){0,30}",
    ) {
        read(&format!("{} {rest}", TABLE[place].name));
    }

    #[test]
    fn a_quoted_text_arrives_as_it_was_typed(text in "[^\"“”\\\\\\p{Cc}]{1,60}") {
        prop_assume!(!text.trim().is_empty());
        let (line, _) = parse(&format!("note \"{text}\"")).expect("a quoted note is a command");
        let wanted = Command::Note { words: text.trim().to_owned(), incident: None };
        prop_assert_eq!(line, Line::Command(wanted));
    }
}
