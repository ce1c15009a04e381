//! Makes a certificate authority for one run, and the PEM files that let each measured process trust it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::trouble::Trouble;

/// The trusted roots of Amazon Linux and of Debian.
const SYSTEM_BUNDLES: [&str; 2] = ["/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt"];
/// The roots that the functions are built with.
const AMAZON_ROOTS: &[u8] = include_bytes!("../../../shared/lambda/src/amazon-roots.pem");

/// The PEM files, and the configuration of a server whose certificate the authority signed.
pub struct Certificates {
    /// Only the authority.
    pub alone: PathBuf,
    /// The authority and Amazon's roots: one more than a function reads on Lambda.
    pub with_amazon: PathBuf,
    /// The authority and all roots of this system, as a process with default settings reads them.
    pub with_system: PathBuf,
    /// A TLS server named `localhost`.
    pub server: Arc<ServerConfig>,
}

impl Certificates {
    /// Writes the PEM files into this folder.
    pub fn make(folder: &Path) -> Result<Self, Trouble> {
        fs::create_dir_all(folder).map_err(|reason| Trouble::new(folder.display(), reason))?;
        let (authority, server) = issue().map_err(|reason| Trouble::new("certificates", reason))?;
        let system = SYSTEM_BUNDLES.iter().find_map(|path| fs::read(path).ok());
        let system = system.ok_or_else(|| {
            Trouble::new(
                "certificates",
                "this system has no file of trusted roots where Amazon Linux and Debian have it",
            )
        })?;
        let write = |name: &str, before: &[u8]| {
            let path = folder.join(name);
            let text = [before, b"\n", authority.as_bytes()].concat();
            fs::write(&path, text).map_err(|reason| Trouble::new(path.display(), reason))?;
            Ok::<_, Trouble>(path)
        };
        Ok(Self {
            alone: write("alone.pem", b"")?,
            with_amazon: write("with-amazon.pem", AMAZON_ROOTS)?,
            with_system: write("with-system.pem", &system)?,
            server: Arc::new(server),
        })
    }
}

/// A new authority, and a server named `localhost` with a certificate from it.
fn issue() -> Result<(String, ServerConfig), Box<dyn std::error::Error>> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // The authority needs its own name: OpenSSL takes a certificate with the name of its issuer for self-signed.
    params
        .distinguished_name
        .push(DnType::CommonName, "authority of one benchmark");
    let certificate = params.self_signed(&key)?;
    let authority = certificate.pem();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate()?;
    let leaf = CertificateParams::new(vec!["localhost".to_owned()])?.signed_by(&key, &issuer)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)?;
    // Like DynamoDB.
    server.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((authority, server))
}
