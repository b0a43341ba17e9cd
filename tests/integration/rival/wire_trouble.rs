//! The faults of transport: an answer that is right, or nearly, and does not arrive as it should.

use std::io;
use std::time::Duration;

use tokio::io::AsyncReadExt;

use super::fault::Fault;
use super::http::{Request, Response, Wire, gzip};
use super::variant::Framing;

const MEBIBYTE: usize = 1024 * 1024;

/// Sends the answer as the fault has it; whether the connection is of further use.
/// `None` if the fault is not one of transport and nothing was sent.
pub(super) async fn send(
    fault: Fault,
    wire: &mut Wire,
    request: &Request,
    response: &Response,
) -> Option<io::Result<bool>> {
    let silent = request.method == "HEAD" || response.status == 204;
    if silent && !matches!(fault, Fault::NoAnswer | Fault::Hang | Fault::Reset | Fault::SlowAnswer) {
        return None;
    }
    if fault == Fault::SlowAnswer {
        tokio::time::sleep(Duration::from_secs(3)).await;
        return None;
    }
    let sent = match fault {
        Fault::NoAnswer => Ok(()),
        Fault::Reset => wire.stream.set_zero_linger(),
        Fault::Hang => until_closed(wire).await,
        Fault::HangAfterHead | Fault::HangInBody => hang(fault, wire, response).await,
        Fault::Drip => drip(wire, response).await,
        Fault::EndlessBody | Fault::EndlessHead | Fault::EndlessInterim => {
            endless(fault, wire, response).await
        }
        Fault::AnswersTwice => {
            let bytes = response.clone().encode(Framing::Length, request);
            let twice = [bytes.clone(), bytes].concat();
            return Some(wire.send(&twice).await.map(|()| true));
        }
        Fault::HugeBody => huge(wire, response).await,
        _ => match broken(fault, response) {
            Some(bytes) => wire.send(&bytes).await,
            None => return None,
        },
    };
    Some(sent.map(|()| false))
}

/// Waits for the client to give up.
async fn until_closed(wire: &mut Wire) -> io::Result<()> {
    let mut buffer = [0; 1024];
    while wire.stream.read(&mut buffer).await? > 0 {}
    Ok(())
}

fn head_with(response: &Response, name: &str, value: &str) -> Vec<u8> {
    let mut response = response.clone();
    response.set(name, value);
    (response.head() + "\r\n").into_bytes()
}

fn with_length(response: &Response, length: usize) -> Vec<u8> {
    head_with(response, "Content-Length", &length.to_string())
}

async fn hang(fault: Fault, wire: &mut Wire, response: &Response) -> io::Result<()> {
    let mut bytes = with_length(response, response.body.len());
    if fault == Fault::HangInBody {
        bytes.extend_from_slice(&response.body[..response.body.len() / 2]);
    }
    wire.send(&bytes).await?;
    until_closed(wire).await
}

async fn drip(wire: &mut Wire, response: &Response) -> io::Result<()> {
    wire.send(&with_length(response, response.body.len())).await?;
    for byte in &response.body {
        wire.send(&[*byte]).await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

async fn endless(fault: Fault, wire: &mut Wire, response: &Response) -> io::Result<()> {
    let (start, part) = match fault {
        Fault::EndlessBody => (
            head_with(response, "Transfer-Encoding", "chunked"),
            format!("4000\r\n{}\r\n", "[".repeat(0x4000)),
        ),
        Fault::EndlessHead => (response.head().into_bytes(), format!("X-More: {}\r\n", "m".repeat(1000))),
        _ => (Vec::new(), "HTTP/1.1 102 Processing\r\n\r\n".to_owned()),
    };
    wire.send(&start).await?;
    loop {
        wire.send(part.as_bytes()).await?;
        tokio::task::yield_now().await;
    }
}

async fn huge(wire: &mut Wire, response: &Response) -> io::Result<()> {
    let blanks = vec![b' '; MEBIBYTE];
    wire.send(&with_length(response, response.body.len() + 64 * MEBIBYTE)).await?;
    wire.send(&response.body).await?;
    for _ in 0..64 {
        wire.send(&blanks).await?;
    }
    Ok(())
}

fn broken(fault: Fault, response: &Response) -> Option<Vec<u8>> {
    let body = response.body.as_slice();
    let plain = || with_length(response, body.len());
    let (head, body) = match fault {
        Fault::BodyCutShort => (plain(), body[..body.len() / 2].to_vec()),
        Fault::LengthTooSmall => (with_length(response, body.len().saturating_sub(10)), body.to_vec()),
        Fault::LengthNotNumber => (head_with(response, "Content-Length", "many"), body.to_vec()),
        Fault::LengthsDiffer => {
            let twice = format!("{}\r\nContent-Length: {}", body.len(), body.len() + 3);
            (head_with(response, "Content-Length", &twice), body.to_vec())
        }
        Fault::ChunksBroken => {
            let chunk = [b"zz\r\n", body, b"\r\n0\r\n\r\n"].concat();
            (head_with(response, "Transfer-Encoding", "chunked"), chunk)
        }
        Fault::ChunksUnfinished => {
            let size = format!("{:x}\r\n", body.len());
            let chunk = [size.as_bytes(), body, b"\r\n"].concat();
            (head_with(response, "Transfer-Encoding", "chunked"), chunk)
        }
        Fault::GzipCorrupt | Fault::GzipUnlabelled | Fault::GzipBomb => {
            return Some(gzipped(fault, response));
        }
        Fault::EncodingUnknown => {
            let mut response = response.clone();
            response.set("Content-Encoding", "x-rot13");
            let rotated: Vec<u8> = body.iter().map(|byte| rot13(*byte)).collect();
            (with_length(&response, rotated.len()), rotated)
        }
        Fault::NotHttp => (b"\x16\x03\x01\x02\x00SSH-2.0-rival\r\n".to_vec(), vec![0xff; 64]),
        Fault::StatusUnreadable => {
            let head = String::from_utf8_lossy(&plain()).into_owned();
            let rest = head.split_once("\r\n").map_or("", |(_, rest)| rest);
            (format!("HTTP/1.1 fine OK\r\n{rest}").into_bytes(), body.to_vec())
        }
        _ => return None,
    };
    Some([head, body].concat())
}

fn gzipped(fault: Fault, response: &Response) -> Vec<u8> {
    let mut response = response.clone();
    let mut body = std::mem::take(&mut response.body);
    if fault == Fault::GzipBomb {
        body.resize(body.len() + 64 * MEBIBYTE, b' ');
    }
    let mut packed = gzip(&body);
    if fault == Fault::GzipCorrupt {
        for byte in packed.iter_mut().skip(12).step_by(3) {
            *byte ^= 0x5a;
        }
    }
    if fault != Fault::GzipUnlabelled {
        response.set("Content-Encoding", "gzip");
    }
    [with_length(&response, packed.len()), packed].concat()
}

fn rot13(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => (byte - b'a' + 13) % 26 + b'a',
        b'A'..=b'Z' => (byte - b'A' + 13) % 26 + b'A',
        other => other,
    }
}
