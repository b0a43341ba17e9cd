//! Logging in: a user and a password are shown to an operation of the contract, which gives a token or a
//! session.

use super::authenticator::Authenticator;
use super::token::{Issued, TokenError, fits_a_header, form, sent};
use super::transport::Transport;
use crate::contract::connection::{Gives, Login};
use crate::contract::expression::Part;
use crate::contract::{Contract, Expression, ParameterLocation, SecurityScheme, is_form};
use crate::exchange::{Answer, Headers};
use crate::json;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// The operation that logs in for a scheme, if one is called so and all that it asks for is known: what
/// HTTP Basic takes is meant for HTTP Basic.
pub(super) fn of<'c>(contract: &'c Contract, scheme: &str) -> Option<&'c Login> {
    let takes_basic = contract.schemes.values().any(|known| matches!(known, SecurityScheme::Basic));
    if takes_basic && contract.login.is_none() {
        return None;
    }
    let usable = |login: &&Login| {
        let path = &contract.operations[login.operation].path;
        let is_known = login.asked.user.is_some() && login.asked.others.is_some() && !path.contains('{');
        is_known && login.is_called_so && login.schemes.iter().any(|name| name == scheme)
    };
    contract.connections().logins().iter().find(usable)
}

impl Authenticator<'_> {
    /// Logs in.
    pub(super) async fn logged_in(&self, transport: &Transport, login: &Login) -> Result<Issued, TokenError> {
        let operation = &self.contract.operations[login.operation];
        let url = format!("{}{}", self.target, operation.path);
        let (user, password) = self.given.basic.clone().unwrap_or_default();
        let mut members: Map<String, Value> = login.asked.others.clone().unwrap_or_default();
        members.extend(login.asked.user.clone().map(|name| (name, Value::from(user))));
        members.insert(login.asked.secret.clone(), Value::from(password));
        let body = if is_form(&login.asked.media_type) {
            in_form(&members)
        } else {
            Value::Object(members).to_string()
        };
        let headers: Headers =
            [("Content-Type", login.asked.media_type.as_str()), ("Accept", "application/json, */*;q=0.1")]
                .into();
        let answer = sent(transport, &url, headers, body).await?;
        // A page of a browser is sent on once it has a session.
        let is_sent_on = matches!(answer.status, 302 | 303) && matches!(login.gives, Gives::Cookie(_));
        if !answer.accepted() && !is_sent_on {
            let (operation, status) = (operation.id.clone(), answer.status);
            let said = super::said::said(&answer, &self.secrets());
            return Err(TokenError::LogIn { operation, url, status, said });
        }
        let at = login.gives.to_string();
        let issued = given(&answer, &login.gives).ok_or(TokenError::NoToken { url, at })?;
        let is_session = matches!(login.gives, Gives::Cookie(_));
        let csrf = is_session.then(|| Csrf::of(self.contract, &answer)).flatten();
        Ok(Issued { csrf, ..issued })
    }
}

fn given(answer: &Answer, gives: &Gives) -> Option<Issued> {
    let value = match gives {
        Gives::Token(expression) => told(answer, expression)?,
        Gives::Cookie(name) => {
            cookies(answer).find(|(known, value)| known == name && !value.is_empty())?.1.to_owned()
        }
    };
    fits_a_header(&value).then_some(Issued { value, life: None, csrf: None })
}

/// The cookies that an answer sets.
fn cookies(answer: &Answer) -> impl Iterator<Item = (&str, &str)> {
    let set = answer.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case("set-cookie"));
    set.filter_map(|(_, cookie)| cookie.split(';').next()?.trim().split_once('='))
}

/// The text that an expression names in an answer.
fn told(answer: &Answer, expression: &Expression) -> Option<String> {
    match expression {
        Expression::Response(Part::Header(name)) => answer.header(name).map(str::to_owned),
        other => {
            let body = json::read(&answer.body).ok()?.to_value();
            body.pointer(other.response_body()?)?.as_str().map(str::to_owned)
        }
    }
}

/// What requests of a session show against forgery: where the document says, or as frameworks do it, in a
/// cookie that is called so.
#[derive(Clone, Debug)]
pub(super) struct Csrf {
    /// The header that shows it.
    pub(super) header: String,
    /// The token.
    pub(super) value: String,
    /// The cookie that goes with it.
    pub(super) cookie: Option<String>,
}

impl Csrf {
    fn of(contract: &Contract, answer: &Answer) -> Option<Csrf> {
        let stated = contract.login.as_ref();
        let cookie = cookies(answer).find(|(name, value)| is_csrf(name) && !value.is_empty());
        let from = stated.and_then(|stated| told(answer, stated.csrf_token.as_ref()?));
        let value = from.or_else(|| Some(percent_decode_str(cookie?.1).decode_utf8_lossy().into_owned()))?;
        let declared = contract.schemes.values().find_map(|scheme| match scheme {
            SecurityScheme::ApiKey { location: ParameterLocation::Header, name, .. } if is_csrf(name) => {
                Some(name.clone())
            }
            _ => None,
        });
        let parameters = contract.operations.iter().flat_map(|operation| &operation.parameters);
        let mut named = parameters
            .filter(|one| one.location == ParameterLocation::Header && is_csrf(&one.name))
            .map(|one| one.name.clone());
        let usual = || {
            // As Django and Angular have it, who name the cookie so.
            match cookie?.0.to_ascii_lowercase().as_str() {
                "csrftoken" => Some("X-CSRFToken".to_owned()),
                "xsrf-token" => Some("X-XSRF-TOKEN".to_owned()),
                _ => None,
            }
        };
        let stated = stated.and_then(|stated| stated.csrf_header.clone());
        let header = stated.or(declared).or_else(|| named.next()).or_else(usual)?;
        let cookie = cookie.map(|(name, value)| format!("{name}={value}"));
        fits_a_header(&value).then_some(Csrf { header, value, cookie })
    }
}

/// Whether something is called as what is shown against forgery.
pub(super) fn is_csrf(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("csrf") || name.contains("xsrf")
}

fn in_form(members: &Map<String, Value>) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pairs = members.iter().map(|(name, value)| format!("{}={}", form(name), form(&text(value))));
    pairs.collect::<Vec<_>>().join("&")
}
