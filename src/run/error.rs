//! Why a run could not begin, and what to do about it.

use super::credentials::TokenError;
use super::exchange::{Failure, FailureKind};
use super::ledger::LedgerError;

/// Why a run could not begin.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is nobody at the target.
    #[error("{target} cannot be reached: {} ({})", failure.kind.words(), failure.detail)]
    Unreachable {
        /// The target.
        target: String,
        /// What happened.
        failure: Failure,
    },
    /// The target does not let us in.
    #[error("{target} refuses the credentials: the first request was answered with status {status}")]
    Refused {
        /// The target.
        target: String,
        /// The status.
        status: u16,
        /// Whether any were given.
        given: bool,
    },
    /// No token could be fetched.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// What was created could not be written down.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Why nothing more can be sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum Halt {
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<Halt> for RunError {
    fn from(halt: Halt) -> RunError {
        match halt {
            Halt::Token(error) => error.into(),
            Halt::Ledger(error) => error.into(),
        }
    }
}

impl RunError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            RunError::Unreachable { target, failure } => match failure.kind {
                FailureKind::Unresolved => "check the host name in --target".into(),
                FailureKind::Tls if failure.detail.to_lowercase().contains("invalidcontenttype") || failure.detail.contains("corrupt message") => {
                    "the port does not speak TLS; try http:// instead of https://".into()
                }
                FailureKind::Tls => "the certificate must be valid for the host name and signed by an authority that this machine trusts (SSL_CERT_FILE names another set)".into(),
                FailureKind::TimedOut => "the host takes connections but does not answer; check the port, or raise --timeout".into(),
                FailureKind::NotHttp | FailureKind::Cut if target.starts_with("http://") => "the port may speak TLS; try https:// instead of http://".into(),
                _ => "check that the host is up and that --target names its port".into(),
            },
            RunError::Refused { given: false, .. } => "the contract asks for credentials: give --basic, --bearer, --oauth-key with --oauth-secret, or --header".into(),
            RunError::Refused { given: true, .. } => "check the credentials, and whether they belong to this host (for a password that travels as MD5, add --basic-md5)".into(),
            RunError::Ledger(_) => "make room, or name another file with --ledger; what was created until then stands in it".into(),
            RunError::Token(_) => "check --oauth-key and --oauth-secret, and the token endpoint in the contract's x-probity".into(),
        }
    }
}
