//! What a check sees of an exchange.

use super::clock::Clock;
use super::{About, Check, Observation};
use crate::contract::expression::{self, Part};
use crate::contract::model::{self, MediaType, StatusRange};
use crate::contract::{Contract, Expression, Operation, Response};
use crate::exchange::{Answer, Exchange, Sent};
use crate::json::{self, Kind, Malformed, Node, Text};
use crate::plan::{Case, Plan, Position, Verdict};
use crate::schema::folded::Folds;
use crate::schema::{SchemaAt, Side};
use crate::wire::body::{self, Came, Codec, Notation};
use crate::wire::sequence::{self, Item};
use serde_json::Value;
use std::cell::OnceCell;

/// An exchange with all that is needed to judge it.
pub struct View<'v> {
    /// The contract.
    pub contract: &'v Contract,
    /// All that is sent in the run.
    pub plan: &'v Plan,
    /// The identity of the run.
    pub run: &'v str,
    /// The operation that was asked.
    pub operation: &'v Operation,
    /// The case.
    pub case: &'v Case,
    /// The exchange.
    pub exchange: &'v Exchange,
    /// What is expected, once the outcomes of earlier steps are known: an expectation that
    /// relies on an outcome that did not come is no expectation.
    pub verdict: Verdict,
    /// Where the case stands.
    pub position: Position,
    body: OnceCell<Result<Text, Malformed>>,
    value: OnceCell<Value>,
    media: OnceCell<Option<usize>>,
    items: OnceCell<Vec<Item>>,
    content: OnceCell<Option<Result<Came, body::Malformed>>>,
    clock: OnceCell<Clock>,
}

impl<'v> View<'v> {
    /// A view on an exchange.
    pub fn new(
        (contract, plan, run): (&'v Contract, &'v Plan, &'v str),
        case: &'v Case,
        exchange: &'v Exchange,
        position: Position,
        verdict: Verdict,
    ) -> View<'v> {
        let operation = &contract.operations[case.operation];
        View {
            contract,
            plan,
            run,
            operation,
            case,
            exchange,
            verdict,
            position,
            body: OnceCell::new(),
            value: OnceCell::new(),
            media: OnceCell::new(),
            items: OnceCell::new(),
            content: OnceCell::new(),
            clock: OnceCell::new(),
        }
    }

    /// The body of an answer, read as JSON.
    pub fn json(&self, answer: &Answer) -> Result<&Text, Malformed> {
        self.body.get_or_init(|| json::read(&answer.body)).as_ref().map_err(|error| *error)
    }

    /// The body of an answer as a value.
    pub fn value(&self, answer: &Answer) -> Option<&Value> {
        let text = self.json(answer).ok()?;
        Some(self.value.get_or_init(|| text.to_value()))
    }

