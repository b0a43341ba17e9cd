//! How a value breaks a schema, in the words of the project.
//!
//! Most are only looked at by the oracle, which asks for the place and the cause: words are found
//! for those that somebody is told of.

use super::branch::{Alternatives, Branches, Composition, several};
use super::lower::Side;
use super::validators;
use crate::cause::Cause;
use crate::json::{self, pointer};
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashSet;
use std::rc::Rc;

/// How a value breaks a schema.
#[derive(Clone, Debug)]
pub struct ValidationError {
    /// JSON Pointer to the value, or to where it should be.
    pub place: String,
    /// The keyword that is broken.
    pub keyword: String,
    /// JSON Pointer to the keyword in the contract.
    pub at: String,
    /// The cause it amounts to.
    pub cause: Cause,
    /// What the keyword asks for.
    pub expected: String,
    /// What was there instead.
    pub actual: String,
    /// The alternatives of which the value may have meant another one than that which is judged.
    pub unsure: Option<Alternatives>,
}

/// The same without words.
#[derive(Clone, Debug)]
pub struct Break {
    /// JSON Pointer to the value, or to where it should be.
    pub place: String,
    /// The keyword that is broken.
    pub keyword: String,
    /// JSON Pointer to the keyword in the contract.
    pub at: String,
    /// The cause it amounts to.
    pub cause: Cause,
    /// The alternatives of which the value may have meant another one than that which is judged.
    pub unsure: Option<Alternatives>,
}

impl ValidationError {
    /// Whether the value as a whole is of another type.
    pub fn is_of_whole_type(&self) -> bool {
        self.place.is_empty() && matches!(self.cause, Cause::WrongType | Cause::Null)
    }
}

/// The same as long as the validator's errors are there.
#[derive(Clone)]
pub(super) struct Raw<'e> {
    pub(super) place: Cow<'e, str>,
    pub(super) keyword: &'e str,
    pub(super) at: Cow<'e, str>,
    pub(super) cause: Cause,
    pub(super) expected: Expected<'e>,
    pub(super) actual: Actual<'e>,
    pub(super) unsure: Option<Rc<Alternatives>>,
}

/// What is asked for.
#[derive(Clone)]
pub(super) enum Expected<'e> {
    By(&'e jsonschema::ValidationError<'e>),
    /// Types, by name, and what would do besides.
    Types(Vec<String>, Vec<String>),
    Words(String),
}

impl From<String> for Expected<'_> {
    fn from(words: String) -> Self {
        Expected::Words(words)
    }
}

/// What is there instead.
#[derive(Clone)]
pub(super) enum Actual<'e> {
    Value(&'e Value),
    Words(Cow<'static, str>),
}

impl Raw<'_> {
    pub(super) fn expected(&self) -> String {
        match &self.expected {
            Expected::By(error) => expected(error),
            Expected::Types(names, besides) => {
                let types = format!("type {}", several(names.clone()));
                several(std::iter::once(types).chain(besides.iter().cloned()).collect())
            }
            Expected::Words(words) => words.clone(),
        }
    }

    /// The names of the types that are asked for, and what would do besides, where a type is.
    pub(super) fn types(&self) -> Option<(Vec<String>, Vec<String>)> {
        match &self.expected {
            Expected::By(error) => match error.kind() {
                Kind::Type { kind } => Some((names(kind), Vec::new())),
                _ => None,
            },
            Expected::Types(names, besides) => Some((names.clone(), besides.clone())),
            Expected::Words(_) => None,
        }
    }

    pub(super) fn is_about_null(&self) -> bool {
        matches!(self.actual, Actual::Value(Value::Null))
    }

    pub(super) fn told(self) -> ValidationError {
        ValidationError {
            expected: self.expected(),
            actual: match &self.actual {
                Actual::Value(value) => show(value),
                Actual::Words(words) => words.clone().into_owned(),
            },
            place: self.place.into_owned(),
            keyword: self.keyword.to_owned(),
            at: self.at.into_owned(),
            cause: self.cause,
            unsure: self.unsure.as_deref().cloned(),
        }
    }

    pub(super) fn untold(self) -> Break {
        Break {
            place: self.place.into_owned(),
            keyword: self.keyword.to_owned(),
            at: self.at.into_owned(),
            cause: self.cause,
            unsure: self.unsure.as_deref().cloned(),
        }
    }
}

/// A path of the validator as a pointer into the document.
pub(super) fn document_pointer(path: &str) -> &str {
    path.strip_prefix("/$ref").unwrap_or(path)
}

