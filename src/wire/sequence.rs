//! Sequences of items: JSON lines, JSON texts behind record separators, server-sent events and the parts
//! of a multipart body.

use crate::contract::model::{self, Sequence};
use crate::json::{self, Malformed, Node, Text};
use serde_json::{Map, Value, json};

/// So many items are read.
const MOST: usize = 10_000;

const RECORD_SEPARATOR: u8 = 0x1e;

/// What stands between parts that are written here.
pub const BOUNDARY: &str = "probity";

/// An item; none where it is of a type that is not read.
pub type Item = Option<Result<Text, Malformed>>;

/// The items of a body.
pub fn items(kind: Sequence, media_type: &str, body: &[u8]) -> Vec<Item> {
    let texts = |separator: u8| {
        let texts = body.split(move |byte| *byte == separator).map(<[u8]>::trim_ascii);
        texts.filter(|text| !text.is_empty()).take(MOST).map(|text| Some(json::read(text))).collect()
    };
    match kind {
        Sequence::Lines => texts(b'\n'),
        Sequence::Records => texts(RECORD_SEPARATOR),
        Sequence::Events => events(&String::from_utf8_lossy(body)),
        Sequence::Parts => parameter(media_type, "boundary").map_or_else(Vec::new, |it| parts(&it, body)),
    }
}

/// How many of the first bytes of a body are whole items, if more were to come.
pub fn whole(kind: Sequence, body: &[u8]) -> usize {
    let last = |byte: u8| body.iter().rposition(|one| *one == byte);
    match kind {
        Sequence::Lines => last(b'\n').map_or(0, |at| at + 1),
        Sequence::Records => last(RECORD_SEPARATOR).unwrap_or_default(),
        // What no empty line ends is not read.
        Sequence::Events => body.len(),
        Sequence::Parts => 0,
    }
}

/// Values as items; nothing for what cannot be one.
pub fn written(kind: Sequence, items: &[Value]) -> Option<Vec<u8>> {
    let each = items.iter().map(|item| match kind {
        Sequence::Lines => Some(format!("{item}\n")),
        Sequence::Records => Some(format!("\u{1e}{item}\n")),
        Sequence::Events => event_text(item),
        Sequence::Parts => Some(format!("--{BOUNDARY}\r\nContent-Type: application/json\r\n\r\n{item}\r\n")),
    });
    let mut text: String = each.collect::<Option<_>>()?;
    if kind == Sequence::Parts {
        text.push_str(&format!("--{BOUNDARY}--\r\n"));
    }
    Some(text.into_bytes())
}

/// The events of a stream, as HTML has them: each an object with its fields.
fn events(text: &str) -> Vec<Item> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    let mut found = Vec::new();
    let mut event = Map::new();
    // What the last empty line does not end is not dispatched.
    let whole = text.rfind("\n\n").map_or("", |at| &text[..at + 2]);
    for line in whole.lines() {
        if found.len() == MOST {
            break;
        }
        if line.is_empty() {
            let event = std::mem::take(&mut event);
            if event.contains_key("data") {
                let root = Node::from(&Value::Object(event));
                found.push(Some(Ok(Text { root, duplicates: Vec::new(), lone_surrogates: false })));
            }
            continue;
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        field(&mut event, name, value.strip_prefix(' ').unwrap_or(value));
    }
    found
}

fn field(event: &mut Map<String, Value>, name: &str, value: &str) {
    match name {
        "data" => {
            let before = event.get("data").and_then(Value::as_str);
            let data = before.map_or_else(|| value.to_owned(), |before| format!("{before}\n{value}"));
            event.insert("data".into(), data.into());
        }
        "event" => _ = event.insert("event".into(), value.into()),
        "id" if !value.contains('\0') => _ = event.insert("id".into(), value.into()),
        "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
            _ = event
                .insert("retry".into(), value.parse::<u64>().map_or(json!(value), |number| json!(number)));
        }
        _ => {}
    }
}

fn event_text(item: &Value) -> Option<String> {
    let mut text = String::new();
    for (name, value) in item.as_object()? {
        let value = match (name.as_str(), value) {
            ("data" | "event" | "id", Value::String(value)) => value.clone(),
            ("retry", Value::Number(value)) => value.to_string(),
            _ => continue,
        };
        let lines: Vec<&str> = value.split('\n').collect();
        if value.contains('\r') || (name != "data" && lines.len() > 1) {
            return None;
        }
        for line in lines {
            text.push_str(&format!("{name}: {line}\n"));
        }
    }
    item.get("data").is_some_and(Value::is_string).then(|| text + "\n")
}

