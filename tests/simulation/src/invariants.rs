//! What must hold, whatever goes wrong? Each rule with its name, checked against the gateway's ledger and the stock table
//! and never against our own statuses alone.

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

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// No customer pays twice for one order.
    CapturedAtMostOnce,
    /// A confirmed order is paid exactly, and no other order is paid.
    MoneyMatchesTheOrder,
    /// In the end nothing is held on a customer's means of payment.
    NothingStaysHeld,
    /// No product is ever sold that is not there.
    StockIsNeverNegative,
    /// What is left is what there was, and what was put there, less what was sold.
    StockMatchesTheOrders,
    /// Every order ends, or is parked, in bounded time.
    EveryOrderSettles,
    /// One key is one order and one answer.
    TheReplyNeverChanges,
    /// Who is told that an order was accepted finds it.
    AcceptedIsDurable,
    /// No event is acknowledged before its effect is there.
    AcknowledgedIsDurable,
    /// No customer gets the same mail twice.
    NobodyIsToldTwice,
    /// Nobody is told what is not so.
    NobodyIsToldWrong,
    /// An order takes only the ways that there are, and never leaves its end.
    StatusesFollowTheirOrder,
    /// A parked order says what an operator needs.
    ParkedSaysWhy,
    /// A parked order ends well once it is redriven.
    RedriveSettles,
    /// Where nothing goes wrong, nothing is refused for no reason.
    WithoutFaultsAllGoesWell,
    /// Trouble that passes at once leaves no work for an operator.
    PassingTroubleParksNobody,
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

/// Watches one history.
#[derive(Default)]
pub(crate) struct Auditor {
    pub(crate) violations: Vec<Violation>,
    replies: BTreeMap<u8, String>,
    restocked: BTreeMap<Sku, i64>,
    seen_changes: usize,
    seen_movements: usize,
    seen_mails: usize,
}

impl Auditor {
    pub(crate) fn violated(&mut self, invariant: Invariant, what: impl Into<String>) {
        // One of each tells enough.
        if self.violations.iter().all(|violation| violation.invariant != invariant) {
            let what = what.into();
            self.violations.push(Violation { invariant, what });
        }
    }

    /// After every single change.
    pub(crate) fn along_the_way(&mut self, tables: &Tables) {
        for (sku, count) in &tables.products.rows {
            if count.available() < 0 || count.on_hand < 0 {
                self.violated(
                    Invariant::StockIsNeverNegative,
                    format!("{} units of {sku}", count.available()),
                );
            }
        }
        let ledger = &tables.gateway.ledger;
        for (payment, _) in ledger.iter().skip(self.seen_movements) {
            let captures = balance(ledger, payment).captures;
            if captures > 1 {
                self.violated(
                    Invariant::CapturedAtMostOnce,
                    format!("{captures} captures of {payment}"),
                );
            }
        }
        self.seen_movements = ledger.len();
        for change in tables.orders.stream.iter().skip(self.seen_changes) {
            if !is_a_way(change) {
                let what = format!(
                    "{} goes from {:?} to {:?}",
                    change.new.order.id, change.old, change.new.order.status
                );
                self.violated(Invariant::StatusesFollowTheirOrder, what);
            }
        }
        self.seen_changes = tables.orders.stream.len();
        if tables.mails.len() > self.seen_mails {
            self.seen_mails = tables.mails.len();
            self.mail_went_out(tables);
        }
    }

    fn mail_went_out(&mut self, tables: &Tables) {
        let Some((mail, earlier)) = tables.mails.split_last() else {
            return;
        };
        if earlier.contains(mail) {
            self.violated(Invariant::NobodyIsToldTwice, format!("\"{}\" twice", mail.subject));
        }
        let about = tables
            .orders
            .rows
            .values()
            .find(|row| mail.text.contains(&format!("Order {}\n", row.order.id)));
        let is_so = about.is_some_and(|row| match mail.subject.as_str() {
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
        if !is_so {
            self.violated(Invariant::NobodyIsToldWrong, format!("\"{}\"", mail.subject));
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
                format!("request-{request} was accepted, and nothing is there"),
            );
        }
        let first = self.replies.entry(request).or_insert_with(|| body.clone());
        if *first != body {
            self.violated(
                Invariant::TheReplyNeverChanges,
                format!("request-{request} was answered twice otherwise"),
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
            self.violated(Invariant::AcknowledgedIsDurable, format!("nobody has started {name}"));
        }
    }

    /// Once nobody does anything any more.
    pub(crate) fn in_the_end(&mut self, tables: &Tables) {
        for row in tables.orders.rows.values() {
            self.order_in_the_end(row, tables);
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
        self.stock_in_the_end(tables);
    }

    fn order_in_the_end(&mut self, row: &StoredOrder, tables: &Tables) {
        let order = &row.order;
        let balance = balance(&tables.gateway.ledger, &order.id);
        let due = match order.status {
            OrderStatus::Confirmed => order.total.amount_minor(),
            OrderStatus::Rejected | OrderStatus::Cancelled => 0,
            // Told by another rule.
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

    fn stock_in_the_end(&mut self, tables: &Tables) {
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

/// What the ledger says of one payment, in minor units.
#[derive(Debug, Default)]
struct Balance {
    /// How often money was taken.
    captures: usize,
    refunds: usize,
    /// What is ours: captured less refunded.
    earned: i64,
    /// What is still held on the customer's means of payment.
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

fn is_a_way(change: &Change) -> bool {
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
