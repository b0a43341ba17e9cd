//! HTTP Digest (RFC 7616): a challenge that a target has made is answered with what only who knows the
//! password can make of it.

use md5::Md5;
use sha2::digest::Digest as _;
use sha2::{Sha256, Sha512_256};
use std::fmt::Write as _;

/// Who answers challenges.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signer {
    /// The name of the user.
    pub user: String,
    /// The password.
    pub password: String,
    /// Whether both are right, as far as the user said.
    pub valid: bool,
}

/// A challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// What it is about, in words of the host.
    pub realm: String,
    /// What makes it another than those before.
    pub nonce: String,
    opaque: Option<String>,
    algorithm: Algorithm,
    /// The name of that as it was written.
    named: Option<String>,
    protection: Protection,
    hides_user: bool,
    /// Whether the one before was too old.
    pub stale: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Algorithm {
    hash: Hash,
    by_session: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Hash {
    Md5,
    Sha512,
    Sha256,
}

/// What of a request is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protection {
    /// As before RFC 2617.
    None,
    Head,
    Whole,
}

/// What of a request is answered for.
pub struct Signed<'r> {
    /// The method.
    pub method: &'r str,
    /// Path and query as they are sent.
    pub target: &'r str,
    /// The body.
    pub body: &'r [u8],
}

