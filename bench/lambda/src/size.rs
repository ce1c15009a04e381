//! Computes the size of a deployment package: every file compressed as in a zip, at the strongest level.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use bench_kit::trouble::Trouble;
use flate2::Compression;
use flate2::write::DeflateEncoder;

/// The size of a file's two headers in a zip, without the name of the file.
const HEADERS_BYTES: u64 = 76;
/// Files of Python and its installer that a deployment omits.
const LEFT_OUT: [&str; 4] = ["__pycache__", "pip", "setuptools", "_distutils_hack"];

pub(crate) fn zipped(path: &Path) -> Result<u64, Trouble> {
    let trouble = |reason| Trouble::new(path.display(), reason);
    if !path.is_dir() {
        let mut deflated = DeflateEncoder::new(Vec::new(), Compression::best());
        deflated.write_all(&fs::read(path).map_err(trouble)?).map_err(trouble)?;
        return Ok(deflated.finish().map_err(trouble)?.len() as u64 + HEADERS_BYTES);
    }
    let mut bytes = 0;
    for entry in fs::read_dir(path).map_err(trouble)? {
        let entry = entry.map_err(trouble)?;
        let name = entry.file_name();
        let is_left_out = LEFT_OUT.iter().any(|left_out| name == *left_out);
        if !is_left_out {
            bytes += zipped(&entry.path())?;
        }
    }
    Ok(bytes)
}
