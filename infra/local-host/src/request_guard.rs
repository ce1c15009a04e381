//! Refuses requests that a page of another site could make a browser send.
//!
//! Listening on 127.0.0.1 keeps other machines out, but not the pages that are open in this machine's browser. A page
//! can give its own name the address 127.0.0.1 (DNS rebinding), so every route asks for a loopback name in `Host`. It
//! can also send simple requests without reading the answers, so development routes ask for JSON and look at `Origin`
//! and `Sec-Fetch-Site` (<https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site>).

use axum::Router;
use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use entry::request::is_json_media_type;
use serde_json::json;

use crate::answers::answer_with;
use crate::unwanted_body;

/// The names of this machine to itself, as they stand in a URL.
const LOOPBACK_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];
const HTTP_PORT: u16 = 80;
/// What starts with this serves development only.
const DEVELOPMENT: &str = "/dev/";
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

type Refusal = (StatusCode, &'static str);

/// Guards every route of the app, which listens on `port`.
pub(crate) fn guarded(app: Router, port: u16) -> Router {
    app.layer(middleware::from_fn_with_state(port, check))
}

async fn check(State(port): State<u16>, request: Request, next: Next) -> Response {
    match refusal(&request, port) {
        None => next.run(request).await,
        Some((status, message)) => {
            let (parts, body) = request.into_parts();
            unwanted_body::discard(&parts.headers, body).await;
            answer_with(status, &json!({ "message": message }))
        }
    }
}

fn refusal(request: &Request, port: u16) -> Option<Refusal> {
    let (headers, uri) = (request.headers(), request.uri());
    host_refusal(headers, uri.authority(), port).or_else(|| {
        let is_development = uri.path().starts_with(DEVELOPMENT);
        is_development.then(|| development_refusal(request.method(), headers, port))?
    })
}

/// A request target with a host of its own counts as well
/// (<https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2>).
fn host_refusal(headers: &HeaderMap, target: Option<&Authority>, port: u16) -> Option<Refusal> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Some((StatusCode::BAD_REQUEST, "exactly one Host header is needed"));
    };
    let is_host_ours = host.to_str().is_ok_and(|host| is_ours(host, port));
    let is_target_ours = target.is_none_or(|target| is_ours(target.as_str(), port));
    (!is_host_ours || !is_target_ours).then_some((
        StatusCode::MISDIRECTED_REQUEST,
        "the host is not this one: use localhost, 127.0.0.1 or [::1] with the port that the shop listens on",
    ))
}

fn development_refusal(method: &Method, headers: &HeaderMap, port: u16) -> Option<Refusal> {
    let is_origin_ours = |origin: &str| origin.strip_prefix("http://").is_some_and(|host| is_ours(host, port));
    let has_foreign_origin = headers
        .get_all(header::ORIGIN)
        .iter()
        .any(|origin| !origin.to_str().is_ok_and(is_origin_ours));
    // A browser says `none` when a person typed the address.
    let is_from_elsewhere = headers
        .get_all(&SEC_FETCH_SITE)
        .iter()
        .any(|site| site != "same-origin" && site != "none");
    if has_foreign_origin || is_from_elsewhere {
        return Some((
            StatusCode::FORBIDDEN,
            "development routes answer no page of another origin",
        ));
    }
    let is_json = || {
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        content_type.is_some_and(is_json_media_type)
    };
    let is_read = [Method::GET, Method::HEAD].contains(method);
    (!is_read && !is_json()).then_some((
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "development routes take JSON: send the header content-type: application/json",
    ))
}

