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
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
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

/// A configuration that trusts these certificates too.
pub(super) fn config(
    named: &[CertificateDer<'static>],
    provider: &Arc<CryptoProvider>,
) -> Result<ClientConfig, Error> {
    let verifier = Verifier::new_with_extra_roots(named.iter().cloned(), Arc::clone(provider))?;
    let shown = named.iter().cloned().chain(of_environment()).collect();
    let verifier = Arc::new(Named { verifier, shown });
    let config =
        ClientConfig::builder_with_provider(Arc::clone(provider)).with_safe_default_protocol_versions()?;
    let mut config = config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
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
