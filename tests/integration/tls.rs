//! Whom a run believes: a certificate that is its own authority is taken where the user names it, and
//! nobody else's, under no other name and out of its time never.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CertifiedKey, IsCa, KeyPair, date_time_ymd,
};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, Stream};

use crate::driver::{Driver, probity};

const CONTRACT: &str = "openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /a:
    get:
      operationId: a
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}
";

const OK: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
const NO: &[u8] =
    b"HTTP/1.1 405 Method Not Allowed\r\nallow: GET\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// What `openssl req -x509` makes: a certificate that is its own authority.
fn self_signed(name: &str, until: i32) -> CertifiedKey<KeyPair> {
    let mut params = CertificateParams::new([name.to_owned()]).expect("a name");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    let signing_key = KeyPair::generate().expect("a key");
    let cert = params.self_signed(&signing_key).expect("a certificate");
    CertifiedKey { cert, signing_key }
}

/// A server that shows a certificate; its port.
fn served(own: &CertifiedKey<KeyPair>) -> u16 {
    served_to(own, WebPkiClientVerifier::no_client_auth())
}

/// The same to clients that a verifier lets in.
fn served_to(own: &CertifiedKey<KeyPair>, clients: Arc<dyn ClientCertVerifier>) -> u16 {
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.expect("TLS").with_client_cert_verifier(clients);
    let config = Arc::new(config.with_single_cert(vec![own.cert.der().clone()], key).expect("a certificate"));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            let config = Arc::clone(&config);
            std::thread::spawn(move || {
                let mut session = ServerConnection::new(config).expect("a session");
                let mut stream = Stream::new(&mut session, &mut socket);
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") {
                    if stream.read(&mut byte).unwrap_or(0) == 0 {
                        return;
                    }
                    head.extend(byte);
                }
                let _ = stream.write_all(if head.starts_with(b"GET /a ") { OK } else { NO });
                let _ = stream.flush();
                session.send_close_notify();
                let _ = session.complete_io(&mut socket);
            });
        }
    });
    port
}

fn against(port: u16, named: &CertifiedKey<KeyPair>) -> Driver {
    let target = format!("https://localhost:{port}");
    let files = probity().with_file("c.yaml", CONTRACT).with_file("named.pem", named.cert.pem());
    files.args(["check", "c.yaml", "--target", &target])
}

#[test]
fn a_certificate_that_is_its_own_authority_is_trusted_where_it_is_named() {
    let own = self_signed("localhost", 2090);
    let port = served(&own);
    against(port, &own).args(["--ca-cert", "named.pem"]).run().ends_with(0);
    against(port, &own).env("SSL_CERT_FILE", "named.pem").run().ends_with(0);
    let ran = against(port, &own).run().ends_with(4);
    assert!(ran.stderr.contains("--ca-cert"), "{}", ran.everything());
}

#[test]
fn nobody_else_is_believed() {
    let own = self_signed("localhost", 2090);
    for (shown, why) in [
        (self_signed("localhost", 2090), "another key"),
        (self_signed("elsewhere.example", 2090), "another name"),
        (self_signed("localhost", 2021), "a time that is over"),
    ] {
        let port = served(&shown);
        let named = if why == "another key" { &own } else { &shown };
        let ran = against(port, named).args(["--ca-cert", "named.pem"]).run();
        assert_eq!(ran.code, Some(4), "{why}: {}", ran.everything());
    }
}

#[test]
fn certificates_that_cannot_be_read_are_told_before_anything_is_sent() {
    let own = self_signed("localhost", 2090);
    let ran = against(1, &own).args(["--ca-cert", "c.yaml"]).run().ends_with(2);
    assert!(ran.stderr.contains("there is no certificate in c.yaml"), "{}", ran.everything());
    let ran = against(1, &own).args(["--ca-cert", "absent.pem"]).run().ends_with(2);
    assert!(ran.stderr.contains("cannot read certificates from absent.pem"), "{}", ran.everything());
}

const MUTUAL: &str = "openapi: 3.1.0
info: {title: T, version: '1'}
components: {securitySchemes: {own: {type: mutualTLS}}}
security: [{own: []}]
paths:
  /a:
    get:
      operationId: a
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}
";

/// Who vouches for clients, and what a client has of it: certificate and key.
fn client() -> (CertifiedIssuer<'static, KeyPair>, String, String) {
    let mut params = CertificateParams::new(Vec::new()).expect("no name");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority =
        CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate");
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(["client.example".to_owned()]).expect("a name");
    let cert = params.signed_by(&key, &authority).expect("a certificate");
    (authority, cert.pem(), key.serialize_pem())
}

fn verifier(authority: &CertifiedIssuer<'static, KeyPair>, strict: bool) -> Arc<dyn ClientCertVerifier> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.as_ref().der().clone()).expect("an authority");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let built = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    if strict { built.build() } else { built.allow_unauthenticated().build() }.expect("a verifier")
}

fn mutual(port: u16, own: &CertifiedKey<KeyPair>, cert: &str, key: &str) -> Driver {
    let target = format!("https://localhost:{port}");
    let files = probity().with_file("c.yaml", MUTUAL).with_file("named.pem", own.cert.pem());
    let files = files.with_file("client.pem", cert).with_file("key.pem", key);
    files.args(["check", "c.yaml", "--target", &target, "--ca-cert", "named.pem"])
}

#[test]
fn a_client_that_shows_its_certificate_is_let_in_and_nobody_else() {
    let own = self_signed("localhost", 2090);
    let (authority, cert, key) = client();
    let port = served_to(&own, verifier(&authority, true));
    let shown = ["--client-cert", "client.pem", "--client-key", "key.pem"];
    let ran = mutual(port, &own, &cert, &key).args(shown).args(["--verbose"]).run().ends_with(0);
    assert!(!ran.everything().contains(key.lines().nth(1).unwrap()), "{}", ran.everything());
    let both = format!("{cert}{key}");
    mutual(port, &own, &both, &key).args(["--client-cert", "client.pem"]).run().ends_with(0);
    mutual(port, &own, &cert, &key).run().ends_with(4);
}

#[test]
fn a_host_that_lets_in_whoever_shows_no_certificate_is_found() {
    let own = self_signed("localhost", 2090);
    let (authority, cert, key) = client();
    let port = served_to(&own, verifier(&authority, false));
    let shown = ["--client-cert", "client.pem", "--client-key", "key.pem"];
    let ran = mutual(port, &own, &cert, &key).args(shown).run().ends_with(1);
    assert!(ran.stdout.contains("credentials-enforced"), "{}", ran.everything());
}

#[test]
fn a_key_of_somebody_else_is_told_before_anything_is_sent() {
    let own = self_signed("localhost", 2090);
    let (_, cert, _) = client();
    let (_, _, other) = client();
    let shown = ["--client-cert", "client.pem", "--client-key", "key.pem"];
    let ran = mutual(1, &own, &cert, &other).args(shown).run().ends_with(2);
    assert!(ran.stderr.contains("does not fit the certificate"), "{}", ran.everything());
}
