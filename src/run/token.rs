//! Tokens: fetched from what gives them, kept while they are good, and fetched again.

use super::authenticator::{Authenticator, changed, place};
use super::login::{self, Csrf};
use super::transport::{Outgoing, Transport};
use crate::contract::connection::{Gives, Login};
use crate::contract::extension::TokenEndpoint;
use crate::contract::{Flow, Grant, Operation, ParameterLocation, SecurityScheme};
use crate::exchange::{Answer, Failure, Head, Headers};
use crate::json;
use serde_json::Value;
use std::collections::HashMap;
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
    #[error(
        "the token endpoint {url} answered with status {status}{}",
        said.as_deref().map(|said| format!(", which says {said}")).unwrap_or_default()
    )]
    Refused {
        /// Where it was asked for.
        url: String,
        /// The status.
        status: u16,
        /// What the answer says.
        said: Option<String>,
        /// Whether it is one that the document names as a flow of OAuth 2.
        by_flow: bool,
    },
    /// The answer holds no token where the contract says.
    #[error("the answer of the token endpoint {url} has no token that a header can hold at `{at}`")]
    NoToken {
        /// Where it was asked for.
        url: String,
        /// Where the token should stand.
        at: String,
    },
    /// The operation that logs in refused.
    #[error(
        "the log-in `{operation}` ({url}) answered with status {status}{}",
        said.as_deref().map(|said| format!(", which says {said}")).unwrap_or_default()
    )]
    LogIn {
        /// Its identity.
        operation: String,
        /// Where it was asked for.
        url: String,
        /// The status.
        status: u16,
        /// What the answer says.
        said: Option<String>,
    },
    /// The provider of `OpenID` Connect did not tell where tokens are given, or may not be asked.
    #[error("the OpenID configuration {url} {why}")]
    Discovery {
        /// Where it was asked for.
        url: String,
        /// What is wrong.
        why: String,
    },
    /// The command that prints a token did not.
    #[error("--auth-command {0}")]
    Command(String),
}

impl TokenError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            TokenError::Command(_) => {
                "it prints a token, and nothing else, to standard output; run it by hand to see"
            }
            TokenError::Discovery { .. } => {
                "check `openIdConnectUrl` in the contract; --openid-host names each host that may be asked, `target` the target's own"
            }
            TokenError::LogIn { .. } => {
                "check --basic USER:PASSWORD; where this is not how to log in, give a token: --bearer, --api-key or --auth-command"
            }
            TokenError::Refused { by_flow: true, .. } => {
                "check the key, the secret, the user and the password that were given, --oauth-scope, and `tokenUrl` in the contract"
            }
            _ => "check --oauth-key and --oauth-secret, and the token endpoint in the contract's x-probity",
        }
    }
}

