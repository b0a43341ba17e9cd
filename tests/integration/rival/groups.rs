//! The create operations: read, refuse or record, answer.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::endpoint::Endpoint;
use super::fault::Fault;
use super::house::lock;
use super::http::{Request, Response};
use super::json::{Json, null};
use super::ledger::{Asked, Kept, Ledger};
use super::memory::Rules;
use super::race::{self, Track};
use super::reading::{Draft, Problem, Reader};
use super::variant::{Clash, Manners, Report};
use super::{answer, crash, intermittent, moments, read_back, spoil};

#[derive(Default)]
struct Books {
    badges: Ledger,
    rewards: Ledger,
    track: Track,
    serial: u64,
    /// How many creates were valid, whatever became of them.
    valid: u64,
}

impl Books {
    fn ledger(&mut self, endpoint: Endpoint) -> &mut Ledger {
        match endpoint {
            Endpoint::Badges => &mut self.badges,
            Endpoint::Rewards => &mut self.rewards,
        }
    }
}

pub(super) struct Groups {
    manners: Manners,
    fault: Option<Fault>,
    books: Mutex<Books>,
    rejected: AtomicU64,
}

fn asked(draft: &Draft, request: &Request, at: Duration) -> Asked {
    let attribution = request.header("X-CAP-API-ATTRIBUTION-ENTITY-CODE").map(str::to_owned);
    let name = draft.name.clone().unwrap_or_default();
    Asked { name, rank: draft.rank, connection: request.connection, attribution, at }
}

