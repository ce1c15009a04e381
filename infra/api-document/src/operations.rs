//! What each route does, takes and answers. Paths, methods and authorizers come from the template.

use domain::catalog::list_products::{PRODUCTS_PAGE_DEFAULT, PRODUCTS_PAGE_MAX};
use domain::orders::list::{ORDERS_PAGE_DEFAULT, ORDERS_PAGE_MAX};
use domain::values::IDEMPOTENCY_KEY_CHARS_MAX;
use entry::webhook::{HEADER_BYTES_MAX, SIGNATURE_HEADER, TOLERANCE_SECONDS};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Value, json};
use wire::new_order::NewOrderBody;
use wire::new_upload::NewUploadBody;
use wire::order::{OrderJson, OrderPageJson};
use wire::order_events::OrderEventsJson;
use wire::payment_event::PaymentEventBody;
use wire::product::{ProductJson, ProductPageJson};
use wire::schema;
use wire::upload::{CreatedUploadJson, UploadJson};

/// The documentation of one route, found by its function.
pub(crate) struct Operation {
    /// The name of the function and of its events.
    pub(crate) function: &'static str,
    /// A name for generated clients.
    pub(crate) id: &'static str,
    pub(crate) tag: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) description: &'static str,
    pub(crate) parameters: fn(&mut SchemaGenerator) -> Vec<Value>,
    pub(crate) body: Option<fn(&mut SchemaGenerator) -> Schema>,
    pub(crate) answer: Answer,
    /// The slugs of its own problems; those of all routes are added.
    pub(crate) problems: &'static [&'static str],
}

/// The successful answer of a route.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) description: &'static str,
    /// `None` for an answer without a body.
    pub(crate) body: Option<fn(&mut SchemaGenerator) -> Schema>,
    /// Name, whether it is always present, and description.
    pub(crate) headers: &'static [(&'static str, bool, &'static str)],
    /// Operations that take the `id` of the body.
    pub(crate) links: &'static [&'static str],
}

const LOCATION: (&str, bool, &str) = ("Location", true, "The path of the resource.");

/// One operation per route of the template.
pub(crate) fn all() -> Vec<Operation> {
    [orders(), payments(), products(), uploads()]
        .into_iter()
        .flatten()
        .collect()
}

fn orders() -> Vec<Operation> {
    vec![
        Operation {
            function: "orders-place",
            id: "placeOrder",
            tag: "Orders",
            summary: "Place an order",
            description: "Places an order once per idempotency key. The answer comes before payment and stock are \
                checked: read the order until its status is CONFIRMED or REJECTED. A repeated request gets the first \
                answer, with `Idempotency-Replayed: true`.",
            parameters: |_| vec![idempotency_key()],
            body: Some(SchemaGenerator::subschema_for::<NewOrderBody>),
            answer: Answer {
                status: 202,
                description: "The order is placed and PENDING.",
                body: Some(SchemaGenerator::subschema_for::<OrderJson>),
                headers: &[
                    LOCATION,
                    (
                        "Idempotency-Replayed",
                        false,
                        "`true` if the answer is that of an earlier request with the same key.",
                    ),
                ],
                links: &["getOrder", "getOrderEvents", "cancelOrder"],
            },
            problems: &[
                "malformed-json",
                "idempotency-key-missing",
                "idempotency-key-malformed",
                "idempotency-key-in-progress",
                "body-too-large",
                "not-json",
                "invalid-content",
                "idempotency-key-reused",
            ],
        },
        Operation {
            function: "orders-get",
            id: "getOrder",
            tag: "Orders",
            summary: "Read an order",
            description: "Returns one order of the caller.",
            parameters: |generator| vec![order_id(generator)],
            body: None,
            answer: ok("The order.", SchemaGenerator::subschema_for::<OrderJson>),
            problems: &["not-found"],
        },
        Operation {
            function: "orders-events",
            id: "getOrderEvents",
            tag: "Orders",
            summary: "Read the history of an order",
            description: "Returns the changes of an order's status, oldest first. The first event is PENDING, the last \
                one has the status of the order. Of an order that an earlier version of the shop placed or changed, \
                changes in between may be absent.",
            parameters: |generator| vec![order_id(generator)],
            body: None,
            answer: ok("The history.", SchemaGenerator::subschema_for::<OrderEventsJson>),
            problems: &["not-found"],
        },
        Operation {
            function: "orders-list",
            id: "listOrders",
            tag: "Orders",
            summary: "List orders",
            description: "Returns the caller's orders, newest first, page by page. `next_cursor` of one page is \
                `cursor` of the next; it is `null` on the last page.",
            parameters: |generator| {
                let mut parameters = page(ORDERS_PAGE_DEFAULT, ORDERS_PAGE_MAX);
                let status = schema::order_status(generator);
                parameters.push(query("status", "Only orders with this status.", &json!(status)));
                parameters
            },
            body: None,
            answer: ok("A page of orders.", SchemaGenerator::subschema_for::<OrderPageJson>),
            problems: &["invalid-cursor", "invalid-limit", "invalid-query-parameter"],
        },
        Operation {
            function: "orders-cancel",
            id: "cancelOrder",
            tag: "Orders",
            summary: "Cancel an order",
            description: "Starts to cancel a CONFIRMED order: the payment is refunded and the stock is returned. A \
                repeated request gets the same answer.",
            parameters: |generator| vec![order_id(generator)],
            body: None,
            answer: Answer {
                status: 202,
                description: "The order is CANCELLING.",
                body: Some(SchemaGenerator::subschema_for::<OrderJson>),
                headers: &[LOCATION],
                links: &["getOrder", "getOrderEvents"],
            },
            problems: &["not-found", "conflict"],
        },
    ]
}

