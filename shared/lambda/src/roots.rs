//! Whose word does a function take for who a server is? That of Amazon's five roots, unless `TLS_ROOTS` says otherwise.
//!
//! | `TLS_ROOTS` | trusts | for |
//! |---|---|---|
//! | `amazon`, or nothing | Amazon's own authorities, built in | every endpoint of AWS |
//! | `system` | what the machine trusts, read from its disk | a proxy whose authority was installed there |
//! | a path | the certificates in that PEM file | a proxy or an endpoint of one's own |

use std::fs;

use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::config::Environment;

/// Amazon Root CA 1 to 4 and Starfield Services Root CA - G2, on which every endpoint of AWS rests:
/// <https://www.amazontrust.com/repository/>. They end between 2037 and 2040.
const AMAZON: &[u8] = include_bytes!("amazon-roots.pem");

/// The certificates that [`Environment`] asks for; a file that holds none, or a damaged one, is a fault.
pub(crate) fn trusted<L: Fn(&str) -> Option<String>>(environment: &Environment<L>) -> TlsContext {
    let chosen = environment.parsed_or("TLS_ROOTS", None, |text| match text {
        "amazon" => Ok(None),
        "system" => Ok(Some(TrustStore::default())),
        path => from_file(path).map(Some),
    });
    let roots = chosen.unwrap_or_else(|| TrustStore::empty().with_pem_certificate(AMAZON));
    // Today's builder refuses nothing; should it begin to, the system's roots are no worse.
    let context = TlsContext::builder().with_trust_store(roots).build();
    context.unwrap_or_default()
}

/// Looked at here, because the HTTP client panics over what it cannot read.
fn from_file(path: &str) -> Result<TrustStore, Box<dyn std::error::Error>> {
    let pem = fs::read(path)?;
    let mut readable = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        readable.add(certificate?)?;
    }
    if readable.is_empty() {
        return Err("holds no certificate".into());
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
    fn roots_are_chosen_by_a_word_or_by_a_file() {
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
