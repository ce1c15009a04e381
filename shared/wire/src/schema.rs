//! JSON Schemas of members that are texts on the wire and types in the domain, and of the bodies that callers send.
//!
//! Every limit is taken from the constant that enforces it, so the document cannot differ from the check.

use domain::fulfilment::notice::Notice;
use domain::fulfilment::payment_results::{PaymentEventKind, WAIT_TOKEN_BYTES_MAX};
use domain::uploads::create::PHOTO_CONTENT_TYPES;
use domain::uploads::upload::{CATALOG_BYTES_MAX, FILE_NAME_BYTES_MAX, UploadStatus};
use domain::values::{
    Actor, Money, ORDER_LINES_MAX, OrderStatus, PAYMENT_TOKEN_BYTES_MAX, PHOTO_BYTES_MAX, Quantity, RejectionReason,
    SKU_BYTES_MAX, TEXT_ID_BYTES_MAX,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

use crate::new_order::NewOrderBody;
use crate::new_upload::{KIND_CATALOG, KIND_PRODUCT_PHOTO, NewUploadBody};
use crate::payment_event::PaymentEventBody;

/// No control characters, slashes or white space at the ends, and not `.` or `..`.
const SKU_PATTERN: &str = r"^(?!\.{1,2}$)[^\x00-\x20\x7F-\xA0/\\]([^\x00-\x1F\x7F-\x9F/\\]*[^\x00-\x20\x7F-\xA0/\\])?$";
const VISIBLE_ASCII_PATTERN: &str = "^[!-~]+$";

/// The id of an order or an upload.
pub fn identifier(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string", "minLength": 1, "maxLength": TEXT_ID_BYTES_MAX, "pattern": "^[A-Za-z0-9_-]+$",
    })
}

/// The id that links everything that one request causes.
pub fn correlation_id(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string", "minLength": 1, "maxLength": TEXT_ID_BYTES_MAX, "pattern": "^[A-Za-z0-9._-]+$",
    })
}

/// A stock keeping unit.
pub fn sku(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string", "minLength": 1, "maxLength": SKU_BYTES_MAX, "pattern": SKU_PATTERN,
        "description": format!("Stock keeping unit: 1 to {SKU_BYTES_MAX} bytes of UTF-8."),
    })
}

/// Units of one order line.
pub fn quantity(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "integer", "minimum": Quantity::MIN, "maximum": Quantity::MAX})
}

/// An amount in minor units.
pub fn amount_minor(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "integer", "format": "int64", "minimum": 0, "maximum": Money::AMOUNT_MINOR_MAX,
        "description": "The amount in minor units: 1250 is 12.50 EUR, 1250 JPY, 1.250 KWD.",
    })
}

/// A currency code.
pub fn currency(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217 code."})
}

/// A time in UTC.
pub fn date_time(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "format": "date-time", "description": "RFC 3339, in UTC."})
}

/// A link.
pub fn uri(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "format": "uri"})
}

/// A sentence for people.
pub fn text(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string"})
}

/// The method that sends a file.
pub fn put_method(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "const": "PUT"})
}

/// The status of an order.
pub fn order_status(_: &mut SchemaGenerator) -> Schema {
    one_of(OrderStatus::ALL.map(OrderStatus::as_str))
}

/// The reason why an order was rejected.
pub fn rejection_reason(_: &mut SchemaGenerator) -> Schema {
    one_of(RejectionReason::ALL.map(RejectionReason::as_str))
}

/// The party that changed the status of an order.
pub fn actor(_: &mut SchemaGenerator) -> Schema {
    one_of(Actor::ALL.map(Actor::as_str))
}

/// The status of an upload.
pub fn upload_status(_: &mut SchemaGenerator) -> Schema {
    one_of(UploadStatus::ALL.map(UploadStatus::as_str))
}

/// The kind of an upload.
pub fn upload_kind(_: &mut SchemaGenerator) -> Schema {
    one_of([KIND_PRODUCT_PHOTO, KIND_CATALOG])
}

/// The notice that a customer gets.
pub fn notice(_: &mut SchemaGenerator) -> Schema {
    one_of(Notice::ALL.map(Notice::as_str))
}

/// The workflow engine's token of one wait.
pub fn wait_token(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "minLength": 1, "maxLength": WAIT_TOKEN_BYTES_MAX})
}

/// Links to thumbnails by longest side in pixels.
pub fn thumbnails(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "propertyNames": {"pattern": "^[0-9]+$"},
        "additionalProperties": {"type": "string", "format": "uri"},
    })
}

fn one_of<const N: usize>(names: [&str; N]) -> Schema {
    json_schema!({"type": "string", "enum": names.to_vec()})
}

impl JsonSchema for NewOrderBody {
    fn schema_name() -> Cow<'static, str> {
        "NewOrder".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An order to place. The same SKU may be in one item only, and all prices must have one currency.",
            "type": "object",
            "properties": {
                "items": {
                    "type": "array", "minItems": 1, "maxItems": ORDER_LINES_MAX,
                    "items": {
                        "type": "object",
                        "properties": {"sku": sku(generator), "quantity": quantity(generator)},
                        "required": ["sku", "quantity"],
                        "additionalProperties": false,
                    },
                },
                "payment_token": {
                    "type": "string", "minLength": 1, "maxLength": PAYMENT_TOKEN_BYTES_MAX,
                    "pattern": VISIBLE_ASCII_PATTERN,
                    "description": "The payment provider's reference to the customer's means of payment.",
                },
            },
            "required": ["items", "payment_token"],
            "additionalProperties": false,
        })
    }
}

impl JsonSchema for PaymentEventBody {
    fn schema_name() -> Cow<'static, str> {
        "PaymentEvent".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An event of the payment provider. Further members are ignored.",
            "type": "object",
            "properties": {
                "id": {"type": "string", "minLength": 1, "maxLength": TEXT_ID_BYTES_MAX},
                "type": one_of(PaymentEventKind::ALL.map(PaymentEventKind::as_str)),
                "order_id": identifier(generator),
                "occurred_at": {"type": "string", "format": "date-time"},
            },
            "required": ["id", "type", "order_id", "occurred_at"],
        })
    }
}

impl JsonSchema for NewUploadBody {
    fn schema_name() -> Cow<'static, str> {
        "NewUpload".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let size = |limit_bytes: u64| json_schema!({"type": "integer", "minimum": 1, "maximum": limit_bytes});
        json_schema!({
            "description": "A file to announce: a photo of a product, or a catalog.",
            "oneOf": [
                {
                    "title": "ProductPhoto",
                    "type": "object",
                    "properties": {
                        "kind": {"type": "string", "const": KIND_PRODUCT_PHOTO},
                        "sku": sku(generator),
                        "content_type": {"type": "string", "enum": PHOTO_CONTENT_TYPES.to_vec()},
                        "size_bytes": size(PHOTO_BYTES_MAX),
                    },
                    "required": ["kind", "sku", "content_type", "size_bytes"],
                    "additionalProperties": false,
                },
                {
                    "title": "Catalog",
                    "type": "object",
                    "properties": {
                        "kind": {"type": "string", "const": KIND_CATALOG},
                        "file_name": {
                            "type": "string", "minLength": 1, "maxLength": FILE_NAME_BYTES_MAX,
                            "pattern": r"^[^\x00-\x1F\x7F-\x9F/\\]+$",
                            "description": format!("At most {FILE_NAME_BYTES_MAX} bytes of UTF-8."),
                        },
                        "size_bytes": size(CATALOG_BYTES_MAX),
                    },
                    "required": ["kind", "file_name", "size_bytes"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}
