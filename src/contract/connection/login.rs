//! Logging in: who gives a token.

use crate::contract::expression::{Expression, Part};
use crate::contract::model::{self, MediaType, Operation, ParameterLocation, SecurityScheme};
use crate::contract::{Contract, Mistake, StatedLogin};
use crate::json::pointer;
use crate::schema::Side;
use crate::schema::folded::{Folds, Type};
use crate::text::suggestion;
use serde_json::{Map, Value};
use std::fmt;

/// An operation that gives a token, or a session, to whoever shows a secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Login {
    /// Index of the operation.
    pub operation: usize,
    /// What its answer gives.
    pub gives: Gives,
    /// How it is asked.
    pub asked: Asked,
    /// Whether it is called so: others may register somebody new.
    pub is_called_so: bool,
    /// The security schemes that take such a token.
    pub schemes: Vec<String>,
    /// JSON Pointer to the operation.
    pub at: String,
}

/// What lets in whoever has logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gives {
    /// A token, where it stands in the answer.
    Token(Expression),
    /// A cookie of this name.
    Cookie(String),
}

/// The body that logs in.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// Its media type.
    pub media_type: String,
    /// The member that holds the name of the user, where it can be told.
    pub user: Option<String>,
    /// The member that holds the secret.
    pub secret: String,
    /// What else it must have, with the only values or those that are documented; none where that
    /// cannot be told.
    pub others: Option<Map<String, Value>>,
}

impl fmt::Display for Gives {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Gives::Token(token) => token.fmt(f),
            Gives::Cookie(name) => write!(f, "the cookie {name}"),
        }
    }
}

/// What users are called, the likeliest first.
const USERS: [&str; 11] = [
    "username",
    "user",
    "login",
    "email",
    "emailaddress",
    "mail",
    "userid",
    "userlogin",
    "identifier",
    "account",
    "name",
];
/// The last parts of paths at which a session begins.
const SESSIONS: [&str; 9] =
    ["session", "sessions", "auth", "authentication", "token", "tokens", "jwt", "accesstoken", "authtoken"];
/// What the names of operations hold that begin a session.
const BEGINNING: [&str; 5] = ["login", "logon", "signin", "authenticate", "createsession"];
/// What tokens are called, the likeliest first.
const TOKENS: [&str; 8] =
    ["accesstoken", "token", "jwt", "authtoken", "idtoken", "bearertoken", "sessiontoken", "bearer"];
const SECRETS: [&str; 7] =
    ["password", "passwd", "pass", "secret", "clientsecret", "apisecret", "passphrase"];
/// The names of objects that hold what an answer is about.
const WRAPPERS: [&str; 5] = ["data", "result", "session", "response", "auth"];

/// The operations that give a token, or a session, which a scheme of the contract takes.
pub(super) fn logins(contract: &Contract) -> Vec<Login> {
    let bearers = contract.schemes.iter().filter(|(_, scheme)| matches!(scheme, SecurityScheme::Bearer));
    let bearers: Vec<String> = bearers.map(|(name, _)| name.clone()).collect();
    let cookies = contract.schemes.iter().filter_map(|(scheme, known)| match known {
        SecurityScheme::ApiKey { location: ParameterLocation::Cookie, name, token: None } => {
            Some((scheme.clone(), name.clone()))
        }
        _ => None,
    });
    let cookies: Vec<(String, String)> = cookies.collect();
    if bearers.is_empty() && cookies.is_empty() {
        return Vec::new();
    }
    let asked = Folds::new(contract.schemas.raw(Side::Request));
    if let Some(stated) = stated(contract, &asked, (&bearers, &cookies)) {
        return vec![stated];
    }
    let answered = Folds::new(contract.schemas.raw(Side::Response));
    let mut found = Vec::new();
    for (index, operation) in contract.operations.iter().enumerate() {
        if operation.method != "POST" {
            continue;
        }
        let Some(asked) = asks(operation, &asked, (None, None)) else { continue };
        let mut add = |gives: Gives, schemes: Vec<String>| {
            // What needs a token to be asked for gives none to log in with.
            let asks_for_one =
                operation.security.iter().all(|all| all.iter().any(|name| schemes.contains(name)));
            if operation.is_open() || !asks_for_one {
                let (at, asked) = (operation.at.clone(), asked.clone());
                let is_called_so = begins_session(operation);
                found.push(Login { operation: index, gives, asked, is_called_so, schemes, at });
            }
        };
        let token = token(operation, &answered).filter(|_| !bearers.is_empty());
        if let Some(token) = token {
            add(Gives::Token(Expression::Response(Part::Body(token.as_str().into()))), bearers.clone());
        } else if begins_session(operation) {
            for (scheme, cookie) in &cookies {
                add(Gives::Cookie(cookie.clone()), vec![scheme.clone()]);
            }
        }
    }
    found
}

