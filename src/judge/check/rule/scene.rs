//! What a rule sees of an exchange: its operands and its conditions.

use super::precision::{self, Asked, Echo};
use crate::contract::ParameterLocation;
use crate::contract::expression::{Expression, Part};
use crate::contract::rule::{Conditions, State, Statement, TimeUnit};
use crate::exchange::Answer;
use crate::json::{self, Kind, Member, Node, Text, pointer};
use crate::judge::View;
use crate::judge::difference::shown;
use crate::judge::view::sent_value;
use crate::schema::Side;
use crate::wire::parameter::{self, header};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;

/// How values of a run's secrets begin where they are hidden.
const HIDDEN: &str = "$PROBITY_";

/// An accepted exchange whose answer is JSON.
pub(super) struct Scene<'s> {
    pub(super) view: &'s View<'s>,
    pub(super) answer: &'s Answer,
    body: &'s Text,
    sent: OnceCell<Option<Text>>,
}

/// What an expression names cannot be told.
struct Untold;

/// A value that an expression names.
#[derive(Clone, Debug)]
pub(super) struct Operand<'n> {
    node: Cow<'n, Node>,
    /// It came as text, as in a header, and not with a type of its own.
    of_text: bool,
}

impl Operand<'_> {
    /// A value that came as text.
    pub(super) fn of_text(node: Node) -> Operand<'static> {
        Operand { node: Cow::Owned(node), of_text: true }
    }

    pub(super) fn node(&self) -> &Node {
        &self.node
    }

    /// The text of a scalar.
    pub(super) fn text(&self) -> Option<Cow<'_, str>> {
        match &self.node.kind {
            Kind::String(text) => Some(text.into()),
            Kind::Number(token) => Some((&**token).into()),
            Kind::Bool(truth) => Some(truth.to_string().into()),
            Kind::Null | Kind::Array(_) | Kind::Object(_) => None,
        }
    }

    fn is_null(&self) -> bool {
        self.node.kind == Kind::Null
    }

    /// The value as what stands on the other side, if it came as text and can be read so.
    pub(super) fn like<'o>(&'o self, other: Option<&Node>) -> Cow<'o, Node> {
        match other.filter(|_| self.of_text).and_then(|other| likened(&self.node, other)) {
            Some(node) => Cow::Owned(node),
            None => Cow::Borrowed(&self.node),
        }
    }
}

/// What came as text, with the types of another value wherever it can be read so.
fn likened(own: &Node, other: &Node) -> Option<Node> {
    let like = |own: &Node, other: &Node| likened(own, other).unwrap_or_else(|| own.clone());
    let kind = match (&own.kind, &other.kind) {
        (Kind::String(text), Kind::Number(_) | Kind::Bool(_)) => {
            let read = json::read(text.as_bytes()).ok()?.root.kind;
            Some(read).filter(|read| matches!(read, Kind::Number(_) | Kind::Bool(_)))?
        }
        (Kind::Number(token), Kind::String(_)) => Kind::String(token.to_string()),
        (Kind::Bool(truth), Kind::String(_)) => Kind::String(truth.to_string()),
        (Kind::Array(items), Kind::Array(others)) => {
            let other = |index: usize| others.get(index);
            let each = items.iter().enumerate();
            let each =
                each.map(|(index, item)| other(index).map_or_else(|| item.clone(), |one| like(item, one)));
            Kind::Array(each.collect())
        }
        (Kind::Object(members), Kind::Object(_)) => {
            let each = members.iter().map(|member| Member {
                value: match other.at(&pointer::child("", &member.key)) {
                    Some(other) => like(&member.value, other),
                    None => member.value.clone(),
                },
                ..member.clone()
            });
            Kind::Object(each.collect())
        }
        _ => return None,
    };
    Some(Node { start: 0, end: 0, kind })
}

/// Whether a secret of the run stands in a value, hidden.
fn hides_secret(node: &Node) -> bool {
    match &node.kind {
        Kind::String(text) => text.contains(HIDDEN),
        Kind::Array(items) => items.iter().any(hides_secret),
        Kind::Object(members) => members.iter().any(|member| hides_secret(&member.value)),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) => false,
    }
}

fn has_stars(expression: &Expression) -> bool {
    match expression {
        Expression::Request(Part::Body(at)) | Expression::Response(Part::Body(at)) => at.has_stars(),
        _ => false,
    }
}

