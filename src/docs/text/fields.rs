//! Fields and types as rows of tables, members under the path to them.

use super::write::{line, row};
use crate::docs::model::{Field, Link, Shape, Term};
use crate::docs::words::{capital, code};

/// A row of a table of fields: name, type, description.
pub(super) type Row = [String; 3];

pub(super) fn table(out: &mut String, column: &str, rows: &[Row]) {
    out.push_str(&format!("\n| {column} | Datatype | Description |\n| :-- | :-- | :-- |\n"));
    for cells in rows {
        row(out, cells);
    }
}

pub(super) fn rows(fields: &[Field]) -> Vec<Row> {
    let mut rows = Vec::new();
    push(&mut rows, fields, "");
    rows
}

pub(super) fn whole(shape: &Shape) -> Vec<Row> {
    let mut rows = Vec::new();
    let prefix = if is_list(shape) { "[]." } else { "" };
    inner(&mut rows, shape, prefix);
    rows
}

fn is_list(shape: &Shape) -> bool {
    shape.kind.first() == Some(&Term::ArrayOf)
}

fn push(rows: &mut Vec<Row>, fields: &[Field], prefix: &str) {
    for field in fields {
        let path = format!("{prefix}{}", field.name);
        let star = if field.required { "\\*" } else { "" };
        let about = about(&field.shape).join("<br>");
        rows.push([
            format!("{}{star}", code(&path)),
            format!("{}{}", kind(&field.shape), flags(&field.shape)),
            about,
        ]);
        let list = if is_list(&field.shape) { "[]" } else { "" };
        inner(rows, &field.shape, &format!("{path}{list}."));
    }
}

fn inner(rows: &mut Vec<Row>, shape: &Shape, prefix: &str) {
    if !shape.inherits.is_empty() {
        let links: Vec<String> = shape.inherits.iter().map(schema_link).collect();
        rows.push([code(&format!("{prefix}…")), links.join(", "), "All fields of it.".to_owned()]);
    }
    push(rows, &shape.fields, prefix);
    for (words, choices) in &shape.choices {
        for (index, choice) in choices.iter().enumerate() {
            let about = about(choice).join("<br>");
            let number = format!("{words} ({} of {})", index + 1, choices.len());
            rows.push([
                code(prefix.trim_end_matches('.')),
                format!("{}{}", kind(choice), flags(choice)),
                format!("{number}. {about}"),
            ]);
            push(rows, &choice.fields, prefix);
        }
    }
}

fn schema_link(link: &Link) -> String {
    format!("[{}](schemas.md#{})", line(&link.name), link.anchor)
}

pub(super) fn kind(shape: &Shape) -> String {
    if shape.kind.is_empty() && !shape.choices.is_empty() {
        return "one of several".to_owned();
    }
    let pieces = shape.kind.iter().map(|term| term.told().map_or_else(schema_link, str::to_owned));
    pieces.collect()
}

pub(super) fn flags(shape: &Shape) -> String {
    let all = [
        (shape.nullable, "can be null"),
        (shape.read_only, "only in answers"),
        (shape.write_only, "only in requests"),
        (shape.deprecated, "deprecated"),
    ];
    all.iter().filter(|(is, _)| *is).flat_map(|(_, words)| [", ", words]).collect()
}

pub(super) fn about(shape: &Shape) -> Vec<String> {
    let mut about: Vec<String> = shape.description.iter().map(|text| text.trim().to_owned()).collect();
    if !shape.limits.is_empty() {
        about.push(format!("{}.", capital(&shape.limits.join(", "))));
    }
    let values: Vec<String> = shape.values.iter().map(|value| code(value)).collect();
    match values.as_slice() {
        [] => {}
        [only] => about.push(format!("Always {only}.")),
        many => about.push(format!("One of {}.", many.join(", "))),
    }
    about.extend(shape.default.iter().map(|value| format!("Default: {}.", code(value))));
    about.extend(shape.example.iter().map(|value| format!("Ex: {}", code(value))));
    about
}
