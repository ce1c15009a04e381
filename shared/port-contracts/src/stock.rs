//! The contract of `StockLedger`.

use std::sync::Arc;

use domain::catalog::ports::{CatalogWriter, ProductCatalog};
use domain::fulfilment::ports::{Reservation, StockLedger, StockLine};
use domain::values::{OrderLines, Quantity, Sku};

use crate::samples::{COMPETITORS, at, at_once, catalog_row, order_id, sku, version};

/// The ports that together keep products, over one store.
pub struct StockPorts {
    /// Counts units.
    pub stock: Arc<dyn StockLedger>,
    /// Sets the units on hand.
    pub writer: Arc<dyn CatalogWriter>,
    /// Shows the available units.
    pub catalog: Arc<dyn ProductCatalog>,
}

/// The contract of [`StockLedger`].
pub async fn stock_ledger(ports: &StockPorts) {
    a_reservation_is_all_or_nothing(ports).await;
    a_repeated_reservation_counts_once(ports).await;
    what_is_given_back_is_exactly_what_is_held(ports).await;
    a_release_that_arrives_first_wins(ports).await;
    a_catalog_sets_units_on_hand_and_open_reservations_stay(ports).await;
    the_last_units_are_sold_exactly(ports).await;
    competing_steps_of_one_order_leave_nothing_behind(ports).await;
}

async fn a_reservation_is_all_or_nothing(ports: &StockPorts) {
    let (plenty, scarce, unknown) = (product(ports, 10).await, product(ports, 1).await, sku());
    let order = order_id();
    let lines = lines_of([line(&plenty, 2), line(&scarce, 2), line(&unknown, 1)]);
    let Reservation::OutOfStock(short) = ports.stock.reserve(&order, &lines, at(1)).await.unwrap() else {
        panic!("more units reserved than there are");
    };
    assert!(!short.is_empty() && !short.contains(&plenty), "{short:?}");
    assert_eq!(
        (available(ports, &plenty).await, available(ports, &scarce).await),
        (10, 1)
    );

    // Refused for want of units is not closed: once there are enough, the same order may reserve.
    let lines = lines_of([line(&plenty, 10), line(&scarce, 1)]);
    assert_eq!(
        ports.stock.reserve(&order, &lines, at(2)).await.unwrap(),
        Reservation::Reserved
    );
    assert_eq!(
        (available(ports, &plenty).await, available(ports, &scarce).await),
        (0, 0)
    );
}

async fn a_repeated_reservation_counts_once(ports: &StockPorts) {
    let sku = product(ports, 10).await;
    let order = order_id();
    let answers = at_once(|_| {
        let (stock, order, lines) = (Arc::clone(&ports.stock), order.clone(), lines_of([line(&sku, 3)]));
        async move { stock.reserve(&order, &lines, at(1)).await.unwrap() }
    })
    .await;
    assert!(
        answers.iter().all(|answer| *answer == Reservation::Reserved),
        "{answers:?}"
    );
    assert_eq!(available(ports, &sku).await, 7);
    for _ in 0..2 {
        ports.stock.commit(&order, at(2)).await.unwrap();
        assert_eq!(available(ports, &sku).await, 7, "sold is not available either");
    }
    let answer = ports
        .stock
        .reserve(&order, &lines_of([line(&sku, 3)]), at(3))
        .await
        .unwrap();
    assert_eq!(answer, Reservation::Reserved, "also once committed");
    assert_eq!(available(ports, &sku).await, 7);
}

async fn what_is_given_back_is_exactly_what_is_held(ports: &StockPorts) {
    for commits in [false, true] {
        let (one, two) = (product(ports, 10).await, product(ports, 10).await);
        let order = order_id();
        ports
            .stock
            .reserve(&order, &lines_of([line(&one, 3), line(&two, 4)]), at(1))
            .await
            .unwrap();
        if commits {
            ports.stock.commit(&order, at(2)).await.unwrap();
        }
        for _ in 0..2 {
            ports.stock.give_back(&order, at(3)).await.unwrap();
            ports.stock.commit(&order, at(4)).await.unwrap();
            assert_eq!((available(ports, &one).await, available(ports, &two).await), (10, 10));
        }
        let late = ports
            .stock
            .reserve(&order, &lines_of([line(&one, 1)]), at(5))
            .await
            .unwrap();
        assert_eq!(late, Reservation::Closed);
        assert_eq!(available(ports, &one).await, 10);
    }
}

