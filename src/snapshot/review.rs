//! What waits for a person: shown as a difference, accepted or rejected.

use super::error::SnapshotError;
use super::file::{self, Text};
use super::hunk;
use super::page;
use super::store::Store;
use anstyle::{AnsiColor, Style};
use indexmap::IndexMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

/// A page that waits for a person.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The page's name.
    pub page: String,
    /// The pending file.
    pub path: PathBuf,
    /// The stored body, if there is one that can be read.
    pub old: Option<String>,
    /// The body that waits.
    pub new: String,
    /// The contract's file.
    pub source: Option<String>,
    /// The line in it that the cases are derived from.
    pub line: Option<u64>,
    /// Why the pending file cannot be accepted, if it cannot.
    pub damaged: Option<String>,
}

/// A change that waits, with every page that shows it: settled once for all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// The change, in words.
    pub words: String,
    /// The pages that show it, as indexes of what is pending.
    pub pages: Vec<usize>,
    /// How many cases of them do.
    pub cases: usize,
    /// The change line by line; with what is around it where one page shows it and nothing else.
    pub lines: Vec<DiffLine>,
    /// How many more forms of it there are, which differ in values only.
    pub alike: usize,
}

/// A page with its bodies before and after.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'p> {
    /// Its name.
    pub page: &'p str,
    /// The stored body, if there is one that can be read.
    pub old: Option<&'p str>,
    /// The body now.
    pub new: &'p str,
}

/// What a person has said of each change.
#[derive(Clone, Debug)]
pub struct Answers {
    /// For each change whether it is meant, as far as that was said.
    said: Vec<Option<bool>>,
}

/// A page in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The page's name.
    pub page: String,
    /// What is known of it.
    pub state: State,
}

/// What is known of a page in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is stored, and nothing waits.
    Settled,
    /// It is stored, and a change waits.
    Changed,
    /// It is new and waits.
    New,
    /// It is stored, but the plan has no such page.
    Orphan,
}

/// A line of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// What became of it.
    pub sign: Sign,
    /// The line.
    pub text: String,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It stands in both, near something that changed.
    Same,
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Lines that stand in both were left out here.
    Gap,
}

impl Store {
    /// What waits for a person, in the order of names.
    pub fn pending(&self) -> Result<Vec<Pending>, SnapshotError> {
        let listing = self.listing()?;
        let pending = listing.pending.into_iter().map(|name| {
            let path = self.pending_path(&name);
            let old = listing.settled.contains(&name).then(|| Text::read(&self.path(&name)).ok()).flatten();
            let old = old.map(|text| text.body);
            match Text::read(&path) {
                Ok(text) => Pending {
                    damaged: page::parse(&text.body).err(),
                    source: text.source().map(str::to_owned),
                    line: text.line(),
                    new: text.body,
                    page: name,
                    path,
                    old,
                },
                Err(error) => Pending {
                    page: name,
                    path,
                    old,
                    new: String::new(),
                    source: None,
                    line: None,
                    damaged: Some(error.to_string()),
                },
            }
        });
        Ok(pending.collect())
    }

    /// Stores the pending pages whose names are wanted, after a look at all of them: either all
    /// of them can be stored, or none is.
    pub fn accept(&self, wanted: impl Fn(&str) -> bool) -> Result<Vec<String>, SnapshotError> {
        let mut texts = Vec::new();
        for name in self.listing()?.pending.into_iter().filter(|name| wanted(name)) {
            let path = self.pending_path(&name);
            let text = Text::read(&path)?;
            page::parse(&text.body).map_err(|why| SnapshotError::Malformed { path, why })?;
            texts.push((name, text));
        }
        let mut accepted = Vec::new();
        for (name, text) in texts {
            text.write(&self.path(&name), false)?;
            file::remove(&self.pending_path(&name))?;
            accepted.push(name);
        }
        Ok(accepted)
    }

