//! Tests that a host resumes all work in the data folder of a killed host of the baseline.
//!
//! `local-host/` is that data folder, with its databases as SQL. `left.json` has the answers of the killed host and the
//! expected results.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::{Value, json};
use tests::baseline::{self, assert_holds};
use tests::catalog;

use crate::host::{DATABASES, LARGE_ROWS, LARGE_SKUS, SKU, STOCK, Shop, milliseconds_now, shown, start};
use crate::{recording, sql};

#[test]
fn a_host_resumes_the_work_in_the_data_folder_of_the_baseline() {
    if baseline::is_recording() {
        recording::record();
    }
    let left = baseline::read("local-host/left.json");
    let folder = tempfile::tempdir().unwrap();
    baseline::copy_folder(&baseline::path("local-host"), folder.path());
    for name in DATABASES {
        let text = std::fs::read_to_string(folder.path().join(format!("{name}.sql"))).unwrap();
        let text = sql::moved(&text, left["recorded_at_ms"].as_u64().unwrap(), milliseconds_now());
        let database = Connection::open(folder.path().join(format!("{name}.sqlite3"))).unwrap();
        database.execute_batch(&format!("BEGIN;\n{text}COMMIT;")).unwrap();
    }
    let host = start(folder.path());
    let shop = Shop::at(&host.client);
    shop.assert_requests_are_replayed(&left);
    shop.assert_pages_follow(&left);
    shop.assert_orders_are_decided(&left);
    shop.assert_uploads_are_settled(&left);
    shop.assert_nothing_is_pending();
    host.kill();
    assert_money_is_where_it_belongs(folder.path(), &left);
}

