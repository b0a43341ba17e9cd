//! Cases of values whose discriminator names no schema, which are those of its default mapping.

use super::base::Base;
use super::{About, Deriver};
use crate::exchange::Request;
use crate::generate::mutate::{self, Spot};
use crate::generate::value::Fill;
use crate::json::pointer;
use crate::plan::Place;
use crate::schema::Discriminator;
use serde_json::Value;

/// A name that no schema has.
const NOBODY: &str = "probity-nobody";

impl Deriver<'_> {
    /// A value for the default mapping of each discriminator that has one, without a name of a schema and
    /// with one that is none.
    pub(super) fn unnamed(&mut self, request: &Request, base: &Base, spots: &[Spot]) {
        for spot in spots {
            let with_default = |one: &&Discriminator| one.default.is_some();
            for discriminator in spot.flat.discriminators.iter().filter(with_default) {
                let target: Vec<String> = discriminator.default.iter().cloned().collect();
                let made = self.maker("default-mapping", Fill::All, true).make(&target);
                let Some(Value::Object(made)) = made else { continue };
                let at = pointer::child(&spot.at, &discriminator.property);
                for (variant, name) in [("absent", None), ("unknown", Some(NOBODY))] {
                    let mut made = made.clone();
                    made.shift_remove(&discriminator.property);
                    made.extend(name.map(|name| (discriminator.property.clone(), name.into())));
                    let mut value = base.full.clone();
                    mutate::put(&mut value, &spot.at, made.into());
                    let other = base.with(value);
                    let about = About {
                        worth: 2,
                        place: Place::Body(at.clone()),
                        kind: "default-mapping",
                        variant,
                        at: &pointer::child(&discriminator.at, "discriminator"),
                        words: format!(
                            "a value for the default mapping, of which `{}` is {variant}",
                            discriminator.property
                        ),
                    };
                    self.single(about, request, Some(&|key| other.bytes(&other.value, key)));
                }
            }
        }
    }
}
