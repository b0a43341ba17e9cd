//! Text that is safe to show: JSON in two-space form, and text without hidden characters.

use crate::json::{Kind, Node};
use std::fmt::Write as _;

/// JSON in two-space form; a number keeps its digits, a repeated member stands as often as it came.
pub(super) fn pretty(node: &Node) -> String {
    let mut out = String::new();
    write(node, 0, &mut out);
    out
}

/// JSON without the order of members: equal for what a client cannot tell apart.
pub(super) fn canonical(node: &Node) -> String {
    let mut node = node.clone();
    sort(&mut node);
    pretty(&node)
}

fn sort(node: &mut Node) {
    match &mut node.kind {
        Kind::Array(items) => items.iter_mut().for_each(sort),
        Kind::Object(members) => {
            members.sort_by(|a, b| a.key.cmp(&b.key));
            for member in members {
                sort(&mut member.value);
            }
        }
        _ => {}
    }
}

fn write(node: &Node, depth: usize, out: &mut String) {
    let line = |out: &mut String, index: usize, depth: usize| {
        out.push_str(if index == 0 { "\n" } else { ",\n" });
        (0..depth).for_each(|_| out.push_str("  "));
    };
    let end = |out: &mut String, close: char| {
        out.push('\n');
        (0..depth).for_each(|_| out.push_str("  "));
        out.push(close);
    };
    match &node.kind {
        Kind::Null => out.push_str("null"),
        Kind::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Kind::Number(digits) => out.push_str(digits),
        Kind::String(text) => quote(text, out),
        Kind::Array(items) if items.is_empty() => out.push_str("[]"),
        Kind::Object(members) if members.is_empty() => out.push_str("{}"),
        Kind::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                line(out, index, depth + 1);
                write(item, depth + 1, out);
            }
            end(out, ']');
        }
        Kind::Object(members) => {
            out.push('{');
            for (index, member) in members.iter().enumerate() {
                line(out, index, depth + 1);
                quote(&member.key, out);
                out.push_str(": ");
                write(&member.value, depth + 1, out);
            }
            end(out, '}');
        }
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_hidden(c) => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// One line of text with hidden characters as escapes and without white space at its end.
pub(super) fn plain(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for c in line.trim_end().chars() {
        if c != '\t' && is_hidden(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    out
}

/// Characters that a terminal obeys, or that a reader does not see.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0xad | 0x61c | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff
            | 0xfff9..=0xfffb | 0xe_0000..=0xe_007f)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(json: &str) -> String {
        pretty(&crate::json::read(json.as_bytes()).unwrap().root)
    }

    #[test]
    fn numbers_keep_their_digits_and_members_their_order() {
        assert_eq!(
            shown(r#"{"b":1.00,"a":[12345678901234567890123,{}],"b":[]}"#),
            "{\n  \"b\": 1.00,\n  \"a\": [\n    12345678901234567890123,\n    {}\n  ],\n  \"b\": []\n}"
        );
    }

    #[test]
    fn hidden_characters_are_escaped_and_the_text_stays_json() {
        let text = "\"\\u001b[31m \u{202e}x\u{e0041} é 😀\"";
        let escaped = shown(text);
        assert_eq!(escaped, r#""\u001b[31m \u202ex\udb40\udc41 é 😀""#);
        assert_eq!(shown(&escaped), escaped);
        assert_eq!(plain("a\u{1b}[0m b \t"), "a\\u{1b}[0m b");
    }
}
