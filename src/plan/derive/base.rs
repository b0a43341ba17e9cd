//! The valid body that every case of a JSON body starts from.

use super::Deriver;
use crate::contract::MediaType;
use crate::generate::mutate::{self, Change};
use crate::generate::sheet::{Edit, Sheet};
use crate::generate::unique::Source;
use crate::generate::value::{Fill, NAME, Unmade};
use crate::json::{self, pointer};
use crate::schema::{SchemaAt, Side};
use crate::wire::body::{Codec, Notation};
use foldhash::quality::FixedState;
use serde_json::Value;
use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::rc::Rc;

/// A body that the schema allows, and what must be fresh in it wherever it is sent.
#[derive(Clone)]
pub(in crate::plan) struct Base {
    /// The body that cases are built on: as much of an accepted one as a host need not know already.
    pub(in crate::plan) value: Value,
    /// The body that the host accepts, as far as that is known.
    pub(in crate::plan) whole: Value,
    /// Everything that is declared, which says what cases there are.
    pub(in crate::plan) full: Value,
    /// What it is a representation of.
    pub(in crate::plan) media: MediaType,
    /// How it is written.
    pub(in crate::plan) codec: Rc<Codec>,
    /// Its schemas.
    pub(in crate::plan) schemas: Vec<String>,
    /// The members to which a host's refusal was traced.
    pub(in crate::plan) refused: Vec<String>,
    operation: String,
    varying: Rc<[Varying]>,
    /// The body as text, written once, and the places of it whose values vary.
    sheet: OnceCell<(Sheet, Vec<usize>)>,
    /// Which key has which value: no two keys may share one, however short the values.
    owners: Rc<RefCell<Owners>>,
}

/// The key of each value and its place, both short enough to be kept of every one.
type Owners = HashMap<u64, u64, foldhash::fast::RandomState>;

const HASH: FixedState = FixedState::with_seed(0);

/// A place that holds another value in every case.
struct Varying {
    /// JSON Pointer into the body.
    at: String,
    /// Where its values come from; none where there are too few different ones.
    source: Option<Source>,
    /// Whether the contract says that values are unique there. Other text varies because a host may
    /// ask for that without saying so.
    unique: bool,
}

impl Base {
    pub(in crate::plan) fn new(deriver: &Deriver<'_>, full: Value, media: MediaType) -> Base {
        let schemas: Vec<String> = media.schema.iter().map(|schema| schema.0.clone()).collect();
        let mut varying = unique_fields(deriver, &schemas, &media, &full);
        varying.extend(other_texts(deriver, &schemas, &media, &full));
        let codec = deriver.labeller.codec(&media);
        varying.retain(|one| !codec.is_file(&one.at));
        let choice = deriver.choice();
        varying.retain(|one| one.unique || choice.is_none_or(|choice| !choice.literal.contains(&one.at)));
        let whole = choice.map_or_else(|| full.clone(), |choice| choice.body.clone());
        Base {
            value: without_unknown(deriver, &schemas, &media, &whole, &varying),
            whole,
            full,
            media,
            codec,
            schemas,
            refused: choice.map(|choice| choice.refused.clone()).unwrap_or_default(),
            operation: deriver.operation.id.clone(),
            varying: varying.into(),
            sheet: OnceCell::new(),
            owners: Rc::default(),
        }
    }

    /// The same with another body.
    pub(in crate::plan) fn with(&self, value: Value) -> Base {
        Base { full: value.clone(), whole: value.clone(), value, sheet: OnceCell::new(), ..self.clone() }
    }

