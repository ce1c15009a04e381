//! Draws a picture for the report: writes that the table granted, accepted and throttled, over time.

use std::fmt::Write as _;

use crate::sink::{SLOT, Slot};

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 70.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 34.0;
const RIGHT: f64 = 16.0;
/// Above what is granted, so that what is throttled can be seen.
const HEADROOM: f64 = 1.25;

/// An SVG of writes per second over time, in colours that stand on light and dark pages.
pub(crate) fn svg(title: &str, granted: f64, slots: &[Slot]) -> String {
    let (across, down) = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
    let seconds = slots.len() as f64 * SLOT.as_secs_f64();
    let x = |second: f64| LEFT + across * second / seconds.max(1.0);
    let y = |rate: f64| TOP + down * (1.0 - (rate / (granted * HEADROOM)).min(1.0));
    let line = |of: &dyn Fn(&Slot) -> u64| {
        let points = slots.iter().enumerate().map(|(index, slot)| {
            let middle = (index as f64 + 0.5) * SLOT.as_secs_f64();
            format!("{:.1},{:.1}", x(middle), y(of(slot) as f64 / SLOT.as_secs_f64()))
        });
        points.collect::<Vec<_>>().join(" ")
    };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>\n\
         <text x=\"{LEFT}\" y=\"20\" font-size=\"14\" fill=\"#1a1a1a\">{title}</text>\n"
    );
    for part in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let rate = granted * part;
        // Writing to a String cannot fail.
        let _ = writeln!(
            svg,
            "<line x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{1:.1}\" y2=\"{1:.1}\" stroke=\"#e3e3e3\"/>\
             <text x=\"{2:.1}\" y=\"{3:.1}\" text-anchor=\"end\" fill=\"#555555\">{rate:.0}</text>",
            WIDTH - RIGHT,
            y(rate),
            LEFT - 8.0,
            y(rate) + 4.0,
        );
    }
    let step = (seconds / 8.0).ceil().max(1.0);
    let mut second = 0.0;
    while second <= seconds {
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#555555\">{second:.0} s</text>",
            x(second),
            HEIGHT - 12.0,
        );
        second += step;
    }
    let _ = write!(
        svg,
        "<line x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{1:.1}\" y2=\"{1:.1}\" stroke=\"#555555\" stroke-dasharray=\"5 4\"/>\n\
         <polyline fill=\"none\" stroke=\"#0a6ebd\" stroke-width=\"2\" points=\"{2}\"/>\n\
         <polyline fill=\"none\" stroke=\"#c8442b\" stroke-width=\"2\" points=\"{3}\"/>\n\
         <text x=\"{4:.1}\" y=\"20\" text-anchor=\"end\"><tspan fill=\"#0a6ebd\">written</tspan>\
         <tspan fill=\"#c8442b\" dx=\"14\">throttled</tspan><tspan fill=\"#555555\" dx=\"14\">granted (dashed)</tspan>\
         </text>\n</svg>\n",
        WIDTH - RIGHT,
        y(granted),
        line(&|slot| slot.taken),
        line(&|slot| slot.throttled),
        WIDTH - RIGHT,
    );
    svg
}
