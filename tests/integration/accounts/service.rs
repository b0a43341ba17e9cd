//! What the service does with a request.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::fault::Fault;
use super::http::{Request, Response};
use super::reading::{Body, Field, NewAccount, NewMember, NewProject, Patch, Refusal, Why, day};
use super::spoil;
use super::state::{Account, FIRST_OF_OTHERS, Project, Standing, State, csrf_of, moment, token_of};
use super::variant::{First, Habits, Role, Session};

type Outcome = Result<Response, Refusal>;

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    LogIn,
    LogOut,
    WhoAmI,
    ListAccounts,
    OpenAccount,
    GetAccount(String),
    ListProjects,
    CreateProject,
    GetProject(u64),
    ChangeProject(u64),
    DeleteProject(u64),
    AddMember(u64),
    ArchiveProject(u64),
    Search,
}

/// What a request needs beside credentials.
#[derive(Clone, Copy, Debug)]
enum Needs<'w> {
    Nothing,
    Admin,
    Account(&'w str),
    /// That the caller may see it.
    Sight(u64),
    /// That it is the caller's.
    Project(u64),
}

pub(super) struct Service {
    habits: Habits,
    fault: Option<Fault>,
    state: Mutex<State>,
}

impl Service {
    pub(super) fn new(habits: Habits, fault: Option<Fault>) -> Self {
        Self { habits, fault, state: Mutex::new(State::new()) }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    pub(super) fn answer(&self, request: &Request) -> Response {
        let wish = wish(request);
        let response = match &wish {
            Ok(wish) => self.grant(request, wish),
            Err(refusal) => Err(refusal.clone()),
        };
        let refused = response.as_ref().err().map(|refusal| refusal.why);
        let response = response.unwrap_or_else(|refusal| self.refused(&refusal));
        match self.fault {
            Some(fault) => spoil::spoiled(fault, request, wish.ok().as_ref(), refused, response),
            None => response,
        }
    }

    fn grant(&self, request: &Request, wish: &Wish) -> Outcome {
        match wish {
            Wish::LogIn => self.log_in(request),
            Wish::LogOut => self.log_out(request),
            Wish::WhoAmI => {
                let state = self.state();
                let caller = self.caller(&state, request)?;
                Ok(Response::json(200, &caller.shown(self.fault)))
            }
            Wish::ListAccounts => self.list_accounts(request),
            Wish::OpenAccount => self.open_account(request),
            Wish::GetAccount(id) => {
                let state = self.state();
                self.in_order(&state, request, Needs::Account(id), || Ok(()))?;
                let account = state.account(id).ok_or_else(absent)?;
                Ok(Response::json(200, &account.shown(self.fault)))
            }
            Wish::ListProjects => self.list_projects(request),
            Wish::CreateProject => self.create_project(request),
            Wish::GetProject(id) => {
                let mut state = self.state();
                self.in_order(&state, request, Needs::Sight(*id), || Ok(()))?;
                Ok(Response::json(200, &found(&mut state, *id)?.shown(self.fault)))
            }
            Wish::ChangeProject(id) => self.change_project(request, *id),
            Wish::DeleteProject(id) => {
                let mut state = self.state();
                self.in_order(&state, request, Needs::Project(*id), || Ok(()))?;
                state.projects.remove(id);
                Ok(Response::empty(204))
            }
            Wish::AddMember(id) => self.add_member(request, *id),
            Wish::ArchiveProject(id) => {
                let mut state = self.state();
                self.in_order(&state, request, Needs::Project(*id), || Ok(()))?;
                let project = found(&mut state, *id)?;
                if std::mem::replace(&mut project.archived, true) {
                    return Err(Refusal::new(Why::Unfit, "archived", "the project is archived"));
                }
                Ok(Response::json(200, &project.shown(self.fault)))
            }
            Wish::Search => self.search(request),
        }
    }

    /// Who calls.
    fn caller(&self, state: &State, request: &Request) -> Result<Account, Refusal> {
        let unknown = || Refusal::new(Why::Unauthenticated, "unauthenticated", "log in first");
        let token = token_of(request, self.habits.session);
        let standing = token.and_then(|token| state.sessions.get(token));
        let anybody = self.is(Fault::MeOpen) && request.path == "/me"
            || self.is(Fault::AnyToken) && token.is_some_and(|token| !token.is_empty());
        let standing = match standing {
            None if anybody => state.sessions.values().next(),
            standing => standing,
        };
        let standing = standing.ok_or_else(unknown)?;
        let changes = !matches!(request.method.as_str(), "GET" | "HEAD");
        let guarded = self.habits.session == Session::Cookie && changes && !self.is(Fault::CsrfIgnored);
        if guarded && request.header("X-CSRF-Token") != Some(standing.csrf.as_str()) {
            return Err(Refusal::new(Why::Forbidden, "csrf", "the second token is missing or wrong"));
        }
        state.account(&standing.account).cloned().ok_or_else(unknown)
    }

    /// Looks at credentials, permission, resource and body in the order of the variant; gives the
    /// caller and what the body says.
    fn in_order<B>(
        &self,
        state: &State,
        request: &Request,
        needs: Needs<'_>,
        read: impl FnOnce() -> Result<B, Refusal>,
    ) -> Result<(Account, B), Refusal> {
        match self.habits.first {
            First::Permission => {
                let caller = self.caller(state, request)?;
                needs.permit(state, &caller)?;
                needs.exist(state)?;
                Ok((caller, read()?))
            }
            First::Resource => {
                needs.exist(state)?;
                let caller = self.caller(state, request)?;
                needs.permit(state, &caller)?;
                Ok((caller, read()?))
            }
            First::Body => {
                let caller = self.caller(state, request)?;
                let body = read()?;
                needs.exist(state)?;
                needs.permit(state, &caller)?;
                Ok((caller, body))
            }
        }
    }

    fn log_in(&self, request: &Request) -> Outcome {
        let body = match Body::of(request, self.fault) {
            Err(refusal) if self.is(Fault::BrokenCrash) && refusal.why == Why::Malformed => {
                return Err(Refusal::new(Why::Crash, "internal", "something went wrong"));
            }
            body => body?.log_in()?,
        };
        let mut state = self.state();
        let known = state
            .accounts
            .iter()
            .find(|account| {
                account.email.eq_ignore_ascii_case(&body.email) && account.password == body.password
            })
            .cloned();
        let account =
            known.ok_or_else(|| Refusal::new(Why::Unauthenticated, "bad_credentials", "nobody has these"))?;
        let token = format!("tok-{}", state.id());
        let csrf = csrf_of(&token);
        let cookie = format!("sid={token}; Path=/; HttpOnly; SameSite=Lax");
        state.sessions.insert(token.clone(), Standing { account: account.id.clone(), csrf });
        let response = Response::json(201, &json!({"token": token, "account": account.shown(self.fault)}));
        Ok(match self.habits.session {
            Session::Cookie => response.with("Set-Cookie", &cookie),
            Session::Bearer => response,
        })
    }

    fn log_out(&self, request: &Request) -> Outcome {
        let mut state = self.state();
        self.caller(&state, request)?;
        if let Some(token) = token_of(request, self.habits.session) {
            state.sessions.remove(token);
        }
        Ok(Response::empty(204))
    }

    fn list_accounts(&self, request: &Request) -> Outcome {
        let state = self.state();
        let (_, page) = self.in_order(&state, request, Needs::Admin, || page(request))?;
        let shown: Vec<Value> = state.accounts.iter().map(|account| account.shown(self.fault)).collect();
        Ok(self.listed(&shown, page))
    }

    fn open_account(&self, request: &Request) -> Outcome {
        let read = || Body::of(request, self.fault)?.new_account();
        let mut state = self.state();
        let (_, new) = self.in_order(&state, request, Needs::Admin, read)?;
        let same = |account: &Account| match self.fault {
            Some(Fault::EmailCaseMinded) => account.email == new.email,
            _ => account.email.to_lowercase() == new.email.to_lowercase(),
        };
        if state.accounts.iter().any(same) {
            return Err(Refusal::of(Why::Taken, "email_taken", "email", "somebody has it"));
        }
        if self.habits.particular && !new.email.ends_with("@example.com") {
            return Err(Refusal::of(Why::Particular, "foreign_email", "email", "is none of this company"));
        }
        let NewAccount { email, display_name, password, role, locale } = new;
        let (id, created_at) = (state.id(), Timestamp::now());
        let account = Account { id, email, display_name, password, role, locale, created_at };
        let mut shown = account.shown(self.fault);
        if self.is(Fault::PasswordShown) {
            shown["password"] = Value::from(account.password.clone());
        }
        let place = format!("/accounts/{}", account.id);
        state.accounts.push(account);
        Ok(Response::json(201, &shown).with("Location", &place))
    }

    fn list_projects(&self, request: &Request) -> Outcome {
        let state = self.state();
        let (caller, page) = self.in_order(&state, request, Needs::Nothing, || page(request))?;
        let visibility = request.query("visibility");
        if visibility.as_deref().is_some_and(|one| !["private", "internal", "public"].contains(&one)) {
            return Err(malformed("visibility"));
        }
        let wanted = |project: &&Project| {
            visibility.as_ref().is_none_or(|visibility| project.visibility == *visibility)
        };
        let seen = state.projects.values().filter(|project| caller.sees(project)).filter(wanted);
        let shown: Vec<Value> = seen.map(|project| self.in_a_list(project)).collect();
        Ok(self.listed(&shown, page))
    }

    fn in_a_list(&self, project: &Project) -> Value {
        let mut shown = project.shown(self.fault);
        if self.is(Fault::YoungWithoutName)
            && project.id > FIRST_OF_OTHERS
            && let Some(members) = shown.as_object_mut()
        {
            members.remove("name");
        }
        shown
    }

    fn search(&self, request: &Request) -> Outcome {
        let read = || {
            let text = request.query("q").filter(|text| (1..=50).contains(&text.chars().count()));
            text.ok_or_else(|| malformed("q"))
        };
        let state = self.state();
        let (caller, text) = self.in_order(&state, request, Needs::Nothing, read)?;
        let has = |project: &&Project| {
            project.name.contains(&text) || project.title.as_ref().is_some_and(|title| title.contains(&text))
        };
        let seen = state.projects.values().filter(|project| caller.sees(project)).filter(has);
        let shown: Vec<Value> = seen.map(|project| self.in_a_list(project)).collect();
        Ok(self.listed(&shown, Page { limit: 100, offset: 0 }))
    }

    fn listed(&self, all: &[Value], page: Page) -> Response {
        let items: Vec<&Value> = all.iter().skip(page.offset).take(page.limit).collect();
        let total = all.len();
        let mut body = json!({"total": total, "items": items});
        if self.is(Fault::TotalText) {
            body["total"] = Value::from(total.to_string());
        }
        if self.is(Fault::SearchNull) && total == 0 {
            body["items"] = Value::Null;
        }
        Response::json(200, &body)
    }

    fn create_project(&self, request: &Request) -> Outcome {
        let read = || {
            let client = request.header("X-Client");
            if client.is_none() && !self.is(Fault::ClientNotDemanded) {
                return Err(Refusal::missing("X-Client"));
            }
            if client.is_some_and(|client| !["web", "cli", "service"].contains(&client)) {
                return Err(Refusal::of(Why::Invalid, "invalid", "X-Client", "is none of ours"));
            }
            Body::of(request, self.fault)?.new_project()
        };
        let mut state = self.state();
        let (caller, new) = self.in_order(&state, request, Needs::Nothing, read)?;
        let owner = owner(&state, &caller, &new)?;
        self.fits(&new)?;
        let number = state.number();
        self.free(&state, &owner, &new.name, None)?;
        if self.is(Fault::FreshTaken) && number.is_multiple_of(5) {
            return Err(name_taken());
        }
        if self.is(Fault::GivenMissing) && number.is_multiple_of(5) {
            return Err(Refusal::missing("name"));
        }
        if self.is(Fault::SeventhRefused) && number.is_multiple_of(7) {
            return Err(Refusal::of(Why::Malformed, "invalid", "name", "is not liked"));
        }
        let NewProject { name, owner: _, title, visibility, budget, tags, due_on } = new;
        let project = Project {
            id: FIRST_OF_OTHERS + number,
            owner,
            name,
            title,
            visibility,
            budget,
            tags,
            due_on,
            archived: false,
            members: Vec::new(),
            created_at: Timestamp::now(),
        };
        let shown = project.shown(self.fault);
        let place = format!("/projects/{}", project.id);
        state.projects.insert(project.id, project);
        Ok(Response::json(201, &shown).with("Location", &place))
    }

    /// Holds a project against the rules of the business.
    fn fits(&self, new: &NewProject) -> Result<(), Refusal> {
        if !self.habits.particular {
            return Ok(());
        }
        let refused = |code, field, message| Err(Refusal::of(Why::Particular, code, field, message));
        if new.tags.iter().any(|tag| !["red", "green", "blue"].contains(&tag.as_str())) {
            return refused("unknown_tag", "tags", "only red, green and blue are in use");
        }
        let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
        if new.due_on.as_deref().and_then(day).is_some_and(|due| due < today) {
            return refused("past", "dueOn", "that day is over");
        }
        Ok(())
    }

    /// Whether a name is free; `own` is the project that may have it.
    fn free(&self, state: &State, owner: &str, name: &str, own: Option<u64>) -> Result<(), Refusal> {
        let rival = |project: &Project| {
            project.name == name
                && Some(project.id) != own
                && (self.habits.names_of_all || project.owner == owner)
        };
        if self.is(Fault::TakenAccepted) || !state.projects.values().any(rival) {
            return Ok(());
        }
        Err(match self.fault {
            Some(Fault::TakenAsInvalid) => Refusal::of(Why::Taken, "invalid", "name", "is not a name"),
            _ => name_taken(),
        })
    }

    fn change_project(&self, request: &Request, id: u64) -> Outcome {
        let read = || Body::of(request, self.fault)?.patch();
        let mut state = self.state();
        let (_, patch) = self.in_order(&state, request, Needs::Project(id), read)?;
        let Patch { name, title, visibility, budget } = patch;
        let owner = found(&mut state, id)?.owner.clone();
        if let Field::Given(name) = &name {
            self.free(&state, &owner, name, Some(id))?;
        }
        let project = found(&mut state, id)?;
        if project.archived {
            return Err(Refusal::new(Why::Unfit, "archived", "the project is archived"));
        }
        project.name = name.given().unwrap_or(project.name.clone());
        project.visibility = visibility.given().unwrap_or(project.visibility.clone());
        if title != Field::Absent {
            project.title = title.given();
        }
        if budget != Field::Absent {
            project.budget = budget.given();
        }
        Ok(Response::json(200, &project.shown(self.fault)))
    }

    fn add_member(&self, request: &Request, id: u64) -> Outcome {
        let read = || Body::of(request, self.fault)?.new_member();
        let mut state = self.state();
        let (_, NewMember { account, role }) = self.in_order(&state, request, Needs::Project(id), read)?;
        if state.account(&account.to_lowercase()).is_none() {
            let message = "there is no such account";
            return Err(Refusal::of(Why::Unknown, "unknown_account", "accountId", message));
        }
        let project = found(&mut state, id)?;
        if project.members.contains(&account) {
            return Err(Refusal::of(Why::Unfit, "member_already", "accountId", "is a member"));
        }
        project.members.push(account.clone());
        let added = moment(Timestamp::now(), self.fault);
        Ok(Response::json(201, &json!({"accountId": account, "role": role, "addedAt": added})))
    }

    fn refused(&self, refusal: &Refusal) -> Response {
        let status = match refusal.why {
            Why::Malformed => 400,
            Why::Media => 415,
            Why::Invalid => self.habits.invalid,
            Why::Unauthenticated => 401,
            Why::Forbidden => 403,
            Why::Absent => 404,
            Why::Taken => self.habits.taken,
            Why::Unknown => self.habits.unknown,
            Why::Unfit => 409,
            Why::Particular => 422,
            Why::Method(_) => 405,
            Why::Crash => 500,
            Why::Odd => 418,
        };
        let mut error = json!({"code": refusal.code, "message": refusal.message});
        if let Some(field) = &refusal.field {
            error["field"] = Value::from(field.as_str());
        }
        let response = Response::json(status, &json!({"error": error}));
        match (refusal.why, self.habits.session) {
            (Why::Unauthenticated, Session::Bearer) => {
                response.with("WWW-Authenticate", "Bearer realm=\"projects\"")
            }
            (Why::Unauthenticated, Session::Cookie) => {
                response.with("WWW-Authenticate", "Session realm=\"projects\"")
            }
            (Why::Method(allowed), _) => response.with("Allow", allowed),
            _ => response,
        }
    }
}

impl Needs<'_> {
    fn exist(self, state: &State) -> Result<(), Refusal> {
        let exists = match self {
            Self::Nothing | Self::Admin => true,
            Self::Account(id) => state.account(id).is_some(),
            Self::Sight(id) | Self::Project(id) => state.projects.contains_key(&id),
        };
        if exists { Ok(()) } else { Err(absent()) }
    }

