//! What becomes of a body when the answer is clear without it? It is read and forgotten.
//!
//! A connection that closes while its caller still sends is reset, and the caller may never see the answer
//! (RFC 9112, section 9.6).

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use futures_util::StreamExt as _;

/// More than any photo. Who sends more than this may be cut off.
const BYTES_MAX: u64 = 64 * 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) async fn discard(headers: &HeaderMap, body: Body) {
    // Who asked first (`Expect: 100-continue`) sends nothing before it is told to.
    if headers.contains_key(header::EXPECT) {
        return;
    }
    let all = async {
        let mut pieces = body.into_data_stream();
        let mut discarded_bytes = 0_u64;
        while let Some(Ok(piece)) = pieces.next().await {
            discarded_bytes = discarded_bytes.saturating_add(piece.len() as u64);
            if discarded_bytes > BYTES_MAX {
                return;
            }
        }
    };
    // Out of patience, or through: the answer is the same.
    tokio::time::timeout(PATIENCE, all).await.unwrap_or_default();
}
