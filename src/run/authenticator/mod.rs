//! Credentials: what the user gave, put where the contract's security schemes want it.

mod altered;
mod digits;
mod known;

pub(super) use digits::changed;
pub use digits::{basic, md5_hex};
pub(super) use known::place;

use super::credentials::Credentials;
use super::login::Csrf;
use super::secret::Secrets;
use super::token::{Giver, Held, Token, TokenError};
use super::transport::Transport;
use crate::contract::{Contract, Operation, ParameterLocation, SecurityScheme};
use crate::exchange::CredentialKind;
use crate::wire::digest::Signer;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Where a credential goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Carrier {
    Header(String, String),
    Query(String, String),
    /// Challenges of HTTP Digest are answered.
    Digest(Signer),
    /// The connection shows no certificate.
    Bare,
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

/// What a request is let in with that was fetched.
#[derive(Default)]
struct Used {
    /// The number of the token.
    number: Option<u64>,
    /// What goes with its session.
    csrf: Option<Csrf>,
}

/// By the index of the operation.
type Constant = HashMap<(usize, CredentialKind), Arc<[Carrier]>>;

impl<'c> Authenticator<'c> {
    /// Credentials for a contract's schemes on a target.
    pub fn new(contract: &'c Contract, given: Credentials, target: &str) -> Authenticator<'c> {
        let secrets = known::secrets(contract, &given);
        let keys = given.keys(contract);
        let another = given.of_another();
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
            Some(SecurityScheme::Digest) => self.given.digest.is_some() || self.has_header("authorization"),
            Some(SecurityScheme::MutualTls) => self.given.has_certificate,
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
        let mut used = Used::default();
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
        if let Some(csrf) = used.csrf.take().filter(|_| credentials.is_valid()) {
            let is_shown = |one: &Carrier| matches!(one, Carrier::Header(name, _) if name.eq_ignore_ascii_case(&csrf.header));
            if !carriers.iter().any(is_shown) {
                carriers.push(Carrier::Header(csrf.header, csrf.value));
            }
            carriers.extend(csrf.cookie.map(|cookie| Carrier::Header("Cookie".into(), cookie)));
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
        Ok((carriers, used.number))
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
                SecurityScheme::Digest | SecurityScheme::MutualTls | SecurityScheme::Other(_) => None,
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
        used: &mut Used,
    ) -> Result<Option<String>, TokenError> {
        let fetched = match self.giver(name) {
            // What goes with every request is enough.
            Some(_) if self.is_by_header(scheme) => None,
            Some(Giver::Beside(session, login)) => {
                let token = self.token(transport, (session, Giver::Login(login)), None).await?;
                used.number = Some(token.number);
                let shown = token.csrf.as_ref().map(|csrf| csrf.value.clone());
                used.csrf = token.csrf;
                return Ok(shown);
            }
            Some(giver) => Some(self.token(transport, (name, giver), None).await?),
            None => None,
        };
        if let Some(token) = &fetched {
            used.number = Some(token.number);
            used.csrf = token.csrf.clone().or(used.csrf.take());
        }
        let fetched = fetched.map(|token| token.value);
        Ok(match scheme {
            SecurityScheme::Basic => self.basic.clone(),
            SecurityScheme::Bearer => {
                fetched.as_ref().or(self.given.bearer.as_ref()).map(|token| format!("Bearer {token}"))
            }
            SecurityScheme::ApiKey { .. } => fetched.or_else(|| self.keys.get(name).cloned()),
            SecurityScheme::Digest | SecurityScheme::MutualTls | SecurityScheme::Other(_) => None,
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
