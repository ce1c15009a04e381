//! How is a photo damaged so that it hurts?

use crate::chance::Chance;
use crate::originals::Original;

/// What stands at the borders of what a field can say.
const BORDERS: [u8; 8] = [0, 1, 2, 0x3F, 0x7F, 0x80, 0xFE, 0xFF];
/// Second bytes of JPEG markers: frames, tables, restarts, scans, ends.
const MARKERS: [u8; 12] = [0xC0, 0xC1, 0xC2, 0xC4, 0xD0, 0xD3, 0xD7, 0xD8, 0xD9, 0xDA, 0xDB, 0xDD];
/// Headers are a small part of a file and the larger part of the danger.
const HEADER_BYTES: usize = 700;
/// Of a piece that is lost, doubled or taken from elsewhere.
const PIECE_BYTES_MAX: usize = 400;
const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

pub(crate) struct Damaged {
    pub origin: String,
    pub bytes: Vec<u8>,
    /// Nothing was done but to cut the end off: it has to be refused.
    pub is_cut: bool,
}

pub(crate) fn damage(originals: &[Original], chance: &mut Chance) -> Damaged {
    let original = &originals[chance.below(originals.len())];
    let mut bytes = original.bytes.clone();
    let is_cut = chance.below(12) == 0;
    if is_cut {
        bytes.truncate(chance.below(bytes.len()));
    } else {
        for _ in 0..=chance.below(4) {
            once(&mut bytes, originals, chance);
        }
        // Otherwise no damage to a PNG would get beyond its checksums.
        if bytes.starts_with(PNG_SIGNATURE) && chance.below(4) > 0 {
            right_checksums(&mut bytes);
        }
    }
    Damaged {
        origin: original.name.clone(),
        bytes,
        is_cut,
    }
}

fn once(bytes: &mut Vec<u8>, originals: &[Original], chance: &mut Chance) {
    if bytes.is_empty() {
        return;
    }
    let range = if chance.below(2) == 0 {
        bytes.len()
    } else {
        bytes.len().min(HEADER_BYTES)
    };
    let at = chance.below(range);
    let end = (at + 1 + chance.below(PIECE_BYTES_MAX)).min(bytes.len());
    match chance.below(9) {
        0 => bytes[at] = chance.byte(),
        1 => bytes[at] ^= 1 << chance.below(8),
        2 => bytes[at] = BORDERS[chance.below(BORDERS.len())],
        3 => {
            let marker = MARKERS[chance.below(MARKERS.len())];
            bytes.splice(at..at, [0xFF, marker]);
        }
        4 => {
            bytes.drain(at..end);
        }
        5 => {
            let piece = bytes[at..end].to_vec();
            bytes.splice(at..at, piece);
        }
        6 => {
            let other = &originals[chance.below(originals.len())].bytes;
            let from = chance.below(other.len());
            let piece = &other[from..(from + end - at).min(other.len())];
            bytes.splice(at..end, piece.iter().copied());
        }
        7 => {
            // A marker moves: what was a table becomes a frame, what was a frame a scan.
            let markers: Vec<usize> = (1..bytes.len())
                .filter(|&at| bytes[at - 1] == 0xFF && bytes[at] >= 0xC0)
                .collect();
            if !markers.is_empty() {
                bytes[markers[chance.below(markers.len())]] = MARKERS[chance.below(MARKERS.len())];
            }
        }
        _ => bytes[at..end].fill(BORDERS[chance.below(BORDERS.len())]),
    }
}

/// Of every chunk that is still there.
fn right_checksums(bytes: &mut [u8]) {
    let mut at = PNG_SIGNATURE.len();
    while let Some(length) = bytes.get(at..).and_then(|rest| rest.first_chunk()).copied() {
        let body_end = (u32::from_be_bytes(length) as usize).saturating_add(at + 8);
        let Some(body) = bytes.get(at + 4..body_end) else {
            return;
        };
        let mut checksum = flate2::Crc::new();
        checksum.update(body);
        let Some(place) = bytes.get_mut(body_end..body_end + 4) else {
            return;
        };
        place.copy_from_slice(&checksum.sum().to_be_bytes());
        at = body_end + 4;
    }
}
