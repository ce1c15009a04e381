//! Orders over the API: place, show, list, cancel, and show histories.

use domain::orders::cancel::CancelOrder;
use domain::orders::get::GetOrder;
use domain::orders::get_history::GetOrderHistory;
use domain::orders::list::ListOrders;
use domain::orders::place::PlaceOrder;

use crate::handler::{Function, handler};
use crate::ports::Ports;

pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("orders-place", |shop| {
        handler(PlaceOrder::from(&shop.ports), |event, place| async move {
            orders_place::handle(event, &place).await
        })
    }),
    Function::new("orders-get", |shop| {
        handler(GetOrder::from(&shop.ports), |event, get| async move {
            orders_get::handle(event, &get).await
        })
    }),
    Function::new("orders-events", |shop| {
        handler(GetOrderHistory::from(&shop.ports), |event, get| async move {
            orders_events::handle(event, &get).await
        })
    }),
    Function::new("orders-list", |shop| {
        handler(
            (ListOrders::from(&shop.ports), shop.settings.cursors.clone()),
            |event, list| async move { orders_list::handle(event, &list.0, &list.1).await },
        )
    }),
    Function::new("orders-cancel", |shop| {
        handler(CancelOrder::from(&shop.ports), |event, cancel| async move {
            orders_cancel::handle(event, &cancel).await
        })
    }),
];

impl From<&Ports> for PlaceOrder {
    fn from(ports: &Ports) -> Self {
        Self {
            orders: ports.orders.clone(),
            idempotency: ports.idempotency.clone(),
            prices: ports.prices.clone(),
            clock: ports.clock.clone(),
            ids: ports.ids.clone(),
        }
    }
}

impl From<&Ports> for GetOrder {
    fn from(ports: &Ports) -> Self {
        Self {
            orders: ports.orders.clone(),
        }
    }
}

impl From<&Ports> for GetOrderHistory {
    fn from(ports: &Ports) -> Self {
        Self {
            orders: ports.orders.clone(),
        }
    }
}

impl From<&Ports> for ListOrders {
    fn from(ports: &Ports) -> Self {
        Self {
            orders: ports.orders.clone(),
        }
    }
}

impl From<&Ports> for CancelOrder {
    fn from(ports: &Ports) -> Self {
        Self {
            orders: ports.orders.clone(),
            clock: ports.clock.clone(),
        }
    }
}
