//! A server that answers what a test tells it to, byte for byte.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request as it came, and the how-manieth it is, from 1.
pub(crate) struct Asked {
    pub(crate) number: usize,
    pub(crate) line: String,
    pub(crate) head: String,
    /// The head as it came, and then the body.
    pub(crate) whole: String,
    /// The body, byte for byte.
    pub(crate) body: Vec<u8>,
}

pub(crate) enum Reply {
    /// These bytes, and the connection stays.
    Bytes(Vec<u8>),
    /// These bytes, and the connection ends.
    Last(Vec<u8>),
    /// The connection ends and no other is taken.
    Die,
}

pub(crate) struct Canned {
    pub(crate) address: SocketAddr,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Canned {
    pub(crate) fn start(reply: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Canned {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (record, reply, count) = (Arc::clone(&lines), Arc::new(reply), Arc::new(AtomicUsize::new(0)));
        let dead = Arc::new(Mutex::new(false));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if *dead.lock().expect("a lock") {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let (record, reply, count) = (Arc::clone(&record), Arc::clone(&reply), Arc::clone(&count));
                let dead = Arc::clone(&dead);
                thread::spawn(move || {
                    if converse(stream, &record, &*reply, &count).is_none() {
                        *dead.lock().expect("a lock") = true;
                        // Wakes the listener, so that it can go away.
                        let _ = TcpStream::connect(address);
                    }
                });
            }
        });
        Canned { address, lines }
    }

    /// The same answer to whatever comes.
    pub(crate) fn always(bytes: impl Into<Vec<u8>>) -> Canned {
        let bytes = bytes.into();
        Canned::start(move |_| Reply::Bytes(bytes.clone()))
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The request lines that came.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().expect("a lock").clone()
    }
}

/// Nothing when the server is to die.
fn converse(
    mut stream: TcpStream,
    record: &Mutex<Vec<String>>,
    reply: &dyn Fn(&Asked) -> Reply,
    count: &AtomicUsize,
) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    loop {
        let Some(mut asked) = read(&mut reader) else { return Some(()) };
        asked.number = count.fetch_add(1, Ordering::SeqCst) + 1;
        record.lock().expect("a lock").push(asked.line.clone());
        match reply(&asked) {
            Reply::Bytes(bytes) => {
                if stream.write_all(&bytes).is_err() {
                    return Some(());
                }
            }
            Reply::Last(bytes) => {
                let _ = stream.write_all(&bytes);
                return Some(());
            }
            Reply::Die => return None,
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Asked> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line).ok()? == 0 {
            return None;
        }
        head.push_str(&String::from_utf8_lossy(&line));
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let whole = format!("{head}{}", String::from_utf8_lossy(&body));
    let line = head.lines().next().unwrap_or_default().to_owned();
    Some(Asked { number: 0, line, head, whole, body })
}

/// Text without percent-encoding.
pub(crate) fn percent(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let hex = hex.filter(|_| bytes[at] == b'%');
        plain.push(hex.unwrap_or(bytes[at]));
        at += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// An answer with a JSON body.
pub(crate) fn json(status: &str, more: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{more}\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// A refusal in the form of the shipped contract.
pub(crate) fn refusal(status: &str) -> Vec<u8> {
    json(status, "", r#"{"errors":[{"code":400,"message":"no"}]}"#)
}
