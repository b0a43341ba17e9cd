//! The `x-probity` extension: what `OpenAPI` cannot say.
//!
//! Its form is fixed by `spec/x-probity.schema.json`; reading checks against that
//! schema first, so that every mistake is reported at its place in the contract.

use super::connection::{Needs, Provides};
mod form;

use super::expression::Expression;
use super::rule::Rule;
use super::view;
use crate::cause::Cause;
use crate::json::pointer;
use crate::schema::Unusable;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

/// What the document says for every operation.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DocumentExtension {
    /// Where a host puts the identity of a request.
    pub request_id: Option<Expression>,
    /// How a session begins.
    pub login: Option<StatedLogin>,
    /// Defaults for operations.
    #[serde(flatten)]
    pub defaults: Behaviour,
}

/// How a session begins, as the document says it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct StatedLogin {
    /// The `operationId` of the operation that logs in.
    pub operation: String,
    /// Where in its answer a token stands.
    pub token: Option<Expression>,
    /// The cookie that it sets in place of one.
    pub cookie: Option<String>,
    /// The member of its body that holds the name of the user, where that cannot be told.
    pub user: Option<String>,
    /// The same of the password.
    pub password: Option<String>,
    /// Where in its answer the token stands that requests of the session show against forgery.
    pub csrf_token: Option<Expression>,
    /// The header that shows it.
    pub csrf_header: Option<String>,
}

/// What one operation does beyond its schemas.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Behaviour {
    /// The business error codes.
    pub errors: Option<Errors>,
    /// Fields whose values must never come twice.
    #[serde(default)]
    pub unique: Vec<Unique>,
    /// Where neither acceptance nor rejection is a defect.
    #[serde(default)]
    pub silent: Vec<Silence>,
    /// What holds in every accepted exchange.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// Parts of an answer that differ from run to run.
    #[serde(default)]
    pub volatile: Vec<Expression>,
    /// What it makes or shows, by name.
    #[serde(default)]
    pub provides: Provides,
    /// What it takes of that, and where.
    #[serde(default)]
    pub needs: Needs,
    /// Whether it may disrupt the service; where nobody says, its words tell.
    pub disruptive: Option<bool>,
    /// JSON Pointers to its parts in the contract.
    #[serde(skip)]
    pub at: Places,
}

/// Where parts of an extension stand: in it, or among the defaults of the document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// JSON Pointer to `errors`.
    pub errors: String,
    /// JSON Pointer to `unique`.
    pub unique: String,
    /// JSON Pointer to `needs`.
    pub needs: String,
}

/// The business error codes of an operation.
#[derive(Clone, Debug, Deserialize)]
pub struct Errors {
    /// Where a code stands in an answer.
    pub code: Expression,
    /// Each code and when it is expected.
    pub catalogue: IndexMap<String, Entry>,
}

/// One business error code.
#[derive(Clone, Debug, Deserialize)]
pub struct Entry {
    /// The HTTP status that the code comes with.
    pub status: u16,
    /// The causes that lead to it.
    #[serde(default)]
    pub when: When,
    /// What the code means, for readers.
    pub meaning: Option<String>,
    /// What to do about it, for readers.
    pub fix: Option<String>,
}

/// The causes of a code: each with the place it is limited to, if any.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "Value")]
pub struct When(pub Vec<(Cause, Option<String>)>);

/// A field whose values must be unique among what an operation created.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Unique {
    /// JSON Pointer into the request body.
    pub field: String,
    /// Whether values that differ only in case are different.
    #[serde(default)]
    pub case: Distinction,
    /// Whether values that differ only in spaces, around or inside, are different.
    #[serde(default)]
    pub spaces: Distinction,
    /// Whether values that differ only in their Unicode form are different.
    #[serde(default)]
    pub unicode: Distinction,
    /// What is unique among several operations: those that name the same scope share it.
    pub scope: Option<String>,
}

/// Whether something makes a difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distinction {
    /// What differs in it is different.
    Sensitive,
    /// What differs only in it is the same.
    Insensitive,
    /// Nobody said.
    #[default]
    Unknown,
}

/// A cause at a place about which the contract says nothing.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Value")]
pub struct Silence {
    /// The kind of value.
    pub cause: Cause,
    /// JSON Pointer into the request body, everything below it meant too; or a parameter, such as
    /// `query.page`.
    pub place: String,
    /// Why the contract is silent.
    pub because: String,
}

/// What a security scheme says beyond `OpenAPI`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SchemeExtension {
    /// Where a token comes from.
    pub token: Option<TokenEndpoint>,
}

/// The request that yields a token.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TokenEndpoint {
    /// Path on the target.
    pub path: String,
    /// JSON body, in which `$key` and `$secret` are replaced.
    pub request: Value,
    /// Where the token stands in the answer.
    pub token: Expression,
    /// Where its life in seconds stands in the answer.
    pub ttl_seconds: Option<Expression>,
}

