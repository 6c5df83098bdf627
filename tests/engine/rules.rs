//! Recurrence rules against another reader's results (the `rrule` crate), over years, in zones of
//! both hemispheres, and rules that no calendar should hold.

use std::collections::BTreeSet;

use bellwether::domain::{Rule, RuleProblem, Timestamp, moment_of};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta};
use chrono_tz::Tz;
use proptest::prelude::*;

const ZONES: [Tz; 4] = [
    chrono_tz::America::New_York,
    chrono_tz::Europe::Berlin,
    chrono_tz::Australia::Sydney,
    chrono_tz::America::Santiago,
];

fn rule(text: &str) -> Rule {
    Rule::read(text).unwrap_or_else(|problem| panic!("{text}: {problem}"))
}

fn local(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

/// Our occurrences before `until`.
fn ours(rule: &Rule, first: NaiveDateTime, zone: Tz, until: NaiveDateTime) -> Vec<NaiveDateTime> {
    let rule = rule.clone().settled(first, zone);
    let start = rule.next(first, None, zone);
    std::iter::successors(start, |after| rule.next(first, Some(*after), zone))
        .take_while(|one| *one < until)
        .collect()
}

/// The other reader's before `until`; `None` where it refuses the rule.
fn theirs(
    text: &str,
    first: NaiveDateTime,
    zone: Tz,
    until: NaiveDateTime,
) -> Option<Vec<DateTime<rrule::Tz>>> {
    let first = first.format("%Y%m%dT%H%M%S");
    let start = if zone == Tz::UTC {
        format!("DTSTART:{first}Z")
    } else {
        format!("DTSTART;TZID={}:{first}", zone.name())
    };
    let set: rrule::RRuleSet = format!("{start}\nRRULE:{text}").parse().ok()?;
    let found = set.limit().into_iter().take_while(|one| one.naive_local() < until).take(5000);
    Some(found.collect())
}

/// Both readers' moments before `until`, without those that clocks skip or show twice.
struct Both {
    ours: Vec<Timestamp>,
    theirs: Vec<Timestamp>,
    /// Whether nothing was taken out.
    is_clear: bool,
}

/// `None` where the other reader refuses the rule.
fn both(text: &str, first: NaiveDateTime, zone: Tz, until: NaiveDateTime) -> Option<Both> {
    let theirs = theirs(text, first, zone, until)?;
    let ours = ours(&rule(text), first, zone, until);
    let unclear = ours.iter().filter(|one| moment_of(**one, zone).is_err());
    let unclear: BTreeSet<NaiveDate> = unclear.map(|one| one.date()).collect();
    let theirs = theirs.iter().filter(|one| !unclear.contains(&one.naive_local().date()));
    let theirs = theirs.map(|one| one.to_utc()).collect();
    let ours = ours.iter().filter_map(|one| moment_of(*one, zone).ok()).collect();
    Some(Both { ours, theirs, is_clear: unclear.is_empty() })
}

fn weekday() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
}

fn months() -> impl Strategy<Value = String> {
    prop::collection::btree_set(1..=12_u32, 1..4).prop_map(|months| {
        let months: Vec<String> = months.iter().map(u32::to_string).collect();
        format!(";BYMONTH={}", months.join(","))
    })
}

fn month_days() -> impl Strategy<Value = String> {
    let day = prop_oneof![1..=31_i32, -31..=-1_i32];
    prop::collection::btree_set(day, 1..4).prop_map(|days| {
        let days: Vec<String> = days.iter().map(i32::to_string).collect();
        format!(";BYMONTHDAY={}", days.join(","))
    })
}

fn weekdays() -> impl Strategy<Value = String> {
    prop::collection::btree_set(weekday(), 1..4)
        .prop_map(|days| format!(";BYDAY={}", days.into_iter().collect::<Vec<_>>().join(",")))
}

fn maybe(part: impl Strategy<Value = String> + 'static) -> BoxedStrategy<String> {
    prop_oneof![Just(String::new()), part].boxed()
}

