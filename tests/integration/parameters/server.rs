//! A hand-written server that takes parameters in four places, right in several ways and wrong in many.

use crate::canned::{Asked, Canned, Reply, json, percent};

/// Where parameters are.
pub(crate) const PLACES: [&str; 4] = ["query", "header", "cookie", "path"];

/// What is wrong, in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    Nothing,
    Required,
    Type,
    Least,
    Most,
    Enum,
    Boolean,
    Pattern,
    Length,
    /// Items are not looked at.
    Items,
    /// Any number of items is taken.
    Count,
    /// What is encoded stays so.
    Encoded,
    /// What stands for itself after it was decoded once is decoded again.
    Twice,
    /// A list is split where it is not joined.
    Split,
    /// Text in place of a number ends in a 500.
    CrashOnText,
    /// What is not listed does.
    CrashOnUnlisted,
    /// So does a list of several.
    CrashOnList,
    /// A parameter is not looked at.
    Ignored,
}

/// How a correct server reads what is not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// To the letter; what is undeclared, twice or empty is refused.
    Strict,
    /// As many languages read numbers and booleans; empty is absent, the last of two counts.
    Lenient,
    /// As `Strict`, with 422, and 404 for what the path has.
    Router,
    /// As `Lenient`, whatever the case of names; the first of two counts.
    AnyCase,
}

/// The contract of the server.
pub(crate) const CONTRACT: &str = r#"
openapi: 3.1.0
info: {title: Shelves, version: "1"}
paths:
  /in-query:
    get:
      operationId: inQuery
      parameters:
        - {name: number, in: query, required: true, schema: {type: integer, minimum: 1, maximum: 50}}
        - {name: sort, in: query, schema: {type: string, enum: [title, by year, a/b, 50%25]}}
        - {name: code, in: query, schema: {type: string, pattern: "^[A-Z]{2,4}$"}}
        - {name: word, in: query, schema: {type: string, minLength: 2, maxLength: 5}}
        - {name: list, in: query, explode: false, schema: {type: array, maxItems: 3, items: {type: string, enum: [a, b, "c,d"]}}}
        - {name: flag, in: query, schema: {type: boolean}}
      responses: &responses
        "200": {description: ok, content: {application/json: {schema: {type: object}}}}
        "400": {description: wrong, content: {application/json: {schema: {type: object}}}}
        "422": {description: wrong, content: {application/json: {schema: {type: object}}}}
  /in-header:
    get:
      operationId: inHeader
      parameters:
        - {name: number, in: header, required: true, schema: {type: integer, minimum: 1, maximum: 50}}
        - {name: sort, in: header, schema: {type: string, enum: [title, by year, a/b, 50%25]}}
        - {name: code, in: header, schema: {type: string, pattern: "^[A-Z]{2,4}$"}}
        - {name: word, in: header, schema: {type: string, minLength: 2, maxLength: 5}}
        - {name: list, in: header, schema: {type: array, maxItems: 3, items: {type: string, enum: [a, b]}}}
        - {name: flag, in: header, schema: {type: boolean}}
      responses: *responses
  /in-cookie:
    get:
      operationId: inCookie
      parameters:
        - {name: number, in: cookie, required: true, schema: {type: integer, minimum: 1, maximum: 50}}
        - {name: sort, in: cookie, schema: {type: string, enum: [title, by year, a/b, 50%25]}}
        - {name: code, in: cookie, schema: {type: string, pattern: "^[A-Z]{2,4}$"}}
        - {name: word, in: cookie, schema: {type: string, minLength: 2, maxLength: 5}}
        - {name: list, in: cookie, explode: false, schema: {type: array, maxItems: 3, items: {type: string, enum: [a, b, "c,d"]}}}
        - {name: flag, in: cookie, schema: {type: boolean}}
      responses: *responses
  /in-path/{number}/{sort}/{code}/{word}/{list}/{flag}:
    get:
      operationId: inPath
      parameters:
        - {name: number, in: path, required: true, schema: {type: integer, minimum: 1, maximum: 50}}
        - {name: sort, in: path, required: true, schema: {type: string, enum: [title, by year, a/b, 50%25]}}
        - {name: code, in: path, required: true, schema: {type: string, pattern: "^[A-Z]{2,4}$"}}
        - {name: word, in: path, required: true, schema: {type: string, minLength: 2, maxLength: 5}}
        - {name: list, in: path, required: true, schema: {type: array, maxItems: 3, items: {type: string, enum: [a, b, "c,d"]}}}
        - {name: flag, in: path, required: true, schema: {type: boolean}}
      responses: *responses