impl Groups {
    pub(super) fn new(manners: Manners, fault: Option<Fault>) -> Self {
        Self { manners, fault, books: Mutex::default(), rejected: AtomicU64::new(0) }
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    fn read(&self, endpoint: Endpoint, request: &Request) -> (Draft, Vec<Problem>) {
        let serial = lock(&self.books).serial;
        let made_up = format!("unnamed {serial}");
        let reader = Reader { endpoint, manners: &self.manners, fault: self.fault, made_up: &made_up };
        reader.read(&request.body)
    }

    pub(super) fn create(&self, endpoint: Endpoint, request: &Request, now: Duration) -> Response {
        if let Some(crash) = self.fault.and_then(|fault| crash::of(fault, request)) {
            return crash;
        }
        let (draft, problems) = self.read(endpoint, request);
        let mut books = lock(&self.books);
        if self.has(Fault::RepeatsIdempotent)
            && let Some(name) = &draft.name
            && let Some(answer) = books.ledger(endpoint).answer_to(name, draft.rank)
        {
            return answer;
        }
        let asked = asked(&draft, request, now);
        let problems = self.judge(endpoint, &draft, &asked, problems, &mut books);
        if problems.is_empty() {
            let serial = books.serial + 1;
            return self.record(endpoint, &draft, asked, serial, &mut books);
        }
        self.mind(endpoint, &problems, asked, request, &mut books);
        self.reject(endpoint, &problems, request)
    }

    /// What the faults do to the books on a rejection.
    fn mind(
        &self,
        endpoint: Endpoint,
        problems: &[Problem],
        mut asked: Asked,
        request: &Request,
        books: &mut Books,
    ) {
        let ledger = books.ledger(endpoint);
        match self.fault {
            Some(Fault::RejectedStored) if !asked.name.is_empty() => ledger.add(asked, None),
            Some(Fault::RejectedStoredForType) => {
                let body = serde_json::from_slice::<serde_json::Value>(&request.body).unwrap_or_default();
                if let (Some(name), Problem::Unreadable(_)) = (body["name"].as_str(), &problems[0]) {
                    name.clone_into(&mut asked.name);
                    ledger.add(asked, None);
                }
            }
            Some(Fault::RepeatsForgottenOnRefusal) if !problems.contains(&Problem::Taken) => {
                ledger.entries.clear();
            }
            _ => {}
        }
    }

    /// Looks for the name, lets others pass, and only then records it.
    pub(super) async fn create_raced(
        &self,
        fault: Fault,
        gap: Duration,
        endpoint: Endpoint,
        request: &Request,
        now: Duration,
    ) -> Response {
        let (draft, problems) = self.read(endpoint, request);
        let asked = asked(&draft, request, now);
        let (entered, serial, known) = {
            let mut books = lock(&self.books);
            let problems = self.judge(endpoint, &draft, &asked, problems, &mut books);
            if !problems.is_empty() {
                return self.reject(endpoint, &problems, request);
            }
            let Some(entered) = books.track.enter(fault, endpoint, &asked.name, draft.rank) else {
                return self.reject(endpoint, &[Problem::Taken], request);
            };
            (entered, books.serial + 1, books.ledger(endpoint).entries.len())
        };
        tokio::time::sleep(gap).await;
        let mut books = lock(&self.books);
        let last_name = books.track.last_name().map(str::to_owned);
        let contested = books.track.leave(entered);
        if race::looks_again(fault) {
            let problems = self.judge(endpoint, &draft, &asked, Vec::new(), &mut books);
            if !problems.is_empty() {
                return self.lost(fault, endpoint, &problems, request);
            }
        }
        let next = books.serial + 1;
        match fault {
            Fault::RacedAllRefused if contested => self.reject(endpoint, &[Problem::Taken], request),
            Fault::RacedIds => self.record(endpoint, &draft, asked, serial, &mut books),
            Fault::RacedNames => {
                let draft = Draft { name: last_name, ..draft };
                self.record(endpoint, &draft, asked, next, &mut books)
            }
            Fault::RacedMemory => {
                books.ledger(endpoint).entries.truncate(known);
                self.record(endpoint, &draft, asked, next, &mut books)
            }
            _ => self.record(endpoint, &draft, asked, next, &mut books),
        }
    }

    /// The answer to a create that another one was faster than.
    fn lost(&self, fault: Fault, endpoint: Endpoint, problems: &[Problem], request: &Request) -> Response {
        match fault {
            Fault::RacedServerError => {
                Response::new(500, "application/json", r#"{"error":"Internal Server Error"}"#)
            }
            Fault::RacedConflict => with(self.reject(endpoint, problems, request), 409),
            Fault::RacedWrongCode => self.refuse(endpoint, "Conflict"),
            Fault::RacedCut => Response { severed: true, ..Response::empty(500) },
            _ => self.reject(endpoint, problems, request),
        }
    }

    pub(super) fn read_back(&self, endpoint: Endpoint, id: &str) -> Option<Response> {
        let mut books = lock(&self.books);
        let body = read_back::read(books.ledger(endpoint), endpoint, id, &self.manners, self.fault)?;
        Some(self.response(200, &body))
    }

    /// The rejection the body alone would get, if any.
    pub(super) fn rehearse(&self, endpoint: Endpoint, request: &Request) -> Option<Response> {
        let (_, problems) = self.read(endpoint, request);
        (!problems.is_empty()).then(|| self.reject(endpoint, &problems, request))
    }

    pub(super) fn store_unanswered(&self, endpoint: Endpoint, request: &Request, now: Duration) {
        let (draft, problems) = self.read(endpoint, request);
        if problems.is_empty() {
            lock(&self.books).ledger(endpoint).add(asked(&draft, request, now), None);
        }
    }

    pub(super) fn refuse(&self, endpoint: Endpoint, message: &str) -> Response {
        let problem = Problem::Unreadable(message.to_owned());
        let body = answer::rejection(endpoint, &[problem], &self.manners, self.fault);
        self.response(400, &body)
    }

    fn judge(
        &self,
        endpoint: Endpoint,
        draft: &Draft,
        asked: &Asked,
        mut problems: Vec<Problem>,
        books: &mut Books,
    ) -> Vec<Problem> {
        let rank_taken = self.has(Fault::RefusesRepeatedRank)
            && endpoint == Endpoint::Badges
            && books.badges.holds_rank(draft.rank);
        let looked_up = problems.is_empty() || self.manners.clash != Clash::Invalid;
        if looked_up && draft.name.is_some() && self.is_taken(endpoint, asked, books) || rank_taken {
            if self.manners.clash == Clash::Taken {
                problems.clear();
            }
            problems.push(match self.fault {
                Some(Fault::RepeatsCodeWears) if books.ledger(endpoint).refusals(&asked.name) > 1 => {
                    Problem::Doubtful("Group name is taken")
                }
                _ => Problem::Taken,
            });
        }
        if problems.is_empty() {
            problems.extend(self.whim(books));
        }
        if self.manners.report == Report::First {
            problems.truncate(1);
        }
        problems
    }

    fn is_taken(&self, endpoint: Endpoint, asked: &Asked, books: &mut Books) -> bool {
        let rules = Rules { endpoint, manners: &self.manners, fault: self.fault };
        let shared = match self.fault {
            Some(Fault::NamespaceShared) => true,
            Some(Fault::NamespaceSharedByRewards) => endpoint == Endpoint::Rewards,
            _ => false,
        };
        books.ledger(endpoint).takes(asked, &rules)
            || shared && books.ledger(endpoint.other()).takes(asked, &rules)
    }

    /// The faults that refuse a valid create.
    fn whim(&self, books: &mut Books) -> Option<Problem> {
        books.valid += 1;
        match self.fault? {
            Fault::QuotaReached if books.serial >= 60 => Some(Problem::Doubtful("Too many groups")),
            Fault::RefusesEvery13 if books.valid.is_multiple_of(13) => Some(Problem::Doubtful("Not now")),
            Fault::TakenEvery20 if books.valid.is_multiple_of(20) => Some(Problem::Taken),
            _ => None,
        }
    }

    fn record(
        &self,
        endpoint: Endpoint,
        draft: &Draft,
        asked: Asked,
        serial: u64,
        books: &mut Books,
    ) -> Response {
        books.serial += 1;
        let ledger = books.ledger(endpoint);
        let created = moments::created(self.fault, serial, asked.at);
        let mut body = answer::success(endpoint, draft, serial, created, &self.manners);
        if let Some(fault) = self.fault {
            let preceding = ledger.preceding_name().unwrap_or(&asked.name).to_owned();
            let preceding_id = ledger.kept().last().map(|kept| kept.id.clone());
            let free_rank = match fault {
                Fault::RankNextFree => ledger.free_rank(draft.rank.unwrap_or_default()),
                _ => 0,
            };
            let create = spoil::Create {
                endpoint,
                draft,
                serial,
                created,
                preceding: &preceding,
                preceding_id: preceding_id.as_deref(),
                free_rank,
                connection: asked.connection,
            };
            spoil::success(fault, &create, &mut body);
        }
        let mut response = self.accepted(&body);
        match self.fault {
            Some(Fault::Created201Badges) if endpoint == Endpoint::Badges => response.status = 201,
            Some(Fault::Created201Rewards) if endpoint == Endpoint::Rewards => response.status = 201,
            Some(fault) => response = intermittent::success(fault, serial, response),
            None => {}
        }
        let group = body.get("data").unwrap_or(&body);
        let id = group.get("id").cloned().unwrap_or_else(null).render(self.manners.layout);
        let id = id.trim_matches('"').to_owned();
        let kept = Kept { id, serial, draft: draft.clone(), created, answer: response.clone() };
        ledger.add(asked, Some(kept));
        response
    }

    fn accepted(&self, body: &Json) -> Response {
        let mut response = self.response(200, body);
        match self.fault {
            Some(Fault::Accepted202) => response.status = 202,
            Some(Fault::NoContent204) => return Response::empty(204),
            Some(Fault::SuccessEmpty) => return Response::empty(200),
            Some(Fault::SuccessHtmlType) => response.set("Content-Type", "text/html"),
            Some(Fault::SuccessPlainType) => response.set("Content-Type", "text/plain"),
            Some(Fault::SuccessNoType) => response.unset("Content-Type"),
            Some(Fault::SuccessXml) => {
                return Response::new(200, "application/xml", "<group><id>1</id></group>");
            }
            _ => {}
        }
        response
    }

    fn reject(&self, endpoint: Endpoint, problems: &[Problem], request: &Request) -> Response {
        let taken = problems.contains(&Problem::Taken);
        let missing = problems.contains(&Problem::NameMissing) || problems.contains(&Problem::RankMissing);
        let unreadable = problems.iter().any(|problem| matches!(problem, Problem::Unreadable(_)));
        let shown = if self.fault == Some(Fault::EnvelopesExchanged) { endpoint.other() } else { endpoint };
        let mut problems = problems.to_vec();
        if let Some(message) = self.fault.and_then(|fault| leak(fault, taken, unreadable, request)) {
            problems = vec![if taken { Problem::Taken } else { problems[0].clone() }];
            return self.leaking(endpoint, &problems, &message);
        }
        let nth = self.rejected.fetch_add(1, Ordering::Relaxed) + 1;
        let mut body = answer::rejection(shown, &problems, &self.manners, self.fault);
        match self.fault {
            Some(Fault::CodeOmittedEvery5) if nth.is_multiple_of(5) => {
                spoil::rejection(Fault::CodeOmitted, shown, &mut body);
            }
            Some(fault) => spoil::rejection(fault, shown, &mut body),
            None => {}
        }
        let mut response = self.response(400, &body);
        match self.fault {
            Some(Fault::Taken200Badges) if taken && endpoint == Endpoint::Badges => {
                response.status = 200;
            }
            Some(Fault::Taken200Rewards) if taken && endpoint == Endpoint::Rewards => {
                response.status = 200;
            }
            Some(fault) => response.status = wrong_status(fault, taken, missing, unreadable),
            None => {}
        }
        match self.fault {
            Some(Fault::RejectionEmpty) => return Response::empty(400),
            Some(Fault::RejectionHtmlType) => response.set("Content-Type", "text/html"),
            Some(Fault::RejectionPlainType) => response.set("Content-Type", "text/plain"),
            Some(Fault::RejectionNoType) => response.unset("Content-Type"),
            Some(Fault::RejectionHtml) => {
                return Response::new(400, "text/html", "<html><body>Bad Request</body></html>");
            }
            Some(Fault::LeakFrameworkPage) if unreadable => {
                let page = "<html><body><h1>Whitelabel Error Page</h1>\
                    <div>JsonParseException: Unexpected character</div></body></html>";
                return Response::new(400, "text/html", page);
            }
            Some(Fault::LeakFrameworkJson) if unreadable => {
                let json = r#"{"timestamp":"2025-11-20T13:17:30.336+00:00","status":400,"error":"Bad Request","path":"/"}"#;
                return Response::new(400, "application/json", json);
            }
            Some(fault) => return intermittent::rejection(fault, nth, response),
            None => {}
        }
        response
    }

    fn leaking(&self, endpoint: Endpoint, problems: &[Problem], message: &str) -> Response {
        let mut body = answer::rejection(endpoint, problems, &self.manners, self.fault);
        let error = match endpoint {
            Endpoint::Badges => body.get_mut("errors").and_then(|errors| match errors {
                Json::List(errors) => errors.first_mut(),
                _ => None,
            }),
            Endpoint::Rewards => body.get_mut("status"),
        };
        if let Some(error) = error {
            error.set("message", super::json::text(message));
        }
        self.response(400, &body)
    }

    fn response(&self, status: u16, body: &Json) -> Response {
        Response::new(status, self.manners.content_type, body.render(self.manners.layout))
    }
}

fn with(mut response: Response, status: u16) -> Response {
    response.status = status;
    response
}

fn wrong_status(fault: Fault, taken: bool, missing: bool, unreadable: bool) -> u16 {
    match fault {
        Fault::Taken404 if taken => 404,
        Fault::Taken409 if taken => 409,
        Fault::Taken500 if taken => 500,
        Fault::Missing200 if missing => 200,
        Fault::Missing404 if missing => 404,
        Fault::Missing422 if missing => 422,
        Fault::Missing500 if missing => 500,
        Fault::Unreadable200 if unreadable => 200,
        Fault::Unreadable422 if unreadable => 422,
        _ => 400,
    }
}

fn leak(fault: Fault, taken: bool, unreadable: bool, request: &Request) -> Option<String> {
    let message = match fault {
        Fault::LeakSql if taken => {
            "could not execute statement [Duplicate entry for key 'uk_name'] \
             [insert into reward_group (org_id,name,ranking) values (?,?,?)]"
        }
        Fault::LeakTrace if unreadable => {
            "com.fasterxml.jackson.core.JsonParseException: Unexpected character\n\
             \tat com.fasterxml.jackson.core.JsonParser._constructError(JsonParser.java:2477)\n\
             \tat java.base/java.lang.Thread.run(Thread.java:840)"
        }
        Fault::LeakPath if unreadable => "cannot parse, see /opt/app/conf/groups/mapper.yml:17",
        Fault::LeakCredentials => request.header("Authorization").unwrap_or_default(),
        _ => return None,
    };
    Some(message.to_owned())
}
