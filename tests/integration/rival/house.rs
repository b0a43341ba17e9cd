//! What the server answers to each request, before any trouble on the wire.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::access::{TOKEN_PATH, Tokens, Verdict};
use super::answer;
use super::endpoint::Endpoint;
use super::fault::Fault;
use super::groups::Groups;
use super::http::{Request, Response};
use super::json::text;
use super::reading::Draft;
use super::variant::{Manners, MediaRefusal, Methods, Pace, Page, Stance, Variant};
use super::{intermittent, moments, race, read_back, text_damage};

const MOVED: &str = "/api_gateway/moved";

/// Where the time comes from; stepped, it makes every answer repeatable.
pub(super) enum Clock {
    System,
    Stepped(AtomicU64),
}

impl Clock {
    pub(super) fn now(&self) -> Duration {
        match self {
            Self::System => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            Self::Stepped(steps) => {
                let step = steps.fetch_add(1, Ordering::Relaxed);
                Duration::from_millis(1_763_644_650_336 + 300 * step)
            }
        }
    }
}

pub(super) struct House {
    pub(super) manners: Manners,
    pub(super) fault: Option<Fault>,
    clock: Clock,
    tokens: Mutex<Tokens>,
    groups: Groups,
    answered: AtomicUsize,
    created: AtomicU64,
    turn: tokio::sync::Mutex<()>,
    recent: Mutex<Vec<Duration>>,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl House {
    pub(super) fn new(variant: Variant, fault: Option<Fault>, clock: Clock) -> Self {
        let manners = Manners::of(variant, fault);
        Self {
            manners,
            fault,
            clock,
            tokens: Mutex::new(Tokens::living(manners.token_life)),
            groups: Groups::new(manners, fault),
            answered: AtomicUsize::new(0),
            created: AtomicU64::new(0),
            turn: tokio::sync::Mutex::default(),
            recent: Mutex::default(),
        }
    }

    /// Takes the fault away and keeps the manners chosen for it.
    #[cfg(test)]
    pub(super) fn forget_fault(&mut self) {
        self.fault = None;
        self.groups = Groups::new(self.manners, None);
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    pub(super) async fn answer(&self, request: &Request) -> Response {
        let serial = self.answered.fetch_add(1, Ordering::Relaxed);
        let now = self.clock.now() + self.manners.ahead;
        let _turn = match self.manners.pace {
            Pace::OneByOne => Some(self.turn.lock().await),
            _ => None,
        };
        self.dawdle(serial * 7 % 5).await;
        let mut response = self.route(request, serial, now).await;
        self.dawdle(serial * 3 % 4).await;
        if !self.has(Fault::NoRequestId) {
            response.set("X-Cap-Requestid", &format!("{:08x}-rival", serial + 1));
        }
        let date = match self.fault.and_then(|fault| moments::date_header(fault, now)) {
            None if self.manners.dated => Some(moments::http_date(now)),
            given => given,
        };
        if let Some(date) = date {
            response.set("Date", &date);
        }
        response
    }

    async fn dawdle(&self, millis: usize) {
        if self.manners.pace == Pace::Jittered {
            tokio::time::sleep(Duration::from_millis(millis as u64)).await;
        }
    }

    async fn route(&self, request: &Request, serial: usize, now: Duration) -> Response {
        let path = request.path();
        if path == TOKEN_PATH {
            return lock(&self.tokens).generate(request, self.fault, now);
        }
        if path == MOVED && self.has(Fault::Redirect) {
            return self.moved();
        }
        let endpoint = Endpoint::at(path);
        if endpoint.is_some()
            && let Some(trouble) = self.trouble(request, serial, now)
        {
            return trouble;
        }
        if let (Some(Fault::AccessLate), Some(endpoint), "POST") =
            (self.fault, endpoint, request.method.as_str())
            && let Some(rejection) = self.groups.rehearse(endpoint, request)
        {
            return rejection;
        }
        let verdict = lock(&self.tokens).judge(request, endpoint, self.fault, now);
        let reading = read_back::target(path);
        if verdict != Verdict::Admitted && !(reading.is_some() && self.has(Fault::ReadOpen)) {
            let stored = self.has(Fault::AccessStored)
                || self.has(Fault::AccessStoredMalformed) && verdict == Verdict::Malformed;
            if let Some(endpoint) = endpoint.filter(|_| stored) {
                self.groups.store_unanswered(endpoint, request, now);
            }
            return self.unauthorized(verdict);
        }
        if let Some((endpoint, id)) = reading {
            return self.read_back(endpoint, id, request);
        }
        let Some(endpoint) = endpoint else {
            return match self.fault {
                Some(Fault::UnknownPath200) => Response::new(200, "application/json", "{}"),
                _ => self.page(404, "Not Found"),
            };
        };
        let overridden =
            self.has(Fault::MethodOverride) && request.header("X-HTTP-Method-Override").is_some();
        if request.method == "POST" && !overridden || request.method == "PUT" && self.has(Fault::Put200) {
            self.create(endpoint, request, now).await
        } else {
            self.undeclared_method(request)
        }
    }

    /// Faults that strike every request on a create path.
    fn trouble(&self, request: &Request, serial: usize, now: Duration) -> Option<Response> {
        let endpoint = Endpoint::at(request.path());
        let unavailable =
            || Response::new(503, "text/html", "<html><body><h1>503 Unavailable</h1></body></html>");
        match self.fault? {
            Fault::AbsentBadges if endpoint == Some(Endpoint::Badges) => Some(self.page(404, "Not Found")),
            Fault::AbsentRewards if endpoint == Some(Endpoint::Rewards) => Some(self.page(404, "Not Found")),
            Fault::Unavailable => Some(unavailable()),
            Fault::UnavailableAtTimes if serial % 5 == 4 => Some(unavailable()),
            Fault::Throttled => Some(throttled()),
            Fault::ThrottledSoon => {
                let mut recent = lock(&self.recent);
                recent.retain(|at| now.saturating_sub(*at) < Duration::from_secs(1));
                if recent.len() >= 10 || matches!(self.clock, Clock::Stepped(_)) && serial > 10 {
                    return Some(throttled());
                }
                recent.push(now);
                None
            }
            Fault::Redirect => {
                let mut response = Response::empty(302);
                response.set("Location", MOVED);
                Some(response)
            }
            Fault::RedirectLoop => {
                let mut response = Response::empty(307);
                response.set("Location", &request.target);
                Some(response)
            }
            _ => None,
        }
    }

    fn moved(&self) -> Response {
        let draft = Draft { name: Some("GROUP_RANK_4".to_owned()), rank: Some(2) };
        let now = self.clock.now();
        let body = answer::success(Endpoint::Badges, &draft, 1, now, &self.manners);
        Response::new(200, self.manners.content_type, body.render(self.manners.layout))
    }

    fn read_back(&self, endpoint: Endpoint, id: &str, request: &Request) -> Response {
        if request.method != "GET" && request.method != "HEAD" {
            let mut response = self.page(405, "Method Not Allowed");
            response.set("Allow", "GET, HEAD");
            return response;
        }
        self.groups.read_back(endpoint, id).unwrap_or_else(|| self.page(404, "Not Found"))
    }

    async fn create(&self, endpoint: Endpoint, request: &Request, now: Duration) -> Response {
        let nth = self.created.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some(trouble) = self.fault.and_then(|fault| intermittent::instead(fault, nth)) {
            return trouble;
        }
        if let Some(refusal) = self.media_refusal(endpoint, request) {
            if self.has(Fault::RejectedStoredForMediaType) {
                self.groups.store_unanswered(endpoint, request, now);
            }
            return refusal;
        }
        if let Some(fault) = self.fault
            && let Some(gap) = race::gap(fault, endpoint)
        {
            return self.groups.create_raced(fault, gap, endpoint, request, now).await;
        }
        let mut response = text_damage::spoil(self.fault, self.groups.create(endpoint, request, now));
        response.severed = self.fault.is_some_and(|fault| intermittent::severs(fault, nth));
        response
    }

    fn media_refusal(&self, endpoint: Endpoint, request: &Request) -> Option<Response> {
        let acceptable = match request.header("Content-Type") {
            None => self.manners.untyped_body == Stance::Accept,
            Some(value) => {
                let essence = value.split(';').next().unwrap_or_default().trim();
                essence.eq_ignore_ascii_case("application/json")
            }
        };
        if acceptable || self.has(Fault::AcceptsAnyMediaType) {
            return None;
        }
        if self.has(Fault::CrashMediaType) {
            return Some(Response::new(500, "text/plain", "HttpMediaTypeNotSupportedException\n"));
        }
        Some(match self.manners.media_refusal {
            MediaRefusal::Unsupported => self.page(415, "Unsupported Media Type"),
            MediaRefusal::Envelope => self.groups.refuse(endpoint, "Malformed JSON: wrong media type"),
        })
    }

    fn unauthorized(&self, verdict: Verdict) -> Response {
        let status = match (self.fault, verdict) {
            (Some(Fault::AccessForbidden), _) => 403,
            (Some(Fault::Access200), _) => 200,
            (Some(Fault::AccessMalformed500), Verdict::Malformed) => 500,
            (Some(Fault::AccessMalformed400), Verdict::Malformed) => 400,
            (Some(Fault::AccessRedirect), _) => {
                let mut response = Response::empty(302);
                response.set("Location", "/login");
                return response;
            }
            _ => 401,
        };
        let mut response = self.page(status, "Unauthorized");
        if status == 401 && !self.has(Fault::AccessNoChallenge) {
            response.set("WWW-Authenticate", "Basic realm=\"api\", charset=\"UTF-8\"");
        }
        response
    }

    fn undeclared_method(&self, request: &Request) -> Response {
        let method = request.method.as_str();
        let wrong = match (self.fault, method) {
            (Some(Fault::Get200), "GET" | "HEAD") => Some((200, r#"{"data":[],"errors":[]}"#)),
            (Some(Fault::Patch200), "PATCH") | (Some(Fault::Delete200), "DELETE") => {
                Some((200, r#"{"data":null,"errors":[]}"#))
            }
            (Some(Fault::Get500), "GET" | "HEAD") => Some((500, r#"{"error":"null"}"#)),
            (Some(Fault::MethodOverride), "POST") => Some((200, r#"{"data":null}"#)),
            _ => None,
        };
        if let Some((status, body)) = wrong {
            return Response::new(status, "application/json", body);
        }
        if self.has(Fault::TraceEcho) && method == "TRACE" {
            let mut echo = format!("TRACE {} HTTP/1.1\r\n", request.target);
            for (name, value) in &request.headers {
                let _ = write!(echo, "{name}: {value}\r\n");
            }
            return Response::new(200, "message/http", echo);
        }
        let allow = match (self.fault, self.manners.methods) {
            (Some(Fault::MethodAllowWrong), _) => "GET, HEAD",
            (_, Methods::OptionsAnswered) => "OPTIONS, POST",
            _ => "POST",
        };
        let mut response = match (self.manners.methods, method) {
            (Methods::OptionsAnswered, "OPTIONS") => Response::empty(204),
            (Methods::SomeNotFound, "PATCH" | "DELETE") => return self.page(404, "Not Found"),
            _ => self.page(405, "Method Not Allowed"),
        };
        if !self.has(Fault::MethodNoAllow) {
            response.set("Allow", allow);
        }
        response
    }

    fn page(&self, status: u16, title: &str) -> Response {
        match self.manners.page {
            Page::Empty => Response::empty(status),
            Page::Json => {
                let title = text(title).render(self.manners.layout);
                let body = format!(r#"{{"timestamp":0,"status":{status},"error":{title}}}"#);
                Response::new(status, "application/json", body)
            }
            Page::Html => {
                let body = format!(
                    "<!DOCTYPE html><html><head><title>{status} {title}</title></head>\
                     <body><center><h1>{status} {title}</h1></center></body></html>\n"
                );
                Response::new(status, "text/html", body)
            }
        }
    }
}

fn throttled() -> Response {
    let mut response = Response::new(429, "text/html", "<html><body>Too many</body></html>");
    response.set("Retry-After", "1");
    response
}
