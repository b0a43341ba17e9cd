//! The content codings of RFC 9110 8.4.1: a host may send any where none is asked for.

use super::MAX_BODY;
use crate::exchange::{Answer, Failure, FailureKind};
use bytes::Bytes;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use std::io::Read;

/// More codings on top of each other nobody means.
const MOST: usize = 4;

/// The body of an answer without its content codings, no larger than [`MAX_BODY`].
pub(super) fn decoded(answer: &Answer) -> Result<Bytes, Failure> {
    let status = Some(answer.status);
    let bad = |detail: String| Failure { kind: FailureKind::BadCoding, detail, status };
    let named = answer.header_list("content-encoding").unwrap_or_default().to_ascii_lowercase();
    let codings = named.split(',').map(str::trim).filter(|coding| !matches!(*coding, "" | "identity"));
    let codings: Vec<&str> = codings.collect();
    if codings.len() > MOST {
        return Err(bad(format!("{} codings on top of each other", codings.len())));
    }
    let mut body = answer.body.clone();
    for coding in codings.into_iter().rev().filter(|_| !answer.body.is_empty()) {
        let reader = reader(coding, &body).map_err(bad)?;
        let mut plain = Vec::new();
        reader.take(MAX_BODY as u64 + 1).read_to_end(&mut plain).map_err(|error| bad(error.to_string()))?;
        if plain.len() > MAX_BODY {
            let detail = format!("more than {MAX_BODY} bytes once decoded");
            return Err(Failure { kind: FailureKind::TooLarge, detail, status });
        }
        body = plain.into();
    }
    Ok(body)
}

/// What reads a coding.
fn reader<'b>(coding: &str, body: &'b [u8]) -> Result<Box<dyn Read + 'b>, String> {
    Ok(match coding {
        "gzip" | "x-gzip" => Box::new(MultiGzDecoder::new(body)),
        "deflate" if is_zlib(body) => Box::new(ZlibDecoder::new(body)),
        // Some leave the zlib format around it out, as RFC 9110 8.4.1.2 notes.
        "deflate" => Box::new(DeflateDecoder::new(body)),
        "br" => Box::new(brotli_decompressor::Decompressor::new(body, 4 << 10)),
        "zstd" => Box::new(ruzstd::decoding::StreamingDecoder::new(body).map_err(|error| error.to_string())?),
        other => return Err(format!("the coding `{other}` is not known")),
    })
}

/// Whether bytes begin as RFC 1950 has it.
fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [first, second, ..] if first & 0xf == 8 && (u16::from(*first) << 8 | u16::from(*second)).is_multiple_of(31))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use std::io::Write;

    fn answer(coding: &str, body: &[u8]) -> Answer {
        let headers = coding.split('|').map(|coding| ("content-encoding", coding)).collect();
        Answer { status: 200, headers, body: Bytes::copy_from_slice(body) }
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut writer = GzEncoder::new(Vec::new(), Compression::fast());
        writer.write_all(text).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn whatever_a_host_sends_unasked_is_read() {
        let text = br#"{"a": 1}"#;
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(text).unwrap();
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
        raw.write_all(text).unwrap();
        let brotli = [&[0x8b, 0x03, 0x80][..], text, &[0x03]].concat();
        let zstd =
            ruzstd::encoding::compress_to_vec(&text[..], ruzstd::encoding::CompressionLevel::Uncompressed);
        for (coding, body) in [
            ("identity", text.to_vec()),
            ("gzip", gzip(text)),
            ("X-GZip", gzip(text)),
            ("deflate", zlib.finish().unwrap()),
            ("deflate", raw.finish().unwrap()),
            ("br", brotli),
            ("zstd", zstd),
            ("gzip, gzip", gzip(&gzip(text))),
            ("identity|gzip", gzip(text)),
        ] {
            assert_eq!(decoded(&answer(coding, &body)).unwrap(), text[..], "{coding}");
        }
    }

    #[test]
    fn what_is_not_in_its_coding_is_told() {
        for (coding, body, detail) in [
            ("gzip", &b"{}"[..], ""),
            ("br", b"\xff\xff", ""),
            ("zstd", b"{}", ""),
            ("compress", b"x", "the coding `compress` is not known"),
            ("gzip,gzip,gzip,gzip,gzip", b"x", "5 codings on top of each other"),
        ] {
            let failure = decoded(&answer(coding, body)).unwrap_err();
            assert_eq!(failure.kind, FailureKind::BadCoding, "{coding}");
            assert!(failure.detail.contains(detail), "{coding}: {}", failure.detail);
        }
        let large = gzip(&vec![b' '; MAX_BODY + 1]);
        assert_eq!(decoded(&answer("gzip", &large)).unwrap_err().kind, FailureKind::TooLarge);
    }
}
