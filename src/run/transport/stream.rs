//! Answers that need not end: what came of them in time is read, up to the last whole item.

use crate::contract::model::{self, Sequence};
use crate::exchange::Headers;
use crate::wire::sequence;
use bytes::{Bytes, BytesMut};
use std::time::Duration;
use tokio::time::Instant;

/// So long events are waited for: who sends them keeps the connection.
const EVENTS: Duration = Duration::from_secs(2);

/// An answer that is a sequence of items.
pub(super) struct Stream {
    kind: Sequence,
    until: Option<Instant>,
}

impl Stream {
    /// The stream that an answer is, if it is one whose items can be told apart while they come.
    pub(super) fn of(headers: &Headers) -> Option<Stream> {
        let is_coded = headers.get("content-encoding").is_some_and(|coding| coding != "identity");
        let kind = model::sequence(headers.get("content-type")?).filter(|_| !is_coded)?;
        let until = (kind == Sequence::Events).then(|| Instant::now() + EVENTS);
        (kind != Sequence::Parts).then_some(Stream { kind, until })
    }

    /// What comes next; nothing at its end, or where time is up.
    pub(super) async fn next(
        &self,
        response: &mut reqwest::Response,
        body: &mut BytesMut,
    ) -> Result<Option<Bytes>, reqwest::Error> {
        let chunk = match self.until {
            Some(until) => tokio::time::timeout_at(until, response.chunk()).await.unwrap_or(Ok(None)),
            None => response.chunk().await,
        };
        match chunk {
            Err(error) if error.is_timeout() && self.cut(body) => Ok(None),
            chunk => chunk,
        }
    }

    /// Leaves the whole items of what came; not if there are none.
    pub(super) fn cut(&self, body: &mut BytesMut) -> bool {
        let whole = sequence::whole(self.kind, body);
        let any = whole > 0 || self.kind == Sequence::Events;
        if any {
            body.truncate(whole);
        }
        any
    }
}
