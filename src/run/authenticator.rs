//! Credentials: what the user gave, put where the contract's security schemes want it.

use super::credentials::Credentials;
use super::secret::Secrets;
use super::token::{Held, Token, TokenError};
use super::transport::Transport;
use crate::contract::{Contract, Operation, ParameterLocation, SecurityScheme};
use crate::exchange::CredentialKind;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::{Digest, Md5};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// A user and a token that nobody has.
const NOBODY: &str = "probity-nobody";

/// The same with letters beyond ASCII, which HTTP allows in a header, and which many a comparison
/// in constant time does not expect.
const NOBODY_BEYOND_ASCII: &str = "probity-n\u{f6}body-\u{17b}";

/// Where a credential goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Carrier {
    Header(String, String),
    Query(String, String),
}

/// Attaches credentials to requests and keeps tokens fresh.
pub struct Authenticator<'c> {
    pub(super) contract: &'c Contract,
    pub(super) given: Credentials,
    pub(super) target: String,
    pub(super) tokens: tokio::sync::Mutex<Held>,
    /// The first token of each scheme.
    pub(super) first: RwLock<HashMap<String, Token>>,
    pub(super) secrets: RwLock<Arc<Secrets>>,
    basic: Option<String>,
    keys: HashMap<String, String>,
    /// What lets in another user.
    another: Option<Box<Authenticator<'c>>>,
    /// What goes with requests to an operation, where it is the same for the whole run.
    constant: Mutex<Constant>,
}

/// By the index of the operation.
type Constant = HashMap<(usize, CredentialKind), Arc<[Carrier]>>;

