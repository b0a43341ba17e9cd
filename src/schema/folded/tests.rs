use super::*;
use crate::schema::Probe;
use proptest::prelude::*;
use serde_json::json;
use std::rc::Rc;

fn fold(schema: &Value) -> Folded {
    Folded::read(schema, &[String::new()])
}

#[test]
fn all_of_and_references_fold_into_one() {
    let root = json!({
        "a": {"allOf": [{"$ref": "#/b"}, {"required": ["y"], "properties": {"x": {"maxLength": 3}}}]},
        "b": {"type": "object", "required": ["x"], "properties": {"x": {"type": "string", "maxLength": 9}, "y": {}}}
    });
    let flat = Folded::read(&root, &["/a".into()]);
    assert_eq!(flat.required, ["x", "y"]);
    assert_eq!(flat.types, [Type::Object]);
    let x = Folded::read(&root, &flat.properties["x"]);
    assert_eq!((x.types.as_slice(), x.length), ([Type::String].as_slice(), (None, Some(3))));
}

#[test]
fn a_schema_that_contains_itself_ends() {
    let root = json!({"a": {"allOf": [{"$ref": "#/a"}], "type": "object"}});
    assert_eq!(Folded::read(&root, &["/a".into()]).types, [Type::Object]);
    let root = json!({"a": {"oneOf": [{"$ref": "#/a"}, {"type": "string"}]}});
    assert_eq!(Folds::new(&root).whole(&["/a".into()]).parts.len(), 3);
}

#[test]
fn of_several_lists_only_what_they_have_in_common_is_allowed() {
    for (schema, listed) in [
        (json!({"allOf": [{"enum": ["a", "b", 1]}, {"enum": ["b", 1.0, "c"]}]}), json!(["b", 1])),
        (json!({"enum": ["a", "b"], "allOf": [{"const": "b"}]}), json!(["b"])),
        (json!({"allOf": [{"const": "a"}, {"const": "b"}]}), json!([])),
    ] {
        let flat = fold(&schema);
        assert_eq!(flat.listed.map(Value::from), Some(listed), "{schema}");
    }
    let none = fold(&json!({"allOf": [{"const": "a"}, {"const": "b"}]}));
    assert!(none.impossible && none.obstacle() == "enum");
}

#[test]
fn of_several_bounds_the_strictest_counts() {
    let flat = fold(&json!({"allOf": [
        {"minimum": 3, "exclusiveMaximum": 9, "multipleOf": 4, "minLength": 1},
        {"exclusiveMinimum": 3, "maximum": 9, "multipleOf": 6, "minLength": 2}
    ]}));
    let end = |bound: Option<Bound>| bound.map(|one| (one.number.to_string(), one.excluded));
    let ends = [end(flat.minimum), end(flat.maximum)];
    assert_eq!(ends, ["3", "9"].map(|number| Some((number.to_owned(), true))));
    assert_eq!((flat.multiple_of, flat.length), (Some(12.0), (Some(2), None)));
}

#[test]
fn what_false_stands_for_is_nothing() {
    let root = json!({"properties": {"a": false, "b": true}});
    let flat = fold(&root);
    let below = |name: &str| Folded::read(&root, &flat.properties[name]);
    assert!(below("a").impossible && below("a").obstacle() == "falseSchema" && !below("b").impossible);
}

#[test]
fn the_first_items_have_schemas_of_their_own() {
    let flat = fold(&json!({"allOf": [
        {"prefixItems": [{"type": "string"}], "items": {"minimum": 1}},
        {"items": {"type": ["string", "integer"]}}
    ]}));
    assert_eq!(**flat.item(0), ["/allOf/0/prefixItems/0", "/allOf/1/items"]);
    assert_eq!(**flat.item(1), ["/allOf/0/items", "/allOf/1/items"]);
}

#[test]
fn a_member_has_the_schemas_of_its_name_of_patterns_and_of_all_others() {
    let flat = fold(&json!({"allOf": [
        {"properties": {"a": {}}, "patternProperties": {"^x": {}}, "additionalProperties": {"type": "null"}},
        {"properties": {"x1": {}}, "additionalProperties": {"type": "integer"}}
    ]}));
    assert_eq!(**flat.member("a"), ["/allOf/0/properties/a", "/allOf/1/additionalProperties"]);
    assert_eq!(**flat.member("x1"), ["/allOf/0/patternProperties/^x", "/allOf/1/properties/x1"]);
    assert_eq!(**flat.member("x2"), ["/allOf/0/patternProperties/^x", "/allOf/1/additionalProperties"]);
    assert_eq!(**flat.member("y"), ["/allOf/0/additionalProperties", "/allOf/1/additionalProperties"]);
    assert!(flat.declares("x2") && !flat.declares("y"));
}

#[test]
fn of_alternatives_each_need_not_hold() {
    let root = json!({"anyOf": [
        {"type": "string"},
        {"type": "string", "enum": ["a"]},
        {"oneOf": [{"type": "integer", "const": 5}, {"type": "null"}]}
    ]});
    let folds = Folds::new(&root);
    let whole = folds.whole(&[String::new()]);
    assert_eq!(whole.types, [Type::String, Type::Integer, Type::Null]);
    assert!(!whole.impossible);
    assert_eq!(whole.listed, Some(vec![json!("a"), json!(5)]));
    assert!(folds.at(&[String::new()]).listed.is_none());
}

