//! Who may ask: Basic credentials with a hashed password, or a token from the token endpoint.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

use super::endpoint::Endpoint;
use super::fault::Fault;
use super::http::{Request, Response};

pub(crate) const USER: &str = "till.seventeen";
pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const OAUTH_KEY: &str = "client-key-17";
pub(crate) const OAUTH_SECRET: &str = "client-secret-17";
pub(crate) const TOKEN_PATH: &str = "/v3/oauth/token/generate";
pub(crate) const TOKEN_HEADER: &str = "X-CAP-API-OAUTH-TOKEN";

/// The right `Authorization` header.
pub(crate) fn basic() -> String {
    basic_of(USER, &md5_hex(PASSWORD))
}

pub(crate) fn basic_of(user: &str, hash: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{hash}")))
}

pub(crate) fn md5_hex(text: &str) -> String {
    Md5::digest(text).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

struct Token {
    text: String,
    issued: Duration,
    uses: usize,
}

pub(super) struct Tokens {
    life: Duration,
    issued: Vec<Token>,
    /// The connections on which right credentials came.
    known: HashSet<u64>,
    admitted: u64,
    refused: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Admitted,
    Refused,
    /// The header could not be read; a fault makes more of it than a refusal.
    Malformed,
}

impl Tokens {
    pub(super) fn living(life: Duration) -> Self {
        Self { life, issued: Vec::new(), known: HashSet::new(), admitted: 0, refused: 0 }
    }

    /// Answers the token endpoint.
    pub(super) fn generate(&mut self, request: &Request, fault: Option<Fault>, now: Duration) -> Response {
        if request.method != "POST" {
            let mut response = Response::empty(405);
            response.set("Allow", "POST");
            return response;
        }
        let Ok(body) = serde_json::from_slice::<serde_json::Value>(&request.body) else {
            return Response::new(400, "application/json", r#"{"data":null,"errors":[{"code":400}]}"#);
        };
        if body["key"] != OAUTH_KEY || body["secret"] != OAUTH_SECRET {
            return Response::new(401, "application/json", r#"{"data":null,"errors":[{"code":401}]}"#);
        }
        let seed = format!("{OAUTH_SECRET}/{}/{}", self.issued.len(), now.as_nanos());
        let text = format!("{}.{}", md5_hex(&seed), md5_hex(&format!("{seed}/2")));
        let life = match (fault, self.life.as_secs()) {
            (Some(Fault::TokenNoLife), _) => String::new(),
            (Some(Fault::TokenLifeText), life) => format!(r#","ttlSeconds":"{life} s""#),
            (_, life) => format!(r#","ttlSeconds":{life}"#),
        };
        let answer = format!(r#"{{"data":{{"accessToken":"{text}"{life}}},"errors":null}}"#);
        self.issued.push(Token { text, issued: now, uses: 0 });
        Response::new(200, "application/json", answer)
    }

    pub(super) fn judge(
        &mut self,
        request: &Request,
        endpoint: Option<Endpoint>,
        fault: Option<Fault>,
        now: Duration,
    ) -> Verdict {
        match (fault, endpoint) {
            (Some(Fault::AccessOpen), _)
            | (Some(Fault::AccessOpenBadges), Some(Endpoint::Badges))
            | (Some(Fault::AccessOpenRewards), Some(Endpoint::Rewards)) => {
                return Verdict::Admitted;
            }
            _ => {}
        }
        let verdict = match (request.header(TOKEN_HEADER), request.header("Authorization")) {
            (Some(token), _) => self.judge_token(token, fault, now),
            (None, Some(header)) => judge_basic(header, fault),
            (None, None) => Verdict::Refused,
        };
        if endpoint.is_some() { self.waver(verdict, request, fault) } else { verdict }
    }

    /// The faults that decide otherwise at times.
    fn waver(&mut self, verdict: Verdict, request: &Request, fault: Option<Fault>) -> Verdict {
        if verdict == Verdict::Admitted {
            self.admitted += 1;
            self.known.insert(request.connection);
        } else {
            self.refused += 1;
        }
        match (fault, verdict) {
            (Some(Fault::AccessShutEvery20), Verdict::Admitted) if self.admitted.is_multiple_of(20) => {
                Verdict::Refused
            }
            (Some(Fault::AccessOpenEvery3), _) if self.refused % 3 == 2 => Verdict::Admitted,
            (Some(Fault::AccessPerConnection), _) if self.known.contains(&request.connection) => {
                Verdict::Admitted
            }
            _ => verdict,
        }
    }

    fn judge_token(&mut self, text: &str, fault: Option<Fault>, now: Duration) -> Verdict {
        let same = |token: &&mut Token| match fault {
            Some(Fault::AccessTokenByStart) => {
                text.len() > 16 && token.text.starts_with(&text[..text.floor_char_boundary(16)])
            }
            Some(Fault::AccessTokenCaseIgnored) => token.text.eq_ignore_ascii_case(text),
            _ => token.text == text,
        };
        let known = self.issued.iter_mut().find(same);
        let admitted = match (fault, known) {
            (Some(Fault::AccessAnyToken), _) => true,
            (Some(Fault::AccessTokenByForm), None) => has_form(text),
            (_, None) | (Some(Fault::AccessNoToken), _) => false,
            (fault, Some(token)) => {
                token.uses += 1;
                let dead = fault == Some(Fault::AccessTokenDies) && token.uses > 3;
                let young = now.saturating_sub(token.issued) < self.life;
                !dead && (young || fault == Some(Fault::AccessTokenOutlives))
            }
        };
        if admitted { Verdict::Admitted } else { Verdict::Refused }
    }
}

/// Two digests and a dot, whatever they are of.
fn has_form(text: &str) -> bool {
    text.split_once('.').is_some_and(|halves| {
        [halves.0, halves.1]
            .iter()
            .all(|half| half.len() == 32 && half.bytes().all(|b| b.is_ascii_hexdigit()))
    })
}

fn judge_basic(header: &str, fault: Option<Fault>) -> Verdict {
    let (scheme, rest) = header.split_once(' ').unwrap_or((header, ""));
    if !scheme.eq_ignore_ascii_case("basic") {
        return match fault {
            Some(Fault::AccessAnyScheme) => Verdict::Admitted,
            _ => Verdict::Malformed,
        };
    }
    if fault == Some(Fault::AccessEmpty) && rest.trim().is_empty() {
        return Verdict::Admitted;
    }
    let decoded = STANDARD.decode(rest.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let Some(pair) = decoded else {
        return Verdict::Malformed;
    };
    let Some((user, secret)) = pair.split_once(':') else {
        return Verdict::Malformed;
    };
    let right_user = user == USER;
    let right_secret = secret == md5_hex(PASSWORD);
    let admitted = match fault {
        Some(Fault::AccessNoBasic) => false,
        Some(Fault::AccessPasswordByStart) => right_user && secret.get(..8) == md5_hex(PASSWORD).get(..8),
        Some(Fault::AccessUserByStart) => right_secret && user.get(..4) == USER.get(..4),
        Some(Fault::AccessAnyPassword) => right_user,
        Some(Fault::AccessAnyUser) => right_secret,
        Some(Fault::AccessClearPassword) => right_user && (right_secret || secret == PASSWORD),
        Some(Fault::AccessEmpty) if user.is_empty() || secret.is_empty() => true,
        _ => right_user && right_secret,
    };
    if admitted { Verdict::Admitted } else { Verdict::Refused }
}
