//! What the reader promises, by example and by law.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn value(text: &str) -> Value {
    read(text.as_bytes()).unwrap().to_value()
}

fn error(text: impl AsRef<[u8]>) -> String {
    read(text.as_ref()).unwrap_err().to_string()
}

#[test]
fn a_text_knows_its_offsets() {
    let text = read(br#" {"a": [1, "x"], "b": null} "#).unwrap();
    assert_eq!((text.root.start, text.root.end), (1, 27));
    let item = text.at("/a/1").unwrap();
    assert_eq!((item.start, item.end), (11, 14));
    let Kind::Object(members) = &text.root.kind else { panic!() };
    assert_eq!((members[1].key.as_str(), members[1].key_start), ("b", 17));
    assert_eq!(members[1].value.start, 22);
}

#[test]
fn numbers_keep_their_digits() {
    let text = read(b"[1.0, 1, 1e2, 123456789012345678901234567890]").unwrap();
    let Kind::Array(items) = &text.root.kind else { panic!() };
    let raw: Vec<_> = items
        .iter()
        .map(|item| match &item.kind {
            Kind::Number(raw) => &**raw,
            _ => panic!(),
        })
        .collect();
    assert_eq!(raw, ["1.0", "1", "1e2", "123456789012345678901234567890"]);
}

#[test]
fn numbers_are_exact_where_64_bits_hold_them_and_finite_everywhere() {
    assert_eq!(value("18446744073709551615"), json!(u64::MAX));
    assert_eq!(value("-9223372036854775808"), json!(i64::MIN));
    assert_eq!(value("18446744073709551616"), json!(18_446_744_073_709_551_616.0));
    assert_eq!(value("1e999"), json!(f64::MAX));
    assert_eq!(value("-1e999"), json!(f64::MIN));
    assert_eq!(value("-0").to_string(), "-0.0");
}

#[test]
fn repeated_keys_are_named_and_the_last_wins() {
    let text = read(br#"{"a": 1, "l": [0, {"b/c": 1, "b/c": 2}], "a": 3, "a": 4}"#).unwrap();
    assert_eq!(text.duplicates, ["/l/1/b~1c", "/a", "/a"]);
    assert_eq!(text.to_value(), json!({"a": 4, "l": [0, {"b/c": 2}]}));
    assert_eq!(text.at("/a").unwrap().to_value(), json!(4));
}

#[test]
fn repeated_keys_are_found_in_large_objects_and_their_list_is_bounded() {
    let members: Vec<_> = (0..5_000).map(|n| format!("\"k{}\": {n}", n % 4_000)).collect();
    let text = read(format!("{{{}}}", members.join(",")).as_bytes()).unwrap();
    assert_eq!(text.duplicates.len(), MAX_DUPLICATES);
    assert_eq!(text.duplicates[0], "/k0");
}

#[test]
fn surrogate_pairs_become_one_character() {
    let text = read(br#""\ud83d\uDE00 \u00e9""#).unwrap();
    assert_eq!(text.to_value(), json!("😀 é"));
    assert!(!text.lone_surrogates);
}

#[test]
fn a_surrogate_without_its_partner_is_replaced_and_noted() {
    for (text, expected) in [
        (r#""\ud83d""#, "\u{fffd}"),
        (r#""\ude00!""#, "\u{fffd}!"),
        (r#""\ud83d\u0041""#, "\u{fffd}A"),
        (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
        (r#""\ud83d\n""#, "\u{fffd}\n"),
    ] {
        let read = read(text.as_bytes()).unwrap();
        assert_eq!(read.to_value(), json!(expected), "{text}");
        assert!(read.lone_surrogates, "{text}");
    }
}

#[test]
fn faults_say_what_was_expected_and_where() {
    assert_eq!(error(r#"{"a": 1, "b": 2 "c""#), "expected `,` or `}` at byte 16");
    assert_eq!(error("[1 2]"), "expected `,` or `]` at byte 3");
    assert_eq!(error("[1,]"), "expected a value at byte 3");
    assert_eq!(error(r#"{"a": 1,}"#), "expected a key at byte 8");
    assert_eq!(error("{a: 1}"), "expected a key or `}` at byte 1");
    assert_eq!(error(r#"{"a" 1}"#), "expected `:` at byte 5");
    assert_eq!(error("1 2"), "expected nothing after the value at byte 2");
    assert_eq!(error(""), "text ends, expected a value at byte 0");
    assert_eq!(error("[1"), "text ends, expected `,` or `]` at byte 2");
    assert_eq!(error("\"ab"), "text ends, expected `\"` at byte 3");
    assert_eq!(error("\"a\nb\""), "unescaped control character at byte 2");
    assert_eq!(error(r#""a\x""#), "invalid escape at byte 2");
    assert_eq!(error(r#""\u12+4""#), "invalid escape at byte 1");
    assert_eq!(error("1."), "text ends, expected a digit at byte 2");
    assert_eq!(error("-a"), "expected a digit at byte 1");
    assert_eq!(error(b"[\"\xff\"]"), "invalid UTF-8 at byte 2");
    assert_eq!(error("\u{feff}1"), "unexpected byte order mark at byte 0");
}

#[test]
fn what_other_readers_let_pass_is_malformed() {
    for text in [
        "NaN",
        "Infinity",
        "-Infinity",
        "01",
        "+1",
        ".5",
        "1.e1",
        "1e",
        "0x10",
        "'a'",
        "[1] // c",
        "/* c */ 1",
        "nul",
        "True",
        "\u{a0}1",
        "{\"a\": 1}}",
        "[]]",
        "]",
        "}",
        ",",
        "{,}",
        "[,1]",
    ] {
        assert!(read(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn nesting_is_read_to_the_limit_on_a_small_stack_and_refused_beyond() {
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    let check = || {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let text = read(nested(MAX_DEPTH).as_bytes()).unwrap();
        assert_eq!(text.clone(), text);
        assert!(text.to_value().to_string().starts_with("[[["));
        let objects = "{\"a\":".repeat(MAX_DEPTH) + "1" + &"}".repeat(MAX_DEPTH);
        assert!(read(objects.as_bytes()).unwrap().to_value().is_object());

        let refused = read(nested(MAX_DEPTH + 1).as_bytes()).unwrap_err();
        assert_eq!(refused, Malformed { offset: MAX_DEPTH, reason: Reason::TooDeep });
        let endless = read("[".repeat(1_000_000).as_bytes()).unwrap_err();
        assert_eq!(endless.reason, Reason::TooDeep);
    };
    thread.spawn(check).unwrap().join().unwrap();
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map("[a-c/~0-2]{0,2}|\\PC*", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Bytes that are nearly JSON.
fn near_json() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[\\[\\]{}:,\"\\\\ \n]",
        "-?[0-9]{1,3}(\\.[0-9]{0,2})?([eE][+-]?[0-9]{0,3})?",
        "\"[a-b]?\"",
        "\"\\\\[\"\\\\/bfnrtux][0-9a-dD]{0,4}\"",
        Just("true".to_owned()),
        Just("null".to_owned()),
    ];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn pointers(value: &Value, here: &str, all: &mut Vec<String>) {
    all.push(here.to_owned());
    let mut deeper = |token: &str, inner| {
        let mut pointer = here.to_owned();
        pointer::push(&mut pointer, token);
        pointers(inner, &pointer, all);
    };
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                deeper(&index.to_string(), item);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                deeper(key, member);
            }
        }
        _ => {}
    }
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(original in any_value(), pretty: bool) {
        let text = if pretty { format!("{original:#}") } else { original.to_string() };
        let read = read(text.as_bytes()).unwrap();
        prop_assert_eq!(read.to_value(), original.clone());
        prop_assert_eq!(Node::from(&original).to_value(), original);
        prop_assert_eq!(read.duplicates, Vec::<String>::new());
        prop_assert!(!read.lone_surrogates);
    }

    #[test]
    fn it_agrees_with_serde_json_on_what_is_json(text in near_json()) {
        let theirs = serde_json::from_str::<Value>(&text);
        match (read(text.as_bytes()), theirs) {
            (Ok(ours), Ok(theirs)) => prop_assert_eq!(ours.to_value(), theirs),
            (Ok(ours), Err(error)) => prop_assert!(
                ours.lone_surrogates || error.to_string().contains("out of range"),
                "{} accepted, but {}", text, error
            ),
            (Err(ours), Ok(_)) => prop_assert!(false, "{} refused: {}", text, ours),
            (Err(_), Err(_)) => {}
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        let _ = read(&bytes);
    }

    #[test]
    fn pointers_lead_where_they_lead_in_the_value(
        original in any_value(),
        stray in "(/[a-c0-2~/]{0,2}){0,3}|[a-c/~01]*",
    ) {
        let text = read(original.to_string().as_bytes()).unwrap();
        let mut all = vec![stray];
        pointers(&original, "", &mut all);
        for pointer in all {
            let ours = text.at(&pointer).map(Node::to_value);
            prop_assert_eq!(ours.as_ref(), original.pointer(&pointer), "{}", pointer);
        }
    }
}
