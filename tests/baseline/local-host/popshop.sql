PRAGMA user_version = 2;
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
, object_version TEXT, object_sequencer TEXT) STRICT;
CREATE TABLE sends (
    key TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
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
CREATE TABLE queue_messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        queue TEXT NOT NULL,
        message_id TEXT NOT NULL,
        body TEXT NOT NULL,
        sent_at_ms INTEGER NOT NULL,
        visible_at_ms INTEGER NOT NULL,
        first_received_at_ms INTEGER,
        receive_count INTEGER NOT NULL DEFAULT 0
    ) STRICT;
CREATE INDEX queue_messages_by_queue ON queue_messages (queue, visible_at_ms);
CREATE TABLE asynchronous_invocations (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        function TEXT NOT NULL,
        event TEXT NOT NULL,
        accepted_at_ms INTEGER NOT NULL,
        due_at_ms INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0
    ) STRICT;
CREATE INDEX asynchronous_invocations_by_due ON asynchronous_invocations (due_at_ms);
CREATE TABLE stream_positions (
        consumer TEXT PRIMARY KEY,
        sequence INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        batch_limit INTEGER NOT NULL
    ) STRICT;
CREATE TABLE announced_notifications (bucket TEXT, queue TEXT, PRIMARY KEY (bucket, queue)) STRICT;
CREATE TABLE execution_journal (
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (kind, name, key)
    ) STRICT, WITHOUT ROWID;
CREATE TABLE execution_history (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        event TEXT NOT NULL,
        state TEXT NOT NULL
    ) STRICT;
