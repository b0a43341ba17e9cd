//! An answer, as it is decided and before it is written.

use crate::wire::body::Codec;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Long enough for what is written to leave.
const FLUSHED: Duration = Duration::from_millis(1);

/// Everything that goes back to the client.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    /// The status.
    pub(super) status: StatusCode,
    /// The headers, without those that follow from the body.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    /// The media type of the body.
    pub(super) media: Option<HeaderValue>,
    /// How it is written, where that is not JSON.
    pub(super) codec: Option<Arc<Codec>>,
    /// The body before it is written; text for a media type that is not JSON.
    pub(super) body: Option<Value>,
    /// Numbers that a [`Value`] rounds: where they stand in the body, and their digits.
    pub(super) exact: Vec<Exact>,
    /// The body as bytes, in place of the value.
    pub(super) raw: Option<Bytes>,
    /// How long it is held back.
    pub(super) late: Option<Duration>,
    /// Where it is lost on its way.
    pub(super) lost: Option<Lost>,
}

/// How an answer is lost on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// The connection ends before it.
    Before,
    /// It ends before the announced length.
    Within,
}

/// A place in a body and the digits of the number there.
pub(super) type Exact = (String, Box<str>);

impl Answer {
    /// An answer without a body.
    pub(super) fn bare(status: StatusCode) -> Answer {
        Answer { status, ..Answer::default() }
    }

    /// An answer with a JSON body.
    pub(super) fn json(status: StatusCode, body: Value) -> Answer {
        let media = Some(HeaderValue::from_static("application/json"));
        Answer { status, media, body: Some(body), ..Answer::default() }
    }

    /// This answer with one more header.
    #[must_use]
    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Answer {
        self.headers.push((name, value));
        self
    }

    /// The bytes that are sent.
    pub(super) fn write(self) -> Response {
        let bytes = self.bytes();
        let length = bytes.len();
        let mut response = Response::new(match self.lost {
            None => Body::from(bytes),
            Some(lost) => lost.body(bytes),
        });
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if let Some(media) = self.media {
            headers.insert(header::CONTENT_TYPE, media);
        }
        for (name, value) in self.headers {
            headers.append(name, value);
        }
        if self.lost == Some(Lost::Within) {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length + 1));
        }
        response
    }

    /// The body as it is sent.
    pub(super) fn bytes(&self) -> Bytes {
        let is_json = self
            .media
            .as_ref()
            .and_then(|media| media.to_str().ok())
            .is_none_or(crate::contract::model::is_json);
        match (&self.raw, &self.body) {
            (Some(raw), _) => raw.clone(),
            (None, Some(Value::String(text))) if !is_json && self.codec.is_none() => text.clone().into(),
            (None, Some(body)) => {
                let other = self.codec.as_ref().and_then(|codec| codec.write(body));
                other.map_or_else(|| written(body, &self.exact).into(), Bytes::from)
            }
            (None, None) => Bytes::new(),
        }
    }

    /// Whether the status says that there is no body.
    pub(super) fn is_bodiless(&self) -> bool {
        matches!(self.status.as_u16(), 204 | 205 | 304)
    }

    /// Whether a client sees the same.
    pub(super) fn is_same(&self, other: &Answer) -> bool {
        (self.status, self.late, self.lost) == (other.status, other.late, other.lost)
            && self.media == other.media
            && self.headers == other.headers
            && self.bytes() == other.bytes()
    }
}

impl Lost {
    /// A body that ends in an error, which ends the connection.
    fn body(self, bytes: Bytes) -> Body {
        let ended = || std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
        if self == Lost::Before {
            return Body::from_stream(stream::iter([Err::<Bytes, _>(ended())]));
        }
        let end = stream::once(async move {
            // What was written leaves only while more is waited for.
            tokio::time::sleep(FLUSHED).await;
            Err(ended())
        });
        Body::from_stream(stream::iter([Ok(bytes)]).chain(Box::pin(end)))
    }
}

fn written(body: &Value, exact: &[Exact]) -> Vec<u8> {
    if exact.is_empty() {
        return serde_json::to_vec(body).unwrap_or_default();
    }
    let exact = exact.iter().map(|(at, digits)| (at.as_str(), &**digits)).collect();
    let mut text = String::new();
    write(body, &mut String::new(), &exact, &mut text);
    text.into_bytes()
}

fn write(value: &Value, at: &mut String, exact: &HashMap<&str, &str>, text: &mut String) {
    let length = at.len();
    match value {
        Value::Number(_) => match exact.get(at.as_str()) {
            Some(digits) => text.push_str(digits),
            None => text.push_str(&value.to_string()),
        },
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                crate::json::pointer::push(at, &index.to_string());
                write(item, at, exact, text);
                at.truncate(length);
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            for (index, (key, member)) in members.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                crate::json::pointer::push(at, key);
                write(member, at, exact, text);
                at.truncate(length);
            }
            text.push('}');
        }
        other => text.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn digits_that_a_double_rounds_are_written_as_they_came() {
        let body = json!({"a/b": [1, 2.5], "c": "x\"y", "d": null});
        let exact = vec![("/a~1b/1".to_owned(), "123456789012345678901234".into())];
        let text = String::from_utf8(written(&body, &exact)).unwrap();
        assert_eq!(text, r#"{"a/b":[1,123456789012345678901234],"c":"x\"y","d":null}"#);
    }
}
