//! Compares the cost of writing a catalog into a table that accepts every row at once.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use bench_kit::certificates::Certificates;
use bench_kit::process::{Place, Processors};
use bench_kit::trouble::Trouble;
use domain::catalog::import::STOPS_BEFORE_DEADLINE;
use progress::Progress;

use crate::arguments::Comparison;
use crate::generated::{ROWS, ROWS_LARGE, USABLE_MIN, made};
use crate::ingester::{Import, Ingester, TIMEOUT};
use crate::peers::{self, Peer};
use crate::rates::Rates;
use crate::sink::Sink;

/// Rows for each program: enough for some seconds, so fewer for slow ones.
const ROWS_RUST: u64 = 100_000;
const ROWS_JAVASCRIPT: u64 = 20_000;
const ROWS_BOTO3: u64 = 5_000;
/// How long csv-ingester works on 4 GB before it hands over.
const LARGE_WORK: Duration = Duration::from_mins(2);

/// The programs that are measured, and the endpoints that they use.
struct Surroundings<'a> {
    comparison: &'a Comparison,
    processors: &'a Processors,
    own: &'a Path,
    sink: &'a Sink,
    certificates: Option<&'a Certificates>,
}

pub(crate) fn section(comparison: &Comparison, processors: &Processors) -> Result<String, Trouble> {
    let own = peers::own()?;
    let certificates = Certificates::make(&comparison.setting.work)?;
    let (plain, secret) = (Sink::start(None)?, Sink::start(Some(certificates.server.clone()))?);
    let mut text = String::from(INTRODUCTION);
    for (title, sink, certificates) in [
        ("Over plain HTTP", &plain, None),
        ("Over TLS", &secret, Some(&certificates)),
    ] {
        eprintln!("==> writing: {title}");
        let place = Surroundings {
            comparison,
            processors,
            own: &own,
            sink,
            certificates,
        };
        let _ = write!(text, "\n### {title}\n\n{}", place.table()?);
    }
    eprintln!("==> writing: whole files");
    let place = Surroundings {
        comparison,
        processors,
        own: &own,
        sink: &plain,
        certificates: None,
    };
    text.push_str(&place.whole_files()?);
    Ok(text)
}

const INTRODUCTION: &str = "
## Write

Each program sends the same conditional `UpdateItem` for each row, to a sink that accepts every write at once. Popshop is \
the deployed program of csv-ingester, with an event of the bucket: it reads its file by `GetObject` from the sink, \
checkpoints its progress in the ledger, writes the report of rejected rows and sends a mail. The others only read the file \
from the disk and write the rows. *Popshop's is* the ratio of the rows per CPU-second to those of the other program.
";

