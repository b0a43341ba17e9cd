//! Who may call: credentials, and the endpoints that give tokens.

use super::answer::Answer;
use super::grant::Grants;
use super::intake::{self, Asked};
use super::{Accepted, HostSettings};
use crate::contract::expression::Part;
use crate::contract::extension::TokenEndpoint;
use crate::contract::model::{self, ParameterLocation};
use crate::contract::{Contract, Expression, Operation, SecurityScheme};
use crate::generate::random::Random;
use crate::json::pointer;
use crate::wire::cookie as cookies;
use crate::wire::digest::{Challenge, Signer, hex};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use indexmap::IndexMap;
use md5::{Digest, Md5};
use serde_json::{Map, Value};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const MOST_TOKENS: usize = 10_000;

/// Stands for the endpoints of flows among those that give tokens.
const FLOWS: usize = usize::MAX;

/// What is accepted, and what was given out.
pub(super) struct Access {
    basic: [String; 2],
    signer: Signer,
    challenge: Challenge,
    token: String,
    endpoints: Vec<Endpoint>,
    grants: Grants,
    issued: Mutex<Issued>,
    life: Duration,
}

struct Endpoint {
    declared: TokenEndpoint,
    expected: Value,
}

#[derive(Default)]
struct Issued {
    tokens: IndexMap<String, (usize, Instant)>,
    count: u64,
}

/// The alternatives of an operation; each asks for all of its proofs.
#[derive(Debug, Default)]
pub(super) struct Demands {
    alternatives: Vec<Vec<Proof>>,
    /// What a client without credentials is told to use.
    pub(super) challenges: Vec<HeaderValue>,
}

#[derive(Debug)]
enum Proof {
    Basic,
    Digest,
    Bearer,
    Key {
        location: ParameterLocation,
        name: String,
        endpoint: Option<usize>,
    },
    /// An `Authorization` scheme whose credentials cannot be checked, only seen.
    Scheme(String),
    Connection,
    Unknown,
}

impl Access {
    pub(super) fn new(contract: &Contract, settings: &HostSettings) -> Access {
        let Accepted { user, password, key, secret, token } = &settings.credentials;
        let digest = hex(&Md5::digest(password));
        let mut endpoints: Vec<Endpoint> = Vec::new();
        for scheme in contract.schemes.values() {
            if let SecurityScheme::ApiKey { token: Some(declared), .. } = scheme
                && endpoints.iter().all(|known| known.declared.path != declared.path)
            {
                let expected = filled(&declared.request, key, secret);
                endpoints.push(Endpoint { declared: declared.clone(), expected });
            }
        }
        Access {
            signer: Signer { user: user.clone(), password: password.clone(), valid: true },
            challenge: Challenge::made("probity", "probity"),
            basic: [format!("{user}:{password}"), format!("{user}:{digest}")],
            token: token.clone(),
            endpoints,
            grants: Grants::of(contract, &settings.credentials),
            issued: Mutex::default(),
            life: settings.token_life,
        }
    }

    /// Whether there is such a user for Basic.
    pub(super) fn knows(&self, user: &str) -> bool {
        self.basic[0].split_once(':').is_some_and(|(known, _)| known == user)
    }

    /// What an operation asks for.
    pub(super) fn demands(&self, contract: &Contract, operation: &Operation) -> Demands {
        if operation.is_open() {
            return Demands::default();
        }
        let mut demands = Demands::default();
        for requirement in &operation.security {
            let mut proofs = Vec::new();
            for name in requirement {
                let (proof, challenge) = self.proof(contract.schemes.get(name));
                proofs.push(proof);
                if let Ok(challenge) = HeaderValue::from_str(&challenge)
                    && !demands.challenges.contains(&challenge)
                {
                    demands.challenges.push(challenge);
                }
            }
            demands.alternatives.push(proofs);
        }
        demands
    }