/// Where the schemas of a value stand.
#[derive(Clone, Copy)]
pub(super) struct Ground<'c> {
    pub(super) document: &'c Value,
    pub(super) side: Side,
    pub(super) branches: &'c Branches,
}

/// Every way in which a value breaks a schema, each once, in the order of places.
pub(super) fn ordered<'e>(errors: &'e [jsonschema::ValidationError<'e>], ground: Ground<'e>) -> Vec<Raw<'e>> {
    let mut found = raised(errors, ground);
    found.sort_by(|a, b| (&a.place, &a.at).cmp(&(&b.place, &b.at)));
    found.dedup_by(|a, b| a.place == b.place && a.at == b.at);
    found
}

/// What a validator raised, as it is told.
fn raised<'e>(errors: &'e [jsonschema::ValidationError<'e>], ground: Ground<'e>) -> Vec<Raw<'e>> {
    // Where no alternative fits, none has told what it knows of the members.
    let undecided: HashSet<&str> =
        errors.iter().filter(|error| alternatives(error).is_some()).map(validators::place).collect();
    let told = errors.iter().filter(|error| {
        let of_the_rest =
            matches!(error.kind(), Kind::UnevaluatedProperties { .. } | Kind::UnevaluatedItems { .. });
        !(of_the_rest && undecided.contains(validators::place(error)))
    });
    let mut found = Vec::new();
    for error in told {
        match alternatives(error) {
            Some(broken) => found.extend(of_composition(error, broken, ground)),
            None => of_keyword(error, &mut found),
        }
    }
    found
}

/// What each alternative holds against a value, where a composition is broken.
fn alternatives<'e>(
    error: &'e jsonschema::ValidationError<'_>,
) -> Option<&'e [Vec<jsonschema::ValidationError<'static>>]> {
    match error.kind() {
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } | Kind::OneOfMultipleValid { context } => {
            Some(context)
        }
        _ => None,
    }
}

fn of_composition<'e>(
    error: &'e jsonschema::ValidationError<'e>,
    broken: &'e [Vec<jsonschema::ValidationError<'static>>],
    ground: Ground<'e>,
) -> Vec<Raw<'e>> {
    let at = document_pointer(error.schema_path().as_str());
    let place = validators::place(error);
    let keyword = error.kind().keyword();
    let composition = Composition { ground, at, place, keyword, value: error.instance() };
    composition.judged(broken.iter().map(|errors| raised(errors, ground)).collect())
}

fn of_keyword<'e>(error: &'e jsonschema::ValidationError<'e>, found: &mut Vec<Raw<'e>>) {
    let place = validators::place(error);
    let at = document_pointer(error.schema_path().as_str());
    let keyword = keyword(error, at);
    let mut add = |place: Cow<'e, str>, cause, actual| {
        let (at, expected) = (Cow::Borrowed(at), Expected::By(error));
        found.push(Raw { place, keyword, at, cause, expected, actual, unsure: None });
    };
    match error.kind() {
        Kind::Required { property } => {
            let place = pointer::child(place, property.as_str().unwrap_or_default());
            add(place.into(), Cause::Missing, Actual::Words("no such property".into()));
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            for name in unexpected {
                let actual = Actual::Words("an undeclared property".into());
                add(pointer::child(place, name).into(), Cause::UndeclaredProperty, actual);
            }
        }
        kind => add(place.into(), cause(kind, error.instance()), Actual::Value(error.instance())),
    }
}

/// The keyword that is broken: its kind may be another one's, too.
fn keyword<'e>(error: &'e jsonschema::ValidationError<'_>, at: &str) -> &'e str {
    const KINDRED: [&str; 3] = ["dependentRequired", "minContains", "maxContains"];
    let own = KINDRED
        .into_iter()
        .find(|keyword| at.strip_suffix(keyword).is_some_and(|before| before.ends_with('/')));
    own.unwrap_or(error.kind().keyword())
}

