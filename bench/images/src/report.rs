//! Writes the report of the comparison in Markdown, with the date and a description of the machine.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use bench_kit::cost::Cost;
use bench_kit::machine::{self, output_of};
use bench_kit::median;
use bench_kit::trouble::Trouble;
use progress::Progress;

use crate::arguments::Comparison;
use crate::colours;
use crate::measure;
use crate::peers::{Peer, Peers};
use crate::quality;
use crate::rounds::{self, Measured, SIZE_PX};

/// The sizes that the shop asks for.
const QUALITY_SIZES_PX: [u32; 4] = [128, 256, 512, 1024];
const NOT_MEASURED: &str = "–";

/// Everything about one photo.
struct Row {
    name: String,
    about: String,
    measured: Measured,
    quality: BTreeMap<(Peer, u32), Result<f64, String>>,
    bytes: BTreeMap<Peer, u64>,
}

pub(crate) fn compare(comparison: &Comparison) -> Result<(), Trouble> {
    let peers = Peers::new(comparison)?;
    for peer in Peer::ALL {
        let target = peers.target(peer, SIZE_PX, "jpg");
        let folder = target.parent().unwrap_or(&target);
        fs::create_dir_all(folder).map_err(|reason| Trouble::new(folder.display(), reason))?;
    }
    let mut rows = Vec::new();
    let photos = comparison.setting.what.len();
    let progress = Progress::start("bench images", "rounds", (photos * comparison.rounds()) as u64);
    for photo in comparison.setting.what.iter().map(Path::new) {
        println!("measures {}", photo.display());
        rows.push(row(comparison, &peers, photo, &progress)?);
    }
    drop(progress);
    let mut text = text(comparison, &peers, &rows);
    if comparison.setting.python.is_some() {
        text.push_str(&colours::section(&peers, &comparison.setting.work)?);
    }
    fs::write(&comparison.setting.report, text)
        .map_err(|reason| Trouble::new(comparison.setting.report.display(), reason))?;
    println!("wrote {}", comparison.setting.report.display());
    Ok(())
}

fn row(comparison: &Comparison, peers: &Peers<'_>, photo: &Path, progress: &Progress) -> Result<Row, Trouble> {
    // Our output sets the format of a picture; the peers make the same format.
    let (_, made) = measure::run(peers.own(), &peers.whole(Peer::Ours, photo, SIZE_PX, "jpg"))?;
    let made: serde_json::Value = serde_json::from_str(&made).map_err(|reason| Trouble::new("our output", reason))?;
    let path = Path::new(made["outputs"][0]["path"].as_str().unwrap_or_default());
    let extension = if path.extension().is_some_and(|found| found == "png") {
        "png"
    } else {
        "jpg"
    };
    let file = fs::metadata(photo).map_err(|reason| Trouble::new(photo.display(), reason))?;
    let about = format!(
        "{} x {} {}, {} KB",
        made["width"],
        made["height"],
        made["format"].as_str().unwrap_or_default(),
        file.len() / 1000
    );
    let measured = rounds::measure(peers, photo, extension, comparison.rounds(), progress)?;
    let (mut qualities, mut bytes) = (BTreeMap::new(), BTreeMap::new());
    for peer in peers.present() {
        for size_px in QUALITY_SIZES_PX {
            if comparison.setting.python.is_none() {
                continue;
            }
            let found = quality_of(comparison, peers, photo, (peer, size_px, extension));
            qualities.insert((peer, size_px), found.map_err(|trouble| trouble.to_string()));
        }
        if let Ok(file) = fs::metadata(peers.target(peer, SIZE_PX, extension)) {
            bytes.insert(peer, file.len());
        }
    }
    Ok(Row {
        name: photo.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        about,
        measured,
        quality: qualities,
        bytes,
    })
}

fn quality_of(
    comparison: &Comparison,
    peers: &Peers<'_>,
    photo: &Path,
    (peer, size_px, extension): (Peer, u32, &str),
) -> Result<f64, Trouble> {
    let reference = comparison.setting.work.join(format!("reference-{size_px}.png"));
    if peer == Peer::Ours {
        measure::run(peers.own(), &peers.reference(photo, &reference, size_px))?;
    }
    measure::run(peers.own(), &peers.whole(peer, photo, size_px, extension))?;
    quality::of(&peers.target(peer, size_px, extension), &reference)
}

fn text(comparison: &Comparison, peers: &Peers<'_>, rows: &[Row]) -> String {
    let mut text = String::from(INTRODUCTION);
    let _ = writeln!(text, "{}\n", machine::description(&[]));
    let versions: Vec<String> = peers.present().into_iter().filter_map(version).collect();
    let _ = writeln!(text, "{}; {} rounds.\n", versions.join(", "), comparison.rounds());
    for why in &comparison.setting.missing {
        let _ = writeln!(text, "Not measured: {why}.\n");
    }
    text.push_str(RATIOS);
    for row in rows {
        ratios(&mut text, row);
    }
    text.push_str("\n## The figures\n");
    for row in rows {
        figures(&mut text, peers, row);
    }
    text
}

