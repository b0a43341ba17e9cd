//! What of a plan is for other credentials than were given.

use crate::contract::{Contract, SecurityScheme};
use crate::exchange::CredentialKind;
use crate::plan::{Gap, Plan};
use crate::run::authenticator::Authenticator;
use crate::run::{Credentials, asks_for, wanted};

/// That the credentials let nobody in anywhere.
#[derive(Debug, thiserror::Error)]
#[error("the credentials are of no scheme that the contract asks for")]
pub struct Strangers {
    wanted: Vec<String>,
}

impl Strangers {
    /// What to do about it.
    pub fn hint(&self) -> String {
        asks_for(&self.wanted)
    }
}

/// Takes out of a plan what needs credentials that were not given, if any were given: nothing
/// could be told from it.
pub(super) fn leave_out_strangers(
    contract: &Contract,
    plan: &mut Plan,
    given: &Credentials,
) -> Result<(), Strangers> {
    if given.is_empty() || plan.is_empty() {
        return Ok(());
    }
    let authenticator = Authenticator::new(contract, given.clone(), "");
    let lets_in: Vec<bool> =
        contract.operations.iter().map(|operation| authenticator.can_satisfy(operation)).collect();
    plan.scenarios.retain(|scenario| {
        scenario.cases.iter().all(|case| {
            let operation = &contract.operations[case.operation];
            lets_in[case.operation]
                && match case.request.credentials {
                    CredentialKind::Expired => authenticator.fetches_token(operation),
                    CredentialKind::By(index) => authenticator.has_alternative(operation, index.into()),
                    CredentialKind::OfAnother => authenticator.has_another(operation),
                    CredentialKind::Foreign => authenticator.has_foreign(operation),
                    _ => true,
                }
        })
    });
    for (operation, _) in contract.operations.iter().zip(&lets_in).filter(|(_, lets_in)| !**lets_in) {
        let schemes: Vec<&str> = operation.security.iter().flatten().map(String::as_str).collect();
        let is_spoken = |name: &&str| {
            contract.schemes.get(*name).is_some_and(|scheme| !matches!(scheme, SecurityScheme::Other(_)))
        };
        let why = if schemes.iter().any(is_spoken) {
            format!("it needs credentials of another scheme than were given: {}", schemes.join(", "))
        } else {
            asks_for(&wanted(contract, [operation]))
        };
        plan.gaps.push(Gap { operation: operation.id.clone(), at: operation.at.clone(), why });
    }
    let foreign = |operation| authenticator.has_foreign(operation);
    if given.foreign.is_some() && !contract.operations.iter().any(foreign) {
        plan.gaps.extend(contract.operations.first().map(|operation| Gap {
            operation: operation.id.clone(),
            at: operation.at.clone(),
            why: "--foreign-token was not tried: no credentials that were given are a token".into(),
        }));
    }
    if plan.is_empty() {
        let closed = contract.operations.iter().zip(&lets_in).filter(|(_, lets_in)| !**lets_in);
        let wanted = wanted(contract, closed.map(|(operation, _)| operation));
        return Err(Strangers { wanted });
    }
    Ok(())
}
