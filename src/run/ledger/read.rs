//! A ledger that is read: what the runs in it made and did not delete. Nothing in it is trusted: it may be
//! torn, and anybody may have written it.

use super::Deletion;
use crate::contract::Contract;
use crate::run::undo::{Made, Standing, Undo, is_clear, known, may_make, way};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// No ledger is read that is longer.
const MOST_BYTES: u64 = 256 << 20;

/// What a line tells of a request.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Told<'l> {
    #[serde(borrow)]
    pub(super) event: Cow<'l, str>,
    #[serde(borrow)]
    pub(super) run: Cow<'l, str>,
    #[serde(borrow)]
    operation: Cow<'l, str>,
    #[serde(borrow)]
    case: Cow<'l, str>,
    #[serde(borrow)]
    method: Cow<'l, str>,
    #[serde(borrow)]
    url: Cow<'l, str>,
    undo: Option<Deletion>,
}

/// The same with what the request brought and what came.
#[derive(Clone, Debug, Deserialize)]
struct Known<'l> {
    #[serde(flatten, borrow)]
    told: Told<'l>,
    status: Option<u16>,
    #[serde(default)]
    texts: Vec<String>,
    #[serde(default)]
    members: BTreeMap<String, String>,
    #[serde(default)]
    ids: Vec<String>,
    #[serde(default)]
    uncertain: bool,
}

/// What a ledger tells of a target.
#[derive(Debug, Default)]
pub(in crate::run) struct Left {
    /// What stands of each run, in the order of the ledger.
    pub(in crate::run) runs: Vec<(String, Standing)>,
    /// How many lines cannot be read.
    pub(in crate::run) unread: usize,
    /// How many lines are about another target.
    pub(in crate::run) elsewhere: usize,
    /// How many lines are about operations that the contract does not have.
    pub(in crate::run) unknown: usize,
}

impl<'l> Known<'l> {
    fn read(line: &'l [u8]) -> Option<Known<'l>> {
        let known: Known<'l> = serde_json::from_slice(line).ok()?;
        known.told.is_of_a_run().then_some(known)
    }
}

impl<'l> Told<'l> {
    pub(super) fn read(line: &'l [u8]) -> Option<Told<'l>> {
        let told: Told<'l> = serde_json::from_slice(line).ok()?;
        told.is_of_a_run().then_some(told)
    }

    fn is_of_a_run(&self) -> bool {
        self.run.len() == 10 && self.run.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Whether it tells of something that may be there, and for which the contract has a way to delete it.
    pub(super) fn may_be_undone(&self, contract: &Contract) -> bool {
        let index = contract.operations.iter().position(|operation| operation.id == self.operation);
        let makes = |index: &usize| may_make(contract, *index, &self.method);
        matches!(&*self.event, "created" | "unknown")
            && index.filter(makes).is_some_and(|index| way(contract, index).is_some())
    }

    /// What its request was sent to, without the query.
    fn place(&self) -> &str {
        self.url.split(['?', '#']).next().unwrap_or_default()
    }
}

/// What tells a resource from others: how it is deleted.
type Resource<'k> = (&'k str, Vec<(&'k str, &'k str)>);

/// The lines of a run that tell of something that may be left, by what a later line that tells the end
/// of it has in common with them.
#[derive(Default)]
pub(super) struct Open<'k> {
    /// By what was made or changed.
    named: HashMap<Resource<'k>, Vec<usize>>,
    /// By case: what no answer named, and is found by its text.
    unnamed: HashMap<&'k str, Vec<usize>>,
    /// Changes, by where they were sent.
    changes: HashMap<&'k str, Vec<usize>>,
    over: HashSet<usize>,
}

impl<'k> Open<'k> {
    pub(super) fn begin(&mut self, index: usize, line: &'k Told<'_>) {
        match &line.undo {
            Some(undo) => self.named.entry(undo.key()).or_default().push(index),
            None if line.event != "changed" => self.unnamed.entry(&line.case).or_default().push(index),
            None => {}
        }
        if line.event == "changed" {
            self.changes.entry(line.place()).or_default().push(index);
        }
    }

    /// A line tells the end of what others told of.
    pub(super) fn end(&mut self, index: usize, line: &'k Told<'_>) {
        let is_undone = line.event == "undone";
        let mut made = line.undo.as_ref().and_then(|undo| self.named.remove(&undo.key())).unwrap_or_default();
        if is_undone && line.undo.is_some() {
            made.extend(self.unnamed.remove(&*line.case).unwrap_or_default());
        }
        made.retain(|index| !self.over.contains(index));
        if is_undone || !made.is_empty() {
            self.over.insert(index);
            self.over.extend(made);
            self.over.extend(self.changes.remove(line.place()).unwrap_or_default());
        }
    }

    pub(super) fn is_over(&mut self, index: usize) {
        self.over.insert(index);
    }

