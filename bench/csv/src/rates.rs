//! The rates and memory peaks of one program, round by round.

use bench_kit::cost::Cost;

/// Of each round; the same index is the same round everywhere.
pub(crate) struct Rates {
    pub name: &'static str,
    pub rows: u64,
    pub rows_per_cpu_second: Vec<f64>,
    pub peaks_mb: Vec<f64>,
}

impl Rates {
    pub(crate) fn of(name: &'static str, rows: u64) -> Self {
        Self {
            name,
            rows,
            rows_per_cpu_second: Vec::new(),
            peaks_mb: Vec::new(),
        }
    }

    /// What one run cost.
    pub(crate) fn add(&mut self, cost: Cost) {
        let rate = self.rows as f64 * 1000.0 / cost.cpu_ms;
        eprintln!(
            "    {}: {rate:.0} rows per CPU-second, {:.1} MB",
            self.name, cost.peak_mb
        );
        self.rows_per_cpu_second.push(rate);
        self.peaks_mb.push(cost.peak_mb);
    }

    pub(crate) fn rate(&self) -> f64 {
        bench_kit::median(self.rows_per_cpu_second.clone())
    }

    pub(crate) fn peak_mb(&self) -> f64 {
        bench_kit::median(self.peaks_mb.clone())
    }

    /// How many times as many rows as the other's.
    pub(crate) fn to(&self, other: &Self) -> f64 {
        let both = self.rows_per_cpu_second.iter().zip(&other.rows_per_cpu_second);
        bench_kit::median(both.map(|(own, other)| own / other).collect())
    }
}
