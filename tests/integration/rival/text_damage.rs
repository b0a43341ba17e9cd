//! The faults in the JSON text itself, whatever it says.

use super::fault::Fault;
use super::http::Response;

const DEPTH: usize = 100_000;

pub(super) fn spoil(fault: Option<Fault>, mut response: Response) -> Response {
    let Ok(text) = std::str::from_utf8(&response.body) else {
        return response;
    };
    let Some(fault) = fault.filter(|_| text.starts_with('{')) else {
        return response;
    };
    let opened = |member: &str| format!("{{{member},{}", &text[1..]).into_bytes();
    let damaged = match fault {
        Fault::TextRepeatedKey => doubled(text).into_bytes(),
        Fault::TextNan => opened(r#""load":NaN"#),
        Fault::TextControl => opened("\"note\":\"a\u{1}b\""),
        Fault::TextSurrogate => opened(r#""note":"\ud83d""#),
        Fault::TextDepth => opened(&format!(r#""deep":{}{}"#, "[".repeat(DEPTH), "]".repeat(DEPTH))),
        Fault::TextTruncated => text.as_bytes()[..text.len() - 12].to_vec(),
        Fault::TextTrailing => format!("{text}\n<!-- served by node 4 -->").into_bytes(),
        Fault::TextByteOrderMark => format!("\u{feff}{text}").into_bytes(),
        Fault::TextSingleQuotes => text.replace('"', "'").into_bytes(),
        Fault::TextLatin1 => latin1(text),
        Fault::NameCesu8 => cesu8(text),
        Fault::TextUtf16 => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        _ => return response,
    };
    response.body = damaged;
    response
}

/// The text with a member said twice, first with another value.
fn doubled(text: &str) -> String {
    for (key, other) in [("\"rank\":", "\"rank\":-17,"), ("\"code\":", "\"code\":17,")] {
        if let Some(at) = text.find(key) {
            return format!("{}{other}{}", &text[..at], &text[at..]);
        }
    }
    format!("{{\"status\":null,{}", &text[1..])
}

/// Latin-1, with an accented letter before every message so that rejections show it too.
fn latin1(text: &str) -> Vec<u8> {
    let accented = text.replace("\"message\":\"", "\"message\":\"\u{e9} ");
    accented.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?')).collect()
}

/// UTF-16's surrogates, each encoded as if it were a character.
fn cesu8(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for character in text.chars() {
        let mut units = [0; 2];
        match character.encode_utf16(&mut units) {
            [_] => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            halves => bytes.extend(halves.iter().flat_map(|half| {
                let low = |shift: u16| u8::try_from(half >> shift & 0x3f).unwrap_or_default() | 0x80;
                [0xe0 | u8::try_from(half >> 12).unwrap_or_default(), low(6), low(0)]
            })),
        }
    }
    bytes
}
