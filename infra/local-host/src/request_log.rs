//! Logs the requests that the host answers itself. A request to a function has the log line of its invocation.

use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::{self, Next};
use axum::response::Response;

const MESSAGE: &str = "request answered";

/// Logs every request to the routes of `router`. Reads are logged at `debug`: the console makes many of them.
pub(crate) fn logged(router: Router) -> Router {
    router.layer(middleware::from_fn(log))
}

/// Without the query: it holds the signature of a link.
async fn log(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let response = next.run(request).await;
    let (status, method, path) = (response.status().as_u16(), &method, path.as_str());
    if [Method::GET, Method::HEAD].contains(method) {
        tracing::debug!(%method, path, status, "{MESSAGE}");
    } else {
        tracing::info!(%method, path, status, "{MESSAGE}");
    }
    response
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use axum::body::Body;
    use axum::routing::get;
    use tower::ServiceExt as _;
    use tracing::level_filters::LevelFilter;

    use super::*;

    #[tokio::test]
    async fn reads_are_logged_at_debug_and_writes_at_info_and_no_query_is_logged() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&lines);
        let subscriber = telemetry::log::subscriber(LevelFilter::DEBUG, move |line| {
            written.lock().unwrap().push(line.to_owned());
        });
        let _guard = tracing::subscriber::set_default(subscriber);
        let app = logged(Router::new().route("/dev/x", get(async || "read").put(async || "written")));
        for method in ["GET", "HEAD", "PUT", "DELETE"] {
            let request = Request::builder().method(method).uri("/dev/x?Signature=secret");
            app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        }
        let lines = lines.lock().unwrap();
        for (line, (level, method, status)) in lines.iter().zip([
            ("DEBUG", "GET", 200),
            ("DEBUG", "HEAD", 200),
            ("INFO", "PUT", 200),
            ("INFO", "DELETE", 405),
        ]) {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(
                (&line["level"], &line["method"], &line["path"], &line["status"]),
                (&level.into(), &method.into(), &"/dev/x".into(), &status.into())
            );
        }
        assert_eq!(lines.len(), 4);
        assert!(!lines.concat().contains("secret"));
    }
}
