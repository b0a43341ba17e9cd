//! The user's account, which hosts lock after a few wrong passwords.

use super::{Case, Plan};
use crate::contract::{Contract, Operation, SecurityScheme};
use crate::exchange::CredentialKind;
use std::sync::Arc;

/// So many wrong passwords a run and host are sent for the real user.
pub(super) const WRONG_PASSWORDS: usize = 2;

impl Plan {
    /// Sends at most so many wrong passwords for the real user, those that are worth most; in the
    /// others a user that nobody has stands in. Altered tokens lock out nobody, and stay.
    pub fn spare_user(&mut self, contract: &Contract, most: usize) {
        let is_wrong = |case: &Case| {
            let operation = &contract.operations[case.operation];
            case.request.credentials == CredentialKind::Wrong && takes_password(contract, operation)
        };
        let concerned = self.scenarios.iter_mut().filter(|scenario| scenario.cases.iter().any(is_wrong));
        let cases = concerned.flat_map(|scenario| &mut Arc::make_mut(scenario).cases);
        for case in cases.filter(|case| is_wrong(case)).skip(most) {
            case.request.credentials = CredentialKind::WrongOfNobody;
        }
    }
}

fn takes_password(contract: &Contract, operation: &Operation) -> bool {
    let mut schemes = operation.security.iter().flatten();
    schemes.any(|name| {
        matches!(contract.schemes.get(name), Some(SecurityScheme::Basic | SecurityScheme::Digest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Wishes, plan};
    use crate::source::Document;

    /// How many wrong passwords for the real user, and how many for nobody, a plan holds.
    fn wrong(scheme: &str) -> (usize, usize) {
        let paths: Vec<String> = (0..6)
            .map(|n| {
                format!(
                    "  /p{n}: {{get: {{operationId: o{n}, responses: {{'200': {{description: ok}}}}}}}}\n"
                )
            })
            .collect();
        let text = format!(
            "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\ncomponents: {{securitySchemes: {{s: {scheme}}}}}\n\
             security: [{{s: []}}]\npaths:\n{}",
            paths.concat()
        );
        let contract = Contract::read(Document::from_text("t.yaml", &text).unwrap())
            .unwrap_or_else(|error| panic!("{}", error.1));
        let plan = plan(&contract, &Wishes::default()).unwrap();
        let count = |wanted| plan.cases().filter(|case| case.request.credentials == wanted).count();
        let named =
            plan.cases().filter(|case| case.id.ends_with("/credentials/unauthenticated/wrong")).count();
        assert_eq!(named, 6);
        (count(CredentialKind::Wrong), count(CredentialKind::WrongOfNobody))
    }

    #[test]
    fn a_user_is_sent_few_wrong_passwords_however_many_operations_there_are() {
        assert_eq!(wrong("{type: http, scheme: basic}"), (WRONG_PASSWORDS, 6 - WRONG_PASSWORDS));
    }

    #[test]
    fn an_altered_token_is_sent_to_every_operation() {
        assert_eq!(wrong("{type: http, scheme: bearer}"), (6, 0));
        assert_eq!(wrong("{type: apiKey, in: header, name: K}"), (6, 0));
    }
}
