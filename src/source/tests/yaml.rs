//! What is read of YAML that readers differ about, held to what most of those take that are well kept.

use super::*;
use serde_json::Value;

#[test]
fn brackets_and_quoted_text_may_go_on_indented_less() {
    for (text, expected) in [
        ("a:\n  b: {\n    c: 1\n}\nd: 2\n", json!({"a": {"b": {"c": 1}}, "d": 2})),
        ("a:\n  b: [\n1,\n2\n]\nd: 2\n", json!({"a": {"b": [1, 2]}, "d": 2})),
        ("a:\n  - {\n    b: 1\n}\n", json!({"a": [{"b": 1}]})),
        ("a:\n  b: [1, # one\n# two\n2]\n", json!({"a": {"b": [1, 2]}})),
        ("a: {b: {c: [\n1, {d: 2\n}\n]\n}}\n", json!({"a": {"b": {"c": [1, {"d": 2}]}}})),
        ("a:\n  b: {c: 'x\ny', \"d\": \"z\nw\"}\n", json!({"a": {"b": {"c": "x y", "d": "z w"}}})),
        ("a:\n  b: \"one\ntwo\n\n three\"\n  c: 1\n", json!({"a": {"b": "one two\nthree", "c": 1}})),
        ("a:\n  b: 'one\n  two'\n", json!({"a": {"b": "one two"}})),
        ("a:\n  b: {it's: \"]\\\"\n}\"\n}\n", json!({"a": {"b": {"it's": "]\" }"}}})),
        ("a: \"one\n\ttwo\"\n", json!({"a": "one two"})),
        ("a: {\n\tb: [\n\t\t1\n\t]\n}\n", json!({"a": {"b": [1]}})),
        ("a: |\n  {\n  \"\nb: {\nc: 1}\n", json!({"a": "{\n\"\n", "b": {"c": 1}})),
        ("a: it's\n  \"so [\nb: [\n1]\n", json!({"a": "it's \"so [", "b": [1]})),
        ("- a: >-\n   [\n  b: [\n1]\n", json!([{"a": "[", "b": [1]}])),
    ] {
        let wrapped = format!("root:\n  {}", text.trim_end().replace('\n', "\n  "));
        assert_eq!(yaml(&wrapped).value["root"], expected, "{wrapped}");
        if expected.is_object() {
            assert_eq!(*yaml(text).value, expected, "{text}");
        }
    }
}

#[test]
fn places_are_those_of_the_text_as_it_is_written() {
    let document = yaml("a:\n  b: {\nc: 1, d: [\n2]\n}\ne: \"x\ny\"\nf: \"\\ud83d\\ude00\"\ng:\t3\n");
    assert_eq!(document.value["f"], json!("😀"));
    for (pointer, value, key) in [
        ("/a/b", "2:6", "2:3"),
        ("/a/b/c", "3:4", "3:1"),
        ("/a/b/d/0", "4:1", "4:1"),
        ("/e", "6:4", "6:1"),
        ("/f", "8:4", "8:1"),
        ("/g", "9:4", "9:1"),
    ] {
        assert_eq!(document.locate(pointer).to_string(), format!("api.yaml:{value}"), "{pointer}");
        assert_eq!(document.locate_key(pointer).to_string(), format!("api.yaml:{key}"), "{pointer}");
    }
    for (text, expected) in [
        ("a: {\nb: 1,\nb: 2\n}", "api.yaml:3:1: duplicate key \"b\", first at line 2, column 1"),
        ("a:\n- [\n1\n]\n---\nb: 1", "api.yaml:5:1: a second document begins, the first at line 1, column 1"),
    ] {
        assert_eq!(error("api.yaml", text), expected);
    }
    // Where that does not help, the first mistake is told.
    assert!(error("api.yaml", "a: [\n1\n]\nb: [1").starts_with("api.yaml:4:"));
    assert!(error("api.yaml", "a:\n  b: [\n1\nc: 2").starts_with("api.yaml:3:1: malformed YAML: "));
}

