//! Measures several candidates in interleaved rounds and takes medians, so that load on the machine favours none.

use bench_kit::process::Processors;
use bench_kit::trouble::Trouble;

use bench_kit::median;
use progress::Progress;

use crate::measure::{self, Figures, Subject};

/// The figures of one candidate, one per round. The same index means the same round for all candidates.
pub(crate) struct Measured {
    pub name: String,
    pub rounds: Vec<Figures>,
    /// The answer to the first event.
    pub answer: Vec<u8>,
    pub zip_bytes: u64,
}

impl Measured {
    pub(crate) fn median(&self, of: impl Fn(&Figures) -> f64) -> f64 {
        median(self.rounds.iter().map(of).collect())
    }

    /// The median of the ratios of each round.
    pub(crate) fn ratio(&self, of: impl Fn(&Figures) -> f64, other: &Self) -> f64 {
        let both = self.rounds.iter().zip(&other.rounds);
        median(both.map(|(own, other)| of(own) / of(other)).collect())
    }
}

pub(crate) fn measure(
    subjects: &[Subject],
    processors: &Processors,
    rounds: usize,
    warm_events: u32,
    progress: &Progress,
) -> Result<Vec<Measured>, Trouble> {
    let mut all: Vec<Measured> = Vec::new();
    for subject in subjects {
        all.push(Measured {
            name: subject.name.clone(),
            rounds: Vec::new(),
            answer: Vec::new(),
            zip_bytes: crate::size::zipped(&subject.code)?,
        });
    }
    for _ in 0..rounds {
        for (subject, measured) in subjects.iter().zip(&mut all) {
            let (figures, answer) = measure::run(subject, processors, warm_events)?;
            measured.rounds.push(figures);
            measured.answer = answer;
        }
        progress.advance();
    }
    Ok(all)
}