    /// Whether the caller may; of what is not there only an administrator gets to know.
    fn permit(self, state: &State, caller: &Account) -> Result<(), Refusal> {
        let permitted = caller.role == Role::Admin
            || match self {
                Self::Nothing => true,
                Self::Admin => false,
                Self::Account(id) => caller.id == id,
                Self::Sight(id) => state.projects.get(&id).is_some_and(|project| caller.sees(project)),
                Self::Project(id) => {
                    state.projects.get(&id).is_some_and(|project| project.owner == caller.id)
                }
            };
        if permitted { Ok(()) } else { Err(Refusal::new(Why::Forbidden, "forbidden", "you may not")) }
    }
}

impl Account {
    fn sees(&self, project: &Project) -> bool {
        self.role == Role::Admin || project.owner == self.id || project.visibility == "public"
    }
}

fn wish(request: &Request) -> Result<Wish, Refusal> {
    let parts = request.parts();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let method = if request.method == "HEAD" { "GET" } else { request.method.as_str() };
    let number = |id: &str| id.parse().map_err(|_| absent());
    match (parts.as_slice(), method) {
        (["sessions"], "POST") => Ok(Wish::LogIn),
        (["sessions", "current"], "DELETE") => Ok(Wish::LogOut),
        (["me"], "GET") => Ok(Wish::WhoAmI),
        (["accounts"], "GET") => Ok(Wish::ListAccounts),
        (["accounts"], "POST") => Ok(Wish::OpenAccount),
        (["accounts", id], "GET") => Ok(Wish::GetAccount((*id).to_owned())),
        (["projects"], "GET") => Ok(Wish::ListProjects),
        (["projects"], "POST") => Ok(Wish::CreateProject),
        (["projects", id], "GET") => Ok(Wish::GetProject(number(id)?)),
        (["projects", id], "PATCH") => Ok(Wish::ChangeProject(number(id)?)),
        (["projects", id], "DELETE") => Ok(Wish::DeleteProject(number(id)?)),
        (["projects", id, "members"], "POST") => Ok(Wish::AddMember(number(id)?)),
        (["projects", id, "archive"], "POST") => Ok(Wish::ArchiveProject(number(id)?)),
        (["search"], "GET") => Ok(Wish::Search),
        (["accounts" | "projects"], _) => Err(only("GET, HEAD, POST")),
        (["me" | "search"] | ["accounts", _], _) => Err(only("GET, HEAD")),
        (["sessions"] | ["projects", _, "members" | "archive"], _) => Err(only("POST")),
        (["sessions", "current"], _) => Err(only("DELETE")),
        (["projects", _], _) => Err(only("GET, HEAD, PATCH, DELETE")),
        _ => Err(absent()),
    }
}

