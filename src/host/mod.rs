//! The host: an embedded server that behaves as a contract says, whichever it is.
//!
//! ```text
//! bytes → Asked → Engine::answer → Answer → bytes
//! ```

use crate::contract::Contract;
use answer::Answer;
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::handler::HandlerWithoutStateExt;
use axum::serve::ListenerExt;
use engine::Engine;
pub use engine::Prepared;
use fault::{Fault, Planted};
use http::StatusCode;
use intake::{Asked, Query};
use std::fmt;
use std::future::{Future, poll_fn};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

mod access;
mod act;
mod answer;
mod engine;
pub mod fault;
mod forget;
mod fresh;
mod grant;
mod intake;
mod life;
mod linked;
mod location;
mod look;
mod names;
mod paging;
mod pointer;
mod prepare;
mod refuse;
mod resources;
mod route;
mod ruled;
mod sample;
mod shown;
mod taken;
mod template;
#[cfg(test)]
mod tests;
mod trail;
mod view;

/// A body with more bytes than this is refused.
pub const MAX_BODY_BYTES: usize = 10 << 20;

/// So much of a body that is too large is read and thrown away, so that its sender hears why.
const MAX_DRAINED_BYTES: usize = 64 << 20;

/// How long answers that are under way may take after the end was asked for.
const GRACE: Duration = Duration::from_secs(2);

/// A running host; it stops when dropped.
#[derive(Debug)]
pub struct Host {
    address: SocketAddr,
    credentials: Accepted,
    /// Never sent; its end ends the server.
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
    planted: Option<Arc<Planted>>,
    /// Never sent; its end ends the thread, if the host has one of its own.
    _thread: Option<oneshot::Sender<()>>,
}

/// How a host is run.
#[derive(Clone, Debug)]
pub struct HostSettings {
    /// The port; 0 for any free one.
    pub port: u16,
    /// The address to listen on.
    pub bind: IpAddr,
    /// Whom it lets in.
    pub credentials: Accepted,
    /// How long a token lives that the host gave out.
    pub token_life: Duration,
    /// The defects that it has; none make it a correct one.
    pub faults: Vec<Fault>,
}

/// The credentials that a host accepts.
#[derive(Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The user for Basic.
    pub user: String,
    /// The password for Basic, sent as it is or as its MD5 digest in hexadecimal.
    pub password: String,
    /// The key that a token endpoint asks for.
    pub key: String,
    /// The secret that a token endpoint asks for.
    pub secret: String,
    /// What schemes accept that have no token endpoint.
    pub token: String,
}

impl Default for HostSettings {
    fn default() -> Self {
        HostSettings {
            port: 0,
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            credentials: Accepted::default(),
            token_life: Duration::from_hours(1),
            faults: Vec::new(),
        }
    }
}

impl Default for Accepted {
    fn default() -> Self {
        Accepted {
            user: "demo".into(),
            password: "demo-password".into(),
            key: "demo-key".into(),
            secret: "demo-secret".into(),
            token: "demo-token".into(),
        }
    }
}

/// The secrets stay out of logs.
impl fmt::Debug for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accepted").field("user", &self.user).finish_non_exhaustive()
    }
}

impl Host {
    /// Binds the port and serves the contract on the current runtime.
    pub async fn start(contract: Arc<Contract>, settings: HostSettings) -> std::io::Result<Host> {
        Host::start_prepared(Arc::new(Prepared::new(contract)), settings).await
    }

    /// The same with a contract that other hosts serve too.
    pub async fn start_prepared(prepared: Arc<Prepared>, settings: HostSettings) -> std::io::Result<Host> {
        let listener = TcpListener::bind((settings.bind, settings.port)).await?;
        let address = listener.local_addr()?;
        let engine = Arc::new(Engine::new(prepared, &settings));
        let planted = engine.planted().cloned();
        let (stop, stopped) = oneshot::channel::<()>();
        let listener = listener.tap_io(|stream| {
            // Where it cannot be set, answers are slower and still right.
            let _ = stream.set_nodelay(true);
        });
        let handler = move |request: Request| exchange(Arc::clone(&engine), request);
        let server = axum::serve(listener, handler.into_make_service()).with_graceful_shutdown(async move {
            let _ = stopped.await;
        });
        let server = tokio::spawn(async move {
            let _ = server.await;
        });
        Ok(Host { address, credentials: settings.credentials, stop, server, planted, _thread: None })
    }

    /// Serves the contract on a thread of its own, for callers whose own has enough to do.
    pub fn start_apart(contract: Arc<Contract>, settings: HostSettings) -> std::io::Result<Host> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (thread, ended) = oneshot::channel::<()>();
        let (started, begun) = std::sync::mpsc::channel();
        let serve = move || {
            runtime.block_on(async {
                let host = Host::start(contract, settings).await;
                // Whoever started it waits for it.
                let _ = started.send(host.map(|host| Host { _thread: Some(thread), ..host }));
                let _ = ended.await;
            });
        };
        std::thread::Builder::new().name("host".into()).spawn(serve)?;
        begun.recv().unwrap_or_else(|_| Err(std::io::Error::other("the thread of the host ended")))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whom it lets in.
    pub fn credentials(&self) -> &Accepted {
        &self.credentials
    }

    /// Whether a fault ever made a difference to what a client sees.
    pub fn misbehaved(&self) -> bool {
        self.planted.as_ref().is_some_and(|planted| planted.changed_anything())
    }

    /// Whether a fault made a difference to a request, the n-th of those that are alike, by its path and
    /// query.
    pub fn misbehaved_on(&self, method: &str, target: &str, body: &[u8], nth: usize) -> bool {
        let digest = fault::digest(method, target, body);
        self.planted.as_ref().is_some_and(|planted| planted.changed(digest, nth))
    }

    /// Serves until something happens, then lets the answers finish that are under way.
    pub async fn serve_until(self, shutdown: impl Future<Output = ()>) {
        shutdown.await;
        drop(self.stop);
        let _ = tokio::time::timeout(GRACE, self.server).await;
    }
}

async fn exchange(engine: Arc<Engine>, request: Request) -> axum::response::Response {
    let (head, body) = request.into_parts();
    let Ok(body) = read(body).await else {
        return Answer::bare(StatusCode::BAD_REQUEST).write();
    };
    let asked = Asked {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: Query::read(head.uri.query()),
        headers: &head.headers,
        body: body.as_deref(),
    };
    let answer = engine.answer(&asked);
    if let Some(late) = answer.late {
        tokio::time::sleep(late).await;
    }
    answer.write()
}

/// The whole body, or nothing if it is too large.
async fn read(mut body: Body) -> Result<Option<Vec<u8>>, axum::Error> {
    let mut bytes = Vec::new();
    let mut seen = 0;
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let Ok(data) = frame?.into_data() else { continue };
        seen += data.len();
        if seen > MAX_DRAINED_BYTES {
            break;
        }
        if seen <= MAX_BODY_BYTES {
            bytes.extend_from_slice(&data);
        } else {
            bytes = Vec::new();
        }
    }
    Ok((seen <= MAX_BODY_BYTES).then_some(bytes))
}
