//! Shaped text that never comes twice: what fits a format or pattern, with places that may vary.

use super::{Fits, Origin, under_any_run};
use crate::generate::Sample;
use crate::generate::pattern;
use crate::generate::random::{Random, fnv1a};
use crate::schema::folded::Folded;
use serde_json::Value;

/// Text of which some characters are different in every case.
#[derive(Clone, Debug)]
pub struct Mould {
    text: Vec<char>,
    /// Which characters vary, and among which others.
    free: Vec<(usize, &'static [u8])>,
    /// Names what varies; empty where the identity of the run does.
    salt: String,
}

/// So many digits has the identity of a run.
const DIGITS_OF_RUN: usize = crate::generate::DIGITS;

const DIGITS: &[u8] = b"0123456789";
const ALPHABETS: [&[u8]; 3] = [DIGITS, b"abcdefghijklmnopqrstuvwxyz", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/// Fewer different values than this are not worth to be called different.
const FEWEST: f64 = 100.0;

/// So many texts of a pattern are tried.
const TRIES: usize = 60;

/// The longest text that a place for a run is looked for in.
const LONGEST: usize = 200;

impl Mould {
    pub(super) fn find(flat: &Folded, origin: &Origin, fits: Fits<'_>) -> Option<Mould> {
        let Origin { seed, run } = origin;
        let known = formatted(flat.format.as_deref(), run).into_iter().chain(shapes(flat, run));
        let known = known.map(|text| Mould::varying((&text, run), "0", &[DIGITS], String::new(), fits));
        if let Some(mould) = known.flatten().next() {
            return Some(mould);
        }
        let generated = || {
            let texts = (0..TRIES).filter_map(|number| {
                let mut random = Random::named(*seed, &format!("mould/{number}"));
                let made = flat.patterns.first();
                made.and_then(|made| pattern::matching_up_to(made, &mut random, 16))
            });
            texts.filter(|text| text.len() <= LONGEST)
        };
        let any = (' '..='~').collect::<String>();
        let with_run = generated().find_map(|text| {
            let texts = inlaid(&text, run);
            texts
                .into_iter()
                .find_map(|text| Mould::varying((&text, run), &any, &ALPHABETS, String::new(), fits))
        });
        with_run.or_else(|| {
            let salt = format!("{seed}/");
            let most = flat.length.1.map_or(12, |most| usize::try_from(most).unwrap_or(12).min(12));
            let plain = flat.patterns.is_empty().then(|| "0".repeat(most));
            let mut texts = plain.into_iter().chain(generated());
            texts.find_map(|text| Mould::varying((&text, run), &any, &ALPHABETS, salt.clone(), fits))
        })
    }

    /// A mould of a text that fits: those of its characters vary that are among some, wherever every
    /// character of an alphabet fits as well.
    fn varying(
        (text, run): (&str, &Sample),
        among: &str,
        alphabets: &[&'static [u8]],
        salt: String,
        fits: Fits<'_>,
    ) -> Option<Mould> {
        if !under_any_run(&Value::from(text), run, fits) {
            return None;
        }
        let own = text.find(run.as_str()).map(|at| text[..at].chars().count());
        let own = own.map(|at| at..at + DIGITS_OF_RUN);
        let mut mould = Mould { text: text.chars().collect(), free: Vec::new(), salt };
        for at in 0..mould.text.len() {
            if own.as_ref().is_some_and(|own| own.contains(&at)) || !among.contains(mould.text[at]) {
                continue;
            }
            let every = |alphabet: &&&[u8]| {
                let samples = [alphabet[0], alphabet[alphabet.len() / 2], alphabet[alphabet.len() - 1]];
                samples.iter().all(|sample| {
                    let mut text = mould.text.clone();
                    text[at] = char::from(*sample);
                    fits(&Value::String(text.into_iter().collect()))
                })
            };
            let found = alphabets.iter().find(every).copied();
            mould.free.extend(found.map(|alphabet| (at, alphabet)));
        }
        #[expect(clippy::cast_precision_loss, reason = "alphabets are short")]
        let values: f64 = mould.free.iter().map(|(_, alphabet)| alphabet.len() as f64).product();
        (values >= FEWEST).then_some(mould)
    }

    pub(super) fn text(&self, case: &str) -> String {
        let mut hash = fnv1a(&format!("{}{case}", self.salt));
        let mut text = self.text.clone();
        for (at, alphabet) in &self.free {
            let size = alphabet.len() as u64;
            text[*at] = char::from(alphabet[usize::try_from(hash % size).unwrap_or_default()]);
            // What the digits have used up comes anew from what they were.
            hash = (hash / size) ^ hash.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32);
        }
        text.into_iter().collect()
    }
}

/// Texts of known formats with room for a run; zeros vary.
fn formatted(format: Option<&str>, run: &Sample) -> Vec<String> {
    let Some(format) = format else { return Vec::new() };
    let forms: &[&str] = match format {
        "email" | "idn-email" => &["probity-{run}-00000000@example.com", "p{run}00000@example.com"],
        "hostname" | "idn-hostname" => &["probity-{run}-00000000.example.com", "p{run}00000.example.com"],
        "uri" | "iri" | "url" => {
            &["https://example.com/probity-{run}-00000000", "http://example.com/{run}00000"]
        }
        "uri-reference" | "iri-reference" => &["/probity-{run}-00000000", "/{run}00000"],
        "uuid" => &["00000000-0000-4000-8000-{run}00"],
        "json-pointer" => &["/probity-{run}-00000000"],
        _ => return Vec::new(),
    };
    forms.iter().map(|form| form.replace("{run}", run.as_str())).collect()
}

/// Ordinary names and numbers with room for a run; zeros vary.
fn shapes(flat: &Folded, run: &Sample) -> Vec<String> {
    let forms = [
        "probity-{run}-00000000",
        "probity_{run}_00000000",
        "probity{run}00000000",
        "Probity{run}00000000",
        "PROBITY-{run}-00000000",
        "PROBITY_{run}_00000000",
        "PROBITY{run}00000000",
        "probity-{run}00000",
        "{run}00000000",
        "{run}00000",
        "p{run}00000",
        "P{run}00000",
        "{run}000",
    ];
    let least = flat.length.0.map_or(0, |least| usize::try_from(least).unwrap_or(0).min(LONGEST));
    let padded = |form: &&str| {
        let text = form.replace("{run}", run.as_str());
        let more = least.saturating_sub(text.len());
        (more > 0)
            .then(|| [text + &"x".repeat(more), form.replace("{run}", run.as_str()) + &"0".repeat(more)])
    };
    let plain = forms.iter().map(|form| form.replace("{run}", run.as_str()));
    let padded = forms.iter().filter_map(padded).flatten();
    if least > 0 { plain.chain(padded.collect::<Vec<_>>()).collect() } else { plain.collect() }
}

/// The text with a run in place of each ten characters of it.
fn inlaid(text: &str, run: &Sample) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let places = (chars.len() + 1).saturating_sub(DIGITS_OF_RUN);
    let at = |at: usize| {
        let (before, after) = (&chars[..at], &chars[at + DIGITS_OF_RUN..]);
        let (before, after) = (before.iter().collect::<String>(), after.iter().collect::<String>());
        before + run.as_str() + &after
    };
    // A run is of digits: where they stand already is tried first.
    let digits = |at: &usize| {
        let window = &chars[*at..*at + DIGITS_OF_RUN];
        DIGITS_OF_RUN - window.iter().filter(|c| c.is_ascii_digit()).count()
    };
    let mut found: Vec<usize> = (0..places).collect();
    found.sort_by_key(digits);
    found.into_iter().map(at).collect()
}
