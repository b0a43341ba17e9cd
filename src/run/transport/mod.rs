//! The transport: one request out, one bounded answer back.

mod challenges;
mod coding;
mod gate;
mod stream;
mod tls;

pub use challenges::PLACEHOLDERS;
pub(super) use gate::Gate;
pub use tls::{AuthorityError, Identity, IdentityError, authorities, identity};

use crate::exchange::Head;
use crate::exchange::Headers;
use crate::exchange::{Answer, Failure, FailureKind};
use crate::wire::digest::{Signed, Signer};
use bytes::{Bytes, BytesMut};
use challenges::Challenges;
use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use stream::Stream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// No body larger than this is read, before or after decoding.
pub const MAX_BODY: usize = 8 << 20;

/// Sends requests over kept-alive connections; follows no redirect and repeats nothing.
#[derive(Debug)]
pub struct Transport {
    client: reqwest::Client,
    /// Keeps no connection, so that none that it uses was closed by the target meanwhile.
    fresh: OnceLock<reqwest::Client>,
    /// Whom it believes to be the target, where that can be told.
    tls: Option<ClientConfig>,
    /// Believes whom this machine does, for what is asked elsewhere than at a target without TLS.
    elsewhere: OnceLock<reqwest::Client>,
    /// Shows no certificate, where the others do.
    bare: OnceLock<reqwest::Client>,
    challenges: Challenges,
    authorities: Vec<CertificateDer<'static>>,
    timeout: Duration,
    urls: Mutex<HashMap<String, reqwest::Url>>,
}

/// Most requests go to few URLs, and reading one costs as much as reading an answer.
const KNOWN_URLS: usize = 256;

/// A request in full, secrets included.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// What stands before the body.
    pub head: Arc<Head>,
    /// The body.
    pub body: Option<Bytes>,
    /// Who answers challenges of HTTP Digest, if anybody does.
    pub signer: Option<Signer>,
    /// Whether the connection shows no certificate.
    pub bare: bool,
}

impl Outgoing {
    /// One that nothing goes with.
    pub fn new(head: impl Into<Arc<Head>>, body: Option<Bytes>) -> Outgoing {
        Outgoing { head: head.into(), body, signer: None, bare: false }
    }
}

