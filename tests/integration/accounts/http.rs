//! Requests read from the wire, answers written to it: a thread for each connection.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde_json::Value;

const HEAD_LIMIT: usize = 64 * 1024;
const BODY_LIMIT: usize = 8 * 1024 * 1024;

#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    query: String,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// A value of the query, decoded; the first where there are several.
    pub(super) fn query(&self, name: &str) -> Option<String> {
        let mut pairs = self.query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs.find(|(key, _)| decoded(key) == name).map(|(_, value)| decoded(value))
    }

    /// A cookie by its name.
    pub(super) fn cookie(&self, name: &str) -> Option<&str> {
        let mut pairs = self.header("Cookie")?.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The parts of the path, decoded.
    pub(super) fn parts(&self) -> Vec<String> {
        self.path.trim_start_matches('/').split('/').map(decoded).collect()
    }
}

fn decoded(text: &str) -> String {
    let plain = text.replace('+', " ");
    percent_encoding::percent_decode_str(&plain).decode_utf8_lossy().into_owned()
}

#[derive(Clone, Debug)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Response {
    pub(super) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::of(status, "application/json", body.to_string())
    }

    pub(super) fn of(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..Self::empty(status) }.with("Content-Type", media_type)
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self
    }

    fn encode(&self, method: &str) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&Timestamp::now()).expect("a date");
        let _ = write!(head, "Date: {date}\r\n");
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        if self.status != 204 {
            let _ = write!(head, "Content-Length: {}\r\n", self.body.len());
        }
        head.push_str("\r\n");
        let body = if method == "HEAD" { &[][..] } else { &self.body };
        [head.as_bytes(), body].concat()
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        _ => "Unnamed",
    }
}

/// Answers what comes on a connection, until either side ends it.
pub(super) fn converse(stream: TcpStream, answer: &dyn Fn(&Request) -> Response) {
    let _ = stream.set_nodelay(true);
    let Ok(mut writer) = stream.try_clone() else { return };
    let mut reader = BufReader::new(stream);
    loop {
        let (response, method, last) = match read(&mut reader) {
            Ok(Some(request)) => (answer(&request), request.method, false),
            Ok(None) => return,
            Err(status) => (Response::empty(status).with("Connection", "close"), String::new(), true),
        };
        if writer.write_all(&response.encode(&method)).is_err() || last {
            return;
        }
    }
}

/// The next request; none where the connection has ended, a status where it cannot be read.
fn read(reader: &mut impl BufRead) -> Result<Option<Request>, u16> {
    let Some(line) = line(reader)? else { return Ok(None) };
    let mut words = line.split(' ');
    let (Some(method), Some(target), Some("HTTP/1.1"), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(400);
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut headers = Vec::new();
    let mut size = line.len();
    loop {
        let Some(line) = self::line(reader)? else { return Ok(None) };
        size += line.len();
        if size > HEAD_LIMIT {
            return Err(431);
        }
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or(400_u16)?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: Vec::new(),
    };
    let length = request.header("Content-Length").map_or(Ok(0), str::parse).map_err(|_| 400_u16)?;
    if request.header("Transfer-Encoding").is_some() {
        return Err(400);
    }
    if length > BODY_LIMIT {
        return Err(413);
    }
    request.body = vec![0; length];
    Ok(reader.read_exact(&mut request.body).ok().map(|()| request))
}

fn line(reader: &mut impl BufRead) -> Result<Option<String>, u16> {
    let mut bytes = Vec::new();
    match reader.take(HEAD_LIMIT as u64).read_until(b'\n', &mut bytes) {
        Ok(count) if count == HEAD_LIMIT => return Err(431),
        Ok(count) if count > 0 && bytes.ends_with(b"\n") => {}
        _ => return Ok(None),
    }
    Ok(Some(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned()))
}
