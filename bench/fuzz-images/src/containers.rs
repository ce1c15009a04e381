//! Damages the parts that a file consists of, and keeps lengths and checksums right, so that a decoder reaches the
//! damage.

use std::io::{Read, Write};
use std::ops::Range;

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use crate::chance::Chance;

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const PIXELS: &[u8] = b"IDAT";
/// Length and kind of a chunk of a PNG; kind and length of one of a WebP.
const CHUNK_HEADER_BYTES: usize = 8;
const CHECKSUM_BYTES: usize = 4;
/// `RIFF`, the length of all, `WEBP`.
const RIFF_HEADER_BYTES: usize = 12;
/// What the pixels of one original unpack to, at most.
const PIXEL_BYTES_MAX: u64 = 1 << 20;
/// Bytes that a part grows by.
const GROWTH_MAX: usize = 40;

/// Changes one part of the file. Returns false for a format without parts, or when none is left.
pub(crate) fn damage(bytes: &mut Vec<u8>, chance: &mut Chance) -> bool {
    if bytes.starts_with(PNG_SIGNATURE) {
        damage_png(bytes, chance)
    } else if bytes.starts_with(b"RIFF") {
        damage_webp(bytes, chance)
    } else if bytes.starts_with(&[0xFF, 0xD8]) {
        damage_jpeg(bytes, chance)
    } else {
        false
    }
}

/// Makes checksums and the length of the whole right again.
pub(crate) fn mend(bytes: &mut [u8]) {
    if bytes.starts_with(PNG_SIGNATURE) {
        mend_checksums(bytes);
    } else if let (b"RIFF", Some(length)) = (bytes.get(..4).unwrap_or_default(), bytes.len().checked_sub(8)) {
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        bytes[4..8].copy_from_slice(&length.to_le_bytes());
    }
}

/// Header and content of every chunk that is still there, without its checksum.
fn png_chunks(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut chunks = Vec::new();
    let mut at = PNG_SIGNATURE.len();
    while let Some(length) = bytes.get(at..).and_then(|rest| rest.first_chunk()).copied() {
        let end = (u32::from_be_bytes(length) as usize).saturating_add(at + CHUNK_HEADER_BYTES);
        if end.saturating_add(CHECKSUM_BYTES) > bytes.len() {
            break;
        }
        chunks.push(at..end);
        at = end + CHECKSUM_BYTES;
    }
    chunks
}

fn mend_checksums(bytes: &mut [u8]) {
    for chunk in png_chunks(bytes) {
        let mut checksum = flate2::Crc::new();
        checksum.update(&bytes[chunk.start + 4..chunk.end]);
        bytes[chunk.end..chunk.end + CHECKSUM_BYTES].copy_from_slice(&checksum.sum().to_be_bytes());
    }
}

fn damage_png(bytes: &mut Vec<u8>, chance: &mut Chance) -> bool {
    let chunks = png_chunks(bytes);
    if chunks.is_empty() {
        return false;
    }
    let chunk = chunks[chance.below(chunks.len())].clone();
    let kind = bytes[chunk.start + 4..chunk.start + CHUNK_HEADER_BYTES].to_vec();
    if kind == PIXELS && chance.below(2) == 0 {
        return damage_pixels(bytes, &chunk, chance);
    }
    let whole = chunk.start..chunk.end + CHECKSUM_BYTES;
    match chance.below(5) {
        // Lost, twice, or somewhere else.
        0 => drop(bytes.drain(whole)),
        1 => {
            let again = bytes[whole.clone()].to_vec();
            bytes.splice(whole.end..whole.end, again);
        }
        2 => {
            let moved: Vec<u8> = bytes.drain(whole).collect();
            let places = png_chunks(bytes);
            let place = places
                .get(chance.below(places.len()))
                .map_or(bytes.len(), |place| place.start);
            bytes.splice(place..place, moved);
        }
        // Another kind, of a letter that differs in size or otherwise.
        3 => {
            bytes[chunk.start + 4 + chance.below(4)] ^= if chance.below(2) == 0 {
                0x20
            } else {
                1 << chance.below(5)
            }
        }
        _ => {
            let mut content = bytes[chunk.start + CHUNK_HEADER_BYTES..chunk.end].to_vec();
            resize(&mut content, chance);
            let length = u32::try_from(content.len()).unwrap_or(0).to_be_bytes();
            bytes.splice(chunk.start..chunk.end, [&length[..], &kind, &content].concat());
        }
    }
    mend_checksums(bytes);
    true
}

