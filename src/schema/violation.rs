//! How a value breaks a schema, in the words of the project.

use super::branch::{Alternatives, Composition};
use super::lower::Side;
use crate::cause::Cause;
use crate::json::{self, pointer};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;
use std::collections::HashSet;

/// How a value breaks a schema.
#[derive(Clone, Debug)]
pub struct Violation {
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

impl Violation {
    /// Whether the value as a whole is of another type.
    pub fn is_of_whole_type(&self) -> bool {
        self.place.is_empty() && matches!(self.cause, Cause::WrongType | Cause::Null)
    }
}

pub(super) fn document_pointer(path: &str) -> String {
    path.strip_prefix("/$ref").unwrap_or(path).to_owned()
}

/// The violations that errors are, where the schemas of a side are read from a document.
pub(super) fn violations<'e>(
    errors: impl IntoIterator<Item = &'e ValidationError<'e>>,
    document: &Value,
    side: Side,
) -> Vec<Violation> {
    let errors: Vec<&ValidationError<'_>> = errors.into_iter().collect();
    // Where no alternative fits, none has told what it knows of the members.
    let undecided: HashSet<&str> = errors
        .iter()
        .filter(|error| alternatives(error).is_some())
        .map(|error| error.instance_path().as_str())
        .collect();
    let told = errors.iter().filter(|error| {
        let of_the_rest =
            matches!(error.kind(), Kind::UnevaluatedProperties { .. } | Kind::UnevaluatedItems { .. });
        !(of_the_rest && undecided.contains(error.instance_path().as_str()))
    });
    told.flat_map(|error| match alternatives(error) {
        Some(broken) => of_composition(error, broken, document, side),
        None => of_keyword(error),
    })
    .collect()
}

/// What each alternative holds against a value, where a composition is broken.
fn alternatives<'e>(error: &'e ValidationError<'_>) -> Option<&'e [Vec<ValidationError<'static>>]> {
    match error.kind() {
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } | Kind::OneOfMultipleValid { context } => {
            Some(context)
        }
        _ => None,
    }
}

fn of_composition(
    error: &ValidationError<'_>,
    broken: &[Vec<ValidationError<'static>>],
    document: &Value,
    side: Side,
) -> Vec<Violation> {
    let at = document_pointer(error.schema_path().as_str());
    let place = error.instance_path().as_str().to_owned();
    let keyword = error.kind().keyword();
    let composition = Composition { document, side, at, place, keyword, value: error.instance() };
    composition.judged(broken.iter().map(|errors| violations(errors, document, side)).collect())
}

fn of_keyword(error: &ValidationError<'_>) -> Vec<Violation> {
    let place = error.instance_path().as_str();
    let at = document_pointer(error.schema_path().as_str());
    let keyword = error.kind().keyword().to_owned();
    let one = |place: String, cause, expected: String, actual: String| Violation {
        place,
        keyword: keyword.clone(),
        at: at.clone(),
        cause,
        expected,
        actual,
        unsure: None,
    };
    let instance = error.instance();
    let shown = || show(instance);
    let here = |cause, expected: String| vec![one(place.to_owned(), cause, expected, shown())];
    match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            vec![one(
                pointer::child(place, name),
                Cause::Missing,
                "a value".into(),
                "no such property".into(),
            )]
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            let each = unexpected.iter().map(|name| {
                one(
                    pointer::child(place, name),
                    Cause::UndeclaredProperty,
                    "no undeclared property".into(),
                    "an undeclared property".into(),
                )
            });
            each.collect()
        }
        Kind::Type { kind } => {
            let cause = if instance.is_null() { Cause::Null } else { Cause::WrongType };
            here(cause, types(kind))
        }
        Kind::Enum { options } => here(not_listed(instance, options), format!("one of {options}")),
        Kind::Constant { expected_value } => {
            here(not_listed(instance, expected_value), format!("{expected_value}"))
        }
        Kind::MinLength { limit } => here(Cause::TooShort, format!("at least {limit} characters")),
        Kind::MaxLength { limit } => here(Cause::TooLong, format!("at most {limit} characters")),
        Kind::MinItems { limit } => here(Cause::TooShort, format!("at least {limit} items")),
        Kind::MaxItems { limit } => here(Cause::TooLong, format!("at most {limit} items")),
        Kind::MinProperties { limit } => here(Cause::TooShort, format!("at least {limit} members")),
        Kind::MaxProperties { limit } => here(Cause::TooLong, format!("at most {limit} members")),
        Kind::Minimum { limit } => here(Cause::OutOfRange, format!("at least {limit}")),
        Kind::Maximum { limit } => here(Cause::OutOfRange, format!("at most {limit}")),
        Kind::ExclusiveMinimum { limit } => here(Cause::OutOfRange, format!("more than {limit}")),
        Kind::ExclusiveMaximum { limit } => here(Cause::OutOfRange, format!("less than {limit}")),
        Kind::MultipleOf { multiple_of } => here(Cause::OutOfRange, format!("a multiple of {multiple_of}")),
        Kind::Pattern { pattern } => here(Cause::Pattern, format!("text that matches `{pattern}`")),
        Kind::Format { format } => here(Cause::Format, format!("the format `{format}`")),
        Kind::UniqueItems => here(Cause::NotUnique, "items that differ from each other".into()),
        Kind::AdditionalItems { limit } => here(Cause::TooLong, format!("at most {limit} items")),
        Kind::UnevaluatedItems { .. } => here(Cause::TooLong, "no further items".into()),
        Kind::PropertyNames { .. } => here(Cause::UndeclaredProperty, "other property names".into()),
        Kind::FalseSchema => here(Cause::UndeclaredProperty, "no value at all".into()),
        _ => here(Cause::NoBranch, error.masked().to_string()),
    }
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

fn types(kind: &jsonschema::error::TypeKind) -> String {
    use jsonschema::error::TypeKind;
    match kind {
        TypeKind::Single(one) => format!("type {one}"),
        TypeKind::Multiple(many) => {
            let names: Vec<String> = many.iter().map(|one| one.to_string()).collect();
            format!("type {}", names.join(" or "))
        }
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
