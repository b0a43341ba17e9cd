//! What references of a contract lead to.

use super::*;

fn broken(document: &Document) -> Vec<(String, String, String)> {
    let parts = |broken: &BrokenRef| (broken.at.clone(), broken.target.clone(), broken.reason.to_string());
    document.broken_refs().iter().map(parts).collect()
}

#[test]
fn references_to_other_files_become_local() {
    let (_folder, path) = folder(&[
        (
            "api.yaml",
            "paths:\n  /p: {$ref: 'paths/p.yaml#/one'}\n  /q: {$ref: './paths/../paths/p.yaml'}\n\
             components:\n  schemas:\n    Here: {$ref: '#/components/schemas/Self'}\n    \
             Self: {$ref: 'api.yaml#/components/schemas/There'}\n    There: {$ref: 's.json#/$defs/a~1b%7B%7D'}\n",
        ),
        (
            "paths/p.yaml",
            "one:\n  get: {$ref: '#/two'}\ntwo:\n  x: {$ref: '../s.json'}\n  y: {$ref: '../api.yaml#/components'}\n",
        ),
        ("s.json", r#"{"$defs": {"a/b{}": {"type": "string"}}}"#),
    ]);
    let document = Document::open(&path).unwrap();
    assert_eq!(broken(&document), []);
    assert_eq!(
        *document.value,
        json!({
            "paths": {
                "/p": {"$ref": "#/x-probity-files/0/one"},
                "/q": {"$ref": "#/x-probity-files/0"},
            },
            "components": {"schemas": {
                "Here": {"$ref": "#/components/schemas/Self"},
                "Self": {"$ref": "#/components/schemas/There"},
                "There": {"$ref": "#/x-probity-files/1/$defs/a~1b%7B%7D"},
            }},
            "x-probity-files": [
                {
                    "one": {"get": {"$ref": "#/x-probity-files/0/two"}},
                    "two": {"x": {"$ref": "#/x-probity-files/1"}, "y": {"$ref": "#/components"}},
                },
                {"$defs": {"a/b{}": {"type": "string"}}},
            ],
        })
    );
    let names: Vec<_> = document.files().iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, [path.to_str().unwrap(), "paths/p.yaml", "s.json"]);
    assert_eq!(document.locate("/x-probity-files/0/two/x").to_string(), "paths/p.yaml:4:6");
    assert_eq!(document.locate_key("/x-probity-files/1/$defs/a~1b{}").to_string(), "s.json:1:12");
    assert_eq!(document.locate("/x-probity-files/9/a").file, path.to_str().unwrap());
}

#[test]
fn references_that_lead_nowhere_cost_only_themselves() {
    let (_folder, path) = folder(&[
        (
            "in/api.yaml",
            "a:\n  - {$ref: '#/none'}\n  - {$ref: 'none.yaml#/a'}\n  - {$ref: 'bad.yaml'}\n  \
             - {$ref: 'https://example.com/s.json'}\n  - {$ref: '//example.com/s.json'}\n  \
             - {$ref: 'file:///etc/passwd'}\n  - {$ref: '/etc/passwd'}\n  - {$ref: '../out.yaml'}\n  \
             - {$ref: '%2e%2e/out.yaml'}\n  - {$ref: 'good.yaml#/none'}\n  - {$ref: sub}\n  \
             - {$ref: '#nowhere'}\n  - {$ref: 'good.yaml'}\n",
        ),
        ("in/bad.yaml", "a: [\n"),
        ("in/good.yaml", "ok: true"),
        ("in/sub/x.yaml", ""),
        ("out.yaml", "secret: 1"),
    ]);
    let document = Document::open(&path).unwrap();
    let found = broken(&document);
    let reasons: Vec<_> = found.iter().map(|(_, target, why)| (target.as_str(), why.as_str())).collect();
    assert!(reasons[2].1.starts_with("bad.yaml:2:1: malformed YAML: "), "{reasons:?}");
    let remote = |url: &str| format!("a URL, and nothing is fetched; --map {url}=FILE reads a copy");
    let fetched = "a URL, and nothing is fetched; --allow-fetch example.com fetches it once, --map https://example.com/s.json=FILE reads a copy";
    let outside =
        format!("outside the contract's folder; --root {}/.. reads it", path.parent().unwrap().display());
    let expected = [
        ("#/none", "nothing stands there"),
        ("none.yaml#/a", "none.yaml: no such file"),
        ("bad.yaml", reasons[2].1),
        ("https://example.com/s.json", fetched),
        ("//example.com/s.json", &*remote("//example.com/s.json")),
        ("file:///etc/passwd", &*remote("file:///etc/passwd")),
        ("/etc/passwd", "an absolute path, and only files in the contract's folder are read"),
        ("../out.yaml", &*outside),
        ("%2e%2e/out.yaml", &*outside),
        ("good.yaml#/none", "nothing stands there"),
        ("sub", "sub: is a folder, not a file"),
        ("#nowhere", "nothing stands there"),
    ];
    assert_eq!(reasons, expected);
    assert_eq!(found[1].0, "/a/1/$ref");
    assert_eq!(document.value["x-probity-files"], json!([{"ok": true}]));
}

