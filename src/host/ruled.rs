//! What rules say of the lists of an answer: which items stand in them, in what order, how many.

use super::intake::Values;
use super::pointer::Pointer;
use crate::contract::expression::Part;
use crate::contract::rule::{Key, Matches, Order, Paged, Place, Sorted, Wanted};
use crate::contract::{Contract, Expression, Operation, ParameterLocation, Statement};
use crate::json::pointer;
use serde_json::Value;
use std::borrow::Cow;
use std::cmp::Ordering;

/// The rules of an operation that shape its lists, for one request.
pub(super) struct Ruled<'r> {
    contract: &'r Contract,
    operation: &'r Operation,
    parameters: &'r Values,
}

/// Whether rules say which items of a list are shown, so that one has to look at all of them.
pub(super) fn chooses(operation: &Operation) -> bool {
    let chooses = |statement: &Statement| matches!(statement, Statement::Sorted(_) | Statement::Matches(_));
    operation.behaviour.rules.iter().any(|rule| chooses(&rule.statement))
}

impl<'r> Ruled<'r> {
    pub(super) fn new(contract: &'r Contract, operation: &'r Operation, parameters: &'r Values) -> Ruled<'r> {
        Ruled { contract, operation, parameters }
    }

    fn statements(&self) -> impl Iterator<Item = &'r Statement> {
        self.operation.behaviour.rules.iter().map(|rule| &rule.statement)
    }

    /// The lists that rules are about and whose items are chosen or put in order.
    pub(super) fn choose(&self, body: &mut Value, fits: &dyn Fn(&Value) -> bool) {
        for statement in self.statements() {
            match statement {
                Statement::Matches(matches) => self.filter(body, matches, fits),
                Statement::Sorted(sorted) => self.sort(body, sorted),
                _ => {}
            }
        }
    }

    /// The same of a body in which nothing that was created is shown: it has one page.
    pub(super) fn shape(&self, body: &mut Value, fits: &dyn Fn(&Value) -> bool) {
        self.choose(body, fits);
        for statement in self.statements() {
            match statement {
                Statement::Page(paged) => {
                    let at = paged.list.response_body().unwrap_or_default();
                    let (begin, size) = self.window(paged);
                    cut(body, at, begin, size, fits);
                }
                Statement::AtMost([list, most]) => {
                    let most = self.value(most).and_then(|most| usize::try_from(most.as_u64()?).ok());
                    let at = list.response_body().unwrap_or_default();
                    cut(body, at, 0, most.unwrap_or(usize::MAX), fits);
                }
                _ => {}
            }
        }
    }

    fn window(&self, paged: &Paged) -> (usize, usize) {
        let number = |expression: &Expression| {
            self.value(expression).and_then(|value| usize::try_from(value.as_u64()?).ok())
        };
        let size = number(&paged.limit).unwrap_or(usize::MAX);
        let begin = match &paged.place {
            Place::Offset(offset) => number(offset).unwrap_or_default(),
            Place::Number(page) => number(page).unwrap_or(1).saturating_sub(1).saturating_mul(size),
        };
        (begin, size)
    }

    /// The value of a parameter, given or by default.
    fn value(&self, expression: &Expression) -> Option<Cow<'r, Value>> {
        let (location, name) = match expression {
            Expression::Request(Part::Query(name)) => (ParameterLocation::Query, name),
            Expression::Request(Part::Path(name)) => (ParameterLocation::Path, name),
            Expression::Request(Part::Header(name)) => (ParameterLocation::Header, name),
            _ => return None,
        };
        let is = |known: &str| match location {
            ParameterLocation::Header => known.eq_ignore_ascii_case(name),
            _ => known == name,
        };
        let given = self.parameters.iter().find(|(own, known, _)| *own == location && is(known));
        if let Some((_, _, value)) = given {
            return Some(Cow::Borrowed(value));
        }
        let mut declared = self.operation.parameters.iter();
        let declared = declared.find(|one| one.location == location && is(&one.name))?;
        Some(Cow::Borrowed(self.contract.default_of(declared)?))
    }

    fn text(&self, expression: &Expression) -> Option<String> {
        self.value(expression).map(|value| super::resources::text(&value))
    }

    fn filter(&self, body: &mut Value, matches: &Matches, fits: &dyn Fn(&Value) -> bool) {
        let Some((list, inner)) = matches.each.response_body().and_then(|each| each.split_once("/*")) else {
            return;
        };
        let asked: Vec<Option<Cow<'_, Value>>> =
            matches.parameters().into_iter().map(|parameter| self.value(parameter)).collect();
        let Some(Value::Array(items)) = pointer::get(body, list).cloned() else { return };
        let holds = |item: &Value| {
            let value = pointer::get(item, inner).filter(|value| !value.is_null());
            value.is_none_or(|value| holds(&matches.wanted, value, &asked))
        };
        let kept: Vec<Value> = items.iter().filter(|item| holds(item)).cloned().collect();
        if kept.len() == items.len() {
            return;
        }
        let mut with = body.clone();
        Pointer::new(list).set(&mut with, Value::Array(kept));
        if fits(&with) {
            *body = with;
            return;
        }
        // What must have items has some of which the value is as it was asked for.
        let Some(Some(wanted)) = asked.first() else { return };
        let wanted = wanted.as_array().and_then(|all| all.first()).unwrap_or(wanted);
        let mut with = body.clone();
        for index in 0..items.len() {
            Pointer::new(&format!("{list}/{index}{inner}")).set(&mut with, wanted.clone());
        }
        if fits(&with) {
            *body = with;
        }
    }

    fn sort(&self, body: &mut Value, sorted: &Sorted) {
        let way = match &sorted.by {
            Key::Member(at) => Some((at.clone(), None)),
            Key::Parameter(parameter) => self.text(parameter).and_then(|value| Key::named(&value)),
        };
        let Some((at, told)) = way else { return };
        let descending = told.unwrap_or_else(|| match &sorted.order {
            Order::Ascending => false,
            Order::Descending => true,
            Order::Parameter(parameter) => {
                self.text(parameter).and_then(|word| Order::told(&word)).unwrap_or_default()
            }
        });
        let list = sorted.list.response_body().unwrap_or_default();
        let Some(Value::Array(mut items)) = pointer::get(body, list).cloned() else { return };
        items.sort_by(|one, two| {
            let order = compared(pointer::get(one, &at), pointer::get(two, &at));
            if descending { order.reverse() } else { order }
        });
        Pointer::new(list).set(body, Value::Array(items));
    }
}

