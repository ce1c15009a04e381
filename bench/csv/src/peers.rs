//! The programs that do the same work, each started with the same environment on one processor.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use bench_kit::cost::{self, Cost};
use bench_kit::process::{Line, Place, Processors};
use bench_kit::trouble::Trouble;

/// A program that prints how many rows it took.
pub(crate) struct Peer {
    pub name: &'static str,
    pub line: Vec<OsString>,
    /// Added to the environment.
    pub variables: Vec<(&'static str, String)>,
}

impl Peer {
    pub(crate) fn new(name: &'static str, line: &[&Path]) -> Self {
        Self {
            name,
            line: line.iter().map(|part| part.as_os_str().to_owned()).collect(),
            variables: Vec::new(),
        }
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// Runs it, and returns its cost and the number of rows that it printed.
    pub(crate) fn run(&self, own: &Path, processors: &Processors) -> Result<(Cost, u64), Trouble> {
        let line = self
            .variables
            .iter()
            .fold(Line::of(own), |line, (name, value)| line.variable(name, value));
        let (cost, output) = processors.start(Place::Measured, || cost::run(line.command(), &self.line))??;
        let rows = output.parse().map_err(|reason| Trouble::new(self.name, reason))?;
        Ok((cost, rows))
    }
}

/// This program, which runs the others and is some of them.
pub(crate) fn own() -> Result<PathBuf, Trouble> {
    std::env::current_exe().map_err(|reason| Trouble::new("this program", reason))
}
