//! Signs and verifies webhooks, so that only the holder of the key can report a payment, and not again much later.
//!
//! The header is `Popshop-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<raw body>">`. While a key is
//! changed, a sender adds one `v1` per key.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::cursor::KEY_BYTES_MIN;
use crate::problem::Problem;

/// The header with the signature.
pub const SIGNATURE_HEADER: &str = "Popshop-Signature";
/// Seconds between the signature's time and ours, at most, in either direction.
pub const TOLERANCE_SECONDS: i64 = 300;
/// Bytes of the header, at most: enough for [`SIGNATURES_MAX`] signatures.
pub const HEADER_BYTES_MAX: usize = 1_024;
/// Signatures in one header, at most: each costs a comparison.
pub const SIGNATURES_MAX: usize = 8;
/// What the key is derived with. The text is public interface: providers' keys are made with it.
pub const KEY_PURPOSE: &str = "popshop payment webhook 1";

/// The secret that keys are derived from is too short.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the secret of the webhook key is shorter than {KEY_BYTES_MIN} bytes")]
pub struct WebhookSecretTooShort;

/// Why a webhook is refused. The caller gets no more than the answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    /// There is no header, or it is not of the form above.
    #[error("the header {SIGNATURE_HEADER} is missing or has another form than t=<unix seconds>,v1=<hex>")]
    Unreadable,
    /// The time is too far from ours.
    #[error("the signature's time is more than {TOLERANCE_SECONDS} seconds from now")]
    Old,
    /// No signature is ours.
    #[error("no signature fits the body and the key")]
    Wrong,
}

impl From<SignatureFault> for Problem {
    fn from(fault: SignatureFault) -> Self {
        Self::invalid_signature(fault.to_string())
    }
}

/// The key that webhooks are signed with.
#[derive(Clone)]
pub struct WebhookKey {
    keyed: Hmac<Sha256>,
}

impl WebhookKey {
    /// Derives the key from a secret that also has other uses, of at least [`KEY_BYTES_MIN`] bytes: the holder of the
    /// key cannot sign anything else. The key is the lower-case hex text of HMAC-SHA256(secret, [`KEY_PURPOSE`]).
    pub fn derive(secret: &[u8]) -> Result<Self, WebhookSecretTooShort> {
        if secret.len() < KEY_BYTES_MIN {
            return Err(WebhookSecretTooShort);
        }
        let keyed = |key: &[u8]| Hmac::<Sha256>::new_from_slice(key).map_err(|_| WebhookSecretTooShort);
        let derived = keyed(secret)?.chain_update(KEY_PURPOSE).finalize().into_bytes();
        let keyed = keyed(hex::encode(derived).as_bytes())?;
        Ok(Self { keyed })
    }

    /// The header for a body that is sent now.
    pub fn sign(&self, body: &[u8], now_seconds: i64) -> String {
        let signature = self.mac(&now_seconds.to_string(), body).finalize().into_bytes();
        format!("t={now_seconds},v1={}", hex::encode(signature))
    }

    /// Checks the header of a body that came now.
    pub fn verify(&self, header: Option<&str>, body: &[u8], now_seconds: i64) -> Result<(), SignatureFault> {
        let (time, signatures) = header.and_then(parts).ok_or(SignatureFault::Unreadable)?;
        let seconds: i64 = time.parse().map_err(|_| SignatureFault::Unreadable)?;
        let mac = self.mac(time, body);
        // Each comparison takes constant time.
        let is_ours = signatures
            .iter()
            .any(|signature| mac.clone().verify_slice(signature).is_ok());
        if !is_ours {
            return Err(SignatureFault::Wrong);
        }
        if seconds.abs_diff(now_seconds) > TOLERANCE_SECONDS.unsigned_abs() {
            return Err(SignatureFault::Old);
        }
        Ok(())
    }

    fn mac(&self, time: &str, body: &[u8]) -> Hmac<Sha256> {
        self.keyed
            .clone()
            .chain_update(time)
            .chain_update(".")
            .chain_update(body)
    }
}

