//! Does `docs/saga.md` say what the simulation finds?

use std::path::Path;

use simulation::matrix::renewed;

#[test]
fn the_failure_matrix_is_the_one_that_the_simulation_finds() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/saga.md");
    let page = std::fs::read_to_string(path).unwrap();
    let renewed = renewed(&page)
        .unwrap()
        .expect("the page has a place for what is generated");
    assert!(
        page == renewed,
        "docs/saga.md is stale: run `cargo xtask simulate --write-docs`"
    );
}
