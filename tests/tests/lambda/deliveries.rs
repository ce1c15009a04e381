//! Tests the answers of the binaries to malformed events, and without any reachable service.

use function_tests::event;
use serde_json::{Value, json};
use tests::lambda::{Lambda, failed_ids, functions};

use crate::variables;

fn started(function: &str) -> Lambda {
    Lambda::start(function, &variables::of(function)).unwrap_or_else(|failed| panic!("{function}: {}", failed.output))
}

#[test]
fn a_malformed_event_is_refused_by_name_and_the_process_goes_on() {
    let refusals = ["StepInputMalformed", "BatchMalformed", "RequestMalformed"];
    for function in functions() {
        let lambda = started(&function);
        for event in [
            json!(null),
            json!({}),
            json!([]),
            json!("event"),
            json!({ "Records": 7 }),
        ] {
            match lambda.invoke(&event) {
                Ok(answer) => {
                    let status = answer["statusCode"]
                        .as_u64()
                        .unwrap_or_else(|| panic!("{function}: {answer}"));
                    assert!(status >= 400, "{function} to {event}: {answer}");
                }
                Err(error) => {
                    let name = error["errorType"].as_str().unwrap();
                    assert!(refusals.contains(&name), "{function} to {event}: {error}");
                }
            }
        }
    }
}

#[test]
fn an_unreadable_message_does_not_fail_its_neighbours() {
    let lambda = started("thumbnailer");
    let mut event = event("thumbnailer");
    let test_event = event["Records"][1].clone();
    let broken = |id: &str, body: &str| {
        let mut message = test_event.clone();
        message["messageId"] = json!(id);
        message["body"] = json!(body);
        message
    };
    event["Records"] = json!([
        test_event,
        broken("not-json", "{\"Records\":["),
        broken(
            "no-key",
            r#"{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{}}]}"#
        ),
        broken("another-service", r#"{"Records":[{"eventSource":"aws:sns"}]}"#),
        test_event,
    ]);
    let answer = lambda.invoke(&event).unwrap();
    assert_eq!(failed_ids(&answer), ["not-json", "no-key", "another-service"]);
}

#[test]
fn an_unreadable_change_stops_the_stream() {
    let lambda = started("saga-start");
    let mut event = event("saga-start");
    let mut broken = event["Records"][0].clone();
    broken["dynamodb"]["NewImage"]["order_id"] = json!({ "S": "not an id!" });
    broken["dynamodb"]["SequenceNumber"] = json!("500000000000000000000000001");
    // The removal of an order starts nothing, so the record before the broken one succeeds without a cloud.
    let mut removal = event["Records"][0].clone();
    removal["eventName"] = json!("REMOVE");
    removal["dynamodb"].as_object_mut().unwrap().remove("NewImage");
    removal["dynamodb"]["SequenceNumber"] = json!("500000000000000000000000000");
    event["Records"] = json!([removal, broken, event["Records"][0]]);
    let answer = lambda.invoke(&event).unwrap();
    assert_eq!(failed_ids(&answer), ["500000000000000000000000001"]);
}

#[test]
fn without_a_cloud_nothing_is_acknowledged() {
    let photos = event("thumbnailer");
    let answer = started("thumbnailer").invoke(&photos).unwrap();
    assert_eq!(
        failed_ids(&answer),
        [photos["Records"][0]["messageId"].as_str().unwrap()]
    );

    let changes = event("saga-start");
    let answer = started("saga-start").invoke(&changes).unwrap();
    let first = changes["Records"][0]["dynamodb"]["SequenceNumber"].as_str().unwrap();
    assert_eq!(failed_ids(&answer), [first]);

    for function in functions() {
        let is_step = function.starts_with("saga-") && !matches!(function.as_str(), "saga-start" | "saga-reconcile");
        if is_step || function == "csv-ingester" || function.starts_with("import-") {
            let error = started(&function).invoke(&event(&function)).unwrap_err();
            assert_eq!(error["errorType"], "TransientFailure", "{function}: {error}");
        }
    }
}

#[test]
fn a_failed_step_is_logged_once_with_its_ids() {
    let lambda = started("saga-reserve-stock");
    lambda.invoke(&event("saga-reserve-stock")).unwrap_err();
    let log = lambda.log();
    let failures: Vec<&Value> = log
        .iter()
        .filter(|line| line["outcome"] == "TransientFailure" || line.to_string().contains("FunctionError"))
        .collect();
    let [line] = failures.as_slice() else { panic!("{log:?}") };
    assert_eq!(line["order_id"], "0192e5a0-7c11-7b3a-9c5d-6a1f00000001");
    assert!(line["request_id"].is_string() && line["error"].is_string(), "{line}");
}

#[test]
fn without_a_cloud_a_caller_gets_503() {
    for function in [
        "orders-place",
        "orders-get",
        "orders-events",
        "orders-list",
        "orders-cancel",
        "products-list",
        "products-get",
    ] {
        let answer = started(function).invoke(&event(function)).unwrap();
        assert_eq!(answer["statusCode"], 503, "{function}: {answer}");
        assert!(
            answer["headers"]["retry-after"].is_string() || answer["headers"]["Retry-After"].is_string(),
            "{answer}"
        );
        let body = answer["body"].as_str().unwrap();
        for internal in ["127.0.0.1", "dynamodb", "orders-table", "refused"] {
            assert!(!body.contains(internal), "{function} exposes {internal}: {body}");
        }
    }
}
