//! What stands below projects.

use super::defect::{Deed, Defect, Kind, Whom};
use super::http::{Answer, DONE, MADE, NONE, OK, Question};
use super::server::{Service, read};
use super::shape::{Body, Refused, TASK};
use super::store::{Project, Task};
use serde_json::json;

impl Service {
    pub(super) fn list_tasks(&mut self, id: &str) -> Answer {
        let Some(at) = self.alive(id) else { return Answer::of(NONE) };
        let mut items = self.projects[at].listed.items();
        match self.defect {
            Defect::ListsNothing(Kind::Tasks) => items.clear(),
            Defect::ListsOfOthers => {
                items = self.projects.iter_mut().flat_map(|project| project.listed.items()).collect();
            }
            _ => {}
        }
        Answer::shows(OK, json!({ "items": items }))
    }

    pub(super) fn add_task(&mut self, asked: &Question, id: &str) -> Answer {
        let Some(mut at) = self.alive(id) else { return Answer::of(NONE) };
        let (body, refused) = match read(asked, TASK) {
            Ok(body) => (body, None),
            Err(refused) => (refused.rest, Some(refused.status)),
        };
        let keeps_refused = self.is(Defect::DoesWhatItRefuses(Deed::AddTask)) && body.contains_key("title");
        if let Some(status) = refused.filter(|_| !keeps_refused) {
            return Answer::of(status);
        }
        if self.is(Defect::MakesElsewhere) {
            at = (0..self.projects.len()).rfind(|other| *other != at).unwrap_or(at);
        }
        self.last += 1;
        let stored = self.stored(Deed::AddTask, body.clone(), None);
        let task = Task { id: format!("t{}", self.last), order: self.last, body: stored };
        let shown = task.shown_with(&body);
        if !self.is(Defect::StoresNothing(Deed::AddTask)) {
            self.projects[at].listed.learns(task.order, Some(task.shown()));
            self.projects[at].tasks.push(task);
        }
        refused.map_or_else(|| Answer::shows(MADE, shown), Answer::of)
    }

    pub(super) fn task(&mut self, asked: &Question, method: &str, (id, task): (&str, &str)) -> Answer {
        let body = if method == "PUT" { Some(read(asked, TASK)) } else { None };
        if let Some(left) = self.left.iter().find(|left| left.id == id && method == "GET") {
            let found = left.tasks.iter().find(|one| one.id == task);
            return found.map_or_else(|| Answer::of(NONE), |task| Answer::shows(OK, task.shown()));
        }
        let Some(own) = self.alive(id) else { return Answer::of(NONE) };
        let any = match method {
            "GET" => self.is(Defect::AnyParent),
            _ => self.is(Defect::ChangesBelowAny),
        };
        let holds = |project: &Project| project.tasks.iter().position(|one| one.id == task);
        let parents = if any { 0..self.projects.len() } else { own..own + 1 };
        let found = parents.into_iter().find_map(|at| Some((at, holds(&self.projects[at])?)));
        match (found, body) {
            (Some(place), Some(body)) => self.put_task(place, body),
            (_, Some(Err(refused))) => Answer::of(refused.status),
            (None, _) => Answer::of(NONE),
            (Some((at, index)), None) if method == "GET" => {
                Answer::shows(OK, self.projects[at].tasks[index].shown())
            }
            (Some(place), None) => self.delete_task(place),
        }
    }

    fn put_task(&mut self, (at, index): (usize, usize), body: Result<Body, Refused>) -> Answer {
        let before = self.projects[at].tasks[index].body.clone();
        let (stored, status) = match body {
            Ok(body) => (self.stored(Deed::PutTask, body, Some(&before)), DONE),
            Err(refused) => {
                let mut stored = before.clone();
                if self.is(Defect::DoesWhatItRefuses(Deed::PutTask)) {
                    stored.extend(refused.rest);
                }
                (stored, refused.status)
            }
        };
        let hits = status == DONE && self.is(Defect::Hits(Deed::PutTask, Whom::Alike));
        let nothing = self.is(Defect::StoresNothing(Deed::PutTask));
        let project = &mut self.projects[at];
        if !nothing {
            project.tasks[index].body = stored;
        }
        let title = project.tasks[index].body["title"].clone();
        for task in project.tasks.iter_mut().filter(|_| hits) {
            task.body.insert("title".to_owned(), title.clone());
        }
        for task in &project.tasks {
            project.listed.learns(task.order, Some(task.shown()));
        }
        Answer::of(status)
    }

    fn delete_task(&mut self, (at, index): (usize, usize)) -> Answer {
        let all = self.is(Defect::Hits(Deed::DeleteTask, Whom::Alike));
        let nothing = self.is(Defect::StoresNothing(Deed::DeleteTask));
        let keeps = self.is(Defect::ListsWhatIsGone(Kind::Tasks));
        let project = &mut self.projects[at];
        let gone = match (all, nothing) {
            (_, true) => 0..0,
            (true, _) => 0..project.tasks.len(),
            _ => index..index + 1,
        };
        for task in project.tasks.drain(gone).filter(|_| !keeps) {
            project.listed.learns(task.order, None);
        }
        Answer::of(DONE)
    }
}
