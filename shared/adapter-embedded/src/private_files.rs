//! Creates the folders and files of a shop so that only their owner can read them: they hold addresses and keys.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::path::Path;

#[cfg(unix)]
const FOLDER_MODE: u32 = 0o700;
#[cfg(unix)]
const FILE_MODE: u32 = 0o600;

/// Creates a folder and what is missing above it. What exists keeps its mode.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, FOLDER_MODE);
    builder.create(path)
}

/// Creates a file that did not exist.
pub async fn create_new(path: &Path) -> io::Result<tokio::fs::File> {
    let mut options = tokio::fs::OpenOptions::from(file_options());
    options.write(true).create_new(true).open(path).await
}

fn file_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, FILE_MODE);
    options
}

/// Takes the rights of others from a folder that an earlier version created with them.
pub fn restrict_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    set_mode(path, FOLDER_MODE)?;
    Ok(())
}

/// Creates the file if there is none, and takes the rights of others from one that an earlier version created with
/// them.
pub fn create_or_restrict_file(path: &Path) -> io::Result<()> {
    file_options().append(true).create(true).open(path)?;
    #[cfg(unix)]
    set_mode(path, FILE_MODE)?;
    Ok(())
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
}
