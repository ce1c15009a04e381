//! The reader passes a suite for readers of many languages.
//!
//! Files and their contents are those of csv-spectrum 2.0.0 (<https://github.com/maxogden/csv-spectrum>, BSD-2-Clause),
//! which keeps them as objects by column; here they are records. Of `location_coordinates`, whose two halves disagree,
//! the number is the object's in both.

use super::*;

const SUITE: [(&str, &str, &[&[&str]]); 12] = [
    (
        "comma_in_quotes",
        "first,last,address,city,zip\nJohn,Doe,120 any st.,\"Anytown, WW\",08123",
        &[
            &["first", "last", "address", "city", "zip"],
            &["John", "Doe", "120 any st.", "Anytown, WW", "08123"],
        ],
    ),
    (
        "empty",
        "a,b,c\n1,\"\",\"\"\n2,3,4",
        &[&["a", "b", "c"], &["1", "", ""], &["2", "3", "4"]],
    ),
    (
        "empty_crlf",
        "a,b,c\r\n1,\"\",\"\"\r\n2,3,4",
        &[&["a", "b", "c"], &["1", "", ""], &["2", "3", "4"]],
    ),
    (
        "escaped_quotes",
        "a,b\n1,\"ha \"\"ha\"\" ha\"\n3,4\n",
        &[&["a", "b"], &["1", "ha \"ha\" ha"], &["3", "4"]],
    ),
    (
        "json",
        "key,val\n1,\"{\"\"type\"\": \"\"Point\"\", \"\"coordinates\"\": [102.0, 0.5]}\"\n",
        &[
            &["key", "val"],
            &["1", "{\"type\": \"Point\", \"coordinates\": [102.0, 0.5]}"],
        ],
    ),
    (
        "location_coordinates",
        "Contact Phone Number,Location Coordinates,Cities,Counties\n1234567890,37\u{fffd}36'37.8\"N 121\u{fffd}2'17.9\"W,Modesto,Stanislaus",
        &[
            &["Contact Phone Number", "Location Coordinates", "Cities", "Counties"],
            &[
                "1234567890",
                "37\u{fffd}36'37.8\"N 121\u{fffd}2'17.9\"W",
                "Modesto",
                "Stanislaus",
            ],
        ],
    ),
    (
        "newlines",
        "a,b,c\n1,2,3\n\"Once upon \na time\",5,6\n7,8,9\n",
        &[
            &["a", "b", "c"],
            &["1", "2", "3"],
            &["Once upon \na time", "5", "6"],
            &["7", "8", "9"],
        ],
    ),
    (
        "newlines_crlf",
        "a,b,c\r\n1,2,3\r\n\"Once upon \r\na time\",5,6\r\n7,8,9\r\n",
        &[
            &["a", "b", "c"],
            &["1", "2", "3"],
            &["Once upon \r\na time", "5", "6"],
            &["7", "8", "9"],
        ],
    ),
    (
        "quotes_and_newlines",
        "a,b\n1,\"ha \n\"\"ha\"\" \nha\"\n3,4\n",
        &[&["a", "b"], &["1", "ha \n\"ha\" \nha"], &["3", "4"]],
    ),
    ("simple", "a,b,c\n1,2,3\n", &[&["a", "b", "c"], &["1", "2", "3"]]),
    (
        "simple_crlf",
        "a,b,c\r\n1,2,3\r\n",
        &[&["a", "b", "c"], &["1", "2", "3"]],
    ),
    (
        "utf8",
        "a,b,c\n1,2,3\n4,5,\u{2a4}",
        &[&["a", "b", "c"], &["1", "2", "3"], &["4", "5", "\u{2a4}"]],
    ),
];

#[test]
fn the_suite_passes_however_its_files_are_cut() {
    for (name, file, expected) in SUITE {
        for chunk_bytes in [1, 2, 3, 7, usize::MAX] {
            let mut reader = RecordReader::new();
            let mut records = Vec::new();
            let mut take = |record: Record<'_>| {
                assert_eq!(record.field_count, expected[0].len(), "{name}");
                let fields = record
                    .fields()
                    .map(|field| std::str::from_utf8(field).unwrap().to_owned());
                records.push(fields.collect::<Vec<_>>());
            };
            for mut chunk in file.as_bytes().chunks(chunk_bytes) {
                while let Some(record) = reader.next_record(&mut chunk) {
                    take(record);
                }
            }
            if let Some(record) = reader.finish() {
                take(record);
            }
            assert_eq!(records, expected, "{name} in pieces of {chunk_bytes}");
        }
    }
}
