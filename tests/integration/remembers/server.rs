//! A hand-written service of projects and tasks, right in several ways and wrong in many.

use super::defect::{Damage, Deed, Defect, Kind, Whom};
use super::http::{Answer, DONE, MADE, NONE, OK, Question};
use super::shape::{Body, CHANGE, PROJECT, Refused, Shape};
use super::store::{Index, Project};
use crate::canned::{Asked, Canned, Reply};
use serde_json::{Value, json};
use std::sync::Mutex;
use std::time::Duration;

/// Who may ask.
pub(crate) const KEY: &str = "the-key-of-the-owner";

/// How a correct service does what it is free to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Plain,
    /// The id of what is deleted is given to the next one.
    GivesIdsAgain,
    /// A PUT makes what is not there.
    PutCreates,
    /// What is deleted is shown to be so.
    DeletesSoftly,
    /// Lists learn of everything a while later.
    ListsLag,
    /// There is much already.
    IsFull,
}

/// The server.
pub(crate) fn serve(manner: Manner, defect: Defect) -> Canned {
    let service = Mutex::new(Service::new(manner, defect));
    Canned::start(move |asked: &Asked| {
        let question = Question::of(asked);
        let answer = service.lock().expect("a lock").answer(&question);
        Reply::Bytes(answer.written(question.method == "HEAD"))
    })
}

pub(super) struct Service {
    manner: Manner,
    pub(super) defect: Defect,
    pub(super) projects: Vec<Project>,
    listed: Index,
    /// Ids of what was deleted.
    free: Vec<String>,
    /// What was deleted and can still be read in part.
    pub(super) left: Vec<Project>,
    pub(super) last: u64,
}

impl Service {
    fn new(manner: Manner, defect: Defect) -> Service {
        let lag = if manner == Manner::ListsLag { Duration::from_millis(300) } else { Duration::ZERO };
        let (projects, free, left, listed) = (Vec::new(), Vec::new(), Vec::new(), Index::new(lag));
        let mut service = Service { manner, defect, projects, listed, free, left, last: 0 };
        let full = if manner == Manner::IsFull { 500 } else { 0 };
        for number in 0..full {
            let old = json!({ "name": format!("Old {number}"), "budget": number });
            service.make(None, old.as_object().expect("an object").clone());
        }
        service
    }

    pub(super) fn is(&self, defect: Defect) -> bool {
        self.defect == defect
    }

    fn answer(&mut self, asked: &Question) -> Answer {
        let path: Vec<&str> = asked.path.iter().map(String::as_str).collect();
        let allowed = match path[..] {
            ["projects"] | ["projects", _, "tasks"] => "GET, HEAD, POST",
            ["projects", _] => "GET, HEAD, PUT, PATCH, DELETE",
            ["projects", _, "archive"] => "POST",
            ["projects", _, "tasks", _] => "GET, HEAD, PUT, DELETE",
            _ => return Answer::of(NONE),
        };
        if !allowed.split(", ").any(|method| method == asked.method) {
            return Answer::of("405 Method Not Allowed").with("Allow", allowed);
        }
        let deed = match (asked.method.as_str(), path.len()) {
            ("POST", 1) => Some(Deed::Add),
            ("PUT", 2) => Some(Deed::Put),
            ("PATCH", _) => Some(Deed::Patch),
            ("DELETE", 2) => Some(Deed::Delete),
            ("POST", 3) => Some(Deed::AddTask),
            ("PUT", _) => Some(Deed::PutTask),
            ("DELETE", _) => Some(Deed::DeleteTask),
            _ => None,
        };
        if !asked.is_known {
            if deed.is_some_and(|deed| self.is(Defect::AsksTooLate(deed))) {
                self.known(asked, &path);
            }
            return Answer::of("401 Unauthorized").with("WWW-Authenticate", "ApiKey");
        }
        self.known(asked, &path)
    }

    /// What is answered to somebody known.
    fn known(&mut self, asked: &Question, path: &[&str]) -> Answer {
        let method = if asked.method == "HEAD" { "GET" } else { asked.method.as_str() };
        match (method, path) {
            ("GET", ["projects"]) => self.list(),
            (_, ["projects"]) => self.add(asked),
            ("GET", ["projects", id]) => self.show(id),
            ("PUT", ["projects", id]) => self.put(asked, id),
            ("PATCH", ["projects", id]) => self.patch(asked, id),
            (_, ["projects", id]) => self.delete(id),
            (_, ["projects", id, "archive"]) => self.archive(id),
            ("GET", ["projects", id, "tasks"]) => self.list_tasks(id),
            (_, ["projects", id, "tasks"]) => self.add_task(asked, id),
            (_, ["projects", id, "tasks", task]) => self.task(asked, method, (id, task)),
            _ => Answer::of(NONE),
        }
    }

    fn at(&self, id: &str) -> Option<usize> {
        self.projects.iter().position(|project| project.id == id)
    }

