//! Tests that the gateway answers as API Gateway does, with and without a function.

use std::sync::Mutex;

use async_trait::async_trait;
use axum::body::to_bytes;
use axum::http::request::Builder;
use serde_json::Value;
use tower::ServiceExt as _;

use super::*;
use crate::functions::InvokeFailure;
use crate::identity::Issuer;
use crate::template::{self, ThrottlingSpec};

const ORIGIN: &str = "http://127.0.0.1:3000";
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// Answers every invocation alike, and remembers the last one.
struct OneAnswer {
    answer: Result<Value, InvokeFailure>,
    asked: Mutex<Option<(String, Value)>>,
}

#[async_trait]
impl Functions for OneAnswer {
    async fn invoke(&self, logical_id: &str, event: Value, _: Source) -> Result<Value, InvokeFailure> {
        *self.asked.lock().unwrap() = Some((logical_id.to_owned(), event));
        self.answer.clone()
    }
}

pub(super) fn issuer() -> Issuer {
    let clients = template::load().unwrap().api.clients();
    Issuer::new("https://issuer.example".to_owned(), String::new(), clients, &[7; 32]).unwrap()
}

struct World {
    functions: Arc<OneAnswer>,
    router: Router,
    token: String,
}

impl World {
    fn answering(answer: Result<Value, InvokeFailure>) -> Self {
        Self::with(answer, &template::load().unwrap())
    }

    fn with(answer: Result<Value, InvokeFailure>, deployment: &Deployment) -> Self {
        let asked = Mutex::new(None);
        let functions = Arc::new(OneAnswer { answer, asked });
        let issuer = issuer();
        let token = issuer.token("olga", &["staff".to_owned()], jsonwebtoken::get_current_timestamp());
        Self {
            router: router(deployment, functions.clone(), issuer.authorizer(), Arc::default()),
            functions,
            token: token.unwrap(),
        }
    }

    fn fine() -> Self {
        Self::answering(Ok(json!({ "statusCode": 200, "body": "fine" })))
    }

