//! Will the customer's means of payment cover the order?

use std::sync::Arc;

use super::ports::{
    Authorization, DeclineReason, OrderBook, PaymentGateway, PaymentRecord, PaymentRecords, PaymentState,
};
use crate::ports::{Clock, PortFailure};
use crate::values::OrderId;

pub struct AuthorizePayment {
    pub book: Arc<dyn OrderBook>,
    pub gateway: Arc<dyn PaymentGateway>,
    pub records: Arc<dyn PaymentRecords>,
    pub clock: Arc<dyn Clock>,
}

#[derive(Debug, thiserror::Error)]
pub enum AuthorizePaymentError {
    #[error("the payment was declined")]
    Declined,
    #[error("the account has insufficient funds")]
    InsufficientFunds,
    #[error("the payment was voided before")]
    PaymentClosed,
    #[error("no such order")]
    OrderNotFound,
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl AuthorizePayment {
    pub async fn run(&self, id: &OrderId) -> Result<(), AuthorizePaymentError> {
        let order = self.book.find(id).await?.ok_or(AuthorizePaymentError::OrderNotFound)?;
        let authorization = self.gateway.authorize(id, order.total, &order.payment_token).await?;
        let state = match authorization {
            Authorization::Authorized => PaymentState::Authorized,
            Authorization::Declined(_) => PaymentState::Declined,
            Authorization::Closed => return Err(AuthorizePaymentError::PaymentClosed),
        };
        self.records
            .note(
                id,
                PaymentRecord {
                    state,
                    amount: order.total,
                    at: self.clock.now(),
                },
            )
            .await?;
        match authorization {
            Authorization::Declined(DeclineReason::Declined) => Err(AuthorizePaymentError::Declined),
            Authorization::Declined(DeclineReason::InsufficientFunds) => Err(AuthorizePaymentError::InsufficientFunds),
            Authorization::Authorized | Authorization::Closed => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fakes::{FixedClock, Move, World, euros, order_id};
    use super::*;

    fn authorize(world: &World) -> AuthorizePayment {
        AuthorizePayment {
            book: Arc::clone(&world.book) as _,
            gateway: Arc::clone(&world.gateway) as _,
            records: Arc::clone(&world.records) as _,
            clock: Arc::new(FixedClock),
        }
    }

    #[tokio::test]
    async fn the_total_is_held_once_however_often_it_is_asked() {
        let world = World::new();
        world.gateway.answers.lose_next();
        let lost = authorize(&world).run(&world.id).await;
        assert!(matches!(lost, Err(AuthorizePaymentError::Port(failure)) if failure.transient));
        world.records.answers.lose_next();
        assert!(matches!(
            authorize(&world).run(&world.id).await,
            Err(AuthorizePaymentError::Port(_))
        ));
        for _ in 0..2 {
            authorize(&world).run(&world.id).await.unwrap();
            assert_eq!(world.gateway.moves(), [Move::Held(euros(1_250))]);
            assert_eq!(
                world.records.state(&world.id),
                Some((PaymentState::Authorized, euros(1_250)))
            );
        }
    }

    #[tokio::test]
    async fn a_refusal_says_why_and_stays() {
        for _ in 0..2 {
            let world = World::paying_with("tok_declined");
            let declined = authorize(&world).run(&world.id).await;
            assert!(matches!(declined, Err(AuthorizePaymentError::Declined)));
            assert_eq!(
                world.records.state(&world.id),
                Some((PaymentState::Declined, euros(1_250)))
            );
            let world = World::paying_with("tok_insufficient_funds");
            let declined = authorize(&world).run(&world.id).await;
            assert!(matches!(declined, Err(AuthorizePaymentError::InsufficientFunds)));
            assert_eq!(world.gateway.moves(), []);
        }
    }

    #[tokio::test]
    async fn an_authorization_that_arrives_after_the_void_holds_nothing() {
        let world = World::new();
        world.gateway.void(&world.id).await.unwrap();
        let late = authorize(&world).run(&world.id).await;
        assert!(matches!(late, Err(AuthorizePaymentError::PaymentClosed)));
        assert_eq!(world.gateway.moves(), []);
        assert_eq!(world.records.state(&world.id), None);
    }

    #[tokio::test]
    async fn nothing_is_held_for_an_order_that_never_was() {
        let unknown = authorize(&World::new()).run(&order_id("order-2")).await;
        assert!(matches!(unknown, Err(AuthorizePaymentError::OrderNotFound)));
    }
}