async fn a_release_that_arrives_first_wins(ports: &StockPorts) {
    let sku = product(ports, 10).await;
    let order = order_id();
    ports.stock.give_back(&order, at(1)).await.unwrap();
    let late = ports
        .stock
        .reserve(&order, &lines_of([line(&sku, 1)]), at(2))
        .await
        .unwrap();
    assert_eq!(late, Reservation::Closed);
    ports.stock.commit(&order, at(3)).await.unwrap();
    ports.stock.give_back(&order, at(4)).await.unwrap();
    assert_eq!(available(ports, &sku).await, 10);
}

async fn a_catalog_sets_units_on_hand_and_open_reservations_stay(ports: &StockPorts) {
    let sku = product(ports, 10).await;
    let (open, sold) = (order_id(), order_id());
    ports
        .stock
        .reserve(&open, &lines_of([line(&sku, 3)]), at(1))
        .await
        .unwrap();
    ports
        .stock
        .reserve(&sold, &lines_of([line(&sku, 2)]), at(1))
        .await
        .unwrap();
    ports.stock.commit(&sold, at(2)).await.unwrap();
    let apply = async |sequence, stock| {
        ports
            .writer
            .apply(&catalog_row(&sku, 100, stock), version(sequence, 0), at(3))
            .await
            .unwrap();
        available(ports, &sku).await
    };
    assert_eq!(
        apply(2, 20).await,
        17,
        "sold units are not on hand any more, reserved ones are"
    );
    assert_eq!(apply(3, 1).await, 0, "fewer than are reserved");
    let answer = ports
        .stock
        .reserve(&order_id(), &lines_of([line(&sku, 1)]), at(4))
        .await
        .unwrap();
    assert_eq!(answer, Reservation::OutOfStock(vec![sku.clone()]));
    ports.stock.give_back(&open, at(5)).await.unwrap();
    assert_eq!(available(ports, &sku).await, 1);
    ports.stock.give_back(&sold, at(6)).await.unwrap();
    assert_eq!(available(ports, &sku).await, 3, "a restock");
}

async fn the_last_units_are_sold_exactly(ports: &StockPorts) {
    const UNITS_EACH: u32 = 2;
    let buyers = u32::try_from(COMPETITORS).unwrap();
    // Enough for half of them, and one unit that is nobody's.
    let sku = product(ports, UNITS_EACH * buyers / 2 + 1).await;
    let answers = at_once(|_| {
        let (stock, order, lines) = (Arc::clone(&ports.stock), order_id(), lines_of([line(&sku, UNITS_EACH)]));
        async move {
            let answer = stock.reserve(&order, &lines, at(1)).await.unwrap();
            if answer == Reservation::Reserved {
                stock.commit(&order, at(2)).await.unwrap();
            }
            answer
        }
    })
    .await;
    let sold = answers
        .iter()
        .filter(|answer| **answer == Reservation::Reserved)
        .count();
    assert_eq!(sold, COMPETITORS / 2, "{answers:?}");
    assert_eq!(available(ports, &sku).await, 1);
}

async fn competing_steps_of_one_order_leave_nothing_behind(ports: &StockPorts) {
    let sku = product(ports, 10).await;
    let order = order_id();
    at_once(|number| {
        let (stock, order, lines) = (Arc::clone(&ports.stock), order.clone(), lines_of([line(&sku, 3)]));
        async move {
            match number % 3 {
                0 => stock.reserve(&order, &lines, at(1)).await.map(|_| ()),
                1 => stock.commit(&order, at(1)).await,
                _ => stock.give_back(&order, at(1)).await,
            }
            .unwrap();
        }
    })
    .await;
    assert_eq!(
        available(ports, &sku).await,
        10,
        "given back in the end, whatever came first"
    );
}

async fn product(ports: &StockPorts, stock: u32) -> Sku {
    let sku = sku();
    ports
        .writer
        .apply(&catalog_row(&sku, 100, stock), version(1, 0), at(0))
        .await
        .unwrap();
    sku
}

async fn available(ports: &StockPorts, sku: &Sku) -> u32 {
    ports
        .catalog
        .find(sku)
        .await
        .unwrap()
        .expect("the product was applied")
        .available
}

fn lines_of<const COUNT: usize>(lines: [StockLine; COUNT]) -> OrderLines<StockLine> {
    OrderLines::new(lines.into()).unwrap()
}

fn line(sku: &Sku, units: u32) -> StockLine {
    StockLine {
        sku: sku.clone(),
        quantity: Quantity::new(units).unwrap(),
    }
}
