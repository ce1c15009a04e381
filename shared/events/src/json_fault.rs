//! Describes a JSON decoding error for a log, without the content that failed.

use serde_json::error::Category;

/// What is wrong and where, without the error's own message: `serde_json` may quote the sender's content in it.
pub fn describe(fault: &serde_json::Error) -> String {
    let what = match fault.classify() {
        Category::Data => "the JSON has another shape than expected",
        Category::Syntax => "the text is not JSON",
        Category::Eof => "the JSON ends too early",
        Category::Io => "the JSON could not be read",
    };
    match fault.line() {
        // Of a value that was parsed before: its places are gone.
        0 => what.to_owned(),
        line => format!("{what}: line {line}, column {}", fault.column()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Payment {
        #[serde(rename = "amount")]
        _amount: u32,
    }

    fn described(text: &str) -> String {
        describe(&serde_json::from_str::<Payment>(text).unwrap_err())
    }

    #[test]
    fn a_fault_is_named_with_its_place() {
        for (text, expected) in [
            ("{}", "the JSON has another shape than expected: line 1, column 2"),
            (r#"{"amount":tok_secret}"#, "the text is not JSON: line 1, column 12"),
            ("{\n\"amount\":", "the JSON ends too early: line 2, column 9"),
        ] {
            assert_eq!(described(text), expected);
        }
        let value = serde_json::json!({"amount": "tok_secret"});
        let fault = serde_json::from_value::<Payment>(value).unwrap_err();
        assert_eq!(describe(&fault), "the JSON has another shape than expected");
    }

    #[test]
    fn a_fault_never_quotes_the_content() {
        for text in [
            r#"{"amount":"tok_secret"}"#,
            r#"{"tok_secret":1}"#,
            r#"{"amount":"tok_secret \" tok_secret"}"#,
            r#""tok_secret""#,
            "tok_secret",
        ] {
            assert!(!described(text).contains("tok_secret"), "{text}");
        }
    }
}
