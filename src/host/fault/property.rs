//! Faults in the properties of answers.

use super::change::{Change, Edit};
use super::{Class, Site, part};
use crate::json::pointer;
use indexmap::IndexSet;
use serde_json::Value;

pub(super) fn derive(site: &mut Site<'_>) {
    let statuses: Vec<u16> = site.given.keys().copied().collect();
    for status in statuses {
        let mut places = IndexSet::new();
        for body in site.given[&status].iter().filter_map(|answer| answer.body.as_ref()) {
            walk(body, "", &mut places);
        }
        let at = site.response_at(status);
        for place in places {
            let (_, name) = pointer::parent_and_last(&place).unwrap_or_default();
            let edits = [
                ("drop", "is left out", Edit::Drop),
                ("null", "is null", Edit::Null),
                ("retype", "has another JSON type", Edit::Retype),
                ("rename", "has another name", Edit::Rename(format!("{name}_"))),
            ];
            for (id, words, edit) in edits {
                let id = format!("response/{status}/{}/{id}", part(&place));
                let words = format!("`{place}` of a {status} {words}");
                site.answer(
                    Class::Property,
                    (status, &id),
                    &at,
                    words,
                    Change::Property(place.clone(), edit),
                );
            }
        }
    }
}

/// Every property, by a pointer with `*` for items.
fn walk(value: &Value, at: &str, places: &mut IndexSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let at = pointer::child(at, name);
                places.insert(at.clone());
                walk(member, &at, places);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, &format!("{at}/*"), places)),
        _ => {}
    }
}
