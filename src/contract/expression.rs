//! `OpenAPI` runtime expressions, such as `$response.body#/data/id`.

use crate::json::{Selector, pointer};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use std::fmt;

/// An expression that names a part of an exchange.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub enum Expression {
    /// `$statusCode`
    Status,
    /// `$request.…`
    Request(Part),
    /// `$response.…`
    Response(Part),
}

/// The part of a message that an expression names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// A JSON Pointer into the body, in which `*` stands for every item.
    Body(Selector),
    /// A header, by its case-insensitive name.
    Header(String),
    /// A query parameter.
    Query(String),
    /// A path parameter.
    Path(String),
}

/// Text that is not a runtime expression.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{text}` is not a runtime expression: {reason}")]
pub struct NotAnExpression {
    text: String,
    reason: &'static str,
}

impl Serialize for Expression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl TryFrom<String> for Expression {
    type Error = NotAnExpression;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Expression::parse(&text)
    }
}

impl Expression {
    /// Reads an expression.
    pub fn parse(text: &str) -> Result<Expression, NotAnExpression> {
        let fail = |reason| NotAnExpression { text: text.to_owned(), reason };
        if text == "$statusCode" {
            return Ok(Expression::Status);
        }
        let (make, rest): (fn(Part) -> Expression, &str) = if let Some(rest) = text.strip_prefix("$request.")
        {
            (Expression::Request, rest)
        } else if let Some(rest) = text.strip_prefix("$response.") {
            (Expression::Response, rest)
        } else {
            return Err(fail("it starts with `$request.`, `$response.` or is `$statusCode`"));
        };
        let part = if let Some(fragment) = rest.strip_prefix("body") {
            match fragment.strip_prefix('#') {
                None if fragment.is_empty() => Part::Body("".into()),
                Some(at) if at.is_empty() || at.starts_with('/') => Part::Body(at.into()),
                _ => return Err(fail("after `body` comes `#` and a JSON Pointer")),
            }
        } else if let Some(name) = rest.strip_prefix("header.") {
            Part::Header(name.to_ascii_lowercase())
        } else if let Some(name) = rest.strip_prefix("query.") {
            Part::Query(name.to_owned())
        } else if let Some(name) = rest.strip_prefix("path.") {
            Part::Path(name.to_owned())
        } else {
            return Err(fail("a part is `body`, `header.NAME`, `query.NAME` or `path.NAME`"));
        };
        Ok(make(part))
    }

    /// The pointer into the response body, when that is what the expression names.
    pub fn response_body(&self) -> Option<&str> {
        match self {
            Expression::Response(Part::Body(at)) => Some(&**at),
            _ => None,
        }
    }

    /// The pointer into the request body, when that is what the expression names.
    pub fn request_body(&self) -> Option<&str> {
        match self {
            Expression::Request(Part::Body(at)) => Some(&**at),
            _ => None,
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (side, part) = match self {
            Expression::Status => return f.write_str("$statusCode"),
            Expression::Request(part) => ("$request", part),
            Expression::Response(part) => ("$response", part),
        };
        match part {
            Part::Body(at) if at.is_empty() => write!(f, "{side}.body"),
            Part::Body(at) => write!(f, "{side}.body#{at}"),
            Part::Header(name) => write!(f, "{side}.header.{name}"),
            Part::Query(name) => write!(f, "{side}.query.{name}"),
            Part::Path(name) => write!(f, "{side}.path.{name}"),
        }
    }
}

/// Every value that a pointer with `*` names, with the pointer to it.
pub fn select<'v>(value: &'v Value, selector: &str) -> Vec<(String, &'v Value)> {
    let mut found = vec![(String::new(), value)];
    for token in pointer::tokens(selector) {
        let mut next = Vec::new();
        for (at, value) in found {
            match value {
                Value::Array(items) if token == "*" => {
                    next.extend(items.iter().enumerate().map(|(i, item)| (format!("{at}/{i}"), item)));
                }
                Value::Array(items) => {
                    if let Some(item) = pointer::index(&token).and_then(|index| items.get(index)) {
                        next.push((format!("{at}/{token}"), item));
                    }
                }
                Value::Object(members) => {
                    if let Some(member) = members.get(token.as_ref()) {
                        next.push((pointer::child(&at, &token), member));
                    }
                }
                _ => {}
            }
        }
        found = next;
    }
    found
}

/// Whether a concrete pointer is named by a selector, or lies below what it names.
pub fn covers(selector: &str, at: &str) -> bool {
    let mut tokens = pointer::tokens(at);
    pointer::tokens(selector).all(|want| tokens.next().is_some_and(|got| want == "*" || want == got))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_expression_is_printed_as_it_was_written() {
        for text in [
            "$statusCode",
            "$request.body",
            "$request.body#/name",
            "$response.body#/errors/*/code",
            "$response.header.x-cap-requestid",
            "$request.query.page",
        ] {
            assert_eq!(Expression::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn text_that_names_no_part_of_an_exchange_is_refused() {
        for text in ["", "name", "$response", "$response.body/name", "$response.bodyguard", "$inputs.a"] {
            assert!(Expression::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_star_selects_every_item() {
        let body = json!({"errors": [{"code": 1}, {"message": "x"}, {"code": 2}]});
        let found = select(&body, "/errors/*/code");
        assert_eq!(
            found,
            [("/errors/0/code".to_owned(), &json!(1)), ("/errors/2/code".to_owned(), &json!(2))]
        );
        for no_index in ["/errors/00/code", "/errors/+0/code", "/errors/-1", "/errors/-"] {
            assert_eq!(select(&body, no_index), [], "{no_index}");
        }
        assert!(covers("/errors/*/code", "/errors/12/code"));
        assert!(covers("/data", "/data/id"));
        assert!(!covers("/data/id", "/data"));
    }
}
