//! The embedded host as a target.

use crate::contract::{Contract, SecurityScheme};
use crate::host::{Accepted, Host, HostSettings};
use crate::run::Credentials;
use crate::run::authenticator::Authenticator;
use std::io;
use std::sync::Arc;

/// The URL that stands in outputs for that of the embedded host, which is on another port in every run.
pub(super) const ALIAS: &str = "http://127.0.0.1:8080";

/// What an embedded host is called.
pub(super) const NAME: &str = "the embedded host";

/// A host on loopback, and what lets a run in there.
pub(super) fn start(contract: &Arc<Contract>, given: &Credentials) -> io::Result<(Host, Credentials)> {
    let host = Host::start_apart(Arc::clone(contract), HostSettings::default())?;
    let given = with_own_credentials(contract, host.credentials(), given);
    Ok((host, given))
}

pub(super) fn url(host: &Host) -> String {
    format!("http://{}", host.address())
}

/// Credentials for every scheme of a contract that a host accepts.
pub fn credentials(contract: &Contract, accepted: &Accepted) -> Credentials {
    let Accepted { user, password, key, secret, token } = accepted.clone();
    let keys = contract.schemes.iter().filter_map(|(name, scheme)| match scheme {
        SecurityScheme::ApiKey { token: None, .. } => Some(format!("{name}={token}")),
        _ => None,
    });
    Credentials {
        api_keys: keys.collect(),
        basic: Some((user.clone(), password.clone())),
        digest: Some((user, password)),
        has_certificate: true,
        oauth: Some((key, secret)),
        bearer: Some(token),
        ..Credentials::default()
    }
}

/// What was given, or else the host's own credentials: where nothing was given that any scheme of the
/// contract takes, it was not meant for this API.
fn with_own_credentials(contract: &Contract, accepted: &Accepted, given: &Credentials) -> Credentials {
    // The host gives out tokens where `x-probity` says so, and nowhere else.
    let has = |wanted: fn(&SecurityScheme) -> bool| contract.schemes.values().any(wanted);
    let is_basic = |scheme: &SecurityScheme| matches!(scheme, SecurityScheme::Basic);
    let gives_token =
        |scheme: &SecurityScheme| matches!(scheme, SecurityScheme::ApiKey { token: Some(_), .. });
    let named = (given.basic.is_some() && has(is_basic))
        || given.digest.is_some()
        || given.bearer.is_some()
        || (given.oauth.is_some() && has(gives_token))
        || !given.api_keys.is_empty();
    let authenticator = Authenticator::new(contract, given.clone(), "");
    let mut closed = contract.operations.iter().filter(|operation| !operation.is_open());
    if named && closed.any(|operation| authenticator.can_satisfy(operation)) {
        return given.clone();
    }
    Credentials {
        headers: given.headers.clone(),
        basic_md5: given.basic_md5,
        foreign: given.foreign.clone(),
        ..credentials(contract, accepted)
    }
}
