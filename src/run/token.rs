//! Tokens: fetched with a key and a secret, kept while they are good, and fetched again.

use super::authenticator::{Authenticator, changed, place};
use super::transport::{Outgoing, Transport};
use crate::contract::extension::TokenEndpoint;
use crate::contract::{Operation, SecurityScheme};
use crate::exchange::Failure;
use crate::exchange::Head;
use crate::json;
use serde_json::Value;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

/// Why no token could be had.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TokenError {
    /// The token endpoint gave no whole answer.
    #[error("the token endpoint {url} gave no answer: {} ({})", failure.kind.words(), failure.detail)]
    NoAnswer {
        /// Where it was asked for.
        url: String,
        /// What happened.
        failure: Failure,
    },
    /// The token endpoint refused.
    #[error("the token endpoint {url} answered with status {status}")]
    Refused {
        /// Where it was asked for.
        url: String,
        /// The status.
        status: u16,
    },
    /// The answer holds no token where the contract says.
    #[error("the answer of the token endpoint {url} has no token that a header can hold at `{at}`")]
    NoToken {
        /// Where it was asked for.
        url: String,
        /// Where the token should stand.
        at: String,
    },
}

/// A token that was fetched.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) value: String,
    /// When it is no longer used.
    expires: Option<Instant>,
    /// When it must no longer be good.
    ends: Option<Instant>,
    pub(super) number: u64,
}

impl Authenticator<'_> {
    /// A token that is still good; a fresh one if the given number was refused.
    pub(super) async fn token(
        &self,
        transport: &Transport,
        endpoint: &TokenEndpoint,
        refused: Option<u64>,
    ) -> Result<Token, TokenError> {
        const MARGIN: Duration = Duration::from_secs(15);
        let mut held = self.token.lock().await;
        if let Some(token) = held.as_ref()
            && refused != Some(token.number)
            && token.expires.is_none_or(|expires| Instant::now() + MARGIN < expires)
        {
            return Ok(token.clone());
        }
        let number = held.as_ref().map_or(1, |token| token.number + 1);
        let token = self.fetch(transport, endpoint, number).await?;
        *held = Some(token.clone());
        self.first.write().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| token.clone());
        Ok(token)
    }

    /// Whether requests to an operation carry a token that was fetched, and so can expire.
    pub fn fetches_token(&self, operation: &Operation) -> bool {
        self.endpoint(operation).is_some()
    }

    fn endpoint(&self, operation: &Operation) -> Option<&TokenEndpoint> {
        self.given.oauth.as_ref()?;
        let schemes = self.alternative(operation)?.iter().filter_map(|name| self.contract.schemes.get(name));
        let mut endpoints = schemes.filter_map(|scheme| match scheme {
            SecurityScheme::ApiKey { token, .. } => token.as_ref(),
            _ => None,
        });
        endpoints.next()
    }

    pub(super) fn first(&self) -> Option<Token> {
        self.first.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How long the first token of the run may still be good, with some allowance for clocks;
    /// none if that is not said.
    pub(super) async fn first_token_lives(
        &self,
        transport: &Transport,
        operation: &Operation,
    ) -> Result<Option<Duration>, TokenError> {
        if let Some(endpoint) = self.endpoint(operation) {
            self.token(transport, endpoint, None).await?;
        }
        let ends = self.first().and_then(|token| token.ends);
        Ok(ends.map(|ends| ends.saturating_duration_since(Instant::now())))
    }

    async fn fetch(
        &self,
        transport: &Transport,
        endpoint: &TokenEndpoint,
        number: u64,
    ) -> Result<Token, TokenError> {
        let url = format!("{}{}", self.target, endpoint.path);
        let (key, secret) = self.given.oauth.clone().unwrap_or_default();
        let body = filled(&endpoint.request, &key, &secret).to_string();
        let headers = [("Content-Type", "application/json"), ("Accept", "application/json")].into();
        let head = Head { method: "POST".into(), url: url.clone(), headers }.into();
        let outgoing = Outgoing { head, body: Some(body.into()) };
        let asked = Instant::now();
        let answer = transport
            .send(&outgoing)
            .await
            .map_err(|failure| TokenError::NoAnswer { url: url.clone(), failure })?;
        if !answer.accepted() {
            return Err(TokenError::Refused { url, status: answer.status });
        }
        let no_token = || TokenError::NoToken { url: url.clone(), at: endpoint.token.to_string() };
        let text = json::read(&answer.body).map_err(|_| no_token())?.to_value();
        let at =
            |expression: &crate::contract::Expression| text.pointer(expression.response_body()?).cloned();
        let value =
            at(&endpoint.token).and_then(|token| token.as_str().map(str::to_owned)).ok_or_else(no_token)?;
        if value.is_empty() || http::HeaderValue::try_from(&value).is_err() {
            return Err(no_token());
        }
        let life = endpoint.ttl_seconds.as_ref().and_then(at).and_then(|life| life.as_f64());
        let life = life.filter(|life| *life > 0.0 && *life < 1e9);
        let ends = life.map(|life| Instant::now() + Duration::from_secs_f64(life + (life * 0.1).max(2.0)));
        // A short-lived token is renewed after three quarters of its life at the latest.
        let life = life.map(|life| Duration::from_secs_f64(life.max(life * 0.75 + 15.0)));
        let mut secrets = self.secrets.write().unwrap_or_else(PoisonError::into_inner);
        let known = Arc::make_mut(&mut secrets);
        known.add(&value, "PROBITY_TOKEN");
        known.add(&changed(&value), "PROBITY_WRONG_TOKEN");
        for scheme in self.contract.schemes.values() {
            if matches!(scheme, SecurityScheme::ApiKey { token: Some(_), .. }) {
                place(known, scheme, &[(&value, "PROBITY_TOKEN"), (&changed(&value), "PROBITY_WRONG_TOKEN")]);
            }
        }
        drop(secrets);
        Ok(Token { value, expires: life.map(|life| asked + life), ends, number })
    }

    /// Fetches a fresh token after one was refused. Tells whether there is one to try.
    pub(super) async fn renew(
        &self,
        transport: &Transport,
        operation: &Operation,
        refused: u64,
    ) -> Result<bool, TokenError> {
        for name in self.alternative(operation).into_iter().flatten() {
            if let Some(SecurityScheme::ApiKey { token: Some(endpoint), .. }) =
                self.contract.schemes.get(name)
            {
                return self
                    .token(transport, endpoint, Some(refused))
                    .await
                    .map(|token| token.number != refused);
            }
        }
        Ok(false)
    }
}

fn filled(request: &Value, key: &str, secret: &str) -> Value {
    match request {
        Value::String(text) if text == "$key" => Value::from(key),
        Value::String(text) if text == "$secret" => Value::from(secret),
        Value::Array(items) => items.iter().map(|item| filled(item, key, secret)).collect(),
        Value::Object(members) => Value::Object(
            members.iter().map(|(name, value)| (name.clone(), filled(value, key, secret))).collect(),
        ),
        other => other.clone(),
    }
}