#[test]
fn scalars_are_what_the_core_schema_has_and_what_it_has_not_is_text() {
    for (text, expected) in [
        ("[0o14, 014, 0x1f, +12, 08]", json!([12, 14, 31, 12, 8])),
        ("[0o8, 0X1F, 0b11, -0x1, 1_000, 12:30]", json!(["0o8", "0X1F", "0b11", "-0x1", "1_000", "12:30"])),
        ("[1., .5, 1E+3, -.5, 1.e2]", json!([1.0, 0.5, 1000.0, -0.5, 100.0])),
        ("[on, off, yes, no, y, N, tRUE]", json!(["on", "off", "yes", "no", "y", "N", "tRUE"])),
        ("[.inf, -.Inf, .nan]", json!([".inf", "-.Inf", ".nan"])),
        ("[2024-01-01, 2001-12-14 21:59:43.10 -5]", json!(["2024-01-01", "2001-12-14 21:59:43.10 -5"])),
        ("{b, c: , d: ~}", json!({"b": null, "c": null, "d": null})),
        ("[a: 1, http://x/y, c:d]", json!([{"a": 1}, "http://x/y", "c:d"])),
    ] {
        assert_eq!(yaml(&format!("a: {text}")).value["a"], expected, "{text}");
    }
}

#[test]
fn tags_say_what_a_scalar_is_however_they_are_written() {
    for (text, expected) in [
        (
            "a: [!!str 12, !!int '12', !!float 3, !!bool 'true', !!null '', !!str ]",
            json!(["12", 12, 3, true, null, ""]),
        ),
        ("a: [!<tag:yaml.org,2002:str> 12, !<tag:yaml.org,2002:int> '12', !<!> 12]", json!(["12", 12, "12"])),
        ("%TAG !y! tag:yaml.org,2002:\n---\na: [!y!str 12]", json!(["12"])),
        ("a: !!binary |\n  aGVs\n  bG8=\n", json!("aGVsbG8=")),
        ("a: [!!seq [1], !!map {a: 1}, !own {a: 1}, ! 12]", json!([[1], {"a": 1}, {"a": 1}, "12"])),
        ("a: [!!timestamp 2024-01-01]", json!(["2024-01-01"])),
    ] {
        assert_eq!(yaml(text).value["a"], expected, "{text}");
    }
}

#[test]
fn own_keys_outweigh_merged_ones_and_earlier_merged_ones_later_ones() {
    const BASES: &str = "b: &b {x: 1, y: 2}\nc: &c {x: 9, z: 3}\n";
    for (text, expected) in [
        ("{<<: *b, y: own}", json!({"y": "own", "x": 1})),
        ("{y: own, <<: *b}", json!({"y": "own", "x": 1})),
        ("{<<: [*b, *c], y: own}", json!({"x": 1, "y": "own", "z": 3})),
        ("{<<: [*c, *b]}", json!({"x": 9, "y": 2, "z": 3})),
        ("{<<: *b, <<: *c}", json!({"x": 1, "y": 2, "z": 3})),
        ("{<<: {<<: *c, x: 1}, w: 0}", json!({"x": 1, "z": 3, "w": 0})),
        ("{!!merge <<: *b}", json!({"x": 1, "y": 2})),
        ("{<<: []}", json!({})),
        ("{'<<': 1}", json!({"<<": 1})),
    ] {
        assert_eq!(yaml(&format!("{BASES}a: {text}")).value["a"], expected, "{text}");
    }
}

