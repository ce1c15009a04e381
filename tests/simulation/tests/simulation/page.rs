//! Checks that `docs/saga.md` contains the current results of the simulation.

use std::path::Path;

use simulation::matrix::renewed;

#[test]
fn the_failure_matrix_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/saga.md");
    let page = std::fs::read_to_string(path).unwrap();
    let renewed = renewed(&page)
        .unwrap()
        .expect("the page has marks around its generated part");
    assert!(
        page == renewed,
        "docs/saga.md is stale: run `cargo xtask simulate --write-docs`"
    );
}
