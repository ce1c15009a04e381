//! Draws a trace as SVG: a row per segment, below its parent, with a bar for its time.
//!
//! All numbers that depend on time have one decimal, and no others: [`without_times`] removes them to compare drawings.

use std::fmt::Write as _;

use serde_json::Value;

const WIDTH: usize = 1_120;
const ROW: usize = 22;
const HEAD: usize = 86;
const FOOT: usize = 40;
const MARGIN: usize = 20;
const INDENT: usize = 18;
/// The right edge of the durations. Bars begin to the right of it.
const DURATIONS_END: usize = 510;
const BARS_BEGIN: u32 = 530;
const BARS_WIDTH: u32 = 570;
const TICKS: u32 = 4;
/// The least width of a bar, so that it is visible.
const BAR_WIDTH_MIN: f64 = 2.0;

/// Works on white and dark pages, because the drawing has its own background.
const STYLE: &str = "\
text{font:12px ui-sans-serif,system-ui,'DejaVu Sans',sans-serif;fill:#22223b}\
.title{font-size:16px;font-weight:700}.soft{fill:#6b6880}.ms{text-anchor:end;font-variant-numeric:tabular-nums}\
.tick{text-anchor:middle;fill:#6b6880;font-size:11px}.last{text-anchor:end}.paper{fill:#fff;stroke:#e6e1da}\
.odd{fill:#faf8f5}.grid{stroke:#e6e1da}.branch{stroke:#b9b4c7;fill:none}.trouble{stroke:#b3261e;stroke-width:2}\
.lambda{fill:#b9b4c7}.function{fill:#6b5b95}.dynamodb{fill:#3a6ea5}.stepfunctions{fill:#c8374b}.ses{fill:#1d7a4f}\
.cognitoidentityprovider{fill:#8a5a00}.other{fill:#6b6880}";

/// A piece of work in a trace.
#[derive(Debug, Clone)]
pub struct Segment {
    pub id: String,
    /// `None` for the first segment of the trace.
    pub parent: Option<String>,
    pub name: String,
    /// The operation of the service, and its target.
    pub call: String,
    pub made_by: Maker,
    pub is_troubled: bool,
    /// Seconds since the epoch.
    pub began: f64,
    pub ended: f64,
}

/// The sender of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// Lambda and Step Functions, for functions and executions.
    Aws,
    /// A function, for its calls and the records of a batch.
    Function,
}

impl Segment {
    /// The segment in a document that a function sent to the daemon.
    pub fn of_document(document: &Value) -> Self {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let words = ["operation", "table_name"].map(|member| text(&document["aws"][member]).unwrap_or_default());
        Self {
            id: text(&document["id"]).unwrap(),
            parent: text(&document["parent_id"]),
            name: text(&document["name"]).unwrap(),
            call: words.join(" ").trim_end().to_owned(),
            made_by: Maker::Function,
            is_troubled: ["error", "fault", "throttle"].iter().any(|flag| document[flag] == true),
            began: document["start_time"].as_f64().unwrap(),
            ended: document["end_time"].as_f64().unwrap(),
        }
    }

    /// The CSS class, which sets the colour.
    fn class(&self) -> String {
        if self.made_by == Maker::Aws {
            return "lambda".to_owned();
        }
        if self.call.is_empty() {
            return "function".to_owned();
        }
        let service = self
            .name
            .to_lowercase()
            .replace(|character: char| !character.is_ascii_alphanumeric(), "");
        let is_known = STYLE.contains(&format!(".{service}{{"));
        if is_known { service } else { "other".to_owned() }
    }
}

/// A segment with its depth.
pub struct Row<'a> {
    pub depth: usize,
    pub segment: &'a Segment,
}

/// All segments, each below its parent, siblings in the given order.
///
/// # Errors
///
/// The segments without a parent in the trace, by name and id.
pub fn rows(segments: &[Segment]) -> Result<Vec<Row<'_>>, Vec<String>> {
    let mut rows = Vec::new();
    below(None, 0, segments, &mut rows);
    let is_reached = |segment: &&Segment| rows.iter().any(|row: &Row<'_>| row.segment.id == segment.id);
    let lost: Vec<String> = segments
        .iter()
        .filter(|segment| !is_reached(segment))
        .map(|segment| format!("{} {} ({})", segment.name, segment.call, segment.id))
        .collect();
    if lost.is_empty() { Ok(rows) } else { Err(lost) }
}

