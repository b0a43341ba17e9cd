//! Odd inputs that crash a careless host.

use super::change::Change;
use super::request::is_of_members;
use super::{Class, Defect, Site};
use crate::contract::model::is_json;
use crate::host::intake::Asked;
use crate::json::{self, Kind, Node};
use crate::wire::body::Notation;
use http::header;

/// Tells whether a request holds an odd input.
pub(in crate::host) type Test = fn(&Inspected<'_>) -> bool;

/// A kind of odd input.
#[derive(Clone, Copy, Debug)]
pub(in crate::host) struct Input {
    test: Test,
}

/// A request as crashes look at it.
pub(in crate::host) struct Inspected<'r> {
    bytes: &'r [u8],
    media: Option<&'r str>,
    root: Option<Node>,
    duplicates: bool,
}

const KINDS: &[(&str, &str, Test)] = &[
    ("quote", "a quotation mark in text", |input| input.letter(|c| c == '"')),
    ("apostrophe", "an apostrophe in text", |input| input.letter(|c| c == '\'')),
    ("backslash", "a backslash in text", |input| input.letter(|c| c == '\\')),
    ("markup", "`<` in text", |input| input.letter(|c| c == '<')),
    ("percent", "`%` in text", |input| input.letter(|c| c == '%')),
    ("template", "`${` in text", |input| input.text(|text| text.contains("${"))),
    ("line-break", "a line break in text", |input| input.letter(|c| c == '\n')),
    ("nul", "U+0000 in text", |input| input.letter(|c| c == '\0')),
    ("non-ascii", "a letter that is not ASCII", |input| input.letter(|c| !c.is_ascii())),
    ("han", "a letter beyond U+3000", |input| input.letter(|c| c >= '\u{3000}')),
    ("right-to-left", "a letter of a script from right to left", |input| {
        input.letter(|c| ('\u{590}'..='\u{6ff}').contains(&c))
    }),
    ("combining", "a combining mark", |input| input.letter(|c| ('\u{300}'..='\u{36f}').contains(&c))),
    ("emoji", "a character beyond 16 bits", |input| input.letter(|c| c > '\u{ffff}')),
    ("empty-text", "empty text", |input| input.text(str::is_empty)),
    ("blank-text", "text of spaces only", |input| {
        input.text(|text| !text.is_empty() && text.trim().is_empty())
    }),
    ("long-text", "text of more than 255 characters", |input| input.text(|text| text.chars().count() > 255)),
    ("longer-text", "text of more than 65535 characters", |input| {
        input.text(|text| text.chars().count() > 65_535)
    }),
    ("zero", "the number 0", |input| input.number(|number, _| number == 0.0)),
    ("negative", "a negative number", |input| input.number(|number, _| number < 0.0)),
    ("beyond-int32", "a number beyond 32 bits", |input| {
        input.number(|number, _| number.abs() > 2_147_483_647.0)
    }),
    ("beyond-int64", "a number beyond 64 bits", |input| {
        input.number(|number, _| number.abs() > 9_223_372_036_854_775_807.0)
    }),
    ("fraction", "a number with a point", |input| input.number(|_, token| token.contains('.'))),
    ("exponent", "a number with an exponent", |input| input.number(|_, token| token.contains(['e', 'E']))),
    ("null", "null", |input| input.node(|node| node.kind == Kind::Null)),
    ("boolean", "a boolean", |input| input.node(|node| matches!(node.kind, Kind::Bool(_)))),
    ("list", "a list", |input| input.node(|node| matches!(node.kind, Kind::Array(_)))),
    ("nested", "more than 32 levels", |input| input.root.as_ref().is_some_and(|root| root.depth() > 32)),
    ("null-body", "null in place of a body", |input| input.whole(|kind| *kind == Kind::Null)),
    ("list-body", "a list in place of a body", |input| input.whole(|kind| matches!(kind, Kind::Array(_)))),
    ("text-body", "text in place of a body", |input| input.whole(|kind| matches!(kind, Kind::String(_)))),
    ("duplicate-key", "a key twice", |input| input.duplicates),
    ("no-body", "no body", |input| input.bytes.is_empty()),
    ("not-json", "a body that is not JSON", |input| !input.bytes.is_empty() && input.root.is_none()),
    ("invalid-utf-8", "bytes that are not UTF-8", |input| std::str::from_utf8(input.bytes).is_err()),
    ("byte-order-mark", "a byte order mark", |input| input.bytes.starts_with(b"\xef\xbb\xbf")),
    ("large-body", "a body of more than 64 KiB", |input| input.bytes.len() > 65_536),
    ("no-media-type", "no media type", |input| input.media.is_none() && !input.bytes.is_empty()),
    ("other-media-type", "a media type that is not JSON", |input| {
        input.media.is_some_and(|media| !is_json(media))
    }),
];

