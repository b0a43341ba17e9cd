//! Rules: what holds in every accepted exchange, and under which conditions.

mod lists;

pub use lists::{Key, Matches, Order, Paged, Place, Sorted, Wanted};

use super::expression::Expression;
use serde::Deserialize;
use serde_json::Value;
use std::fmt;
use std::time::Duration;

/// A statement, when it holds, and how bad it is when it does not.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rule {
    /// What holds.
    #[serde(flatten)]
    pub statement: Statement,
    /// When it holds.
    #[serde(default, rename = "when")]
    pub conditions: Conditions,
    /// Whether it only warns where it does not hold.
    #[serde(default)]
    pub severity: Strictness,
    /// Why it holds, or how that is known.
    pub because: Option<String>,
    /// JSON Pointer to the rule in the contract.
    #[serde(skip)]
    pub at: String,
}

/// How bad it is that a rule does not hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strictness {
    /// As bad as the check `rule` is.
    #[default]
    Deny,
    /// It is reported, and the contract holds all the same.
    Warn,
}

/// What holds in every accepted exchange.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Statement {
    /// Both operands are equal.
    Equal([Expression; 2]),
    /// The first operand is not greater, or not later, than the second.
    Ordered([Expression; 2]),
    /// The operand has a value that the contract gives.
    Value(Fixed),
    /// The same value in every answer of a run.
    Constant(Expression),
    /// Never the same value twice in a run.
    Distinct(Expression),
    /// A time close to now.
    Recent(Recent),
    /// Two times, perhaps in different notation, that are the same instant.
    SameInstant([Expression; 2]),
    /// An id that holds the time at which it was made.
    EncodesTime(EncodesTime),
    /// A list that has no more items than a number says.
    AtMost([Expression; 2]),
    /// A list in order.
    Sorted(Sorted),
    /// A value of each item of a list that is as a parameter says.
    Matches(Matches),
    /// A parameter of which the default gives the same answer as none.
    Default(Expression),
    /// The pages of a list, which together are the list.
    Page(Paged),
}

/// A place and the value that always stands there.
#[derive(Clone, Debug, Deserialize)]
pub struct Fixed {
    /// The place.
    pub at: Expression,
    /// The value.
    pub is: Value,
}

/// A time close to now.
#[derive(Clone, Debug, Deserialize)]
pub struct Recent {
    /// Where the time stands.
    pub at: Expression,
    /// How the time is written.
    pub unit: TimeUnit,
    /// How far from now it may be.
    #[serde(deserialize_with = "duration")]
    pub within: Duration,
}

/// An id that holds a time.
#[derive(Clone, Debug, Deserialize)]
pub struct EncodesTime {
    /// Where the id stands.
    pub id: Expression,
    /// How the id is made.
    #[serde(rename = "as")]
    pub form: IdForm,
    /// Where the time stands.
    pub at: Expression,
    /// How far from that time the id's may be.
    #[serde(default, deserialize_with = "duration")]
    pub within: Duration,
}

/// The ways to make an id that begins with a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdForm {
    /// 24 hexadecimal digits, of which the first eight are seconds.
    ObjectId,
    /// A UUID of version 7, whose first 48 bits are milliseconds.
    UuidV7,
    /// 26 characters in base 32, of which the first ten are milliseconds.
    Ulid,
}

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeUnit {
    /// Seconds since 1970, perhaps with a fraction.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
    /// RFC 3339 text.
    DateTime,
}

/// What must be so in an exchange for a rule to be judged; all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Conditions {
    /// Something is there, and is not null.
    pub given: Option<Expression>,
    /// Something is not there.
    pub absent: Option<Expression>,
    /// Something is there, and is null.
    pub null: Option<Expression>,
}

/// What an expression finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is there, and is not null.
    Given,
    /// It is not there.
    Absent,
    /// It is there, and is null.
    Null,
}

pub(super) fn duration<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    crate::text::duration(&text).map_err(serde::de::Error::custom)
}

