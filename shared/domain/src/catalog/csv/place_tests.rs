//! Every record is found at its place, wherever reading begins, and a file is cut nowhere else.

use super::*;

const MARKS: [&[u8]; 14] = [
    b"\"",
    b"\"",
    b"\"\"",
    b",",
    b",",
    b"\r",
    b"\n",
    b"\r\n",
    b"a",
    b"b",
    b"\xef\xbb\xbf",
    b"a,b,c,d,e,f\n",
    b"\"a\nb\",\"c\"",
    b"the quick brown fox jumps over the lazy dog and goes on beyond a block",
];

/// Files of random marks, the same ones in every run.
fn files() -> impl Iterator<Item = Vec<u8>> {
    let mut state = 1_u32;
    (0..1_000).map(move |number| {
        let mut file = Vec::new();
        for _ in 0..number % 40 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            file.extend_from_slice(MARKS[(state >> 16) as usize % MARKS.len()]);
        }
        file
    })
}

/// Where a record begins and ends, and its fields.
type Found = (RecordStart, u64, Vec<Vec<u8>>);

fn found(record: &Record<'_>) -> Found {
    let begin = RecordStart {
        byte_offset: record.byte_offset,
        line: record.line,
    };
    assert_eq!(record.len(), record.fields().map(<[u8]>::len).sum::<usize>());
    (begin, record.ends_at, record.fields().map(<[u8]>::to_vec).collect())
}

fn records(file: &[u8], start: RecordStart, chunk_bytes: usize) -> Vec<Found> {
    let mut reader = RecordReader::at(start);
    let from = usize::try_from(start.byte_offset).unwrap();
    let mut all = Vec::new();
    for mut chunk in file[from..].chunks(chunk_bytes) {
        while let Some(record) = reader.next_record(&mut chunk) {
            all.push(found(&record));
        }
    }
    all.extend(reader.finish().as_ref().map(found));
    all
}

#[test]
fn reading_from_any_record_finds_the_same_records_as_from_the_first() {
    for file in files() {
        let whole = records(&file, RecordStart::FIRST, usize::MAX);
        for (number, (begin, ..)) in whole.iter().enumerate() {
            for chunk_bytes in [1, 7, usize::MAX] {
                assert_eq!(
                    records(&file, *begin, chunk_bytes),
                    whole[number..],
                    "{file:?} at {begin:?}"
                );
            }
        }
    }
}

#[test]
fn a_record_ends_before_the_next_begins() {
    for file in files() {
        let whole = records(&file, RecordStart::FIRST, usize::MAX);
        for pair in whole.windows(2) {
            let (ends_at, next) = (pair[0].1, pair[1].0.byte_offset);
            let between = &file[usize::try_from(ends_at).unwrap()..usize::try_from(next).unwrap()];
            assert!(between.iter().all(|byte| matches!(byte, b'\r' | b'\n')), "{file:?}");
        }
    }
}

fn cuts(file: &[u8], start: RecordStart, every_bytes: u64, chunk_bytes: usize) -> Vec<RecordStart> {
    let mut cuts = Cuts::new(start, every_bytes);
    let from = usize::try_from(start.byte_offset).unwrap();
    let mut all = Vec::new();
    for mut chunk in file[from..].chunks(chunk_bytes) {
        while let Some(cut) = cuts.next_cut(&mut chunk) {
            all.push(cut);
        }
        assert!(chunk.is_empty());
    }
    assert_eq!(cuts.bytes_read(), file.len() as u64);
    all
}

/// Where the file may be cut, according to its records.
fn expected_cuts(records: &[Found], start: RecordStart, every_bytes: u64) -> Vec<RecordStart> {
    let mut next_at = start.byte_offset + every_bytes;
    let begins = records.iter().map(|(begin, ..)| *begin);
    begins
        .filter(|begin| {
            let is_cut = begin.byte_offset >= next_at;
            if is_cut {
                next_at = begin.byte_offset + every_bytes;
            }
            is_cut
        })
        .collect()
}

#[test]
fn a_file_is_cut_before_records_and_nowhere_else() {
    for file in files() {
        let whole = records(&file, RecordStart::FIRST, usize::MAX);
        for every_bytes in [1, 2, 5, 30, 200] {
            let expected = expected_cuts(&whole, RecordStart::FIRST, every_bytes);
            for chunk_bytes in [1, 2, 3, 7, 64, usize::MAX] {
                let found = cuts(&file, RecordStart::FIRST, every_bytes, chunk_bytes);
                assert_eq!(
                    found, expected,
                    "{file:?} every {every_bytes}, in pieces of {chunk_bytes}"
                );
            }
        }
    }
}

#[test]
fn cutting_from_any_record_finds_the_same_places() {
    for file in files() {
        let whole = records(&file, RecordStart::FIRST, usize::MAX);
        for (number, (begin, ..)) in whole.iter().enumerate() {
            let expected = expected_cuts(&whole[number..], *begin, 20);
            assert_eq!(cuts(&file, *begin, 20, 16), expected, "{file:?} at {begin:?}");
        }
    }
}
