//! A picture of which every block is there is accepted, whatever else is wrong with its file. Part of one never is.

use jpeg_encoder::{ColorType, SamplingFactor};
use scaled_jpeg::{ColourModel, JpegError, Picture, Scale};

use crate::pictures::{decode, grain, is_progressive, jpeg, jpeg_of, kinds, segments, without_segments};

const SIZE: (u16, u16) = (131, 70);
const END: [u8; 2] = [0xFF, 0xD9];

fn sequential_kinds() -> Vec<(&'static str, Vec<u8>)> {
    let mut kinds = kinds(SIZE);
    kinds.retain(|(_, file)| !is_progressive(file));
    kinds
}

fn assert_same_picture(found: Result<Picture, JpegError>, expected: &Picture, what: &str) {
    let found = found.unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(found.model, expected.model, "{what}");
    for (found, expected) in found.planes.iter().zip(&expected.planes) {
        assert!(found.samples == expected.samples, "{what}");
    }
}

/// At every scale the same as `file`.
fn assert_same(changed: &[u8], file: &[u8], what: &str) {
    for scale in Scale::ALL {
        let expected = decode(file, scale).unwrap();
        assert_same_picture(decode(changed, scale), &expected, &format!("{what} at {scale:?}"));
    }
}

fn assert_damaged(file: &[u8], what: &str) {
    for scale in Scale::ALL {
        let answer = decode(file, scale);
        assert!(
            matches!(answer, Err(JpegError::Damaged { .. })),
            "{what} at {scale:?}: {:?}",
            answer.map(|picture| picture.width_px)
        );
    }
}

fn with(file: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    [&file[..at], bytes, &file[at..]].concat()
}

fn without_end(file: &[u8]) -> Vec<u8> {
    file.strip_suffix(&END).unwrap().to_vec()
}

/// What telephones and cameras put in place of the end marker, and in the middle of it what looks like markers.
fn trailers() -> Vec<(&'static str, Vec<u8>)> {
    let samsung = b"\0\0\x01\x0A\x0E\0\0\0Image_UTC_Data1600000000000SEFH\x6B\0\0\0\x01\0\0\0$\0\0\0SEFT";
    vec![
        ("nothing", Vec::new()),
        ("half a marker", vec![0xFF]),
        ("a trailer of Samsung's", samsung.to_vec()),
        ("a trailer behind a marker", [&[0xFF, 0x01][..], samsung].concat()),
        ("a scan header of another picture", vec![0xFF, 0xDA, 0, 2, 1, 2, 3]),
        ("a second picture", vec![0xFF, 0xD8, 0xFF, 0xC0, 0, 4, 9, 9]),
        ("a segment that is cut", vec![0xFF, 0xE1, 0x40, 0, 1]),
    ]
}

#[test]
fn a_sequential_picture_needs_no_end_marker() {
    for (name, file) in sequential_kinds() {
        for (what, trailer) in trailers() {
            let changed = [without_end(&file), trailer].concat();
            assert_same(&changed, &file, &format!("{name}, then {what}"));
        }
    }
}

/// Its scans refine each other, and only the end marker says that none is missing.
#[test]
fn a_progressive_picture_needs_its_end_marker() {
    for (name, file) in kinds(SIZE).into_iter().filter(|(_, file)| is_progressive(file)) {
        assert_damaged(&without_end(&file), name);
        assert_damaged(&[&without_end(&file)[..], b"SEFH"].concat(), name);
    }
}

#[test]
fn a_trailer_does_not_make_a_cut_scan_whole() {
    for (name, file) in sequential_kinds() {
        let scan = segments(&file).last().unwrap().1;
        for (what, trailer) in trailers().into_iter().skip(2) {
            for tenth in 0..10 {
                let mut cut = file[..scan + (file.len() - scan) * tenth / 10].to_vec();
                while cut.ends_with(&[0xFF]) {
                    cut.pop();
                }
                cut.extend(&trailer);
                assert_damaged(&cut, &format!("{name}, {tenth} tenths, then {what}"));
            }
        }
    }
}

#[test]
fn a_few_bytes_behind_a_complete_scan_do_no_harm() {
    for (name, file) in sequential_kinds() {
        let end = file.len() - END.len();
        for extra in [&b"\x12"[..], b"\0\0\xFF\0\xFF\0\x55", &[0x37; 59]] {
            assert_same(
                &with(&file, end, extra),
                &file,
                &format!("{name}, {} bytes", extra.len()),
            );
        }
    }
}

