//! The faults that answer 500 to one kind of input.

use serde_json::{Error, Value};

use super::fault::Fault;
use super::http::{Request, Response};
use super::reading::Members;

const TRACE: &str = "java.lang.IllegalStateException: group\n\
    \tat org.example.groups.GroupService.create(GroupService.java:118)\n\
    \tat org.example.groups.GroupController.post(GroupController.java:41)\n";

const PAGE: &str = "<html><head><title>Error</title></head><body><h1>Whitelabel Error Page</h1>\
    <p>There was an unexpected error (type=Internal Server Error, status=500).</p></body></html>";

pub(super) fn of(fault: Fault, request: &Request) -> Option<Response> {
    let Ok(Value::Object(_)) = serde_json::from_slice(&request.body) else {
        return on_text(fault, &request.body).then(|| page(fault));
    };
    let Ok(members) = serde_json::from_slice::<Members>(&request.body) else {
        return None;
    };
    let last = |key: &str| members.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value);
    let (name, rank) = (last("name"), last("rank"));
    let crashed = match fault {
        Fault::CrashRepeatedKey => members.repeats(),
        Fault::CrashUnknownField => members.has_unknown(),
        Fault::CrashMissing => name.is_none() || rank.is_none(),
        Fault::CrashNull => name == Some(&Value::Null) || rank == Some(&Value::Null),
        Fault::CrashNameType => name.is_some_and(|value| !value.is_string() && !value.is_null()),
        Fault::CrashRankType => rank.is_some_and(|value| !value.is_number() && !value.is_null()),
        _ => {
            on_name(fault, name.and_then(Value::as_str).unwrap_or("plain"))
                || rank.is_some_and(|rank| on_rank(fault, rank, &request.body))
                || on_text(fault, &request.body)
        }
    };
    crashed.then(|| page(fault))
}

fn page(fault: Fault) -> Response {
    match fault {
        Fault::CrashMalformed | Fault::CrashDepth | Fault::CrashLongName | Fault::CrashNul => {
            Response::new(500, "text/html;charset=UTF-8", PAGE)
        }
        Fault::CrashSingleQuote => Response::new(
            500,
            "application/json",
            r#"{"status":500,"error":"You have an error in your SQL syntax near ''' at line 1"}"#,
        ),
        Fault::CrashNullRoot | Fault::CrashUnknownField => Response::empty(500),
        _ => Response::new(500, "text/plain", TRACE),
    }
}

fn on_name(fault: Fault, name: &str) -> bool {
    let any = |test: fn(char) -> bool| name.chars().any(test);
    match fault {
        Fault::CrashEmoji => any(|c| c as u32 > 0xffff),
        Fault::CrashNonAscii => !name.is_ascii(),
        Fault::CrashRightToLeft => any(|c| ('\u{590}'..='\u{8ff}').contains(&c)),
        Fault::CrashCombining => any(|c| ('\u{300}'..='\u{36f}').contains(&c)),
        Fault::CrashInvisible => any(
            |c| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}'),
        ),
        Fault::CrashNul => name.contains('\0'),
        Fault::CrashControl => any(|c| c.is_control() && c != '\0'),
        Fault::CrashSingleQuote => name.contains('\''),
        Fault::CrashDoubleQuote => name.contains(['"', '\\']),
        Fault::CrashAngle => name.contains(['<', '>']),
        Fault::CrashPercent => name.contains('%'),
        Fault::CrashLongName => name.chars().count() > 255,
        Fault::CrashVeryLongName => name.chars().count() > 60_000,
        Fault::CrashBlankName => name.trim().is_empty(),
        _ => false,
    }
}

fn on_rank(fault: Fault, rank: &Value, body: &[u8]) -> bool {
    let Value::Number(number) = rank else {
        return false;
    };
    let integer = number.as_i64();
    let float = number.as_f64().unwrap_or(f64::MAX);
    match fault {
        Fault::CrashHugeRank => integer.is_none() && float.abs() >= 9e18,
        Fault::CrashWideRank => float.abs() >= 2_147_483_648.0,
        Fault::CrashNegativeRank => float < 0.0,
        Fault::CrashZeroRank => float == 0.0,
        Fault::CrashFraction => integer.is_none() && float.fract() != 0.0,
        Fault::CrashExponent => bare(body).contains(&b'e') || bare(body).contains(&b'E'),
        _ => false,
    }
}

fn on_text(fault: Fault, body: &[u8]) -> bool {
    let broken = || serde_json::from_slice::<Value>(body).err();
    let start = body.trim_ascii_start().first().copied();
    match fault {
        Fault::CrashEmptyBody => start.is_none(),
        Fault::CrashInvalidUtf8 => std::str::from_utf8(body).is_err(),
        Fault::CrashMalformed => {
            let malformed = |error: Error| !error.to_string().contains("out of range");
            start.is_some() && broken().is_some_and(malformed)
        }
        Fault::CrashArrayRoot => start == Some(b'['),
        Fault::CrashScalarRoot => {
            start.is_some_and(|byte| !matches!(byte, b'{' | b'[' | b'n')) && broken().is_none()
        }
        Fault::CrashNullRoot => body.trim_ascii() == b"null",
        Fault::CrashDepth => depth(body) > 64,
        Fault::CrashLargeBody => body.len() > 64 * 1024,
        // A number too large for a double is refused by the parser before it is a value.
        Fault::CrashHugeRank | Fault::CrashExponent => {
            broken().is_some_and(|error| error.to_string().contains("out of range"))
        }
        Fault::CrashSurrogate => broken().is_some_and(|error| {
            let message = error.to_string();
            message.contains("surrogate") || message.contains("hex escape")
        }),
        _ => false,
    }
}

/// What stands outside texts, digits and literals included.
fn bare(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut quoted, mut escaped) = (false, false);
    for byte in body {
        if quoted {
            quoted = escaped || *byte != b'"';
            escaped = *byte == b'\\' && !escaped;
        } else if *byte == b'"' {
            quoted = true;
        } else {
            out.push(*byte);
        }
    }
    let text = String::from_utf8_lossy(&out).replace("true", "").replace("false", "");
    text.into_bytes()
}

fn depth(body: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in bare(body) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}
