//! Markdown of contracts in Markdown files: it keeps its marks, and can do no more than on the page.
//!
//! Only what some renderer could take for markup is changed, and what comes of it is read again
//! until nothing is left to change.

use super::prose;
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag};
use regex::{Captures, Regex};
use std::ops::Range;
use std::sync::LazyLock;

/// What is not settled after so many readings was made to confuse them.
const READINGS: usize = 8;

/// Comments, what a browser runs or applies, tags, and whatever else could begin one.
static MARKUP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?is)<!--.*?-->|<script\b.*?</script\s*>|<style\b.*?</style\s*>|<(/?)([a-z][a-z0-9]*)\b((?:[^<>"']|"[^"]*"|'[^']*')*)>|<"#,
    )
    .ok()
});

static HREF: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)\bhref\s*=\s*(?:"([^"<>]*)"|'([^"'<>]*)')"#).ok());

/// Paragraphs, lists, tables.
pub fn harmless(markdown: &str) -> String {
    let mut text = settled(markdown, "");
    // What follows in the file must not stand in a fence that nothing closes.
    let mut fence = None;
    let probe = format!("{text}\n\nx");
    for (event, range) in parser(&probe).into_offset_iter() {
        if matches!(event, Event::Start(Tag::CodeBlock(_))) && range.end == probe.len() {
            let mark = probe[range].trim_start();
            let end = mark.find(|letter| letter != '`' && letter != '~').unwrap_or(mark.len());
            fence = Some(mark[..end].to_owned());
        }
    }
    if let Some(fence) = fence.filter(|fence| !fence.is_empty()) {
        text.push_str(&format!("\n{fence}"));
    }
    text
}

/// What stands on one line, after other words.
pub fn harmless_line(markdown: &str) -> String {
    settled(markdown, "x ")
}

fn settled(markdown: &str, before: &str) -> String {
    let mut text = format!("{before}{markdown}");
    for _ in 0..READINGS {
        let edits = edits(&text);
        if edits.is_empty() {
            return text[before.len()..].to_owned();
        }
        for (range, with) in edits.into_iter().rev() {
            text.replace_range(range, &with);
        }
    }
    text[before.len()..].replace('<', "&lt;").replace('[', "&#91;")
}

fn parser(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH)
}

/// What must change, from front to back, none of it within another.
fn edits(text: &str) -> Vec<(Range<usize>, String)> {
    let parser = parser(text);
    let definitions = parser.reference_definitions().iter();
    let mut edits: Vec<(Range<usize>, String)> = definitions
        .filter(|(_, definition)| !may_lead_to(&definition.dest))
        .map(|(_, definition)| (definition.span.start..definition.span.start, "\\".to_owned()))
        .collect();
    for (event, range) in parser.into_offset_iter() {
        match event {
            Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_) => {
                let clean = tags(&text[range.clone()]);
                if clean != text[range.clone()] {
                    edits.push((range, clean));
                }
            }
            Event::Start(Tag::Link { dest_url, link_type, .. }) if !may_lead_to(&dest_url) => {
                let start = range.start;
                edits.push(match link_type {
                    LinkType::Autolink | LinkType::Email => (start..start + 1, "&lt;".to_owned()),
                    _ => (start..start, "\\".to_owned()),
                });
            }
            // Nothing is fetched: what a picture shows is told, and where it is.
            Event::Start(Tag::Image { .. }) => edits.push((range.start..range.start + 1, String::new())),
            _ => {}
        }
    }
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    edits.dedup_by(|later, earlier| later.0.start < earlier.0.end || later == earlier);
    edits
}

/// Where a link may lead: out into the web, or to another file of ours.
fn may_lead_to(url: &str) -> bool {
    let url: String = url.chars().filter(|letter| *letter > ' ').collect::<String>().to_lowercase();
    let scheme = url.split(['/', '?', '#']).next().and_then(|start| start.split_once(':'));
    scheme.is_none_or(|(scheme, _)| matches!(scheme, "http" | "https" | "mailto")) && !url.starts_with("//")
}

/// Markup with the tags that the page allows, and without their attributes.
fn tags(html: &str) -> String {
    let Some(markup) = &*MARKUP else { return html.replace('<', "&lt;") };
    let allowed = prose::tags();
    markup
        .replace_all(html, |found: &Captures<'_>| {
            let Some(name) = found.get(2).map(|name| name.as_str().to_lowercase()) else {
                return if &found[0] == "<" { "&lt;".to_owned() } else { String::new() };
            };
            // A block that begins with it ends with it only, not where its Markdown does.
            if name == "pre" || !allowed.contains(name.as_str()) {
                return String::new();
            }
            let href = HREF.as_ref().filter(|_| name == "a").and_then(|href| href.captures(&found[3]));
            let href = href.and_then(|href| href.get(1).or(href.get(2)).map(|url| url.as_str().to_owned()));
            match href.filter(|url| !url.contains('&') && may_lead_to(url)) {
                Some(url) => format!("<{}{name} href=\"{url}\">", &found[1]),
                None => format!("<{}{name}>", &found[1]),
            }
        })
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_stays_as_it_is() {
        for text in [
            "# A\n\n- *b* `<script>` [c](https://example.org/?a=b:c)\n\n| a |\n| :-- |\n| b<br>c |\n",
            "```html\n<img src=x onerror=alert(1)>\n```",
            "    <script>\n",
            "<https://example.org> and [a](schemas.md#schema-Tree), 1 < 2",
            "<b>bold</b> and <a href=\"https://example.org/a?b\">a</a>",
            "<details>\n<summary>More</summary>\n\n*text*\n\n</details>",
        ] {
            assert_eq!(harmless(text), text);
        }
        assert_eq!(harmless_line("# `<a>`<br>b"), "# `<a>`<br>b");
    }

    #[test]
    fn markup_does_nothing() {
        for (text, clean) in [
            ("a <script>alert(1)</script> b", "a alert(1) b"),
            ("<script>\nalert(1)\n\n</script>\n", "\n"),
            ("<p onclick=\"x()\" style='y'>a</p>", "<p>a</p>"),
            ("a <img src=x onerror=alert(1)> b", "a  b"),
            ("<!-- a", "&lt;!-- a"),
            ("<div\nonclick=x", "&lt;div\nonclick=x"),
            ("[a](javascript:alert(1))", "\\[a](javascript:alert(1))"),
            ("[a]( java\tscript:alert(1))", "[a]( java\tscript:alert(1))"),
            ("[a](&#106;avascript:x)", "\\[a](&#106;avascript:x)"),
            ("<javascript:alert(1)>", "&lt;javascript:alert(1)>"),
            ("[a][b]\n\n[b]: data:text/html,x", "\\[a][b]\n\n\\[b]: data:text/html,x"),
            ("![a](https://evil.example/x)", "[a](https://evil.example/x)"),
            ("<a href=\"javascript:x\">a</a>", "<a>a</a>"),
            ("<a href=\"&#106;avascript:x\">a</a>", "<a>a</a>"),
            ("<pre>\na", "\na"),
        ] {
            assert_eq!(harmless(text), clean, "{text}");
        }
        assert_eq!(harmless_line("    <script>"), "    ");
    }

    #[test]
    fn a_fence_that_nothing_closes_is_closed() {
        assert_eq!(harmless("a\n~~~~ x\nb"), "a\n~~~~ x\nb\n~~~~");
        assert_eq!(harmless("a\n```\nb\n```"), "a\n```\nb\n```");
        assert_eq!(harmless("- ```\n  b"), "- ```\n  b");
    }
}
