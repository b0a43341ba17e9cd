//! What the contract does not say about the values of a body.

use super::{Findings, Labeller};
use crate::cause::Cause;
use crate::contract::Behaviour;
use crate::json::decimal::{self, Decimal};
use crate::json::{Kind, Member, Node, pointer};
use crate::pattern::Pattern;
use crate::schema::folded::{Folded, Places, Type};
use crate::schema::{Discriminator, SchemaAt, Side, number_format};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonschema::Draft;
use serde_json::Value;
use std::rc::Rc;

pub(super) const UNREAD_PATTERN: &str = "what a pattern asks for that cannot be used is not known";

const ORDINARY_LENGTH: usize = 255;
const ORDINARY_INTEGERS: std::ops::RangeInclusive<f64> = 1.0..=2_147_483_647.0;
const EXACT_IN_DOUBLE: f64 = 9_007_199_254_740_992.0;

/// Looks for values about which schemas are silent.
pub(super) struct Silence<'a> {
    pub(super) labeller: &'a Labeller<'a>,
    pub(super) behaviour: &'a Behaviour,
    /// Whether the body is an example of the contract.
    pub(super) documented: bool,
    pub(super) seen: &'a mut Findings,
}

impl Silence<'_> {
    pub(super) fn walk(&mut self, node: &Node, flat: &Folded, at: &mut String) {
        if flat.read_only {
            self.seen.silent("a read-only property should not be sent; what becomes of it is not said");
        }
        if flat.unread {
            self.seen.silent(format!("what the contract says of `{at}` cannot be read in full"));
        }
        match &node.kind {
            Kind::String(text) => self.text(text, flat, at),
            Kind::Number(token) => self.number(token, flat, at),
            Kind::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.below(item, flat.item(index), at, &index.to_string());
                }
            }
            Kind::Object(members) => {
                let named = self.discriminated(node, members, flat);
                let flat = named.as_deref().unwrap_or(flat);
                for member in members {
                    let declared = flat.properties.get(&member.key);
                    if let Some(declared) = declared.filter(|places| self.may_be(&member.value, places)) {
                        self.below(&member.value, declared, at, &member.key);
                        continue;
                    }
                    // The alternative that declares it is another than the one that applies.
                    if declared.is_some() {
                        self.undeclared(flat, &pointer::child(at, &member.key));
                        continue;
                    }
                    if !flat.declares(&member.key) {
                        self.undeclared(flat, &pointer::child(at, &member.key));
                    }
                    self.below(&member.value, &flat.member(&member.key), at, &member.key);
                }
            }
            Kind::Null | Kind::Bool(_) => {}
        }
    }

    /// Whether schemas speak of values of such a type.
    fn may_be(&self, node: &Node, places: &Places) -> bool {
        let types = &self.labeller.flats.whole_of(places).types;
        let own = match &node.kind {
            Kind::Null => Type::Null,
            Kind::Bool(_) => Type::Boolean,
            Kind::Number(_) => return types.is_empty() || types.iter().any(|one| one.is_numeric()),
            Kind::String(_) => Type::String,
            Kind::Array(_) => Type::Array,
            Kind::Object(_) => Type::Object,
        };
        types.is_empty() || types.contains(&own)
    }

    fn below(&mut self, node: &Node, places: &Places, at: &mut String, token: &str) {
        if places.is_empty() {
            return;
        }
        let length = at.len();
        pointer::push(at, token);
        let flat = self.labeller.flats.whole_of(places);
        self.walk(node, &flat, at);
        at.truncate(length);
    }

    /// Where what a discriminator names is not what a value is by its schema, nobody can say which counts.
    /// Where both agree, what is named applies, too.
    fn discriminated(&mut self, node: &Node, members: &[Member], flat: &Folded) -> Option<Rc<Folded>> {
        let mut more = Vec::new();
        for discriminator in &flat.discriminators {
            let mut own = members.iter().filter(|member| member.key == discriminator.property);
            let target = match own.next().map(|member| &member.value.kind) {
                Some(Kind::String(value)) => discriminator.target(value),
                None if discriminator.default.is_some() => discriminator.default.clone().unwrap_or_default(),
                _ => continue,
            };
            if !self.agrees(node, discriminator, &target, flat) {
                if !self.documented {
                    self.seen.silent(format!(
                        "what the discriminator `{}` leads to is not what the schema says",
                        discriminator.property
                    ));
                }
                continue;
            }
            more.extend(Some(target).filter(|target| !flat.parts.contains(target)));
        }
        if more.is_empty() {
            return None;
        }
        let places: Vec<String> = flat.parts.iter().cloned().chain(more).collect();
        Some(self.labeller.flats.whole(&places))
    }

    fn agrees(&self, node: &Node, discriminator: &Discriminator, target: &String, flat: &Folded) -> bool {
        let schemas = &self.labeller.contract.schemas;
        let targets = &discriminator.targets;
        let meant = if targets.is_empty() {
            *target == discriminator.at || flat.parts.contains(target)
        } else {
            targets.contains(target)
        };
        let at = SchemaAt(target.clone());
        meant && schemas.knows(&at, Side::Request) && schemas.accepts(&at, Side::Request, &node.to_value())
    }

    fn undeclared(&mut self, flat: &Folded, at: &str) {
        if flat.has_unread_names() {
            self.seen.silent(UNREAD_PATTERN);
        }
        if !flat.additional_stated {
            self.seen.silent("nothing is said about undeclared properties");
        } else if !flat.closed {
            self.stated(Cause::UndeclaredProperty, at);
        }
    }

    fn stated(&mut self, cause: Cause, at: &str) {
        if let Some(because) = self.behaviour.silence(cause, at) {
            self.seen.silent(because);
        }
    }

    fn text(&mut self, text: &str, flat: &Folded, at: &str) {
        if flat.listed.as_ref().is_some_and(|listed| listed.iter().any(|one| one.as_str() == Some(text))) {
            return;
        }
        if let Some(format) = flat.format.as_deref().filter(|format| is_anybodys(format))
            && !flat.examples.iter().any(|example| example.as_str() == Some(text))
            && !(format == "byte" && STANDARD.decode(text).is_ok())
        {
            self.seen.silent(format!("which text the format `{format}` asks for is not said"));
        }
        self.patterns(text, flat);
        let shaped = !flat.patterns.is_empty();
        if text.trim().is_empty() && !shaped {
            if flat.length.0.is_none() || !text.is_empty() {
                self.seen.silent("nothing is said about blank text");
            }
            self.stated(Cause::Blank, at);
        } else if text.trim() != text && !shaped {
            self.seen.silent("nothing is said about spaces around text");
        }
        let length = text.chars().count();
        if length > ORDINARY_LENGTH {
            if flat.length.1.is_none() {
                self.seen
                    .silent(format!("nothing is said about text of more than {ORDINARY_LENGTH} characters"));
            }
            self.stated(Cause::TooLong, at);
        }
        if !shaped
            && !text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
            && text.chars().any(is_unprintable)
        {
            self.seen.silent("nothing is said about control and formatting characters");
        }
    }

    /// A format of numbers says what is clearly valid, and nobody has to refuse anything for it.
    fn number_format(&mut self, token: &str, flat: &Folded) {
        for format in &flat.formats {
            let written = || Decimal::read(token);
            let clear = match number_format::range(format) {
                Some((low, high)) => written().is_some_and(|number| {
                    number.is_whole() && number.scaled(0).is_some_and(|it| (low..=high).contains(&it))
                }),
                None if format == "float" => {
                    token.parse::<f32>().is_ok_and(|single| decimal::equal(&single.to_string(), token))
                }
                None if !number_format::is_open(format) => true,
                None => {
                    let shown = |example: &Value| decimal::equal(&example.to_string(), token);
                    flat.examples.iter().any(shown)
                        || flat.listed.as_ref().is_some_and(|listed| listed.iter().any(shown))
                }
            };
            if !clear && number_format::range(format).is_some() {
                self.seen.silent("nothing is said about integers of this size");
            } else if !clear {
                self.seen.silent(format!("which numbers the format `{format}` asks for is not said"));
            }
        }
    }

    fn patterns(&mut self, text: &str, flat: &Folded) {
        if flat.unread_pattern {
            self.seen.silent(UNREAD_PATTERN);
        }
        let unsure = |pattern: &String| {
            Pattern::of(pattern).as_ref().as_ref().is_ok_and(|pattern| pattern.matches(text).is_none())
        };
        if flat.patterns.iter().any(unsure) {
            self.seen.silent("whether text matches its pattern could not be found out");
        }
    }

    fn number(&mut self, token: &str, flat: &Folded, at: &str) {
        let value: f64 = token.parse().unwrap_or(f64::INFINITY);
        let bounded = flat.minimum.is_some() && flat.maximum.is_some();
        if flat.types.contains(&Type::Number) {
            let tiny = value != 0.0 && value.abs() < 1e-9;
            if (value.abs() >= EXACT_IN_DOUBLE || tiny) && !bounded {
                self.seen.silent("nothing is said about numbers of this size or precision");
            }
            // Bounds say how great a number may be, and nothing about how many digits count.
            if !decimal::equal(&value.to_string(), token) {
                self.seen.silent("nothing is said about more digits than a double holds");
            }
        } else {
            if token.contains(['.', 'e', 'E']) || token == "-0" {
                self.seen.silent(
                    "whether an integer may be written with a point, an exponent or as -0 is not said",
                );
            }
            if value.abs() >= EXACT_IN_DOUBLE && !bounded {
                self.seen.silent("nothing is said about integers of this size");
            }
        }
        self.number_format(token, flat);
        if !ORDINARY_INTEGERS.contains(&value) {
            self.stated(Cause::OutOfRange, at);
        }
    }
}

/// Whether a number has a step that it cannot be held against for sure: as a double it may be another.
pub(super) fn is_rounded(token: &str) -> bool {
    token
        .parse::<f64>()
        .is_ok_and(|value| !decimal::equal(&value.to_string(), token) || value.abs() >= EXACT_IN_DOUBLE)
}

/// Whether a format is neither asserted by the validator nor known to ask for nothing.
fn is_anybodys(format: &str) -> bool {
    const OPEN: [&str; 2] = ["password", "binary"];
    !OPEN.contains(&format) && !jsonschema::options().is_known_format(Draft::Draft202012, format)
}

/// Control characters, invisible formatting, non-characters and private use.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0xad | 0x61c | 0x180e | 0x200b | 0x200e | 0x200f | 0x2028..=0x202e | 0x2060..=0x206f
            | 0xe000..=0xf8ff | 0xfdd0..=0xfdef | 0xfeff | 0xfff0..=0xfffb | 0xf_0000..=0x10_ffff)
        || u32::from(c) & 0xfffe == 0xfffe
}