/// What gives a token for a scheme.
#[derive(Clone, Copy, Debug)]
pub(super) enum Giver<'g> {
    /// An endpoint that `x-probity` describes.
    Endpoint(&'g TokenEndpoint),
    /// A flow of OAuth 2.
    Flow(&'g Flow),
    /// What the configuration of a provider names, at a URL as the document has it.
    Provider(&'g str),
    /// A command of the user's.
    Command(&'g str),
    /// An operation that logs in.
    Login(&'g Login),
    /// The same, for what is shown beside the session that a scheme takes.
    Beside(&'g str, &'g Login),
}

/// What was given.
pub(super) struct Issued {
    pub(super) value: String,
    /// For how many seconds it is good.
    pub(super) life: Option<f64>,
    /// What requests of the session show beside it.
    pub(super) csrf: Option<Csrf>,
}

/// A token that was fetched.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) value: String,
    /// When it is no longer used.
    expires: Option<Instant>,
    /// When it must no longer be good.
    ends: Option<Instant>,
    /// No other token of the run has it.
    pub(super) number: u64,
    /// What requests of the session show beside it.
    pub(super) csrf: Option<Csrf>,
}

/// The tokens that are held, by the scheme that takes them.
#[derive(Default)]
pub(super) struct Held {
    tokens: HashMap<String, Token>,
    /// How many were fetched.
    count: u64,
}

impl Authenticator<'_> {
    /// What gives a token for a scheme, if anything does and none was given by hand.
    pub(super) fn giver(&self, name: &str) -> Option<Giver<'_>> {
        let command = || self.given.command.as_deref().map(Giver::Command);
        let has_user = self.given.basic.is_some();
        let login = || has_user.then(|| login::of(self.contract, name)).flatten().map(Giver::Login);
        match self.contract.schemes.get(name)? {
            SecurityScheme::ApiKey { token: Some(endpoint), .. } if self.given.oauth.is_some() => {
                Some(Giver::Endpoint(endpoint))
            }
            SecurityScheme::ApiKey { location: ParameterLocation::Header, name: header, .. }
                if !self.has_key(name) && has_user && login::is_csrf(header) =>
            {
                let mut sessions = self.contract.schemes.keys();
                sessions.find_map(|session| {
                    let login = login::of(self.contract, session)?;
                    matches!(login.gives, Gives::Cookie(_)).then_some(Giver::Beside(session, login))
                })
            }
            SecurityScheme::ApiKey { .. } if !self.has_key(name) => command().or_else(login),
            SecurityScheme::Bearer if self.given.bearer.is_none() => {
                let provider = || self.provider(name).map(Giver::Provider);
                command().or_else(|| self.flow(name).map(Giver::Flow)).or_else(provider).or_else(login)
            }
            _ => None,
        }
    }

    /// The provider of a scheme that may be asked, where what was given is enough for it.
    fn provider(&self, name: &str) -> Option<&str> {
        let is_asked = !self.given.openid_hosts.is_empty() && self.given.oauth.is_some();
        self.contract.discoveries.get(name).filter(|_| is_asked).map(String::as_str)
    }

    /// Whether the user allowed to ask a host for tokens.
    fn may_ask(&self, url: &str) -> bool {
        let host =
            |url: &str| Some(url.split_once("://")?.1.split(['/', '?', '#']).next()?.to_ascii_lowercase());
        let own = host(&self.target);
        let Some(asked) = host(url).filter(|_| url.starts_with("http")) else { return false };
        self.given.openid_hosts.iter().any(|allowed| match allowed.as_str() {
            "target" => own.as_ref() == Some(&asked),
            named => named.eq_ignore_ascii_case(&asked),
        })
    }

    /// The flow that a provider of `OpenID` Connect tells of (`OpenID` Connect Discovery 1.0, 4).
    async fn discovered(&self, transport: &Transport, stated: &str) -> Result<Flow, TokenError> {
        let url = crate::contract::led(self.contract, stated, &self.target);
        let wrong = |why: &str| TokenError::Discovery { url: url.clone(), why: why.to_owned() };
        if !self.may_ask(&url) {
            return Err(wrong("is on a host that --openid-host does not name"));
        }
        let headers = [("Accept", "application/json")].into();
        let head = Head { method: "GET".into(), url: url.clone(), headers };
        let no_answer = |failure| TokenError::NoAnswer { url: url.clone(), failure };
        let answer = transport.send(&Outgoing::new(head, None)).await.map_err(no_answer)?;
        if !answer.accepted() {
            return Err(wrong(&format!("was answered with status {}", answer.status)));
        }
        let told = json::read(&answer.body).map_err(|_| wrong("is no JSON document"))?.to_value();
        let endpoint = told.get("token_endpoint").and_then(Value::as_str);
        let endpoint = endpoint.ok_or_else(|| wrong("names no `token_endpoint`"))?;
        if !self.may_ask(endpoint) {
            return Err(wrong("names a `token_endpoint` on a host that --openid-host does not name"));
        }
        // No scope is asked for that the user did not name: those of a provider are not those of an API.
        Ok(Flow {
            grant: Grant::ClientCredentials,
            token_url: endpoint.to_owned(),
            scopes: Vec::new(),
            at: String::new(),
        })
    }

    /// A flow that what was given is enough for. A password that was given for the target goes nowhere
    /// else, unless the client of a token endpoint was given with it.
    fn flow(&self, name: &str) -> Option<&Flow> {
        let is_enough = |flow: &&Flow| match flow.grant {
            Grant::ClientCredentials => self.given.oauth.is_some(),
            Grant::Password => {
                let url = flow.url(self.contract, &self.target);
                let is_here = crate::contract::origin(&url) == crate::contract::origin(&self.target);
                self.given.basic.is_some() && (is_here || self.given.oauth.is_some())
            }
        };
        let flows = self.contract.flows.get(name)?;
        // Whoever gives a user means that user.
        flows.iter().rev().find(is_enough)
    }

    /// A token that is still good; a fresh one if the given number was refused.
    pub(super) async fn token(
        &self,
        transport: &Transport,
        (name, giver): (&str, Giver<'_>),
        refused: Option<u64>,
    ) -> Result<Token, TokenError> {
        const MARGIN: Duration = Duration::from_secs(15);
        let mut held = self.tokens.lock().await;
        if let Some(token) = held.tokens.get(name)
            && refused != Some(token.number)
            && token.expires.is_none_or(|expires| Instant::now() + MARGIN < expires)
        {
            return Ok(token.clone());
        }
        let asked = Instant::now();
        let issued = match giver {
            Giver::Endpoint(endpoint) => self.asked(transport, endpoint).await?,
            Giver::Flow(flow) => self.granted(transport, flow).await?,
            Giver::Provider(stated) => {
                let flow = self.discovered(transport, stated).await?;
                self.granted(transport, &flow).await?
            }
            Giver::Command(command) => printed(command).await?,
            Giver::Login(login) | Giver::Beside(_, login) => self.logged_in(transport, login).await?,
        };
        held.count += 1;
        let token = self.kept((name, giver), issued, (asked, held.count));
        held.tokens.insert(name.to_owned(), token.clone());
        let mut first = self.first.write().unwrap_or_else(PoisonError::into_inner);
        first.entry(name.to_owned()).or_insert_with(|| token.clone());
        Ok(token)
    }

    /// A token as it is held; from now on it is a secret.
    fn kept(
        &self,
        (name, giver): (&str, Giver<'_>),
        issued: Issued,
        (asked, number): (Instant, u64),
    ) -> Token {
        let Issued { value, life, csrf } = issued;
        let life = life.filter(|life| *life > 0.0 && *life < 1e9);
        let ends = life.map(|life| Instant::now() + Duration::from_secs_f64(life + (life * 0.1).max(2.0)));
        // A short-lived token is renewed after three quarters of its life at the latest.
        let life = life.map(|life| Duration::from_secs_f64(life.max(life * 0.75 + 15.0)));
        let mut secrets = self.secrets.write().unwrap_or_else(PoisonError::into_inner);
        let known = Arc::make_mut(&mut secrets);
        known.add(&value, "PROBITY_TOKEN");
        known.add(&changed(&value), "PROBITY_WRONG_TOKEN");
        if let Some(csrf) = &csrf {
            known.add(&csrf.value, "PROBITY_CSRF_TOKEN");
        }
        for (other, scheme) in &self.contract.schemes {
            let takes_alike = matches!(giver, Giver::Endpoint(_))
                && matches!(scheme, SecurityScheme::ApiKey { token: Some(_), .. });
            if other == name || takes_alike {
                place(known, scheme, &[(&value, "PROBITY_TOKEN"), (&changed(&value), "PROBITY_WRONG_TOKEN")]);
            }
        }
        drop(secrets);
        Token { value, expires: life.map(|life| asked + life), ends, number, csrf }
    }

    /// Whether requests to an operation carry a token that was fetched, and so can expire.
    pub fn fetches_token(&self, operation: &Operation) -> bool {
        self.giver_of(operation).is_some()
    }

    fn giver_of<'o>(&self, operation: &'o Operation) -> Option<(&'o str, Giver<'_>)> {
        let mut names = self.alternative(operation)?.iter();
        names.find_map(|name| Some((name.as_str(), self.giver(name)?)))
    }

    /// The first token of the run for a scheme.
    pub(super) fn first(&self, name: &str) -> Option<Token> {
        self.first.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// How long the first token of the run may still be good, with some allowance for clocks;
    /// none if that is not said.
    pub(super) async fn first_token_lives(
        &self,
        transport: &Transport,
        operation: &Operation,
    ) -> Result<Option<Duration>, TokenError> {
        let Some((name, giver)) = self.giver_of(operation) else { return Ok(None) };
        self.token(transport, (name, giver), None).await?;
        let ends = self.first(name).and_then(|token| token.ends);
        Ok(ends.map(|ends| ends.saturating_duration_since(Instant::now())))
    }

    /// Fetches a fresh token after one was refused. Tells whether there is one to try.
    pub(super) async fn renew(
        &self,
        transport: &Transport,
        operation: &Operation,
        refused: u64,
    ) -> Result<bool, TokenError> {
        for name in self.alternative(operation).into_iter().flatten() {
            let Some(giver) = self.giver(name) else { continue };
            let is_it = |held: &Held| held.tokens.get(name).is_some_and(|token| token.number >= refused);
            if is_it(&*self.tokens.lock().await) {
                let token = self.token(transport, (name, giver), Some(refused)).await?;
                return Ok(token.number != refused);
            }
        }
        Ok(false)
    }

    /// Asks an endpoint that `x-probity` describes.
    async fn asked(&self, transport: &Transport, endpoint: &TokenEndpoint) -> Result<Issued, TokenError> {
        let url = format!("{}{}", self.target, endpoint.path);
        let (key, secret) = self.given.oauth.clone().unwrap_or_default();
        let body = filled(&endpoint.request, &key, &secret).to_string();
        let headers = [("Content-Type", "application/json"), ("Accept", "application/json")].into();
        let answer = sent(transport, &url, headers, body).await?;
        if !answer.accepted() {
            return Err(TokenError::Refused { url, status: answer.status, said: None, by_flow: false });
        }
        let no_token = || TokenError::NoToken { url: url.clone(), at: endpoint.token.to_string() };
        let text = json::read(&answer.body).map_err(|_| no_token())?.to_value();
        let at =
            |expression: &crate::contract::Expression| text.pointer(expression.response_body()?).cloned();
        let value = at(&endpoint.token).as_ref().and_then(Value::as_str).map(str::to_owned);
        let value = value.filter(|token| fits_a_header(token)).ok_or_else(no_token)?;
        let life = endpoint.ttl_seconds.as_ref().and_then(at).and_then(|life| life.as_f64());
        Ok(Issued { value, life, csrf: None })
    }

    /// Asks the token endpoint of a flow of OAuth 2 (RFC 6749): the client shows itself as HTTP Basic
    /// has it, or in the body where that is refused; all scopes are asked for that were named, or else
    /// those that there are, or none where these are not given.
    async fn granted(&self, transport: &Transport, flow: &Flow) -> Result<Issued, TokenError> {
        let url = flow.url(self.contract, &self.target);
        let stated = &self.given.scopes;
        let scopes = if stated.is_empty() { &flow.scopes } else { stated }.join(" ");
        let mut ways = vec![(scopes.as_str(), true), (scopes.as_str(), false)];
        if stated.is_empty() && !scopes.is_empty() {
            ways.extend([("", true), ("", false)]);
        }
        if self.given.oauth.is_none() {
            ways.retain(|(_, as_basic)| *as_basic);
        }
        let mut refused = None;
        for (scopes, as_basic) in ways {
            let (headers, body) = self.request_for(flow, scopes, as_basic);
            let answer = sent(transport, &url, headers, body).await?;
            if answer.accepted() {
                return issued(&answer)
                    .ok_or(TokenError::NoToken { url, at: "$response.body#/access_token".into() });
            }
            if !matches!(answer.status, 400 | 401 | 403) {
                return Err(self.refusal(url, &answer));
            }
            // What is said of the way that was tried first is about what is wrong.
            refused.get_or_insert(answer);
        }
        Err(refused.map_or(TokenError::NoToken { url: url.clone(), at: String::new() }, |answer| {
            self.refusal(url, &answer)
        }))
    }

    fn refusal(&self, url: String, answer: &Answer) -> TokenError {
        let said = super::said::said(answer, &self.secrets());
        TokenError::Refused { url, status: answer.status, said, by_flow: true }
    }

    fn request_for(&self, flow: &Flow, scopes: &str, as_basic: bool) -> (Headers, String) {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        match (flow.grant, &self.given.basic) {
            (Grant::Password, Some((user, password))) => {
                pairs.extend([("grant_type", "password"), ("username", user), ("password", password)]);
            }
            _ => pairs.push(("grant_type", "client_credentials")),
        }
        if !scopes.is_empty() {
            pairs.push(("scope", scopes));
        }
        let mut headers: Headers =
            [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")].into();
        if let Some((key, secret)) = &self.given.oauth {
            if as_basic {
                // Both are encoded as forms are before they are joined (RFC 6749 2.3.1).
                let basic = super::authenticator::basic(&form(key), &form(secret), false);
                self.secret(&basic, "PROBITY_OAUTH_BASIC_BASE64");
                headers.push("Authorization", &format!("Basic {basic}"));
            } else {
                pairs.extend([("client_id", key.as_str()), ("client_secret", secret)]);
            }
        }
        let pairs = pairs.into_iter().map(|(name, value)| format!("{name}={}", form(value)));
        (headers, pairs.collect::<Vec<_>>().join("&"))
    }

    fn secret(&self, secret: &str, variable: &str) {
        let mut secrets = self.secrets.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut secrets).add(secret, variable);
    }
}

/// Text in a form.
pub(super) fn form(text: &str) -> String {
    crate::wire::url::encoded(text).replace("%20", "+")
}

pub(super) async fn sent(
    transport: &Transport,
    url: &str,
    headers: Headers,
    body: String,
) -> Result<Answer, TokenError> {
    let head = Head { method: "POST".into(), url: url.to_owned(), headers };
    let outgoing = Outgoing::new(head, Some(body.into()));
    let no_answer = |failure| TokenError::NoAnswer { url: url.to_owned(), failure };
    transport.send(&outgoing).await.map_err(no_answer)
}

/// What the answer of a token endpoint of OAuth 2 gives.
fn issued(answer: &Answer) -> Option<Issued> {
    let body = json::read(&answer.body).ok()?.to_value();
    let value = body.get("access_token")?.as_str().filter(|token| fits_a_header(token))?.to_owned();
    let life = body.get("expires_in");
    // Some write the number as text.
    let life = life.and_then(|life| life.as_f64().or_else(|| life.as_str()?.parse().ok()));
    Some(Issued { value, life, csrf: None })
}

pub(super) fn fits_a_header(token: &str) -> bool {
    !token.is_empty() && http::HeaderValue::try_from(token).is_ok()
}

/// What the command prints.
async fn printed(command: &str) -> Result<Issued, TokenError> {
    let command = command.to_owned();
    let ran = tokio::task::spawn_blocking(move || super::command::printed(&command)).await;
    let token = ran.unwrap_or_else(|_| Err("could not be waited for".to_owned()));
    let value = token.map_err(TokenError::Command)?;
    let fits = fits_a_header(&value);
    let why = if value.is_empty() { "printed nothing" } else { "printed what no header can hold" };
    fits.then_some(Issued { value, life: None, csrf: None })
        .ok_or_else(|| TokenError::Command(why.to_owned()))
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
