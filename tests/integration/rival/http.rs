//! Requests read from the wire and well-formed answers written to it, bounded on the way in.

use std::fmt::Write as _;
use std::io;
use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::variant::Framing;

const HEAD_LIMIT: usize = 64 * 1024;
const BODY_LIMIT: usize = 16 * 1024 * 1024;

#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) keep_alive: bool,
    /// Of HTTP/1.1, so that chunks are understood.
    pub(super) modern: bool,
    /// The number of the connection it came on.
    pub(super) connection: u64,
}

impl Request {
    pub(super) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

pub(super) fn find<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

#[derive(Clone, Debug)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// The connection is closed in the middle of the body, or at once where there is none.
    pub(super) severed: bool,
}

impl Response {
    pub(super) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let mut response = Self { status, headers: Vec::new(), body, severed: false };
        if !response.body.is_empty() {
            response.set("Content-Type", content_type);
        }
        response
    }

    pub(super) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), severed: false }
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.unset(name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    pub(super) fn unset(&mut self, name: &str) {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
    }

    /// The status line and the headers, without the empty line that ends them.
    pub(super) fn head(&self) -> String {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head
    }

    /// The whole answer, framed as asked; a body is left out where HTTP forbids it.
    pub(super) fn encode(mut self, framing: Framing, request: &Request) -> Vec<u8> {
        let silent = request.method == "HEAD" || self.status == 204 || self.status == 304;
        let accepts_gzip = request.header("Accept-Encoding").is_some_and(|value| value.contains("gzip"));
        if framing == Framing::Gzip && accepts_gzip && !self.body.is_empty() {
            self.body = gzip(&self.body);
            self.set("Content-Encoding", "gzip");
            self.set("Vary", "Accept-Encoding");
        }
        let chunked = framing == Framing::Chunked && !self.body.is_empty();
        if chunked {
            self.set("Transfer-Encoding", "chunked");
        } else if self.status != 204 {
            self.set("Content-Length", &self.body.len().to_string());
        }
        let mut bytes = self.head().into_bytes();
        bytes.extend_from_slice(b"\r\n");
        if !silent && chunked {
            for chunk in self.body.chunks(61) {
                bytes.extend_from_slice(format!("{:x};part\r\n", chunk.len()).as_bytes());
                bytes.extend_from_slice(chunk);
                bytes.extend_from_slice(b"\r\n");
            }
            bytes.extend_from_slice(b"0\r\n\r\n");
        } else if !silent {
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        302 => "Found",
        307 => "Temporary Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        417 => "Expectation Failed",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Unnamed",
    }
}

/// Why no request came out of the connection.
pub(super) enum Unread {
    Closed,
    Refused(u16),
}

impl From<io::Error> for Unread {
    fn from(_: io::Error) -> Self {
        Self::Closed
    }
}

/// One client connection; bytes read beyond a request wait for the next one.
pub(super) struct Wire {
    pub(super) stream: TcpStream,
    connection: u64,
    pending: Vec<u8>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, connection: u64) -> Self {
        Self { stream, connection, pending: Vec::new() }
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// Reads what a refused client still sends, for a while, so that it gets to the answer.
    pub(super) async fn drain(&mut self) {
        let _ = self.stream.shutdown().await;
        let mut buffer = vec![0; 64 * 1024];
        let rest = async { while self.stream.read(&mut buffer).await.is_ok_and(|count| count > 0) {} };
        let _ = tokio::time::timeout(Duration::from_secs(2), rest).await;
    }

    pub(super) async fn read_request(&mut self) -> Result<Request, Unread> {
        let mut line = self.line().await?;
        while line.is_empty() {
            line = self.line().await?;
        }
        let mut words = line.split(' ');
        let (Some(method), Some(target), Some(version), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(Unread::Refused(400));
        };
        if !version.starts_with("HTTP/1.") {
            return Err(Unread::Refused(400));
        }
        let headers = self.headers().await?;
        let connection = find(&headers, "Connection").unwrap_or_default().to_ascii_lowercase();
        let modern = version != "HTTP/1.0";
        let keep_alive = modern && !connection.contains("close");
        let body = self.body(&headers).await?;
        let (method, target) = (method.to_owned(), target.to_owned());
        Ok(Request { method, target, headers, body, keep_alive, modern, connection: self.connection })
    }

    async fn headers(&mut self) -> Result<Vec<(String, String)>, Unread> {
        let mut headers = Vec::new();
        let mut size = 0;
        loop {
            let line = self.line().await?;
            if line.is_empty() {
                return Ok(headers);
            }
            size += line.len();
            if size > HEAD_LIMIT {
                return Err(Unread::Refused(431));
            }
            match line.split_once(':') {
                Some((name, value)) if !name.is_empty() && !name.ends_with(' ') => {
                    headers.push((name.to_owned(), value.trim().to_owned()));
                }
                _ => return Err(Unread::Refused(400)),
            }
        }
    }

    async fn body(&mut self, headers: &[(String, String)]) -> Result<Vec<u8>, Unread> {
        let chunked = find(headers, "Transfer-Encoding");
        let lengths: Vec<&str> = headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("Content-Length"))
            .map(|(_, value)| value.as_str())
            .collect();
        let length = match lengths.as_slice() {
            [] => 0,
            [first, rest @ ..] if rest.iter().all(|other| other == first) => {
                first.parse::<usize>().map_err(|_| Unread::Refused(400))?
            }
            _ => return Err(Unread::Refused(400)),
        };
        if chunked.is_some_and(|coding| !coding.eq_ignore_ascii_case("chunked"))
            || (chunked.is_some() && !lengths.is_empty())
        {
            return Err(Unread::Refused(400));
        }
        if length > BODY_LIMIT {
            return Err(Unread::Refused(413));
        }
        match find(headers, "Expect") {
            Some(value) if value.eq_ignore_ascii_case("100-continue") => {
                self.send(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
            }
            Some(_) => return Err(Unread::Refused(417)),
            None => {}
        }
        if chunked.is_some() { self.chunks().await } else { self.exactly(length).await }
    }

    async fn chunks(&mut self) -> Result<Vec<u8>, Unread> {
        let mut body = Vec::new();
        loop {
            let line = self.line().await?;
            let digits = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(digits, 16).map_err(|_| Unread::Refused(400))?;
            if size > BODY_LIMIT || body.len() + size > BODY_LIMIT {
                return Err(Unread::Refused(413));
            }
            if size == 0 {
                self.headers().await?;
                return Ok(body);
            }
            body.extend(self.exactly(size).await?);
            if !self.line().await?.is_empty() {
                return Err(Unread::Refused(400));
            }
        }
    }

    async fn line(&mut self) -> Result<String, Unread> {
        let mut from = 0;
        loop {
            if let Some(end) = self.pending[from..].iter().position(|byte| *byte == b'\n') {
                let mut line: Vec<u8> = self.pending.drain(..=from + end).collect();
                line.pop();
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                return Ok(String::from_utf8_lossy(&line).into_owned());
            }
            from = self.pending.len();
            if from > HEAD_LIMIT {
                return Err(Unread::Refused(431));
            }
            self.more().await?;
        }
    }

    async fn exactly(&mut self, size: usize) -> Result<Vec<u8>, Unread> {
        while self.pending.len() < size {
            self.more().await?;
        }
        Ok(self.pending.drain(..size).collect())
    }

    async fn more(&mut self) -> Result<(), Unread> {
        let mut buffer = vec![0; 16 * 1024];
        let count = self.stream.read(&mut buffer).await?;
        if count == 0 {
            return Err(Unread::Closed);
        }
        self.pending.extend_from_slice(&buffer[..count]);
        Ok(())
    }
}
