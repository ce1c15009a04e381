//! The ledger of the sandbox payment provider on AWS, in a table of its own, apart from the shop's.
//!
//! The crate `sandbox-gateway` decides the answers. A payment is one item with a revision. Each movement of money is
//! another item, written together with the revision that it caused.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use domain::fulfilment::ports::{Authorization, Capture, PaymentGateway, Refund, Void};
use domain::ports::{Clock, PortFailure};
use domain::values::{Money, OrderId, PaymentToken, Timestamp};
use sandbox_gateway::ledger::{LedgerEntry, LedgerEvent, Movement};
use sandbox_gateway::payment::{Decision, GatewayFault, Payment, State};

use crate::attributes::{Item, UnreadableItem, money, named, number, parsed, read_number, text};
use crate::table::Table;
use crate::transactions;

pub use sandbox_gateway::payment::ANSWER_TIMEOUT;

/// How often a call reads the payment and decides again because another call changed it in between. A payment changes
/// at most five times.
const RACES_MAX: u32 = 6;

/// The attribute of a payment whose provider answers later. Other payments do not have it.
const ANSWERS_LATER: &str = "answers_later";

/// The sandbox payment provider. It sends no notices: on AWS, an operator who tries a token that is answered later
/// sends the webhook (docs/decisions/0059-a-real-payment-provider.md).
#[derive(Clone)]
pub struct DynamoSandboxGateway {
    /// The provider's table.
    pub table: Table,
    /// Dates the movements.
    pub clock: Arc<dyn Clock>,
    /// How long a payment that is to time out keeps its caller waiting.
    pub answer_timeout: Duration,
}

/// A payment as it was read.
struct Page {
    payment: Payment,
    /// Zero for a new payment; each change adds one.
    revision: i64,
}

#[derive(Debug, thiserror::Error)]
#[error("other calls changed the payment first, {RACES_MAX} times")]
struct RacesLost;

impl DynamoSandboxGateway {
    /// Every movement so far, by time, and those of one payment in their order. Reads the whole table, so it is for
    /// operators and tests only: no function has the permission.
    pub async fn ledger(&self) -> Result<Vec<LedgerEntry>, PortFailure> {
        const ACTION: &str = "read gateway ledger";
        let mut entries = Vec::new();
        let mut start_key = None;
        loop {
            let page = self
                .table
                .client
                .scan()
                .table_name(&self.table.name)
                .consistent_read(true)
                .filter_expression("begins_with(pk, :entry)")
                .expression_attribute_values(":entry", text("entry#"))
                .set_exclusive_start_key(start_key)
                .send()
                .await
                .map_err(|error| aws_errors::failure(ACTION, error))?;
            for item in page.items() {
                entries.push(entry(item).map_err(|fault| PortFailure::permanent(ACTION, fault))?);
            }
            start_key = page.last_evaluated_key;
            if start_key.is_none() {
                break;
            }
        }
        entries.sort_by(|a, b| (a.at, &a.payment, a.sequence).cmp(&(b.at, &b.payment, b.sequence)));
        Ok(entries)
    }

    /// Reads the payment, lets `decide` answer and change it, and stores the change unless another call was first.
    async fn on<T: Send>(
        &self,
        action: &'static str,
        payment: &OrderId,
        decide: impl Fn(&mut Payment) -> Decision<T> + Send + Sync,
    ) -> Result<T, PortFailure> {
        for _ in 0..RACES_MAX {
            let page = self.find(action, payment).await?;
            let mut changed = page.payment.clone();
            let decision = decide(&mut changed);
            if changed == page.payment {
                return Ok(decision.answer);
            }
            let next = Page {
                payment: changed,
                revision: page.revision + 1,
            };
            if self.store(action, payment, &next, decision.movement).await? {
                return Ok(decision.answer);
            }
        }
        Err(PortFailure::transient(action, RacesLost))
    }