#[cfg(unix)]
#[test]
fn a_link_does_not_lead_out_of_the_folder() {
    let (folder, path) = folder(&[
        ("in/api.yaml", "a: {$ref: 'link.yaml'}\nb: {$ref: 'inner.yaml'}\nc: {$ref: 'real.yaml'}"),
        ("in/real.yaml", "ok: 1"),
        ("out.yaml", "secret: 1"),
    ]);
    let link = std::os::unix::fs::symlink::<PathBuf, PathBuf>;
    link(folder.path().join("out.yaml"), folder.path().join("in/link.yaml")).unwrap();
    link(folder.path().join("in/real.yaml"), folder.path().join("in/inner.yaml")).unwrap();
    let document = Document::open(&path).unwrap();
    assert_eq!(document.broken_refs().len(), 1);
    assert_eq!(
        document.broken_refs()[0].reason.to_string().split(';').next(),
        Some("outside the contract's folder")
    );
    assert_eq!(document.value["b"], document.value["c"]);
    assert_eq!(document.files().len(), 2);
}

#[test]
fn a_contract_from_memory_reads_no_files() {
    let document = yaml("a: {$ref: 'Cargo.toml'}\nb: {$ref: '#/a'}");
    assert_eq!(document.broken_refs().len(), 1);
    assert_eq!(document.broken_refs()[0].reason, Refusal::NoFiles);
}

#[test]
fn data_is_no_reference_but_names_that_look_like_data_are() {
    let data = "example: {$ref: no}\ndefault: {$ref: no}\nenum: [{$ref: no}]\nconst: {$ref: no}\n\
                x-own: {$ref: no}\nexamples: {e: {value: {$ref: no}}}\nschema: {examples: [{$ref: no}]}\n";
    assert_eq!(broken(&yaml(data)), []);
    let names = "properties: {example: {$ref: '#/n1'}, $ref: {type: string}, x-y: {$ref: '#/n2'}}\n\
                 responses: {default: {$ref: '#/n3'}}\nexamples: {e: {$ref: '#/n4'}}\n\
                 parameters: [{$ref: '#/n5'}]\n";
    let found = broken(&yaml(names));
    let targets: Vec<_> = found.iter().map(|(_, target, _)| target.as_str()).collect();
    assert_eq!(targets, ["#/n1", "#/n2", "#/n3", "#/n4", "#/n5"]);
}

