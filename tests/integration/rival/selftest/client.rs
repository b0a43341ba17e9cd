//! A client that sends bytes and keeps what comes back, however little HTTP it is.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// What comes back until the server closes, the patience ends or 256 KiB have come.
pub(super) fn exchange(address: SocketAddr, bytes: &[u8], patience: Duration) -> Vec<u8> {
    receive(&mut TcpStream::connect(address).unwrap(), bytes, patience)
}

/// The same on a connection that stands.
pub(super) fn receive(stream: &mut TcpStream, bytes: &[u8], patience: Duration) -> Vec<u8> {
    stream.set_read_timeout(Some(patience)).unwrap();
    let _ = stream.write_all(bytes);
    let start = Instant::now();
    let mut received = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    while received.len() < 256 * 1024 && start.elapsed() < patience {
        match stream.read(&mut buffer) {
            Ok(count) if count > 0 => received.extend_from_slice(&buffer[..count]),
            _ => break,
        }
    }
    received
}

/// An answer taken apart; enough HTTP for what the correct variants send.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole head");
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let body = if head.contains("Transfer-Encoding: chunked") {
            unchunked(&bytes[end + 4..])
        } else {
            bytes[end + 4..].to_vec()
        };
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head, body }
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The codes of a rejection in either endpoint's envelope.
    pub(super) fn codes(&self) -> Vec<i64> {
        let json = self.json();
        match json["errors"].as_array() {
            Some(errors) => errors.iter().filter_map(|error| error["code"].as_i64()).collect(),
            None => json["status"]["code"].as_i64().into_iter().collect(),
        }
    }

    /// The group of a success of either endpoint.
    pub(super) fn group(&self) -> Value {
        let mut json = self.json();
        if json["data"].is_object() { json["data"].take() } else { json }
    }
}

fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = bytes.windows(2).position(|two| two == b"\r\n") {
        let line = std::str::from_utf8(&bytes[..end]).unwrap();
        let size = usize::from_str_radix(line.split(';').next().unwrap(), 16).unwrap();
        if size == 0 {
            break;
        }
        body.extend_from_slice(&bytes[end + 2..end + 2 + size]);
        bytes = &bytes[end + 4 + size..];
    }
    body
}
