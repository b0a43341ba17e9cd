//! What is written is what the specification shows, and is read back equal.

use super::*;
use crate::contract::Contract;
use crate::contract::model::{Parameter, ParameterLocation, Style};
use crate::source::Document;
use crate::wire::Received;
use proptest::prelude::*;
use serde_json::{Value, json};

fn parameter(location: ParameterLocation, style: Style, explode: bool) -> Parameter {
    Parameter { required: true, ..Parameter::new("color", location, style, explode) }
}

#[test]
fn values_are_written_as_the_specification_shows() {
    use ParameterLocation::{Cookie, Header, Path, Query};
    let (one, items) = (json!("blue"), json!(["blue", "black", "brown"]));
    let members = json!({"R": 100, "G": 200});
    for (location, style, explode, expected) in [
        (Path, Style::Simple, false, ["blue", "blue,black,brown", "R,100,G,200"]),
        (Path, Style::Simple, true, ["blue", "blue,black,brown", "R=100,G=200"]),
        (Path, Style::Label, false, [".blue", ".blue,black,brown", ".R,100,G,200"]),
        (Path, Style::Label, true, [".blue", ".blue.black.brown", ".R=100.G=200"]),
        (Path, Style::Matrix, false, [";color=blue", ";color=blue,black,brown", ";color=R,100,G,200"]),
        (Path, Style::Matrix, true, [";color=blue", ";color=blue;color=black;color=brown", ";R=100;G=200"]),
        (Query, Style::Form, false, ["color=blue", "color=blue,black,brown", "color=R,100,G,200"]),
        (Query, Style::Form, true, ["color=blue", "color=blue&color=black&color=brown", "R=100&G=200"]),
        (Query, Style::SpaceDelimited, false, ["-", "color=blue%20black%20brown", "color=R%20100%20G%20200"]),
        (Query, Style::PipeDelimited, false, ["-", "color=blue%7Cblack%7Cbrown", "color=R%7C100%7CG%7C200"]),
        (Query, Style::DeepObject, true, ["-", "-", "color%5BR%5D=100&color%5BG%5D=200"]),
        (Header, Style::Simple, false, ["blue", "blue,black,brown", "R,100,G,200"]),
        (Header, Style::Simple, true, ["blue", "blue,black,brown", "R=100,G=200"]),
        (Cookie, Style::Form, false, ["color=blue", "color=blue,black,brown", "color=R,100,G,200"]),
        (Cookie, Style::Form, true, ["color=blue", "-", "-"]),
        (Cookie, Style::Cookie, false, ["color=blue", "color=blue,black,brown", "color=R,100,G,200"]),
        (Cookie, Style::Cookie, true, ["color=blue", "color=blue; color=black; color=brown", "R=100; G=200"]),
    ] {
        let parameter = parameter(location, style, explode);
        for (value, expected) in [&one, &items, &members].into_iter().zip(expected) {
            let text = written(&parameter, value).unwrap_or("-".into());
            assert_eq!(text, expected, "{location:?} {style:?} {explode} {value}");
        }
    }
}

#[test]
fn what_no_style_can_write_is_not_written() {
    let header = parameter(ParameterLocation::Header, Style::Simple, false);
    let query = parameter(ParameterLocation::Query, Style::Form, true);
    for (parameter, value) in [
        (&header, json!(["a,b"])),
        (&header, json!("caf\u{e9}\n")),
        (&header, json!(" a")),
        (&parameter(ParameterLocation::Query, Style::SpaceDelimited, false), json!(["a b", "c"])),
        (&query, json!([["a"]])),
        (&query, json!({"a": {"b": 1}})),
        (&query, json!([])),
        (&query, json!(null)),
        (&parameter(ParameterLocation::Path, Style::Simple, false), json!("..")),
    ] {
        assert_eq!(written(parameter, &value), None, "{value}");
    }
}

#[test]
fn a_parameter_with_a_media_type_is_text_of_that() {
    let mut query = parameter(ParameterLocation::Query, Style::Form, true);
    query.media_type = Some("application/json".into());
    assert_eq!(written(&query, &json!({"a": [1]})).unwrap(), "color=%7B%22a%22%3A%5B1%5D%7D");
    query.media_type = Some("text/csv".into());
    assert_eq!(written(&query, &json!({"a": [1]})), None);
}

/// A parameter that is the whole query, of a media type.
fn whole(media: &str) -> Parameter {
    let parameter = parameter(ParameterLocation::Querystring, Style::Form, true);
    Parameter { media_type: Some(media.to_owned()), ..parameter }
}

