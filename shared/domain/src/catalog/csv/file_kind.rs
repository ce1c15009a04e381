//! Recognises files of other kinds that are uploaded as a catalog by mistake, with advice for the uploader.

/// A kind of file that no catalog can be, as messages name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileKind {
    /// The kind, with its article, like `a PDF document`.
    pub name: &'static str,
    /// What the uploader can do to get a CSV file, as an imperative clause.
    pub advice: &'static str,
}

const SAVE_AS_CSV: &str = "open it in a spreadsheet program and save the sheet as \"CSV UTF-8\"";
const UNPACK: &str = "unpack it and upload the CSV file that is in it";
const SAVE_AS_UTF8: &str = "save the file as \"CSV UTF-8\"; in a text editor, choose the encoding UTF-8";
const EXPORT_AS_CSV: &str = "export the products as a CSV file and upload that";

/// The first bytes of each kind. A ZIP archive comes last of those that begin with them.
const BEGINNINGS: &[(&[u8], FileKind)] = &[
    (
        b"PK\x03\x04",
        FileKind {
            name: "an Excel workbook or another ZIP archive",
            advice: "open a workbook in a spreadsheet program and save the sheet as \"CSV UTF-8\"; unpack an archive and \
                     upload the CSV file that is in it",
        },
    ),
    (b"PK\x05\x06", FileKind::new("an empty ZIP archive", UNPACK)),
    (
        b"\xd0\xcf\x11\xe0",
        FileKind::new("an Excel 97-2003 workbook", SAVE_AS_CSV),
    ),
    (b"\x1f\x8b", FileKind::new("a gzip archive", UNPACK)),
    (b"BZh", FileKind::new("a bzip2 archive", UNPACK)),
    (b"\xfd7zXZ", FileKind::new("an xz archive", UNPACK)),
    (b"\x28\xb5\x2f\xfd", FileKind::new("a Zstandard archive", UNPACK)),
    (b"7z\xbc\xaf", FileKind::new("a 7z archive", UNPACK)),
    (b"Rar!", FileKind::new("a RAR archive", UNPACK)),
    (b"%PDF-", FileKind::new("a PDF document", EXPORT_AS_CSV)),
    (b"{\\rtf", FileKind::new("a rich text document", EXPORT_AS_CSV)),
    (b"\x89PNG", FileKind::new("a PNG picture", EXPORT_AS_CSV)),
    (b"\xff\xd8\xff", FileKind::new("a JPEG picture", EXPORT_AS_CSV)),
    (b"\xff\xfe", FileKind::new("UTF-16 text", SAVE_AS_UTF8)),
    (b"\xfe\xff", FileKind::new("UTF-16 text", SAVE_AS_UTF8)),
    (b"\0\0\xfe\xff", FileKind::new("UTF-32 text", SAVE_AS_UTF8)),
];

/// Marks of text files that are no tables, behind white space.
const TEXT_BEGINNINGS: &[(u8, FileKind)] = &[
    (b'<', FileKind::new("an HTML or XML document", EXPORT_AS_CSV)),
    (b'{', FileKind::new("a JSON document", EXPORT_AS_CSV)),
    (b'[', FileKind::new("a JSON document", EXPORT_AS_CSV)),
];

impl FileKind {
    const fn new(name: &'static str, advice: &'static str) -> Self {
        Self { name, advice }
    }

    /// The kind of a file whose first field has these bytes, if it is one that is often uploaded by mistake.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let by_bytes = BEGINNINGS.iter().find(|(beginning, _)| bytes.starts_with(beginning));
        if let Some((_, kind)) = by_bytes {
            return Some(*kind);
        }
        if is_utf16_without_mark(bytes) {
            return Some(Self::new("UTF-16 text", SAVE_AS_UTF8));
        }
        let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace())?;
        let by_text = TEXT_BEGINNINGS.iter().find(|(mark, _)| mark == first);
        by_text.map(|(_, kind)| *kind)
    }
}

/// Whether every other byte is NUL, as in Latin letters of two bytes.
fn is_utf16_without_mark(bytes: &[u8]) -> bool {
    let nuls_at = |first: usize| {
        let mut bytes = bytes.iter().enumerate();
        bytes.all(|(place, byte)| (*byte == 0) == (place % 2 == first))
    };
    bytes.len() >= 4 && (nuls_at(0) || nuls_at(1))
}
