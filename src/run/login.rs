//! Logging in: a user and a password are shown to an operation of the contract, which gives a token or a
//! session.

use super::authenticator::Authenticator;
use super::token::{Issued, TokenError, fits_a_header, form, sent};
use super::transport::Transport;
use crate::contract::connection::{Gives, Login};
use crate::contract::{Contract, SecurityScheme, is_form};
use crate::exchange::{Answer, Headers};
use crate::json;
use serde_json::{Map, Value};

/// The operation that logs in for a scheme, if one is called so and all that it asks for is known: what
/// HTTP Basic takes is meant for HTTP Basic.
pub(super) fn of<'c>(contract: &'c Contract, scheme: &str) -> Option<&'c Login> {
    if contract.schemes.values().any(|known| matches!(known, SecurityScheme::Basic)) {
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
        given(&answer, &login.gives).ok_or(TokenError::NoToken { url, at })
    }
}

fn given(answer: &Answer, gives: &Gives) -> Option<Issued> {
    let value = match gives {
        Gives::Token(expression) => json::read(&answer.body)
            .ok()?
            .to_value()
            .pointer(expression.response_body()?)?
            .as_str()?
            .to_owned(),
        Gives::Cookie(name) => {
            let set = answer.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case("set-cookie"));
            let mut pairs = set.filter_map(|(_, cookie)| cookie.split(';').next()?.trim().split_once('='));
            pairs.find(|(known, value)| known == name && !value.is_empty())?.1.to_owned()
        }
    };
    fits_a_header(&value).then_some(Issued { value, life: None })
}

fn in_form(members: &Map<String, Value>) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pairs = members.iter().map(|(name, value)| format!("{}={}", form(name), form(&text(value))));
    pairs.collect::<Vec<_>>().join("&")
}
