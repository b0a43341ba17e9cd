//! What is written so that hosts which are right may read it in two ways.

use super::Own;
use crate::contract::Operation;
use crate::contract::model::{Parameter, ParameterLocation, Style};
use crate::json::decimal::Decimal;
use crate::schema::folded::Type;
use crate::wire::Received;
use crate::wire::parameter::Reader;

/// Why the value of a parameter may be read otherwise, of all the texts that it is made of, each with
/// the types that it may have.
pub(super) fn of_texts(texts: &[(Vec<Type>, String)]) -> Option<&'static str> {
    texts.iter().find_map(|(types, text)| of_text(types, text))
}

/// The same of the items of a list that are written into one text.
pub(super) fn of_items(own: &Own<'_>, texts: &[(Vec<Type>, String)], is_list: bool) -> Option<&'static str> {
    let Parameter { location, explode, .. } = own.parameter;
    let apart = *explode && matches!(location, ParameterLocation::Query | ParameterLocation::Cookie);
    let around = |(_, text): &(Vec<Type>, String)| text.trim() != text;
    (is_list && !apart && texts.iter().any(around))
        .then_some("whether spaces around the items of a list belong to them is not said")
}

/// Whether there is nothing but empty text where text is asked for.
pub(super) fn are_empty(texts: &[(Vec<Type>, String)]) -> bool {
    texts.iter().all(|(types, text)| text.is_empty() && types.contains(&Type::String))
}

fn of_text(types: &[Type], text: &str) -> Option<&'static str> {
    if text.is_empty() {
        return Some("whether a parameter with nothing in it is one is not said");
    }
    if types.is_empty() || types.contains(&Type::String) {
        return None;
    }
    let number = || types.iter().any(|one| one.is_numeric());
    if number() && is_odd_number(text, types.contains(&Type::Number)) {
        return Some("how else a number may be written in text is not said");
    }
    if types.contains(&Type::Boolean) && is_odd_boolean(text) {
        return Some("how else a boolean may be written in text is not said");
    }
    if types.contains(&Type::Null) && text.trim().eq_ignore_ascii_case("null") {
        return Some("how null is written in text is not said");
    }
    None
}

/// Whether text is a number to some, though it is not written as everybody writes it.
fn is_odd_number(text: &str, fractions: bool) -> bool {
    let plain = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = plain.split_once('.').map_or((plain, None), |(one, two)| (one, Some(two)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let usual = digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && text != "-0"
        && fraction.is_none_or(|fraction| fractions && digits(fraction));
    if usual {
        return false;
    }
    let trimmed = text.trim().trim_start_matches('+');
    let bare = trimmed.replace(['_', ','], "");
    let bare = bare.trim_end_matches('.');
    let Ok(number) = bare.parse::<f64>() else { return false };
    let whole = || Decimal::read(bare).map_or(number.fract() == 0.0, |one| one.is_whole());
    bare.bytes().any(|byte| byte.is_ascii_digit()) && (fractions || whole())
}

fn is_odd_boolean(text: &str) -> bool {
    const WORDS: [&str; 12] = ["true", "false", "1", "0", "yes", "no", "on", "off", "t", "f", "y", "n"];
    !matches!(text, "true" | "false") && WORDS.iter().any(|word| text.trim().eq_ignore_ascii_case(word))
}

/// Why it is not said which parameter is meant, or which of several.
pub(super) fn of_names(own: &Own<'_>, came: &Received<'_>, is_list: bool) -> Option<&'static str> {
    let Parameter { name, location, .. } = own.parameter;
    let names = || -> Vec<&str> {
        match location {
            ParameterLocation::Query => came.query.iter().map(|(known, _)| known.as_str()).collect(),
            ParameterLocation::Cookie => came.cookies.iter().map(|(known, _)| known.as_str()).collect(),
            _ => Vec::new(),
        }
    };
    let (names, alike) = (names(), |known: &&str| known.eq_ignore_ascii_case(name));
    if names.iter().any(|known| alike(known) && known != name) {
        return Some("whether the names of parameters differ by case is not said");
    }
    let several = own.parameter.explode && is_list;
    if !several && names.iter().filter(|known| *known == name).count() > 1 {
        return Some("which of several values of a parameter counts is not said");
    }
    None
}

/// Whether a query has a pair that no parameter of an operation may be written as.
pub(super) fn is_undeclared(operation: &Operation, readers: &[Reader], came: &Received<'_>) -> bool {
    let all = || operation.parameters.iter().zip(readers);
    let query = || all().filter(|(one, _)| one.location == ParameterLocation::Query);
    let known = |name: &str| {
        query().any(|(one, reader)| {
            let deep = || name.strip_prefix(one.name.as_str()).is_some_and(|rest| rest.starts_with('['));
            // The members of an object may stand there by their own names.
            let spread = || one.explode && one.style == Style::Form && reader.may_have(name);
            name.eq_ignore_ascii_case(&one.name) || deep() || spread()
        })
    };
    !all().any(|(one, _)| one.location == ParameterLocation::Querystring)
        && came.query.iter().any(|(name, _)| !known(name))
}
