//! What the requests of a run made, and what of it stands.

use super::before::Before;
use super::way::{Key, Undo, known, place, scalar, way};
use crate::contract::Contract;
use crate::exchange::{Answer, Sent};
use crate::json::{self, Kind};
use crate::plan::{Case, Plan};
use std::collections::{BTreeMap, HashSet};

/// So many texts of a request tell what it made.
const TEXTS: usize = 64;

/// No member that tells is longer.
const LONGEST_MEMBER: usize = 4 << 10;

/// So many members of a request tell what it made.
const MEMBERS: usize = 16;

/// No text that tells is longer.
const LONGEST: usize = 200;

/// What a request made, or may have made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::run) struct Made {
    /// Index of the operation that it was sent to.
    pub(in crate::run) giver: usize,
    /// The identity of its case.
    pub(in crate::run) case: String,
    /// The values in the path of the request.
    pub(in crate::run) known: BTreeMap<String, String>,
    /// How it is deleted; nothing where that is not known.
    pub(in crate::run) undo: Option<Undo>,
    /// The texts that the request brought with the digits of the run.
    pub(in crate::run) texts: Vec<String>,
    /// The members that it brought, where there is no such text.
    pub(in crate::run) members: BTreeMap<String, String>,
    /// Whether an answer says that it was made.
    pub(in crate::run) is_sure: bool,
    /// Whether what it is called is the run's for certain: the answer was 201, or the run chose the name.
    pub(in crate::run) is_clear: bool,
}

impl Made {
    /// What an exchange with an operation made.
    pub(in crate::run) fn of(
        contract: &Contract,
        (giver, case): (usize, &str),
        (sent, answer): (&Sent, Option<&Answer>),
        run: &str,
    ) -> Made {
        // Nothing is looked for that could not be deleted.
        let has_way = way(contract, giver).is_some();
        let texts = if has_way { texts(sent, run) } else { Vec::new() };
        let undo = Undo::of(contract, giver, (sent, answer), run);
        Made {
            giver,
            case: case.to_owned(),
            known: known(&contract.operations[giver], &sent.head.url),
            is_clear: is_clear(undo.as_ref(), answer.map(|answer| answer.status), run),
            undo,
            members: if has_way && texts.is_empty() { members(sent) } else { BTreeMap::new() },
            texts,
            is_sure: answer.is_some_and(Answer::accepted),
        }
    }

    /// Where the request was sent.
    pub(super) fn place(&self, contract: &Contract) -> Vec<String> {
        place(&contract.operations[self.giver].path, |name| self.known.get(name).cloned())
    }
}

/// What a run made and did not delete, in the order in which it was made.
#[derive(Clone, Debug, Default)]
pub(in crate::run) struct Standing {
    pub(super) made: Vec<Made>,
    /// Where else the run sent what may have changed something.
    pub(super) changed: HashSet<Vec<String>>,
    /// What lists showed before the run added to them.
    pub(super) before: Before,
    /// The operations to which something was sent that may make something.
    pub(super) begun: HashSet<usize>,
    /// What several requests were answered with, none of which clearly made it.
    doubted: HashSet<Key>,
    /// All that was ever named.
    named: HashSet<Key>,
}

impl Standing {
    /// Something was made; what is called as something that stands is that, if it is clear. If not, it may
    /// have been there before: then its name is not believed.
    pub(in crate::run) fn add(&mut self, mut made: Made) {
        let key = made.undo.as_ref().map(Undo::key);
        let nameless = |known: &&mut Made| known.undo.is_none() && known.is_sure && known.case == made.case;
        if let (Some(key), Some(known)) = (&key, self.made.iter_mut().find(nameless))
            && made.is_sure
        {
            // It was found in a list.
            self.named.insert(key.clone());
            *known = made;
            return;
        }
        if key.as_ref().is_some_and(|key| self.doubted.contains(key)) {
            made.undo = None;
        }
        // Most have a name of their own.
        if key.is_none_or(|key| self.named.insert(key)) {
            self.made.push(made);
            return;
        }
        let same = |known: &Made| match (&known.undo, &made.undo) {
            (Some(known), Some(new)) => known.is_of(new),
            _ => false,
        };
        match self.made.iter_mut().find(|known| same(known)) {
            Some(known) if known.is_clear || made.is_clear || known.case == made.case => {
                known.is_sure |= made.is_sure;
                known.is_clear |= made.is_clear;
            }
            Some(known) => {
                self.doubted.extend(known.undo.take().map(|undo| undo.key()));
                self.made.push(Made { undo: None, ..made });
            }
            None => self.made.push(made),
        }
    }

    /// What a case made, where that has no name yet.
    pub(in crate::run) fn nameless(&self, case: &str) -> Option<&Made> {
        self.made.iter().find(|made| made.case == case && made.undo.is_none() && made.is_sure)
    }

    /// A request was accepted that deletes.
    pub(in crate::run) fn delete(&mut self, contract: &Contract, undo: &Undo) {
        let gone = undo.place(contract);
        self.made.retain(|made| match &made.undo {
            Some(own) => own.place(contract) != gone,
            None => !is_below(&made.place(contract), &gone),
        });
    }

    /// What may make something is about to be sent to an operation.
    pub(in crate::run) fn begin(&mut self, giver: usize) {
        self.begun.insert(giver);
    }

