//! The create operations: read, refuse or record, answer.

use std::sync::Mutex;
use std::time::Duration;

use super::crash;
use super::endpoint::Endpoint;
use super::fault::Fault;
use super::house::lock;
use super::http::{Request, Response};
use super::json::Json;
use super::ledger::{Ledger, Rules};
use super::reading::{Draft, Problem, Reader};
use super::variant::{Clash, Manners, Report};
use super::{answer, spoil};

#[derive(Default)]
struct Books {
    badges: Ledger,
    rewards: Ledger,
    serial: u64,
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
}

impl Groups {
    pub(super) fn new(manners: Manners, fault: Option<Fault>) -> Self {
        Self { manners, fault, books: Mutex::default() }
    }

    fn rules(&self, endpoint: Endpoint) -> Rules {
        let rewards_letter_case = self.manners.rewards_letter_case;
        Rules { endpoint, rewards_letter_case, fault: self.fault }
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
        if self.fault == Some(Fault::RepeatsIdempotent)
            && let Some(name) = &draft.name
            && let Some(answer) = books.ledger(endpoint).answer_to(name, draft.rank)
        {
            return answer;
        }
        let problems = self.judge(endpoint, &draft, problems, &mut books, now);
        if problems.is_empty() {
            return self.record(endpoint, &draft, &mut books, now);
        }
        if self.fault == Some(Fault::RejectedStored)
            && let Some(name) = &draft.name
        {
            books.ledger(endpoint).add(name, draft.rank, now, None);
        }
        self.reject(endpoint, &problems, request)
    }

    /// Looks for the name, lets others pass, and then records it whatever they did.
    pub(super) async fn create_raced(
        &self,
        endpoint: Endpoint,
        request: &Request,
        now: Duration,
    ) -> Response {
        let (draft, problems) = self.read(endpoint, request);
        let problems = self.judge(endpoint, &draft, problems, &mut lock(&self.books), now);
        if !problems.is_empty() {
            return self.reject(endpoint, &problems, request);
        }
        tokio::time::sleep(Duration::from_millis(80)).await;
        self.record(endpoint, &draft, &mut lock(&self.books), now)
    }

    /// The rejection the body alone would get, if any.
    pub(super) fn rehearse(&self, endpoint: Endpoint, request: &Request) -> Option<Response> {
        let (_, problems) = self.read(endpoint, request);
        (!problems.is_empty()).then(|| self.reject(endpoint, &problems, request))
    }

    pub(super) fn store_unanswered(&self, endpoint: Endpoint, request: &Request, now: Duration) {
        if let (Draft { name: Some(name), rank }, problems) = self.read(endpoint, request)
            && problems.is_empty()
        {
            lock(&self.books).ledger(endpoint).add(&name, rank, now, None);
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
        mut problems: Vec<Problem>,
        books: &mut Books,
        now: Duration,
    ) -> Vec<Problem> {
        let rules = self.rules(endpoint);
        let ledger = books.ledger(endpoint);
        let looked_up = problems.is_empty() || self.manners.clash != Clash::Invalid;
        let taken = looked_up
            && draft.name.as_deref().is_some_and(|name| ledger.takes(name, draft.rank, &rules, now));
        let rank_taken = self.fault == Some(Fault::RefusesRepeatedRank)
            && endpoint == Endpoint::Badges
            && ledger.holds_rank(draft.rank);
        if taken || rank_taken {
            if self.manners.clash == Clash::Taken {
                problems.clear();
            }
            problems.push(Problem::Taken);
        }
        if self.manners.report == Report::First {
            problems.truncate(1);
        }
        problems
    }

    fn record(&self, endpoint: Endpoint, draft: &Draft, books: &mut Books, now: Duration) -> Response {
        books.serial += 1;
        let serial = books.serial;
        let ledger = books.ledger(endpoint);
        let created = spoil::moment(self.fault, now);
        let name = draft.name.as_deref().unwrap_or_default();
        let mut body = answer::success(endpoint, draft, serial, created, &self.manners);
        if let Some(fault) = self.fault {
            let preceding = ledger.preceding_name().unwrap_or(name).to_owned();
            let create = spoil::Create { endpoint, draft, serial, created, preceding: &preceding };
            spoil::success(fault, &create, &mut body);
        }
        let response = self.accepted(&body);
        ledger.add(name, draft.rank, now, Some(response.clone()));
        match self.fault {
            Some(Fault::Created201Badges) if endpoint == Endpoint::Badges => with(response, 201),
            Some(Fault::Created201Rewards) if endpoint == Endpoint::Rewards => with(response, 201),
            _ => response,
        }
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
        let mut body = answer::rejection(shown, &problems, &self.manners, self.fault);
        if let Some(fault) = self.fault {
            spoil::rejection(fault, shown, &mut body);
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
            _ => {}
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