#[test]
fn data_for_many_more_rows_contradicts_the_header() {
    let file = jpeg(&grain(SIZE), SIZE, |_| {});
    let end = file.len() - END.len();
    assert_damaged(&with(&file, end, &file[end - 2_000..end]), "two thousand bytes");
    // Rows that the header does not claim are just such bytes.
    for rows in [16, 24, 40] {
        let mut shorter = file.clone();
        let height = segments(&file)
            .into_iter()
            .find(|(marker, ..)| *marker == 0xC0)
            .unwrap()
            .1
            + 6;
        shorter[height] -= rows;
        assert_damaged(&shorter, &format!("{rows} rows less"));
    }
}

#[test]
fn intervals_that_do_not_add_up_are_damaged() {
    let file = jpeg(&grain(SIZE), SIZE, |encoder| encoder.set_restart_interval(5));
    let markers: Vec<usize> = (0..file.len() - 1)
        .filter(|&at| file[at] == 0xFF && (0xD0..=0xD7).contains(&file[at + 1]))
        .collect();
    let (second, third) = (markers[1], markers[2]);
    assert_damaged(&with(&file, second, &[0x12, 0x34]), "bytes between two intervals");
    assert_damaged(&[&file[..second], &file[second + 2..]].concat(), "a marker is lost");
    assert_damaged(&[&file[..second], &file[third..]].concat(), "an interval is lost");
    let end = file.len() - END.len();
    let number = 0xD0 + (markers.len() % 8) as u8;
    assert_same(&with(&file, end, &[0xFF, number]), &file, "a marker too many");
    // A scanner of Brother's goes on for some intervals.
    let interval = [&[0xFF, number][..], &file[second + 2..third]].concat();
    assert_same(&with(&file, end, &interval), &file, "an interval too many");
    assert_same(
        &[&without_end(&file)[..], &interval].concat(),
        &file,
        "and no end marker",
    );
    let many = interval.repeat(markers.len() / 4);
    assert_damaged(&with(&file, end, &many), "a fourth too many");
    assert_damaged(&[&without_end(&file)[..], &many].concat(), "and no end marker");
}

#[test]
fn bytes_between_the_segments_are_passed() {
    for (name, file) in kinds(SIZE) {
        for (marker, at, _) in segments(&file) {
            for junk in [&b"\0"[..], b"\x12\x34", b"xx\xFF\0yy\xFF", &[0xAB; 300]] {
                let what = format!("{name}, {} bytes before {marker:#04x}", junk.len());
                assert_same(&with(&file, at, junk), &file, &what);
            }
        }
    }
}

#[test]
fn a_sequential_picture_may_leave_out_the_tables_of_annex_k() {
    for sampling in [SamplingFactor::F_1_1, SamplingFactor::F_2_2] {
        let file = jpeg(&grain(SIZE), SIZE, |encoder| encoder.set_sampling_factor(sampling));
        let none = without_segments(&file, |marker, _| marker == 0xC4);
        assert!(none.len() < file.len());
        assert_same(&none, &file, "without any table");
        let tables = segments(&file).into_iter().filter(|(marker, ..)| *marker == 0xC4);
        for (_, start, _) in tables {
            let one_less = without_segments(&file, |_, at| at == start);
            assert_same(&one_less, &file, &format!("without the table at {start}"));
        }
    }
    for (name, file) in kinds(SIZE).into_iter().filter(|(_, file)| is_progressive(file)) {
        let none = without_segments(&file, |marker, _| marker == 0xC4);
        assert_damaged(&none, name);
    }
}

#[test]
fn markers_that_change_nothing_are_passed() {
    for (name, file) in kinds(SIZE) {
        let height = segments(&file)
            .into_iter()
            .find(|(marker, ..)| matches!(marker, 0xC0 | 0xC2))
            .map(|(_, at, _)| [file[at + 5], file[at + 6]])
            .unwrap();
        let end = file.len() - END.len();
        let lines = |height: [u8; 2]| [&[0xFF, 0xDC, 0, 4][..], &height].concat();
        assert_same(
            &with(&file, end, &lines(height)),
            &file,
            &format!("{name}, its height again"),
        );
        assert_damaged(
            &with(&file, end, &lines([height[0], height[1] + 1])),
            &format!("{name}, another height"),
        );
        for length in [0, 1, 2] {
            let comment = [0xFF, 0xFE, 0, length];
            assert_same(
                &with(&file, 2, &comment),
                &file,
                &format!("{name}, a comment of length {length}"),
            );
        }
        assert_same(&with(&file, 2, &[0xFF, 0x01]), &file, &format!("{name}, TEM"));
        let conditioning = [0xFF, 0xCC, 0, 4, 0, 0x10];
        assert_same(&with(&file, 2, &conditioning), &file, &format!("{name}, DAC"));
    }
}

