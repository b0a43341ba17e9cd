//! The API reference: what it tells, what a run lends it, and when it is out of date.

mod said;
mod unread;
mod verified;

use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use probity::contract::Contract;
use probity::docs::{Format, files};
use probity::host::fault::faults;
use probity::host::{Host, HostSettings};
use probity::source::Document;
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::{Value, json};

use crate::canned::{Canned, Reply, json as canned_json};
use crate::driver::{Driver, probity, repository, shipped_contract};
use crate::laws::corpus;
use crate::needs::CURL;

/// No page of a large document is larger than this.
const LARGEST_PAGE: usize = 4 << 20;

fn markdown(driver: &Driver, contract: Option<&str>) -> String {
    driver
        .again()
        .arg("docs")
        .args(contract)
        .args(["--out", "md", "--format", "markdown"])
        .run()
        .ends_with(0);
    let mut names: Vec<PathBuf> =
        std::fs::read_dir(driver.folder().join("md")).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    names.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

fn markdown_of(more: &[&str]) -> String {
    let driver = probity();
    driver
        .again()
        .args(["docs", "--out", "md", "--format", "markdown"])
        .args(more.iter().copied())
        .run()
        .ends_with(0);
    std::fs::read_to_string(driver.folder().join("md/README.md")).unwrap()
        + &std::fs::read_to_string(driver.folder().join("md/create-badges-group.md")).unwrap()
}

fn html(driver: &Driver, more: &[&str]) -> String {
    driver.again().args(["docs", "--out", "html"]).args(more.iter().copied()).run().ends_with(0);
    std::fs::read_to_string(driver.folder().join("html/index.html")).unwrap()
}

#[test]
fn the_reference_tells_everything_about_an_operation() {
    let page = html(&probity(), &[]);
    for told in [
        "/<wbr>api_gateway/<wbr>v1/<wbr>badges/<wbr>group",
        "WRITE access to the target loyalty access group resource",
        "<code class=\"name\">rank</code>",
        "id=\"create-badges-group-code-733\"",
        "<code>rank</code> is absent or null",
        "Choose a name that no active group of the organisation has.",
        "<code>data.name</code> is echoed unchanged.",
        "<code>data.createdOn</code> is within 5 minutes of now",
        "a value that is taken already is refused with <code>733</code>",
        "Which values of <code>rank</code> are too small or too large.",
        "1702963230.966423000",
        "can be null",
        "X-CAP-API-OAUTH-TOKEN",
    ] {
        assert!(page.contains(told), "{told} is not told");
    }
}

#[test]
fn everything_that_is_linked_to_is_there_once() {
    let page = html(&probity(), &[]);
    let page = page.split("<script>").next().unwrap();
    let ids: Vec<&str> = page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), ids.len());
    for link in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(ids.contains(&link), "#{link} leads nowhere");
    }
}

/// A contract whose every text is an attack.
pub(crate) fn hostile() -> Value {
    let attack = "<script>window.hit=1</script><img src=https://evil.example/x onerror=window.hit=1>\
        <a href='javascript:window.hit=1'>x</a>[y](javascript:window.hit=1)![z](https://evil.example/z)\
        <style>body{display:none}</style><iframe src=https://evil.example></iframe>\"><svg onload=window.hit=1>\
        <h1 id=main>x</h1></title></script></code></pre>";
    json!({
        "openapi": "3.1.0",
        "info": {"title": attack, "version": attack, "description": attack},
        "servers": [{"url": format!("https://host/{attack}"), "description": attack}],
        "tags": [{"name": attack, "description": attack}],
        "paths": {"/things/{id}": {"post": {
            "operationId": attack, "summary": attack, "description": attack, "tags": [attack],
            "parameters": [{"name": "id", "in": "path", "required": true, "description": attack,
                "schema": {"type": "string", "example": attack}}],
            "requestBody": {"description": attack, "content": {"application/json": {
                "schema": {"type": "object", "description": attack, "properties": {
                    "list": {"type": "array", "items": {"type": "string", "enum": [attack], "default": attack}},
                    (attack): {"type": "string", "description": attack}}},
                "examples": {"one": {"summary": attack, "value": {(attack): attack}}}}}},
            "responses": {"200": {"description": attack, "headers": {"X-Thing": {"description": attack, "schema": {"type": "string"}}}},
                "400": {"description": attack, "content": {"text/plain": {"example": attack}}}},
            "x-probity": {
                "errors": {"code": "$response.body#/code", "catalogue": {
                    (attack): {"status": 400, "when": "malformed", "meaning": attack, "fix": attack}}},
                "rules": [{"distinct": "$response.body#/id", "because": attack}],
                "silent": [{"blank": "/list", "because": attack}]}
        }}},
        "components": {"securitySchemes": {"x": {"type": "apiKey", "in": "header", "name": "X-Key", "description": attack}}}
    })
}

