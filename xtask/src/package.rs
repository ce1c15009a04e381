//! Packs a program as Lambda takes it: a zip with one executable file, `bootstrap`.
//!
//! The same binary always gives the same bytes, so that a deployment without a change uploads and replaces nothing.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Lambda starts a file of this name: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html>.
const EXECUTABLE: &str = "bootstrap";
/// Lambda runs code as a separate user, which needs to read and execute it.
const MODE: u32 = 0o755;

/// Speed or size.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Compression {
    /// For the local cloud: a sixth of the time, a tenth more bytes.
    Fast,
    /// For a deployment, which uploads and unpacks every byte.
    Small,
}

/// Packs `program` into `archive`, and returns the size of the package in bytes.
pub(crate) fn write(program: &Path, archive: &Path, compression: Compression) -> io::Result<u64> {
    if let Some(folder) = archive.parent() {
        fs::create_dir_all(folder)?;
    }
    let level = match compression {
        Compression::Fast => 1,
        Compression::Small => 9,
    };
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(level))
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(MODE);
    // Under another name until it is complete, so that nothing reads half an archive.
    let unfinished = archive.with_extension("unfinished");
    let mut zip = ZipWriter::new(File::create(&unfinished)?);
    zip.start_file(EXECUTABLE, options)?;
    zip.write_all(&fs::read(program)?)?;
    zip.finish()?;
    fs::rename(&unfinished, archive)?;
    Ok(fs::metadata(archive)?.len())
}

/// Whether `archive` was written after `program`.
pub(crate) fn is_current(program: &Path, archive: &Path) -> bool {
    let modified = |path| fs::metadata(path).and_then(|metadata: fs::Metadata| metadata.modified());
    match (modified(program), modified(archive)) {
        (Ok(built), Ok(packed)) => packed > built,
        _ => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn the_same_program_gives_the_same_package() {
        let folder = tempfile::tempdir().unwrap();
        let archives = ["first", "second"].map(|name| {
            let program = folder.path().join(name);
            fs::write(&program, b"\x7fELF and so on").unwrap();
            let archive = folder.path().join(name).with_extension("zip");
            write(&program, &archive, Compression::Small).unwrap();
            fs::read(archive).unwrap()
        });
        assert_eq!(archives[0], archives[1]);
    }

    #[test]
    fn a_package_holds_one_executable_of_the_expected_name() {
        let folder = tempfile::tempdir().unwrap();
        let (program, archive) = (
            folder.path().join("orders-get"),
            folder.path().join("deep/bootstrap.zip"),
        );
        fs::write(&program, b"program").unwrap();
        write(&program, &archive, Compression::Fast).unwrap();
        let mut zip = zip::ZipArchive::new(File::open(archive).unwrap()).unwrap();
        assert_eq!(zip.len(), 1);
        let entry = zip.by_index(0).unwrap();
        assert_eq!(entry.name().unwrap(), "bootstrap");
        assert_eq!(entry.unix_mode().map(|mode| mode & 0o777), Some(0o755));
    }
}