/// Changes the filtered rows and packs them again: every checksum fits.
fn damage_pixels(bytes: &mut Vec<u8>, chunk: &Range<usize>, chance: &mut Chance) -> bool {
    let mut rows = Vec::new();
    let packed = &bytes[chunk.start + CHUNK_HEADER_BYTES..chunk.end];
    let unpacked = ZlibDecoder::new(packed).take(PIXEL_BYTES_MAX).read_to_end(&mut rows);
    if unpacked.is_err() || rows.is_empty() {
        return false;
    }
    for _ in 0..=chance.below(8) {
        let at = chance.below(rows.len());
        rows[at] = chance.byte();
    }
    if chance.below(3) == 0 {
        resize(&mut rows, chance);
    }
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    let Ok(packed) = encoder.write_all(&rows).and_then(|()| encoder.finish()) else {
        return false;
    };
    let length = u32::try_from(packed.len()).unwrap_or(0).to_be_bytes();
    bytes.splice(chunk.start..chunk.end, [&length[..], PIXELS, &packed].concat());
    mend_checksums(bytes);
    true
}

fn damage_webp(bytes: &mut Vec<u8>, chance: &mut Chance) -> bool {
    let mut chunks = Vec::new();
    let mut at = RIFF_HEADER_BYTES;
    while let Some(length) = bytes.get(at + 4..).and_then(|rest| rest.first_chunk()).copied() {
        let length = u32::from_le_bytes(length) as usize;
        let end = length
            .saturating_add(length % 2)
            .saturating_add(at + CHUNK_HEADER_BYTES);
        if end > bytes.len() {
            break;
        }
        chunks.push(at..end);
        at = end;
    }
    if chunks.is_empty() {
        return false;
    }
    let chunk = chunks[chance.below(chunks.len())].clone();
    match chance.below(3) {
        0 => drop(bytes.drain(chunk)),
        1 => {
            let again = bytes[chunk.clone()].to_vec();
            bytes.splice(chunk.end..chunk.end, again);
        }
        _ => {
            let kind = bytes[chunk.start..chunk.start + 4].to_vec();
            let mut content = bytes[chunk.start + CHUNK_HEADER_BYTES..chunk.end].to_vec();
            resize(&mut content, chance);
            let length = u32::try_from(content.len()).unwrap_or(0).to_le_bytes();
            content.resize(content.len().next_multiple_of(2), 0);
            bytes.splice(chunk, [&kind[..], &length, &content].concat());
        }
    }
    mend(bytes);
    true
}

/// Segments up to the first scan, whose data have no length.
fn damage_jpeg(bytes: &mut Vec<u8>, chance: &mut Chance) -> bool {
    let mut segments = Vec::new();
    let mut at = 2;
    while let Some(&[0xFF, marker, high, low]) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        let end = at + 2 + usize::from(u16::from_be_bytes([high, low]));
        if end > bytes.len() {
            break;
        }
        segments.push(at..end);
        if marker == 0xDA {
            break;
        }
        at = end;
    }
    if segments.is_empty() {
        return false;
    }
    let segment = segments[chance.below(segments.len())].clone();
    match chance.below(4) {
        0 => drop(bytes.drain(segment)),
        1 => {
            let again = bytes[segment.clone()].to_vec();
            bytes.splice(segment.end..segment.end, again);
        }
        2 => {
            let moved: Vec<u8> = bytes.drain(segment).collect();
            bytes.splice(2..2, moved);
        }
        _ => {
            let marker = bytes[segment.start..segment.start + 2].to_vec();
            let mut content = bytes.get(segment.start + 4..segment.end).unwrap_or_default().to_vec();
            resize(&mut content, chance);
            let length = u16::try_from(content.len() + 2).unwrap_or(2).to_be_bytes();
            bytes.splice(segment, [&marker[..], &length, &content].concat());
        }
    }
    true
}

/// Makes a part shorter or longer, or empties it.
fn resize(content: &mut Vec<u8>, chance: &mut Chance) {
    match chance.below(4) {
        0 => content.clear(),
        1 => content.truncate(chance.below(content.len() + 1)),
        2 => drop(content.pop()),
        _ => {
            for _ in 0..=chance.below(GROWTH_MAX) {
                content.push(chance.byte());
            }
        }
    }
}
