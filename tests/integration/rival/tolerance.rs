//! The faults that take invalid input for valid.

use std::borrow::Cow;

use serde_json::Value;

use super::fault::Fault;

/// The body as a fault reads it: mended when the fault accepts what is wrong with it.
pub(super) fn mend<'b>(fault: Fault, body: &'b [u8], made_up: &str) -> Cow<'b, [u8]> {
    let invented = || Cow::Owned(format!(r#"{{"name":"{made_up}","rank":1}}"#).into_bytes());
    let parsed = serde_json::from_slice::<Value>(body).ok();
    let blank = body.trim_ascii().is_empty();
    match (fault, parsed) {
        (Fault::AcceptsArrayRoot, Some(Value::Array(items))) => {
            match items.into_iter().find(Value::is_object) {
                Some(first) => Cow::Owned(first.to_string().into_bytes()),
                None => invented(),
            }
        }
        (Fault::AcceptsScalarRoot, Some(value)) if !value.is_object() && !value.is_array() => invented(),
        (_, Some(_)) => Cow::Borrowed(body),
        (Fault::AcceptsEmptyBody, None) if blank => invented(),
        (Fault::AcceptsAnyText, None) if !blank => invented(),
        (Fault::AcceptsInvalidUtf8, None) => {
            Cow::Owned(String::from_utf8_lossy(body).into_owned().into_bytes())
        }
        (fault, None) => match std::str::from_utf8(body) {
            Ok(text) => mend_text(fault, text, made_up)
                .map_or(Cow::Borrowed(body), |mended| Cow::Owned(mended.into_bytes())),
            Err(_) => Cow::Borrowed(body),
        },
    }
}

fn mend_text(fault: Fault, text: &str, made_up: &str) -> Option<String> {
    match fault {
        Fault::AcceptsTrailingComma => Some(without_trailing_commas(text)),
        Fault::AcceptsComments => Some(without_comments(text)),
        Fault::AcceptsSingleQuotes => Some(text.replace('\'', "\"")),
        Fault::AcceptsTrailingText => {
            let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
            let first = values.next()?.ok()?;
            Some(first.to_string())
        }
        Fault::AcceptsTruncated => completed(text, made_up),
        _ => None,
    }
}

fn without_trailing_commas(text: &str) -> String {
    let mut out = String::new();
    let mut quoted = false;
    let mut escaped = false;
    for character in text.chars() {
        if quoted {
            quoted = escaped || character != '"';
            escaped = character == '\\' && !escaped;
        } else if character == '"' {
            quoted = true;
        } else if character == '}' || character == ']' {
            let kept = out.trim_end().trim_end_matches(',').len();
            out.truncate(kept);
        }
        out.push(character);
    }
    out
}

fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("/*").into_iter().chain(rest.find("//")).min() {
        out.push_str(&rest[..at]);
        let end = if rest[at..].starts_with("/*") { "*/" } else { "\n" };
        rest = rest[at..].find(end).map_or("", |length| &rest[at + length + end.len()..]);
    }
    out + rest
}

/// The text closed where it stops; a name or a rank that is not there yet is made up.
fn completed(text: &str, made_up: &str) -> Option<String> {
    let start = text.trim_start();
    if !start.starts_with('{') || start.contains('}') {
        return None;
    }
    let cut = text.rfind(',').map_or("{", |at| &text[..at]);
    let candidates = [format!("{text}}}"), format!("{text}\"}}"), format!("{cut}}}")];
    let mut value: Value = candidates.iter().find_map(|candidate| serde_json::from_str(candidate).ok())?;
    let fields = value.as_object_mut()?;
    fields.entry("name").or_insert(Value::from(made_up));
    fields.entry("rank").or_insert(Value::from(1));
    Some(value.to_string())
}

pub(super) fn name(fault: Fault, value: &Value) -> Option<String> {
    let accepted = match fault {
        Fault::AcceptsNameNumber => value.is_number(),
        Fault::AcceptsNameBoolean => value.is_boolean(),
        Fault::AcceptsNameArray => value.is_array(),
        Fault::AcceptsNameObject => value.is_object(),
        _ => false,
    };
    accepted.then(|| value.to_string())
}

pub(super) fn rank(fault: Fault, value: &Value) -> Option<i64> {
    match (fault, value) {
        (Fault::AcceptsRankDigits, Value::String(text)) => text.trim().parse().ok(),
        (Fault::AcceptsRankWord, Value::String(text)) => Some(text.trim().parse().unwrap_or(0)),
        (Fault::AcceptsRankBoolean, Value::Bool(flag)) => Some(i64::from(*flag)),
        (Fault::AcceptsRankFraction, Value::Number(number)) => {
            let float = number.as_f64()?;
            if float.abs() < 9e15 { format!("{:.0}", float.trunc()).parse().ok() } else { None }
        }
        (Fault::AcceptsRankArray, Value::Array(items)) => {
            Some(items.first().and_then(Value::as_i64).unwrap_or(0))
        }
        (Fault::AcceptsRankObject, Value::Object(_)) => Some(0),
        (Fault::AcceptsRankHuge, Value::Number(number)) => {
            let float = number.as_f64()?;
            (float >= 9.2e18).then_some(i64::MAX).or((float <= -9.2e18).then_some(i64::MIN))
        }
        _ => None,
    }
}

/// Whether the fault gives ranks of its own, which the limits of a variant would refuse.
pub(super) fn makes_up_rank(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::AcceptsMissingRank
            | Fault::AcceptsNullRank
            | Fault::AcceptsRankWord
            | Fault::AcceptsRankBoolean
            | Fault::AcceptsRankFraction
            | Fault::AcceptsRankArray
            | Fault::AcceptsRankObject
            | Fault::AcceptsRankHuge
    )
}