    /// The body that a case about a place is built on: the accepted one, and as much more as it
    /// takes to have that place.
    pub(in crate::plan) fn around(&self, at: &str) -> Cow<'_, Value> {
        let Some(lacking) = self.lacking(at) else { return Cow::Borrowed(&self.value) };
        let mut value = self.value.clone();
        let part = pointer::get(&self.whole, &lacking).or_else(|| pointer::get(&self.full, &lacking));
        if let Some(part) = part {
            mutate::put(&mut value, &lacking, part.clone());
        }
        Cow::Owned(value)
    }

    /// What the body lacks to have a place.
    fn lacking(&self, at: &str) -> Option<String> {
        if pointer::get(&self.value, at).is_some() {
            return None;
        }
        let (mut here, mut lacking) = (String::new(), String::new());
        for token in pointer::tokens(at) {
            let inside = pointer::get(&self.value, &here);
            here = pointer::child(&here, &token);
            if pointer::get(&self.value, &here).is_none() {
                // Items are not put in by themselves.
                lacking = if inside.is_some_and(Value::is_object) { here.clone() } else { lacking };
                break;
            }
            lacking.clone_from(&here);
        }
        Some(lacking)
    }

    /// A body in which all that can vary holds values that no other case has.
    pub(in crate::plan) fn fresh(&self, value: &Value, key: &str) -> Value {
        self.renewed(value, key, |_| true)
    }

    /// The same where only the unique fields do, and the rest stays as it is documented.
    pub(in crate::plan) fn documented(&self, value: &Value, key: &str) -> Value {
        self.renewed(value, key, |one| one.unique)
    }

    /// The same with another value in every unique field but one.
    pub(in crate::plan) fn but(&self, field: &str, value: &Value, key: &str) -> Value {
        self.renewed(value, key, |one| one.unique && one.at != field)
    }

    fn renewed(&self, value: &Value, key: &str, wanted: impl Fn(&Varying) -> bool) -> Value {
        let mut renewed = value.clone();
        for (at, fresh) in self.values(value, key, wanted) {
            mutate::put(&mut renewed, at, fresh);
        }
        renewed
    }

    /// The values that no other case has, and where they stand in a body.
    fn values(&self, value: &Value, key: &str, wanted: impl Fn(&Varying) -> bool) -> Vec<(&str, Value)> {
        self.values_at(&self.places(value, wanted), key)
    }

    /// Which places of a body hold values that vary.
    fn places(&self, value: &Value, wanted: impl Fn(&Varying) -> bool) -> Vec<usize> {
        let holds = |one: &Varying| match pointer::get(value, &one.at) {
            None | Some(Value::Null) => false,
            Some(held) => one.unique || held.is_string(),
        };
        let varying = self.varying.iter().enumerate().filter(|(_, one)| wanted(one) && holds(one));
        varying.map(|(index, _)| index).collect()
    }

    fn values_at(&self, places: &[usize], key: &str) -> Vec<(&str, Value)> {
        let mut found = Vec::with_capacity(places.len());
        let own = HASH.hash_one(key);
        for index in places.iter().copied() {
            let Varying { at, source, unique } = &self.varying[index];
            let Some(source) = source else { continue };
            let mut owners = self.owners.borrow_mut();
            let place = if *unique { "" } else { at.as_str() };
            let mut name = [self.operation.as_str(), "/", key, place].concat();
            let length = name.len();
            let tries = (0..100).map(|number| {
                name.truncate(length);
                if number > 0 {
                    name.push_str(&format!("/{number}"));
                }
                source.value(&name)
            });
            let fresh = tries.map_while(|fresh| fresh).find(|fresh| {
                let text = fresh.as_str().map_or_else(|| Cow::Owned(fresh.to_string()), Cow::Borrowed);
                *owners.entry(HASH.hash_one((index, text))).or_insert(own) == own
            });
            found.extend(fresh.map(|fresh| (at.as_str(), fresh)));
        }
        found
    }

    /// Whether a unique field takes any text, so that more can be said in it beside its own value.
    pub(in crate::plan) fn is_free(&self, field: &str) -> bool {
        self.sources(field).any(Source::is_free)
    }

    /// Whether there are different values for a unique field.
    pub(in crate::plan) fn has_source(&self, field: &str) -> bool {
        self.sources(field).next().is_some()
    }

    /// The unique fields beside one that the body has.
    pub(in crate::plan) fn others<'b>(&'b self, field: &'b str) -> impl Iterator<Item = &'b str> {
        let others = self.varying.iter().filter(move |one| one.unique && one.at != field);
        others.map(|one| one.at.as_str()).filter(|at| pointer::get(&self.value, at).is_some())
    }

    fn sources(&self, field: &str) -> impl Iterator<Item = &Source> {
        let known = self.varying.iter().filter(move |one| one.unique && one.at == field);
        known.filter_map(|one| one.source.as_ref())
    }

    /// The places whose text varies although the contract does not call it unique.
    pub(in crate::plan) fn texts(&self) -> impl Iterator<Item = &str> {
        self.varying.iter().filter(|one| !one.unique && one.source.is_some()).map(|one| one.at.as_str())
    }

    /// The body that cases are built on, as it is written with values that no other case has.
    pub(in crate::plan) fn body(&self, key: &str) -> Vec<u8> {
        if self.codec.notation != Notation::Json {
            return self.bytes(&self.value, key);
        }
        let write = || (Sheet::of(&self.value), self.places(&self.value, |_| true));
        let (sheet, places) = self.sheet.get_or_init(write);
        sheet.with(&self.value, &sheet.edits(&self.values_at(places, key)), None, None).into_bytes()
    }

    /// Another body as it is written.
    pub(in crate::plan) fn bytes(&self, value: &Value, key: &str) -> Vec<u8> {
        self.written(&self.fresh(value, key))
    }

    /// A body as it is written.
    pub(in crate::plan) fn written(&self, value: &Value) -> Vec<u8> {
        match self.codec.notation {
            Notation::Json => json::compact(value).into_bytes(),
            _ => self.codec.write(value).unwrap_or_default(),
        }
    }
}

