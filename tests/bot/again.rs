//! Work that comes again and a calendar of busy times, in the true program: planned, announced, killed
//! and started again.

use bellwether::clock::Clock;
use chrono::{Days, NaiveDate};

use super::harness::{Bot, Home, Receiver, eventually};

const CALENDAR: &str = "
[[blackout_calendar]]
name = \"campus\"
file = \"campus.ics\"
";

fn tomorrow() -> NaiveDate {
    Clock::system().now().date_naive() + Days::new(1)
}

/// Busy for a week, ten days from now.
fn campus() -> String {
    let from = tomorrow() + Days::new(9);
    format!(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Final projects due\r\n\
         DTSTART;VALUE=DATE:{}\r\nDTEND;VALUE=DATE:{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        from.format("%Y%m%d"),
        (from + Days::new(7)).format("%Y%m%d")
    )
}

async fn upcoming(bot: &Bot) -> String {
    let (status, text) = bot.page("/api/v2/scheduled-maintenances/upcoming.json").await;
    assert_eq!(status, 200);
    let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    document["scheduled_maintenances"].to_string()
}

#[tokio::test]
async fn what_comes_again_and_what_is_busy_is_known_after_a_crash() {
    let (receiver, address) = Receiver::start().await;
    let home = Home::new(address);
    home.edit(|config| config + CALENDAR);
    home.write("campus.ics", &campus());
    let bot = home.start();
    let first = tomorrow() + Days::new(3);
    let planned = bot
        .staff(&format!("maintenance schedule s3 {first}T03:45 30m updates --repeat FREQ=DAILY"))
        .await;
    assert!(planned.contains("It comes again by FREQ=DAILY"), "{planned}");
    bot.staff("maintenance publish 1").await;
    let window = eventually("the window is on the page", async || {
        let all = upcoming(&bot).await;
        all.contains("window-1").then_some(all)
    })
    .await;
    let busy = tomorrow() + Days::new(12);
    eventually("the calendar is read", async || {
        let answer = bot.staff(&format!("maintenance schedule s3 {busy}T03:00 30m more")).await;
        answer.contains("Final projects due").then_some(())
    })
    .await;
    // The receipts are in the journal before the bot dies.
    eventually("all is sent", async || {
        let shown = bot.staff("deliveries").await;
        (!shown.contains("community") && !shown.contains("staff-room")).then_some(())
    })
    .await;
    assert_eq!(receiver.texts("community", "maintenance.scheduled").len(), 1);
    home.write("campus.ics", "no calendar any more");
    bot.kill();

    let bot = home.start();
    assert_eq!(upcoming(&bot).await, window);
    let (_, calendar) = bot.page("/maintenance.ics").await;
    assert_eq!(calendar.matches("BEGIN:VEVENT").count(), 1, "{calendar}");
    let shown = bot.staff("maintenance show 1").await;
    let next = first + Days::new(1);
    assert!(shown.contains(&format!("next on {next} 03:45")), "{shown}");
    let warned = bot.staff(&format!("maintenance schedule s3 {busy}T05:00 30m more")).await;
    assert!(warned.contains("no work should be done then: Final projects due"), "{warned}");
    assert!(warned.contains("Nothing speaks against"), "{warned}");

    // A reload without the calendar forgets it.
    home.edit(|config| config.replace(CALENDAR, ""));
    bot.hang_up();
    eventually("the calendar is forgotten", async || {
        let answer = bot.staff(&format!("maintenance schedule s3 {busy}T07:00 30m more")).await;
        (!answer.contains("Final projects due")).then_some(())
    })
    .await;
    assert_eq!(receiver.counts().values().copied().max(), Some(1), "{:?}", receiver.counts());
    assert!(bot.stop().status.success());
}
