//! Probity holds a deployed HTTP API to its `OpenAPI` contract.
//!
//! ```text
//! source → schema → contract → plan → run ┐
//!                      │        └── judge ┴→ record → snapshot → session → report → cli
//!                      └→ host
//! ```
//!
//! Each room uses those below it and no other; `ARCHITECTURE.md` has the table, which a test holds, the way
//! of one case through the rooms, and the words. [`plan`] never sees the network, [`judge`] never sends,
//! [`run`] never judges: it hands what it hears to a sink. [`report`] decides nothing, and [`cli`] parses
//! and prints.
//!
//! | to know | look into |
//! |---|---|
//! | how a document is read, and where each node stands | [`source`], [`json`] |
//! | what a contract says, and its `x-probity` extension | [`contract`] |
//! | which fields of a document are read, and which are told as gaps | `contract::fields` |
//! | what a schema allows, folded, and what breaks it | [`schema`] |
//! | how a regular expression is read and matched | [`pattern`] |
//! | how a value is written in a URL, a header, a cookie, and read again | [`wire`] |
//! | which values are made, and what carries the identity of a run | [`generate`] |
//! | what a request and an answer are | [`exchange`] |
//! | which requests are derived, and what each is worth | [`plan`] |
//! | what is not sent for the harm that it could do | [`plan::guard`] |
//! | which body a host accepts, and what is built on it | `plan::probe`, `plan::rebase` |
//! | which members may name a resource | [`plan::ResourceNames`] |
//! | how they are sent: credentials, pace, time limits | [`run`] |
//! | who hears what came back | `run::sink`, `session::judging` |
//! | one target held to one contract, from the plan to the snapshots | [`session`] |
//! | what a run leaves, and the verdict on it | [`record`] |
//! | in which phases and order, and what never runs side by side | `run::runner`, `run::order`, `run::conflict` |
//! | what hangs, what is asked for once more, when a target is lost | `run::watch`, `run::alone` |
//! | credentials that are refused after they were accepted | `run::trust` |
//! | that the path of a target is wrong | `run::base_path` |
//! | what a run did to its target, where that is written down, and how it is undone | `run::effects`, `run::ledger`, `run::undo` |
//! | what is wrong with an answer: one file a check | [`judge`], `judge::check` |
//! | what a fact about the host is, and which cases show the same one | `judge::fact`, `judge::finding`, `exchange::shape` |
//! | what only the whole run shows: refusals of data, what was not tested, a host that dies | `judge::settle` |
//! | which alternative of `anyOf` or `oneOf` a value means | `schema::branch` |
//! | how behaviour is pinned in insta's format, and what is no behaviour | [`snapshot`], `snapshot::still`, `snapshot::clock` |
//! | what people and machines read; what was not tried; lines and scripts that repeat a case | [`report`], `report::untried`, `report::curl`, `report::script` |
//! | the server that behaves as a contract says, and its faults | [`host`] |
//! | the API reference | [`docs`] |
//! | what a run says of each status, code and rule of it | `docs::marks` |
//! | the guides, whose commands are tested | `README.md`, `docs/`, `tests/integration/readme/` |
//! | what the pages share that a browser shows: [`docs`], and [`report`] as HTML | `page` |
//! | what share of the faults the checks catch | [`audit`] |
//! | commands, flags and exit codes | [`cli`], [`config`] |

pub mod audit;
pub mod cause;
pub mod cli;
pub mod config;
pub mod contract;
pub mod docs;
pub mod exchange;
pub mod generate;
pub mod host;
pub mod json;
pub mod judge;
mod page;
pub mod pattern;
pub mod plan;
pub mod record;
pub mod report;
pub mod run;
pub mod schema;
pub mod session;
pub mod snapshot;
pub mod source;
pub mod text;
pub mod wire;
