//! Serves the console at `/`: its files are part of the binary. Also serves the sources that the console links to.

use std::path::{Component, Path, PathBuf};

use axum::Router;
use axum::extract::Path as Parameter;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

use crate::answers::answer_with;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

const INDEX: &str = include_str!("console/index.html");

/// Each file with its path below `/console/`.
macro_rules! files {
    ($($kind:ident $path:literal),+ $(,)?) => {
        [$(($path, $kind, include_str!(concat!("console/", $path)))),+]
    };
}

const FILES: [(&str, &str, &str); 30] = files![
    CSS "console.css",
    CSS "views.css",
    JAVASCRIPT "api.js",
    JAVASCRIPT "api_page.js",
    JAVASCRIPT "bill.js",
    JAVASCRIPT "data.js",
    JAVASCRIPT "dom.js",
    JAVASCRIPT "environments.js",
    JAVASCRIPT "explain.js",
    JAVASCRIPT "faults.js",
    JAVASCRIPT "format.js",
    JAVASCRIPT "hop_detail.js",
    JAVASCRIPT "hops.js",
    JAVASCRIPT "layout.js",
    JAVASCRIPT "machines.js",
    JAVASCRIPT "mail.js",
    JAVASCRIPT "main.js",
    JAVASCRIPT "map.js",
    JAVASCRIPT "notice.js",
    JAVASCRIPT "operator.js",
    JAVASCRIPT "order.js",
    JAVASCRIPT "pictures.js",
    JAVASCRIPT "route.js",
    JAVASCRIPT "source.js",
    JAVASCRIPT "states.js",
    JAVASCRIPT "stories.js",
    JAVASCRIPT "story.js",
    JAVASCRIPT "stream.js",
    JAVASCRIPT "tour.js",
    JAVASCRIPT "uploads.js",
];
const DAGRE: &str = include_str!("console/vendor/dagre.js");

/// The page loads nothing from other hosts and runs nothing inline. Pictures come from the host's own buckets, the icon
/// from the page itself. Frames show e-mails, and inherit all of this.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; \
                                       base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The folders and the kinds of files that the console links to.
const SOURCE_FOLDERS: [&str; 5] = ["docs", "functions", "infra", "libs", "shared"];
const SOURCE_KINDS: [&str; 4] = ["rs", "md", "json", "yaml"];

pub(crate) fn router() -> Router {
    let mut router = Router::new()
        .route("/", get(async || file(HTML, INDEX)))
        .route("/console/vendor/dagre.js", get(async || file(JAVASCRIPT, DAGRE)))
        .route("/dev/source/{*path}", get(source));
    for (path, content_type, text) in FILES {
        router = router.route(&format!("/console/{path}"), get(async move || file(content_type, text)));
    }
    router
}

fn file(content_type: &'static str, text: impl IntoResponse) -> Response {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}

/// A file of the repository that this binary was built from, as text.
async fn source(Parameter(path): Parameter<String>) -> Response {
    let Some(allowed) = source_path(&path) else {
        return missing(&path);
    };
    match tokio::fs::read_to_string(repository().join(allowed)).await {
        Ok(text) => file(TEXT, text),
        Err(_) => missing(&path),
    }
}

fn missing(path: &str) -> Response {
    let message = format!("{path} is not a source file in the repository that this local host was built from");
    answer_with(StatusCode::NOT_FOUND, &json!({ "message": message }))
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// `None` for a path that leaves the folders of sources or names another kind of file.
fn source_path(path: &str) -> Option<&Path> {
    let path = Path::new(path);
    let mut names = path.components().map(|component| match component {
        Component::Normal(name) => name.to_str().filter(|name| !name.starts_with('.')),
        _ => None,
    });
    let is_in_folder = SOURCE_FOLDERS.contains(&names.next()??);
    let is_plain = names.all(|name| name.is_some());
    let is_source = SOURCE_KINDS.contains(&path.extension()?.to_str()?);
    (is_in_folder && is_plain && is_source).then_some(path)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use sha2::{Digest as _, Sha256};

    use super::*;

    /// dagre 3.1.3, `dist/dagre.esm.js` of the npm package `@dagrejs/dagre`, under the MIT licence beside it.
    const DAGRE_SHA256: &str = "b0ddaf4af1417bec9bd89373a3a3987f081727d6cc6d95fc40dbf85a19bdf3b0";

    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console")
    }

    #[test]
    fn every_file_of_the_folder_is_served() {
        let served: BTreeSet<String> = FILES.iter().map(|(path, _, _)| (*path).to_owned()).collect();
        let names = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap());
        let files = names.filter(|entry| entry.file_type().unwrap().is_file());
        let mut present: BTreeSet<String> = files.map(|entry| entry.file_name().into_string().unwrap()).collect();
        assert!(present.remove("index.html"));
        assert_eq!(present, served);
    }

    #[test]
    fn the_graph_library_is_the_released_one() {
        let hash: String = hex::encode(Sha256::digest(DAGRE));
        assert_eq!(hash, DAGRE_SHA256);
        let license = fs::read_to_string(folder().join("vendor/dagre.LICENSE")).unwrap();
        assert!(license.contains("Permission is hereby granted, free of charge"));
    }

    #[test]
    fn only_sources_of_the_repository_are_served() {
        for path in [
            "functions/orders-place/src/lib.rs",
            "docs/saga.md",
            "infra/order-saga.asl.json",
        ] {
            assert_eq!(source_path(path), Some(Path::new(path)), "{path}");
            assert!(repository().join(path).is_file(), "{path}");
        }
        for path in [
            "",
            "Cargo.toml",
            "/etc/passwd.md",
            "docs/../Cargo.md",
            "../docs/a.md",
            "docs/.hidden/a.md",
            "docs/.a.md",
            "target/a.rs",
            "shared/domain/Cargo.toml",
            "docs",
        ] {
            assert_eq!(source_path(path), None, "{path}");
        }
    }
}
