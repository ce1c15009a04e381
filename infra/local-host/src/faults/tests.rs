//! Tests of the switches: their document, their refusals, and what they do to events.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;

use async_trait::async_trait;

use super::functions::FaultyFunctions;
use super::rates::REORDER_HOLD;
use super::routes::{ChangeFault, read};
use super::*;
use crate::functions::{Functions, InvokeFailure, Source};

#[test]
fn every_switch_is_explained_on_the_page_that_it_names() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    for switch in Switch::ALL {
        let page = switch.page();
        let (file, heading) = page.split_once('#').unwrap();
        let text = std::fs::read_to_string(root.join(file)).unwrap();
        assert!(text.contains(&format!("### {heading}\n")), "{page}");
        assert!(text.contains(&format!("| {} |", switch.pattern())), "{page}");
    }
}

#[test]
fn a_body_is_read_as_a_whole_or_refused_with_what_is_accepted() {
    let all = br#"{"duplicate_events": true, "payments": "slow"}"#;
    let wanted = [
        (Switch::DuplicateEvents, json!(true)),
        (Switch::Payments, json!("slow")),
    ];
    assert_eq!(read(all).unwrap(), wanted);
    assert_eq!(read(b"{}").unwrap(), []);
    for body in [&b"[]"[..], b"true", b"", b"{"] {
        assert_eq!(read(body), Err(ChangeFault::NotAnObject));
    }
    let refusal = |body: &str| read(body.as_bytes()).unwrap_err().to_string();
    assert_eq!(
        refusal(r#"{"payments": "up", "Payments": "up"}"#),
        "there is no switch \"Payments\"; switches: duplicate_events, reorder_events, lose_answers, throttle_tables, \
         payments, crash"
    );
    assert_eq!(
        refusal(r#"{"payments": false}"#),
        r#"payments does not accept false; accepted: "up", "slow", "down""#
    );
    assert_eq!(
        refusal(r#"{"crash": false}"#),
        "crash does not accept false; accepted: true"
    );
    assert_eq!(
        refusal(r#"{"lose_answers": "true"}"#),
        "lose_answers does not accept \"true\"; accepted: false, true"
    );
}

#[test]
fn the_document_shows_what_was_set() {
    let faults = Faults::new(false);
    for (switch, value) in read(br#"{"reorder_events": true, "payments": "down"}"#).unwrap() {
        faults.set(switch, &value);
    }
    let shown = faults.to_json();
    let value = |name: &str| {
        let mut all = shown["faults"].as_array().unwrap().iter();
        all.find(|fault| fault["name"] == name).unwrap()["value"].clone()
    };
    assert_eq!(value("reorder_events"), true);
    assert_eq!(value("payments"), "down");
    assert_eq!(value("duplicate_events"), false);
    assert_eq!(value("crash"), false);
}

#[test]
fn a_crash_in_memory_says_that_the_data_is_lost() {
    let effect = |is_in_memory| Faults::new(is_in_memory).to_json()["faults"][5]["effect"].clone();
    assert!(effect(true).as_str().unwrap().ends_with("so all data is lost."));
    assert!(effect(false).as_str().unwrap().contains("with the same data"));
}

/// Remembers what was delivered.
#[derive(Default)]
struct Delivered(Mutex<Vec<Value>>);

#[async_trait]
impl Functions for Delivered {
    async fn invoke(&self, _: &str, event: Value, _: Source) -> Result<Value, InvokeFailure> {
        self.0.lock().unwrap().push(event);
        Ok(json!({}))
    }
}

fn switched(body: &str) -> (Arc<Delivered>, Arc<FaultyFunctions>) {
    let faults = Faults::new(true);
    for (switch, value) in read(body.as_bytes()).unwrap() {
        faults.set(switch, &value);
    }
    let delivered = Arc::new(Delivered::default());
    let functions = FaultyFunctions {
        functions: Arc::clone(&delivered) as Arc<dyn Functions>,
        faults,
        delivered: AtomicU64::default(),
    };
    (delivered, Arc::new(functions))
}

#[tokio::test]
async fn events_are_delivered_twice_and_requests_and_tasks_once() {
    let (delivered, functions) = switched(r#"{"duplicate_events": true}"#);
    let workflow = Source::Workflow(adapter_embedded::executions::Workflow::OrderSaga);
    let sources = [
        (Source::Queue, 2),
        (Source::Stream, 2),
        (Source::Event, 2),
        (Source::HttpRead, 1),
        (Source::HttpWrite, 1),
        (workflow, 1),
    ];
    for (source, deliveries) in sources {
        functions.invoke("OrdersPlace", json!({}), source).await.unwrap();
        assert_eq!(
            std::mem::take(&mut *delivered.0.lock().unwrap()).len(),
            deliveries,
            "{source:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn queues_and_bus_are_reordered_and_the_stream_is_not() {
    let (delivered, functions) = switched(r#"{"reorder_events": true}"#);
    let batch = json!({ "Records": [1, 2, 3] });
    functions
        .invoke("SagaStart", batch.clone(), Source::Stream)
        .await
        .unwrap();
    let held = tokio::spawn({
        let (functions, batch) = (Arc::clone(&functions), batch.clone());
        async move { functions.invoke("Thumbnailer", batch, Source::Queue).await }
    });
    tokio::time::sleep(REORDER_HOLD / 2).await;
    functions
        .invoke("CsvIngester", json!({ "detail": 4 }), Source::Event)
        .await
        .unwrap();
    held.await.unwrap().unwrap();
    let expected = [batch, json!({ "detail": 4 }), json!({ "Records": [3, 2, 1] })];
    assert_eq!(*delivered.0.lock().unwrap(), expected);
}

#[tokio::test]
async fn an_answer_is_lost_after_the_effect_and_never_that_of_a_read() {
    let (delivered, functions) = switched(r#"{"lose_answers": true}"#);
    let mut lost = 0;
    for _ in 0..200 {
        functions
            .invoke("ProductsList", json!({}), Source::HttpRead)
            .await
            .unwrap();
        let answer = functions.invoke("OrdersPlace", json!({}), Source::HttpWrite).await;
        lost += u32::from(answer.is_err_and(|failure| failure.error_type == "Lambda.SdkClientException"));
    }
    assert!((5..50).contains(&lost), "{lost}");
    assert_eq!(delivered.0.lock().unwrap().len(), 400);
}
