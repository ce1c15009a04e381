//! The sagas: start, reconciliation, and every step.

use domain::fulfilment::authorize_payment::AuthorizePayment;
use domain::fulfilment::await_payment::AwaitPayment;
use domain::fulfilment::capture_payment::CapturePayment;
use domain::fulfilment::complete_cancel::CompleteCancel;
use domain::fulfilment::confirm_order::ConfirmOrder;
use domain::fulfilment::notify_customer::NotifyCustomer;
use domain::fulfilment::receive_payment_event::ReceivePaymentEvent;
use domain::fulfilment::reconcile::ReconcileOrders;
use domain::fulfilment::refund_payment::RefundPayment;
use domain::fulfilment::reject_order::RejectOrder;
use domain::fulfilment::release_stock::ReleaseStock;
use domain::fulfilment::reserve_stock::ReserveStock;
use domain::fulfilment::start::StartFulfilment;
use domain::fulfilment::void_payment::VoidPayment;

use crate::handler::{Function, handler};
use crate::ports::Ports;

pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("saga-start", |shop| {
        handler(StartFulfilment::from(&shop.ports), |event, start| async move {
            saga_start::handle(event, &start).await
        })
    }),
    Function::new("saga-reconcile", |shop| {
        handler(
            (ReconcileOrders::from(&shop.ports), shop.settings.sagas.clone()),
            |event, reconcile| async move { saga_reconcile::handle(event, &reconcile.0, &reconcile.1).await },
        )
    }),
    Function::new("saga-reserve-stock", |shop| {
        handler(ReserveStock::from(&shop.ports), |event, reserve| async move {
            saga_reserve_stock::handle(event, &reserve).await
        })
    }),
    Function::new("saga-release-stock", |shop| {
        handler(ReleaseStock::from(&shop.ports), |event, release| async move {
            saga_release_stock::handle(event, &release).await
        })
    }),
    Function::new("saga-authorize-payment", |shop| {
        handler(AuthorizePayment::from(&shop.ports), |event, authorize| async move {
            saga_authorize_payment::handle(event, &authorize).await
        })
    }),
    Function::new("saga-await-payment", |shop| {
        handler(AwaitPayment::from(&shop.ports), |event, wait| async move {
            saga_await_payment::handle(event, &wait).await
        })
    }),
    Function::new("payments-receive", |shop| {
        handler(
            (
                ReceivePaymentEvent::from(&shop.ports),
                shop.settings.webhook_key.clone(),
            ),
            |event, receive| async move { payments_receive::handle(event, &receive.0, &receive.1).await },
        )
    }),
    Function::new("saga-capture-payment", |shop| {
        handler(CapturePayment::from(&shop.ports), |event, capture| async move {
            saga_capture_payment::handle(event, &capture).await
        })
    }),
    Function::new("saga-void-payment", |shop| {
        handler(VoidPayment::from(&shop.ports), |event, void| async move {
            saga_void_payment::handle(event, &void).await
        })
    }),
    Function::new("saga-refund-payment", |shop| {
        handler(RefundPayment::from(&shop.ports), |event, refund| async move {
            saga_refund_payment::handle(event, &refund).await
        })
    }),
    Function::new("saga-confirm-order", |shop| {
        handler(ConfirmOrder::from(&shop.ports), |event, confirm| async move {
            saga_confirm_order::handle(event, &confirm).await
        })
    }),
    Function::new("saga-reject-order", |shop| {
        handler(RejectOrder::from(&shop.ports), |event, reject| async move {
            saga_reject_order::handle(event, &reject).await
        })
    }),
    Function::new("saga-cancel-order", |shop| {
        handler(CompleteCancel::from(&shop.ports), |event, complete| async move {
            saga_cancel_order::handle(event, &complete).await
        })
    }),
    Function::new("saga-notify-customer", |shop| {
        handler(NotifyCustomer::from(&shop.ports), |event, notify| async move {
            saga_notify_customer::handle(event, &notify).await
        })
    }),
];

impl From<&Ports> for StartFulfilment {
    fn from(ports: &Ports) -> Self {
        Self {
            runner: ports.saga_runner.clone(),
        }
    }
}

impl From<&Ports> for ReconcileOrders {
    fn from(ports: &Ports) -> Self {
        Self {
            book: ports.book.clone(),
            runner: ports.saga_runner.clone(),
            clock: ports.clock.clone(),
            pause: ports.pause.clone(),
        }
    }
}

impl From<&Ports> for ReserveStock {
    fn from(ports: &Ports) -> Self {
        Self {
            book: ports.book.clone(),
            stock: ports.stock.clone(),
            clock: ports.clock.clone(),
        }
    }
}

impl From<&Ports> for ReleaseStock {
    fn from(ports: &Ports) -> Self {
        Self {
            stock: ports.stock.clone(),
            clock: ports.clock.clone(),
        }
    }
}

impl From<&Ports> for AuthorizePayment {
    fn from(ports: &Ports) -> Self {
        Self {
            book: ports.book.clone(),
            gateway: ports.gateway.clone(),
            records: ports.payments.clone(),
            clock: ports.clock.clone(),
        }
    }
}

impl From<&Ports> for AwaitPayment {
    fn from(ports: &Ports) -> Self {
        Self {
            results: ports.payment_results.clone(),
            callbacks: ports.saga_callbacks.clone(),
            clock: ports.clock.clone(),
        }
    }
}

impl From<&Ports> for ReceivePaymentEvent {
    fn from(ports: &Ports) -> Self {
        Self {
            results: ports.payment_results.clone(),
            callbacks: ports.saga_callbacks.clone(),
            clock: ports.clock.clone(),
        }
    }
}

impl From<&Ports> for CapturePayment {
    fn from(ports: &Ports) -> Self {
        Self {
            book: ports.book.clone(),
            gateway: ports.gateway.clone(),
            records: ports.payments.clone(),
            clock: ports.clock.clone(),
        }
    }
}

impl From<&Ports> for VoidPayment {
    fn from(ports: &Ports) -> Self {
        Self {
            book: ports.book.clone(),
            gateway: ports.gateway.clone(),
            records: ports.payments.clone(),
            clock: ports.clock.clone(),
        }
    }
}

impl From<&Ports> for RefundPayment {
    fn from(ports: &Ports) -> Self {
        Self {
            book: ports.book.clone(),
            gateway: ports.gateway.clone(),
            records: ports.payments.clone(),
            clock: ports.clock.clone(),
        }
    }
}

impl From<&Ports> for ConfirmOrder {
    fn from(ports: &Ports) -> Self {
        Self {
            book: ports.book.clone(),
            stock: ports.stock.clone(),
            clock: ports.clock.clone(),
        }
    }
}

impl From<&Ports> for RejectOrder {
    fn from(ports: &Ports) -> Self {
        Self {
            book: ports.book.clone(),
            clock: ports.clock.clone(),
        }
    }
}

impl From<&Ports> for CompleteCancel {
    fn from(ports: &Ports) -> Self {
        Self {
            book: ports.book.clone(),
            clock: ports.clock.clone(),
        }
    }
}

impl From<&Ports> for NotifyCustomer {
    fn from(ports: &Ports) -> Self {
        Self {
            book: ports.book.clone(),
            directory: ports.directory.clone(),
            mailer: ports.mailer.clone(),
            sends: ports.sends.clone(),
            clock: ports.clock.clone(),
        }
    }
}
