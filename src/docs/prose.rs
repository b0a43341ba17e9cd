//! Markdown of contracts as HTML that can do nothing: rendered by one library, sanitised by
//! another.

use ammonia::{Builder, UrlRelative};
use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::LazyLock;

/// What becomes of headings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Headings {
    /// The highest gets this level, so that the page keeps its outline.
    From(u8),
    /// They become bold text.
    Bold,
}

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .rm_tags(["img", "map", "area", "figure", "figcaption", "rp", "rt", "rtc", "ruby", "bdo", "center"])
        .generic_attributes(HashSet::new())
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"]))]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer"));
    builder
});

/// The tags that are kept where a description is written in HTML.
pub(super) fn tags() -> HashSet<&'static str> {
    CLEANER.clone_tags()
}

/// Paragraphs, lists, tables.
pub(super) fn block(markdown: &str, headings: Headings) -> Markup {
    if is_plain(markdown) {
        return html! { p { (markdown) } };
    }
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let events: Vec<Event<'_>> = Parser::new_ext(markdown, options).collect();
    let highest = events.iter().filter_map(|event| match event {
        Event::Start(Tag::Heading { level, .. }) => Some(*level as u8),
        _ => None,
    });
    let highest = highest.min().unwrap_or(1);
    let mut last = match headings {
        Headings::From(base) => base.saturating_sub(1),
        Headings::Bold => 0,
    };
    let mut open = Vec::new();
    let events = events.into_iter().flat_map(|event| match event {
        Event::Start(Tag::Heading { level, .. }) => match headings {
            Headings::From(base) => {
                let wanted = base + (level as u8 - highest);
                last = wanted.min(last + 1).min(6);
                open.push(last);
                vec![Event::Start(heading(last))]
            }
            Headings::Bold => vec![Event::Start(Tag::Paragraph), Event::Start(Tag::Strong)],
        },
        Event::End(TagEnd::Heading(_)) => match open.pop() {
            Some(level) => vec![Event::End(TagEnd::Heading(level_of(level)))],
            None => vec![Event::End(TagEnd::Strong), Event::End(TagEnd::Paragraph)],
        },
        // Nothing is fetched: what a picture shows is told, and where it is.
        Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
            vec![Event::Start(Tag::Link { link_type, dest_url, title, id })]
        }
        Event::End(TagEnd::Image) => vec![Event::End(TagEnd::Link)],
        Event::Html(text) => vec![Event::Html(without_headings(&text))],
        Event::InlineHtml(text) => vec![Event::InlineHtml(without_headings(&text))],
        other => vec![other],
    });
    let mut rendered = String::new();
    pulldown_cmark::html::push_html(&mut rendered, events);
    PreEscaped(framed(&CLEANER.clean(&rendered).to_string()))
}

/// A few words, without a paragraph around them.
pub(super) fn inline(markdown: &str) -> Markup {
    let PreEscaped(text) = block(markdown, Headings::Bold);
    let inner = text.trim().strip_prefix("<p>").and_then(|text| text.strip_suffix("</p>"));
    match inner {
        Some(inner) if !inner.contains("<p>") => PreEscaped(inner.to_owned()),
        _ => PreEscaped(text),
    }
}

/// Markdown as text, for what can hold nothing else.
pub(super) fn plain(markdown: &str) -> String {
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES);
    let mut text = String::new();
    for event in events {
        match event {
            Event::Text(piece) | Event::Code(piece) => text.push_str(&piece),
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph | TagEnd::Item) => {
                text.push(' ');
            }
            _ => {}
        }
    }
    text.trim().to_owned()
}

/// Whether Markdown and its text are the same, as far as a glance tells.
fn is_plain(markdown: &str) -> bool {
    !markdown
        .contains(['\n', '\r', '`', '*', '_', '[', '<', '&', '\\', '#', '|', '~', '!', '>', '=', '+', '\t'])
        && !markdown.starts_with(|first: char| first.is_ascii_digit() || first == '-' || first == ' ')
}

fn heading(level: u8) -> Tag<'static> {
    Tag::Heading { level: level_of(level), id: None, classes: Vec::new(), attrs: Vec::new() }
}

fn level_of(level: u8) -> HeadingLevel {
    HeadingLevel::try_from(usize::from(level)).unwrap_or(HeadingLevel::H6)
}

/// Headings that are written in HTML know nothing of the page's outline.
fn without_headings(html: &str) -> CowStr<'static> {
    static HEADING: LazyLock<Option<regex::Regex>> =
        LazyLock::new(|| regex::Regex::new(r"(?i)<(/?)h[1-6]\b[^>]*>").ok());
    match &*HEADING {
        Some(heading) => heading.replace_all(html, "<${1}strong>").into_owned().into(),
        None => html.to_owned().into(),
    }
}

/// Tables that scroll by themselves, and no heading of a column without a word.
fn framed(html: &str) -> String {
    html.replace(
        "<table>",
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table>",
    )
    .replace("</table>", "</table></div>")
    .replace("<th></th>", "<td></td>")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(markdown: &str) -> String {
        block(markdown, Headings::From(4)).into_string()
    }

    #[test]
    fn headings_keep_to_the_outline_of_the_page() {
        assert_eq!(shown("# A\n\n### B\n\n## C"), "<h4>A</h4>\n<h5>B</h5>\n<h5>C</h5>\n");
        assert_eq!(block("# A", Headings::Bold).into_string(), "<p><strong>A</strong></p>\n");
        assert!(!shown("<h1>A</h1>\n").contains("<h1"));
    }

    #[test]
    fn hostile_markup_does_nothing() {
        for hostile in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[a](javascript:alert(1))",
            "<a href=\"data:text/html,x\">a</a>",
            "<p style=\"position:fixed\" onclick=\"alert(1)\" id=\"main\" class=\"x\">a</p>",
            "<iframe src=//evil.example></iframe>",
            "![a](https://evil.example/pixel.png)",
            "<style>*{display:none}</style>",
            "<svg onload=alert(1)>",
            "<form action=//evil.example><input name=password></form>",
        ] {
            let html = shown(hostile);
            for bad in [
                "<script",
                "<img",
                "javascript:",
                "data:",
                "style",
                "onclick",
                "onerror",
                "id=",
                "class",
                "<iframe",
                "<svg",
                "<form",
                "<input",
            ] {
                assert!(!html.contains(bad), "{hostile} became {html}");
            }
        }
    }

    #[test]
    fn text_without_marks_is_as_it_was() {
        assert_eq!(shown("A name, unique."), "<p>A name, unique.</p>");
        assert_eq!(inline("A `name`.").into_string(), "A <code>name</code>.");
        assert_eq!(plain("A **bold** `name`."), "A bold name.");
    }
}
