//! The rules that must hold with every fault. They are checked against the gateway's ledger and the stock table, and
//! not only against the shop's own statuses.

use std::collections::BTreeMap;
use std::fmt;

use adapter_memory::tables::Tables;
use adapter_memory::tables::orders::Change;
use domain::fulfilment::reservation_state::ReservationState;
use domain::stored_order::StoredOrder;
use domain::values::{Money, OrderId, OrderStatus, Sku};
use sandbox_gateway::ledger::{LedgerEvent, Movement};
use serde_json::Value;

use crate::design::{PRODUCTS, sku_named};
use crate::executions::Executions;
use crate::order_history;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// No customer pays twice for one order.
    CapturedAtMostOnce,
    /// A confirmed order is paid exactly, and no other order is paid.
    MoneyMatchesTheOrder,
    /// At the end no money is held.
    NothingStaysHeld,
    /// The stock is never negative.
    StockIsNeverNegative,
    /// The final stock is the initial stock plus restocked units minus sold units.
    StockMatchesTheOrders,
    /// Every order reaches a final status, or is parked, in bounded time.
    EveryOrderSettles,
    /// One idempotency key has one order and one answer.
    TheReplyNeverChanges,
    /// An accepted order is stored.
    AcceptedIsDurable,
    /// An event is acknowledged only after its effect is stored.
    AcknowledgedIsDurable,
    /// No customer gets the same mail twice.
    NoMailIsSentTwice,
    /// No mail contradicts the status of its order.
    NoMailIsWrong,
    /// An order changes its status only in allowed ways, and never leaves a final status.
    StatusesFollowTheirOrder,
    /// The history of an order has each change of its status once, with the right actor, and ends with its status.
    HistoryMatchesTheOrder,
    /// A parked order has the execution and the error that an operator needs.
    ParkedSaysWhy,
    /// A parked order reaches a final status after a redrive.
    RedriveSettles,
    /// Without faults, no order is parked and no request fails.
    WithoutFaultsNoOrderFails,
    /// One transient fault never leaves work for an operator.
    ATransientFaultParksNoOrder,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub invariant: Invariant,
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}: {}", self.invariant, self.what)
    }
}

/// Checks one history.
#[derive(Default)]
pub(crate) struct Auditor {
    pub(crate) violations: Vec<Violation>,
    replies: BTreeMap<u8, String>,
    restocked: BTreeMap<Sku, i64>,
    checked_changes: usize,
    checked_movements: usize,
    checked_mails: usize,
}

impl Auditor {
    pub(crate) fn violated(&mut self, invariant: Invariant, what: impl Into<String>) {
        // The first violation of each rule is enough.
        if self.violations.iter().all(|violation| violation.invariant != invariant) {
            let what = what.into();
            self.violations.push(Violation { invariant, what });
        }
    }

    /// Called after every change.
    pub(crate) fn check_change(&mut self, tables: &Tables) {
        for (sku, count) in &tables.products.rows {
            if count.available() < 0 || count.on_hand < 0 {
                self.violated(
                    Invariant::StockIsNeverNegative,
                    format!("{} units of {sku}", count.available()),
                );
            }
        }
        let ledger = &tables.gateway.ledger;
        for (payment, _) in ledger.iter().skip(self.checked_movements) {
            let captures = balance(ledger, payment).captures;
            if captures > 1 {
                self.violated(
                    Invariant::CapturedAtMostOnce,
                    format!("{captures} captures of {payment}"),
                );
            }
        }
        self.checked_movements = ledger.len();
        for change in tables.orders.stream.iter().skip(self.checked_changes) {
            if !is_allowed(change) {
                let what = format!(
                    "{} goes from {:?} to {:?}",
                    change.new.order.id, change.old, change.new.order.status
                );
                self.violated(Invariant::StatusesFollowTheirOrder, what);
            }
        }
        self.check_histories(tables);
        self.checked_changes = tables.orders.stream.len();
        if tables.mails.len() > self.checked_mails {
            self.checked_mails = tables.mails.len();
            self.check_new_mail(tables);
        }
    }

    fn check_histories(&mut self, tables: &Tables) {
        let mut statuses: BTreeMap<&OrderId, Vec<&str>> = BTreeMap::new();
        for (index, change) in tables.orders.stream.iter().enumerate() {
            let order = &change.new.order;
            let statuses = statuses.entry(&order.id).or_default();
            statuses.push(order.status.as_str());
            if index < self.checked_changes {
                continue;
            }
            if let Some(fault) = order_history::fault(&change.new, statuses) {
                self.violated(
                    Invariant::HistoryMatchesTheOrder,
                    format!("the history of {}: {fault}", order.id),
                );
            }
        }
    }

    fn check_new_mail(&mut self, tables: &Tables) {
        let Some((mail, earlier)) = tables.mails.split_last() else {
            return;
        };
        if earlier.contains(mail) {
            self.violated(Invariant::NoMailIsSentTwice, format!("\"{}\" twice", mail.subject));
        }
        let about = tables
            .orders
            .rows
            .values()
            .find(|row| mail.text.contains(&format!("Order {}\n", row.order.id)));
        let is_true = about.is_some_and(|row| match mail.subject.as_str() {
            "Your order is confirmed" => {
                let changes = &tables.orders.stream;
                changes.iter().any(|change| {
                    change.new.order.id == row.order.id && change.new.order.status == OrderStatus::Confirmed
                })
            }
            "We could not accept your order" => row.order.status == OrderStatus::Rejected,
            "Your order is cancelled" => row.order.status == OrderStatus::Cancelled,
            _ => false,
        });
        if !is_true {
            self.violated(Invariant::NoMailIsWrong, format!("\"{}\"", mail.subject));
        }
    }

