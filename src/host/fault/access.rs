//! Credentials that are not enforced, and methods that the path does not declare.

use super::{Class, Defect, Site, Stranger};
use crate::contract::SecurityScheme;
use indexmap::IndexSet;

pub(super) fn credentials(site: &mut Site<'_>) {
    let operation = site.operation;
    if operation.is_open() {
        return;
    }
    let at = operation.at.clone();
    let mut plant = |id: &str, words: String, stranger: Stranger| {
        let id = format!("credentials/{id}");
        site.plant(Class::Credentials, &id, &at, words, Defect::LetsIn(stranger));
    };
    plant("none", "nobody needs credentials".into(), Stranger::Nobody);
    plant("other-scheme", "credentials of an unknown scheme are accepted".into(), Stranger::OtherScheme);
    let contract = site.contract;
    let mut plant = |id: &str, words: String, stranger: Stranger| {
        let id = format!("credentials/{id}");
        site.plant(Class::Credentials, &id, &at, words, Defect::LetsIn(stranger));
    };
    for name in operation.security.iter().flatten().collect::<IndexSet<_>>() {
        let mut each = |id: &str, words: &str, stranger: Stranger| {
            plant(&format!("{name}/{id}"), format!("{words} accepted for `{name}`"), stranger);
        };
        match contract.schemes.get(name) {
            Some(SecurityScheme::Basic) => {
                each("wrong-password", "a wrong password is", Stranger::Wrong(name.clone()));
                each("unknown-user", "an unknown user is", Stranger::Unknown(name.clone()));
            }
            Some(SecurityScheme::Digest) => {
                each("any-answer", "any answer to a challenge is", Stranger::Unknown(name.clone()));
            }
            Some(SecurityScheme::Bearer | SecurityScheme::ApiKey { .. }) => {
                each("unknown-token", "any token is", Stranger::Unknown(name.clone()));
            }
            _ => continue,
        }
        each("empty", "empty credentials are", Stranger::Empty(name.clone()));
        each("malformed", "malformed credentials are", Stranger::Malformed(name.clone()));
    }
}

pub(super) fn methods(site: &mut Site<'_>) {
    let operation = site.operation;
    let first = site.contract.operations.iter().position(|other| other.path == operation.path);
    if first != Some(site.index) {
        return;
    }
    for method in ["GET", "HEAD", "TRACE", "PUT", "PATCH", "DELETE"] {
        if !site.contract.declares(&operation.path, method) {
            let words = format!("{method} {} is accepted", operation.path);
            let at = operation.at.clone();
            site.plant(Class::Method, &format!("method/{method}"), &at, words, Defect::Takes(method));
        }
    }
}