#[test]
fn links_and_discriminators_refer_too() {
    let (_folder, path) = folder(&[
        (
            "api.yaml",
            "discriminator:\n  propertyName: kind\n  mapping: {cat: 's.yaml#/Cat', dog: Dog}\n\
             links: {l: {operationRef: 's.yaml#/Op'}}\n",
        ),
        ("s.yaml", "Cat: {}\nOp: {}\n"),
    ]);
    let document = Document::open(&path).unwrap();
    assert_eq!(broken(&document), []);
    assert_eq!(
        document.value["discriminator"]["mapping"],
        json!({"cat": "#/x-probity-files/0/Cat", "dog": "Dog"})
    );
    assert_eq!(document.value["links"]["l"]["operationRef"], "#/x-probity-files/0/Op");
}

#[test]
fn anchors_and_ids_of_schemas_are_found() {
    let document = yaml(
        "a: {$ref: '#named'}\nb: {$ref: 'https://example.com/s#/x'}\n\
         c: {$id: 'https://example.com/s', $anchor: named, x: {}}\n",
    );
    assert_eq!(broken(&document), []);
    assert_eq!(document.value["a"], json!({"$ref": "#/c"}));
    assert_eq!(document.value["b"], json!({"$ref": "#/c/x"}));
}

#[test]
fn references_are_relative_to_the_nearest_name_of_a_schema() {
    let document = yaml(
        "a: {$ref: 'https://example.com/kinds/count'}\n\
         s:\n  count: {$id: 'https://example.com/kinds/count', allOf: [{$ref: /parts/whole}, {$ref: ../parts/up}, {$ref: '#/$defs/in'}], $defs: {in: {}}}\n  \
         whole: {$id: 'https://example.com/parts/whole', x: {$ref: '#/s/up'}}\n  \
         up: {$id: 'https://example.com/parts/up', $anchor: named}\n\
         b: {$ref: 'https://example.com/parts/up#named'}\nc: {$ref: 'https://example.com/none'}\n",
    );
    assert_eq!(document.value["a"], json!({"$ref": "#/s/count"}));
    let all = json!([{"$ref": "#/s/whole"}, {"$ref": "#/s/up"}, {"$ref": "#/s/count/$defs/in"}]);
    assert_eq!(document.value["s"]["count"]["allOf"], all);
    // Many name a schema and go on to write pointers from the root.
    assert_eq!(document.value["s"]["whole"]["x"], json!({"$ref": "#/s/up"}));
    assert_eq!(document.value["b"], json!({"$ref": "#/s/up"}));
    assert_eq!(broken(&document).len(), 1, "{:?}", broken(&document));
}

#[test]
fn a_document_is_what_it_calls_itself_and_its_files_stand_beside_it() {
    let (_folder, path) = folder(&[
        (
            "api.yaml",
            "openapi: 3.2.0\n$self: https://example.com/v1/main.yaml\na: {$ref: 'main.yaml#/there'}\n\
             b: {$ref: 'https://example.com/v1/main.yaml#/there'}\nc: {$ref: 's.yaml#/S'}\n\
             d: {$ref: 'https://example.com/v1/t.yaml#/T'}\nthere: {}\n",
        ),
        ("s.yaml", "S: {$ref: 't.yaml#/T'}\n"),
        ("t.yaml", "$id: https://example.com/v1/t.yaml\nT: {}\n"),
    ]);
    let document = Document::open(&path).unwrap();
    assert_eq!(broken(&document), []);
    let target = |name: &str| document.value[name]["$ref"].as_str().unwrap().to_owned();
    let targets = ["a", "b", "c", "d"].map(target);
    assert_eq!(targets, ["#/there", "#/there", "#/x-probity-files/0/S", "#/x-probity-files/1/T"]);
}