    /// Drops the pending pages whose names are wanted.
    pub fn reject(&self, wanted: impl Fn(&str) -> bool) -> Result<Vec<String>, SnapshotError> {
        let mut rejected = Vec::new();
        for name in self.listing()?.pending.into_iter().filter(|name| wanted(name)) {
            file::remove(&self.pending_path(&name))?;
            rejected.push(name);
        }
        Ok(rejected)
    }

    /// Every page, in the order of names; with the names that a whole plan gives, orphans are told.
    pub fn list(&self, planned: Option<&BTreeSet<String>>) -> Result<Vec<Listed>, SnapshotError> {
        let listing = self.listing()?;
        let names: BTreeSet<&String> = listing.settled.union(&listing.pending).collect();
        let state = |name: &String| match (listing.settled.contains(name), listing.pending.contains(name)) {
            (true, _) if planned.is_some_and(|planned| !planned.contains(name)) => State::Orphan,
            (true, false) => State::Settled,
            (true, true) => State::Changed,
            (false, _) => State::New,
        };
        Ok(names.into_iter().map(|name| Listed { state: state(name), page: name.clone() }).collect())
    }
}

/// So many forms of one change are shown, which differ in values only.
const SHOWN: usize = 3;

impl Pending {
    /// Its bodies before and after.
    pub fn pair(&self) -> Pair<'_> {
        Pair { page: &self.page, old: self.old.as_deref(), new: &self.new }
    }
}