/// The parts of a multipart body; what is no JSON is not read.
fn parts(boundary: &str, body: &[u8]) -> Vec<Item> {
    let delimiter = format!("--{boundary}");
    let mut found = Vec::new();
    for part in split(body, delimiter.as_bytes()).into_iter().skip(1).take(MOST) {
        if part.starts_with(b"--") {
            break;
        }
        let part = part.strip_prefix(b"\r\n").or(part.strip_prefix(b"\n")).unwrap_or(part);
        let head =
            |mark: &[u8]| part.windows(mark.len()).position(|at| at == mark).map(|at| (at, mark.len()));
        let end = if part.starts_with(b"\r\n") { Some((0, 2)) } else { head(b"\r\n\r\n").or(head(b"\n\n")) };
        let Some((at, length)) = end else { continue };
        let fields = String::from_utf8_lossy(&part[..at]);
        let kind = fields.lines().filter_map(|line| line.split_once(':'));
        let kind = kind.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("content-type"));
        let is_json = kind.is_some_and(|(_, value)| model::is_json(value));
        found.push(is_json.then(|| json::read(part[at + length..].trim_ascii())));
    }
    found
}

pub(super) fn split<'b>(body: &'b [u8], delimiter: &[u8]) -> Vec<&'b [u8]> {
    let mut pieces = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at + delimiter.len() <= body.len() {
        let begins_line = at == 0 || body[at - 1] == b'\n';
        if begins_line && body[at..].starts_with(delimiter) {
            pieces.push(&body[start..at]);
            at += delimiter.len();
            start = at;
        } else {
            at += 1;
        }
    }
    pieces.push(&body[start..]);
    pieces
}

/// A parameter of a media type.
pub(crate) fn parameter(media_type: &str, wanted: &str) -> Option<String> {
    let mut parameters = media_type.split(';').skip(1).filter_map(|one| one.trim().split_once('='));
    let (_, value) = parameters.find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
    let value = value.trim_matches('"');
    (!value.is_empty() && value.len() <= 70).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PARTS: &str = "multipart/mixed; boundary=\"probity\"";

    fn read(kind: Sequence, body: &str) -> Vec<Option<Value>> {
        let items = items(kind, PARTS, body.as_bytes()).into_iter();
        items.map(|item| item.map(|read| read.map_or(json!("malformed"), |text| text.to_value()))).collect()
    }

    #[test]
    fn items_are_read_as_their_media_type_has_them() {
        let some = |values: &[Value]| values.iter().cloned().map(Some).collect::<Vec<_>>();
        assert_eq!(
            read(Sequence::Lines, "{\"n\":1}\r\n\n[2]\n{"),
            some(&[json!({"n": 1}), json!([2]), json!("malformed")])
        );
        assert_eq!(
            read(Sequence::Records, "\u{1e}{\"n\":\n1}\n\u{1e}2\n"),
            some(&[json!({"n": 1}), json!(2)])
        );
        let events = "\u{feff}: hello\ndata: a\ndata:b\n\nevent: x\r\nid: 1\r\nretry: 10\r\ndata\r\n\r\nid: 2\n\nother: y\ndata: {}\n\ndata: cut";
        let expected = [
            json!({"data": "a\nb"}),
            json!({"event": "x", "id": "1", "retry": 10, "data": ""}),
            json!({"data": "{}"}),
        ];
        assert_eq!(read(Sequence::Events, events), some(&expected));
        let parts = "before\r\n--probity\r\ncontent-type: application/json\r\n\r\n{\"n\": 1}\r\n--probity\r\n\r\ntext\r\n--probity--\r\nafter";
        assert_eq!(read(Sequence::Parts, parts), [Some(json!({"n": 1})), None]);
    }

    #[test]
    fn what_is_cut_ends_with_a_whole_item() {
        assert_eq!(whole(Sequence::Lines, b"1\n2\n3"), 4);
        assert_eq!(whole(Sequence::Lines, b"1"), 0);
        assert_eq!(whole(Sequence::Records, b"\x1e1\n\x1e2"), 3);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(texts in prop::collection::vec("[^\\r]{0,6}", 0..4)) {
            let values: Vec<Value> = texts.iter().map(|text| json!({"data": text})).collect();
            for kind in [Sequence::Lines, Sequence::Records, Sequence::Events, Sequence::Parts] {
                let body = written(kind, &values).unwrap();
                let back: Vec<Value> =
                    items(kind, PARTS, &body).into_iter().map(|item| item.unwrap().unwrap().to_value()).collect();
                prop_assert_eq!(&back, &values, "{:?}", kind);
            }
        }

        #[test]
        fn whatever_comes_is_read_without_a_panic(body: Vec<u8>, text in "(--probity|\\r\\n|\\n|data:|[a-z:]|--){0,20}") {
            for kind in [Sequence::Lines, Sequence::Records, Sequence::Events, Sequence::Parts] {
                let _ = items(kind, PARTS, &body);
                let _ = items(kind, PARTS, text.as_bytes());
                prop_assert!(whole(kind, &body) <= body.len());
            }
        }
    }
}
