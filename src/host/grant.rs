//! The token endpoints of OAuth 2 that a document puts on its own host (RFC 6749).

use super::Accepted;
use super::access::authorization;
use super::answer::Answer;
use crate::contract::{Contract, Grant, led};
use crate::wire::url;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use serde_json::json;
use std::collections::BTreeMap;

/// Stands for the host, wherever it is.
const HERE: &str = "http://here";

/// What is granted at each path.
pub(super) struct Grants {
    paths: BTreeMap<String, Vec<Grant>>,
    accepted: Accepted,
}

impl Grants {
    /// Those of a contract that are asked for on its own host, where no operation is.
    pub(super) fn of(contract: &Contract, accepted: &Accepted) -> Grants {
        let mut paths: BTreeMap<String, Vec<Grant>> = BTreeMap::new();
        for flow in contract.flows.values().flatten() {
            let stated = led(contract, &flow.token_url, HERE);
            let path = stated.strip_prefix(HERE).and_then(|rest| rest.split(['?', '#']).next());
            let free = path.filter(|path| contract.operations.iter().all(|other| other.path != **path));
            if let Some(path) = free {
                paths.entry(path.to_owned()).or_default().push(flow.grant);
            }
        }
        Grants { paths, accepted: accepted.clone() }
    }

    /// The answer to whoever asks for a token at a path of these; `issue` makes one that is good for so many
    /// seconds.
    pub(super) fn answer(
        &self,
        (path, headers): (&str, &HeaderMap),
        body: &[u8],
        issue: impl FnOnce() -> (String, u64),
    ) -> Option<Answer> {
        let grants = self.paths.get(path)?;
        let text = String::from_utf8_lossy(body);
        let pairs = url::query_pairs(&text);
        let pairs: BTreeMap<String, String> =
            pairs.map(|(name, value)| (url::query_decoded(name), url::query_decoded(value))).collect();
        let get = |name: &str| pairs.get(name).map(String::as_str);
        let wanted = match get("grant_type") {
            Some("client_credentials") => Grant::ClientCredentials,
            Some("password") => Grant::Password,
            _ => return Some(refusal(StatusCode::BAD_REQUEST, "unsupported_grant_type")),
        };
        if !grants.contains(&wanted) {
            return Some(refusal(StatusCode::BAD_REQUEST, "unauthorized_client"));
        }
        let Accepted { user, password, key, secret, .. } = &self.accepted;
        let is_client = shown(headers).is_some_and(|given| given == format!("{key}:{secret}"))
            || (get("client_id") == Some(key) && get("client_secret") == Some(secret));
        let is_user = get("username") == Some(user) && get("password") == Some(password);
        let is_known = match wanted {
            Grant::ClientCredentials => is_client,
            Grant::Password => is_user,
        };
        if !is_known {
            return Some(refusal(StatusCode::UNAUTHORIZED, "invalid_client"));
        }
        let (token, life) = issue();
        let body = json!({"access_token": token, "token_type": "bearer", "expires_in": life});
        Some(Answer::json(StatusCode::OK, body))
    }
}

/// What a client shows as HTTP Basic has it.
fn shown(headers: &HeaderMap) -> Option<String> {
    let text = String::from_utf8(STANDARD.decode(authorization(headers, "basic")?).ok()?).ok()?;
    let (key, secret) = text.split_once(':')?;
    Some(format!("{}:{}", url::query_decoded(key), url::query_decoded(secret)))
}

fn refusal(status: StatusCode, error: &str) -> Answer {
    Answer::json(status, json!({"error": error}))
}