impl<'c> Authenticator<'c> {
    /// Credentials for a contract's schemes on a target.
    pub fn new(contract: &'c Contract, given: Credentials, target: &str) -> Authenticator<'c> {
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
        let keys = given.keys(contract);
        for key in keys.values() {
            secrets.add(key, "PROBITY_API_KEY");
            secrets.add(&changed(key), "PROBITY_WRONG_API_KEY");
        }
        for (name, scheme) in &contract.schemes {
            place_given(&mut secrets, scheme, &given, keys.get(name).map(String::as_str));
        }
        let another = given.of_another();
        let foreign = given.another.is_none();
        for another in another.iter().filter(|_| !foreign) {
            add_another(&mut secrets, contract, another);
        }
        secrets.spare_names(&contract.document.value);
        let valid = given.basic.as_ref();
        let basic = valid.map(|(user, password)| format!("Basic {}", basic(user, password, given.basic_md5)));
        let another = another.map(|another| Box::new(Authenticator::new(contract, another, target)));
        let target = target.trim_end_matches('/').to_owned();
        Authenticator {
            another,
            contract,
            given,
            target,
            tokens: tokio::sync::Mutex::default(),
            first: RwLock::default(),
            secrets: RwLock::new(Arc::new(secrets)),
            basic,
            keys,
            constant: Mutex::default(),
        }
    }

    /// The secrets known by now.
    pub fn secrets(&self) -> Arc<Secrets> {
        Arc::clone(&self.secrets.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the user gave what any alternative of the operation asks for.
    pub fn can_satisfy(&self, operation: &Operation) -> bool {
        operation.is_open() || self.alternative(operation).is_some()
    }

    /// The schemes that are used for an operation.
    pub(super) fn alternative<'o>(&self, operation: &'o Operation) -> Option<&'o Vec<String>> {
        operation
            .security
            .iter()
            .filter(|schemes| !schemes.is_empty())
            .find(|schemes| self.satisfies(schemes))
    }

    /// Whether what was given lets a request in by an alternative that is not used otherwise.
    pub fn has_alternative(&self, operation: &Operation, index: usize) -> bool {
        let own = self.alternative(operation);
        let other = operation.security.get(index).filter(|schemes| !schemes.is_empty());
        other.is_some_and(|other| own.is_some_and(|own| own != other) && self.satisfies(other))
    }

    /// Whether the user gave what these schemes ask for together.
    fn satisfies(&self, schemes: &[String]) -> bool {
        schemes.iter().all(|scheme| match self.contract.schemes.get(scheme) {
            Some(SecurityScheme::Basic) => self.given.basic.is_some() || self.has_header("authorization"),
            Some(SecurityScheme::Bearer) => {
                self.given.bearer.is_some()
                    || self.has_header("authorization")
                    || self.giver(scheme).is_some()
            }
            Some(SecurityScheme::ApiKey { location, name, .. }) => {
                self.giver(scheme).is_some()
                    || self.keys.contains_key(scheme)
                    || (*location == ParameterLocation::Header && self.has_header(name))
                    || (*location == ParameterLocation::Cookie && self.has_header("cookie"))
            }
            _ => false,
        })
    }

    /// Whether a header that goes with every request lets it in by a scheme.
    fn is_by_header(&self, scheme: &SecurityScheme) -> bool {
        match scheme {
            SecurityScheme::Bearer => self.has_header("authorization"),
            SecurityScheme::ApiKey { location: ParameterLocation::Cookie, .. } => self.has_header("cookie"),
            _ => false,
        }
    }

    pub(super) fn has_key(&self, scheme: &str) -> bool {
        self.keys.contains_key(scheme)
    }

    fn has_header(&self, name: &str) -> bool {
        self.given.headers.get(name).is_some()
    }

    /// What goes with a request to the operation of an index; also tells which token was used, if
    /// any.
    pub(super) async fn attach(
        &self,
        transport: &Transport,
        index: usize,
        credentials: CredentialKind,
    ) -> Result<(Arc<[Carrier]>, Option<u64>), TokenError> {
        let known = || self.constant.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(carriers) = known().get(&(index, credentials)) {
            return Ok((Arc::clone(carriers), None));
        }
        let (carriers, used) =
            self.carriers(transport, &self.contract.operations[index], credentials).await?;
        let carriers = Arc::from(carriers);
        if used.is_none() && credentials != CredentialKind::Expired {
            known().insert((index, credentials), Arc::clone(&carriers));
        }
        Ok((carriers, used))
    }

    async fn carriers(
        &self,
        transport: &Transport,
        operation: &Operation,
        credentials: CredentialKind,
    ) -> Result<(Vec<Carrier>, Option<u64>), TokenError> {
        if credentials == CredentialKind::OfAnother {
            return Ok((self.of_another(operation), None));
        }
        let mut carriers = Vec::new();
        let mut used = None;
        let own = self.alternative(operation);
        let any = operation.security.iter().find(|schemes| !schemes.is_empty());
        let schemes = match credentials {
            CredentialKind::Valid => own,
            CredentialKind::By(index) => operation.security.get(usize::from(index)),
            CredentialKind::Other => {
                operation.security.iter().find(|schemes| !schemes.is_empty() && Some(*schemes) != own.or(any))
            }
            _ => own.or(any),
        };
        for (index, name) in schemes.into_iter().flatten().enumerate() {
            let Some(scheme) = self.contract.schemes.get(name) else { continue };
            let credentials = match credentials.left_out() {
                Some(left_out) if left_out == index => continue,
                Some(_) => CredentialKind::Valid,
                None if credentials.is_valid() => CredentialKind::Valid,
                None => credentials,
            };
            let valid = self.valid(transport, (name, scheme), &mut used).await?;
            carriers.extend(self.altered((name, scheme), credentials, valid));
        }
        for (name, value) in self.given.headers.iter() {
            let known = carriers.iter().any(
                |carrier| matches!(carrier, Carrier::Header(known, _) if known.eq_ignore_ascii_case(name)),
            );
            let withheld = !credentials.is_valid() && self.could_let_in(operation, credentials, name);
            if !known && !withheld {
                carriers.push(Carrier::Header(name.to_owned(), value.to_owned()));
            }
        }
        Ok((carriers, used))
    }

    /// What lets another user in; headers that let the first one in are left out.
    fn of_another(&self, operation: &Operation) -> Vec<Carrier> {
        let Some(another) = &self.another else { return Vec::new() };
        let names = another.alternative(operation).into_iter().flatten();
        let mut carriers = Vec::new();
        for name in names {
            let Some(scheme) = self.contract.schemes.get(name) else { continue };
            let valid = match scheme {
                SecurityScheme::Basic => another.basic.clone(),
                SecurityScheme::Bearer => {
                    another.given.bearer.as_ref().map(|token| format!("Bearer {token}"))
                }
                SecurityScheme::ApiKey { .. } => another.keys.get(name).cloned(),
                SecurityScheme::Other(_) => None,
            };
            carriers.extend(another.altered((name, scheme), CredentialKind::Valid, valid));
        }
        let others = self.given.headers.iter();
        let others =
            others.filter(|(name, _)| !self.could_let_in(operation, CredentialKind::OfAnother, name));
        carriers.extend(others.map(|(name, value)| Carrier::Header(name.to_owned(), value.to_owned())));
        carriers
    }

    /// Whether another user can be let in where an operation asks for credentials.
    pub fn has_another(&self, operation: &Operation) -> bool {
        self.another.as_ref().is_some_and(|another| another.alternative(operation).is_some())
    }

    /// Whether a header could let a request in, and so is withheld from one that must not get in.
    fn could_let_in(&self, operation: &Operation, credentials: CredentialKind, header: &str) -> bool {
        let known = |name: &String| self.contract.schemes.get(name);
        let schemes = operation.security.iter().flatten().enumerate();
        let left_out = |index: usize| credentials.left_out().is_none_or(|left_out| left_out == index);
        let schemes = schemes.filter(|(index, _)| left_out(*index)).filter_map(|(_, name)| known(name));
        let carriers = schemes.map(|scheme| match scheme {
            SecurityScheme::ApiKey { location: ParameterLocation::Header, name, .. } => name.as_str(),
            SecurityScheme::ApiKey { location: ParameterLocation::Cookie, .. } => "cookie",
            _ => "authorization",
        });
        let any = credentials.left_out().is_none().then_some("authorization");
        carriers.chain(any).any(|known| known.eq_ignore_ascii_case(header))
    }

    async fn valid(
        &self,
        transport: &Transport,
        (name, scheme): (&str, &SecurityScheme),
        used: &mut Option<u64>,
    ) -> Result<Option<String>, TokenError> {
        let fetched = match self.giver(name) {
            // What goes with every request is enough.
            Some(_) if self.is_by_header(scheme) => None,
            Some(giver) => Some(self.token(transport, (name, giver), None).await?),
            None => None,
        };
        if let Some(token) = &fetched {
            *used = Some(token.number);
        }
        let fetched = fetched.map(|token| token.value);
        Ok(match scheme {
            SecurityScheme::Basic => self.basic.clone(),
            SecurityScheme::Bearer => {
                fetched.as_ref().or(self.given.bearer.as_ref()).map(|token| format!("Bearer {token}"))
            }
            SecurityScheme::ApiKey { .. } => fetched.or_else(|| self.keys.get(name).cloned()),
            SecurityScheme::Other(_) => None,
        })
    }

    fn altered(
        &self,
        (own, scheme): (&str, &SecurityScheme),
        credentials: CredentialKind,
        valid: Option<String>,
    ) -> Option<Carrier> {
        let header = |value: String| Carrier::Header("Authorization".into(), value);
        let unknown = NOBODY;
        Some(match scheme {
            SecurityScheme::Basic => header(match credentials {
                CredentialKind::Valid | CredentialKind::By(_) | CredentialKind::OfAnother => valid?,
                CredentialKind::None
                | CredentialKind::WithoutFirst
                | CredentialKind::WithoutSecond
                | CredentialKind::WithoutThird => {
                    return None;
                }
                CredentialKind::Wrong => {
                    let (user, password) =
                        self.given.basic.clone().unwrap_or((unknown.into(), unknown.into()));
                    format!("Basic {}", basic(&user, &wrong_password(&password), self.given.basic_md5))
                }
                CredentialKind::WrongOfNobody => {
                    format!("Basic {}", basic(unknown, &wrong_password(unknown), self.given.basic_md5))
                }
                CredentialKind::Unknown => {
                    let password = self.given.basic.as_ref().map_or(unknown, |(_, password)| password);
                    format!("Basic {}", basic(unknown, password, self.given.basic_md5))
                }
                CredentialKind::WrongScheme => {
                    valid.as_deref().unwrap_or("Basic eDp5").replacen("Basic", "Probity", 1)
                }
                CredentialKind::Other | CredentialKind::Expired | CredentialKind::Foreign => {
                    format!("Basic {}", basic(unknown, unknown, self.given.basic_md5))
                }
                CredentialKind::Empty => format!("Basic {}", BASE64.encode(":")),
                CredentialKind::Malformed => "Basic !not-base64!".into(),
                CredentialKind::BeyondAscii => {
                    format!("Basic {}", basic(NOBODY_BEYOND_ASCII, NOBODY_BEYOND_ASCII, self.given.basic_md5))
                }
            }),
            SecurityScheme::Bearer => header(match credentials {
                CredentialKind::Valid | CredentialKind::By(_) | CredentialKind::OfAnother => valid?,
                CredentialKind::None
                | CredentialKind::WithoutFirst
                | CredentialKind::WithoutSecond
                | CredentialKind::WithoutThird => {
                    return None;
                }
                CredentialKind::Wrong | CredentialKind::WrongOfNobody => {
                    let token = valid.as_deref().and_then(|valid| valid.strip_prefix("Bearer "));
                    format!("Bearer {}", changed(token.unwrap_or(unknown)))
                }
                CredentialKind::Expired if self.giver(own).is_some() => {
                    format!("Bearer {}", self.first(own)?.value)
                }
                CredentialKind::WrongScheme => {
                    valid.as_deref().unwrap_or("Bearer x").replacen("Bearer", "Probity", 1)
                }
                CredentialKind::Foreign => format!("Bearer {}", self.given.foreign.as_deref()?),
                CredentialKind::Unknown | CredentialKind::Other | CredentialKind::Expired => {
                    format!("Bearer {unknown}")
                }
                CredentialKind::Empty => "Bearer".into(),
                CredentialKind::Malformed => "Bearer not a token, but words".into(),
                CredentialKind::BeyondAscii => format!("Bearer {NOBODY_BEYOND_ASCII}"),
            }),
            SecurityScheme::ApiKey { location, name, .. } => {
                let value = match credentials {
                    CredentialKind::Valid | CredentialKind::By(_) | CredentialKind::OfAnother => valid?,
                    CredentialKind::None
                    | CredentialKind::WithoutFirst
                    | CredentialKind::WithoutSecond
                    | CredentialKind::WithoutThird => {
                        return None;
                    }
                    CredentialKind::Wrong | CredentialKind::WrongOfNobody => {
                        changed(&valid.unwrap_or_else(|| unknown.into()))
                    }
                    CredentialKind::Unknown => unknown.into(),
                    CredentialKind::Foreign => self.given.foreign.clone()?,
                    CredentialKind::Expired => self.first(own)?.value,
                    CredentialKind::Other => format!("{unknown}-else"),
                    CredentialKind::WrongScheme => format!("Probity {unknown}"),
                    CredentialKind::Empty => String::new(),
                    CredentialKind::Malformed => "not a token, but words".into(),
                    CredentialKind::BeyondAscii => NOBODY_BEYOND_ASCII.into(),
                };
                carrier(*location, name, value)
            }
            SecurityScheme::Other(_) => return None,
        })
    }

    /// Whether there is a token of somebody else for a scheme of the operation.
    pub fn has_foreign(&self, operation: &Operation) -> bool {
        let takes_token = |name: &String| {
            matches!(
                self.contract.schemes.get(name),
                Some(SecurityScheme::Bearer | SecurityScheme::ApiKey { .. })
            )
        };
        let own = self.alternative(operation);
        self.given.foreign.is_some() && own.is_some_and(|schemes| schemes.iter().any(takes_token))
    }
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

/// What carries a key.
fn carrier(location: ParameterLocation, name: &str, value: String) -> Carrier {
    match location {
        ParameterLocation::Query => Carrier::Query(name.to_owned(), value),
        ParameterLocation::Cookie => Carrier::Header("Cookie".into(), format!("{name}={value}")),
        _ => Carrier::Header(name.to_owned(), value),
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
pub(super) fn place(secrets: &mut Secrets, scheme: &SecurityScheme, tokens: &[(&str, &str)]) {
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
            SecurityScheme::Basic | SecurityScheme::Other(_) => {}
        }
    }
}

/// The credentials of HTTP Basic.
pub fn basic(user: &str, password: &str, md5: bool) -> String {
    let password = if md5 { md5_hex(password) } else { password.to_owned() };
    BASE64.encode(format!("{user}:{password}"))
}

/// The MD5 of text, in hexadecimal.
pub fn md5_hex(text: &str) -> String {
    let digest = Md5::digest(text.as_bytes());
    let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

fn wrong_password(password: &str) -> String {
    format!("{password}-wrong")
}

pub(super) fn changed(token: &str) -> String {
    let mut token: Vec<char> = token.chars().collect();
    // Not the last one: in base64 it may hold bits that nobody reads.
    let middle = token.len() * 3 / 4;
    match token.get_mut(middle) {
        // Not only in case either: secrets are hidden in any.
        Some(letter) => *letter = if letter.eq_ignore_ascii_case(&'A') { 'B' } else { 'A' },
        None => token.push('A'),
    }
    token.into_iter().collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platform_convention_matches_its_test_vector() {
        assert_eq!(
            basic("store.server", "server123", true),
            "c3RvcmUuc2VydmVyOjhhMTZhNmI3MDUwNWViMWYxZmY3Y2RjMGNkNTU1OWE3"
        );
    }

    #[test]
    fn a_changed_token_is_another_token_of_the_same_form() {
        assert_eq!(changed("abcd"), "abcA");
        assert_eq!(changed("abcA"), "abcB");
    }
}
