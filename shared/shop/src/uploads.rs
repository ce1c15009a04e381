//! Uploads of photos and catalogs over the API.

use domain::uploads::create::CreateUpload;
use domain::uploads::get::GetUpload;

use crate::handler::{Function, handler};
use crate::ports::Ports;

pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("uploads-create", |shop| {
        handler(CreateUpload::from(&shop.ports), |event, create| async move {
            uploads_create::handle(event, &create).await
        })
    }),
    Function::new("uploads-get", |shop| {
        handler(GetUpload::from(&shop.ports), |event, get| async move {
            uploads_get::handle(event, &get).await
        })
    }),
];

impl From<&Ports> for CreateUpload {
    fn from(ports: &Ports) -> Self {
        Self {
            uploads: ports.uploads.clone(),
            links: ports.upload_links.clone(),
            clock: ports.clock.clone(),
            ids: ports.ids.clone(),
        }
    }
}

impl From<&Ports> for GetUpload {
    fn from(ports: &Ports) -> Self {
        Self {
            uploads: ports.uploads.clone(),
            links: ports.upload_links.clone(),
            clock: ports.clock.clone(),
        }
    }
}