impl TimeUnit {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            TimeUnit::Seconds => "seconds",
            TimeUnit::Milliseconds => "milliseconds",
            TimeUnit::DateTime => "date-time",
        }
    }
}

impl IdForm {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            IdForm::ObjectId => "object-id",
            IdForm::UuidV7 => "uuid-v7",
            IdForm::Ulid => "ulid",
        }
    }
}

impl Conditions {
    /// Each condition.
    pub fn all(&self) -> impl Iterator<Item = (&Expression, State)> {
        let all = [(&self.given, State::Given), (&self.absent, State::Absent), (&self.null, State::Null)];
        all.into_iter().filter_map(|(expression, state)| Some((expression.as_ref()?, state)))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all().next().is_none()
    }
}

impl Statement {
    /// Whether it can only be told from a whole run.
    pub fn is_over_run(&self) -> bool {
        matches!(self, Statement::Constant(_) | Statement::Distinct(_))
    }

    /// Whether it can only be told from requests that are made for it.
    pub fn is_asked_for(&self) -> bool {
        matches!(self, Statement::Default(_) | Statement::Page(_))
    }
}

/// A rule in one line, which is its name in reports: `equal $response.body#/a $request.body#/a`.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.statement {
            Statement::Equal([one, two]) => write!(f, "equal {one} {two}")?,
            Statement::Ordered([one, two]) => write!(f, "ordered {one} {two}")?,
            Statement::Value(Fixed { at, is }) => write!(f, "value {at} {is}")?,
            Statement::Constant(at) => write!(f, "constant {at}")?,
            Statement::Distinct(at) => write!(f, "distinct {at}")?,
            Statement::Recent(recent) => write!(f, "recent {}", recent.at)?,
            Statement::SameInstant([one, two]) => write!(f, "same-instant {one} {two}")?,
            Statement::EncodesTime(EncodesTime { id, form, at, .. }) => {
                write!(f, "encodes-time {id} {} {at}", form.name())?;
            }
            Statement::AtMost([list, most]) => write!(f, "at-most {list} {most}")?,
            Statement::Sorted(Sorted { list, by, order }) => write!(f, "sorted {list} by {by} {order}")?,
            Statement::Matches(matches) => write!(f, "matches {matches}")?,
            Statement::Default(parameter) => write!(f, "default {parameter}")?,
            Statement::Page(paged) => write!(f, "page {} by {} {}", paged.list, paged.limit, paged.begin())?,
        }
        for (index, (expression, state)) in self.conditions.all().enumerate() {
            let state = match state {
                State::Given => "given",
                State::Absent => "absent",
                State::Null => "null",
            };
            write!(f, "{} {expression} is {state}", if index == 0 { " when" } else { " and" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: Value) -> Rule {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_rule_is_its_statement_alone_or_says_more() {
        let short = read(json!({"equal": ["$response.body#/a", "$request.body#/a"]}));
        assert!(short.conditions.is_empty());
        assert_eq!(short.severity, Strictness::Deny);
        assert_eq!(short.to_string(), "equal $response.body#/a $request.body#/a");
        let long = read(json!({
            "value": {"at": "$response.body#/a", "is": true},
            "when": {"null": "$request.body#/a", "given": "$request.body#/b"},
            "severity": "warn",
            "because": "seen",
        }));
        assert_eq!(long.severity, Strictness::Warn);
        assert_eq!(
            long.to_string(),
            "value $response.body#/a true when $request.body#/b is given and $request.body#/a is null"
        );
    }

    #[test]
    fn a_time_span_may_be_left_out_where_there_is_a_default() {
        let rule = read(json!({
            "encodes-time": {"id": "$response.body#/id", "as": "uuid-v7", "at": "$response.body#/at"},
        }));
        let Statement::EncodesTime(encodes) = &rule.statement else { panic!("{rule}") };
        assert_eq!((encodes.form, encodes.within), (IdForm::UuidV7, Duration::ZERO));
    }
}
