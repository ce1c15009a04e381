//! Products over the API.

use domain::catalog::get_product::GetProduct;
use domain::catalog::list_products::ListProducts;

use crate::handler::{Function, handler};
use crate::ports::Ports;

pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("products-list", |shop| {
        handler(
            (ListProducts::from(&shop.ports), shop.settings.cursors.clone()),
            |event, list| async move { products_list::handle(event, &list.0, &list.1).await },
        )
    }),
    Function::new("products-get", |shop| {
        handler(GetProduct::from(&shop.ports), |event, get| async move {
            products_get::handle(event, &get).await
        })
    }),
];

impl From<&Ports> for ListProducts {
    fn from(ports: &Ports) -> Self {
        Self {
            catalog: ports.catalog.clone(),
            links: ports.thumbnail_links.clone(),
            clock: ports.clock.clone(),
        }
    }
}

impl From<&Ports> for GetProduct {
    fn from(ports: &Ports) -> Self {
        Self {
            catalog: ports.catalog.clone(),
            links: ports.thumbnail_links.clone(),
            clock: ports.clock.clone(),
        }
    }
}
