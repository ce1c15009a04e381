//! Parses and checks a catalog on this machine: how fast it is, and which rows an import would reject.
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
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::process::ExitCode;
use std::time::Instant;

use domain::catalog::csv::{CatalogReader, Cuts, Header, ReadRow, RecordStart};

const USAGE: &str = "usage: import FILE.csv [--jobs N], with N from 1 to 64";
/// Threads that read a file side by side.
const JOBS_MAX: usize = 64;
/// Bytes of a range that one job reads at a time. The lines of its rejected rows wait in memory for those before them.
const RANGE_BYTES: u64 = 8 * 1024 * 1024;
/// Bytes read at once.
const CHUNK_BYTES: usize = 256 * 1024;
/// For arguments and files that are of no use.
const EXIT_UNUSABLE: u8 = 2;

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> ExitCode {
    let mut stderr = BufWriter::new(io::stderr().lock());
    let result = run(std::env::args().skip(1), RANGE_BYTES, &mut stderr);
    drop(stderr);
    match result {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("import: {failure}");
            ExitCode::from(EXIT_UNUSABLE)
        }
    }
}

/// Reads the file, writes a line for each rejected row, and returns the line with the numbers.
fn run(arguments: impl Iterator<Item = String>, range_bytes: u64, rejects: &mut impl Write) -> Result<String, Failure> {
    let (path, jobs) = parse_arguments(arguments)?;
    let begin = Instant::now();
    let tally = match jobs {
        1 => read_range(&path, Start::File, u64::MAX, rejects),
        _ => read_side_by_side(&path, jobs, range_bytes, rejects),
    };
    let tally = tally.map_err(|failure| format!("read {path}: {failure}"))?;
    let Tally { rows, rejected, bytes } = tally;
    let (accepted, elapsed_ms) = (rows - rejected, begin.elapsed().as_millis());
    Ok(format!(
        "{{\"rows\":{rows},\"accepted\":{accepted},\"rejected\":{rejected},\"bytes\":{bytes},\"elapsed_ms\":{elapsed_ms}}}"
    ))
}

fn parse_arguments(mut arguments: impl Iterator<Item = String>) -> Result<(String, usize), Failure> {
    let (mut path, mut jobs) = (None, 1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--jobs" => {
                let text = arguments.next().ok_or(USAGE)?;
                let number = text.parse().ok().filter(|number| (1..=JOBS_MAX).contains(number));
                jobs = number.ok_or_else(|| format!("--jobs {text}: not a number from 1 to {JOBS_MAX}"))?;
            }
            flag if flag.starts_with("--") => return Err(format!("unknown option {flag}; {USAGE}").into()),
            _ if path.is_some() => return Err(USAGE.into()),
            _ => path = Some(argument),
        }
    }
    Ok((path.ok_or(USAGE)?, jobs))
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    rows: u64,
    rejected: u64,
    bytes: u64,
}

impl Tally {
    fn count(&mut self, row: &ReadRow<'_>, rejects: &mut impl Write) -> io::Result<()> {
        self.rows += 1;
        if let Err(faults) = &row.outcome {
            self.rejected += 1;
            writeln!(rejects, "line {}: {faults}", row.record.line)?;
        }
        Ok(())
    }

    fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.rejected += other.rejected;
        self.bytes += other.bytes;
    }
}

/// Where a job begins to read.
#[derive(Clone, Copy)]
enum Start<'a> {
    File,
    Record(&'a Header, RecordStart),
}

/// Reads from `start` to byte `end` of the file.
fn read_range(path: &str, start: Start<'_>, end: u64, rejects: &mut impl Write) -> Result<Tally, Failure> {
    let mut file = File::open(path)?;
    let (mut reader, begin) = match start {
        Start::File => (CatalogReader::new(), 0),
        Start::Record(header, at) => (CatalogReader::resume(header.clone(), at), at.byte_offset),
    };
    file.seek(SeekFrom::Start(begin))?;
    let mut file = file.take(end.saturating_sub(begin));
    let mut tally = Tally::default();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let bytes = read_some(&mut file, &mut chunk)?;
        if bytes == 0 {
            break;
        }
        let mut rest = &chunk[..bytes];
        while let Some(row) = reader.next_row(&mut rest)? {
            tally.count(&row, rejects)?;
        }
    }
    if let Some(row) = reader.finish()? {
        tally.count(&row, rejects)?;
    }
    tally.bytes = reader.bytes_read() - begin;
    Ok(tally)
}

