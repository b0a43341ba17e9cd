//! One page that needs nothing else: no network, and no script to be read.

mod failures;
mod operation;
mod shape;

use super::model::{Group, Link, Reference, Run};
use super::prose::{self, Headings, block};
use super::tally;
use crate::page::{Page, itself, method};
use maud::{Markup, html};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// More operations and schemas are laid out only where they come into sight.
const FEW: usize = 30;

/// The page of a reference.
pub(super) fn page(reference: &Reference) -> String {
    let title = if reference.title.is_empty() { "API reference" } else { &reference.title };
    let summary = reference.description.as_deref().map(prose::plain).map(|text| start(&text));
    let entries =
        reference.groups.iter().map(|group| group.operations.len()).sum::<usize>() + reference.shared.len();
    let body = html! {
        (top(reference, title))
        (contents(reference))
        main #main .long[entries > FEW] tabindex="-1" {
            (overview(reference, title))
            (authentication(reference))
            @for group in &reference.groups { (group_section(group)) }
            (schemas(reference))
            p #nothing hidden role="status" { "Nothing here matches the search." }
        }
        (footer(&reference.file))
    };
    Page { title, description: summary.as_deref(), style: STYLE, script: SCRIPT, body }.text()
}

/// The last words of the page; [`is_ours`] knows it by them.
fn footer(file: &str) -> Markup {
    html! {
        footer { p { "Made from " code { (file) } " by Probity " (env!("CARGO_PKG_VERSION")) "." } }
    }
}

/// Whether a page was made here.
pub(super) fn is_ours(page: &str) -> bool {
    let end = page.rfind("<footer><p>Made from <code>").map(|at| &page[at..]);
    end.is_some_and(|end| end.contains("</code> by Probity "))
}

fn start(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(200).collect()
}

fn top(reference: &Reference, title: &str) -> Markup {
    html! {
        header #top {
            a.brand href="#overview" {
                strong { (title) }
                @if !reference.version.is_empty() { " " span.version { (reference.version) } }
            }
            button #theme type="button" hidden { "Dark" }
        }
    }
}

fn contents(reference: &Reference) -> Markup {
    html! {
        nav #contents aria-label="Contents" {
            div.search hidden {
                label for="search" { "Search" }
                input #search type="search" autocomplete="off" spellcheck="false" placeholder="Operation, path, field, code";
                p #found role="status" {}
            }
            details open {
                summary { "Contents" }
                ul {
                    li { a href="#overview" { "Overview" } }
                    @if !reference.schemes.is_empty() { li { a href="#authentication" { "Authentication" } } }
                }
                @for group in &reference.groups {
                    p { a href={ "#" (group.anchor) } { (group.name) } }
                    ul {
                        @for operation in &group.operations {
                            li data-for=(operation.anchor) {
                                a href={ "#" (operation.anchor) } {
                                    (method(&operation.method)) " " span { (operation.title) }
                                }
                            }
                        }
                    }
                }
                @if !reference.shared.is_empty() {
                    p { a href="#schemas" { "Schemas" } }
                    ul {
                        @for shared in &reference.shared {
                            li data-for=(shared.anchor) { a href={ "#" (shared.anchor) } { (shared.name) } }
                        }
                    }
                }
            }
        }
    }
}

fn overview(reference: &Reference, title: &str) -> Markup {
    html! {
        section #overview aria-labelledby="overview-title" {
            h1 #overview-title { (title) }
            @if let Some(run) = &reference.run { (verified(run, reference)) }
            @if let Some(profile) = &reference.profile { (remembered(profile, reference)) }
            @if let Some(text) = &reference.description { div.prose { (block(text, Headings::From(2))) } }
            @if !reference.servers.is_empty() {
                h2 { "Servers" }
                @for server in &reference.servers {
                    p { code { (server.url) } }
                    @if let Some(text) = &server.description { div.prose { (block(text, Headings::Bold)) } }
                }
            }
            @if !reference.webhooks.is_empty() {
                h2 { "Webhooks" }
                p { "Requests that the host sends. They are named here and not described." }
                ul {
                    @for webhook in &reference.webhooks {
                        li {
                            code { (webhook.name) }
                            @if let Some(summary) = &webhook.summary { ": " (summary) }
                        }
                    }
                }
            }
            @if !reference.components.is_empty() {
                h2 { "Components" }
                p {
                    "The contract describes no operation. What it has for other documents is named here and not described."
                }
                ul {
                    @for (kind, names) in &reference.components {
                        li {
                            code { (kind) } ": "
                            @for (index, name) in names.iter().enumerate() {
                                @if index > 0 { ", " }
                                code { (name) }
                            }
                        }
                    }
                }
            }
            @if !reference.undescribed.is_empty() {
                h2 { "Not described" }
                p { "A part of the contract that cannot be read keeps these operations out of the reference." }
                ul {
                    @for broken in &reference.undescribed {
                        li { code { (broken.operation) } ": " (broken.why) " (" code { (broken.at) } ")" }
                    }
                }
            }
        }
    }
}

