//! Tests that the host starts, reports why it cannot start, and leaves its folder to the next host.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a test is a failed test"
)]

use std::collections::BTreeMap;

use local_host::host::{Config, Host, StartFailure};
use local_host::state::{DataLocation, StateFault};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

fn in_memory() -> Config {
    Config {
        port: 0,
        data: DataLocation::Memory,
        parameters: BTreeMap::new(),
    }
}

/// The whole answer, head and body.
async fn get(base_url: &str, path: &str) -> String {
    let address = base_url.strip_prefix("http://").unwrap();
    send(base_url, &format!("GET {path} HTTP/1.1\r\nHost: {address}")).await
}

/// The same for a request without a body, of which the last header is missing.
async fn send(base_url: &str, head: &str) -> String {
    let address = base_url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("{head}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn the_first_catalog_comes_in_through_the_pipeline() {
    let host = Host::start(&in_memory()).await.unwrap();
    while !get(&host.base_url, "/products/MUG-01")
        .await
        .contains("\"available\":100")
    {
        tokio::task::yield_now().await;
    }
    let invocations = get(&host.base_url, "/dev/invocations").await;
    assert!(invocations.contains("\"function\":\"csv-ingester\""), "{invocations}");
    host.shutdown().await;
}

#[tokio::test]
async fn every_function_is_listed_with_its_environments_and_limits() {
    let parameters = BTreeMap::from([("RouteConcurrency".to_owned(), "3".to_owned())]);
    let host = Host::start(&Config {
        parameters,
        ..in_memory()
    })
    .await
    .unwrap();
    for _ in 0..3 {
        assert!(get(&host.base_url, "/products").await.starts_with("HTTP/1.1 200"));
    }
    let answer = get(&host.base_url, "/dev/environments").await;
    let body: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    let of = |name: &str| {
        let mut functions = body["functions"].as_array().unwrap().iter();
        functions.find(|function| function["function"] == name).unwrap()
    };
    let list = of("products-list");
    assert_eq!((&list["cold_starts"], &list["throttles"]), (&json!(1), &json!(0)));
    assert_eq!(
        (&list["reserved_concurrency"], &list["memory_mb"]),
        (&json!(3), &json!(256))
    );
    let environment = &list["environments"][0];
    assert_eq!(
        (&environment["state"], &environment["invocations"]),
        (&json!("idle"), &json!(3))
    );
    for time in ["started_at", "last_used_at"] {
        assert!(environment[time].as_str().unwrap().ends_with('Z'), "{environment}");
    }
    for duration in ["init_ms", "duration_ms"] {
        assert!(environment[duration].as_f64().unwrap() > 0.0, "{environment}");
    }
    let never_invoked = of("orders-cancel");
    assert_eq!(
        (&never_invoked["cold_starts"], &never_invoked["environments"]),
        (&json!(0), &json!([]))
    );
    let kinds: Vec<&str> = body["rooms"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|room| room["kind"].as_str())
        .collect();
    assert_eq!(kinds, ["reads", "writes", "background"]);
    host.shutdown().await;
}

#[tokio::test]
async fn the_console_and_every_view_of_it_are_served() {
    let host = Host::start(&in_memory()).await.unwrap();
    for path in [
        "/",
        "/console/main.js",
        "/console/vendor/dagre.js",
        "/console/console.css",
        "/healthz",
        "/dev/emails",
        "/dev/invocations",
        "/dev/environments",
        "/dev/executions",
        "/dev/orders",
        "/dev/metrics",
        "/dev/queues",
        "/dev/dead-letters",
        "/dev/parked",
    ] {
        let answer = get(&host.base_url, path).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    }
    host.shutdown().await;
}

#[tokio::test]
async fn a_folder_has_one_host_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config {
        data: DataLocation::Folder(folder.path().to_owned()),
        ..in_memory()
    };
    let first = Host::start(&config).await.unwrap();
    let refused = Host::start(&config).await.err().unwrap();
    assert!(
        matches!(refused, StartFailure::State(StateFault::InUse { .. })),
        "{refused}"
    );
    first.shutdown().await;
    Host::start(&config).await.unwrap().shutdown().await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_with_what_to_do() {
    let first = Host::start(&in_memory()).await.unwrap();
    let port: u16 = first.base_url.rsplit(':').next().unwrap().parse().unwrap();
    let refused = Host::start(&Config { port, ..in_memory() }).await.err().unwrap();
    let text = refused.to_string();
    assert!(text.starts_with(&format!("port {port} is in use")), "{text}");
    assert!(text.contains("cargo run -- --port N"), "{text}");
    first.shutdown().await;
}

#[tokio::test]
async fn a_wrong_parameter_is_refused_with_what_the_template_accepts() {
    for (name, value, expected) in [
        (
            "LogLevel",
            "loud",
            "LogLevel is \"loud\"; accepted: error, warn, info, debug",
        ),
        ("LogRetentionDays", "2", "accepted: 1, 3, 5, 7"),
        ("Stage", "Prod", "text like the pattern [a-z][a-z0-9]{1,15}"),
        ("PhotoConcurrency", "1", "accepted: a number from 2 to 1000"),
        ("RequestsPerSecond", "many", "accepted: a number of at least 1"),
        ("loglevel", "info", "did you mean LogLevel?"),
        ("Quux", "1", "does not exist; the parameters are Stage, Architecture, "),
    ] {
        let config = Config {
            parameters: BTreeMap::from([(name.to_owned(), value.to_owned())]),
            ..in_memory()
        };
        let text = Host::start(&config).await.err().unwrap().to_string();
        assert!(text.starts_with("infra/template.yaml: Parameters."), "{text}");
        assert!(text.contains(expected), "{name}={value}: {text}");
    }
}

#[tokio::test]
async fn another_name_for_this_machine_opens_no_route() {
    let host = Host::start(&in_memory()).await.unwrap();
    let port = host.base_url.rsplit(':').next().unwrap();
    for path in ["/", "/healthz", "/products", "/dev/emails", "/s3/uploads/a", "/nothing"] {
        let answer = send(
            &host.base_url,
            &format!("GET {path} HTTP/1.1\r\nHost: evil.example:{port}"),
        )
        .await;
        assert!(answer.starts_with("HTTP/1.1 421"), "{path}: {answer}");
    }
    let local = send(
        &host.base_url,
        &format!("GET /products HTTP/1.1\r\nHost: localhost:{port}"),
    )
    .await;
    assert!(local.starts_with("HTTP/1.1 200"), "{local}");
    let simple = format!("POST /dev/payments HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: text/plain");
    let answer = send(&host.base_url, &simple).await;
    assert!(answer.starts_with("HTTP/1.1 415"), "{answer}");
    host.shutdown().await;
}

fn in_folder(folder: &tempfile::TempDir) -> Config {
    Config {
        data: DataLocation::Folder(folder.path().join("data")),
        ..in_memory()
    }
}

#[tokio::test]
async fn a_database_that_was_cut_off_beside_a_full_shop_is_refused_and_nothing_changes() {
    for lost in ["popshop.sqlite3", "gateway.sqlite3"] {
        for is_removed in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let config = in_folder(&folder);
            Host::start(&config).await.unwrap().shutdown().await;
            let data = folder.path().join("data");
            record_payment(&data.join("popshop.sqlite3"));
            for end in ["", "-wal", "-shm"] {
                let file = data.join(format!("{lost}{end}"));
                if is_removed || !end.is_empty() {
                    std::fs::remove_file(file).unwrap_or_default();
                } else {
                    std::fs::write(file, b"").unwrap();
                }
            }
            for _ in 0..2 {
                let refused = Host::start(&config).await.err().unwrap();
                let text = refused.to_string();
                assert!(text.contains(lost) && text.contains("--data-dir"), "{text}");
            }
            let length = std::fs::metadata(data.join(lost)).map_or(0, |file| file.len());
            assert_eq!(length, 0, "{lost} was taken for a new one");
        }
    }
}

