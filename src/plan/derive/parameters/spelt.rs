//! Parameters that are written as few do: whether they are read, the contract does not say.

use super::{Deriver, Of, Sheet, Subject};
use crate::contract::ParameterLocation;
use crate::contract::model::Parameter;
use crate::exchange::Pieces;
use crate::json::{Kind, Node};
use crate::plan::Place;
use crate::plan::derive::About;
use crate::wire::parameter;
use serde_json::{Number, Value};

/// Text in which what joins the parts of a request stands for itself.
const RESERVED: &str = "a&b=c+d e%/f#g?h;i,j";

/// Which ways to write were tried of an operation: once is enough.
#[derive(Default)]
pub(super) struct Tried {
    number: bool,
    boolean: bool,
    name: bool,
}

fn zeros(number: &Number) -> String {
    let text = number.to_string();
    match text.strip_prefix('-') {
        Some(digits) => format!("-0{digits}"),
        None => format!("0{text}"),
    }
}

impl Deriver<'_> {
    /// Other ways to write a value, or its name.
    pub(super) fn spelt(&mut self, sheet: &Sheet<'_>, subject: &Subject<'_>, tried: &mut Tried) {
        if !self.only_reads() || self.is_mute(subject) {
            return;
        }
        let flat = self.labeller.flats.at(&subject.places);
        // An empty part of a path leads to another path.
        let is_in_path = subject.parameter.location == ParameterLocation::Path;
        let mut texts: Vec<(u8, &str, String)> =
            if is_in_path { Vec::new() } else { vec![(7, "empty", String::new())] };
        match &subject.value {
            Value::Number(number) if !std::mem::replace(&mut tried.number, true) => texts.extend([
                (8, "point-zero", format!("{number}{}", if number.is_f64() { "0" } else { ".0" })),
                (8, "exponent", format!("{number}e0")),
                (8, "plus-sign", format!("+{number}").replace("+-", "-")),
                (9, "space-in-front", format!(" {number}")),
                (9, "zero-in-front", zeros(number)),
            ]),
            Value::Bool(held) if !std::mem::replace(&mut tried.boolean, true) => texts.extend([
                (8, "number", u8::from(*held).to_string()),
                (9, "upper-case", held.to_string().to_ascii_uppercase()),
            ]),
            Value::String(_) if flat.is_free_text() => texts = vec![(5, "reserved", RESERVED.to_owned())],
            Value::Array(_) | Value::Object(_) => texts.clear(),
            _ => {}
        }
        for (worth, variant, text) in texts {
            let node = Node { start: 0, end: 0, kind: Kind::String(text.clone()) };
            let Some(written) = self.written(subject, &node) else { continue };
            let words = format!("`{text}` as {}", subject.name());
            let of = Of { worth, kind: "spelling", variant, words: &words };
            self.about(sheet, subject, of, Some(written));
        }
        let is_query = subject.parameter.location == ParameterLocation::Query;
        if is_query && !std::mem::replace(&mut tried.name, true) {
            self.named_otherwise(sheet, subject);
        }
    }

    /// The name in another case, and a value that comes twice.
    fn named_otherwise(&mut self, sheet: &Sheet<'_>, subject: &Subject<'_>) {
        let name = &subject.parameter.name;
        let Some(own) = parameter::written(subject.parameter, &subject.value) else { return };
        if !subject.value.is_array() && !subject.value.is_object() {
            let words = format!("{} twice", subject.name());
            let of = Of { worth: 8, kind: "spelling", variant: "twice", words: &words };
            let twice = Pieces::joined(&[self.text(own.clone()), self.text(own)], "&");
            self.about(sheet, subject, of, Some(twice));
        }
        let other = if name.bytes().any(|byte| byte.is_ascii_lowercase()) {
            name.to_ascii_uppercase()
        } else {
            name.to_ascii_lowercase()
        };
        let others = self.operation.parameters.iter().any(|one| one.name == other);
        let renamed = Parameter { name: other.clone(), ..subject.parameter.clone() };
        let text = parameter::written(&renamed, &subject.value).filter(|_| other != *name && !others);
        if let Some(text) = text {
            let words = format!("{} as `{other}`", subject.name());
            let of = Of { worth: 9, kind: "spelling", variant: "name-in-other-case", words: &words };
            let text = self.text(text);
            self.about(sheet, subject, of, Some(text));
        }
    }

    /// A parameter that is not declared, where others are.
    pub(super) fn undeclared(&mut self, sheet: &Sheet<'_>, subjects: &[Subject<'_>]) {
        const NAME: &str = "probityUndeclared";
        let query = |subject: &Subject<'_>| subject.parameter.location == ParameterLocation::Query;
        if !self.only_reads() || !subjects.iter().any(query) {
            return;
        }
        let mut request = self.with(sheet, &sheet.texts);
        request.parts_mut().query.push(format!("{NAME}=1").into());
        let at = self.operation.at.clone();
        let about = About {
            worth: 8,
            place: Place::Query(NAME.to_owned()),
            kind: "undeclared",
            variant: "undeclared",
            at: &at,
            words: format!("the query parameter `{NAME}`, which is not declared"),
        };
        self.send(sheet, about, &request);
    }
}
