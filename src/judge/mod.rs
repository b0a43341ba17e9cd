//! The judge: what the contract holds against an exchange. Each check has a file of its own; what
//! only the whole run shows, such as why a valid request was refused, is settled at its end.
//!
//! One fact gives one observation: a server error is not also an undocumented status, and an
//! answer that is not JSON is not also one without a code.

mod check;
mod clock;
mod difference;
mod fact;
mod finding;
mod level;
mod once;
mod settle;
mod unknown_path;
mod view;

pub use check::rule::{Note, over_run, tried};
pub use fact::About;
pub use finding::{Finding, Observation, Reach, findings};
pub use level::{Levels, NoSuchCheck, Severity};
pub(crate) use once::refused_once;
pub use settle::{Settled, Untested, settle};
pub use unknown_path::{is_about_methods, unknown_path};
pub use view::{View, values};

use crate::cause::Cause;
use crate::contract::{Contract, SecurityScheme};
use crate::exchange::{Answer, CredentialKind, Exchange, FailureKind, Outcome};
use crate::plan::{Plan, Position, Precondition, Scenario, Verdict};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One kind of judgement.
#[derive(Debug)]
pub struct Check {
    /// The stable identity.
    pub id: &'static str,
    /// What it asks for, in one line.
    pub summary: &'static str,
    /// What a finding means.
    pub meaning: &'static str,
    /// Why it matters.
    pub matters: &'static str,
    /// How to allow it, beyond `-A`.
    pub allow: &'static str,
    /// Its severity unless the user says otherwise.
    pub severity: Severity,
    /// What it is about, unless an observation knows better.
    pub scope: Scope,
}

/// What a check is about, which tells one fact from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What the host does with a request: each place and constraint is a fact of its operation.
    Request,
    /// What an operation does, whatever it is asked.
    Operation,
    /// What an answer looks like: each place in the contract is a fact, whichever operation shows it.
    Contract,
    /// What the host does everywhere: one fact for all operations.
    Api,
}

/// Every check, in the order of seriousness.
pub const CHECKS: &[&Check] = &[
    &check::complete_answer::CHECK,
    &check::throttled::CHECK,
    &check::server_error::CHECK,
    &check::credentials_enforced::CHECK,
    &check::object_authorisation::CHECK,
    &check::leaked_internals::CHECK,
    &check::valid_accepted::CHECK,
    &check::invalid_rejected::CHECK,
    &check::uniqueness::CHECK,
    &check::error_code::CHECK,
    &check::rule::CHECK,
    &check::read_back::CHECK,
    &check::state::created::CHECK,
    &check::state::replaced::CHECK,
    &check::state::modified::CHECK,
    &check::state::deleted::CHECK,
    &check::state::refused_unchanged::CHECK,
    &check::state::others_untouched::CHECK,
    &check::state::done_once::CHECK,
    &check::state::own_parent::CHECK,
    &check::state::listed::CHECK,
    &check::state::safe_read::CHECK,
    &check::documented_status::CHECK,
    &check::no_content::CHECK,
    &check::response_schema::CHECK,
    &check::well_formed_body::CHECK,
    &check::media_type::CHECK,
    &check::declared_headers::CHECK,
    &check::undeclared_method::CHECK,
    &check::allow_header::CHECK,
    &check::head::CHECK,
    &check::byte_for_byte::CHECK,
    &check::write_only::CHECK,
    &check::clock::CHECK,
    &check::snapshot::CHECK,
];

/// The check with an identity.
pub fn check(id: &str) -> Option<&'static Check> {
    CHECKS.iter().copied().find(|check| check.id == id)
}

/// By its identity.
impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.id.serialize(serializer)
    }
}

impl<'d> Deserialize<'d> for &'static Check {
    fn deserialize<D: Deserializer<'d>>(deserializer: D) -> Result<&'static Check, D::Error> {
        let id = String::deserialize(deserializer)?;
        check(&id).ok_or_else(|| serde::de::Error::custom(format!("there is no check `{id}`")))
    }
}