"#;

const NAMES: [&str; 6] = ["number", "sort", "code", "word", "list", "flag"];

/// The server.
pub(crate) fn serve(manner: Manner, place: &'static str, defect: Defect) -> Canned {
    Canned::start(move |asked: &Asked| {
        let target = asked.line.split(' ').nth(1).unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let own = path.split('/').nth(1).unwrap_or_default();
        let Some(here) = PLACES.into_iter().find(|place| own == format!("in-{place}")) else {
            return refused("404 Not Found");
        };
        if !asked.line.starts_with("GET ") {
            return Reply::Bytes(json("405 Method Not Allowed", "Allow: GET\r\n", "{}"));
        }
        let defect = if here == place { defect } else { Defect::Nothing };
        let server = Server { manner, here, defect };
        let Some(given) = server.given(path, query, &asked.head) else { return refused("404 Not Found") };
        match server.judge(&given) {
            Outcome::Taken => Reply::Bytes(json("200 OK", "", "{}")),
            Outcome::Crashed => refused("500 Internal Server Error"),
            Outcome::Refused => refused(server.refusal()),
        }
    })
}

fn refused(status: &str) -> Reply {
    Reply::Bytes(json(status, "", "{}"))
}

enum Outcome {
    Taken,
    Refused,
    Crashed,
}

struct Server {
    manner: Manner,
    here: &'static str,
    defect: Defect,
}

/// A name and a value, as it came.
type Given = Vec<(String, String)>;

