//! What travels: a request, and an exchange, which is a request as it was sent and what came back,
//! without secrets.

mod head;
mod headers;
mod octets;
mod pieces;
mod request;
pub(crate) mod shape;
pub(crate) mod unknown_path;

pub use head::Head;
pub(crate) use head::Heads;
pub use headers::Headers;
pub use pieces::{Piece, Pieces};
pub use request::{CredentialKind, Parts, Request};

use crate::wire::{Received, url};
use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// A request and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// What was sent, secrets replaced by `$VARIABLES`.
    pub sent: Sent,
    /// What came back.
    pub outcome: Outcome,
    /// When the last byte was read, or given up on.
    pub ended: jiff::Timestamp,
    /// From the first byte sent to the last byte read.
    pub elapsed: Duration,
    /// How often it was sent: more than once after a broken connection, an expired token,
    /// or when the target asked to come back later.
    pub attempts: u32,
    /// Whether the answer held a secret of the run.
    pub leaks_secret: bool,
    /// Whether an earlier attempt may have been carried out without an answer.
    pub uncertain: bool,
    /// Whether nobody was at the target for a while before this came of it.
    pub away: bool,
}

/// A request as it was sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sent {
    /// What stands before the body.
    pub head: Arc<Head>,
    /// The body, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Content>,
}

/// A body as it was sent. Its bytes are those of the plan, and the identity of the run is filled in
/// when it is read.
#[derive(Clone, Debug)]
pub struct Content {
    planned: Pieces,
    run: Arc<str>,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A whole answer.
    Answered(Answer),
    /// No answer, or not a whole one.
    Failed(Failure),
}

/// A whole answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, in order, names in lower case.
    pub headers: Headers,
    /// The body, decoded from its content coding.
    #[serde(with = "octets")]
    pub body: Bytes,
}

/// Why there is no whole answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The kind.
    pub kind: FailureKind,
    /// What the network said, without secrets.
    pub detail: String,
    /// The status, if a whole head came.
    pub status: Option<u16>,
}

/// The kinds of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The host name has no address.
    Unresolved,
    /// No connection could be made.
    Refused,
    /// TLS could not be agreed upon.
    Tls,
    /// Nothing, or not everything, came in time.
    TimedOut,
    /// The connection ended before the answer did.
    Cut,
    /// The answer began, and ended before its announced length.
    Incomplete,
    /// What came is not HTTP.
    NotHttp,
    /// The body is larger than what is read.
    TooLarge,
    /// The body is not what its content coding says.
    BadCoding,
    /// The request could not be made.
    Unsendable,
}

impl FailureKind {
    /// A stable name.
    pub fn name(self) -> &'static str {
        match self {
            FailureKind::Unresolved => "unresolved",
            FailureKind::Refused => "refused",
            FailureKind::Tls => "tls",
            FailureKind::TimedOut => "timed-out",
            FailureKind::Cut => "cut",
            FailureKind::Incomplete => "incomplete",
            FailureKind::NotHttp => "not-http",
            FailureKind::TooLarge => "too-large",
            FailureKind::BadCoding => "bad-coding",
            FailureKind::Unsendable => "unsendable",
        }
    }

    /// What happened, in words.
    pub fn words(self) -> &'static str {
        match self {
            FailureKind::Unresolved => "the host name could not be resolved",
            FailureKind::Refused => "no connection could be made",
            FailureKind::Tls => "TLS could not be agreed upon",
            FailureKind::TimedOut => "no whole answer came in time",
            FailureKind::Cut => "the connection ended before the answer did",
            FailureKind::Incomplete => "the answer ended before its announced length",
            FailureKind::NotHttp => "what came is not HTTP",
            FailureKind::TooLarge => "the body is larger than what is read",
            FailureKind::BadCoding => "the body is not what its content coding says",
            FailureKind::Unsendable => "the request could not be made",
        }
    }

    /// Whether this may come from a target that does not talk HTTP at all.
    pub fn may_be_mute(self) -> bool {
        matches!(self, FailureKind::TimedOut | FailureKind::Cut | FailureKind::NotHttp)
    }

    /// Whether the target was not reached at all.
    pub fn is_unreachable(self) -> bool {
        matches!(self, FailureKind::Unresolved | FailureKind::Refused | FailureKind::Tls)
    }
}

impl Content {
    /// That of a request of a plan, in a run.
    pub fn of(planned: &Pieces, run: &Arc<str>) -> Content {
        Content { planned: planned.clone(), run: Arc::clone(run) }
    }

    /// The body, byte for byte.
    pub fn bytes(&self) -> Bytes {
        self.planned.filled(&self.run)
    }
}

impl PartialEq for Content {
    fn eq(&self, other: &Content) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        octets::serialize(&self.bytes(), serializer)
    }
}

impl<'d> Deserialize<'d> for Content {
    fn deserialize<D: Deserializer<'d>>(deserializer: D) -> Result<Content, D::Error> {
        octets::deserialize(deserializer).map(Content::from)
    }
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Content {
        Content { planned: bytes.into(), run: Arc::default() }
    }
}

impl Sent {
    /// The body, byte for byte.
    pub fn body(&self) -> Option<Bytes> {
        self.body.as_ref().map(Content::bytes)
    }

    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name)
    }

    /// What stands outside of the body, by the template of the path.
    pub fn received<'s>(&'s self, template: &'s str) -> Received<'s> {
        let (path, query) = url::parts(&self.head.url);
        let fields = self.head.headers.iter().map(|(name, value)| (name, Cow::Borrowed(value)));
        Received::at(template, path, query).with(fields)
    }
}

/// Whether a status says that a request was taken.
pub fn is_accepted(status: u16) -> bool {
    (200..300).contains(&status)
}

impl Answer {
    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// The values of a header in one list, as RFC 9110 has it for several lines of one name.
    pub fn header_list(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut all = self.headers.all(name).map(Cow::Borrowed);
        let first = all.next()?;
        Some(all.fold(first, |list, value| format!("{list}, {value}").into()))
    }

    /// Whether the status says that the request was taken.
    pub fn accepted(&self) -> bool {
        is_accepted(self.status)
    }
}

impl Exchange {
    /// What came of one request that was sent so often, when it was over and how long it took.
    pub(crate) fn of(
        (sent, attempts): (Sent, u32),
        outcome: Outcome,
        (ended, elapsed): (jiff::Timestamp, Duration),
    ) -> Exchange {
        let (leaks_secret, uncertain, away) = (false, false, false);
        Exchange { sent, outcome, ended, elapsed, attempts, leaks_secret, uncertain, away }
    }

    /// The answer, if there is a whole one.
    pub fn answer(&self) -> Option<&Answer> {
        match &self.outcome {
            Outcome::Answered(answer) => Some(answer),
            Outcome::Failed(_) => None,
        }
    }

    /// Whether the request was taken.
    pub fn accepted(&self) -> bool {
        self.answer().is_some_and(Answer::accepted)
    }
}