/// The check that holds changed behaviour against a target.
pub const SNAPSHOT: &Check = &check::snapshot::CHECK;

/// The check that asks for an answer.
pub const COMPLETE_ANSWER: &Check = &check::complete_answer::CHECK;

/// What is expected of a case, given which earlier steps of its scenario were accepted.
fn verdict(scenario: &Scenario, exchanges: &[Option<Exchange>], step: usize) -> Verdict {
    let case = &scenario.cases[step];
    let answer = |step: usize| exchanges.get(step)?.as_ref()?.answer();
    if step < scenario.at_once {
        let taken = (0..scenario.at_once).any(|other| answer(other).is_some_and(Answer::accepted));
        let refused = answer(step).is_some_and(|answer| !answer.accepted());
        return if taken && refused { Verdict::Reject } else { Verdict::Either };
    }
    let as_it_must =
        |one: &Precondition| answer(one.step).is_some_and(|answer| answer.accepted() == one.accepted);
    let holds = case.preconditions.iter().all(as_it_must);
    // A create that may have been carried out without an answer may find its own value taken.
    let uncertain = exchanges[step].as_ref().is_some_and(|exchange| exchange.uncertain);
    let doubtful = uncertain && case.expectation.verdict == Verdict::Accept;
    if holds && !doubtful { case.expectation.verdict } else { Verdict::Either }
}

/// What is told from one exchange.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    /// What the contract holds against it by itself.
    pub observations: Vec<Observation>,
    /// What counts for the rules over the whole run.
    pub note: Option<Note>,
}

/// Judges one exchange of a plan.
///
/// `run` is the identity of the run, which stands in what it sent. A
/// case without an exchange has nothing held against it.
pub fn exchange(
    contract: &Contract,
    (plan, run): (&Plan, &str),
    exchanges: &[Option<Exchange>],
    position: Position,
) -> Judgement {
    let (scenario, step) = (&plan.scenarios[position.scenario], position.step);
    let Some(exchange) = &exchanges[step] else { return Judgement::default() };
    let case = &scenario.cases[step];
    let verdict = verdict(scenario, exchanges, step);
    let view = View::new((contract, plan, run), case, exchange, position, verdict);
    let (mut observations, mut note) = alone(&view);
    if step == 0 && scenario.at_once > 0 {
        observations.extend(check::uniqueness::at_once(&view, &exchanges[..scenario.at_once]));
    }
    if let Some(answer) = exchange.answer().filter(|answer| answer.accepted()) {
        observations.extend(check::read_back::check(&view, answer, scenario, exchanges));
        observations.extend(check::byte_for_byte::check(&view, answer, scenario, exchanges));
    }
    if let Some(answer) = exchange.answer() {
        observations.extend(check::head::of_scenario(&view, answer, scenario, exchanges));
    }
    if step == 0 {
        observations.extend(check::state::check(contract, (plan, run), exchanges, position.scenario));
    }
    if step + 1 == scenario.cases.len() {
        observations.extend(check::rule::of_scenario(&view, scenario, exchanges, note.as_mut()));
    }
    Judgement { observations, note }
}

