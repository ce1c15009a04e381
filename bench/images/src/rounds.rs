//! Measures the peers in interleaved rounds and takes medians, so that load on the machine favours none.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use bench_kit::cost::Cost;
use bench_kit::median;
use bench_kit::trouble::Trouble;
use progress::Progress;

use crate::measure;
use crate::peers::{Peer, Peers};

/// Turns of a warm process in one round.
const TURNS: usize = 3;
/// The size of the headline.
pub(crate) const SIZE_PX: u32 = 256;
/// The sizes for measuring the cost of several sizes beyond the largest.
const LARGEST: &str = "1024";
const FOUR_SIZES: &str = "1024,512,256,128";

/// One entry per round; the same index is the same round in all lists.
#[derive(Default)]
pub(crate) struct Measured {
    pub whole: BTreeMap<Peer, Result<Vec<Cost>, String>>,
    pub warm: BTreeMap<Peer, Result<Vec<f64>, String>>,
    /// CPU time of four sizes over that of the largest alone, ours.
    pub four_sizes: Vec<f64>,
}

/// The ratios of the costs of two peers, round by round.
pub(crate) fn ratio(ours: &[f64], theirs: &[f64]) -> f64 {
    median(ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect())
}

pub(crate) fn measure(
    peers: &Peers<'_>,
    photo: &Path,
    extension: &str,
    rounds: usize,
    progress: &Progress,
) -> Result<Measured, Trouble> {
    let mut measured = Measured::default();
    let own = peers.own();
    for _ in 0..rounds {
        for peer in peers.present() {
            let line = peers.whole(peer, photo, SIZE_PX, extension);
            let cost = measure::run(own, &line).map(|(cost, _)| cost);
            collect(&mut measured.whole, peer, cost);
        }
        for peer in peers.present() {
            let Some(line) = peers.warm(peer, photo, &SIZE_PX.to_string(), extension, TURNS) else {
                continue;
            };
            collect(&mut measured.warm, peer, warm(own, &line));
        }
        let sizes = |sizes: &str| match peers.warm(Peer::Ours, photo, sizes, extension, TURNS) {
            Some(line) => warm(own, &line),
            None => Ok(f64::NAN),
        };
        let largest = sizes(LARGEST)?;
        measured.four_sizes.push(sizes(FOUR_SIZES)? / largest);
        progress.advance();
    }
    Ok(measured)
}

/// A peer that fails once is reported as failed, with its output.
fn collect<T>(all: &mut BTreeMap<Peer, Result<Vec<T>, String>>, peer: Peer, one: Result<T, Trouble>) {
    let costs = all.entry(peer).or_insert_with(|| Ok(Vec::new()));
    match (costs, one) {
        (Ok(costs), Ok(cost)) => costs.push(cost),
        (Err(_), _) => {}
        (failed, Err(trouble)) => *failed = Err(trouble.to_string()),
    }
}

fn warm(own: &Path, line: &[OsString]) -> Result<f64, Trouble> {
    let (_, output) = measure::run(own, line)?;
    let turns: Vec<f64> = serde_json::from_str(&output).map_err(|reason| Trouble::new("a warm process", reason))?;
    Ok(median(turns))
}
