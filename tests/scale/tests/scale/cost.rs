//! The part of docs/cost.md on an order, a photo and a thousand rows.

use scale::cost::{bills, table};
use tests::{page, repository};

use crate::page::ONLY;

const PAGE: &str = "docs/cost.md";
/// An order's bill may not grow unnoticed: this many trillionths of a dollar.
const ORDER_MAX: u64 = 300_000_000;

/// The GB × ms of a function at the memory that it has, by the table of the page.
fn gb_ms(function: &str) -> f64 {
    let page = repository::text(PAGE);
    let row = page
        .lines()
        .find(|line| line.starts_with(&format!("| {function} | **")))
        .unwrap_or_else(|| panic!("{PAGE} has no row for {function}"));
    let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
    let size = ["**128**", "**256**", "**512**"]
        .iter()
        .position(|size| *size == cells[1])
        .unwrap();
    let figures: Vec<&str> = cells.last().unwrap().split(", ").collect();
    figures[size].parse().unwrap()
}

#[test]
fn the_page_on_cost_has_what_an_order_a_photo_and_rows_cost() {
    page::named_part_agrees(PAGE, "cost.rs of tests/scale", &table(&bills(&ONLY, gb_ms)));
}

#[test]
fn an_order_costs_less_than_a_thirtieth_of_a_cent() {
    let [order, ..] = bills(&ONLY, gb_ms);
    assert!(order.total() <= ORDER_MAX, "{}", order.total());
}

/// A changed row writes the item; a new one writes its entry in the index as well.
#[test]
fn a_new_row_costs_one_write_unit_more_than_a_changed_one() {
    let [_, _, new, changed] = bills(&ONLY, gb_ms);
    let index_entries = new.total() - changed.total();
    assert_eq!(index_entries, 1_000 * 625_000);
}