#[test]
fn files_are_read_below_the_root_that_is_named_and_from_copies_of_urls() {
    let (folder, path) = folder(&[
        (
            "api/in/openapi.yaml",
            "a: {$ref: '../shared/s.yaml#/S'}\nb: {$ref: '../../out.yaml'}\n\
             c: {$ref: 'https://example.com/x/one.yaml#/O'}\nd: {$ref: 'https://example.com/one.yaml'}\n",
        ),
        ("api/shared/s.yaml", "S: {$ref: '../in/openapi.yaml#/a'}\nT: {$ref: '../in/t.yaml'}\n"),
        ("api/in/t.yaml", "{}"),
        ("out.yaml", "{}"),
        ("copies/one.yaml", "O: {$ref: two.yaml}"),
        ("copies/two.yaml", "{}"),
    ]);
    let reach = Reach {
        root: Some(folder.path().join("api")),
        copies: vec![("https://example.com/x/".into(), folder.path().join("copies"))],
    };
    let document = Document::open_within(&path, &reach).unwrap();
    let names: Vec<_> = document.files().iter().skip(1).map(|file| file.name.as_str()).collect();
    let url = "https://example.com/x/";
    assert_eq!(names, ["../shared/s.yaml", &format!("{url}one.yaml"), "t.yaml", &format!("{url}two.yaml")]);
    let [outside, remote] = document.broken_refs() else { panic!("{:?}", document.broken_refs()) };
    assert!(
        outside.at == "/b/$ref"
            && matches!(&outside.reason, Refusal::Outside { root } if root.ends_with("in/../.."))
    );
    assert_eq!(
        (remote.at.as_str(), &remote.reason),
        ("/d/$ref", &Refusal::Remote { url: "https://example.com/one.yaml".into() })
    );
    let known = document.files().iter().map(|file| (file.name.clone(), file.text.clone()));
    let again = Document::from_files(known).unwrap();
    assert_eq!(again.value, document.value);
    assert_eq!(again.broken_refs().len(), 2);
}

#[test]
fn a_dynamic_reference_means_what_the_way_to_it_says() {
    let document = yaml(
        "page: {$id: 'https://e.com/page', $dynamicAnchor: page, items: {$dynamicRef: '#item'}, next: {$dynamicRef: '#page'}, $defs: {any: {$dynamicAnchor: item}}}\n\
         foos: {$id: 'https://e.com/foos', $ref: page, $defs: {item: {$dynamicAnchor: item, type: integer}}}\n\
         plain: {$ref: 'https://e.com/page'}\nway: {$ref: '#/foos'}\n",
    );
    assert_eq!(broken(&document), []);
    let value = &document.value;
    assert_eq!(value["plain"], json!({"$ref": "#/page"}));
    assert_eq!(value["page"]["items"], json!({"$dynamicRef": "#/page/$defs/any"}));
    assert_eq!(value["foos"]["$ref"], "#/x-probity-files/0");
    let copy = &value["x-probity-files"][0];
    assert_eq!(copy["items"], json!({"$dynamicRef": "#/foos/$defs/item"}));
    assert_eq!(copy["next"], json!({"$dynamicRef": "#/x-probity-files/0"}));
    assert_eq!(document.locate("/x-probity-files/0/items"), document.locate("/page/items"));
    assert_eq!(document.files().len(), 1);
}

#[test]
fn a_dynamic_reference_by_a_pointer_means_one_place() {
    let document = yaml(
        "page: {$id: 'https://e.com/page', items: {$dynamicRef: '#/$defs/any'}, $defs: {any: {$dynamicAnchor: item}}}\n\
         foos: {$id: 'https://e.com/foos', $ref: page, $defs: {item: {$dynamicAnchor: item, type: integer}}}\n",
    );
    assert_eq!(document.value["foos"]["$ref"], "#/page");
    assert_eq!(document.value["page"]["items"], json!({"$dynamicRef": "#/page/$defs/any"}));
}

#[test]
fn no_schema_has_a_name_for_the_validator_in_whatever_file_it_stands() {
    let files = [
        ("a.yaml", "a: {$ref: b.yaml}"),
        ("b.yaml", "$id: 'https://e.com/b'\nitems: {$id: c, $ref: '#/d', d: {}}\n"),
    ];
    let document =
        Document::from_files(files.map(|(name, text)| (name.to_owned(), text.to_owned()))).unwrap();
    let file = &document.unnamed()["x-probity-files"][0];
    assert_eq!(*file, json!({"items": {"$ref": "#/x-probity-files/0/items/d", "d": {}}}));
}
