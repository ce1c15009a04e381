//! Checks access tokens without holding up other requests: each signature once, off the reactor, few at a time.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use super::refusal::{Claims, OVERLOADED, Refusal, UNAUTHORIZED};
use crate::identity::{Authorizer, NotAuthorized};

/// Signatures checked at once: they only compute, and requests need processors, too.
const CHECKS_AT_ONCE: usize = 1;
/// Requests whose tokens are being checked or wait for it; more are refused. A check takes a fraction of a millisecond.
const CHECKS_WAITING_MAX: usize = 200;
/// Tokens whose signature need not be checked again, a kilobyte or so each.
const VERIFIED_MAX: usize = 1_000;

type TokenHash = [u8; 32];

pub(super) struct Tokens {
    authorizer: Arc<Authorizer>,
    verified: Mutex<HashMap<TokenHash, Verified>>,
    checks: Semaphore,
    waiting: AtomicUsize,
}

struct Verified {
    claims: Claims,
    expires_at_seconds: u64,
}

/// Counts one check, however it ends.
struct Check<'a>(&'a AtomicUsize);

impl Drop for Check<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Tokens {
    pub(super) fn new(authorizer: Authorizer) -> Self {
        Self {
            authorizer: Arc::new(authorizer),
            verified: Mutex::default(),
            checks: Semaphore::new(CHECKS_AT_ONCE),
            waiting: AtomicUsize::new(0),
        }
    }

    /// The claims behind an `Authorization` header.
    pub(super) async fn claims(&self, authorization: Option<&str>) -> Result<Claims, Refusal> {
        let authorization = authorization.ok_or(UNAUTHORIZED)?;
        // Three segments are the least that a token has: anything else costs no signature.
        if authorization.split('.').count() != 3 {
            return Err(UNAUTHORIZED);
        }
        let hash: TokenHash = Sha256::digest(authorization).into();
        if let Some(claims) = self.verified_claims(&hash, jsonwebtoken::get_current_timestamp()) {
            return Ok(claims);
        }
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= CHECKS_WAITING_MAX {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(OVERLOADED);
        }
        let _check = Check(&self.waiting);
        let claims = self
            .check(authorization.to_owned())
            .await
            .map_err(|NotAuthorized| UNAUTHORIZED)?;
        self.remember(hash, &claims);
        Ok(claims)
    }

    async fn check(&self, authorization: String) -> Result<Claims, NotAuthorized> {
        let _place = self.checks.acquire().await.map_err(|_| NotAuthorized)?;
        let authorizer = Arc::clone(&self.authorizer);
        let checked = tokio::task::spawn_blocking(move || authorizer.claims(Some(&authorization)));
        checked.await.map_err(|_| NotAuthorized)?
    }

    fn verified_claims(&self, hash: &TokenHash, now_seconds: u64) -> Option<Claims> {
        let verified = self.verified();
        let remembered = verified.get(hash)?;
        (now_seconds < remembered.expires_at_seconds).then(|| remembered.claims.clone())
    }

    fn remember(&self, hash: TokenHash, claims: &Claims) {
        // A Lambda event shows every claim as a string.
        let expires_at_seconds = claims
            .get("exp")
            .and_then(Value::as_str)
            .and_then(|text| text.parse().ok());
        let Some(expires_at_seconds) = expires_at_seconds else {
            return;
        };
        let mut verified = self.verified();
        if verified.len() >= VERIFIED_MAX {
            // They are all checked once more, which is cheaper than an order of their use.
            verified.clear();
        }
        let claims = claims.clone();
        verified.insert(
            hash,
            Verified {
                claims,
                expires_at_seconds,
            },
        );
    }

    /// Inserting cannot leave the map half changed.
    fn verified(&self) -> MutexGuard<'_, HashMap<TokenHash, Verified>> {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::issuer;
    use super::*;

    fn token(now_seconds: u64) -> String {
        let token = issuer().token("ann", &[], now_seconds).unwrap();
        format!("Bearer {token}")
    }

    #[tokio::test]
    async fn a_verified_token_is_known_until_it_expires() {
        let tokens = Tokens::new(issuer().authorizer());
        let now = jsonwebtoken::get_current_timestamp();
        let header = token(now);
        let claims = tokens.claims(Some(&header)).await.unwrap();
        assert_eq!(claims["sub"], "ann");
        let hash: TokenHash = Sha256::digest(&header).into();
        assert_eq!(tokens.verified_claims(&hash, now), Some(claims.clone()));
        let expires_at: u64 = claims["exp"].as_str().unwrap().parse().unwrap();
        assert_eq!(tokens.verified_claims(&hash, expires_at), None);
        assert_eq!(tokens.claims(Some(&header)).await, Ok(claims));
    }

    #[tokio::test]
    async fn a_token_that_differs_by_one_character_is_checked_anew_and_never_remembered() {
        let tokens = Tokens::new(issuer().authorizer());
        let header = token(jsonwebtoken::get_current_timestamp());
        tokens.claims(Some(&header)).await.unwrap();
        let forged = format!("{}{}", &header[..header.len() - 6], "AAAAAA");
        for bad in [Some(forged.as_str()), Some("Bearer x"), Some("a.b.c"), None] {
            assert_eq!(tokens.claims(bad).await, Err(UNAUTHORIZED), "{bad:?}");
        }
        assert_eq!(tokens.verified().len(), 1);
    }

    #[tokio::test]
    async fn more_unknown_tokens_than_can_be_checked_are_refused_with_the_overload_answer() {
        let tokens = Tokens::new(issuer().authorizer());
        tokens.waiting.store(CHECKS_WAITING_MAX, Ordering::Relaxed);
        let header = token(jsonwebtoken::get_current_timestamp());
        assert_eq!(tokens.claims(Some(&header)).await, Err(OVERLOADED));
        assert_eq!(tokens.waiting.load(Ordering::Relaxed), CHECKS_WAITING_MAX);
    }
}
