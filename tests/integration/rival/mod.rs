//! A server of both create endpoints, written from the published documents alone. It behaves in
//! one of several correct ways, or with one fault, so that a validator can be held to both.

mod access;
mod answer;
mod crash;
mod echo;
mod endpoint;
mod fault;
mod groups;
mod house;
mod http;
mod intermittent;
mod json;
mod ledger;
mod memory;
mod moments;
mod race;
mod read_back;
mod reading;
mod spoil;
mod text_damage;
mod tolerance;
mod variant;
mod wire_trouble;

#[cfg(test)]
mod selftest;

use std::net::{SocketAddr, TcpListener as BoundListener};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub(crate) use access::{
    OAUTH_KEY, OAUTH_SECRET, PASSWORD, TOKEN_HEADER, TOKEN_PATH, USER, basic, basic_of, md5_hex,
};
pub(crate) use endpoint::Endpoint;
pub(crate) use fault::{Area, Basis, Fault};
pub(crate) use variant::Variant;

use house::{Clock, House, lock};
use http::{Request, Response, Unread, Wire};
use variant::{Connection, Framing};

/// A request as received.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        http::find(&self.headers, name)
    }
}

/// A running server; it stops when dropped.
pub(crate) struct Rival {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Rival {
    pub(crate) fn start(variant: Variant, fault: Option<Fault>) -> Self {
        Self::start_with(House::new(variant, fault, Clock::System))
    }

    fn start_with(house: House) -> Self {
        let listener = BoundListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a listener that does not block");
        let address = listener.local_addr().expect("a bound address");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (stop, stopped) = oneshot::channel();
        let record = Arc::clone(&seen);
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("a listener");
                tokio::select! {
                    () = accept(listener, Arc::new(house), record) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, seen, stop: Some(stop), thread: Some(thread) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests were received so far.
    pub(crate) fn requests(&self) -> usize {
        lock(&self.seen).len()
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        lock(&self.seen).clone()
    }
}

impl Drop for Rival {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: TcpListener, house: Arc<House>, seen: Arc<Mutex<Vec<Seen>>>) {
    let mut connection = 0;
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            connection += 1;
            let wire = Wire::new(stream, connection);
            tokio::spawn(converse(wire, Arc::clone(&house), Arc::clone(&seen)));
        } else {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

async fn converse(mut wire: Wire, house: Arc<House>, seen: Arc<Mutex<Vec<Seen>>>) {
    let _ = wire.stream.set_nodelay(true);
    loop {
        let request = match wire.read_request().await {
            Ok(request) => request,
            Err(Unread::Closed) => return,
            Err(Unread::Refused(status)) => {
                refuse(&mut wire, status).await;
                return;
            }
        };
        lock(&seen).push(Seen {
            method: request.method.clone(),
            path: request.target.clone(),
            headers: request.headers.clone(),
            body: request.body.clone(),
        });
        let response = house.answer(&request).await;
        if !reply(&mut wire, &house, &request, response).await {
            return;
        }
    }
}

async fn refuse(wire: &mut Wire, status: u16) {
    let mut response = Response::empty(status);
    response.set("Connection", "close");
    response.set("Content-Length", "0");
    response.set("X-Cap-Requestid", "unread-rival");
    let _ = wire.send((response.head() + "\r\n").as_bytes()).await;
    wire.drain().await;
}

/// Whether the connection can carry another request.
async fn reply(wire: &mut Wire, house: &House, request: &Request, mut response: Response) -> bool {
    if response.severed {
        if !response.body.is_empty() {
            response.set("Content-Length", &response.body.len().to_string());
            let half = &response.body[..response.body.len() / 2];
            let _ = wire.send(&[response.head().as_bytes(), b"\r\n", half].concat()).await;
        }
        return false;
    }
    let keep = request.keep_alive && house.manners.connection == Connection::Kept;
    if !keep {
        response.set("Connection", "close");
    }
    if let Some(fault) = house.fault
        && Endpoint::at(request.path()).is_some()
        && let Some(outcome) = wire_trouble::send(fault, wire, request, &response).await
    {
        return outcome.unwrap_or(false);
    }
    let chunked = house.manners.framing == Framing::Chunked && !request.modern;
    let framing = if chunked { Framing::Length } else { house.manners.framing };
    wire.send(&response.encode(framing, request)).await.is_ok() && keep
}
