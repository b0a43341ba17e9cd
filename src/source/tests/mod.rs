//! What a document promises.

use std::{fs, path::PathBuf};

use proptest::prelude::*;
use serde_json::json;
use tempfile::TempDir;

use super::*;

mod references;
mod yaml;

fn yaml(text: &str) -> Document {
    Document::from_text("api.yaml", text).unwrap()
}

fn error(name: &str, text: &str) -> String {
    let error = Document::from_text(name, text).unwrap_err();
    assert!(error.hint().is_some());
    error.to_string()
}

/// A folder with files, and the path of the first.
fn folder(files: &[(&str, &str)]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let first = folder.path().join(files[0].0);
    (folder, first)
}

#[test]
fn plain_scalars_follow_the_core_schema() {
    let document = yaml(
        "i: 12\nneg: -3\nplus: +4\nhex: 0x1F\noct: 0o17\nf: 1.50\ndot: .5\nexp: 1e3\n\
         big: 18446744073709551616\nt: true\nn: null\ntilde: ~\nnothing:\nlast: False\n",
    );
    assert_eq!(
        *document.value,
        json!({
            "i": 12, "neg": -3, "plus": 4, "hex": 31, "oct": 15, "f": 1.5, "dot": 0.5,
            "exp": 1000.0, "big": 18_446_744_073_709_551_616.0, "t": true, "n": null,
            "tilde": null, "nothing": null, "last": false,
        })
    );
}

#[test]
fn what_only_looks_like_a_value_stays_text() {
    for text in [
        "no",
        "yes",
        "on",
        "off",
        "y",
        "2020-01-01",
        "2020-01-01T00:00:00Z",
        "1.2.3",
        "1_000",
        ".inf",
        "-.inf",
        ".nan",
        "0x",
        "0xg",
        "1e",
        ".",
        "12:30",
        "1 2",
        "tRue",
        "+",
    ] {
        let document = yaml(&format!("a: {text}"));
        assert_eq!(*document.value, json!({ "a": text }));
    }
    assert_eq!(*yaml("a: '12'\nb: \"true\"\nc: |\n  1\n").value, json!({"a": "12", "b": "true", "c": "1\n"}));
}

#[test]
fn keys_are_text_whatever_they_look_like() {
    let document = yaml("200: a\ntrue: b\n1.0: c\nnull: d\nno: e\n");
    assert_eq!(*document.value, json!({"200": "a", "true": "b", "1.0": "c", "null": "d", "no": "e"}));
}

#[test]
fn tags_of_the_core_schema_count_and_others_do_not() {
    let document = yaml("a: !!str 12\nb: !!int '12'\nc: !money 12\nd: ! 12\ne: !x {f: 1}\n");
    assert_eq!(*document.value, json!({"a": "12", "b": 12, "c": 12, "d": "12", "e": {"f": 1}}));
}

#[test]
fn aliases_are_copied_and_merge_keys_merged() {
    let document = yaml(
        "base: &base {a: 1, b: 2}\nother: &other {b: 3, c: 4}\none: *base\n\
         two:\n  b: own\n  <<: [*base, *other]\nthree: {<<: *other}\nfour: {'<<': 1}\n",
    );
    assert_eq!(document.value["one"], json!({"a": 1, "b": 2}));
    assert_eq!(document.value["two"], json!({"b": "own", "a": 1, "c": 4}));
    assert_eq!(document.value["three"], json!({"b": 3, "c": 4}));
    assert_eq!(document.value["four"], json!({"<<": 1}));
    assert_eq!(document.locate("/one").to_string(), "api.yaml:3:6");
    assert_eq!(document.locate("/one/b").to_string(), "api.yaml:1:23");
    assert_eq!(document.locate_key("/two/c").to_string(), "api.yaml:2:22");
}

#[test]
fn every_node_knows_its_place() {
    let text = "openapi: 3.0.3\npaths:\n  /größe: {get: [1, x]}\n  \"/b\":\n    - - deep\nlast:\n";
    let document = yaml(text);
    for (pointer, value, key) in [
        ("", "1:1", "1:1"),
        ("/openapi", "1:10", "1:1"),
        ("/paths", "3:3", "2:1"),
        ("/paths/~1größe", "3:11", "3:3"),
        ("/paths/~1größe/get/1", "3:21", "3:21"),
        ("/paths/~1b/0/0", "5:9", "5:9"),
        ("/paths/~1b/7/8", "5:5", "4:3"),
        ("/last", "6:1", "6:1"),
        ("/none", "1:1", "1:1"),
    ] {
        assert_eq!(document.locate(pointer).to_string(), format!("api.yaml:{value}"), "{pointer}");
        assert_eq!(document.locate_key(pointer).to_string(), format!("api.yaml:{key}"), "{pointer}");
    }
}

