//! What must hold, whatever goes wrong? Each rule with its name, checked against the gateway's ledger and the stock table
//! and never against our own statuses alone.

use std::collections::BTreeMap;
use std::fmt;

use domain::values::{OrderId, OrderStatus, Sku};
use serde_json::Value;

use crate::design::{PRODUCTS, sku_named};
use crate::shop::Shop;
use crate::shop::orders::{Change, Row};
use crate::shop::shelf::Held;
use crate::workflows::Executions;

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
    pub(crate) fn along_the_way(&mut self, shop: &Shop) {
        for (sku, count) in &shop.shelf.units().counts {
            if count.available() < 0 || count.on_hand < 0 {
                self.violated(
                    Invariant::StockIsNeverNegative,
                    format!("{} units of {sku}", count.available()),
                );
            }
        }
        let ledger = &shop.gateway.books().ledger;
        for (payment, _) in ledger.iter().skip(self.seen_movements) {
            let captures = shop.gateway.books().balance(payment).captures;
            if captures > 1 {
                self.violated(
                    Invariant::CapturedAtMostOnce,
                    format!("{captures} captures of {payment}"),
                );
            }
        }
        self.seen_movements = ledger.len();
        for change in shop.orders.stream.iter().skip(self.seen_changes) {
            if !is_a_way(change) {
                let what = format!("{} goes from {:?} to {:?}", change.order, change.old, change.new);
                self.violated(Invariant::StatusesFollowTheirOrder, what);
            }
        }
        self.seen_changes = shop.orders.stream.len();
        if shop.mails.len() > self.seen_mails {
            self.seen_mails = shop.mails.len();
            self.mail_went_out(shop);
        }
    }

    fn mail_went_out(&mut self, shop: &Shop) {
        let Some((mail, earlier)) = shop.mails.split_last() else {
            return;
        };
        if earlier.contains(mail) {
            self.violated(Invariant::NobodyIsToldTwice, format!("\"{}\" twice", mail.subject));
        }
        let about = shop
            .orders
            .rows()
            .find(|row| mail.text.contains(&format!("Order {}\n", row.order.id)));
        let is_so = about.is_some_and(|row| match mail.subject.as_str() {
            "Your order is confirmed" => {
                let changes = &shop.orders.stream;
                changes
                    .iter()
                    .any(|change| change.order == row.order.id && change.new == OrderStatus::Confirmed)
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

    pub(crate) fn accepted(&mut self, request: u8, body: &Value, shop: &Shop) {
        let body = body.as_str().unwrap_or_default().to_owned();
        let is_there = shop.orders.rows().any(|row| body.contains(row.order.id.as_str()));
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
        let kind = match change.new {
            OrderStatus::Cancelling => domain::fulfilment::ports::SagaKind::Cancel,
            _ => domain::fulfilment::ports::SagaKind::Order,
        };
        let name = kind.execution_name(&change.order);
        if executions.status(&name).is_none() {
            self.violated(Invariant::AcknowledgedIsDurable, format!("nobody has started {name}"));
        }
    }

    /// Once nobody does anything any more.
    pub(crate) fn in_the_end(&mut self, shop: &Shop) {
        for row in shop.orders.rows() {
            self.order_in_the_end(row, shop);
        }
        let mut customers: BTreeMap<&str, usize> = BTreeMap::new();
        for row in shop.orders.rows() {
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
        self.stock_in_the_end(shop);
    }

    fn order_in_the_end(&mut self, row: &Row, shop: &Shop) {
        let order = &row.order;
        let balance = shop.gateway.books().balance(&order.id);
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

    fn stock_in_the_end(&mut self, shop: &Shop) {
        for (sku, _, initial) in PRODUCTS {
            let sku = sku_named(sku);
            let sold = |row: &Row| -> i64 {
                let lines = row.order.lines.iter().filter(|line| line.sku == sku);
                lines.map(|line| i64::from(line.quantity.units())).sum()
            };
            let confirmed = shop
                .orders
                .rows()
                .filter(|row| row.order.status == OrderStatus::Confirmed);
            let expected = initial + self.restocked.get(&sku).copied().unwrap_or(0) - confirmed.map(sold).sum::<i64>();
            let available = shop.shelf.units().available(&sku);
            if available != expected {
                let what = format!("{available} of {sku} are left where {expected} should be");
                self.violated(Invariant::StockMatchesTheOrders, what);
            }
        }
        let units = shop.shelf.units();
        let is_open = |id: &OrderId| matches!(units.held.get(id), Some(Held::Reserved(_)));
        if let Some(row) = shop.orders.rows().find(|row| is_open(&row.order.id)) {
            let what = format!("{} is {} and still reserved", row.order.id, row.order.status.as_str());
            self.violated(Invariant::StockMatchesTheOrders, what);
        }
    }
}

fn is_a_way(change: &Change) -> bool {
    use OrderStatus::{Cancelled, Cancelling, Confirmed, Parked, Pending, Rejected};
    match (change.old, change.new) {
        (None, Pending)
        | (Some(Pending), Confirmed | Rejected | Parked)
        | (Some(Confirmed), Cancelling)
        | (Some(Cancelling), Cancelled | Parked)
        | (Some(Parked), Confirmed | Rejected | Cancelled) => true,
        (_, Pending | Confirmed | Rejected | Cancelling | Cancelled | Parked) => false,
    }
}
