//! Several letters about one thing: which of them holds.

use bellwether::{
    domain::{Notice, NoticeAge, NoticeStatus},
    intake::notice,
};

use crate::{known, reading};

fn calendar(sequence: &str, stamp: &str, status: &str) -> Notice {
    let known = known();
    let text = format!(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nX-MAINTNOTE-PROVIDER:northline\nX-MAINTNOTE-MAINTENANCE-ID:1\n\
         DTSTART:20261128T020000Z\nDTEND:20261128T030000Z\nX-MAINTNOTE-STATUS:{status}\n{sequence}{stamp}\
         END:VEVENT\nEND:VCALENDAR"
    );
    notice::read(text.as_bytes(), &reading(&known, None)).unwrap().notices.remove(0)
}

const EARLY: &str = "DTSTAMP:20261120T100000Z\n";
const LATE: &str = "DTSTAMP:20261121T100000Z\n";

#[test]
fn the_sequence_counts_first_then_when_it_was_written_then_when_it_came() {
    let known = calendar("SEQUENCE:2\n", LATE, "CONFIRMED");
    let of = |sequence, stamp, status| calendar(sequence, stamp, status).against(&known);
    assert_eq!(of("SEQUENCE:1\n", LATE, "CANCELLED"), NoticeAge::Older);
    assert_eq!(of("SEQUENCE:3\n", EARLY, "CANCELLED"), NoticeAge::Newer);
    assert_eq!(of("SEQUENCE:2\n", EARLY, "CANCELLED"), NoticeAge::Older);
    assert_eq!(of("SEQUENCE:2\n", LATE, "CANCELLED"), NoticeAge::Newer);
    assert_eq!(of("", "", "CANCELLED"), NoticeAge::Newer);
    assert_eq!(of("SEQUENCE:2\n", LATE, "CONFIRMED"), NoticeAge::Same);
    assert_eq!(of("SEQUENCE:3\n", LATE, "CONFIRMED"), NoticeAge::Repeated);
}

#[test]
fn letters_of_one_thread_are_about_one_thing() {
    let known = known();
    let letter = |headers: &str, subject: &str| {
        let text = format!(
            "From: noc@northline.example\nSubject: {subject}\nDate: Fri, 27 Nov 2026 17:30:00 -0500\n{headers}\n\nMaintenance.\n"
        );
        notice::read(text.as_bytes(), &reading(&known, None)).unwrap().notices.remove(0)
    };
    let first = letter("Message-ID: <1@x>", "Maintenance");
    let second = letter("Message-ID: <2@x>\nIn-Reply-To: <1@x>", "Re: Maintenance cancelled");
    let third =
        letter("Message-ID: <3@x>\nReferences: <1@x> <2@x>\nIn-Reply-To: <2@x>", "Maintenance");
    assert!(first.is_of(&second) && first.is_of(&third));
    assert_eq!(second.status, NoticeStatus::Cancelled);
    assert!(!first.is_of(&letter("Message-ID: <4@x>", "Maintenance")));
    let [one, other] = ["Fwd: Re: Work", "work"].map(|subject| letter("X: y", subject));
    assert!(one.is_of(&other), "without any id the subject stands for one");
}
