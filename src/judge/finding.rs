//! Findings: facts about the host, each with the cases that show it.

use super::fact::{About, Fact};
use super::{Check, Levels, Severity, check};
use crate::contract::Contract;
use crate::exchange::Exchange;
use crate::exchange::shape::without_numbers;
use crate::plan::{Case, Plan, Position};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What a check holds against one exchange.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Observation {
    /// The check.
    pub check: &'static Check,
    /// Where its case stands.
    pub position: Position,
    /// What it is about.
    pub about: About,
    /// The kind of answer, which tells facts apart: `500 {error}`, `type`, `733`.
    pub answer: String,
    /// The words of the answer without what differs from case to case, where these tell facts apart.
    pub detail: String,
    /// What is wrong, in one sentence without values that differ from case to case.
    pub title: String,
    /// What the contract asks for.
    pub expected: String,
    /// What came.
    pub actual: String,
    /// JSON Pointer to where the contract asks for it.
    pub at: String,
    /// JSON Pointer to the value in the answer that is wrong, if it is one.
    pub value: Option<String>,
    /// What it does to the verdict unless the user says otherwise: what its check does, or less.
    pub severity: Severity,
    /// Whether it stands for the others that show the same.
    pub leads: bool,
}

impl Observation {
    /// The same as a remark that leaves the verdict.
    #[must_use]
    pub fn as_warning(self) -> Observation {
        Observation { severity: self.severity.max(Severity::Warn), ..self }
    }

    /// The same about something else.
    #[must_use]
    pub fn about(self, about: About) -> Observation {
        Observation { about, ..self }
    }

    /// Where its case stands.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Every text that may quote an answer.
    pub fn texts(&mut self) -> [&mut String; 5] {
        [&mut self.answer, &mut self.detail, &mut self.title, &mut self.expected, &mut self.actual]
    }
}

/// A fact about the host: observations that agree in what they are about.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The check.
    pub check: &'static Check,
    /// What it does to the verdict: deny or warn.
    pub severity: Severity,
    /// The identity of the first operation that shows it.
    pub operation: String,
    /// What it is about.
    pub about: About,
    /// The kind of answer.
    pub answer: String,
    /// The first observation, which stands for all; its title tells how far the fact goes.
    pub first: Observation,
    /// Every case that shows it, in the order of the plan.
    pub cases: Vec<Position>,
    /// The operations that show it, by their indexes.
    pub operations: BTreeSet<usize>,
    /// How many of the requests that could show it do.
    pub reach: Reach,
}

/// How many of the requests that could show a fact do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// How many were sent; 0 where it is not about whatever is sent.
    pub of: usize,
    /// Those that do not show it, where most do.
    pub except: Vec<Position>,
}

/// So many operations are named in a title.
const NAMED: usize = 3;

/// Answers of one kind with more different words than these are one fact: the words differ with what
/// was sent.
const MOST_DETAILS: usize = 3;

/// A fact about fewer requests than these does not name those that do not show it.
const MANY: usize = 5;

