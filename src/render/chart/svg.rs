//! The drawing. Every number in it is rounded to a tenth, so that the bytes are the same anywhere.
//!
//! Two panels over one axis of time: lines for the share of failing checks, bars for reports where
//! there are any. Text from the configuration is escaped, and cut to what has room.

use std::fmt::Write;

use unicode_segmentation::UnicodeSegmentation;

use super::{
    super::{Facts, Words, percent},
    Chart, SMOOTHED_OVER_MINUTES, scale,
};

/// The drawing's width, in its own units.
pub(super) const WIDTH: u32 = 800;
/// The drawing's height.
pub(super) const HEIGHT: u32 = 450;

const LEFT: f64 = 92.0;
const RIGHT: f64 = 780.0;
/// Where the panels begin with one row of names, and how much lower with two.
const TOP: f64 = 104.0;
const NAMES_ROW: f64 = 34.0;
const NAMES_IN_ROW: usize = 3;
const NAME_LENGTH_MAX: usize = 12;
/// Where the panel of shares ends without and with one of reports under it.
const SHARES_BOTTOM_ALONE: f64 = 404.0;
const SHARES_BOTTOM: f64 = 274.0;
const REPORTS_TOP: f64 = 332.0;
const REPORTS_BOTTOM: f64 = 404.0;
const TIMES_BASELINE: f64 = 436.0;

const BACKGROUND: &str = "#1e1f22";
const BRIGHT: &str = "#f2f3f5";
const DIM: &str = "#b5bac1";
const GRID: &str = "#3f4248";
/// Colours of Okabe and Ito, lightened for a dark ground: told apart with any sight; the dashes help
/// where lines cross.
const LINES: [(&str, &str); super::SERVERS_DRAWN_MAX] = [
    ("#ff9a3d", ""),
    ("#5cb8f0", ""),
    ("#f0e442", "14 6"),
    ("#35c9a3", "14 6"),
    ("#e79ccb", "4 5"),
    ("#f2f3f5", "4 5"),
];

/// A drawing in the making.
struct Drawing<'a> {
    chart: &'a Chart,
    words: &'a Words,
    language: &'a str,
    svg: String,
}

impl Chart {
    /// The drawing as SVG.
    pub fn svg(&self, words: &Words, language: &str) -> String {
        let mut drawing = Drawing { chart: self, words, language, svg: String::new() };
        drawing.draw();
        drawing.svg
    }
}

