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
            SecurityScheme::Digest => return self.digest(credentials),
            // What goes with the connection is withheld from who must not get in.
            SecurityScheme::MutualTls if credentials.is_valid() => return None,
            SecurityScheme::MutualTls => Carrier::Bare,
            SecurityScheme::Other(_) => return None,
        })
    }

    /// Who answers the challenges of HTTP Digest.
    fn digest(&self, credentials: CredentialKind) -> Option<Carrier> {
        let header = |value: &str| Carrier::Header("Authorization".into(), value.to_owned());
        let given = self.given.digest.as_ref();
        let signer = |user: &str, password: String, valid: bool| {
            Carrier::Digest(Signer { user: user.to_owned(), password, valid })
        };
        Some(match credentials {
            CredentialKind::Valid | CredentialKind::By(_) | CredentialKind::OfAnother => {
                let (user, password) = given?;
                signer(user, password.clone(), true)
            }
            CredentialKind::None
            | CredentialKind::WithoutFirst
            | CredentialKind::WithoutSecond
            | CredentialKind::WithoutThird => return None,
            CredentialKind::Wrong => {
                let (user, password) = given?;
                signer(user, wrong_password(password), false)
            }
            CredentialKind::Unknown => signer(
                NOBODY,
                given.map_or_else(|| NOBODY.to_owned(), |(_, password)| password.clone()),
                false,
            ),
            CredentialKind::WrongOfNobody
            | CredentialKind::Other
            | CredentialKind::Expired
            | CredentialKind::Foreign => signer(NOBODY, wrong_password(NOBODY), false),
            CredentialKind::BeyondAscii => signer(NOBODY_BEYOND_ASCII, NOBODY_BEYOND_ASCII.to_owned(), false),
            CredentialKind::WrongScheme => header("Probity username=\"probity-nobody\""),
            CredentialKind::Empty => header("Digest"),
            CredentialKind::Malformed => header("Digest !not-parameters!"),
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
