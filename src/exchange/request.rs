//! A request, before it is known to which target it goes.

use super::pieces::Pieces;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

/// A request without target and credentials.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The method, in upper case.
    pub method: String,
    /// What stands outside of the body: most requests of an operation share it.
    pub parts: Arc<Parts>,
    /// The body, byte for byte.
    pub body: Option<Pieces>,
    /// Which credentials go with it.
    pub credentials: CredentialKind,
}

/// What a request has outside of its body, each as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Parts {
    /// The segments of the path, relative to the target.
    pub path: Vec<Pieces>,
    /// The pairs of the query; some hold several, as their style has it.
    pub query: Vec<Pieces>,
    /// The header fields that the contract or the case asks for, without cookies.
    pub fields: Vec<(String, Pieces)>,
    /// The cookies, each with its name.
    pub cookies: Vec<Pieces>,
}

/// Which credentials a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialKind {
    /// Those that the user gave.
    Valid,
    /// Those that the user gave for the alternative of this index.
    By(u8),
    /// None at all.
    None,
    /// The right user with another password, or an altered token.
    Wrong,
    /// As [`CredentialKind::Wrong`], but where there is a user, one that nobody has: hosts lock out a
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
    /// Those of another user, who is let in as well.
    OfAnother,
    /// Of several that are needed together, all but the first.
    WithoutFirst,
    /// Of several that are needed together, all but the second.
    WithoutSecond,
    /// Of several that are needed together, all but the third.
    WithoutThird,
}

impl Request {
    /// Path and query, relative to the target, with samples in place of what is not known.
    pub fn path(&self) -> Pieces {
        self.parts.target()
    }

    /// The value of a header, with samples in place of what is not known.
    pub fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut found = self.parts.headers().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| match value {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_str()),
            Cow::Owned(text) => Cow::Owned(text.to_string()),
        })
    }

    /// The bytes of the body, with samples in place of what is not known.
    pub fn body(&self) -> Option<&[u8]> {
        self.body.as_ref().map(Pieces::sample)
    }

    /// The headers as what is read of them.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        self.parts.headers().map(|(name, value)| match value {
            Cow::Borrowed(text) => (name, Cow::Borrowed(text.as_str())),
            Cow::Owned(text) => (name, Cow::Owned(text.to_string())),
        })
    }

    /// Whether some of it comes from an earlier answer.
    pub fn is_open(&self) -> bool {
        self.body.as_ref().is_some_and(Pieces::is_open) || self.parts.texts().any(Pieces::is_open)
    }

    /// What stands outside of the body, to be changed for this request alone.
    pub fn parts_mut(&mut self) -> &mut Parts {
        Arc::make_mut(&mut self.parts)
    }
}

impl Parts {
    /// Path and query.
    pub fn target(&self) -> Pieces {
        let path = Pieces::joined(&self.path, "/");
        if self.query.is_empty() {
            return path;
        }
        Pieces::joined([&path, &Pieces::joined(&self.query, "&")], "?")
    }

    /// The headers, of which one is the list of cookies, if there are any.
    pub fn headers(&self) -> impl Iterator<Item = (&str, Cow<'_, Pieces>)> {
        let fields = self.fields.iter().map(|(name, value)| (name.as_str(), Cow::Borrowed(value)));
        let cookies = (!self.cookies.is_empty()).then(|| Pieces::joined(&self.cookies, "; "));
        fields.chain(cookies.map(|cookies| ("Cookie", Cow::Owned(cookies))))
    }

    /// The same with parameters that earlier answers supply.
    #[must_use]
    pub fn supplied(&self, answers: &[String]) -> Parts {
        let all = |texts: &[Pieces]| texts.iter().map(|text| text.supplied(answers)).collect();
        let fields = self.fields.iter();
        Parts {
            path: all(&self.path),
            query: all(&self.query),
            fields: fields.map(|(name, text)| (name.clone(), text.supplied(answers))).collect(),
            cookies: all(&self.cookies),
        }
    }

    /// Every text of it.
    pub fn texts(&self) -> impl Iterator<Item = &Pieces> {
        let fields = self.fields.iter().map(|(_, value)| value);
        self.path.iter().chain(&self.query).chain(fields).chain(&self.cookies)
    }

    /// Takes away the fields of a name.
    pub fn remove_field(&mut self, name: &str) {
        self.fields.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    /// A path and a query that are known, and nothing else.
    pub fn at(target: &str) -> Parts {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Parts {
            path: path.split('/').map(Pieces::from).collect(),
            query: query.split('&').filter(|pair| !pair.is_empty()).map(Pieces::from).collect(),
            ..Parts::default()
        }
    }
}

/// The names of alternatives.
const ALTERNATIVES: [&str; 6] = ["by-first", "by-second", "by-third", "by-fourth", "by-fifth", "by-sixth"];

impl CredentialKind {
    /// So many alternatives are tried.
    pub const MOST: usize = ALTERNATIVES.len();

    /// Whether the user gave them, so that they let a request in.
    pub fn is_valid(self) -> bool {
        matches!(self, CredentialKind::Valid | CredentialKind::By(_))
    }

    /// Which of the schemes that are needed together is left out.
    pub fn left_out(self) -> Option<usize> {
        match self {
            CredentialKind::WithoutFirst => Some(0),
            CredentialKind::WithoutSecond => Some(1),
            CredentialKind::WithoutThird => Some(2),
            _ => None,
        }
    }

    /// The name used in case identities.
    pub fn name(self) -> &'static str {
        match self {
            CredentialKind::Valid => "valid",
            CredentialKind::None => "none",
            CredentialKind::Wrong | CredentialKind::WrongOfNobody => "wrong",
            CredentialKind::Unknown => "unknown",
            CredentialKind::WrongScheme => "wrong-scheme",
            CredentialKind::Other => "other-scheme",
            CredentialKind::Empty => "empty",
            CredentialKind::Malformed => "malformed",
            CredentialKind::BeyondAscii => "beyond-ascii",
            CredentialKind::Expired => "expired",
            CredentialKind::Foreign => "foreign",
            CredentialKind::OfAnother => "of-another",
            CredentialKind::WithoutFirst => "without-first",
            CredentialKind::WithoutSecond => "without-second",
            CredentialKind::WithoutThird => "without-third",
            CredentialKind::By(index) => {
                ALTERNATIVES.get(usize::from(index)).copied().unwrap_or("by-another")
            }
        }
    }
}