    fn proof(&self, scheme: Option<&SecurityScheme>) -> (Proof, String) {
        match scheme {
            Some(SecurityScheme::Basic) => (Proof::Basic, r#"Basic realm="probity""#.into()),
            Some(SecurityScheme::Bearer) => (Proof::Bearer, r#"Bearer realm="probity""#.into()),
            Some(SecurityScheme::ApiKey { location, name, token }) => {
                let endpoint = token.as_ref().and_then(|token| {
                    self.endpoints.iter().position(|known| known.declared.path == token.path)
                });
                let challenge =
                    format!(r#"ApiKey realm="probity", name="{}""#, name.replace(['"', '\\'], ""));
                (Proof::Key { location: *location, name: name.clone(), endpoint }, challenge)
            }
            Some(SecurityScheme::MutualTls) => (Proof::Connection, String::new()),
            Some(SecurityScheme::Digest) => (Proof::Digest, self.challenge.header()),
            Some(SecurityScheme::Other(kind)) => {
                (Proof::Scheme(kind.clone()), format!(r#"{kind} realm="probity""#))
            }
            None => (Proof::Unknown, r#"Unknown realm="probity""#.into()),
        }
    }

    /// Whether a request carries what an operation asks for.
    pub(super) fn admits(&self, demands: &Demands, asked: &Asked<'_>) -> bool {
        demands.alternatives.is_empty()
            || demands.alternatives.iter().any(|all| all.iter().all(|one| self.proves(one, asked)))
    }

    fn proves(&self, proof: &Proof, asked: &Asked<'_>) -> bool {
        let Asked { method, query, headers, .. } = asked;
        let given = headers.get(header::AUTHORIZATION).and_then(|given| given.to_str().ok());
        let authorization = |scheme: &str| authorization(headers, scheme);
        match proof {
            Proof::Basic => authorization("basic")
                .and_then(|text| STANDARD.decode(text).ok())
                .is_some_and(|given| self.basic.iter().any(|good| good.as_bytes() == given)),
            Proof::Bearer => authorization("bearer")
                .is_some_and(|given| given == self.token || self.was_issued(given, FLOWS)),
            Proof::Key { location, name, endpoint } => {
                let given = match location {
                    ParameterLocation::Query => query.first(name),
                    ParameterLocation::Cookie => {
                        let text = intake::cookie(headers, name);
                        text.map(|text| cookies::decoded(&text))
                    }
                    ParameterLocation::Header | ParameterLocation::Path | ParameterLocation::Querystring => {
                        headers.get(name.as_str()).and_then(|value| value.to_str().ok()).map(str::to_owned)
                    }
                };
                given.is_some_and(|given| match endpoint {
                    Some(endpoint) => self.was_issued(&given, *endpoint),
                    None => given == self.token,
                })
            }
            Proof::Scheme(scheme) => authorization(scheme).is_some_and(|rest| !rest.is_empty()),
            Proof::Digest => {
                given.is_some_and(|given| self.challenge.is_answered(given, &self.signer, method))
            }
            Proof::Connection => true,
            Proof::Unknown => false,
        }
    }

    fn was_issued(&self, token: &str, endpoint: usize) -> bool {
        let issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.tokens.get(token).is_some_and(|(from, until)| *from == endpoint && Instant::now() < *until)
    }

    /// The answer to a request for a token, when the path is that of an endpoint.
    pub(super) fn endpoint(
        &self,
        method: &str,
        path: &str,
        headers: &HeaderMap,
        body: Option<&[u8]>,
    ) -> Option<Answer> {
        if method == "POST" {
            let issue = || (self.issue(FLOWS), self.life.as_secs());
            let granted = self.grants.answer((path, headers), body.unwrap_or_default(), issue);
            if granted.is_some() {
                return granted;
            }
        }
        let index = self.endpoints.iter().position(|endpoint| endpoint.declared.path == path)?;
        let endpoint = &self.endpoints[index];
        if method != "POST" {
            let status =
                if method == "OPTIONS" { StatusCode::NO_CONTENT } else { StatusCode::METHOD_NOT_ALLOWED };
            let allow = HeaderValue::from_static("POST, OPTIONS");
            return Some(Answer::bare(status).with(header::ALLOW, allow));
        }
        let Some(body) = body else { return Some(Answer::bare(StatusCode::PAYLOAD_TOO_LARGE)) };
        if headers.get(header::CONTENT_TYPE).is_some_and(|given| !given.to_str().is_ok_and(model::is_json)) {
            return Some(Answer::bare(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let Ok(text) = crate::json::read(body) else { return Some(Answer::bare(StatusCode::BAD_REQUEST)) };
        if !holds(&text.to_value(), &endpoint.expected) {
            return Some(Answer::bare(StatusCode::UNAUTHORIZED));
        }
        let token = self.issue(index);
        let life = Value::from(self.life.as_secs());
        let mut answer = Answer::json(StatusCode::OK, Value::Object(Map::new()));
        put(&mut answer, &endpoint.declared.token, Value::String(token));
        if let Some(at) = &endpoint.declared.ttl_seconds {
            put(&mut answer, at, life);
        }
        Some(answer)
    }

    fn issue(&self, endpoint: usize) -> String {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.count += 1;
        let mut random = Random::named(issued.count, "token");
        let token = format!("{:016x}{:016x}", random.word(), random.word());
        if issued.tokens.len() >= MOST_TOKENS {
            issued.tokens.shift_remove_index(0);
        }
        issued.tokens.insert(token.clone(), (endpoint, Instant::now() + self.life));
        token
    }
}

/// What a request shows under a scheme of HTTP.
pub(super) fn authorization<'h>(headers: &'h HeaderMap, scheme: &str) -> Option<&'h str> {
    let (given, rest) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    given.eq_ignore_ascii_case(scheme).then_some(rest.trim())
}

fn filled(shape: &Value, key: &str, secret: &str) -> Value {
    match shape {
        Value::String(text) => match text.as_str() {
            "$key" => Value::from(key),
            "$secret" => Value::from(secret),
            other => Value::from(other),
        },
        Value::Array(items) => items.iter().map(|item| filled(item, key, secret)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), filled(member, key, secret))).collect()
        }
        other => other.clone(),
    }
}

/// Whether a value has everything that is expected; more does no harm.
fn holds(given: &Value, expected: &Value) -> bool {
    match (given, expected) {
        (Value::Object(given), Value::Object(expected)) => {
            expected.iter().all(|(name, wanted)| given.get(name).is_some_and(|member| holds(member, wanted)))
        }
        _ => given == expected,
    }
}

fn put(answer: &mut Answer, at: &Expression, value: Value) {
    match at {
        Expression::Response(Part::Body(at)) => {
            let mut here = answer.body.get_or_insert_default();
            for token in pointer::tokens(at) {
                if !here.is_object() {
                    *here = Value::Object(Map::new());
                }
                here = &mut here[token.as_ref()];
            }
            *here = value;
        }
        Expression::Response(Part::Header(name)) => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(&text)) {
                answer.headers.push((name, value));
            }
        }
        _ => {}
    }
}