#[test]
fn block_scalars_anchors_and_tabs_are_as_others_have_them() {
    for (text, expected) in [
        ("a: |-\n  one\n   two\n\nb: 1", json!({"a": "one\n two", "b": 1})),
        ("a: |+\n  one\n\nb: 1", json!({"a": "one\n\n", "b": 1})),
        ("a: |2\n    one\n  two\nb: |1-\n  x", json!({"a": "  one\ntwo\n", "b": " x"})),
        ("a: >\n  one\n  two\n\n  three\n   more\n  end", json!({"a": "one two\nthree\n more\nend\n"})),
        ("a: | # why\n  # text\nb: >-\n\nc: 1", json!({"a": "# text\n", "b": "", "c": 1})),
        ("a: &a 1\nb: *a\nc: &a 2\nd: *a", json!({"a": 1, "b": 1, "c": 2, "d": 2})),
        ("&k a: &v\n  b: 1\nc: *k\nd: *v", json!({"a": {"b": 1}, "c": "a", "d": {"b": 1}})),
        ("k: &k name\na: {*k : 1}", json!({"k": "name", "a": {"name": 1}})),
        (
            "a:\t1\nb:\t\"x\"\nc: [1,\t2]\nd:\tword\t# why\n",
            json!({"a": 1, "b": "x", "c": [1, 2], "d": "word"}),
        ),
        ("a:\n\t\n  b: x\ty\t\n", json!({"a": {"b": "x\ty"}})),
        ("a: 1\r\nb: |\r\n  x\r\n  y\r\n", json!({"a": 1, "b": "x\ny\n"})),
        ("*/*: 1\n", Value::Null),
    ] {
        let read =
            Document::from_text("api.yaml", text).map_or(Value::Null, |read| Value::clone(&read.value));
        assert_eq!(read, expected, "{text}");
    }
    assert_eq!(*yaml("a: \"\\x41\\u00e9\\U0001F600\\ud83d\\ude00\\/\"").value, json!({"a": "Aé😀😀/"}));
}

#[test]
fn utf_16_is_read_in_both_orders_with_a_mark_and_without() {
    let (_folder, path) = folder(&[("api.yaml", "")]);
    let text = "a: é😀\nb: 1\n";
    let units: Vec<u16> = text.encode_utf16().collect();
    for order in [u16::to_be_bytes, u16::to_le_bytes] {
        for mark in [&[0xFEFF][..], &[]] {
            let bytes: Vec<u8> = mark.iter().chain(&units).flat_map(|unit| order(*unit)).collect();
            fs::write(&path, &bytes).unwrap();
            let document = Document::open(&path).unwrap();
            assert_eq!(*document.value, json!({"a": "é😀", "b": 1}));
            assert!(document.locate("/b").to_string().ends_with("api.yaml:2:4"));
            fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
            let cut = Document::open(&path).unwrap_err().to_string();
            assert!(cut.contains("api.yaml:2:5: invalid UTF-16 at byte "), "{cut}");
        }
    }
    fs::write(&path, [0xFE, 0xFF, 0, b'a', 0xD8, 0x3D, 0, b'b']).unwrap();
    let lone = Document::open(&path).unwrap_err();
    assert!(lone.to_string().ends_with("api.yaml:1:2: invalid UTF-16 at byte 4"), "{lone}");
}

#[test]
fn the_spelling_of_what_has_no_quotes_is_known() {
    let document =
        yaml("a: 1.10\nb: [012, true, ~]\nc: &c 1e3\nd: !!int 7\ne: *c\nf: text\ng:\nh: 0x1F # sixteen\n");
    for (pointer, spelled) in [
        ("/a", Some("1.10")),
        ("/b/0", Some("012")),
        ("/b/1", Some("true")),
        ("/b/2", Some("~")),
        ("/c", Some("1e3")),
        ("/d", None),
        ("/e", None),
        ("/f", None),
        ("/g", None),
        ("/h", Some("0x1F")),
    ] {
        assert_eq!(document.spelling(pointer), spelled, "{pointer}");
    }
    let json = Document::from_text("api.json", "{\"a\": 1}").unwrap();
    assert_eq!((json.spelling("/a"), json.may_be_unquoted()), (None, false));
}
