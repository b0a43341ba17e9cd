//! One operation: what it takes, what it answers, what it promises.

use super::failures::{came_with, failures, mark, undocumented};
use super::{link, shape};
use crate::docs::model::{ErrorCode, Example, Media, Operation, Origin, Promise, Response};
use crate::docs::prose::{self, Headings, block};
use crate::docs::words::UNREADABLE;
use crate::page::{breakable, itself, method};
use maud::{Markup, PreEscaped, html};

pub(super) fn section(operation: &Operation) -> Markup {
    let title = format!("{}-title", operation.anchor);
    html! {
        section.entry.operation #(operation.anchor) aria-labelledby=(title) {
            h3 #(title) { (operation.title) (itself(&operation.anchor, &operation.title)) }
            p.endpoint { (method(&operation.method)) " " code { (breakable(&operation.path)) } }
            (security(operation))
            @if operation.deprecated { p.note { "Deprecated: do not use it in new clients." } }
            div.columns {
                div.text {
                    @if let Some(text) = &operation.description { div.prose { (block(text, Headings::From(4))) } }
                    @for (title, fields) in &operation.parameters {
                        h4 { (title) }
                        (shape::fields(fields))
                    }
                    (body(operation))
                    (responses(operation))
                }
                div.samples { (samples(operation)) }
            }
            (errors(operation))
            (promises(operation))
            (failures(operation))
            (unread(operation))
        }
    }
}

fn unread(operation: &Operation) -> Markup {
    html! {
        @if !operation.unread.is_empty() {
            h4 { "Not described" }
            ul.rules {
                @for part in &operation.unread { li { (part.why) " (" code { (part.at) } ")" } }
            }
        }
    }
}

fn security(operation: &Operation) -> Markup {
    let open = operation.security.is_empty() || operation.security.iter().any(Vec::is_empty);
    let needed: Vec<_> = operation.security.iter().filter(|all| !all.is_empty()).collect();
    html! {
        p.security {
            strong { "Authentication" } " "
            @if needed.is_empty() { "none" }
            @for (index, all) in needed.iter().enumerate() {
                @if index > 0 { " or " }
                @for (index, one) in all.iter().enumerate() { @if index > 0 { " and " } (link(one)) }
            }
            @if open && !needed.is_empty() { ", or none" }
        }
    }
}

fn body(operation: &Operation) -> Markup {
    html! {
        @if let Some(body) = &operation.body {
            h4 { "Request body" }
            @if let Some(text) = &body.description { div.prose { (block(text, Headings::Bold)) } }
            @if !body.required { p.limits { "May be left out." } }
            @for media in &body.media { (representation(media)) }
        }
    }
}

fn representation(media: &Media) -> Markup {
    html! {
        p.media { code { (media.name) } }
        @if let Some(found) = &media.shape { (shape::whole(found)) }
        @else if media.unread { p.limits { (UNREADABLE) } }
    }
}

fn responses(operation: &Operation) -> Markup {
    html! {
        @if !operation.responses.is_empty() || !operation.undocumented.is_empty() {
            h4 { "Responses" }
            @for response in &operation.responses {
                section.response #(response.anchor) {
                    h5 {
                        span class=(status(response)) { (response.status) }
                        (mark(response.mark.as_ref()))
                        (itself(&response.anchor, &format!("status {} of {}", response.status, operation.title)))
                    }
                    @if !response.description.is_empty() { div.prose { (block(&response.description, Headings::Bold)) } }
                    @if response.unread { p.limits { (UNREADABLE) } }
                    @if !response.headers.is_empty() {
                        p.part { "Headers" }
                        (shape::fields(&response.headers))
                    }
                    @for media in &response.media { (representation(media)) }
                }
            }
            @for stray in &operation.undocumented { (undocumented(stray)) }
        }
    }
}

/// Where a mark says what a run has seen, the number itself has no colour that could say otherwise.
fn status(response: &Response) -> &'static str {
    match (&response.mark, response.good) {
        (Some(_), _) => "status plain",
        (None, true) => "status good",
        (None, false) => "status",
    }
}

fn samples(operation: &Operation) -> Markup {
    let sent = operation.body.iter().flat_map(|body| &body.media);
    html! {
        h4 { "Examples" }
        @match &operation.curl {
            Ok(line) => (code("Request", "curl", None, &html! { (line) })),
            Err(why) => p { (prose::inline(why)) },
        }
        @for example in sent.flat_map(|media| &media.examples) {
            // One of them is in the line for curl already.
            @if !operation.curl.as_ref().is_ok_and(|line| line.contains(&example.text)) { (sample("Request", example)) }
        }
        @for response in &operation.responses { (answers(response)) }
    }
}

fn answers(response: &Response) -> Markup {
    html! {
        @for example in response.media.iter().flat_map(|media| &media.examples) {
            (sample(&response.status, example))
        }
    }
}

