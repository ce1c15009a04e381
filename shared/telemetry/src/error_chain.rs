//! Writes an error and all its sources on one line.

use std::error::Error;

use events::json_fault;

const ERROR_CHAIN_DEPTH_MAX: usize = 16;

/// The messages of an error and of its sources, joined by colons; at most 16 of them.
pub fn error_chain(error: &(dyn Error + 'static)) -> String {
    let mut messages = vec![message(error)];
    let mut source = error.source();
    while let Some(cause) = source.filter(|_| messages.len() < ERROR_CHAIN_DEPTH_MAX) {
        messages.push(message(cause));
        source = cause.source();
    }
    messages.join(": ")
}

/// An error of `serde_json` may quote the content that it could not decode, so its own message stays out of the log.
fn message(error: &(dyn Error + 'static)) -> String {
    match error.downcast_ref::<serde_json::Error>() {
        Some(fault) => json_fault::describe(fault),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("again")]
    struct Again(#[source] Option<Box<dyn Error>>);

    #[test]
    fn a_chain_of_errors_has_an_end() {
        let endless = (0..1_000).fold(Again(None), |error, _| Again(Some(Box::new(error))));
        assert_eq!(error_chain(&endless).matches("again").count(), ERROR_CHAIN_DEPTH_MAX);
    }

    #[test]
    fn the_content_that_could_not_be_decoded_is_not_quoted() {
        let fault = serde_json::from_str::<u32>(r#""tok_secret""#).unwrap_err();
        assert!(
            fault.to_string().contains("tok_secret"),
            "the library quotes it: {fault}"
        );
        let chain = error_chain(&Again(Some(Box::new(fault))));
        assert_eq!(
            chain,
            "again: the JSON has another shape than expected: line 1, column 12"
        );
    }
}
