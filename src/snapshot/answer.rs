//! What a page shows of an exchange: what a person wants to agree to, and nothing that flickers.

use super::text::{canonical, plain, pretty};
use crate::exchange::Headers;
use crate::generate::random::fnv1a;
use crate::json::Node;
use std::fmt::Write as _;

/// What a page shows of an exchange.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// There was no whole answer: the stable name of the failure.
    Failed(String),
    /// The host gave now this answer, now that.
    Unstable,
    /// An answer.
    Answered(Reply),
}

/// An answer, as a page shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The media type without parameters.
    pub media: Option<String>,
    /// The headers that the contract declares for any answer of the operation.
    pub headers: Headers,
    /// The names of those that it declares for this status, in its order.
    pub declared: Vec<String>,
    /// The body.
    pub body: Body,
}

/// What a page shows of an answer; pages that were recorded in an older form are held against that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// The headers that are declared for the status that came.
    First,
    /// The headers that are declared for any status of the operation.
    Second,
}

/// A body, as a page shows it.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Nothing.
    Empty,
    /// JSON, with placeholders.
    Json(Node),
    /// Anything else.
    Text(String),
}

/// More of a text than this is not shown.
const TEXT: usize = 2 << 10;
/// JSON longer than this is shown by its length and hash.
const JSON: usize = 64 << 10;

impl Shown {
    /// The lines under the names of the cases that got the answer.
    pub fn text(&self, form: Form) -> String {
        match self {
            Shown::Failed(kind) => format!("no answer: {kind}"),
            Shown::Unstable => "(unstable)".to_owned(),
            Shown::Answered(reply) => reply.text(form),
        }
    }
}

impl Form {
    /// That of what is recorded now.
    pub const NOW: Form = Form::Second;

    /// Its number in the header of a page.
    pub(super) fn number(self) -> u64 {
        match self {
            Form::First => 1,
            Form::Second => 2,
        }
    }

    /// The form with a number; a page without one is of the first.
    pub(super) fn numbered(number: Option<u64>) -> Form {
        if number.is_some_and(|number| number >= 2) { Form::Second } else { Form::First }
    }
}

impl Reply {
    /// The headers that a form shows.
    fn headers(&self, form: Form) -> Vec<(&str, &str)> {
        match form {
            Form::First => {
                let all = || self.headers.iter();
                self.declared.iter().flat_map(|name| all().filter(move |(known, _)| known == name)).collect()
            }
            Form::Second => self.headers.iter().collect(),
        }
    }

    fn text(&self, form: Form) -> String {
        let mut out = self.status.to_string();
        if let Some(media) = &self.media {
            let _ = write!(out, " {}", plain(media));
        }
        for (name, value) in self.headers(form) {
            let _ = write!(out, "\n{}: {}", plain(name), plain(value).trim_start());
            out.truncate(out.trim_end().len());
        }
        out.push_str("\n\n");
        out.push_str(&match &self.body {
            Body::Json(node) => json(node),
            Body::Text(text) if !text.is_empty() => lines(text),
            Body::Empty | Body::Text(_) => "(empty)".to_owned(),
        });
        out
    }
}

fn json(node: &Node) -> String {
    let text = pretty(node);
    if text.len() <= JSON {
        return text;
    }
    let sorted = canonical(node);
    format!("(JSON of {} bytes in this form, {:016x})", sorted.len(), fnv1a(&sorted))
}

fn lines(text: &str) -> String {
    let end = (0..=TEXT.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    let shown = &text[..end.unwrap_or(0)];
    let mut out = String::new();
    for line in shown.lines() {
        let line = format!("| {}", plain(line));
        out.push_str(line.trim_end());
        out.push('\n');
    }
    if shown.len() < text.len() {
        let _ = writeln!(out, "({} bytes in all)", text.len());
    }
    out.truncate(out.trim_end().len());
    out
}

/// Whether two shown answers say the same: the order of JSON members does not count.
pub(super) fn same(one: &str, two: &str) -> bool {
    if one == two {
        return true;
    }
    let (Some((head, body)), Some((other_head, other_body))) =
        (one.split_once("\n\n"), two.split_once("\n\n"))
    else {
        return false;
    };
    let read = |text: &str| crate::json::read(text.as_bytes()).map(|text| canonical(&text.root));
    head == other_head && matches!((read(body), read(other_body)), (Ok(one), Ok(two)) if one == two)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(body: Body) -> Shown {
        Shown::Answered(Reply {
            status: 200,
            media: Some("text/html".into()),
            headers: [("x-a", "1"), ("x-b", "2")].into(),
            declared: vec!["x-a".into()],
            body,
        })
    }

    #[test]
    fn text_is_marked_line_by_line_and_cut_with_its_length() {
        assert_eq!(
            reply(Body::Text("# a\n\nb \u{7}".into())).text(Form::First),
            "200 text/html\nx-a: 1\n\n| # a\n|\n| b \\u{7}"
        );
        let long = reply(Body::Text("é".repeat(3000))).text(Form::NOW);
        assert!(long.ends_with("\n(6000 bytes in all)") && long.len() < 2200);
    }

    #[test]
    fn headers_of_other_answers_are_shown_since_the_second_form() {
        assert_eq!(reply(Body::Empty).text(Form::First), "200 text/html\nx-a: 1\n\n(empty)");
        assert_eq!(reply(Body::Empty).text(Form::Second), "200 text/html\nx-a: 1\nx-b: 2\n\n(empty)");
        for form in [Form::First, Form::Second] {
            assert_eq!(Form::numbered(Some(form.number())), form);
        }
        assert_eq!(Form::numbered(None), Form::First);
    }

    #[test]
    fn the_order_of_members_makes_no_difference_but_digits_do() {
        let with = |json: &str| format!("200\n\n{json}");
        assert!(same(&with(r#"{"a":{"x":1,"y":[1]},"b":2}"#), &with(r#"{"b":2,"a":{"y":[1],"x":1}}"#)));
        assert!(!same(&with(r#"{"a":1}"#), &with(r#"{"a":1.0}"#)));
        assert!(!same(&with("[1,2]"), &with("[2,1]")));
        assert!(!same("200\n\n{}", "201\n\n{}"));
    }
}
