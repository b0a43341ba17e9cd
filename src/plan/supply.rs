//! Resources that cases share or have of their own: which of them a plan needs, where they stand in
//! it, and what becomes of it where one cannot be had.

use super::derive::{Deriver, Draft, Names, Supplier};
use super::guard;
use super::{Case, Expectation, Labeller, Needs, Plan, Role, Said, Scenario, Verdict, Ways, Wishes};
use crate::contract::Contract;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// The ways of which every giver can be asked.
pub(super) fn possible(labeller: &Labeller<'_>, wishes: &Wishes, mut ways: Ways) -> Ways {
    let mut unable = HashSet::new();
    loop {
        let asked =
            |giver: &usize| Supplier::of(Deriver::new(labeller, *giver, (wishes, &ways), &[])).is_none();
        let before = unable.len();
        unable.extend(ways.givers().into_iter().filter(asked));
        if unable.len() == before {
            return ways;
        }
        ways = ways.only(labeller.contract, |connection| !unable.contains(&connection.giver));
    }
}

/// Puts before each scenario what supplies it, unless that stands there already.
pub(super) fn supplied(labeller: &Labeller<'_>, plan: &mut Plan) {
    let ways = Arc::clone(&plan.ways);
    let (known, suppliers, names) = (HashSet::new(), HashMap::new(), Names::default());
    let all = Vec::with_capacity(plan.scenarios.len());
    let made_for = (&plan.wishes.clone(), &*ways);
    let mut supplies = Supplies { labeller, made_for, known, suppliers, names, all };
    for scenario in std::mem::take(&mut plan.scenarios) {
        // What a scenario makes itself need not be made for it.
        let own = scenario.cases.iter().filter(|case| case.makes());
        supplies.known.extend(own.map(|case| (case.operation, case.key.clone())));
        scenario.cases.iter().for_each(|case| supplies.add(case));
        supplies.all.push(scenario);
    }
    plan.scenarios = supplies.all;
}

/// Adds to a plan what supplies its cases.
struct Supplies<'s> {
    labeller: &'s Labeller<'s>,
    made_for: (&'s Wishes, &'s Ways),
    known: HashSet<(usize, String)>,
    suppliers: HashMap<usize, Option<Supplier<'s>>>,
    names: Names,
    all: Vec<Arc<Scenario>>,
}

impl Supplies<'_> {
    fn add(&mut self, case: &Case) {
        let Some(needs) = &case.needs else { return };
        for (giver, key) in needs.supplies() {
            if !self.known.insert((giver, key)) {
                continue;
            }
            let supplier = || Supplier::of(Deriver::new(self.labeller, giver, self.made_for, &[]));
            let supplier = self.suppliers.entry(giver).or_insert_with(supplier);
            let Some(mut supply) = supplier.as_mut().map(|supplier| supplier.supplies(&needs.purpose)) else {
                continue;
            };
            for case in &mut supply.cases {
                self.names.number(&mut case.id);
                self.add(case);
            }
            supply.id.clone_from(&supply.cases[0].id);
            self.all.push(Arc::new(supply));
        }
    }
}

/// Which scenarios of a plan fit into so many requests, each with what supplies it.
pub(super) fn fitting(plan: &Plan, requests: usize) -> Vec<bool> {
    let supplies = plan.scenarios.iter().enumerate().filter_map(|(index, scenario)| {
        let case = scenario.cases.first().filter(|case| case.role == Role::Supply)?;
        Some(((case.operation, case.key.as_str()), index))
    });
    let places: HashMap<(usize, &str), usize> = supplies.collect();
    let needed = |index: usize| {
        let needs = plan.scenarios[index].cases.iter().filter_map(|case| case.needs.as_ref());
        needs.flat_map(Needs::supplies).filter_map(|(giver, key)| places.get(&(giver, key.as_str())).copied())
    };
    let (mut left, mut kept) = (requests, vec![false; plan.scenarios.len()]);
    for index in (0..plan.scenarios.len()).filter(|index| !plan.scenarios[*index].is_supply()) {
        let mut wanted = vec![index];
        let mut next = 0;
        while let Some(index) = wanted.get(next).copied() {
            for one in needed(index) {
                if !kept[one] && !wanted.contains(&one) {
                    wanted.push(one);
                }
            }
            next += 1;
        }
        let length: usize = wanted.iter().map(|index| plan.scenarios[*index].cases.len()).sum();
        if length <= left {
            left -= length;
            for index in wanted {
                kept[index] = true;
            }
        }
    }
    kept
}