/// Folds observations, which stand in the order of the plan, into findings: the most serious first,
/// check by check, then in the order of the contract and of the plan.
pub fn findings(
    contract: &Contract,
    (plan, exchanges): (&Plan, &[Vec<Option<Exchange>>]),
    observations: &[Observation],
    levels: &Levels,
) -> Vec<Finding> {
    let told = observations.iter().filter(|one| levels.of_observation(one) != Severity::Allow);
    let told: Vec<(&Observation, usize)> = told.map(|one| (one, case(plan, one).operation)).collect();
    let details = Details::of(&told);
    let mut found: IndexMap<Fact<'_>, Finding> = IndexMap::new();
    for (one, operation) in told {
        let detail = details.told(one, operation);
        let severity = levels.of_observation(one);
        let answer = match detail.as_str() {
            "" => one.answer.clone(),
            words => format!("{}: {words}", one.answer),
        };
        let fact = Fact::of(one, operation).with_words(detail);
        let finding = found.entry(fact).or_insert_with(|| Finding {
            check: one.check,
            severity,
            operation: contract.operations[operation].id.clone(),
            about: one.about.clone(),
            answer,
            first: one.clone(),
            cases: Vec::new(),
            operations: BTreeSet::new(),
            reach: Reach::default(),
        });
        if severity < finding.severity || (one.leads && !finding.first.leads) {
            finding.first = one.clone();
        }
        finding.severity = finding.severity.min(severity);
        if finding.cases.last() != Some(&one.position) {
            finding.cases.push(one.position);
        }
        finding.operations.insert(operation);
    }
    let mut found: Vec<Finding> = found.into_values().collect();
    for finding in &mut found {
        finding.reach = reach(contract, (plan, exchanges), finding);
        let more = further(contract, plan, finding);
        finding.first.title.push_str(&more);
    }
    found.sort_by_cached_key(|finding| {
        let widest = finding.about != About::Api;
        let operation = finding.operations.first().copied();
        (finding.severity, order(finding.check), widest, operation, finding.first.position)
    });
    found
}

/// How much of the words of answers tells facts apart, by the fact that they belong to.
struct Details<'o>(HashMap<Fact<'o>, Level>);

/// How much of the words of an answer tells facts apart.
#[derive(Clone, Copy)]
enum Level {
    Whole,
    WithoutNumbers,
    Nothing,
}

impl Level {
    /// That of answers with these words, each with how many cases show it: what differs from answer to
    /// answer, or in many ways, differs with what was sent or with the time.
    fn of(known: &BTreeMap<&str, usize>) -> Level {
        if known.len() > 1 && known.values().all(|cases| *cases == 1) && differ_in_a_word(known) {
            return Level::Nothing;
        }
        if known.len() <= MOST_DETAILS {
            return Level::Whole;
        }
        let plain: BTreeSet<String> = known.keys().map(|words| without_numbers(words)).collect();
        if plain.len() <= MOST_DETAILS { Level::WithoutNumbers } else { Level::Nothing }
    }
}