fn sample(kind: &str, example: &Example) -> Markup {
    let title = if example.title == "Example" { "" } else { &example.title };
    let text = if example.json {
        highlighted(&example.text)
    } else {
        html! { (example.text) }
    };
    code(kind, title, Some(example.origin), &text)
}

fn code(kind: &str, title: &str, origin: Option<Origin>, text: &Markup) -> Markup {
    html! {
        figure data-copy {
            figcaption {
                strong { (kind) } " " (title)
                @match origin {
                    Some(Origin::Recorded) => { " " span.flag { "recorded" } }
                    Some(Origin::Made) => { " " span.flag { "made from the schema" } }
                    _ => {}
                }
            }
            pre { code { (text) } }
        }
    }
}

fn errors(operation: &Operation) -> Markup {
    let (errors, unknown) = (&operation.errors, &operation.unknown_codes);
    let marked = !unknown.is_empty() || errors.iter().any(|error| error.mark.is_some());
    html! {
        @if !errors.is_empty() || !unknown.is_empty() {
            h4 { "Error codes" }
            div.scroll tabindex="0" role="group" aria-label="Error codes" {
                table {
                    thead { tr {
                        th scope="col" { "Code" } th scope="col" { "Status" } th scope="col" { "When" }
                        th scope="col" { "Meaning" } th scope="col" { "What to do" }
                        @if marked { th scope="col" { "Verified" } }
                    } }
                    tbody {
                        @for error in errors { (error_row(error, marked)) }
                        @for (code, came) in unknown {
                            tr {
                                th scope="row" { code { (code) } }
                                td {}
                                td colspan="3" { "Not in the catalogue." }
                                td { @for stray in came { (came_with(stray)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn error_row(error: &ErrorCode, marked: bool) -> Markup {
    html! {
        tr #(error.anchor) {
            th scope="row" { a href={ "#" (error.anchor) } { code { (error.code) } } }
            td { (error.status) }
            td { (prose::inline(&error.when)) }
            td { @if let Some(text) = &error.meaning { (prose::inline(text)) } }
            td { @if let Some(text) = &error.fix { (prose::inline(text)) } }
            @if marked {
                td {
                    (mark(error.mark.as_ref()))
                    @for stray in &error.elsewhere { (came_with(stray)) }
                }
            }
        }
    }
}

fn promises(operation: &Operation) -> Markup {
    html! {
        @if !operation.promises.is_empty() {
            h4 { "What holds" }
            ul.rules { @for one in &operation.promises { li { (promise(one)) } } }
        }
        @if !operation.unique.is_empty() {
            h4 { "What must be unique" }
            ul.rules { @for one in &operation.unique { li { (prose::inline(one)) } } }
        }
        @if !operation.unknown.is_empty() {
            h4 { "What is not known" }
            ul.rules { @for one in &operation.unknown { li { (prose::inline(one)) } } }
        }
    }
}

fn promise(promise: &Promise) -> Markup {
    html! {
        (prose::inline(&promise.words))
        @if promise.usual { " " span.flag { "usual, not promised" } }
        (mark(promise.mark.as_ref()))
        @if let Some(text) = &promise.because { " " span.because { (prose::inline(text)) } }
    }
}

/// JSON with its names and values told apart.
fn highlighted(json: &str) -> Markup {
    let mut out = String::with_capacity(json.len() * 2);
    let mut rest = json;
    while let Some(first) = rest.chars().next() {
        let (length, class) = match first {
            '"' => {
                let end = string_end(rest);
                let name = rest[end..].starts_with(':');
                (end, if name { "k" } else { "s" })
            }
            '-' | '0'..='9' | 't' | 'f' | 'n' => {
                let end = rest.find([',', '\n', ']', '}', ' ']).unwrap_or(rest.len());
                (end, "v")
            }
            other => (other.len_utf8(), ""),
        };
        let piece = &rest[..length.max(1)];
        let escaped = html! { (piece) }.into_string();
        if class.is_empty() {
            out.push_str(&escaped);
        } else {
            out.push_str(&format!("<span class=\"{class}\">{escaped}</span>"));
        }
        rest = &rest[piece.len()..];
    }
    PreEscaped(out)
}

/// Where a string ends that begins here.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (index, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coloured_json_is_the_same_text() {
        let text = "{\n  \"a\\\"<\": [1.50, true, null, \"x\"]\n}";
        let html = highlighted(text).into_string();
        let plain =
            html.replace("</span>", "").replace("<span class=\"k\">", "").replace("<span class=\"s\">", "");
        let plain = plain.replace("<span class=\"v\">", "");
        assert_eq!(plain.replace("&quot;", "\"").replace("&lt;", "<"), text);
    }
}
