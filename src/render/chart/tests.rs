//! A chart's drawing, picture and words.

use resvg::tiny_skia::Pixmap;

use super::*;

fn row(name: &str, reports_at: &[usize], bad: impl Fn(usize) -> u32) -> Row {
    Row {
        name: name.to_owned(),
        checks: vec![6; 60],
        bad: (0..60).map(|minute| bad(minute).min(6)).collect(),
        reports: (0..60).map(|minute| u32::from(reports_at.contains(&minute))).collect(),
    }
}

/// The hour before 22:17 in Atlanta.
fn chart(servers: Vec<Row>) -> Chart {
    let from = "2014-04-25T01:17:00Z".parse().expect("a time");
    Chart { from, timezone: chrono_tz::America::New_York, servers }
}

fn bad_evening() -> Chart {
    chart(vec![
        row(
            "Server One",
            &[35, 41, 42, 50],
            |minute| if minute > 30 { 2 + (minute % 3) as u32 } else { 0 },
        ),
        row(
            "Server Two",
            &[42, 55],
            |minute| if minute > 33 { 1 + (minute % 2) as u32 } else { 0 },
        ),
        row("Server Three", &[], |minute| u32::from(minute == 12)),
    ])
}

fn picture(chart: &Chart) -> Pixmap {
    let svg = chart.svg(&Words::built_in(), "en");
    Pixmap::decode_png(&png(&svg).expect("a picture")).expect("a PNG")
}

/// Pixels of about this colour.
fn pixels(picture: &Pixmap, colour: (u8, u8, u8)) -> usize {
    let near = |one: u8, other: u8| one.abs_diff(other) < 8;
    picture
        .pixels()
        .iter()
        .filter(|pixel| {
            near(pixel.red(), colour.0)
                && near(pixel.green(), colour.1)
                && near(pixel.blue(), colour.2)
        })
        .count()
}

#[test]
fn the_drawing_of_a_bad_evening() {
    let servers = vec![
        Row {
            name: "s1".to_owned(),
            checks: vec![4; 6],
            bad: vec![0, 0, 0, 2, 2, 3],
            reports: vec![0, 0, 0, 0, 1, 2],
        },
        Row {
            name: "s2".to_owned(),
            checks: vec![0, 4, 0, 0, 0, 0],
            bad: vec![0; 6],
            reports: vec![0; 6],
        },
    ];
    insta::assert_snapshot!(chart(servers).svg(&Words::built_in(), "en"));
}

#[test]
fn the_picture_has_its_size_text_and_every_line() {
    let picture = picture(&bad_evening());
    assert_eq!((picture.width(), picture.height()), (PICTURE_WIDTH_PX, PICTURE_HEIGHT_PX));
    for line in [(0xff, 0x9a, 0x3d), (0x5c, 0xb8, 0xf0), (0xf0, 0xe4, 0x42)] {
        assert!(pixels(&picture, line) > 500, "{line:?} is not to be seen");
    }
    assert!(pixels(&picture, (0xf2, 0xf3, 0xf5)) > 2000, "there is no text");
    assert!(pixels(&picture, (0x1e, 0x1f, 0x22)) > 1_000_000, "there is no ground");
}

#[test]
fn the_same_data_make_the_same_bytes() {
    let svg = || bad_evening().svg(&Words::built_in(), "en");
    assert_eq!(svg(), svg());
    assert_eq!(png(&svg()), png(&svg()));
}

#[test]
fn six_servers_are_drawn_and_the_rest_told() {
    let rows = (1..=9).map(|number| {
        row(&format!("server-{number}"), &[number * 5], move |_| (number % 5) as u32)
    });
    let chart = chart(rows.collect());
    let svg = chart.svg(&Words::built_in(), "en");
    assert!(svg.contains("server-6") && !svg.contains("server-7"), "{svg}");
    assert!(svg.contains("and 3 more servers"), "{svg}");
    picture(&chart);
}

#[test]
fn names_cannot_draw() {
    let names = [
        "</text><rect width=\"800\" height=\"450\" fill=\"#ff0000\"/>",
        "&<\u{0}\u{fffe}",
        "很长的名字很长的名字很长的名字",
    ];
    let chart = chart(names.iter().map(|name| row(name, &[], |_| 0)).collect());
    let picture = picture(&chart);
    assert_eq!(pixels(&picture, (0xff, 0, 0)), 0);
}

#[test]
fn nothing_measured_is_said_and_drawn() {
    for chart in [chart(Vec::new()), chart(vec![Row { name: "s1".to_owned(), ..Row::default() }])] {
        assert!(chart.svg(&Words::built_in(), "en").contains("Nothing was measured"));
        picture(&chart);
    }
}

#[test]
fn who_cannot_see_it_reads_it() {
    insta::assert_snapshot!(bad_evening().alt(&Words::built_in(), "en"), @"Share of failing checks from 21:17 EDT to 22:17 EDT: Server One: 53 % at the end (at most 53 %), Server Two: 27 % at the end (at most 27 %) and Server Three: 0 % at the end (at most 3.3 %). 6 reports.");
}