fn below<'a>(parent: Option<&str>, depth: usize, segments: &'a [Segment], rows: &mut Vec<Row<'a>>) {
    for segment in segments.iter().filter(|segment| segment.parent.as_deref() == parent) {
        rows.push(Row { depth, segment });
        below(Some(&segment.id), depth + 1, segments, rows);
    }
}

/// The drawing, as an SVG file.
pub fn svg(title: &str, explanation: &str, rows: &[Row<'_>]) -> String {
    let began = rows.iter().map(|row| row.segment.began).fold(f64::INFINITY, f64::min);
    let ended = rows.iter().map(|row| row.segment.ended).fold(began, f64::max);
    let scale = Scale {
        began,
        seconds: ended - began,
    };
    let height = HEAD + rows.len() * ROW + FOOT;
    let mut drawing = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n<rect class=\"paper\" width=\"{WIDTH}\" height=\"{height}\"/>\n\
         <text class=\"title\" x=\"{MARGIN}\" y=\"30\">{title}</text>\n\
         <text class=\"soft\" x=\"{MARGIN}\" y=\"50\">{explanation}</text>\n"
    );
    stripes(&mut drawing, rows.len());
    ticks(&mut drawing, &scale, rows.len());
    for (index, row) in rows.iter().enumerate() {
        branch(&mut drawing, rows, index);
        row_of(&mut drawing, row, index, &scale);
    }
    legend(&mut drawing, rows, height);
    drawing.push_str("</svg>\n");
    drawing
}

struct Scale {
    began: f64,
    seconds: f64,
}

impl Scale {
    fn x(&self, at: f64) -> f64 {
        let share = (at - self.began) / self.seconds.max(f64::MIN_POSITIVE);
        f64::from(BARS_BEGIN) + share * f64::from(BARS_WIDTH)
    }
}

fn top(index: usize) -> usize {
    HEAD + index * ROW
}

fn indented(depth: usize) -> usize {
    MARGIN + depth * INDENT
}

fn put(drawing: &mut String, piece: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    drawing.write_fmt(piece).unwrap();
    drawing.push('\n');
}

fn stripes(drawing: &mut String, count: usize) {
    let width = WIDTH - 2;
    for index in (0..count).step_by(2) {
        let y = top(index);
        put(
            drawing,
            format_args!("<rect class=\"odd\" x=\"1\" y=\"{y}\" width=\"{width}\" height=\"{ROW}\"/>"),
        );
    }
}

fn ticks(drawing: &mut String, scale: &Scale, count: usize) {
    for tick in 0..=TICKS {
        let x = BARS_BEGIN + BARS_WIDTH * tick / TICKS;
        let (label_y, end) = (HEAD - 8, top(count));
        let ms = scale.seconds * 1_000.0 * f64::from(tick) / f64::from(TICKS);
        let class = if tick == TICKS { "tick last" } else { "tick" };
        put(
            drawing,
            format_args!("<text class=\"{class}\" x=\"{x}\" y=\"{label_y}\">{ms:.1} ms</text>"),
        );
        put(drawing, format_args!("<path class=\"grid\" d=\"M{x} {HEAD}V{end}\"/>"));
    }
}

