//! The candidates of the comparison, and how each of them is started.

use std::fs;
use std::path::{Path, PathBuf};

use bench_kit::certificates::Certificates;
use bench_kit::process::Line;
use bench_kit::trouble::Trouble;

use crate::arguments::Comparison;
use crate::measure::Subject;

/// The function that the peers reimplement.
pub(crate) const COMPARED: &str = "orders-get";

pub(crate) const OURS: &str = "Popshop";
pub(crate) const OURS_WARMED_UP: &str = "Popshop, warmed up in INIT";
pub(crate) const USUAL: &str = "usual Rust";
pub(crate) const HELLO: &str = "lambda_runtime hello";
pub(crate) const NODE: &str = "Node";
pub(crate) const PYTHON: &str = "Python";

/// Whether a function makes its warm-up call in INIT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WarmUp {
    On,
    Off,
}

/// The parameters of all candidates.
pub(crate) struct Surroundings<'a> {
    pub comparison: &'a Comparison,
    pub certificates: &'a Certificates,
    pub endpoint: &'a str,
    /// The address of the trace daemon.
    pub daemon: &'a str,
}

impl Surroundings<'_> {
    /// A function of the shop.
    pub(crate) fn function(&self, function: &str, name: &str, warm_up: WarmUp) -> Result<Subject, Trouble> {
        let code = self.comparison.programs.join(function);
        let line = self
            .line(&code)
            .variable("TLS_ROOTS", text(&self.certificates.with_amazon));
        let line = match warm_up {
            WarmUp::On => line,
            WarmUp::Off => line.variable("WARM_UP", "off"),
        };
        subject(name, function, line, code)
    }

    pub(crate) fn peers(&self) -> Result<Vec<Subject>, Trouble> {
        let mut peers = Vec::new();
        for (name, program) in [(USUAL, "usual"), (HELLO, "hello")] {
            let code = self.comparison.rust_peers.join(program);
            let line = self
                .line(&code)
                .variable("SSL_CERT_FILE", text(&self.certificates.with_system));
            peers.push(subject(name, COMPARED, line, code)?);
        }
        if let Some(bundle) = &self.comparison.node {
            let line = self.line("node").argument(text(bundle));
            // Added to the roots that Node includes.
            let line = line.variable("NODE_EXTRA_CA_CERTS", text(&self.certificates.alone));
            peers.push(subject(NODE, COMPARED, line, bundle.clone())?);
        }
        if let Some(python) = &self.comparison.setting.python {
            let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/python/orders_get.py");
            let line = self.line(python).argument(text(&script));
            let line = line.variable("AWS_CA_BUNDLE", text(&self.certificates.with_system));
            peers.push(subject(PYTHON, COMPARED, line, packages(python)?)?);
        }
        Ok(peers)
    }

    fn line(&self, program: impl Into<PathBuf>) -> Line {
        Line::of(program)
            .variable("AWS_ENDPOINT_URL", self.endpoint)
            .variable("AWS_XRAY_DAEMON_ADDRESS", self.daemon)
    }
}

fn subject(name: &str, function: &str, line: Line, code: PathBuf) -> Result<Subject, Trouble> {
    Ok(Subject {
        name: name.to_owned(),
        line,
        event: event(function)?,
        code,
    })
}

/// The event of this function in `events/`.
pub(crate) fn event(function: &str) -> Result<Vec<u8>, Trouble> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../events/{function}.json"));
    fs::read(&path).map_err(|reason| Trouble::new(path.display(), reason))
}

/// The folder of the packages in a virtual environment.
fn packages(python: &Path) -> Result<PathBuf, Trouble> {
    let root = python.parent().and_then(Path::parent).unwrap_or(python);
    let library = root.join("lib");
    let trouble = |reason| Trouble::new(library.display(), reason);
    let mut versions = fs::read_dir(&library).map_err(trouble)?;
    let version = versions.next().transpose().map_err(trouble)?;
    let version = version.ok_or_else(|| Trouble::new(library.display(), "the folder is empty"))?;
    Ok(version.path().join("site-packages"))
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
