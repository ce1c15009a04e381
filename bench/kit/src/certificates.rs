//! Whom do the measured processes trust? An authority made for one run, in the files that each of them is told of.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::trouble::Trouble;

/// Where systems keep the roots that they trust: Amazon Linux, Debian.
const SYSTEM_BUNDLES: [&str; 2] = ["/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt"];
/// The roots that the functions are built with.
const AMAZON_ROOTS: &[u8] = include_bytes!("../../../shared/lambda/src/amazon-roots.pem");

pub struct Certificates {
    /// The authority alone.
    pub alone: PathBuf,
    /// Beside Amazon's: as many to read as a function reads on Lambda, and one.
    pub with_amazon: PathBuf,
    /// Beside all that this system trusts, which is what a process with default settings reads.
    pub with_system: PathBuf,
    pub server: Arc<ServerConfig>,
}

impl Certificates {
    pub fn make(folder: &Path) -> Result<Self, Trouble> {
        fs::create_dir_all(folder).map_err(|reason| Trouble::new(folder.display(), reason))?;
        let (authority, server) = issue().map_err(|reason| Trouble::new("certificates", reason))?;
        let system = SYSTEM_BUNDLES.iter().find_map(|path| fs::read(path).ok());
        let system = system.ok_or_else(|| Trouble::new("certificates", "this system has no bundle of roots"))?;
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

/// An authority, and a server of the name `localhost` that it vouches for.
fn issue() -> Result<(String, ServerConfig), Box<dyn std::error::Error>> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // Of two that bear one name, OpenSSL takes the one for its own issuer.
    params
        .distinguished_name
        .push(DnType::CommonName, "authority of one bench");
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
    // As DynamoDB does.
    server.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((authority, server))
}