/// The plan in which scenarios have to do without what they need: they are as they are where
/// nothing is known to be given. What cannot be sent then is told by its index.
pub fn unsupplied(labeller: &Labeller<'_>, plan: &Plan, scenarios: &[usize]) -> (Plan, Vec<usize>) {
    let contract = labeller.contract();
    let mut without = Plan { said: Said::default(), ..plan.clone() };
    let mut lost = Vec::new();
    let mut open: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for index in scenarios {
        open.entry(plan.scenarios[*index].operation).or_default().push(*index);
    }
    let none = Ways::clone(&plan.ways).only(contract, |_| false);
    for (operation, indexes) in open {
        let mut deriver = Deriver::new(labeller, operation, (&plan.wishes, &none), &plan.choices);
        deriver.derive();
        let drafts = deriver.drafts.into_iter().map(|draft| (draft.keys(operation), draft));
        let mut drafts: HashMap<Vec<String>, Draft> = drafts.collect();
        for index in indexes {
            let planned = &plan.scenarios[index];
            let draft = drafts.remove(&planned.keys()).map(|draft| draft.label((labeller, &none), operation));
            let Some(mut scenario) = draft.and_then(Draft::into_scenario) else {
                lost.push(index);
                continue;
            };
            for (case, planned) in scenario.cases.iter_mut().zip(&planned.cases) {
                // Its identity is what it was planned as, and so is who sends it.
                case.id.clone_from(&planned.id);
                case.request.credentials = planned.request.credentials;
                case.role = planned.role;
                case.expectation = doubted(contract, case);
            }
            scenario.id.clone_from(&planned.id);
            without.scenarios[index] = Arc::new(scenario);
        }
    }
    lost.extend(guard::spared(labeller, &mut without, scenarios));
    (without, lost)
}

