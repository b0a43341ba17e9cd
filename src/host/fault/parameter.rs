//! Parameters that are read wrongly, or not at all, and such as crash a careless host.

use super::change::Change;
use super::{Class, Defect, Site};
use crate::contract::ParameterLocation;
use crate::contract::model::Parameter;
use crate::host::intake::Asked;
use crate::schema::Side;
use crate::schema::folded::{Folded, Folds, Type};
use crate::wire::{Received, template, url};
use serde_json::Value;

/// A parameter whose text, where it is odd, ends in a 500.
#[derive(Clone, Debug)]
pub(in crate::host) struct Odd {
    location: ParameterLocation,
    name: String,
    /// The path of its operation.
    path: String,
    test: fn(&str) -> bool,
}

/// A parameter that is read otherwise than it is meant.
#[derive(Clone, Debug)]
pub(in crate::host) struct Misread {
    location: ParameterLocation,
    name: String,
    how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// It is taken for one that is not there.
    Ignored,
    /// What is percent-encoded stays so.
    Encoded,
    /// A list is taken for one text.
    Whole,
}

/// Parts of a request outside of its body that a host has read otherwise.
pub(in crate::host) struct Reread {
    path: Vec<(String, String)>,
    query: Vec<(String, String)>,
    whole: Option<String>,
    fields: Vec<(String, String)>,
    cookies: Vec<(String, String)>,
}

type Kind = (&'static str, &'static str, fn(&str) -> bool);

const NUMBERS: [Kind; 3] = [
    ("no-number", "text that is no number", |text| text.parse::<f64>().is_err()),
    ("zero", "0", |text| text.parse::<f64>().is_ok_and(|number| number == 0.0)),
    ("negative", "a negative number", |text| text.parse::<f64>().is_ok_and(|number| number < 0.0)),
];

const WORDS: [Kind; 1] =
    [("unknown", "a value that is none of those listed", |text| text.contains("probity"))];

const TRUTHS: [Kind; 1] =
    [("no-boolean", "text that is no boolean", |text| !matches!(text, "true" | "false"))];

const TEXTS: [Kind; 4] = [
    ("empty", "empty text", str::is_empty),
    ("ampersand", "`&` in text", |text| text.contains('&')),
    ("percent", "`%` in text", |text| text.contains('%')),
    ("non-ascii", "a letter that is not ASCII", |text| !text.is_ascii()),
];

pub(super) fn derive(site: &mut Site<'_>) {
    let operation = site.operation;
    let folds = Folds::new(site.contract.schemas.raw(Side::Request));
    for parameter in &operation.parameters {
        let Some(schema) = &parameter.schema else { continue };
        let is_styled =
            parameter.media_type.is_none() && parameter.location != ParameterLocation::Querystring;
        if !is_styled || is_said_elsewhere(parameter) {
            continue;
        }
        let flat = folds.at(std::slice::from_ref(&schema.0));
        crashes(site, parameter, &flat);
        misreadings(site, parameter, (&folds, &flat));
    }
}

/// Whether `OpenAPI` or HTTP says the value of a header parameter elsewhere.
fn is_said_elsewhere(parameter: &Parameter) -> bool {
    const KNOWN: [&str; 4] = ["accept", "content-type", "authorization", "user-agent"];
    parameter.location == ParameterLocation::Header
        && KNOWN.iter().any(|name| parameter.name.eq_ignore_ascii_case(name))
}

fn crashes(site: &mut Site<'_>, parameter: &Parameter, flat: &Folded) {
    let numeric = !flat.types.is_empty() && flat.types.iter().all(|one| one.is_numeric());
    let kinds: &[Kind] = if numeric {
        &NUMBERS
    } else if flat.types == [Type::Boolean] {
        &TRUTHS
    } else if flat.listed.is_some() {
        &WORDS
    } else if flat.types == [Type::String] && parameter.location != ParameterLocation::Header {
        &TEXTS
    } else {
        &[]
    };
    let name = format!("{}/{}", parameter.location.name(), parameter.name);
    for (id, words, test) in kinds {
        // An empty segment leads elsewhere.
        if *id == "empty" && parameter.location == ParameterLocation::Path {
            continue;
        }
        let odd = Odd {
            location: parameter.location,
            name: parameter.name.clone(),
            path: site.operation.path.clone(),
            test: *test,
        };
        let defect = Defect::Answer { status: None, every: 1, change: Change::Stumble(odd) };
        let words = format!("{words} as {name} ends in a 500");
        site.plant(Class::Parameter, &format!("parameter/{name}/{id}"), &parameter.at, words, defect);
    }
}

