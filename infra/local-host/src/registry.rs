//! Which code is behind which function of the template? Every handler with its use case, on one page.

mod imports;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use domain::catalog::get_product::GetProduct;
use domain::catalog::list_products::ListProducts;
use domain::fulfilment::authorize_payment::AuthorizePayment;
use domain::fulfilment::capture_payment::CapturePayment;
use domain::fulfilment::complete_cancel::CompleteCancel;
use domain::fulfilment::confirm_order::ConfirmOrder;
use domain::fulfilment::notify_customer::NotifyCustomer;
use domain::fulfilment::reconcile::ReconcileOrders;
use domain::fulfilment::refund_payment::RefundPayment;
use domain::fulfilment::reject_order::RejectOrder;
use domain::fulfilment::release_stock::ReleaseStock;
use domain::fulfilment::reserve_stock::ReserveStock;
use domain::fulfilment::start::StartFulfilment;
use domain::fulfilment::void_payment::VoidPayment;
use domain::orders::cancel::CancelOrder;
use domain::orders::get::GetOrder;
use domain::orders::list::ListOrders;
use domain::orders::place::PlaceOrder;
use domain::thumbnails::render::RenderThumbnails;
use domain::uploads::create::CreateUpload;
use domain::uploads::get::GetUpload;
use entry::cursor::CursorSigner;
use events::invocation::{Invocation, Reply};
use saga_reconcile::SagaArns;

use crate::invoker::{Function, Handler};
use crate::ports::Ports;
use crate::shop::Shop;
use crate::template::Deployment;

/// Why the template and the linked code do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryFault {
    #[error("functions without code: {without_code:?}; code without a function: {without_function:?}")]
    Mismatch {
        without_code: Vec<String>,
        without_function: Vec<String>,
    },
    #[error("function {function} has no number in its variable {variable}")]
    NoNumber {
        function: &'static str,
        variable: &'static str,
    },
}

/// Every function of the template with its code, by logical id.
pub(crate) fn functions(
    shop: &Shop,
    deployment: &Deployment,
    sagas: SagaArns,
) -> Result<BTreeMap<String, Function>, RegistryFault> {
    let ports = Ports::of(shop);
    let mut registry = Registry::default();
    registry.orders(&ports, &shop.cursors);
    registry.catalog(&ports, &shop.cursors);
    registry.thumbnails(&ports, &shop.uploads.name);
    registry.imports(&ports, deployment, &shop.uploads.name)?;
    registry.saga_control(&ports, sagas);
    registry.order_steps(&ports);
    registry.stock_steps(&ports);
    registry.payment_steps(&ports);
    matched(registry.handlers, deployment)
}

#[derive(Default)]
struct Registry {
    handlers: BTreeMap<String, Handler>,
}

