//! Forms and parts: a correct host is green however strictly it reads, and what it reads otherwise
//! than the contract says is found.

use std::borrow::Cow;

use crate::canned::{Asked, Canned, Reply, json as answer};
use crate::driver::{Ran, probity};

const CONTRACT: &str = "
openapi: 3.0.3
info: {title: Bodies, version: '1'}
paths:
  /forms:
    post:
      operationId: sendForm
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              required: [name, age]
              properties:
                name: {type: string, minLength: 2, maxLength: 400}
                age: {type: integer, minimum: 0, maximum: 150}
                kind: {type: string, enum: [small, large]}
                tags: {type: array, maxItems: 3, items: {type: string}}
                on: {type: boolean}
      responses: &responses
        '201': {description: done, content: {application/json: {schema: {type: object}}}}
        '400': {description: no, content: {application/json: {schema: {type: object}}}}
        '415': {description: not that, content: {application/json: {schema: {type: object}}}}
  /files:
    post:
      operationId: upload
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [title, picture]
              properties:
                title: {type: string, minLength: 1, maxLength: 40}
                count: {type: integer, minimum: 1}
                picture: {type: string, format: binary}
                info: {type: object, required: [a], properties: {a: {type: integer}}}
            encoding: {picture: {contentType: image/png}}
      responses: *responses
";

/// What a host does wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    NameOptional,
    AgeOptional,
    AgeAnyText,
    AgeUnbounded,
    NameOfAnyLength,
    NameNotDecoded,
    KindAny,
    TagsUnbounded,
    OnAnyText,
    PlusCrashes,
    BeyondAsciiCrashes,
    AnyMediaType,
    TitleOptional,
    TitleOfAnyLength,
    CountAnyText,
    CountUnbounded,
    FileOptional,
    FileOfAnyType,
    InfoAny,
    FileNameBeyondAsciiCrashes,
    FileNameWithQuotesCrashes,
    NoBoundaryCrashes,
    NoPartsTaken,
}

const OF_FORMS: [Fault; 11] = [
    Fault::NameOptional,
    Fault::AgeOptional,
    Fault::AgeAnyText,
    Fault::AgeUnbounded,
    Fault::NameOfAnyLength,
    Fault::NameNotDecoded,
    Fault::KindAny,
    Fault::TagsUnbounded,
    Fault::OnAnyText,
    Fault::PlusCrashes,
    Fault::BeyondAsciiCrashes,
];

const OF_PARTS: [Fault; 10] = [
    Fault::TitleOptional,
    Fault::TitleOfAnyLength,
    Fault::CountAnyText,
    Fault::CountUnbounded,
    Fault::FileOptional,
    Fault::FileOfAnyType,
    Fault::InfoAny,
    Fault::FileNameBeyondAsciiCrashes,
    Fault::FileNameWithQuotesCrashes,
    Fault::NoPartsTaken,
];

/// How a correct host reads what the contract leaves open.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Manner {
    Strict,
    Lenient,
}

/// A part that came.
struct Part {
    name: String,
    file_name: Option<String>,
    kind: Option<String>,
    text: String,
}

struct Host {
    fault: Fault,
    manner: Manner,
}

impl Host {
    fn start(fault: Fault, manner: Manner) -> Canned {
        let host = Host { fault, manner };
        Canned::start(move |asked| Reply::Bytes(host.answer(asked)))
    }

