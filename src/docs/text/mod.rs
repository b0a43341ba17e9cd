//! Markdown: a file for each operation, and one that lists them.

mod failures;
mod fields;
mod write;

use super::File;
use super::model::{Example, Link, Mark, Media, Operation, Origin, Reference, Shape, Stray, Term};
use super::tally;
use super::words::{UNREADABLE, capital, code};
use fields::{about, flags, kind, rows, table, whole};
use write::{fence, line, lowered, paragraph, point, row};

/// The first words of every file that Probity writes and may take away again.
pub(super) const MARK: &str = "<!-- Made by `probity docs`: change the contract in place of this file. -->";

/// The files of a reference.
pub(super) fn files(reference: &Reference) -> Vec<File> {
    let mut files = vec![File { name: "README.md".into(), text: index(reference) }];
    for operation in reference.operations() {
        files.push(File {
            name: format!("{}.md", operation.anchor),
            text: operation_page(reference, operation),
        });
    }
    if !reference.shared.is_empty() {
        files.push(File { name: "schemas.md".into(), text: schemas(reference) });
    }
    files
}

fn index(reference: &Reference) -> String {
    let mut out = format!("{MARK}\n\n# {}\n", line(&reference.title));
    if !reference.version.is_empty() {
        out.push_str(&format!("\nVersion {}.\n", line(&reference.version)));
    }
    run(&mut out, reference, true);
    if let Some(text) = &reference.description {
        paragraph(&mut out, &lowered(text, 2));
    }
    if !reference.servers.is_empty() {
        out.push_str("\n## Servers\n");
        for server in &reference.servers {
            paragraph(&mut out, &code(&server.url));
            if let Some(text) = &server.description {
                paragraph(&mut out, &lowered(text, 3));
            }
        }
    }
    for group in &reference.groups {
        out.push_str(&format!("\n## {}\n", line(&group.name)));
        if let Some(text) = &group.description {
            paragraph(&mut out, &lowered(text, 3));
        }
        out.push_str("\n| Operation | Method | Path |\n| :-- | :-- | :-- |\n");
        for operation in &group.operations {
            row(
                &mut out,
                &[
                    format!("[{}]({}.md)", line(&operation.title), operation.anchor),
                    method(&operation.method),
                    code(&operation.path),
                ],
            );
        }
    }
    if !reference.schemes.is_empty() {
        out.push_str("\n## Authentication\n");
        for scheme in &reference.schemes {
            out.push_str(&format!("\n### {}\n", line(&scheme.name)));
            paragraph(&mut out, &scheme.carries);
            if let Some(text) = &scheme.description {
                paragraph(&mut out, &lowered(text, 4));
            }
        }
    }
    if !reference.shared.is_empty() {
        out.push_str("\n## Schemas\n");
        paragraph(&mut out, "What several operations share is described in [schemas](schemas.md).");
    }
    if !reference.webhooks.is_empty() {
        out.push_str(
            "\n## Webhooks\n\nRequests that the host sends. They are named here and not described.\n\n",
        );
        for webhook in &reference.webhooks {
            let about = webhook.summary.as_ref().map(|summary| format!(": {}", line(summary)));
            point(&mut out, &format!("{}{}", code(&webhook.name), about.unwrap_or_default()));
        }
    }
    if !reference.components.is_empty() {
        out.push_str(
            "\n## Components\n\nThe contract describes no operation. What it has for other documents is named here and not described.\n\n",
        );
        for (kind, names) in &reference.components {
            let names: Vec<String> = names.iter().map(|name| code(name)).collect();
            point(&mut out, &format!("{}: {}", code(kind), names.join(", ")));
        }
    }
    if !reference.undescribed.is_empty() {
        out.push_str("\n## Not described\n\n");
        for broken in &reference.undescribed {
            let (operation, why, at) = (code(&broken.operation), line(&broken.why), code(&broken.at));
            point(&mut out, &format!("{operation}: {why} ({at})"));
        }
    }
    out
}

/// A method, which may be any token.
fn method(name: &str) -> String {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if plain { name.to_owned() } else { code(name) }
}