fn verified(run: &Run, reference: &Reference) -> Markup {
    let failed: Vec<_> =
        reference.operations().filter_map(|one| Some((one, one.failures.as_ref()?))).collect();
    html! {
        div.note.broken[run.broken > 0] {
            p {
                "Verified against " code { (run.target) } " on " (run.date) ", version " (run.version)
                ". Examples marked “recorded” come from that run."
            }
            @if let Some(why) = &run.incomplete { p { "The run was no whole one: " (why) "." } }
            p { strong { (tally::outcome(run.broken, run.warned)) } }
            (counts(reference))
            @if !failed.is_empty() {
                p { "What is wrong:" }
                ul {
                    @for (operation, failures) in failed {
                        li { a href={ "#" (failures.anchor) } { (operation.title) } ", " (failures.each.len()) }
                    }
                }
            }
        }
    }
}

fn counts(reference: &Reference) -> Markup {
    html! { ul { @for line in tally::lines(reference) { li { (line) } } } }
}

fn remembered(profile: &str, reference: &Reference) -> Markup {
    html! {
        div.note {
            p {
                "Marks and examples called “recorded” come from the snapshots " code { (profile) }
                ": behaviour that somebody has seen and agreed to. Snapshots name no target and no date, and do not say whether a rule held."
            }
            (counts(reference))
        }
    }
}

fn authentication(reference: &Reference) -> Markup {
    html! {
        @if !reference.schemes.is_empty() {
            section #authentication aria-labelledby="authentication-title" {
                h2 #authentication-title { "Authentication" }
                @for scheme in &reference.schemes {
                    section #(scheme.anchor) {
                        h3 { code { (scheme.name) } (itself(&scheme.anchor, &scheme.name)) }
                        div.prose {
                            p { (prose::inline(&scheme.carries)) }
                            @if let Some(text) = &scheme.description { (block(text, Headings::From(4))) }
                        }
                    }
                }
            }
        }
    }
}

fn group_section(group: &Group) -> Markup {
    let title = format!("{}-title", group.anchor);
    html! {
        section.group #(group.anchor) aria-labelledby=(title) {
            h2 #(title) { (group.name) (itself(&group.anchor, &group.name)) }
            @if let Some(text) = &group.description { div.prose { (block(text, Headings::From(3))) } }
            @for one in &group.operations { (operation::section(one)) }
        }
    }
}

fn schemas(reference: &Reference) -> Markup {
    html! {
        @if !reference.shared.is_empty() {
            section.group #schemas aria-labelledby="schemas-title" {
                h2 #schemas-title { "Schemas" }
                @for shared in &reference.shared {
                    section.entry.schema #(shared.anchor) {
                        h3 { (shared.name) (itself(&shared.anchor, &shared.name)) }
                        (shape::whole(&shared.shape))
                    }
                }
            }
        }
    }
}

fn link(link: &Link) -> Markup {
    html! {
        @if link.anchor.is_empty() { code { (link.name) } }
        @else { a href={ "#" (link.anchor) } { code { (link.name) } } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_known_by_its_last_words_in_any_version() {
        let page = format!("<main>…</main>{}", footer("a<b.yaml").into_string());
        assert!(is_ours(&page));
        assert!(is_ours(&page.replace(env!("CARGO_PKG_VERSION"), "0.0.1")));
        assert!(!is_ours("<footer><p>Made by hand</p></footer>"));
        assert!(!is_ours(&page.replace("Probity", "Antora")));
    }
}