#[test]
fn markup_in_a_contract_does_nothing_in_markdown() {
    let driver = probity().with_file("hostile.json", hostile().to_string());
    let text = markdown(&driver, Some("hostile.json"));
    assert!(text.contains("<br>") || text.contains("| Operation |"), "{text}");
    for name in std::fs::read_dir(driver.folder().join("md")).unwrap() {
        let text = std::fs::read_to_string(name.unwrap().path()).unwrap();
        let body = text.split_once("<!-- Made by").unwrap().1.split_once("-->").unwrap().1;
        for event in Parser::new_ext(body, Options::ENABLE_TABLES) {
            match event {
                Event::Html(html) | Event::InlineHtml(html) => {
                    let name = html.trim_start_matches(['<', '/']).trim_end();
                    let known = ["a>", "h1>", "br>", "code>"];
                    assert!(known.contains(&name) || name.starts_with("a id=\"schema-"), "{html} in {body}");
                }
                Event::Start(Tag::Link { dest_url, .. }) => {
                    assert!(dest_url.starts_with("https://") || dest_url.contains(".md"), "{dest_url}");
                }
                Event::Start(Tag::Image { .. }) => panic!("a picture in {body}"),
                _ => {}
            }
        }
    }
}

#[test]
fn schemas_that_refer_to_themselves_and_to_each_other_are_described_once() {
    let contract = json!({
        "openapi": "3.1.0", "info": {"title": "T", "version": "1"},
        "paths": {"/trees": {"post": {
            "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}},
            "responses": {"200": {"description": "ok", "content": {"application/json": {"schema":
                {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}}}}}}},
        "components": {"schemas": {"Tree": {"type": "object", "required": ["value"], "properties": {
            "value": {"type": "integer", "minimum": 1, "maximum": 9, "default": 3},
            "kind": {"oneOf": [{"type": "string"}, {"$ref": "#/components/schemas/Tree"}]},
            "children": {"type": "array", "maxItems": 2, "items": {"$ref": "#/components/schemas/Tree"}}}}}}
    });
    let text = markdown(&probity().with_file("trees.json", contract.to_string()), Some("trees.json"));
    for told in [
        "| `value`\\* | integer | 1 to 9.<br>Default: `3`. |",
        "array of [Tree](schemas.md#schema-Tree)",
        "At most 2 items.",
        "One of (2 of 2)",
        "<a id=\"schema-Tree\"></a>",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    assert_eq!(text.matches("<a id=").count(), 1);
}

#[test]
fn the_same_contract_gives_the_same_pages_wherever_it_is() {
    let text = std::fs::read_to_string(shipped_contract()).unwrap();
    let here = probity().with_file("groups.openapi.yaml", &text);
    let there = probity().with_file("folder/groups.openapi.yaml", &text);
    assert_eq!(html(&here, &["groups.openapi.yaml"]), html(&there, &["folder/groups.openapi.yaml"]));
    assert_eq!(markdown(&here, None), markdown(&there, None));
}

#[test]
fn pages_that_are_out_of_date_are_named_and_nothing_is_written() {
    let driver = probity();
    let docs = ["docs", "--out", "md", "--format", "markdown"];
    let check = || driver.again().args(docs).arg("--check").run();
    let missing = check().ends_with(1);
    assert!(missing.stdout.contains("missing  md/create-badges-group.md"), "{}", missing.everything());
    assert!(!driver.folder().join("md").exists());
    driver.again().args(docs).run().ends_with(0);
    check().ends_with(0);
    let page = driver.folder().join("md/create-badges-group.md");
    let fresh = std::fs::read_to_string(&page).unwrap();
    std::fs::write(&page, fresh.replace("733", "734")).unwrap();
    std::fs::write(driver.folder().join("md/gone.md"), &fresh).unwrap();
    std::fs::write(driver.folder().join("md/notes.md"), "of somebody else").unwrap();
    let stale = check().ends_with(1);
    assert_eq!(stale.stdout, "changed  md/create-badges-group.md\nobsolete md/gone.md\n");
    assert!(stale.stderr.contains("without --check"), "{}", stale.everything());
    driver.again().args(docs).run().ends_with(0);
    check().ends_with(0);
    assert_eq!(std::fs::read_to_string(page).unwrap(), fresh);
    assert!(driver.folder().join("md/notes.md").exists());
}

#[test]
fn a_file_of_somebody_else_is_not_overwritten_and_nothing_else_is_written() {
    for (format, name) in [("markdown", "README.md"), ("markdown", "schemas.md"), ("html", "index.html")] {
        // What only speaks of a page of ours is not one.
        let theirs = "# Ours\n\nSee `<!-- Made by probity docs -->` and Made from a.yaml by Probity 1.\n";
        let contract = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"},
            "paths": {"/a": {"get": {"responses": {
                "200": {"$ref": "#/components/responses/A"}, "400": {"$ref": "#/components/responses/A"}}}}},
            "components": {
                "responses": {"A": {"description": "a", "content": {"application/json": {"schema":
                    {"type": "array", "items": {"$ref": "#/components/schemas/A"}}}}}},
                "schemas": {"A": {"type": "object", "properties": {
                    "id": {"type": "integer"}, "inner": {"$ref": "#/components/schemas/A"}}}}}});
        let driver = probity().with_file("a.json", contract.to_string());
        let driver = driver.with_file(format!("out/{name}"), theirs);
        let docs = || driver.again().args(["docs", "a.json", "--out", "out", "--format", format]);
        let refused = docs().run().ends_with(2);
        let path = format!("out/{name} was not written by `probity docs`");
        assert!(
            refused.stderr.contains(&path) && refused.stderr.contains("--out"),
            "{}",
            refused.everything()
        );
        assert!(refused.stdout.is_empty(), "{}", refused.everything());
        let file = driver.folder().join("out").join(name);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), theirs);
        assert_eq!(std::fs::read_dir(driver.folder().join("out")).unwrap().count(), 1);
        // Once it is out of the way, the pages are written, and again over themselves.
        std::fs::remove_file(&file).unwrap();
        docs().run().ends_with(0);
        assert!(file.exists());
        docs().run().ends_with(0);
    }
}

