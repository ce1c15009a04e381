//! Tests `http()` over whole events: what API Gateway and the caller get, for valid and for hostile requests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

use entry::http::http;
use entry::problem::Problem;
use entry::request::{BODY_BYTES_MAX, HttpRequest};
use entry::response::HttpResponse;
use events::invocation::{Event, Invocation, InvocationContext};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    quantity: u32,
}

/// An event as API Gateway sends it:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
fn event() -> Value {
    json!({
        "version": "2.0", "routeKey": "POST /orders/{id}", "rawPath": "/orders/a%2Fb", "rawQueryString": "limit=5",
        "cookies": ["cookie1", "cookie2"],
        "headers": {
            "content-type": "application/json", "authorization": "Bearer eyJ", "x-forwarded-for": "1.2.3.4,5.6.7.8",
        },
        "queryStringParameters": {"limit": "5", "status": "PENDING,CONFIRMED"},
        "pathParameters": {"id": "50%252Foff café"},
        "requestContext": {
            "accountId": "123456789012", "apiId": "api-id", "domainName": "id.execute-api.eu-central-1.amazonaws.com",
            "domainPrefix": "id", "requestId": "gateway-1", "routeKey": "POST /orders/{id}", "stage": "$default",
            "time": "12/Mar/2026:19:03:58 +0000", "timeEpoch": 1_773_342_238_000_i64,
            "authentication": null,
            "authorizer": {"jwt": {
                "claims": {"sub": "ann", "token_use": "access", "cognito:groups": "[staff]", "client_id": "shop"},
                "scopes": null,
            }},
            "http": {
                "method": "POST", "path": "/orders/a%2Fb", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "curl",
            },
        },
        "body": "{\"quantity\":2}", "isBase64Encoded": false, "stageVariables": null,
    })
}

fn context() -> InvocationContext {
    InvocationContext {
        function_name: "orders-place".to_owned(),
        request_id: "request-1".to_owned(),
        deadline_ms: 10_000,
        ends_at: None,
        trace_id: None,
        cold_start: false,
    }
}

async fn reply<Fut>(event: Value, handler: impl FnOnce(HttpRequest) -> Fut) -> Value
where
    Fut: Future<Output = Result<HttpResponse, Problem>>,
{
    let context = context();
    let event = event.into();
    http(Invocation { event, context }, handler).await.unwrap()
}

/// Answers with the order in the request.
async fn echo(request: HttpRequest) -> Result<HttpResponse, Problem> {
    request.caller()?.require_group("staff")?;
    HttpResponse::json(200, &request.json_body::<NewOrder>()?)
}

async fn status_of(event: Value) -> Value {
    reply(event, echo).await["statusCode"].clone()
}

fn problem_of(reply: &Value) -> Value {
    assert_eq!(reply["headers"]["Content-Type"], "application/problem+json");
    assert_eq!(reply["headers"]["Cache-Control"], "no-store");
    let problem: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
    assert_eq!(problem["status"], reply["statusCode"]);
    problem
}

#[tokio::test]
async fn a_request_is_answered_in_the_gateways_shape() {
    let answer = reply(event(), echo).await;
    assert_eq!(
        answer,
        json!({
            "statusCode": 200,
            "headers": {"Content-Type": "application/json", "Cache-Control": "no-store", "X-Correlation-Id": "request-1"},
            "body": "{\"quantity\":2}",
            "isBase64Encoded": false,
        })
    );
}

#[tokio::test]
async fn a_handler_gets_path_query_headers_and_body() {
    let handler = |request: HttpRequest| async move {
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("POST", "/orders/a%2Fb")
        );
        assert_eq!(request.route, "POST /orders/{id}");
        assert_eq!(
            request.path_parameter("id").unwrap(),
            "50%2Foff café",
            "the gateway decodes everything except the percent sign"
        );
        assert_eq!(request.path_parameter("sku").unwrap_err().status, 500);
        assert_eq!(request.header("X-Forwarded-For"), Some("1.2.3.4,5.6.7.8"));
        assert_eq!(request.header("idempotency-key"), None);
        assert_eq!(request.query("status").as_deref(), Some("PENDING,CONFIRMED"));
        assert_eq!(request.query("cursor"), None);
        assert_eq!(request.page_limit(20, 100), Ok(5));
        assert_eq!(request.deadline_ms, 10_000);
        assert_eq!(request.caller().unwrap().subject, "ann");
        Ok(HttpResponse::empty(204))
    };
    let answer = reply(event(), handler).await;
    assert_eq!((&answer["statusCode"], &answer["body"]), (&json!(204), &json!("")));
}

#[tokio::test]
async fn the_path_does_not_contain_the_stage() {
    for (raw_path, path) in [
        ("/prod/orders", "/orders"),
        ("/prod", "/"),
        ("/production", "/production"),
    ] {
        let mut event = event();
        event["requestContext"]["stage"] = json!("prod");
        event["rawPath"] = json!(raw_path);
        let handler = |request: HttpRequest| async move {
            assert_eq!(request.path, path);
            Ok(HttpResponse::empty(204))
        };
        assert_eq!(reply(event, handler).await["statusCode"], 204);
    }
}

