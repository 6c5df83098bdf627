//! The console, line by line.

use std::sync::Arc;

use bellwether::{
    clock::Clock,
    domain::Role,
    event::Input,
    intake::console::{self, Console},
    render::Words,
};

use tokio::sync::watch;

use crate::recorder::Recorder;

async fn typed(door: &Arc<Recorder>, lines: &[u8]) -> String {
    let console = Console {
        door: door.clone(),
        clock: Clock::system(),
        words: watch::channel(Arc::new(Words::built_in())).1,
        language: "en".to_owned(),
        by: "console".to_owned(),
        role: Role::Admin,
    };
    let mut output = Vec::new();
    console::run(&console, lines, &mut output).await.expect("memory does not fail");
    String::from_utf8(output).expect("answers are text")
}

#[tokio::test]
async fn commands_are_answered_and_reports_filed() {
    let door = Arc::new(Recorder::default());
    let answers =
        typed(&door, b"status\n\n report example.org really slow \r\nreport x\ndance").await;
    let expected = "heard: status\nReport report-1 was taken.\n\
                    To report a problem, type: report DOMAIN what is wrong\nheard: dance\n";
    assert_eq!(answers, expected);
    let kept = door.kept();
    assert_eq!(kept.commands[0], ("console".to_owned(), Role::Admin, "status".to_owned()));
    let Input::Report { source, domain, confirmed, .. } = &kept.inputs[0].input else {
        panic!("no report: {:?}", kept.inputs[0])
    };
    assert_eq!(
        (source.as_str(), domain.as_deref(), *confirmed),
        ("console", Some("example.org"), true)
    );
    let private = kept.inputs[0].private.as_ref().expect("a report has private values");
    assert_eq!(private.account.as_deref(), Some("console"));
    assert_eq!(private.text.as_deref(), Some("really slow"));
}

#[tokio::test]
async fn a_line_that_cannot_be_read_is_said_so_and_passed_over() {
    let door = Arc::new(Recorder::default());
    let lines = [&[b'x'; 100_000][..], b"\n\xff\xfe\nstatus\n"].concat();
    let answers = typed(&door, &lines).await;
    let expected = "This line is longer than 16384 bytes and was not read.\n\
                    This line is not UTF-8 text and was not read.\nheard: status\n";
    assert_eq!(answers, expected);
}

#[tokio::test]
async fn a_full_journal_is_told_at_the_console() {
    let door = Arc::new(Recorder::default());
    door.set_full(true);
    let answers = typed(&door, b"report example.org down\n").await;
    assert_eq!(answers, "Not taken: the journal's disk is full\n");
}
