//! Writes an error and all its sources on one line.

use std::error::Error;

const ERROR_CHAIN_DEPTH_MAX: usize = 16;

/// The messages of an error and of its sources, joined by colons; at most 16 of them.
pub fn error_chain(error: &dyn Error) -> String {
    let mut messages = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source.filter(|_| messages.len() < ERROR_CHAIN_DEPTH_MAX) {
        messages.push(cause.to_string());
        source = cause.source();
    }
    messages.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_of_errors_is_cut() {
        #[derive(Debug, thiserror::Error)]
        #[error("again")]
        struct Again(#[source] Option<Box<Again>>);
        let endless = (0..1_000).fold(Again(None), |error, _| Again(Some(Box::new(error))));
        assert_eq!(error_chain(&endless).matches("again").count(), ERROR_CHAIN_DEPTH_MAX);
    }
}
