//! Pages: the cases of one operation, place and cause, as text and back.

use super::answer::{Form, Shown};
use super::unstable::Unstable;
use crate::plan::Position;
use std::collections::BTreeMap;

/// The cases of one operation, place and cause, with what came of them.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The operation's identity.
    pub operation: String,
    /// The place that the cases vary.
    pub place: String,
    /// Why the cases must be refused, or the kind of value they carry.
    pub cause: String,
    /// Folder and file without extension, relative to the profile's folder.
    pub name: String,
    /// The same where a name differs from another only in case.
    pub(super) spare: String,
    /// The contract's file.
    pub source: String,
    /// JSON Pointer to what the cases are derived from.
    pub at: String,
    /// The line of it in the contract's file; 0 if it stands in another file.
    pub line: usize,
    /// The seed of the plan: another one gives other cases under the same names.
    pub seed: u64,
    /// The cases that were sent, in the order of their identities.
    pub entries: Vec<Entry>,
    /// The names of planned cases of which nothing is known.
    pub skipped: Vec<String>,
    /// What did not hold still, if it was looked for.
    pub unstable: Option<Unstable>,
    /// Whether its answers list what anybody may create.
    pub(super) lists: bool,
}

/// A case on a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What is left of the identity without operation, place and cause.
    pub name: String,
    /// The case's identity.
    pub id: String,
    /// Where it stands in the plan.
    pub position: Position,
    /// What came of it.
    pub shown: Shown,
    /// When the answer was made, as far as anybody says.
    pub(super) made: jiff::Timestamp,
}

impl Snapshot {
    /// The body of the page.
    pub fn text(&self) -> String {
        let nothing = Unstable::default();
        write(&self.answers(self.unstable.as_ref().unwrap_or(&nothing), Form::NOW))
    }

    /// What is shown of each case, by name.
    pub(super) fn answers(&self, unstable: &Unstable, form: Form) -> BTreeMap<String, String> {
        let answer = |entry: &Entry| {
            if unstable.is_empty() {
                entry.shown.text(form)
            } else {
                unstable.hide(&entry.name, entry.shown.clone()).text(form)
            }
        };
        self.entries.iter().map(|entry| (entry.name.clone(), answer(entry))).collect()
    }
}

const HEADING: &str = "# ";

/// The text of a page: cases with the same answer stand together above it.
pub(super) fn write(answers: &BTreeMap<String, String>) -> String {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, answer) in answers {
        let index = *known.entry(answer).or_insert_with(|| {
            groups.push((answer, Vec::new()));
            groups.len() - 1
        });
        groups[index].1.push(name);
    }
    let mut out = String::new();
    for (answer, names) in groups {
        if !out.is_empty() {
            out.push_str("\n\n");
        }
        for name in names {
            out.push_str(HEADING);
            out.push_str(name);
            out.push('\n');
        }
        out.push_str(answer);
    }
    out
}

/// What a page says of each case.
pub(super) fn parse(text: &str) -> Result<BTreeMap<String, String>, String> {
    let mut answers = BTreeMap::new();
    let mut names: Vec<&str> = Vec::new();
    let mut answer: Vec<&str> = Vec::new();
    for (index, line) in text.lines().chain([HEADING]).enumerate() {
        let Some(name) = line.strip_prefix(HEADING) else {
            if names.is_empty() && !line.trim().is_empty() {
                return Err(format!("line {} of the page stands under no case", index + 1));
            }
            answer.push(line);
            continue;
        };
        if !answer.is_empty() || line == HEADING {
            let said = answer.join("\n");
            for name in names.drain(..) {
                if said.trim().is_empty() {
                    return Err(format!("nothing is said about the case `{name}`"));
                }
                if answers.insert(name.to_owned(), said.trim_end().to_owned()).is_some() {
                    return Err(format!("the case `{name}` stands twice"));
                }
            }
            answer.clear();
        }
        names.push(name.trim_end());
    }
    if answers.is_empty() { Err("there is no case on the page".to_owned()) } else { Ok(answers) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::answer::{Body, Reply};
    use proptest::prelude::*;

    fn shown() -> impl Strategy<Value = Shown> {
        let json = prop_oneof!["[0-9]{1,3}", "\"[ -~é\u{202e}#\n]{0,9}\"", Just("null".to_owned())]
            .prop_recursive(3, 12, 4, |inner| {
                prop_oneof![
                    prop::collection::vec(inner.clone(), 0..4)
                        .prop_map(|items| format!("[{}]", items.join(","))),
                    prop::collection::vec(inner, 0..4).prop_map(|items| {
                        let members = items.iter().enumerate().map(|(i, item)| format!("\"# {i}\":{item}"));
                        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
                    }),
                ]
            })
            .prop_filter_map("not JSON", |json| {
                Some(Body::Json(crate::json::read(json.as_bytes()).ok()?.root))
            });
        let text = ".{0,40}(\n.{0,20}){0,3}".prop_map(Body::Text);
        let body = prop_oneof![Just(Body::Empty), json, text];
        let reply = (100u16..600, proptest::option::of("[a-z]+/[a-z]+"), ".{0,12}", body).prop_map(
            |(status, media, value, body)| {
                let headers = [("x-a", value)].into();
                Shown::Answered(Reply { status, media, headers, declared: vec!["x-a".into()], body })
            },
        );
        prop_oneof![Just(Shown::Unstable), Just(Shown::Failed("timed-out".into())), reply]
    }

    proptest! {
        #[test]
        fn a_page_is_read_as_it_was_written(cases in prop::collection::btree_map("(accept|reject)(/[a-z0-9.-]{1,6}){0,2}", shown(), 1..6)) {
            let answers: BTreeMap<String, String> = cases.into_iter().map(|(name, shown)| (name, shown.text(Form::NOW))).collect();
            let text = write(&answers);
            prop_assert_eq!(parse(&text).unwrap(), answers.clone());
            prop_assert_eq!(parse(&format!("{}\r\n\r\n", text.replace('\n', "\r\n"))).unwrap(), answers);
        }
    }

    #[test]
    fn cases_with_the_same_answer_stand_together() {
        let answers = [("accept/a", "200\n\n{}"), ("accept/b", "201\n\n{}"), ("accept/c", "200\n\n{}")];
        let answers = answers.map(|(name, answer)| (name.to_owned(), answer.to_owned())).into();
        assert_eq!(write(&answers), "# accept/a\n# accept/c\n200\n\n{}\n\n# accept/b\n201\n\n{}");
    }

    #[test]
    fn text_that_is_no_page_is_refused() {
        for text in ["", "hello", "# a", "# a\n200\n\n# a\n201", "x\n# a\n200", "# a\n\n# b\n200"] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }
}
