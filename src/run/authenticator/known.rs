//! What is made known as a secret, and where requests carry it.

use super::Carrier;
use super::altered::{NOBODY, carrier};
use super::digits::{basic, changed, md5_hex, wrong_password};
use crate::contract::{Contract, ParameterLocation, SecurityScheme};
use crate::run::credentials::Credentials;
use crate::run::secret::Secrets;

/// The secrets of what was given, as far as they are known before a run.
pub(super) fn secrets(contract: &Contract, given: &Credentials) -> Secrets {
    let mut secrets = Secrets::default();
    if let Some((user, password)) = &given.basic {
        // What is wrong on purpose is still near to what is right.
        let wrong = wrong_password(password);
        for md5 in [false, true] {
            secrets.add(&basic(user, password, md5), "PROBITY_BASIC_BASE64");
            secrets.add(&basic(user, &wrong, md5), "PROBITY_WRONG_BASIC_BASE64");
            secrets.add(&basic(NOBODY, password, md5), "PROBITY_UNKNOWN_BASIC_BASE64");
        }
        secrets.add(password, "PROBITY_PASSWORD");
        secrets.add(&md5_hex(password), "PROBITY_PASSWORD_MD5");
    }
    if let Some(token) = &given.bearer {
        secrets.add(token, "PROBITY_BEARER");
        secrets.add(&changed(token), "PROBITY_WRONG_BEARER");
    }
    if let Some(token) = &given.foreign {
        secrets.add(token, "PROBITY_FOREIGN_TOKEN");
    }
    if let Some((key, secret)) = &given.oauth {
        secrets.add(secret, "PROBITY_OAUTH_SECRET");
        secrets.add(key, "PROBITY_OAUTH_KEY");
    }
    for (name, value) in given.headers.iter() {
        if is_secret(name, value) || carries_key(contract, name) {
            let header = |value: String| Carrier::Header(name.to_owned(), value);
            secrets.add_placed(header(value.to_owned()), header(format!("${}", variable(name))));
            secrets.add(value, &variable(name));
            if let Some((_, token)) = value.split_once(' ') {
                secrets.add(token, &variable(name));
            }
        }
    }
    if let Some((user, password)) = &given.digest {
        secrets.add(password, "PROBITY_PASSWORD");
        secrets.add(&wrong_password(password), "PROBITY_WRONG_PASSWORD");
        secrets.add(&format!("{user}:{password}"), "PROBITY_DIGEST");
    }
    let keys = given.keys(contract);
    for key in keys.values() {
        secrets.add(key, "PROBITY_API_KEY");
        secrets.add(&changed(key), "PROBITY_WRONG_API_KEY");
    }
    for (name, scheme) in &contract.schemes {
        place_given(&mut secrets, scheme, given, keys.get(name).map(String::as_str));
    }
    if let Some(another) = &given.another {
        add_another(&mut secrets, contract, another);
    }
    secrets.spare_names(&contract.document.value);
    secrets
}

/// Makes known what lets another user in.
fn add_another(secrets: &mut Secrets, contract: &Contract, another: &Credentials) {
    if let Some((user, password)) = &another.basic {
        for md5 in [false, true] {
            secrets.add(&basic(user, password, md5), "PROBITY_OTHER_BASIC_BASE64");
        }
        secrets.add(password, "PROBITY_OTHER_PASSWORD");
    }
    let keys = another.keys(contract);
    for (name, scheme) in &contract.schemes {
        let (secret, variable) = match scheme {
            SecurityScheme::Bearer => (another.bearer.as_ref(), "PROBITY_OTHER_BEARER"),
            _ => (keys.get(name), "PROBITY_OTHER_API_KEY"),
        };
        if let Some(secret) = secret {
            secrets.add(secret, variable);
            place(secrets, scheme, &[(secret, variable)]);
        }
    }
}

/// Makes known where requests carry what the user gave for a scheme, or what is near to it.
fn place_given(secrets: &mut Secrets, scheme: &SecurityScheme, given: &Credentials, key: Option<&str>) {
    let (own, right, wrong) = match scheme {
        SecurityScheme::Bearer => (given.bearer.as_deref(), "PROBITY_BEARER", "PROBITY_WRONG_BEARER"),
        _ => (key, "PROBITY_API_KEY", "PROBITY_WRONG_API_KEY"),
    };
    if let Some(own) = own {
        place(secrets, scheme, &[(own, right), (&changed(own), wrong)]);
    }
    if let Some(foreign) = &given.foreign {
        place(secrets, scheme, &[(foreign, "PROBITY_FOREIGN_TOKEN")]);
    }
}

/// Makes known where requests carry tokens of a scheme; what HTTP Basic encodes is never short.
pub(in crate::run) fn place(secrets: &mut Secrets, scheme: &SecurityScheme, tokens: &[(&str, &str)]) {
    for (token, variable) in tokens {
        let shown = format!("${variable}");
        match scheme {
            SecurityScheme::Bearer => {
                for name in ["Bearer", "Probity"] {
                    let header =
                        |token: &str| Carrier::Header("Authorization".into(), format!("{name} {token}"));
                    secrets.add_placed(header(token), header(&shown));
                }
            }
            SecurityScheme::ApiKey { location, name, .. } => {
                let carried = |token: &str| carrier(*location, name, token.to_owned());
                secrets.add_placed(carried(token), carried(&shown));
            }
            SecurityScheme::Basic
            | SecurityScheme::Digest
            | SecurityScheme::MutualTls
            | SecurityScheme::Other(_) => {}
        }
    }
}

/// A header that the user gives is a secret, unless it is one that only negotiates or is
/// too short to be one and not named like one.
fn is_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let marks = ["auth", "cookie", "token", "key", "secret", "password", "session", "credential"];
    if marks.iter().any(|mark| name.contains(mark)) {
        return true;
    }
    let plain = ["content-type", "user-agent", "origin", "referer", "cache-control", "prefer", "host"];
    value.len() >= 8 && !plain.contains(&name.as_str()) && !name.starts_with("accept")
}

/// Whether the contract wants a key in a header.
fn carries_key(contract: &Contract, header: &str) -> bool {
    contract.schemes.values().any(|scheme| {
        matches!(scheme, SecurityScheme::ApiKey { location: ParameterLocation::Header, name, .. } if name.eq_ignore_ascii_case(header))
    })
}

fn variable(name: &str) -> String {
    let letters = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
    format!("PROBITY_{}", letters.collect::<String>())
}