/// A host that behaves as the shipped contract says, but for its faults.
fn host(planted: &[&str]) -> (tokio::runtime::Runtime, Host) {
    let document = Document::open(&shipped_contract()).unwrap();
    let contract = Contract::read(document).map_err(|refused| refused.1).unwrap();
    let wanted: Vec<_> =
        faults(&contract).into_iter().filter(|fault| planted.contains(&fault.id.as_str())).collect();
    assert_eq!(wanted.len(), planted.len());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let settings = HostSettings { faults: wanted, ..HostSettings::default() };
    let host = runtime.block_on(Host::start(Arc::new(contract), settings)).unwrap();
    (runtime, host)
}

#[test]
fn the_line_for_curl_works() {
    let Some(_) = CURL.or_skip() else { return };
    let (_runtime, host) = host(&[]);
    let text = markdown(&probity(), None);
    let lines = curl_lines(&text);
    assert_eq!(lines.len(), 2);
    for line in lines {
        let line = line.replace("https://eu.api.capillarytech.com", &format!("http://{}", host.address()));
        let accepted = host.credentials();
        let ran = Command::new("sh")
            .args(["-c", &format!("{line} -sS -w '\\n%{{http_code}}'")])
            .env("USERNAME", &accepted.user)
            .env("PASSWORD", &accepted.password)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stdout).into_owned();
        assert_eq!(said.lines().last(), Some("200"), "{line}\n{said}");
    }
}

/// The lines for curl in Markdown.
fn curl_lines(text: &str) -> Vec<&str> {
    let blocks = text.split("```sh\n").skip(1).filter_map(|block| block.split("\n```").next());
    blocks.filter(|block| block.starts_with("curl ")).collect()
}