#[tokio::test]
async fn a_page_limit_out_of_range_is_refused() {
    for text in [
        "0",
        "101",
        "-1",
        "+5",
        "5.0",
        "",
        "ten",
        "5,9",
        "99999999999999999999",
        " 5",
    ] {
        let mut event = event();
        event["queryStringParameters"]["limit"] = json!(text);
        let handler = |request: HttpRequest| async move {
            request.page_limit(20, 100)?;
            Ok(HttpResponse::empty(204))
        };
        let answer = reply(event, handler).await;
        assert_eq!(
            problem_of(&answer)["type"],
            "https://popshop.example/problems/invalid-limit",
            "{text}"
        );
    }
}

#[tokio::test]
async fn an_id_token_or_no_token_is_401_and_another_group_403() {
    let mut id_token = event();
    id_token["requestContext"]["authorizer"]["jwt"]["claims"]["token_use"] = json!("id");
    assert_eq!(status_of(id_token).await, 401);
    let mut anonymous = event();
    anonymous["requestContext"]["authorizer"] = json!(null);
    let answer = reply(anonymous, echo).await;
    assert_eq!(problem_of(&answer)["status"], 401);
    assert_eq!(answer["headers"]["WWW-Authenticate"], "Bearer");
    for groups in [json!("[customers]"), json!(["not staff"]), json!(null)] {
        let mut customer = event();
        customer["requestContext"]["authorizer"]["jwt"]["claims"]["cognito:groups"] = groups;
        assert_eq!(status_of(customer).await, 403);
    }
    let mut list = event();
    list["requestContext"]["authorizer"]["jwt"]["claims"]["cognito:groups"] = json!(["staff"]);
    assert_eq!(status_of(list).await, 200);
}

#[tokio::test]
async fn only_a_json_media_type_is_accepted() {
    let types = [
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("application/merge-patch+json", 200),
        ("text/plain", 415),
        ("application/jsonp", 415),
        ("application/+json", 415),
        ("text/json", 415),
        ("", 415),
    ];
    for (content_type, status) in types {
        let mut event = event();
        event["headers"]["content-type"] = json!(content_type);
        assert_eq!(status_of(event).await, status, "{content_type}");
    }
    let mut without = event();
    without["headers"] = json!(null);
    assert_eq!(status_of(without).await, 415);
}

#[tokio::test]
async fn a_malformed_body_is_reported_by_position_and_never_echoed() {
    let deep = "[".repeat(10_000);
    let bodies = [
        "",
        "{",
        "{\"quantity\":\"secret\"}",
        "{\"quantity\":1,\"secret\":2}",
        "{\"quantity\":1}secret",
        "\u{feff}{\"quantity\":1}",
        "{\"quantity\":1,\"quantity\":2}",
        deep.as_str(),
    ];
    for body in bodies {
        let mut event = event();
        event["body"] = json!(body);
        let answer = reply(event, echo).await;
        let problem = problem_of(&answer);
        assert_eq!(
            problem["type"], "https://popshop.example/problems/malformed-json",
            "{body}"
        );
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains("line ") && !detail.contains("secret") && !detail.contains("u32"),
            "{detail}"
        );
    }
    let mut without = event();
    without["body"] = json!(null);
    assert_eq!(status_of(without).await, 400);
}

#[tokio::test]
async fn a_base64_body_is_decoded() {
    let mut encoded = event();
    encoded["isBase64Encoded"] = json!(true);
    encoded["body"] = json!("eyJxdWFudGl0eSI6Mn0=");
    assert_eq!(reply(encoded.clone(), echo).await["body"], "{\"quantity\":2}");
    encoded["body"] = json!("{\"quantity\":2}");
    assert_eq!(status_of(encoded).await, 500);
}

#[tokio::test]
async fn the_body_limit_holds_to_the_byte() {
    let padded = |length: usize| {
        let order = "{\"quantity\":2}";
        order.to_owned() + &" ".repeat(length - order.len())
    };
    let mut event = event();
    event["body"] = json!(padded(BODY_BYTES_MAX));
    assert_eq!(status_of(event.clone()).await, 200);
    event["body"] = json!(padded(BODY_BYTES_MAX + 1));
    assert_eq!(problem_of(&reply(event.clone(), echo).await)["status"], 413);
    // 4 base64 characters per 3 bytes: 65,536 bytes are 87,384 characters, the last two of them padding.
    event["isBase64Encoded"] = json!(true);
    event["body"] = json!(format!("{}==", "A".repeat(87_382)));
    assert_eq!(
        status_of(event.clone()).await,
        400,
        "65,536 zero bytes are within the limit but not JSON"
    );
    event["body"] = json!(format!("{}=", "A".repeat(87_383)));
    assert_eq!(status_of(event.clone()).await, 413);
    event["body"] = json!("A".repeat(10_000_000));
    assert_eq!(status_of(event).await, 413);
}