impl<'o> Details<'o> {
    fn of(told: &[(&'o Observation, usize)]) -> Details<'o> {
        let mut details: HashMap<Fact<'o>, BTreeMap<&'o str, usize>> = HashMap::new();
        for (one, operation) in told.iter().filter(|(one, _)| !one.detail.is_empty()) {
            let known = details.entry(Fact::of(one, *operation).coarse()).or_default();
            *known.entry(&one.detail).or_default() += 1;
        }
        Details(details.into_iter().map(|(fact, known)| (fact, Level::of(&known))).collect())
    }

    /// Of the words of an answer those that tell facts apart.
    fn told(&self, one: &Observation, operation: usize) -> String {
        match self.0.get(&Fact::of(one, operation).coarse()) {
            Some(Level::Whole) => one.detail.clone(),
            Some(Level::WithoutNumbers) => without_numbers(&one.detail),
            Some(Level::Nothing) | None => String::new(),
        }
    }
}

/// Whether texts are the same but for one word.
fn differ_in_a_word(known: &BTreeMap<&str, usize>) -> bool {
    let mut texts = known.keys().map(|words| words.split(' ').collect::<Vec<_>>());
    let Some(first) = texts.next() else { return false };
    texts.all(|other| {
        other.len() == first.len()
            && first.iter().zip(&other).filter(|(one, other)| one != other).count() <= 1
    })
}

fn case<'p>(plan: &'p Plan, observation: &Observation) -> &'p Case {
    &plan[observation.position]
}

fn order(check: &Check) -> usize {
    super::CHECKS.iter().position(|known| known.id == check.id).unwrap_or(usize::MAX)
}

fn is(finding: &Finding, check: &Check) -> bool {
    finding.check.id == check.id
}

/// Whether a fact is about whatever is sent, so that it says something how many requests show it.
fn is_about_whatever_is_sent(finding: &Finding) -> bool {
    let checks = [
        &check::server_error::CHECK,
        &check::complete_answer::CHECK,
        &check::documented_status::CHECK,
        &check::credentials_enforced::CHECK,
    ];
    matches!(finding.about, About::Operation) && checks.iter().any(|check| is(finding, check))
}

fn reach(
    contract: &Contract,
    (plan, exchanges): (&Plan, &[Vec<Option<Exchange>>]),
    finding: &Finding,
) -> Reach {
    if !is_about_whatever_is_sent(finding) {
        return Reach::default();
    }
    let about_strangers = is(finding, &check::credentials_enforced::CHECK);
    let could = |case: &Case| {
        let operation = &contract.operations[case.operation];
        let asks_it = finding.operations.contains(&case.operation) && case.request.method == operation.method;
        asks_it && (!about_strangers || case.expectation.is_about_credentials())
    };
    let mut sent: Vec<Position> = Vec::new();
    for (scenario, steps) in exchanges.iter().enumerate() {
        let cases = plan.scenarios.get(scenario).into_iter().flat_map(|one| &one.cases);
        let pairs = cases.zip(steps).enumerate();
        let asked = pairs.filter(|(_, (case, exchange))| exchange.is_some() && could(case));
        sent.extend(asked.map(|(step, _)| Position { scenario, step }));
    }
    let shown: HashSet<&Position> = finding.cases.iter().collect();
    let except: Vec<Position> = sent.iter().copied().filter(|position| !shown.contains(position)).collect();
    let most = sent.len() >= MANY && 2 * except.len() < sent.len();
    Reach { of: sent.len(), except: if most { except } else { Vec::new() } }
}

/// What completes a title: which requests or operations show the fact.
fn further(contract: &Contract, plan: &Plan, finding: &Finding) -> String {
    let case = |position: &Position| &plan[*position];
    let mut more = String::new();
    if is(finding, &check::credentials_enforced::CHECK) {
        let mut kinds: Vec<&str> = Vec::new();
        for position in &finding.cases {
            let kind = case(position).request.credentials.name();
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        more = format!(" ({})", kinds.join(", "));
    } else if is(finding, &check::invalid_rejected::CHECK) && finding.about.constraint() == "type" {
        more = kinds(finding.cases.iter().map(case));
    } else if is_about_whatever_is_sent(finding) || is(finding, &check::valid_accepted::CHECK) {
        more = given(finding, case(&finding.first.position), &mut finding.cases.iter().map(case));
    }
    if matches!(finding.about, About::Api | About::Contract) && finding.operations.len() > 1 {
        more.push_str(&format!(": {}", named(contract, &finding.operations)));
    }
    more
}

/// What was accepted at a place, in the last words of the identities of cases.
fn kinds<'p>(cases: impl Iterator<Item = &'p Case>) -> String {
    const MOST: usize = 6;
    let mut kinds: Vec<&str> = Vec::new();
    for kind in cases.filter_map(|case| case.id.rsplit('/').next()) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let more = if kinds.len() > MOST { ", \u{2026}" } else { "" };
    kinds.truncate(MOST);
    format!(" ({}{more})", kinds.join(", "))
}

/// Which requests show a fact.
fn given<'p>(finding: &Finding, first: &Case, cases: &mut impl Iterator<Item = &'p Case>) -> String {
    let Reach { of, except } = &finding.reach;
    let alike = cases.all(|case| case.about == first.about);
    match finding.about {
        About::Operation if *of > 1 && except.is_empty() && finding.cases.len() >= *of => {
            ", whatever is asked".to_owned()
        }
        About::Operation if !except.is_empty() => {
            format!(" to all but {} of {of} requests", except.len())
        }
        About::Operation if is(finding, &check::valid_accepted::CHECK) => String::new(),
        _ if alike => format!(", given {}", first.about),
        _ => format!(", for example given {}", first.about),
    }
}

/// Names of operations, at most a few.
fn named(contract: &Contract, operations: &BTreeSet<usize>) -> String {
    let names: Vec<&str> =
        operations.iter().take(NAMED).map(|index| contract.operations[*index].id.as_str()).collect();
    let more = match operations.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", names.join(", "))
}
