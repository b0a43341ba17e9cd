//! Cases of bodies that are no JSON: forms, parts, text and bytes.

use super::base::Base;
use super::{About, Deriver, ODD};
use crate::contract::MediaType;
use crate::contract::model;
use crate::exchange::Request;
use crate::generate::mutate::{self, Change, Mutation, Role, Spot};
use crate::generate::value::Fill;
use crate::json::{self, pointer};
use crate::plan::Place;
use crate::schema::Side;
use crate::wire::body::{Codec, Notation};
use serde_json::{Value, json};

/// So many places of a body get odd text, too.
const ODD_TEXTS: usize = 3;

/// How a body is spoilt.
type Spoil = fn(&[u8]) -> Vec<u8>;

/// What is about a body as a whole.
#[derive(Clone, Copy)]
struct Whole<'a> {
    worth: u8,
    kind: &'a str,
    variant: &'a str,
    words: &'a str,
}

/// The same form with a plus sign for each space.
fn plussed(form: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(form.len());
    let mut rest = form;
    while let Some((first, after)) = rest.split_first() {
        let space = rest.strip_prefix(b"%20");
        bytes.push(if space.is_some() { b'+' } else { *first });
        rest = space.unwrap_or(after);
    }
    bytes
}

impl Deriver<'_> {
    /// Sends a body of each media type that is no JSON; those of the first one that can be made stand
    /// for all that is not about the body, unless others do. Gives that one back.
    pub(super) fn with_content(&mut self, without: &Request, mut first: bool) -> Option<Base> {
        let operation = self.operation;
        let readable = operation.body.iter().flat_map(|body| &body.content).filter(|media| !media.unread);
        let json = operation.json_body().map(|media| &media.at);
        let own = readable.filter(|media| Some(&media.at) != json && !is_sequence(media));
        let mut found = None;
        for media in own {
            let made = self.content(without, media, first);
            first &= made.is_none();
            found = found.or(made);
        }
        found
    }

    /// The first body that can be made where none is JSON.
    pub(super) fn content_base(&mut self) -> Option<Base> {
        let operation = self.operation;
        let readable = operation.body.iter().flat_map(|body| &body.content).filter(|media| !media.unread);
        readable.filter(|media| !is_sequence(media)).find_map(|media| {
            let codec = self.labeller.codec(media);
            self.full(media, &codec)
        })
    }

    fn content(&mut self, without: &Request, media: &MediaType, first: bool) -> Option<Base> {
        let codec = self.labeller.codec(media);
        let mut request = without.clone();
        request.parts_mut().fields.insert(0, ("Content-Type".into(), codec.content_type.as_str().into()));
        let full = self.full(media, &codec);
        self.documented(&request, media, full.as_ref(), first);
        let base = full?;
        self.whole(
            &request,
            &base,
            first,
            Whole { worth: 0, kind: "valid", variant: "all", words: "all that is declared" },
            &base.full,
        );
        if let Some(least) = self.made_for(media, &codec, Fill::Required) {
            let required =
                Whole { worth: 1, kind: "valid", variant: "required", words: "only what is required" };
            self.whole(&request, &base, first, required, &least);
        }
        self.members(&request, &base, first);
        self.files(&request, &base, first);
        self.spoilt(&request, &base, first);
        self.plus_signs(&request, &base, first);
        Some(base)
    }

    /// Sends listed values of a form whose spaces are plus signs, as browsers write them.
    fn plus_signs(&mut self, request: &Request, base: &Base, first: bool) {
        if base.codec.notation != Notation::Form {
            return;
        }
        let flat = self.labeller.flats.whole(&base.schemas);
        for (name, places) in &flat.properties {
            let member = self.labeller.flats.whole_of(places);
            let mut listed = member.listed.iter().flatten().filter_map(Value::as_str);
            let Some(spaced) = listed.find(|text| text.contains(' ')) else { continue };
            let mut value = base.value.clone();
            let at = pointer::child("", name);
            mutate::put(&mut value, &at, spaced.into());
            let about = About {
                worth: if first { 5 } else { ODD },
                place: Place::Body(at),
                kind: "spelling",
                variant: "plus",
                at: &base.media.at,
                words: "each space as a plus sign".into(),
            };
            let written = |key: &str| plussed(&base.bytes(&value, key));
            self.single(about, request, Some(&written));
        }
    }

    /// Sends every documented body as it stands.
    fn documented(&mut self, request: &Request, media: &MediaType, base: Option<&Base>, first: bool) {
        let codec = self.labeller.codec(media);
        for example in &media.examples {
            let body = |key: &str| match (&example.value, base) {
                (Value::String(text), _) if codec.notation != Notation::Json => {
                    Some(text.clone().into_bytes())
                }
                (value, Some(base)) => codec.write(&base.documented(value, key)),
                (value, None) => codec.write(value),
            };
            if body("").is_none() {
                self.gap(&example.at, format!("the example cannot be written as {}", media.name));
                continue;
            }
            let about = About {
                worth: u8::from(!first),
                place: Place::Body(String::new()),
                kind: "example",
                variant: &example.name,
                at: &example.at,
                words: format!("the documented example `{}` as {}", example.name, media.name),
            };
            self.single(about, request, Some(&|key| body(key).unwrap_or_default()));
        }
    }

    /// The body with all that is declared, or as much of it as can be written.
    fn full(&mut self, media: &MediaType, codec: &Codec) -> Option<Base> {
        let value =
            self.made_for(media, codec, Fill::All).or_else(|| self.made_for(media, codec, Fill::Required));
        let Some(value) = value else {
            let (at, why) = match &media.schema {
                None => (media.at.clone(), String::new()),
                Some(schema) => self.obstacle(schema),
            };
            self.gap(&at, format!("no body can be made for {}{why}", media.name));
            return None;
        };
        let mut base = Base::new(self, value, media.clone());
        base.value = self.clear(&base);
        Some(base)
    }

    /// The body that cases are built on, without the members that may be left out of which nobody can
    /// say how they are written.
    fn clear(&self, base: &Base) -> Value {
        let unclear = |value: &Value| {
            let bytes = base.codec.write(value)?;
            let kind = &base.codec.content_type;
            let came = base.codec.read(&self.contract.schemas, Side::Request, kind, &bytes).ok()?;
            Some(came.unclear_at)
        };
        let mut value = base.value.clone();
        for at in unclear(&value).unwrap_or_default() {
            let outer = pointer::tokens(&at).next().map(|token| pointer::child("", &token));
            let mut less = value.clone();
            mutate::remove(&mut less, &outer.unwrap_or_default());
            if self.fits(&base.media, &less) && base.codec.write(&less).is_some() {
                value = less;
            }
        }
        value
    }

    fn made_for(&mut self, media: &MediaType, codec: &Codec, fill: Fill) -> Option<Value> {
        let value = match &media.schema {
            Some(_) => self.base(media, fill)?,
            // Where nothing is said of what it holds, anything will do.
            None => match codec.notation {
                Notation::Text | Notation::Bytes => json!("probity"),
                Notation::Json | Notation::Lines | Notation::Form | Notation::Parts | Notation::Xml => {
                    json!({"probity": "1"})
                }
            },
        };
        let with_files = codec.with_files(&value);
        let value = if self.fits(media, &with_files) { with_files } else { value };
        if codec.write(&value).is_some() {
            return Some(value);
        }
        self.writable(media, codec, value)
    }

    /// The same without the members that have no way to be written.
    fn writable(&mut self, media: &MediaType, codec: &Codec, mut value: Value) -> Option<Value> {
        let members = value.as_object_mut()?;
        let alone = |name: &String, member: &Value| codec.write(&json!({name: member})).is_some();
        let lost: Vec<String> = members
            .iter()
            .filter(|(name, member)| !alone(name, member))
            .map(|(name, _)| name.clone())
            .collect();
        members.retain(|name, _| !lost.contains(name));
        if !self.fits(media, &value) || codec.write(&value).is_none() {
            return None;
        }
        for name in lost {
            let why =
                format!("`{name}` is left out of {}, which has no way to write what it holds", media.name);
            self.gap(&media.at, why);
        }
        Some(value)
    }

    fn fits(&self, media: &MediaType, value: &Value) -> bool {
        let schemas = &self.contract.schemas;
        media.schema.as_ref().is_none_or(|schema| schemas.accepts(schema, Side::Request, value))
    }

    fn whole(&mut self, request: &Request, base: &Base, first: bool, whole: Whole<'_>, value: &Value) {
        let at = base.media.schema.as_ref().map_or(&base.media.at, |schema| &schema.0);
        self.about_whole(request, base, (first, at), &whole, &|key| base.bytes(value, key));
    }

    fn about_whole(
        &mut self,
        request: &Request,
        base: &Base,
        (first, at): (bool, &str),
        whole: &Whole<'_>,
        body: super::MakeBody<'_>,
    ) {
        let Whole { worth, kind, variant, words } = *whole;
        let variant = variant_of(variant, base, first);
        let words = if first { words.to_owned() } else { format!("{words}, as {}", base.media.name) };
        let place = Place::Body(String::new());
        let worth = if first { worth } else { worth + 1 };
        self.single(About { worth, place, kind, variant: &variant, at, words }, request, Some(body));
    }

    /// Changes members, one at a time: all that a schema says of them, or, of a further media type, one
    /// that is missing and one of another type.
    fn members(&mut self, request: &Request, base: &Base, first: bool) {
        let mut maker = self.maker("mutations", Fill::All, true);
        let spots = mutate::spots(&mut maker, &base.schemas, &base.full);
        let mut told = Vec::new();
        let mut texts = 0;
        for spot in &spots {
            if base.codec.is_file(&spot.at) && spot.role != Role::Property {
                continue;
            }
            let free = spot.flat.is_free_text() && pointer::get(&base.value, &spot.at).is_some();
            texts += usize::from(free);
            for mutation in mutate::mutations(&mut maker, spot) {
                let is_odd = mutation.worth >= ODD;
                if is_odd && !(first && free && texts <= ODD_TEXTS) {
                    continue;
                }
                if base.codec.is_file(&spot.at) && mutation.change != Change::Remove {
                    continue;
                }
                if !first && (told.contains(&mutation.kind) || !["absent", "type"].contains(&mutation.kind)) {
                    continue;
                }
                if self.member(request, base, (spot, &mutation), first) && !first {
                    told.push(mutation.kind);
                }
            }
        }
    }

    /// Sends a change, if it can be written and was not sent; a further media type gets only those
    /// that are wrong.
    fn member(
        &mut self,
        request: &Request,
        base: &Base,
        (spot, mutation): (&Spot, &Mutation),
        first: bool,
    ) -> bool {
        let varies = base.is_free(&mutation.at)
            || (matches!(mutation.change, Change::Length(_)) && base.texts().any(|at| at == mutation.at));
        let body = |key: &str| {
            let around = base.fresh(&base.around(&mutation.at), key);
            let own = if varies { pointer::get(&around, &mutation.at).cloned() } else { None };
            let text = mutate::apply(&around, &mutation.at, &mutation.change, own.as_ref());
            base.codec.write_node(&json::read(text.as_bytes()).ok()?.root)
        };
        if body("").is_none() {
            return false;
        }
        let is_valid = || {
            let changed = mutate::apply(&base.full, &mutation.at, &mutation.change, None);
            serde_json::from_str(&changed).is_ok_and(|changed| self.fits(&base.media, &changed))
        };
        if !first && is_valid() {
            return false;
        }
        let what = mutation.name();
        let as_what = if first { String::new() } else { format!(" as {}", base.media.name) };
        let about = About {
            worth: mutation.worth,
            place: Place::Body(mutation.at.clone()),
            kind: mutation.kind,
            variant: &variant_of(&mutation.variant, base, first),
            at: &spot.flat.at,
            words: format!("`{what}` at {}{as_what}", Place::Body(mutation.at.clone())),
        };
        let before = self.drafts.len();
        self.single(about, request, Some(&|key| body(key).unwrap_or_default()));
        self.drafts.len() > before
    }

    /// Other names of files and other files, and parts of another media type.
    fn files(&mut self, request: &Request, base: &Base, first: bool) {
        if base.codec.notation != Notation::Parts {
            return;
        }
        let whole = base.written(&base.value);
        let names: [(u8, &str, &str, &str); 7] = [
            (3, "beyond-ascii", "Übung 徽章 ü.bin", "a file name beyond ASCII"),
            (4, "quotes", "it%22s %22quoted%22.bin", "a file name with quotes"),
            (6, "spaces", "two words; a=b.bin", "a file name with spaces and a semicolon"),
            (7, "no-name", "", "an empty file name"),
            (7, "path", "../../probity.bin", "a file name that is a path"),
            (8, "long-name", "LONG", "a file name of 300 characters"),
            (8, "nul-in-name", "pro\u{0}bity.bin", "a file name with a NUL"),
        ];
        let long = "l".repeat(300);
        for (worth, variant, name, words) in names.into_iter().filter(|_| first) {
            let name = if name == "LONG" { long.as_str() } else { name };
            if renamed(&whole, name).is_none() {
                break;
            }
            let body = |key: &str| renamed(&base.bytes(&base.full, key), name).unwrap_or_default();
            let whole = Whole { worth, kind: "file", variant, words };
            self.about_whole(request, base, (first, &base.media.at), &whole, &body);
        }
        for (at, name) in Self::file_places(base).into_iter().take(if first { 2 } else { 0 }) {
            for (worth, variant, content) in
                [(5, "empty", String::new()), (6, "larger", "probity ".repeat(16_384))]
            {
                let mut value = base.full.clone();
                mutate::put(&mut value, &at, content.into());
                if !self.fits(&base.media, &value) {
                    continue;
                }
                let variant = format!("{variant}-{name}");
                let words = format!("{variant}: another file as `{name}`");
                let whole = Whole { worth, kind: "file", variant: &variant, words: &words };
                self.about_whole(request, base, (first, &base.media.at), &whole, &|key| {
                    base.bytes(&value, key)
                });
            }
        }
        for encoding in base.media.encoding.iter().filter(|one| one.content_types().next().is_some()) {
            let at = pointer::child(&encoding.at, "contentType");
            let place = Place::Body(pointer::child("", &encoding.name));
            let body =
                |key: &str| base.codec.with_type(&base.fresh(&base.full, key), &encoding.name, STRANGE);
            let about = About {
                worth: 4,
                place,
                kind: "media-type",
                variant: &variant_of("part", base, first),
                at: &at,
                words: format!("the part `{}` of a media type that is not declared", encoding.name),
            };
            if body("").is_some() {
                self.single(about, request, Some(&|key| body(key).unwrap_or_default()));
            }
        }
    }

    /// Where files are, and the members that they belong to.
    fn file_places(base: &Base) -> Vec<(String, String)> {
        let members = base.full.as_object().into_iter().flatten();
        let places = members.filter_map(|(name, value)| {
            let at = pointer::child("", name);
            let at = if value.is_array() { format!("{at}/0") } else { at };
            base.codec.is_file(&at).then(|| (at, name.clone()))
        });
        places.collect()
    }

    /// Bodies that are not what their media type says.
    fn spoilt(&mut self, request: &Request, base: &Base, first: bool) {
        let spoils: &[(u8, &str, &str, Spoil)] = match base.codec.notation {
            Notation::Form => &[
                (4, "percent", "a percent sign without two digits", |body| joined(body, b"&%zz=%")),
                (5, "not-utf-8", "bytes that are no UTF-8", |body| joined(body, b"&x=%ff\xfe")),
                (3, "empty", "an empty body", |_| Vec::new()),
            ],
            Notation::Parts => &[
                (3, "other-boundary", "another boundary than the media type names", |body| {
                    replaced(body, b"--probity", b"--other")
                }),
                (5, "cut", "a body that is cut before its end", |body| {
                    body[..body.len().saturating_sub(14)].to_vec()
                }),
                (5, "no-name", "parts without a name", |body| replaced(body, b" name=\"", b" nome=\"")),
                (3, "empty", "an empty body", |_| Vec::new()),
            ],
            Notation::Json | Notation::Lines | Notation::Xml => &[
                (4, "cut", "a body that is cut before its end", |body| {
                    body[..body.len().saturating_sub(2)].to_vec()
                }),
                (3, "empty", "an empty body", |_| Vec::new()),
            ],
            Notation::Text | Notation::Bytes => &[
                (5, "not-utf-8", "bytes that are no UTF-8", |body| joined(body, b"\xff\xfe\x80")),
                (3, "empty", "an empty body", |_| Vec::new()),
            ],
        };
        for (worth, variant, words, spoil) in spoils {
            let whole = Whole { worth: *worth, kind: "malformed", variant, words };
            let body = |key: &str| spoil(&base.body(key));
            self.about_whole(request, base, (first, &base.media.at), &whole, &body);
        }
        if !first {
            return;
        }
        let required = self.operation.body.as_ref().filter(|body| body.required);
        let is_bytes = matches!(base.codec.notation, Notation::Text | Notation::Bytes);
        if let Some(body) = required.filter(|_| !is_bytes) {
            let mut request = request.clone();
            request.parts_mut().remove_field("content-type");
            let place = Place::Body(String::new());
            let words = "no body at all".to_owned();
            let about = About { worth: 3, place, kind: "malformed", variant: "no-body", at: &body.at, words };
            self.single(about, &request, None);
        }
        let boundless = (base.codec.notation == Notation::Parts).then_some("multipart/form-data");
        let kinds = [
            (5, "none", None),
            (5, "text-plain", Some("text/plain")),
            (7, "no-such-type", Some("application/x-probity")),
            (5, "no-boundary", boundless),
        ];
        for (worth, variant, kind) in kinds {
            if variant == "no-boundary" && kind.is_none() {
                continue;
            }
            self.under(request, base, (worth, variant), kind);
        }
    }
}

/// A media type that no contract declares.
const STRANGE: &str = "application/x-probity";

fn is_sequence(media: &MediaType) -> bool {
    media.items.is_some() && model::sequence(&media.name).is_some()
}

/// What a case of one media type is called where there are others.
fn variant_of(variant: &str, base: &Base, first: bool) -> String {
    if first {
        return variant.to_owned();
    }
    let name = model::essence(&base.codec.content_type).replace('/', "-");
    if variant.is_empty() { name } else { format!("{variant}-{name}") }
}

fn joined(body: &[u8], more: &[u8]) -> Vec<u8> {
    [body, more].concat()
}

fn replaced(body: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut found = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = memchr::memmem::find(rest, old) {
        found.extend(&rest[..at]);
        found.extend(new);
        rest = &rest[at + old.len()..];
    }
    found.extend(rest);
    found
}

/// The parts of a body with another name of the first file.
fn renamed(body: &[u8], name: &str) -> Option<Vec<u8>> {
    const MARK: &[u8] = b"; filename=\"";
    let start = memchr::memmem::find(body, MARK)? + MARK.len();
    let end = start + body[start..].iter().position(|byte| *byte == b'"')?;
    Some([&body[..start], name.as_bytes(), &body[end..]].concat())
}
