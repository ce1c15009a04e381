//! What is taken out of every text before it is logged? Addresses: services quote what they were sent, and an error's
//! chain ends with their words.
//!
//! The last line of defence. What we know to be private has a type that does not print itself.

use std::borrow::Cow;

const REDACTED: &str = "[address]";

/// `text` with something else in place of whatever looks like `somebody@example.test`.
pub(crate) fn without_addresses(text: &str) -> Cow<'_, str> {
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

/// What stands before the first address and what stands behind it. Most texts have none, which is seen at once.
fn next_address(text: &str) -> Option<(&str, &str)> {
    text.match_indices('@').find_map(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + 1..]);
        let begin = before.trim_end_matches(is_of_an_address);
        let end = after.trim_start_matches(is_of_an_address);
        let domain = after[..after.len() - end.len()].trim_end_matches('.');
        (begin.len() < before.len() && domain.contains('.')).then_some((begin, end))
    })
}

fn is_of_an_address(character: char) -> bool {
    character.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_out_wherever_it_stands() {
        for (told, kept) in [
            ("ann@example.test", "[address]"),
            (
                "identities failed the check in region EU-CENTRAL-1: ann.b+c@mail.example.test, <bob@example.test>.",
                "identities failed the check in region EU-CENTRAL-1: [address], <[address]>.",
            ),
            ("jürgen@exämple.test is unknown", "[address] is unknown"),
            ("a @ b, user@host, ann@example.test", "a @ b, user@host, [address]"),
        ] {
            assert_eq!(without_addresses(told), kept);
        }
    }

    #[test]
    fn a_text_without_one_is_not_copied() {
        for text in ["", "save order: ConditionalCheckFailedException", "2 @ 3", "photo@2x"] {
            assert!(
                matches!(without_addresses(text), Cow::Borrowed(same) if same == text),
                "{text}"
            );
        }
    }
}