/// A mistake in the extension.
#[derive(Clone, Debug)]
pub struct Mistake {
    /// JSON Pointer to the mistake in the contract.
    pub at: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl TryFrom<Value> for When {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let items = match value {
            Value::Array(items) => items,
            single => vec![single],
        };
        let mut causes = Vec::new();
        for item in items {
            match item {
                Value::Object(members) => {
                    for (name, place) in members {
                        let place = place.as_str().ok_or("a place is a JSON Pointer")?;
                        causes.push((cause(&name)?, Some(place.to_owned())));
                    }
                }
                Value::String(name) => causes.push((cause(&name)?, None)),
                _ => return Err("a cause is a name or `{name: place}`".to_owned()),
            }
        }
        Ok(When(causes))
    }
}

impl TryFrom<Value> for Silence {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let Value::Object(members) = value else {
            return Err("a silence is `{cause: place, because: text}`".to_owned());
        };
        let mut found = None;
        let mut because = String::new();
        for (name, text) in members {
            let text = text.as_str().ok_or("a silence holds text")?.to_owned();
            if name == "because" {
                because = text;
            } else {
                found = Some((cause(&name)?, text));
            }
        }
        let (cause, place) = found.ok_or("a silence names a cause")?;
        Ok(Silence { cause, place, because })
    }
}

fn cause(name: &str) -> Result<Cause, String> {
    let known = Cause::ALL.iter().find(|cause| cause.name() == name);
    known.copied().ok_or_else(|| format!("unknown cause `{name}`"))
}

impl Behaviour {
    /// Tells each rule where it stands, given where the extension stands.
    pub fn place(&mut self, at: &str) {
        let part = |name: &str| format!("{at}/{name}");
        self.at = Places { errors: part("errors"), unique: part("unique"), needs: part("needs") };
        for (index, rule) in self.rules.iter_mut().enumerate() {
            rule.at = format!("{at}/rules/{index}");
        }
    }

    /// This behaviour, with what it leaves open taken from the defaults.
    #[must_use]
    pub fn or(mut self, defaults: &Behaviour) -> Behaviour {
        if self.errors.is_none() {
            self.errors.clone_from(&defaults.errors);
            self.at.errors.clone_from(&defaults.at.errors);
        }
        if self.unique.is_empty() {
            self.at.unique.clone_from(&defaults.at.unique);
        }
        if self.needs.is_empty() {
            self.at.needs.clone_from(&defaults.at.needs);
            self.needs.clone_from(&defaults.needs);
        }
        if self.provides.is_empty() {
            self.provides.clone_from(&defaults.provides);
        }
        self.disruptive = self.disruptive.or(defaults.disruptive);
        keep_or(&mut self.unique, &defaults.unique);
        keep_or(&mut self.silent, &defaults.silent);
        keep_or(&mut self.rules, &defaults.rules);
        keep_or(&mut self.volatile, &defaults.volatile);
        self
    }

    /// The codes that a cause at a place may get; empty when the contract names none.
    pub fn codes(&self, cause: Cause, place: &str) -> Vec<&str> {
        let Some(errors) = &self.errors else { return Vec::new() };
        let entries = |cause: Cause, placed: bool| {
            let found = errors.catalogue.iter().filter(move |(_, entry)| {
                entry
                    .when
                    .0
                    .iter()
                    .any(|(known, at)| *known == cause && at.as_deref() == placed.then_some(place))
            });
            found.map(|(code, _)| code.as_str()).collect::<Vec<_>>()
        };
        let mut cause = Some(cause);
        while let Some(now) = cause {
            for placed in [true, false] {
                let found = entries(now, placed);
                if !found.is_empty() {
                    return found;
                }
            }
            cause = now.nearest();
        }
        Vec::new()
    }

    /// The codes of a cause that the contract names for this very place.
    pub fn codes_at(&self, cause: Cause, place: &str) -> Vec<&str> {
        let catalogue = self.errors.iter().flat_map(|errors| &errors.catalogue);
        let own = |known: &(Cause, Option<String>)| known.0 == cause && known.1.as_deref() == Some(place);
        let found = catalogue.filter(|(_, entry)| entry.when.0.iter().any(own));
        found.map(|(code, _)| code.as_str()).collect()
    }

    /// The codes of a cause at a place, whatever a host takes `null` in place of a body for: an object without members, no
    /// body at all, or a value of a wrong type. The likeliest comes first.
    pub fn codes_however_read(&self, cause: Cause, place: &str) -> Vec<&str> {
        let mut codes = self.codes(cause, place);
        if cause == Cause::Null && place.is_empty() {
            let readings = [Cause::Missing, Cause::Malformed, Cause::WrongType];
            let catalogue = self.errors.iter().flat_map(|errors| &errors.catalogue);
            let fitting =
                catalogue.filter(|(_, entry)| entry.when.0.iter().any(|(known, _)| readings.contains(known)));
            codes.extend(fitting.map(|(code, _)| code.as_str()));
        }
        codes
    }

    /// Why the contract is silent about a cause at a place, if it says so.
    pub fn silence(&self, cause: Cause, place: &str) -> Option<&str> {
        let is_body = |place: &str| place.is_empty() || place.starts_with('/');
        let covers = |silence: &&Silence| {
            let own = &silence.place;
            let here = if is_body(own) && is_body(place) {
                super::expression::covers(own, place)
            } else {
                own == place
            };
            silence.cause == cause && here
        };
        self.silent.iter().find(covers).map(|silence| silence.because.as_str())
    }
}

