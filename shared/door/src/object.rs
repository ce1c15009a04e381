//! The new object that an S3 event is about, if it is one of the shop's own.

use std::error::Error;

use events::s3::{ObjectCreated, S3Event};

/// The object and its parsed key. `None`, with a log line, for another bucket, a folder, an event that is not about a
/// new object, and a key that `parse` refuses: a retry would not turn it into a file of the shop.
pub fn created_object<K, E>(
    event: S3Event,
    bucket: &str,
    parse: impl FnOnce(&str) -> Result<K, E>,
) -> Option<(K, ObjectCreated)>
where
    E: Error + 'static,
{
    let object = event.created_in(bucket)?;
    match parse(&object.key) {
        Ok(key) => Some((key, object)),
        Err(fault) => {
            let error = &fault as &dyn Error;
            tracing::warn!(key = object.key, error, "foreign object, ignored");
            None
        }
    }
}
