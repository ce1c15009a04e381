//! Removes e-mail addresses from every text that is logged, because error messages of services can quote their input.
//!
//! This is the last line of defence. Values that are private have a type that does not print them.

use std::borrow::Cow;

const REDACTED: &str = "[address]";

/// Replaces everything that looks like `somebody@example.test`.
pub fn without_addresses(text: &str) -> Cow<'_, str> {
    let mut rest = text;
    let mut kept = String::new();
    while let Some((before, domain)) = next_address(rest) {
        kept.push_str(before);
        kept.push_str(REDACTED);
        rest = domain;
    }
    if kept.is_empty() {
        return Cow::Borrowed(text);
    }
    kept.push_str(rest);
    Cow::Owned(kept)
}

/// The text before the first address, and the text after it. Most texts contain no `@`, so this is fast.
fn next_address(text: &str) -> Option<(&str, &str)> {
    text.match_indices('@').find_map(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + 1..]);
        let begin = before.trim_end_matches(is_in_addresses);
        let end = after.trim_start_matches(is_in_addresses);
        let domain = after[..after.len() - end.len()].trim_end_matches('.');
        (begin.len() < before.len() && domain.contains('.')).then_some((begin, end))
    })
}

fn is_in_addresses(character: char) -> bool {
    character.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_removed_anywhere_in_a_text() {
        for (text, redacted) in [
            ("ann@example.test", "[address]"),
            (
                "identities failed the check in region EU-CENTRAL-1: ann.b+c@mail.example.test, <bob@example.test>.",
                "identities failed the check in region EU-CENTRAL-1: [address], <[address]>.",
            ),
            ("jürgen@exämple.test is unknown", "[address] is unknown"),
            ("a @ b, user@host, ann@example.test", "a @ b, user@host, [address]"),
        ] {
            assert_eq!(without_addresses(text), redacted);
        }
    }

    #[test]
    fn a_text_without_an_address_is_not_copied() {
        for text in ["", "save order: ConditionalCheckFailedException", "2 @ 3", "photo@2x"] {
            assert!(
                matches!(without_addresses(text), Cow::Borrowed(same) if same == text),
                "{text}"
            );
        }
    }
}