/// The same for forms and parts, by their bytes.
const OF_MEMBERS: &[(&str, &str, Test)] = &[
    ("plus", "a plus sign in a form", |input| input.holds("%2B")),
    ("percent", "a percent sign in a form", |input| input.holds("%25")),
    ("beyond-ascii", "text beyond ASCII", |input| input.holds("%C3") || !input.bytes.is_ascii()),
    ("broken-percent", "a percent sign without two digits", |input| input.holds("%zz")),
    ("invalid-utf-8", "bytes that are not UTF-8", |input| {
        std::str::from_utf8(input.bytes).is_err() && !input.holds("filename=")
    }),
    ("no-body", "no body", |input| input.bytes.is_empty()),
    ("large-body", "a body of more than 64 KiB", |input| input.bytes.len() > 65_536),
    ("long-text", "more than 255 equal letters", |input| input.holds(&"x".repeat(255))),
    ("empty-text", "a member with nothing in it", |input| {
        input.bytes.ends_with(b"=") || input.holds("=&") || input.holds("\r\n\r\n\r\n")
    }),
    ("number-as-text", "letters where others have a number", |input| input.holds("=text")),
    ("no-media-type", "no media type", |input| input.media.is_none() && !input.bytes.is_empty()),
];

/// The same for parts alone.
const OF_PARTS: &[(&str, &str, Test)] = &[
    ("file-name-beyond-ascii", "a file name beyond ASCII", |input| {
        input.file_names().any(|name| !name.is_ascii())
    }),
    ("file-name-quotes", "a file name with quotes", |input| {
        input.file_names().any(|name| contains(name, b"%22"))
    }),
    ("file-name-path", "a file name that is a path", |input| {
        input.file_names().any(|name| contains(name, b"../"))
    }),
    ("no-file-name", "an empty file name", |input| input.file_names().any(<[u8]>::is_empty)),
    ("no-boundary", "no boundary", |input| {
        input.media.is_some_and(|media| media.starts_with("multipart/") && !media.contains("boundary="))
    }),
    ("cut", "parts without an end", |input| !input.bytes.is_empty() && !input.holds("--probity--")),
];

/// What is about bodies that are written member by member.
fn of_members(site: &mut Site<'_>) {
    let content = site.operation.body.iter().flat_map(|body| &body.content);
    let Some(media) = content.filter(|media| !media.unread).find(|media| is_of_members(media)) else {
        return;
    };
    let parts = if Notation::of(&media.name) == Notation::Parts { OF_PARTS } else { &[] };
    let of_forms = |name: &str| ["plus", "percent", "broken-percent", "number-as-text"].contains(&name);
    let kinds = OF_MEMBERS.iter().filter(|(name, ..)| parts.is_empty() || !of_forms(name));
    let at = media.at.clone();
    for (name, words, test) in kinds.chain(parts) {
        let defect = Defect::Answer { status: None, every: 1, change: Change::Crash(Input { test: *test }) };
        site.plant(Class::Input, &format!("input/{name}"), &at, format!("{words} ends in a 500"), defect);
    }
}

fn contains(text: &[u8], wanted: &[u8]) -> bool {
    memchr::memmem::find(text, wanted).is_some()
}

pub(super) fn derive(site: &mut Site<'_>) {
    let Some(media) = site.operation.json_body() else { return of_members(site) };
    let at = media.at.clone();
    for (name, words, test) in KINDS {
        let defect = Defect::Answer { status: None, every: 1, change: Change::Crash(Input { test: *test }) };
        site.plant(Class::Input, &format!("input/{name}"), &at, format!("{words} ends in a 500"), defect);
    }
}

impl Input {
    /// Whether a request holds it.
    pub(super) fn is_in(self, asked: &Asked<'_>) -> bool {
        let bytes = asked.body.unwrap_or_default();
        let text = json::read(bytes).ok();
        let media = asked.headers.get(header::CONTENT_TYPE).and_then(|media| media.to_str().ok());
        let duplicates = text.as_ref().is_some_and(|text| !text.duplicates.is_empty());
        (self.test)(&Inspected { bytes, media, root: text.map(|text| text.root), duplicates })
    }
}

impl Inspected<'_> {
    fn holds(&self, text: &str) -> bool {
        contains(self.bytes, text.as_bytes())
    }

    /// What its files are called.
    fn file_names(&self) -> impl Iterator<Item = &[u8]> {
        const MARK: &[u8] = b"filename=\"";
        memchr::memmem::find_iter(self.bytes, MARK).map(|at| {
            let rest = &self.bytes[at + MARK.len()..];
            &rest[..rest.iter().position(|byte| *byte == b'"').unwrap_or(rest.len())]
        })
    }

    fn node(&self, test: impl Fn(&Node) -> bool) -> bool {
        let mut open: Vec<&Node> = self.root.iter().collect();
        while let Some(node) = open.pop() {
            if test(node) {
                return true;
            }
            match &node.kind {
                Kind::Array(items) => open.extend(items),
                Kind::Object(members) => open.extend(members.iter().map(|member| &member.value)),
                _ => {}
            }
        }
        false
    }

    fn text(&self, test: impl Fn(&str) -> bool) -> bool {
        self.node(|node| matches!(&node.kind, Kind::String(text) if test(text)))
    }

    fn letter(&self, test: impl Fn(char) -> bool) -> bool {
        self.text(|text| text.chars().any(&test))
    }

    fn number(&self, test: impl Fn(f64, &str) -> bool) -> bool {
        self.node(|node| {
            matches!(&node.kind, Kind::Number(token) if token.parse().is_ok_and(|number| test(number, token)))
        })
    }

    fn whole(&self, test: impl Fn(&Kind) -> bool) -> bool {
        self.root.as_ref().is_some_and(|root| test(&root.kind))
    }
}