fn alone(view: &View<'_>) -> (Vec<Observation>, Option<Note>) {
    let View { case, exchange, verdict, .. } = *view;
    let answer = match &exchange.outcome {
        // What could not be sent is not the doing of the host.
        Outcome::Failed(failure) if failure.kind == FailureKind::Unsendable => return (Vec::new(), None),
        // Who shows no certificate may be refused before HTTP is spoken.
        Outcome::Failed(failure) if is_refused_by_tls(view, failure.kind) => return (Vec::new(), None),
        Outcome::Failed(failure) => return (vec![check::complete_answer::check(view, failure)], None),
        Outcome::Answered(answer) => answer,
    };
    if let Some(throttled) = check::throttled::check(view, answer) {
        return (vec![throttled], None);
    }
    let mut found = Vec::new();
    let leak = check::leaked_internals::check(view, answer);
    found.extend(check::clock::check(view, answer));
    if let Some(error) = check::server_error::check(view, answer) {
        found.push(check::server_error::that_leaks(error, leak));
        return (found, None);
    }
    found.extend(leak);
    if case.request.method != view.operation.method {
        found.extend(check::undeclared_method::check(view, answer));
        found.extend(check::allow_header::check(view, answer));
        return (found, None);
    }
    let only = |cause| {
        let violations = &case.expectation.violations;
        !violations.is_empty() && violations.iter().all(|violation| violation.cause == cause)
    };
    let is_another = case.request.credentials == CredentialKind::OfAnother;
    let refused = match verdict {
        Verdict::Accept if is_another => None,
        _ if is_another => check::object_authorisation::check(view, answer),
        Verdict::Accept => check::valid_accepted::check(view, answer),
        Verdict::Reject if only(Cause::Unauthenticated) => check::credentials_enforced::check(view, answer),
        Verdict::Reject if only(Cause::Repeated) => check::uniqueness::check(view, answer),
        Verdict::Reject => check::invalid_rejected::check(view, answer),
        Verdict::Either => None,
    };
    let as_expected = refused.is_none();
    found.extend(refused);
    found.extend(check::no_content::check(view, answer));
    if as_expected && let Some(status) = check::documented_status::check(view, answer) {
        found.push(status);
        return (found, None);
    }
    if view.documented(answer).is_some() && !view.bodiless(answer) {
        let media = check::media_type::check(view, answer);
        let body = media.is_empty().then(|| check::well_formed_body::check(view, answer));
        let broken = !media.is_empty() || body.as_ref().is_some_and(|body| !body.is_empty());
        found.extend(media);
        found.extend(body.into_iter().flatten());
        if !broken {
            found.extend(check::response_schema::check(view, answer));
            found.extend(check::write_only::check(view, answer));
        }
        if !broken && as_expected && verdict == Verdict::Reject {
            found.extend(check::error_code::check(view, answer));
        }
    }
    found.extend(check::declared_headers::check(view, answer));
    let mut note = None;
    if answer.accepted() {
        let (broken, noted) = check::rule::check(view, answer);
        note = noted;
        if as_expected {
            found.extend(broken);
            found.extend(check::error_code::in_success(view, answer));
        }
    }
    (found, note)
}

/// Whether a connection without the certificate that is asked for was ended.
fn is_refused_by_tls(view: &View<'_>, kind: FailureKind) -> bool {
    let schemes = &view.contract.schemes;
    let asks = view.operation.security.iter().flatten();
    let mut asks = asks.filter_map(|name| schemes.get(name));
    view.case.expectation.is_about_credentials()
        && matches!(kind, FailureKind::Tls | FailureKind::Cut)
        && asks.any(|scheme| matches!(scheme, SecurityScheme::MutualTls))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_an_identity_of_its_own_and_explains_itself() {
        let mut ids: Vec<&str> = CHECKS.iter().map(|check| check.id).collect();
        insta::assert_snapshot!(ids.join("\n"), @r"
        complete-answer
        throttled
        server-error
        credentials-enforced
        object-authorisation
        leaked-internals
        valid-accepted
        invalid-rejected
        uniqueness
        error-code
        rule
        read-back
        created
        replaced
        modified
        deleted
        refused-unchanged
        others-untouched
        done-once
        own-parent
        listed
        safe-read
        documented-status
        no-content
        response-schema
        well-formed-body
        media-type
        declared-headers
        undeclared-method
        allow-header
        head
        byte-for-byte
        write-only
        clock
        snapshot
        ");
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), CHECKS.len());
        for check in CHECKS {
            for text in [check.summary, check.meaning, check.matters, check.allow] {
                assert!(!text.is_empty(), "{}", check.id);
            }
        }
    }
}
