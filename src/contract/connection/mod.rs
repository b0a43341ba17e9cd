//! Who gives and who takes: where the values that an operation needs can come from, told from the
//! document alone.

mod atlas;
mod choose;
mod found;
mod item;
mod login;
mod member;
mod name;
mod site;
mod stated;
mod told;

pub use item::Item;
pub(super) use login::check as check_login;
pub use login::{Gives, Login};
pub(super) use stated::check;
pub use stated::{Needs, Provides};

pub(crate) use choose::levels;
pub(crate) use name::{stem, words};

use super::Contract;
use super::expression::Expression;
use super::model::{Operation, ParameterLocation};
use choose::Wants;
use found::Finder;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::fmt;

/// Values that an exchange of one operation gives to requests of another.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    /// Index of the operation that gives.
    pub giver: usize,
    /// Index of the operation that takes.
    pub taker: usize,
    /// What it gives; with the value that the connection is about, those around it, such as the
    /// parent of a child.
    pub gives: Vec<Given>,
    /// Whether the giver makes what it gives, or shows what is there.
    pub kind: Kind,
    /// What tells so.
    pub reason: Reason,
    /// JSON Pointer to what tells so.
    pub at: String,
}

/// A value that is given, and to where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Given {
    /// The place in a request that takes it.
    pub into: Taking,
    /// Where it stands in the exchange of the giver.
    pub from: Source,
}

/// A place in a request that takes a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Taking {
    /// A parameter.
    Parameter(ParameterLocation, String),
    /// A member of the body, by JSON Pointer.
    Body(String),
}

/// Where a value stands in an exchange.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Where an expression says.
    Exchange(Expression),
    /// In the `Location` of the answer, where a path template has a parameter.
    Location {
        /// The template of the path that `Location` leads to.
        template: String,
        /// The name of the parameter in it.
        parameter: String,
    },
    /// In the first item of what the answer lists.
    Item(Item),
    /// In the item of a list that shows a text which only the request brought: the answer to it does not
    /// tell what was made.
    Listed {
        /// Index of the operation that lists.
        list: usize,
        /// What of the item it is.
        item: Item,
    },
    /// In the contract or with the user: it is the same in every exchange.
    Literal(Value),
}

/// Whose what is given is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The giver makes it: it is the run's own, and may be changed and deleted.
    Made,
    /// The giver shows what may be anybody's.
    Shown,
}

/// What tells of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `x-probity` says so.
    Stated,
    /// A link, by its name.
    Link(String),
    /// What is created in a collection stands below it.
    Below,
    /// `Location` leads there.
    Location,
    /// Whoever puts it there chooses the id.
    Put,
    /// Names and schemas agree.
    Named,
    /// The list above shows it.
    Listed,
    /// The list of what is created in a collection shows it, and no answer does.
    Found,
}

/// Every connection of a contract.
#[derive(Clone, Debug, Default)]
pub struct Connections {
    /// By the operation that takes; the best first.
    all: Vec<Vec<Connection>>,
    /// By the operation that takes: those that together give as much as can be given, none of it
    /// twice, and none that leads in a circle.
    chosen: Vec<Vec<Connection>>,
    /// By operation: what its caller chooses so that something new is made.
    fresh: Vec<Vec<Taking>>,
    /// By operation: what it needs and nothing gives.
    lacking: Vec<Vec<Taking>>,
    /// By operation: how many others come before it.
    levels: Vec<usize>,
    /// The operations that give a token.
    logins: Vec<Login>,
    /// By the operation that makes something, where it is deleted.
    undoes: HashMap<usize, (usize, usize)>,
}

impl Connections {
    /// Those of a contract.
    pub(super) fn of(contract: &Contract) -> Connections {
        let finder = Finder::of(contract);
        let links = told::links(contract, &finder.atlas);
        let providers = stated::providers(&contract.operations);
        let mut all = Vec::new();
        let mut wants = Vec::new();
        let mut fresh = Vec::new();
        for (taker, links) in links.into_iter().enumerate() {
            let settled = &contract.operations[taker].behaviour.needs;
            let needs = finder.needs(taker).into_iter().filter(|need| !settled.settle(&need.into));
            let (own, needs): (Vec<_>, Vec<_>) = needs.partition(|need| finder.chooses(taker, need));
            let guessed = needs.iter().flat_map(|need| finder.ways(taker, need));
            let guessed = links.into_iter().chain(guessed);
            let guessed = guessed.filter_map(|guess| stated::corrected(settled, guess));
            let stated = stated::connections(&finder, &providers, taker).into_iter();
            let ways = told::without_repeats(stated.chain(guessed));
            wants.push(Wants::of(&contract.operations[taker], &needs, &ways));
            all.push(ways);
            fresh.push(own.into_iter().map(|need| need.into).collect());
        }
        let undoes = undoes(&contract.operations, &all);
        Connections { fresh, logins: login::logins(contract), undoes, ..choose::choose(all, &wants) }
    }

