//! Does a large catalog survive a host that dies every few seconds, and an older file that comes late?

use std::time::{Duration, Instant};

use serde_json::json;
use tests::catalog;
use tests::local::LocalHost;

/// What a suite has time for. A longer run is asked for with `IMPORT_ROWS`.
const ROWS: u32 = 20_000;
const KILLED_EVERY: Duration = Duration::from_secs(5);
/// A host that is killed all the time still gets somewhere.
const ENDS_WITHIN: Duration = Duration::from_mins(30);

fn rows() -> u32 {
    let rows = std::env::var("IMPORT_ROWS").ok();
    rows.map_or(ROWS, |text| text.parse().expect("IMPORT_ROWS is a number"))
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
    let (mut percents, mut patience, mut known) = (Vec::new(), KILLED_EVERY, None);
    let upload = loop {
        assert!(began.elapsed() < ENDS_WITHIN, "at {percents:?} after {kills} kills");
        let upload = host.client.get(&status_url, Some(&olga)).json();
        percents.extend(upload["import"]["percent"].as_u64());
        if upload["status"] == "DONE" {
            break upload;
        }
        // Once in its middle, even where it is fast.
        let middle = kills == 0 && percents.last().is_some_and(|percent| *percent > 0);
        if middle || started.elapsed() > patience {
            host.kill();
            host = start();
            (started, kills) = (Instant::now(), kills + 1);
            // A large file is planned in one go: who got nowhere is given twice the time.
            let advanced = known != percents.last().copied();
            patience = if advanced { KILLED_EVERY } else { patience * 2 };
            known = percents.last().copied();
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
        "the last good row of each product"
    );

    // The older file comes now, read in one go: it was announced first, and overwrites nothing. The link is good for every
    // process on this folder, wherever it listens.
    let link = announced_older["url"].as_str().unwrap();
    announced_older["url"] = link.replace(&first_address, &host.client.base_url).into();
    assert_eq!(host.client.put_file(&announced_older, older.as_bytes()).status, 200);
    let older = host
        .client
        .settled_upload(&olga, announced_older["status_url"].as_str().unwrap());
    assert_eq!(older["status"], "DONE", "{older}");
    // It brings what only it has.
    in_the_end.extend(expected);
    assert!(catalog::on_sale(&host.client, "BIG") == in_the_end);
    for name in ["older.csv", "newer.csv"] {
        // Claimed before it is sent: once, or, killed in between, not at all.
        assert!(host.client.mails_with("olga", name).len() <= 1);
    }
    println!(
        "{rows} rows of {bytes} bytes in {:.0} s, killed {kills} times",
        began.elapsed().as_secs_f32()
    );
}
