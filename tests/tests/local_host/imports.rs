//! Tests that a large import is exact although the host is killed every few seconds, and an older file arrives late.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::catalog;
use tests::local::LocalHost;

/// Small enough for every change. `IMPORT_ROWS` sets another number.
const ROWS: u32 = 20_000;
const KILLED_EVERY: Duration = Duration::from_secs(5);
/// The import must end within this time, although the host is killed repeatedly.
const ENDS_WITHIN: Duration = Duration::from_mins(30);

fn rows() -> u32 {
    let rows = std::env::var("IMPORT_ROWS").ok();
    rows.map_or(ROWS, |text| text.parse().expect("IMPORT_ROWS must be a number"))
}

#[test]
fn a_divided_catalog_is_exact_although_the_host_is_killed_every_few_seconds() {
    let rows = rows();
    let (older, mut in_the_end) = catalog::repeating("BIG", rows / 10, rows / 20, 7);
    let (newer, expected) = catalog::repeating("BIG", rows, rows / 10, 0);
    let folder = tempfile::tempdir().unwrap();
    let bytes = newer.len();
    let parameters = [
        format!("CatalogDivideAboveBytes={}", bytes / 2),
        format!("CatalogRangeBytes={}", (bytes / 16).max(65_536)),
    ];
    let start = || LocalHost::start_with_parameters(folder.path(), &parameters);

    let mut host = start();
    let olga = host.client.token("olga", &["staff"]);
    let first_address = host.client.base_url.clone();
    let mut announced_older = host.client.announce_catalog(&olga, "older.csv", older.len());
    let announced_newer = host.client.announce_catalog(&olga, "newer.csv", newer.len());
    let status_url = announced_newer["status_url"].as_str().unwrap().to_owned();
    assert_eq!(host.client.put_file(&announced_newer, newer.as_bytes()).status, 200);

    let (began, mut started, mut kills) = (Instant::now(), Instant::now(), 0);
    let (mut percents, mut lifetime, mut last_percent) = (Vec::new(), KILLED_EVERY, None);
    let upload = loop {
        assert!(began.elapsed() < ENDS_WITHIN, "at {percents:?} after {kills} kills");
        let upload = host.client.get(&status_url, Some(&olga)).json();
        percents.extend(upload["import"]["percent"].as_u64());
        if upload["status"] == "DONE" {
            break upload;
        }
        // At least once in the middle of the import, even on a fast machine.
        let middle = kills == 0 && percents.last().is_some_and(|percent| *percent > 0);
        if middle || started.elapsed() > lifetime {
            host.kill();
            host = start();
            (started, kills) = (Instant::now(), kills + 1);
            // Planning a large file cannot be resumed, so a host without progress gets twice the time.
            let advanced = last_percent != percents.last().copied();
            lifetime = if advanced { KILLED_EVERY } else { lifetime * 2 };
            last_percent = percents.last().copied();
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(percents.is_sorted(), "{percents:?}");
    assert!(
        percents.iter().any(|percent| (1..100).contains(percent)),
        "{percents:?}"
    );
    assert!(kills > 0);
    let numbers = &upload["import"];
    assert_eq!(
        (
            &numbers["rows_read"],
            &numbers["rows_written"],
            &numbers["rows_rejected"]
        ),
        (&json!(rows), &json!(rows - rows / 100), &json!(rows / 100))
    );
    let report = host.client.get(numbers["rejected_rows_url"].as_str().unwrap(), None);
    let report = String::from_utf8(report.bytes).unwrap();
    assert_eq!(report.matches("price: ").count(), (rows / 100) as usize);
    assert!(
        catalog::on_sale(&host.client, "BIG") == expected,
        "the last valid row of each product"
    );

    // Now the older file is uploaded. It was announced first, so it overwrites nothing. Its link works with every
    // process on this data folder.
    let link = announced_older["url"].as_str().unwrap();
    announced_older["url"] = link.replace(&first_address, &host.client.base_url).into();
    assert_eq!(host.client.put_file(&announced_older, older.as_bytes()).status, 200);
    let older = host
        .client
        .settled_upload(&olga, announced_older["status_url"].as_str().unwrap());
    assert_eq!(older["status"], "DONE", "{older}");
    // It adds its own products.
    in_the_end.extend(expected);
    assert!(catalog::on_sale(&host.client, "BIG") == in_the_end);
    for name in ["older.csv", "newer.csv"] {
        // The mail is claimed before it is sent, so it is sent once, or never if the host was killed in between.
        assert!(host.client.mails_with("olga", name).len() <= 1);
    }
    println!(
        "{rows} rows of {bytes} bytes in {:.0} s, killed {kills} times",
        began.elapsed().as_secs_f32()
    );
}
