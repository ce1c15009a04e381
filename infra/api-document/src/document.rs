//! A generated document, and why one cannot be generated.

use local_host::template::TemplateFault;

/// A generated file of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// From the root of the repository.
    pub path: String,
    pub text: String,
}

/// Why the documents cannot be generated.
#[derive(Debug, thiserror::Error)]
pub enum DocumentFault {
    #[error("the template cannot be read")]
    Template(#[from] TemplateFault),
    #[error("{route} of the template has no operation in infra/api-document/src/operations.rs")]
    NoOperation { route: String },
    #[error("{operation} is not a route of the template")]
    NoRoute { operation: String },
    #[error("{operation} names the problem {slug}, which infra/api-document/src/problems.rs does not list")]
    NoProblem { operation: String, slug: String },
    #[error("a document cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    #[error("the document cannot be written as YAML")]
    Yaml(#[from] serde_saphyr::ser::Error),
}