    /// One that is not deleted.
    pub(super) fn alive(&self, id: &str) -> Option<usize> {
        self.at(id).filter(|at| !self.projects[*at].deleted)
    }

    /// What of a body is stored.
    pub(super) fn stored(&self, deed: Deed, body: Body, before: Option<&Body>) -> Body {
        match self.defect {
            Defect::Stores(own, damage) if own == deed => damage.done(body, before),
            Defect::Merges(own) if own == deed => {
                let mut merged = before.cloned().unwrap_or_default();
                merged.extend(body);
                merged
            }
            _ => body,
        }
    }

    fn make(&mut self, id: Option<&str>, body: Body) -> usize {
        self.last += 1;
        let given = if self.manner == Manner::GivesIdsAgain { self.free.pop() } else { None };
        let id = id.map(str::to_owned).or(given).unwrap_or_else(|| format!("p{}", self.last));
        let project = Project::new(&id, self.last, body, self.listed.lag());
        self.projects.push(project);
        self.tell(self.projects.len() - 1);
        self.projects.len() - 1
    }

    /// Tells the list of a project.
    fn tell(&mut self, at: usize) {
        let project = &self.projects[at];
        let item = (!project.deleted).then(|| project.shown());
        self.listed.learns(project.order, item);
    }

    fn list(&mut self) -> Answer {
        let mut items = self.listed.items();
        match self.defect {
            Defect::ListsNothing(Kind::Projects) => items.clear(),
            Defect::ListsTheFirst => items.truncate(3),
            Defect::ListsOtherwise => items.iter_mut().for_each(|item| item["budget"] = json!(7)),
            _ => {}
        }
        Answer::shows(OK, Value::Array(items))
    }

    fn add(&mut self, asked: &Question) -> Answer {
        let body = match read(asked, PROJECT) {
            Ok(body) => body,
            Err(refused) => {
                if self.is(Defect::DoesWhatItRefuses(Deed::Add)) && refused.rest.contains_key("name") {
                    self.make(None, refused.rest);
                }
                return Answer::of(refused.status);
            }
        };
        let alike = |project: &Project| project.body["budget"] == body["budget"];
        if let Some(at) = self.projects.iter().position(alike).filter(|_| self.is(Defect::GivesIdTwice)) {
            let project = &mut self.projects[at];
            project.body = body;
            let (shown, id) = (project.shown(), project.id.clone());
            self.tell(at);
            return Answer::shows(MADE, shown).with("Location", &format!("/projects/{id}"));
        }
        let stored = self.stored(Deed::Add, body.clone(), None);
        let at = self.make(None, stored);
        let (shown, id) = (self.projects[at].shown_with(&body), self.projects[at].id.clone());
        if self.is(Defect::StoresNothing(Deed::Add)) {
            let lost = self.projects.remove(at);
            self.listed.learns(lost.order, None);
        }
        let led = if self.is(Defect::LeadsAstray) { "p0" } else { &id };
        Answer::shows(MADE, shown).with("Location", &format!("/projects/{led}"))
    }

    fn show(&mut self, id: &str) -> Answer {
        let defect = self.defect;
        let Some(at) = self.at(id) else { return Answer::of(NONE) };
        let project = &mut self.projects[at];
        let read = match defect {
            Defect::ReadCounts => Some(Damage::AddsOne("budget")),
            Defect::ReadCuts => Some(Damage::First("labels")),
            _ => None,
        };
        let shown = project.shown();
        if let Some(damage) = read {
            project.body = damage.done(project.body.clone(), None);
        }
        if defect == Defect::ReadMovesOn {
            project.moves_on();
        }
        Answer::shows(OK, shown)
    }

    fn put(&mut self, asked: &Question, id: &str) -> Answer {
        let body = match read(asked, PROJECT) {
            Ok(body) => body,
            Err(refused) => return self.refuse(Deed::Put, id, refused),
        };
        let Some(at) = self.at(id) else {
            if self.manner != Manner::PutCreates {
                return Answer::of(NONE);
            }
            let at = self.make(Some(id), body);
            return Answer::shows(MADE, self.projects[at].shown());
        };
        if self.projects[at].deleted {
            return Answer::of(NONE);
        }
        let before = self.projects[at].body.clone();
        let mut stored = self.stored(Deed::Put, body.clone(), Some(&before));
        if self.is(Defect::Grows) && before["budget"] == body["budget"] {
            stored = Damage::AddsOne("budget").done(stored, None);
        }
        if self.is(Defect::Appends) {
            let labels = |of: &Body| of.get("labels").and_then(Value::as_array).cloned().unwrap_or_default();
            let all: Vec<Value> = labels(&before).into_iter().chain(labels(&body)).take(5).collect();
            stored.insert("labels".to_owned(), Value::Array(all));
        }
        let old = self.projects[at].shown();
        let told = self.change(Deed::Put, at, (&body, stored));
        if self.is(Defect::GivesAnotherId) {
            self.last += 1;
            self.projects[at].told = format!("p{}", self.last);
        }
        if self.is(Defect::Loses) {
            let lost = self.projects.remove(at);
            self.listed.learns(lost.order, None);
        }
        Answer::shows(OK, if self.is(Defect::AnswersTheOld) { old } else { told })
    }

