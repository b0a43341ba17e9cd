//! Plans that follow what answers showed: built on the bodies that a host accepts, and reading once
//! more what was read before there was anything.

use super::derive::{Deriver, Draft, Supplier};
use super::{Case, Choice, Labeller, Plan, Role, Said, Scenario, Verdict, Ways};
use crate::contract::Contract;
use crate::exchange::{Pieces, Request};
use crate::json::{self, Kind, pointer};
use crate::wire::parameter;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The plan with its cases built on the bodies that were found, but for those that were sent. What
/// is left out of it because no such body has the place that it is about, is told by its index.
pub fn rebased(
    labeller: &Labeller<'_>,
    plan: &Plan,
    choices: Vec<Choice>,
    sent: impl Fn(usize) -> bool,
) -> (Plan, Vec<usize>) {
    let chosen: BTreeSet<usize> = choices.iter().map(|choice| choice.operation).collect();
    let concerned = |scenario: &Scenario| {
        chosen.contains(&scenario.operation)
            || scenario.cases.iter().any(|case| chosen.contains(&case.operation))
    };
    let mut open: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, scenario) in plan.scenarios.iter().enumerate() {
        if concerned(scenario) && !sent(index) {
            open.entry(scenario.operation).or_default().push(index);
        }
    }
    let mut rebased = Plan { said: Said::default(), ..plan.clone() };
    let mut lost = Vec::new();
    for (operation, indexes) in open {
        let none = Ways::clone(&plan.ways).only(labeller.contract, |_| false);
        let deriver = |ways| Deriver::new(labeller, operation, (&plan.wishes, ways), &choices);
        let drafts = |ways| -> HashMap<Vec<String>, Draft> {
            let mut deriver = deriver(ways);
            deriver.derive();
            deriver.drafts.into_iter().map(|draft| (draft.keys(operation), draft)).collect()
        };
        let mut drafts_with = drafts(&plan.ways);
        // Some may have to do without what they need.
        let mut drafts_without = if plan.ways.to(operation).is_empty() { None } else { Some(drafts(&none)) };
        let mut supplier = None;
        for index in indexes {
            let scenario = &mut rebased.scenarios[index];
            let is_needy =
                scenario.cases.iter().any(|case| case.needs.as_ref().is_some_and(|needs| !needs.are_known()));
            let (drafts, ways) = match &mut drafts_without {
                Some(drafts) if !is_needy => (drafts, &none),
                _ => (&mut drafts_with, &*plan.ways),
            };
            let supply = scenario.cases.first().filter(|case| case.role == Role::Supply);
            let derived = if let Some(supply) = supply {
                let supplier: &mut Option<Supplier<'_>> =
                    supplier.get_or_insert_with(|| Supplier::of(deriver(&plan.ways)));
                supplier.as_mut().map(|supplier| supplier.supplies(supply.purpose()))
            } else {
                let draft = drafts.remove(&scenario.keys());
                draft.map(|draft| draft.label((labeller, ways), operation)).and_then(Draft::into_scenario)
            };
            match derived {
                Some(other) => {
                    let scenario = Arc::make_mut(scenario);
                    for (case, other) in scenario.cases.iter_mut().zip(other.cases) {
                        // Its identity does not depend on the body, nor who sends it and where to.
                        let (credentials, planned) = (case.request.credentials, &case.request.parts);
                        let mut request = Request { credentials, ..other.request };
                        if (&planned.path, &planned.query) != (&request.parts.path, &request.parts.query) {
                            let parts = request.parts_mut();
                            parts.path.clone_from(&planned.path);
                            parts.query.clone_from(&planned.query);
                        }
                        *case = Case {
                            id: std::mem::take(&mut case.id),
                            needs: case.needs.take(),
                            request,
                            ..other
                        };
                    }
                }
                None => lost.push(index),
            }
        }
    }
    rebased.choices = choices;
    (rebased, lost)
}

/// The reads of a plan once more, to be sent when there is something to read, and reads of what the
/// run named itself.
pub fn again(
    contract: &Contract,
    plan: &Plan,
    was_read: impl Fn(usize) -> bool,
    created: &[&Case],
) -> Vec<Scenario> {
    let reads = plan.scenarios.iter().enumerate().filter(|(index, scenario)| {
        let [case] = scenario.cases.as_slice() else { return false };
        case.role == Role::Plain
            && case.needs.is_none()
            && case.request.method == "GET"
            && case.request.credentials == crate::exchange::CredentialKind::Valid
            && case.expectation.verdict != Verdict::Reject
            && !plan.disruptive.contains(&case.operation)
            && was_read(*index)
    });
    let reads: Vec<&Case> = reads.map(|(_, scenario)| &scenario.cases[0]).collect();
    let mut collections: HashMap<&str, Vec<&Case>> = HashMap::new();
    for created in created {
        let operation = &contract.operations[created.operation];
        if operation.method == "POST" && !operation.path.contains('{') {
            collections.entry(&operation.path).or_default().push(created);
        }
    }
    let named = reads.iter().filter_map(|read| {
        let (collection, last) = contract.operations[read.operation].path.rsplit_once('/')?;
        let parameter = last.strip_prefix('{')?.strip_suffix('}')?;
        let mut created = collections.get(collection)?.iter();
        Some(Scenario::single(created.find_map(|created| named(contract, (read, parameter), created))?))
    });
    let named: Vec<Scenario> = named.collect();
    let again = reads.into_iter().map(|read| {
        let mut case = read.clone();
        case.id = format!("{}/again", case.id);
        case.key = format!("{}/again", case.key);
        case.about = format!("{}, once more when something was created", case.about);
        case.role = Role::Again;
        Scenario::single(case)
    });
    again.chain(named).collect()
}

/// The read of a resource by a name that the create of it gave: its path ends in that name below the
/// path of the create.
fn named(contract: &Contract, (read, parameter): (&Case, &str), created: &Case) -> Option<Case> {
    let (reads, creates) = (&contract.operations[read.operation], &contract.operations[created.operation]);
    let body = created.request.body.as_ref()?;
    let text = json::read(body.sample()).ok()?;
    // `{tenant_name}` is the `name` of a tenant.
    let own = parameter.rsplit(['_', '-']).next().unwrap_or(parameter);
    let value = [parameter, own].into_iter().find_map(|name| {
        let value = text.at(&pointer::child("", name))?;
        matches!(value.kind, Kind::String(_)).then_some(value)
    })?;
    if !body.carries_run_in(value.start, value.end) {
        return None;
    }
    let location = reads.parameters.iter().find(|one| one.name == parameter)?;
    let written = parameter::written_node(location, value)?;
    let name = Pieces::of(written, body.run_sample()?);
    let mut case = read.clone();
    case.id = format!("{}/{parameter}/created", case.id);
    case.key = format!("{}/{parameter}/created", case.key);
    case.about = format!("the resource that `{}` created", creates.id);
    case.role = Role::Again;
    let parts = case.request.parts_mut();
    parts.path = created.request.parts.path.iter().cloned().chain([name]).collect();
    Some(case)
}