/// A part of a list.
#[derive(Clone, Copy)]
struct Page {
    limit: usize,
    offset: usize,
}

fn page(request: &Request) -> Result<Page, Refusal> {
    let number = |name: &str, default: usize| match request.query(name) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| malformed(name)),
    };
    let page = Page { limit: number("limit", 20)?, offset: number("offset", 0)? };
    if (1..=100).contains(&page.limit) { Ok(page) } else { Err(malformed("limit")) }
}

/// Whose project it becomes.
fn owner(state: &State, caller: &Account, new: &NewProject) -> Result<String, Refusal> {
    let Some(owner) = &new.owner else { return Ok(caller.id.clone()) };
    let owner = state.account(&owner.to_lowercase());
    let owner = owner
        .ok_or_else(|| Refusal::of(Why::Unknown, "unknown_account", "ownerId", "there is no such account"))?;
    if owner.id != caller.id && caller.role != Role::Admin {
        return Err(Refusal::new(Why::Forbidden, "forbidden", "only for yourself"));
    }
    Ok(owner.id.clone())
}

fn found(state: &mut State, id: u64) -> Result<&mut Project, Refusal> {
    state.projects.get_mut(&id).ok_or_else(absent)
}

fn absent() -> Refusal {
    Refusal::new(Why::Absent, "not_found", "there is nothing here")
}

fn malformed(name: &str) -> Refusal {
    Refusal::of(Why::Malformed, "bad_parameter", name, "cannot be read")
}

fn name_taken() -> Refusal {
    Refusal::of(Why::Taken, "name_taken", "name", "another project has it")
}

fn only(methods: &'static str) -> Refusal {
    Refusal::new(Why::Method(methods), "method", "this method is not for this path")
}
