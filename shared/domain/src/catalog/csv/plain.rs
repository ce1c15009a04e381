//! Splits a record that is whole and plain: its fields are found without looking at each byte, and stay where they are.
//!
//! Spreadsheets and databases write plain records: a field is quoted from end to end or has no quote at all, and none
//! is doubled. [`Grammar`](super::grammar::Grammar) splits all others.

pub(super) const BLOCK_BYTES: usize = 64;

/// Where a field lies in the record, without its quotes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) begin: u32,
    pub(super) end: u32,
}

pub(super) struct PlainRecord {
    /// With its line end.
    pub(super) bytes: usize,
    pub(super) field_count: usize,
    pub(super) line_end: u8,
    /// There are line ends within quotes.
    pub(super) has_more_lines: bool,
}

/// The quotes of the field that is being read.
#[derive(Clone, Copy, PartialEq)]
enum Quotes {
    None,
    Open,
    /// The closing quote is the byte right before this place.
    ClosedBefore(usize),
}

/// Splits the record at the front of `input`, which begins no blank line. `None` where the record does not end within
/// `bytes_max`, has more fields than `spans`, or is not plain.
pub(super) fn split(input: &[u8], bytes_max: usize, spans: &mut [Span]) -> Option<PlainRecord> {
    let input = input.get(..bytes_max).unwrap_or(input);
    let mut field_begin = 0;
    let mut field_count = 0;
    let mut quotes = Quotes::None;
    let mut has_more_lines = false;
    for (number, block) in input.chunks(BLOCK_BYTES).enumerate() {
        let mut marks = marks_of(block);
        while marks != 0 {
            let place = number * BLOCK_BYTES + marks.trailing_zeros() as usize;
            marks &= marks - 1;
            let byte = input[place];
            if quotes == Quotes::Open {
                if byte == b'"' {
                    quotes = Quotes::ClosedBefore(place + 1);
                }
                has_more_lines |= matches!(byte, b'\r' | b'\n');
                continue;
            }
            if byte == b'"' {
                if place != field_begin {
                    return None;
                }
                quotes = Quotes::Open;
                continue;
            }
            let span = match quotes {
                Quotes::ClosedBefore(closed) if closed == place => (field_begin + 1, place - 1),
                Quotes::None => (field_begin, place),
                Quotes::Open | Quotes::ClosedBefore(_) => return None,
            };
            *spans.get_mut(field_count)? = Span {
                begin: u32::try_from(span.0).ok()?,
                end: u32::try_from(span.1).ok()?,
            };
            field_count += 1;
            field_begin = place + 1;
            quotes = Quotes::None;
            if byte != b',' {
                return Some(PlainRecord {
                    bytes: place + 1,
                    field_count,
                    line_end: byte,
                    has_more_lines,
                });
            }
        }
    }
    None
}

/// [`marks`] of a block, which may be shorter.
pub(super) fn marks_of(block: &[u8]) -> u64 {
    match block.first_chunk() {
        Some(block) => marks(block),
        None => marks(&padded(block)),
    }
}

fn padded(bytes: &[u8]) -> [u8; BLOCK_BYTES] {
    let mut block = [0; BLOCK_BYTES];
    block[..bytes.len()].copy_from_slice(bytes);
    block
}

/// A bit for each quote, comma and line end, the first byte's lowest. Written so that the compiler compares sixteen
/// bytes at a time, or more: a loop of a fixed length without a branch.
fn marks(block: &[u8; BLOCK_BYTES]) -> u64 {
    /// Moves the lowest bits of eight bytes to the highest byte.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let mut found = [0_u8; BLOCK_BYTES];
    for (found, byte) in found.iter_mut().zip(block) {
        let is = |wanted: u8| u8::from(*byte == wanted);
        *found = is(b'"') | is(b',') | is(b'\n') | is(b'\r');
    }
    let (words, _) = found.as_chunks::<8>();
    let mut marks = 0;
    for (index, word) in words.iter().enumerate() {
        marks |= (u64::from_le_bytes(*word).wrapping_mul(GATHER) >> 56) << (8 * index);
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_marked_or_not_wherever_it_stands() {
        for byte in 0..=u8::MAX {
            for place in 0..BLOCK_BYTES {
                let mut block = [b'x'; BLOCK_BYTES];
                block[place] = byte;
                let expected = u64::from(matches!(byte, b'"' | b',' | b'\n' | b'\r')) << place;
                assert_eq!(marks(&block), expected, "{byte} at {place}");
            }
        }
        assert_eq!(marks(&[b','; BLOCK_BYTES]), u64::MAX);
    }

    fn fields(text: &str) -> Option<Vec<&str>> {
        let mut spans = [Span::default(); 4];
        let record = split(text.as_bytes(), 200, &mut spans)?;
        let field = |span: &Span| &text[span.begin as usize..span.end as usize];
        Some(spans[..record.field_count].iter().map(field).collect())
    }

    #[test]
    fn plain_records_are_split_where_they_lie() {
        assert_eq!(fields("a,b\nc"), Some(vec!["a", "b"]));
        assert_eq!(fields(",\r\n"), Some(vec!["", ""]));
        assert_eq!(fields("\"a,\nb\",\"\"\n"), Some(vec!["a,\nb", ""]));
        let long = "x".repeat(70);
        assert_eq!(fields(&format!("{long},\"{long}\"\r")), Some(vec![&*long, &*long]));
    }

    #[test]
    fn everything_else_is_left_to_the_grammar() {
        let long = format!("{}\n", "x".repeat(200));
        for other in [
            "a,b",
            "a\"b\n",
            "\"a\"\"b\"\n",
            "\"a\"b\n",
            "\"a\" ,b\n",
            "\"a\n",
            "a,b,c,d,e\n",
            &long,
        ] {
            assert_eq!(fields(other), None, "{other:?}");
        }
    }
}