impl Server {
    fn refusal(&self) -> &'static str {
        match (self.manner, self.here) {
            (Manner::Router, "path") => "404 Not Found",
            (Manner::Router, _) => "422 Unprocessable Content",
            _ => "400 Bad Request",
        }
    }

    fn given(&self, path: &str, query: &str, head: &str) -> Option<Given> {
        let pairs = |text: &str, between: char| -> Given {
            let pairs = text.split(between).map(str::trim).filter(|pair| !pair.is_empty());
            let pair = |pair: &str| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (name.to_owned(), value.to_owned())
            };
            pairs.map(pair).collect()
        };
        let fields = || {
            let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
            lines.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        };
        Some(match self.here {
            "query" => pairs(query, '&'),
            "header" => fields().filter(|(name, _)| NAMES.contains(&name.as_str())).collect(),
            "cookie" => fields()
                .filter(|(name, _)| name == "cookie")
                .flat_map(|(_, value)| pairs(&value, ';'))
                .collect(),
            _ => {
                let segments: Vec<&str> = path.split('/').skip(2).collect();
                (segments.len() == NAMES.len()).then(|| {
                    NAMES.iter().zip(segments).map(|(name, value)| ((*name).into(), value.into())).collect()
                })?
            }
        })
    }

    fn strict(&self) -> bool {
        matches!(self.manner, Manner::Strict | Manner::Router)
    }

    /// The text of a parameter, as it came; an error where it cannot be told.
    fn raw<'g>(&self, given: &'g Given, name: &str) -> Result<Option<&'g str>, ()> {
        let same = |known: &str| match self.manner {
            Manner::AnyCase => known.eq_ignore_ascii_case(name),
            _ => known == name,
        };
        let all: Vec<&str> =
            given.iter().filter(|(known, _)| same(known)).map(|(_, value)| value.as_str()).collect();
        if self.strict() && all.len() > 1 {
            return Err(());
        }
        let one = if self.manner == Manner::AnyCase { all.first() } else { all.last() };
        match one.copied() {
            Some("") if self.strict() => Err(()),
            Some("") => Ok(None),
            one => Ok(one),
        }
    }

    fn decoded(&self, text: &str) -> String {
        match (self.here, self.defect) {
            ("header", Defect::Twice) => percent(text),
            ("header", _) | (_, Defect::Encoded) => text.to_owned(),
            (_, Defect::Twice) => percent(&percent(text)),
            _ => percent(text),
        }
    }

    fn judge(&self, given: &Given) -> Outcome {
        let known = |name: &String| {
            NAMES
                .iter()
                .any(|one| *one == name || (self.manner == Manner::AnyCase && one.eq_ignore_ascii_case(name)))
        };
        if self.strict() && self.here == "query" && !given.iter().all(|(name, _)| known(name)) {
            return Outcome::Refused;
        }
        let mut outcome = Outcome::Taken;
        for name in NAMES {
            let Ok(raw) = self.raw(given, name) else { return Outcome::Refused };
            match raw {
                None if name == "number" && self.defect != Defect::Required => return Outcome::Refused,
                None => {}
                Some(_) if self.defect == Defect::Ignored => {}
                Some(raw) => match self.holds(name, raw) {
                    Outcome::Taken => {}
                    Outcome::Refused => outcome = Outcome::Refused,
                    Outcome::Crashed => return Outcome::Crashed,
                },
            }
        }
        outcome
    }

    fn holds(&self, name: &str, raw: &str) -> Outcome {
        let text = self.decoded(raw);
        let crash = |crashes: bool, takes: bool| match (crashes, takes) {
            (true, false) => Outcome::Crashed,
            (_, true) => Outcome::Taken,
            _ => Outcome::Refused,
        };
        match name {
            "number" => {
                let number = self.number(&text);
                let type_off = self.defect == Defect::Type && number.is_none();
                let within = number.is_some_and(|number| {
                    (number >= 1 || self.defect == Defect::Least)
                        && (number <= 50 || self.defect == Defect::Most)
                });
                crash(self.defect == Defect::CrashOnText && number.is_none(), type_off || within)
            }
            "sort" => {
                let listed = ["title", "by year", "a/b", "50%25"].contains(&text.as_str());
                crash(self.defect == Defect::CrashOnUnlisted, listed || self.defect == Defect::Enum)
            }
            "code" => {
                let fits =
                    (2..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase());
                crash(false, fits || self.defect == Defect::Pattern)
            }
            "word" => {
                let length = text.chars().count();
                crash(false, (2..=5).contains(&length) || self.defect == Defect::Length)
            }
            "flag" => {
                let plain = ["true", "false"].contains(&text.as_str());
                let lenient =
                    !self.strict() && ["true", "false", "1", "0"].contains(&text.to_ascii_lowercase().trim());
                crash(false, plain || lenient || self.defect == Defect::Boolean)
            }
            _ => self.list(raw),
        }
    }

    fn list(&self, raw: &str) -> Outcome {
        // Whoever decodes first can no longer tell what joins items from what stands in them.
        let items: Vec<String> = match self.defect {
            Defect::Split => self.decoded(raw).split(',').map(str::to_owned).collect(),
            _ => raw.split(',').map(|item| self.decoded(item).trim().to_owned()).collect(),
        };
        if self.defect == Defect::CrashOnList && items.len() > 1 {
            return Outcome::Crashed;
        }
        let listed = items.iter().all(|item| ["a", "b", "c,d"].contains(&item.as_str()));
        let few = items.len() <= 3 || self.defect == Defect::Count;
        if few && (listed || self.defect == Defect::Items) { Outcome::Taken } else { Outcome::Refused }
    }

    fn number(&self, text: &str) -> Option<i64> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if plain && (!self.strict() || digits == "0" || !digits.starts_with('0')) {
            return Some(text.parse().unwrap_or(i64::MAX));
        }
        if self.strict() {
            return None;
        }
        let number: f64 = text.trim().trim_start_matches('+').parse().ok()?;
        #[expect(clippy::cast_possible_truncation, reason = "it saturates")]
        (number.fract() == 0.0).then_some(number as i64)
    }
}