impl Registry {
    fn add<U, F, Fut>(&mut self, logical_id: &str, use_case: U, handle: F)
    where
        U: Send + Sync + 'static,
        F: Fn(Invocation, Arc<U>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Reply> + Send + 'static,
    {
        let use_case = Arc::new(use_case);
        let handler: Handler = Box::new(move |invocation| Box::pin(handle(invocation, use_case.clone())));
        self.handlers.insert(logical_id.to_owned(), handler);
    }

    fn orders(&mut self, ports: &Ports, cursors: &CursorSigner) {
        let place = PlaceOrder {
            orders: ports.orders.clone(),
            idempotency: ports.idempotency.clone(),
            prices: ports.prices.clone(),
            clock: ports.clock.clone(),
            ids: ports.ids.clone(),
        };
        self.add("OrdersPlace", place, |event, place| async move {
            orders_place::handle(event, &place).await
        });

        let get = GetOrder {
            orders: ports.orders.clone(),
        };
        self.add("OrdersGet", get, |event, get| async move {
            orders_get::handle(event, &get).await
        });

        let list = (
            ListOrders {
                orders: ports.orders.clone(),
            },
            cursors.clone(),
        );
        self.add("OrdersList", list, |event, list| async move {
            orders_list::handle(event, &list.0, &list.1).await
        });

        let cancel = CancelOrder {
            orders: ports.orders.clone(),
            clock: ports.clock.clone(),
        };
        self.add("OrdersCancel", cancel, |event, cancel| async move {
            orders_cancel::handle(event, &cancel).await
        });
    }

    fn catalog(&mut self, ports: &Ports, cursors: &CursorSigner) {
        let list = ListProducts {
            catalog: ports.catalog.clone(),
            links: ports.thumbnail_links.clone(),
            clock: ports.clock.clone(),
        };
        let list = (list, cursors.clone());
        self.add("ProductsList", list, |event, list| async move {
            products_list::handle(event, &list.0, &list.1).await
        });

        let get = GetProduct {
            catalog: ports.catalog.clone(),
            links: ports.thumbnail_links.clone(),
            clock: ports.clock.clone(),
        };
        self.add("ProductsGet", get, |event, get| async move {
            products_get::handle(event, &get).await
        });

        let create = CreateUpload {
            uploads: ports.uploads.clone(),
            links: ports.upload_links.clone(),
            clock: ports.clock.clone(),
            ids: ports.ids.clone(),
        };
        self.add("UploadsCreate", create, |event, create| async move {
            uploads_create::handle(event, &create).await
        });

        let get = GetUpload {
            uploads: ports.uploads.clone(),
            links: ports.upload_links.clone(),
            clock: ports.clock.clone(),
        };
        self.add("UploadsGet", get, |event, get| async move {
            uploads_get::handle(event, &get).await
        });
    }

    fn thumbnails(&mut self, ports: &Ports, uploads_bucket: &str) {
        let render = RenderThumbnails {
            photos: ports.photos.clone(),
            renderer: ports.renderer.clone(),
            thumbnails: ports.thumbnails.clone(),
            products: ports.product_photos.clone(),
            uploads: ports.photo_uploads.clone(),
            clock: ports.clock.clone(),
        };
        let render = (render, uploads_bucket.to_owned());
        self.add("Thumbnailer", render, |event, render| async move {
            thumbnailer::handle(event, &render.0, &render.1).await
        });
    }

    fn saga_control(&mut self, ports: &Ports, sagas: SagaArns) {
        let start = StartFulfilment {
            runner: ports.saga_runner.clone(),
        };
        self.add("SagaStart", start, |event, start| async move {
            saga_start::handle(event, &start).await
        });

        let reconcile = ReconcileOrders {
            book: ports.book.clone(),
            runner: ports.saga_runner.clone(),
            clock: ports.clock.clone(),
        };
        let reconcile = (reconcile, sagas);
        self.add("SagaReconcile", reconcile, |event, reconcile| async move {
            saga_reconcile::handle(event, &reconcile.0, &reconcile.1).await
        });
    }

    fn order_steps(&mut self, ports: &Ports) {
        let confirm = ConfirmOrder {
            book: ports.book.clone(),
            stock: ports.stock.clone(),
            clock: ports.clock.clone(),
        };
        self.add("SagaConfirmOrder", confirm, |event, confirm| async move {
            saga_confirm_order::handle(event, &confirm).await
        });

        let reject = RejectOrder {
            book: ports.book.clone(),
            clock: ports.clock.clone(),
        };
        self.add("SagaRejectOrder", reject, |event, reject| async move {
            saga_reject_order::handle(event, &reject).await
        });

        let complete = CompleteCancel {
            book: ports.book.clone(),
            clock: ports.clock.clone(),
        };
        self.add("SagaCancelOrder", complete, |event, complete| async move {
            saga_cancel_order::handle(event, &complete).await
        });

        let notify = NotifyCustomer {
            book: ports.book.clone(),
            directory: ports.directory.clone(),
            mailer: ports.mailer.clone(),
            sends: ports.sends.clone(),
            clock: ports.clock.clone(),
        };
        self.add("SagaNotifyCustomer", notify, |event, notify| async move {
            saga_notify_customer::handle(event, &notify).await
        });
    }

    fn stock_steps(&mut self, ports: &Ports) {
        let reserve = ReserveStock {
            book: ports.book.clone(),
            stock: ports.stock.clone(),
            clock: ports.clock.clone(),
        };
        self.add("SagaReserveStock", reserve, |event, reserve| async move {
            saga_reserve_stock::handle(event, &reserve).await
        });

        let release = ReleaseStock {
            stock: ports.stock.clone(),
            clock: ports.clock.clone(),
        };
        self.add("SagaReleaseStock", release, |event, release| async move {
            saga_release_stock::handle(event, &release).await
        });
    }

    fn payment_steps(&mut self, ports: &Ports) {
        let authorize = AuthorizePayment {
            book: ports.book.clone(),
            gateway: ports.gateway.clone(),
            records: ports.payments.clone(),
            clock: ports.clock.clone(),
        };
        self.add("SagaAuthorizePayment", authorize, |event, authorize| async move {
            saga_authorize_payment::handle(event, &authorize).await
        });

        let capture = CapturePayment {
            book: ports.book.clone(),
            gateway: ports.gateway.clone(),
            records: ports.payments.clone(),
            clock: ports.clock.clone(),
        };
        self.add("SagaCapturePayment", capture, |event, capture| async move {
            saga_capture_payment::handle(event, &capture).await
        });

        let void = VoidPayment {
            book: ports.book.clone(),
            gateway: ports.gateway.clone(),
            records: ports.payments.clone(),
            clock: ports.clock.clone(),
        };
        self.add("SagaVoidPayment", void, |event, void| async move {
            saga_void_payment::handle(event, &void).await
        });

        let refund = RefundPayment {
            book: ports.book.clone(),
            gateway: ports.gateway.clone(),
            records: ports.payments.clone(),
            clock: ports.clock.clone(),
        };
        self.add("SagaRefundPayment", refund, |event, refund| async move {
            saga_refund_payment::handle(event, &refund).await
        });
    }
}

/// Both ways: a function without code would answer nothing, code without a function would never be called.
fn matched(
    mut handlers: BTreeMap<String, Handler>,
    deployment: &Deployment,
) -> Result<BTreeMap<String, Function>, RegistryFault> {
    let named: BTreeSet<&String> = deployment.functions.keys().collect();
    let linked: BTreeSet<&String> = handlers.keys().collect();
    let without_code: Vec<String> = named.difference(&linked).map(ToString::to_string).collect();
    let without_function: Vec<String> = linked.difference(&named).map(ToString::to_string).collect();
    if !without_code.is_empty() || !without_function.is_empty() {
        return Err(RegistryFault::Mismatch {
            without_code,
            without_function,
        });
    }
    let functions = deployment.functions.iter().filter_map(|(logical_id, spec)| {
        let handler = handlers.remove(logical_id)?;
        let (name, timeout) = (spec.crate_name.clone(), Duration::from_secs(spec.timeout_seconds));
        Some((logical_id.clone(), Function { name, timeout, handler }))
    });
    Ok(functions.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template;

    fn handlers(deployment: &Deployment) -> BTreeMap<String, Handler> {
        let mut registry = Registry::default();
        for logical_id in deployment.functions.keys() {
            registry.add(logical_id, (), |_, _| async { Ok(serde_json::Value::Null) });
        }
        registry.handlers
    }

    #[test]
    fn functions_and_code_must_match_both_ways() {
        let deployment = template::load().unwrap();
        assert_eq!(
            matched(handlers(&deployment), &deployment).unwrap().len(),
            deployment.functions.len()
        );

        let mut one_less = handlers(&deployment);
        one_less.remove("OrdersPlace");
        let expected = RegistryFault::Mismatch {
            without_code: vec!["OrdersPlace".to_owned()],
            without_function: Vec::new(),
        };
        assert_eq!(matched(one_less, &deployment).err(), Some(expected));

        let mut smaller = deployment.clone();
        smaller.functions.remove("Thumbnailer");
        let expected = RegistryFault::Mismatch {
            without_code: Vec::new(),
            without_function: vec!["Thumbnailer".to_owned()],
        };
        assert_eq!(matched(handlers(&deployment), &smaller).err(), Some(expected));
    }
}
