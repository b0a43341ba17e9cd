//! Credentials as a request shows them: right, or wrong in one way.

use super::digits::{basic, changed, wrong_password};
use super::{Authenticator, Carrier};
use crate::contract::{ParameterLocation, SecurityScheme};
use crate::exchange::CredentialKind;
use crate::wire::digest::Signer;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

/// A user and a token that nobody has.
pub(super) const NOBODY: &str = "probity-nobody";

/// The same with letters beyond ASCII, which HTTP allows in a header, and which many a comparison
/// in constant time does not expect.
const NOBODY_BEYOND_ASCII: &str = "probity-n\u{f6}body-\u{17b}";

impl Authenticator<'_> {
    pub(super) fn altered(
        &self,
        (own, scheme): (&str, &SecurityScheme),
        credentials: CredentialKind,
        valid: Option<String>,
    ) -> Option<Carrier> {
        let header = |value: String| Carrier::Header("Authorization".into(), value);
        let is_right = credentials.is_valid() || credentials == CredentialKind::OfAnother;
        match scheme {
            // What goes with the connection is withheld from who must not get in.
            SecurityScheme::MutualTls => return (!credentials.is_valid()).then_some(Carrier::Bare),
            SecurityScheme::Other(_) => return None,
            _ if credentials == CredentialKind::None || credentials.left_out().is_some() => return None,
            SecurityScheme::Basic | SecurityScheme::Bearer if is_right => return Some(header(valid?)),
            SecurityScheme::ApiKey { location, name, .. } if is_right => {
                return Some(carrier(*location, name, valid?));
            }
            _ => {}
        }
        let unknown = NOBODY;
        let md5 = self.given.basic_md5;
        Some(match scheme {
            SecurityScheme::Basic => header(match credentials {
                CredentialKind::Wrong => {
                    let (user, password) =
                        self.given.basic.clone().unwrap_or((unknown.into(), unknown.into()));
                    format!("Basic {}", basic(&user, &wrong_password(&password), md5))
                }
                CredentialKind::WrongOfNobody => {
                    format!("Basic {}", basic(unknown, &wrong_password(unknown), md5))
                }
                CredentialKind::Unknown => {
                    let password = self.given.basic.as_ref().map_or(unknown, |(_, password)| password);
                    format!("Basic {}", basic(unknown, password, md5))
                }
                CredentialKind::WrongScheme => {
                    valid.as_deref().unwrap_or("Basic eDp5").replacen("Basic", "Probity", 1)
                }
                CredentialKind::Empty => format!("Basic {}", BASE64.encode(":")),
                CredentialKind::Malformed => "Basic !not-base64!".into(),
                CredentialKind::BeyondAscii => {
                    format!("Basic {}", basic(NOBODY_BEYOND_ASCII, NOBODY_BEYOND_ASCII, md5))
                }
                _ => format!("Basic {}", basic(unknown, unknown, md5)),
            }),
            SecurityScheme::Bearer => header(match credentials {
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
                CredentialKind::Empty => "Bearer".into(),
                CredentialKind::Malformed => "Bearer not a token, but words".into(),
                CredentialKind::BeyondAscii => format!("Bearer {NOBODY_BEYOND_ASCII}"),
                _ => format!("Bearer {unknown}"),
            }),
            SecurityScheme::ApiKey { location, name, .. } => {
                let value = match credentials {
                    CredentialKind::Wrong | CredentialKind::WrongOfNobody => {
                        changed(&valid.unwrap_or_else(|| unknown.into()))
                    }
                    CredentialKind::Foreign => self.given.foreign.clone()?,
                    CredentialKind::Expired => self.first(own)?.value,
                    CredentialKind::Other => format!("{unknown}-else"),
                    CredentialKind::WrongScheme => format!("Probity {unknown}"),
                    CredentialKind::Empty => String::new(),
                    CredentialKind::Malformed => "not a token, but words".into(),
                    CredentialKind::BeyondAscii => NOBODY_BEYOND_ASCII.into(),
                    _ => unknown.into(),
                };
                carrier(*location, name, value)
            }
            SecurityScheme::Digest => return self.digest(credentials, is_right),
            SecurityScheme::MutualTls | SecurityScheme::Other(_) => return None,
        })
    }

    /// Who answers the challenges of HTTP Digest.
    fn digest(&self, credentials: CredentialKind, is_right: bool) -> Option<Carrier> {
        let header = |value: &str| Carrier::Header("Authorization".into(), value.to_owned());
        let given = self.given.digest.as_ref();
        let signer = |user: &str, password: String| {
            Carrier::Digest(Signer { user: user.to_owned(), password, valid: is_right })
        };
        Some(match credentials {
            _ if is_right => {
                let (user, password) = given?;
                signer(user, password.clone())
            }
            CredentialKind::Wrong => {
                let (user, password) = given?;
                signer(user, wrong_password(password))
            }
            CredentialKind::Unknown => {
                signer(NOBODY, given.map_or_else(|| NOBODY.to_owned(), |(_, password)| password.clone()))
            }
            CredentialKind::BeyondAscii => signer(NOBODY_BEYOND_ASCII, NOBODY_BEYOND_ASCII.to_owned()),
            CredentialKind::WrongScheme => header("Probity username=\"probity-nobody\""),
            CredentialKind::Empty => header("Digest"),
            CredentialKind::Malformed => header("Digest !not-parameters!"),
            _ => signer(NOBODY, wrong_password(NOBODY)),
        })
    }
}

/// What carries a key.
pub(super) fn carrier(location: ParameterLocation, name: &str, value: String) -> Carrier {
    match location {
        ParameterLocation::Query => Carrier::Query(name.to_owned(), value),
        ParameterLocation::Cookie => Carrier::Header("Cookie".into(), format!("{name}={value}")),
        _ => Carrier::Header(name.to_owned(), value),
    }
}