#[test]
fn what_applies_under_a_condition_belongs_to_the_whole() {
    let root = json!({
        "properties": {"a": {}}, "if": {"required": ["a"]}, "then": {"properties": {"b": {}}},
        "dependentSchemas": {"a": {"properties": {"c": {}}}}
    });
    let whole = Folds::new(&root).whole(&[String::new()]);
    assert_eq!(whole.properties.keys().collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[test]
fn places_do_not_hand_what_one_document_keeps_to_another() {
    let (one, other) = (json!({"items": {"type": "string"}}), json!({"items": {"type": "integer"}}));
    let (one, other) = (Folds::new(&one), Folds::new(&other));
    let flat = one.at(&[String::new()]);
    assert_eq!(one.of(&flat.items).types, [Type::String]);
    assert_eq!(other.of(&flat.items).types, [Type::Integer]);
    assert!(Rc::ptr_eq(&one.of(&flat.items), &one.at(&["/items".into()])));
}

/// Why a fold excludes a value, looking at nothing but the fold.
fn excluded(folds: &Folds<'_>, flat: &Folded, value: &Value) -> Option<String> {
    let outside = |(least, most): (Option<u64>, Option<u64>), size: usize| {
        least.is_some_and(|least| (size as u64) < least) || most.is_some_and(|most| size as u64 > most)
    };
    let kind = match value {
        Value::Null => Type::Null,
        Value::Bool(_) => Type::Boolean,
        Value::Number(number) if number.as_f64().is_some_and(|it| it.fract() == 0.0) => Type::Integer,
        Value::Number(_) => Type::Number,
        Value::String(_) => Type::String,
        Value::Array(_) => Type::Array,
        Value::Object(_) => Type::Object,
    };
    if flat.impossible || flat.named_types.as_ref().is_some_and(|_| !flat.allows(kind)) {
        return Some(format!("{value} is no {:?}", flat.types));
    }
    if flat.listed.as_ref().is_some_and(|listed| !listed.iter().any(|one| equal(one, value))) {
        return Some(format!("{value} is not in {:?}", flat.listed));
    }
    match value {
        Value::String(text) if outside(flat.length, text.chars().count()) => Some("length".into()),
        Value::Number(number) => {
            let number = number.as_f64()?;
            let low = flat
                .minimum
                .as_ref()
                .is_some_and(|one| number < one.limit || (one.excluded && number <= one.limit));
            let high = flat
                .maximum
                .as_ref()
                .is_some_and(|one| number > one.limit || (one.excluded && number >= one.limit));
            let between = flat.multiple_of.is_some_and(|step| (number / step).fract() != 0.0);
            (low || high || between).then(|| format!("{number} is out of range"))
        }
        Value::Array(items) => {
            let each = || {
                let each = items.iter().enumerate();
                each.into_iter().find_map(|(index, item)| excluded(folds, &folds.of(flat.item(index)), item))
            };
            outside(flat.item_count, items.len()).then(|| "too few or many".to_owned()).or_else(each)
        }
        Value::Object(members) => {
            let lacks = flat.required.iter().any(|name| !members.contains_key(name));
            let each = || {
                let mut each = members.iter();
                each.find_map(|(name, member)| excluded(folds, &folds.of(&flat.member(name)), member))
            };
            (lacks || outside(flat.member_count, members.len())).then(|| "lacks".to_owned()).or_else(each)
        }
        _ => None,
    }
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(1.0),
        json!(2.5),
        json!(12),
        json!("a"),
        json!("bb"),
    ]);
    leaf.prop_recursive(2, 8, 3, |inner| {
        let array = prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from);
        let object = prop::collection::btree_map("[abx]", inner, 0..3);
        prop_oneof![array, object.prop_map(|members| members.into_iter().collect())]
    })
}

fn schemas() -> impl Strategy<Value = Value> {
    let leaf = prop::sample::select(vec![
        json!(true),
        json!(false),
        json!({}),
        json!({"$ref": "#/$defs/d"}),
        json!({"type": "integer"}),
        json!({"type": ["number", "null"]}),
        json!({"type": ["string", "integer", "object"]}),
        json!({"enum": [1, "a", null]}),
        json!({"const": 1}),
        json!({"minimum": 1, "exclusiveMaximum": 12}),
        json!({"exclusiveMinimum": 1}),
        json!({"multipleOf": 4}),
        json!({"multipleOf": 6}),
        json!({"minLength": 2}),
        json!({"maxLength": 1, "maxItems": 1, "maxProperties": 1}),
        json!({"required": ["a"]}),
    ]);
    leaf.prop_recursive(3, 16, 3, |inner| {
        let list = || prop::collection::vec(inner.clone(), 1..3);
        let named = || prop::collection::btree_map("[abx]", inner.clone(), 1..3);
        prop_oneof![
            list().prop_map(|all| json!({"allOf": all})),
            list().prop_map(|all| json!({"anyOf": all})),
            (list(), inner.clone()).prop_map(|(first, items)| json!({"prefixItems": first, "items": items})),
            inner.clone().prop_map(|items| json!({"items": items})),
            named().prop_map(|named| json!({"properties": named})),
            (named(), inner.clone()).prop_map(|(named, others)| {
                json!({"properties": named, "patternProperties": {"^x": true}, "additionalProperties": others})
            }),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| json!({"if": one, "then": other})),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_the_validator_takes_no_fold_excludes(
        parts in prop::collection::vec(schemas(), 1..4),
        referred in schemas().prop_filter("ends", |schema| !schema.to_string().contains("$ref")),
        value in values(),
    ) {
        let root = json!({"allOf": parts, "$defs": {"d": {"allOf": [referred]}}});
        let Some(probe) = Probe::of(&root) else { return Ok(()) };
        if probe.accepts(&value) {
            let folds = Folds::new(&root);
            let why = excluded(&folds, &folds.at(&[String::new()]), &value);
            prop_assert_eq!(why, None, "{} {}", root, value);
        }
    }
}