#[test]
fn json_is_read_to_the_letter_and_has_places_too() {
    let text = "{\"a\": \"\\ud83d\\ude00\",\r\n \"ö\": [1, {\"b\": null}]}";
    let document = Document::from_text("api.json", text).unwrap();
    assert_eq!(*document.value, json!({"a": "😀", "ö": [1, {"b": null}]}));
    assert_eq!(document.locate("/ö/1/b").to_string(), "api.json:2:17");
    assert_eq!(document.locate_key("/ö").to_string(), "api.json:2:2");
}

#[test]
fn the_format_is_taken_from_the_name_or_else_from_the_first_character() {
    for (name, text) in [("a.YML", "{a: 1}"), ("a", " {\"a\": 1}"), ("a.txt", "a: 1"), ("a", "\u{feff}a: 1")]
    {
        assert_eq!(*Document::from_text(name, text).unwrap().value, json!({"a": 1}), "{name}");
    }
    assert!(Document::from_text("a.json", "a: 1").is_err());
    assert!(Document::from_text("a", "{a: 1}").is_err());
}

#[test]
fn faults_name_their_place() {
    for (text, expected) in [
        ("a: 1\nb: 2\na: 3\n", "api.yaml:3:1: duplicate key \"a\", first at line 1, column 1"),
        ("a: {b: 1, b: 2}", "api.yaml:1:11: duplicate key \"b\", first at line 1, column 5"),
        ("a: 1\n---\nb: 2\n", "api.yaml:2:1: a second document begins, the first at line 1, column 1"),
        ("a: &x [*x]\n", "api.yaml:1:8: alias inside the node that it names, at line 1, column 4"),
        ("{[1]: 2}", "api.yaml:1:2: a key is not a scalar"),
        ("<<: 1", "api.yaml:1:5: `<<` merges only mappings"),
        ("<<: [{}, 1]", "api.yaml:1:10: `<<` merges only mappings"),
        ("- 1", "api.yaml:1:1: expected a mapping at the root, found a list"),
        ("# only a comment", "api.yaml: empty"),
        ("---\n", "api.yaml: empty"),
        (" \n", "api.yaml: empty"),
        ("a: 1\nx-probity-files: []", "api.yaml:2:1: the key `x-probity-files` is reserved"),
    ] {
        assert_eq!(error("api.yaml", text), expected);
    }
    assert!(error("api.yaml", "a:\n\tb: 1").starts_with("api.yaml:2:"));
    assert!(error("api.yaml", "a: *unknown").starts_with("api.yaml:1:4: malformed YAML: "));
    assert_eq!(
        error("api.json", "{\"a\": 1,\n \"a\": 2}"),
        "api.json:2:2: duplicate key \"a\", first at line 1, column 2"
    );
    assert_eq!(error("api.json", "{\"a\": 1,\n}"), "api.json:2:1: malformed JSON: expected a key");
}

#[test]
fn nesting_is_bounded_also_through_aliases() {
    let nested = |depth: usize| format!("a: {}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Document::from_text("a.yaml", &nested(MAX_DEPTH - 1)).is_ok());
    assert!(error("a.yaml", &nested(MAX_DEPTH)).ends_with("nested more than 200 levels deep"));
    assert!(error("a.yaml", &"[".repeat(100_000)).contains("nested more than 200 levels deep"));
    let block: String = (0..500).map(|depth| " ".repeat(depth) + "a:\n").collect();
    assert!(error("a.yaml", &block).ends_with("nested more than 200 levels deep"));
    let json = format!("{{\"a\": {}{}}}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    assert!(error("a.json", &json).ends_with("nested more than 200 levels deep"));

    let mut chain = "a0: &a0 [1]\n".to_owned();
    for link in 1..300 {
        chain = format!("{chain}a{link}: &a{link} [*a{}]\n", link - 1);
    }
    assert!(error("a.yaml", &chain).ends_with("nested more than 200 levels deep"));
}

#[test]
fn aliases_cannot_multiply_without_end() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..20 {
        let inner = format!("*a{}, ", level - 1).repeat(9);
        bomb = format!("{bomb}a{level}: &a{level} [{inner}]\n");
    }
    assert!(error("a.yaml", &bomb).contains("aliases copy more than 1000000 nodes, here those of line "));
    let text = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), "*a, ".repeat(1_000));
    assert!(error("a.yaml", &text).ends_with(", here those of line 1, column 4"));
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let (folder, path) = folder(&[("api.yaml", "x")]);
    let opened = |path: &Path| Document::open(path).unwrap_err();
    fs::write(&path, b"ok: 1\nb: \xff\n").unwrap();
    let error = opened(&path);
    assert!(error.to_string().ends_with("api.yaml:2:4: invalid UTF-8 at byte 9"), "{error}");
    assert_eq!(error.location().map(|at| (at.line, at.column)), Some((2, 4)));
    assert!(matches!(opened(folder.path()), SourceError::Folder { .. }));
    assert!(matches!(opened(&folder.path().join("none")), SourceError::NotFound { .. }));
    fs::File::create(&path).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap();
    assert!(opened(&path).to_string().ends_with("api.yaml: larger than 32 MiB"));
}