    /// The lines that tell of nothing that is left.
    pub(super) fn over(self) -> HashSet<usize> {
        self.over
    }
}

/// Reads what the runs in a ledger made on a target and did not delete; `base` says where an operation of
/// the contract is served there.
pub(in crate::run) fn read<'b>(
    path: &Path,
    contract: &Contract,
    base: impl Fn(usize) -> Option<&'b str>,
) -> io::Result<Left> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::other(format!("it is larger than {} MiB", MOST_BYTES >> 20)));
    }
    let (mut left, mut runs) = (Left::default(), BTreeMap::<String, Course>::new());
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    for (number, line) in lines.enumerate() {
        let Some(line) = Known::read(line) else {
            left.unread += 1;
            continue;
        };
        let Some(operation) = contract.operations.iter().position(|one| one.id == line.told.operation) else {
            left.unknown += 1;
            continue;
        };
        let is_here = base(operation).is_some_and(|base| {
            line.told
                .url
                .strip_prefix(base)
                .is_some_and(|rest| rest.starts_with(['/', '?']) || rest.is_empty())
        });
        if !is_here {
            left.elsewhere += 1;
            continue;
        }
        let course = runs.entry(line.told.run.to_string()).or_insert_with(|| Course::new(number));
        course.line(contract, operation, &line);
    }
    let mut runs: Vec<_> = runs.into_iter().collect();
    runs.sort_by_key(|(_, course)| course.begun);
    left.runs = runs.into_iter().map(|(run, course)| (run, course.left())).collect();
    Ok(left)
}

/// What is known of a run, line by line.
struct Course {
    begun: usize,
    lines: usize,
    standing: Standing,
    /// What was about to be sent, and of which nobody knows what came.
    open: Vec<(usize, Made)>,
    /// After how many lines each of what stands was made.
    at: Vec<usize>,
}

impl Course {
    fn new(begun: usize) -> Course {
        Course { begun, lines: 0, standing: Standing::default(), open: Vec::new(), at: Vec::new() }
    }

    fn line(&mut self, contract: &Contract, operation: usize, line: &Known<'_>) {
        self.lines += 1;
        let makes = may_make(contract, operation, &line.told.method);
        if matches!(&*line.told.event, "sending" | "created" | "changed" | "unknown") {
            self.standing.change(contract, operation, &line.told.url);
        }
        match &*line.told.event {
            "sending" if makes => self.open.push((self.lines, made(contract, operation, line, false))),
            "created" => {
                self.answered(line);
                self.add(made(contract, operation, line, true));
            }
            "changed" => {
                self.answered(line);
                let put = made(contract, operation, line, true);
                if makes && put.undo.is_some() {
                    self.add(put);
                }
            }
            "unknown" if makes => {
                self.answered(line);
                self.add(made(contract, operation, line, false));
            }
            "deleted" => {
                if let Some(undo) = line.told.undo.as_ref().and_then(|undo| undo.meant(contract)) {
                    self.retain(|made| made.undo.as_ref().is_none_or(|own| !own.is_of(&undo)));
                }
            }
            "undone" => {
                if let Some(undo) = line.told.undo.as_ref().and_then(|undo| undo.meant(contract)) {
                    self.undone(line, &undo);
                }
            }
            "refused" => self.answered(line),
            // It was read before the run added to it, or it would not be written down.
            "seen" => self.standing.saw(contract, operation, &line.told.url, &line.ids),
            _ => {}
        }
    }

    fn add(&mut self, made: Made) {
        self.standing.add(made);
        self.at.resize(self.standing.made().len(), self.lines);
    }

    /// What became of a request is known.
    fn answered(&mut self, line: &Known<'_>) {
        if line.uncertain {
            return;
        }
        if let Some(index) = self.open.iter().position(|(_, made)| made.case == line.told.case) {
            self.open.remove(index);
        }
    }

    /// Something was deleted: what is known by that name, or else what was found by its text.
    fn undone(&mut self, line: &Known<'_>, undo: &Undo) {
        let own = |made: &Made| made.undo.as_ref().is_some_and(|own| own.is_of(undo));
        if self.standing.made().iter().any(own) {
            self.retain(|made| !own(made));
        } else {
            self.open.retain(|(_, made)| made.case != line.told.case);
            self.retain(|made| made.undo.is_some() || made.case != line.told.case);
        }
    }

    fn retain(&mut self, stays: impl Fn(&Made) -> bool) {
        let stay: Vec<bool> = self.standing.made().iter().map(stays).collect();
        let mut each = stay.iter();
        self.at.retain(|_| each.next().copied().unwrap_or_default());
        self.standing.keep(&stay);
    }