fn read_some(file: &mut impl Read, chunk: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Reads as many ranges at once as there are jobs, while the next ones are cut.
fn read_side_by_side(path: &str, jobs: usize, range_bytes: u64, rejects: &mut impl Write) -> Result<Tally, Failure> {
    let (header, mut ranges) = Ranges::of(path, range_bytes)?;
    let mut tally = Tally::default();
    let mut next = ranges.next_some(jobs)?;
    while !next.is_empty() {
        let header = &header;
        let job = |range: Range| {
            move || -> Result<(Tally, Vec<u8>), Failure> {
                let mut lines = Vec::new();
                let start = match range.begin {
                    RecordStart::FIRST => Start::File,
                    begin => Start::Record(header, begin),
                };
                Ok((read_range(path, start, range.end, &mut lines)?, lines))
            }
        };
        let results = std::thread::scope(|scope| {
            let running: Vec<_> = next.drain(..).map(|range| scope.spawn(job(range))).collect();
            let following = ranges.next_some(jobs);
            let joined = running
                .into_iter()
                .map(|job| job.join().unwrap_or_else(|_| Err("a job panicked".into())));
            following.map(|ranges| (ranges, joined.collect::<Vec<_>>()))
        });
        let (following, results) = results?;
        for result in results {
            let (part, lines) = result?;
            rejects.write_all(&lines)?;
            tally.add(&part);
        }
        next = following;
    }
    Ok(tally)
}

#[derive(Clone, Copy)]
struct Range {
    begin: RecordStart,
    end: u64,
}

/// Cuts a file into ranges of whole records, one after the other.
struct Ranges {
    file: File,
    cuts: Cuts,
    /// The first range has the header, and the blank rows before it.
    header_ends_at: u64,
    begin: Option<RecordStart>,
    chunk: Vec<u8>,
    chunk_range: std::ops::Range<usize>,
}

impl Ranges {
    fn of(path: &str, range_bytes: u64) -> Result<(Header, Self), Failure> {
        let mut file = File::open(path)?;
        let mut reader = CatalogReader::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        let header = loop {
            let bytes = read_some(&mut file, &mut chunk)?;
            if bytes == 0 {
                reader.finish()?;
            }
            reader.read_header(&mut &chunk[..bytes])?;
            if let Some(header) = reader.header() {
                break header.clone();
            }
        };
        file.rewind()?;
        let ranges = Self {
            file,
            cuts: Cuts::new(RecordStart::FIRST, range_bytes),
            header_ends_at: reader.bytes_read(),
            begin: Some(RecordStart::FIRST),
            chunk,
            chunk_range: 0..0,
        };
        Ok((header, ranges))
    }

    fn next_some(&mut self, count: usize) -> io::Result<Vec<Range>> {
        let mut ranges = Vec::with_capacity(count);
        while ranges.len() < count
            && let Some(range) = self.next()?
        {
            ranges.push(range);
        }
        Ok(ranges)
    }

    fn next(&mut self) -> io::Result<Option<Range>> {
        let Some(begin) = self.begin else { return Ok(None) };
        loop {
            let mut rest = &self.chunk[self.chunk_range.clone()];
            while let Some(cut) = self.cuts.next_cut(&mut rest) {
                if cut.byte_offset >= self.header_ends_at {
                    self.chunk_range.start = self.chunk_range.end - rest.len();
                    self.begin = Some(cut);
                    let end = cut.byte_offset;
                    return Ok(Some(Range { begin, end }));
                }
            }
            let bytes = read_some(&mut self.file, &mut self.chunk)?;
            self.chunk_range = 0..bytes;
            if bytes == 0 {
                self.begin = None;
                let end = self.cuts.bytes_read();
                return Ok(Some(Range { begin, end }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "sku,name,description,price,currency,stock\n";

    /// The numbers without the time, and the lines of rejected rows.
    fn import(path: &str, arguments: &[&str], range_bytes: u64) -> Result<(String, String), String> {
        let arguments = [path].into_iter().chain(arguments.iter().copied()).map(str::to_owned);
        let mut rejects = Vec::new();
        let line = run(arguments, range_bytes, &mut rejects).map_err(|failure| failure.to_string())?;
        let numbers = line.split(",\"elapsed_ms\"").next().unwrap_or_default().to_owned();
        Ok((numbers, String::from_utf8(rejects).unwrap()))
    }

    fn file(name: &str, text: &[u8]) -> String {
        let path = std::env::temp_dir().join(format!("popshop-import-{}-{name}.csv", std::process::id()));
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    #[test]
    fn any_number_of_jobs_has_the_result_of_one() {
        let rows = (0..2_000).map(|row| {
            let price = if row % 7 == 0 { "free" } else { "1.00" };
            let quote = if row % 90 == 0 { "\"" } else { "" };
            format!("S{row},{quote}Mug,\"two\nlines\",{price},EUR,{row}\n,,,,,\n")
        });
        let text = format!("\n,,,\n{HEADER}{}", rows.collect::<Vec<_>>().concat());
        let path = file("jobs", text.as_bytes());
        let alone = import(&path, &[], RANGE_BYTES).unwrap();
        assert!(alone.0.contains(&format!("\"bytes\":{}", text.len())), "{}", alone.0);
        assert!(alone.1.lines().count() > 250, "{}", alone.1);
        for (jobs, range_bytes) in [("2", 10), ("3", 1_000), ("64", 5_000), ("4", RANGE_BYTES)] {
            assert_eq!(
                import(&path, &["--jobs", jobs], range_bytes),
                Ok(alone.clone()),
                "{jobs} jobs"
            );
        }
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_file_that_is_unusable_is_so_for_any_number_of_jobs() {
        let path = file(
            "unusable",
            b"sku;name;description;price;currency;stock\nA;b;c;1;EUR;1\n",
        );
        let alone = import(&path, &[], RANGE_BYTES).unwrap_err();
        assert!(alone.contains("semicolons"), "{alone}");
        assert_eq!(import(&path, &["--jobs", "3"], 10), Err(alone));
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_number_of_jobs_that_is_out_of_range_is_refused() {
        for jobs in ["0", "65", "-1", "many", ""] {
            let refused = import("none.csv", &["--jobs", jobs], RANGE_BYTES).unwrap_err();
            assert_eq!(refused, format!("--jobs {jobs}: not a number from 1 to 64"));
        }
        for arguments in [["--jobs"].as_slice(), &["other.csv"], &["--speed"]] {
            assert!(import("none.csv", arguments, RANGE_BYTES).unwrap_err().contains(USAGE));
        }
    }
}
