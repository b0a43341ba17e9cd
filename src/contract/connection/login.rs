//! Logging in: who gives a token.

use crate::contract::Contract;
use crate::contract::expression::{Expression, Part};
use crate::contract::model::{self, MediaType, Operation, SecurityScheme};
use crate::json::pointer;
use crate::schema::Side;
use crate::schema::folded::{Folds, Type};

/// An operation that gives a token to whoever shows a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Index of the operation.
    pub operation: usize,
    /// Where the token stands in its answer.
    pub token: Expression,
    /// JSON Pointer into its body, to the secret.
    pub secret: String,
    /// The security schemes that take such a token.
    pub schemes: Vec<String>,
    /// JSON Pointer to the operation.
    pub at: String,
}

/// What tokens are called, the likeliest first.
const TOKENS: [&str; 8] =
    ["accesstoken", "token", "jwt", "authtoken", "idtoken", "bearertoken", "sessiontoken", "bearer"];
const SECRETS: [&str; 7] =
    ["password", "passwd", "pass", "secret", "clientsecret", "apisecret", "passphrase"];
/// The names of objects that hold what an answer is about.
const WRAPPERS: [&str; 5] = ["data", "result", "session", "response", "auth"];

/// The operations that give a token which a scheme of the contract takes.
pub(super) fn logins(contract: &Contract) -> Vec<Login> {
    let bearers = contract.schemes.iter().filter(|(_, scheme)| matches!(scheme, SecurityScheme::Bearer));
    let bearers: Vec<String> = bearers.map(|(name, _)| name.clone()).collect();
    if bearers.is_empty() {
        return Vec::new();
    }
    let asked = Folds::new(contract.schemas.raw(Side::Request));
    let answered = Folds::new(contract.schemas.raw(Side::Response));
    let posts = contract.operations.iter().enumerate().filter(|(_, operation)| operation.method == "POST");
    let found = posts.filter_map(|(index, operation)| {
        let secret = secret(operation, &asked)?;
        let token = token(operation, &answered)?;
        // What needs a token to be asked for gives none to log in with.
        let asks_for_one = operation.security.iter().all(|all| all.iter().any(|name| bearers.contains(name)));
        let schemes = bearers.clone();
        (operation.is_open() || !asks_for_one).then(|| Login {
            operation: index,
            token: Expression::Response(Part::Body(token.as_str().into())),
            secret,
            schemes,
            at: operation.at.clone(),
        })
    });
    found.collect()
}

/// The secret that a body holds.
fn secret(operation: &Operation, asked: &Folds<'_>) -> Option<String> {
    let body = operation.body.as_ref()?;
    let is_usable = |media: &&MediaType| model::is_json(&media.name) || model::is_form(&media.name);
    let schema = body.content.iter().filter(|media| !media.unread).find(is_usable)?.schema.as_ref()?;
    let flat = asked.whole(std::slice::from_ref(&schema.0));
    let mut names = flat.properties.keys();
    names.find(|name| SECRETS.contains(&plain(name).as_str())).map(|name| pointer::child("", name))
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
