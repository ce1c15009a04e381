//! Gives `jsonwebtoken` its cryptography: ES256 over `p256`, the one algorithm of the local issuer.
//!
//! Its own choice would bring RSA, Ed25519 and two more curves, which no token here is signed with, and a tenth of the
//! time of the first build.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::jwk::{EllipticCurve, ThumbprintHash};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, EncodingKey};
use p256::ecdsa::signature::{Error, Signer, Verifier};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use p256::pkcs8::DecodePrivateKey as _;
use sha2::{Digest as _, Sha256};

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| signer(*algorithm, key),
    verifier_factory: |algorithm, key| verifier(*algorithm, key),
    key_utils: KeyUtils {
        rsa_pub_components_from_private_key: |_| Err(ErrorKind::UnsupportedAlgorithm.into()),
        rsa_pub_components_from_public_key: |_| Err(ErrorKind::UnsupportedAlgorithm.into()),
        ec_pub_components_from_private_key: public_point,
        ed_pub_components_from_private_key: |_, _| Err(ErrorKind::UnsupportedAlgorithm.into()),
        compute_digest: |data, hash| digest(data, &hash),
    },
};

/// For the whole process, and once: the second issuer of a process finds it installed.
pub(super) fn install() {
    let _is_first = PROVIDER.install_default().is_ok();
}

struct Es256Signer(SigningKey);

impl Signer<Vec<u8>> for Es256Signer {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, Error> {
        let signature: Signature = self.0.try_sign(message)?;
        Ok(signature.normalize_s().unwrap_or(signature).to_vec())
    }
}

impl JwtSigner for Es256Signer {
    fn algorithm(&self) -> Algorithm {
        Algorithm::ES256
    }
}

struct Es256Verifier(VerifyingKey);

impl Verifier<Vec<u8>> for Es256Verifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        let signature = Signature::from_slice(signature)?;
        // Each signature has a twin that anybody can compute. Only the lower one is accepted, so that a token has one
        // text.
        if signature.normalize_s().is_some() {
            return Err(Error::new());
        }
        self.0.verify(message, &signature)
    }
}

impl JwtVerifier for Es256Verifier {
    fn algorithm(&self) -> Algorithm {
        Algorithm::ES256
    }
}

fn signer(algorithm: Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    check(algorithm, key.family())?;
    Ok(Box::new(Es256Signer(signing_key(key.as_bytes())?)))
}

fn verifier(algorithm: Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    check(algorithm, key.family())?;
    let key = VerifyingKey::from_sec1_bytes(key.try_get_as_bytes()?);
    Ok(Box::new(Es256Verifier(key.map_err(|_| ErrorKind::InvalidEcdsaKey)?)))
}

/// A token that names another algorithm than its key's is not verified by any.
fn check(algorithm: Algorithm, family: AlgorithmFamily) -> Result<()> {
    if algorithm == Algorithm::ES256 && family == AlgorithmFamily::Ec {
        return Ok(());
    }
    Err(ErrorKind::UnsupportedAlgorithm.into())
}

fn signing_key(der: &[u8]) -> Result<SigningKey> {
    SigningKey::from_pkcs8_der(der).map_err(|_| ErrorKind::InvalidEcdsaKey.into())
}

/// The curve, and the point of the public key on it.
fn public_point(der: &[u8], algorithm: Algorithm) -> Result<(EllipticCurve, Vec<u8>, Vec<u8>)> {
    check(algorithm, AlgorithmFamily::Ec)?;
    let point = signing_key(der)?.verifying_key().to_encoded_point(false);
    match (point.x(), point.y()) {
        (Some(x), Some(y)) => Ok((EllipticCurve::P256, x.to_vec(), y.to_vec())),
        _ => Err(ErrorKind::InvalidEcdsaKey.into()),
    }
}

fn digest(data: &[u8], hash: &ThumbprintHash) -> Result<Vec<u8>> {
    if *hash == ThumbprintHash::SHA256 {
        return Ok(Sha256::digest(data).to_vec());
    }
    Err(ErrorKind::UnsupportedAlgorithm.into())
}