/// Whether `name:port` is this host.
fn is_ours(authority: &str, port: u16) -> bool {
    let Ok(parsed) = authority.parse::<Authority>() else {
        return false;
    };
    let is_loopback = LOOPBACK_NAMES
        .iter()
        .any(|name| parsed.host().eq_ignore_ascii_case(name));
    is_loopback && !authority.contains('@') && parsed.port_u16().unwrap_or(HTTP_PORT) == port
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::request::Builder;
    use axum::routing::any;
    use tower::ServiceExt as _;

    use super::*;

    const PORT: u16 = 3000;

    async fn status_of(request: Builder) -> u16 {
        let app = Router::new().fallback(any(async || "served"));
        let request = request.body(Body::from("{}")).unwrap();
        guarded(app, PORT).oneshot(request).await.unwrap().status().as_u16()
    }

    fn to(method: &str, path: &str) -> Builder {
        Request::builder()
            .method(method)
            .uri(path)
            .header("host", "127.0.0.1:3000")
    }

    #[tokio::test]
    async fn only_loopback_names_with_our_port_are_served_on_every_route() {
        for path in [
            "/",
            "/products",
            "/orders",
            "/s3/uploads/a",
            "/dev/emails",
            "/healthz",
            "/nothing",
        ] {
            for (host, status) in [
                ("127.0.0.1:3000", 200),
                ("localhost:3000", 200),
                ("LOCALHOST:3000", 200),
                ("[::1]:3000", 200),
                ("evil.example:3000", 421),
                ("evil.example", 421),
                ("127.0.0.1", 421),
                ("localhost", 421),
                ("127.0.0.1:3001", 421),
                ("localhost.evil.example:3000", 421),
                ("127.0.0.1.evil.example:3000", 421),
                ("evil@127.0.0.1:3000", 421),
                ("127.0.0.1:3000@evil.example", 421),
                ("localhost.:3000", 421),
                ("0.0.0.0:3000", 421),
                ("2130706433:3000", 421),
                ("127.0.0.1:03000x", 421),
                ("", 421),
            ] {
                let request = Request::builder().uri(path).header("host", host);
                assert_eq!(status_of(request).await, status, "{host} {path}");
            }
        }
    }

    #[tokio::test]
    async fn a_request_has_one_host_and_its_target_none_but_ours() {
        assert_eq!(status_of(Request::builder().uri("/")).await, 400);
        assert_eq!(status_of(to("GET", "/").header("host", "127.0.0.1:3000")).await, 400);
        assert_eq!(status_of(to("GET", "http://evil.example:3000/products")).await, 421);
        assert_eq!(status_of(to("GET", "http://localhost:3000/products")).await, 200);
    }

    #[test]
    fn the_port_of_http_need_not_be_written() {
        assert!(is_ours("localhost", 80) && is_ours("localhost:80", 80) && !is_ours("localhost", 3000));
    }

    #[tokio::test]
    async fn development_routes_answer_no_page_of_another_origin() {
        let json = ("content-type", "application/json");
        for (header, status) in [
            (("origin", "http://127.0.0.1:3000"), 200),
            (("origin", "http://localhost:3000"), 200),
            (("origin", "http://localhost:5173"), 403),
            (("origin", "https://127.0.0.1:3000"), 403),
            (("origin", "http://evil.example"), 403),
            (("origin", "null"), 403),
            (("sec-fetch-site", "same-origin"), 200),
            (("sec-fetch-site", "none"), 200),
            (("sec-fetch-site", "same-site"), 403),
            (("sec-fetch-site", "cross-site"), 403),
        ] {
            for (method, path) in [
                ("POST", "/dev/payments"),
                ("POST", "/dev/token"),
                ("POST", "/dev/parked/o-1/redrive"),
                ("GET", "/dev/emails"),
                ("PUT", "/dev/anything"),
            ] {
                let request = to(method, path).header(json.0, json.1).header(header.0, header.1);
                assert_eq!(status_of(request).await, status, "{method} {path} {header:?}");
            }
            let request = to("GET", "/products").header(header.0, header.1);
            assert_eq!(
                status_of(request).await,
                200,
                "the shop's own routes have CORS: {header:?}"
            );
        }
    }

    #[tokio::test]
    async fn development_routes_change_nothing_for_a_simple_request() {
        for content_type in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "",
        ] {
            let request = to("POST", "/dev/payments").header("content-type", content_type);
            assert_eq!(status_of(request).await, 415, "{content_type}");
        }
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            assert_eq!(status_of(to(method, "/dev/payments")).await, 415, "{method}");
            let request = to(method, "/dev/payments").header("content-type", "application/json; charset=utf-8");
            assert_eq!(status_of(request).await, 200, "{method}");
        }
        assert_eq!(status_of(to("GET", "/dev/payments")).await, 200);
        assert_eq!(
            status_of(to("POST", "/orders")).await,
            200,
            "is its function's to refuse"
        );
    }
}
