//! Whom a run believes to be the target: the authorities of this machine, or of `SSL_CERT_FILE`, and
//! those that the user names.
//!
//! `openssl req -x509` makes a certificate that is its own authority and calls itself one. Who names it
//! trusts it, and so it is taken where a server shows exactly that certificate, under its name and in its
//! time; a verifier alone refuses an authority as a server.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use rustls_platform_verifier::Verifier;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why certificates that the user names are not read.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The file cannot be read as PEM.
    #[error("cannot read certificates from {}: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: pem::Error,
    },
    /// The file holds none.
    #[error("there is no certificate in {}", .0.display())]
    None(PathBuf),
}

/// The certificates in a file of PEM.
pub fn authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, AuthorityError> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let read = read.map_err(|why| AuthorityError::Unreadable { path: path.to_owned(), why })?;
    if read.is_empty() { Err(AuthorityError::None(path.to_owned())) } else { Ok(read) }
}

/// What a client shows of itself: a certificate, with those that vouch for it, and its key.
#[derive(Clone, Debug)]
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: Arc<PrivateKeyDer<'static>>,
}

/// Why a client has nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The certificate cannot be read.
    #[error(transparent)]
    Certificate(#[from] AuthorityError),
    /// The key cannot be read.
    #[error("cannot read a key from {}: {why}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// Why.
        why: pem::Error,
    },
    /// The key is not that of the certificate, or of no kind that is known.
    #[error("the key in {} does not fit the certificate: {why}", path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// Why.
        why: Error,
    },
}

/// The certificate of a client in a file of PEM, and its key in another, or in the same.
pub fn identity(certificate: &Path, key: &Path) -> Result<Identity, IdentityError> {
    let chain = authorities(certificate)?;
    let read = PrivateKeyDer::from_pem_file(key);
    let read = read.map_err(|why| IdentityError::Key { path: key.to_owned(), why })?;
    let unfit = |why| IdentityError::Unfit { path: key.to_owned(), why };
    let provider = rustls::crypto::ring::default_provider();
    CertifiedKey::from_der(chain.clone(), read.clone_key(), &provider).map_err(unfit)?;
    Ok(Identity { chain, key: Arc::new(read) })
}

/// A configuration that trusts these certificates too.
pub(super) fn config(
    (named, identity): (&[CertificateDer<'static>], Option<&Identity>),
    provider: &Arc<CryptoProvider>,
) -> Result<ClientConfig, Error> {
    let verifier = Verifier::new_with_extra_roots(named.iter().cloned(), Arc::clone(provider))?;
    let shown = named.iter().cloned().chain(of_environment()).collect();
    let verifier = Arc::new(Named { verifier, shown });
    let config =
        ClientConfig::builder_with_provider(Arc::clone(provider)).with_safe_default_protocol_versions()?;
    let config = config.dangerous().with_custom_certificate_verifier(verifier);
    let mut config = match identity {
        Some(own) => config.with_client_auth_cert(own.chain.clone(), own.key.clone_key())?,
        None => config.with_no_client_auth(),
    };
    config.alpn_protocols = vec!["h2".into(), "http/1.1".into()];
    Ok(config)
}

/// The certificates of the file that `SSL_CERT_FILE` names; what cannot be read there the verifier tells.
fn of_environment() -> Vec<CertificateDer<'static>> {
    let file = std::env::var_os("SSL_CERT_FILE");
    let read = file.and_then(|file| CertificateDer::pem_file_iter(file).ok());
    read.into_iter().flatten().filter_map(Result::ok).collect()
}

/// The usual verifier, and the certificates that were named.
#[derive(Debug)]
struct Named {
    verifier: Verifier,
    shown: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Named {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified =
            self.verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verified {
            // Its time was looked at before.
            Err(error) if is_authority(&error) && self.shown.iter().any(|named| named == end_entity) => {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier.verify_tls12_signature(message, cert, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier.verify_tls13_signature(message, cert, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

/// Whether a certificate was refused only because it is that of an authority.
fn is_authority(error: &Error) -> bool {
    let Error::InvalidCertificate(CertificateError::Other(OtherError(why))) = error else { return false };
    matches!(why.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
}