impl Surroundings<'_> {
    fn table(&self) -> Result<String, Trouble> {
        let work = &self.comparison.setting.work;
        let (file, bytes) = made(work, ROWS_RUST)?;
        let mut ours = Rates::of("Popshop", ROWS_RUST);
        let peers = self.peers()?;
        let mut others: Vec<Rates> = peers.iter().map(|(peer, rows)| Rates::of(peer.name, *rows)).collect();
        let progress = Progress::start("writing", "rounds", self.comparison.rounds() as u64);
        for _ in 0..self.comparison.rounds() {
            self.sink.begin(&file, None)?;
            let import = self.ingester().import(bytes, 1, Place::Measured, TIMEOUT)?;
            self.check(&import, ROWS_RUST)?;
            ours.add(import.cost);
            for ((peer, rows), rates) in peers.iter().zip(&mut others) {
                self.sink.begin(&file, None)?;
                let (cost, written) = peer.run(self.own, self.processors)?;
                let least = *rows as f64 * USABLE_MIN;
                if written > *rows || (written as f64) < least || self.sink.rows_taken() != written {
                    let taken = self.sink.rows_taken();
                    return Err(Trouble::new(
                        peer.name,
                        format!("reports {written} of {rows} rows, and the sink received {taken}"),
                    ));
                }
                rates.add(cost);
            }
            progress.advance();
        }
        drop(progress);
        let mut text = String::from(
            "| | rows | rows per CPU-second | µs per row | Popshop's is | peak MB |\n|---|---|---|---|---|---|\n",
        );
        for rates in std::iter::once(&ours).chain(&others) {
            let _ = writeln!(
                text,
                "| {} | {} | {:.0} | {:.1} | {:.2} | {:.1} |",
                rates.name,
                rates.rows,
                rates.rate(),
                1e6 / rates.rate(),
                ours.to(rates),
                rates.peak_mb()
            );
        }
        Ok(text)
    }

    fn ingester(&self) -> Ingester<'_> {
        Ingester {
            program: &self.comparison.ingester,
            processors: self.processors,
            url: &self.sink.url,
            roots: self.certificates.map(|certificates| certificates.with_amazon.as_path()),
        }
    }

    /// The import reports as many rows as the sink received.
    fn check(&self, import: &Import, rows: u64) -> Result<(), Trouble> {
        let taken = self.sink.rows_taken();
        let is_whole = import.outcome == "DONE" && import.rows_written + import.rows_rejected == rows;
        if is_whole && taken == import.rows_written {
            return Ok(());
        }
        let message = format!(
            "{}, {} written and {} rejected of {rows}, and the sink has {taken}",
            import.outcome, import.rows_written, import.rows_rejected
        );
        Err(Trouble::new("csv-ingester", message))
    }

    /// Each with its rows.
    fn peers(&self) -> Result<Vec<(Peer, u64)>, Trouble> {
        let comparison = self.comparison;
        let work = &comparison.setting.work;
        let mut peers = Vec::new();
        if let Some(plain) = &comparison.plain_sdk {
            let (file, _) = made(work, ROWS_RUST)?;
            peers.push((Peer::new("SDK for Rust, plain loop", &[plain, &file]), ROWS_RUST));
        }
        if let Some(script) = &comparison.javascript {
            let (file, _) = made(work, ROWS_JAVASCRIPT)?;
            let peer = Peer::new("SDK for JavaScript v3, csv-parse", &[Path::new("node"), script, &file]);
            peers.push((peer, ROWS_JAVASCRIPT));
        }
        if let Some(python) = &comparison.setting.python {
            let (file, _) = made(work, ROWS_BOTO3)?;
            let script = comparison.scripts.join("write.py");
            for (name, how) in [
                ("boto3, a table as its guide has it", "table"),
                ("boto3, a client that checks nothing", "client"),
            ] {
                peers.push((Peer::new(name, &[python, &script, Path::new(how), &file]), ROWS_BOTO3));
            }
        }
        Ok(peers
            .into_iter()
            .map(|(peer, rows)| (self.reaching_the_sink(peer), rows))
            .collect())
    }

    fn reaching_the_sink(&self, peer: Peer) -> Peer {
        let peer = peer.with("AWS_ENDPOINT_URL", &self.sink.url);
        let Some(certificates) = self.certificates else {
            return peer;
        };
        let text = |path: &Path| path.to_string_lossy().into_owned();
        // Each looks for roots in a place of its own: the SDK for Rust, Node, boto3.
        peer.with("SSL_CERT_FILE", text(&certificates.with_system))
            .with("NODE_EXTRA_CA_CERTS", text(&certificates.alone))
            .with("AWS_CA_BUNDLE", text(&certificates.with_system))
    }

    fn whole_files(&self) -> Result<String, Trouble> {
        let mut text = String::from(
            "\n### Whole files\n\ncsv-ingester alone, over plain HTTP.\n\n\
             | file | rows written | rows rejected | CPU seconds | peak MB |\n|---|---|---|---|---|\n",
        );
        let mut row = |file: String, written: u64, rejected: String, import: &Import| {
            let (cpu_s, peak_mb) = (import.cost.cpu_ms / 1000.0, import.cost.peak_mb);
            let _ = writeln!(text, "| {file} | {written} | {rejected} | {cpu_s:.1} | {peak_mb:.1} |");
        };
        let work = &self.comparison.setting.work;
        let (file, bytes) = made(work, ROWS)?;
        self.sink.begin(&file, None)?;
        let import = self.ingester().import(bytes, 1, Place::Measured, TIMEOUT)?;
        self.check(&import, ROWS)?;
        let name = format!("{} MB", bytes / 1_000_000);
        row(name, import.rows_written, import.rows_rejected.to_string(), &import);
        if self.comparison.with_large_file {
            let (file, bytes) = made(work, ROWS_LARGE)?;
            self.sink.begin(&file, None)?;
            let timeout = LARGE_WORK + STOPS_BEFORE_DEADLINE;
            let import = self.ingester().import(bytes, 1, Place::Measured, timeout)?;
            let name = format!(
                "{:.1} GB, {} after {} s",
                bytes as f64 / 1e9,
                import.outcome,
                LARGE_WORK.as_secs()
            );
            row(name, self.sink.rows_taken(), "–".to_owned(), &import);
        }
        Ok(text)
    }
}
