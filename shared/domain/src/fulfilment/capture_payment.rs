//! Is the money ours?

use std::sync::Arc;

use super::ports::{Capture, OrderBook, PaymentGateway, PaymentRecord, PaymentRecords, PaymentState};
use crate::ports::{Clock, PortFailure};
use crate::values::OrderId;

pub struct CapturePayment {
    pub book: Arc<dyn OrderBook>,
    pub gateway: Arc<dyn PaymentGateway>,
    pub records: Arc<dyn PaymentRecords>,
    pub clock: Arc<dyn Clock>,
}

#[derive(Debug, thiserror::Error)]
pub enum CapturePaymentError {
    #[error("the gateway refused the capture")]
    CaptureRefused,
    #[error("the payment was voided or refunded before")]
    PaymentClosed,
    #[error("the payment was never authorized")]
    NotAuthorized,
    #[error("no such order")]
    OrderNotFound,
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl CapturePayment {
    pub async fn run(&self, id: &OrderId) -> Result<(), CapturePaymentError> {
        let order = self.book.find(id).await?.ok_or(CapturePaymentError::OrderNotFound)?;
        match self.gateway.capture(id).await? {
            Capture::Captured => {}
            Capture::Refused => return Err(CapturePaymentError::CaptureRefused),
            Capture::Closed => return Err(CapturePaymentError::PaymentClosed),
            Capture::NotAuthorized => return Err(CapturePaymentError::NotAuthorized),
        }
        let record = PaymentRecord {
            state: PaymentState::Captured,
            amount: order.total,
            at: self.clock.now(),
        };
        Ok(self.records.note(id, record).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fakes::{FixedClock, Move, World, euros, order_id};
    use super::*;

    fn capture(world: &World) -> CapturePayment {
        CapturePayment {
            book: Arc::clone(&world.book) as _,
            gateway: Arc::clone(&world.gateway) as _,
            records: Arc::clone(&world.records) as _,
            clock: Arc::new(FixedClock),
        }
    }

    #[tokio::test]
    async fn the_money_is_taken_once_however_often_it_is_asked() {
        let world = World::new().authorized().await;
        world.gateway.answers.lose_next();
        let lost = capture(&world).run(&world.id).await;
        assert!(matches!(lost, Err(CapturePaymentError::Port(failure)) if failure.transient));
        for _ in 0..2 {
            capture(&world).run(&world.id).await.unwrap();
            assert_eq!(
                world.gateway.moves(),
                [Move::Held(euros(1_250)), Move::Taken(euros(1_250))]
            );
            assert_eq!(
                world.records.state(&world.id),
                Some((PaymentState::Captured, euros(1_250)))
            );
        }
    }

    #[tokio::test]
    async fn a_refused_capture_leaves_the_authorization_to_be_voided() {
        let world = World::paying_with("tok_capture_fails").authorized().await;
        let refused = capture(&world).run(&world.id).await;
        assert!(matches!(refused, Err(CapturePaymentError::CaptureRefused)));
        assert_eq!(world.records.state(&world.id), None, "nothing to note");
        world.gateway.void(&world.id).await.unwrap();
        assert_eq!(world.gateway.moves(), [Move::Held(euros(1_250)), Move::Freed]);
    }

    #[tokio::test]
    async fn a_payment_that_was_closed_cannot_be_captured() {
        let voided = World::new().authorized().await;
        voided.gateway.void(&voided.id).await.unwrap();
        let refunded = World::new().captured().await;
        refunded.gateway.refund(&refunded.id).await.unwrap();
        for world in [voided, refunded] {
            let moves = world.gateway.moves();
            let late = capture(&world).run(&world.id).await;
            assert!(matches!(late, Err(CapturePaymentError::PaymentClosed)));
            assert_eq!(world.gateway.moves(), moves);
        }
    }

    #[tokio::test]
    async fn without_an_authorization_or_an_order_there_is_nothing_to_take() {
        let world = World::new();
        assert!(matches!(
            capture(&world).run(&world.id).await,
            Err(CapturePaymentError::NotAuthorized)
        ));
        let unknown = capture(&world).run(&order_id("order-2")).await;
        assert!(matches!(unknown, Err(CapturePaymentError::OrderNotFound)));
    }
}
