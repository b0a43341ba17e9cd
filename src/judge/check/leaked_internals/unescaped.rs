//! The text of JSON as a reader sees it, without reading the JSON.

use std::borrow::Cow;

/// A body with the escapes of JSON undone; one that is no JSON as it is.
pub(super) fn unescaped(body: &[u8]) -> Cow<'_, [u8]> {
    let is_json = matches!(body.trim_ascii_start().first(), Some(b'{' | b'[' | b'"'));
    if !is_json || memchr::memchr(b'\\', body).is_none() {
        return body.into();
    }
    let mut text = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        text.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let Some((escape, after)) = rest.split_first() else { break };
        rest = after;
        match escape {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'u' => {
                let read = after.get(..4).and_then(character);
                text.extend_from_slice(read.unwrap_or('\u{fffd}').encode_utf8(&mut [0; 4]).as_bytes());
                rest = after.get(4..).unwrap_or_default();
            }
            other => text.push(*other),
        }
    }
    text.extend_from_slice(rest);
    text.into()
}

fn character(digits: &[u8]) -> Option<char> {
    char::from_u32(u32::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_in_json_alone() {
        for (body, text) in [
            (
                r#"{"a": "say \"x\" in C:\\new \/var\/b\ttab\u0027\u0041"}"#,
                "{\"a\": \"say \"x\" in C:\\new /var/b\ttab'A\"}",
            ),
            (r"C:\new\table", r"C:\new\table"),
            (r#"["\u12"#, "[\"\u{fffd}"),
            (r#"["\"#, "[\""),
        ] {
            assert_eq!(unescaped(body.as_bytes()), text.as_bytes(), "{body}");
        }
    }
}