/// The bodies around the places of a base, each written once.
pub(super) struct Sheets<'b> {
    base: &'b Base,
    /// By what the base lacks to have a place.
    known: RefCell<HashMap<Option<String>, Rc<Around<'b>>>>,
}

/// A body around a place.
pub(super) struct Around<'b> {
    base: &'b Base,
    value: Cow<'b, Value>,
    sheet: Sheet,
    /// The places of it whose values vary.
    places: Vec<usize>,
    /// The values that tell whether a case is like another one.
    common: OnceCell<Fresh<'b>>,
}

/// Values that no other case has, with where they stand, and what puts them there.
struct Fresh<'b>(Vec<(&'b str, Value)>, Vec<Edit>);

impl<'b> Sheets<'b> {
    pub(super) fn of(base: &'b Base) -> Sheets<'b> {
        Sheets { base, known: RefCell::default() }
    }

    /// The body that a case about a place is built on.
    pub(super) fn around(&self, at: &str) -> Rc<Around<'b>> {
        let lacking = self.base.lacking(at);
        let mut known = self.known.borrow_mut();
        let around = known.entry(lacking).or_insert_with(|| {
            let value = self.base.around(at);
            let (sheet, places) = (Sheet::of(&value), self.base.places(&value, |_| true));
            Rc::new(Around { base: self.base, value, sheet, places, common: OnceCell::new() })
        });
        Rc::clone(around)
    }
}

impl<'b> Around<'b> {
    /// The text of the body with values that no other case has, and with a change; where the changed
    /// place `varies`, its own value stays beside the change.
    pub(super) fn changed(&self, key: &str, at: &str, change: &Change, varies: bool) -> String {
        self.with(key, |Fresh(values, edits)| {
            let fresh = values.iter().find(|(place, _)| *place == at).map(|(_, value)| value);
            let kept = if varies { fresh.or_else(|| pointer::get(&self.value, at)) } else { None };
            self.sheet.with(&self.value, edits, Some((at, change)), kept.and_then(Value::as_str))
        })
    }

    /// The text of the body with values that no other case has.
    pub(super) fn renewed(&self, key: &str) -> String {
        self.with(key, |Fresh(_, edits)| self.sheet.with(&self.value, edits, None, None))
    }

