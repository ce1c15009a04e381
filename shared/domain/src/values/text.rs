//! Characters of a text that a person cannot see, and how a message shows them.

use std::fmt::Write as _;

/// The character that decoders put in place of bytes that they cannot read: the original text is lost.
pub const REPLACEMENT_CHARACTER: char = '\u{fffd}';

/// Characters without ink that are neither white space nor control characters, by first and last of each stretch:
/// `Default_Ignorable_Code_Point` of Unicode 16
/// (<https://www.unicode.org/Public/16.0.0/ucd/DerivedCoreProperties.txt>), which has every bidirectional control,
/// with the interlinear annotations and the blank Braille pattern.
const INVISIBLE: [(char, char); 19] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{fffe}', '\u{ffff}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Whether the character has no ink and no width of its own, or changes the direction of others.
pub fn is_invisible(character: char) -> bool {
    !character.is_ascii()
        && INVISIBLE
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&character))
}

/// Whether the character carries no text: white space, invisible characters, and the control characters with which
/// programs fill or end a file.
pub fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\0' | '\u{1a}') || is_invisible(character)
}

/// The text without blank characters at its ends.
#[inline]
pub fn trim_blank(text: &str) -> &str {
    match text.as_bytes() {
        // Numbers and codes, nearly always: these bytes are signs of ASCII.
        [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => trim_any_blank(text),
    }
}

#[cold]
fn trim_any_blank(text: &str) -> &str {
    text.trim_matches(is_blank)
}

/// A character as messages show it: itself, or its code point where nobody could see it: `<U+FEFF>`.
pub fn visible_character(character: char) -> String {
    visible(character.encode_utf8(&mut [0; 4]))
}

/// A text as messages show it: in one line, with the code points of the characters that nobody could see.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        let is_hidden = is_blank(character) || character.is_control() || character == REPLACEMENT_CHARACTER;
        if is_hidden && character != ' ' {
            // Writing to a text does not fail.
            let _ = write!(shown, "<U+{:04X}>", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_shows_the_code_points_of_what_nobody_sees() {
        assert_eq!(visible("\u{feff}sku\r\n"), "<U+FEFF>sku<U+000D><U+000A>");
        assert_eq!(
            visible("a\u{202e}b \u{a0}\u{fffd}\u{e0041}"),
            "a<U+202E>b <U+00A0><U+FFFD><U+E0041>"
        );
        assert_eq!(visible("Käse 茶碗 'x'"), "Käse 茶碗 'x'");
        assert_eq!(visible_character('\0'), "<U+0000>");
    }

    #[test]
    fn every_bidirectional_control_is_invisible_and_letters_are_not() {
        let controls =
            "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
        assert!(controls.chars().all(is_invisible));
        assert!(!"aä茶א' \u{a0}\n".chars().any(is_invisible));
    }

    #[test]
    fn blank_ends_of_every_kind_are_trimmed() {
        assert_eq!(trim_blank("\u{feff} \u{a0}1 2\t\u{1a}\0"), "1 2");
        assert_eq!(trim_blank("\u{200b}\r\n"), "");
        for text in ["", "1", "12.50", "ä"] {
            assert_eq!(trim_blank(text), text);
        }
    }
}