    /// Every way in which an operation can be given something, the best first.
    pub fn to(&self, taker: usize) -> &[Connection] {
        self.all.get(taker).map_or(&[], Vec::as_slice)
    }

    /// Those that its requests are made with.
    pub fn chosen(&self, taker: usize) -> &[Connection] {
        self.chosen.get(taker).map_or(&[], Vec::as_slice)
    }

    /// What an operation needs, as far as can be told, and nothing gives.
    pub fn lacking(&self, taker: usize) -> &[Taking] {
        self.lacking.get(taker).map_or(&[], Vec::as_slice)
    }

    /// What the caller of an operation chooses so that it makes something new: the id in the path of
    /// a PUT that creates.
    pub fn fresh(&self, taker: usize) -> &[Taking] {
        self.fresh.get(taker).map_or(&[], Vec::as_slice)
    }

    /// The operations that give a token to whoever shows a secret.
    pub fn logins(&self) -> &[Login] {
        &self.logins
    }

    /// How many operations have to come one after the other before one can be given all that it
    /// takes.
    pub fn level(&self, operation: usize) -> usize {
        self.levels.get(operation).copied().unwrap_or_default()
    }

    /// How what an operation makes is deleted: by which operation, and with what of the exchange
    /// that made it.
    pub fn undo(&self, giver: usize) -> Option<&Connection> {
        let (taker, index) = self.undoes.get(&giver)?;
        self.to(*taker).get(*index)
    }
}

/// By the operation that makes something, the shortest way to delete it: the operation that takes, and
/// which of its connections.
fn undoes(operations: &[Operation], all: &[Vec<Connection>]) -> HashMap<usize, (usize, usize)> {
    let mut found: HashMap<usize, (usize, usize)> = HashMap::new();
    let deletes = operations.iter().enumerate().filter(|(_, operation)| operation.method == "DELETE");
    for (taker, operation) in deletes {
        let undoes =
            |connection: &Connection| connection.kind == Kind::Made && connection.gives_all_of(operation);
        let ways = all[taker].iter().enumerate().filter(|(_, connection)| undoes(connection));
        for (index, connection) in ways {
            let known = found.entry(connection.giver).or_insert((taker, index));
            if operation.path.len() < operations[known.0].path.len() {
                *known = (taker, index);
            }
        }
    }
    found
}

impl Connection {
    /// The list in which what is made is looked for, where no answer tells of it.
    pub fn list(&self) -> Option<usize> {
        self.gives.iter().find_map(|given| match &given.from {
            Source::Listed { list, .. } => Some(*list),
            _ => None,
        })
    }

    /// Whether it gives something to a place.
    pub fn gives_to(&self, place: &Taking) -> bool {
        self.gives.iter().any(|given| given.into == *place)
    }

    /// Where what it gives to a place comes from.
    pub fn source_of(&self, place: &Taking) -> Option<&Source> {
        self.gives.iter().find(|given| given.into == *place).map(|given| &given.from)
    }

    /// Whether it gives every parameter that stands in the path of its taker.
    pub fn gives_all_of(&self, taker: &Operation) -> bool {
        let inside = taker.parameters.iter().filter(|one| one.location == ParameterLocation::Path);
        inside.into_iter().all(|one| self.gives.iter().any(|given| given.into.is(one.location, &one.name)))
    }
}

impl Taking {
    /// Whether it is this parameter.
    pub fn is(&self, location: ParameterLocation, name: &str) -> bool {
        matches!(self, Taking::Parameter(own, known) if *own == location && known == name)
    }

    /// What it is called: a parameter by its name, a member of the body by the last part of its
    /// place.
    pub fn name(&self) -> &str {
        match self {
            Taking::Parameter(_, name) => name,
            Taking::Body(at) => at.rsplit('/').next().unwrap_or_default(),
        }
    }
}

impl Reason {
    /// Whether somebody said so, who knows; everything else is a guess.
    pub fn is_stated(&self) -> bool {
        matches!(self, Reason::Stated | Reason::Link(_))
    }
}

impl fmt::Display for Taking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Taking::Parameter(location, name) => write!(f, "{}.{name}", location.name()),
            Taking::Body(at) => write!(f, "body#{at}"),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Exchange(expression) => expression.fmt(f),
            Source::Location { parameter, .. } => write!(f, "{{{parameter}}} of $response.header.location"),
            Source::Item(item) => item.fmt(f),
            Source::Listed { item, .. } => write!(f, "{item}, in the list"),
            Source::Literal(Value::String(text)) => f.write_str(text),
            Source::Literal(value) => value.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests;
