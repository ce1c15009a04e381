//! The photo pipeline.

use domain::thumbnails::render::RenderThumbnails;

use crate::handler::{Function, handler};
use crate::ports::Ports;

pub(crate) const FUNCTIONS: &[Function] = &[Function::new("thumbnailer", |shop| {
    handler(
        (
            RenderThumbnails::from(&shop.ports),
            shop.settings.uploads_bucket.clone(),
        ),
        |event, render| async move { thumbnailer::handle(event, &render.0, &render.1).await },
    )
})];

impl From<&Ports> for RenderThumbnails {
    fn from(ports: &Ports) -> Self {
        Self {
            photos: ports.photos.clone(),
            renderer: ports.renderer.clone(),
            thumbnails: ports.thumbnails.clone(),
            products: ports.product_photos.clone(),
            uploads: ports.photo_uploads.clone(),
            clock: ports.clock.clone(),
        }
    }
}
