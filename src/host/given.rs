//! What a client gives to be let in by the embedded host.

use super::Accepted;
use crate::contract::{Contract, SecurityScheme};
use crate::run::Given;

impl Accepted {
    /// Credentials for every scheme of a contract that the host accepts.
    pub fn given(&self, contract: &Contract) -> Given {
        let Accepted { user, password, key, secret, token } = self.clone();
        let keys = contract.schemes.iter().filter_map(|(name, scheme)| match scheme {
            SecurityScheme::ApiKey { token: None, .. } => Some(format!("{name}={token}")),
            _ => None,
        });
        Given {
            api_keys: keys.collect(),
            basic: Some((user, password)),
            oauth: Some((key, secret)),
            bearer: Some(token),
            ..Given::default()
        }
    }
}