impl<'s> Scene<'s> {
    /// The scene of an answer; none if it is not JSON.
    pub(super) fn new(view: &'s View<'s>, answer: &'s Answer) -> Option<Scene<'s>> {
        Some(Scene { view, answer, body: view.json(answer).ok()?, sent: OnceCell::new() })
    }

    /// The body of the request; none if it has no one value that could be echoed: it is no
    /// value, has a key twice, or half a surrogate pair.
    fn sent(&self) -> Option<&Text> {
        let View { contract, operation, exchange, .. } = self.view;
        let read = || sent_value(contract, operation, &exchange.sent);
        self.sent.get_or_init(read).as_ref()
    }

    /// The value that an expression without stars names, if there is one.
    fn single(&self, expression: &Expression) -> Result<Option<Operand<'_>>, Untold> {
        let typed = |node| Operand { node: Cow::Borrowed(node), of_text: false };
        Ok(match expression {
            Expression::Request(Part::Body(at)) => self.sent().ok_or(Untold)?.root.single(at).map(typed),
            Expression::Response(Part::Body(at)) => self.body.root.single(at).map(typed),
            other => self.select(other).ok_or(Untold)?.into_iter().next().map(|(_, operand)| operand),
        })
    }

    /// The value that an expression names, if it is there, not null and no secret.
    pub(super) fn given(&self, expression: &Expression) -> Option<Operand<'_>> {
        self.single(expression).ok()?.filter(|operand| !operand.is_null())
    }

    /// The same as text.
    pub(super) fn text(&self, expression: &Expression) -> Option<String> {
        Some(self.given(expression)?.text()?.into_owned())
    }

    /// The values that an expression names, each with the indexes that its stars stand for;
    /// none if that cannot be told.
    pub(super) fn select(&self, expression: &Expression) -> Option<Vec<(Vec<usize>, Operand<'_>)>> {
        let typed = |(stars, node)| (stars, Operand { node: Cow::Borrowed(node), of_text: false });
        let of_text = |node| vec![(Vec::new(), Operand { node: Cow::Owned(node), of_text: true })];
        let parameter = |location: ParameterLocation, name: &str| {
            let (contract, operation) = (self.view.contract, self.view.operation);
            let received = self.view.exchange.sent.received(&operation.path);
            parameter::value(contract, operation, (location, name), &received)
        };
        Some(match expression {
            Expression::Status => {
                let kind = Kind::Number(self.answer.status.to_string().into());
                let node = Cow::Owned(Node { start: 0, end: 0, kind });
                vec![(Vec::new(), Operand { node, of_text: false })]
            }
            Expression::Request(Part::Body(at)) => {
                self.sent()?.root.select(at).into_iter().map(typed).collect()
            }
            Expression::Response(Part::Body(at)) => {
                self.body.root.select(at).into_iter().map(typed).collect()
            }
            Expression::Response(Part::Header(name)) => self.field(name).map_or_else(Vec::new, of_text),
            Expression::Request(Part::Path(name)) => of_text(parameter(ParameterLocation::Path, name)?),
            Expression::Request(Part::Header(name)) => {
                let found = parameter(ParameterLocation::Header, name);
                if found.as_ref().is_some_and(hides_secret) {
                    return None;
                }
                found.map_or_else(Vec::new, of_text)
            }
            Expression::Request(Part::Query(name)) => {
                let found = parameter(ParameterLocation::Query, name);
                if found.as_ref().is_some_and(hides_secret) {
                    return None;
                }
                found.map_or_else(Vec::new, of_text)
            }
            Expression::Response(Part::Query(_) | Part::Path(_)) => return None,
        })
    }

    /// The value of a header of the answer, as its schema has it.
    fn field(&self, name: &str) -> Option<Node> {
        let text = self.answer.header_list(name)?;
        let documented = self.view.documented(self.answer);
        let declared = documented.into_iter().flat_map(|response| &response.headers);
        let mut own = declared.filter(|header| header.name.eq_ignore_ascii_case(name));
        Some(match own.next().and_then(|header| header.schema.as_ref()) {
            Some(schema) => header::read(&self.view.contract.schemas, schema, Side::Response, &text).value,
            None => Node { start: 0, end: 0, kind: Kind::String(text.into_owned()) },
        })
    }

    /// Sees the values that an expression names, without nulls; none where that cannot be told.
    pub(super) fn each_value(&self, expression: &Expression, mut see: impl FnMut(&Operand<'_>)) {
        let mut see = |operand: &Operand<'_>| {
            if !operand.is_null() {
                see(operand);
            }
        };
        if has_stars(expression) {
            self.select(expression).unwrap_or_default().iter().for_each(|(_, operand)| see(operand));
        } else if let Ok(Some(operand)) = self.single(expression) {
            see(&operand);
        }
    }

    /// Sees the values of two expressions, side by side: what stars stand for in both goes
    /// together, and what has none goes with everything.
    pub(super) fn each_pair(
        &self,
        [one, two]: [&Expression; 2],
        mut see: impl FnMut(Option<&Operand<'_>>, Option<&Operand<'_>>),
    ) {
        let (starred_one, starred_two) = (has_stars(one), has_stars(two));
        if !starred_one && !starred_two {
            if let (Ok(left), Ok(right)) = (self.single(one), self.single(two)) {
                see(left.as_ref(), right.as_ref());
            }
            return;
        }
        let (Some(left), Some(right)) = (self.select(one), self.select(two)) else { return };
        let depth = |all: &[(Vec<usize>, Operand<'_>)]| all.first().map_or(0, |(stars, _)| stars.len());
        let both = starred_one && starred_two;
        let shared = if both { depth(&left).min(depth(&right)) } else { 0 };
        let index = |all: &[(Vec<usize>, Operand<'_>)]| -> HashMap<Vec<usize>, usize> {
            // Of several for one place the first, which is the last to be put in.
            let places = all.iter().enumerate().rev();
            places.map(|(index, (stars, _))| (stars[..shared.min(stars.len())].to_vec(), index)).collect()
        };
        let leads = starred_one && depth(&left) >= depth(&right) || !starred_two;
        let (leading, other) = if leads { (&left, &right) } else { (&right, &left) };
        let (known, own) = (index(other), index(leading));
        let mut sided = |lead, other| if leads { see(lead, other) } else { see(other, lead) };
        for (stars, operand) in leading {
            let partner = known.get(&stars[..shared.min(stars.len())]).map(|index| &other[*index].1);
            sided(Some(operand), partner);
        }
        // Items that only the other list has.
        let alone = other.iter().filter(|(stars, _)| !own.contains_key(&stars[..shared.min(stars.len())]));
        alone.filter(|_| both).for_each(|(_, operand)| sided(None, Some(operand)));
    }

    /// Sees the pairs of which both are there and not null.
    pub(super) fn each_whole_pair(
        &self,
        pair: [&Expression; 2],
        mut see: impl FnMut(&Operand<'_>, &Operand<'_>),
    ) {
        self.each_pair(pair, |left, right| {
            let whole = |operand: &&Operand<'_>| !operand.is_null();
            if let (Some(left), Some(right)) = (left.filter(whole), right.filter(whole)) {
                see(left, right);
            }
        });
    }

    /// How the value that one expression names in the request came back at the other.
    pub(super) fn echo(&self, [sent_at, came_at]: [&Expression; 2], sent: &Node, came: &Node) -> Echo {
        let operation = self.view.operation;
        let asked = Asked::in_request(self.view, operation, sent_at);
        let answered = Asked::in_answer(self.view, operation, self.answer, came_at);
        precision::echo(&asked, &answered, sent, came)
    }

    /// Whether every condition is met.
    pub(super) fn holds(&self, conditions: &Conditions) -> bool {
        conditions.all().all(|(expression, state)| {
            let Some(found) = self.select(expression) else { return false };
            match state {
                State::Absent => found.is_empty(),
                State::Given => found.iter().any(|(_, operand)| !operand.is_null()),
                State::Null => !found.is_empty() && found.iter().all(|(_, operand)| operand.is_null()),
            }
        })
    }

    /// How a time is written at a place, if another rule says so.
    pub(super) fn unit(&self, expression: &Expression) -> Option<TimeUnit> {
        self.view.operation.behaviour.rules.iter().find_map(|rule| match &rule.statement {
            Statement::Recent(recent) if recent.at == *expression => Some(recent.unit),
            _ => None,
        })
    }

    /// Whether values there differ from run to run, so that reports must not show them.
    pub(super) fn hides(&self, expression: &Expression) -> bool {
        let Some(at) = expression.response_body() else { return false };
        self.view.shown(at, "a b") != "a b"
    }

    /// A value in words; of one that differs from run to run only its type.
    pub(super) fn shown(&self, expression: &Expression, operand: Option<&Operand<'_>>) -> String {
        let text = shown(operand.map(Operand::node));
        expression.response_body().map_or(text.clone(), |at| self.view.shown(at, &text))
    }
}