/// The line from the parent's row.
fn branch(drawing: &mut String, rows: &[Row<'_>], index: usize) {
    let depth = rows[index].depth;
    let parent = rows[..index].iter().rposition(|row| row.depth + 1 == depth);
    if let Some(parent) = parent.filter(|_| depth > 0) {
        let (x, from) = (indented(depth - 1) + 5, top(parent) + ROW - 4);
        let (y, to) = (top(index) + ROW / 2, indented(depth) - 3);
        put(
            drawing,
            format_args!("<path class=\"branch\" d=\"M{x} {from}V{y}H{to}\"/>"),
        );
    }
}

fn row_of(drawing: &mut String, row: &Row<'_>, index: usize, scale: &Scale) {
    let segment = row.segment;
    let (x, base, bar_y) = (indented(row.depth), top(index) + 15, top(index) + 5);
    let (name, call) = (escaped(&segment.name), escaped(&segment.call));
    put(
        drawing,
        format_args!("<text x=\"{x}\" y=\"{base}\">{name} <tspan class=\"soft\">{call}</tspan></text>"),
    );
    let ms = (segment.ended - segment.began) * 1_000.0;
    put(
        drawing,
        format_args!("<text class=\"ms\" x=\"{DURATIONS_END}\" y=\"{base}\">{ms:.1}</text>"),
    );
    let (from, to) = (scale.x(segment.began), scale.x(segment.ended));
    let (width, class) = ((to - from).max(BAR_WIDTH_MIN), segment.class());
    let trouble = if segment.is_troubled { " trouble" } else { "" };
    put(
        drawing,
        format_args!(
            "<rect class=\"{class}{trouble}\" x=\"{from:.1}\" y=\"{bar_y}\" width=\"{width:.1}\" height=\"12\" rx=\"2\"/>"
        ),
    );
}

fn legend(drawing: &mut String, rows: &[Row<'_>], height: usize) {
    let mut entries: Vec<(String, &str)> = Vec::new();
    for Row { segment, .. } in rows {
        let class = segment.class();
        if !entries.iter().any(|(other, _)| *other == class) {
            let name = match class.as_str() {
                "lambda" => "made by AWS itself",
                "function" => "a record of a batch",
                _ => &segment.name,
            };
            entries.push((class, name));
        }
    }
    let mut x = MARGIN;
    let (box_y, base) = (height - 25, height - 15);
    for (class, name) in entries {
        put(
            drawing,
            format_args!("<rect class=\"{class}\" x=\"{x}\" y=\"{box_y}\" width=\"12\" height=\"12\" rx=\"2\"/>"),
        );
        put(
            drawing,
            format_args!(
                "<text class=\"soft\" x=\"{}\" y=\"{base}\">{}</text>",
                x + 18,
                escaped(name)
            ),
        );
        x += 42 + name.len() * 7;
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// The drawing without numbers that have a decimal, so that two drawings of the same trace are equal.
pub fn without_times(drawing: &str) -> String {
    let (head, rest) = drawing.split_once("</style>").unwrap_or(("", drawing));
    let mut shape = head.to_owned();
    let mut rest = rest.chars().peekable();
    while let Some(character) = rest.next() {
        if !character.is_ascii_digit() {
            shape.push(character);
            continue;
        }
        let mut number = String::from(character);
        while let Some(more) = rest.next_if(|next| next.is_ascii_digit() || *next == '.') {
            number.push(more);
        }
        shape.push_str(if number.contains('.') { "#" } else { &number });
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(id: &str, parent: Option<&str>, began: f64) -> Segment {
        Segment {
            id: id.to_owned(),
            parent: parent.map(str::to_owned),
            name: "DynamoDB".to_owned(),
            call: "GetItem".to_owned(),
            made_by: Maker::Function,
            is_troubled: false,
            began,
            ended: began + 0.5,
        }
    }

    #[test]
    fn rows_are_below_their_parents_and_segments_without_a_parent_are_named() {
        let mut segments = vec![
            segment("c", Some("b"), 3.0),
            segment("a", None, 1.0),
            segment("b", Some("a"), 2.0),
        ];
        let order: Vec<(usize, &str)> = rows(&segments)
            .unwrap()
            .iter()
            .map(|row| (row.depth, row.segment.id.as_str()))
            .collect();
        assert_eq!(order, [(0, "a"), (1, "b"), (2, "c")]);
        segments.remove(2);
        assert_eq!(rows(&segments).err().unwrap(), ["DynamoDB GetItem (c)"]);
    }

    #[test]
    fn drawings_of_one_trace_at_two_times_differ_only_in_times() {
        let drawn = |second: f64, third: f64| {
            let segments = [
                segment("a", None, 1.0),
                segment("b", Some("a"), second),
                segment("c", Some("a"), third),
            ];
            svg("A trace", "explanation", &rows(&segments).unwrap())
        };
        let (quick, slow) = (drawn(1.25, 1.5), drawn(1.5, 4.0));
        assert_ne!(quick, slow);
        assert_eq!(without_times(&quick), without_times(&slow));
        let mut other = segment("b", Some("a"), 1.25);
        other.call = "PutItem".to_owned();
        let segments = [segment("a", None, 1.0), other, segment("c", Some("a"), 1.5)];
        assert_ne!(
            without_times(&svg("A trace", "explanation", &rows(&segments).unwrap())),
            without_times(&quick)
        );
    }
}