fn misreadings(site: &mut Site<'_>, parameter: &Parameter, (folds, flat): (&Folds<'_>, &Folded)) {
    let name = format!("{}/{}", parameter.location.name(), parameter.name);
    let mut plant = |id: &str, words: String, how: How| {
        let misread = Misread { location: parameter.location, name: parameter.name.clone(), how };
        let id = format!("parameter/{name}/{id}");
        site.plant(Class::Parameter, &id, &parameter.at, words, Defect::Misreads(misread));
    };
    if !parameter.required && is_told(folds, flat) {
        plant("ignored", format!("{name} is ignored"), How::Ignored);
    }
    let encoded = |value: &Value| value.as_str().is_some_and(|text| url::encoded(text) != text);
    let listed = flat.listed.iter().flatten();
    let documented =
        parameter.examples.iter().map(|example| &example.value).filter(|_| flat.listed.is_some());
    if matches!(parameter.location, ParameterLocation::Query | ParameterLocation::Path)
        && listed.chain(documented).any(encoded)
    {
        plant("encoded", format!("what is encoded of {name} is not decoded"), How::Encoded);
    }
    let items = folds.of(&flat.items);
    let is_list = flat.types == [Type::Array] && flat.first_items.is_empty() && is_told(folds, &items);
    let is_joined = match parameter.location {
        ParameterLocation::Query | ParameterLocation::Cookie => !parameter.explode,
        _ => true,
    };
    if is_list && is_joined {
        plant("one-text", format!("the list {name} is taken for one text"), How::Whole);
    }
}

/// Whether some text is none of what may stand in a place.
fn is_told(folds: &Folds<'_>, flat: &Folded) -> bool {
    let is_text = flat.types.is_empty() || flat.types.contains(&Type::String);
    let says_more = flat.listed.is_some() || !flat.patterns.is_empty() || flat.length != (None, None);
    match flat.types.as_slice() {
        [Type::Array] => is_told(folds, &folds.of(&flat.items)) || flat.item_count != (None, None),
        _ => !flat.impossible && (!is_text || says_more),
    }
}

impl Odd {
    /// Whether a request holds it.
    pub(super) fn is_in(&self, asked: &Asked<'_>) -> bool {
        let path = template::values(&self.path, asked.path).unwrap_or_default();
        let path = path.into_iter().map(|(name, value)| (name.into(), value)).collect();
        let received = asked.received(path);
        let texts: Vec<String> = match self.location {
            ParameterLocation::Query => received.query(&self.name).map(url::query_decoded).collect(),
            ParameterLocation::Cookie => received.cookies(&self.name).map(url::decoded).collect(),
            ParameterLocation::Header => {
                received.field(&self.name).map(std::borrow::Cow::into_owned).into_iter().collect()
            }
            ParameterLocation::Path | ParameterLocation::Querystring => {
                let own = received.path.iter().filter(|(name, _)| *name == self.name);
                own.map(|(_, text)| url::decoded(text)).collect()
            }
        };
        texts.iter().any(|text| (self.test)(text))
    }
}

impl Misread {
    /// What is read of a request instead.
    pub(super) fn reread(&self, received: &Received<'_>) -> Reread {
        let owned = |pairs: &[(String, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, text)| (name.clone(), (*text).to_owned())).collect()
        };
        let fields = received.fields.iter();
        let path: Vec<(String, &str)> =
            received.path.iter().map(|(name, text)| (name.clone().into_owned(), *text)).collect();
        let mut reread = Reread {
            path: owned(&path),
            query: owned(&received.query),
            whole: received.querystring.map(str::to_owned),
            fields: fields.map(|(name, text)| ((*name).to_owned(), text.clone().into_owned())).collect(),
            cookies: received.cookies.clone(),
        };
        let pairs = match self.location {
            ParameterLocation::Path => &mut reread.path,
            ParameterLocation::Query | ParameterLocation::Querystring => &mut reread.query,
            ParameterLocation::Header => &mut reread.fields,
            ParameterLocation::Cookie => &mut reread.cookies,
        };
        let own = |name: &str| match self.location {
            ParameterLocation::Header => name.eq_ignore_ascii_case(&self.name),
            _ => name == self.name,
        };
        match self.how {
            How::Ignored => {
                let deep = format!("{}[", self.name);
                pairs.retain(|(name, _)| !own(name) && !name.starts_with(&deep));
            }
            How::Encoded => {
                let each = pairs.iter_mut().filter(|(name, _)| own(name));
                each.for_each(|(_, text)| *text = text.replace('%', "%25"));
            }
            How::Whole => {
                let each = pairs.iter_mut().filter(|(name, _)| own(name));
                each.for_each(|(_, text)| *text = whole(text));
            }
        }
        reread
    }
}

/// A text of which nothing splits a list.
fn whole(text: &str) -> String {
    ["%20", "%7C", "%7c", "|", ",", "+", ".", ";"]
        .iter()
        .fold(text.to_owned(), |text, between| text.replace(between, "_"))
}

impl Reread {
    pub(in crate::host) fn received(&self) -> Received<'_> {
        let pairs = self.query.iter().map(|(name, text)| (name.clone(), text.as_str()));
        let path = self.path.iter().map(|(name, text)| (name.as_str().into(), text.as_str()));
        let fields = self.fields.iter().map(|(name, text)| (name.as_str(), text.as_str().into()));
        Received {
            path: path.collect(),
            query: pairs.collect(),
            querystring: self.whole.as_deref(),
            fields: fields.collect(),
            cookies: self.cookies.clone(),
        }
    }
}
