//! Describes a JSON decoding error for a log, without the content that failed.

/// The error's message without the content that `serde_json` quotes in it.
pub fn describe(fault: &serde_json::Error) -> String {
    let message = fault.to_string();
    let is_quote = |character| character == '"' || character == '`';
    // The name of a missing field comes from our types, not from the sender.
    if message.starts_with("missing field `") {
        return message;
    }
    match (message.find(is_quote), message.rfind(is_quote)) {
        (Some(first), Some(last)) => format!("{}…{}", &message[..first], &message[last + 1..]),
        _ => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_never_quotes_the_content() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Payment {
            #[serde(rename = "amount")]
            _amount: u32,
        }
        let faults = [
            r#"{"amount":"tok_secret"}"#,
            r#"{"tok_secret":1}"#,
            r#"{"amount":"tok_secret \" tok_secret"}"#,
        ];
        for text in faults {
            let fault = describe(&serde_json::from_str::<Payment>(text).unwrap_err());
            assert!(!fault.contains("tok_secret"), "{fault}");
        }
        let missing = describe(&serde_json::from_str::<Payment>("{}").unwrap_err());
        assert!(missing.contains("missing field `amount`"), "{missing}");
    }
}
