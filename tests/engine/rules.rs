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

fn nth_weekday() -> impl Strategy<Value = String> {
    let nth = prop_oneof![1..=5_i32, -5..=-1_i32];
    (nth, weekday()).prop_map(|(nth, day)| format!(";BYDAY={nth}{day}"))
}

fn maybe(part: impl Strategy<Value = String> + 'static) -> BoxedStrategy<String> {
    prop_oneof![Just(String::new()), part].boxed()
}

/// Rules of every form that is read, without an end.
fn rules() -> impl Strategy<Value = String> {
    let interval = (1..=4_u32).prop_map(|interval| format!(";INTERVAL={interval}"));
    let week_start = maybe(weekday().prop_map(|day| format!(";WKST={day}")));
    let positions = prop_oneof![1..=4_i32, -4..=-1_i32];
    let daily = (maybe(months()), maybe(weekdays()))
        .prop_map(|(months, days)| format!("FREQ=DAILY{months}{days}"));
    let weekly = (maybe(months()), maybe(weekdays()))
        .prop_map(|(months, days)| format!("FREQ=WEEKLY{months}{days}"));
    let monthly = (maybe(months()), prop_oneof![maybe(month_days()), nth_weekday(), weekdays()])
        .prop_map(|(months, days)| format!("FREQ=MONTHLY{months}{days}"));
    let placed = (weekdays(), positions)
        .prop_map(|(days, place)| format!("FREQ=MONTHLY{days};BYSETPOS={place}"));
    let yearly = (maybe(months()), prop_oneof![maybe(month_days()), nth_weekday(), weekdays()])
        .prop_map(|(months, days)| format!("FREQ=YEARLY{months}{days}"));
    (prop_oneof![daily, weekly, monthly, placed, yearly], interval, week_start)
        .prop_map(|(rule, interval, week_start)| format!("{rule}{interval}{week_start}"))
}

/// Beginnings at any quarter of an hour of four years with a leap day among them.
fn beginnings() -> impl Strategy<Value = NaiveDateTime> {
    (0..1461_i64, 0..96_i64).prop_map(|(day, quarter)| {
        local("2025-01-01T00:00:00") + TimeDelta::days(day) + TimeDelta::minutes(15 * quarter)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Where clocks show a time once, both readers find the same moments; nothing is missing from
    /// ours but what clocks skip or show twice, and nothing is more.
    #[test]
    fn a_rule_falls_when_another_reader_says_it_does(
        text in rules(), first in beginnings(), zone in prop::sample::select(ZONES.to_vec()),
    ) {
        prop_assume!(moment_of(first, zone).is_ok());
        let until = first + TimeDelta::days(5 * 366);
        let theirs = theirs(&text, first, zone, until);
        prop_assume!(theirs.is_some(), "a rule that the other reader refuses");
        let theirs = theirs.unwrap();
        let ours = ours(&rule(&text), first, zone, until);
        let unclear: BTreeSet<NaiveDate> = ours
            .iter().filter(|one| moment_of(**one, zone).is_err()).map(|one| one.date()).collect();
        let ours: Vec<Timestamp> =
            ours.iter().filter_map(|one| moment_of(*one, zone).ok()).collect();
        let theirs: Vec<Timestamp> = theirs
            .iter()
            .filter(|one| !unclear.contains(&one.naive_local().date()))
            .map(|one| one.to_utc())
            .collect();
        prop_assert_eq!(ours, theirs, "{} from {} in {}", text, first, zone);
    }

    /// A rule with an end ends where the other reader ends it.
    #[test]
    fn a_rule_ends_when_another_reader_says_it_does(
        text in rules(), first in beginnings(), count in 1..40_u32, days in 0..900_i64,
    ) {
        let until = first + TimeDelta::days(8 * 366);
        let last = (first + TimeDelta::days(days)).format("%Y%m%dT%H%M%SZ");
        for text in [format!("{text};COUNT={count}"), format!("{text};UNTIL={last}")] {
            let theirs = theirs(&text, first, Tz::UTC, until);
            prop_assume!(theirs.is_some(), "a rule that the other reader refuses");
            let theirs: Vec<NaiveDateTime> = theirs.unwrap().iter().map(|one| one.naive_utc()).collect();
            let ours = ours(&rule(&text), first, Tz::UTC, until);
            prop_assert_eq!(ours, theirs, "{} from {}", text, first);
        }
    }

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
