//! What every page is made of that people open in a browser: one file that needs nothing else, no
//! network, and no script to be read.
//!
//! The policy in its head allows the style and the script that are in it, and nothing else.

mod anchor;

pub(crate) use anchor::Anchors;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("base.css");
const SCRIPT: &str = include_str!("base.js");

/// What a page has of its own. Its body holds `#main`, where the link past everything else leads,
/// and `#theme`, the button that changes light and dark.
pub(crate) struct Page<'p> {
    pub(crate) title: &'p str,
    /// What search engines and previews of links tell.
    pub(crate) description: Option<&'p str>,
    pub(crate) style: &'p str,
    /// It goes on where the script of every page ends.
    pub(crate) script: &'p str,
    pub(crate) body: Markup,
}

impl Page<'_> {
    /// The page as text.
    pub(crate) fn text(self) -> String {
        let style = format!("{}\n{}", STYLE.trim(), self.style.trim());
        let script = format!("(() => {{\n'use strict';\n{}\n{}\n}})();", SCRIPT.trim(), self.script.trim());
        let policy = format!(
            "default-src 'none'; img-src data:; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
            digest(&style),
            digest(&script)
        );
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="referrer" content="no-referrer";
                    meta name="color-scheme" content="light dark";
                    meta name="generator" content={ "Probity " (env!("CARGO_PKG_VERSION")) };
                    @if let Some(words) = self.description { meta name="description" content=(words); }
                    // The smallest icon there is: without one, browsers ask for it.
                    link rel="icon" href="data:,";
                    title { (self.title) }
                    style { (PreEscaped(style)) }
                }
                body {
                    a.skip href="#main" { "Skip to content" }
                    (self.body)
                    script { (PreEscaped(script)) }
                }
            }
        };
        let mut text = page.into_string();
        text.push('\n');
        text
    }
}

/// A link of a place to itself.
pub(crate) fn itself(anchor: &str, name: &str) -> Markup {
    html! { " " a.self href={ "#" (anchor) } aria-label={ "Link to " (name) } { "#" } }
}

/// The method of an operation.
pub(crate) fn method(name: &str) -> Markup {
    let class = match name {
        "GET" | "HEAD" | "OPTIONS" | "TRACE" | "QUERY" => "get",
        "DELETE" => "delete",
        "POST" => "post",
        _ => "put",
    };
    html! { span class={ "method " (class) } { (name) } }
}

/// A path that may break after each slash.
pub(crate) fn breakable(path: &str) -> Markup {
    html! { @for piece in path.split_inclusive('/') { (piece) wbr; } }
}

/// Text between tags, where quotes stand for themselves: JSON is a fifth shorter for it.
pub(crate) fn text(text: &str) -> Markup {
    PreEscaped(text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

fn digest(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_allows_just_the_style_and_the_script_of_the_page() {
        let page = Page {
            title: "<b>",
            description: None,
            style: "p { margin: 0 }",
            script: "0;",
            body: html! { main #main {} },
        };
        let text = page.text();
        let within = |from: &str, to: &str| {
            let start = text.find(from).unwrap() + from.len();
            &text[start..start + text[start..].find(to).unwrap()]
        };
        for (kind, content) in
            [("style-src", within("<style>", "</style>")), ("script-src", within("<script>", "</script>"))]
        {
            assert!(text.contains(&format!("{kind} 'sha256-{}';", digest(content))), "{kind}");
        }
        assert_eq!(super::text("<b>\"&amp;").into_string(), "&lt;b&gt;\"&amp;amp;");
        assert!(!text.contains("unsafe") && text.contains("<title>&lt;b&gt;</title>"));
    }
}
