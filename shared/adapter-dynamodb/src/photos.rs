//! The photo that a product shows, in DynamoDB.

use async_trait::async_trait;
use domain::ports::PortFailure;
use domain::thumbnails::ports::{PhotoShown, ProductPhotos, ShowOutcome};
use domain::values::Timestamp;

use crate::attributes::{number, text};
use crate::conditions::found_instead;
use crate::product_item;
use crate::table::Table;

/// Shows photos at products.
#[derive(Debug, Clone)]
pub struct DynamoProductPhotos {
    /// The table of products.
    pub table: Table,
}

#[async_trait]
impl ProductPhotos for DynamoProductPhotos {
    /// If the answer to an attempt got lost, its retry finds its own photo and returns `Superseded`, which the port
    /// allows.
    async fn show(&self, photo: &PhotoShown, at: Timestamp) -> Result<ShowOutcome, PortFailure> {
        let PhotoShown {
            sku,
            upload_id,
            sequence,
            keys,
        } = photo;
        let shown = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key("pk", product_item::key(sku))
            .condition_expression("attribute_not_exists(photo_sequence) OR photo_sequence < :sequence")
            .update_expression(
                "SET photo_sequence = :sequence, photo_upload_id = :upload, thumbnails = :thumbnails, photo_at = :at",
            )
            .expression_attribute_values(":sequence", number(*sequence))
            .expression_attribute_values(":upload", text(upload_id.as_str()))
            .expression_attribute_values(":thumbnails", product_item::thumbnail_keys(keys))
            .expression_attribute_values(":at", number(at.unix_ms()))
            .send()
            .await;
        match shown {
            Ok(_) => Ok(ShowOutcome::Shown),
            Err(error) => {
                found_instead("show photo", error)?;
                Ok(ShowOutcome::Superseded)
            }
        }
    }
}
