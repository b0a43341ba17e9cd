//! `allow-header`: 405 says which methods there are.

use crate::exchange::Answer;
use crate::judge::{Check, Observation, Scope, Severity, View};

pub(in crate::judge) const CHECK: Check = Check {
    id: "allow-header",
    summary: "a 405 lists in Allow the methods that the path declares, and not the one it refuses",
    meaning: "RFC 9110 says that an origin server must send Allow with 405. The answer has none, or one that contradicts the contract.",
    matters: "Clients and gateways read from it what they may do instead.",
    allow: "Nothing; it is a warning by default.",
    severity: Severity::Warn,
    scope: Scope::Api,
};

pub(in crate::judge) fn check(view: &View<'_>, answer: &Answer) -> Option<Observation> {
    let methods = &view.operation.path_methods;
    let goes_with_get = view.case.request.method == "HEAD" && methods.iter().any(|method| method == "GET");
    if answer.status != 405 || goes_with_get {
        return None;
    }
    let declared = view.operation.path_methods.join(", ");
    let refused = &view.case.request.method;
    let (kind, title, actual) = match answer.header("allow") {
        None => ("none", "a 405 has no Allow header".to_owned(), "no such header".to_owned()),
        Some(allow) => {
            let lists = |method: &str| allow.split(',').any(|one| one.trim().eq_ignore_ascii_case(method));
            let missing = !view.operation.path_methods.iter().all(|method| lists(method));
            if lists(refused) {
                (
                    "refused",
                    "the Allow header of a 405 lists the method that it refuses".to_owned(),
                    format!("Allow: {allow}"),
                )
            } else if missing {
                (
                    "missing",
                    "the Allow header of a 405 does not list every declared method".to_owned(),
                    format!("Allow: {allow}"),
                )
            } else {
                return None;
            }
        }
    };
    Some(view.observe(&CHECK, kind, title, (format!("Allow: {declared}"), actual), &view.operation.at))
}
