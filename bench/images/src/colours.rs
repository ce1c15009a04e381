//! Compares rendered colours with those of littleCMS: a chart of flat patches, under each kind of profile.

use std::fmt::Write as _;
use std::path::Path;

use moxcms::{ColorProfile, DataColorSpace, LutDataType, LutStore, LutType, LutWarehouse, Matrix3d, ProfileClass};

use crate::measure;
use crate::peers::{Peer, Peers};
use bench_kit::trouble::Trouble;

/// Wider than the chart: nothing is scaled.
const SIZE_PX: u32 = 1024;
/// Grid points for each ink.
const GRID: u16 = 5;

const HEADING: &str = "
## Colours

A chart of 512 patches in each profile, compared with littleCMS (perceptual intent) in Pillow. The figures are differences \
of a channel, on a scale of 255; an opaque thumbnail has been encoded as JPEG.

| profile | chart | mean | worst |
|---|---|---|---|
";

/// The section of the report.
pub(crate) fn section(peers: &Peers<'_>, work: &Path) -> Result<String, Trouble> {
    let mut text = HEADING.to_owned();
    let press = press();
    for (name, profile, chart) in [
        ("sRGB", ColorProfile::new_srgb(), "chart.png"),
        ("Display P3", ColorProfile::new_display_p3(), "chart.png"),
        ("Adobe RGB", ColorProfile::new_adobe_rgb(), "chart.png"),
        ("Display P3", ColorProfile::new_display_p3(), "chart.jpg"),
        ("CMYK, a press with tables", press, "chart-cmyk.jpg"),
    ] {
        let bytes = profile.encode().map_err(|reason| Trouble::new(name, reason))?;
        let (profile, chart) = (work.join("profile.icc"), work.join(chart));
        std::fs::write(&profile, bytes).map_err(|reason| Trouble::new(profile.display(), reason))?;
        let line = peers.script("chart", &[profile.as_ref(), chart.as_ref()]);
        measure::run(peers.own(), &line)?;
        // A chart with a transparent corner comes back without loss.
        let is_png = chart.extension().is_some_and(|extension| extension == "png");
        let extension = if is_png { "png" } else { "jpg" };
        measure::run(peers.own(), &peers.whole(Peer::Ours, &chart, SIZE_PX, extension))?;
        let ours = peers.target(Peer::Ours, SIZE_PX, extension);
        let (_, found) = measure::run(peers.own(), &peers.script("colours", &[chart.as_ref(), ours.as_ref()]))?;
        let [mean, worst]: [f64; 2] =
            serde_json::from_str(&found).map_err(|reason| Trouble::new("compare colours", reason))?;
        let kind = if is_png { "PNG" } else { "JPEG" };
        let _ = writeln!(text, "| {name} | {kind} | {mean:.2} | {worst:.0} |");
    }
    Ok(text)
}

/// Four inks that cover independently of each other, on white paper: the shape of a press's profile, without its
/// measured values, which are not ours to copy.
fn press() -> ColorProfile {
    let mut grid = Vec::new();
    for point in 0..GRID.pow(4) {
        let ink = |place: u32| f64::from(point / GRID.pow(place) % GRID) / f64::from(GRID - 1);
        // The last channel changes fastest.
        let (cyan, magenta, yellow, black) = (ink(3), ink(2), ink(1), ink(0));
        let paper = 1.0 - 0.9 * black;
        let red = (1.0 - 0.85 * cyan) * paper;
        let green = (1.0 - 0.80 * magenta) * (1.0 - 0.25 * cyan) * paper;
        let blue = (1.0 - 0.90 * yellow) * (1.0 - 0.30 * magenta) * paper;
        let lightness = 100.0 * (0.25 * red + 0.65 * green + 0.10 * blue);
        grid.extend([
            wide(lightness * 65_280.0 / 100.0),
            wide((90.0 * (red - green) + 128.0) * 256.0),
            wide((70.0 * (green - blue) + 128.0) * 256.0),
        ]);
    }
    let straight = |channels: usize| LutStore::Store16([0, u16::MAX].repeat(channels));
    let lut = LutWarehouse::Lut(LutDataType {
        num_input_channels: 4,
        num_output_channels: 3,
        num_clut_grid_points: GRID.to_le_bytes()[0],
        matrix: Matrix3d::IDENTITY,
        num_input_table_entries: 2,
        num_output_table_entries: 2,
        input_table: straight(4),
        clut_table: LutStore::Store16(grid),
        output_table: straight(3),
        lut_type: LutType::Lut16,
    });
    let mut profile = ColorProfile::new_srgb();
    profile.color_space = DataColorSpace::Cmyk;
    profile.pcs = DataColorSpace::Lab;
    profile.profile_class = ProfileClass::OutputDevice;
    profile.cicp = None;
    (profile.red_trc, profile.green_trc, profile.blue_trc) = (None, None, None);
    profile.lut_a_to_b_perceptual = Some(lut.clone());
    profile.lut_a_to_b_colorimetric = Some(lut);
    profile
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "held to the range of the encoding"
)]
fn wide(value: f64) -> u16 {
    value.round().clamp(0.0, f64::from(u16::MAX)) as u16
}