#[tokio::test]
async fn a_valid_correlation_id_of_the_caller_is_kept() {
    let long = "a".repeat(65);
    let ids = [
        ("order-7_b.c", "order-7_b.c"),
        ("", "request-1"),
        ("a b", "request-1"),
        ("a\r\nX-Evil: 1", "request-1"),
        ("é", "request-1"),
        (long.as_str(), "request-1"),
    ];
    for (sent, taken) in ids {
        let mut event = event();
        event["headers"]["X-CORRELATION-ID"] = json!(sent);
        assert_eq!(reply(event, echo).await["headers"]["X-Correlation-Id"], taken);
    }
}

#[tokio::test]
async fn a_header_outside_ascii_does_not_fail_the_event() {
    let mut event = event();
    event["headers"]["x-name"] = json!("Žofie\u{0}");
    event["headers"]["bad name"] = json!(["a", "b"]);
    assert_eq!(status_of(event).await, 200);
}

#[tokio::test]
async fn a_public_answer_may_be_cached_unless_the_handler_says_otherwise() {
    let mut public = event();
    public["headers"] = json!({});
    public["requestContext"].as_object_mut().unwrap().remove("authorizer");
    let handler = |_: HttpRequest| async { HttpResponse::json(200, &json!([])) };
    assert!(reply(public, handler).await["headers"].get("Cache-Control").is_none());
    let handler =
        |_: HttpRequest| async { Ok(HttpResponse::json(200, &json!([]))?.header("cache-control", "private")) };
    let headers = reply(event(), handler).await["headers"].clone();
    assert_eq!(
        (&headers["cache-control"], headers.get("Cache-Control")),
        (&json!("private"), None)
    );
}

#[tokio::test]
async fn headers_and_claims_that_are_not_strings_do_not_fail_the_event() {
    let mut event = event();
    event["headers"]["x-odd"] = json!(["a", {"b": 1}]);
    event["headers"]["X-Correlation-Id"] = json!("mine");
    event["requestContext"]["authorizer"]["jwt"]["claims"]["scopes"] = json!(["a"]);
    let handler = |request: HttpRequest| async move {
        assert_eq!(request.header("x-odd"), None);
        assert_eq!(request.header("x-forwarded-for"), Some("1.2.3.4,5.6.7.8"));
        assert_eq!(request.correlation_id, "mine");
        assert!(request.caller().is_ok());
        Ok(HttpResponse::empty(204))
    };
    assert_eq!(reply(event, handler).await["statusCode"], 204);
}

/// Lambda passes text; the local host and tests pass a value.
#[tokio::test]
async fn an_event_reads_the_same_as_text_and_as_a_value() {
    let text = serde_json::value::to_raw_value(&event()).unwrap();
    for event in [Event::from(event()), Event::from(text)] {
        let context = context();
        let answer = http(Invocation { event, context }, echo).await.unwrap();
        assert_eq!(
            (&answer["statusCode"], &answer["body"]),
            (&json!(200), &json!("{\"quantity\":2}"))
        );
    }
}

#[tokio::test]
async fn an_undecodable_event_is_a_500_without_internals() {
    let mut no_method = event();
    no_method["requestContext"]["http"] = json!({"path": "/orders"});
    let mut odd_method = event();
    odd_method["requestContext"]["http"]["method"] = json!("P O S T");
    for event in [json!(null), json!({}), json!("text"), json!([]), no_method, odd_method] {
        let problem = problem_of(&reply(event, echo).await);
        assert_eq!(problem["title"], "Internal server error");
        assert!(problem.get("detail").is_none());
    }
}

#[tokio::test]
async fn a_response_with_a_header_that_could_inject_another_is_not_sent() {
    let handler = |_: HttpRequest| async { Ok(HttpResponse::empty(200).header("Location", "/a\r\nSet-Cookie: b")) };
    let answer = reply(event(), handler).await;
    assert_eq!(answer["statusCode"], 500);
    assert!(answer["headers"].get("Location").is_none());
}

#[tokio::test]
async fn a_panic_before_or_after_waiting_is_a_500_without_internals() {
    let early = |_: HttpRequest| -> std::future::Ready<Result<HttpResponse, Problem>> { panic!("secret early") };
    let late = |_: HttpRequest| async {
        tokio::task::yield_now().await;
        panic!("secret late")
    };
    for answer in [reply(event(), early).await, reply(event(), late).await] {
        assert_eq!(problem_of(&answer)["status"], 500);
        assert!(!answer.to_string().contains("secret"));
    }
}

#[test]
fn the_future_can_be_moved_between_threads() {
    fn is_send(_: impl Send) {}
    is_send(reply(event(), echo));
}