#[test]
fn a_snippet_shows_the_line_and_what_is_wrong() {
    let document = yaml("openapi: 3.0.3\ninfo:\n  title: \"Größe\" # why\n");
    let shown = |help| {
        let at = document.locate("/info/title");
        document.snippet(&at, "title is odd\u{1b}[31m", "here", help, false)
    };
    insta::assert_snapshot!(shown(Some("choose another")), @r#"
    error: title is odd␛[31m
     --> api.yaml:3:10
      |
    3 |   title: "Größe" # why
      |          ^^^^^^^ here
      |
      = help: choose another
    "#);
    assert!(!shown(None).contains("help"));
    let at = document.locate_key("/info/title");
    assert!(document.snippet(&at, "t", "l", None, false).contains("  ^^^^^ l"));
    assert!(document.snippet(&at, "t", "l", None, true).contains('\u{1b}'));
    let elsewhere = Location { file: "gone".into(), line: 9, column: 9, inside: None };
    assert!(document.snippet(&elsewhere, "t", "l", None, false).contains("gone:9:9: l"));
}

#[test]
fn a_snippet_of_a_long_line_shows_only_what_is_near() {
    let members: Vec<_> = (0..9_000).map(|n| format!("\"größe{n}\":{n}")).collect();
    let document = Document::from_text("a.json", &format!("{{{}}}", members.join(","))).unwrap();
    let at = document.locate_key("/größe8000");
    let shown = document.snippet(&at, "t", "l", None, false);
    assert!(shown.contains("--> a.json:1 /größe8000\n"), "{shown}");
    assert!(shown.contains("\"größe8000\":8000"), "{shown}");
    assert!(shown.len() < 500, "{}", shown.len());
}

#[test]
fn a_place_in_a_line_that_nobody_can_read_is_told_by_operation_and_pointer() {
    let operation = r#"{"get": {"responses": {"200": {"description": "ok"}}}}"#;
    let text =
        format!(r#"{{"info": {{"title": "{}"}}, "paths": {{"/a/{{b}}": {operation}}}}}"#, "t".repeat(200));
    let document = Document::from_text("a.json", &text).unwrap();
    let place = |pointer: &str| document.locate_key(pointer).to_string();
    let responses = "/paths/~1a~1{b}/get/responses";
    assert_eq!(place(responses), format!("a.json:1 (GET /a/{{b}}) {responses}"));
    assert_eq!(place("/info/title"), "a.json:1 /info/title");
    assert_eq!(place("/paths/~1a~1{b}/servers"), "a.json:1 /paths/~1a~1{b}/servers");
    let excerpt = document.excerpt(&document.locate_key(responses)).unwrap();
    assert!(excerpt.lines[0].len() <= 120 && excerpt.lines[0].contains("responses"), "{excerpt:?}");
    let short = Document::from_text("a.json", r#"{"info": {}}"#).unwrap();
    assert_eq!(short.locate_key("/info").to_string(), "a.json:1:2");
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "([a-c*&:,\\-\\[\\]{}<>|?!%@#'\"~ \n\t\\\\é\u{feff}]|<<: |- |\\$ref: '|#/|\\*a|&a |---\n|: ){0,40}") {
        for name in ["a.yaml", "a.json", "a"] {
            if let Ok(document) = Document::from_text(name, &text) {
                document.snippet(&document.locate("/a/b"), "t", "l", None, false);
            }
        }
    }

    #[test]
    fn json_is_yaml(text in "\\{\"[a-z]{1,5}\": (\\[(-?[1-9][0-9]{0,5}, ){0,3}true\\]|\"[ -!#-\\[\\]-~é]{0,20}\"|\\{\"x\": null\\})\\}") {
        let json = Document::from_text("a.json", &text).unwrap();
        let yaml = Document::from_text("a.yaml", &text).unwrap();
        prop_assert_eq!(&json.value, &yaml.value);
        for (key, value) in json.value.as_object().unwrap() {
            let mut pointer = format!("/{key}");
            if value.is_object() {
                pointer += "/x";
            }
            let (in_json, in_yaml) = (json.locate(&pointer), yaml.locate(&pointer));
            prop_assert_eq!((in_json.line, in_json.column), (in_yaml.line, in_yaml.column));
        }
    }
}