    fn patch(&mut self, asked: &Question, id: &str) -> Answer {
        let Some(at) = self.alive(id) else { return Answer::of(NONE) };
        let body = match read(asked, CHANGE) {
            Ok(body) => body,
            Err(refused) => return self.refuse(Deed::Patch, id, refused),
        };
        let before = self.projects[at].body.clone();
        let mut merged = before.clone();
        if self.is(Defect::Replaces) {
            merged.retain(|name, _| ["name", "budget"].contains(&name.as_str()));
        }
        let mut whole = before.clone();
        for (name, value) in body {
            if value.is_null() {
                whole.shift_remove(&name);
                if !self.is(Defect::IgnoresNull) {
                    merged.shift_remove(&name);
                }
            } else {
                whole.insert(name.clone(), value.clone());
                merged.insert(name, value);
            }
        }
        let stored = self.stored(Deed::Patch, merged, Some(&before));
        Answer::shows(OK, self.change(Deed::Patch, at, (&whole, stored)))
    }

    /// Makes another of a project; what is told of it.
    fn change(&mut self, deed: Deed, at: usize, (told, stored): (&Body, Body)) -> Value {
        let nothing = self.is(Defect::StoresNothing(deed));
        let stays = self.is(Defect::StaysInTime);
        let project = &mut self.projects[at];
        let before = std::mem::replace(&mut project.body, stored);
        if !stays {
            project.moves_on();
        }
        let shown = project.shown_with(told);
        if nothing {
            project.body.clone_from(&before);
        }
        let name = project.body["name"].clone();
        for other in self.others(deed, at, &before) {
            self.projects[other].body.insert("name".to_owned(), name.clone());
            self.tell(other);
        }
        self.tell(at);
        shown
    }

    /// Who else is hit.
    fn others(&self, deed: Deed, at: usize, before: &Body) -> Vec<usize> {
        let Defect::Hits(own, whom) = self.defect else { return Vec::new() };
        let is_hit = |other: &usize| {
            let alike = self.projects[*other].body.get("budget") == before.get("budget");
            own == deed && *other != at && (whom == Whom::All || alike)
        };
        (0..self.projects.len()).filter(is_hit).collect()
    }

    fn refuse(&mut self, deed: Deed, id: &str, refused: Refused) -> Answer {
        if let Some(at) = self.alive(id).filter(|_| self.is(Defect::DoesWhatItRefuses(deed))) {
            self.projects[at].body.extend(refused.rest.into_iter().filter(|(_, value)| !value.is_null()));
        }
        Answer::of(refused.status)
    }

    fn delete(&mut self, id: &str) -> Answer {
        let Some(at) = self.alive(id) else { return Answer::of(NONE) };
        if self.is(Defect::StoresNothing(Deed::Delete)) {
            return Answer::of(DONE);
        }
        if self.is(Defect::HidesOnly) {
            self.listed.learns(self.projects[at].order, None);
            return Answer::of(DONE);
        }
        if self.manner == Manner::DeletesSoftly {
            self.projects[at].deleted = true;
            self.projects[at].moves_on();
            self.tell(at);
            return Answer::of(DONE);
        }
        let mut gone = self.others(Deed::Delete, at, &self.projects[at].body);
        gone.push(at);
        gone.sort_unstable();
        for at in gone.into_iter().rev() {
            let lost = self.projects.remove(at);
            if !self.is(Defect::ListsWhatIsGone(Kind::Projects)) {
                self.listed.learns(lost.order, None);
            }
            self.free.push(lost.id.clone());
            if self.is(Defect::LeavesTasks) {
                self.left.push(lost);
            }
        }
        Answer::of(DONE)
    }

    fn archive(&mut self, id: &str) -> Answer {
        let Some(at) = self.alive(id) else { return Answer::of(NONE) };
        let defect = self.defect;
        let project = &mut self.projects[at];
        if project.archived && defect != Defect::ArchivesTwice {
            return Answer::of("409 Conflict");
        }
        project.archived = true;
        project.moves_on();
        let shown = project.shown();
        match defect {
            Defect::ArchivesNothing => project.archived = false,
            Defect::ArchiveLoses(name) => {
                project.body.shift_remove(name);
            }
            _ => {}
        }
        self.tell(at);
        Answer::shows(OK, shown)
    }
}

/// What is read of a body.
pub(super) fn read(asked: &Question, shape: Shape) -> Result<Body, Refused> {
    shape.read(&asked.media, &asked.body)
}
