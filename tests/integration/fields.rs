//! The table of the fields of `OpenAPI`, and what becomes of each.

use crate::driver::{probity, repository};
use probity::contract::fields::{Field, OBJECTS, Use};
use std::fmt::Write;

const BEGINNING: &str = "\
# What is read of a document

Every field that OpenAPI 3.0, 3.1 and 3.2 have, by the object that it stands in. *Read* says what is sent
or what must come back; *shown* is for people; what is *not read* is told as a gap, with its line, wherever
a contract has it, and so is a field that no version has, or only a later one. `x-` fields are the
author's own. Schemas are not in the table: every keyword goes to a JSON Schema validator as it is written.
";

fn row(field: &Field) -> String {
    let (name, since) = (field.name, field.since);
    match field.used {
        Use::Read => format!("| `{name}` | {since} | read |"),
        Use::Shown => format!("| `{name}` | {since} | shown |"),
        Use::Unread(why) => format!("| `{name}` | {since} | not read: {why} |"),
    }
}

fn table() -> String {
    let mut text = BEGINNING.to_owned();
    for object in OBJECTS {
        write!(text, "\n## {} Object\n\n| field | since | |\n|---|---|---|\n", object.name).unwrap();
        object.fields.iter().for_each(|field| writeln!(text, "{}", row(field)).unwrap());
    }
    text
}

#[test]
fn the_guide_tells_of_every_field_what_becomes_of_it() {
    let path = repository().join("docs/what-is-read.md");
    if std::env::var_os("UPDATE_GUIDES").is_some() {
        std::fs::write(&path, table()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), table(), "UPDATE_GUIDES=1 writes it anew");
}

#[test]
fn what_is_not_read_is_a_gap_with_its_line() {
    let text = "openapi: 3.0.3
info: {title: T, version: '1'}
webhooks: {}
paths:
  /a:
    get:
      callbacks: {c: {}}
      respones: {}
      parameters:
        - {name: q, in: query, allowEmptyValue: true, schema: {type: string}}
      responses: {'200': {description: ok}}
";
    let told = probity().with_file("c.yaml", text).args(["plan", "c.yaml"]).run().stdout;
    for (line, words) in [
        (3, "`webhooks` is a field of the OpenAPI Object only since OpenAPI 3.1, and this is 3.0"),
        (7, "`callbacks` is not read"),
        (8, "`respones` is no field of the Operation Object"),
        (10, "`allowEmptyValue` is not read"),
    ] {
        let is_told = |told: &str| told.contains(words) && told.contains(&format!("c.yaml:{line}:"));
        assert!(told.lines().any(is_told), "{words} in line {line}:\n{told}");
    }
}