    async fn find(&self, action: &'static str, payment: &OrderId) -> Result<Page, PortFailure> {
        let found = self
            .table
            .client
            .get_item()
            .table_name(&self.table.name)
            .key("pk", payment_key(payment))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| aws_errors::failure(action, error))?;
        let Some(item) = found.item else {
            return Ok(Page {
                payment: Payment::default(),
                revision: 0,
            });
        };
        page(&item).map_err(|fault| PortFailure::permanent(action, fault))
    }

    /// Whether the payment was stored: not if another revision is stored than the one before.
    ///
    /// A transaction even if no money moved, because of its token: a retry by the SDK is not a lost race.
    async fn store(
        &self,
        action: &'static str,
        payment: &OrderId,
        next: &Page,
        movement: Option<Movement>,
    ) -> Result<bool, PortFailure> {
        const PAYMENT: usize = 0;
        let parts = self.payment_part(payment, next).and_then(|storing| {
            let mut parts = vec![storing];
            if let Some(movement) = movement {
                parts.push(self.entry_part(payment, next.revision, movement)?);
            }
            Ok(parts)
        });
        let parts = parts.map_err(|fault| PortFailure::permanent(action, fault))?;
        match transactions::write(action, &self.table, parts).await? {
            None => Ok(true),
            Some(canceled) if canceled.is_for(PAYMENT) => Ok(false),
            Some(canceled) => Err(canceled.failure),
        }
    }

    fn payment_part(&self, payment: &OrderId, next: &Page) -> Result<TransactWriteItem, BuildError> {
        let Payment {
            state,
            amount,
            refuses_capture,
            failures,
            answers_later,
        } = &next.payment;
        let mut item = Item::from([
            ("pk".to_owned(), payment_key(payment)),
            ("revision".to_owned(), number(next.revision)),
            ("state".to_owned(), text(state.as_str())),
            ("refuses_capture".to_owned(), AttributeValue::Bool(*refuses_capture)),
            ("failures".to_owned(), number(failures)),
        ]);
        insert_amount(&mut item, *amount);
        if *answers_later {
            item.insert(ANSWERS_LATER.to_owned(), AttributeValue::Bool(true));
        }
        let put = Put::builder()
            .table_name(&self.table.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR revision = :before")
            .expression_attribute_values(":before", number(next.revision - 1))
            .build()?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    fn entry_part(
        &self,
        payment: &OrderId,
        revision: i64,
        movement: Movement,
    ) -> Result<TransactWriteItem, BuildError> {
        let Movement { event, amount } = movement;
        let mut item = Item::from([
            ("pk".to_owned(), text(format!("entry#{payment}#{revision}"))),
            ("payment".to_owned(), text(payment.as_str())),
            ("revision".to_owned(), number(revision)),
            ("event".to_owned(), text(event.as_str())),
            ("entered_at".to_owned(), number(self.clock.now().unix_ms())),
        ]);
        insert_amount(&mut item, amount);
        let put = Put::builder()
            .table_name(&self.table.name)
            .set_item(Some(item))
            .build()?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

#[async_trait]
impl PaymentGateway for DynamoSandboxGateway {
    async fn authorize(
        &self,
        payment: &OrderId,
        amount: Money,
        token: &PaymentToken,
    ) -> Result<Authorization, PortFailure> {
        const ACTION: &str = "authorize payment";
        let answer = self.on(ACTION, payment, |payment| payment.authorize(amount, token));
        match answer.await? {
            Ok(authorization) => Ok(authorization),
            Err(fault) => {
                if fault == GatewayFault::TimedOut {
                    tokio::time::sleep(self.answer_timeout).await;
                }
                Err(PortFailure::transient(ACTION, fault))
            }
        }
    }

    async fn capture(&self, payment: &OrderId) -> Result<Capture, PortFailure> {
        self.on("capture payment", payment, Payment::capture).await
    }

    async fn void(&self, payment: &OrderId) -> Result<Void, PortFailure> {
        self.on("void payment", payment, Payment::void).await
    }

    async fn refund(&self, payment: &OrderId) -> Result<Refund, PortFailure> {
        self.on("refund payment", payment, Payment::refund).await
    }
}

fn payment_key(payment: &OrderId) -> AttributeValue {
    text(format!("payment#{payment}"))
}

fn page(item: &Item) -> Result<Page, UnreadableItem> {
    let refuses_capture = item.get("refuses_capture").and_then(|value| value.as_bool().ok());
    Ok(Page {
        payment: Payment {
            state: named(item, "state", State::parse)?,
            amount: amount(item)?,
            refuses_capture: *refuses_capture.ok_or(UnreadableItem::at("refuses_capture"))?,
            failures: read_number(item, "failures")?,
            answers_later: item.contains_key(ANSWERS_LATER),
        },
        revision: read_number(item, "revision")?,
    })
}

fn entry(item: &Item) -> Result<LedgerEntry, UnreadableItem> {
    Ok(LedgerEntry {
        sequence: read_number(item, "revision")?,
        payment: parsed(item, "payment", OrderId::parse)?,
        event: named(item, "event", LedgerEvent::parse)?,
        amount: amount(item)?,
        at: Timestamp::from_unix_ms(read_number(item, "entered_at")?),
    })
}

fn insert_amount(item: &mut Item, amount: Option<Money>) {
    if let Some(amount) = amount {
        item.insert("amount_minor".to_owned(), number(amount.amount_minor()));
        item.insert("currency".to_owned(), text(amount.currency().code()));
    }
}

fn amount(item: &Item) -> Result<Option<Money>, UnreadableItem> {
    let stored = item.contains_key("amount_minor");
    stored.then(|| money(item, "amount_minor", "currency")).transpose()
}