fn payments() -> Vec<Operation> {
    vec![Operation {
        function: "payments-receive",
        id: "receivePaymentEvent",
        tag: "Payments",
        summary: "Receive a payment event",
        description: "The webhook of a payment provider that answers later. A repeated event gets the same answer, and \
            events may come in any order. Only the provider has the key of the signature.",
        parameters: |_| vec![signature()],
        body: Some(SchemaGenerator::subschema_for::<PaymentEventBody>),
        answer: Answer {
            status: 204,
            description: "The event is received.",
            body: None,
            headers: &[],
            links: &[],
        },
        problems: &[
            "malformed-json",
            "malformed-event",
            "invalid-signature",
            "body-too-large",
            "not-json",
        ],
    }]
}

fn products() -> Vec<Operation> {
    vec![
        Operation {
            function: "products-list",
            id: "listProducts",
            tag: "Products",
            summary: "List products",
            description: "Returns products by SKU, page by page. Links to thumbnails expire.",
            parameters: |_| page(PRODUCTS_PAGE_DEFAULT, PRODUCTS_PAGE_MAX),
            body: None,
            answer: ok("A page of products.", SchemaGenerator::subschema_for::<ProductPageJson>),
            problems: &["invalid-cursor", "invalid-limit"],
        },
        Operation {
            function: "products-get",
            id: "getProduct",
            tag: "Products",
            summary: "Read a product",
            description: "Returns one product. Links to thumbnails expire.",
            parameters: |generator| vec![path("sku", "The SKU, percent-encoded.", &json!(schema::sku(generator)))],
            body: None,
            answer: ok("The product.", SchemaGenerator::subschema_for::<ProductJson>),
            problems: &["not-found"],
        },
    ]
}

fn uploads() -> Vec<Operation> {
    vec![
        Operation {
            function: "uploads-create",
            id: "createUpload",
            tag: "Uploads",
            summary: "Announce an upload",
            description: "Returns a presigned request that accepts exactly the announced file. Only for staff.",
            parameters: |_| Vec::new(),
            body: Some(SchemaGenerator::subschema_for::<NewUploadBody>),
            answer: Answer {
                status: 201,
                description: "The request that sends the file: use `method`, `url` and all `headers` unchanged.",
                body: Some(SchemaGenerator::subschema_for::<CreatedUploadJson>),
                headers: &[LOCATION],
                links: &["getUpload"],
            },
            problems: &[
                "malformed-json",
                "forbidden",
                "body-too-large",
                "not-json",
                "invalid-content",
            ],
        },
        Operation {
            function: "uploads-get",
            id: "getUpload",
            tag: "Uploads",
            summary: "Read the status of an upload",
            description: "Returns the status of an upload, and the progress of a catalog's import. Only for staff.",
            parameters: |generator| {
                vec![path(
                    "id",
                    "The id of the upload.",
                    &json!(schema::identifier(generator)),
                )]
            },
            body: None,
            answer: ok("The upload.", SchemaGenerator::subschema_for::<UploadJson>),
            problems: &["forbidden", "not-found"],
        },
    ]
}

fn ok(description: &'static str, body: fn(&mut SchemaGenerator) -> Schema) -> Answer {
    Answer {
        status: 200,
        description,
        body: Some(body),
        headers: &[],
        links: &[],
    }
}

fn order_id(generator: &mut SchemaGenerator) -> Value {
    path("id", "The id of the order.", &json!(schema::identifier(generator)))
}

fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key",
        "in": "header",
        "required": true,
        "description": "The caller's name for this request, the same on every repetition of it. Keys are kept for seven days.",
        "schema": {"type": "string", "minLength": 1, "maxLength": IDEMPOTENCY_KEY_CHARS_MAX, "pattern": "^[!-+.-~-]+$"},
    })
}

fn signature() -> Value {
    json!({
        "name": SIGNATURE_HEADER,
        "in": "header",
        "required": true,
        "description": format!(
            "`t=<unix seconds>,v1=<hex HMAC-SHA256 of \"<t>.<raw body>\">`, with one `v1` per key while a key is changed. \
             The time may differ from ours by {TOLERANCE_SECONDS} seconds."
        ),
        "schema": {"type": "string", "maxLength": HEADER_BYTES_MAX},
    })
}

fn page(default: usize, max: usize) -> Vec<Value> {
    vec![
        query(
            "limit",
            "The most entries of a page.",
            &json!({"type": "integer", "minimum": 1, "maximum": max, "default": default}),
        ),
        query(
            "cursor",
            "`next_cursor` of the page before; the first page without it.",
            &json!({"type": "string"}),
        ),
    ]
}

fn query(name: &str, description: &str, schema: &Value) -> Value {
    json!({"name": name, "in": "query", "required": false, "description": description, "schema": schema})
}

fn path(name: &str, description: &str, schema: &Value) -> Value {
    json!({"name": name, "in": "path", "required": true, "description": description, "schema": schema})
}
