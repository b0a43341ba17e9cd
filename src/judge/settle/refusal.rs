//! A valid request that was refused: a finding where nothing in it can be to blame, a warning where
//! one member can, and else no more than a gap.

use super::contrast::{Contrast, Said, contrast};
use super::history::History;
use super::steady::Steady;
use super::{Asked, Whole};
use crate::contract::model::Parameter;
use crate::contract::{Operation, ParameterLocation};
use crate::exchange::Answer;
use crate::json::pointer;
use crate::judge::{Observation, View, check};
use crate::plan::{Case, Position, Verdict};
use serde_json::Value;

/// A valid request that was refused in a way that may be due to its data.
pub(super) struct Refusal<'r> {
    pub(super) position: Position,
    pub(super) case: &'r Case,
    pub(super) answer: &'r Answer,
}

/// A request that was taken, with what it says.
pub(super) type Accepted = (Position, Said);

/// The requests to an operation that were taken.
pub(super) fn accepted(run: &Whole<'_>, asked: &Asked) -> Vec<Accepted> {
    asked.accepted.iter().map(|position| (*position, Said::of(&run.case(*position).request))).collect()
}

/// The member in which a refused request differs from one that was taken, if it is one alone.
pub(super) fn difference(run: &Whole<'_>, accepted: &[Accepted], position: Position) -> Option<String> {
    let own = Said::of(&run.case(position).request);
    let mut found = None;
    for (_, taken) in accepted {
        match contrast(&own, taken) {
            Contrast::None => return None,
            Contrast::In(member) => found = found.or(Some(member)),
            Contrast::More => {}
        }
    }
    found
}

/// What a refusal shows.
pub(super) enum Ruling {
    /// Something about the host.
    Finding(Observation),
    /// That one member may be to blame.
    Warning(String, Observation),
    /// Nothing, since its data may be to blame.
    Nothing,
}

impl Refusal<'_> {
    pub(super) fn ruling(
        &self,
        run: &Whole<'_>,
        history: &History<'_>,
        (asked, accepted): (&Asked, &[Accepted]),
        steady: &Steady,
    ) -> Ruling {
        let Some(view) = run.view(self.position, Verdict::Accept) else { return Ruling::Nothing };
        let operation = &run.contract.operations[self.case.operation];
        let own = Said::of(&self.case.request);
        let refused = || Ruling::Finding(check::valid_accepted::refused(&view, self.answer));
        let conflict = self.answer.status == 409 && operation.behaviour.unique.is_empty();
        let unknown = history.unknown(self.case.operation, &self.case.request, conflict);
        let free = self.is_said_to_be_free();
        if self.is_documented(run, operation) {
            return refused();
        }
        if !asked.accepted.is_empty() && self.leaves_out_body(operation) {
            return refused();
        }
        // The same body was taken with what only answers should hold.
        let asks_for_hidden = |other: &Position| run.case(*other).adds_read_only_to(self.case);
        if asked.accepted.iter().any(asks_for_hidden) {
            return refused();
        }
        let mut blamed = None;
        for (other, taken) in accepted {
            if !free && !steady.vouches(run, *other) {
                continue;
            }
            let difference = match contrast(&own, taken) {
                Contrast::None => None,
                Contrast::In(member) => Some(member),
                Contrast::More => continue,
            };
            if unknown.is_empty()
                || (free && concerns_only(difference.as_deref(), &self.case.place.to_string()))
            {
                return refused();
            }
            let within = |member: &String| unknown.iter().all(|at| pointer::is_within(at, member));
            blamed = blamed.or(difference.filter(within));
        }
        match blamed {
            // A text that an earlier run sent is taken: that is of our own making.
            Some(_) if self.answer.status == 409 => Ruling::Nothing,
            Some(member) => {
                let warning = warning(&view, self.answer, &member, &own.value);
                Ruling::Warning(member, warning)
            }
            None => Ruling::Nothing,
        }
    }

    /// Whether a request holds nothing but values that the contract documents, and is refused as one
    /// that names what is not there or has another form.
    fn is_documented(&self, run: &Whole<'_>, operation: &Operation) -> bool {
        let sent = |parameter: &&Parameter| parameter.required;
        let known = |parameter: &Parameter| run.contract.known_value(parameter).is_some();
        let mut parameters = operation.parameters.iter().filter(sent);
        matches!(self.answer.status, 400 | 404 | 422)
            && self.case.request.body.is_none()
            && parameters.clone().next().is_some()
            && parameters.all(|parameter| parameter.location != ParameterLocation::Path && known(parameter))
    }

    /// Whether a request leaves out a body that may be left out, and holds nothing else that a host could
    /// refuse.
    fn leaves_out_body(&self, operation: &Operation) -> bool {
        operation.body.is_some()
            && self.case.request.body.is_none()
            && !operation.parameters.iter().any(|parameter| parameter.required)
    }

    /// Whether the contract says that the value of a unique field is free, whatever else stands in
    /// the body: such cases stand in scenarios about that field.
    fn is_said_to_be_free(&self) -> bool {
        self.case.key.starts_with(&format!("{}/unique/", self.case.place))
    }
}

/// Whether two requests differ in no other member than the one that a case is about.
fn concerns_only(difference: Option<&str>, place: &str) -> bool {
    difference.is_none_or(|member| member.trim_start_matches('/') == place)
}

fn warning(view: &View<'_>, answer: &Answer, member: &str, own: &Value) -> Observation {
    let name = member.trim_start_matches('/');
    let how = if pointer::get(own, member).is_some() {
        "with another value there, or without it,"
    } else {
        "with it"
    };
    check::valid_accepted::doubtful(view, answer, name, how)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_about_a_name_is_compared_with_such_as_have_another_name() {
        for (difference, expected) in [(None, true), (Some("/body/name"), true), (Some("/body/rank"), false)]
        {
            assert_eq!(concerns_only(difference, "body/name"), expected, "{difference:?}");
        }
    }
}