    async fn send(&self, request: Builder, body: impl Into<Body>) -> Response {
        let request = request.body(body.into()).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Status and the gateway's own message.
    async fn refusal(&self, request: Builder, body: impl Into<Body>) -> (u16, String) {
        let response = self.send(request, body).await;
        let status = response.status().as_u16();
        assert_eq!(response.headers()["content-type"], "application/json");
        let body = to_bytes(response.into_body(), ANSWER_BYTES_MAX).await.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        (status, body["message"].as_str().unwrap().to_owned())
    }

    fn asked(&self) -> Option<(String, Value)> {
        self.functions.asked.lock().unwrap().clone()
    }
}

fn refused(status: u16, message: &str) -> (u16, String) {
    (status, message.to_owned())
}

#[tokio::test]
async fn a_function_gets_the_event_and_the_caller_its_answer() {
    let world = World::answering(Ok(
        json!({ "statusCode": 201, "headers": { "Location": "/x" }, "body": "made" }),
    ));
    let request = Request::post("/orders/a%20b/cancel?x=1")
        .header("authorization", format!("Bearer {}", world.token))
        .header("content-type", "application/json");
    let response = world.send(request, "{}").await;
    assert_eq!(response.status(), StatusCode::CREATED);
    assert_eq!(response.headers()["location"], "/x");
    assert_eq!(to_bytes(response.into_body(), ANSWER_BYTES_MAX).await.unwrap(), "made");

    let (function, event) = world.asked().unwrap();
    assert_eq!(function, "OrdersCancel");
    assert_eq!(event["routeKey"], "POST /orders/{id}/cancel");
    assert_eq!(event["pathParameters"]["id"], "a b");
    assert_eq!(event["body"], "{}");
    let claims = &event["requestContext"]["authorizer"]["jwt"]["claims"];
    assert_eq!(
        (&claims["sub"], &claims["cognito:groups"]),
        (&json!("olga"), &json!("[staff]"))
    );
}

#[tokio::test]
async fn a_public_route_asks_nobody_who_they_are() {
    let world = World::fine();
    assert_eq!(world.send(Request::get("/products"), "").await.status(), StatusCode::OK);
    let (function, event) = world.asked().unwrap();
    assert_eq!(function, "ProductsList");
    assert!(event["requestContext"].get("authorizer").is_none());
}

#[tokio::test]
async fn unknown_routes_and_callers_reach_no_function() {
    let world = World::fine();
    for request in [
        Request::get("/nothing"),
        Request::delete("/orders"),
        Request::options("/orders"),
    ] {
        assert_eq!(world.refusal(request, "").await, refused(404, "Not Found"));
    }
    let forged = format!("Bearer {}x", world.token);
    let genuine = || format!("Bearer {}", world.token);
    for request in [
        Request::get("/orders")
            .header("authorization", genuine())
            .header("authorization", genuine()),
        Request::get("/orders"),
        Request::get("/orders").header("authorization", forged),
    ] {
        assert_eq!(world.refusal(request, "").await, refused(401, "Unauthorized"));
    }
    assert_eq!(world.asked(), None);
}

#[tokio::test]
async fn a_burst_is_served_and_what_exceeds_it_is_not() {
    let mut deployment = template::load().unwrap();
    assert_eq!(
        deployment.api.throttling,
        Some(ThrottlingSpec {
            rate_per_second: 500,
            burst: 1_000
        })
    );
    deployment.api.throttling = Some(ThrottlingSpec {
        rate_per_second: 1,
        burst: 2,
    });
    let world = World::with(Ok(json!("fine")), &deployment);
    for _ in 0..2 {
        assert_eq!(world.send(Request::get("/products"), "").await.status(), StatusCode::OK);
    }
    assert_eq!(
        world.refusal(Request::get("/products"), "").await,
        refused(429, "Too Many Requests")
    );
}

#[tokio::test]
async fn a_route_with_a_limit_of_its_own_neither_uses_nor_exceeds_the_others() {
    let mut deployment = template::load().unwrap();
    let one_at_a_time = ThrottlingSpec {
        rate_per_second: 1,
        burst: 1,
    };
    let route_throttling = &mut deployment.api.route_throttling;
    assert!(
        route_throttling
            .insert("POST /uploads".to_owned(), one_at_a_time)
            .is_some()
    );
    deployment.api.throttling = Some(one_at_a_time);
    let world = World::with(Ok(json!("fine")), &deployment);
    let upload = || Request::post("/uploads").header("authorization", format!("Bearer {}", world.token));
    assert_eq!(world.send(upload(), "").await.status(), StatusCode::OK);
    assert_eq!(world.refusal(upload(), "").await, refused(429, "Too Many Requests"));
    assert_eq!(world.send(Request::get("/products"), "").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_body_beyond_ten_megabytes_reaches_no_function() {
    let world = World::fine();
    let post = || Request::post("/orders").header("authorization", format!("Bearer {}", world.token));
    let too_large = vec![b' '; BODY_BYTES_MAX + 1];
    let expected = refused(413, "Request Entity Too Large");
    let announced = post().header("content-length", too_large.len());
    assert_eq!(world.refusal(announced, too_large.clone()).await, expected);
    assert_eq!(
        world.refusal(post(), too_large.clone()).await,
        expected,
        "of unknown length"
    );
    assert_eq!(world.asked(), None);
    let largest = &too_large[..BODY_BYTES_MAX];
    assert_eq!(world.send(post(), largest.to_vec()).await.status(), StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_drips_or_breaks_off_reaches_no_function() {
    let world = World::fine();
    let post = || Request::post("/orders").header("authorization", format!("Bearer {}", world.token));
    let drops = futures_util::stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Some((Ok::<_, std::io::Error>("x"), ()))
    });
    let dripping = Body::from_stream(drops);
    assert_eq!(world.refusal(post(), dripping).await, refused(408, "Request Timeout"));
    let broken = futures_util::stream::iter([Ok("{"), Err(std::io::Error::other("gone"))]);
    let broken = Body::from_stream(broken);
    assert_eq!(world.refusal(post(), broken).await, refused(400, "Bad Request"));
    assert_eq!(world.asked(), None);
}

#[tokio::test]
async fn a_function_that_fails_shows_nothing_of_its_insides() {
    let failure = InvokeFailure {
        error_type: "Secret".to_owned(),
        message: "internals".to_owned(),
    };
    let malformed = json!({ "statusCode": "two hundred" });
    for answer in [Err(failure), Ok(malformed)] {
        let world = World::answering(answer);
        assert_eq!(
            world.refusal(Request::get("/products"), "").await,
            refused(500, "Internal Server Error")
        );
    }
}

struct NoAnswer;

#[async_trait]
impl Functions for NoAnswer {
    async fn invoke(&self, _: &str, _: Value, _: Source) -> Result<Value, InvokeFailure> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_function_that_takes_too_long_is_not_waited_for() {
    let world = World {
        router: router_of(Gateway {
            routes: Routes::of(&template::load().unwrap()),
            cors: None,
            route_buckets: BTreeMap::new(),
            stage_bucket: None,
            tokens: Tokens::new(issuer().authorizer()),
            functions: Arc::new(NoAnswer),
            log: Arc::default(),
            timeout: Duration::from_millis(1),
            body_timeout: BODY_TIMEOUT,
        }),
        ..World::fine()
    };
    assert_eq!(
        world.refusal(Request::get("/products"), "").await,
        refused(503, "Service Unavailable")
    );
}

#[tokio::test]
async fn a_preflight_is_answered_without_token_and_function() {
    let world = World::fine();
    let preflight = |origin| {
        Request::options("/orders")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
    };
    let response = world.send(preflight(ORIGIN), "").await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    let headers = response.headers();
    assert_eq!(headers["access-control-allow-origin"], ORIGIN);
    assert_eq!(headers["access-control-allow-methods"], "GET,POST");
    assert!(
        headers["access-control-allow-headers"]
            .to_str()
            .unwrap()
            .contains("idempotency-key")
    );
    assert_eq!(headers["access-control-max-age"], "3600");
    let stranger = world.send(preflight("http://evil.example"), "").await;
    assert!(!stranger.headers().contains_key("access-control-allow-origin"));
    assert_eq!(stranger.headers()["vary"], "origin");
    assert_eq!(world.asked(), None);
}

#[tokio::test]
async fn an_allowed_page_may_read_every_answer_whatever_the_function_says() {
    let answer = json!({ "statusCode": 200, "headers": { "Access-Control-Allow-Origin": "*", "Vary": "accept" } });
    let world = World::answering(Ok(answer));
    let from = |origin| Request::get("/products").header("origin", origin);
    let response = world.send(from(ORIGIN), "").await;
    assert_eq!(response.headers()["access-control-allow-origin"], ORIGIN);
    let exposed = response.headers()["access-control-expose-headers"].to_str().unwrap();
    assert!(exposed.contains("idempotency-replayed"));
    let vary: Vec<_> = response.headers().get_all("vary").iter().collect();
    assert_eq!(vary, ["accept", "origin"]);
    for stranger in ["http://evil.example", "null", "http://127.0.0.1:3001"] {
        let answer = world.send(from(stranger), "").await;
        assert!(!answer.headers().contains_key("access-control-allow-origin"));
        let vary: Vec<_> = answer.headers().get_all("vary").iter().collect();
        assert_eq!(
            vary,
            ["accept", "origin"],
            "or a cache would give this answer to an allowed page"
        );
    }
    let refusal = world.send(Request::get("/orders").header("origin", ORIGIN), "").await;
    assert_eq!(refusal.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        refusal.headers()["access-control-allow-origin"],
        ORIGIN,
        "or the page could not say why"
    );
}

/// Has no room: refuses before the invocation, or only when asked for one.
struct NoRoom {
    refuses: bool,
}

#[async_trait]
impl Functions for NoRoom {
    fn refuses(&self, source: Source) -> bool {
        self.refuses && source == Source::HttpWrite
    }

    async fn invoke(&self, _: &str, _: Value, _: Source) -> Result<Value, InvokeFailure> {
        Err(InvokeFailure {
            error_type: THROTTLED.to_owned(),
            message: "Rate Exceeded.".to_owned(),
        })
    }
}

#[tokio::test]
async fn a_request_without_room_is_refused_with_the_time_of_the_next_attempt() {
    for refuses in [true, false] {
        let fine = World::fine();
        let deployment = template::load().unwrap();
        let router = router(
            &deployment,
            Arc::new(NoRoom { refuses }),
            issuer().authorizer(),
            Arc::default(),
        );
        let world = World { router, ..fine };
        let authorization = format!("Bearer {}", world.token);
        let request = Request::post("/orders").header("authorization", authorization);
        let response = world.send(request, "{}").await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()["retry-after"], "1");
        let body = to_bytes(response.into_body(), ANSWER_BYTES_MAX).await.unwrap();
        assert_eq!(body, r#"{"message":"Service Unavailable"}"#);
    }
}

#[tokio::test]
async fn writes_without_room_are_refused_before_their_token_is_checked_and_reads_are_not() {
    let deployment = template::load().unwrap();
    let world = World {
        router: router(
            &deployment,
            Arc::new(NoRoom { refuses: true }),
            issuer().authorizer(),
            Arc::default(),
        ),
        ..World::fine()
    };
    let forged = |request: Builder| request.header("authorization", "Bearer a.b.c");
    let write = world.send(forged(Request::post("/orders")), "{}").await;
    assert_eq!(write.status(), StatusCode::SERVICE_UNAVAILABLE);
    let read = world.send(forged(Request::get("/orders")), "").await;
    assert_eq!(read.status(), StatusCode::UNAUTHORIZED);
}