    /// A request may have changed what is at its place.
    pub(in crate::run) fn change(&mut self, contract: &Contract, operation: usize, url: &str) {
        let operation = &contract.operations[operation];
        let known = known(operation, url);
        self.changed.insert(place(&operation.path, |name| known.get(name).cloned()));
    }

    /// What was made, in order.
    pub(in crate::run) fn made(&self) -> &[Made] {
        &self.made
    }

    /// Takes out what was made.
    pub(in crate::run) fn take(&mut self) -> Vec<Made> {
        std::mem::take(&mut self.made)
    }

    /// Keeps what stays, one after the other.
    pub(in crate::run) fn keep(&mut self, stays: &[bool]) {
        let mut each = stays.iter();
        self.made.retain(|_| each.next().copied().unwrap_or_default());
    }

    /// How much of it an answer says was made.
    pub(in crate::run) fn sure(&self) -> usize {
        self.made.iter().filter(|made| made.is_sure).count()
    }
}

/// Whether a request may make something even where its answer does not tell: what an id of the caller's
/// is put to is known without one.
pub(in crate::run) fn may_make(contract: &Contract, operation: usize, method: &str) -> bool {
    method == "POST" || (method == "PUT" && way(contract, operation).is_some())
}

/// Whether a plan may make something that the contract has a way to delete.
pub fn may_be_undone(contract: &Contract, plan: &Plan) -> bool {
    let makes = |case: &Case| may_make(contract, case.operation, &case.request.method);
    plan.cases().any(|case| makes(case) && way(contract, case.operation).is_some())
}

/// Whether what a request was answered with is the run's for certain.
pub(in crate::run) fn is_clear(undo: Option<&Undo>, status: Option<u16>, run: &str) -> bool {
    status == Some(201) || undo.is_some_and(|undo| undo.values.values().any(|text| text.contains(run)))
}

/// The texts of a body that hold the digits of the run.
pub(super) fn texts(sent: &Sent, run: &str) -> Vec<String> {
    let Some(body) = sent.body().and_then(|body| json::read(&body).ok()) else { return Vec::new() };
    let (mut found, mut open) = (Vec::new(), vec![&body.root]);
    while let Some(node) = open.pop().filter(|_| found.len() < TEXTS) {
        match &node.kind {
            Kind::Array(items) => open.extend(items.iter().rev()),
            Kind::Object(members) => open.extend(members.iter().rev().map(|member| &member.value)),
            Kind::String(text) if text.contains(run) && text.len() <= LONGEST => found.push(text.clone()),
            _ => {}
        }
    }
    found
}

/// The scalar members of a body.
fn members(sent: &Sent) -> BTreeMap<String, String> {
    let Some(body) = sent.body().and_then(|body| json::read(&body).ok()) else { return BTreeMap::new() };
    let Kind::Object(members) = &body.root.kind else { return BTreeMap::new() };
    let short = members.iter().filter_map(|member| {
        let text = scalar(&member.value).filter(|text| text.len() <= LONGEST_MEMBER)?;
        Some((member.key.clone(), text))
    });
    short.take(MEMBERS).collect()
}

pub(super) fn is_below(place: &[String], outer: &[String]) -> bool {
    place.len() > outer.len() && place.starts_with(outer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::ParameterLocation;
    use crate::source::Document;

    const CONTRACT: &str = "
openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /a:
    get: {operationId: list, responses: {'200': {description: all}}}
    post: {operationId: make, responses: {'201': {description: made, content: {application/json: {schema: {type: object, properties: {id: {}}}}}}}}
  /a/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    delete: {operationId: remove, responses: {'204': {description: gone}}}
";

    fn made(case: &str, id: &str, is_clear: bool) -> Made {
        let values = [((ParameterLocation::Path, "id".to_owned()), id.to_owned())];
        Made {
            giver: 1,
            case: case.to_owned(),
            known: BTreeMap::new(),
            undo: Some(Undo { operation: 2, values: values.into() }),
            texts: Vec::new(),
            members: BTreeMap::new(),
            is_sure: true,
            is_clear,
        }
    }

    fn named(standing: &Standing) -> Vec<bool> {
        standing.made.iter().map(|made| made.undo.is_some()).collect()
    }

    #[test]
    fn what_several_requests_are_answered_with_none_of_them_may_have_made() {
        let mut standing = Standing::default();
        standing.add(made("one", "7", false));
        standing.add(made("two", "8", false));
        standing.add(made("three", "7", false));
        standing.add(made("four", "7", false));
        assert_eq!(named(&standing), [false, true, false, false]);
        let mut standing = Standing::default();
        standing.add(made("one", "7", true));
        standing.add(made("two", "7", false));
        assert_eq!(named(&standing), [true], "the answer to the first said that it was created");
    }

    #[test]
    fn what_a_list_showed_before_is_not_the_runs() {
        let contract = Contract::read(Document::from_text("t.yaml", CONTRACT).unwrap()).ok().unwrap();
        let mut standing = Standing::default();
        assert!(standing.looks_at(&contract, (0, &[1]), "http://h/a"));
        standing.saw(&contract, 0, "http://h/a", &["7".to_owned()]);
        assert!(!standing.looks_at(&contract, (0, &[1]), "http://h/a"), "it was looked at");
        standing.begin(1);
        assert!(!standing.looks_at(&contract, (0, &[1]), "http://h/v1/a"), "it may show what was made");
        standing.add(made("one", "7", true));
        standing.add(made("two", "8", true));
        standing.spare_what_was_there(&contract);
        assert_eq!(standing.made, [made("two", "8", true)]);
    }
}
