//! Reads the container of a WebP: whether it is whole, and which chunks it has.
//!
//! <https://developers.google.com/speed/webp/docs/riff_container>

use std::borrow::Cow;
use std::io;

use domain::thumbnails::ports::PhotoRefused;
use image::ImageError;

/// `RIFF` and the length field, which do not count themselves; then `WEBP`.
const RIFF_HEADER_BYTES: usize = 8;
pub(crate) const FIRST_CHUNK_AT: usize = 12;
/// Name and length.
pub(crate) const CHUNK_HEADER_BYTES: usize = 8;
/// The first byte of an extended header's payload.
const FLAGS_AT: usize = FIRST_CHUNK_AT + CHUNK_HEADER_BYTES;
/// The flags, each with the chunk that it announces.
const ANIMATION: u8 = 0x02;
const ALPHA: u8 = 0x10;
const ANNOUNCED: [(u8, [u8; 4]); 4] = [
    (0x04, *b"XMP "),
    (0x08, *b"EXIF"),
    (0x20, *b"ICCP"),
    (ANIMATION, *b"ANMF"),
];

/// The bytes that the container claims. The decoder takes what is there, and fills a cut picture with something.
pub(crate) fn container(photo: &[u8]) -> Result<&[u8], PhotoRefused> {
    let length = photo
        .get(4..RIFF_HEADER_BYTES)
        .and_then(|field| field.try_into().ok())
        .map_or(0, u32::from_le_bytes);
    let end = RIFF_HEADER_BYTES.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
    photo.get(..end).ok_or_else(|| PhotoRefused::Damaged {
        detail: format!("the WebP ends {} bytes too early", end - photo.len()),
    })
}

/// The container with the flags of the chunks that it has. Programs that strip metadata leave the flags behind, and the
/// decoder refuses a file that lacks what a flag announces. A copy where a flag has to be taken back, which is rare.
pub(crate) fn with_true_flags(photo: &[u8]) -> Result<Cow<'_, [u8]>, PhotoRefused> {
    if photo.get(FIRST_CHUNK_AT..FIRST_CHUNK_AT + 4) != Some(b"VP8X") {
        return Ok(Cow::Borrowed(photo));
    }
    let Some(&flags) = photo.get(FLAGS_AT) else {
        return Err(contradiction("the WebP ends too early"));
    };
    let mut names = Vec::new();
    for chunk in chunks(photo) {
        names.push(chunk?.0);
    }
    let mut true_flags = flags;
    for (flag, name) in ANNOUNCED {
        if !names.contains(&name) {
            true_flags &= !flag;
        }
    }
    // A picture without loss has its transparency in itself, and so have the frames of an animation.
    if true_flags & ANIMATION == 0 && !names.contains(b"ALPH") && !names.contains(b"VP8L") {
        true_flags &= !ALPHA;
    }
    if true_flags == flags {
        return Ok(Cow::Borrowed(photo));
    }
    let mut changed = photo.to_vec();
    changed[FLAGS_AT] = true_flags;
    Ok(Cow::Owned(changed))
}

/// Name and payload of every chunk.
pub(crate) fn chunks(photo: &[u8]) -> impl Iterator<Item = Result<([u8; 4], &[u8]), PhotoRefused>> {
    let mut rest = photo.get(FIRST_CHUNK_AT..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (header, tail) = rest.split_first_chunk::<CHUNK_HEADER_BYTES>()?;
        let [name @ .., a, b, c, d] = *header;
        let length = u32::from_le_bytes([a, b, c, d]) as usize;
        let Some((payload, behind)) = tail.split_at_checked(length) else {
            rest = &[];
            return Some(Err(contradiction("a chunk of the WebP is longer than the file")));
        };
        // Chunks begin at even places.
        rest = behind.get(length % 2..).unwrap_or_default();
        Some(Ok((name, payload)))
    })
}

pub(crate) fn contradiction(detail: &str) -> PhotoRefused {
    PhotoRefused::Damaged {
        detail: detail.to_owned(),
    }
}

/// Without the words of the library, which are for developers.
pub(crate) fn damaged(reason: &ImageError) -> PhotoRefused {
    match reason {
        ImageError::IoError(failure) if failure.kind() == io::ErrorKind::UnexpectedEof => {
            contradiction("the WebP ends too early")
        }
        ImageError::Unsupported(_) => PhotoRefused::Unsupported {
            feature: "a rare kind of WebP".to_owned(),
        },
        _ => contradiction("the data of the WebP contradict each other or are incomplete"),
    }
}