fn operation_page(reference: &Reference, operation: &Operation) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let mut out = format!(
        "---\ntitle: {}\nexcerpt: {}\napi:\n  file: {}\n  operationId: {}\ndeprecated: {}\n---\n{MARK}\n\n# {}\n",
        quoted(&operation.title),
        quoted(&format!("{} {}", operation.method, operation.path)),
        quoted(&reference.file),
        quoted(&operation.id),
        operation.deprecated,
        line(&operation.title)
    );
    run(&mut out, reference, false);
    if operation.deprecated {
        paragraph(&mut out, "> **Deprecated.** Do not use it in new clients.");
    }
    if let Some(text) = &operation.description {
        paragraph(&mut out, &lowered(text, 2));
    }
    resource(&mut out, reference, operation);
    let shared = reference.servers.first().map(|server| &server.url);
    if let Some(server) = operation.server.as_ref().or(shared) {
        out.push_str("\n## API endpoint example\n");
        paragraph(&mut out, &code(&format!("{}{}", server.trim_end_matches('/'), operation.path)));
    }
    out.push_str("\n## Example request\n");
    match &operation.curl {
        Ok(line) => fence(&mut out, "sh", line),
        Err(why) => paragraph(&mut out, why),
    }
    for (title, fields) in &operation.parameters {
        out.push_str(&format!("\n## {title}\n"));
        table(&mut out, "Parameter", &rows(fields));
    }
    if let Some(body) = &operation.body {
        out.push_str("\n## Request body parameters\n");
        if let Some(text) = &body.description {
            paragraph(&mut out, &lowered(text, 3));
        }
        for media in &body.media {
            if body.media.len() > 1 {
                out.push_str(&format!("\n### {}\n", line(&media.name)));
            }
            representation(&mut out, media);
        }
    }
    responses(&mut out, operation);
    errors(&mut out, operation);
    rules(&mut out, operation);
    failures::failures(&mut out, operation);
    if !operation.unread.is_empty() {
        out.push_str("\n## Not described\n\n");
        for part in &operation.unread {
            point(&mut out, &format!("{} ({})", line(&part.why), code(&part.at)));
        }
    }
    out
}

/// What the marks come from, and on the first page how many there are.
fn run(out: &mut String, reference: &Reference, first: bool) {
    let mut told = Vec::new();
    if let Some(run) = &reference.run {
        let (target, date, version) = (code(&run.target), &run.date, line(&run.version));
        told.push(format!("Verified against {target} on {date}, version {version}."));
        told.extend(run.incomplete.as_ref().map(|why| format!("The run was no whole one: {}.", line(why))));
        if first {
            told.push(tally::outcome(run.broken, run.warned));
        }
    }
    if let Some(profile) = &reference.profile {
        let about = "behaviour that somebody has seen and agreed to. They name no target and no date, and do not say whether a rule held.";
        told.push(format!("What is called recorded comes from the snapshots {}: {about}", code(profile)));
    }
    if first {
        told.extend(tally::lines(reference));
        told.extend(failures::index(reference));
    }
    if !told.is_empty() {
        paragraph(out, &format!("> {}", told.join("\n> ")));
    }
}

fn resource(out: &mut String, reference: &Reference, operation: &Operation) {
    out.push_str("\n## Resource information\n\n| | |\n| :-- | :-- |\n");
    row(out, &["URI".into(), code(&operation.path)]);
    row(out, &["HTTP method".into(), method(&operation.method)]);
    let alternatives: Vec<String> = operation
        .security
        .iter()
        .map(|all| match all.as_slice() {
            [] => "none".to_owned(),
            all => all.iter().map(|one| auth(reference, one)).collect::<Vec<_>>().join(" and "),
        })
        .collect();
    let security = if alternatives.is_empty() { "none".to_owned() } else { alternatives.join(" or ") };
    row(out, &["Authentication".into(), security]);
    let media: Vec<String> =
        operation.body.iter().flat_map(|body| &body.media).map(|media| code(&media.name)).collect();
    if !media.is_empty() {
        row(out, &["Content type".into(), media.join(", ")]);
    }
}

fn auth(reference: &Reference, link: &Link) -> String {
    let known = reference.schemes.iter().any(|scheme| scheme.name == link.name);
    if known { format!("[{}](README.md#authentication)", line(&link.name)) } else { code(&link.name) }
}

fn representation(out: &mut String, media: &Media) {
    if let Some(shape) = &media.shape {
        described(out, "Parameter", shape);
    } else if media.unread {
        paragraph(out, UNREADABLE);
    }
    for example in &media.examples {
        sample(out, example);
    }
}

fn described(out: &mut String, column: &str, shape: &Shape) {
    let rows = whole(shape);
    let kind = kind(shape);
    if rows.is_empty() || shape.kind != [Term::Object] {
        paragraph(out, &format!("{}{}", capital(&kind), flags(shape)));
    }
    let about = about(shape);
    if !about.is_empty() {
        paragraph(out, &about.join(" "));
    }
    if !rows.is_empty() {
        table(out, column, &rows);
    }
}

fn sample(out: &mut String, example: &Example) {
    let origin = match example.origin {
        Origin::Documented => "",
        Origin::Made => " (made from the schema)",
        Origin::Recorded => " (recorded)",
    };
    paragraph(out, &format!("{}{origin}:", line(&example.title)));
    fence(out, if example.json { "json" } else { "" }, &example.text);
}