#[test]
fn the_lines_for_forms_send_what_their_examples_say() {
    let Some(_) = CURL.or_skip() else { return };
    let came = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&came);
    let server = Canned::start(move |asked| {
        record.lock().unwrap().push(asked.whole.clone());
        Reply::Last(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec())
    });
    let post = |content: Value| {
        json!({"post": {"requestBody": {"required": true, "content": content},
            "responses": {"204": {"description": "ok"}}}})
    };
    let file = json!({"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}});
    let contract = json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"},
        "servers": [{"url": server.url()}],
        "paths": {
            "/form": post(json!({"application/x-www-form-urlencoded": {"schema": {"type": "object"},
                "example": {"To": "+49 it's", "Tags[]": ["a", "b&c"], "More": {"a": "@b"}}}})),
            "/parts": post(json!({"multipart/form-data": {"schema": file,
                "example": {"file": "x", "odd": "<a;b", "meta": {"a": "b;\"c\\"}}}})),
            "/xml": post(json!({"application/xml": {"schema": {"type": "object"}, "example": {"a": 1}}}))}});
    let driver = probity().with_file("a.json", contract.to_string()).with_file("FILE", "bytes of the file");
    let text = markdown(&driver, Some("a.json"));
    assert_eq!(text.matches("No line for curl can be shown").count(), 1, "{text}");
    let lines = curl_lines(&text);
    assert_eq!(lines.len(), 2, "{text}");
    for line in lines {
        let ran =
            Command::new("sh").args(["-c", &format!("{line} -sS")]).current_dir(driver.folder()).output();
        let ran = ran.unwrap();
        assert!(ran.status.success(), "{line}\n{}", String::from_utf8_lossy(&ran.stderr));
    }
    let came = came.lock().unwrap();
    let (head, body) = came[0].split_once("\r\n\r\n").unwrap();
    assert!(head.contains("Content-Type: application/x-www-form-urlencoded"), "{head}");
    let pairs: Vec<&str> = body.split('&').collect();
    assert_eq!(pairs[0].replace('+', "%20"), "To=%2B49%20it%27s");
    assert_eq!(pairs[1..], ["Tags%5B%5D=a", "Tags%5B%5D=b%26c", "More=%7B%22a%22%3A%22%40b%22%7D"]);
    let (head, body) = came[1].split_once("\r\n\r\n").unwrap();
    assert!(head.contains("Content-Type: multipart/form-data; boundary="), "{head}");
    for told in [
        "name=\"file\"; filename=\"FILE\"",
        "\r\n\r\nbytes of the file\r\n",
        "name=\"odd\"\r\n\r\n<a;b\r\n",
        "name=\"meta\"\r\nContent-Type: application/json\r\n\r\n{\"a\":\"b;\\\"c\\\\\"}\r\n",
    ] {
        assert!(body.contains(told), "{told}: {body}");
    }
}

/// A contract with one code, which a missing name has with status 400, and a host for it.
pub(crate) fn coded(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> (Driver, Canned) {
    let contract = json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {"/things": {"post": {
        "operationId": "add",
        "requestBody": {"required": true, "content": {"application/json": {"schema": {
            "type": "object", "required": ["name"], "properties": {"name": {"type": "string", "maxLength": 40}}}}}},
        "responses": {"200": {"description": "added"}, "400": {"description": "wrong"}, "415": {"description": "not JSON"},
            "503": {"description": "later"}},
        "x-probity": {"errors": {"code": "$response.body#/code", "catalogue": {
            "71": {"status": 400, "when": {"missing": "/name"}},
            "72": {"status": 400, "when": ["malformed", "wrong-type", "out-of-range"]}}}}}}}});
    let server = Canned::start(move |asked| {
        let (head, body) = asked.whole.split_once("\r\n\r\n").unwrap();
        if !head.starts_with("POST ") {
            return Reply::Bytes(canned_json("405 Method Not Allowed", "Allow: POST\r\n", "{}"));
        }
        if !head.to_lowercase().contains("content-type: application/json") {
            return Reply::Bytes(canned_json("415 Unsupported Media Type", "", "{}"));
        }
        let kind = match serde_json::from_str::<Value>(body) {
            // What was no UTF-8.
            _ if body.contains(char::REPLACEMENT_CHARACTER) => "wrong",
            Ok(Value::Object(members)) => match members.get("name") {
                None | Some(Value::Null) => "missing",
                Some(Value::String(name)) if name.chars().count() <= 40 => "good",
                Some(_) => "wrong",
            },
            _ => "wrong",
        };
        Reply::Bytes(answer(kind))
    });
    (probity().with_file("a.json", contract.to_string()), server)
}

