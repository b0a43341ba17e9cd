//! A request, before it is known to which target it goes.

use serde::Serialize;
use std::borrow::Cow;

/// A request without target and credentials.
#[derive(Clone, Debug, Serialize)]
pub struct Request {
    /// The method, in upper case.
    pub method: String,
    /// Path and query, percent-encoded, relative to the target.
    pub path: String,
    /// Headers that the contract or the case asks for.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    #[serde(serialize_with = "lossy")]
    pub body: Option<Vec<u8>>,
    /// Which credentials go with it.
    pub credentials: Credentials,
}

/// Which credentials a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Credentials {
    /// Those that the user gave.
    Valid,
    /// None at all.
    None,
    /// The right user with another password, or an altered token.
    Wrong,
    /// As [`Credentials::Wrong`], but where there is a user, one that nobody has: hosts lock out a
    /// user for whom too many wrong passwords come.
    WrongOfNobody,
    /// A user that does not exist, with the right password, or a token that never was one.
    Unknown,
    /// What is right, under a scheme that does not exist.
    WrongScheme,
    /// Credentials that nobody has, in the form of another scheme that the contract offers.
    Other,
    /// The header is there, with nothing in it.
    Empty,
    /// A header that does not have the form of the scheme.
    Malformed,
    /// Credentials that nobody has, with bytes beyond ASCII (RFC 9110 5.5).
    BeyondAscii,
    /// A token whose life is over.
    Expired,
    /// A token that is good for somebody else.
    Foreign,
    /// Of several that are needed together, all but the first.
    WithoutFirst,
    /// Of several that are needed together, all but the second.
    WithoutSecond,
}

impl Request {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.as_str())
    }

    /// The headers as what is read of them.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), Cow::Borrowed(value.as_str())))
    }
}

impl Credentials {
    /// Which of the schemes that are needed together is left out.
    pub fn left_out(self) -> Option<usize> {
        match self {
            Credentials::WithoutFirst => Some(0),
            Credentials::WithoutSecond => Some(1),
            _ => None,
        }
    }

    /// The name used in case identities.
    pub fn name(self) -> &'static str {
        match self {
            Credentials::Valid => "valid",
            Credentials::None => "none",
            Credentials::Wrong | Credentials::WrongOfNobody => "wrong",
            Credentials::Unknown => "unknown",
            Credentials::WrongScheme => "wrong-scheme",
            Credentials::Other => "other-scheme",
            Credentials::Empty => "empty",
            Credentials::Malformed => "malformed",
            Credentials::BeyondAscii => "beyond-ascii",
            Credentials::Expired => "expired",
            Credentials::Foreign => "foreign",
            Credentials::WithoutFirst => "without-first",
            Credentials::WithoutSecond => "without-second",
        }
    }
}

#[expect(clippy::ref_option, reason = "serde's signature")]
fn lossy<S: serde::Serializer>(body: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
    match body {
        Some(bytes) => serializer.serialize_some(&String::from_utf8_lossy(bytes)),
        None => serializer.serialize_none(),
    }
}
