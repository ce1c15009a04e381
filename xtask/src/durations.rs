//! Remembers how long the steps of a command took, to estimate the next run. The file is below `target/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::functions::target_folder;

const FILE: &str = "xtask-durations.json";

/// Seconds of the last successful run of each step, by command and step.
pub(crate) struct Durations {
    path: PathBuf,
    seconds: BTreeMap<String, BTreeMap<String, f64>>,
}

impl Durations {
    pub(crate) fn read() -> Self {
        Self::at(&target_folder().join(FILE))
    }

    /// Those in the file at `path`. Without a readable file there is no estimate.
    pub(crate) fn at(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_default();
        Self {
            path: path.to_owned(),
            seconds: serde_json::from_str(&text).unwrap_or_default(),
        }
    }

    pub(crate) fn of(&self, command: &str, step: &str) -> Option<Duration> {
        let seconds = self.seconds.get(command)?.get(step)?;
        Duration::try_from_secs_f64(*seconds).ok()
    }

    /// Writes the file at once, so that an interrupted run leaves its figures behind. An error is ignored: it costs an
    /// estimate.
    pub(crate) fn record(&mut self, command: &str, step: &str, took: Duration) {
        let steps = self.seconds.entry(command.to_owned()).or_default();
        steps.insert(step.to_owned(), took.as_secs_f64());
        if let Ok(text) = serde_json::to_string_pretty(&self.seconds) {
            fs::write(&self.path, text).unwrap_or_default();
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn the_next_run_reads_the_durations_of_the_last_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let mut durations = Durations::at(&path);
        assert_eq!(durations.of("test", "lints"), None);
        durations.record("test", "lints", Duration::from_secs(5));
        durations.record("test", "lints", Duration::from_secs(7));
        durations.record("prove", "lints", Duration::from_secs(9));
        let durations = Durations::at(&path);
        assert_eq!(durations.of("test", "lints"), Some(Duration::from_secs(7)));
        assert_eq!(durations.of("prove", "lints"), Some(Duration::from_secs(9)));
        assert_eq!(durations.of("test", "format"), None);
    }

    #[test]
    fn a_damaged_file_costs_only_the_estimate() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        for damaged in ["", "{", "[1]", r#"{"test":{"lints":"long"}}"#] {
            fs::write(&path, damaged).unwrap();
            assert_eq!(Durations::at(&path).of("test", "lints"), None, "{damaged}");
        }
        fs::write(&path, r#"{"test":{"lints":-1}}"#).unwrap();
        assert_eq!(Durations::at(&path).of("test", "lints"), None);
    }
}