#[test]
fn the_whole_query_is_written_as_its_media_type_has_it() {
    let form = whole("application/x-www-form-urlencoded");
    let value = json!({"a b": "c+d e", "n": [1, 2], "o": {"x": [true]}});
    let text = "a%20b=c%2Bd%20e&n=1&n=2&o=%7B%22x%22%3A%5Btrue%5D%7D";
    assert_eq!(written(&form, &value).unwrap(), text);
    for strange in [json!({}), json!("a"), json!({"a": null}), json!({"a": []}), json!({"a": [[1]]})] {
        assert_eq!(written(&form, &strange), None, "{strange}");
    }
    assert_eq!(written(&whole("application/json"), &json!({"a": "+"})).unwrap(), "%7B%22a%22%3A%22%2B%22%7D");
    assert_eq!(written(&whole("application/jsonpath"), &json!("$.a[?@.b]")).unwrap(), "%24.a%5B%3F%40.b%5D");
}

#[test]
fn the_whole_query_is_read_as_its_schema_says() {
    let schema = json!({"type": "object", "required": ["n"], "properties": {
        "n": {"type": "integer"}, "s": {"type": "string"}, "l": {"type": "array", "items": {"type": "integer"}}, "o": {"type": "object"}}});
    let form = contract(&whole("application/x-www-form-urlencoded"), &schema);
    for (text, expected) in [
        ("n=1&s=2&l=3", json!({"n": 1, "s": "2", "l": [3]})),
        ("l=3&n=x+y&l=4", json!({"n": "x y", "l": [3, 4]})),
        ("n=1&n=2", json!({"n": [1, 2]})),
        ("n=1&o=%7B%22a%22%3A1%7D&other=5", json!({"n": 1, "o": {"a": 1}, "other": 5})),
    ] {
        assert_eq!(read_back(&form, text), Some(expected), "{text}");
    }
    assert_eq!(read_back(&form, ""), None);
    let as_json = contract(&whole("application/json"), &schema);
    assert_eq!(read_back(&as_json, "%7B%22n%22%3A1%7D"), Some(json!({"n": 1})));
    assert_eq!(read_back(&as_json, "%7B%22s%22%3A%22+%22"), Some(json!("{\"s\":\"+\"")));
}

#[test]
fn reserved_characters_stay_where_the_contract_allows_it() {
    let reserved =
        Parameter { allow_reserved: true, ..parameter(ParameterLocation::Query, Style::Form, true) };
    assert_eq!(written(&reserved, &json!("/a?b:c,d&e=f+g")).unwrap(), "color=/a%3Fb:c,d%26e%3Df%2Bg");
    let joined = Parameter { explode: false, ..reserved };
    assert_eq!(written(&joined, &json!(["a,b", "/"])).unwrap(), "color=a%2Cb,/");
}

#[test]
fn what_stands_for_itself_is_never_encoded() {
    let all = json!("aZ0-._~");
    for (location, style, expected) in [
        (ParameterLocation::Path, Style::Simple, "aZ0-._~"),
        (ParameterLocation::Path, Style::Label, ".aZ0-._~"),
        (ParameterLocation::Query, Style::Form, "color=aZ0-._~"),
        (ParameterLocation::Cookie, Style::Form, "color=aZ0-._~"),
    ] {
        assert_eq!(written(&parameter(location, style, false), &all).unwrap(), expected);
    }
}

#[test]
fn in_a_label_a_point_in_an_item_cannot_be_told_from_one_between_items() {
    let label = |explode| parameter(ParameterLocation::Path, Style::Label, explode);
    assert_eq!(written(&label(true), &json!(["a.b"])), None);
    assert_eq!(written(&label(true), &json!("a.b")).unwrap(), ".a.b");
    assert_eq!(written(&label(false), &json!(["a.b", "c"])).unwrap(), ".a.b,c");
}

/// A contract with one parameter of a schema.
fn contract(parameter: &Parameter, schema: &Value) -> Contract {
    let style = serde_json::to_value(parameter.style).unwrap();
    let (at, path) = match parameter.location {
        ParameterLocation::Path => ("path", "/a/x{color}y/b"),
        ParameterLocation::Query => ("query", "/a"),
        ParameterLocation::Querystring => ("querystring", "/a"),
        ParameterLocation::Header => ("header", "/a"),
        ParameterLocation::Cookie => ("cookie", "/a"),
    };
    let mut declared = json!({"name": "color", "in": at, "required": true});
    if let Some(media) = &parameter.media_type {
        declared["content"] = json!({media: {"schema": schema}});
    } else {
        declared["style"] = style;
        declared["explode"] = parameter.explode.into();
        declared["allowReserved"] = parameter.allow_reserved.into();
        declared["schema"] = schema.clone();
    }
    let document = json!({"openapi": "3.2.0", "info": {"title": "T", "version": "1"}, "paths": {path: {"get": {
        "parameters": [declared],
        "responses": {"200": {"description": "ok"}}}}}});
    let document = Document::from_text("a.json", &document.to_string()).unwrap();
    Contract::read(document).unwrap_or_else(|refused| panic!("{}", refused.1))
}

