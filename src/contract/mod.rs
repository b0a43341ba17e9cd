//! The contract: what a document says about an API, and the only door to `openapiv3`
//! (structure) and `jsonschema` (schemas).

pub mod connection;
mod declared;
pub mod expression;
pub mod extension;
pub mod fields;
mod flow;
mod id_form;
pub mod instant;
pub mod link;
mod methods;
pub mod model;
mod read;
pub mod rule;
mod security;
mod servers;
mod strays;
mod unquoted;
mod unread;
mod view;
mod webhook;

pub use connection::{Connection, Connections};
pub use expression::Expression;
pub use extension::{Behaviour, Distinction, Mistake, StatedLogin};
pub(crate) use flow::origin;
pub use flow::{Discoveries, Flow, Flows, Grant, led};
pub use link::Link;
pub(crate) use model::is_form;
pub use model::{Body, Example, MediaType, Operation, ParameterLocation, Response, SecurityScheme};
pub use rule::{Rule, Statement};
pub use servers::{ServerVariable, ServerVariableError};
pub(crate) use unread::placed;
pub use webhook::Webhook;

use crate::json::pointer;
use crate::schema::{Schemas, Side};
use crate::source::{BrokenRef, Document};
use model::SecuritySchemes;
use std::sync::OnceLock;

/// A contract, ready to be planned, judged, served and documented.
pub struct Contract {
    /// The text it was read from.
    pub document: Document,
    /// The name of the API.
    pub title: String,
    /// The version of the API.
    pub version: String,
    /// Where the API is said to live, templates filled with their defaults.
    pub servers: Vec<String>,
    /// What can be tested, in the document's order.
    pub operations: Vec<Operation>,
    /// What cannot be tested, and why.
    pub untestable: Vec<Untestable>,
    /// What it says and is not read.
    pub unread: Vec<Unread>,
    /// The requests that the host sends, which nobody waits for.
    pub webhooks: Vec<Webhook>,
    /// What each path declares, whether it can be tested or not.
    paths: Vec<declared::DeclaredPath>,
    /// How clients show who they are.
    pub schemes: SecuritySchemes,
    /// How a client is given a token, by the scheme that takes it.
    pub flows: Flows,
    /// Where a provider of `OpenID` Connect tells of itself, by the scheme that names it.
    pub discoveries: Discoveries,
    /// Where a host puts the identity of a request.
    pub request_id: Option<Expression>,
    /// How a session begins, where the document says so.
    pub login: Option<StatedLogin>,
    /// Every schema that the operations use.
    pub schemas: Schemas,
    /// Who gives what an operation takes, once somebody asked.
    connections: OnceLock<Connections>,
}

/// An operation that a broken part of the contract keeps from being tested.
#[derive(Clone, Debug)]
pub struct Untestable {
    /// Method and path.
    pub operation: String,
    /// JSON Pointer to the broken part.
    pub at: String,
    /// What is wrong with it.
    pub why: String,
}

/// A part of the contract that is not read.
#[derive(Clone, Debug)]
pub struct Unread {
    /// The operation that it belongs to, by its identity; none if to the document.
    pub operation: Option<String>,
    /// JSON Pointer to it.
    pub at: String,
    /// Why, in words.
    pub why: String,
}

/// Why a document cannot serve as a contract.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// The document is Swagger 2.
    #[error("this is a Swagger {0} document, not OpenAPI 3")]
    Swagger(String),
    /// The document is not `OpenAPI`.
    #[error("this is not an OpenAPI document: it has no `openapi` version")]
    NotOpenApi,
    /// The version is none that Probity knows.
    #[error("OpenAPI {0} is not known here")]
    UnknownVersion(String),
    /// There is nothing to test in the document.
    #[error("the document describes no operation")]
    NoOperations,
    /// `x-probity` is wrong.
    #[error("{}", .0.first().map_or("x-probity is wrong", |mistake| mistake.message.as_str()))]
    Extension(Vec<Mistake>),
}

impl ContractError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            ContractError::Swagger(_) => {
                Some("convert it to OpenAPI 3 first, for example with swagger2openapi".into())
            }
            ContractError::NotOpenApi => {
                Some("a contract starts with `openapi: 3.0.3` (or 3.1, 3.2) at its top level".into())
            }
            ContractError::UnknownVersion(_) => Some("Probity reads 3.0, 3.1 and 3.2".into()),
            ContractError::NoOperations => Some("describe at least one under `paths`".into()),
            ContractError::Extension(mistakes) => mistakes.first().and_then(|one| one.hint.clone()),
        }
    }

    /// JSON Pointer to where the document is wrong.
    pub fn at(&self) -> &str {
        match self {
            ContractError::Swagger(_) => "/swagger",
            ContractError::UnknownVersion(_) => "/openapi",
            ContractError::NoOperations => "/paths",
            ContractError::NotOpenApi => "",
            ContractError::Extension(mistakes) => mistakes.first().map_or("", |one| &one.at),
        }
    }
}

impl Contract {
    /// Reads a document as a contract. A failure gives the document back, so that its
    /// places can be shown.
    pub fn read(document: Document) -> Result<Contract, Box<(Document, ContractError)>> {
        read::read(document)
    }

    /// The first documented value of a parameter that its schema allows.
    pub fn known_value<'p>(&self, parameter: &'p model::Parameter) -> Option<&'p serde_json::Value> {
        let sound = |value: &&serde_json::Value| {
            let schema = parameter.schema.as_ref();
            schema.is_none_or(|schema| self.schemas.accepts(schema, Side::Request, value))
        };
        parameter.examples.iter().map(|example| &example.value).find(sound)
    }

    /// What the schema of a parameter says that it is where it is left out.
    pub fn default_of(&self, parameter: &model::Parameter) -> Option<&serde_json::Value> {
        let root = self.schemas.raw(Side::Request);
        let mut schema = root.pointer(&parameter.schema.as_ref()?.0)?;
        for _ in 0..8 {
            if let Some(default) = schema.get("default") {
                return Some(default);
            }
            schema = root.pointer(&pointer::from_fragment(schema.get("$ref")?.as_str()?)?)?;
        }
        None
    }

    /// Whether a parameter may have a value, be it as another type: all of them are written as text.
    pub fn allows(&self, parameter: &model::Parameter, value: &serde_json::Value) -> bool {
        let Some(schema) = &parameter.schema else { return true };
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let number = serde_json::from_str(&text).ok().filter(serde_json::Value::is_number);
        let readings = [Some(value.clone()), number, Some(text.into())];
        readings.iter().flatten().any(|value| self.schemas.accepts(schema, Side::Request, value))
    }

    /// Whether a path, or another template that may stand for the same, declares a method: what
    /// cannot be read is declared all the same, and HEAD goes with GET.
    pub fn declares(&self, path: &str, method: &str) -> bool {
        declared::declares(&self.paths, path, method)
    }

    /// The references to parts of the contract that are not there or cannot be read.
    pub fn slips(&self) -> impl Iterator<Item = &BrokenRef> {
        unread::slips(&self.document)
    }

    /// Who gives what an operation takes.
    pub fn connections(&self) -> &Connections {
        self.connections.get_or_init(|| Connections::of(self))
    }

    /// The operation with an identity.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }
}
