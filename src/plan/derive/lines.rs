//! Cases of a body that is a sequence of JSON texts.

use super::{About, Deriver, ODD};
use crate::contract::MediaType;
use crate::contract::model::Sequence;
use crate::exchange::Request;
use crate::generate::mutate;
use crate::generate::value::Fill;
use crate::plan::Place;
use crate::schema::{SchemaAt, Side};
use crate::wire::sequence;
use serde_json::Value;

impl Deriver<'_> {
    /// Sends items as the contract has them, and a good one with a broken one behind it.
    pub(super) fn with_items(
        &mut self,
        without: &Request,
        (media, schema, kind): (&MediaType, &SchemaAt, Sequence),
    ) {
        let mut request = without.clone();
        request.parts_mut().fields.insert(0, ("Content-Type".into(), media.name.as_str().into()));
        let Some(full) = self.item(schema, Fill::All).or_else(|| self.item(schema, Fill::Required)) else {
            let (at, obstacle) = self.obstacle(schema);
            self.gap(&at, format!("no item can be made that the schema allows{obstacle}"));
            return;
        };
        let send = |deriver: &mut Self, about: (u8, &str, &str, &str), at: &str, body: Vec<u8>| {
            let (worth, kind, variant, words) = about;
            let place = Place::Body(String::new());
            let about = About { worth, place, kind, variant, at, words: words.to_owned() };
            deriver.single(about, &request, Some(&|_| body.clone()));
        };
        let text = |items: &[Value]| sequence::written(kind, items).unwrap_or_default();
        let two = [full.clone(), full.clone()];
        send(self, (0, "valid", "all", "two items with all that is declared"), &schema.0, text(&two));
        if let Some(least) = self.item(schema, Fill::Required) {
            send(self, (1, "valid", "required", "an item with what is required"), &schema.0, text(&[least]));
        }
        let mut cut = text(&two);
        cut.truncate(cut.len().saturating_sub(2));
        send(self, (4, "malformed", "cut", "items of which the last is cut"), &media.at, cut);
        let mut maker = self.maker("items", Fill::All, true);
        for spot in mutate::spots(&mut maker, std::slice::from_ref(&schema.0), &full) {
            for mutation in mutate::mutations(&mut maker, &spot).iter().filter(|one| one.worth < ODD) {
                let changed = mutate::apply(&full, &mutation.at, &mutation.change, None);
                let Ok(changed) = serde_json::from_str::<Value>(&changed) else { continue };
                let words = format!("`{}` at {} of the second item", mutation.variant, shown(&mutation.at));
                let variant = format!("{}/{}", mutation.at, mutation.variant);
                let about = (mutation.worth, mutation.kind, variant.trim_start_matches('/'), words.as_str());
                send(self, about, &spot.flat.at, text(&[full.clone(), changed]));
            }
        }
        self.credentials(without, None);
        self.methods(without, None);
    }

    /// An item that its schema allows.
    fn item(&self, schema: &SchemaAt, fill: Fill) -> Option<Value> {
        let mut maker = self.maker("item", fill, true);
        let made = maker.make(std::slice::from_ref(&schema.0))?;
        self.contract.schemas.accepts(schema, Side::Request, &made).then_some(made)
    }
}

fn shown(at: &str) -> &str {
    if at.is_empty() { "the top" } else { at }
}