fn keep_or<T: Clone>(own: &mut Vec<T>, default: &[T]) {
    if own.is_empty() {
        own.extend_from_slice(default);
    }
}

/// The shapes that the extension has, by where it stands.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// On the document.
    Document,
    /// On an operation.
    Operation,
    /// On a security scheme.
    SecurityScheme,
    /// On a link.
    Link,
}

/// Reads the extension of a part of the contract, and says where it stands, which is elsewhere
/// than in that part where it is a reference.
pub(super) fn at<T: serde::de::DeserializeOwned>(
    root: &Value,
    owner: &str,
    shape: Shape,
    mistakes: &mut Vec<Mistake>,
) -> Option<(T, String)> {
    let at = pointer::child(owner, "x-probity");
    root.pointer(&at)?;
    let found = match view::resolve(root, &at) {
        Ok((at, value)) => read(shape, value, &at).map(|found| (found, at)),
        Err(Unusable { at, why }) => Err(vec![Mistake { at, message: why, hint: None }]),
    };
    match found {
        Ok(found) => Some(found),
        Err(found) => {
            // Several parts may refer to one extension.
            let known = |one: &Mistake| {
                mistakes.iter().any(|other| other.at == one.at && other.message == one.message)
            };
            let new: Vec<Mistake> = found.into_iter().filter(|one| !known(one)).collect();
            mistakes.extend(new);
            None
        }
    }
}

/// Reads an extension that stands at `at` in the contract.
pub fn read<T: serde::de::DeserializeOwned>(
    shape: Shape,
    value: &Value,
    at: &str,
) -> Result<T, Vec<Mistake>> {
    let errors: Vec<_> = form::broken(shape, value).collect();
    let mistakes: Vec<Mistake> = errors
        .iter()
        .filter(|error| !form::is_told_by_another(error, &errors))
        .map(|error| form::mistake(error, value, at))
        .collect();
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    serde_json::from_value(value.clone())
        .map_err(|error| vec![Mistake { at: at.to_owned(), message: error.to_string(), hint: None }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Contract;
    use crate::contract::model::is_about_what_is_asked;
    use crate::source::Document;

    /// The behaviour of an operation whose catalogue this is.
    fn behaviour(catalogue: &str) -> Behaviour {
        let text = format!(
            "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths:\n  /a:\n    post:\n      responses: {{'200': {{description: ok}}}}\n      x-probity: {{errors: {{code: $response.body#/code, catalogue: {{{catalogue}}}}}}}\n"
        );
        let document = Document::from_text("a.yaml", &text).unwrap();
        let mut contract = Contract::read(document).map_err(|refused| refused.1).unwrap();
        contract.operations.remove(0).behaviour
    }

    #[test]
    fn the_code_of_a_cause_is_that_of_its_place_then_of_the_cause_then_of_the_nearest() {
        let told = behaviour(
            "A: {status: 400, when: {missing: /name}}, B: {status: 400, when: missing}, C: {status: 400, when: malformed}",
        );
        assert_eq!(told.codes(Cause::Missing, "/name"), ["A"]);
        assert_eq!(told.codes(Cause::Null, "/name"), ["A"]);
        assert_eq!(told.codes(Cause::Null, "/rank"), ["B"]);
        assert_eq!(told.codes(Cause::WrongType, "/rank"), ["C"]);
        assert_eq!(told.codes(Cause::TooLong, "/rank"), Vec::<&str>::new());
    }

    #[test]
    fn null_in_place_of_a_body_is_whatever_a_host_takes_it_for() {
        let placed = "N: {status: 400, when: {missing: /name}}, R: {status: 409, when: {repeated: /name}}";
        let told = behaviour(placed);
        assert_eq!(told.codes(Cause::Null, ""), Vec::<&str>::new());
        assert_eq!(told.codes_however_read(Cause::Null, ""), ["N"]);
        // A member that is null is not the body.
        assert_eq!(told.codes_however_read(Cause::Null, "/rank"), Vec::<&str>::new());
        assert_eq!(told.codes_however_read(Cause::Malformed, ""), Vec::<&str>::new());
        // What the contract says of null comes before what a host may make of it.
        let told = behaviour(&format!(
            "M: {{status: 400, when: malformed}}, Z: {{status: 422, when: 'null'}}, {placed}"
        ));
        assert_eq!(told.codes_however_read(Cause::Null, ""), ["Z", "M", "N"]);
    }

    #[test]
    fn a_status_is_about_the_request_or_about_its_sender() {
        for status in [400, 402, 403, 404, 405, 406, 409, 410, 412, 413, 415, 418, 422, 428, 431, 451, 499] {
            assert!(is_about_what_is_asked(status), "{status}");
        }
        for status in [200, 302, 401, 407, 408, 429, 500, 503] {
            assert!(!is_about_what_is_asked(status), "{status}");
        }
    }
}