impl Drawing<'_> {
    fn draw(&mut self) {
        self.put(&format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
             viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"DejaVu Sans\">"
        ));
        self.put(&format!("<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"{BACKGROUND}\"/>"));
        self.draw_title();
        self.draw_names();
        let reports = self.chart.reports();
        let most = reports.iter().copied().max().unwrap_or(0);
        let bottom = if most > 0 { SHARES_BOTTOM } else { SHARES_BOTTOM_ALONE };
        let panels = [(self.top(), bottom), (REPORTS_TOP, REPORTS_BOTTOM)];
        self.draw_times(if most > 0 { &panels } else { &panels[..1] });
        self.draw_shares(bottom);
        if most > 0 {
            self.draw_reports(most);
        }
        self.put("</svg>");
    }

    fn draw_title(&mut self) {
        let facts = Facts::new().number("minutes", SMOOTHED_OVER_MINUTES as f64);
        let title = self.say("chart-title", &facts);
        self.text(&title, (24.0, 40.0), Style { bold: true, ..Style::of(26, BRIGHT) });
        let more = self.chart.servers.len() - self.chart.drawn().len();
        if more > 0 {
            let more = self.say("chart-more", &Facts::new().number("count", more as f64));
            self.text(&more, (RIGHT, 40.0), Style { anchor: "end", ..Style::of(20, DIM) });
        }
    }

    /// Each server's line with its name and where it stands now.
    fn draw_names(&mut self) {
        for (place, row) in self.chart.drawn().iter().enumerate() {
            let column = (RIGHT - 24.0) / NAMES_IN_ROW as f64;
            let x = 24.0 + column * (place % NAMES_IN_ROW) as f64;
            let y = 80.0 + NAMES_ROW * (place / NAMES_IN_ROW) as f64;
            let (colour, dashes) = LINES[place];
            self.line((x, y - 7.0), (x + 34.0, y - 7.0), colour, 5.0, dashes);
            let now = row.shares().last().copied().flatten().map(percent).unwrap_or_default();
            let name = format!("{} {now}", short(&row.name));
            self.text(name.trim_end(), (x + 42.0, y), Style::of(20, BRIGHT));
        }
    }

    fn top(&self) -> f64 {
        let rows = self.chart.drawn().len().div_ceil(NAMES_IN_ROW).max(1);
        TOP + NAMES_ROW * (rows - 1) as f64
    }

    /// Where a minute ends on the axis of time.
    fn x(&self, minute: usize) -> f64 {
        LEFT + self.step() * (minute + 1) as f64
    }

    fn step(&self) -> f64 {
        (RIGHT - LEFT) / self.chart.minutes().max(1) as f64
    }

    fn draw_times(&mut self, panels: &[(f64, f64)]) {
        let (from, timezone) = (self.chart.from, self.chart.timezone);
        let zone = from.with_timezone(&timezone).format("%Z").to_string();
        self.text(&zone, (24.0, TIMES_BASELINE), Style::of(18, DIM));
        for minute in scale::round_minutes(from, timezone, self.chart.minutes()) {
            let x = self.x(minute) - self.step();
            for (top, bottom) in panels {
                self.line((x, *top), (x, *bottom), GRID, 1.5, "");
            }
            let time = self.chart.time(minute).with_timezone(&timezone).format("%H:%M").to_string();
            self.text(&time, (x, TIMES_BASELINE), Style { anchor: "middle", ..Style::of(21, DIM) });
        }
    }

    fn draw_shares(&mut self, bottom: f64) {
        let top = self.top();
        let all: Vec<Vec<Option<f64>>> =
            self.chart.drawn().iter().map(super::Row::shares).collect();
        let measured: Vec<f64> = all.iter().flatten().flatten().copied().collect();
        let end = scale::top_share(measured.iter().copied().fold(0.0, f64::max));
        for share in [0.0, end / 2.0, end] {
            let y = bottom - (bottom - top) * share / end;
            self.line((LEFT, y), (RIGHT, y), GRID, 1.5, "");
            let style = Style { anchor: "end", ..Style::of(21, DIM) };
            self.text(&percent(share), (LEFT - 10.0, y + 7.0), style);
        }
        if measured.is_empty() {
            let nothing = self.say("chart-nothing", &Facts::new());
            // Above the line in the middle.
            let middle = ((LEFT + RIGHT) / 2.0, (top + bottom) / 2.0 - 24.0);
            self.text(&nothing, middle, Style { anchor: "middle", ..Style::of(24, DIM) });
        }
        // The first server's line is drawn last, over the others.
        for (place, shares) in all.iter().enumerate().rev() {
            let y = |share: f64| bottom - (bottom - top) * (share / end).min(1.0);
            let path = self.path_of(shares, y);
            let (colour, dashes) = LINES[place];
            let dashes = dashed(dashes);
            self.put(&format!(
                "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"4.5\" \
                 stroke-linejoin=\"round\" stroke-linecap=\"round\"{dashes}/>"
            ));
        }
    }

    /// A line through what was measured, broken where nothing was.
    fn path_of(&self, shares: &[Option<f64>], y: impl Fn(f64) -> f64) -> String {
        let mut path = String::new();
        let mut is_drawing = false;
        for (minute, share) in shares.iter().enumerate() {
            if let Some(share) = share {
                let step = if is_drawing { 'L' } else { 'M' };
                let _ = write!(path, "{step}{:.1} {:.1}", self.x(minute), y(*share));
                // A point alone is a dot.
                if !is_drawing && shares.get(minute + 1).copied().flatten().is_none() {
                    let _ = write!(path, "l0.1 0");
                }
            }
            is_drawing = share.is_some();
        }
        path
    }

    fn draw_reports(&mut self, most: u32) {
        let title = self.say("chart-reports", &Facts::new());
        let baseline = REPORTS_TOP - 16.0;
        self.text(&title, (24.0, baseline), Style { bold: true, ..Style::of(22, BRIGHT) });
        for (count, y) in [(most, REPORTS_TOP), (0, REPORTS_BOTTOM)] {
            self.line((LEFT, y), (RIGHT, y), GRID, 1.5, "");
            let style = Style { anchor: "end", ..Style::of(21, DIM) };
            self.text(&count.to_string(), (LEFT - 10.0, y + 7.0), style);
        }
        let step = self.step();
        for minute in 0..self.chart.minutes() {
            let mut y = REPORTS_BOTTOM;
            for (place, row) in self.chart.drawn().iter().enumerate() {
                let count = row.reports.get(minute).copied().unwrap_or(0);
                if count == 0 {
                    continue;
                }
                let height = (REPORTS_BOTTOM - REPORTS_TOP) * f64::from(count) / f64::from(most);
                y -= height;
                let (x, width) = (self.x(minute) - step, (step - 1.0).max(3.0));
                let colour = LINES[place].0;
                self.put(&format!(
                    "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
                     fill=\"{colour}\"/>"
                ));
            }
        }
    }

    fn text(&mut self, text: &str, (x, y): (f64, f64), style: Style) {
        let Style { size, colour, anchor, bold } = style;
        let weight = if bold { " font-weight=\"bold\"" } else { "" };
        self.put(&format!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" fill=\"{colour}\" \
             text-anchor=\"{anchor}\"{weight}>{}</text>",
            escaped(text)
        ));
    }

    fn line(&mut self, from: (f64, f64), to: (f64, f64), colour: &str, width: f64, dashes: &str) {
        let dashes = dashed(dashes);
        self.put(&format!(
            "<path d=\"M{:.1} {:.1}L{:.1} {:.1}\" stroke=\"{colour}\" \
             stroke-width=\"{width:.1}\"{dashes}/>",
            from.0, from.1, to.0, to.1
        ));
    }

    fn say(&self, key: &str, facts: &Facts) -> String {
        self.words.say(self.language, key, facts)
    }

    fn put(&mut self, element: &str) {
        self.svg.push_str(element);
        self.svg.push('\n');
    }
}

/// How a text looks.
#[derive(Clone, Copy)]
struct Style {
    size: u32,
    colour: &'static str,
    anchor: &'static str,
    bold: bool,
}

impl Style {
    fn of(size: u32, colour: &'static str) -> Self {
        Self { size, colour, anchor: "start", bold: false }
    }
}

/// The beginning of a name that is too long.
fn short(name: &str) -> String {
    if name.graphemes(true).count() <= NAME_LENGTH_MAX {
        return name.to_owned();
    }
    name.graphemes(true).take(NAME_LENGTH_MAX - 1).chain(["…"]).collect()
}

fn dashed(dashes: &str) -> String {
    if dashes.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dashes}\"") }
}

/// `text` as XML shows it; what XML cannot hold is left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => {}
            _ if sign.is_control() => escaped.push(' '),
            _ => escaped.push(sign),
        }
    }
    escaped
}
