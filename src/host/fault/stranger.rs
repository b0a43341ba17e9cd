//! Somebody without good credentials, and what is wrong with those.

use super::super::access::Access;
use super::super::intake::{self, Asked};
use crate::contract::{Contract, Operation, ParameterLocation, SecurityScheme};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header;

/// What is wrong with credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::host) enum Stranger {
    /// There are none.
    Nobody,
    /// A scheme that the operation does not offer.
    OtherScheme,
    /// In this scheme, nothing is given.
    Empty(String),
    /// In this scheme, what is given does not have its form.
    Malformed(String),
    /// In this scheme, the user is right and the password is not.
    Wrong(String),
    /// In this scheme, nobody has these.
    Unknown(String),
}

impl Stranger {
    /// Who asks, given that the host does not let them in.
    pub(super) fn who(
        contract: &Contract,
        operation: &Operation,
        access: &Access,
        asked: &Asked<'_>,
    ) -> Stranger {
        let schemes: Vec<(&String, &SecurityScheme)> = operation
            .security
            .iter()
            .flatten()
            .filter_map(|name| Some((name, contract.schemes.get(name)?)))
            .collect();
        if let Some(given) = asked.headers.get(header::AUTHORIZATION) {
            let given = String::from_utf8_lossy(given.as_bytes()).into_owned();
            let (kind, rest) = given.split_once(' ').unwrap_or((&given, ""));
            for (name, scheme) in &schemes {
                match scheme {
                    SecurityScheme::Basic if kind.eq_ignore_ascii_case("basic") => {
                        return basic(name, rest, access);
                    }
                    SecurityScheme::Digest if kind.eq_ignore_ascii_case("digest") => {
                        return digest(name, rest);
                    }
                    SecurityScheme::Bearer if kind.eq_ignore_ascii_case("bearer") => {
                        return token(name, rest);
                    }
                    SecurityScheme::Other(other) if kind.eq_ignore_ascii_case(other) => {
                        return token(name, rest);
                    }
                    _ => {}
                }
            }
            return Stranger::OtherScheme;
        }
        for (name, scheme) in schemes {
            let SecurityScheme::ApiKey { location, name: carrier, .. } = scheme else { continue };
            let given = match location {
                ParameterLocation::Query => asked.query.first(carrier),
                ParameterLocation::Cookie => intake::cookie(asked.headers, carrier),
                ParameterLocation::Header | ParameterLocation::Path | ParameterLocation::Querystring => {
                    let value = asked.headers.get(carrier.as_str());
                    value.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
                }
            };
            if let Some(given) = given {
                return token(name, &given);
            }
        }
        Stranger::Nobody
    }
}

fn basic(name: &str, given: &str, access: &Access) -> Stranger {
    let name = name.to_owned();
    let text = STANDARD.decode(given.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    match text.as_deref().map(|text| text.split_once(':')) {
        _ if given.trim().is_empty() => Stranger::Empty(name),
        Some(Some(("", ""))) => Stranger::Empty(name),
        Some(Some((user, _))) if access.knows(user) => Stranger::Wrong(name),
        Some(Some(_)) => Stranger::Unknown(name),
        _ => Stranger::Malformed(name),
    }
}

fn digest(name: &str, given: &str) -> Stranger {
    let (name, given) = (name.to_owned(), given.trim());
    if given.is_empty() {
        Stranger::Empty(name)
    } else if given.contains("response=") {
        Stranger::Unknown(name)
    } else {
        Stranger::Malformed(name)
    }
}

fn token(name: &str, given: &str) -> Stranger {
    let (name, given) = (name.to_owned(), given.trim());
    if given.is_empty() {
        Stranger::Empty(name)
    } else if given.contains(char::is_whitespace) {
        Stranger::Malformed(name)
    } else {
        Stranger::Unknown(name)
    }
}