CREATE INDEX execution_history_of_execution ON execution_history (kind, name, id);
INSERT INTO orders VALUES ('01a22e33-064c-76b1-bc30-c625cfa9867d', 'ann', 'CONFIRMED', NULL, '[{"sku":"BASE-MUG","quantity":1,"unit_price_minor":300,"currency":"EUR"}]', 300, 'EUR', 'tok_ok', 'ead252df-0b81-4f64-a3d9-0ae2413a9d59', NULL, NULL, NULL, NULL, NULL, 1796071425605, 1796071425660);
INSERT INTO orders VALUES ('01a22e33-06ba-705d-9f87-43da574b84ca', 'ann', 'CONFIRMED', NULL, '[{"sku":"BASE-MUG","quantity":2,"unit_price_minor":300,"currency":"EUR"}]', 600, 'EUR', 'tok_flaky', 'dfe21041-f0a0-41f2-a5cc-0bcc6579d22f', NULL, NULL, NULL, NULL, NULL, 1796071425718, 1796071426111);
INSERT INTO orders VALUES ('01a22e33-0876-71d6-b83c-e35cf17e90a1', 'ann', 'REJECTED', 'payment_declined', '[{"sku":"BASE-MUG","quantity":1,"unit_price_minor":300,"currency":"EUR"}]', 300, 'EUR', 'tok_declined', 'a3e4a1e2-fa17-4f7d-add8-9d3820cc827a', NULL, NULL, NULL, NULL, NULL, 1796071426158, 1796071426541);
INSERT INTO orders VALUES ('01a22e33-0a07-7400-bd20-146ea22cf2f3', 'ann', 'REJECTED', 'capture_refused', '[{"sku":"BASE-MUG","quantity":1,"unit_price_minor":300,"currency":"EUR"}]', 300, 'EUR', 'tok_capture_fails', 'fc2ed01a-89a7-48a7-9042-1f95c42b52f1', NULL, NULL, NULL, NULL, NULL, 1796071426567, 1796071426611);
INSERT INTO orders VALUES ('01a22e33-0a8e-77cb-a428-d8e14a64e877', 'ann', 'REJECTED', 'payment_unavailable', '[{"sku":"BASE-MUG","quantity":1,"unit_price_minor":300,"currency":"EUR"}]', 300, 'EUR', 'tok_down', '09f75374-9967-42db-82c1-ba075a7df748', NULL, NULL, NULL, NULL, NULL, 1796071426702, 1796071438743);
INSERT INTO orders VALUES ('01a22e33-39dc-74bf-87ec-08b4f0e89382', 'ann', 'CANCELLED', NULL, '[{"sku":"BASE-MUG","quantity":4,"unit_price_minor":300,"currency":"EUR"}]', 1200, 'EUR', 'tok_ok', 'fd33b979-738a-4d79-87fb-1bd859c6baa6', 'b791cf84-0113-43d7-81a3-164cdd6aad5b', NULL, NULL, NULL, NULL, 1796071438812, 1796071439096);
INSERT INTO orders VALUES ('01a22e33-3a28-757f-90b0-e17151dfde19', 'ann', 'PARKED', NULL, '[{"sku":"BASE-MUG","quantity":5,"unit_price_minor":300,"currency":"EUR"}]', 1500, 'EUR', 'tok_ok', 'e6eecc4e-3c9b-4bf0-b93e-f722a361fd50', '61ef86e0-3c57-4604-b10a-dfbe695453b4', 'CANCELLING', 'arn:aws:states:local:000000000000:execution:popshop-dev-order-cancel:01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'TransientFailure', '{"errorType":"TransientFailure","errorMessage":"a dependency did not do its part, a retry can help"}', 1796071438886, 1796071563332);
INSERT INTO orders VALUES ('01a22e33-3a7b-77db-b91d-ab2972139ab6', 'ann', 'CANCELLING', NULL, '[{"sku":"BASE-MUG","quantity":6,"unit_price_minor":300,"currency":"EUR"}]', 1800, 'EUR', 'tok_ok', 'ae62da76-01b0-4280-95c2-a4349d45e368', 'd0cbb17c-6d9f-42ca-a820-9641a3c51b07', NULL, NULL, NULL, NULL, 1796071438961, 1796071565759);
INSERT INTO orders VALUES ('01a22e35-2a0c-737e-b121-33ad718876cd', 'ann', 'PENDING', NULL, '[{"sku":"BASE-MUG","quantity":7,"unit_price_minor":300,"currency":"EUR"}]', 2100, 'EUR', 'tok_ok', '0e49f299-21bf-42c0-bbf7-5bdac30437c9', NULL, NULL, NULL, NULL, NULL, 1796071565810, 1796071565810);
INSERT INTO orders VALUES ('01a22e35-3006-7784-9f58-00e021cd9b74', 'ann', 'PENDING', NULL, '[{"sku":"BASE-MUG","quantity":8,"unit_price_minor":300,"currency":"EUR"}]', 2400, 'EUR', 'tok_ok', '7e9cd842-9693-459f-874a-458e5cace1e3', NULL, NULL, NULL, NULL, NULL, 1796071567334, 1796071567334);
INSERT INTO order_stream VALUES (1, 'INSERT', '{"pk":{"S":"order#01a22e33-064c-76b1-bc30-c625cfa9867d"}}', '{"pk":{"S":"order#01a22e33-064c-76b1-bc30-c625cfa9867d"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-064c-76b1-bc30-c625cfa9867d"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071425605#01a22e33-064c-76b1-bc30-c625cfa9867d"},"status":{"S":"PENDING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":1,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"ead252df-0b81-4f64-a3d9-0ae2413a9d59"},"total_minor":{"N":"300"},"created_at":{"N":"1796071425605"},"updated_at":{"N":"1796071425605"}}', NULL, 1796071425605);
INSERT INTO order_stream VALUES (2, 'MODIFY', '{"pk":{"S":"order#01a22e33-064c-76b1-bc30-c625cfa9867d"}}', '{"pk":{"S":"order#01a22e33-064c-76b1-bc30-c625cfa9867d"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-064c-76b1-bc30-c625cfa9867d"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071425605#01a22e33-064c-76b1-bc30-c625cfa9867d"},"status":{"S":"CONFIRMED"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":1,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"ead252df-0b81-4f64-a3d9-0ae2413a9d59"},"total_minor":{"N":"300"},"created_at":{"N":"1796071425605"},"updated_at":{"N":"1796071425660"}}', '{"pk":{"S":"order#01a22e33-064c-76b1-bc30-c625cfa9867d"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-064c-76b1-bc30-c625cfa9867d"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071425605#01a22e33-064c-76b1-bc30-c625cfa9867d"},"status":{"S":"PENDING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":1,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"ead252df-0b81-4f64-a3d9-0ae2413a9d59"},"total_minor":{"N":"300"},"created_at":{"N":"1796071425605"},"updated_at":{"N":"1796071425605"}}', 1796071425660);
INSERT INTO order_stream VALUES (3, 'INSERT', '{"pk":{"S":"order#01a22e33-06ba-705d-9f87-43da574b84ca"}}', '{"pk":{"S":"order#01a22e33-06ba-705d-9f87-43da574b84ca"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-06ba-705d-9f87-43da574b84ca"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071425718#01a22e33-06ba-705d-9f87-43da574b84ca"},"status":{"S":"PENDING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":2,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"dfe21041-f0a0-41f2-a5cc-0bcc6579d22f"},"total_minor":{"N":"600"},"created_at":{"N":"1796071425718"},"updated_at":{"N":"1796071425718"}}', NULL, 1796071425718);
INSERT INTO order_stream VALUES (4, 'MODIFY', '{"pk":{"S":"order#01a22e33-06ba-705d-9f87-43da574b84ca"}}', '{"pk":{"S":"order#01a22e33-06ba-705d-9f87-43da574b84ca"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-06ba-705d-9f87-43da574b84ca"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071425718#01a22e33-06ba-705d-9f87-43da574b84ca"},"status":{"S":"CONFIRMED"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":2,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"dfe21041-f0a0-41f2-a5cc-0bcc6579d22f"},"total_minor":{"N":"600"},"created_at":{"N":"1796071425718"},"updated_at":{"N":"1796071426111"}}', '{"pk":{"S":"order#01a22e33-06ba-705d-9f87-43da574b84ca"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-06ba-705d-9f87-43da574b84ca"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071425718#01a22e33-06ba-705d-9f87-43da574b84ca"},"status":{"S":"PENDING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":2,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"dfe21041-f0a0-41f2-a5cc-0bcc6579d22f"},"total_minor":{"N":"600"},"created_at":{"N":"1796071425718"},"updated_at":{"N":"1796071425718"}}', 1796071426111);
INSERT INTO order_stream VALUES (5, 'INSERT', '{"pk":{"S":"order#01a22e33-0876-71d6-b83c-e35cf17e90a1"}}', '{"pk":{"S":"order#01a22e33-0876-71d6-b83c-e35cf17e90a1"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-0876-71d6-b83c-e35cf17e90a1"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071426158#01a22e33-0876-71d6-b83c-e35cf17e90a1"},"status":{"S":"PENDING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":1,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"a3e4a1e2-fa17-4f7d-add8-9d3820cc827a"},"total_minor":{"N":"300"},"created_at":{"N":"1796071426158"},"updated_at":{"N":"1796071426158"}}', NULL, 1796071426158);
INSERT INTO order_stream VALUES (6, 'MODIFY', '{"pk":{"S":"order#01a22e33-0876-71d6-b83c-e35cf17e90a1"}}', '{"pk":{"S":"order#01a22e33-0876-71d6-b83c-e35cf17e90a1"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-0876-71d6-b83c-e35cf17e90a1"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071426158#01a22e33-0876-71d6-b83c-e35cf17e90a1"},"status":{"S":"REJECTED"},"reason":{"S":"payment_declined"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":1,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"a3e4a1e2-fa17-4f7d-add8-9d3820cc827a"},"total_minor":{"N":"300"},"created_at":{"N":"1796071426158"},"updated_at":{"N":"1796071426541"}}', '{"pk":{"S":"order#01a22e33-0876-71d6-b83c-e35cf17e90a1"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-0876-71d6-b83c-e35cf17e90a1"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071426158#01a22e33-0876-71d6-b83c-e35cf17e90a1"},"status":{"S":"PENDING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":1,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"a3e4a1e2-fa17-4f7d-add8-9d3820cc827a"},"total_minor":{"N":"300"},"created_at":{"N":"1796071426158"},"updated_at":{"N":"1796071426158"}}', 1796071426541);
INSERT INTO order_stream VALUES (7, 'INSERT', '{"pk":{"S":"order#01a22e33-0a07-7400-bd20-146ea22cf2f3"}}', '{"pk":{"S":"order#01a22e33-0a07-7400-bd20-146ea22cf2f3"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-0a07-7400-bd20-146ea22cf2f3"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071426567#01a22e33-0a07-7400-bd20-146ea22cf2f3"},"status":{"S":"PENDING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":1,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"fc2ed01a-89a7-48a7-9042-1f95c42b52f1"},"total_minor":{"N":"300"},"created_at":{"N":"1796071426567"},"updated_at":{"N":"1796071426567"}}', NULL, 1796071426567);
INSERT INTO order_stream VALUES (8, 'MODIFY', '{"pk":{"S":"order#01a22e33-0a07-7400-bd20-146ea22cf2f3"}}', '{"pk":{"S":"order#01a22e33-0a07-7400-bd20-146ea22cf2f3"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-0a07-7400-bd20-146ea22cf2f3"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071426567#01a22e33-0a07-7400-bd20-146ea22cf2f3"},"status":{"S":"REJECTED"},"reason":{"S":"capture_refused"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":1,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"fc2ed01a-89a7-48a7-9042-1f95c42b52f1"},"total_minor":{"N":"300"},"created_at":{"N":"1796071426567"},"updated_at":{"N":"1796071426611"}}', '{"pk":{"S":"order#01a22e33-0a07-7400-bd20-146ea22cf2f3"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-0a07-7400-bd20-146ea22cf2f3"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071426567#01a22e33-0a07-7400-bd20-146ea22cf2f3"},"status":{"S":"PENDING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":1,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"fc2ed01a-89a7-48a7-9042-1f95c42b52f1"},"total_minor":{"N":"300"},"created_at":{"N":"1796071426567"},"updated_at":{"N":"1796071426567"}}', 1796071426611);
INSERT INTO order_stream VALUES (9, 'INSERT', '{"pk":{"S":"order#01a22e33-0a8e-77cb-a428-d8e14a64e877"}}', '{"pk":{"S":"order#01a22e33-0a8e-77cb-a428-d8e14a64e877"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-0a8e-77cb-a428-d8e14a64e877"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071426702#01a22e33-0a8e-77cb-a428-d8e14a64e877"},"status":{"S":"PENDING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":1,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"09f75374-9967-42db-82c1-ba075a7df748"},"total_minor":{"N":"300"},"created_at":{"N":"1796071426702"},"updated_at":{"N":"1796071426702"}}', NULL, 1796071426702);
INSERT INTO order_stream VALUES (10, 'MODIFY', '{"pk":{"S":"order#01a22e33-0a8e-77cb-a428-d8e14a64e877"}}', '{"pk":{"S":"order#01a22e33-0a8e-77cb-a428-d8e14a64e877"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-0a8e-77cb-a428-d8e14a64e877"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071426702#01a22e33-0a8e-77cb-a428-d8e14a64e877"},"status":{"S":"REJECTED"},"reason":{"S":"payment_unavailable"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":1,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"09f75374-9967-42db-82c1-ba075a7df748"},"total_minor":{"N":"300"},"created_at":{"N":"1796071426702"},"updated_at":{"N":"1796071438743"}}', '{"pk":{"S":"order#01a22e33-0a8e-77cb-a428-d8e14a64e877"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-0a8e-77cb-a428-d8e14a64e877"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071426702#01a22e33-0a8e-77cb-a428-d8e14a64e877"},"status":{"S":"PENDING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":1,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"09f75374-9967-42db-82c1-ba075a7df748"},"total_minor":{"N":"300"},"created_at":{"N":"1796071426702"},"updated_at":{"N":"1796071426702"}}', 1796071438743);
INSERT INTO order_stream VALUES (11, 'INSERT', '{"pk":{"S":"order#01a22e33-39dc-74bf-87ec-08b4f0e89382"}}', '{"pk":{"S":"order#01a22e33-39dc-74bf-87ec-08b4f0e89382"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-39dc-74bf-87ec-08b4f0e89382"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071438812#01a22e33-39dc-74bf-87ec-08b4f0e89382"},"status":{"S":"PENDING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":4,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"fd33b979-738a-4d79-87fb-1bd859c6baa6"},"total_minor":{"N":"1200"},"created_at":{"N":"1796071438812"},"updated_at":{"N":"1796071438812"}}', NULL, 1796071438812);
INSERT INTO order_stream VALUES (12, 'MODIFY', '{"pk":{"S":"order#01a22e33-39dc-74bf-87ec-08b4f0e89382"}}', '{"pk":{"S":"order#01a22e33-39dc-74bf-87ec-08b4f0e89382"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-39dc-74bf-87ec-08b4f0e89382"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071438812#01a22e33-39dc-74bf-87ec-08b4f0e89382"},"status":{"S":"CONFIRMED"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":4,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"fd33b979-738a-4d79-87fb-1bd859c6baa6"},"total_minor":{"N":"1200"},"created_at":{"N":"1796071438812"},"updated_at":{"N":"1796071438864"}}', '{"pk":{"S":"order#01a22e33-39dc-74bf-87ec-08b4f0e89382"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-39dc-74bf-87ec-08b4f0e89382"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071438812#01a22e33-39dc-74bf-87ec-08b4f0e89382"},"status":{"S":"PENDING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":4,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"fd33b979-738a-4d79-87fb-1bd859c6baa6"},"total_minor":{"N":"1200"},"created_at":{"N":"1796071438812"},"updated_at":{"N":"1796071438812"}}', 1796071438864);
INSERT INTO order_stream VALUES (13, 'INSERT', '{"pk":{"S":"order#01a22e33-3a28-757f-90b0-e17151dfde19"}}', '{"pk":{"S":"order#01a22e33-3a28-757f-90b0-e17151dfde19"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-3a28-757f-90b0-e17151dfde19"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071438886#01a22e33-3a28-757f-90b0-e17151dfde19"},"status":{"S":"PENDING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":5,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"e6eecc4e-3c9b-4bf0-b93e-f722a361fd50"},"total_minor":{"N":"1500"},"created_at":{"N":"1796071438886"},"updated_at":{"N":"1796071438886"}}', NULL, 1796071438886);
INSERT INTO order_stream VALUES (14, 'MODIFY', '{"pk":{"S":"order#01a22e33-3a28-757f-90b0-e17151dfde19"}}', '{"pk":{"S":"order#01a22e33-3a28-757f-90b0-e17151dfde19"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-3a28-757f-90b0-e17151dfde19"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071438886#01a22e33-3a28-757f-90b0-e17151dfde19"},"status":{"S":"CONFIRMED"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":5,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"e6eecc4e-3c9b-4bf0-b93e-f722a361fd50"},"total_minor":{"N":"1500"},"created_at":{"N":"1796071438886"},"updated_at":{"N":"1796071438911"}}', '{"pk":{"S":"order#01a22e33-3a28-757f-90b0-e17151dfde19"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-3a28-757f-90b0-e17151dfde19"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071438886#01a22e33-3a28-757f-90b0-e17151dfde19"},"status":{"S":"PENDING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":5,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"e6eecc4e-3c9b-4bf0-b93e-f722a361fd50"},"total_minor":{"N":"1500"},"created_at":{"N":"1796071438886"},"updated_at":{"N":"1796071438886"}}', 1796071438911);
INSERT INTO order_stream VALUES (15, 'INSERT', '{"pk":{"S":"order#01a22e33-3a7b-77db-b91d-ab2972139ab6"}}', '{"pk":{"S":"order#01a22e33-3a7b-77db-b91d-ab2972139ab6"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-3a7b-77db-b91d-ab2972139ab6"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071438961#01a22e33-3a7b-77db-b91d-ab2972139ab6"},"status":{"S":"PENDING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":6,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"ae62da76-01b0-4280-95c2-a4349d45e368"},"total_minor":{"N":"1800"},"created_at":{"N":"1796071438961"},"updated_at":{"N":"1796071438961"}}', NULL, 1796071438961);
INSERT INTO order_stream VALUES (16, 'MODIFY', '{"pk":{"S":"order#01a22e33-3a7b-77db-b91d-ab2972139ab6"}}', '{"pk":{"S":"order#01a22e33-3a7b-77db-b91d-ab2972139ab6"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-3a7b-77db-b91d-ab2972139ab6"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071438961#01a22e33-3a7b-77db-b91d-ab2972139ab6"},"status":{"S":"CONFIRMED"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":6,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"ae62da76-01b0-4280-95c2-a4349d45e368"},"total_minor":{"N":"1800"},"created_at":{"N":"1796071438961"},"updated_at":{"N":"1796071438993"}}', '{"pk":{"S":"order#01a22e33-3a7b-77db-b91d-ab2972139ab6"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-3a7b-77db-b91d-ab2972139ab6"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071438961#01a22e33-3a7b-77db-b91d-ab2972139ab6"},"status":{"S":"PENDING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":6,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"ae62da76-01b0-4280-95c2-a4349d45e368"},"total_minor":{"N":"1800"},"created_at":{"N":"1796071438961"},"updated_at":{"N":"1796071438961"}}', 1796071438993);
INSERT INTO order_stream VALUES (17, 'MODIFY', '{"pk":{"S":"order#01a22e33-39dc-74bf-87ec-08b4f0e89382"}}', '{"pk":{"S":"order#01a22e33-39dc-74bf-87ec-08b4f0e89382"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-39dc-74bf-87ec-08b4f0e89382"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071438812#01a22e33-39dc-74bf-87ec-08b4f0e89382"},"status":{"S":"CANCELLING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":4,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"fd33b979-738a-4d79-87fb-1bd859c6baa6"},"cancel_correlation_id":{"S":"b791cf84-0113-43d7-81a3-164cdd6aad5b"},"total_minor":{"N":"1200"},"created_at":{"N":"1796071438812"},"updated_at":{"N":"1796071439060"}}', '{"pk":{"S":"order#01a22e33-39dc-74bf-87ec-08b4f0e89382"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-39dc-74bf-87ec-08b4f0e89382"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071438812#01a22e33-39dc-74bf-87ec-08b4f0e89382"},"status":{"S":"CONFIRMED"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":4,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"fd33b979-738a-4d79-87fb-1bd859c6baa6"},"total_minor":{"N":"1200"},"created_at":{"N":"1796071438812"},"updated_at":{"N":"1796071438864"}}', 1796071439060);
INSERT INTO order_stream VALUES (18, 'MODIFY', '{"pk":{"S":"order#01a22e33-39dc-74bf-87ec-08b4f0e89382"}}', '{"pk":{"S":"order#01a22e33-39dc-74bf-87ec-08b4f0e89382"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-39dc-74bf-87ec-08b4f0e89382"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071438812#01a22e33-39dc-74bf-87ec-08b4f0e89382"},"status":{"S":"CANCELLED"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":4,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"fd33b979-738a-4d79-87fb-1bd859c6baa6"},"cancel_correlation_id":{"S":"b791cf84-0113-43d7-81a3-164cdd6aad5b"},"total_minor":{"N":"1200"},"created_at":{"N":"1796071438812"},"updated_at":{"N":"1796071439096"}}', '{"pk":{"S":"order#01a22e33-39dc-74bf-87ec-08b4f0e89382"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-39dc-74bf-87ec-08b4f0e89382"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071438812#01a22e33-39dc-74bf-87ec-08b4f0e89382"},"status":{"S":"CANCELLING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":4,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"fd33b979-738a-4d79-87fb-1bd859c6baa6"},"cancel_correlation_id":{"S":"b791cf84-0113-43d7-81a3-164cdd6aad5b"},"total_minor":{"N":"1200"},"created_at":{"N":"1796071438812"},"updated_at":{"N":"1796071439060"}}', 1796071439096);
INSERT INTO order_stream VALUES (19, 'MODIFY', '{"pk":{"S":"order#01a22e33-3a28-757f-90b0-e17151dfde19"}}', '{"pk":{"S":"order#01a22e33-3a28-757f-90b0-e17151dfde19"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-3a28-757f-90b0-e17151dfde19"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071438886#01a22e33-3a28-757f-90b0-e17151dfde19"},"status":{"S":"CANCELLING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":5,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"e6eecc4e-3c9b-4bf0-b93e-f722a361fd50"},"cancel_correlation_id":{"S":"61ef86e0-3c57-4604-b10a-dfbe695453b4"},"total_minor":{"N":"1500"},"created_at":{"N":"1796071438886"},"updated_at":{"N":"1796071439152"}}', '{"pk":{"S":"order#01a22e33-3a28-757f-90b0-e17151dfde19"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-3a28-757f-90b0-e17151dfde19"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071438886#01a22e33-3a28-757f-90b0-e17151dfde19"},"status":{"S":"CONFIRMED"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":5,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"e6eecc4e-3c9b-4bf0-b93e-f722a361fd50"},"total_minor":{"N":"1500"},"created_at":{"N":"1796071438886"},"updated_at":{"N":"1796071438911"}}', 1796071439152);
INSERT INTO order_stream VALUES (20, 'MODIFY', '{"pk":{"S":"order#01a22e33-3a28-757f-90b0-e17151dfde19"}}', '{"pk":{"S":"order#01a22e33-3a28-757f-90b0-e17151dfde19"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-3a28-757f-90b0-e17151dfde19"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071438886#01a22e33-3a28-757f-90b0-e17151dfde19"},"status":{"S":"PARKED"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":5,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"e6eecc4e-3c9b-4bf0-b93e-f722a361fd50"},"cancel_correlation_id":{"S":"61ef86e0-3c57-4604-b10a-dfbe695453b4"},"parked_from":{"S":"CANCELLING"},"parking_execution":{"S":"arn:aws:states:local:000000000000:execution:popshop-dev-order-cancel:01a22e33-3a28-757f-90b0-e17151dfde19-cancel"},"parking_error":{"S":"TransientFailure"},"parking_cause":{"S":"{\"errorType\":\"TransientFailure\",\"errorMessage\":\"a dependency did not do its part, a retry can help\"}"},"total_minor":{"N":"1500"},"created_at":{"N":"1796071438886"},"updated_at":{"N":"1796071563332"}}', '{"pk":{"S":"order#01a22e33-3a28-757f-90b0-e17151dfde19"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-3a28-757f-90b0-e17151dfde19"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071438886#01a22e33-3a28-757f-90b0-e17151dfde19"},"status":{"S":"CANCELLING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":5,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"e6eecc4e-3c9b-4bf0-b93e-f722a361fd50"},"cancel_correlation_id":{"S":"61ef86e0-3c57-4604-b10a-dfbe695453b4"},"total_minor":{"N":"1500"},"created_at":{"N":"1796071438886"},"updated_at":{"N":"1796071439152"}}', 1796071563332);
INSERT INTO order_stream VALUES (21, 'MODIFY', '{"pk":{"S":"order#01a22e33-3a7b-77db-b91d-ab2972139ab6"}}', '{"pk":{"S":"order#01a22e33-3a7b-77db-b91d-ab2972139ab6"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-3a7b-77db-b91d-ab2972139ab6"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071438961#01a22e33-3a7b-77db-b91d-ab2972139ab6"},"status":{"S":"CANCELLING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":6,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"ae62da76-01b0-4280-95c2-a4349d45e368"},"cancel_correlation_id":{"S":"d0cbb17c-6d9f-42ca-a820-9641a3c51b07"},"total_minor":{"N":"1800"},"created_at":{"N":"1796071438961"},"updated_at":{"N":"1796071565759"}}', '{"pk":{"S":"order#01a22e33-3a7b-77db-b91d-ab2972139ab6"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e33-3a7b-77db-b91d-ab2972139ab6"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071438961#01a22e33-3a7b-77db-b91d-ab2972139ab6"},"status":{"S":"CONFIRMED"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":6,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"ae62da76-01b0-4280-95c2-a4349d45e368"},"total_minor":{"N":"1800"},"created_at":{"N":"1796071438961"},"updated_at":{"N":"1796071438993"}}', 1796071565759);
INSERT INTO order_stream VALUES (22, 'INSERT', '{"pk":{"S":"order#01a22e35-2a0c-737e-b121-33ad718876cd"}}', '{"pk":{"S":"order#01a22e35-2a0c-737e-b121-33ad718876cd"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e35-2a0c-737e-b121-33ad718876cd"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071565810#01a22e35-2a0c-737e-b121-33ad718876cd"},"status":{"S":"PENDING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":7,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"0e49f299-21bf-42c0-bbf7-5bdac30437c9"},"total_minor":{"N":"2100"},"created_at":{"N":"1796071565810"},"updated_at":{"N":"1796071565810"}}', NULL, 1796071565810);
INSERT INTO order_stream VALUES (23, 'INSERT', '{"pk":{"S":"order#01a22e35-3006-7784-9f58-00e021cd9b74"}}', '{"pk":{"S":"order#01a22e35-3006-7784-9f58-00e021cd9b74"},"kind":{"S":"ORDER"},"order_id":{"S":"01a22e35-3006-7784-9f58-00e021cd9b74"},"customer_id":{"S":"ann"},"created_order":{"S":"1796071567334#01a22e35-3006-7784-9f58-00e021cd9b74"},"status":{"S":"PENDING"},"open":{"S":"open"},"lines":{"S":"[{\"sku\":\"BASE-MUG\",\"quantity\":8,\"unit_price_minor\":300,\"currency\":\"EUR\"}]"},"currency":{"S":"EUR"},"correlation_id":{"S":"7e9cd842-9693-459f-874a-458e5cace1e3"},"total_minor":{"N":"2400"},"created_at":{"N":"1796071567334"},"updated_at":{"N":"1796071567334"}}', NULL, 1796071567334);
INSERT INTO idempotency VALUES ('ann', 'place-order', 'ok', X'BF2007D6A72B965D465B27D6F1909693D26147B2BE573D5E68AC6ACAEA47583F', 1, 1796071435604, 1796676225605, '01a22e33-064c-76b1-bc30-c625cfa9867d', X'7B22737461747573223A3230322C2268656164657273223A7B22436F6E74656E742D54797065223A226170706C69636174696F6E2F6A736F6E222C224C6F636174696F6E223A222F6F72646572732F30316132326533332D303634632D373662312D626333302D633632356366613938363764227D2C22626F6479223A227B5C2269645C223A5C2230316132326533332D303634632D373662312D626333302D6336323563666139383637645C222C5C227374617475735C223A5C2250454E44494E475C222C5C226974656D735C223A5B7B5C22736B755C223A5C22424153452D4D55475C222C5C227175616E746974795C223A312C5C22756E69745F70726963655C223A7B5C22616D6F756E745F6D696E6F725C223A3330302C5C2263757272656E63795C223A5C224555525C227D7D5D2C5C22746F74616C5C223A7B5C22616D6F756E745F6D696E6F725C223A3330302C5C2263757272656E63795C223A5C224555525C227D2C5C22637265617465645F61745C223A5C22323032362D31312D33305432303A34333A34352E3630355A5C222C5C22757064617465645F61745C223A5C22323032362D31312D33305432303A34333A34352E3630355A5C227D227D');
INSERT INTO idempotency VALUES ('ann', 'place-order', 'flaky', X'179A12045B5B3A05D487BB2EAEAC52D100EF9664202BA27EBD50E45D7AAA5951', 1, 1796071435713, 1796676225718, '01a22e33-06ba-705d-9f87-43da574b84ca', X'7B22737461747573223A3230322C2268656164657273223A7B22436F6E74656E742D54797065223A226170706C69636174696F6E2F6A736F6E222C224C6F636174696F6E223A222F6F72646572732F30316132326533332D303662612D373035642D396638372D343364613537346238346361227D2C22626F6479223A227B5C2269645C223A5C2230316132326533332D303662612D373035642D396638372D3433646135373462383463615C222C5C227374617475735C223A5C2250454E44494E475C222C5C226974656D735C223A5B7B5C22736B755C223A5C22424153452D4D55475C222C5C227175616E746974795C223A322C5C22756E69745F70726963655C223A7B5C22616D6F756E745F6D696E6F725C223A3330302C5C2263757272656E63795C223A5C224555525C227D7D5D2C5C22746F74616C5C223A7B5C22616D6F756E745F6D696E6F725C223A3630302C5C2263757272656E63795C223A5C224555525C227D2C5C22637265617465645F61745C223A5C22323032362D31312D33305432303A34333A34352E3731385A5C222C5C22757064617465645F61745C223A5C22323032362D31312D33305432303A34333A34352E3731385A5C227D227D');
INSERT INTO idempotency VALUES ('ann', 'place-order', 'declined', X'CA3097323F9EDAA8E8A5E247695C69FBDF71A06C74B96BB5B43B2B67AC313B31', 1, 1796071436153, 1796676226158, '01a22e33-0876-71d6-b83c-e35cf17e90a1', X'7B22737461747573223A3230322C2268656164657273223A7B22436F6E74656E742D54797065223A226170706C69636174696F6E2F6A736F6E222C224C6F636174696F6E223A222F6F72646572732F30316132326533332D303837362D373164362D623833632D653335636631376539306131227D2C22626F6479223A227B5C2269645C223A5C2230316132326533332D303837362D373164362D623833632D6533356366313765393061315C222C5C227374617475735C223A5C2250454E44494E475C222C5C226974656D735C223A5B7B5C22736B755C223A5C22424153452D4D55475C222C5C227175616E746974795C223A312C5C22756E69745F70726963655C223A7B5C22616D6F756E745F6D696E6F725C223A3330302C5C2263757272656E63795C223A5C224555525C227D7D5D2C5C22746F74616C5C223A7B5C22616D6F756E745F6D696E6F725C223A3330302C5C2263757272656E63795C223A5C224555525C227D2C5C22637265617465645F61745C223A5C22323032362D31312D33305432303A34333A34362E3135385A5C222C5C22757064617465645F61745C223A5C22323032362D31312D33305432303A34333A34362E3135385A5C227D227D');
INSERT INTO idempotency VALUES ('ann', 'place-order', 'capture', X'C2E96171DFAE5FFD1A66BAC0971CB5C37A7A429E580CCFC721542DAAC3FD5D44', 1, 1796071436567, 1796676226567, '01a22e33-0a07-7400-bd20-146ea22cf2f3', X'7B22737461747573223A3230322C2268656164657273223A7B22436F6E74656E742D54797065223A226170706C69636174696F6E2F6A736F6E222C224C6F636174696F6E223A222F6F72646572732F30316132326533332D306130372D373430302D626432302D313436656132326366326633227D2C22626F6479223A227B5C2269645C223A5C2230316132326533332D306130372D373430302D626432302D3134366561323263663266335C222C5C227374617475735C223A5C2250454E44494E475C222C5C226974656D735C223A5B7B5C22736B755C223A5C22424153452D4D55475C222C5C227175616E746974795C223A312C5C22756E69745F70726963655C223A7B5C22616D6F756E745F6D696E6F725C223A3330302C5C2263757272656E63795C223A5C224555525C227D7D5D2C5C22746F74616C5C223A7B5C22616D6F756E745F6D696E6F725C223A3330302C5C2263757272656E63795C223A5C224555525C227D2C5C22637265617465645F61745C223A5C22323032362D31312D33305432303A34333A34362E3536375A5C222C5C22757064617465645F61745C223A5C22323032362D31312D33305432303A34333A34362E3536375A5C227D227D');
INSERT INTO idempotency VALUES ('ann', 'place-order', 'down', X'2D2E7C9D6746519E7CB36719A096CD9CBC0941C50868A4508895388996A23A70', 1, 1796071436701, 1796676226702, '01a22e33-0a8e-77cb-a428-d8e14a64e877', X'7B22737461747573223A3230322C2268656164657273223A7B22436F6E74656E742D54797065223A226170706C69636174696F6E2F6A736F6E222C224C6F636174696F6E223A222F6F72646572732F30316132326533332D306138652D373763622D613432382D643865313461363465383737227D2C22626F6479223A227B5C2269645C223A5C2230316132326533332D306138652D373763622D613432382D6438653134613634653837375C222C5C227374617475735C223A5C2250454E44494E475C222C5C226974656D735C223A5B7B5C22736B755C223A5C22424153452D4D55475C222C5C227175616E746974795C223A312C5C22756E69745F70726963655C223A7B5C22616D6F756E745F6D696E6F725C223A3330302C5C2263757272656E63795C223A5C224555525C227D7D5D2C5C22746F74616C5C223A7B5C22616D6F756E745F6D696E6F725C223A3330302C5C2263757272656E63795C223A5C224555525C227D2C5C22637265617465645F61745C223A5C22323032362D31312D33305432303A34333A34362E3730325A5C222C5C22757064617465645F61745C223A5C22323032362D31312D33305432303A34333A34362E3730325A5C227D227D');
INSERT INTO idempotency VALUES ('ann', 'place-order', 'cancelled', X'3933C437987503DA7D439C0782D34536265ACEF172576CE318211B7E06047367', 1, 1796071448811, 1796676238812, '01a22e33-39dc-74bf-87ec-08b4f0e89382', X'7B22737461747573223A3230322C2268656164657273223A7B22436F6E74656E742D54797065223A226170706C69636174696F6E2F6A736F6E222C224C6F636174696F6E223A222F6F72646572732F30316132326533332D333964632D373462662D383765632D303862346630653839333832227D2C22626F6479223A227B5C2269645C223A5C2230316132326533332D333964632D373462662D383765632D3038623466306538393338325C222C5C227374617475735C223A5C2250454E44494E475C222C5C226974656D735C223A5B7B5C22736B755C223A5C22424153452D4D55475C222C5C227175616E746974795C223A342C5C22756E69745F70726963655C223A7B5C22616D6F756E745F6D696E6F725C223A3330302C5C2263757272656E63795C223A5C224555525C227D7D5D2C5C22746F74616C5C223A7B5C22616D6F756E745F6D696E6F725C223A313230302C5C2263757272656E63795C223A5C224555525C227D2C5C22637265617465645F61745C223A5C22323032362D31312D33305432303A34333A35382E3831325A5C222C5C22757064617465645F61745C223A5C22323032362D31312D33305432303A34333A35382E3831325A5C227D227D');
INSERT INTO idempotency VALUES ('ann', 'place-order', 'parked', X'E846F221A28C2EDD9B3ECF543D8793282F8DE9CEB014ACF631D0F4BC3FAD6890', 1, 1796071448885, 1796676238886, '01a22e33-3a28-757f-90b0-e17151dfde19', X'7B22737461747573223A3230322C2268656164657273223A7B22436F6E74656E742D54797065223A226170706C69636174696F6E2F6A736F6E222C224C6F636174696F6E223A222F6F72646572732F30316132326533332D336132382D373537662D393062302D653137313531646664653139227D2C22626F6479223A227B5C2269645C223A5C2230316132326533332D336132382D373537662D393062302D6531373135316466646531395C222C5C227374617475735C223A5C2250454E44494E475C222C5C226974656D735C223A5B7B5C22736B755C223A5C22424153452D4D55475C222C5C227175616E746974795C223A352C5C22756E69745F70726963655C223A7B5C22616D6F756E745F6D696E6F725C223A3330302C5C2263757272656E63795C223A5C224555525C227D7D5D2C5C22746F74616C5C223A7B5C22616D6F756E745F6D696E6F725C223A313530302C5C2263757272656E63795C223A5C224555525C227D2C5C22637265617465645F61745C223A5C22323032362D31312D33305432303A34333A35382E3838365A5C222C5C22757064617465645F61745C223A5C22323032362D31312D33305432303A34333A35382E3838365A5C227D227D');
INSERT INTO idempotency VALUES ('ann', 'place-order', 'to-be-cancelled', X'F7A81EC1C3C24E699A5ED9A79437089F4A35044DB2A004F5F7F8EE1B81A5E608', 1, 1796071448960, 1796676238961, '01a22e33-3a7b-77db-b91d-ab2972139ab6', X'7B22737461747573223A3230322C2268656164657273223A7B22436F6E74656E742D54797065223A226170706C69636174696F6E2F6A736F6E222C224C6F636174696F6E223A222F6F72646572732F30316132326533332D336137622D373764622D623931642D616232393732313339616236227D2C22626F6479223A227B5C2269645C223A5C2230316132326533332D336137622D373764622D623931642D6162323937323133396162365C222C5C227374617475735C223A5C2250454E44494E475C222C5C226974656D735C223A5B7B5C22736B755C223A5C22424153452D4D55475C222C5C227175616E746974795C223A362C5C22756E69745F70726963655C223A7B5C22616D6F756E745F6D696E6F725C223A3330302C5C2263757272656E63795C223A5C224555525C227D7D5D2C5C22746F74616C5C223A7B5C22616D6F756E745F6D696E6F725C223A313830302C5C2263757272656E63795C223A5C224555525C227D2C5C22637265617465645F61745C223A5C22323032362D31312D33305432303A34333A35382E3936315A5C222C5C22757064617465645F61745C223A5C22323032362D31312D33305432303A34333A35382E3936315A5C227D227D');
INSERT INTO idempotency VALUES ('ann', 'place-order', 'freed', NULL, 1, 1796071573372, 1796676363373, NULL, NULL);
INSERT INTO idempotency VALUES ('ann', 'place-order', 'running', X'4A0DC5D20C3FA1D387C4791AC1CCC3E477D34E06A5754803866EEF2DEFC57E2F', 1, 1796071575799, 1796676365810, '01a22e35-2a0c-737e-b121-33ad718876cd', X'7B22737461747573223A3230322C2268656164657273223A7B22436F6E74656E742D54797065223A226170706C69636174696F6E2F6A736F6E222C224C6F636174696F6E223A222F6F72646572732F30316132326533352D326130632D373337652D623132312D333361643731383837366364227D2C22626F6479223A227B5C2269645C223A5C2230316132326533352D326130632D373337652D623132312D3333616437313838373663645C222C5C227374617475735C223A5C2250454E44494E475C222C5C226974656D735C223A5B7B5C22736B755C223A5C22424153452D4D55475C222C5C227175616E746974795C223A372C5C22756E69745F70726963655C223A7B5C22616D6F756E745F6D696E6F725C223A3330302C5C2263757272656E63795C223A5C224555525C227D7D5D2C5C22746F74616C5C223A7B5C22616D6F756E745F6D696E6F725C223A323130302C5C2263757272656E63795C223A5C224555525C227D2C5C22637265617465645F61745C223A5C22323032362D31312D33305432303A34363A30352E3831305A5C222C5C22757064617465645F61745C223A5C22323032362D31312D33305432303A34363A30352E3831305A5C227D227D');
INSERT INTO idempotency VALUES ('ann', 'place-order', 'last', X'549A800A520375DC34BD0C8FA512C6E9A865C761675540096FFB81F6AC75A409', 1, 1796071577325, 1796676367334, '01a22e35-3006-7784-9f58-00e021cd9b74', X'7B22737461747573223A3230322C2268656164657273223A7B22436F6E74656E742D54797065223A226170706C69636174696F6E2F6A736F6E222C224C6F636174696F6E223A222F6F72646572732F30316132326533352D333030362D373738342D396635382D303065303231636439623734227D2C22626F6479223A227B5C2269645C223A5C2230316132326533352D333030362D373738342D396635382D3030653032316364396237345C222C5C227374617475735C223A5C2250454E44494E475C222C5C226974656D735C223A5B7B5C22736B755C223A5C22424153452D4D55475C222C5C227175616E746974795C223A382C5C22756E69745F70726963655C223A7B5C22616D6F756E745F6D696E6F725C223A3330302C5C2263757272656E63795C223A5C224555525C227D7D5D2C5C22746F74616C5C223A7B5C22616D6F756E745F6D696E6F725C223A323430302C5C2263757272656E63795C223A5C224555525C227D2C5C22637265617465645F61745C223A5C22323032362D31312D33305432303A34363A30372E3333345A5C222C5C22757064617465645F61745C223A5C22323032362D31312D33305432303A34363A30372E3333345A5C227D227D');
INSERT INTO products VALUES ('MUG-01', 'Enamel mug', 'Holds 350 ml of coffee, dents with dignity', 1250, 'EUR', 1, 42, 1796071424573, 100, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('MUG-02', 'Espresso cup', 'A small one for the second coffee', 900, 'EUR', 1, 119, 1796071424575, 80, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('TEE-01-S', 'T-shirt, small', 'Organic cotton, printed by hand', 2490, 'EUR', 1, 185, 1796071424585, 40, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('TEE-01-M', 'T-shirt, medium', 'Organic cotton, printed by hand', 2490, 'EUR', 1, 258, 1796071424586, 60, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('TEE-01-L', 'T-shirt, large', 'Organic cotton, printed by hand', 2490, 'EUR', 1, 332, 1796071424586, 60, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('TOTE-01', 'Tote bag', 'Carries ten kilograms, says so on the label', 1400, 'EUR', 1, 405, 1796071424586, 120, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('POSTER-01', 'Poster "Opening day"', 'Screen print, 50 × 70 cm', 2900, 'EUR', 1, 482, 1796071424586, 25, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('NOTE-01', 'Notebook', '144 dotted pages, lies flat', 1120, 'EUR', 1, 558, 1796071424589, 90, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('PIN-01', 'Enamel pin', 'Shows a shop that is about to vanish', 650, 'EUR', 1, 618, 1796071424589, 200, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('CAP-01', 'Cap', 'One size, one colour, many heads', 1900, 'EUR', 1, 686, 1796071424592, 35, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('SOCKS-01', 'Pair of socks', 'Left and right, size 38 to 42', 890, 'EUR', 1, 745, 1796071424595, 75, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('LAST-01', 'The last lamp', 'There is exactly one', 8900, 'EUR', 1, 812, 1796071424595, 1, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('BASE-MUG', 'Test product BASE-MUG', 'Sold by a test', 300, 'EUR', 2, 43, 1796071424954, 297, 7, 8, '01a22e33-05a9-755a-81de-aa36df91fb2b', '[[128,"BASE-MUG/01a22e33-05a9-755a-81de-aa36df91fb2b/128.jpg"],[256,"BASE-MUG/01a22e33-05a9-755a-81de-aa36df91fb2b/256.jpg"],[512,"BASE-MUG/01a22e33-05a9-755a-81de-aa36df91fb2b/512.jpg"],[1024,"BASE-MUG/01a22e33-05a9-755a-81de-aa36df91fb2b/1024.jpg"]]', 1796071425538);
INSERT INTO products VALUES ('SMALL-000002', 'Ünit "97"', 'first line
second, line, and some more words to make a row as long as most', 97, 'EUR', 4, 11353, 1796071425181, 97, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('SMALL-000001', 'Ünit "98"', 'first line
second, line, and some more words to make a row as long as most', 98, 'EUR', 4, 11471, 1796071425184, 98, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('SMALL-000000', 'Ünit "99"', 'first line
second, line, and some more words to make a row as long as most', 99, 'EUR', 4, 11589, 1796071425184, 99, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000026', 'Ünit "1454"', 'first line
second, line, and some more words to make a row as long as most', 1454, 'EUR', 11, 173527, 1796071567066, 454, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000045', 'Ünit "1455"', 'first line
second, line, and some more words to make a row as long as most', 1455, 'EUR', 11, 173648, 1796071567066, 455, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000038', 'Ünit "1452"', 'first line
second, line, and some more words to make a row as long as most', 1452, 'EUR', 11, 173285, 1796071567063, 452, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000014', 'Ünit "1456"', 'first line
second, line, and some more words to make a row as long as most', 1456, 'EUR', 11, 173769, 1796071567066, 456, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000007', 'Ünit "1453"', 'first line
second, line, and some more words to make a row as long as most', 1453, 'EUR', 11, 173406, 1796071567063, 453, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000033', 'Ünit "1457"', 'first line
second, line, and some more words to make a row as long as most', 1457, 'EUR', 11, 173890, 1796071567070, 457, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000019', 'Ünit "1451"', 'first line
second, line, and some more words to make a row as long as most', 1451, 'EUR', 11, 173164, 1796071567062, 451, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000002', 'Ünit "1458"', 'first line
second, line, and some more words to make a row as long as most', 1458, 'EUR', 11, 174011, 1796071567070, 458, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000021', 'Ünit "1459"', 'first line
second, line, and some more words to make a row as long as most', 1459, 'EUR', 11, 174132, 1796071567074, 459, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000040', 'Ünit "1460"', 'first line
second, line, and some more words to make a row as long as most', 1460, 'EUR', 11, 174253, 1796071567074, 460, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000028', 'Ünit "1462"', 'first line
second, line, and some more words to make a row as long as most', 1462, 'EUR', 11, 174495, 1796071567076, 462, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000009', 'Ünit "1461"', 'first line
second, line, and some more words to make a row as long as most', 1461, 'EUR', 11, 174374, 1796071567074, 461, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000047', 'Ünit "1463"', 'first line
second, line, and some more words to make a row as long as most', 1463, 'EUR', 11, 174616, 1796071567082, 463, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000016', 'Ünit "1464"', 'first line
second, line, and some more words to make a row as long as most', 1464, 'EUR', 11, 174737, 1796071567098, 464, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000035', 'Ünit "1465"', 'first line
second, line, and some more words to make a row as long as most', 1465, 'EUR', 11, 174858, 1796071567098, 465, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000004', 'Ünit "1466"', 'first line
second, line, and some more words to make a row as long as most', 1466, 'EUR', 11, 174979, 1796071567099, 466, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000023', 'Ünit "1467"', 'first line
second, line, and some more words to make a row as long as most', 1467, 'EUR', 11, 175100, 1796071567099, 467, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000042', 'Ünit "1468"', 'first line
second, line, and some more words to make a row as long as most', 1468, 'EUR', 11, 175221, 1796071567099, 468, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000011', 'Ünit "1469"', 'first line
second, line, and some more words to make a row as long as most', 1469, 'EUR', 11, 175342, 1796071567099, 469, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000030', 'Ünit "1470"', 'first line
second, line, and some more words to make a row as long as most', 1470, 'EUR', 11, 175463, 1796071567099, 470, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000049', 'Ünit "1471"', 'first line
second, line, and some more words to make a row as long as most', 1471, 'EUR', 11, 175584, 1796071567112, 471, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000018', 'Ünit "1472"', 'first line
second, line, and some more words to make a row as long as most', 1472, 'EUR', 11, 175705, 1796071567112, 472, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000037', 'Ünit "1473"', 'first line
second, line, and some more words to make a row as long as most', 1473, 'EUR', 11, 175826, 1796071567118, 473, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000006', 'Ünit "1474"', 'first line
second, line, and some more words to make a row as long as most', 1474, 'EUR', 11, 175947, 1796071567118, 474, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000025', 'Ünit "1475"', 'first line
second, line, and some more words to make a row as long as most', 1475, 'EUR', 11, 176068, 1796071567118, 475, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000013', 'Ünit "1477"', 'first line
second, line, and some more words to make a row as long as most', 1477, 'EUR', 11, 176310, 1796071567118, 477, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000032', 'Ünit "1478"', 'first line
second, line, and some more words to make a row as long as most', 1478, 'EUR', 11, 176431, 1796071567127, 478, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000044', 'Ünit "1476"', 'first line
second, line, and some more words to make a row as long as most', 1476, 'EUR', 11, 176189, 1796071567118, 476, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000020', 'Ünit "1480"', 'first line
second, line, and some more words to make a row as long as most', 1480, 'EUR', 11, 176673, 1796071567130, 480, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000001', 'Ünit "1479"', 'first line
second, line, and some more words to make a row as long as most', 1479, 'EUR', 11, 176552, 1796071567130, 479, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000039', 'Ünit "1481"', 'first line
second, line, and some more words to make a row as long as most', 1481, 'EUR', 11, 176794, 1796071567130, 481, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000015', 'Ünit "1485"', 'first line
second, line, and some more words to make a row as long as most', 1485, 'EUR', 11, 177278, 1796071567135, 485, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000008', 'Ünit "1482"', 'first line
second, line, and some more words to make a row as long as most', 1482, 'EUR', 11, 176915, 1796071567133, 482, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000034', 'Ünit "1486"', 'first line
second, line, and some more words to make a row as long as most', 1486, 'EUR', 11, 177399, 1796071567137, 486, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000027', 'Ünit "1483"', 'first line
second, line, and some more words to make a row as long as most', 1483, 'EUR', 11, 177036, 1796071567133, 483, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000046', 'Ünit "1484"', 'first line
second, line, and some more words to make a row as long as most', 1484, 'EUR', 11, 177157, 1796071567134, 484, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000003', 'Ünit "1487"', 'first line
second, line, and some more words to make a row as long as most', 1487, 'EUR', 11, 177520, 1796071567137, 487, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000010', 'Ünit "1490"', 'first line
second, line, and some more words to make a row as long as most', 1490, 'EUR', 11, 177883, 1796071567141, 490, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000022', 'Ünit "1488"', 'first line
second, line, and some more words to make a row as long as most', 1488, 'EUR', 11, 177641, 1796071567141, 488, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000029', 'Ünit "1491"', 'first line
second, line, and some more words to make a row as long as most', 1491, 'EUR', 11, 178004, 1796071567141, 491, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000041', 'Ünit "1489"', 'first line
second, line, and some more words to make a row as long as most', 1489, 'EUR', 11, 177762, 1796071567141, 489, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000048', 'Ünit "1492"', 'first line
second, line, and some more words to make a row as long as most', 1492, 'EUR', 11, 178125, 1796071567155, 492, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000017', 'Ünit "1493"', 'first line
second, line, and some more words to make a row as long as most', 1493, 'EUR', 11, 178246, 1796071567155, 493, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000036', 'Ünit "1494"', 'first line
second, line, and some more words to make a row as long as most', 1494, 'EUR', 11, 178367, 1796071567156, 494, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000005', 'Ünit "1495"', 'first line
second, line, and some more words to make a row as long as most', 1495, 'EUR', 11, 178488, 1796071567156, 495, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000024', 'Ünit "1496"', 'first line
second, line, and some more words to make a row as long as most', 1496, 'EUR', 11, 178609, 1796071567156, 496, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000043', 'Ünit "1497"', 'first line
second, line, and some more words to make a row as long as most', 1497, 'EUR', 11, 178730, 1796071567156, 497, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000012', 'Ünit "1498"', 'first line
second, line, and some more words to make a row as long as most', 1498, 'EUR', 11, 178851, 1796071567156, 498, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000031', 'Ünit "1499"', 'first line
second, line, and some more words to make a row as long as most', 1499, 'EUR', 11, 178972, 1796071567168, 499, 0, NULL, NULL, NULL, NULL);
INSERT INTO products VALUES ('ROWS-000000', 'Ünit "1450"', 'first line
second, line, and some more words to make a row as long as most', 1450, 'EUR', 11, 173043, 1796071567061, 450, 0, NULL, NULL, NULL, NULL);
INSERT INTO stock_reservations VALUES ('01a22e33-064c-76b1-bc30-c625cfa9867d', 'COMMITTED', '{"BASE-MUG":1}', 1796071425660);
INSERT INTO stock_reservations VALUES ('01a22e33-06ba-705d-9f87-43da574b84ca', 'COMMITTED', '{"BASE-MUG":2}', 1796071426111);
INSERT INTO stock_reservations VALUES ('01a22e33-0876-71d6-b83c-e35cf17e90a1', 'CLOSED', '{}', 1796071426519);
INSERT INTO stock_reservations VALUES ('01a22e33-0a07-7400-bd20-146ea22cf2f3', 'CLOSED', '{}', 1796071426596);
INSERT INTO stock_reservations VALUES ('01a22e33-0a8e-77cb-a428-d8e14a64e877', 'CLOSED', '{}', 1796071438736);
INSERT INTO stock_reservations VALUES ('01a22e33-39dc-74bf-87ec-08b4f0e89382', 'CLOSED', '{}', 1796071439091);
INSERT INTO stock_reservations VALUES ('01a22e33-3a28-757f-90b0-e17151dfde19', 'CLOSED', '{}', 1796071439166);
INSERT INTO stock_reservations VALUES ('01a22e33-3a7b-77db-b91d-ab2972139ab6', 'CLOSED', '{}', 1796071565809);
INSERT INTO stock_reservations VALUES ('01a22e35-2a0c-737e-b121-33ad718876cd', 'RESERVED', '{"BASE-MUG":7}', 1796071565918);
INSERT INTO payments VALUES ('01a22e33-064c-76b1-bc30-c625cfa9867d', 'CAPTURED', 300, 'EUR', 1796071425657);
INSERT INTO payments VALUES ('01a22e33-06ba-705d-9f87-43da574b84ca', 'CAPTURED', 600, 'EUR', 1796071426097);
INSERT INTO payments VALUES ('01a22e33-0876-71d6-b83c-e35cf17e90a1', 'VOIDED', 300, 'EUR', 1796071426521);
INSERT INTO payments VALUES ('01a22e33-0a07-7400-bd20-146ea22cf2f3', 'VOIDED', 300, 'EUR', 1796071426604);
INSERT INTO payments VALUES ('01a22e33-0a8e-77cb-a428-d8e14a64e877', 'VOIDED', 300, 'EUR', 1796071438738);
INSERT INTO payments VALUES ('01a22e33-39dc-74bf-87ec-08b4f0e89382', 'REFUNDED', 1200, 'EUR', 1796071439091);
INSERT INTO payments VALUES ('01a22e33-3a28-757f-90b0-e17151dfde19', 'CAPTURED', 1500, 'EUR', 1796071438908);
INSERT INTO payments VALUES ('01a22e33-3a7b-77db-b91d-ab2972139ab6', 'CAPTURED', 1800, 'EUR', 1796071438991);
INSERT INTO executions VALUES (1, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', '{"order_id":"01a22e33-064c-76b1-bc30-c625cfa9867d","correlation_id":"ead252df-0b81-4f64-a3d9-0ae2413a9d59"}', 'SUCCEEDED', NULL, NULL, 1796071425620, 1796071425689);
INSERT INTO executions VALUES (2, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', '{"order_id":"01a22e33-06ba-705d-9f87-43da574b84ca","correlation_id":"dfe21041-f0a0-41f2-a5cc-0bcc6579d22f"}', 'SUCCEEDED', NULL, NULL, 1796071425730, 1796071426240);
INSERT INTO executions VALUES (3, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', '{"order_id":"01a22e33-0876-71d6-b83c-e35cf17e90a1","correlation_id":"a3e4a1e2-fa17-4f7d-add8-9d3820cc827a"}', 'SUCCEEDED', NULL, NULL, 1796071426220, 1796071426564);
INSERT INTO executions VALUES (4, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', '{"order_id":"01a22e33-0a07-7400-bd20-146ea22cf2f3","correlation_id":"fc2ed01a-89a7-48a7-9042-1f95c42b52f1"}', 'SUCCEEDED', NULL, NULL, 1796071426573, 1796071426648);
INSERT INTO executions VALUES (5, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', '{"order_id":"01a22e33-0a8e-77cb-a428-d8e14a64e877","correlation_id":"09f75374-9967-42db-82c1-ba075a7df748"}', 'SUCCEEDED', NULL, NULL, 1796071426710, 1796071438752);
INSERT INTO executions VALUES (6, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', '{"order_id":"01a22e33-39dc-74bf-87ec-08b4f0e89382","correlation_id":"fd33b979-738a-4d79-87fb-1bd859c6baa6"}', 'SUCCEEDED', NULL, NULL, 1796071438815, 1796071438887);
INSERT INTO executions VALUES (7, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', '{"order_id":"01a22e33-3a28-757f-90b0-e17151dfde19","correlation_id":"e6eecc4e-3c9b-4bf0-b93e-f722a361fd50"}', 'SUCCEEDED', NULL, NULL, 1796071438893, 1796071438961);
INSERT INTO executions VALUES (8, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', '{"order_id":"01a22e33-3a7b-77db-b91d-ab2972139ab6","correlation_id":"ae62da76-01b0-4280-95c2-a4349d45e368"}', 'SUCCEEDED', NULL, NULL, 1796071438974, 1796071439028);
INSERT INTO executions VALUES (9, 'cancel', '01a22e33-39dc-74bf-87ec-08b4f0e89382-cancel', '{"order_id":"01a22e33-39dc-74bf-87ec-08b4f0e89382","correlation_id":"b791cf84-0113-43d7-81a3-164cdd6aad5b"}', 'SUCCEEDED', NULL, NULL, 1796071439083, 1796071439125);
INSERT INTO executions VALUES (10, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', '{"order_id":"01a22e33-3a28-757f-90b0-e17151dfde19","correlation_id":"61ef86e0-3c57-4604-b10a-dfbe695453b4"}', 'FAILED', 'TransientFailure', '{"errorType":"TransientFailure","errorMessage":"a dependency did not do its part, a retry can help"}', 1796071439159, 1796071563323);
INSERT INTO executions VALUES (11, 'cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', '{"order_id":"01a22e33-3a7b-77db-b91d-ab2972139ab6","correlation_id":"d0cbb17c-6d9f-42ca-a820-9641a3c51b07"}', 'RUNNING', NULL, NULL, 1796071565789, NULL);
INSERT INTO executions VALUES (12, 'order', '01a22e35-2a0c-737e-b121-33ad718876cd', '{"order_id":"01a22e35-2a0c-737e-b121-33ad718876cd","correlation_id":"0e49f299-21bf-42c0-bbf7-5bdac30437c9"}', 'RUNNING', NULL, NULL, 1796071565875, NULL);
INSERT INTO executions VALUES (13, 'catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', '{"upload_id":"01a22e35-2a82-71e3-a674-823d4d440ada","sequence":11,"object":{"key":"catalogs/01a22e35-2a82-71e3-a674-823d4d440ada.csv","version_id":"01a22e352ac8713abe04787918beab42","size_bytes":179213}}', 'RUNNING', NULL, NULL, 1796071566066, NULL);
INSERT INTO uploads VALUES (1, 'seed-catalog', 'catalog', NULL, NULL, 'seed-catalog.csv', 867, NULL, 1796071424556, 1796071424658, 'DONE', NULL, 12, 12, 0, 867, 867, '[]', '01a22e33020476a7924faadc4e832ca0', '0000000000000000000000000000000000000001');
INSERT INTO uploads VALUES (2, '01a22e33-036a-7599-8381-bb62e20b4553', 'catalog', NULL, NULL, 'stock.csv', 103, 'olga', 1796071424874, 1796071424960, 'DONE', NULL, 1, 1, 0, 103, 103, '[]', '01a22e33037b77fa98f378a7c75e550a', '0000000000000000000000000000000000000002');
INSERT INTO uploads VALUES (4, '01a22e33-03e3-7616-804f-f58fda26a2a3', 'catalog', NULL, NULL, 'small.csv', 11827, 'olga', 1796071424995, 1796071425188, 'DONE', NULL, 100, 99, 1, 11827, 11827, '[]', '01a22e3303ef71b98c4aacb5445a6833', '0000000000000000000000000000000000000003');
INSERT INTO uploads VALUES (6, '01a22e33-051a-71bc-ad3d-957d5d3392aa', 'catalog', NULL, NULL, 'wrong.csv', 9, 'olga', 1796071425306, 1796071425389, 'REJECTED', 'the header lacks sku, name, description, price, currency, stock; its fields are separated by semicolons, not by commas', 0, 0, 0, 0, 9, NULL, '01a22e33053e7016b650d07131f014ba', '0000000000000000000000000000000000000006');
INSERT INTO uploads VALUES (8, '01a22e33-05a9-755a-81de-aa36df91fb2b', 'product-photo', 'BASE-MUG', 'image/jpeg', NULL, 861, 'olga', 1796071425449, 1796071425538, 'DONE', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO uploads VALUES (10, '01a22e35-2a32-778d-8ce6-f6b3771aff69', 'catalog', NULL, NULL, 'waiting.csv', 5, 'olga', 1796071565874, 1796071565874, 'WAITING', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO uploads VALUES (11, '01a22e35-2a82-71e3-a674-823d4d440ada', 'catalog', NULL, NULL, 'large.csv', 179213, 'olga', 1796071565954, 1796071567198, 'PROCESSING', NULL, 1259, 1247, 12, 150438, 179213, NULL, '01a22e352ac8713abe04787918beab42', '000000000000000000000000000000000000000C');
INSERT INTO uploads VALUES (12, '01a22e35-2a9e-7543-b5d7-36d235547056', 'catalog', NULL, NULL, 'late.csv', 99, 'olga', 1796071565982, 1796071565982, 'WAITING', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO uploads VALUES (13, '01a22e35-2aba-74df-a9de-55078e0a399c', 'product-photo', 'SMALL-000001', 'image/jpeg', NULL, 861, 'olga', 1796071566010, 1796071566010, 'WAITING', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO sends VALUES ('import/01a22e33-036a-7599-8381-bb62e20b4553-2', 'SENT', 1796071424961);
INSERT INTO sends VALUES ('import/01a22e33-03e3-7616-804f-f58fda26a2a3-4', 'SENT', 1796071425189);
INSERT INTO sends VALUES ('import/01a22e33-051a-71bc-ad3d-957d5d3392aa-6', 'SENT', 1796071425394);
INSERT INTO sends VALUES ('order/01a22e33-064c-76b1-bc30-c625cfa9867d/CONFIRMED', 'SENT', 1796071425665);
INSERT INTO sends VALUES ('order/01a22e33-06ba-705d-9f87-43da574b84ca/CONFIRMED', 'SENT', 1796071426166);
INSERT INTO sends VALUES ('order/01a22e33-0876-71d6-b83c-e35cf17e90a1/REJECTED', 'SENT', 1796071426559);
INSERT INTO sends VALUES ('order/01a22e33-0a07-7400-bd20-146ea22cf2f3/REJECTED', 'SENT', 1796071426645);
INSERT INTO sends VALUES ('order/01a22e33-0a8e-77cb-a428-d8e14a64e877/REJECTED', 'SENT', 1796071438749);
INSERT INTO sends VALUES ('order/01a22e33-39dc-74bf-87ec-08b4f0e89382/CONFIRMED', 'SENT', 1796071438878);
INSERT INTO sends VALUES ('order/01a22e33-3a28-757f-90b0-e17151dfde19/CONFIRMED', 'SENT', 1796071438949);
INSERT INTO sends VALUES ('order/01a22e33-3a7b-77db-b91d-ab2972139ab6/CONFIRMED', 'SENT', 1796071439014);
INSERT INTO sends VALUES ('order/01a22e33-39dc-74bf-87ec-08b4f0e89382/CANCELLED', 'SENT', 1796071439122);
INSERT INTO objects VALUES (1, 'popshop-dev-uploads-000000000000', 'catalogs/seed-catalog.csv', '01a22e33020476a7924faadc4e832ca0', 'catalogs/seed-catalog.csv@01a22e33020476a7924faadc4e832ca0', 867, 'text/csv', 1796071424526);
INSERT INTO objects VALUES (2, 'popshop-dev-uploads-000000000000', 'catalogs/01a22e33-036a-7599-8381-bb62e20b4553.csv', '01a22e33037b77fa98f378a7c75e550a', 'catalogs/01a22e33-036a-7599-8381-bb62e20b4553.csv@01a22e33037b77fa98f378a7c75e550a', 103, 'text/csv', 1796071424918);
INSERT INTO objects VALUES (3, 'popshop-dev-uploads-000000000000', 'catalogs/01a22e33-03e3-7616-804f-f58fda26a2a3.csv', '01a22e3303ef71b98c4aacb5445a6833', 'catalogs/01a22e33-03e3-7616-804f-f58fda26a2a3.csv@01a22e3303ef71b98c4aacb5445a6833', 11827, 'text/csv', 1796071425017);
INSERT INTO objects VALUES (4, 'popshop-dev-uploads-000000000000', 'report-parts/01a22e33-03e3-7616-804f-f58fda26a2a3/4/01a22e33-04a0-748f-b788-5d1bbb2e4b54.csv', '01a22e3304a0748fb7885d1ce65229d8', 'report-parts/01a22e33-03e3-7616-804f-f58fda26a2a3/4/01a22e33-04a0-748f-b788-5d1bbb2e4b54.csv@01a22e3304a0748fb7885d1ce65229d8', 173, 'text/csv; charset=utf-8', 1796071425185);
INSERT INTO objects VALUES (5, 'popshop-dev-uploads-000000000000', 'reports/01a22e33-03e3-7616-804f-f58fda26a2a3/rejected.csv', '01a22e3304a370ae80918a82ea9deb20', 'reports/01a22e33-03e3-7616-804f-f58fda26a2a3/rejected.csv@01a22e3304a370ae80918a82ea9deb20', 228, 'text/csv; charset=utf-8', 1796071425188);
INSERT INTO objects VALUES (6, 'popshop-dev-uploads-000000000000', 'catalogs/01a22e33-051a-71bc-ad3d-957d5d3392aa.csv', '01a22e33053e7016b650d07131f014ba', 'catalogs/01a22e33-051a-71bc-ad3d-957d5d3392aa.csv@01a22e33053e7016b650d07131f014ba', 9, 'text/csv', 1796071425360);
INSERT INTO objects VALUES (7, 'popshop-dev-uploads-000000000000', 'photos/BASE-MUG/01a22e33-05a9-755a-81de-aa36df91fb2b', '01a22e3305ae77e799b46014eae48760', 'photos/BASE-MUG/01a22e33-05a9-755a-81de-aa36df91fb2b@01a22e3305ae77e799b46014eae48760', 861, 'image/jpeg', 1796071425465);
INSERT INTO objects VALUES (8, 'popshop-dev-thumbnails-000000000000', 'BASE-MUG/01a22e33-05a9-755a-81de-aa36df91fb2b/128.jpg', '01a22e3305cb77e9b065784ca7b624d7', 'BASE-MUG/01a22e33-05a9-755a-81de-aa36df91fb2b/128.jpg@01a22e3305cb77e9b065784ca7b624d7', 1080, 'image/jpeg', 1796071425487);
INSERT INTO objects VALUES (9, 'popshop-dev-thumbnails-000000000000', 'BASE-MUG/01a22e33-05a9-755a-81de-aa36df91fb2b/256.jpg', '01a22e3305cf7163b09cfe3154719c04', 'BASE-MUG/01a22e33-05a9-755a-81de-aa36df91fb2b/256.jpg@01a22e3305cf7163b09cfe3154719c04', 1080, 'image/jpeg', 1796071425509);
INSERT INTO objects VALUES (10, 'popshop-dev-thumbnails-000000000000', 'BASE-MUG/01a22e33-05a9-755a-81de-aa36df91fb2b/512.jpg', '01a22e3305ea757e8cc5211400416d1f', 'BASE-MUG/01a22e33-05a9-755a-81de-aa36df91fb2b/512.jpg@01a22e3305ea757e8cc5211400416d1f', 1080, 'image/jpeg', 1796071425522);
INSERT INTO objects VALUES (11, 'popshop-dev-thumbnails-000000000000', 'BASE-MUG/01a22e33-05a9-755a-81de-aa36df91fb2b/1024.jpg', '01a22e3305f2739ea54da60e6d48a599', 'BASE-MUG/01a22e33-05a9-755a-81de-aa36df91fb2b/1024.jpg@01a22e3305f2739ea54da60e6d48a599', 1080, 'image/jpeg', 1796071425534);
INSERT INTO objects VALUES (12, 'popshop-dev-uploads-000000000000', 'catalogs/01a22e35-2a82-71e3-a674-823d4d440ada.csv', '01a22e352ac8713abe04787918beab42', 'catalogs/01a22e35-2a82-71e3-a674-823d4d440ada.csv@01a22e352ac8713abe04787918beab42', 179213, 'text/csv', 1796071566035);
INSERT INTO objects VALUES (13, 'popshop-dev-uploads-000000000000', 'report-parts/01a22e35-2a82-71e3-a674-823d4d440ada/11/01a22e35-2c4a-7433-85ea-0d10913dbbec.csv', '01a22e352c4a743385ea0d114e6e5305', 'report-parts/01a22e35-2a82-71e3-a674-823d4d440ada/11/01a22e35-2c4a-7433-85ea-0d10913dbbec.csv@01a22e352c4a743385ea0d114e6e5305', 696, 'text/csv; charset=utf-8', 1796071567182);
INSERT INTO objects VALUES (14, 'popshop-dev-uploads-000000000000', 'report-parts/01a22e35-2a82-71e3-a674-823d4d440ada/11/01a22e35-2bca-7658-8713-e3327bdaa58f.csv', '01a22e352bca76588713e333dd015af4', 'report-parts/01a22e35-2a82-71e3-a674-823d4d440ada/11/01a22e35-2bca-7658-8713-e3327bdaa58f.csv@01a22e352bca76588713e333dd015af4', 692, 'text/csv; charset=utf-8', 1796071567192);
INSERT INTO objects VALUES (15, 'popshop-dev-uploads-000000000000', 'report-parts/01a22e35-2a82-71e3-a674-823d4d440ada/11/01a22e35-2c4e-75ca-8fce-3213aeef359c.csv', '01a22e352c4e75ca8fce321431ca62ad', 'report-parts/01a22e35-2a82-71e3-a674-823d4d440ada/11/01a22e35-2c4e-75ca-8fce-3213aeef359c.csv@01a22e352c4e75ca8fce321431ca62ad', 688, 'text/csv; charset=utf-8', 1796071567192);
INSERT INTO objects VALUES (16, 'popshop-dev-uploads-000000000000', 'photos/SMALL-000001/01a22e35-2aba-74df-a9de-55078e0a399c', '01a22e352fbe77d79aa6c81a890e6640', 'photos/SMALL-000001/01a22e35-2aba-74df-a9de-55078e0a399c@01a22e352fbe77d79aa6c81a890e6640', 861, 'image/jpeg', 1796071567335);
INSERT INTO objects VALUES (17, 'popshop-dev-uploads-000000000000', 'catalogs/01a22e35-2a9e-7543-b5d7-36d235547056.csv', '01a22e352fb0745cb8b2db20b5750c1f', 'catalogs/01a22e35-2a9e-7543-b5d7-36d235547056.csv@01a22e352fb0745cb8b2db20b5750c1f', 99, 'text/csv', 1796071567336);
INSERT INTO secrets VALUES ('links', X'02974612CFB8A1BFEBEDF10A9D6F37E093D17384BAF0EB9C554C5FE9CF1ED2C6');
INSERT INTO secrets VALUES ('page-tokens', X'434A48F6A71F550BA8AAFA14E2748CA7296675329184CD5A2794C66E01CE1CBD');
INSERT INTO secrets VALUES ('token-issuer', X'1B4966FDA0A2BAD3126C0DAE3BA282C733E295AD7E15853BFA4F4E5EB9456FB2');
INSERT INTO import_ranges VALUES (1, 0, 867, 14, 12, 0, '[]', 1);
INSERT INTO import_ranges VALUES (2, 0, 103, 3, 1, 0, '[]', 1);
INSERT INTO import_ranges VALUES (4, 0, 11827, 202, 100, 1, '["01a22e33-04a0-748f-b788-5d1bbb2e4b54"]', 1);
INSERT INTO import_ranges VALUES (11, 0, 50640, 856, 427, 4, '["01a22e35-2c4e-75ca-8fce-3213aeef359c"]', 0);
INSERT INTO import_ranges VALUES (11, 1, 117399, 1978, 435, 4, '["01a22e35-2bca-7658-8713-e3327bdaa58f"]', 0);
INSERT INTO import_ranges VALUES (11, 2, 179213, 3002, 397, 4, '["01a22e35-2c4a-7433-85ea-0d10913dbbec"]', 1);
INSERT INTO queue_messages VALUES (3, 'ThumbnailQueue', 'fdb07ec7-d33e-41fa-bc33-89b23df70267', '{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"local","eventTime":"2026-11-30T20:46:07.335Z","eventName":"ObjectCreated:Put","userIdentity":{"principalId":"AWS:local"},"requestParameters":{"sourceIPAddress":"127.0.0.1"},"responseElements":{"x-amz-request-id":"000000000000000010","x-amz-id-2":"local-host"},"s3":{"s3SchemaVersion":"1.0","configurationId":"ThumbnailQueue","bucket":{"name":"popshop-dev-uploads-000000000000","ownerIdentity":{"principalId":"local"},"arn":"arn:aws:s3:::popshop-dev-uploads-000000000000"},"object":{"key":"photos/SMALL-000001/01a22e35-2aba-74df-a9de-55078e0a399c","size":861,"eTag":"01a22e352fbe77d79aa6c81a890e6640","versionId":"01a22e352fbe77d79aa6c81a890e6640","sequencer":"000000000000000010"}}}]}', 1796071567370, 1796071927379, 1796071567379, 1);
INSERT INTO asynchronous_invocations VALUES (9, 'CsvIngester', '{"version":"0","id":"0f95547e-e0d7-4cf8-80af-47febe0ba778","detail-type":"Object Created","source":"aws.s3","account":"000000000000","time":"2026-11-30T20:46:07.370Z","region":"local","resources":["arn:aws:s3:::popshop-dev-uploads-000000000000"],"detail":{"version":"0","bucket":{"name":"popshop-dev-uploads-000000000000"},"object":{"key":"catalogs/01a22e35-2a9e-7543-b5d7-36d235547056.csv","size":99,"etag":"01a22e352fb0745cb8b2db20b5750c1f","version-id":"01a22e352fb0745cb8b2db20b5750c1f","sequencer":"000000000000000011"},"request-id":"000000000000000011","requester":"000000000000","source-ip-address":"127.0.0.1","reason":"PutObject"}}', 1796071567370, 1796072467371, 1);
INSERT INTO stream_positions VALUES ('SagaStart', 22, 0, 25);
INSERT INTO announced_notifications VALUES ('popshop-dev-uploads-000000000000', 'ThumbnailQueue');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/0/again', '1796071439824');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/0/answer', '{"Err":{"error":"TransientFailure","cause":"{\"errorType\":\"TransientFailure\",\"errorMessage\":\"a dependency did not do its part, a retry can help\"}"}}');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/1/again', '1796071440099');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/1/answer', '{"Err":{"error":"TransientFailure","cause":"{\"errorType\":\"TransientFailure\",\"errorMessage\":\"a dependency did not do its part, a retry can help\"}"}}');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/1/scheduled', '1796071439825');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/2/again', '1796071441227');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/2/answer', '{"Err":{"error":"TransientFailure","cause":"{\"errorType\":\"TransientFailure\",\"errorMessage\":\"a dependency did not do its part, a retry can help\"}"}}');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/2/scheduled', '1796071440100');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/3/again', '1796071443888');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/3/answer', '{"Err":{"error":"TransientFailure","cause":"{\"errorType\":\"TransientFailure\",\"errorMessage\":\"a dependency did not do its part, a retry can help\"}"}}');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/3/scheduled', '1796071441229');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/4/again', '1796071456088');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/4/answer', '{"Err":{"error":"TransientFailure","cause":"{\"errorType\":\"TransientFailure\",\"errorMessage\":\"a dependency did not do its part, a retry can help\"}"}}');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/4/scheduled', '1796071443889');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/5/again', '1796071483813');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/5/answer', '{"Err":{"error":"TransientFailure","cause":"{\"errorType\":\"TransientFailure\",\"errorMessage\":\"a dependency did not do its part, a retry can help\"}"}}');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/5/scheduled', '1796071456089');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/6/again', '1796071538269');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/6/answer', '{"Err":{"error":"TransientFailure","cause":"{\"errorType\":\"TransientFailure\",\"errorMessage\":\"a dependency did not do its part, a retry can help\"}"}}');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/6/scheduled', '1796071483822');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/7/again', '1796071563319');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/7/answer', '{"Err":{"error":"TransientFailure","cause":"{\"errorType\":\"TransientFailure\",\"errorMessage\":\"a dependency did not do its part, a retry can help\"}"}}');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/7/scheduled', '1796071538274');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/8/answer', '{"Err":{"error":"TransientFailure","cause":"{\"errorType\":\"TransientFailure\",\"errorMessage\":\"a dependency did not do its part, a retry can help\"}"}}');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/8/scheduled', '1796071563320');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/0/RefundPayment#1/entered', '1796071439165');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/1/Restock#1/0/answer', '{"Ok":{"ExecutedVersion":"$LATEST","Payload":{"outcome":"RELEASED"},"StatusCode":200}}');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/1/Restock#1/entered', '1796071439165');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/1/Restock#1/exited', '1796071439172');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/0/failed', '{"error":"TransientFailure","cause":"{\"errorType\":\"TransientFailure\",\"errorMessage\":\"a dependency did not do its part, a retry can help\"}"}');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'GiveBack#1/entered', '1796071439165');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 'outcome', '{"Failed":{"error":"TransientFailure","cause":"{\"errorType\":\"TransientFailure\",\"errorMessage\":\"a dependency did not do its part, a retry can help\"}"}}');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 'GiveBack#1/0/0/RefundPayment#1/0/again', '1796071566647');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 'GiveBack#1/0/0/RefundPayment#1/0/answer', '{"Err":{"error":"TransientFailure","cause":"{\"errorType\":\"TransientFailure\",\"errorMessage\":\"a dependency did not do its part, a retry can help\"}"}}');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 'GiveBack#1/0/0/RefundPayment#1/1/again', '1796071568443');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 'GiveBack#1/0/0/RefundPayment#1/1/answer', '{"Err":{"error":"TransientFailure","cause":"{\"errorType\":\"TransientFailure\",\"errorMessage\":\"a dependency did not do its part, a retry can help\"}"}}');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 'GiveBack#1/0/0/RefundPayment#1/1/scheduled', '1796071566650');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 'GiveBack#1/0/0/RefundPayment#1/entered', '1796071565798');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 'GiveBack#1/0/1/Restock#1/0/answer', '{"Ok":{"ExecutedVersion":"$LATEST","Payload":{"outcome":"RELEASED"},"StatusCode":200}}');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 'GiveBack#1/0/1/Restock#1/entered', '1796071565798');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 'GiveBack#1/0/1/Restock#1/exited', '1796071565838');
INSERT INTO execution_journal VALUES ('cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 'GiveBack#1/entered', '1796071565794');
INSERT INTO execution_journal VALUES ('catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 'IngestRanges#1/0/0/IngestRange#1/entered', '1796071566163');
INSERT INTO execution_journal VALUES ('catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 'IngestRanges#1/0/1/IngestRange#1/entered', '1796071566163');
INSERT INTO execution_journal VALUES ('catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 'IngestRanges#1/0/2/IngestRange#1/0/answer', '{"Ok":{"ExecutedVersion":"$LATEST","Payload":{"outcome":"DONE"},"StatusCode":200}}');
INSERT INTO execution_journal VALUES ('catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 'IngestRanges#1/0/2/IngestRange#1/entered', '1796071566163');
INSERT INTO execution_journal VALUES ('catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 'IngestRanges#1/0/2/IsRead#1/entered', '1796071567324');
INSERT INTO execution_journal VALUES ('catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 'IngestRanges#1/0/2/Read#1/entered', '1796071567351');
INSERT INTO execution_journal VALUES ('catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 'IngestRanges#1/entered', '1796071566159');
INSERT INTO execution_journal VALUES ('catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 'IsDivided#1/entered', '1796071566094');
INSERT INTO execution_journal VALUES ('catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 'IsPlanned#1/entered', '1796071566141');
INSERT INTO execution_journal VALUES ('catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 'Plan#1/0/answer', '{"Ok":{"ExecutedVersion":"$LATEST","Payload":{"outcome":"PLANNED","ranges":[{"index":0,"begin":0,"line":1,"end":65634},{"index":1,"begin":65634,"line":1108,"end":131180},{"index":2,"begin":131180,"line":2208,"end":179213}],"range_count":3},"StatusCode":200}}');
INSERT INTO execution_journal VALUES ('catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 'Plan#1/entered', '1796071566098');
INSERT INTO execution_journal VALUES ('order', '01a22e35-2a0c-737e-b121-33ad718876cd', 'ReserveAndAuthorize#1/0/0/ReserveStock#1/0/answer', '{"Ok":{"ExecutedVersion":"$LATEST","Payload":{"outcome":"RESERVED"},"StatusCode":200}}');
INSERT INTO execution_journal VALUES ('order', '01a22e35-2a0c-737e-b121-33ad718876cd', 'ReserveAndAuthorize#1/0/0/ReserveStock#1/entered', '1796071565910');
INSERT INTO execution_journal VALUES ('order', '01a22e35-2a0c-737e-b121-33ad718876cd', 'ReserveAndAuthorize#1/0/0/ReserveStock#1/exited', '1796071565945');
INSERT INTO execution_journal VALUES ('order', '01a22e35-2a0c-737e-b121-33ad718876cd', 'ReserveAndAuthorize#1/0/1/AuthorizePayment#1/0/again', '1796071566586');
INSERT INTO execution_journal VALUES ('order', '01a22e35-2a0c-737e-b121-33ad718876cd', 'ReserveAndAuthorize#1/0/1/AuthorizePayment#1/0/answer', '{"Err":{"error":"TransientFailure","cause":"{\"errorType\":\"TransientFailure\",\"errorMessage\":\"a dependency did not do its part, a retry can help\"}"}}');
INSERT INTO execution_journal VALUES ('order', '01a22e35-2a0c-737e-b121-33ad718876cd', 'ReserveAndAuthorize#1/0/1/AuthorizePayment#1/1/again', '1796071568368');
INSERT INTO execution_journal VALUES ('order', '01a22e35-2a0c-737e-b121-33ad718876cd', 'ReserveAndAuthorize#1/0/1/AuthorizePayment#1/1/answer', '{"Err":{"error":"TransientFailure","cause":"{\"errorType\":\"TransientFailure\",\"errorMessage\":\"a dependency did not do its part, a retry can help\"}"}}');
INSERT INTO execution_journal VALUES ('order', '01a22e35-2a0c-737e-b121-33ad718876cd', 'ReserveAndAuthorize#1/0/1/AuthorizePayment#1/1/scheduled', '1796071566588');
INSERT INTO execution_journal VALUES ('order', '01a22e35-2a0c-737e-b121-33ad718876cd', 'ReserveAndAuthorize#1/0/1/AuthorizePayment#1/entered', '1796071565910');
INSERT INTO execution_journal VALUES ('order', '01a22e35-2a0c-737e-b121-33ad718876cd', 'ReserveAndAuthorize#1/entered', '1796071565898');
INSERT INTO execution_history VALUES (1, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425638, 'ExecutionStarted', '');
INSERT INTO execution_history VALUES (2, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425638, 'ParallelStateEntered', 'ReserveAndAuthorize');
INSERT INTO execution_history VALUES (3, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425638, 'TaskStateEntered', 'ReserveStock');
INSERT INTO execution_history VALUES (4, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425639, 'TaskScheduled', 'ReserveStock');
INSERT INTO execution_history VALUES (5, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425639, 'TaskStateEntered', 'AuthorizePayment');
INSERT INTO execution_history VALUES (6, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425639, 'TaskScheduled', 'AuthorizePayment');
INSERT INTO execution_history VALUES (7, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425650, 'TaskSucceeded', 'ReserveStock');
INSERT INTO execution_history VALUES (8, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425654, 'TaskSucceeded', 'AuthorizePayment');
INSERT INTO execution_history VALUES (9, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425655, 'TaskStateExited', 'ReserveStock');
INSERT INTO execution_history VALUES (10, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425655, 'TaskStateExited', 'AuthorizePayment');
INSERT INTO execution_history VALUES (11, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425656, 'ParallelStateExited', 'ReserveAndAuthorize');
INSERT INTO execution_history VALUES (12, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425656, 'TaskStateEntered', 'CapturePayment');
INSERT INTO execution_history VALUES (13, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425656, 'TaskScheduled', 'CapturePayment');
INSERT INTO execution_history VALUES (14, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425659, 'TaskSucceeded', 'CapturePayment');
INSERT INTO execution_history VALUES (15, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425659, 'TaskStateExited', 'CapturePayment');
INSERT INTO execution_history VALUES (16, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425659, 'TaskStateEntered', 'ConfirmOrder');
INSERT INTO execution_history VALUES (17, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425659, 'TaskScheduled', 'ConfirmOrder');
INSERT INTO execution_history VALUES (18, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425663, 'TaskSucceeded', 'ConfirmOrder');
INSERT INTO execution_history VALUES (19, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425663, 'TaskStateExited', 'ConfirmOrder');
INSERT INTO execution_history VALUES (20, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425663, 'TaskStateEntered', 'NotifyConfirmed');
INSERT INTO execution_history VALUES (21, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425663, 'TaskScheduled', 'NotifyConfirmed');
INSERT INTO execution_history VALUES (22, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425679, 'TaskSucceeded', 'NotifyConfirmed');
INSERT INTO execution_history VALUES (23, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425685, 'TaskStateExited', 'NotifyConfirmed');
INSERT INTO execution_history VALUES (24, 'order', '01a22e33-064c-76b1-bc30-c625cfa9867d', 1796071425685, 'ExecutionSucceeded', '');
INSERT INTO execution_history VALUES (25, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071425750, 'ExecutionStarted', '');
INSERT INTO execution_history VALUES (26, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071425750, 'ParallelStateEntered', 'ReserveAndAuthorize');
INSERT INTO execution_history VALUES (27, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071425750, 'TaskStateEntered', 'ReserveStock');
INSERT INTO execution_history VALUES (28, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071425750, 'TaskScheduled', 'ReserveStock');
INSERT INTO execution_history VALUES (29, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071425751, 'TaskStateEntered', 'AuthorizePayment');
INSERT INTO execution_history VALUES (30, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071425751, 'TaskScheduled', 'AuthorizePayment');
INSERT INTO execution_history VALUES (31, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071425773, 'TaskSucceeded', 'ReserveStock');
INSERT INTO execution_history VALUES (32, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071425773, 'TaskFailed', 'AuthorizePayment');
INSERT INTO execution_history VALUES (33, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071425786, 'TaskStateExited', 'ReserveStock');
INSERT INTO execution_history VALUES (34, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071425786, 'RetryScheduled', 'AuthorizePayment');
INSERT INTO execution_history VALUES (35, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071425932, 'TaskScheduled', 'AuthorizePayment');
INSERT INTO execution_history VALUES (36, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071425934, 'TaskFailed', 'AuthorizePayment');
INSERT INTO execution_history VALUES (37, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071425936, 'RetryScheduled', 'AuthorizePayment');
INSERT INTO execution_history VALUES (38, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071426074, 'TaskScheduled', 'AuthorizePayment');
INSERT INTO execution_history VALUES (39, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071426082, 'TaskSucceeded', 'AuthorizePayment');
INSERT INTO execution_history VALUES (40, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071426083, 'TaskStateExited', 'AuthorizePayment');
INSERT INTO execution_history VALUES (41, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071426090, 'ParallelStateExited', 'ReserveAndAuthorize');
INSERT INTO execution_history VALUES (42, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071426090, 'TaskStateEntered', 'CapturePayment');
INSERT INTO execution_history VALUES (43, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071426091, 'TaskScheduled', 'CapturePayment');
INSERT INTO execution_history VALUES (44, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071426110, 'TaskSucceeded', 'CapturePayment');
INSERT INTO execution_history VALUES (45, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071426111, 'TaskStateExited', 'CapturePayment');
INSERT INTO execution_history VALUES (46, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071426111, 'TaskStateEntered', 'ConfirmOrder');
INSERT INTO execution_history VALUES (47, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071426111, 'TaskScheduled', 'ConfirmOrder');
INSERT INTO execution_history VALUES (48, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071426134, 'TaskSucceeded', 'ConfirmOrder');
INSERT INTO execution_history VALUES (49, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071426140, 'TaskStateExited', 'ConfirmOrder');
INSERT INTO execution_history VALUES (50, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071426140, 'TaskStateEntered', 'NotifyConfirmed');
INSERT INTO execution_history VALUES (51, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071426140, 'TaskScheduled', 'NotifyConfirmed');
INSERT INTO execution_history VALUES (52, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071426235, 'TaskSucceeded', 'NotifyConfirmed');
INSERT INTO execution_history VALUES (53, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071426239, 'TaskStateExited', 'NotifyConfirmed');
INSERT INTO execution_history VALUES (54, 'order', '01a22e33-06ba-705d-9f87-43da574b84ca', 1796071426239, 'ExecutionSucceeded', '');
INSERT INTO execution_history VALUES (55, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426398, 'ExecutionStarted', '');
INSERT INTO execution_history VALUES (56, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426398, 'ParallelStateEntered', 'ReserveAndAuthorize');
INSERT INTO execution_history VALUES (57, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426399, 'TaskStateEntered', 'ReserveStock');
INSERT INTO execution_history VALUES (58, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426400, 'TaskScheduled', 'ReserveStock');
INSERT INTO execution_history VALUES (59, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426400, 'TaskStateEntered', 'AuthorizePayment');
INSERT INTO execution_history VALUES (60, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426400, 'TaskScheduled', 'AuthorizePayment');
INSERT INTO execution_history VALUES (61, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426502, 'TaskFailed', 'AuthorizePayment');
INSERT INTO execution_history VALUES (62, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426510, 'TaskSucceeded', 'ReserveStock');
INSERT INTO execution_history VALUES (63, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426510, 'ErrorCaught', 'AuthorizePayment');
INSERT INTO execution_history VALUES (64, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426511, 'TaskStateExited', 'ReserveStock');
INSERT INTO execution_history VALUES (65, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426513, 'TaskStateExited', 'AuthorizePayment');
INSERT INTO execution_history VALUES (66, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426514, 'FailStateEntered', 'PaymentRefused');
INSERT INTO execution_history VALUES (67, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426517, 'ErrorCaught', 'ReserveAndAuthorize');
INSERT INTO execution_history VALUES (68, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426518, 'ParallelStateExited', 'ReserveAndAuthorize');
INSERT INTO execution_history VALUES (69, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426518, 'ParallelStateEntered', 'UndoOrder');
INSERT INTO execution_history VALUES (70, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426518, 'ChoiceStateEntered', 'HowToGiveBack');
INSERT INTO execution_history VALUES (71, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426519, 'TaskStateEntered', 'ReleaseStock');
INSERT INTO execution_history VALUES (72, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426519, 'TaskScheduled', 'ReleaseStock');
INSERT INTO execution_history VALUES (73, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426519, 'ChoiceStateExited', 'HowToGiveBack');
INSERT INTO execution_history VALUES (74, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426519, 'TaskStateEntered', 'VoidPayment');
INSERT INTO execution_history VALUES (75, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426520, 'TaskScheduled', 'VoidPayment');
INSERT INTO execution_history VALUES (76, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426523, 'TaskSucceeded', 'VoidPayment');
INSERT INTO execution_history VALUES (77, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426523, 'TaskStateExited', 'VoidPayment');
INSERT INTO execution_history VALUES (78, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426536, 'TaskSucceeded', 'ReleaseStock');
INSERT INTO execution_history VALUES (79, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426540, 'TaskStateExited', 'ReleaseStock');
INSERT INTO execution_history VALUES (80, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426541, 'ParallelStateExited', 'UndoOrder');
INSERT INTO execution_history VALUES (81, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426541, 'TaskStateEntered', 'RejectOrder');
INSERT INTO execution_history VALUES (82, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426541, 'TaskScheduled', 'RejectOrder');
INSERT INTO execution_history VALUES (83, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426544, 'TaskSucceeded', 'RejectOrder');
INSERT INTO execution_history VALUES (84, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426548, 'TaskStateExited', 'RejectOrder');
INSERT INTO execution_history VALUES (85, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426548, 'TaskStateEntered', 'NotifyRejected');
INSERT INTO execution_history VALUES (86, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426548, 'TaskScheduled', 'NotifyRejected');
INSERT INTO execution_history VALUES (87, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426563, 'TaskSucceeded', 'NotifyRejected');
INSERT INTO execution_history VALUES (88, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426564, 'TaskStateExited', 'NotifyRejected');
INSERT INTO execution_history VALUES (89, 'order', '01a22e33-0876-71d6-b83c-e35cf17e90a1', 1796071426564, 'ExecutionSucceeded', '');
INSERT INTO execution_history VALUES (90, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426582, 'ExecutionStarted', '');
INSERT INTO execution_history VALUES (91, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426582, 'ParallelStateEntered', 'ReserveAndAuthorize');
INSERT INTO execution_history VALUES (92, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426584, 'TaskStateEntered', 'ReserveStock');
INSERT INTO execution_history VALUES (93, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426584, 'TaskScheduled', 'ReserveStock');
INSERT INTO execution_history VALUES (94, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426585, 'TaskStateEntered', 'AuthorizePayment');
INSERT INTO execution_history VALUES (95, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426586, 'TaskScheduled', 'AuthorizePayment');
INSERT INTO execution_history VALUES (96, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426590, 'TaskSucceeded', 'ReserveStock');
INSERT INTO execution_history VALUES (97, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426591, 'TaskSucceeded', 'AuthorizePayment');
INSERT INTO execution_history VALUES (98, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426592, 'TaskStateExited', 'ReserveStock');
INSERT INTO execution_history VALUES (99, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426592, 'TaskStateExited', 'AuthorizePayment');
INSERT INTO execution_history VALUES (100, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426593, 'ParallelStateExited', 'ReserveAndAuthorize');
INSERT INTO execution_history VALUES (101, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426593, 'TaskStateEntered', 'CapturePayment');
INSERT INTO execution_history VALUES (102, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426593, 'TaskScheduled', 'CapturePayment');
INSERT INTO execution_history VALUES (103, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426595, 'TaskFailed', 'CapturePayment');
INSERT INTO execution_history VALUES (104, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426595, 'ErrorCaught', 'CapturePayment');
INSERT INTO execution_history VALUES (105, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426596, 'TaskStateExited', 'CapturePayment');
INSERT INTO execution_history VALUES (106, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426596, 'ParallelStateEntered', 'UndoOrder');
INSERT INTO execution_history VALUES (107, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426596, 'ChoiceStateEntered', 'HowToGiveBack');
INSERT INTO execution_history VALUES (108, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426596, 'TaskStateEntered', 'ReleaseStock');
INSERT INTO execution_history VALUES (109, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426596, 'TaskScheduled', 'ReleaseStock');
INSERT INTO execution_history VALUES (110, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426598, 'ChoiceStateExited', 'HowToGiveBack');
INSERT INTO execution_history VALUES (111, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426598, 'TaskStateEntered', 'VoidPayment');
INSERT INTO execution_history VALUES (112, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426598, 'TaskScheduled', 'VoidPayment');
INSERT INTO execution_history VALUES (113, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426600, 'TaskSucceeded', 'ReleaseStock');
INSERT INTO execution_history VALUES (114, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426600, 'TaskStateExited', 'ReleaseStock');
INSERT INTO execution_history VALUES (115, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426608, 'TaskSucceeded', 'VoidPayment');
INSERT INTO execution_history VALUES (116, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426609, 'TaskStateExited', 'VoidPayment');
INSERT INTO execution_history VALUES (117, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426610, 'ParallelStateExited', 'UndoOrder');
INSERT INTO execution_history VALUES (118, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426610, 'TaskStateEntered', 'RejectOrder');
INSERT INTO execution_history VALUES (119, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426610, 'TaskScheduled', 'RejectOrder');
INSERT INTO execution_history VALUES (120, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426614, 'TaskSucceeded', 'RejectOrder');
INSERT INTO execution_history VALUES (121, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426614, 'TaskStateExited', 'RejectOrder');
INSERT INTO execution_history VALUES (122, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426614, 'TaskStateEntered', 'NotifyRejected');
INSERT INTO execution_history VALUES (123, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426615, 'TaskScheduled', 'NotifyRejected');
INSERT INTO execution_history VALUES (124, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426647, 'TaskSucceeded', 'NotifyRejected');
INSERT INTO execution_history VALUES (125, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426648, 'TaskStateExited', 'NotifyRejected');
INSERT INTO execution_history VALUES (126, 'order', '01a22e33-0a07-7400-bd20-146ea22cf2f3', 1796071426648, 'ExecutionSucceeded', '');
INSERT INTO execution_history VALUES (127, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071426713, 'ExecutionStarted', '');
INSERT INTO execution_history VALUES (128, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071426713, 'ParallelStateEntered', 'ReserveAndAuthorize');
INSERT INTO execution_history VALUES (129, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071426714, 'TaskStateEntered', 'ReserveStock');
INSERT INTO execution_history VALUES (130, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071426714, 'TaskScheduled', 'ReserveStock');
INSERT INTO execution_history VALUES (131, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071426714, 'TaskStateEntered', 'AuthorizePayment');
INSERT INTO execution_history VALUES (132, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071426714, 'TaskScheduled', 'AuthorizePayment');
INSERT INTO execution_history VALUES (133, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071426720, 'TaskSucceeded', 'ReserveStock');
INSERT INTO execution_history VALUES (134, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071426720, 'TaskStateExited', 'ReserveStock');
INSERT INTO execution_history VALUES (135, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071428723, 'TaskFailed', 'AuthorizePayment');
INSERT INTO execution_history VALUES (136, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071428724, 'RetryScheduled', 'AuthorizePayment');
INSERT INTO execution_history VALUES (137, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071428880, 'TaskScheduled', 'AuthorizePayment');
INSERT INTO execution_history VALUES (138, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071430884, 'TaskFailed', 'AuthorizePayment');
INSERT INTO execution_history VALUES (139, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071430885, 'RetryScheduled', 'AuthorizePayment');
INSERT INTO execution_history VALUES (140, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071432717, 'TaskScheduled', 'AuthorizePayment');
INSERT INTO execution_history VALUES (141, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071434727, 'TaskFailed', 'AuthorizePayment');
INSERT INTO execution_history VALUES (142, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071434727, 'RetryScheduled', 'AuthorizePayment');
INSERT INTO execution_history VALUES (143, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071436717, 'TaskScheduled', 'AuthorizePayment');
INSERT INTO execution_history VALUES (144, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438733, 'TaskFailed', 'AuthorizePayment');
INSERT INTO execution_history VALUES (145, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438734, 'ErrorCaught', 'AuthorizePayment');
INSERT INTO execution_history VALUES (146, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438735, 'TaskStateExited', 'AuthorizePayment');
INSERT INTO execution_history VALUES (147, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438735, 'FailStateEntered', 'PaymentUnavailable');
INSERT INTO execution_history VALUES (148, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438735, 'ErrorCaught', 'ReserveAndAuthorize');
INSERT INTO execution_history VALUES (149, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438735, 'ParallelStateExited', 'ReserveAndAuthorize');
INSERT INTO execution_history VALUES (150, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438735, 'ParallelStateEntered', 'UndoOrder');
INSERT INTO execution_history VALUES (151, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438736, 'ChoiceStateEntered', 'HowToGiveBack');
INSERT INTO execution_history VALUES (152, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438736, 'TaskStateEntered', 'ReleaseStock');
INSERT INTO execution_history VALUES (153, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438736, 'TaskScheduled', 'ReleaseStock');
INSERT INTO execution_history VALUES (154, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438736, 'ChoiceStateExited', 'HowToGiveBack');
INSERT INTO execution_history VALUES (155, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438736, 'TaskStateEntered', 'VoidPayment');
INSERT INTO execution_history VALUES (156, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438737, 'TaskScheduled', 'VoidPayment');
INSERT INTO execution_history VALUES (157, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438738, 'TaskSucceeded', 'ReleaseStock');
INSERT INTO execution_history VALUES (158, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438740, 'TaskStateExited', 'ReleaseStock');
INSERT INTO execution_history VALUES (159, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438741, 'TaskSucceeded', 'VoidPayment');
INSERT INTO execution_history VALUES (160, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438742, 'TaskStateExited', 'VoidPayment');
INSERT INTO execution_history VALUES (161, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438742, 'ParallelStateExited', 'UndoOrder');
INSERT INTO execution_history VALUES (162, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438742, 'TaskStateEntered', 'RejectOrder');
INSERT INTO execution_history VALUES (163, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438743, 'TaskScheduled', 'RejectOrder');
INSERT INTO execution_history VALUES (164, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438745, 'TaskSucceeded', 'RejectOrder');
INSERT INTO execution_history VALUES (165, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438747, 'TaskStateExited', 'RejectOrder');
INSERT INTO execution_history VALUES (166, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438747, 'TaskStateEntered', 'NotifyRejected');
INSERT INTO execution_history VALUES (167, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438747, 'TaskScheduled', 'NotifyRejected');
INSERT INTO execution_history VALUES (168, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438751, 'TaskSucceeded', 'NotifyRejected');
INSERT INTO execution_history VALUES (169, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438752, 'TaskStateExited', 'NotifyRejected');
INSERT INTO execution_history VALUES (170, 'order', '01a22e33-0a8e-77cb-a428-d8e14a64e877', 1796071438752, 'ExecutionSucceeded', '');
INSERT INTO execution_history VALUES (171, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438825, 'ExecutionStarted', '');
INSERT INTO execution_history VALUES (172, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438825, 'ParallelStateEntered', 'ReserveAndAuthorize');
INSERT INTO execution_history VALUES (173, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438825, 'TaskStateEntered', 'ReserveStock');
INSERT INTO execution_history VALUES (174, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438826, 'TaskScheduled', 'ReserveStock');
INSERT INTO execution_history VALUES (175, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438826, 'TaskStateEntered', 'AuthorizePayment');
INSERT INTO execution_history VALUES (176, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438826, 'TaskScheduled', 'AuthorizePayment');
INSERT INTO execution_history VALUES (177, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438828, 'TaskSucceeded', 'ReserveStock');
INSERT INTO execution_history VALUES (178, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438829, 'TaskStateExited', 'ReserveStock');
INSERT INTO execution_history VALUES (179, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438830, 'TaskSucceeded', 'AuthorizePayment');
INSERT INTO execution_history VALUES (180, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438831, 'TaskStateExited', 'AuthorizePayment');
INSERT INTO execution_history VALUES (181, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438831, 'ParallelStateExited', 'ReserveAndAuthorize');
INSERT INTO execution_history VALUES (182, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438831, 'TaskStateEntered', 'CapturePayment');
INSERT INTO execution_history VALUES (183, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438831, 'TaskScheduled', 'CapturePayment');
INSERT INTO execution_history VALUES (184, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438863, 'TaskSucceeded', 'CapturePayment');
INSERT INTO execution_history VALUES (185, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438863, 'TaskStateExited', 'CapturePayment');
INSERT INTO execution_history VALUES (186, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438863, 'TaskStateEntered', 'ConfirmOrder');
INSERT INTO execution_history VALUES (187, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438864, 'TaskScheduled', 'ConfirmOrder');
INSERT INTO execution_history VALUES (188, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438868, 'TaskSucceeded', 'ConfirmOrder');
INSERT INTO execution_history VALUES (189, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438869, 'TaskStateExited', 'ConfirmOrder');
INSERT INTO execution_history VALUES (190, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438869, 'TaskStateEntered', 'NotifyConfirmed');
INSERT INTO execution_history VALUES (191, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438869, 'TaskScheduled', 'NotifyConfirmed');
INSERT INTO execution_history VALUES (192, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438882, 'TaskSucceeded', 'NotifyConfirmed');
INSERT INTO execution_history VALUES (193, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438887, 'TaskStateExited', 'NotifyConfirmed');
INSERT INTO execution_history VALUES (194, 'order', '01a22e33-39dc-74bf-87ec-08b4f0e89382', 1796071438887, 'ExecutionSucceeded', '');
INSERT INTO execution_history VALUES (195, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438901, 'ExecutionStarted', '');
INSERT INTO execution_history VALUES (196, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438901, 'ParallelStateEntered', 'ReserveAndAuthorize');
INSERT INTO execution_history VALUES (197, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438901, 'TaskStateEntered', 'ReserveStock');
INSERT INTO execution_history VALUES (198, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438902, 'TaskScheduled', 'ReserveStock');
INSERT INTO execution_history VALUES (199, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438902, 'TaskStateEntered', 'AuthorizePayment');
INSERT INTO execution_history VALUES (200, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438902, 'TaskScheduled', 'AuthorizePayment');
INSERT INTO execution_history VALUES (201, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438905, 'TaskSucceeded', 'ReserveStock');
INSERT INTO execution_history VALUES (202, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438906, 'TaskStateExited', 'ReserveStock');
INSERT INTO execution_history VALUES (203, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438906, 'TaskSucceeded', 'AuthorizePayment');
INSERT INTO execution_history VALUES (204, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438907, 'TaskStateExited', 'AuthorizePayment');
INSERT INTO execution_history VALUES (205, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438907, 'ParallelStateExited', 'ReserveAndAuthorize');
INSERT INTO execution_history VALUES (206, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438907, 'TaskStateEntered', 'CapturePayment');
INSERT INTO execution_history VALUES (207, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438908, 'TaskScheduled', 'CapturePayment');
INSERT INTO execution_history VALUES (208, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438910, 'TaskSucceeded', 'CapturePayment');
INSERT INTO execution_history VALUES (209, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438911, 'TaskStateExited', 'CapturePayment');
INSERT INTO execution_history VALUES (210, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438911, 'TaskStateEntered', 'ConfirmOrder');
INSERT INTO execution_history VALUES (211, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438911, 'TaskScheduled', 'ConfirmOrder');
INSERT INTO execution_history VALUES (212, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438925, 'TaskSucceeded', 'ConfirmOrder');
INSERT INTO execution_history VALUES (213, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438930, 'TaskStateExited', 'ConfirmOrder');
INSERT INTO execution_history VALUES (214, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438930, 'TaskStateEntered', 'NotifyConfirmed');
INSERT INTO execution_history VALUES (215, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438930, 'TaskScheduled', 'NotifyConfirmed');
INSERT INTO execution_history VALUES (216, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438955, 'TaskSucceeded', 'NotifyConfirmed');
INSERT INTO execution_history VALUES (217, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438956, 'TaskStateExited', 'NotifyConfirmed');
INSERT INTO execution_history VALUES (218, 'order', '01a22e33-3a28-757f-90b0-e17151dfde19', 1796071438956, 'ExecutionSucceeded', '');
INSERT INTO execution_history VALUES (219, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071438983, 'ExecutionStarted', '');
INSERT INTO execution_history VALUES (220, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071438983, 'ParallelStateEntered', 'ReserveAndAuthorize');
INSERT INTO execution_history VALUES (221, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071438983, 'TaskStateEntered', 'ReserveStock');
INSERT INTO execution_history VALUES (222, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071438984, 'TaskScheduled', 'ReserveStock');
INSERT INTO execution_history VALUES (223, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071438984, 'TaskStateEntered', 'AuthorizePayment');
INSERT INTO execution_history VALUES (224, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071438984, 'TaskScheduled', 'AuthorizePayment');
INSERT INTO execution_history VALUES (225, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071438988, 'TaskSucceeded', 'ReserveStock');
INSERT INTO execution_history VALUES (226, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071438989, 'TaskStateExited', 'ReserveStock');
INSERT INTO execution_history VALUES (227, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071438990, 'TaskSucceeded', 'AuthorizePayment');
INSERT INTO execution_history VALUES (228, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071438990, 'TaskStateExited', 'AuthorizePayment');
INSERT INTO execution_history VALUES (229, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071438990, 'ParallelStateExited', 'ReserveAndAuthorize');
INSERT INTO execution_history VALUES (230, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071438990, 'TaskStateEntered', 'CapturePayment');
INSERT INTO execution_history VALUES (231, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071438991, 'TaskScheduled', 'CapturePayment');
INSERT INTO execution_history VALUES (232, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071438993, 'TaskSucceeded', 'CapturePayment');
INSERT INTO execution_history VALUES (233, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071438993, 'TaskStateExited', 'CapturePayment');
INSERT INTO execution_history VALUES (234, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071438993, 'TaskStateEntered', 'ConfirmOrder');
INSERT INTO execution_history VALUES (235, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071438993, 'TaskScheduled', 'ConfirmOrder');
INSERT INTO execution_history VALUES (236, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071438995, 'TaskSucceeded', 'ConfirmOrder');
INSERT INTO execution_history VALUES (237, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071438996, 'TaskStateExited', 'ConfirmOrder');
INSERT INTO execution_history VALUES (238, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071438996, 'TaskStateEntered', 'NotifyConfirmed');
INSERT INTO execution_history VALUES (239, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071438996, 'TaskScheduled', 'NotifyConfirmed');
INSERT INTO execution_history VALUES (240, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071439028, 'TaskSucceeded', 'NotifyConfirmed');
INSERT INTO execution_history VALUES (241, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071439028, 'TaskStateExited', 'NotifyConfirmed');
INSERT INTO execution_history VALUES (242, 'order', '01a22e33-3a7b-77db-b91d-ab2972139ab6', 1796071439028, 'ExecutionSucceeded', '');
INSERT INTO execution_history VALUES (243, 'cancel', '01a22e33-39dc-74bf-87ec-08b4f0e89382-cancel', 1796071439089, 'ExecutionStarted', '');
INSERT INTO execution_history VALUES (244, 'cancel', '01a22e33-39dc-74bf-87ec-08b4f0e89382-cancel', 1796071439089, 'ParallelStateEntered', 'GiveBack');
INSERT INTO execution_history VALUES (245, 'cancel', '01a22e33-39dc-74bf-87ec-08b4f0e89382-cancel', 1796071439089, 'TaskStateEntered', 'RefundPayment');
INSERT INTO execution_history VALUES (246, 'cancel', '01a22e33-39dc-74bf-87ec-08b4f0e89382-cancel', 1796071439090, 'TaskScheduled', 'RefundPayment');
INSERT INTO execution_history VALUES (247, 'cancel', '01a22e33-39dc-74bf-87ec-08b4f0e89382-cancel', 1796071439090, 'TaskStateEntered', 'Restock');
INSERT INTO execution_history VALUES (248, 'cancel', '01a22e33-39dc-74bf-87ec-08b4f0e89382-cancel', 1796071439090, 'TaskScheduled', 'Restock');
INSERT INTO execution_history VALUES (249, 'cancel', '01a22e33-39dc-74bf-87ec-08b4f0e89382-cancel', 1796071439094, 'TaskSucceeded', 'Restock');
INSERT INTO execution_history VALUES (250, 'cancel', '01a22e33-39dc-74bf-87ec-08b4f0e89382-cancel', 1796071439095, 'TaskSucceeded', 'RefundPayment');
INSERT INTO execution_history VALUES (251, 'cancel', '01a22e33-39dc-74bf-87ec-08b4f0e89382-cancel', 1796071439095, 'TaskStateExited', 'Restock');
INSERT INTO execution_history VALUES (252, 'cancel', '01a22e33-39dc-74bf-87ec-08b4f0e89382-cancel', 1796071439095, 'TaskStateExited', 'RefundPayment');
INSERT INTO execution_history VALUES (253, 'cancel', '01a22e33-39dc-74bf-87ec-08b4f0e89382-cancel', 1796071439096, 'ParallelStateExited', 'GiveBack');
INSERT INTO execution_history VALUES (254, 'cancel', '01a22e33-39dc-74bf-87ec-08b4f0e89382-cancel', 1796071439096, 'TaskStateEntered', 'CancelOrder');
INSERT INTO execution_history VALUES (255, 'cancel', '01a22e33-39dc-74bf-87ec-08b4f0e89382-cancel', 1796071439096, 'TaskScheduled', 'CancelOrder');
INSERT INTO execution_history VALUES (256, 'cancel', '01a22e33-39dc-74bf-87ec-08b4f0e89382-cancel', 1796071439115, 'TaskSucceeded', 'CancelOrder');
INSERT INTO execution_history VALUES (257, 'cancel', '01a22e33-39dc-74bf-87ec-08b4f0e89382-cancel', 1796071439116, 'TaskStateExited', 'CancelOrder');
INSERT INTO execution_history VALUES (258, 'cancel', '01a22e33-39dc-74bf-87ec-08b4f0e89382-cancel', 1796071439116, 'TaskStateEntered', 'NotifyCancelled');
INSERT INTO execution_history VALUES (259, 'cancel', '01a22e33-39dc-74bf-87ec-08b4f0e89382-cancel', 1796071439116, 'TaskScheduled', 'NotifyCancelled');
INSERT INTO execution_history VALUES (260, 'cancel', '01a22e33-39dc-74bf-87ec-08b4f0e89382-cancel', 1796071439124, 'TaskSucceeded', 'NotifyCancelled');
INSERT INTO execution_history VALUES (261, 'cancel', '01a22e33-39dc-74bf-87ec-08b4f0e89382-cancel', 1796071439124, 'TaskStateExited', 'NotifyCancelled');
INSERT INTO execution_history VALUES (262, 'cancel', '01a22e33-39dc-74bf-87ec-08b4f0e89382-cancel', 1796071439124, 'ExecutionSucceeded', '');
INSERT INTO execution_history VALUES (263, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071439165, 'ExecutionStarted', '');
INSERT INTO execution_history VALUES (264, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071439165, 'ParallelStateEntered', 'GiveBack');
INSERT INTO execution_history VALUES (265, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071439165, 'TaskStateEntered', 'RefundPayment');
INSERT INTO execution_history VALUES (266, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071439166, 'TaskScheduled', 'RefundPayment');
INSERT INTO execution_history VALUES (267, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071439166, 'TaskStateEntered', 'Restock');
INSERT INTO execution_history VALUES (268, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071439166, 'TaskScheduled', 'Restock');
INSERT INTO execution_history VALUES (269, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071439169, 'TaskFailed', 'RefundPayment');
INSERT INTO execution_history VALUES (270, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071439172, 'TaskSucceeded', 'Restock');
INSERT INTO execution_history VALUES (271, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071439172, 'RetryScheduled', 'RefundPayment');
INSERT INTO execution_history VALUES (272, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071439172, 'TaskStateExited', 'Restock');
INSERT INTO execution_history VALUES (273, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071439826, 'TaskScheduled', 'RefundPayment');
INSERT INTO execution_history VALUES (274, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071439835, 'TaskFailed', 'RefundPayment');
INSERT INTO execution_history VALUES (275, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071439836, 'RetryScheduled', 'RefundPayment');
INSERT INTO execution_history VALUES (276, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071440105, 'TaskScheduled', 'RefundPayment');
INSERT INTO execution_history VALUES (277, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071440125, 'TaskFailed', 'RefundPayment');
INSERT INTO execution_history VALUES (278, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071440125, 'RetryScheduled', 'RefundPayment');
INSERT INTO execution_history VALUES (279, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071441229, 'TaskScheduled', 'RefundPayment');
INSERT INTO execution_history VALUES (280, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071441236, 'TaskFailed', 'RefundPayment');
INSERT INTO execution_history VALUES (281, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071441236, 'RetryScheduled', 'RefundPayment');
INSERT INTO execution_history VALUES (282, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071443894, 'TaskScheduled', 'RefundPayment');
INSERT INTO execution_history VALUES (283, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071443906, 'TaskFailed', 'RefundPayment');
INSERT INTO execution_history VALUES (284, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071443907, 'RetryScheduled', 'RefundPayment');
INSERT INTO execution_history VALUES (285, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071456130, 'TaskScheduled', 'RefundPayment');
INSERT INTO execution_history VALUES (286, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071456143, 'TaskFailed', 'RefundPayment');
INSERT INTO execution_history VALUES (287, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071456143, 'RetryScheduled', 'RefundPayment');
INSERT INTO execution_history VALUES (288, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071483830, 'TaskScheduled', 'RefundPayment');
INSERT INTO execution_history VALUES (289, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071483836, 'TaskFailed', 'RefundPayment');
INSERT INTO execution_history VALUES (290, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071483838, 'RetryScheduled', 'RefundPayment');
INSERT INTO execution_history VALUES (291, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071538275, 'TaskScheduled', 'RefundPayment');
INSERT INTO execution_history VALUES (292, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071538279, 'TaskFailed', 'RefundPayment');
INSERT INTO execution_history VALUES (293, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071538280, 'RetryScheduled', 'RefundPayment');
INSERT INTO execution_history VALUES (294, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071563320, 'TaskScheduled', 'RefundPayment');
INSERT INTO execution_history VALUES (295, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071563323, 'TaskFailed', 'RefundPayment');
INSERT INTO execution_history VALUES (296, 'cancel', '01a22e33-3a28-757f-90b0-e17151dfde19-cancel', 1796071563323, 'ExecutionFailed', '');
INSERT INTO execution_history VALUES (297, 'cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 1796071565798, 'ExecutionStarted', '');
INSERT INTO execution_history VALUES (298, 'cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 1796071565798, 'ParallelStateEntered', 'GiveBack');
INSERT INTO execution_history VALUES (299, 'cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 1796071565806, 'TaskStateEntered', 'RefundPayment');
INSERT INTO execution_history VALUES (300, 'cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 1796071565806, 'TaskScheduled', 'RefundPayment');
INSERT INTO execution_history VALUES (301, 'cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 1796071565806, 'TaskStateEntered', 'Restock');
INSERT INTO execution_history VALUES (302, 'cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 1796071565807, 'TaskScheduled', 'Restock');
INSERT INTO execution_history VALUES (303, 'cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 1796071565836, 'TaskSucceeded', 'Restock');
INSERT INTO execution_history VALUES (304, 'cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 1796071565846, 'TaskFailed', 'RefundPayment');
INSERT INTO execution_history VALUES (305, 'cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 1796071565850, 'TaskStateExited', 'Restock');
INSERT INTO execution_history VALUES (306, 'cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 1796071565850, 'RetryScheduled', 'RefundPayment');
INSERT INTO execution_history VALUES (307, 'order', '01a22e35-2a0c-737e-b121-33ad718876cd', 1796071565910, 'ExecutionStarted', '');
INSERT INTO execution_history VALUES (308, 'order', '01a22e35-2a0c-737e-b121-33ad718876cd', 1796071565910, 'ParallelStateEntered', 'ReserveAndAuthorize');
INSERT INTO execution_history VALUES (309, 'order', '01a22e35-2a0c-737e-b121-33ad718876cd', 1796071565910, 'TaskStateEntered', 'ReserveStock');
INSERT INTO execution_history VALUES (310, 'order', '01a22e35-2a0c-737e-b121-33ad718876cd', 1796071565911, 'TaskScheduled', 'ReserveStock');
INSERT INTO execution_history VALUES (311, 'order', '01a22e35-2a0c-737e-b121-33ad718876cd', 1796071565911, 'TaskStateEntered', 'AuthorizePayment');
INSERT INTO execution_history VALUES (312, 'order', '01a22e35-2a0c-737e-b121-33ad718876cd', 1796071565911, 'TaskScheduled', 'AuthorizePayment');
INSERT INTO execution_history VALUES (313, 'order', '01a22e35-2a0c-737e-b121-33ad718876cd', 1796071565921, 'TaskFailed', 'AuthorizePayment');
INSERT INTO execution_history VALUES (314, 'order', '01a22e35-2a0c-737e-b121-33ad718876cd', 1796071565944, 'TaskSucceeded', 'ReserveStock');
INSERT INTO execution_history VALUES (315, 'order', '01a22e35-2a0c-737e-b121-33ad718876cd', 1796071565953, 'RetryScheduled', 'AuthorizePayment');
INSERT INTO execution_history VALUES (316, 'order', '01a22e35-2a0c-737e-b121-33ad718876cd', 1796071565954, 'TaskStateExited', 'ReserveStock');
INSERT INTO execution_history VALUES (317, 'catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 1796071566097, 'ExecutionStarted', '');
INSERT INTO execution_history VALUES (318, 'catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 1796071566097, 'ChoiceStateEntered', 'IsDivided');
INSERT INTO execution_history VALUES (319, 'catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 1796071566102, 'ChoiceStateExited', 'IsDivided');
INSERT INTO execution_history VALUES (320, 'catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 1796071566102, 'TaskStateEntered', 'Plan');
INSERT INTO execution_history VALUES (321, 'catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 1796071566102, 'TaskScheduled', 'Plan');
INSERT INTO execution_history VALUES (322, 'catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 1796071566135, 'TaskSucceeded', 'Plan');
INSERT INTO execution_history VALUES (323, 'catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 1796071566158, 'TaskStateExited', 'Plan');
INSERT INTO execution_history VALUES (324, 'catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 1796071566158, 'ChoiceStateEntered', 'IsPlanned');
INSERT INTO execution_history VALUES (325, 'catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 1796071566162, 'ChoiceStateExited', 'IsPlanned');
INSERT INTO execution_history VALUES (326, 'catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 1796071566162, 'MapStateEntered', 'IngestRanges');
INSERT INTO execution_history VALUES (327, 'catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 1796071566174, 'TaskStateEntered', 'IngestRange');
INSERT INTO execution_history VALUES (328, 'catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 1796071566174, 'TaskScheduled', 'IngestRange');
INSERT INTO execution_history VALUES (329, 'catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 1796071566178, 'TaskStateEntered', 'IngestRange');
INSERT INTO execution_history VALUES (330, 'catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 1796071566178, 'TaskScheduled', 'IngestRange');
INSERT INTO execution_history VALUES (331, 'catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 1796071566178, 'TaskStateEntered', 'IngestRange');
INSERT INTO execution_history VALUES (332, 'catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 1796071566178, 'TaskScheduled', 'IngestRange');
INSERT INTO execution_history VALUES (333, 'order', '01a22e35-2a0c-737e-b121-33ad718876cd', 1796071566608, 'TaskScheduled', 'AuthorizePayment');
INSERT INTO execution_history VALUES (334, 'order', '01a22e35-2a0c-737e-b121-33ad718876cd', 1796071566662, 'TaskFailed', 'AuthorizePayment');
INSERT INTO execution_history VALUES (335, 'cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 1796071566706, 'TaskScheduled', 'RefundPayment');
INSERT INTO execution_history VALUES (336, 'order', '01a22e35-2a0c-737e-b121-33ad718876cd', 1796071566742, 'RetryScheduled', 'AuthorizePayment');
INSERT INTO execution_history VALUES (337, 'cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 1796071566790, 'TaskFailed', 'RefundPayment');
INSERT INTO execution_history VALUES (338, 'cancel', '01a22e33-3a7b-77db-b91d-ab2972139ab6-cancel', 1796071566812, 'RetryScheduled', 'RefundPayment');
INSERT INTO execution_history VALUES (339, 'catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 1796071567234, 'TaskSucceeded', 'IngestRange');
INSERT INTO execution_history VALUES (340, 'catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 1796071567351, 'TaskStateExited', 'IngestRange');
INSERT INTO execution_history VALUES (341, 'catalog-import', '01a22e35-2a82-71e3-a674-823d4d440ada-11', 1796071567351, 'ChoiceStateEntered', 'IsRead');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES ('queue_messages', 3);
INSERT INTO sqlite_sequence VALUES ('objects', 17);
INSERT INTO sqlite_sequence VALUES ('asynchronous_invocations', 9);
INSERT INTO sqlite_sequence VALUES ('uploads', 14);
INSERT INTO sqlite_sequence VALUES ('order_stream', 23);
INSERT INTO sqlite_sequence VALUES ('executions', 13);
INSERT INTO sqlite_sequence VALUES ('execution_history', 341);
