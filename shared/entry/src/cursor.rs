//! Signs page tokens, so that a token is accepted only unchanged, from the same caller and for the same list.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::problem::Problem;

/// Bytes of a key, at least. A shorter key is easier to guess than the MAC; 32 bytes are as strong as the MAC.
pub const KEY_BYTES_MIN: usize = 32;
/// Characters of a token, at most; a longer token is refused before it is decoded. Leaves 1,500 bytes for the position.
pub const TOKEN_CHARS_MAX: usize = 2_048;

const MAC_BYTES: usize = 32;
/// Part of every MAC, so that a MAC made here is worthless for other uses of the same key.
const PURPOSE: &[u8] = b"popshop page token 1";

/// The key has fewer than [`KEY_BYTES_MIN`] bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the page token key is shorter than {KEY_BYTES_MIN} bytes")]
pub struct CursorKeyTooShort;

/// This signer did not make the token for this scope. The error does not say more, so that it helps no forger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the page token was changed or belongs to another list")]
pub struct CursorChanged;

impl From<CursorChanged> for Problem {
    fn from(_: CursorChanged) -> Self {
        Self::invalid_cursor()
    }
}

/// Signs page tokens with HMAC-SHA256. A token is signed but not encrypted, so a position must not be secret.
#[derive(Clone)]
pub struct CursorSigner {
    keyed: Hmac<Sha256>,
}

impl CursorSigner {
    /// A signer with this key, of at least [`KEY_BYTES_MIN`] bytes.
    pub fn new(key: &[u8]) -> Result<Self, CursorKeyTooShort> {
        if key.len() < KEY_BYTES_MIN {
            return Err(CursorKeyTooShort);
        }
        let keyed = Hmac::new_from_slice(key).map_err(|_| CursorKeyTooShort)?;
        Ok(Self { keyed })
    }

    /// Makes a token. `scope` is the owner of the list and its filter, like `orders ann status=CONFIRMED`; `position`
    /// is where the next page starts.
    pub fn sign(&self, scope: &str, position: &str) -> String {
        let mut bytes = self.mac(scope, position.as_bytes()).finalize().into_bytes().to_vec();
        bytes.extend_from_slice(position.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Returns the position of a token that was signed for this scope.
    pub fn verify(&self, scope: &str, token: &str) -> Result<String, CursorChanged> {
        if token.len() > TOKEN_CHARS_MAX {
            return Err(CursorChanged);
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| CursorChanged)?;
        let (signature, position) = bytes.split_at_checked(MAC_BYTES).ok_or(CursorChanged)?;
        // Compares in constant time.
        self.mac(scope, position)
            .verify_slice(signature)
            .map_err(|_| CursorChanged)?;
        String::from_utf8(position.to_vec()).map_err(|_| CursorChanged)
    }

    /// Includes the scope's length: otherwise a caller could move characters between scope and position.
    fn mac(&self, scope: &str, position: &[u8]) -> Hmac<Sha256> {
        self.keyed
            .clone()
            .chain_update(PURPOSE)
            .chain_update((scope.len() as u64).to_be_bytes())
            .chain_update(scope)
            .chain_update(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer() -> CursorSigner {
        CursorSigner::new(&[7; KEY_BYTES_MIN]).unwrap()
    }

    #[test]
    fn a_token_comes_back_as_its_position() {
        let token = signer().sign("orders ann", "2026-11-01T10:00:00Z/0192");
        assert_eq!(
            signer().verify("orders ann", &token).unwrap(),
            "2026-11-01T10:00:00Z/0192"
        );
        assert!(
            token
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        );
    }

    #[test]
    fn another_caller_another_key_or_another_filter_is_refused() {
        let token = signer().sign("orders ann", "0192");
        assert_eq!(signer().verify("orders bob", &token), Err(CursorChanged));
        assert_eq!(signer().verify("orders ann status=PENDING", &token), Err(CursorChanged));
        let other_key = CursorSigner::new(&[8; KEY_BYTES_MIN]).unwrap();
        assert_eq!(other_key.verify("orders ann", &token), Err(CursorChanged));
    }

    #[test]
    fn the_border_between_scope_and_position_cannot_be_moved() {
        let token = signer().sign("orders ann", "0192");
        let mut bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        bytes.splice(MAC_BYTES..MAC_BYTES, *b"n");
        let moved = URL_SAFE_NO_PAD.encode(bytes);
        assert_eq!(signer().verify("orders an", &moved), Err(CursorChanged));
    }

    #[test]
    fn a_token_with_any_changed_character_is_refused() {
        let token = signer().sign("orders ann", "0192");
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(signer().verify("orders ann", &changed), Err(CursorChanged), "{at}");
        }
    }

    #[test]
    fn a_text_that_is_not_a_token_is_refused() {
        for token in ["", "A", "not base64!", "AAAA", &"A".repeat(TOKEN_CHARS_MAX + 4), "é"] {
            assert_eq!(signer().verify("orders ann", token), Err(CursorChanged), "{token}");
        }
    }

    #[test]
    fn a_short_key_is_refused() {
        assert!(CursorSigner::new(&[7; KEY_BYTES_MIN - 1]).is_err());
        assert!(CursorSigner::new(b"").is_err());
    }
}