/// What must come of a case that has to do without a resource of the run's own: an id that is documented
/// need not be there.
fn doubted(contract: &Contract, case: &Case) -> Expectation {
    let is_in_path = contract.operations[case.operation].path.contains('{');
    if case.expectation.verdict != Verdict::Accept || !is_in_path {
        return case.expectation.clone();
    }
    Expectation::either("whether the resource that the path names exists is not known")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Contract;
    use crate::plan::{Guards, KnownValue, Verdict, plan};
    use crate::source::Document;

    const SHOPS: &str = "
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /shops:
    post:
      operationId: open
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/New'}}}}
      responses: {'201': {$ref: '#/components/responses/Shop'}, '400': {description: wrong}}
  /shops/{shop}:
    parameters: [{name: shop, in: path, required: true, schema: {type: integer}}]
    get: {operationId: read, responses: {'200': {$ref: '#/components/responses/Shop'}, '404': {description: none}}}
    delete: {operationId: close, responses: {'204': {description: closed}, '404': {description: none}}}
  /shops/{shop}/items:
    parameters: [{name: shop, in: path, required: true, schema: {type: integer}}]
    post:
      operationId: add
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/New'}}}}
      responses: {'201': {$ref: '#/components/responses/Item'}, '400': {description: wrong}}
  /shops/{shop}/items/{item}:
    parameters:
      - {name: shop, in: path, required: true, schema: {type: integer}}
      - {name: item, in: path, required: true, schema: {type: integer}}
    get: {operationId: look, responses: {'200': {$ref: '#/components/responses/Item'}, '404': {description: none}}}
  /flags/{flag}:
    parameters: [{name: flag, in: path, required: true, schema: {type: string}}]
    put: {operationId: raise, responses: {'201': {description: raised}, '200': {description: again}}}
    get: {operationId: see, responses: {'200': {description: there}, '404': {description: none}}}
components:
  schemas:
    New: {type: object, required: [name], properties: {name: {type: string, maxLength: 60}}}
  responses:
    Shop: {description: one, content: {application/json: {schema: {type: object, properties: {id: {type: integer}, shopName: {type: string}}}}}}
    Item: {description: one, content: {application/json: {schema: {type: object, properties: {id: {type: integer}, price: {type: integer}}}}}}
";

    fn contract() -> Contract {
        Contract::read(Document::from_text("t.yaml", SHOPS).unwrap())
            .unwrap_or_else(|error| panic!("{}", error.1))
    }

    fn wishes() -> Wishes {
        let guards = Guards { existing_data: true, disruption: Some(Vec::new()), read_only: false };
        Wishes { guards, ..Wishes::default() }
    }

    fn of<'p>(plan: &'p Plan, contract: &'p Contract, id: &'p str) -> impl Iterator<Item = &'p Case> {
        plan.cases().filter(move |case| contract.operations[case.operation].id == id)
    }

    #[test]
    fn what_is_needed_stands_before_who_needs_it() {
        let (contract, all) = (contract(), plan(&contract(), &wishes()).unwrap());
        let mut there = HashSet::new();
        for scenario in &all.scenarios {
            for case in &scenario.cases {
                let needs = case.needs.iter().flat_map(Needs::supplies);
                let lacking: Vec<_> = needs.filter(|supply| !there.contains(supply)).collect();
                assert!(lacking.is_empty(), "{}: {lacking:?}", case.id);
                if case.makes() {
                    there.insert((case.operation, case.key.clone()));
                }
            }
        }
        // A parent for the items that are read, one for those that are added, one for the shops that are read.
        let shops = of(&all, &contract, "open").filter(|case| case.role == Role::Supply);
        assert!(shops.count() >= 3);
    }

    #[test]
    fn who_only_reads_shares_and_who_deletes_has_one_of_its_own() {
        let (contract, all) = (contract(), plan(&contract(), &wishes()).unwrap());
        let purposes = |id: &str, verdict: Verdict| -> Vec<String> {
            let own = of(&all, &contract, id).filter(|case| {
                case.expectation.verdict == verdict
                    && case.role != Role::Story
                    && case.request.method == contract.operation(id).unwrap().method
            });
            own.filter_map(|case| Some(case.needs.as_ref()?.purpose.to_string())).collect()
        };
        let all = |purposes: Vec<String>, expected: &str| {
            !purposes.is_empty() && purposes.iter().all(|purpose| purpose == expected)
        };
        assert!(all(purposes("read", Verdict::Accept), "reads"));
        let mut deletes = purposes("close", Verdict::Accept);
        let count = deletes.len();
        deletes.dedup();
        assert!(count > 0 && deletes.len() == count, "{deletes:?}");
        assert!(all(purposes("add", Verdict::Reject), "add"));
    }

    #[test]
    fn a_limit_keeps_nothing_without_what_it_needs() {
        let contract = contract();
        for most in 1..40 {
            let Ok(plan) = plan(&contract, &Wishes { max_requests: Some(most), ..wishes() }) else {
                continue;
            };
            assert!(plan.len() <= most);
            let there: HashSet<(usize, String)> =
                plan.cases().map(|case| (case.operation, case.key.clone())).collect();
            let needs = plan.cases().filter_map(|case| case.needs.as_ref());
            assert!(needs.flat_map(Needs::supplies).all(|supply| there.contains(&supply)), "{most}");
        }
    }

    #[test]
    fn what_a_put_makes_for_others_has_an_id_that_nobody_has() {
        let (contract, all) = (contract(), plan(&contract(), &wishes()).unwrap());
        let supplies: Vec<&Case> =
            of(&all, &contract, "raise").filter(|case| case.role == Role::Supply).collect();
        assert!(!supplies.is_empty());
        assert!(supplies.iter().all(|case| case.request.path().carries_run()));
        assert!(of(&all, &contract, "see").any(|case| case.expectation.verdict == Verdict::Accept));
    }

    #[test]
    fn a_chain_of_needs_is_followed_so_far_and_no_farther() {
        let body = "{type: object, required: [of], properties: {of: {type: string}}}";
        let mut text = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n".to_owned();
        for link in 0..400 {
            let needs =
                if link == 0 { String::new() } else { format!(", needs: {{body#/of: v{}}}", link - 1) };
            text += &format!(
                "  /r{link}: {{post: {{operationId: r{link}, x-probity: {{provides: {{v{link}: $response.body#/id}}{needs}}}, \
                 requestBody: {{required: true, content: {{application/json: {{schema: {body}}}}}}}, responses: {{'201': {{description: made, \
                 content: {{application/json: {{schema: {{type: object, properties: {{id: {{type: string}}}}}}}}}}}}}}}}}}\n"
            );
        }
        let contract = Contract::read(Document::from_text("t.yaml", &text).unwrap());
        let contract = contract.unwrap_or_else(|error| panic!("{}", error.1));
        let plan = plan(&contract, &wishes()).unwrap();
        let deepest = (0..400).map(|link| plan.ways.level(link)).max();
        assert!(deepest.is_some_and(|deepest| (4..=16).contains(&deepest)), "{deepest:?}");
    }

    #[test]
    fn nothing_is_made_where_only_reading_is_wanted_and_what_is_known_need_not_be() {
        let contract = contract();
        let guards = Guards { read_only: true, ..wishes().guards };
        let reading = plan(&contract, &Wishes { guards: guards.clone(), ..wishes() }).unwrap();
        assert!(reading.cases().all(|case| case.role != Role::Supply && case.needs.is_none()));
        let values = vec![KnownValue::new(&contract, "shop", "7")];
        let known = plan(&contract, &Wishes { values, guards, ..wishes() }).unwrap();
        assert!(known.cases().all(|case| case.role != Role::Supply));
        let accepted = |case: &Case| case.expectation.verdict == Verdict::Accept;
        assert!(
            of(&known, &contract, "read").any(accepted) && !of(&reading, &contract, "read").any(accepted)
        );
    }
}