const INTRODUCTION: &str = "\
# Thumbnails compared with other programs

Written by `cargo xtask bench images`. Every peer makes the same thumbnail from the same file with one thread: upright, \
sRGB, JPEG quality 80 or, with transparency, PNG. The kernel counts CPU time and peak memory of the process. Rounds are \
interleaved; figures are medians, and ratios are medians of the ratios of each round. Quality is SSIMULACRA2 against a \
full decode by Pillow with one Lanczos3 filter over the encoded values; a transparent picture is compared over black and \
over white, and the worse figure counts.

";

const RATIOS: &str = "\
## Ratios

256 pixels. Below one: Popshop needs less.

| image | whole process, CPU, to vipsthumbnail | warm, CPU, to sharp | peak memory, to vipsthumbnail | SSIMULACRA2: Popshop, vipsthumbnail, sharp | four sizes to the largest |
|---|---|---|---|---|---|
";

fn ratios(text: &mut String, row: &Row) {
    let whole = |what: fn(&Cost) -> f64| {
        let of = |peer| {
            Some(
                row.measured
                    .whole
                    .get(&peer)?
                    .as_ref()
                    .ok()?
                    .iter()
                    .map(what)
                    .collect::<Vec<_>>(),
            )
        };
        match (of(Peer::Ours), of(Peer::Vips)) {
            (Some(ours), Some(vips)) => format!("{:.3}", rounds::ratio(&ours, &vips)),
            _ => NOT_MEASURED.to_owned(),
        }
    };
    let warm = |peer| row.measured.warm.get(&peer)?.as_ref().ok();
    let warm = match (warm(Peer::Ours), warm(Peer::Sharp)) {
        (Some(ours), Some(sharp)) => format!("{:.3}", rounds::ratio(ours, sharp)),
        _ => NOT_MEASURED.to_owned(),
    };
    let qualities = [Peer::Ours, Peer::Vips, Peer::Sharp].map(|peer| quality_cell(row, peer, SIZE_PX));
    let _ = writeln!(
        text,
        "| {} | {} | {warm} | {} | {} | {:.2} |",
        row.name,
        whole(|cost| cost.cpu_ms),
        whole(|cost| cost.peak_mb),
        qualities.join(", "),
        median(row.measured.four_sizes.clone())
    );
}

fn figures(text: &mut String, peers: &Peers<'_>, row: &Row) {
    let _ = writeln!(text, "\n### {}\n\n{}\n", row.name, row.about);
    text.push_str("| | whole, CPU ms | peak MB | warm, CPU ms | bytes | SSIMULACRA2 at 128 | 256 | 512 | 1024 |\n");
    text.push_str("|---|---|---|---|---|---|---|---|---|\n");
    for peer in peers.present() {
        let (cpu, peak) = match row.measured.whole.get(&peer) {
            Some(Ok(costs)) => (
                format!("{:.1}", median(costs.iter().map(|cost| cost.cpu_ms).collect())),
                format!("{:.1}", median(costs.iter().map(|cost| cost.peak_mb).collect())),
            ),
            Some(Err(reason)) => (format!("failed: {reason}"), NOT_MEASURED.to_owned()),
            None => (NOT_MEASURED.to_owned(), NOT_MEASURED.to_owned()),
        };
        let warm = match row.measured.warm.get(&peer) {
            Some(Ok(turns)) => format!("{:.1}", median(turns.clone())),
            Some(Err(reason)) => format!("failed: {reason}"),
            None => NOT_MEASURED.to_owned(),
        };
        let bytes = row
            .bytes
            .get(&peer)
            .map_or_else(|| NOT_MEASURED.to_owned(), u64::to_string);
        let qualities = QUALITY_SIZES_PX.map(|size_px| quality_cell(row, peer, size_px));
        let _ = writeln!(
            text,
            "| {} | {cpu} | {peak} | {warm} | {bytes} | {} |",
            peer.name(),
            qualities.join(" | ")
        );
    }
}

fn quality_cell(row: &Row, peer: Peer, size_px: u32) -> String {
    match row.quality.get(&(peer, size_px)) {
        Some(Ok(score)) => format!("{score:.2}"),
        Some(Err(reason)) => format!("failed: {reason}"),
        None => NOT_MEASURED.to_owned(),
    }
}

fn version(peer: Peer) -> Option<String> {
    match peer {
        Peer::Vips => output_of("vipsthumbnail", &["--vips-version"]),
        Peer::Sharp => Some("sharp as in `bench/images/peers/sharp`".to_owned()),
        Peer::Pillow => Some("Pillow as in `bench/images/peers/requirements.txt`".to_owned()),
        Peer::Ours | Peer::ImageCrate => None,
    }
}
