//! Writes the API's documents into the repository. `cargo xtask openapi` runs it.
#![expect(clippy::print_stdout, reason = "a command line tool reports what it wrote")]

use std::error::Error;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for document in api_document::documents()? {
        let path = root.join(&document.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, &document.text)?;
        println!("wrote {}", document.path);
    }
    Ok(())
}
