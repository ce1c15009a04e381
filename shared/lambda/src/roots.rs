//! Chooses the certificate authorities that a function trusts: Amazon's five roots, or those in `TLS_ROOTS`.
//!
//! | `TLS_ROOTS` | trusts | for |
//! |---|---|---|
//! | `amazon`, or not set | Amazon's own authorities, built in | every endpoint of AWS |
//! | `system` | the authorities of the machine, read from its disk | a proxy whose authority is installed there |
//! | a path | the certificates in that PEM file | a custom proxy or endpoint |

use std::fs;

use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::config::Environment;

/// Amazon Root CA 1 to 4 and Starfield Services Root CA - G2, which sign the certificates of all AWS endpoints:
/// <https://www.amazontrust.com/repository/>. They expire between 2037 and 2040.
const AMAZON: &[u8] = include_bytes!("amazon-roots.pem");

/// The trusted certificates. A PEM file without certificates, or with a damaged one, is a fault of the environment.
pub(crate) fn trusted<L: Fn(&str) -> Option<String>>(environment: &Environment<L>) -> TlsContext {
    let chosen = environment.parsed_or("TLS_ROOTS", None, |text| match text {
        "amazon" => Ok(None),
        "system" => Ok(Some(TrustStore::default())),
        path => from_file(path).map(Some),
    });
    let roots = chosen.unwrap_or_else(|| TrustStore::empty().with_pem_certificate(AMAZON));
    // The builder cannot fail today. If it ever does, the system's roots are a safe default.
    let context = TlsContext::builder().with_trust_store(roots).build();
    context.unwrap_or_default()
}

/// Reads the file here, because the HTTP client would panic over an invalid one.
fn from_file(path: &str) -> Result<TrustStore, Box<dyn std::error::Error>> {
    let pem = fs::read(path)?;
    let mut readable = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        readable.add(certificate?)?;
    }
    if readable.is_empty() {
        return Err("the file contains no certificate".into());
    }
    Ok(TrustStore::empty().with_pem_certificate(pem))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{EnvironmentFaults, from_lookup};

    fn read(roots: Option<&str>) -> Result<(), EnvironmentFaults> {
        let lookup = |name: &str| roots.filter(|_| name == "TLS_ROOTS").map(str::to_owned);
        from_lookup(lookup, |environment| {
            trusted(environment);
        })
    }

    #[test]
    fn amazon_has_five_roots_that_can_be_read() {
        let certificates = CertificateDer::pem_slice_iter(AMAZON).map(Result::unwrap);
        let mut store = RootCertStore::empty();
        for certificate in certificates {
            store.add(certificate).unwrap();
        }
        assert_eq!(store.len(), 5);
    }

    #[test]
    fn roots_are_chosen_by_name_or_by_file() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/amazon-roots.pem");
        for roots in [None, Some("amazon"), Some("system"), Some(file)] {
            read(roots).unwrap();
        }
    }

    #[test]
    fn a_file_without_certificates_is_a_fault() {
        for roots in ["/nowhere.pem", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")] {
            let faults = read(Some(roots)).unwrap_err();
            assert_eq!(faults.to_string(), "environment: TLS_ROOTS is malformed");
        }
    }
}
