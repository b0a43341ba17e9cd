//! Cases around the body: credentials and methods.

use super::base::Base;
use super::{About, Deriver};
use crate::exchange::{CredentialKind, Request};
use crate::plan::Place;

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
        ];
        for (worth, credentials, words) in kinds {
            let wanted = match credentials {
                CredentialKind::Foreign => self.wishes.foreign_token,
                CredentialKind::Expired => self.wishes.expired_token,
                // What is left could be enough for another alternative.
                CredentialKind::WithoutFirst | CredentialKind::WithoutSecond => {
                    matches!(self.operation.security.as_slice(), [together] if together.len() > 1)
                }
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
                words: words.into(),
            };
            match base {
                Some(base) => self.single(about, &request, Some(&|key| base.bytes(&base.value, key))),
                None => self.single(about, &request, None),
            }
        }
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
                Some(base) => self.single(about, &request, Some(&|key| base.bytes(&base.value, key))),
                None => self.single(about, &request, None),
            }
        }
    }
}