/// One or more of these, of a month when `max` is 5, of a year when it is 53.
fn nth_weekdays(max: i32) -> impl Strategy<Value = String> {
    let nth = prop_oneof![1..=max, -max..=-1_i32];
    prop::collection::btree_set((nth, weekday()), 1..4).prop_map(|days| {
        let days: Vec<String> = days.iter().map(|(nth, day)| format!("{nth}{day}")).collect();
        format!(";BYDAY={}", days.join(","))
    })
}

/// Days by their number and their weekday at once.
fn month_days_that_are_weekdays() -> impl Strategy<Value = String> {
    (month_days(), weekdays()).prop_map(|(days, weekdays)| format!("{days}{weekdays}"))
}

fn positions() -> impl Strategy<Value = String> {
    let position = prop_oneof![1..=5_i32, -5..=-1_i32];
    prop::collection::btree_set(position, 1..4).prop_map(|places| {
        let places: Vec<String> = places.iter().map(i32::to_string).collect();
        format!(";BYSETPOS={}", places.join(","))
    })
}

/// Rules of every form that is read, without an end.
fn rules() -> impl Strategy<Value = String> {
    let interval = prop_oneof![3 => 1..=4_u32, 1 => 5..=40_u32];
    let interval = interval.prop_map(|interval| format!(";INTERVAL={interval}"));
    let week_start = maybe(weekday().prop_map(|day| format!(";WKST={day}")));
    let named =
        || prop_oneof![maybe(month_days()), maybe(weekdays()), month_days_that_are_weekdays()];
    let daily =
        (maybe(months()), named()).prop_map(|(months, days)| format!("DAILY{months}{days}"));
    let weekly = (maybe(months()), maybe(weekdays()))
        .prop_map(|(months, days)| format!("WEEKLY{months}{days}"));
    let monthly = (maybe(months()), prop_oneof![named(), nth_weekdays(5)])
        .prop_map(|(months, days)| format!("MONTHLY{months}{days}"));
    let listed = prop_oneof![month_days(), weekdays(), month_days_that_are_weekdays()];
    let placed = (maybe(months()), listed, positions())
        .prop_map(|(months, days, places)| format!("MONTHLY{months}{days}{places}"));
    let yearly =
        (maybe(months()), named()).prop_map(|(months, days)| format!("YEARLY{months}{days}"));
    let in_months =
        (months(), nth_weekdays(5)).prop_map(|(months, days)| format!("YEARLY{months}{days}"));
    let in_year = nth_weekdays(53).prop_map(|days| format!("YEARLY{days}"));
    let any = prop_oneof![daily, weekly, monthly, placed, yearly, in_months, in_year];
    (any, interval, week_start)
        .prop_map(|(rule, interval, week_start)| format!("FREQ={rule}{interval}{week_start}"))
}

