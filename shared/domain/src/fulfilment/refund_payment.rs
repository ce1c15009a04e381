//! How does money go back, when nobody knows whether it was taken?

use std::sync::Arc;

use super::ports::{OrderBook, PaymentGateway, PaymentRecord, PaymentRecords, PaymentState, Refund, Void};
use crate::ports::{Clock, PortFailure};
use crate::values::OrderId;

pub struct RefundPayment {
    pub book: Arc<dyn OrderBook>,
    pub gateway: Arc<dyn PaymentGateway>,
    pub records: Arc<dyn PaymentRecords>,
    pub clock: Arc<dyn Clock>,
}

#[derive(Debug, thiserror::Error)]
pub enum RefundPaymentError {
    #[error("no such order")]
    OrderNotFound,
    #[error(transparent)]
    Port(#[from] PortFailure),
}

impl RefundPayment {
    /// Voids first: what is not captured is closed by that, and a capture that is still on its way finds it closed. Only
    /// what the gateway calls captured is refunded. Looking first and acting then would leave a gap between the two.
    pub async fn run(&self, id: &OrderId) -> Result<Refund, RefundPaymentError> {
        let order = self.book.find(id).await?.ok_or(RefundPaymentError::OrderNotFound)?;
        let refund = match self.gateway.void(id).await? {
            Void::Voided => Refund::NothingCaptured,
            Void::AlreadyCaptured => self.gateway.refund(id).await?,
        };
        let (state, amount) = match refund {
            Refund::Refunded(amount) => (PaymentState::Refunded, amount),
            Refund::NothingCaptured => (PaymentState::Voided, order.total),
        };
        self.records
            .note(
                id,
                PaymentRecord {
                    state,
                    amount,
                    at: self.clock.now(),
                },
            )
            .await?;
        Ok(refund)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fakes::{FixedClock, Move, World, euros, order_id};
    use super::super::ports::Capture;
    use super::*;

    fn refund(world: &World) -> RefundPayment {
        RefundPayment {
            book: Arc::clone(&world.book) as _,
            gateway: Arc::clone(&world.gateway) as _,
            records: Arc::clone(&world.records) as _,
            clock: Arc::new(FixedClock),
        }
    }

    #[tokio::test]
    async fn exactly_what_was_captured_goes_back_once() {
        let world = World::new().captured().await;
        let taken = world.gateway.moves();
        world.gateway.answers.lose_next();
        let lost = refund(&world).run(&world.id).await;
        assert!(matches!(lost, Err(RefundPaymentError::Port(failure)) if failure.transient));
        for _ in 0..2 {
            assert_eq!(
                refund(&world).run(&world.id).await.unwrap(),
                Refund::Refunded(euros(1_250))
            );
            assert_eq!(
                world.gateway.moves(),
                [taken.clone(), vec![Move::Returned(euros(1_250))]].concat()
            );
            assert_eq!(
                world.records.state(&world.id),
                Some((PaymentState::Refunded, euros(1_250)))
            );
        }
    }

    #[tokio::test]
    async fn a_capture_whose_answer_got_lost_is_refunded_by_the_gateways_ledger() {
        let world = World::new().authorized().await;
        world.gateway.answers.lose_next();
        assert!(world.gateway.capture(&world.id).await.is_err());
        // Nobody on our side has noted a capture.
        assert_eq!(world.records.state(&world.id), None);
        assert_eq!(
            refund(&world).run(&world.id).await.unwrap(),
            Refund::Refunded(euros(1_250))
        );
    }

    #[tokio::test]
    async fn a_capture_that_is_still_on_its_way_finds_the_payment_closed() {
        let world = World::new().authorized().await;
        for _ in 0..2 {
            assert_eq!(refund(&world).run(&world.id).await.unwrap(), Refund::NothingCaptured);
            assert_eq!(world.gateway.capture(&world.id).await.unwrap(), Capture::Closed);
        }
        assert_eq!(world.gateway.moves(), [Move::Held(euros(1_250)), Move::Freed]);
        assert_eq!(
            world.records.state(&world.id),
            Some((PaymentState::Voided, euros(1_250)))
        );
    }

    #[tokio::test]
    async fn a_note_that_failed_is_made_by_the_repetition() {
        let world = World::new().captured().await;
        world.records.answers.lose_next();
        assert!(matches!(
            refund(&world).run(&world.id).await,
            Err(RefundPaymentError::Port(_))
        ));
        assert_eq!(
            refund(&world).run(&world.id).await.unwrap(),
            Refund::Refunded(euros(1_250))
        );
        assert_eq!(
            world.records.state(&world.id),
            Some((PaymentState::Refunded, euros(1_250)))
        );
    }

    #[tokio::test]
    async fn an_order_that_never_was_gets_no_money() {
        let unknown = refund(&World::new()).run(&order_id("order-2")).await;
        assert!(matches!(unknown, Err(RefundPaymentError::OrderNotFound)));
    }
}
