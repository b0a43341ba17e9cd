//! What few schemas say: keywords that a fold cannot reckon with, but whoever makes values can.

use crate::json::pointer;
use serde_json::{Map, Value};

/// Keywords that few schemas have.
#[derive(Clone, Debug, Default)]
pub struct Rarer {
    /// What values must not be: the schemas of `not`.
    pub negated: Vec<String>,
    /// What applies where something else does.
    pub conditions: Vec<Condition>,
    /// What lists must hold.
    pub contains: Vec<Contains>,
    /// The schemas of all names.
    pub names: Vec<String>,
    /// The properties that ask for others.
    pub together: Vec<(String, Vec<String>)>,
    /// The properties that ask for a schema of the whole.
    pub dependent: Vec<(String, String)>,
    /// The schemas of what no other keyword has a say in: members, and items.
    pub leftover: (Vec<String>, Vec<String>),
    /// Whether such items are forbidden.
    pub no_more_items: bool,
    /// Whether one alternative at most may fit.
    pub exclusive: bool,
}

/// `if`, with what follows from it.
#[derive(Clone, Debug)]
pub struct Condition {
    /// What is asked.
    pub when: String,
    /// What applies if so.
    pub then: Option<String>,
    /// What applies if not.
    pub otherwise: Option<String>,
}

/// `contains`, and how often.
#[derive(Clone, Debug)]
pub struct Contains {
    /// The schema of what must be there.
    pub at: String,
    /// The fewest.
    pub least: u64,
    /// The most.
    pub most: Option<u64>,
}

const KEYWORDS: [&str; 9] = [
    "not",
    "if",
    "contains",
    "propertyNames",
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedProperties",
    "unevaluatedItems",
    "oneOf",
];

impl Rarer {
    pub(super) fn fold(&mut self, schema: &Map<String, Value>, at: &str) {
        if !KEYWORDS.iter().any(|keyword| schema.contains_key(*keyword)) {
            return;
        }
        let there = |key: &str| {
            let is_schema = schema.get(key).is_some_and(|it| it.is_object() || it.is_boolean());
            is_schema.then(|| pointer::child(at, key))
        };
        let map = |key: &str| schema.get(key).and_then(Value::as_object).into_iter().flatten();
        let open = |key: &str| there(key).filter(|_| schema.get(key).is_some_and(Value::is_object));
        self.negated.extend(there("not"));
        self.names.extend(there("propertyNames"));
        self.exclusive |= schema.get("oneOf").and_then(Value::as_array).is_some_and(|all| all.len() > 1);
        if let Some(when) = there("if") {
            self.conditions.push(Condition { when, then: there("then"), otherwise: there("else") });
        }
        if let Some(at) = there("contains") {
            let count = |key: &str| schema.get(key).and_then(Value::as_u64);
            let (least, most) = (count("minContains").unwrap_or(1), count("maxContains"));
            self.contains.push(Contains { at, least, most });
        }
        for (name, others) in map("dependentRequired") {
            let others = others.as_array().into_iter().flatten().filter_map(Value::as_str);
            self.together.push((name.clone(), others.map(str::to_owned).collect()));
        }
        let base = pointer::child(at, "dependentSchemas");
        self.dependent
            .extend(map("dependentSchemas").map(|(name, _)| (name.clone(), pointer::child(&base, name))));
        self.leftover.0.extend(open("unevaluatedProperties"));
        self.leftover.1.extend(open("unevaluatedItems"));
        self.no_more_items |= schema.get("unevaluatedItems") == Some(&Value::Bool(false));
    }

    /// Whether a fold of the rest may leave values that a validator does not take.
    pub fn is_hard(&self) -> bool {
        let Rarer { negated, conditions, contains, names, together, dependent, .. } = self;
        self.exclusive
            || self.no_more_items
            || !(negated.is_empty() && conditions.is_empty() && contains.is_empty())
            || !(names.is_empty() && together.is_empty() && dependent.is_empty())
    }
}
