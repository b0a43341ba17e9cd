//! What the user gave to be let in with.

use crate::contract::{Contract, Grant, SecurityScheme};
use crate::exchange::Headers;
use std::collections::HashMap;

/// What the user gave.
#[derive(Clone, Default)]
pub struct Credentials {
    /// User and password.
    pub basic: Option<(String, String)>,
    /// User and password for HTTP Digest.
    pub digest: Option<(String, String)>,
    /// Whether connections show a certificate of the client's.
    pub has_certificate: bool,
    /// Whether the password travels as the hexadecimal MD5 of itself.
    pub basic_md5: bool,
    /// A bearer token.
    pub bearer: Option<String>,
    /// API keys, each for the scheme that it names before a `=`, or for every scheme.
    pub api_keys: Vec<String>,
    /// A token that is good for somebody else, and must be refused here.
    pub foreign: Option<String>,
    /// Those of another user, to whom nothing of the run belongs.
    pub another: Option<Box<Credentials>>,
    /// Key and secret to fetch a token with.
    pub oauth: Option<(String, String)>,
    /// The scopes that a token is asked for with; where there are none, those of the contract.
    pub scopes: Vec<String>,
    /// The hosts that may be asked for what an `openIdConnectUrl` names; `target` is the target's own.
    pub openid_hosts: Vec<String>,
    /// A command for the shell that prints a token.
    pub command: Option<String>,
    /// Headers that go with every request.
    pub headers: Headers,
}

impl Credentials {
    /// Whether the user gave nothing at all.
    pub fn is_empty(&self) -> bool {
        self.basic.is_none()
            && self.digest.is_none()
            && !self.has_certificate
            && self.bearer.is_none()
            && self.oauth.is_none()
            && self.command.is_none()
            && self.api_keys.is_empty()
            && self.headers.is_empty()
    }

    /// Those of another user: a token that is good for somebody else is one, too.
    pub(super) fn of_another(&self) -> Option<Credentials> {
        let foreign = || {
            let token = self.foreign.as_ref()?;
            Some(Credentials {
                bearer: Some(token.clone()),
                api_keys: vec![token.clone()],
                ..Credentials::default()
            })
        };
        self.another.as_deref().cloned().or_else(foreign)
    }

    /// Whether a token may be fetched with them that says how long it is good.
    pub fn fetch_tokens(&self, contract: &Contract) -> bool {
        let by_password = || contract.flows.values().flatten().any(|flow| flow.grant == Grant::Password);
        self.oauth.is_some() || (self.basic.is_some() && by_password())
    }

    /// The key for each scheme of a contract that takes one.
    pub(super) fn keys(&self, contract: &Contract) -> HashMap<String, String> {
        let named = |key: &str| {
            let (name, key) = key.split_once('=')?;
            contract.schemes.contains_key(name).then(|| (name.to_owned(), key.to_owned()))
        };
        let for_every = self.api_keys.iter().find(|key| named(key).is_none());
        let takes_one = |scheme: &SecurityScheme| matches!(scheme, SecurityScheme::ApiKey { .. });
        let schemes = contract.schemes.iter().filter(|(_, scheme)| takes_one(scheme)).map(|(name, _)| name);
        let own = |scheme: &String| {
            self.api_keys.iter().filter_map(|key| named(key)).find(|(name, _)| name == scheme)
        };
        schemes.filter_map(|name| own(name).or_else(|| Some((name.clone(), for_every?.clone())))).collect()
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials { .. }")
    }
}