    /// The documented answer for the status that came.
    pub fn documented(&self, answer: &Answer) -> Option<&'v Response> {
        self.operation.response(answer.status)
    }

    /// The documented representation that the answer has.
    pub fn media(&self, answer: &Answer) -> Option<&'v MediaType> {
        let content = &self.documented(answer)?.content;
        let index = self.media.get_or_init(|| {
            let chosen = model::choose(content, answer.header("content-type")?)?;
            content.iter().position(|media| std::ptr::eq(media, chosen))
        });
        index.map(|index| &content[index])
    }

    /// The documented representation that the answer has, if it is JSON.
    pub fn json_media(&self, answer: &Answer) -> Option<&'v MediaType> {
        self.media(answer).filter(|_| answer.header("content-type").is_some_and(model::is_json))
    }

    /// What the body of an answer stands for that is XML, a form or a text, where the contract describes
    /// that; an error if it is not what its media type says.
    pub fn content(&self, answer: &Answer) -> Option<&Result<Came, body::Malformed>> {
        let read = || {
            let media = self.media(answer).filter(|_| self.json_media(answer).is_none())?;
            let given = answer.header("content-type")?;
            media.schema.as_ref()?;
            let schemas = &self.contract.schemas;
            let codec = Codec::of(&Folds::new(schemas.raw(Side::Response)), media).named(given);
            let is_told = match codec.notation {
                Notation::Xml | Notation::Form => true,
                Notation::Text => codec.is_scalar(),
                Notation::Json | Notation::Lines | Notation::Parts | Notation::Bytes => false,
            };
            is_told.then(|| codec.read(schemas, Side::Response, given, &answer.body))
        };
        self.content.get_or_init(read).as_ref()
    }

    /// The schema of the items of the answer, if it is a sequence of some.
    pub fn item_schema(&self, answer: &Answer) -> Option<&'v SchemaAt> {
        let items = self.media(answer)?.items.as_ref();
        items.filter(|_| answer.header("content-type").and_then(model::sequence).is_some())
    }

    /// The items of the answer.
    pub fn items(&self, answer: &Answer) -> &[Item] {
        self.items.get_or_init(|| {
            let kind = answer.header("content-type").unwrap_or_default();
            let how = model::sequence(kind);
            how.map_or_else(Vec::new, |how| sequence::items(how, kind, &answer.body))
        })
    }

    /// Whether a text, in small letters, stands in what the contract gives as examples of an answer.
    pub fn is_documented(&self, answer: &Answer, text: &str) -> bool {
        let Some(media) = self.media(answer) else { return false };
        let mut examples = media.examples.iter().map(|example| &example.value);
        let schema = media.schema.as_ref();
        examples.any(|value| value.to_string().to_lowercase().contains(text))
            || schema.is_some_and(|schema| self.contract.schemas.lists(schema, text))
    }

    /// Whether a request of the run holds a text, in small letters: a host may keep it, and say it in
    /// the answer to another.
    pub fn was_sent(&self, text: &str) -> bool {
        self.plan.says(text, self.run)
    }

    /// What time it was when the answer was made.
    pub(super) fn clock(&self, answer: &Answer) -> &Clock {
        self.clock.get_or_init(|| Clock::of(answer, self.exchange))
    }

    /// Whether the method has no body in its answers.
    pub fn bodiless(&self, answer: &Answer) -> bool {
        self.case.request.method == "HEAD" || matches!(answer.status, 204 | 205 | 304)
    }

    /// The codes that stand in an answer, in order.
    pub fn codes(&self, answer: &Answer) -> Vec<String> {
        let errors = self.operation.behaviour.errors.as_ref();
        errors.map_or_else(Vec::new, |errors| values(&errors.code, answer, self.json(answer).ok()))
    }

    /// Something that a check holds against this exchange.
    pub fn observe(
        &self,
        check: &'static Check,
        answer: impl Into<String>,
        title: impl Into<String>,
        (expected, actual): (impl Into<String>, impl Into<String>),
        at: &str,
    ) -> Observation {
        Observation {
            check,
            position: self.position,
            about: About::of(check, self.case),
            answer: answer.into(),
            detail: String::new(),
            title: title.into(),
            expected: expected.into(),
            actual: actual.into(),
            at: at.to_owned(),
            value: None,
            severity: check.severity,
            leads: false,
        }
    }

    /// A value of the answer in words: of what differs from run to run, only the type.
    pub fn shown(&self, place: &str, value: &str) -> String {
        let volatile =
            self.operation.behaviour.volatile.iter().filter_map(|expression| expression.response_body());
        if volatile.into_iter().any(|selector| expression::covers(selector, place)) {
            return value.split(' ').next().unwrap_or_default().to_owned();
        }
        value.to_owned()
    }

    /// The answer in a few words: `400 with code 733`.
    pub fn answer_words(&self, answer: &Answer) -> String {
        let codes = self.codes(answer);
        let location = answer.header("location").filter(|_| (300..400).contains(&answer.status));
        if let Some(location) = location {
            format!("status {}, a redirect to {}", answer.status, excerpt(location))
        } else if codes.is_empty() {
            format!("status {}", answer.status)
        } else {
            format!("status {} with code {}", answer.status, codes.join(", "))
        }
    }

    /// The status and the codes of an answer, which tell kinds of answers apart.
    pub fn kind(&self, answer: &Answer) -> String {
        format!("{} {}", answer.status, self.codes(answer).join(",")).trim_end().to_owned()
    }

    /// The statuses that are expected, in words.
    pub fn expected_statuses(&self) -> String {
        let statuses = &self.case.expectation.statuses;
        if statuses.is_empty() {
            return "a documented status".into();
        }
        StatusRange::in_words(statuses)
    }

    /// Whether the status is among the expected ones.
    pub fn status_is_expected(&self, answer: &Answer) -> bool {
        let statuses = &self.case.expectation.statuses;
        statuses.is_empty() || statuses.iter().any(|status| status.contains(answer.status))
    }
}

/// Where a redirect leads, without what differs from request to request.
fn excerpt(location: &str) -> String {
    const MOST: usize = 120;
    let place = location.split(['?', '#']).next().unwrap_or_default();
    place.chars().take(MOST).collect()
}

/// The text, numbers and booleans that an expression names in an answer, as they are written.
pub fn values(expression: &Expression, answer: &Answer, body: Option<&Text>) -> Vec<String> {
    let scalar = |node: &Node| match &node.kind {
        Kind::String(text) => Some(text.clone()),
        Kind::Number(token) => Some(token.to_string()),
        Kind::Bool(truth) => Some(truth.to_string()),
        _ => None,
    };
    match expression {
        Expression::Status => vec![answer.status.to_string()],
        Expression::Response(Part::Header(name)) => {
            answer.header(name).map(|value| value.trim().to_owned()).into_iter().collect()
        }
        Expression::Response(Part::Body(at)) => {
            let found = body.map_or_else(Vec::new, |body| body.root.select(at));
            found.into_iter().filter_map(|(_, node)| scalar(node)).collect()
        }
        _ => Vec::new(),
    }
}

/// What the body of a request stood for, if it was one value and nobody reads it otherwise.
pub(super) fn sent_value(contract: &Contract, operation: &Operation, sent: &Sent) -> Option<Text> {
    let bytes = sent.body()?;
    let given = sent.head.headers.get("content-type").filter(|given| !model::is_json(given));
    let read = match (given, &operation.body) {
        (Some(given), Some(body)) => {
            body::stands_for(&contract.schemas, Side::Request, &body.content, (given, &bytes))
        }
        _ => json::read(&bytes).ok(),
    };
    read.filter(|text| text.duplicates.is_empty() && !text.lone_surrogates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_from_wherever_an_expression_points() {
        let body = bytes::Bytes::from_static(
            b"{\"a\": true, \"b\": [{\"c\": 1.50}, {\"c\": null}, {\"c\": \"x\"}]}",
        );
        let answer = Answer { status: 418, headers: [("x-code", " 9")].into(), body };
        let text = json::read(&answer.body).unwrap();
        let read = |expression| values(&Expression::parse(expression).unwrap(), &answer, Some(&text));
        assert_eq!(read("$statusCode"), ["418"]);
        assert_eq!(read("$response.header.X-Code"), ["9"]);
        assert_eq!(read("$response.body#/a"), ["true"]);
        assert_eq!(read("$response.body#/b/*/c"), ["1.50", "x"]);
        assert!(read("$request.body#/a").is_empty());
    }
}
