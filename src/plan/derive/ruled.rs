//! Requests that only a rule asks for: with a default and without it, page after page.

use super::{About, Deriver};
use crate::contract::expression::Part;
use crate::contract::model::Parameter;
use crate::contract::rule::{Paged, Place as Begin};
use crate::contract::{Expression, ParameterLocation, Rule, Statement};
use crate::exchange::Request;
use crate::plan::guard::is_safe;
use crate::plan::{Place, Scenario};
use crate::wire::parameter;
use serde_json::Value;

/// How soon it is worth to ask for what a rule is about.
const WORTH: u8 = 2;

/// So many pages are asked for.
const PAGES: u64 = 3;

/// The values of query parameters in a request, and what it is called.
struct Asked<'c> {
    variant: String,
    words: String,
    values: Vec<(&'c Parameter, Value)>,
}

impl<'c> Deriver<'c> {
    /// The scenarios whose answers together tell whether a rule holds.
    pub(super) fn ruled(&mut self, request: &Request) {
        let operation = self.operation;
        for (index, rule) in operation.behaviour.rules.iter().enumerate() {
            let (parameter, kind, asked) = match &rule.statement {
                Statement::Default(expression) => (expression, "default", self.defaults(expression)),
                Statement::Page(paged) => (paged.begin(), "page", self.pages(paged)),
                _ => continue,
            };
            match asked {
                Ok(_) if !is_safe(&operation.method) => {
                    self.gap(&rule.at, format!("the rule `{rule}` is only tried of GET"));
                }
                Ok(asked) => self.scenario_of(request, (index, rule), (parameter, kind), asked),
                Err(why) => self.gap(&rule.at, format!("the rule `{rule}` is not tried: {why}")),
            }
        }
    }

    fn scenario_of(
        &mut self,
        request: &Request,
        (index, rule): (usize, &Rule),
        (parameter, kind): (&Expression, &str),
        asked: Vec<Asked<'c>>,
    ) {
        let Expression::Request(Part::Query(name)) = parameter else { return };
        let mut cases = Vec::new();
        for Asked { variant, words, values } in asked {
            let Some(request) = with_query(request, self, name, &values) else {
                self.gap(&rule.at, format!("the rule `{rule}` is not tried: its values cannot be written"));
                return;
            };
            let about = About {
                worth: WORTH,
                place: Place::Query(name.clone()),
                kind,
                variant: &variant,
                at: &rule.at,
                words,
            };
            cases.push(self.case(about, request, None));
        }
        let Some(id) = cases.first().map(|case| case.id.clone()) else { return };
        self.draft(WORTH, Scenario { cases, rule: Some(index), ..Scenario::of(id, self.index) });
    }

    /// Without a parameter, with its default, and without it again.
    fn defaults(&self, expression: &Expression) -> Result<Vec<Asked<'c>>, String> {
        let parameter = self.query(expression)?;
        let default = self.contract.default_of(parameter).cloned();
        let default = default.ok_or_else(|| format!("`{}` has no `default`", parameter.name))?;
        if parameter.required {
            return Err(format!("`{}` is required", parameter.name));
        }
        let name = &parameter.name;
        let asked =
            |variant: &str, words: String, values| Asked { variant: variant.to_owned(), words, values };
        Ok(vec![
            asked("without", format!("no `{name}`, which has a default"), Vec::new()),
            asked("with", format!("the default of `{name}`"), vec![(parameter, default)]),
            asked("again", format!("no `{name}` once more"), Vec::new()),
        ])
    }

    /// One large page, small ones that follow each other, and the large one again.
    fn pages(&self, paged: &Paged) -> Result<Vec<Asked<'c>>, String> {
        let (limit, begin) = (self.query(&paged.limit)?, self.query(paged.begin())?);
        let fits = |parameter: &Parameter, number: u64| self.contract.allows(parameter, &number.into());
        let size = (1..=100).find(|size| fits(limit, *size) && fits(limit, size * PAGES));
        let size = size.ok_or_else(|| format!("no `{}` and thrice as many are both allowed", limit.name))?;
        let begins = |page: u64| match paged.place {
            Begin::Offset(_) => page * size,
            // Pages are counted from 1 unless there is one before it.
            Begin::Number(_) => page + u64::from(!fits(begin, 0) || self.starts_at_one(begin)),
        };
        let first = begins(0);
        if !(0..PAGES).all(|page| fits(begin, begins(page))) {
            return Err(format!("`{}` cannot say where the first {PAGES} pages begin", begin.name));
        }
        let asked = |variant: String, words: String, size: u64, at: u64| Asked {
            variant,
            words,
            values: vec![(limit, size.into()), (begin, at.into())],
        };
        let whole = |variant: &str| {
            asked(variant.to_owned(), format!("a page of {}", size * PAGES), size * PAGES, first)
        };
        let pages = (0..PAGES).map(|page| {
            asked(format!("page-{}", page + 1), format!("page {} of {size}", page + 1), size, begins(page))
        });
        Ok([whole("whole")].into_iter().chain(pages).chain([whole("again")]).collect())
    }

    /// Whether the default of the number of a page says that the first is 1.
    fn starts_at_one(&self, begin: &Parameter) -> bool {
        self.contract.default_of(begin).and_then(Value::as_u64) == Some(1)
    }

    fn query(&self, expression: &Expression) -> Result<&'c Parameter, String> {
        let Expression::Request(Part::Query(name)) = expression else {
            return Err(format!("`{expression}` is no query parameter"));
        };
        let mut own = self.operation.parameters.iter();
        let own = own.find(|one| one.location == ParameterLocation::Query && one.name == *name);
        own.ok_or_else(|| format!("the operation has no query parameter `{name}`"))
    }
}