    pub(crate) fn restocked(&mut self, sku: &Sku, units: i64) {
        *self.restocked.entry(sku.clone()).or_default() += units;
    }

    pub(crate) fn accepted(&mut self, request: u8, body: &Value, tables: &Tables) {
        let body = body.as_str().unwrap_or_default().to_owned();
        let is_there = tables
            .orders
            .rows
            .values()
            .any(|row| body.contains(row.order.id.as_str()));
        if !is_there {
            self.violated(
                Invariant::AcceptedIsDurable,
                format!("request-{request} was accepted, but its order is not stored"),
            );
        }
        let first = self.replies.entry(request).or_insert_with(|| body.clone());
        if *first != body {
            self.violated(
                Invariant::TheReplyNeverChanges,
                format!("request-{request} got two different answers"),
            );
        }
    }

    pub(crate) fn acknowledged(&mut self, change: &Change, executions: &Executions) {
        let kind = match change.new.order.status {
            OrderStatus::Cancelling => domain::fulfilment::ports::SagaKind::Cancel,
            _ => domain::fulfilment::ports::SagaKind::Order,
        };
        let name = kind.execution_name(&change.new.order.id);
        if executions.status(&name).is_none() {
            self.violated(
                Invariant::AcknowledgedIsDurable,
                format!("execution {name} was not started"),
            );
        }
    }

    /// Called when no task is left.
    pub(crate) fn check_end(&mut self, tables: &Tables) {
        for row in tables.orders.rows.values() {
            self.check_order(row, tables);
        }
        let mut customers: BTreeMap<&str, usize> = BTreeMap::new();
        for row in tables.orders.rows.values() {
            *customers.entry(row.order.customer.as_str()).or_default() += 1;
        }
        for (customer, orders) in customers {
            if orders > 1 {
                self.violated(
                    Invariant::TheReplyNeverChanges,
                    format!("{orders} orders of one request of {customer}"),
                );
            }
        }
        self.check_stock(tables);
    }

    fn check_order(&mut self, row: &StoredOrder, tables: &Tables) {
        let order = &row.order;
        let balance = balance(&tables.gateway.ledger, &order.id);
        let due = match order.status {
            OrderStatus::Confirmed => order.total.amount_minor(),
            OrderStatus::Rejected | OrderStatus::Cancelled => 0,
            // Another rule reports this.
            OrderStatus::Pending | OrderStatus::Cancelling | OrderStatus::Parked => return,
        };
        let status = order.status.as_str();
        if balance.earned != due || balance.refunds > balance.captures {
            let what = format!("{} is {status} for {due}, and {} was earned", order.id, balance.earned);
            self.violated(Invariant::MoneyMatchesTheOrder, what);
        }
        if balance.held != 0 {
            self.violated(
                Invariant::NothingStaysHeld,
                format!("{} of {} that is {status}", balance.held, order.id),
            );
        }
    }

    fn check_stock(&mut self, tables: &Tables) {
        for (sku, _, initial) in PRODUCTS {
            let sku = sku_named(sku);
            let sold = |row: &StoredOrder| -> i64 {
                let lines = row.order.lines.iter().filter(|line| line.sku == sku);
                lines.map(|line| i64::from(line.quantity.units())).sum()
            };
            let confirmed = tables
                .orders
                .rows
                .values()
                .filter(|row| row.order.status == OrderStatus::Confirmed);
            let expected =
                i64::from(initial) + self.restocked.get(&sku).copied().unwrap_or(0) - confirmed.map(sold).sum::<i64>();
            let available = tables.products.available(&sku);
            if available != expected {
                let what = format!("{available} of {sku} are left where {expected} should be");
                self.violated(Invariant::StockMatchesTheOrders, what);
            }
        }
        let held = &tables.products.held;
        let is_open = |id| {
            held.get(id)
                .is_some_and(|held| held.state == ReservationState::Reserved)
        };
        if let Some(row) = tables.orders.rows.values().find(|row| is_open(&row.order.id)) {
            let what = format!("{} is {} and still reserved", row.order.id, row.order.status.as_str());
            self.violated(Invariant::StockMatchesTheOrders, what);
        }
    }
}

/// The balance of one payment in the ledger, in minor units.
#[derive(Debug, Default)]
struct Balance {
    /// The number of captures.
    captures: usize,
    refunds: usize,
    /// Captured minus refunded.
    earned: i64,
    /// Still held on the customer's card.
    held: i64,
}

fn balance(ledger: &[(OrderId, Movement)], payment: &OrderId) -> Balance {
    let mut balance = Balance::default();
    for (_, movement) in ledger.iter().filter(|(id, _)| id == payment) {
        let amount = movement.amount.map_or(0, Money::amount_minor);
        match movement.event {
            LedgerEvent::Authorized => balance.held += amount,
            LedgerEvent::Captured => {
                balance.captures += 1;
                balance.earned += amount;
                balance.held = 0;
            }
            LedgerEvent::Voided => balance.held = 0,
            LedgerEvent::Refunded => {
                balance.refunds += 1;
                balance.earned -= amount;
            }
        }
    }
    balance
}

fn is_allowed(change: &Change) -> bool {
    use OrderStatus::{Cancelled, Cancelling, Confirmed, Parked, Pending, Rejected};
    match (change.old, change.new.order.status) {
        (None, Pending)
        | (Some(Pending), Confirmed | Rejected | Parked)
        | (Some(Confirmed), Cancelling)
        | (Some(Cancelling), Cancelled | Parked)
        | (Some(Parked), Confirmed | Rejected | Cancelled) => true,
        (_, Pending | Confirmed | Rejected | Cancelling | Cancelled | Parked) => false,
    }
}