/// Beginnings at any quarter of an hour of four years with a leap day among them.
fn beginnings() -> impl Strategy<Value = NaiveDateTime> {
    (0..1461_i64, 0..96_i64).prop_map(|(day, quarter)| {
        local("2025-01-01T00:00:00") + TimeDelta::days(day) + TimeDelta::minutes(15 * quarter)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Where clocks show a time once, both readers find the same moments; nothing is missing from
    /// ours but what clocks skip or show twice, and nothing is more.
    #[test]
    fn a_rule_falls_when_another_reader_says_it_does(
        text in rules(), first in beginnings(), zone in prop::sample::select(ZONES.to_vec()),
    ) {
        prop_assume!(moment_of(first, zone).is_ok());
        let until = first + TimeDelta::days(5 * 366);
        let both = both(&text, first, zone, until);
        prop_assume!(both.is_some(), "a rule that the other reader refuses");
        let Both { ours, theirs, .. } = both.unwrap();
        prop_assert_eq!(ours, theirs, "{} from {} in {}", text, first, zone);
    }

}

proptest! {
    // The search for a last time that never comes is long, in both readers.
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// A rule with an end ends where the other reader ends it.
    #[test]
    fn a_rule_ends_when_another_reader_says_it_does(
        text in rules(), first in beginnings(), zone in prop::sample::select(ZONES.to_vec()),
        count in 1..40_u32, days in 1..900_i64,
    ) {
        prop_assume!(moment_of(first, zone).is_ok());
        let until = first + TimeDelta::days(8 * 366);
        let last = (first + TimeDelta::days(days)).format("%Y%m%dT%H%M%SZ");
        for (end, is_count) in [(format!("COUNT={count}"), true), (format!("UNTIL={last}"), false)] {
            let text = format!("{text};{end}");
            let both = both(&text, first, zone, until);
            prop_assume!(both.is_some(), "a rule that the other reader refuses");
            let Both { ours, theirs, is_clear } = both.unwrap();
            // The other reader does not count what clocks skip; the standard does.
            if is_clear || !is_count {
                prop_assert_eq!(ours, theirs, "{} from {} in {}", text, first, zone);
            }
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// What is written down is what was read.
    #[test]
    fn a_rule_is_read_as_it_is_written(text in rules(), count in 1..500_u32) {
        for text in [text.clone(), format!("{text};COUNT={count}"), format!("{text};UNTIL=20301231")] {
            let read = rule(&text);
            prop_assert_eq!(&rule(&read.to_string()), &read);
            let json = serde_json::to_string(&read).unwrap();
            prop_assert_eq!(serde_json::from_str::<Rule>(&json).unwrap(), read);
        }
    }

    /// Nothing that is typed in a rule's place does harm, or takes long.
    #[test]
    fn anything_else_is_refused_or_is_a_rule(
        text in "(FREQ=(YEARLY|DAILY|MONTHLY|WEEKLY|HOURLY)|[A-Z]{1,8})(;[A-Z]{1,10}=[-+0-9A-Z,;=]{0,12}){0,4}",
    ) {
        if let Ok(rule) = Rule::read(&text) {
            let first = local("2026-01-31T02:30:00");
            let settled = rule.settled(first, Tz::UTC);
            let _ = settled.next(first, None, Tz::UTC);
        }
    }
}

/// The other reader takes these for days that are both, and so for none.
#[test]
fn nth_weekdays_stand_beside_plain_ones() {
    let (first, until) = (local("2026-12-01T22:00:00"), local("2027-01-01T00:00:00"));
    let found = ours(&rule("FREQ=MONTHLY;BYDAY=2MO,TU,-1FR"), first, Tz::UTC, until);
    let days: Vec<u32> = found.iter().map(Datelike::day).collect();
    assert_eq!(days, [1, 8, 14, 15, 22, 25, 29]);
}

#[test]
fn a_rule_of_the_greatest_length_is_read_back_with_its_last_day_in_it() {
    let mut text = "FREQ=MONTHLY;COUNT=5;BYMONTHDAY=1".to_owned();
    for day in (-31..=-1).chain(2..=31) {
        let next = format!("{text},{day}");
        text = if next.len() <= 200 { next } else { text };
    }
    assert!((198..=200).contains(&text.len()), "{text}");
    let settled = rule(&text).settled(local("2026-01-01T22:00:00"), Tz::UTC);
    let kept = serde_json::to_string(&settled).unwrap();
    assert!(kept.len() > 202, "{kept}");
    assert_eq!(serde_json::from_str::<Rule>(&kept).unwrap(), settled);
    assert_eq!(Rule::read(&settled.to_string()), Err(RuleProblem::Bounds), "not when typed");
    let longer = format!("\"FREQ=DAILY{}\"", " ".repeat(400));
    assert!(serde_json::from_str::<Rule>(&longer).is_err());
}

#[test]
fn a_leap_day_comes_again_in_leap_years_alone() {
    let (first, until) = (local("2028-02-29T22:00:00"), local("2060-01-01T00:00:00"));
    let found = ours(&rule("FREQ=YEARLY"), first, Tz::UTC, until);
    let years: Vec<i32> = found.iter().map(|one| one.year()).collect();
    assert_eq!(years, [2028, 2032, 2036, 2040, 2044, 2048, 2052, 2056]);
    let last_days = ours(&rule("FREQ=MONTHLY;BYMONTHDAY=-1"), first, Tz::UTC, until);
    assert!(last_days.contains(&local("2029-02-28T22:00:00")));
    assert!(last_days.contains(&local("2032-02-29T22:00:00")));
}

#[test]
fn a_year_of_the_century_that_is_no_leap_year_is_passed_over() {
    let first = local("2096-02-29T22:00:00");
    assert_eq!(
        rule("FREQ=YEARLY").next(first, Some(first), Tz::UTC),
        Some(local("2104-02-29T22:00:00"))
    );
}

#[test]
fn a_rule_that_never_falls_costs_ten_years_of_looks_and_no_more() {
    let first = local("2026-01-31T02:30:00");
    for text in [
        "FREQ=YEARLY;BYMONTHDAY=30;BYMONTH=2",
        "FREQ=DAILY;BYMONTHDAY=31;BYMONTH=4",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=31",
        "FREQ=YEARLY;BYMONTHDAY=30;BYMONTH=2;COUNT=500",
    ] {
        let rule = rule(text).settled(first, Tz::UTC);
        assert_eq!(rule.next(first, Some(first), Tz::UTC), None, "{text}");
    }
    let rare = rule("FREQ=YEARLY;INTERVAL=1000").settled(first, Tz::UTC);
    assert_eq!(rare.next(first, Some(first), Tz::UTC), None);
}

#[test]
fn what_is_no_rule_of_days_is_refused_with_its_reason() {
    for (text, problem) in [
        ("", RuleProblem::Unreadable),
        ("every tuesday", RuleProblem::Unreadable),
        ("BYDAY=TU", RuleProblem::Unreadable),
        ("FREQ=WEEKLY;BYDAY=XX", RuleProblem::Unreadable),
        ("FREQ=WEEKLY;BYDAY=1TU", RuleProblem::Unreadable),
        ("FREQ=WEEKLY;FREQ=DAILY", RuleProblem::Unreadable),
        ("FREQ=DAILY;COUNT=3;UNTIL=20300101", RuleProblem::Unreadable),
        ("FREQ=DAILY;UNTIL=20301301", RuleProblem::Unreadable),
        ("FREQ=HOURLY", RuleProblem::TooOften),
        ("FREQ=MINUTELY;INTERVAL=5", RuleProblem::TooOften),
        ("FREQ=SECONDLY", RuleProblem::TooOften),
        ("FREQ=DAILY;BYHOUR=1,2,3", RuleProblem::TooOften),
        ("FREQ=YEARLY;BYWEEKNO=20", RuleProblem::Part),
        ("FREQ=YEARLY;BYEASTER=0", RuleProblem::Part),
        ("FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1", RuleProblem::Part),
        ("FREQ=DAILY;INTERVAL=0", RuleProblem::Bounds),
        ("FREQ=DAILY;INTERVAL=99999999999999999999", RuleProblem::Bounds),
        ("FREQ=DAILY;COUNT=10000", RuleProblem::Bounds),
        ("FREQ=MONTHLY;BYMONTHDAY=32", RuleProblem::Bounds),
    ] {
        assert_eq!(Rule::read(text), Err(problem), "{text}");
    }
    let long = format!("FREQ=DAILY;BYMONTHDAY={}", vec!["1"; 200].join(","));
    assert_eq!(Rule::read(&long), Err(RuleProblem::Bounds));
    assert_eq!(rule("rrule:freq=weekly; byday=tu").to_string(), "FREQ=WEEKLY;BYDAY=TU");
}