    fn answer(&self, asked: &Asked) -> Vec<u8> {
        let mut words = asked.line.split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        if !["/forms", "/files"].contains(&path) {
            return answer("404 Not Found", "", "{}");
        }
        if method != "POST" {
            let body = if method == "HEAD" { "" } else { "{}" };
            return answer("405 Method Not Allowed", "Allow: POST\r\n", body);
        }
        let (head, body) = asked.whole.split_once("\r\n\r\n").unwrap_or_default();
        let kind = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-type").then(|| value.trim().to_owned())
        });
        let kind = kind.unwrap_or_default();
        let wanted =
            if path == "/forms" { "application/x-www-form-urlencoded" } else { "multipart/form-data" };
        if !kind.starts_with(wanted) && self.fault != Fault::AnyMediaType {
            return answer("415 Unsupported Media Type", "", "{}");
        }
        let taken = if path == "/forms" { self.form(body) } else { self.parts(&kind, body) };
        match taken {
            Some(true) => answer("201 Created", "", "{}"),
            Some(false) => answer("400 Bad Request", "", "{}"),
            None => answer("500 Internal Server Error", "", "{}"),
        }
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    /// A whole number, as a host reads it.
    fn number(&self, text: &str) -> Option<i64> {
        match self.manner {
            Manner::Strict => text.parse().ok().filter(|_| !text.starts_with('+')),
            Manner::Lenient => {
                let whole = text.trim().trim_end_matches('0').trim_end_matches('.');
                text.trim().parse().ok().or_else(|| whole.parse().ok())
            }
        }
    }

    fn truth(&self, text: &str) -> bool {
        let lenient = ["1", "0", "yes", "no", "on", "off", "True", "False", ""];
        ["true", "false"].contains(&text) || (self.manner == Manner::Lenient && lenient.contains(&text))
    }

    /// Whether a form is taken; nothing where the host crashes.
    fn form(&self, body: &str) -> Option<bool> {
        if (self.is(Fault::PlusCrashes) && body.contains("%2B"))
            || (self.is(Fault::BeyondAsciiCrashes) && body.contains("%C3"))
        {
            return None;
        }
        let pairs: Vec<(String, String)> = body
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, text)| (decoded(name), decoded(text)))
            .collect();
        let all = |name: &'static str| {
            pairs.iter().filter(move |(own, _)| own == name).map(|(_, text)| text.clone())
        };
        let name = match all("name").next() {
            Some(_) if self.is(Fault::NameNotDecoded) => {
                let raw = body.split('&').find_map(|pair| pair.strip_prefix("name="));
                raw.map_or(0, str::len)
            }
            Some(name) => name.chars().count(),
            None if self.is(Fault::NameOptional) => 2,
            None => return Some(false),
        };
        if !(2..=400).contains(&name) && !self.is(Fault::NameOfAnyLength) {
            return Some(false);
        }
        match all("age").next() {
            None if !self.is(Fault::AgeOptional) => return Some(false),
            Some(age) => match self.number(&age) {
                None if !self.is(Fault::AgeAnyText) => return Some(false),
                Some(age) if !(0..=150).contains(&age) && !self.is(Fault::AgeUnbounded) => {
                    return Some(false);
                }
                _ => {}
            },
            None => {}
        }
        let kinds = all("kind").all(|kind| ["small", "large"].contains(&kind.as_str()));
        let tags = all("tags").count() <= 3;
        let on = all("on").all(|on| self.truth(&on));
        Some(
            (kinds || self.is(Fault::KindAny))
                && (tags || self.is(Fault::TagsUnbounded))
                && (on || self.is(Fault::OnAnyText)),
        )
    }

    /// The same of parts.
    fn parts(&self, kind: &str, body: &str) -> Option<bool> {
        let Some((_, boundary)) = kind.split_once("boundary=") else {
            return if self.is(Fault::NoBoundaryCrashes) { None } else { Some(false) };
        };
        let parts = parts(boundary, body);
        if parts.is_empty() && self.is(Fault::NoPartsTaken) {
            return Some(true);
        }
        let names = || parts.iter().filter_map(|part| part.file_name.as_deref());
        if (self.is(Fault::FileNameBeyondAsciiCrashes) && names().any(|name| !name.is_ascii()))
            || (self.is(Fault::FileNameWithQuotesCrashes) && names().any(|name| name.contains("%22")))
        {
            return None;
        }
        let part = |name: &str| parts.iter().find(|part| part.name == name);
        let title = match part("title") {
            Some(title) => (1..=40).contains(&title.text.chars().count()) || self.is(Fault::TitleOfAnyLength),
            None => self.is(Fault::TitleOptional),
        };
        let picture = match part("picture") {
            Some(picture) => {
                let is_png = picture.kind.as_deref() == Some("image/png");
                let named = picture.file_name.as_ref().is_some_and(|name| !name.is_empty());
                (is_png || self.is(Fault::FileOfAnyType))
                    && (self.manner == Manner::Lenient || (named && !picture.text.is_empty()))
            }
            None => self.is(Fault::FileOptional),
        };
        let count = part("count").is_none_or(|count| match self.number(&count.text) {
            Some(count) => count >= 1 || self.is(Fault::CountUnbounded),
            None => self.is(Fault::CountAnyText),
        });
        let info = part("info").is_none_or(|info| {
            let read: Option<serde_json::Value> = serde_json::from_str(&info.text).ok();
            let a = read.as_ref().and_then(|read| read.get("a"));
            a.is_some_and(|a| a.as_f64().is_some_and(|a| a.fract() == 0.0)) || self.is(Fault::InfoAny)
        });
        Some(title && picture && count && info)
    }
}

fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    let bytes = text.as_bytes();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let pair = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) if bytes[at] == b'%' => {
                found.push(byte);
                at += 3;
            }
            _ => {
                found.push(bytes[at]);
                at += 1;
            }
        }
    }
    match String::from_utf8_lossy(&found) {
        Cow::Borrowed(text) => text.to_owned(),
        Cow::Owned(text) => text,
    }
}

fn parts(boundary: &str, body: &str) -> Vec<Part> {
    let mark = format!("--{}", boundary.trim_matches('"'));
    let pieces = body.split(mark.as_str()).skip(1).filter(|piece| !piece.starts_with("--"));
    let part = |piece: &str| {
        let (head, text) = piece.strip_prefix("\r\n")?.split_once("\r\n\r\n")?;
        let within = |start: &str| Some(head.split_once(start)?.1.split('"').next()?.to_owned());
        let kind = head.lines().find_map(|line| line.strip_prefix("Content-Type: "));
        Some(Part {
            name: within(" name=\"")?,
            file_name: within("filename=\""),
            kind: kind.map(str::to_owned),
            text: text.strip_suffix("\r\n").unwrap_or(text).to_owned(),
        })
    };
    pieces.filter_map(part).collect()
}

fn checked(host: &Canned, seed: u64) -> Ran {
    let driver = probity().with_file("contract.yaml", CONTRACT);
    let seed = seed.to_string();
    driver.args(["check", "contract.yaml", "--target", &host.url(), "--seed", &seed]).run()
}

#[test]
fn a_correct_host_of_forms_and_parts_is_green() {
    for manner in [Manner::Strict, Manner::Lenient] {
        for seed in 0..4 {
            let ran = checked(&Host::start(Fault::None, manner), seed);
            assert_eq!(ran.code, Some(0), "{manner:?} {seed}\n{}", ran.everything());
        }
    }
}

#[test]
fn what_is_wrong_with_forms_is_found() {
    found(&OF_FORMS);
}

#[test]
fn what_is_wrong_with_parts_is_found() {
    found(&OF_PARTS);
    found(&[Fault::AnyMediaType, Fault::NoBoundaryCrashes]);
}

fn found(faults: &[Fault]) {
    let missed = |fault: &&Fault| checked(&Host::start(**fault, Manner::Lenient), 1).code == Some(0);
    let missed: Vec<&Fault> = faults.iter().filter(missed).collect();
    assert!(missed.is_empty(), "{missed:?}");
}
