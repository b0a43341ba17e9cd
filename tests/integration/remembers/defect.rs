//! What can be wrong with the server.

use super::shape::Body;
use serde_json::{Value, json};

/// One thing that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    Nothing,
    /// What is stored of what was sent, where the answer tells it as it was sent.
    Stores(Deed, Damage),
    /// It is answered and nothing is stored.
    StoresNothing(Deed),
    /// What is refused for its body is carried out as far as it can be.
    DoesWhatItRefuses(Deed),
    /// It is done before it is asked who wants it.
    AsksTooLate(Deed),
    /// It is done to others as well.
    Hits(Deed, Whom),
    /// What a client may leave out of a PUT stays.
    Merges(Deed),
    /// A create takes the id of one that has the same budget, and its place.
    GivesIdTwice,
    /// `Location` leads nowhere.
    LeadsAstray,
    /// A task is made below the newest other project.
    MakesElsewhere,
    /// A list shows nothing.
    ListsNothing(Kind),
    /// It shows only the first three that were made.
    ListsTheFirst,
    /// It shows each with another budget than it has.
    ListsOtherwise,
    /// It shows what was deleted.
    ListsWhatIsGone(Kind),
    /// Tasks of other projects are in it.
    ListsOfOthers,
    /// To read counts in a member.
    ReadCounts,
    /// To read cuts a member.
    ReadCuts,
    /// To read makes another version.
    ReadMovesOn,
    /// A PUT stores the new one and answers the old one.
    AnswersTheOld,
    /// The same PUT again adds one.
    Grows,
    /// A PUT adds the labels to those that there are.
    Appends,
    /// A PUT gives another id.
    GivesAnotherId,
    /// A PUT loses what it is about.
    Loses,
    /// A change makes no other version, and no other time.
    StaysInTime,
    /// A change replaces the whole.
    Replaces,
    /// It does not take away what is null.
    IgnoresNull,
    /// A deletion takes it out of the list only.
    HidesOnly,
    /// Tasks of what is deleted can be read.
    LeavesTasks,
    /// What was archived is archived again.
    ArchivesTwice,
    /// To archive takes a member away.
    ArchiveLoses(&'static str),
    /// To archive is told and not done.
    ArchivesNothing,
    /// A task is shown below any project.
    AnyParent,
    /// It is changed below any project.
    ChangesBelowAny,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Add,
    Put,
    Patch,
    Delete,
    AddTask,
    PutTask,
    DeleteTask,
}

/// What there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Projects,
    Tasks,
}

/// Which others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whom {
    All,
    /// Those that have the same budget, or stand below the same project.
    Alike,
}

/// What becomes of a member on its way to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    Loses(&'static str),
    /// It is what it was before.
    Keeps(&'static str),
    /// It is what this value says.
    Sets(&'static str, &'static str),
    /// It has ten characters at most.
    Cuts(&'static str),
    AddsOne(&'static str),
    /// It is a whole number.
    Floors(&'static str),
    Flips(&'static str),
    /// Its signs are written as HTML has them.
    Escapes(&'static str),
    /// What is not ASCII is a question mark.
    Ascii(&'static str),
    Capitals(&'static str),
    /// An hour later.
    Shifts(&'static str),
    /// Only the first item is kept.
    First(&'static str),
    /// An object in it loses a member.
    LosesInner(&'static str, &'static str),
}

impl Damage {
    /// What is stored in place of a body, where something was before.
    pub(super) fn done(self, mut body: Body, before: Option<&Body>) -> Body {
        let mut text = |name: &str, change: &dyn Fn(&str) -> String| {
            if let Some(Value::String(text)) = body.get_mut(name) {
                *text = change(text);
            }
        };
        match self {
            Damage::Cuts(name) => text(name, &|text| text.chars().take(10).collect()),
            Damage::Escapes(name) => text(name, &|text| {
                let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                text.replace('"', "&quot;").replace('\'', "&#39;")
            }),
            Damage::Ascii(name) => text(name, &|text| text.replace(|one: char| !one.is_ascii(), "?")),
            Damage::Capitals(name) => text(name, &str::to_uppercase),
            Damage::Shifts(name) => text(name, &|text| {
                let hour: u32 = text[11..13].parse().expect("an hour");
                format!("{}{:02}{}", &text[..11], (hour + 1) % 24, &text[13..])
            }),
            Damage::Loses(name) => {
                body.shift_remove(name);
            }
            Damage::Keeps(name) => match before.and_then(|before| before.get(name)) {
                Some(kept) => {
                    body.insert(name.to_owned(), kept.clone());
                }
                None => {
                    body.shift_remove(name);
                }
            },
            Damage::Sets(name, value) => {
                let value = serde_json::from_str(value).expect("a value");
                body.insert(name.to_owned(), value);
            }
            Damage::AddsOne(name) => {
                if let Some(number) = body.get(name).and_then(Value::as_i64) {
                    body.insert(name.to_owned(), json!(number + 1));
                }
            }
            Damage::Floors(name) => {
                if let Some(number) = body.get(name).and_then(Value::as_f64) {
                    body.insert(name.to_owned(), json!(number.floor()));
                }
            }
            Damage::Flips(name) => {
                if let Some(Value::Bool(truth)) = body.get_mut(name) {
                    *truth = !*truth;
                }
            }
            Damage::First(name) => {
                if let Some(Value::Array(items)) = body.get_mut(name) {
                    items.truncate(1);
                }
            }
            Damage::LosesInner(name, inner) => {
                if let Some(Value::Object(members)) = body.get_mut(name) {
                    members.shift_remove(inner);
                }
            }
        }
        body
    }
}
