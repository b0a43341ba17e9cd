//! Why a run could not begin, and what to do about it.

use super::End;
use super::ledger::LedgerError;
use super::proxy::Proxy;
use super::token::TokenError;
use super::wanted::asks_for;
use crate::exchange::{Failure, FailureKind};

/// Why a run could not begin.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is nobody at the target.
    #[error(
        "{target} cannot be reached{}: {} ({})",
        proxy.as_ref().map(|proxy| format!(" through the proxy {}", proxy.url)).unwrap_or_default(),
        failure.kind.words(),
        failure.detail
    )]
    Unreachable {
        /// The target.
        target: String,
        /// What requests to it go through.
        proxy: Option<Proxy>,
        /// What happened.
        failure: Failure,
        /// The first bytes that came, if they are not HTTP.
        came: Vec<u8>,
    },
    /// The target sends everybody elsewhere.
    #[error("{target} answers everything with a redirect: status {status} to {location}")]
    Redirected {
        /// The target.
        target: String,
        /// The status.
        status: u16,
        /// Where to.
        location: String,
    },
    /// Nothing of the API is below the path of the target.
    #[error("{target} answers every request as it answers a path that does not exist: status {status}")]
    Nowhere {
        /// The target.
        target: String,
        /// The status.
        status: u16,
        /// Where the API may be instead.
        hint: Option<String>,
    },
    /// The target does not let us in.
    #[error(
        "{target} {}: the first request was answered with status {status}{}",
        if lacks.is_empty() { "refuses the credentials" } else { "lets nobody in without credentials" },
        said.as_deref().map(|said| format!(", which says {said}")).unwrap_or_default()
    )]
    Refused {
        /// The target.
        target: String,
        /// The status.
        status: u16,
        /// What the body of the answer says.
        said: Option<String>,
        /// What the contract asks for, if nothing of that was given.
        lacks: Vec<String>,
        /// Whether a user and a password were given that travel as they are.
        plain_password: bool,
    },
    /// No token could be fetched.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// What was created could not be written down.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The credentials ended while the run went on.
    #[error("{0}")]
    Credentials(String),
}

/// Why nothing more can be sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum Halt {
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("{0}")]
    Credentials(String),
}

impl From<Halt> for End {
    fn from(halt: Halt) -> End {
        match halt {
            Halt::Token(error) => End::TargetLost(error.to_string()),
            Halt::Ledger(error) => End::LedgerLost(error.to_string()),
            Halt::Credentials(why) => End::TargetLost(why),
        }
    }
}

impl From<Halt> for RunError {
    fn from(halt: Halt) -> RunError {
        match halt {
            Halt::Token(error) => error.into(),
            Halt::Ledger(error) => error.into(),
            Halt::Credentials(why) => RunError::Credentials(why),
        }
    }
}

impl RunError {
    /// How a run ends that cannot begin, or go on, for this reason.
    pub fn end(&self) -> End {
        match self {
            RunError::Ledger(error) => End::LedgerLost(error.to_string()),
            other => End::TargetLost(other.to_string()),
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            RunError::Unreachable { proxy: Some(proxy), .. } => format!(
                "{} names the proxy {}: check that it is up and lets requests through, or name the target's host in NO_PROXY",
                proxy.variable, proxy.url
            ),
            RunError::Unreachable { target, failure, came, proxy: None } => match failure.kind {
                FailureKind::Unresolved => "check the host name in --target".into(),
                FailureKind::Tls if failure.detail.to_lowercase().contains("invalidcontenttype") || failure.detail.contains("corrupt message") => {
                    "the port does not speak TLS; try http:// instead of https://".into()
                }
                FailureKind::Tls => "the certificate must be valid for the host name and signed by an authority that this machine trusts (--ca-cert names another, or a self-signed certificate)".into(),
                FailureKind::TimedOut => "the host takes connections but does not answer; check the port, or raise --timeout".into(),
                FailureKind::NotHttp | FailureKind::Cut if target.starts_with("http://") && speaks_tls(came) => "the port speaks TLS; try https:// instead of http://".into(),
                FailureKind::NotHttp | FailureKind::Cut if !came.is_empty() => {
                    format!("its answer begins with `{}`: check that --target names the port of the API", beginning(came))
                }
                _ => "check that the host is up and that --target names its port".into(),
            },
            RunError::Redirected { .. } => "is the URL in --target right? Redirects are not followed; give the URL that they lead to".into(),
            RunError::Nowhere { hint, .. } => {
                let hint = hint.as_deref().map_or(String::new(), |hint| format!(" {hint}"));
                format!("is the path in --target right?{hint}")
            }
            RunError::Refused { lacks, .. } if !lacks.is_empty() => asks_for(lacks),
            RunError::Refused { plain_password: true, .. } => "check the credentials, and whether they belong to this host (for a password that travels as MD5, add --basic-md5)".into(),
            RunError::Refused { .. } => "check the credentials, and whether they belong to this host".into(),
            RunError::Credentials(_) => "give fresh credentials, and leave out with --exclude what ends them".into(),
            RunError::Ledger(_) => "make room, or name another file with --ledger; what was created until then stands in it".into(),
            RunError::Token(error) => error.hint().into(),
        }
    }
}

/// Whether bytes are the head of a TLS alert or handshake.
fn speaks_tls(came: &[u8]) -> bool {
    matches!(came, [0x15 | 0x16, 0x03, ..])
}

/// The first line, as far as it can be shown.
fn beginning(came: &[u8]) -> String {
    const MOST: usize = 60;
    let text = String::from_utf8_lossy(came);
    let line = text.lines().next().unwrap_or_default();
    line.chars()
        .take(MOST)
        .flat_map(|c| if c == ' ' { vec![c] } else { c.escape_debug().collect() })
        .collect()
}