/// A request with these values as query parameters, and without another.
fn with_query(
    request: &Request,
    deriver: &Deriver<'_>,
    without: &str,
    values: &[(&Parameter, Value)],
) -> Option<Request> {
    let mut request = request.clone();
    let query = &mut request.parts_mut().query;
    query.retain(|text| {
        let name = text.as_str().split('=').next().unwrap_or_default().to_owned();
        name != without && !values.iter().any(|(parameter, _)| parameter.name == name)
    });
    for (parameter, value) in values {
        query.push(deriver.text(parameter::written(parameter, value)?));
    }
    Some(request)
}

#[cfg(test)]
mod tests {
    use crate::contract::Contract;
    use crate::plan::{Wishes, plan};
    use crate::source::Document;

    fn asked(parameters: &str, rule: &str) -> (Vec<String>, Vec<String>) {
        let text = format!(
            "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths:\n  /a:\n    get:\n      operationId: list\n      \
             parameters: [{parameters}]\n      responses: {{'200': {{description: all}}}}\n      x-probity: {{rules: [{rule}]}}\n"
        );
        let contract = Contract::read(Document::from_text("t.yaml", &text).unwrap());
        let contract = contract.unwrap_or_else(|error| panic!("{}", error.1));
        let plan = plan(&contract, &Wishes::default()).unwrap();
        let scenarios = plan.scenarios.iter().filter(|scenario| scenario.rule == Some(0));
        let targets =
            scenarios.flat_map(|scenario| &scenario.cases).map(|case| case.request.path().to_string());
        (targets.collect(), plan.gaps.iter().map(|gap| gap.why.clone()).collect())
    }

    const LIMIT: &str =
        "{name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 50, default: 20}}";

    #[test]
    fn a_default_is_asked_for_between_two_requests_without_it() {
        let (targets, _) = asked(LIMIT, "{default: $request.query.limit}");
        assert_eq!(targets, ["/a", "/a?limit=20", "/a"]);
        let (targets, gaps) =
            asked("{name: q, in: query, schema: {type: string}}", "{default: $request.query.q}");
        assert!(
            targets.is_empty() && gaps.iter().any(|why| why.contains("`q` has no `default`")),
            "{gaps:?}"
        );
    }

    #[test]
    fn pages_follow_each_other_between_two_requests_for_all_of_them() {
        let page =
            |place: &str| format!("{{page: {{list: $response.body, limit: $request.query.limit, {place}}}}}");
        let offset = format!("{LIMIT}, {{name: skip, in: query, schema: {{type: integer, minimum: 0}}}}");
        let (targets, _) = asked(&offset, &page("offset: $request.query.skip"));
        let expected =
            ["limit=3&skip=0", "limit=1&skip=0", "limit=1&skip=1", "limit=1&skip=2", "limit=3&skip=0"];
        assert_eq!(targets, expected.map(|query| format!("/a?{query}")));
        for (schema, first) in [
            ("{type: integer, minimum: 1}", 1),
            ("{type: integer, minimum: 0}", 0),
            ("{type: integer, default: 1}", 1),
        ] {
            let number = format!("{LIMIT}, {{name: page, in: query, schema: {schema}}}");
            let (targets, _) = asked(&number, &page("number: $request.query.page"));
            assert_eq!(targets.last().unwrap(), &format!("/a?limit=3&page={first}"), "{schema}");
        }
    }
}
