//! Tests that a divided import gives the same products, counts and report as an undivided one.

use function_tests::CATALOG_KEY;
use serde_json::{Value, json};

use crate::shop::{Shop, event};

const ROWS: u32 = 500;

/// Delivers the event of the file, whose import is handed over to the state machine.
async fn handed_over(shop: &Shop, file: &str) -> Value {
    let version = shop.upload(CATALOG_KEY, file.as_bytes(), "text/csv").await;
    let mut created = event("csv-ingester");
    created["detail"]["object"]["size"] = json!(file.len());
    created["detail"]["object"]["version-id"] = json!(version);
    let handed_over = json!({"outcome": "HANDED_OVER"});
    for _ in 0..2 {
        assert_eq!(shop.invoke("csv-ingester", created.clone()).await.unwrap(), handed_over);
    }
    let running = shop.running_sagas().await;
    assert_eq!(running.len(), 1, "one execution, however often the file is announced");
    serde_json::from_str(&running[0].input).unwrap()
}

fn with(job: &Value, name: &str, value: &Value) -> Value {
    let mut input = job.clone();
    input[name] = value.clone();
    input
}

async fn planned(shop: &Shop, job: &Value) -> Vec<Value> {
    let plan = shop
        .invoke("import-plan", with(job, "ranges", &json!([])))
        .await
        .unwrap();
    assert_eq!(plan["outcome"], "PLANNED");
    let ranges = plan["ranges"].as_array().unwrap().clone();
    assert_eq!(plan["range_count"], ranges.len());
    ranges
}

async fn status(shop: &Shop) -> Value {
    shop.ask("uploads-get").await["body"].take()
}

#[tokio::test]
async fn a_large_catalog_is_divided_and_read_in_any_order() {
    let shop = Shop::open().await;
    let job = handed_over(&shop, &tests::catalog::many_products("BULK", ROWS)).await;
    let ranges = planned(&shop, &job).await;
    assert!(ranges.len() > 10, "{}", ranges.len());

    let mut percents = Vec::new();
    for range in ranges.iter().rev().chain(&ranges) {
        let answer = shop.invoke("import-range", with(&job, "range", range)).await.unwrap();
        assert_eq!(answer, json!({"outcome": "DONE"}));
        let status = status(&shop).await;
        assert_eq!(status["status"], "PROCESSING");
        percents.push(status["import"]["percent"].as_u64().unwrap());
    }
    assert!(
        percents.is_sorted() && percents.first() < percents.last(),
        "{percents:?}"
    );

    let count = with(&job, "range_count", &json!(ranges.len()));
    for outcome in ["DONE", "FINISHED_BEFORE"] {
        let answer = shop.invoke("import-finish", count.clone()).await.unwrap();
        assert_eq!(answer, json!({"outcome": outcome}));
    }
    let status = status(&shop).await;
    let numbers = &status["import"];
    assert_eq!((&status["status"], &numbers["percent"]), (&json!("DONE"), &json!(100)));
    assert_eq!(
        (
            &numbers["rows_read"],
            &numbers["rows_written"],
            &numbers["rows_rejected"]
        ),
        (&json!(ROWS), &json!(ROWS - ROWS / 100), &json!(ROWS / 100))
    );
    assert!(
        numbers["rejected_rows_url"]
            .as_str()
            .unwrap()
            .contains("/rejected.csv?")
    );
    assert_eq!(shop.available("BULK-00042").await, 42);
    // A late range finds the import closed.
    let late = with(&job, "range", &json!({"index": 999, "begin": 0, "line": 1, "end": 500}));
    assert_eq!(
        shop.invoke("import-range", late).await.unwrap(),
        json!({"outcome": "CLOSED"})
    );
}

#[tokio::test]
async fn a_large_file_without_its_columns_is_rejected_at_its_end() {
    let shop = Shop::open().await;
    let file = "sku;name\n".to_owned() + &"A;a\n".repeat(5_000);
    let job = handed_over(&shop, &file).await;
    let plan = shop
        .invoke("import-plan", with(&job, "ranges", &json!([])))
        .await
        .unwrap();
    assert_eq!(plan, json!({"outcome": "UNUSABLE", "ranges": [], "range_count": 0}));
    let finish = with(&job, "range_count", &json!(0));
    assert_eq!(
        shop.invoke("import-finish", finish).await.unwrap(),
        json!({"outcome": "REJECTED"})
    );
    let status = status(&shop).await;
    assert_eq!(status["status"], "REJECTED");
    assert!(status["reason"].as_str().unwrap().contains("semicolons"), "{status}");
}