/// Finds a stated log-in whose operation is not there, or that gives nothing.
pub(in crate::contract) fn check(
    (stated, at): (&StatedLogin, &str),
    operations: &[Operation],
    mistakes: &mut Vec<Mistake>,
) {
    let at = |name: &str| pointer::child(&pointer::child(at, "login"), name);
    if operations.iter().all(|operation| operation.id != stated.operation) {
        let ids: Vec<String> = operations.iter().map(|operation| operation.id.clone()).collect();
        let message = format!("there is no operation `{}`", stated.operation);
        mistakes.push(Mistake {
            at: at("operation"),
            message,
            hint: Some(suggestion(&stated.operation, &ids)),
        });
    }
    if stated.token.is_none() && stated.cookie.is_none() {
        let message = "nothing says what the log-in gives".to_owned();
        let hint =
            "say where its answer has a token, `token: $response.body#/token`, or which `cookie` it sets";
        mistakes.push(Mistake { at: at("operation"), message, hint: Some(hint.to_owned()) });
    }
}

/// The log-in that the document states, if the operation is there and can be asked.
fn stated(
    contract: &Contract,
    asked: &Folds<'_>,
    (bearers, cookies): (&[String], &[(String, String)]),
) -> Option<Login> {
    let stated = contract.login.as_ref()?;
    let index = contract.operations.iter().position(|operation| operation.id == stated.operation)?;
    let operation = &contract.operations[index];
    let asked = asks(operation, asked, (stated.user.as_deref(), stated.password.as_deref()))?;
    let (gives, schemes) = match (&stated.token, &stated.cookie) {
        (_, Some(cookie)) => {
            let own = cookies.iter().filter(|(_, name)| name == cookie).map(|(scheme, _)| scheme.clone());
            (Gives::Cookie(cookie.clone()), own.collect())
        }
        (Some(token), None) => (Gives::Token(token.clone()), bearers.to_vec()),
        (None, None) => return None,
    };
    let at = operation.at.clone();
    Some(Login { operation: index, gives, asked, is_called_so: true, schemes, at })
}

/// Whether an operation is called as one that begins a session.
fn begins_session(operation: &Operation) -> bool {
    let last = plain(operation.path.rsplit('/').next().unwrap_or_default());
    let id = plain(&operation.id);
    SESSIONS.contains(&last.as_str()) || BEGINNING.iter().any(|word| last.contains(word) || id.contains(word))
}

/// How a body that holds a secret is made.
fn asks(
    operation: &Operation,
    asked: &Folds<'_>,
    (user, secret): (Option<&str>, Option<&str>),
) -> Option<Asked> {
    let body = operation.body.as_ref()?;
    let is_usable = |media: &&MediaType| model::is_json(&media.name) || model::is_form(&media.name);
    let media = body.content.iter().filter(|media| !media.unread).find(is_usable)?;
    let flat = asked.whole(std::slice::from_ref(&media.schema.as_ref()?.0));
    let secret = match secret {
        Some(stated) => stated.to_owned(),
        None => flat.properties.keys().find(|name| SECRETS.contains(&plain(name).as_str()))?.clone(),
    };
    let named = |user: &str| flat.properties.keys().find(|name| plain(name) == user);
    let user = match user {
        Some(stated) => Some(stated.to_owned()),
        None => USERS.iter().find_map(|user| named(user)).cloned(),
    };
    let rest = flat.required.iter().filter(|name| **name != secret && Some(*name) != user.as_ref());
    let known = |name: &String| {
        let flat = flat.properties.get(name).map(|places| asked.whole_of(places))?;
        let value = flat.listed.iter().flatten().chain(&flat.examples).next()?.clone();
        Some((name.clone(), value))
    };
    let others = rest.map(known).collect();
    Some(Asked { media_type: media.name.clone(), user, secret, others })
}

/// Where an answer holds a token.
fn token(operation: &Operation, answered: &Folds<'_>) -> Option<String> {
    let contents = operation.responses_of_class(2).flat_map(|response| &response.content);
    let schemas =
        contents.filter(|media| model::is_json(&media.name)).filter_map(|media| media.schema.as_ref());
    for schema in schemas {
        let flat = answered.whole(std::slice::from_ref(&schema.0));
        let inner = flat.properties.iter().filter(|(name, _)| WRAPPERS.contains(&plain(name).as_str()));
        let inner = inner.map(|(name, places)| (pointer::child("", name), answered.whole_of(places)));
        for (at, flat) in std::iter::once((String::new(), flat.clone())).chain(inner) {
            let found = TOKENS.iter().find_map(|token| {
                let (name, places) = flat.properties.iter().find(|(name, _)| plain(name) == *token)?;
                let is_text = answered.whole_of(places).types.contains(&Type::String);
                is_text.then(|| pointer::child(&at, name))
            });
            if found.is_some() {
                return found;
            }
        }
    }
    None
}

fn plain(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
