//! How many reports are taken from one person, from new accounts, from everybody. Pure but for the
//! counts it keeps, which are bounded.
//!
//! A raid is many accounts that were made for it: reports of new accounts count as evidence only
//! until there are several of them within a few minutes; from then on staff see them, unconfirmed.

use std::collections::VecDeque;

use chrono::TimeDelta;

use crate::domain::Timestamp;

use super::heard::Member;

/// Counts go back this far.
const WINDOW: TimeDelta = TimeDelta::minutes(10);
/// Reports of one person within the window.
pub const PER_PERSON_MAX: usize = 10;
/// Reports of new accounts that count within the window.
pub const NEW_CONFIRMED_MAX: usize = 5;
/// Reports of new accounts that are taken at all.
pub const NEW_TAKEN_MAX: usize = 50;
/// Reports of everybody.
pub const TOTAL_MAX: usize = 500;
/// People who are told within the window that a message of theirs was not kept: words to a flood
/// are no flood.
pub const TURNED_AWAY_MAX: usize = 20;
/// An account is new for this long.
const NEW_FOR: TimeDelta = TimeDelta::days(7);

/// What is to be done with one more report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It counts.
    Take,
    /// Many new accounts report at once: staff see it, and it is no evidence by itself.
    Unconfirmed,
    /// This person has said so often enough.
    TooManyOfOne,
    /// There are more than can be taken.
    TooMany,
}

/// The reports of the last minutes.
#[derive(Debug, Default)]
pub struct Floods {
    taken: VecDeque<Taken>,
    turned_away: VecDeque<(Timestamp, u64)>,
}

#[derive(Debug)]
struct Taken {
    at: Timestamp,
    person: u64,
    is_new: bool,
}

impl Floods {
    /// Judges one more report, and counts it if it is taken.
    pub fn judge(&mut self, now: Timestamp, who: &Member) -> Verdict {
        while self.taken.front().is_some_and(|first| first.at <= now - WINDOW) {
            self.taken.pop_front();
        }
        let is_new = who.made_at().is_none_or(|made| made > now - NEW_FOR);
        let of_person = self.taken.iter().filter(|one| one.person == who.id).count();
        let of_new = self.taken.iter().filter(|one| one.is_new).count();
        let verdict = if of_person >= PER_PERSON_MAX {
            return Verdict::TooManyOfOne;
        } else if self.taken.len() >= TOTAL_MAX || (is_new && of_new >= NEW_TAKEN_MAX) {
            return Verdict::TooMany;
        } else if is_new && of_new >= NEW_CONFIRMED_MAX {
            Verdict::Unconfirmed
        } else {
            Verdict::Take
        };
        self.taken.push_back(Taken { at: now, person: who.id, is_new });
        verdict
    }

    /// The last report of somebody was taken and then could not be kept: it does not count.
    pub fn give_back(&mut self, who: &Member) {
        if let Some(place) = self.taken.iter().rposition(|one| one.person == who.id) {
            self.taken.remove(place);
        }
    }

    /// Whether somebody is told that a message of theirs was not kept: once within the window.
    pub fn may_turn_away(&mut self, now: Timestamp, who: &Member) -> bool {
        self.turned_away.retain(|(at, _)| *at > now - WINDOW);
        let is_told = self.turned_away.iter().any(|(_, person)| *person == who.id);
        let may = !is_told && self.turned_away.len() < TURNED_AWAY_MAX;
        if may {
            self.turned_away.push_back((now, who.id));
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + second, 0).expect("a moment")
    }

    /// An account made at a moment of this millennium.
    fn account(made: Timestamp, number: u64) -> Member {
        let ms = u64::try_from(made.timestamp_millis() - 1_420_070_400_000).expect("after 2015");
        Member { id: (ms << 22) + number, ..Member::default() }
    }

    #[test]
    fn one_person_is_heard_ten_times_in_ten_minutes() {
        let mut floods = Floods::default();
        let anna = account(at(-400 * 86400), 1);
        for second in 0..10 {
            assert_eq!(floods.judge(at(second), &anna), Verdict::Take);
        }
        assert_eq!(floods.judge(at(11), &anna), Verdict::TooManyOfOne);
        assert_eq!(floods.judge(at(11), &account(at(-400 * 86400), 2)), Verdict::Take);
        assert_eq!(floods.judge(at(600), &anna), Verdict::Take);
    }

    #[test]
    fn a_raid_of_new_accounts_is_seen_but_soon_no_evidence_and_bounded() {
        let mut floods = Floods::default();
        let verdicts: Vec<Verdict> =
            (0..100).map(|number| floods.judge(at(1), &account(at(0), number))).collect();
        let count = |wanted| verdicts.iter().filter(|one| **one == wanted).count();
        assert_eq!(count(Verdict::Take), NEW_CONFIRMED_MAX);
        assert_eq!(count(Verdict::Unconfirmed), NEW_TAKEN_MAX - NEW_CONFIRMED_MAX);
        assert_eq!(count(Verdict::TooMany), 100 - NEW_TAKEN_MAX);
        let old = account(at(-400 * 86400), 1);
        assert_eq!(
            floods.judge(at(2), &old),
            Verdict::Take,
            "an old account is heard all the same"
        );
    }

    #[test]
    fn what_could_not_be_kept_does_not_count_and_is_said_once() {
        let mut floods = Floods::default();
        let anna = account(at(-400 * 86400), 1);
        for second in 0..50 {
            assert_eq!(floods.judge(at(second), &anna), Verdict::Take);
            floods.give_back(&anna);
        }
        assert!(floods.taken.is_empty());
        assert!(floods.may_turn_away(at(1), &anna));
        assert!(!floods.may_turn_away(at(2), &anna));
        assert!(floods.may_turn_away(at(601), &anna));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut floods = Floods::default();
        for number in 0..5000 {
            floods.judge(at(1), &account(at(-400 * 86400), number));
        }
        assert_eq!(floods.taken.len(), TOTAL_MAX);
    }
}
