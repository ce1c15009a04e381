//! A short overload of the debug build. It checks the structure of what callers get, not the speed of the machine: the
//! limits in time and memory are those of `cargo xtask prove overload`.

use std::time::Duration;

use bench_overload::measure::{Plan, measure};
use bench_overload::{limits, report};
use tests::local;

#[test]
fn an_overloaded_host_refuses_early_and_finishes_every_order_that_it_accepted() {
    let plan = Plan {
        callers: 16,
        closed_length: Duration::from_secs(6),
        open_length: Duration::from_secs(5),
        factors: vec![3.0],
    };
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let measured = runtime.block_on(measure(local::binary(), &folder.path().join("data"), &plan));
    let measurement = measured.map_err(|trouble| trouble.to_string()).unwrap();
    let table = report::table(&measurement);
    assert!(
        measurement.best.accepted.len() > 10,
        "hardly any order is accepted:\n{table}"
    );
    assert_eq!(limits::broken_structure(&measurement), Vec::<String>::new(), "{table}");
    let overload = &measurement.overloads[0];
    assert!(
        overload.answers.refused > 0,
        "three times the best rate is no overload:\n{table}"
    );
    assert!(
        !overload.answers.accepted.is_empty(),
        "an overloaded host accepts nothing:\n{table}"
    );
    assert!(!overload.reads.served.is_empty(), "{table}");
}