    fn with(&self, key: &str, write: impl FnOnce(&Fresh<'b>) -> String) -> String {
        if key.is_empty() {
            write(self.common.get_or_init(|| self.fresh(key)))
        } else {
            write(&self.fresh(key))
        }
    }

    fn fresh(&self, key: &str) -> Fresh<'b> {
        let values = self.base.values_at(&self.places, key);
        let edits = self.sheet.edits(&values);
        Fresh(values, edits)
    }
}

fn unique_fields(deriver: &Deriver<'_>, schemas: &[String], media: &MediaType, full: &Value) -> Vec<Varying> {
    let mut maker = deriver.maker("unique", Fill::All, true);
    let fields = deriver.operation.behaviour.unique.iter().map(|unique| {
        let mut places = schemas.to_vec();
        for token in pointer::tokens(&unique.field) {
            let flat = maker.choose(&places);
            places = flat.below(&token).to_vec();
        }
        let fits = |candidate: &Value| {
            let mut value = full.clone();
            mutate::put(&mut value, &unique.field, candidate.clone());
            media
                .schema
                .as_ref()
                .is_none_or(|schema| deriver.contract.schemas.accepts(schema, Side::Request, &value))
        };
        let flat = maker.choose(&places);
        let source = Source::find(&flat, &deriver.origin(), &fits);
        Varying { at: unique.field.clone(), source, unique: true }
    });
    fields.collect()
}

/// A body without what it may leave out of which nobody can say that the host knows it, or that it
/// is not used up: text that is the same in every case, and the numbers of resources. A refusal
/// then says something about the case.
fn without_unknown(
    deriver: &Deriver<'_>,
    schemas: &[String],
    media: &MediaType,
    whole: &Value,
    varying: &[Varying],
) -> Value {
    let mut maker = deriver.maker("unknown", Fill::All, true);
    let mut value = whole.clone();
    let spots = mutate::spots(&mut maker, schemas, whole);
    for spot in &spots {
        let fresh = |source: &Source| {
            source.value("").is_some_and(|value| deriver.labeller.sample.is_in(&value.to_string()))
        };
        let varies = || varying.iter().any(|one| one.at == spot.at && one.source.as_ref().is_some_and(fresh));
        let unknown = match &spot.value {
            Value::String(_) | Value::Number(_) if spot.flat.is_open() => true,
            Value::String(_) => spot.flat.listed.is_none() && !varies(),
            Value::Number(_) => {
                spot.flat.listed.is_none()
                    && !spot.flat.is_of_fractions()
                    && deriver.labeller.resources.are_named_at(&spot.at)
            }
            _ => false,
        };
        if !unknown {
            continue;
        }
        // It goes with as little as it can of what it stands in.
        let around = spots.iter().filter(|outer| pointer::is_within(&spot.at, &outer.at));
        let optional = around.rev().filter(|outer| !outer.required && outer.role == mutate::Role::Property);
        let less = optional.map(|outer| {
            let mut less = value.clone();
            mutate::remove(&mut less, &outer.at);
            less
        });
        let schema = media.schema.as_ref();
        let valid = |less: &Value| {
            schema.is_none_or(|schema| deriver.contract.schemas.accepts(schema, Side::Request, less))
        };
        value = less.into_iter().find(valid).unwrap_or(value);
    }
    value
}