    /// What stands, in the order in which it was made or about to be.
    fn left(mut self) -> Standing {
        let made = self.standing.take();
        let mut all: Vec<(usize, Made)> = self.at.into_iter().zip(made).chain(self.open).collect();
        all.sort_by_key(|(at, _)| *at);
        for (_, made) in all {
            self.standing.add(made);
        }
        self.standing
    }
}

fn made(contract: &Contract, giver: usize, line: &Known<'_>, is_sure: bool) -> Made {
    let way = way(contract, giver);
    let undo = line.told.undo.as_ref().and_then(|undo| undo.meant(contract));
    let is_clear = is_clear(undo.as_ref(), line.status, &line.told.run);
    Made {
        giver,
        case: line.told.case.to_string(),
        known: known(&contract.operations[giver], &line.told.url),
        // Only as the contract itself says that what this operation makes is deleted.
        undo: undo.filter(|undo| way.is_some_and(|way| way.taker == undo.operation)),
        texts: line.texts.clone(),
        members: line.members.clone(),
        is_sure,
        is_clear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Document;
    use serde_json::json;

    const CONTRACT: &str = "
openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /a: {post: {operationId: make, responses: {'201': {description: made, content: {application/json: {schema: {type: object, properties: {id: {}}}}}}}}}
  /a/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    delete: {operationId: remove, responses: {'204': {description: gone}}}
";

    fn contract() -> Contract {
        Contract::read(Document::from_text("t.yaml", CONTRACT).unwrap()).ok().unwrap()
    }

    fn line(event: &str, case: &str, id: Option<&str>) -> String {
        let operation = if matches!(event, "deleted" | "undoing" | "undone") { "remove" } else { "make" };
        let mut line = json!({"event": event, "run": "4711081512", "at": "2026-01-01T00:00:00Z", "case": case,
            "method": "POST", "operation": operation, "url": "http://h/a", "texts": ["x-4711081512"]});
        if let Some(id) = id {
            line["undo"] = json!({"operation": "remove", "parameters": {"path.id": id}});
        }
        format!("{line}\n")
    }

    /// What a ledger leaves to be deleted: ids, or else the case whose answer is not known.
    fn left(lines: &[String]) -> Vec<String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), lines.concat()).unwrap();
        let contract = contract();
        let left = read(file.path(), &contract, |_| Some("http://h")).unwrap();
        let made = left.runs.iter().flat_map(|(_, standing)| standing.made());
        let named = |made: &Made| {
            let undo = made.undo.as_ref().map(|undo| undo.values.values().next().unwrap().clone());
            undo.unwrap_or_else(|| format!("{}?", made.case))
        };
        made.map(named).collect()
    }

    #[test]
    fn what_stands_is_what_was_made_and_is_not_told_to_be_gone() {
        let made = |case: &str, id: &str| [line("sending", case, None), line("created", case, Some(id))];
        let all = |parts: &[&[String]]| parts.concat();
        let (one, two) = (made("one", "1"), made("two", "2"));
        let open = [line("sending", "three", None)];
        assert_eq!(left(&all(&[&one, &open, &two])), ["1", "three?", "2"], "in the order of the ledger");
        assert_eq!(left(&all(&[&one, &two, &[line("deleted", "x", Some("1"))]])), ["2"]);
        assert_eq!(left(&all(&[&one, &[line("undoing", "one", Some("1"))]])), ["1"]);
        assert_eq!(left(&all(&[&one, &[line("undone", "one", Some("1"))]])), [""; 0]);
        let again = [line("undone", "one", Some("1"))];
        assert_eq!(left(&all(&[&one, &again, &made("four", "1")])), ["1"], "an id may be given again");
        assert_eq!(left(&all(&[&open, &[line("unknown", "three", None)]])), ["three?"]);
        let found = [line("undone", "three", Some("9"))];
        assert_eq!(left(&all(&[&open, &found])), [""; 0], "what was found by its text");
        assert_eq!(left(&all(&[&open, &[line("refused", "three", None)]])), [""; 0]);
        assert_eq!(left(&[one.concat(), "{\"event\": \"crea".into()]), ["1"], "a torn line");
    }

    #[test]
    fn a_run_that_came_to_its_end_leaves_what_stands() {
        let lines = [
            line("sending", "one", None),
            line("created", "one", Some("1")),
            line("created", "two", Some("2")),
            line("unknown", "three", None),
            line("undoing", "one", Some("1")),
            line("undone", "one", Some("1")),
            line("undone", "three", Some("3")),
        ];
        let known: Vec<Option<Told<'_>>> = lines.iter().map(|line| Told::read(line.as_bytes())).collect();
        let over = super::super::over(&known, "4711081512");
        let kept: Vec<usize> = (0..lines.len()).filter(|index| !over.contains(index)).collect();
        assert_eq!(kept, [2]);
        assert!(super::super::over(&known, "1111111111").is_empty(), "another run");
        assert!(known[2].as_ref().unwrap().may_be_undone(&contract()));
    }
}