fn responses(out: &mut String, operation: &Operation) {
    if operation.responses.is_empty() && operation.undocumented.is_empty() {
        return;
    }
    out.push_str("\n## Responses\n");
    for response in &operation.responses {
        out.push_str(&format!("\n### {}{}\n", response.status, mark(response.mark.as_ref())));
        if !response.description.is_empty() {
            paragraph(out, &lowered(&response.description, 4));
        }
        if response.unread {
            paragraph(out, UNREADABLE);
        }
        if !response.headers.is_empty() {
            out.push_str("\n#### Response headers\n");
            table(out, "Header", &rows(&response.headers));
        }
        if !response.media.is_empty() {
            out.push_str("\n#### Response parameters\n");
        }
        for media in &response.media {
            if response.media.len() > 1 {
                paragraph(out, &format!("{}:", code(&media.name)));
            }
            representation(out, media);
        }
    }
    for stray in &operation.undocumented {
        out.push_str(&format!("\n### {} (not documented)\n", stray.status));
        let wrong = wrong(stray).map(|link| format!(" {link}.")).unwrap_or_default();
        paragraph(out, &format!("It came ×{}, and the contract does not document it.{wrong}", stray.times));
    }
}

/// Where it is told what is wrong.
fn wrong(stray: &Stray) -> Option<String> {
    stray.failure.as_ref().map(|anchor| format!("[What is wrong](#{anchor})"))
}

fn errors(out: &mut String, operation: &Operation) {
    if operation.errors.is_empty() && operation.unknown_codes.is_empty() {
        return;
    }
    let marked = !operation.unknown_codes.is_empty() || operation.errors.iter().any(|one| one.mark.is_some());
    out.push_str("\n## API-specific error codes\n\n");
    out.push_str("| Error code | Status | When | Description | What to do |");
    out.push_str(if marked { " Verified |\n" } else { "\n" });
    out.push_str("| :-- | :-- | :-- | :-- | :-- |");
    out.push_str(if marked { " :-- |\n" } else { "\n" });
    for error in &operation.errors {
        let mut cells = vec![
            code(&error.code),
            error.status.to_string(),
            error.when.clone(),
            error.meaning.clone().unwrap_or_default(),
            error.fix.clone().unwrap_or_default(),
        ];
        if marked {
            let mark = error.mark.as_ref().map(marked_as);
            let elsewhere = error.elsewhere.iter().map(came_with);
            cells.push(mark.into_iter().chain(elsewhere).collect::<Vec<_>>().join("; "));
        }
        row(out, &cells);
    }
    for (unknown, came) in &operation.unknown_codes {
        let came: Vec<String> = came.iter().map(came_with).collect();
        let words = "Not in the catalogue.".to_owned();
        row(out, &[code(unknown), String::new(), words, String::new(), String::new(), came.join("; ")]);
    }
}

fn came_with(stray: &Stray) -> String {
    let wrong = wrong(stray).map(|link| format!(" ({link})")).unwrap_or_default();
    format!("{}{wrong}", tally::came_with(stray))
}

fn rules(out: &mut String, operation: &Operation) {
    if !operation.promises.is_empty() {
        out.push_str("\n## What holds\n\n");
        for promise in &operation.promises {
            let usual = if promise.usual { " *(usual, not promised)*" } else { "" };
            let because = promise.because.as_deref().map(|text| format!(" {text}")).unwrap_or_default();
            point(out, &format!("{}{usual}{}{because}", promise.words, mark(promise.mark.as_ref())));
        }
    }
    for (title, all) in
        [("What must be unique", &operation.unique), ("What is not known", &operation.unknown)]
    {
        if !all.is_empty() {
            out.push_str(&format!("\n## {title}\n\n"));
            for one in all {
                point(out, one);
            }
        }
    }
}

fn schemas(reference: &Reference) -> String {
    let mut out = format!("{MARK}\n\n# Schemas\n");
    for shared in &reference.shared {
        out.push_str(&format!("\n<a id=\"{}\"></a>\n\n## {}\n", shared.anchor, line(&shared.name)));
        described(&mut out, "Field", &shared.shape);
    }
    out
}

fn mark(mark: Option<&Mark>) -> String {
    mark.map(|mark| format!(" ({})", marked_as(mark))).unwrap_or_default()
}

/// What a run says, with a link to what is wrong.
fn marked_as(mark: &Mark) -> String {
    let Some(blame) = mark.blame() else { return mark.words().to_owned() };
    let share = blame.share().map(|share| format!(", {share}")).unwrap_or_default();
    format!("[{}](#{}){share}", mark.words(), blame.anchor)
}
