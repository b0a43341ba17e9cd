//! Unique values that are not kept track of as they should be.

use super::{Class, Defect, Site, part};
use crate::contract::expression::select;
use crate::contract::extension::{Distinction, Unique};
use crate::host::taken::compared;
use serde_json::Value;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How a value is lost or taken wrongly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::host) enum Lapse {
    /// Nothing is remembered.
    Never,
    /// Only so many of the last ones are remembered.
    Last(usize),
    /// Letters in other case make the same value, or another.
    Case,
    /// Spaces around and inside it make the same value, or another.
    Spaces,
    /// Only so many characters are compared.
    Start(usize),
    /// It counts as repeated only if everything else is repeated too.
    Whole,
    /// A request that was refused for what it holds takes it.
    RefusedTakes,
    /// A request without credentials takes it.
    StrangerTakes,
    /// Refusing it frees it.
    RefusalFrees,
    /// What other operations took is taken.
    Shared,
    /// It is looked up first and remembered a moment later.
    Race,
}

/// The gap between looking a value up and remembering it.
pub(super) const GAP: Duration = Duration::from_millis(20);

pub(super) fn derive(site: &mut Site<'_>) {
    let operation = site.operation;
    // Operations that name one scope may share their values; the others must not.
    let strangers = |unique: &Unique| {
        let others = site.contract.operations.iter().filter(|other| !std::ptr::eq(*other, operation));
        let mut others = others.flat_map(|other| &other.behaviour.unique);
        others.any(|other| unique.scope.is_none() || other.scope != unique.scope)
    };
    let shared: Vec<bool> = operation.behaviour.unique.iter().map(strangers).collect();
    for (field, unique) in operation.behaviour.unique.iter().enumerate() {
        let at = format!("{}/x-probity/unique/{field}", operation.at);
        let mut ways = vec![
            ("never-checked", "is never checked", Lapse::Never),
            ("last-only", "is only compared with the one before", Lapse::Last(1)),
            ("last-three", "is forgotten after three others", Lapse::Last(3)),
            ("first-20", "is compared by its first 20 characters", Lapse::Start(20)),
            ("whole-body", "counts as repeated only if the whole body is", Lapse::Whole),
            ("refused-takes", "is taken by a request that was refused", Lapse::RefusedTakes),
            ("refusal-frees", "is free again once it was refused", Lapse::RefusalFrees),
            ("race", "is looked up 20 ms before it is remembered", Lapse::Race),
        ];
        match unique.case {
            Distinction::Sensitive => ways.push(("case", "is compared without regard to case", Lapse::Case)),
            Distinction::Insensitive => ways.push(("case", "is compared with regard to case", Lapse::Case)),
            Distinction::Unknown => {}
        }
        ways.push(match unique.spaces {
            Distinction::Insensitive => ("spaces", "is compared with the spaces in it", Lapse::Spaces),
            Distinction::Sensitive | Distinction::Unknown => {
                ("spaces", "is compared without regard to spaces", Lapse::Spaces)
            }
        });
        if !operation.is_open() {
            ways.push(("stranger-takes", "is taken by a request without credentials", Lapse::StrangerTakes));
        }
        if shared[field] {
            ways.push(("shared", "is taken if another operation took it", Lapse::Shared));
        }
        for (id, words, lapse) in ways {
            let id = format!("unique/{}/{id}", part(&unique.field));
            let words = format!("`{}` {words}", unique.field);
            site.plant(Class::Uniqueness, &id, &at, words, Defect::Lapse { field, lapse });
        }
    }
}

/// The values that a host with a lapse remembers.
#[derive(Debug, Default)]
pub(super) struct Remembered(VecDeque<(String, Instant)>);

impl Remembered {
    /// Whether a request repeats a value; what it takes is remembered if everything else lets it.
    pub(super) fn takes(&mut self, lapse: &Lapse, unique: &Unique, request: &Value, may: bool) -> bool {
        let keys = keys(lapse, unique, request);
        let now = Instant::now();
        let known = |key: &String| self.0.iter().any(|(known, from)| known == key && *from <= now);
        let repeated = *lapse != Lapse::Never && keys.iter().any(known);
        if !repeated && may {
            self.remember(lapse, keys);
        } else if repeated && *lapse == Lapse::RefusalFrees {
            self.0.retain(|(known, _)| !keys.contains(known));
        }
        repeated
    }

    /// Remembers the values of a request that should not have taken any.
    pub(super) fn note(&mut self, lapse: &Lapse, unique: &Unique, request: &Value) {
        let keys = keys(lapse, unique, request);
        self.remember(lapse, keys);
    }

    fn remember(&mut self, lapse: &Lapse, keys: Vec<String>) {
        let from = Instant::now() + if *lapse == Lapse::Race { GAP } else { Duration::ZERO };
        self.0.extend(keys.into_iter().map(|key| (key, from)));
        let most = if let Lapse::Last(most) = lapse { *most } else { 100_000 };
        while self.0.len() > most {
            self.0.pop_front();
        }
    }
}

/// What a host with a lapse compares.
fn keys(lapse: &Lapse, unique: &Unique, request: &Value) -> Vec<String> {
    let values = select(request, &unique.field).into_iter().filter(|(_, value)| !value.is_null());
    let other = |stated: Distinction| match stated {
        Distinction::Insensitive => Distinction::Sensitive,
        Distinction::Sensitive | Distinction::Unknown => Distinction::Insensitive,
    };
    let mut lapsed = unique.clone();
    match lapse {
        Lapse::Case => lapsed.case = other(unique.case),
        Lapse::Spaces => lapsed.spaces = other(unique.spaces),
        _ => {}
    }
    let key = |value: &Value| {
        let text = compared(&lapsed, value);
        // Of text with its quote before it.
        if let Lapse::Start(most) = lapse { text.chars().take(most + 1).collect() } else { text }
    };
    values.map(|(_, value)| if *lapse == Lapse::Whole { request.to_string() } else { key(value) }).collect()
}