/// Renames the channels in the frame header and in every scan header.
fn renamed(file: &[u8], names: [u8; 3]) -> Vec<u8> {
    let mut renamed = file.to_vec();
    for (marker, at, _) in segments(file) {
        match marker {
            0xC0 => (0..3).for_each(|channel| renamed[at + 10 + 3 * channel] = names[channel]),
            0xDA => (0..3).for_each(|channel| renamed[at + 5 + 2 * channel] = names[channel]),
            _ => {}
        }
    }
    renamed
}

#[test]
fn channels_that_share_a_name_come_in_their_order() {
    for sampling in [SamplingFactor::F_1_1, SamplingFactor::F_2_2] {
        let file = jpeg(&grain(SIZE), SIZE, |encoder| encoder.set_sampling_factor(sampling));
        for names in [[1, 1, 1], [0, 0, 0], [1, 2, 2], [7, 9, 7]] {
            assert_same(&renamed(&file, names), &file, &format!("{names:?}"));
        }
    }
}

#[test]
fn a_jfif_segment_outranks_adobes_marker_and_that_the_names_of_channels() {
    let file = without_segments(&jpeg(&grain(SIZE), SIZE, |_| {}), |marker, _| marker == 0xE0);
    let jfif = [&[0xFF, 0xE0, 0, 16][..], b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"].concat();
    let short_jfif = [&[0xFF, 0xE0, 0, 7][..], b"JFIF\0"].concat();
    let adobe = |transform: u8| [&[0xFF, 0xEE, 0, 14][..], b"Adobe\0\x64\0\0\0\0", &[transform]].concat();
    let short_adobe = [&[0xFF, 0xEE, 0, 13][..], b"Adobe\0\x64\0\0\0\0"].concat();
    let nothing = Vec::new();
    let (ycbcr, rgb) = (ColourModel::YCbCr, ColourModel::Rgb);
    for (first, second, names, expected) in [
        (&jfif, &adobe(0), [1, 2, 3], ycbcr),
        (&adobe(0), &jfif, [1, 2, 3], ycbcr),
        (&jfif, &nothing, *b"RGB", ycbcr),
        (&jfif, &adobe(0), *b"RGB", ycbcr),
        (&adobe(0), &nothing, [1, 2, 3], rgb),
        (&adobe(1), &nothing, *b"RGB", ycbcr),
        (&short_jfif, &adobe(0), [1, 2, 3], rgb),
        (&short_adobe, &nothing, [1, 2, 3], ycbcr),
        (&nothing, &nothing, *b"RGB", rgb),
        (&nothing, &nothing, [0, 1, 2], ycbcr),
    ] {
        let changed = with(&renamed(&file, names), 2, &[&first[..], second].concat());
        let found = decode(&changed, Scale::Eighth).unwrap();
        assert_eq!(found.model, expected, "{first:?}, {second:?}, {names:?}");
    }
}

#[test]
fn ink_is_stored_inverted_with_and_without_adobes_marker() {
    let samples = [255, 0, 0, 0].repeat(16 * 16);
    for (color, with_marker) in [
        (ColorType::Cmyk, ColourModel::InvertedCmyk),
        (ColorType::CmykAsYcck, ColourModel::Ycck),
    ] {
        let file = jpeg_of(&samples, (16, 16), color, |_| {});
        let unmarked = without_segments(&file, |marker, _| marker == 0xEE);
        assert!(unmarked.len() < file.len());
        assert_eq!(decode(&file, Scale::Full).unwrap().model, with_marker);
        let picture = decode(&unmarked, Scale::Full).unwrap();
        assert_eq!(picture.model, ColourModel::InvertedCmyk);
        if color == ColorType::Cmyk {
            let pixels = picture.model.pixels(16, 16, &picture.planes);
            assert!(
                pixels[0] > 250 && pixels[1..4].iter().all(|&ink| ink < 5),
                "{:?}",
                &pixels[..4]
            );
        }
    }
}
