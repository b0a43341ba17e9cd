//! How operations are given what they take in a plan: connections of the contract that may be used,
//! and which resource of the run a request takes it from.

use super::{Case, Labeller, Place, Role, Verdict, Violation, Wishes};
use super::{guard, values};
use crate::contract::connection::{Given, Kind, Source, Taking, levels};
use crate::contract::expression::{Expression, Part};
use crate::contract::model::{Parameter, ParameterLocation, StatusRange};
use crate::contract::{Connection, Connections, Contract, Operation};
use crate::exchange::Request;
use crate::json::pointer;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// What of a request comes from resources that the run supplies itself with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Needs {
    /// What is taken, by its number in the pieces of the request.
    pub values: Arc<[Need]>,
    /// Whose resource it is: cases with the same purpose share one.
    pub purpose: Arc<str>,
}

/// A value that a request takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Need {
    /// Index of the operation that gives it; none for what is known.
    pub giver: Option<usize>,
    /// Its identity.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub of: Arc<str>,
    /// Where from and where to.
    pub given: Given,
    /// Whether somebody who knows has said so; else it is a guess.
    pub stated: bool,
    /// Whether what it names is the run's own.
    pub own: bool,
    /// Whose resource it is, if another than that of the rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Arc<str>>,
}

/// What the keys of cases begin with that supply a resource.
const RESOURCE: &str = "body/resource/";

/// The resources that all share who only read.
const READS: &str = "reads";

/// The resources below which others are made.
pub(super) const PARENTS: &str = "parents";

/// So many requests, each of which needs what the one before it gives, are made for a case.
const DEEPEST: usize = 16;

/// The connections that a plan is made with.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    /// By the operation that takes.
    to: Vec<Vec<Connection>>,
    /// What the user gives, by the operation that takes.
    known: Vec<Vec<Need>>,
    values: Vec<Arc<[Need]>>,
    levels: Vec<usize>,
    /// By the operation that makes something that no answer tells of, the list that shows it.
    lists: HashMap<usize, usize>,
    /// The operations that make what others take, or are known to make something.
    makers: HashSet<usize>,
}

impl Ways {
    /// Those of a contract that may be used for what is wished.
    pub(super) fn of(contract: &Contract, wishes: &Wishes) -> Ways {
        let connections = contract.connections();
        let operations = &contract.operations;
        let asked: HashMap<usize, bool> = (0..operations.len())
            .flat_map(|taker| connections.chosen(taker).iter().chain(lists(connections, taker)))
            .flat_map(|connection| [Some(connection.giver), connection.list()])
            .flatten()
            .collect::<HashSet<usize>>()
            .into_iter()
            .map(|giver| (giver, is_asked(contract, wishes, giver)))
            .collect();
        let usable = |connection: &Connection| {
            let foreign = connection.kind == Kind::Shown && wishes.guards.existing_data;
            // What is anybody's is only read.
            asked.get(&connection.giver) == Some(&true)
                && connection.list().is_none_or(|list| asked.get(&list) == Some(&true))
                && (!foreign || guard::is_safe(&operations[connection.taker].method))
        };
        let known: Vec<Vec<Need>> =
            operations.iter().map(|operation| values::given(contract, wishes, operation)).collect();
        let to = (0..operations.len()).map(|taker| {
            // What the user knows outweighs what could be made.
            let is_known = |given: &Given| known[taker].iter().any(|need| need.given.into == given.into);
            let from_above =
                |given: &Given| matches!(&given.from, Source::Exchange(Expression::Request(Part::Path(_))));
            let idle = |connection: &Connection| {
                let gives = &connection.gives;
                gives.iter().any(is_known) && gives.iter().all(|given| is_known(given) || from_above(given))
            };
            let mut used: Vec<Connection> = Vec::new();
            let all = connections.chosen(taker).iter().chain(lists(connections, taker));
            for connection in all.filter(|connection| usable(connection) && !idle(connection)) {
                let filled =
                    |given: &Given| used.iter().flat_map(|one| &one.gives).any(|one| one.into == given.into);
                if !connection.gives.iter().any(filled) {
                    used.push(connection.clone());
                }
            }
            used
        });
        let to: Vec<Vec<Connection>> = to.collect();
        let given = |taker: usize| !to[taker].is_empty();
        // Below what was just made there is nothing to be shown.
        let barren = |connection: &Connection| connection.kind == Kind::Shown && given(connection.giver);
        let barren: Vec<Vec<bool>> = to.iter().map(|ways| ways.iter().map(barren).collect()).collect();
        let to = to.into_iter().zip(barren).map(|(ways, barren)| {
            ways.into_iter().zip(barren).filter(|(_, barren)| !barren).map(|(way, _)| way).collect()
        });
        let makers = (0..operations.len()).filter(|index| makes(contract, *index)).collect();
        let ways = Ways { to: to.collect(), known, makers, ..Ways::default() }.settled(contract);
        let levels = ways.levels.clone();
        let lists = ways.lists.clone();
        // What is shown is not what the list itself needs, and everything that is made stands in one list.
        let leads = |giver: usize, list: usize| ways.to(list).iter().any(|one| one.giver == giver);
        let circles: HashSet<usize> =
            lists.iter().filter(|(giver, list)| leads(**giver, **list)).map(|(giver, _)| *giver).collect();
        ways.only(contract, |connection| {
            let list = connection.list();
            let is_shown = list.is_none_or(|list| lists.get(&connection.giver) == Some(&list));
            let is_circle = list.is_some() && circles.contains(&connection.giver);
            levels[connection.giver] < DEEPEST && is_shown && !is_circle
        })
    }

