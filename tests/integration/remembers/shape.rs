//! What the server takes: the members of a project, of a change to one, and of a task.

use serde_json::{Map, Value};

/// What stands in a body.
pub(super) type Body = Map<String, Value>;

/// What a body must be.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    media: &'static str,
    required: &'static [&'static str],
    /// Whether a value fits a member; nothing where the member is not known.
    fits: fn(&str, &Value) -> Option<bool>,
    least: usize,
}

pub(super) const PROJECT: Shape =
    Shape { media: "application/json", required: &["name", "budget"], fits: of_project, least: 0 };
pub(super) const CHANGE: Shape =
    Shape { media: "application/merge-patch+json", required: &[], fits: of_change, least: 1 };
pub(super) const TASK: Shape =
    Shape { media: "application/json", required: &["title", "due"], fits: of_task, least: 0 };

/// Why a body is not taken, and what of it would have been.
pub(super) struct Refused {
    pub(super) status: &'static str,
    pub(super) rest: Body,
}

impl Shape {
    pub(super) fn read(self, media: &str, bytes: &[u8]) -> Result<Body, Refused> {
        let read = std::str::from_utf8(bytes).ok().and_then(|text| serde_json::from_str(text).ok());
        let members = match read {
            Some(Value::Object(members)) => Some(members),
            _ => None,
        };
        let known = |members: &Body, wanted: bool| -> Body {
            let fits = members.iter().filter(|(name, value)| (self.fits)(name, value) == Some(wanted));
            fits.map(|(name, value)| (name.clone(), value.clone())).collect()
        };
        let rest = members.as_ref().map(|members| known(members, true)).unwrap_or_default();
        if media != self.media {
            return Err(Refused { status: "415 Unsupported Media Type", rest });
        }
        let is_right = members.is_some_and(|members| {
            members.len() >= self.least
                && known(&members, false).is_empty()
                && self.required.iter().all(|name| members.contains_key(*name))
        });
        if is_right { Ok(rest) } else { Err(Refused { status: "400 Bad Request", rest }) }
    }
}

fn of_project(name: &str, value: &Value) -> Option<bool> {
    Some(match name {
        "labels" => {
            value.as_array().is_some_and(|all| all.len() <= 5 && all.iter().all(|one| long(one, 1, 20)))
        }
        "owner" => {
            let phone = value.get("phone").is_none_or(|phone| long(phone, 0, 30));
            value.get("mail").is_some_and(|mail| long(mail, 3, 60)) && phone
        }
        "color" | "open" if value.is_null() => false,
        _ => return of_change(name, value),
    })
}

fn of_change(name: &str, value: &Value) -> Option<bool> {
    Some(match name {
        "name" => long(value, 1, 80),
        "budget" => {
            let within = |number: f64| (0.0..=100_000.0).contains(&number) && number.fract() == 0.0;
            value.as_f64().is_some_and(within)
        }
        "color" => value.is_null() || ["red", "green", "blue"].iter().any(|one| value == one),
        "open" => value.is_null() || value.is_boolean(),
        _ => return None,
    })
}

fn of_task(name: &str, value: &Value) -> Option<bool> {
    Some(match name {
        "title" => long(value, 1, 80),
        "weight" => value.as_f64().is_some_and(|number| (0.0..=10.0).contains(&number)),
        "due" => value.as_str().is_some_and(is_moment),
        _ => return None,
    })
}

fn long(value: &Value, least: usize, most: usize) -> bool {
    value.as_str().is_some_and(|text| (least..=most).contains(&text.chars().count()))
}

/// Whether a text is a time as RFC 3339 writes it.
fn is_moment(text: &str) -> bool {
    let number = |from: usize, to: usize| {
        text.get(from..to)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| digits.parse::<u32>().ok())
    };
    let mark = |at: usize, marks: &str| text.get(at..=at).is_some_and(|mark| marks.contains(mark));
    let numbers = [(0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19)].map(|(from, to)| number(from, to));
    let [Some(year), Some(month), Some(day), Some(hour), Some(minute), Some(second)] = numbers else {
        return false;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let marks = mark(4, "-") && mark(7, "-") && mark(10, "Tt ") && mark(13, ":") && mark(16, ":");
    let rest = text.get(19..).unwrap_or_default();
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|one: char| one.is_ascii_digit()),
        None => rest,
    };
    let offset = |zone: &str| {
        let numbers = zone.strip_prefix(['+', '-']).and_then(|zone| zone.split_once(':'));
        numbers.is_some_and(|(hours, minutes)| {
            let below = |text: &str, bound: u32| {
                text.len() == 2 && text.parse::<u32>().is_ok_and(|number| number < bound)
            };
            below(hours, 24) && below(minutes, 60)
        })
    };
    let within = (1..=12).contains(&month) && (1..=days).contains(&day) && hour < 24 && minute < 60;
    marks && within && second <= 60 && rest != "." && (["Z", "z"].contains(&zone) || offset(zone))
}