/// Keeps so many items of a list from one on, where the rest may be absent.
fn cut(body: &mut Value, at: &str, begin: usize, size: usize, fits: &dyn Fn(&Value) -> bool) {
    let Some(Value::Array(items)) = pointer::get(body, at) else { return };
    let kept: Vec<Value> = items.iter().skip(begin).take(size).cloned().collect();
    if kept.len() < items.len() {
        let mut with = body.clone();
        Pointer::new(at).set(&mut with, Value::Array(kept));
        if fits(&with) {
            *body = with;
        }
    }
}

fn holds(wanted: &Wanted, value: &Value, asked: &[Option<Cow<'_, Value>>]) -> bool {
    let equal = |asked: &Value| super::resources::text(asked) == super::resources::text(value);
    let given = asked.iter().map(Option::as_deref).collect::<Vec<Option<&Value>>>();
    match (wanted, given.as_slice()) {
        (Wanted::In(_), [Some(Value::Array(all))]) => all.iter().any(equal),
        (Wanted::Equals(_) | Wanted::In(_), [Some(asked)]) => equal(asked),
        (Wanted::Contains(_), [Some(asked)]) => {
            let plain = |value: &Value| super::resources::text(value).to_lowercase();
            plain(value).contains(plain(asked).trim())
        }
        (Wanted::Within(_), [least, most]) => {
            least.is_none_or(|least| compared(Some(value), Some(least)) != Ordering::Less)
                && most.is_none_or(|most| compared(Some(value), Some(most)) != Ordering::Greater)
        }
        _ => true,
    }
}

/// Numbers by value, everything else by its text; what is not there comes first.
fn compared(one: Option<&Value>, two: Option<&Value>) -> Ordering {
    let number = |value: Option<&Value>| value.and_then(Value::as_f64);
    match (number(one), number(two)) {
        (Some(one), Some(two)) => one.total_cmp(&two),
        _ => one.map(super::resources::text).cmp(&two.map(super::resources::text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Document;
    use serde_json::json;

    const CONTRACT: &str = "
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /a:
    get:
      parameters:
        - {name: state, in: query, schema: {type: string}}
        - {name: sort, in: query, schema: {type: string, default: rank}}
        - {name: limit, in: query, schema: {type: integer}}
      responses: {'200': {description: all}}
      x-probity:
        rules:
          - matches: {each: $response.body#/*/state, equals: $request.query.state}
          - sorted: {list: $response.body, by: $request.query.sort}
          - at-most: [$response.body, $request.query.limit]
";

    fn shaped(asked: &[(&str, Value)]) -> Vec<u64> {
        let contract = Contract::read(Document::from_text("t.yaml", CONTRACT).unwrap());
        let contract = contract.unwrap_or_else(|error| panic!("{}", error.1));
        let parameters: Values = asked
            .iter()
            .map(|(name, value)| (ParameterLocation::Query, (*name).to_owned(), value.clone()))
            .collect();
        let mut body = json!([
            {"rank": 3, "state": "on"}, {"rank": 1, "state": "off"}, {"rank": 2, "state": "on"},
        ]);
        Ruled::new(&contract, &contract.operations[0], &parameters).shape(&mut body, &|_| true);
        body.as_array().unwrap().iter().map(|item| item["rank"].as_u64().unwrap()).collect()
    }

    #[test]
    fn a_list_is_what_its_rules_say_of_the_parameters() {
        assert_eq!(shaped(&[]), [1, 2, 3]);
        assert_eq!(shaped(&[("sort", json!("-rank")), ("state", json!("on"))]), [3, 2]);
        assert_eq!(shaped(&[("limit", json!(1))]), [1]);
        assert_eq!(shaped(&[("limit", json!(0))]), [0; 0]);
    }
}
