//! A post with the picture that a real chart is.

use bellwether::{
    event::{Picture, Post},
    render::{
        Words,
        chart::{Chart, Row},
    },
};

use super::server::{clock, post};

/// A post that brings the chart of a bad hour.
pub fn pictured(id: &str, body: &str) -> Post {
    let bad: Vec<u32> = (0..60).map(|minute| u32::from(minute > 20) * (minute % 5)).collect();
    let row = Row { name: "Server One".to_owned(), checks: vec![8; 60], bad, reports: vec![] };
    let chart = Chart { from: clock().now(), timezone: chrono_tz::UTC, servers: vec![row] };
    let words = Words::built_in();
    let (svg, alt) = (chart.svg(&words, "en"), chart.public_alt(&words, "en"));
    Post { picture: Some(Picture { svg, alt }), ..post(id, body) }
}
