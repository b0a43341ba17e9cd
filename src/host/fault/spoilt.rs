//! Bodies that are not what they say they are.

use crate::host::answer::Answer;
use bytes::Bytes;
use serde_json::json;

/// A body that is not what it says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::host) enum Spoilt {
    Truncated,
    Empty,
    EmptyObject,
    Text,
    Page,
    Duplicate,
    Garbage,
    NotANumber,
    TrailingComma,
    ByteOrderMark,
}

const PAGE: &str = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>";

/// What comes in place of a body that was right.
pub(super) fn spoil(answer: &Answer, spoilt: Spoilt) -> Bytes {
    let text = String::from_utf8_lossy(&answer.bytes()).into_owned();
    let inner = |more: &str| match text.strip_suffix('}') {
        Some(open) => format!("{open}{more}}}"),
        None => format!("[{text}{more}]"),
    };
    match spoilt {
        Spoilt::Truncated => {
            let half = (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            text[..half].to_owned()
        }
        Spoilt::Empty => String::new(),
        Spoilt::EmptyObject => "{}".into(),
        Spoilt::Text => "OK".into(),
        Spoilt::Page => PAGE.into(),
        Spoilt::Duplicate => match answer.body.as_ref().and_then(|body| body.as_object()?.iter().next()) {
            Some((key, value)) => inner(&format!(",{}:{value}", json!(key))),
            None => inner(""),
        },
        Spoilt::Garbage => format!("{text} x"),
        Spoilt::NotANumber => inner(",\"ratio\":NaN").replace("{,", "{"),
        Spoilt::TrailingComma => inner(","),
        Spoilt::ByteOrderMark => format!("\u{feff}{text}"),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::StatusCode;

    #[test]
    fn a_body_is_spoilt_in_one_way() {
        let answer = Answer::json(StatusCode::OK, json!({"a": 1}));
        let text = |spoilt| String::from_utf8(spoil(&answer, spoilt).to_vec()).unwrap();
        assert_eq!(text(Spoilt::Truncated), r#"{"a"#);
        assert_eq!(text(Spoilt::Duplicate), r#"{"a":1,"a":1}"#);
        assert_eq!(text(Spoilt::NotANumber), r#"{"a":1,"ratio":NaN}"#);
        assert_eq!(text(Spoilt::ByteOrderMark), "\u{feff}{\"a\":1}");
    }
}
