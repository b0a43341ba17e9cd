//! `credentials-enforced`: nobody gets in without valid credentials.

use crate::exchange::Answer;
use crate::exchange::CredentialKind;
use crate::judge::{Check, Observation, Scope, Severity, View};

pub(in crate::judge) const CHECK: Check = Check {
    id: "credentials-enforced",
    summary: "a request without valid credentials is refused as such",
    meaning: "The request carried no credentials, wrong ones, or something that is no credentials at all, and the host did not answer 401 (or the status that the contract documents for it).",
    matters: "If it was accepted, the API is open to everyone. If it was refused with another status, clients cannot tell that they must log in again.",
    allow: "Document the status that the host gives under `responses`.",
    severity: Severity::Deny,
    scope: Scope::Operation,
};

/// Who asks, by what is wrong with their credentials.
fn who(credentials: CredentialKind) -> &'static str {
    match credentials {
        CredentialKind::Expired => "with an expired token",
        CredentialKind::Foreign => "with a token that is good for somebody else",
        _ => "without valid credentials",
    }
}

/// What is wrong where no operation asks for credentials of a kind.
pub(in crate::judge) fn everywhere(credentials: CredentialKind) -> String {
    format!("a request {} is accepted wherever credentials are asked for", who(credentials))
}

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Option<Observation> {
    // RFC 6750 has 400 for credentials that cannot be read.
    let unreadable = matches!(
        view.case.request.credentials,
        CredentialKind::Malformed | CredentialKind::Empty | CredentialKind::BeyondAscii
    );
    let refused = unreadable && answer.status == 400 && view.documented(answer).is_some();
    // Who may not know that something is there is told that there is nothing.
    let hidden = view.case.request.credentials == CredentialKind::Foreign
        && answer.status == 404
        && view.operation.path.contains('{');
    if view.status_is_expected(answer) || refused || hidden {
        return None;
    }
    let what = who(view.case.request.credentials);
    let (kind, came) = if answer.accepted() {
        ("accepted".to_owned(), "is accepted".to_owned())
    } else {
        (answer.status.to_string(), format!("is answered with status {}", answer.status))
    };
    let own = format!("{}/security", view.operation.at);
    // An operation that does not say takes what the document says.
    let security = if view.contract.document.get(&own).is_some() { own } else { "/security".to_owned() };
    Some(view.observe(
        &CHECK,
        format!("{kind} {what}"),
        format!("a request {what} {came}"),
        (view.expected_statuses(), view.answer_words(answer)),
        &security,
    ))
}
