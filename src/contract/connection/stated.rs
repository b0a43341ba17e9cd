//! What `x-probity` says of who gives what: `provides` and `needs`.

use super::found::Finder;
use super::{Connection, Given, Kind, Reason, Source, Taking};
use crate::contract::expression::Expression;
use crate::contract::extension::Mistake;
use crate::contract::model::{Operation, ParameterLocation};
use crate::json::pointer;
use crate::text::suggestion;
use indexmap::IndexMap;
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap};

/// What an operation makes or shows, by the names that others ask for it by.
pub type Provides = IndexMap<String, Expression>;

/// What an operation takes of others, and where.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(try_from = "IndexMap<String, Asked>")]
pub struct Needs(Vec<Stated>);

/// What is said of one place in a request.
#[derive(Clone, Debug, PartialEq)]
struct Stated {
    /// The place, as it is written.
    key: String,
    into: Taking,
    /// What it is called that is taken there; none where nothing is.
    name: Option<String>,
}

/// A name, or that there is none: `false` or null.
#[derive(Deserialize)]
#[serde(untagged)]
enum Asked {
    Name(String),
    Never(Option<bool>),
}

impl TryFrom<IndexMap<String, Asked>> for Needs {
    type Error = String;

    fn try_from(places: IndexMap<String, Asked>) -> Result<Needs, String> {
        let stated = places.into_iter().map(|(key, asked)| {
            let into = Taking::parse(&key).ok_or_else(|| format!("`{key}` is no place in a request"))?;
            match asked {
                Asked::Name(name) => Ok(Stated { key, into, name: Some(name) }),
                Asked::Never(Some(true)) => Err(format!("`{key}` needs a name")),
                Asked::Never(_) => Ok(Stated { key, into, name: None }),
            }
        });
        stated.collect::<Result<_, _>>().map(Needs)
    }
}

impl Taking {
    /// Reads a place as it is shown: `path.id`, `body#/customerId`.
    fn parse(text: &str) -> Option<Taking> {
        if let Some(at) = text.strip_prefix("body#") {
            return (at.is_empty() || at.starts_with('/')).then(|| Taking::Body(at.to_owned()));
        }
        let (location, name) = text.split_once('.')?;
        let locations = [
            ParameterLocation::Path,
            ParameterLocation::Query,
            ParameterLocation::Header,
            ParameterLocation::Cookie,
        ];
        let location = locations.into_iter().find(|known| known.name() == location)?;
        (!name.is_empty()).then(|| Taking::Parameter(location, name.to_owned()))
    }
}

impl Needs {
    /// Whether nothing is said.
    pub(in crate::contract) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it says what a place takes, or that it takes nothing.
    pub(super) fn settle(&self, place: &Taking) -> bool {
        self.0.iter().any(|stated| stated.into == *place)
    }
}

/// So many operations that provide one thing are kept.
const PROVIDERS: usize = 32;

/// The operations that provide something, by its name.
pub(super) fn providers(operations: &[Operation]) -> HashMap<&str, Vec<usize>> {
    let mut providers: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, operation) in operations.iter().enumerate() {
        for name in operation.behaviour.provides.keys() {
            let known = providers.entry(name).or_default();
            if known.len() < PROVIDERS {
                known.push(index);
            }
        }
    }
    providers
}

/// The connections to an operation that `x-probity` states.
pub(super) fn connections(
    finder: &Finder<'_>,
    providers: &HashMap<&str, Vec<usize>>,
    taker: usize,
) -> Vec<Connection> {
    let needs = &finder.atlas.operations[taker].behaviour.needs;
    let names = needs.0.iter().filter_map(|stated| stated.name.as_deref());
    let givers: BTreeSet<usize> = names.filter_map(|name| providers.get(name)).flatten().copied().collect();
    let givers = givers.into_iter().filter(|giver| *giver != taker);
    let mut found: Vec<Connection> =
        givers.filter_map(|giver| connection(finder, needs, giver, taker)).collect();
    found.sort_by_key(|one| one.kind == Kind::Shown);
    found
}

fn connection(finder: &Finder<'_>, needs: &Needs, giver: usize, taker: usize) -> Option<Connection> {
    let [gives, takes] = [giver, taker].map(|index| &finder.atlas.operations[index].behaviour);
    let given = |stated: &Stated| {
        let from = Source::Exchange(gives.provides.get(stated.name.as_ref()?)?.clone());
        Some(Given { into: stated.into.clone(), from })
    };
    let first = needs.0.iter().find(|stated| given(stated).is_some())?;
    let around = finder.around(taker, giver, usize::MAX).into_iter();
    let around = around.filter(|one| !needs.settle(&one.into));
    let all = around.chain(needs.0.iter().filter_map(given)).collect();
    let kind = if finder.atlas.makes(giver) { Kind::Made } else { Kind::Shown };
    let at = pointer::child(&takes.at.needs, &first.key);
    Some(Connection { giver, taker, gives: all, kind, reason: Reason::Stated, at })
}

/// Takes out of a guess what `x-probity` settles; none is left of it where that is what it is about.
pub(super) fn corrected(needs: &Needs, mut guess: Connection) -> Option<Connection> {
    let about = guess.gives.last().map(|given| given.into.clone())?;
    let is_guess = !guess.reason.is_stated();
    guess.gives.retain(|given| !needs.settle(&given.into));
    let is_settled = is_guess && needs.settle(&about);
    (!is_settled && !guess.gives.is_empty()).then_some(guess)
}

/// Finds names that nobody provides, and parameters that are not there.
pub(in crate::contract) fn check(operations: &[Operation], own: &[bool], mistakes: &mut Vec<Mistake>) {
    let known: BTreeSet<&String> =
        operations.iter().flat_map(|operation| operation.behaviour.provides.keys()).collect();
    let known: Vec<String> = known.into_iter().cloned().collect();
    for (operation, own) in operations.iter().zip(own) {
        for Stated { key, into, name } in &operation.behaviour.needs.0 {
            let at = pointer::child(&operation.behaviour.at.needs, key);
            let mut tell = |message: String, hint: String| {
                if !mistakes.iter().any(|other| other.at == at && other.message == message) {
                    mistakes.push(Mistake { at: at.clone(), message, hint: Some(hint) });
                }
            };
            if let Some(name) = name.as_ref().filter(|name| !known.contains(name)) {
                let none = "say on an operation what it makes: `provides: {name: $response.body#/id}`";
                let hint = if known.is_empty() { none.to_owned() } else { suggestion(name, &known) };
                tell(format!("no operation provides `{name}`"), hint);
            }
            if let Taking::Parameter(location, name) = into
                && *own
                && !operation.parameters.iter().any(|one| one.location == *location && one.name == *name)
            {
                let same = operation.parameters.iter();
                let places: Vec<String> =
                    same.map(|one| format!("{}.{}", one.location.name(), one.name)).collect();
                let none = "the operation has no parameters";
                let hint = if places.is_empty() { none.to_owned() } else { suggestion(key, &places) };
                tell(format!("the operation has no parameter `{key}`"), hint);
            }
        }
    }
}
