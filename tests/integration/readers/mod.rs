//! Readers of what strangers write, held to the laws that `fuzz/` shares, by as many made cases.
//!
//! `PROPTEST_CASES` makes them fewer or more; the gate counts what is printed.

mod laws;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestError, TestRunner};
use std::cell::Cell;

const CASES: u32 = 10_000;

/// Holds a reader to its law, and prints how often it was.
#[allow(clippy::print_stdout, reason = "the gate counts what is printed")]
fn hold(reader: &str, texts: impl Strategy<Value = Vec<u8>>, law: fn(&[u8]) -> bool) {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let (held, read) = (Cell::new(0), Cell::new(0));
    let result = runner.run(&texts, |bytes| {
        read.set(read.get() + u32::from(law(&bytes)));
        held.set(held.get() + 1);
        Ok(())
    });
    match result {
        Ok(()) => println!("{reader}: {} cases, {} of them readable", held.get(), read.get()),
        Err(TestError::Fail(why, bytes)) => panic!("{reader}: {why}: {:?}", String::from_utf8_lossy(&bytes)),
        Err(TestError::Abort(why)) => panic!("{reader}: {why}"),
    }
    assert!(read.get() > cases / 10, "{reader}: only {} of {cases} could be read", read.get());
}

/// So many pieces in a row, most of them what the reader knows, now and then bytes of any kind.
fn made_of(pieces: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<u8>> {
    let known = proptest::sample::select(pieces).prop_map(|piece| piece.as_bytes().to_vec());
    let piece = prop_oneof![30 => known, 1 => vec(any::<u8>(), 0..4), 2 => any::<char>().prop_map(|one| one.to_string().into_bytes())];
    vec(piece, 0..most).prop_map(|pieces| pieces.concat())
}

fn any_json() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|one| one.to_string()),
        any::<i64>().prop_map(|one| one.to_string()),
        any::<f64>().prop_map(|one| serde_json::Value::from(one).to_string()),
        "-?[0-9]{1,30}(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?",
        any::<String>().prop_map(|one| serde_json::Value::from(one).to_string()),
        "\"(\\\\u[dD][89a-fA-F][0-9a-f]{2}|[a-c]|\\\\[\"\\\\/bfnrt]){0,4}\"",
    ];
    let value = leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(|items| format!("[{}]", items.join(" ,"))),
            vec(("\"[a-c/~]{0,2}\"", inner), 0..5).prop_map(|members| {
                let members: Vec<_> =
                    members.into_iter().map(|(key, value)| format!("{key}: {value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    });
    value.prop_map(String::into_bytes)
}

#[test]
fn the_reader_of_json() {
    let near = made_of(
        &[
            "[",
            "]",
            "{",
            "}",
            ":",
            ",",
            "\"",
            "\\",
            " ",
            "\n",
            "null",
            "true",
            "-",
            "0",
            "12",
            "1.5",
            "1e9",
            "\"a\"",
            "\"\\u00e9\"",
            "\"\\ud83d\\ude00\"",
            "\"\\udc00\"",
            "[1]",
            "{\"a\":1}",
            "\u{feff}",
        ],
        12,
    );
    hold("json", prop_oneof![any_json(), near, vec(any::<u8>(), 0..30)], laws::json);
}

#[test]
fn the_reader_of_yaml() {
    let near = made_of(
        &[
            "a: ",
            "b: ",
            "paths:\n",
            "  /a:\n",
            "    ",
            "- ",
            "\n",
            "\n  ",
            "\n- ",
            "&x ",
            "*x",
            "<<: *x\n",
            "|\n",
            ">-\n",
            "'",
            "\"",
            "{",
            "}",
            "[",
            "]",
            ", ",
            ": ",
            "? ",
            "#c\n",
            "---\n",
            "...\n",
            "!!str ",
            "1",
            "0x1f",
            "1e3",
            ".inf",
            "null",
            "~",
            "yes",
            "2001-01-01",
            "$ref: '#/a'\n",
            "%YAML 1.2\n",
            "\t",
            "text",
            "\u{feff}",
        ],
        30,
    );
    let whole = ("[a-d]{1,3}", any_json()).prop_map(|(key, value)| {
        let mut text = format!("{key}: ").into_bytes();
        text.extend(value);
        text
    });
    hold("yaml", prop_oneof![near, whole], laws::yaml);
}

#[test]
fn the_reader_of_expressions() {
    let near = made_of(
        &[
            "$",
            "request",
            "response",
            "$request.",
            "$response.",
            "body",
            "body#",
            "$response.body#",
            "header.",
            "query.",
            "path.",
            "$statusCode",
            "$url",
            "$method",
            "/",
            "/a",
            "/*",
            "/0",
            "/b",
            "~0",
            "~1",
            "~",
            "*",
            "#",
            ".",
            "{",
            "}",
            "X-A",
            "a b",
            " ",
        ],
        7,
    );
    let told = "\\$(request|response)\\.(body(#(/[a-b*~0-1]{0,2}){0,4})?|(header|query|path)\\.[!-~é]{0,6})";
    hold("expression", prop_oneof![near, told.prop_map(String::into_bytes)], laws::expression);
}

#[test]
fn the_writer_and_the_reader_of_parameters() {
    let text = made_of(
        &[
            "a", "b", "12", "true", "-0.5", "", "\n", "\n", "\n", ",", ";", ".", "=", "&", "?", "#", "/",
            "%", "%20", "%2C", " ", "+", "|", "[", "]", "\"", "\\", "{", "}", "'", "é", "漢", "..", "\t",
            "\r", "\0",
        ],
        8,
    );
    let whole = (any::<u8>(), any::<u8>(), text).prop_map(|(way, kind, text)| {
        let mut bytes = std::vec![way, kind];
        bytes.extend(text);
        bytes
    });
    hold("parameter", whole, laws::parameter);
}

#[test]
fn the_sanitiser() {
    let near = made_of(
        &[
            "<script>",
            "</script>",
            "<img src=x onerror=alert(1)>",
            "<a href=\"",
            "javascript:alert(1)",
            "\">",
            "</a>",
            "<a ",
            "onclick=x",
            "<",
            ">",
            "<!--",
            "-->",
            "<svg/onload=x>",
            "<style>",
            "<p>",
            "<pre>",
            "</pre>",
            "<details>",
            "[a](",
            "https://e.example",
            "data:text/html,x",
            "java\tscript:x",
            "&#106;avascript:x",
            ")",
            "[a]",
            "[a]: ",
            "![",
            "](",
            "]",
            "`",
            "```",
            "~~~",
            "    ",
            "> ",
            "- ",
            "1. ",
            "# ",
            "| a |\n| - |\n",
            "**",
            "_",
            "\\",
            "\n",
            "\n\n",
            " ",
            "text",
            "&lt;",
            "&",
            "<b",
            "\"",
            "'",
            "=",
            "<?x?>",
            "<![CDATA[",
        ],
        14,
    );
    hold("sanitiser", near, laws::sanitiser);
}

/// Changes one thing in one line: an edit for each number.
fn edited(lines: &mut Vec<String>, (line, edit, place): (usize, u8, usize)) {
    if lines.is_empty() {
        return;
    }
    let (line, other) = (line % lines.len(), place % lines.len());
    let text = &mut lines[line];
    let swap = |text: &mut String, is: fn(char) -> bool, new: &str| {
        let starts: Vec<usize> = text.match_indices(is).map(|(at, _)| at).collect();
        if let Some(start) = starts.get(place % starts.len().max(1)) {
            let end = text[*start..].find(|c| !is(c)).map_or(text.len(), |length| start + length);
            text.replace_range(*start..end, new);
        }
    };
    match edit % 10 {
        0 => drop(lines.remove(line)),
        1 => lines.push(lines[line].clone()),
        2 => lines.swap(line, other),
        3 => text.truncate(text.floor_char_boundary(place % text.len().max(1))),
        4 => swap(text, |c| c.is_ascii_digit(), "0"),
        5 => swap(text, |c| c.is_ascii_digit(), "7"),
        6 => swap(text, |c| c.is_ascii_digit(), "18446744073709551615"),
        7 => swap(text, |c| c.is_ascii_alphabetic(), "null"),
        8 => swap(text, |c| c.is_ascii_alphabetic(), "body"),
        _ => swap(text, |c| c == ',', ",{},"),
    }
}

#[test]
fn the_reader_of_records() {
    const TEXT: &str = "openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /a/{id}:
    get:
      operationId: a
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object, properties: {id: {type: integer}}}}}}}
      x-probity: {rules: [{distinct: $response.body#/id}]}
  /b:
    post:
      operationId: b
      requestBody: {required: true, content: {application/json: {schema: {enum: [1, 2]}}}}
      responses: {'201': {description: ok, links: {a: {operationId: a, parameters: {id: $response.body#/id}}}, content: {application/json: {schema: {type: object, required: [id], properties: {id: {type: integer}}}}}}, '400': {description: no}}
";
    let run =
        crate::driver::probity().with_file("t.yaml", TEXT).args(["check", "t.yaml", "--max-requests", "12"]);
    let run = run.args(["--target", "embedded", "--record-file", "run.probity"]).run();
    let base: Vec<String> = run.file("run.probity").lines().map(str::to_owned).collect();
    let edits = vec((any::<usize>(), any::<u8>(), any::<usize>()), 0..3);
    let changed = edits.prop_map(move |edits| {
        let mut lines = base.clone();
        for edit in edits {
            edited(&mut lines, edit);
        }
        lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect::<String>().into_bytes()
    });
    hold("record", changed, laws::record);
}

#[test]
fn what_does_something_is_seen() {
    for markdown in [
        "<script>x</script>",
        "a <img src=x> b",
        "<p onclick=x>",
        "<b style='position: fixed'>",
        "[a](javascript:x)",
        "<a href=\"  javascript:x\">",
        "![a](https://e.example)",
        "<a href=\"//e.example\">",
        "<!-- a",
    ] {
        let seen = std::panic::catch_unwind(|| laws::shows_only_text(markdown));
        assert!(seen.is_err(), "{markdown}");
    }
    laws::shows_only_text(
        "<a href=\"  https://e.example\"> a **b** <br> [c](https://e.example/?a=b&c) `<script>`\n\n| a |\n| -: |\n| b |",
    );
}
