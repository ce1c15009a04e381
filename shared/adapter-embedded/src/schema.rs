//! Defines the tables of the shop's file and of the sandbox gateway's, each with its version.

/// The tables of one file, as steps that lead from each version to the next. A change is a further step: what is here
/// was run on files that people have.
pub(crate) struct Schema {
    /// The number of applied steps is the file's version, in `PRAGMA user_version`.
    pub(crate) steps: &'static [&'static str],
}

/// Times are Unix milliseconds, amounts minor units, lists JSON.
pub(crate) const SHOP: Schema = Schema {
    steps: &[
        SHOP_TABLES,
        IMPORTS_IN_RANGES,
        UPLOADS_OF_REQUESTS,
        INDEXES_BY_STATUS,
        HISTORIES_OF_ORDERS,
        PAYMENT_RESULTS,
    ],
};

const SHOP_TABLES: &str = "
CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    customer_id TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    lines TEXT NOT NULL,
    total_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    payment_token TEXT NOT NULL,
    correlation_id TEXT NOT NULL,
    cancel_correlation_id TEXT,
    -- The status an order was PARKED from, and the execution that made us park it.
    parked_from TEXT,
    parking_execution TEXT,
    parking_error TEXT,
    parking_cause TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX orders_of_customer ON orders (customer_id, created_at DESC, id DESC);
CREATE INDEX orders_recent ON orders (created_at, id);
CREATE INDEX orders_open ON orders (updated_at, id) WHERE status IN ('PENDING', 'CANCELLING');

-- The outbox of orders: one row per change, written in its transaction. AUTOINCREMENT never reuses a number.
CREATE TABLE order_stream (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    event_name TEXT NOT NULL,
    keys TEXT NOT NULL,
    new_image TEXT,
    old_image TEXT,
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE idempotency (
    customer_id TEXT NOT NULL,
    operation TEXT NOT NULL,
    key TEXT NOT NULL,
    -- NULL once abandoned: the key is free, but its next fence is still greater.
    payload_hash BLOB,
    fence INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    order_id TEXT,
    reply BLOB,
    PRIMARY KEY (customer_id, operation, key)
) STRICT;
CREATE INDEX idempotency_expired ON idempotency (expires_at);

-- Catalog, stock and photo attributes have different writers; each leaves the others' alone.
CREATE TABLE products (
    sku TEXT PRIMARY KEY,
    name TEXT,
    description TEXT,
    price_minor INTEGER,
    currency TEXT,
    catalog_sequence INTEGER,
    catalog_offset INTEGER,
    catalog_at INTEGER,
    on_hand INTEGER NOT NULL DEFAULT 0,
    reserved INTEGER NOT NULL DEFAULT 0,
    photo_sequence INTEGER,
    photo_upload_id TEXT,
    thumbnails TEXT,
    photo_at INTEGER
) STRICT;

CREATE TABLE stock_reservations (
    order_id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    lines TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE payments (
    order_id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE executions (
    -- In the order of their starts.
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    input TEXT NOT NULL,
    status TEXT NOT NULL,
    error TEXT,
    cause TEXT,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    UNIQUE (kind, name)
) STRICT;
CREATE INDEX executions_running ON executions (place) WHERE status = 'RUNNING';

CREATE TABLE uploads (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    sku TEXT,
    content_type TEXT,
    file_name TEXT,
    size_bytes INTEGER NOT NULL,
    created_by TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    -- All NULL until an import has begun.
    rows_read INTEGER,
    rows_written INTEGER,
    rows_rejected INTEGER,
    bytes_read INTEGER,
    bytes_total INTEGER,
    unknown_columns TEXT
) STRICT;

CREATE TABLE sends (
    key TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- One row per object version. `file` is where its bytes lie; a file without a row is no object.
CREATE TABLE objects (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    bucket TEXT NOT NULL,
    key TEXT NOT NULL,
    version TEXT NOT NULL,
    file TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX objects_of_key ON objects (bucket, key, id);

-- The outbox of objects.
CREATE TABLE object_events (
    id INTEGER PRIMARY KEY,
    bucket TEXT NOT NULL,
    key TEXT NOT NULL,
    version_id TEXT,
    size_bytes INTEGER NOT NULL,
    etag TEXT NOT NULL,
    sequencer TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;
";

const IMPORTS_IN_RANGES: &str = "
-- The version of the file whose import the row shows, and the place of its event among those of the file.
ALTER TABLE uploads ADD COLUMN object_version TEXT;
ALTER TABLE uploads ADD COLUMN object_sequencer TEXT;

-- How far each range of an import is. An import is known by its sequence, which no other has.
CREATE TABLE import_ranges (
    sequence INTEGER NOT NULL,
    range_index INTEGER NOT NULL,
    reached_byte INTEGER NOT NULL,
    reached_line INTEGER NOT NULL,
    rows_read INTEGER NOT NULL,
    rows_rejected INTEGER NOT NULL,
    parts TEXT NOT NULL,
    is_done INTEGER NOT NULL,
    PRIMARY KEY (sequence, range_index)
) STRICT, WITHOUT ROWID;
";

const UPLOADS_OF_REQUESTS: &str = "
-- The request that announced the file; NULL for a file that was copied in by hand, and in older rows.
ALTER TABLE uploads ADD COLUMN correlation_id TEXT;
";

const INDEXES_BY_STATUS: &str = "
-- A list by status, and that of parked orders, read what they return and nothing else.
CREATE INDEX orders_of_customer_by_status ON orders (customer_id, status, created_at DESC, id DESC);
CREATE INDEX orders_parked ON orders (updated_at, id) WHERE status = 'PARKED';
";

const HISTORIES_OF_ORDERS: &str = "
-- The changes of an order's status, oldest first, one per line. Empty in older rows, and without their earlier changes.
ALTER TABLE orders ADD COLUMN history TEXT NOT NULL DEFAULT '';
";

const PAYMENT_RESULTS: &str = "
-- The first verdict on a payment whose provider answers later.
CREATE TABLE payment_verdicts (
    order_id TEXT PRIMARY KEY,
    verdict TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- The tokens of the sagas that wait for a verdict: one for each attempt to wait.
CREATE TABLE payment_waits (
    order_id TEXT NOT NULL,
    token TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (order_id, token)
) STRICT, WITHOUT ROWID;
CREATE INDEX payment_waits_at ON payment_waits (at);

-- The tokens that ended their wait.
CREATE TABLE completed_tokens (
    token TEXT PRIMARY KEY,
    verdict TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
";

/// The provider's books. They are not the shop's: nothing there reads them.
pub(crate) const GATEWAY: Schema = Schema {
    steps: &[GATEWAY_TABLES, GATEWAY_NOTICES],
};

const GATEWAY_TABLES: &str = "
CREATE TABLE gateway_payments (
    payment TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    amount_minor INTEGER,
    currency TEXT,
    refuses_capture INTEGER NOT NULL DEFAULT 0,
    -- Authorizations of `tok_flaky` that were let fail.
    failures INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Append only.
CREATE TABLE gateway_ledger (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    payment TEXT NOT NULL,
    event TEXT NOT NULL,
    amount_minor INTEGER,
    currency TEXT,
    at INTEGER NOT NULL
) STRICT;
";

const GATEWAY_NOTICES: &str = "
ALTER TABLE gateway_payments ADD COLUMN answers_later INTEGER NOT NULL DEFAULT 0;

-- What the provider reports to the shop, until it is delivered.
CREATE TABLE gateway_notices (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    payment TEXT NOT NULL,
    kind TEXT NOT NULL,
    decided_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX gateway_notices_due ON gateway_notices (due_at, sequence);
";