/// What a request with this text of its parameter is read as.
fn read_back(contract: &Contract, text: &str) -> Option<Value> {
    let operation = &contract.operations[0];
    let parameter = &operation.parameters[0];
    let path = operation.path.replace("{color}", text);
    let (query, fields) = match parameter.location {
        ParameterLocation::Path => (None, Vec::new()),
        ParameterLocation::Query | ParameterLocation::Querystring => (Some(text), Vec::new()),
        ParameterLocation::Header => (None, vec![("COLOR", text.into())]),
        ParameterLocation::Cookie => (None, vec![("cookie", format!("a=b; {text};c=d").into())]),
    };
    let base = format!("/base{path}");
    let came = Received::at(&operation.path, &base, query).with(fields);
    let read = super::value(contract, operation, (parameter.location, "color"), &came);
    read.map(|node| node.to_value())
}

const WRITTEN: [(ParameterLocation, Style, bool); 19] = [
    (ParameterLocation::Path, Style::Simple, false),
    (ParameterLocation::Path, Style::Simple, true),
    (ParameterLocation::Path, Style::Label, false),
    (ParameterLocation::Path, Style::Label, true),
    (ParameterLocation::Path, Style::Matrix, false),
    (ParameterLocation::Path, Style::Matrix, true),
    (ParameterLocation::Query, Style::Form, false),
    (ParameterLocation::Query, Style::Form, true),
    (ParameterLocation::Query, Style::SpaceDelimited, false),
    (ParameterLocation::Query, Style::SpaceDelimited, true),
    (ParameterLocation::Query, Style::PipeDelimited, false),
    (ParameterLocation::Query, Style::PipeDelimited, true),
    (ParameterLocation::Query, Style::DeepObject, true),
    (ParameterLocation::Header, Style::Simple, false),
    (ParameterLocation::Header, Style::Simple, true),
    (ParameterLocation::Cookie, Style::Form, false),
    (ParameterLocation::Cookie, Style::Form, true),
    (ParameterLocation::Cookie, Style::Cookie, false),
    (ParameterLocation::Query, Style::Form, true),
];

/// Text with what could be taken for a sign of some style.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9.,;=&%+ |\\[\\]/?#~_-]{0,6}", any::<String>(), Just("%41".to_owned())]
}

/// A value, and the schema of all values of its type.
fn typed() -> impl Strategy<Value = (Value, Value)> {
    let whole = any::<i64>().prop_map(|number| (json!(number), json!({"type": "integer"}))).boxed();
    let broken = any::<f64>().prop_map(|number| (json!(number), json!({"type": "number"})));
    let broken = broken.prop_filter("a number", |(value, _)| value.is_number()).boxed();
    let truth = any::<bool>().prop_map(|truth| (json!(truth), json!({"type": "boolean"}))).boxed();
    let word = text().prop_map(|text| (json!(text), json!({"type": "string"}))).boxed();
    let words = prop::collection::vec(text(), 1..4);
    let words = words.prop_map(|all| (json!(all), json!({"type": "array", "items": {"type": "string"}})));
    let numbers = prop::collection::vec(any::<i32>(), 1..4);
    let numbers =
        numbers.prop_map(|all| (json!(all), json!({"type": "array", "items": {"type": "integer"}})));
    let members = || prop::collection::btree_map(text(), text(), 1..4);
    let declared = members().prop_map(|all| {
        let each: serde_json::Map<_, _> =
            all.keys().map(|key| (key.clone(), json!({"type": "string"}))).collect();
        (json!(all), json!({"type": "object", "properties": each, "additionalProperties": false}))
    });
    let open = members()
        .prop_map(|all| (json!(all), json!({"type": "object", "additionalProperties": {"type": "string"}})));
    prop_oneof![whole, broken, truth, word, words, numbers, declared, open]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]
    #[test]
    fn what_is_written_is_read_back_equal(
        (value, schema) in typed(),
        (location, style, explode) in prop::sample::select(&WRITTEN[..]),
        allow_reserved: bool,
    ) {
        let parameter = Parameter { allow_reserved, ..parameter(location, style, explode) };
        let contract = contract(&parameter, &schema);
        if let Some(text) = written(&parameter, &value) {
            prop_assert_eq!(read_back(&contract, &text), Some(value));
        }
    }

    #[test]
    fn whatever_comes_is_read_without_a_panic(
        (_, schema) in typed(),
        (location, style, explode) in prop::sample::select(&WRITTEN[..]),
        path: String,
        query: String,
        field: String,
    ) {
        let contract = contract(&parameter(location, style, explode), &schema);
        let operation = &contract.operations[0];
        let fields = [("color", field.as_str().into()), ("cookie", field.as_str().into())];
        let came = Received::at(&operation.path, &path, Some(&query)).with(fields);
        let _ = super::value(&contract, operation, (location, "color"), &came);
    }
}
