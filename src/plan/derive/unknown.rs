//! Ids that nobody has, in the path of an operation that is given one which the run knows.

use super::base::Base;
use super::{About, Deriver};
use crate::cause::Cause;
use crate::contract::connection::Reason;
use crate::contract::model::{Parameter, StatusRange};
use crate::contract::{Connection, Operation, ParameterLocation};
use crate::exchange::{Pieces, Request};
use crate::plan::guard::{self, Fresh};
use crate::plan::{Expectation, Label, Place, Scenario, Violation, expect};
use crate::schema::Side;
use crate::wire::parameter;
use serde_json::Value;

/// How soon it is worth to ask for what nobody has.
const WORTH: u8 = 2;

/// Numbers so great that nobody counts to them, the greatest that a column or a language holds left
/// out.
const NUMBERS: [u64; 3] = [9_007_199_254_740_881, 2_147_483_629, 999_999_937];

impl Deriver<'_> {
    /// Asks for an id that nobody has, for each parameter of the path that names a resource.
    pub(super) fn unknown(&mut self, request: &Request, base: Option<&Base>) {
        let operation = self.operation;
        let inside = operation.parameters.iter().filter(|one| one.location == ParameterLocation::Path);
        for parameter in inside.collect::<Vec<_>>() {
            let (ways, index) = (self.ways, self.index);
            let takes = |way: &&Connection| {
                way.gives.iter().any(|given| given.into.is(parameter.location, &parameter.name))
            };
            let Some(way) = ways.to(index).iter().find(takes) else { continue };
            let Some(id) = self.nobodys(parameter) else { continue };
            let Some(path) = with_id(operation, request, parameter, &id) else { continue };
            let known = request;
            let mut request = known.clone();
            request.parts_mut().path = path;
            if let Some(base) = base {
                let key = format!("path/{}/unknown", parameter.name);
                request.body = Some(self.text(base.body(&key)));
            }
            let hole = format!("{{{}}}", parameter.name);
            let last = operation.path.rfind('{') == operation.path.rfind(&hole);
            let expectation = self.of_unknown(way, parameter, last);
            let about = About {
                worth: WORTH,
                place: Place::Path(parameter.name.clone()),
                kind: "unknown",
                variant: "id",
                at: &parameter.at,
                words: format!("an id that nobody has, as `{}`", parameter.name),
            };
            let mut case = self.case(about, request, Some(expectation));
            // That the known one is known makes the other one unknown.
            let verdict = case.expectation.verdict;
            case.needs = ways.needs(self.contract, index, (known, verdict, &case.key));
            self.draft(WORTH, Scenario::single(case));
        }
    }

    /// An id that nobody has: one that carries the identity of the run or, only to read, a great
    /// number.
    fn nobodys(&self, parameter: &Parameter) -> Option<Pieces> {
        let fresh = Fresh::of(self.labeller, parameter, self.wishes.seed);
        let id = fresh.and_then(|fresh| fresh.id(&format!("{} unknown", self.operation.id)));
        let number = || {
            let schemas = &self.contract.schemas;
            let schema = parameter.schema.as_ref()?;
            let fits = |value: &Value| schemas.accepts(schema, Side::Request, value);
            let numbers = || NUMBERS.map(Value::from).into_iter();
            if guard::is_safe(&self.operation.method) { numbers().find(fits) } else { None }
        };
        parameter::written(parameter, &id.or_else(number)?).map(|text| self.text(text))
    }

    /// What must come of it: a refusal that is documented, where what is known is not only guessed to
    /// fit by its name.
    fn of_unknown(&self, way: &Connection, parameter: &Parameter, last: bool) -> Expectation {
        let operation = self.operation;
        let told = |status: &StatusRange| match status {
            StatusRange::Code(code) => matches!(code, 404 | 410),
            StatusRange::Class(class) => *class == 4,
            // Who deletes or puts what is not there may have nothing to complain of.
            StatusRange::Default => !guard::changes(&operation.method),
        };
        let documented = operation.responses.iter().any(|response| told(&response.status));
        let puts = operation.method == "PUT"
            && operation.responses.iter().any(|response| response.status == StatusRange::Code(201));
        // Below a parent that nobody has may stand a child that is known by itself.
        // Who takes whatever the caller chooses may know more.
        let chosen = way.reason == Reason::Put && self.contract.operations[way.giver].method == "POST";
        if documented && last && !puts && !chosen && way.reason != Reason::Named {
            let violation = Violation {
                cause: Cause::NotFound,
                place: Place::Path(parameter.name.clone()),
                keyword: None,
                at: parameter.at.clone(),
            };
            return expect::expectation(operation, Label::refused(vec![violation]));
        }
        Expectation::either("what becomes of an id that nobody has is not said")
    }
}

/// The path of a request with an id where a parameter stands alone in its segment.
fn with_id(
    operation: &Operation,
    request: &Request,
    parameter: &Parameter,
    id: &Pieces,
) -> Option<Vec<Pieces>> {
    let hole = format!("{{{}}}", parameter.name);
    let template = operation.path.split('/');
    let index = template.into_iter().position(|segment| segment == hole)?;
    let mut path = request.parts.path.clone();
    *path.get_mut(index)? = id.clone();
    Some(path)
}
