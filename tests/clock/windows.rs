//! Maintenance while somebody sets the machine's clock, or shuts its lid: each announcement once and in
//! order, in whatever state a window was, also when the process begins anew after it.

use std::collections::{BTreeMap, BTreeSet};

use bellwether::{
    domain::{WindowId, WindowNews},
    event::Output,
};
use chrono::{NaiveDateTime, TimeDelta};

use super::{
    life::{Bot, start},
    stage::settings,
};

/// What happens to the machine's clock.
#[derive(Clone, Copy, Debug)]
enum Jump {
    /// Ahead, and back after some minutes.
    AheadAndBack,
    Ahead,
    Back,
    /// The lid is shut for hours.
    Sleep,
}

const JUMPS: [Jump; 4] = [Jump::AheadAndBack, Jump::Ahead, Jump::Back, Jump::Sleep];
const HOURS: TimeDelta = TimeDelta::hours(3);

/// What was announced of a window, in order.
fn announced(bot: &Bot, id: u64) -> Vec<&'static str> {
    let news = bot.heard.iter().filter_map(|(_, _, output)| match output {
        Output::Announcement { window, news, .. } if *window == WindowId(id) => Some(news.word()),
        _ => None,
    });
    news.collect()
}

/// What is told again at another time: each reminder once for the time it was due, each longer end
/// once for that end.
fn assert_each_due_time_is_told_once(bot: &Bot) {
    let reminders_s = settings().policy.maintenance.reminders_s;
    let (mut windows, mut told) = (BTreeMap::new(), BTreeSet::new());
    for (_, shown, output) in &bot.heard {
        match output {
            Output::Window { window, .. } => _ = windows.insert(window.id, window),
            Output::Announcement { window: id, news, .. } => {
                let window = windows[id];
                let due = match news {
                    WindowNews::Reminder => {
                        let all = reminders_s.iter().map(|before_s| {
                            window.starts_at - TimeDelta::seconds(i64::try_from(*before_s).unwrap())
                        });
                        all.filter(|due| due <= shown).max().expect("one is due")
                    }
                    WindowNews::Delayed | WindowNews::Extended => window.ends_at,
                    _ => continue,
                };
                let is_new = told.insert((*id, news.word(), due));
                assert!(is_new, "{id} {} {due}, told again at {shown}", news.word());
            }
            _ => {}
        }
    }
}

fn jump(bot: &mut Bot, jump: Jump) {
    match jump {
        Jump::AheadAndBack => {
            bot.off = HOURS;
            bot.pass(3, None);
            bot.off = TimeDelta::zero();
        }
        Jump::Ahead => bot.off = HOURS,
        Jump::Back => bot.off = -HOURS,
        Jump::Sleep => bot.suspend(HOURS),
    }
}

/// Each at most once, none after a later one, the last one reached.
fn is_told_in_order(news: &[&'static str]) -> bool {
    let life = ["scheduled", "started", "verifying", "completed"];
    let places: Vec<usize> =
        news.iter().filter_map(|one| life.iter().position(|state| state == one)).collect();
    places.windows(2).all(|pair| pair[0] < pair[1]) && places.last() == Some(&3)
}

/// A window of ten minutes, brought to a state; then the clock jumps, the process begins anew, and
/// an hour passes.
fn lives_through(state: &'static str, how: Jump) -> Vec<&'static str> {
    let dir = tempfile::tempdir().unwrap();
    let mut bot = Bot::start(dir.path(), start());
    bot.pass(5, None);
    bot.types("maintenance schedule s1 21:20 10m \"new disks\"");
    bot.types("maintenance publish 1");
    // What fails keeps a window from being completed, or from ending in time.
    let dead = (state == "verifying").then_some("s1");
    for _ in 0..60 {
        if announced(&bot, 1).last() == Some(&state) {
            break;
        }
        bot.pass(1, dead);
        if state == "verifying" && announced(&bot, 1).last() == Some(&"delayed") {
            bot.types("maintenance complete 1");
        }
    }
    assert_eq!(announced(&bot, 1).last(), Some(&state));
    jump(&mut bot, how);
    bot.pass(20, None);
    let mut bot = bot.restart(dir.path());
    bot.pass(40, None);
    assert_each_due_time_is_told_once(&bot);
    announced(&bot, 1)
}

/// The windows of a series in the order in which they were made, with the times that it gave them.
fn made(bot: &Bot) -> Vec<(WindowId, NaiveDateTime)> {
    let mut made: Vec<(WindowId, NaiveDateTime)> = Vec::new();
    for (_, _, output) in &bot.heard {
        if let Output::Window { window, .. } = output
            && made.last().is_none_or(|(last, _)| window.id > *last)
        {
            made.push((window.id, window.occurrence.expect("it is one of a series").local));
        }
    }
    made
}

#[test]
fn a_planned_window_is_told_once_and_in_order_whatever_the_clock_does() {
    for how in JUMPS {
        let news = lives_through("scheduled", how);
        assert!(is_told_in_order(&news), "{how:?}: {news:?}");
    }
}

#[test]
fn a_window_under_way_is_told_once_and_in_order_whatever_the_clock_does() {
    for how in JUMPS {
        let news = lives_through("started", how);
        assert!(is_told_in_order(&news), "{how:?}: {news:?}");
    }
}

#[test]
fn a_window_that_is_checked_is_told_once_and_in_order_whatever_the_clock_does() {
    for how in JUMPS {
        let news = lives_through("verifying", how);
        assert!(is_told_in_order(&news), "{how:?}: {news:?}");
    }
}

#[test]
fn work_that_comes_again_does_so_once_for_each_day_whatever_the_clock_does() {
    for how in JUMPS {
        let dir = tempfile::tempdir().unwrap();
        let mut bot = Bot::start(dir.path(), start());
        bot.types("maintenance schedule s1 21:10 5m \"new disks\" --repeat FREQ=DAILY");
        bot.types("maintenance publish 1");
        bot.pass(12, None);
        bot.suspend(TimeDelta::hours(23));
        bot.pass(10, None);
        jump(&mut bot, how);
        bot.pass(20, None);
        let mut bot = bot.restart(dir.path());
        bot.suspend(TimeDelta::hours(23));
        bot.pass(40, None);
        let made = made(&bot);
        let days: Vec<_> = made.iter().map(|(_, local)| local.date()).collect();
        let is_each_once = days.windows(2).all(|pair| pair[0] < pair[1]);
        assert!(is_each_once && made.len() >= 3, "{how:?}: {made:?}");
        for (place, (id, _)) in made.iter().enumerate() {
            let news = announced(&bot, id.0);
            // The last one lies ahead.
            let is_told = match place + 1 == made.len() {
                true => news.first() == Some(&"scheduled") && !news.contains(&"started"),
                false => is_told_in_order(&news),
            };
            assert!(is_told, "{how:?} {id}: {news:?}");
        }
        assert_each_due_time_is_told_once(&bot);
    }
}