    /// The same without those of operations that cannot give anything, and of others.
    pub(super) fn only(mut self, contract: &Contract, keeps: impl Fn(&Connection) -> bool) -> Ways {
        self.to.iter_mut().for_each(|ways| ways.retain(&keeps));
        self.settled(contract)
    }

    fn settled(mut self, contract: &Contract) -> Ways {
        let pairs = self.to.iter().zip(&self.known);
        self.values = pairs.map(|(ways, known)| all(contract, ways, known)).collect();
        self.levels = levels(&self.to);
        let listed = self.to.iter().flatten().rev().filter_map(|way| Some((way.giver, way.list()?)));
        self.lists = listed.collect();
        self
    }

    /// The list that shows what an operation makes, where no answer tells of it.
    pub(super) fn list(&self, giver: usize) -> Option<usize> {
        self.lists.get(&giver).copied()
    }

    /// What gives an operation what it takes.
    pub(super) fn to(&self, taker: usize) -> &[Connection] {
        self.to.get(taker).map_or(&[], Vec::as_slice)
    }

    /// How many operations come before one.
    pub fn level(&self, operation: usize) -> usize {
        self.levels.get(operation).copied().unwrap_or_default()
    }

    /// The operations that give something to others.
    pub(super) fn givers(&self) -> BTreeSet<usize> {
        self.to.iter().flatten().map(|connection| connection.giver).collect()
    }

    /// What is given to an operation.
    pub(super) fn values(&self, taker: usize) -> &[Need] {
        self.values.get(taker).map_or(&[], |values| values)
    }

    /// The number of what is given for a parameter.
    pub(super) fn number(&self, taker: usize, parameter: &Parameter) -> Option<usize> {
        let is = |need: &Need| need.given.into.is(parameter.location, &parameter.name);
        self.values.get(taker)?.iter().position(is)
    }

    /// What is given for members of the body: the numbers and places.
    pub(super) fn members(&self, taker: usize) -> impl Iterator<Item = (usize, &str)> {
        let values = self.values.get(taker).into_iter().flat_map(|values| values.iter()).enumerate();
        values.filter_map(|(number, need)| match &need.given.into {
            Taking::Body(at) => Some((number, at.as_str())),
            Taking::Parameter(..) => None,
        })
    }

    /// Fixes the members of a body again that are to be refused.
    pub(super) fn release(
        &self,
        taker: usize,
        request: &mut Request,
        violations: &[Violation],
        labeller: &Labeller<'_>,
    ) {
        let Some(body) = request.body.as_mut().filter(|body| body.is_open()) else { return };
        let broken = |at: &str| {
            let within =
                |one: &Violation| matches!(&one.place, Place::Body(own) if pointer::is_within(own, at));
            violations.iter().any(within)
        };
        if self.members(taker).any(|(_, at)| broken(at)) {
            *body = labeller.text(body.sample().to_vec());
        }
    }

    /// What a request takes, if it takes anything.
    pub(super) fn needs(
        &self,
        contract: &Contract,
        taker: usize,
        case: (&Request, Verdict, &str),
    ) -> Option<Needs> {
        let (request, verdict, key) = case;
        let values = self.values.get(taker).filter(|values| !values.is_empty())?;
        if !request.is_open() {
            return None;
        }
        let operation = &contract.operations[taker];
        let own = request.method == operation.method;
        let purpose = if guard::is_safe(&request.method) {
            READS.to_owned()
        } else if own && operation.method == "POST" && self.makers.contains(&taker) {
            operation.id.clone()
        } else if own && verdict == Verdict::Reject {
            format!("{}/refused", operation.id)
        } else if own && verdict == Verdict::Either && operation.method != "DELETE" {
            format!("{}/either", operation.id)
        } else {
            format!("{}/{key}", operation.id)
        };
        Some(Needs { values: Arc::clone(values), purpose: purpose.into() })
    }
}