/// The time as it was signed, and every `v1`. Other members are ignored: a provider may have other versions.
fn parts(header: &str) -> Option<(&str, Vec<Vec<u8>>)> {
    if header.len() > HEADER_BYTES_MAX {
        return None;
    }
    let (mut time, mut signatures) = (None, Vec::new());
    for member in header.split(',') {
        match member.trim().split_once('=')? {
            ("t", seconds) => {
                let all_digits = !seconds.is_empty() && seconds.bytes().all(|byte| byte.is_ascii_digit());
                if !all_digits || time.replace(seconds).is_some() {
                    return None;
                }
            }
            ("v1", signature) => signatures.push(hex::decode(signature).ok()?),
            _ => {}
        }
    }
    let fits = (1..=SIGNATURES_MAX).contains(&signatures.len());
    Some((time?, signatures)).filter(|_| fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_793_527_200;
    const BODY: &[u8] = br#"{"id":"evt-1"}"#;

    fn key() -> WebhookKey {
        WebhookKey::derive(&[7; KEY_BYTES_MIN]).unwrap()
    }

    #[test]
    fn a_signed_body_is_accepted_within_the_tolerance() {
        let header = key().sign(BODY, NOW);
        for (now, expected) in [
            (NOW, Ok(())),
            (NOW + TOLERANCE_SECONDS, Ok(())),
            (NOW - TOLERANCE_SECONDS, Ok(())),
            (NOW + TOLERANCE_SECONDS + 1, Err(SignatureFault::Old)),
            (NOW - TOLERANCE_SECONDS - 1, Err(SignatureFault::Old)),
        ] {
            assert_eq!(key().verify(Some(&header), BODY, now), expected, "{now}");
        }
    }

    #[test]
    fn the_key_and_the_signature_are_those_that_other_tools_make() {
        // printf 'popshop payment webhook 1' | openssl dgst -sha256 -hmac "$SECRET", then the same over "$t.$body".
        let key = WebhookKey::derive(b"0123456789abcdef0123456789abcdef").unwrap();
        assert_eq!(key.sign(b"{}", 1_700_000_000), OPENSSL);
    }

    const OPENSSL: &str = "t=1700000000,v1=ff23486a5f87aaf7873ee68a8b48c8c43b0b1f8cbb73031331c983387c05dad2";

    #[test]
    fn several_signatures_are_tried_while_a_key_is_changed() {
        let ours = key().sign(BODY, NOW);
        let other = WebhookKey::derive(&[8; KEY_BYTES_MIN]).unwrap().sign(BODY, NOW);
        let (_, other) = other.split_once(',').unwrap();
        let both = format!("{ours},{other},v0=ignored");
        assert_eq!(key().verify(Some(&both), BODY, NOW), Ok(()));
        let theirs = format!("t={NOW},{other}");
        assert_eq!(key().verify(Some(&theirs), BODY, NOW), Err(SignatureFault::Wrong));
    }

    #[test]
    fn another_body_another_time_or_a_changed_character_is_refused() {
        let header = key().sign(BODY, NOW);
        assert_eq!(key().verify(Some(&header), b"{}", NOW), Err(SignatureFault::Wrong));
        let moved = header.replacen(&NOW.to_string(), &(NOW + 1).to_string(), 1);
        assert_eq!(key().verify(Some(&moved), BODY, NOW), Err(SignatureFault::Wrong));
        for at in header.find("v1=").unwrap() + 3..header.len() {
            let mut changed = header.clone().into_bytes();
            changed[at] = if changed[at] == b'a' { b'b' } else { b'a' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(
                key().verify(Some(&changed), BODY, NOW),
                Err(SignatureFault::Wrong),
                "{at}"
            );
        }
    }

    #[test]
    fn a_header_of_another_form_is_refused() {
        let signed = key().sign(BODY, NOW);
        let (time, signature) = signed.split_once(',').unwrap();
        let many = format!("{time}{}", format!(",{signature}").repeat(SIGNATURES_MAX + 1));
        for header in [
            "",
            "t",
            time,
            signature,
            "t=,v1=00",
            "t=-1,v1=00",
            "t=+1,v1=00",
            "t=99999999999999999999,v1=00",
            "t=1,v1=zz",
            &format!("{time},{signed}"),
            &many,
        ] {
            assert_eq!(
                key().verify(Some(header), BODY, NOW),
                Err(SignatureFault::Unreadable),
                "{header}"
            );
        }
        assert_eq!(key().verify(None, BODY, NOW), Err(SignatureFault::Unreadable));
    }

    #[test]
    fn a_short_secret_is_refused() {
        assert!(WebhookKey::derive(&[7; KEY_BYTES_MIN - 1]).is_err());
    }
}
