//! How fast is a catalog parsed and validated on this machine, and which rows would be rejected?
//!
//! `cargo run --release -p domain --example import -- FILE.csv [--jobs N]`
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool answers by printing"
)]
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a tool around the domain has a disk, arguments and a clock; the domain itself has none"
)]

use std::error::Error;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::process::ExitCode;
use std::time::Instant;

use domain::catalog::csv::{CatalogReader, ReadRow};

const USAGE: &str = "usage: import FILE.csv [--jobs 1]";
/// Bytes read at once.
const CHUNK_BYTES: usize = 256 * 1024;
/// For arguments and files that are of no use.
const EXIT_UNUSABLE: u8 = 2;

#[derive(Default)]
struct Tally {
    rows: u64,
    rejected: u64,
}

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("import: {error}");
            ExitCode::from(EXIT_UNUSABLE)
        }
    }
}

fn run(arguments: impl Iterator<Item = String>) -> Result<String, Box<dyn Error>> {
    let path = path_of(arguments)?;
    let begin = Instant::now();
    let mut file = File::open(&path).map_err(|error| format!("open {path}: {error}"))?;
    let mut stderr = BufWriter::new(io::stderr().lock());
    let (tally, bytes) = read(&mut file, &mut stderr).map_err(|error| format!("read {path}: {error}"))?;
    stderr.flush()?;
    let Tally { rows, rejected } = tally;
    let (accepted, elapsed_ms) = (rows - rejected, begin.elapsed().as_millis());
    Ok(format!(
        "{{\"rows\":{rows},\"accepted\":{accepted},\"rejected\":{rejected},\"bytes\":{bytes},\"elapsed_ms\":{elapsed_ms}}}"
    ))
}

fn path_of(mut arguments: impl Iterator<Item = String>) -> Result<String, Box<dyn Error>> {
    let mut path = None;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--jobs" => match arguments.next().as_deref() {
                Some("1") => {}
                Some(jobs) => return Err(format!("--jobs {jobs}: only one job is supported so far").into()),
                None => return Err(USAGE.into()),
            },
            flag if flag.starts_with("--") => return Err(format!("unknown option {flag}; {USAGE}").into()),
            _ if path.is_some() => return Err(USAGE.into()),
            _ => path = Some(argument),
        }
    }
    path.ok_or_else(|| USAGE.into())
}

fn read(file: &mut File, rejects: &mut impl Write) -> Result<(Tally, u64), Box<dyn Error>> {
    let mut reader = CatalogReader::new();
    let mut tally = Tally::default();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let bytes = match file.read(&mut chunk) {
            Ok(0) => break,
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        let mut rest = &chunk[..bytes];
        while let Some(row) = reader.next_row(&mut rest)? {
            tally.add(&row, rejects)?;
        }
    }
    if let Some(row) = reader.finish()? {
        tally.add(&row, rejects)?;
    }
    Ok((tally, reader.bytes_read()))
}

impl Tally {
    fn add(&mut self, row: &ReadRow<'_>, rejects: &mut impl Write) -> io::Result<()> {
        self.rows += 1;
        if let Err(faults) = &row.outcome {
            self.rejected += 1;
            writeln!(rejects, "line {}: {faults}", row.record.line)?;
        }
        Ok(())
    }
}
