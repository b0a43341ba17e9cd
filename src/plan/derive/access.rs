//! Cases around the body: credentials and methods.

use super::base::Base;
use super::{About, Deriver};
use crate::cause::Cause;
use crate::contract::model::StatusRange;
use crate::exchange::{CredentialKind, Request};
use crate::plan::{Also, Expectation, Place, Scenario, Verdict, Violation, guard};

impl Deriver<'_> {
    pub(super) fn credentials(&mut self, request: &Request, base: Option<&Base>) {
        if self.operation.is_open() {
            return;
        }
        let kinds = [
            (3, CredentialKind::None, "no credentials"),
            (4, CredentialKind::Wrong, "a wrong password or an altered token"),
            (6, CredentialKind::Unknown, "credentials that nobody has"),
            (6, CredentialKind::Other, "credentials that nobody has, of another scheme"),
            (8, CredentialKind::WrongScheme, "the right credentials under a scheme that does not exist"),
            (6, CredentialKind::Empty, "empty credentials"),
            (6, CredentialKind::Malformed, "credentials that do not have the form of the scheme"),
            (8, CredentialKind::BeyondAscii, "credentials that nobody has, with letters beyond ASCII"),
            (4, CredentialKind::Foreign, "a token that is good for somebody else"),
            (9, CredentialKind::Expired, "a token whose life is over"),
            (4, CredentialKind::WithoutFirst, "all credentials that are needed together but the first"),
            (4, CredentialKind::WithoutSecond, "all credentials that are needed together but the second"),
            (4, CredentialKind::WithoutThird, "all credentials that are needed together but the third"),
        ];
        let alternatives = (0..=u8::MAX).zip(&self.operation.security).take(CredentialKind::MOST);
        let alternatives = alternatives.filter(|(_, schemes)| !schemes.is_empty());
        let alternatives: Vec<(u8, CredentialKind, String)> = alternatives
            .map(|(index, schemes)| {
                (5, CredentialKind::By(index), format!("the credentials of {}", schemes.join(" and ")))
            })
            .collect();
        let kinds = kinds.map(|(worth, kind, words)| (worth, kind, words.to_owned()));
        for (worth, credentials, words) in kinds.into_iter().chain(alternatives) {
            let wanted = match credentials {
                CredentialKind::Foreign => self.wishes.foreign_token,
                CredentialKind::Expired => self.wishes.expired_token,
                CredentialKind::By(_) => {
                    self.wishes.also.contains(&Also::Alternatives) && self.operation.security.len() > 1
                }
                CredentialKind::WithoutFirst
                | CredentialKind::WithoutSecond
                | CredentialKind::WithoutThird => self.is_short(credentials),
                _ => true,
            };
            if !wanted {
                continue;
            }
            if credentials == CredentialKind::Other && self.operation.security.len() < 2 {
                continue;
            }
            let request = Request { credentials, ..request.clone() };
            let at = self.operation.at.clone();
            let about = About {
                worth,
                place: Place::Credentials,
                kind: "credentials",
                variant: credentials.name(),
                at: &at,
                words,
            };
            match base {
                Some(base) => self.single(about, &request, Some(&|key| base.body(key))),
                None => self.single(about, &request, None),
            }
        }
    }

    /// What belongs to the run is read, changed, listed and deleted by another user.
    pub(super) fn another_user(&mut self, request: &Request, base: Option<&Base>) {
        if !self.wishes.also.contains(&Also::AnotherUser) || self.operation.is_open() {
            return;
        }
        let key = "credentials/of-another";
        let mut request = Request { credentials: CredentialKind::OfAnother, ..request.clone() };
        request.body = base.map(|base| self.text(base.body(key)));
        let request = self.bound(&Place::Credentials, request);
        let label = (&request, Verdict::Either, key);
        let owns = self.ways.needs(self.contract, self.index, label).is_some_and(|needs| needs.are_own());
        if !owns && !self.lists_own() {
            return;
        }
        let at = self.operation.at.clone();
        let about = About {
            worth: 4,
            place: Place::Credentials,
            kind: "credentials",
            variant: CredentialKind::OfAnother.name(),
            at: &at,
            words: "the credentials of another user, to whom it does not belong".into(),
        };
        let is_refused = owns && self.refuses_others();
        let violation = Violation {
            cause: Cause::Unauthenticated,
            place: Place::Credentials,
            keyword: None,
            at: at.clone(),
        };
        let expectation = Expectation {
            verdict: if is_refused { Verdict::Reject } else { Verdict::Either },
            statuses: if is_refused { vec![StatusRange::Class(4)] } else { Vec::new() },
            codes: Vec::new(),
            violations: if is_refused { vec![violation] } else { Vec::new() },
            silent: if is_refused { Vec::new() } else { vec!["what another user may do is not said".into()] },
        };
        let case = self.case(about, request, Some(expectation));
        self.draft(4, Scenario::single(case));
    }

    /// Whether it lists what the run creates.
    fn lists_own(&self) -> bool {
        let operation = self.operation;
        let creates = |other: &usize| {
            let other = &self.contract.operations[*other];
            other.method == "POST" && other.path == operation.path
        };
        operation.method == "GET" && self.ways.givers().iter().any(creates)
    }

    /// Whether whoever may not is refused here: who changes or deletes what is not there for them may have
    /// nothing to complain of where no such answer is documented.
    fn refuses_others(&self) -> bool {
        let operation = self.operation;
        let told = |status: StatusRange| match status {
            StatusRange::Code(code) => matches!(code, 403 | 404 | 410),
            StatusRange::Class(class) => class == 4,
            StatusRange::Default => !guard::changes(&operation.method),
        };
        let puts = operation.method == "PUT"
            && operation.responses.iter().any(|response| response.status == StatusRange::Code(201));
        guard::is_safe(&operation.method)
            || (!puts && operation.responses.iter().any(|response| told(response.status)))
    }

    /// Whether something is missing of every alternative where one of its schemes is left out: what is left
    /// could be enough for another.
    fn is_short(&self, credentials: CredentialKind) -> bool {
        let Some(left_out) = credentials.left_out() else { return false };
        let all = &self.operation.security;
        all.iter().all(|schemes| {
            let rest = schemes.iter().enumerate().filter(|(index, _)| *index != left_out);
            let rest: Vec<&String> = rest.map(|(_, name)| name).collect();
            let is_enough = |other: &Vec<String>| other.iter().all(|name| rest.contains(&name));
            schemes.len() > left_out && schemes.len() > 1 && !all.iter().any(is_enough)
        })
    }

    pub(super) fn methods(&mut self, request: &Request, base: Option<&Base>) {
        let first = self.contract.operations.iter().find(|other| other.path == self.operation.path);
        if first.is_some_and(|first| first.id != self.operation.id) {
            return;
        }
        let changing: &[&str] = if self.wishes.changing_methods { &["PUT", "PATCH", "DELETE"] } else { &[] };
        for method in ["GET", "HEAD", "OPTIONS", "TRACE"].iter().chain(changing).copied() {
            if self.contract.declares(&self.operation.path, method) {
                continue;
            }
            let with_body = base.filter(|_| matches!(method, "PUT" | "PATCH"));
            let mut request = Request { method: method.into(), body: None, ..request.clone() };
            if with_body.is_none() && request.header("content-type").is_some() {
                request.parts_mut().remove_field("content-type");
            }
            let at = self.operation.at.clone();
            let about = About {
                worth: 6,
                place: Place::Method,
                kind: "method",
                variant: method,
                at: &at,
                words: format!("{method}, which the path does not declare"),
            };
            match with_body {
                Some(base) => self.single(about, &request, Some(&|key| base.body(key))),
                None => self.single(about, &request, None),
            }
        }
    }
}