impl Challenge {
    /// The strongest challenge of the headers `WWW-Authenticate` that can be answered.
    pub fn of<'h>(headers: impl Iterator<Item = &'h str>) -> Option<Challenge> {
        let all = headers.flat_map(parsed);
        all.filter_map(|parameters| Challenge::read(&parameters)).max_by_key(|one| one.algorithm)
    }

    /// A challenge of a host's own.
    pub fn made(realm: &str, nonce: &str) -> Challenge {
        Challenge {
            realm: realm.to_owned(),
            nonce: nonce.to_owned(),
            opaque: None,
            algorithm: Algorithm { hash: Hash::Sha256, by_session: false },
            named: Some("SHA-256".to_owned()),
            protection: Protection::Head,
            hides_user: false,
            stale: false,
        }
    }

    /// The header that makes it.
    pub fn header(&self) -> String {
        let (realm, nonce) = (quoted(&self.realm), quoted(&self.nonce));
        format!("Digest realm=\"{realm}\", nonce=\"{nonce}\", qop=\"auth\", algorithm=SHA-256")
    }

    /// Whether a header answers it as this user does for a request with this method.
    pub fn is_answered(&self, header: &str, signer: &Signer, method: &str) -> bool {
        let all = parsed(header);
        let Some(parameters) = all.first() else { return false };
        let get =
            |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let count = get("nc").and_then(|count| u32::from_str_radix(count, 16).ok());
        let (Some(target), Some(count), Some(own)) = (get("uri"), count, get("cnonce")) else { return false };
        let right = self.answer(signer, &Signed { method, target, body: b"" }, count, own);
        let right = parsed(&right);
        let wanted = right.first().and_then(|all| all.iter().find(|(known, _)| known == "response"));
        get("nonce") == Some(self.nonce.as_str())
            && get("username") == Some(signer.user.as_str())
            && wanted.is_some_and(|(_, wanted)| get("response") == Some(wanted.as_str()))
    }

    fn read(parameters: &[(String, String)]) -> Option<Challenge> {
        let get = |name: &str| {
            parameters
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.clone())
        };
        let is_true = |name: &str| get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let named = get("algorithm");
        let algorithm = Algorithm::named(named.as_deref().unwrap_or("MD5"))?;
        let offered = get("qop");
        let offers = |one: &str| {
            offered.iter().flat_map(|all| all.split(',')).any(|known| known.trim().eq_ignore_ascii_case(one))
        };
        let protection = match &offered {
            None => Protection::None,
            Some(_) if offers("auth") => Protection::Head,
            Some(_) if offers("auth-int") => Protection::Whole,
            Some(_) => return None,
        };
        Some(Challenge {
            realm: get("realm").unwrap_or_default(),
            nonce: get("nonce")?,
            opaque: get("opaque"),
            algorithm,
            named,
            protection,
            hides_user: is_true("userhash"),
            stale: is_true("stale"),
        })
    }

    /// What the client makes up for its answer of this number.
    pub fn own(&self, count: u32) -> String {
        let own = self.algorithm.hash.of(format!("{}:{count}:probity", self.nonce).as_bytes());
        own.chars().take(16).collect()
    }

    /// The header that answers it the so-manieth time, with what the client made up.
    pub fn answer(&self, signer: &Signer, signed: &Signed<'_>, count: u32, own: &str) -> String {
        let hash = |text: &str| self.algorithm.hash.of(text.as_bytes());
        let Challenge { realm, nonce, .. } = self;
        let Signer { user, password, .. } = signer;
        let mut who = hash(&format!("{user}:{realm}:{password}"));
        if self.algorithm.by_session {
            who = hash(&format!("{who}:{nonce}:{own}"));
        }
        let what = match self.protection {
            Protection::Whole => {
                let body = self.algorithm.hash.of(signed.body);
                hash(&format!("{}:{}:{body}", signed.method, signed.target))
            }
            Protection::None | Protection::Head => hash(&format!("{}:{}", signed.method, signed.target)),
        };
        let name = match self.protection {
            Protection::None => None,
            Protection::Head => Some("auth"),
            Protection::Whole => Some("auth-int"),
        };
        let response = match name {
            None => hash(&format!("{who}:{nonce}:{what}")),
            Some(name) => hash(&format!("{who}:{nonce}:{count:08x}:{own}:{name}:{what}")),
        };
        let shown = if self.hides_user { hash(&format!("{user}:{realm}")) } else { user.clone() };
        let mut text = if shown.is_ascii() {
            format!("Digest username=\"{}\"", quoted(&shown))
        } else {
            format!("Digest username*=UTF-8''{}", crate::wire::url::encoded(&shown))
        };
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            ", realm=\"{}\", nonce=\"{}\", uri=\"{}\"",
            quoted(realm),
            quoted(nonce),
            quoted(signed.target)
        );
        if let Some(named) = &self.named {
            let _ = write!(text, ", algorithm={named}");
        }
        if let Some(name) = name {
            let _ = write!(text, ", qop={name}, nc={count:08x}, cnonce=\"{own}\"");
        } else if self.algorithm.by_session {
            let _ = write!(text, ", cnonce=\"{own}\"");
        }
        let _ = write!(text, ", response=\"{response}\"");
        if let Some(opaque) = &self.opaque {
            let _ = write!(text, ", opaque=\"{}\"", quoted(opaque));
        }
        if self.hides_user {
            text.push_str(", userhash=true");
        }
        text
    }
}

impl Algorithm {
    fn named(name: &str) -> Option<Algorithm> {
        let upper = name.to_ascii_uppercase();
        let (plain, by_session) = match upper.strip_suffix("-SESS") {
            Some(plain) => (plain, true),
            None => (upper.as_str(), false),
        };
        let hash = match plain {
            "MD5" => Hash::Md5,
            "SHA-256" => Hash::Sha256,
            "SHA-512-256" => Hash::Sha512,
            _ => return None,
        };
        Some(Algorithm { hash, by_session })
    }
}

