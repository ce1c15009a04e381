//! Names the file of an object's version: safe whatever the key, and new for every version.

use std::io;
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

use crate::private_files;

/// Bytes of one path segment; file systems allow 255, and the version's name follows.
const SEGMENT_BYTES_MAX: usize = 180;
/// Bytes of a whole path below its bucket; systems allow about 4,000 with everything above.
const PATH_BYTES_MAX: usize = 1_500;

/// Everything but RFC 3986's unreserved characters is encoded.
pub(crate) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The path of one version below its bucket's folder.
///
/// Segments are percent-encoded, so no key leaves its folder, and an `@` is no part of an encoded segment: the
/// version's file `a@1` never meets the folder `a` of the key `a/b`. What encoding cannot express begins with a `%`
/// that no two hexadecimal digits follow.
pub(crate) fn relative_path(key: &str, version: &str) -> PathBuf {
    let segments: Vec<String> = key.split('/').map(safe_segment).collect();
    let mut path = segments.join("/");
    if path.len() > PATH_BYTES_MAX {
        path = hashed(key);
    }
    PathBuf::from(format!("{path}@{version}"))
}

fn safe_segment(segment: &str) -> String {
    match segment {
        "" => return "%".to_owned(),
        "." => return "%2E".to_owned(),
        ".." => return "%2E%2E".to_owned(),
        _ => {}
    }
    let encoded = utf8_percent_encode(segment, RESERVED).to_string();
    if encoded.len() > SEGMENT_BYTES_MAX {
        hashed(segment)
    } else {
        encoded
    }
}

fn hashed(text: &str) -> String {
    format!("%sha256-{}", hex::encode(Sha256::digest(text.as_bytes())))
}

/// A folder of its own among the system's temporary files, removed when dropped.
#[derive(Debug)]
pub(crate) struct ScratchFolder {
    path: PathBuf,
}

impl ScratchFolder {
    pub(crate) fn create() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("popshop-{}", uuid::Uuid::now_v7().simple()));
        private_files::create_folder(&path)?;
        Ok(Self { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.path) {
            tracing::warn!(error = %error, "temporary folder could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Component;

    use super::*;

    #[test]
    fn no_key_leaves_its_bucket() {
        for key in [
            "..",
            "../../etc/passwd",
            "/etc/passwd",
            "a/../../b",
            "a\\..\\b",
            "a\0b",
            "//",
            "~/x",
            "C:\\x",
        ] {
            let path = relative_path(key, "v");
            assert!(
                path.components().all(|part| matches!(part, Component::Normal(_))),
                "{key:?} became {path:?}"
            );
        }
    }

    #[test]
    fn different_keys_have_different_files() {
        let long = "x".repeat(1_000);
        let keys = [
            "a",
            "a/b",
            "a/",
            "/a",
            "a//b",
            "a%2Fb",
            "a@v",
            "a@v/b",
            "%",
            "%2E",
            ".",
            "..",
            "é",
            "e\u{301}",
            "",
            &long,
            &long[1..],
            &format!("{long}/b"),
        ];
        let paths: std::collections::BTreeSet<PathBuf> = keys.iter().map(|key| relative_path(key, "v")).collect();
        assert_eq!(paths.len(), keys.len());
    }

    #[test]
    fn names_stay_within_what_file_systems_allow() {
        let wide = "茶".repeat(341);
        let deep = "é/".repeat(512);
        for key in [wide.as_str(), deep.as_str(), &format!("{wide}/b")] {
            let path = relative_path(key, "0190f3c47d1e7a008000000000000001");
            assert!(path.as_os_str().len() < 1_600);
            assert!(path.components().all(|part| part.as_os_str().len() <= 255));
        }
    }

    #[test]
    fn plain_keys_stay_readable() {
        assert_eq!(
            relative_path("photos/MUG-01/0190", "v1"),
            PathBuf::from("photos/MUG-01/0190@v1")
        );
    }
}
