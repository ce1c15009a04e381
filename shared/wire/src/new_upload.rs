//! The body of `POST /uploads`.

use domain::uploads::upload::UploadKind;
use domain::values::SkuText;
use serde_json::Value;

use crate::body_fault::{BodyFault, BodyReader};

/// How the member `kind` names a product photo.
pub const KIND_PRODUCT_PHOTO: &str = "product-photo";
/// How the member `kind` names a catalog.
pub const KIND_CATALOG: &str = "catalog";

/// `{"kind": "product-photo", "sku": "MUG-01", "content_type": "image/jpeg", "size_bytes": 123}` or
/// `{"kind": "catalog", "file_name": "spring.csv", "size_bytes": 123}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUploadBody {
    /// What the file will be.
    pub kind: UploadKind,
    /// The exact size of the file, in bytes.
    pub size_bytes: u64,
}

impl NewUploadBody {
    /// Reports every fault in the form; whether size, content type and file name are welcome is the use case's
    /// decision.
    pub fn read(body: &Value) -> Result<Self, Vec<BodyFault>> {
        let mut reader = BodyReader::default();
        let read = read_upload(&mut reader, body);
        match read {
            Some(upload) if reader.faults.is_empty() => Ok(upload),
            _ => Err(reader.faults),
        }
    }
}

fn read_upload(reader: &mut BodyReader, body: &Value) -> Option<NewUploadBody> {
    match body.get("kind").and_then(Value::as_str) {
        Some(KIND_PRODUCT_PHOTO) => read_photo(reader, body),
        Some(KIND_CATALOG) => read_catalog(reader, body),
        _ if body.is_object() => {
            reader.fault(&["kind"], format!("must be {KIND_PRODUCT_PHOTO} or {KIND_CATALOG}"));
            None
        }
        _ => {
            reader.fault(&[], "must be an object");
            None
        }
    }
}

fn read_photo(reader: &mut BodyReader, body: &Value) -> Option<NewUploadBody> {
    let members = reader.object(body, &[], &["kind", "sku", "content_type", "size_bytes"])?;
    let sku = reader.text(members, &["sku"]);
    let sku = sku.and_then(|text| reader.checked(&["sku"], SkuText::parse_visible(text).map(SkuText::to_sku)));
    let content_type = reader.text(members, &["content_type"]);
    let size_bytes = reader.whole_number(members, &["size_bytes"]);
    Some(NewUploadBody {
        kind: UploadKind::ProductPhoto {
            sku: sku?,
            content_type: content_type?.to_owned(),
        },
        size_bytes: size_bytes?,
    })
}

fn read_catalog(reader: &mut BodyReader, body: &Value) -> Option<NewUploadBody> {
    let members = reader.object(body, &[], &["kind", "file_name", "size_bytes"])?;
    let file_name = reader.text(members, &["file_name"]);
    let size_bytes = reader.whole_number(members, &["size_bytes"]);
    Some(NewUploadBody {
        kind: UploadKind::Catalog {
            file_name: file_name?.to_owned(),
        },
        size_bytes: size_bytes?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::body_fault::tests::lines;

    fn faults(body: &Value) -> Vec<String> {
        lines(&NewUploadBody::read(body).unwrap_err())
    }

    #[test]
    fn both_kinds_are_read() {
        let photo = json!({"kind": "product-photo", "sku": "MUG-01", "content_type": "image/jpeg", "size_bytes": 123});
        let photo = NewUploadBody::read(&photo).unwrap();
        assert_eq!(photo.size_bytes, 123);
        let sku = domain::values::Sku::parse("MUG-01").unwrap();
        let content_type = "image/jpeg".to_owned();
        assert_eq!(photo.kind, UploadKind::ProductPhoto { sku, content_type });
        let catalog = json!({"kind": "catalog", "file_name": "spring.csv", "size_bytes": 9});
        let catalog = NewUploadBody::read(&catalog).unwrap();
        let file_name = "spring.csv".to_owned();
        assert_eq!(
            (catalog.kind, catalog.size_bytes),
            (UploadKind::Catalog { file_name }, 9)
        );
    }

    #[test]
    fn each_kind_has_its_own_members() {
        let photo = json!({"kind": "product-photo", "file_name": "a.jpg", "sku": "a/b", "size_bytes": "9"});
        assert_eq!(
            faults(&photo),
            [
                "/file_name: is not a member of this object",
                "/sku: the sku has the character /, which a sku cannot have",
                "/content_type: is missing",
                "/size_bytes: must be a whole number and not negative",
            ]
        );
        let catalog = json!({"kind": "catalog", "sku": "MUG-01"});
        assert_eq!(
            faults(&catalog),
            [
                "/sku: is not a member of this object",
                "/file_name: is missing",
                "/size_bytes: is missing"
            ]
        );
    }

    #[test]
    fn an_unknown_kind_is_the_only_fault_worth_telling() {
        for body in [json!({}), json!({"kind": "video", "x": 1}), json!({"kind": null})] {
            assert_eq!(faults(&body), ["/kind: must be product-photo or catalog"]);
        }
        assert_eq!(faults(&json!([])), ["/: must be an object"]);
    }
}