impl Hash {
    /// The hash of bytes, in hexadecimal.
    fn of(self, bytes: &[u8]) -> String {
        match self {
            Hash::Md5 => hex(&Md5::digest(bytes)),
            Hash::Sha256 => hex(&Sha256::digest(bytes)),
            Hash::Sha512 => hex(&Sha512_256::digest(bytes)),
        }
    }
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// The parameters of each challenge of the scheme in a header, which may hold several of any scheme.
fn parsed(header: &str) -> Vec<Vec<(String, String)>> {
    let mut found: Vec<Vec<(String, String)>> = Vec::new();
    let mut is_digest = false;
    for item in items(header) {
        let mut item = item.trim();
        let words = item.split_once(|c: char| c.is_ascii_whitespace());
        // A scheme stands before its first parameter, which has an equals sign.
        let scheme = match words {
            Some((scheme, rest)) if !scheme.contains('=') && !rest.trim_start().starts_with('=') => {
                item = rest.trim_start();
                Some(scheme)
            }
            None if !item.contains('=') => Some(std::mem::take(&mut item)),
            _ => None,
        };
        if let Some(scheme) = scheme {
            is_digest = scheme.eq_ignore_ascii_case("digest");
            if is_digest {
                found.push(Vec::new());
            }
        }
        if let (Some((name, value)), Some(last), true) = (item.split_once('='), found.last_mut(), is_digest) {
            last.push((name.trim().to_owned(), unquoted(value.trim())));
        }
    }
    found
}

/// What commas part that stand in no quotes.
fn items(header: &str) -> Vec<&str> {
    let (mut found, mut start) = (Vec::new(), 0);
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, byte) in header.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            b',' if !is_quoted => {
                found.push(&header[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&header[start..]);
    found
}

fn unquoted(value: &str) -> String {
    let Some(inside) = value.strip_prefix('"') else { return value.to_owned() };
    let inside = inside.strip_suffix('"').unwrap_or(inside);
    let mut text = String::with_capacity(inside.len());
    let mut letters = inside.chars();
    while let Some(letter) = letters.next() {
        text.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The challenge of RFC 7616 3.9.1.
    const HEADER: &str = "Basic realm=\"x, y\", Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=MD5, nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";

    fn challenge(headers: &[&str]) -> Option<Challenge> {
        Challenge::of(headers.iter().copied())
    }

    fn response(header: &str) -> String {
        let challenge = super::Challenge::of([header].into_iter()).unwrap();
        let signer = Signer { user: "Mufasa".into(), password: "Circle of Life".into(), valid: true };
        let signed = Signed { method: "GET", target: "/dir/index.html", body: b"" };
        let own = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        let text = challenge.answer(&signer, &signed, 1, own);
        text.split("response=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    #[test]
    fn challenges_are_answered_as_the_standard_shows() {
        assert_eq!(response(HEADER), "8ca523f5e9506fed4657c9700eebdbec");
        let strong = HEADER.replace("=MD5", "=SHA-256");
        assert_eq!(response(&strong), "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
    }

    #[test]
    fn the_strongest_challenge_is_answered_and_what_is_unknown_is_not() {
        let strong = HEADER.replace("=MD5", "=SHA-256");
        let algorithm = |headers: &[&str]| challenge(headers).map(|one| one.algorithm.hash);
        assert_eq!(algorithm(&[HEADER, &strong]), Some(Hash::Sha256));
        assert_eq!(algorithm(&[&strong, HEADER]), Some(Hash::Sha256));
        assert_eq!(algorithm(&["Bearer realm=\"a\"", "Digest nonce=\"b\", algorithm=odd", "Digest"]), None);
    }

    #[test]
    fn an_answer_is_right_only_with_the_password_and_for_its_request() {
        let made = Challenge::made("r", "n");
        let right = Signer { user: "u".into(), password: "p".into(), valid: true };
        let wrong = Signer { password: "q".into(), ..right.clone() };
        let heard = challenge(&[&made.header()]).unwrap();
        let header =
            heard.answer(&right, &Signed { method: "GET", target: "/a?b", body: b"" }, 3, &heard.own(3));
        assert!(made.is_answered(&header, &right, "GET"));
        assert!(!made.is_answered(&header, &wrong, "GET"));
        assert!(!made.is_answered(&header, &right, "PUT"));
        assert!(!Challenge::made("r", "other").is_answered(&header, &right, "GET"));
        assert!(!made.is_answered("Digest !", &right, "GET"));
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_without_a_panic(header: String, near in "(Digest|Basic|,| |=|\"|\\\\|nonce|qop|auth|[a-z\u{fc}]){0,14}") {
            let _ = challenge(&[&header, &near]);
        }
    }
}