/// Pages by what changed on them: each change once, in the order of the pages.
pub fn groups(pages: &[Pair<'_>]) -> Vec<Group> {
    let mut found: IndexMap<String, (Group, Vec<(String, String)>)> = IndexMap::new();
    for (index, one) in pages.iter().enumerate() {
        for (key, words, old, new) in changes(one) {
            let (group, forms) = found.entry(key).or_default();
            group.words = words;
            group.cases += 1;
            if group.pages.last() != Some(&index) {
                group.pages.push(index);
            }
            if !forms.contains(&(old.clone(), new.clone())) {
                forms.push((old, new));
            }
        }
    }
    let shows: Vec<Vec<usize>> = found.values().map(|(group, _)| group.pages.clone()).collect();
    let lone = |group: &Group| match group.pages.as_slice() {
        [page] if shows.iter().filter(|shows| shows.contains(page)).count() == 1 => pages.get(*page),
        _ => None,
    };
    let shown = found.into_values().map(|(mut group, forms)| {
        if let Some(one) = lone(&group) {
            group.lines = diff(one.old.unwrap_or_default(), one.new);
            return group;
        }
        group.alike = forms.len().saturating_sub(SHOWN);
        for (old, new) in forms.into_iter().take(SHOWN) {
            let line = |sign| move |text: &str| DiffLine { sign, text: text.to_owned() };
            group.lines.extend(old.lines().map(line(Sign::Removed)));
            group.lines.extend(new.lines().map(line(Sign::Added)));
        }
        group
    });
    shown.collect()
}

/// What changed on a page, once for each case: what equal changes have in common, the words, and the
/// lines before and after.
fn changes(pair: &Pair<'_>) -> Vec<(String, String, String, String)> {
    let whole = |words: &str| {
        let old = pair.old.unwrap_or_default().to_owned();
        vec![(format!("page {}", pair.page), words.to_owned(), old, pair.new.to_owned())]
    };
    let Ok(now) = page::parse(pair.new) else { return whole("the page is damaged") };
    let Some(old) = pair.old else { return whole("the page is new") };
    let Ok(before) = page::parse(old) else { return whole("the page that is stored cannot be used") };
    let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let each = names.into_iter().flat_map(|name| {
        let (old, new) = (before.get(name).map(String::as_str), now.get(name).map(String::as_str));
        if matches!((old, new), (Some(old), Some(new)) if super::answer::same(old, new)) {
            return Vec::new();
        }
        hunk::hunks(old, new)
    });
    let each: Vec<_> = each.map(|hunk| (hunk.key, hunk.words, hunk.old, hunk.new)).collect();
    if each.is_empty() { whole("only what does not hold still is another") } else { each }
}

impl Answers {
    /// None yet.
    pub fn new(groups: &[Group]) -> Answers {
        Answers { said: vec![None; groups.len()] }
    }

    /// Takes an answer, and gives the pages of which everything is said by then: those that are meant
    /// whole, those that are not at all, and those of which a part is.
    pub fn settle(&mut self, groups: &[Group], index: usize, meant: bool) -> [Vec<usize>; 3] {
        let mut settled = [const { Vec::new() }; 3];
        if let Some(said) = self.said.get_mut(index) {
            *said = Some(meant);
        }
        for page in groups.get(index).map_or(&[][..], |group| &group.pages) {
            let own = groups.iter().zip(&self.said).filter(|(group, _)| group.pages.contains(page));
            let said: Option<Vec<bool>> = own.map(|(_, said)| *said).collect();
            let Some(said) = said else { continue };
            let kind = match (said.iter().all(|meant| *meant), said.contains(&true)) {
                (true, _) => 0,
                (_, false) => 1,
                (false, true) => 2,
            };
            settled[kind].push(*page);
        }
        settled
    }
}

/// What changed between two bodies, with a few lines around it.
pub fn diff(old: &str, new: &str) -> Vec<DiffLine> {
    const AROUND: usize = 4;
    let differ = similar::TextDiff::from_lines(old, new);
    let mut lines = Vec::new();
    for (index, group) in differ.grouped_ops(AROUND).iter().enumerate() {
        if index > 0 {
            lines.push(DiffLine { sign: Sign::Gap, text: "⋯".to_owned() });
        }
        for change in group.iter().flat_map(|operation| differ.iter_changes(operation)) {
            let sign = match change.tag() {
                similar::ChangeTag::Equal => Sign::Same,
                similar::ChangeTag::Insert => Sign::Added,
                similar::ChangeTag::Delete => Sign::Removed,
            };
            let text: &str = change.value();
            lines.push(DiffLine { sign, text: text.trim_end_matches(['\n', '\r']).to_owned() });
        }
    }
    lines
}

/// A difference as text, one line each, with or without colour.
pub fn unified(lines: &[DiffLine], coloured: bool) -> String {
    let mut out = String::new();
    for line in lines {
        let (sign, style) = match line.sign {
            Sign::Same => (" ", Style::new()),
            Sign::Added => ("+", AnsiColor::Green.on_default()),
            Sign::Removed => ("-", AnsiColor::Red.on_default()),
            Sign::Gap => (" ", Style::new().dimmed()),
        };
        let style = if coloured { style } else { Style::new() };
        let _ = writeln!(out, "{style}{sign} {}{style:#}", super::text::plain(&line.text));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair<'p>(page: &'p str, old: Option<&'p str>, new: &'p str) -> Pair<'p> {
        Pair { page, old, new }
    }

    #[test]
    fn a_change_of_many_pages_is_one_and_a_page_is_settled_by_all_of_its_changes() {
        let pages = [
            pair("a", Some("# x\n200\n\n{\"w\":1,\"b\":1}"), "# x\n200\n\n{\"b\":2}"),
            pair("b", Some("# x\n# y\n201\n\n{\"w\":2}"), "# x\n# y\n201\n\n{}"),
            pair("c", None, "# x\n200\n\n{}"),
        ];
        let groups = groups(&pages);
        let told: Vec<_> = groups.iter().map(|one| (one.words.as_str(), one.pages.as_slice())).collect();
        assert_eq!(told, [("`b` changed", &[0][..]), ("`w` is gone", &[0, 1]), ("the page is new", &[2])]);
        assert_eq!(groups[1].cases, 3);
        assert_eq!(unified(&groups[1].lines, false), "- \"w\": 1\n- \"w\": 2\n");
        let mut answers = Answers::new(&groups);
        assert_eq!(answers.settle(&groups, 1, true), [vec![1], vec![], vec![]]);
        assert_eq!(answers.settle(&groups, 0, false), [vec![], vec![], vec![0]]);
        assert_eq!(answers.settle(&groups, 0, true), [vec![0], vec![], vec![]]);
        assert_eq!(answers.settle(&groups, 2, false), [vec![], vec![2], vec![]]);
    }
}
