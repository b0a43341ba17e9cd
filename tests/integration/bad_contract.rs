//! Contracts that are wrong: what is said, where, and with which exit code.

use crate::driver::{Ran, probity};

/// A document with one operation that takes a body of this schema, and `GET /good`.
fn with_schema(schema: &str) -> String {
    format!(
        "openapi: 3.0.3
info: {{title: T, version: \"1\"}}
paths:
  /a:
    post:
      operationId: a
      requestBody:
        content:
          application/json:
            schema: {schema}
      responses:
        \"200\": {{description: fine}}
        \"400\": {{description: refused}}
{GOOD}"
    )
}

const GOOD: &str = "  /good:
    get:
      operationId: good
      responses:
        \"200\": {description: fine}
";

const HEAD: &str = "openapi: 3.0.3\ninfo: {title: T, version: \"1\"}\n";

fn plan(name: &str, text: impl AsRef<[u8]>) -> Ran {
    probity().with_file(name, text).args(["plan", name]).run()
}

fn check(text: impl AsRef<[u8]>) -> Ran {
    probity().with_file("c.yaml", text).args(["check", "c.yaml", "--quiet"]).run()
}

#[track_caller]
fn refused(name: &str, text: impl AsRef<[u8]>, wanted: &[&str]) {
    let ran = plan(name, text).ends_with(3);
    assert_eq!(ran.stdout, "");
    for wanted in wanted {
        assert!(ran.stderr.contains(wanted), "{wanted}\n{}", ran.everything());
    }
}

#[test]
fn what_is_not_there_or_no_file_is_named() {
    for (path, wanted) in [
        ("nowhere.yaml", "nowhere.yaml: no such file"),
        ("folder", "folder: is a folder, not a file"),
        ("file/c.yaml", "file/c.yaml: no such file"),
    ] {
        let ran = probity().with_file("folder/x", "").with_file("file", "").args(["check", path]).run();
        let ran = ran.ends_with(3);
        assert!(ran.stderr.contains(wanted), "{}", ran.everything());
        assert!(ran.stderr.contains("help: "), "{}", ran.everything());
    }
}

#[test]
fn what_cannot_be_read_is_placed() {
    refused("c.yaml", "", &["c.yaml: empty", "help: "]);
    refused("c.yaml", "# nothing\n", &["c.yaml: empty"]);
    refused("c.yaml", "- a\n", &["c.yaml:1:1", "found a list"]);
    refused("c.yaml", "hello\n", &["c.yaml:1:1", "found text"]);
    refused("c.yaml", "a: b: c\n", &["c.yaml:1:5", "malformed YAML", "help: "]);
    refused("c.yaml", "a:\n\tb: 1\n", &["c.yaml:2:2", "malformed YAML"]);
    refused("c.yaml", "a: 1\nb: {c: 2\nd:\n  e: 3\n", &["c.yaml:3:", "`{` opened at 2:4", "3 | d:"]);
    refused("c.yaml", "a: [1,\n  2\nb: 3\n", &["c.yaml:3:", "`[` opened at 1:4", "close the bracket"]);
    refused("c.json", "{\"a\": }", &["c.json:1:7", "malformed JSON", "help: "]);
    refused("c.yaml", b"a: \xff\n", &["c.yaml:1:4", "invalid UTF-8", "help: save the file as UTF-8"]);
    let twice = format!("{HEAD}info: {{}}\npaths: {{}}\n");
    refused("c.yaml", twice, &["c.yaml:3:1", "duplicate key \"info\", first at line 2"]);
}

#[test]
fn what_is_no_openapi_3_is_told_what_it_is() {
    refused("c.yaml", "name: x\n", &["no `openapi` version", "c.yaml:1:1", "help: "]);
    refused("c.yaml", "swagger: \"2.0\"\n", &["Swagger 2.0", "c.yaml:1:1", "swagger2openapi"]);
    refused("c.yaml", "openapi: 4.0.0\n", &["OpenAPI 4.0.0", "c.yaml:1:1", "3.0, 3.1 and 3.2"]);
    refused("c.yaml", HEAD, &["describes no operation", "help: "]);
    refused("c.yaml", format!("{HEAD}paths: []\n"), &["describes no operation", "c.yaml:3:1"]);
}

#[test]
fn bombs_are_not_set_off() {
    let letters: Vec<char> = ('a'..='i').collect();
    let mut aliases = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for pair in letters.windows(2) {
        let nine = vec![format!("*{}", pair[0]); 9].join(",");
        aliases.push_str(&format!("{}: &{} [{nine}]\n", pair[1], pair[1]));
    }
    refused("c.yaml", aliases, &["aliases copy more than", "help: "]);
    refused("c.yaml", format!("a: {}", "[".repeat(100_000)), &["nested more than 200 levels", "c.yaml:1:"]);
    refused("c.json", format!("{{\"a\": {}", "[".repeat(100_000)), &["levels deep", "c.json:1:"]);
    refused("c.yaml", format!("a: \"{}\"", "x".repeat(33 << 20)), &["larger than 32 MiB", "help: "]);
}

#[test]
fn a_broken_part_costs_itself_only() {
    for (schema, why, place, ends) in [
        ("{$ref: '#/components/schemas/No'}", "nothing stands there", "c.yaml:10:28", 3),
        ("{$ref: 'https://example.com/x.yaml'}", "--map https://example.com/x.yaml=FILE", "c.yaml:10:28", 0),
        ("{$ref: '../x.yaml'}", "outside the contract's folder; --root .. reads it", "c.yaml:10:28", 0),
        ("{$ref: '/etc/passwd'}", "an absolute path", "c.yaml:10:28", 0),
        ("{$ref: 'x.yaml#/x'}", "no such file", "c.yaml:10:28", 3),
        ("{type: strnig}", "`type` is not a type", "c.yaml:10:28", 0),
        ("{type: object, required: yes}", "`required` is not a list of names", "c.yaml:10:", 0),
        ("{type: integer, minimum: 5, maximum: 3}", "no value can be made", "c.yaml:10:", 0),
        ("{type: string, minLength: 4000000000}", "no value can be made", "c.yaml:10:", 0),
        ("{type: string, enum: []}", "no value can be made", "c.yaml:10:", 0),
    ] {
        let ran = plan("c.yaml", with_schema(schema)).ends_with(0);
        let everything = ran.everything();
        let told = ["cannot be tested: ", "gap: a: "].iter().any(|told| ran.stdout.contains(told));
        assert!(told, "{schema}: {everything}");
        assert!(everything.contains(why) && everything.contains(place), "{schema}: {everything}");
        assert!(ran.stdout.contains("good/accept"), "{schema}: {everything}");
        let ran = check(with_schema(schema)).ends_with(ends);
        assert!(ran.stdout.contains(" gap"), "{schema}: {}", ran.everything());
        assert_eq!(ran.stderr.contains("--allow-untestable"), ends == 3, "{}", ran.everything());
        if ends == 3 {
            let allowed = probity().with_file("c.yaml", with_schema(schema));
            let ran = allowed.args(["check", "c.yaml", "--allow-untestable"]).run().ends_with(0);
            assert!(ran.stdout.contains(why), "{}", ran.everything());
        }
    }
}

#[test]
fn where_every_part_is_broken_nothing_is_tested() {
    let text = format!("{HEAD}paths:\n  /a/{{id}}:\n    get: {{parameters: [{{$ref: '#/none'}}]}}\n");
    let ran = plan("c.yaml", &text).ends_with(3);
    assert!(ran.stderr.contains("GET /a/{id}: `$ref` names `#/none`"), "{}", ran.everything());
    assert!(ran.stderr.contains("help: mend that place"), "{}", ran.everything());
    check(&text).ends_with(3);
    probity().with_file("c.yaml", &text).args(["check", "c.yaml", "--allow-untestable"]).run().ends_with(5);
    let text = format!("{HEAD}paths:\n  /a: {{$ref: '#/paths/~1a'}}\n");
    let ran = check(text).ends_with(5);
    assert!(ran.stderr.contains("leads back to itself"), "{}", ran.everything());
}

#[test]
fn recursion_is_no_mistake() {
    let wide: Vec<String> = (0..12).map(|at| format!("p{at}: {{$ref: '#/components/schemas/S'}}")).collect();
    let wide = format!("{{type: object, properties: {{n: {{type: string}}, {}}}}}", wide.join(", "));
    for schema in [
        "{type: object, required: [n], properties: {n: {type: string}, kids: {type: array, items: {$ref: '#/components/schemas/S'}}}}",
        "{allOf: [{$ref: '#/components/schemas/S'}, {type: object, properties: {a: {type: string}}}]}",
        "{anyOf: [{$ref: '#/components/schemas/S'}, {type: string}]}",
        wide.as_str(),
    ] {
        let text = with_schema("{$ref: '#/components/schemas/S'}").replacen(
            "{description: fine}",
            "{description: fine, content: {application/json: {schema: {$ref: '#/components/schemas/S'}}}}",
            1,
        ) + &format!("components: {{schemas: {{S: {schema}}}}}\n");
        let ran = probity().with_file("c.yaml", &text).args(["check", "c.yaml", "--quiet", "--max-requests"]);
        let ran = ran.arg("60").run().ends_with(0);
        assert!(!ran.stdout.contains("not testable"), "{}", ran.everything());
    }
    let endless = with_schema("{$ref: '#/components/schemas/S'}")
        + "components: {schemas: {S: {type: object, required: [s], properties: {s: {$ref: '#/components/schemas/S'}}}}}\n";
    let ran = check(endless).ends_with(0);
    assert!(ran.stdout.contains("1 gap"), "{}", ran.everything());
}

#[test]
fn what_a_schema_asks_for_is_bounded() {
    for schema in [
        "{type: object, properties: {a: {type: array, minItems: 1000, items: {type: array, minItems: 1000, items: {type: array, minItems: 1000, items: {type: integer}}}}}}",
        "{type: object, properties: {a: {type: string, pattern: '^(((){1000}){1000}){1000}$'}}}",
        "{type: object, properties: {a: {type: string, maxLength: 4000000000}, b: {type: array, maxItems: 4000000000, items: {type: integer}}}}",
        "{type: object, required: [a], properties: {a: {type: string, pattern: '^(a+)+$'}}}",
        "{type: object, required: [undeclared], properties: {a: {type: string}}}",
    ] {
        check(with_schema(schema)).ends_with(0);
    }
}

#[test]
fn an_operation_that_documents_no_answer_is_silent_about_answers() {
    check(format!("{HEAD}paths:\n  /a:\n    get: {{operationId: a}}\n{GOOD}")).ends_with(0);
}

#[test]
fn hundreds_of_operations_are_planned_each() {
    let mut text = format!("{HEAD}paths:\n");
    for index in 0..400 {
        text.push_str(&format!("  /p{index}:\n    get: {{operationId: o{index}, responses: {{\"200\": {{description: fine}}}}}}\n"));
    }
    let ran = plan("c.yaml", text).ends_with(0);
    assert!(ran.everything().contains("of 400 operations"), "{}", ran.stderr);
}

#[test]
fn a_mistake_in_the_extension_is_shown_in_its_line() {
    let errors = |code: &str| format!("errors: {{code: $response.body#/code, catalogue: {{\"1\": {code}}}}}");
    for (extension, message, marked, help) in [
        ("uniqe: [{field: /name}]".to_owned(), "unknown key `uniqe`", "^^^^^", "did you mean `unique`?"),
        (
            "rules: [{eqal: [$response.body#/a, $request.body#/b]}]".to_owned(),
            "unknown key `eqal`",
            "^^^^",
            "did you mean `equal`?",
        ),
        (
            "rules: [{constant: $response.body#/a, when: {givn: $request.body#/a}}]".to_owned(),
            "unknown key `givn`",
            "^^^^",
            "did you mean `given`?",
        ),
        (
            "rules: [{constant: $response.body#/a, when: {}}]".to_owned(),
            "no condition is given",
            "^",
            "when: {given: $request.body#/name}",
        ),
        (
            "rules: [{constant: $response.body#/a, severity: wran}]".to_owned(),
            "`wran` is not known here",
            "^^^^",
            "did you mean `warn`?",
        ),
        (
            "rules: [{severity: warn}]".to_owned(),
            "a rule states nothing here",
            "^",
            "exactly one of equal, ordered, value",
        ),
        (
            "rules: [{constant: $response.body#/a, distinct: $response.body#/a}]".to_owned(),
            "one rule states several things",
            "^",
            "each other statement is a rule of its own",
        ),
        (
            "rules: [{ordered: [$response.body/a, $response.body#/b]}]".to_owned(),
            "does not have the right form",
            "^^^^^^^^^^^^^^^^",
            "$response.body#/data/id",
        ),
        ("rules: [{value: {at: $response.body#/a}}]".to_owned(), "`is` is missing here", "^", ""),
        (
            "rules: [{encodes-time: {id: $response.body#/a, as: serial, at: $response.body#/b}}]".to_owned(),
            "`serial` is not known here",
            "^^",
            "known here: object-id, uuid-v7, ulid",
        ),
        (
            "rules: [{recent: {at: $response.body#/a, unit: seconds, within: 5 minutes}}]".to_owned(),
            "\"5 minutes\" does not have the right form",
            "^^^^^^",
            "durations like `5m`",
        ),
        (
            "volatile: [$respnse.body#/id]".to_owned(),
            "\"$respnse.body#/id\" does not have the right form",
            "^^^^^^^^^^^^^^^^^",
            "$response.body#/data/id",
        ),
        (
            errors("{status: 400, when: {mising: /name}}"),
            "unknown cause `mising`",
            "^^^^^^",
            "did you mean `missing`?",
        ),
        (
            errors("{status: 400, when: malfromed}"),
            "unknown cause `malfromed`",
            "^",
            "did you mean `malformed`?",
        ),
        (
            errors("{status: 400, when: [malformed, nul]}"),
            "unknown cause `nul`",
            "^^^",
            "did you mean `null`?",
        ),
        (errors("{status: 400, when: {missing: name}}"), "\"name\" is no place", "^", "a JSON Pointer"),
        (errors("{when: malformed}"), "`status` is missing here", "^^^", ""),
        (errors("{status: 4000, when: malformed}"), "4000 is greater than the maximum of 599", "^", ""),
        ("silent: [{mising: /name, because: x}]".to_owned(), "`mising`", "^", "did you mean `missing`?"),
    ] {
        let text = with_schema("{type: object}").replacen(
            "paths:",
            &format!("x-probity:\n  {extension}\npaths:"),
            1,
        );
        let ran = plan("c.yaml", text).ends_with(3);
        let everything = ran.everything();
        for wanted in [message, "c.yaml:4:", extension.as_str(), marked, help] {
            assert!(ran.stderr.contains(wanted), "{wanted}: {everything}");
        }
        assert_eq!(ran.stderr.matches("error: ").count(), 1, "{everything}");
    }
}

#[test]
fn every_mistake_in_the_extension_is_shown_at_once() {
    let text = with_schema("{type: object}").replacen(
        "paths:",
        "x-probity:\n  uniqe: []\n  volatile: [x]\npaths:",
        1,
    );
    let ran = plan("c.yaml", text).ends_with(3);
    assert!(ran.stderr.contains("c.yaml:4:") && ran.stderr.contains("c.yaml:5:"), "{}", ran.everything());
}