fn cause(kind: &Kind, instance: &Value) -> Cause {
    match kind {
        Kind::Type { .. } if instance.is_null() => Cause::Null,
        Kind::Type { .. } => Cause::WrongType,
        Kind::Enum { options } => not_listed(instance, options),
        Kind::Constant { expected_value } => not_listed(instance, expected_value),
        Kind::MinLength { .. } | Kind::MinItems { .. } | Kind::MinProperties { .. } => Cause::TooShort,
        Kind::MaxLength { .. }
        | Kind::MaxItems { .. }
        | Kind::MaxProperties { .. }
        | Kind::AdditionalItems { .. }
        | Kind::UnevaluatedItems { .. } => Cause::TooLong,
        Kind::Minimum { .. }
        | Kind::Maximum { .. }
        | Kind::ExclusiveMinimum { .. }
        | Kind::ExclusiveMaximum { .. }
        | Kind::MultipleOf { .. } => Cause::OutOfRange,
        Kind::Custom { .. } => Cause::Pattern,
        Kind::Format { .. } => Cause::Format,
        Kind::UniqueItems => Cause::NotUnique,
        Kind::PropertyNames { .. } | Kind::FalseSchema => Cause::UndeclaredProperty,
        _ => Cause::NoBranch,
    }
}

/// What a keyword asks for.
fn expected(error: &jsonschema::ValidationError<'_>) -> String {
    match error.kind() {
        Kind::Required { .. } => "a value".into(),
        Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. } => {
            "no undeclared property".into()
        }
        Kind::Type { kind } => format!("type {}", names(kind).join(" or ")),
        Kind::Enum { options } => format!("one of {options}"),
        Kind::Constant { expected_value } => format!("{expected_value}"),
        Kind::MinLength { limit } => format!("at least {limit} characters"),
        Kind::MaxLength { limit } => format!("at most {limit} characters"),
        Kind::MinItems { limit } => format!("at least {limit} items"),
        Kind::MaxItems { limit } => format!("at most {limit} items"),
        Kind::MinProperties { limit } => format!("at least {limit} members"),
        Kind::MaxProperties { limit } => format!("at most {limit} members"),
        Kind::Minimum { limit } => format!("at least {limit}"),
        Kind::Maximum { limit } => format!("at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("less than {limit}"),
        Kind::MultipleOf { multiple_of } => {
            let note = if is_next_to(error.instance(), *multiple_of) {
                "; as a double it is next to one, and decimals count"
            } else {
                ""
            };
            format!("a multiple of {multiple_of}{note}")
        }
        // The only keyword of our own.
        Kind::Custom { message, .. } => format!("text that matches `{message}`"),
        Kind::Format { format } => format!("the format `{format}`"),
        Kind::UniqueItems => "items that differ from each other".into(),
        Kind::AdditionalItems { limit } => format!("at most {limit} items"),
        Kind::UnevaluatedItems { .. } => "no further items".into(),
        Kind::PropertyNames { .. } => "other property names".into(),
        Kind::FalseSchema => "no value at all".into(),
        _ => error.masked().to_string(),
    }
}

/// Whether a number misses a multiple only by what doubles round away.
fn is_next_to(value: &Value, step: f64) -> bool {
    const ROUNDED: f64 = 1e-12;
    let value = value.as_f64().unwrap_or_default();
    let next = (value / step).round() * step;
    value.fract() != 0.0 && (value - next).abs() <= ROUNDED * value.abs()
}

fn not_listed(instance: &Value, listed: &Value) -> Cause {
    let listed = listed.as_array().map_or(std::slice::from_ref(listed), Vec::as_slice);
    let kind = std::mem::discriminant(instance);
    if listed.iter().any(|option| std::mem::discriminant(option) == kind) {
        Cause::NotInEnum
    } else if instance.is_null() {
        Cause::Null
    } else {
        Cause::WrongType
    }
}

fn names(kind: &jsonschema::error::TypeKind) -> Vec<String> {
    use jsonschema::error::TypeKind;
    match kind {
        TypeKind::Single(one) => vec![one.to_string()],
        TypeKind::Multiple(many) => many.iter().map(|one| one.to_string()).collect(),
    }
}

/// A value in a few words, for a person.
pub fn show(value: &Value) -> String {
    const LIMIT: usize = 80;
    match value {
        Value::Array(items) if !items.is_empty() => return format!("array of {}", items.len()),
        Value::Object(members) if !members.is_empty() => {
            let names: Vec<&str> = members.keys().map(String::as_str).take(6).collect();
            let more = if members.len() > names.len() { ", …" } else { "" };
            return format!("object with {}{more}", names.join(", "));
        }
        Value::Null => return "null".into(),
        _ => {}
    }
    let kind = json::type_name(value);
    let text = value.to_string();
    if text.chars().count() <= LIMIT {
        return format!("{kind} {text}");
    }
    let cut: String = text.chars().take(LIMIT).collect();
    format!("{kind} {cut}… ({} bytes)", text.len())
}
