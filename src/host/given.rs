//! What a client gives to be let in by the embedded host.

use super::Accepted;
use crate::contract::{Contract, Location, SecurityScheme};
use crate::run::Given;

impl Accepted {
    /// Credentials for every scheme of a contract that the host accepts.
    pub fn given(&self, contract: &Contract) -> Given {
        let Accepted { user, password, key, secret, token } = self.clone();
        let keys = contract.schemes.values().filter_map(|scheme| match scheme {
            SecurityScheme::ApiKey { location: Location::Header, name, token: None } => {
                Some((name.clone(), token.clone()))
            }
            SecurityScheme::ApiKey { location: Location::Cookie, name, token: None } => {
                Some(("Cookie".to_owned(), format!("{name}={token}")))
            }
            _ => None,
        });
        Given {
            headers: keys.collect(),
            basic: Some((user, password)),
            oauth: Some((key, secret)),
            bearer: Some(token),
            ..Given::default()
        }
    }
}
