//! Text that several keywords shape at once, or a pattern that cannot simply be walked: candidates
//! are tried until one satisfies all.

use super::pattern;
use super::random::Random;
use crate::schema::folded::Folded;
use crate::schema::schemas::Probe;
use serde_json::{Map, Value, json};

const TRIES: usize = 200;

/// Nothing longer is padded for.
const LONGEST: usize = 10_000;

/// Ordinary texts of many forms.
const WORDS: [&str; 14] = [
    "probity",
    "Probity",
    "PROBITY",
    "probity1",
    "Probity-1!",
    "Aa1!Bb2?Cc3$Dd4%",
    "a",
    "A1",
    "1",
    "12345678",
    "+4915112345678",
    "probity@example.com",
    "https://example.com/a",
    "/probity",
];

const TIMES: [&str; 6] = [
    "2025-11-20T13:17:30Z",
    "2025-11-20T13:17:30.123Z",
    "2025-11-20T13:17:30.123456Z",
    "2025-11-20T13:17:30+00:00",
    "2025-11-20T13:17:30.123+00:00",
    "2025-11-20T13:17:30+01:00",
];

/// Text that satisfies every pattern, the format and the lengths; `sample` is one of the format.
pub(super) fn shaped(flat: &Folded, sample: Option<String>, random: &mut Random) -> Option<String> {
    let probe = Probe::of(&keywords(flat))?;
    let fits = |text: &String| probe.accepts(&Value::from(text.as_str()));
    let known = flat.examples.iter().filter_map(Value::as_str).chain(TIMES).chain(WORDS).map(str::to_owned);
    let known = sample.into_iter().chain(known);
    if flat.format.is_some()
        && let Some(text) = known.clone().find(fits)
    {
        return Some(text);
    }
    let least = flat.length.0.map_or(0, |least| usize::try_from(least).unwrap_or(usize::MAX));
    if least > LONGEST {
        return None;
    }
    let mut walkable: Vec<Vec<String>> = flat.patterns.iter().map(|pattern| vec![pattern.clone()]).collect();
    if walkable.len() > 1 {
        // One pattern may be about the beginning, another about the end.
        walkable.push(walkable.concat());
    }
    for patterns in walkable {
        for number in 0..TRIES {
            // Half of them short, half of them long enough.
            let repeats = if number % 2 == 0 { 8 } else { u32::try_from(least).unwrap_or(0).max(8) };
            let parts = patterns.iter().map(|pattern| pattern::matching_up_to(pattern, random, repeats));
            let Some(text) = parts.collect::<Option<String>>() else { break };
            if let Some(text) = padded(text, least).into_iter().find(fits) {
                return Some(text);
            }
        }
    }
    known.flat_map(|text| padded(text, least)).find(fits)
}

/// What a schema asks of text, by itself.
pub(crate) fn keywords(flat: &Folded) -> Value {
    let patterns: Vec<Value> = flat.patterns.iter().map(|pattern| json!({"pattern": pattern})).collect();
    let mut schema = Map::new();
    if !patterns.is_empty() {
        schema.insert("allOf".into(), patterns.into());
    }
    schema.extend(flat.format.iter().map(|format| ("format".to_owned(), json!(format))));
    schema.extend(flat.length.0.map(|least| ("minLength".to_owned(), json!(least))));
    schema.extend(flat.length.1.map(|most| ("maxLength".to_owned(), json!(most))));
    Value::Object(schema)
}

/// The text, and where it is too short, the ways to make it long enough.
fn padded(text: String, least: usize) -> Vec<String> {
    let missing = least.saturating_sub(text.chars().count());
    if missing == 0 {
        return vec![text];
    }
    let more = "x".repeat(missing);
    let cycle = if text.is_empty() { more.clone() } else { text.chars().cycle().take(least).collect() };
    vec![cycle, format!("{text}{more}"), format!("{more}{text}")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_satisfies_every_keyword_at_once() {
        for schema in [
            json!({"pattern": "[a-z]", "minLength": 10, "maxLength": 12}),
            json!({"pattern": "^[a-z]+$", "minLength": 40}),
            json!({"pattern": "^(?=.*[0-9]).{8,}$"}),
            json!({"pattern": r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z\d@$!%*?&]{8,20}$"}),
            json!({"pattern": r"^(?![\s(])[a-z\s()]+(?<!\s)$"}),
            json!({"pattern": "Z$", "format": "date-time"}),
            json!({"pattern": r"\.\d{3}", "format": "date-time"}),
            json!({"pattern": "@example.com$", "format": "email"}),
            json!({"allOf": [{"pattern": "^a"}, {"pattern": "[0-9]$"}]}),
        ] {
            let flat = Folded::read(&schema, &[String::new()]);
            let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
            for seed in 0..10 {
                let text = shaped(&flat, None, &mut Random::named(seed, "shaped"));
                let text = text.unwrap_or_else(|| panic!("{schema}"));
                assert!(validator.is_valid(&json!(text)), "{schema}: {text:?}");
            }
        }
    }

    #[test]
    fn what_contradicts_itself_has_no_text() {
        for schema in [
            json!({"pattern": "^.{3}$", "minLength": 5}),
            json!({"allOf": [{"pattern": "^a"}, {"pattern": "^b"}]}),
        ] {
            let flat = Folded::read(&schema, &[String::new()]);
            assert_eq!(shaped(&flat, None, &mut Random::named(0, "")), None, "{schema}");
        }
    }
}