impl Shop<'_> {
    fn assert_requests_are_replayed(&self, left: &Value) {
        for order in orders(left) {
            let replay = self.place(order);
            assert_eq!(replay.header("idempotency-replayed"), Some("true"), "{order}");
            assert_eq!(shown(&replay), order["answer"], "{order}");
            let mut other = order.clone();
            other["body"]["items"][0]["quantity"] = json!(98);
            let refused = self.place(&other);
            assert_eq!(refused.status, 422);
            assert!(
                refused.json()["type"]
                    .as_str()
                    .unwrap()
                    .ends_with("/idempotency-key-reused")
            );
        }
        // This request was refused because of an unknown product, so its key is free again.
        let freed = self.place(&left["freed"]);
        assert_eq!(freed.status, 422);
        assert!(freed.json()["type"].as_str().unwrap().ends_with("/invalid-content"));
    }

    fn assert_pages_follow(&self, left: &Value) {
        for page in left["pages"].as_array().unwrap() {
            let answer = self.client.get(page["path"].as_str().unwrap(), Some(&self.ann));
            assert_eq!(answer.status, 200, "{page}");
            assert_holds("page", &page["body"], &answer.json());
        }
    }

    fn assert_orders_are_decided(&self, left: &Value) {
        let mut sold = 0;
        for order in orders(left) {
            let (id, end) = (order["id"].as_str().unwrap(), order["end"].as_str().unwrap());
            if order["is_parked"] == true {
                assert_eq!(self.order(id)["status"], "PARKED");
                let redriven = self
                    .client
                    .post(&format!("/dev/parked/{id}/redrive"), "", &[], &json!({}));
                assert_eq!(redriven.status, 200);
            }
            self.wait_for_status(id, end, Duration::from_secs(30));
            let present = self.order(id);
            let mut recorded: Value = serde_json::from_str(order["answer"]["body"].as_str().unwrap()).unwrap();
            for member in ["status", "updated_at"] {
                recorded.as_object_mut().unwrap().remove(member);
            }
            assert_holds(id, &recorded, &present);
            assert_eq!(present["reason"], order["reason"], "{id}");
            let last = self.last_event(&present);
            if order["is_parked"] == true {
                assert_eq!(last["by"], "operator", "{id}");
            }
            if end == "CONFIRMED" {
                sold += order["body"]["items"][0]["quantity"].as_u64().unwrap();
            }
            // Every customer gets one mail per final status, from the baseline or from the present host.
            let mails = || self.client.mails_with("ann", id);
            let ends = if end == "CANCELLED" { 2 } else { 1 };
            self.client.wait_for(&format!("{ends} mails about {id}"), || {
                (mails().len() >= ends).then_some(())
            });
            assert_eq!(mails().len(), ends, "{id}");
        }
        assert_eq!(self.client.available(SKU), STOCK - sold);
    }

    /// The last event of a history that agrees with its order. The baseline recorded none.
    fn last_event(&self, order: &Value) -> Value {
        let id = order["id"].as_str().unwrap();
        let answer = self.client.get(&format!("/orders/{id}/events"), Some(&self.ann));
        assert_eq!(answer.status, 200, "{id}");
        let body = answer.json();
        let events = body["events"].as_array().unwrap();
        let placed = json!({"at": order["created_at"], "status": "PENDING", "by": "customer"});
        assert_eq!(events.first(), Some(&placed), "{id}");
        let last = events.last().unwrap();
        for (member, of_order) in [("at", "updated_at"), ("status", "status"), ("reason", "reason")] {
            assert_eq!(last[member], order[of_order], "{id}: {events:?}");
        }
        last.clone()
    }

    fn assert_uploads_are_settled(&self, left: &Value) {
        for upload in left["uploads"].as_array().unwrap() {
            let path = upload["status_url"].as_str().unwrap();
            let present = match upload["end"]["status"].as_str() {
                Some("WAITING") => self.client.get(path, Some(&self.olga)).json(),
                _ => self.client.settled_upload(&self.olga, path),
            };
            assert_holds(path, &upload["end"], &present);
            if let Some(report) = present["import"]["rejected_rows_url"].as_str() {
                let report = self.client.get(report, None);
                assert_eq!(report.status, 200);
                let faults = String::from_utf8_lossy(&report.bytes).matches("price: ").count();
                assert_eq!(json!(faults), present["import"]["rows_rejected"]);
            }
        }
        let (_, expected) = catalog::repeating("ROWS", LARGE_ROWS, LARGE_SKUS, 0);
        assert_eq!(catalog::on_sale(self.client, "ROWS"), expected);
        for sku in [SKU, "SMALL-000001"] {
            let product = self.client.get(&format!("/products/{sku}"), None).json();
            let links: Vec<&str> = product["thumbnails"]
                .as_object()
                .unwrap()
                .values()
                .filter_map(Value::as_str)
                .collect();
            assert!(!links.is_empty(), "{product}");
            assert!(
                links.iter().all(|link| self.client.get(link, None).status == 200),
                "{product}"
            );
        }
    }

    fn assert_nothing_is_pending(&self) {
        self.client.wait_for("queues and executions to end", || {
            let queues = self.client.get("/dev/queues", None).json();
            let executions = self.client.get("/dev/executions", None).json();
            let is_empty = |queue: &Value| queue["depth"] == 0;
            let has_succeeded = |execution: &Value| execution["status"] == "SUCCEEDED";
            let all = |list: &Value, is_done: &dyn Fn(&Value) -> bool| list.as_array().unwrap().iter().all(is_done);
            (all(&queues["queues"], &is_empty) && all(&executions["executions"], &has_succeeded)).then_some(())
        });
    }
}

fn orders(left: &Value) -> impl Iterator<Item = &Value> {
    left["orders"].as_array().unwrap().iter()
}

fn assert_money_is_where_it_belongs(folder: &Path, left: &Value) {
    let gateway = Connection::open(folder.join("gateway.sqlite3")).unwrap();
    for order in orders(left) {
        let query = "SELECT group_concat(event || ' ' || coalesce(amount_minor, '')) FROM \
                     (SELECT * FROM gateway_ledger WHERE payment = ?1 ORDER BY sequence)";
        let ledger = gateway.query_row(query, [order["id"].as_str()], |row| row.get::<_, Option<String>>(0));
        let total = order["body"]["items"][0]["quantity"].as_u64().unwrap() * 300;
        let expected = match (
            order["end"].as_str().unwrap(),
            order["body"]["payment_token"].as_str().unwrap(),
        ) {
            ("CONFIRMED", _) => Some(format!("AUTHORIZED {total},CAPTURED {total}")),
            ("CANCELLED", _) => Some(format!("AUTHORIZED {total},CAPTURED {total},REFUNDED {total}")),
            (_, "tok_capture_fails" | "tok_ok") => Some(format!("AUTHORIZED {total},VOIDED {total}")),
            (_, "tok_down" | "tok_declined") => Some("VOIDED ".to_owned()),
            _ => None,
        };
        assert_eq!(ledger.unwrap(), expected, "{order}");
    }
}