/// The other texts of a body that may be any of many.
fn other_texts(deriver: &Deriver<'_>, schemas: &[String], media: &MediaType, full: &Value) -> Vec<Varying> {
    let mut maker = deriver.maker("texts", Fill::All, true);
    let spots = mutate::spots(&mut maker, schemas, full);
    let chooses = |at: &str| {
        let Some((parent, name)) = pointer::parent_and_last(at) else { return false };
        let around = spots.iter().find(|spot| spot.at == parent);
        around.is_some_and(|spot| spot.flat.discriminators.iter().any(|known| known.property == name))
    };
    let is_unique = |at: &str| deriver.operation.behaviour.unique.iter().any(|unique| unique.field == at);
    let texts =
        spots.iter().filter(|spot| spot.value.is_string() && !is_unique(&spot.at) && !chooses(&spot.at));
    let mut found: Vec<Varying> = texts
        .filter_map(|spot| {
            let source = Source::of_text(&spot.flat, &deriver.origin())?;
            Some(Varying { at: spot.at.clone(), source: Some(source), unique: false })
        })
        .collect();
    // What no keyword of the text itself says may still be asked for around it.
    let valid = |varying: &[Varying]| {
        let mut value = full.clone();
        for one in varying {
            let fresh = one.source.as_ref().and_then(|source| source.value("valid"));
            if let Some(fresh) = fresh {
                mutate::put(&mut value, &one.at, fresh);
            }
        }
        let schema = media.schema.as_ref();
        schema.is_none_or(|schema| deriver.contract.schemas.accepts(schema, Side::Request, &value))
    };
    if !valid(&found) {
        found.retain(|one| valid(std::slice::from_ref(one)));
        found = if valid(&found) { found } else { Vec::new() };
    }
    found
}

