//! Reads and drops the body of a request that is refused without it.
//!
//! A connection that closes while its caller still sends is reset, and the caller may never see the answer
//! (RFC 9112, section 9.6).

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use futures_util::StreamExt as _;

/// More than any photo. The connection of a larger body may be reset.
const BYTES_MAX: u64 = 64 * 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) async fn discard(headers: &HeaderMap, body: Body) {
    // A caller that asks first (`Expect: 100-continue`) sends no body before an answer.
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
    // The answer is the same whether the body ended in time or not.
    tokio::time::timeout(PATIENCE, all).await.unwrap_or_default();
}