/// Other viewers read the tables in the descriptions, which must say what the catalogue says.
#[test]
fn the_tables_of_the_shipped_contract_are_its_catalogue_and_stand_once() {
    let text = std::fs::read_to_string(shipped_contract()).unwrap();
    let contract =
        Contract::read(Document::open(&shipped_contract()).unwrap()).map_err(|refused| refused.1).unwrap();
    for operation in &contract.operations {
        let refused = operation.response(400).unwrap();
        let catalogue = &operation.behaviour.errors.as_ref().unwrap().catalogue;
        let rows = refused.description.lines().filter(|line| line.starts_with("| `")).count();
        assert_eq!(rows, catalogue.len());
        for (code, entry) in catalogue {
            let (meaning, fix) = (entry.meaning.as_ref().unwrap(), entry.fix.as_ref().unwrap());
            assert!(refused.description.contains(&format!("| `{code}` | {meaning} | {fix} |")), "{code}");
        }
        assert!(text.contains(&format!("curl \"https://eu.api.capillarytech.com{}\"", operation.path)));
    }
    let page = html(&probity(), &[]);
    assert_eq!(page.matches("Group rank is mandatory.").count(), 1);
}

#[test]
fn an_example_that_its_own_schema_refuses_is_told_and_shown() {
    let contract = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/a": {"get": {
        "responses": {"200": {"description": "ok", "content": {"application/json": {
            "schema": {"type": "object", "required": ["id"]}, "example": {"name": "x"}}}}}}}}});
    let driver = probity().with_file("a.json", contract.to_string());
    let ran = driver.again().args(["docs", "a.json", "--out", "html"]).run().ends_with(0);
    assert!(
        ran.stderr.contains("warning: the example at a.json:1 (GET /a) /paths/~1a/get/"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("/id: expected a value"), "{}", ran.stderr);
}

#[test]
fn an_operation_that_cannot_be_read_is_told_with_its_place_here_and_on_the_page() {
    let operation = |schema: Value| json!({"get": {"parameters": [{"name": "q", "in": "query", "required": true, "schema": schema}]}});
    let contract = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {
        "/good": operation(json!({"type": "string"})),
        "/broken": operation(json!({"$ref": "#/components/schemas/Absent"}))}});
    let driver = probity().with_file("folder/a.json", serde_json::to_string_pretty(&contract).unwrap());
    let docs = ["docs", "folder/a.json", "--out", "out"];
    let ran = driver.again().args(docs).run().ends_with(0);
    let line =
        ran.stderr.lines().find(|line| line.starts_with("warning: cannot be described: GET /broken: "));
    let line = line.unwrap_or_else(|| panic!("{}", ran.everything()));
    let at = line.rsplit_once("(folder/").unwrap().1.trim_end_matches(')').to_owned();
    assert!(line.contains("nothing stands there") && at.starts_with("a.json:"), "{line}");
    let page = std::fs::read_to_string(driver.folder().join("out/index.html")).unwrap();
    assert!(page.contains("<code>GET /broken</code>: ") && page.contains(&at), "{at}");
    driver.again().args(docs).args(["--format", "markdown"]).run().ends_with(0);
    let page = std::fs::read_to_string(driver.folder().join("out/README.md")).unwrap();
    assert!(page.contains("- `GET /broken`: ") && page.contains(&format!("(`{at}`)")), "{page}");
}

#[test]
fn every_document_becomes_pages_of_a_sane_size() {
    for path in corpus::paths() {
        let contract = corpus::read(&path);
        let begun = Instant::now();
        let page = files(&contract, None, Format::Html).unwrap().remove(0).text;
        let name = path.display();
        assert!(begun.elapsed() < Duration::from_secs(30), "{name} takes {:?}", begun.elapsed());
        assert!(page.len() < LARGEST_PAGE, "{name} is {} bytes", page.len());
        for operation in &contract.operations {
            let path: String =
                operation.path.split_inclusive('/').flat_map(|piece| [piece, "<wbr>"]).collect();
            let path = path.replace('&', "&amp;").replace('<', "\u{1}").replace("\u{1}wbr>", "<wbr>");
            assert!(page.contains(&path), "{name} lacks {path}");
        }
        let files = files(&contract, None, Format::Markdown).unwrap();
        assert!(files.len() > contract.operations.len(), "{name}");
    }
}