impl Needs {
    /// The same for a purpose.
    #[must_use]
    pub(super) fn with(&self, purpose: &str) -> Needs {
        Needs { purpose: purpose.into(), ..self.clone() }
    }

    /// The same with some values from what others give, for a purpose of their own.
    #[must_use]
    pub(super) fn but(&self, others: &[Need], purpose: &str) -> Needs {
        let instead = |need: &Need| {
            let other = others.iter().find(|other| other.given.into == need.given.into);
            other
                .map_or_else(|| need.clone(), |other| Need { purpose: Some(purpose.into()), ..other.clone() })
        };
        Needs { values: self.values.iter().map(instead).collect(), ..self.clone() }
    }

    /// The operations that give what is taken, each with the key of the case that does.
    pub fn supplies(&self) -> BTreeSet<(usize, String)> {
        self.values.iter().filter_map(|need| Some((need.giver?, self.key(need)))).collect()
    }

    /// The key of the case that supplies a value that is taken.
    pub fn key(&self, need: &Need) -> String {
        format!("{RESOURCE}{}", need.purpose.as_ref().unwrap_or(&self.purpose))
    }

    /// Whether anything that is taken is only guessed to fit.
    pub fn are_guessed(&self) -> bool {
        self.values.iter().any(|need| !need.stated)
    }

    /// Whether all that is taken was known before.
    pub fn are_known(&self) -> bool {
        self.values.iter().all(|need| need.giver.is_none())
    }

    /// Whether it is a resource that nobody changes.
    pub fn is_for_reading(&self) -> bool {
        *self.purpose == *READS
    }

    /// Whether a parameter of the path names what is the run's own.
    pub fn are_own(&self) -> bool {
        let in_path = |into: &Taking| matches!(into, Taking::Parameter(ParameterLocation::Path, _));
        self.values.iter().any(|need| need.own && in_path(&need.given.into))
    }
}

impl Case {
    /// Whether it makes a resource for others.
    pub fn makes(&self) -> bool {
        matches!(self.role, Role::Supply | Role::Story) && self.key.starts_with(RESOURCE)
    }

    /// What it supplies a resource for, if it does.
    pub(super) fn purpose(&self) -> &str {
        self.key.strip_prefix(RESOURCE).unwrap_or_default()
    }

    /// What an earlier answer gives a place of the request, by its number in the pieces: the name of
    /// the place, and where the value stands.
    pub fn taken(&self, number: usize) -> Option<(&str, String)> {
        if let Some(follow) = &self.follows {
            let one = follow.parameters.get(number)?;
            return Some((&one.name, one.value.to_string()));
        }
        let need = self.needs.as_ref()?.values.get(number)?;
        Some((need.given.into.name(), need.given.from.to_string()))
    }
}

/// Whether requests to an operation may be sent for others.
fn is_asked(contract: &Contract, wishes: &Wishes, giver: usize) -> bool {
    let is_excluded = wishes.selection.excludes(&contract.operations[giver], "");
    !is_excluded && !guard::spares(contract, &wishes.guards, giver)
}

/// The lists that stand for themselves, and show what may stand in the path of an operation.
fn lists(connections: &Connections, taker: usize) -> impl Iterator<Item = &Connection> {
    let in_path = |given: &Given| matches!(given.into, Taking::Parameter(ParameterLocation::Path, _));
    connections.to(taker).iter().filter(move |connection| {
        connection.kind == Kind::Shown
            && connection.gives.iter().all(in_path)
            && connections.chosen(connection.giver).is_empty()
    })
}

/// What connections give, and what is known beside.
fn all(contract: &Contract, ways: &[Connection], known: &[Need]) -> Arc<[Need]> {
    let each = ways.iter().flat_map(|way| {
        let of: Arc<str> = contract.operations[way.giver].id.as_str().into();
        way.gives.iter().map(move |given| Need {
            giver: Some(way.giver),
            of: Arc::clone(&of),
            given: given.clone(),
            stated: way.reason.is_stated(),
            own: way.kind == Kind::Made,
            purpose: None,
        })
    });
    let given: Vec<Need> = each.collect();
    let open = |need: &&Need| !given.iter().any(|other| other.given.into == need.given.into);
    let known: Vec<Need> = known.iter().filter(open).cloned().collect();
    given.into_iter().chain(known).collect()
}

/// Whether a POST adds to a collection, in place of doing something with what its path names.
fn makes(contract: &Contract, index: usize) -> bool {
    let operation: &Operation = &contract.operations[index];
    let created = |status: StatusRange| status == StatusRange::Code(201);
    operation.method == "POST"
        && (operation.responses.iter().any(|response| created(response.status))
            || operation.path_methods.iter().any(|method| method == "GET"))
}
