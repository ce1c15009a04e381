//! A damaged file is an error at every scale: never a part of a picture, never a panic.

use scaled_jpeg::{Decoder, JpegError, Scale};

use crate::pictures::{Chance, REFINED, decode, grain, is_progressive, jpeg, kinds, segments, without_segments};

/// Damaged headers may claim anything; a caller refuses what is too much for it.
const PIXELS_MAX: u64 = 1 << 20;

fn judged(mut file: &[u8], scale: Scale) {
    let mut decoder = Decoder::new(&mut file);
    let Ok(header) = decoder.read_header() else { return };
    if u64::from(header.width_px) * u64::from(header.height_px) > PIXELS_MAX {
        return;
    }
    if let Ok(picture) = decoder.decode(scale) {
        let pixels = picture
            .model
            .pixels(picture.width_px, picture.height_px, &picture.planes);
        assert_eq!(
            pixels.len() as u64,
            u64::from(picture.width_px) * u64::from(picture.height_px) * 4
        );
    }
}

/// Where the entropy-coded data of the first scan begins.
fn first_scan(file: &[u8]) -> usize {
    file.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap()
}

#[test]
fn a_file_cut_at_any_hundredth_is_damaged() {
    for (name, file) in kinds((131, 70)) {
        // Of a sequential picture, the end marker says nothing that its blocks do not.
        let needed = file.len() - if is_progressive(&file) { 0 } else { 2 };
        for scale in Scale::ALL {
            assert!(decode(&file, scale).is_ok(), "{name}");
            let cuts = (0..100).map(|hundredth| file.len() * hundredth / 100);
            for length in cuts.chain([needed - 2, needed - 1]).filter(|&length| length < needed) {
                let answer = decode(&file[..length], scale);
                assert!(
                    matches!(answer, Err(JpegError::Damaged { offset, .. }) if offset <= length as u64),
                    "{name} at {scale:?}, {length} of {}",
                    file.len()
                );
            }
        }
    }
}

/// Except for the scans that a scale passes unread: a file with one of them cut short and a proper end is
/// another file that shows the same at this scale.
#[test]
fn an_end_marker_behind_a_cut_deceives_nobody() {
    for (name, file) in kinds((131, 70)) {
        for scale in Scale::ALL {
            if is_progressive(&file) && scale == Scale::Eighth {
                continue;
            }
            for hundredth in 0..100 {
                let mut length = file.len() * hundredth / 100;
                // Half an escape sequence would swallow the marker.
                while length > 0 && file[length - 1] == 0xFF {
                    length -= 1;
                }
                // Between two scans, the first of them are a coarser picture, and whole.
                let between_scans =
                    file[length..].starts_with(&[0xFF, 0xDA]) || file[length..].starts_with(&[0xFF, 0xC4]);
                if length < first_scan(&file) || between_scans {
                    continue;
                }
                let mut cut = file[..length].to_vec();
                cut.extend([0xFF, 0xD9]);
                assert!(
                    decode(&cut, scale).is_err(),
                    "{name} at {scale:?}, {length} of {}",
                    file.len()
                );
            }
        }
    }
}

#[test]
fn scans_that_are_passed_unread_still_have_to_be_there() {
    let (_, _, restarting) = REFINED[1];
    assert!(decode(restarting, Scale::Eighth).is_ok());
    let last_scan = restarting.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).unwrap();
    let marker = |number: u8| {
        let found = restarting[last_scan..]
            .windows(2)
            .position(|pair| pair == [0xFF, 0xD0 + number]);
        last_scan + found.unwrap()
    };
    let mut out_of_turn = restarting.to_vec();
    out_of_turn[marker(1) + 1] = 0xD5;
    assert!(decode(&out_of_turn, Scale::Eighth).is_err());
    let mut one_less = restarting[..marker(1)].to_vec();
    one_less.extend(&restarting[marker(2)..]);
    assert!(decode(&one_less, Scale::Eighth).is_err());
    let mut without_data = restarting[..marker(1)].to_vec();
    without_data.extend([0xFF, 0xD9]);
    assert!(decode(&without_data, Scale::Eighth).is_err());
}

#[test]
fn a_scan_without_its_quantization_is_damaged() {
    for (name, file) in kinds((40, 40)) {
        for (marker, start, _) in segments(&file) {
            // The encoder brings the table of colours along even where there are none.
            let is_of_colours = file[start + 4] & 15 != 0;
            if marker != 0xDB || (name == "gray" && is_of_colours) {
                continue;
            }
            let without = without_segments(&file, |_, at| at == start);
            for scale in Scale::ALL {
                assert!(
                    matches!(decode(&without, scale), Err(JpegError::Damaged { .. })),
                    "{name} at {scale:?} without the table at {start}"
                );
            }
        }
    }
}

#[test]
fn a_small_file_does_not_hold_the_processor_for_minutes() {
    // 65,504 pixels each way: a scan of three channels is refused before it is begun.
    let mut file = jpeg(&grain((16, 16)), (16, 16), |_| {});
    let frame = file.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    file[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xE0, 0xFF, 0xE0]);
    for scale in [Scale::Eighth, Scale::Quarter] {
        match decode(&file, scale) {
            Err(JpegError::Unsupported { feature }) => assert!(feature.contains("blocks"), "{feature}"),
            other => panic!("{:?}", other.map(|picture| picture.width_px)),
        }
    }
}

#[test]
fn no_flipped_bit_of_a_header_makes_the_decoder_panic() {
    for (_, file) in kinds((40, 24)) {
        let headers = first_scan(&file) + 16;
        for bit in 0..headers * 8 {
            let mut flipped = file.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            judged(&flipped, Scale::ALL[bit % 4]);
        }
    }
}

#[test]
fn no_mutation_makes_the_decoder_panic() {
    let mut chance = Chance::new(20_26);
    for (_, file) in kinds((61, 47)) {
        for round in 0..400 {
            let mut mutated = file.clone();
            for _ in 0..=chance.below(4) {
                let at = chance.below(mutated.len());
                match chance.below(5) {
                    0 => mutated[at] = chance.below(256) as u8,
                    1 => mutated[at] = 0xFF,
                    2 => mutated[at] ^= 1 << chance.below(8),
                    3 => {
                        mutated.remove(at);
                    }
                    _ => mutated.insert(at, chance.below(256) as u8),
                }
            }
            judged(&mutated, Scale::ALL[round % 4]);
        }
    }
}

#[test]
fn an_error_says_what_is_wrong_and_where() {
    let file = jpeg(&grain((64, 64)), (64, 64), |_| {});
    let error = decode(&file[..file.len() / 2], Scale::Eighth).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "a scan ends before its picture is complete, before byte {}",
            file.len() / 2
        )
    );
    assert_eq!(
        decode(b"GIF89a", Scale::Full).unwrap_err().to_string(),
        "the file does not begin as a JPEG, before byte 2"
    );
}
