//! Fetches what a user has named the host of: once, bounded, without credentials.

use super::transport::{Outgoing, Transport};
use crate::exchange::{Answer, Failure, FailureKind, Head, Headers};
use bytes::Bytes;
use reqwest::Url;
use std::time::Duration;

/// So long each answer is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// So many redirects are followed.
const REDIRECTS: usize = 5;

/// Why nothing was fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The network or the host failed.
    #[error("{0}")]
    Failed(String),
    /// The answer is no success.
    #[error("the answer was status {0}")]
    Status(u16),
    /// The answer leads where nothing may be fetched.
    #[error("it redirects to {0}, which was not allowed")]
    Elsewhere(String),
    /// One redirect leads to the next.
    #[error("more than {REDIRECTS} redirects")]
    Redirects,
}

/// What stands at a URL. Redirects are followed to what is allowed.
pub async fn fetch(url: &str, allowed: impl Fn(&str) -> bool) -> Result<Bytes, FetchError> {
    let mut here = url.to_owned();
    for _ in 0..=REDIRECTS {
        let answer = one(&here).await?;
        match answer.status {
            200 => return Ok(answer.body),
            301 | 302 | 303 | 307 | 308 => {
                let there =
                    answer.header("location").and_then(|there| Url::parse(&here).ok()?.join(there).ok());
                let there = there.ok_or(FetchError::Status(answer.status))?;
                if !allowed(there.as_str()) {
                    return Err(FetchError::Elsewhere(there.into()));
                }
                here = there.into();
            }
            status => return Err(FetchError::Status(status)),
        }
    }
    Err(FetchError::Redirects)
}

async fn one(url: &str) -> Result<Answer, FetchError> {
    let failed = |failure: Failure| match failure.kind {
        FailureKind::TooLarge | FailureKind::TimedOut => FetchError::Failed(failure.kind.words().to_owned()),
        kind => FetchError::Failed(format!("{}: {}", kind.words(), failure.detail)),
    };
    let mut headers = Headers::default();
    headers.push("accept", "application/json, application/yaml, */*;q=0.1");
    let head = Head { method: "GET".to_owned(), url: url.to_owned(), headers };
    let transport = Transport::new(url, PATIENCE, (&[], None)).map_err(failed)?;
    transport.send(&Outgoing::new(head, None)).await.map_err(failed)
}
