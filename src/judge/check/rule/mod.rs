//! `rule`: what the contract's rules say holds in every accepted exchange. Each rule has a file.

mod at_most;
mod constant;
mod default;
mod distinct;
mod encodes_time;
mod equal;
mod matches;
mod order;
mod ordered;
mod over_run;
mod page;
mod precision;
mod recent;
mod same_instant;
mod scene;
mod sorted;
mod span;
mod value;

pub use over_run::{Note, over_run, tried};
pub(in crate::judge) use precision::{Asked, Echo, echo};
pub(in crate::judge) use span::{about, zone};

use crate::contract::rule::Strictness;
use crate::contract::{Rule, Statement};
use crate::exchange::{Answer, Exchange};
use crate::json::{self, Node};
use crate::judge::{About, Check, Observation, Scope, Severity, View};
use crate::plan::{Position, Scenario};
use scene::Scene;

pub(in crate::judge) const CHECK: Check = Check {
    id: "rule",
    summary: "the contract's rules hold in every accepted exchange",
    meaning: "A rule under x-probity does not hold: a value is not echoed as it was sent, two values that must agree differ, two are in the wrong order, an id came twice, a time is not now. The finding says what became of the value: cut, in lower case, escaped, rounded, in another time zone.",
    matters: "Every value has the right type and is still wrong. No schema can see this.",
    allow: "Remove or correct the rule in x-probity if it does not describe the API; `severity: warn` on the rule reports it without failing the run.",
    severity: Severity::Deny,
    scope: Scope::Contract,
};

/// The same check for a rule that only warns.
static WARNED: Check = Check { severity: Severity::Warn, ..CHECK };

/// The check under which a rule is reported.
fn check_of(rule: &Rule) -> &'static Check {
    static DENIED: Check = CHECK;
    match rule.severity {
        Strictness::Deny => &DENIED,
        Strictness::Warn => &WARNED,
    }
}

/// What an accepted answer tells of the rules: what it breaks, and what is kept of it for the
/// end of the run.
pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> (Vec<Observation>, Option<Note>) {
    let rules = &view.operation.behaviour.rules;
    let Some(scene) = Scene::new(view, answer).filter(|_| !rules.is_empty()) else {
        return (Vec::new(), None);
    };
    let mut found = Vec::new();
    let mut note =
        Note { position: view.position, tried: Vec::with_capacity(rules.len()), values: Vec::new() };
    for (index, rule) in rules.iter().enumerate() {
        let judged = judged(&scene, rule);
        found.extend(judged.unmet.into_iter().map(|unmet| observed(view.position, rule, unmet)));
        note.tried.push(judged.tried);
        note.values.extend(over_run::values(&scene, rule).into_iter().map(|value| (index, value)));
    }
    (found, Some(note))
}

/// What the answers of a scenario that was made for a rule tell of it, once its last case was answered.
pub(in crate::judge) fn of_scenario(
    view: &View<'_>,
    scenario: &Scenario,
    exchanges: &[Option<Exchange>],
    note: Option<&mut Note>,
) -> Vec<Observation> {
    let rule = scenario.rule.and_then(|index| Some((index, view.operation.behaviour.rules.get(index)?)));
    let Some((index, rule)) = rule else { return Vec::new() };
    let body = |exchange: &Option<Exchange>| {
        let answer = exchange.as_ref()?.answer().filter(|answer| answer.accepted())?;
        Some(json::read(&answer.body).ok()?.root)
    };
    let Some(answers) = exchanges.iter().map(body).collect::<Option<Vec<Node>>>() else { return Vec::new() };
    let judged = match &rule.statement {
        Statement::Default(parameter) => default::judge(parameter, &answers),
        Statement::Page(paged) => page::judge(paged, &answers),
        _ => Judged::default(),
    };
    if let Some(tried) = note.and_then(|note| note.tried.get_mut(index)) {
        *tried += judged.tried;
    }
    judged.unmet.into_iter().map(|unmet| observed(view.position, rule, unmet)).collect()
}

fn observed(position: Position, rule: &Rule, unmet: Unmet) -> Observation {
    let expected = match &rule.because {
        Some(because) => format!("{} ({})", unmet.expected, because.trim_end_matches('.')),
        None => unmet.expected,
    };
    let mild = unmet.mild;
    let observed = Observation {
        value: None,
        severity: check_of(rule).severity,
        leads: false,
        check: check_of(rule),
        position,
        about: About::Contract,
        answer: format!("{rule}: {}", unmet.kind),
        detail: String::new(),
        title: unmet.title,
        expected,
        actual: unmet.actual,
        at: rule.at.clone(),
    };
    if mild { observed.as_warning() } else { observed }
}

/// What one exchange tells of a rule.
#[derive(Debug, Default)]
struct Judged {
    /// How many values or pairs of values the rule was held against.
    tried: usize,
    /// What does not hold, each kind once.
    unmet: Vec<Unmet>,
}

/// A rule that does not hold.
#[derive(Debug, PartialEq, Eq)]
struct Unmet {
    /// What tells this from other ways not to hold; nothing in it differs from case to case.
    kind: String,
    title: String,
    expected: String,
    actual: String,
    /// Whether it is a remark, whatever the rule says.
    mild: bool,
}

impl Judged {
    /// Something was held against the rule.
    fn add(&mut self, unmet: Option<Unmet>) {
        self.tried += 1;
        if let Some(unmet) = unmet
            .filter(|new| self.unmet.iter().all(|known| (&known.kind, known.mild) != (&new.kind, new.mild)))
        {
            self.unmet.push(unmet);
        }
    }
}

fn judged(scene: &Scene<'_>, rule: &Rule) -> Judged {
    if rule.statement.is_over_run() || !scene.holds(&rule.conditions) {
        return Judged::default();
    }
    match &rule.statement {
        Statement::Equal(pair) => equal::judge(scene, pair),
        Statement::Ordered(pair) => ordered::judge(scene, pair),
        Statement::Value(fixed) => value::judge(scene, fixed),
        Statement::Recent(recent) => recent::judge(scene, recent),
        Statement::SameInstant(pair) => same_instant::judge(scene, pair),
        Statement::EncodesTime(encodes) => encodes_time::judge(scene, encodes),
        Statement::AtMost(pair) => at_most::judge(scene, pair),
        Statement::Sorted(sorted) => sorted::judge(scene, sorted),
        Statement::Matches(wanted) => matches::judge(scene, wanted),
        Statement::Constant(_) | Statement::Distinct(_) | Statement::Default(_) | Statement::Page(_) => {
            Judged::default()
        }
    }
}

#[cfg(test)]
mod tests;
