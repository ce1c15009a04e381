//! Recognises the format of a file by its first bytes, whatever its name says.

use domain::thumbnails::ports::PhotoRefused;

/// As many as it takes to recognise a format, and to learn the size of those that are read as a whole.
pub(crate) const START_BYTES: usize = 30;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The formats that product photos come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SourceFormat {
    Jpeg,
    Png,
    WebP,
    Gif,
}

impl SourceFormat {
    /// By the signatures of the specifications, which no two formats share.
    pub(crate) fn of(photo: &[u8]) -> Result<Self, PhotoRefused> {
        if photo.starts_with(&[0xFF, 0xD8, 0xFF]) {
            return Ok(Self::Jpeg);
        }
        if photo.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Ok(Self::Png);
        }
        if photo.starts_with(b"RIFF") && photo.get(8..12) == Some(b"WEBP") {
            return Ok(Self::WebP);
        }
        if photo.starts_with(b"GIF87a") || photo.starts_with(b"GIF89a") {
            return Ok(Self::Gif);
        }
        Err(
            other_format(photo).map_or(PhotoRefused::UnknownFormat, |format| PhotoRefused::OtherFormat {
                format,
            }),
        )
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Gif => "gif",
        }
    }
}

/// Formats that people upload in place of a photo, often under the name of one.
fn other_format(file: &[u8]) -> Option<&'static str> {
    let signatures: [(&[u8], &str); 13] = [
        (b"II*\0", "a TIFF image"),
        (b"MM\0*", "a TIFF image"),
        (b"II+\0", "a TIFF image"),
        (b"BM", "a BMP image"),
        (b"\xFF\x0A", "a JPEG XL image"),
        (b"\0\0\0\x0CJXL \r\n\x87\n", "a JPEG XL image"),
        (b"\0\0\0\x0CjP  \r\n\x87\n", "a JPEG 2000 image"),
        (b"\xFF\x4F\xFF\x51", "a JPEG 2000 image"),
        (b"8BPS", "a Photoshop document"),
        (b"\0\0\x01\0", "an icon"),
        (b"%PDF-", "a PDF document"),
        (b"PK\x03\x04", "a ZIP archive or an office document"),
        (b"\x1F\x8B", "a gzip archive"),
    ];
    let by_signature = signatures.iter().find(|(signature, _)| file.starts_with(signature));
    by_signature
        .map(|(_, name)| *name)
        .or_else(|| media_container(file))
        .or_else(|| markup(file))
}

/// ISO base media files name their brand at their start (ISO/IEC 14496-12, 4.3).
fn media_container(file: &[u8]) -> Option<&'static str> {
    if file.get(4..8) != Some(b"ftyp") {
        return None;
    }
    Some(match file.get(8..12)? {
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => "a HEIC image",
        b"avif" | b"avis" => "an AVIF image",
        b"crx " => "a RAW image of a camera",
        _ => "a video",
    })
}

fn markup(file: &[u8]) -> Option<&'static str> {
    let text = file.strip_prefix(BYTE_ORDER_MARK).unwrap_or(file).trim_ascii_start();
    let begins_with = |tag: &[u8]| {
        text.get(..tag.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(tag))
    };
    if begins_with(b"<svg") || begins_with(b"<?xml") {
        // An SVG usually begins as any XML document.
        return Some("an SVG drawing or another XML document");
    }
    (begins_with(b"<!doctype html") || begins_with(b"<html") || begins_with(b"<head")).then_some("a web page")
}