impl Deriver<'_> {
    /// A value of the media type that its schema allows. What cannot be had of it is a gap.
    pub(in crate::plan) fn base(&mut self, media: &MediaType, fill: Fill) -> Option<Value> {
        let schema = media.schema.as_ref()?;
        let contract = self.contract;
        let valid = |value: &Value| contract.schemas.accepts(schema, Side::Request, value);
        let documented = media.examples.iter().map(|example| &example.value);
        let documented = documented
            .filter(|value| fill == Fill::All && valid(value))
            .max_by_key(|value| value.as_object().map_or(0, serde_json::Map::len));
        if let Some(example) = documented {
            let (made, unmade) = self.made(schema, "base", fill, true);
            let mut value = example.clone();
            if let (Some(Value::Object(made)), Some(members)) = (&made, value.as_object_mut()) {
                for (name, made) in made {
                    members.entry(name).or_insert_with(|| made.clone());
                }
            }
            if valid(&value) {
                self.left_out(&unmade);
                return Some(value);
            }
            return Some(made.map_or(example.clone(), |made| self.grown(schema, example.clone(), &made)));
        }
        for (name, examples, strict) in
            [("base/0", true, false), ("base/1", false, false), ("base/0", true, true)]
        {
            let (made, unmade) = self.made_so(schema, name, (fill, examples, strict));
            if let Some(value) = made.filter(valid) {
                self.left_out(&unmade);
                let more = if strict { self.made(schema, "base/0", fill, true).0 } else { None };
                return Some(more.map_or(value.clone(), |more| self.grown(schema, value, &more)));
            }
        }
        if fill == Fill::All
            && let Some(least) = self.base(media, Fill::Required)
        {
            let (made, unmade) = self.made_so(schema, "base/0", (fill, true, true));
            self.left_out(&unmade);
            return Some(made.map_or(least.clone(), |made| self.grown(schema, least, &made)));
        }
        let random = (2..22).find_map(|number| {
            self.made(schema, &format!("base/{number}"), Fill::Random, false).0.filter(valid)
        });
        random.or_else(|| {
            let mut maker = self.maker("base/0", fill, true);
            (maker.strict, maker.outside) = (true, true);
            maker.make(std::slice::from_ref(&schema.0)).filter(valid)
        })
    }

    fn made(
        &self,
        schema: &SchemaAt,
        name: &str,
        fill: Fill,
        examples: bool,
    ) -> (Option<Value>, Vec<Unmade>) {
        self.made_so(schema, name, (fill, examples, false))
    }

    fn made_so(
        &self,
        schema: &SchemaAt,
        name: &str,
        (fill, examples, strict): (Fill, bool, bool),
    ) -> (Option<Value>, Vec<Unmade>) {
        let mut maker = self.maker(name, fill, examples);
        maker.strict = strict;
        let made = maker.make(std::slice::from_ref(&schema.0));
        (made, maker.unmade)
    }

    /// Why no value can be made at all: where, and in words.
    pub(in crate::plan) fn obstacle(&self, schema: &SchemaAt) -> (String, String) {
        let (made, unmade) = self.made(schema, "base/0", Fill::Required, true);
        let broken = made.map(|made| self.contract.schemas.breaks(schema, Side::Request, &made));
        let broken = broken.and_then(|broken| broken.into_iter().next());
        let places = std::slice::from_ref(&schema.0);
        let unmade_at = || unmade.first().and_then(|unmade| self.contrary(&unmade.parts));
        let broken_at = || broken.as_ref().and_then(|broken| self.contrary_at(places, &broken.place));
        if let Some((at, words)) = self.contrary(places).or_else(unmade_at).or_else(broken_at) {
            return (at, format!(": {words}"));
        }
        match (broken, unmade.first()) {
            (Some(broken), _) => {
                let place = if broken.place.is_empty() { "the body" } else { &broken.place };
                (
                    broken.at.clone(),
                    format!(": none was found for `{place}` that satisfies `{}`", broken.keyword),
                )
            }
            (None, Some(unmade)) => {
                let (name, keyword) = (name_of(&unmade.at), unmade.keyword);
                (unmade.at.clone(), format!(": none was found for `{name}` that satisfies its `{keyword}`"))
            }
            (None, None) => (schema.0.clone(), String::new()),
        }
    }

    fn left_out(&mut self, unmade: &[Unmade]) {
        for Unmade { at, keyword, parts } in unmade {
            let name = name_of(at);
            if *keyword == NAME {
                let (at, because) = self.contrary_names(parts).unwrap_or((at.clone(), String::new()));
                self.gap(&at, format!("no further member of `{name}` has a name that is allowed{because}"));
                continue;
            }
            if let Some((at, words)) = self.contrary(parts) {
                self.gap(&at, format!("`{name}` is left out: {words}"));
                continue;
            }
            let why = format!(
                "no value was found for `{name}` that satisfies its `{keyword}`, so that it is left out"
            );
            self.gap(at, why);
        }
    }

    /// A valid value with as much of another as leaves it valid.
    fn grown(&mut self, schema: &SchemaAt, least: Value, more: &Value) -> Value {
        let mut value = least;
        self.grow(schema, &mut value, "", more);
        value
    }

    fn grow(&mut self, schema: &SchemaAt, value: &mut Value, at: &str, more: &Value) {
        let Value::Object(members) = more else { return };
        for (name, part) in members {
            let here = pointer::child(at, name);
            let own = pointer::get(value, &here).cloned();
            if own.as_ref() == Some(part) {
                continue;
            }
            let mut tried = value.clone();
            mutate::put(&mut tried, &here, part.clone());
            let broken = self.contract.schemas.breaks(schema, Side::Request, &tried);
            if broken.is_empty() {
                *value = tried;
            } else if own.is_some() {
                self.grow(schema, value, &here, part);
            } else {
                let own = broken.iter().find(|broken| pointer::is_within(&broken.place, &here));
                let broken = own.unwrap_or(&broken[0]);
                if let Some((at, words)) = self.contrary_at(std::slice::from_ref(&schema.0), &broken.place) {
                    self.gap(&at, format!("`{here}` is left out: {words}"));
                    continue;
                }
                let keyword = &broken.keyword;
                let why = format!(
                    "no value was found for `{here}` that satisfies `{keyword}`, so that it is left out"
                );
                self.gap(&broken.at, why);
            }
        }
    }
}

/// The name of what a schema is for, of which it may be a part.
fn name_of(at: &str) -> String {
    const PARTS: [&str; 6] = ["contains", "not", "if", "then", "else", "propertyNames"];
    match pointer::parent_and_last(at) {
        Some((parent, name)) if PARTS.contains(&name.as_ref()) && !parent.ends_with("/properties") => {
            name_of(parent)
        }
        Some((parent, _)) if parent.ends_with("/allOf") => name_of(parent.trim_end_matches("/allOf")),
        Some((_, name)) => name.into_owned(),
        None => String::new(),
    }
}
