//! Stories: what the steps of a scenario about one resource of the run's own are to each other, so that
//! their answers together tell what the service remembers.

use crate::exchange::{Answer, Exchange};
use crate::json::{self, Kind, Node};
use crate::wire::url;
use serde::{Deserialize, Serialize};

/// A scenario about one resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Story {
    /// What it is about.
    pub tells: Tells,
    /// What each of its steps is.
    pub parts: Vec<Part>,
}

/// What a story is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tells {
    /// What was created is there, and reading it changes nothing.
    Created,
    /// What was replaced is what was sent.
    Replaced,
    /// What was changed in part is what was sent, and otherwise as it was.
    Modified,
    /// What was deleted is gone.
    Deleted,
    /// What was refused has changed nothing.
    Refused,
    /// What is done to a resource is done once.
    Done,
    /// What stands below one resource does not stand below another.
    Elsewhere,
}

/// What a step is in its story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Makes the resource.
    Made,
    /// Makes another of its kind.
    MadeBeside,
    /// Reads it before anything is done to it.
    Before,
    /// Reads the other one then.
    BesideBefore,
    /// Does what the story is about.
    Act,
    /// Reads it afterwards.
    After,
    /// Reads the other one afterwards.
    BesideAfter,
    /// Does the same once more.
    Again,
    /// Reads it after that.
    AfterAgain,
    /// Lists all of its kind.
    Listed,
    /// Makes what another such resource could stand below.
    MadeElsewhere,
    /// Reads it as if it stood there.
    Elsewhere,
}

/// What an answer is asked for again for a while, as a service may take time to show what it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Until {
    /// What the step before has deleted is not there.
    Gone,
    /// What an earlier step has made is there.
    There,
    /// It is another than that of an earlier step.
    OtherThan(usize),
    /// It names what the path of an earlier step ends in.
    Names(usize),
    /// It does not.
    NamesNot(usize),
}

impl Story {
    /// The step that is a part of it, if it has that.
    pub fn step(&self, part: Part) -> Option<usize> {
        self.parts.iter().position(|one| *one == part)
    }
}

impl Tells {
    /// Its name in identities.
    pub fn name(self) -> &'static str {
        match self {
            Tells::Created => "created",
            Tells::Replaced => "replaced",
            Tells::Modified => "modified",
            Tells::Deleted => "deleted",
            Tells::Refused => "refused",
            Tells::Done => "done",
            Tells::Elsewhere => "elsewhere",
        }
    }
}

impl Part {
    /// Its name in identities.
    pub(super) fn name(self) -> &'static str {
        match self {
            Part::Made => "made",
            Part::MadeBeside => "made-beside",
            Part::Before => "before",
            Part::BesideBefore => "beside-before",
            Part::Act => "act",
            Part::After => "after",
            Part::BesideAfter => "beside-after",
            Part::Again => "again",
            Part::AfterAgain => "after-again",
            Part::Listed => "listed",
            Part::MadeElsewhere => "made-elsewhere",
            Part::Elsewhere => "elsewhere",
        }
    }
}

impl Until {
    /// Whether there is nothing to wait for any more, after the earlier exchanges of the scenario.
    pub fn is_met(self, exchange: &Exchange, earlier: &[Option<Exchange>]) -> bool {
        let Some(answer) = exchange.answer() else { return true };
        let was_done = earlier.last().and_then(Option::as_ref).is_some_and(Exchange::accepted);
        let at = |step: usize| earlier.get(step).and_then(Option::as_ref);
        match self {
            Until::Gone => !was_done || !answer.accepted(),
            Until::There => !was_done || answer.accepted(),
            Until::OtherThan(step) => {
                let before = at(step).and_then(Exchange::answer);
                !was_done || before.is_none_or(|before| before.body != answer.body)
            }
            Until::Names(step) => at(step).is_none_or(|read| names(answer, read) != Some(false)),
            Until::NamesNot(step) => at(step).is_none_or(|read| names(answer, read) != Some(true)),
        }
    }
}

/// Whether an answer names what the path of a request ends in; nothing where that cannot be told.
pub fn names(answer: &Answer, read: &Exchange) -> Option<bool> {
    let id = id_of(read);
    let body = json::read(&answer.body).ok().filter(|_| answer.accepted() && !id.is_empty())?;
    let mut open = vec![&body.root];
    while let Some(node) = open.pop() {
        match &node.kind {
            Kind::Array(items) => open.extend(items),
            Kind::Object(members) => {
                if members.iter().any(|member| member.key == id) {
                    return Some(true);
                }
                open.extend(members.iter().map(|member| &member.value));
            }
            _ if is_named(node, &id) => return Some(true),
            _ => {}
        }
    }
    Some(false)
}

/// What the path of a request ends in: the id of what it is about.
pub fn id_of(read: &Exchange) -> String {
    let (path, _) = url::parts(&read.sent.head.url);
    url::decoded(path.rsplit('/').next().unwrap_or_default())
}

/// Whether a value is an id, or a URL that ends in it.
pub fn is_named(node: &Node, id: &str) -> bool {
    match &node.kind {
        Kind::String(text) => text == id || text.strip_suffix(id).is_some_and(|rest| rest.ends_with('/')),
        Kind::Number(token) => **token == *id,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::{Head, Headers, Outcome, Sent};
    use std::sync::Arc;
    use std::time::Duration;

    fn exchange(path: &str, status: u16, body: &'static str) -> Exchange {
        let head = Head { method: "GET".into(), url: format!("http://h{path}"), headers: Headers::default() };
        let answer = Answer { status, headers: Headers::default(), body: body.as_bytes().into() };
        let sent = Sent { head: Arc::new(head), body: None };
        Exchange::of((sent, 1), Outcome::Answered(answer), (jiff::Timestamp::UNIX_EPOCH, Duration::ZERO))
    }

    #[test]
    fn a_service_is_waited_for_until_it_shows_what_was_done() {
        let (done, refused) = ([Some(exchange("/a/7", 204, ""))], [Some(exchange("/a/7", 409, ""))]);
        let there = exchange("/a/7", 200, "{\"id\": 7}");
        let gone = exchange("/a/7", 404, "");
        assert!(!Until::Gone.is_met(&there, &done) && Until::Gone.is_met(&gone, &done));
        assert!(Until::Gone.is_met(&there, &refused), "nothing was done");
        assert!(!Until::There.is_met(&gone, &done) && Until::There.is_met(&there, &done));
        let [done] = done;
        let read = [Some(there.clone()), done];
        assert!(!Until::OtherThan(0).is_met(&there, &read));
        assert!(Until::OtherThan(0).is_met(&exchange("/a/7", 200, "{\"id\": 7, \"n\": 1}"), &read));
    }

    #[test]
    fn a_list_names_what_a_path_ends_in_as_a_number_a_text_or_the_end_of_a_url() {
        let read = [Some(exchange("/a/7?x=1", 200, "{}"))];
        for list in [r#"[{"id": 7}]"#, r#"{"items": [{"id": "7"}]}"#, r#"[{"self": "/a/7"}]"#, r#"{"7": {}}"#]
        {
            let list = exchange("/a", 200, list);
            assert!(Until::Names(0).is_met(&list, &read) && !Until::NamesNot(0).is_met(&list, &read));
        }
        for list in ["[]", r#"[{"id": 77}]"#, r#"[{"id": "a7"}]"#] {
            let list = exchange("/a", 200, list);
            assert!(!Until::Names(0).is_met(&list, &read) && Until::NamesNot(0).is_met(&list, &read));
        }
    }
}