fn record_payment(database: &std::path::Path) {
    let payment = "INSERT INTO payments VALUES ('o-1', 'CAPTURED', 2500, 'EUR', 1)";
    rusqlite::Connection::open(database)
        .unwrap()
        .execute(payment, [])
        .unwrap();
}

#[tokio::test]
async fn a_first_start_that_was_killed_half_way_is_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    for empty in ["popshop.lock", "popshop.sqlite3"] {
        std::fs::write(data.join(empty), b"").unwrap();
    }
    std::fs::create_dir_all(data.join("buckets/.incoming")).unwrap();
    Host::start(&in_folder(&folder)).await.unwrap().shutdown().await;
}

#[cfg(unix)]
#[tokio::test]
async fn the_data_folder_is_its_owners_and_a_folder_of_others_is_left_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).unwrap();
    Host::start(&in_folder(&folder)).await.unwrap().shutdown().await;
    assert_eq!(mode(&data), 0o700, "as an earlier version left it");
    for file in ["popshop.lock", "popshop.sqlite3", "gateway.sqlite3"] {
        assert_eq!(mode(&data.join(file)), 0o600, "{file}");
    }

    std::fs::write(data.join("letter.txt"), b"of somebody else").unwrap();
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).unwrap();
    Host::start(&in_folder(&folder)).await.unwrap().shutdown().await;
    assert_eq!(mode(&data), 0o755);
}

#[tokio::test]
async fn the_health_shows_a_damaged_database() {
    let folder = tempfile::tempdir().unwrap();
    let config = in_folder(&folder);
    Host::start(&config).await.unwrap().shutdown().await;
    let file = folder.path().join("data/gateway.sqlite3");
    rusqlite::Connection::open(&file)
        .unwrap()
        .execute_batch("CREATE TABLE filler AS SELECT randomblob(9000) AS filling; PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    let host = Host::start(&config).await.unwrap();
    let mut bytes = std::fs::read(&file).unwrap();
    let half = bytes.len() / 2;
    bytes[half..].fill(0xa5);
    std::fs::write(&file, bytes).unwrap();
    let answer = get(&host.base_url, "/healthz").await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("\"failing\""), "{answer}");
    host.shutdown().await;
}

#[tokio::test]
async fn the_health_shows_a_data_folder_that_takes_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let host = Host::start(&in_folder(&folder)).await.unwrap();
    // Stands for a full disk: the probe cannot be written.
    std::fs::create_dir(folder.path().join("data/.health-probe")).unwrap();
    let answer = get(&host.base_url, "/healthz").await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("write to the data folder"), "{answer}");
    host.shutdown().await;
}

#[cfg(unix)]
#[test]
fn a_second_signal_ends_the_process_at_once() {
    use std::io::{BufRead as _, Write as _};
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};
    let mut process = Command::new(env!("CARGO_BIN_EXE_local-host"))
        .args(["--memory", "--port", "0", "--quiet"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufReader::new(process.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address = line.trim().strip_prefix("http://").unwrap();
    // A request whose body does not come keeps an orderly stop waiting.
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /dev/token HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let signal = || {
        let sent = Command::new("kill").args(["-INT", &process.id().to_string()]).status();
        assert!(sent.unwrap().success());
    };
    let began = Instant::now();
    // The signal may come before the request: then the first one ends the process as well.
    for _ in 0..2 {
        signal();
        std::thread::sleep(Duration::from_millis(500));
    }
    process.wait().unwrap();
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
}
