//! How is an authorization undone?

use std::sync::Arc;

use super::ports::{OrderBook, PaymentGateway, PaymentRecord, PaymentRecords, PaymentState, Void};
use crate::ports::{Clock, PortFailure};
use crate::values::OrderId;

pub struct VoidPayment {
    pub book: Arc<dyn OrderBook>,
    pub gateway: Arc<dyn PaymentGateway>,
    pub records: Arc<dyn PaymentRecords>,
    pub clock: Arc<dyn Clock>,
}

#[derive(Debug, thiserror::Error)]
pub enum VoidPaymentError {
    #[error("the payment is captured already")]
    AlreadyCaptured,
    #[error("no such order")]
    OrderNotFound,
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl VoidPayment {
    /// Frees what is held, and closes the payment against an authorization that arrives late.
    pub async fn run(&self, id: &OrderId) -> Result<(), VoidPaymentError> {
        let order = self.book.find(id).await?.ok_or(VoidPaymentError::OrderNotFound)?;
        match self.gateway.void(id).await? {
            Void::Voided => {}
            Void::AlreadyCaptured => return Err(VoidPaymentError::AlreadyCaptured),
        }
        let record = PaymentRecord {
            state: PaymentState::Voided,
            amount: order.total,
            at: self.clock.now(),
        };
        Ok(self.records.note(id, record).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fakes::{FixedClock, Move, World, euros, order_id};
    use super::super::ports::Authorization;
    use super::*;

    fn void(world: &World) -> VoidPayment {
        VoidPayment {
            book: Arc::clone(&world.book) as _,
            gateway: Arc::clone(&world.gateway) as _,
            records: Arc::clone(&world.records) as _,
            clock: Arc::new(FixedClock),
        }
    }

    #[tokio::test]
    async fn what_is_held_is_freed_once_however_often_it_is_asked() {
        let world = World::new().authorized().await;
        world.gateway.answers.lose_next();
        let lost = void(&world).run(&world.id).await;
        assert!(matches!(lost, Err(VoidPaymentError::Port(failure)) if failure.transient));
        for _ in 0..2 {
            void(&world).run(&world.id).await.unwrap();
            assert_eq!(world.gateway.moves(), [Move::Held(euros(1_250)), Move::Freed]);
            assert_eq!(
                world.records.state(&world.id),
                Some((PaymentState::Voided, euros(1_250)))
            );
        }
    }

    #[tokio::test]
    async fn a_void_wins_over_an_authorization_that_arrives_late() {
        let world = World::new();
        void(&world).run(&world.id).await.unwrap();
        let late = world
            .gateway
            .authorize(&world.id, world.order.total, &world.order.payment_token)
            .await
            .unwrap();
        assert_eq!(late, Authorization::Closed);
        assert_eq!(world.gateway.moves(), []);
    }

    #[tokio::test]
    async fn captured_money_is_told_and_not_touched() {
        let world = World::new().captured().await;
        let moves = world.gateway.moves();
        for _ in 0..2 {
            assert!(matches!(
                void(&world).run(&world.id).await,
                Err(VoidPaymentError::AlreadyCaptured)
            ));
        }
        assert_eq!(world.gateway.moves(), moves);
        assert_eq!(world.records.state(&world.id), None);
    }

    #[tokio::test]
    async fn an_order_that_never_was_has_no_payment() {
        let unknown = void(&World::new()).run(&order_id("order-2")).await;
        assert!(matches!(unknown, Err(VoidPaymentError::OrderNotFound)));
    }
}
