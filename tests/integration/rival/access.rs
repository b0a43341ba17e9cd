//! Who may ask: Basic credentials with a hashed password, or a token from the token endpoint.

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

const TOKEN_LIFE: Duration = Duration::from_mins(5);

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

#[derive(Default)]
pub(super) struct Tokens {
    issued: Vec<Token>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Admitted,
    Refused,
    /// The header could not be read; a fault makes more of it than a refusal.
    Malformed,
}

impl Tokens {
    /// Answers the token endpoint.
    pub(super) fn generate(&mut self, request: &Request, now: Duration) -> Response {
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
        let answer = format!(
            r#"{{"data":{{"accessToken":"{text}","ttlSeconds":{}}},"errors":null}}"#,
            TOKEN_LIFE.as_secs()
        );
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
        match (request.header(TOKEN_HEADER), request.header("Authorization")) {
            (Some(token), _) => self.judge_token(token, fault, now),
            (None, Some(header)) => judge_basic(header, fault),
            (None, None) => Verdict::Refused,
        }
    }

    fn judge_token(&mut self, text: &str, fault: Option<Fault>, now: Duration) -> Verdict {
        let known = self.issued.iter_mut().find(|token| token.text == text);
        let admitted = match (fault, known) {
            (Some(Fault::AccessAnyToken), _) => true,
            (_, None) | (Some(Fault::AccessNoToken), _) => false,
            (fault, Some(token)) => {
                token.uses += 1;
                let dead = fault == Some(Fault::AccessTokenDies) && token.uses > 3;
                !dead && now.saturating_sub(token.issued) < TOKEN_LIFE
            }
        };
        if admitted { Verdict::Admitted } else { Verdict::Refused }
    }
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
        Some(Fault::AccessAnyPassword) => right_user,
        Some(Fault::AccessAnyUser) => right_secret,
        Some(Fault::AccessClearPassword) => right_user && (right_secret || secret == PASSWORD),
        Some(Fault::AccessEmpty) if user.is_empty() || secret.is_empty() => true,
        _ => right_user && right_secret,
    };
    if admitted { Verdict::Admitted } else { Verdict::Refused }
}