impl Transport {
    /// A transport to a target whose exchanges end within `timeout`, which may be vouched for by one of
    /// these certificates, and is shown one of the client's own.
    pub fn new(
        target: &str,
        timeout: Duration,
        (authorities, identity): (&[CertificateDer<'static>], Option<&Identity>),
    ) -> Result<Transport, Failure> {
        // A second call finds the provider in place, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let tls = match CryptoProvider::get_default() {
            // Reading this machine's authorities takes longer than many a run.
            Some(provider) if !target.starts_with("http://") => {
                Some(tls::config((authorities, identity), provider).map_err(|error| untrusting(&error))?)
            }
            _ => None,
        };
        let client = builder(tls.as_ref(), timeout).build().map_err(|error| failure(&error))?;
        Ok(Transport {
            client,
            fresh: OnceLock::new(),
            tls,
            elsewhere: OnceLock::new(),
            bare: OnceLock::new(),
            challenges: Challenges::default(),
            authorities: authorities.to_vec(),
            timeout,
            urls: Mutex::default(),
        })
    }

    /// What sends a request.
    fn client(&self, outgoing: &Outgoing) -> Result<&reqwest::Client, Failure> {
        let is_plain = !outgoing.head.url.starts_with("https://");
        let other = match (outgoing.bare && self.tls.is_some(), self.tls.is_some() || is_plain) {
            (true, _) => &self.bare,
            (false, true) => return Ok(&self.client),
            (false, false) => &self.elsewhere,
        };
        if let Some(client) = other.get() {
            return Ok(client);
        }
        let provider = CryptoProvider::get_default();
        let tls = provider.map(|provider| tls::config((&self.authorities, None), provider)).transpose();
        let tls = tls.map_err(|error| untrusting(&error))?;
        let client = builder(tls.as_ref(), self.timeout).build().map_err(|error| failure(&error))?;
        Ok(other.get_or_init(|| client))
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(&self, outgoing: &Outgoing) -> Result<Answer, Failure> {
        self.answered(self.client(outgoing)?, outgoing).await
    }

    /// Sends a request, again where a challenge is to be answered.
    async fn answered(&self, client: &reqwest::Client, outgoing: &Outgoing) -> Result<Answer, Failure> {
        const MOST: usize = 2;
        let mut before = self.challenges.nonce();
        let mut answer = self.execute(client, outgoing, self.request(outgoing)?).await?;
        let Some(signer) = &outgoing.signer else { return Ok(answer) };
        for _ in 0..MOST {
            if answer.status != 401 || !self.challenges.challenged(&answer, before.as_deref(), signer) {
                break;
            }
            before = self.challenges.nonce();
            answer = self.execute(client, outgoing, self.request(outgoing)?).await?;
        }
        Ok(answer)
    }

    /// Sends a request over a connection of its own, and reads the whole answer.
    pub(super) async fn send_afresh(&self, outgoing: &Outgoing) -> Result<Answer, Failure> {
        let client = if outgoing.bare { self.client(outgoing)? } else { self.fresh() };
        self.answered(client, outgoing).await
    }

    /// Sends a request over a connection of its own, its last byte waiting at a gate, and reads
    /// the whole answer.
    pub(super) async fn send_held(&self, outgoing: &Outgoing, gate: &Gate) -> Result<Answer, Failure> {
        let ticket = gate.ticket();
        let mut request = self.request(outgoing)?;
        if let Some(body) = outgoing.body.as_ref().filter(|body| !body.is_empty()) {
            *request.body_mut() = Some(reqwest::Body::wrap(ticket.hold(body)));
        }
        self.execute(self.fresh(), outgoing, request).await
    }

    /// What a target without TLS says first, whatever it speaks.
    pub(super) async fn first_bytes(&self, target: &str) -> Vec<u8> {
        const MOST: usize = 256;
        let Some(url) = reqwest::Url::parse(target).ok().filter(|_| self.tls.is_none()) else {
            return Vec::new();
        };
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return Vec::new();
        };
        let listen = async {
            let mut stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await.ok()?;
            let request = format!("OPTIONS / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).await.ok()?;
            let mut came = vec![0; MOST];
            let length = stream.read(&mut came).await.ok()?;
            came.truncate(length);
            Some(came)
        };
        tokio::time::timeout(self.timeout, listen).await.ok().flatten().unwrap_or_default()
    }

    fn fresh(&self) -> &reqwest::Client {
        self.fresh.get_or_init(|| {
            let built = builder(self.tls.as_ref(), self.timeout).pool_max_idle_per_host(0).build();
            built.unwrap_or_else(|_| self.client.clone())
        })
    }

    async fn execute(
        &self,
        client: &reqwest::Client,
        outgoing: &Outgoing,
        request: reqwest::Request,
    ) -> Result<Answer, Failure> {
        let mut response = client.execute(request).await.map_err(|error| self.failure(&error))?;
        let status = response.status().as_u16();
        let fields = response.headers();
        let bytes = fields.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        let mut headers = Headers::with_capacity(fields.len(), bytes);
        for (name, value) in fields {
            headers.push(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
        }
        let mut body = BytesMut::new();
        // A connection that ends here was no idle one: the answer had begun.
        let torn = |error: reqwest::Error| {
            let failure = self.failure(&error);
            let cut = failure.kind == FailureKind::Cut;
            let kind = if cut { FailureKind::Incomplete } else { failure.kind };
            Failure { kind, status: Some(status), ..failure }
        };
        let stream = Stream::of(&headers);
        loop {
            let chunk = match &stream {
                Some(stream) => stream.next(&mut response, &mut body).await,
                None => response.chunk().await,
            };
            let Some(chunk) = chunk.map_err(torn)? else { break };
            if body.len() + chunk.len() > MAX_BODY {
                if stream.as_ref().is_some_and(|stream| stream.cut(&mut body)) {
                    break;
                }
                let detail = format!("more than {MAX_BODY} bytes");
                return Err(Failure { kind: FailureKind::TooLarge, detail, status: Some(status) });
            }
            body.extend_from_slice(&chunk);
        }
        let mut answer = Answer { status, headers, body: body.freeze() };
        if outgoing.head.method != "HEAD" {
            answer.body = coding::decoded(&answer)?;
        }
        Ok(answer)
    }

    /// What went wrong; where it was the time limit, that is named.
    fn failure(&self, error: &reqwest::Error) -> Failure {
        let failure = failure(error);
        match failure.kind {
            FailureKind::TimedOut => {
                let detail = format!("nothing whole within the limit, --timeout {}", in_units(self.timeout));
                Failure { detail, ..failure }
            }
            _ => failure,
        }
    }

    fn request(&self, outgoing: &Outgoing) -> Result<reqwest::Request, Failure> {
        let head = &*outgoing.head;
        let method = reqwest::Method::from_bytes(head.method.as_bytes())
            .map_err(|error| unsendable(error.to_string()))?;
        let url = self.url(&head.url)?;
        let mut request = reqwest::Request::new(method, url);
        for (name, value) in head.headers.iter() {
            // The answer to a challenge is another in each request, and there is none before the first.
            let own = match &outgoing.signer {
                Some(signer) if PLACEHOLDERS.contains(&value) => {
                    match self.signed(signer, outgoing, request.url()) {
                        Some(own) => Some(own),
                        None => continue,
                    }
                }
                _ => None,
            };
            let value = own.as_deref().unwrap_or(value);
            let name =
                reqwest::header::HeaderName::try_from(name).map_err(|error| unsendable(error.to_string()))?;
            let value = reqwest::header::HeaderValue::from_bytes(value.as_bytes()).map_err(|_| {
                unsendable(format!("the header `{name}` has characters that no header can hold"))
            })?;
            request.headers_mut().append(name, value);
        }
        if let Some(body) = &outgoing.body {
            *request.body_mut() = Some(body.clone().into());
        }
        Ok(request)
    }

    fn signed(&self, signer: &Signer, outgoing: &Outgoing, url: &reqwest::Url) -> Option<String> {
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let target = format!("{}{query}", url.path());
        let body = outgoing.body.as_deref().unwrap_or_default();
        let signed = Signed { method: &outgoing.head.method, target: &target, body };
        self.challenges.answered(signer, &signed)
    }

    fn url(&self, text: &str) -> Result<reqwest::Url, Failure> {
        let known = || self.urls.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(url) = known().get(text) {
            return Ok(url.clone());
        }
        let url = reqwest::Url::parse(text).map_err(|error| unsendable(error.to_string()))?;
        if !same_path(&url, text) {
            return Err(unsendable(format!("the path would be sent as {}", url.path())));
        }
        let mut urls = known();
        if urls.len() < KNOWN_URLS {
            urls.insert(text.to_owned(), url.clone());
        }
        Ok(url)
    }
}

fn builder(tls: Option<&ClientConfig>, timeout: Duration) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .timeout(timeout)
        .connect_timeout(timeout)
        .pool_idle_timeout(Duration::from_secs(4))
        .tcp_nodelay(true)
        .user_agent(concat!("probity/", env!("CARGO_PKG_VERSION")));
    match tls {
        Some(tls) => builder.tls_backend_preconfigured(tls.clone()),
        None => builder.tls_certs_only([]),
    }
}

/// A time as the command line takes it.
fn in_units(time: Duration) -> String {
    match time.as_millis() {
        whole if whole % 1000 == 0 => format!("{}s", whole / 1000),
        fraction => format!("{fraction}ms"),
    }
}

/// That nobody could be believed.
fn untrusting(error: &rustls::Error) -> Failure {
    Failure { kind: FailureKind::Tls, detail: error.to_string(), status: None }
}

fn unsendable(detail: String) -> Failure {
    Failure { kind: FailureKind::Unsendable, detail, status: None }
}

/// Whether the URL library left the path as it was written.
fn same_path(parsed: &reqwest::Url, written: &str) -> bool {
    let after_authority = written.splitn(4, '/').nth(3).unwrap_or_default();
    let path = after_authority.split(['?', '#']).next().unwrap_or_default();
    parsed.path().trim_start_matches('/') == path.trim_start_matches('/')
}

fn failure(error: &reqwest::Error) -> Failure {
    let mut detail = String::new();
    let mut source: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(inner) = source {
        if !detail.is_empty() {
            detail.push_str(": ");
        }
        detail.push_str(&inner.to_string());
        source = inner.source();
    }
    if detail.is_empty() {
        detail = if error.is_timeout() { "the time limit".into() } else { "no details".into() };
    }
    let text = detail.to_lowercase();
    let says = |marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
    let kind = if error.is_timeout() {
        FailureKind::TimedOut
    } else if error.is_connect() {
        if says(&["dns", "lookup", "resolve"]) {
            FailureKind::Unresolved
        } else if says(&["certificate", "tls", "handshake", "invalidcontenttype", "corrupt message", "alert"])
        {
            FailureKind::Tls
        } else {
            FailureKind::Refused
        }
    } else if says(&["fatal alert", "certificaterequired"]) {
        // Whoever wants a certificate says so once the handshake is over.
        FailureKind::Tls
    } else if says(&[
        "invalid http",
        "invalid status",
        "invalid header",
        "parse",
        "message head is too large",
        "invalid content-length",
        "invalid chunk",
        "unexpected transfer-encoding",
    ]) {
        FailureKind::NotHttp
    } else if error.is_builder() {
        FailureKind::Unsendable
    } else {
        FailureKind::Cut
    };
    Failure { kind, detail, status: None }
}
