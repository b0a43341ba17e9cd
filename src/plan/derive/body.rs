//! Cases of a JSON body: values, mutations, malformed documents, media types.

use super::base::{Base, Sheets};
use super::{About, Deriver, Draft, MakeBody, ODD};
use crate::cause::Cause;
use crate::contract::MediaType;
use crate::exchange::Request;
use crate::generate::mutate::{self, Change, Spot};
use crate::generate::odd;
use crate::generate::value::{Fill, Maker, Unmade};
use crate::json::{self, pointer};
use crate::plan::{Candidates, Case, Place};
use crate::schema::Side;
use crate::schema::folded::{Folded, Folds};
use serde_json::Value;
use std::collections::HashSet;
use std::rc::Rc;

/// So many places with free text get every odd text.
const FULL_TEXTS: usize = 3;
/// So many alternatives are varied.
const ALTERNATIVES: usize = 8;
/// The same where a discriminator names them.
const NAMED: usize = 32;
const RANDOM_VALID: usize = 12;
const RANDOM_DOUBLE: usize = 8;

impl Deriver<'_> {
    pub(super) fn with_json(&mut self, without: &Request, media: &MediaType) {
        let request = carrying(without, media);
        let Some(schema) = &media.schema else {
            self.gap(&media.at, "the body has no schema");
            return;
        };
        let full = self.base(media, Fill::All);
        let least = self.base(media, Fill::Required);
        let Some(full) = full.or_else(|| least.clone()) else {
            let (at, obstacle) = self.obstacle(schema);
            self.gap(&at, format!("no value can be made that the schema allows{obstacle}"));
            return;
        };
        let base = Base::new(self, full, media.clone());
        for example in &media.examples {
            let about = About {
                worth: 0,
                place: Place::Body(String::new()),
                kind: "example",
                variant: &example.name,
                at: &example.at,
                words: format!("the documented example `{}`", example.name),
            };
            let body = |key: &str| json::compact(&base.documented(&example.value, key)).into_bytes();
            self.candidate_case(about, &request, &body);
        }
        let at = schema.0.clone();
        let about = |worth, variant, words: &str| About {
            worth,
            place: Place::Body(String::new()),
            kind: "valid",
            variant,
            at: &at,
            words: words.into(),
        };
        let all = about(0, "all", "every declared property");
        self.candidate_case(all, &request, &|key| base.bytes(&base.full, key));
        if let Some(least) = &least {
            let required = about(1, "required", "only the required properties");
            self.candidate_case(required, &request, &|key| base.bytes(least, key));
        }
        if self.operation.body.as_ref().is_some_and(|body| !body.required) {
            self.single(about(1, "no-body", "no body, which may be left out"), without, None);
        }
        let hidden = self.with_read_only(&base, &base.full);
        if let Some(value) = &hidden {
            let words = "every declared property, and those that only answers should have";
            let with = about(1, "with-read-only", words);
            self.candidate_case(with, &request, &|key| base.bytes(value, key));
        }
        self.candidates = Some(Candidates::of(self, &base, media, hidden.is_some()));
        self.unknown(&request, Some(&base));
        self.uniqueness(&request, &base);
        self.credentials(&request, Some(&base));
        self.another_user(&request, Some(&base));
        self.stories(&request, Some(&base));
        let spots = self.mutations(&request, &base);
        self.alternatives(&request, &base, &spots);
        self.unnamed(&request, &base, &spots);
        self.malformed(&request, &base);
        self.style(&request, &base);
        self.media_types(&request, &base);
        self.parameters(&request, Some(&base));
        self.querystring(&request, Some(&base));
        self.negotiation(&request, Some(&base));
        self.methods(&request, Some(&base));
        self.combinations(&request, &base);
    }

    /// A case whose body is one of those of which an accepted one is looked for.
    fn candidate_case(&mut self, about: About<'_>, request: &Request, body: MakeBody<'_>) {
        let before = self.drafts.len();
        self.single(about, request, Some(body));
        self.drafts[before..].iter_mut().for_each(Draft::be_candidate);
    }

    /// A case with a body that a search for an accepted one asks for.
    pub(in crate::plan) fn candidate(&mut self, name: &str, words: String, request: Request) -> Case {
        let at = self.operation.json_body().map_or_else(String::new, |media| media.at.clone());
        let place = Place::Body(String::new());
        let about = About { worth: 0, place, kind: "candidate", variant: name, at: &at, words };
        self.case(about, request, None)
    }

    /// The request that carries a JSON body, and what that is.
    pub(in crate::plan) fn json_request(&mut self) -> Option<(Request, MediaType)> {
        let media = self.operation.json_body()?.clone();
        let request = self.request()?;
        Some((carrying(&request, &media), media))
    }

    /// The members below a place that a body may leave out, the outer ones only.
    pub(in crate::plan) fn optional(&self, base: &Base, value: &Value, at: &str) -> Vec<String> {
        let mut maker = self.maker("optional", Fill::All, true);
        let spots = mutate::spots(&mut maker, &base.schemas, value);
        let mut found: Vec<String> = Vec::new();
        for spot in spots.iter().filter(|spot| spot.role == mutate::Role::Property && !spot.required) {
            let below = |outer: &String| pointer::is_below(&spot.at, outer);
            if !pointer::is_below(&spot.at, at) || found.iter().any(below) {
                continue;
            }
            let without: Value = serde_json::from_str(&mutate::apply(value, &spot.at, &Change::Remove, None))
                .unwrap_or_default();
            if self.is_valid(base, &without) {
                found.push(spot.at.clone());
            }
        }
        found
    }

    /// A body with the properties that must be there in answers and should not be in requests.
    pub(in crate::plan) fn with_read_only(&self, base: &Base, body: &Value) -> Option<Value> {
        let flats = &self.labeller.answered;
        let mut value = body.clone();
        let added = self.add_read_only(flats, &flats.at(&base.schemas), &mut value);
        (added && self.is_valid(base, &value)).then_some(value)
    }

    /// Adds them to a value and to what is in it; tells whether there were any.
    fn add_read_only(&self, flats: &Folds<'_>, flat: &Folded, value: &mut Value) -> bool {
        let mut added = false;
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    added |= self.add_read_only(flats, &flats.of(flat.item(index)), item);
                }
            }
            Value::Object(members) => {
                for (name, member) in members.iter_mut() {
                    let places = flat.properties.get(name);
                    added |=
                        places.is_some_and(|places| self.add_read_only(flats, &flats.of(places), member));
                }
                for name in
                    flat.required.iter().filter(|name| !members.contains_key(*name)).collect::<Vec<_>>()
                {
                    let places = flat.properties.get(name).filter(|places| flats.of(places).read_only);
                    let mut maker =
                        Maker::of(Rc::clone(&self.labeller.flats), self.random(name), Fill::All, true);
                    let made = places.and_then(|places| maker.make(places));
                    added |= made.is_some_and(|made| members.insert(name.clone(), made).is_none());
                }
            }
            _ => {}
        }
        added
    }

    /// Changes to every place of the body, which it gives back.
    fn mutations(&mut self, request: &Request, base: &Base) -> Vec<Spot> {
        let mut maker = self.maker("mutations", Fill::All, true);
        let spots = mutate::spots(&mut maker, &base.schemas, &base.full);
        if spots.len() >= mutate::SPOTS {
            let why = format!("places beyond the first {} of the body are not varied", mutate::SPOTS);
            self.gap(&base.media.at, why);
        }
        let many = spots.len() > 24;
        let sheets = Sheets::of(base);
        let mut texts = 0;
        for (index, spot) in spots.iter().enumerate() {
            let in_map = spot.role == mutate::Role::Entry;
            texts += usize::from(spot.flat.is_free_text() && !in_map);
            for mutation in mutate::mutations(&mut maker, spot) {
                // Violations go everywhere; odd values go to the first places that take them, and
                // in large bodies they are dealt out over the rest.
                let odd = mutation.worth >= ODD;
                let first = texts <= FULL_TEXTS;
                let dealt = (many || !first) && !index.is_multiple_of(usize::from(mutation.worth));
                if odd && (dealt || in_map) {
                    continue;
                }
                self.mutation(request, (base, &sheets), spot, &mutation);
            }
        }
        self.unbroken(&maker);
        spots
    }

    /// Tells which keywords no request breaks by themselves.
    pub(super) fn unbroken(&mut self, maker: &Maker<'_>) {
        for Unmade { at, keyword, .. } in &maker.unbroken {
            self.gap(at, format!("no value was found that breaks this `{keyword}` and nothing else"));
        }
    }

    /// The same for the other alternatives, where there are several.
    fn alternatives(&mut self, request: &Request, base: &Base, spots: &[Spot]) {
        let groups = spots.iter().flat_map(|spot| &spot.flat.alternatives).map(Vec::len);
        // What follows from a condition, and what from its contrary.
        let conditions = spots.iter().map(|spot| usize::from(!spot.flat.rarer.conditions.is_empty()) * 2);
        let groups = groups.chain(conditions);
        let named = spots.iter().flat_map(|spot| &spot.flat.discriminators).map(|discriminator| {
            let targets = &discriminator.targets;
            let names = targets.iter().map(|target| discriminator.names(target).len()).max();
            targets.len() * names.unwrap_or_default()
        });
        let (groups, named) = (groups.max().unwrap_or_default(), named.max().unwrap_or_default());
        let most = groups.max(named);
        let looked_into = most.min(if named > 0 { NAMED } else { ALTERNATIVES });
        let mut missed = looked_into < most;
        let mut known: Vec<Value> = vec![base.full.clone()];
        let mut seen: HashSet<Vec<String>> = spots.iter().map(|spot| spot.flat.parts.clone()).collect();
        for branch in 1..looked_into {
            let ways = [(true, false), (false, false), (true, true)];
            let made = ways.into_iter().find_map(|(examples, strict)| {
                let mut maker = self.maker(&format!("alternative/{branch}"), Fill::All, examples);
                (maker.branch, maker.strict) = (branch, strict);
                let value = maker.make(&base.schemas).filter(|value| self.may_be_valid(base, value))?;
                Some((maker, value))
            });
            let Some((mut maker, value)) = made else {
                missed = true;
                continue;
            };
            if known.contains(&value) {
                continue;
            }
            known.push(value.clone());
            let other = base.with(value);
            let sheets = Sheets::of(&other);
            let about = About {
                worth: 2,
                place: Place::Body(String::new()),
                kind: "valid",
                variant: &format!("alternative-{}", branch + 1),
                at: &base.media.at,
                words: format!("alternative {} wherever there are several", branch + 1),
            };
            self.single(about, request, Some(&|key| other.bytes(&other.value, key)));
            for spot in mutate::spots(&mut maker, &other.schemas, &other.value) {
                if !seen.insert(spot.flat.parts.clone()) {
                    continue;
                }
                for mutation in mutate::mutations(&mut maker, &spot).iter().filter(|one| one.worth < ODD) {
                    self.mutation(request, (&other, &sheets), &spot, mutation);
                }
            }
        }
        if missed {
            self.gap(&base.media.at, "an alternative is only sent at random, if at all");
        }
    }

    /// Whether a value is valid, or it is for a discriminator to say.
    fn may_be_valid(&self, base: &Base, value: &Value) -> bool {
        let schemas = &self.contract.schemas;
        let by_name = |schema| {
            let broken = schemas.breaks(schema, Side::Request, value);
            broken.iter().all(|one| one.cause == Cause::ManyBranches && schemas.are_discriminated(&one.at))
        };
        self.is_valid(base, value) || base.media.schema.as_ref().is_some_and(by_name)
    }

    pub(super) fn is_valid(&self, base: &Base, value: &Value) -> bool {
        let schema = base.media.schema.as_ref();
        schema.is_none_or(|schema| self.contract.schemas.accepts(schema, Side::Request, value))
    }

    fn mutation(
        &mut self,
        request: &Request,
        (base, sheets): (&Base, &Sheets<'_>),
        spot: &Spot,
        mutation: &mutate::Mutation,
    ) {
        let what = mutation.name();
        let words = format!("`{what}` at {}", Place::Body(mutation.at.clone()));
        let about = About {
            worth: mutation.worth,
            place: Place::Body(mutation.at.clone()),
            kind: mutation.kind,
            variant: &mutation.variant,
            at: &spot.flat.at,
            words,
        };
        // Text of a length may be fresh; what a case is about otherwise stays as it is.
        let of_length = matches!(mutation.change, Change::Length(_)) && spot.flat.format.is_none();
        let varies = base.is_free(&mutation.at) || (of_length && base.texts().any(|at| at == mutation.at));
        let around = sheets.around(&mutation.at);
        let body = |key: &str| around.changed(key, &mutation.at, &mutation.change, varies).into_bytes();
        self.single(about, request, Some(&body));
    }

    fn malformed(&mut self, request: &Request, base: &Base) {
        let sheets = Sheets::of(base);
        let around = sheets.around("");
        for (index, (name, spoilt)) in odd::MALFORMED.into_iter().enumerate() {
            let about = About {
                worth: if index < 2 {
                    4
                } else if index < 7 {
                    8
                } else {
                    10
                },
                place: Place::Body(String::new()),
                kind: "malformed",
                variant: name,
                at: &base.media.at,
                words: format!("a body that is {}", name.replace('-', " ")),
            };
            let body = |key: &str| spoilt(&around.renewed(key));
            self.single(about, request, Some(&body));
        }
        let bom = |key: &str| {
            let mut bytes = b"\xef\xbb\xbf".to_vec();
            bytes.extend(base.body(key));
            bytes
        };
        let about = About {
            worth: 11,
            place: Place::Body(String::new()),
            kind: "style",
            variant: "byte-order-mark",
            at: &base.media.at,
            words: "a byte order mark before the document".into(),
        };
        self.single(about, request, Some(&bom));
    }

    fn style(&mut self, request: &Request, base: &Base) {
        type Style = fn(&Value) -> String;
        let styles: [(&str, &str, Style); 3] = [
            ("white-space", "white space wherever JSON allows it", |value| {
                format!("\r\n\t {} \n", serde_json::to_string_pretty(value).unwrap_or_default())
            }),
            ("reversed-keys", "the members in reverse order", |value| match value {
                Value::Object(members) => {
                    Value::Object(members.clone().into_iter().rev().collect()).to_string()
                }
                other => other.to_string(),
            }),
            ("escaped", "letters written as escapes", |value| escaped(&value.to_string())),
        ];
        for (variant, words, style) in styles {
            let about = About {
                worth: 8,
                place: Place::Body(String::new()),
                kind: "style",
                variant,
                at: &base.media.at,
                words: words.into(),
            };
            let body = |key: &str| style(&base.fresh(&base.value, key)).into_bytes();
            self.single(about, request, Some(&body));
        }
    }

    fn media_types(&mut self, request: &Request, base: &Base) {
        let own = content_type(&base.media.name);
        let kinds: [(u8, &str, Option<String>); 8] = [
            (5, "text-plain", Some("text/plain".into())),
            (7, "xml", Some("application/xml".into())),
            (7, "form", Some("application/x-www-form-urlencoded".into())),
            (7, "none", None),
            (8, "charset-utf-8", Some(format!("{own}; charset=utf-8"))),
            (9, "upper-case", Some(own.to_ascii_uppercase())),
            (11, "no-such-type", Some("application/x-probity".into())),
            (11, "multipart", Some("multipart/form-data; boundary=probity".into())),
        ];
        for (worth, variant, kind) in kinds {
            self.under(request, base, (worth, variant), kind.as_deref());
        }
    }

    /// Sends the body under another media type, or under none.
    pub(super) fn under(
        &mut self,
        request: &Request,
        base: &Base,
        (worth, variant): (u8, &str),
        kind: Option<&str>,
    ) {
        let mut request = request.clone();
        let parts = request.parts_mut();
        parts.remove_field("content-type");
        parts.fields.extend(kind.map(|kind| ("Content-Type".into(), kind.into())));
        let words = kind.map_or("no media type".into(), |kind| format!("the media type {kind}"));
        let (place, at) = (Place::MediaType, &base.media.at);
        let about = About { worth, place, kind: "media-type", variant, at, words };
        self.single(about, &request, Some(&|key| base.body(key)));
    }

    fn combinations(&mut self, request: &Request, base: &Base) {
        for number in 0..RANDOM_VALID {
            let name = format!("random/{number}");
            let mut maker = self.maker(&name, Fill::Random, false);
            let Some(mut value) = maker.make(&base.schemas) else { continue };
            base.refused.iter().for_each(|at| mutate::remove(&mut value, at));
            let variant = number.to_string();
            let about = About {
                worth: 12,
                place: Place::Body(String::new()),
                kind: "random",
                variant: &variant,
                at: &base.media.at,
                words: "random values".into(),
            };
            self.single(about, request, Some(&|key| base.bytes(&value, key)));
        }
        let mut maker = self.maker("double", Fill::All, true);
        let spots = mutate::spots(&mut maker, &base.schemas, &base.value);
        let simple: Vec<mutate::Mutation> = spots
            .iter()
            .flat_map(|spot| mutate::mutations(&mut maker, spot))
            .filter(|mutation| {
                !mutation.at.is_empty() && matches!(mutation.change, Change::Set(_) | Change::Remove)
            })
            .collect();
        for number in 0..RANDOM_DOUBLE {
            let mut random = self.random(&format!("double/{number}"));
            let (Some(one), Some(two)) = (random.choose(&simple), random.choose(&simple)) else { return };
            if one.at == two.at || one.at.starts_with(&two.at) || two.at.starts_with(&one.at) {
                continue;
            }
            let body = |key: &str| {
                let value = base.fresh(&base.value, key);
                let once = mutate::apply(&value, &one.at, &one.change, None);
                let once: Value = serde_json::from_str(&once).unwrap_or(value);
                mutate::apply(&once, &two.at, &two.change, None).into_bytes()
            };
            let variant = format!("random-{number}");
            let words = format!("{} at {} and {} at {}", one.variant, one.at, two.variant, two.at);
            let about = About {
                worth: 12,
                place: Place::Body(String::new()),
                kind: "two",
                variant: &variant,
                at: &base.media.at,
                words,
            };
            self.single(about, request, Some(&body));
        }
    }
}

/// The same request with the media type of a body.
fn carrying(request: &Request, media: &MediaType) -> Request {
    let mut request = request.clone();
    request.parts_mut().fields.insert(0, ("Content-Type".into(), content_type(&media.name).into()));
    request
}

pub(super) fn content_type(documented: &str) -> String {
    if documented.contains('*') { "application/json".into() } else { documented.to_owned() }
}

fn escaped(json: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    let mut before = ' ';
    for c in json.chars() {
        if c == '"' && before != '\\' {
            inside = !inside;
        }
        if inside && c.is_ascii_lowercase() && before != '\\' && "aeiou".contains(c) {
            text.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            text.push(c);
        }
        before = c;
    }
    text
}
