//! Damages a photo where its format is sensitive, and mends what would hide the damage from the decoder.

use crate::chance::Chance;
use crate::containers;
use crate::originals::Original;

/// What stands at the borders of what a field can say.
const BORDERS: [u8; 8] = [0, 1, 2, 0x3F, 0x7F, 0x80, 0xFE, 0xFF];
/// Second bytes of JPEG markers: frames, tables, restarts, scans, ends.
const MARKERS: [u8; 12] = [0xC0, 0xC1, 0xC2, 0xC4, 0xD0, 0xD3, 0xD7, 0xD8, 0xD9, 0xDA, 0xDB, 0xDD];
/// Headers are a small part of a file and the larger part of the danger.
const HEADER_BYTES: usize = 700;
/// Of a piece that is lost, doubled or taken from elsewhere.
const PIECE_BYTES_MAX: usize = 400;

pub(crate) struct Damaged {
    pub origin: String,
    pub bytes: Vec<u8>,
    /// The whole photo, where nothing was done but to cut the end off: refused, or the same picture.
    pub cut_from: Option<Vec<u8>>,
}

pub(crate) fn damage(originals: &[Original], chance: &mut Chance) -> Damaged {
    let original = &originals[chance.below(originals.len())];
    let mut bytes = original.bytes.clone();
    let mut cut_from = None;
    if chance.below(12) == 0 {
        bytes.truncate(chance.below(bytes.len()));
        cut_from = Some(original.bytes.clone());
    } else {
        for _ in 0..=chance.below(4) {
            let is_structured = chance.below(3) == 0 && containers::damage(&mut bytes, chance);
            if !is_structured {
                once(&mut bytes, originals, chance);
            }
        }
        // Otherwise little damage would get beyond checksums and lengths.
        if chance.below(4) > 0 {
            containers::mend(&mut bytes);
        }
    }
    Damaged {
        origin: original.name.clone(),
        bytes,
        cut_from,
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
