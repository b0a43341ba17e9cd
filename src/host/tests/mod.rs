//! What a running host does, seen from outside.

use super::{Accepted, Host, HostSettings};
use crate::contract::Contract;
use crate::schema::Side;
use crate::source::Document;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

mod faults;
mod found;
mod granted;
mod groups;
mod links;
mod nested;
mod paged;
mod things;

/// A host, with its contract to hold its answers to.
struct Served {
    contract: Arc<Contract>,
    host: Host,
}

/// What came back, as text.
struct Reply {
    status: u16,
    head: String,
    body: String,
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.clone().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    fn json(&self) -> Value {
        let text = crate::json::read(self.body.as_bytes());
        text.unwrap_or_else(|error| panic!("{error}: {}", self.body)).to_value()
    }
}

fn contract(name: &str, text: &str) -> Arc<Contract> {
    let document = Document::from_text(name, text).unwrap();
    Arc::new(Contract::read(document).map_err(|failure| failure.1.to_string()).unwrap())
}

async fn served(contract: Arc<Contract>, settings: HostSettings) -> Served {
    let host = Host::start(Arc::clone(&contract), settings).await.unwrap();
    Served { contract, host }
}

impl Served {
    /// Sends a request and holds the answer to what the contract documents for it.
    async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Reply {
        let reply = self.raw(method, path, headers, body).await;
        let route = |template: &str| {
            let path = path.split('?').next().unwrap_or_default();
            let (a, b): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
            a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a == b || a.starts_with('{'))
        };
        let operation = self.contract.operations.iter().find(|one| one.method == method && route(&one.path));
        if let Some(operation) = operation {
            let response = operation.response(reply.status);
            let response = response.unwrap_or_else(|| {
                panic!("{method} {path}: {} is not documented: {}", reply.status, reply.body)
            });
            if let Some(media) = response.content.first() {
                assert_eq!(reply.header("content-type"), Some(media.name.as_str()));
                let broken = self.contract.schemas.errors(
                    media.schema.as_ref().unwrap(),
                    Side::Response,
                    &reply.json(),
                );
                assert!(broken.is_empty(), "{broken:?} in {}", reply.body);
            } else {
                assert_eq!(reply.body, "");
            }
            for header in response.headers.iter().filter(|header| header.required) {
                assert!(reply.header(&header.name).is_some(), "{} is missing", header.name);
            }
        }
        reply
    }

    async fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Reply {
        let body = body.as_ref();
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
        for (name, value) in headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        if !body.is_empty() {
            head.extend(["content-length: ", &body.len().to_string(), "\r\n"]);
        }
        let mut stream = TcpStream::connect(self.host.address()).await.unwrap();
        stream.write_all((head + "\r\n").as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head[9..12].parse().unwrap();
        Reply { status, head: head.to_owned(), body: body.to_owned() }
    }
}
