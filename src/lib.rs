//! Probity holds a deployed HTTP API to its `OpenAPI` contract.
//!
//! ```text
//! source → contract → plan → run → judge → report
//!                              ↘ snapshot ↗
//! host ← contract → docs
//! ```
//!
//! Plain values go from room to room in one direction. All input and output is in [`run`],
//! in [`host`] and at the two ends: [`plan`] never sees the network, [`judge`] never sends,
//! [`report`] never decides. One thing goes back: which bodies the host accepted, from which
//! [`plan`] makes the rest of itself, as a pure function of that.
//!
//! | to know | look into |
//! |---|---|
//! | how a document is read, and where each node stands | [`source`], [`json`] |
//! | what a contract says, and its `x-probity` extension | [`contract`] |
//! | which requests are derived, and what each is worth | [`plan`] |
//! | what is not sent for the harm that it could do | [`plan::guard`] |
//! | which body a host accepts, and what is built on it | `plan::probe`, `plan::rebase` |
//! | which members may name a resource | [`plan::Resources`] |
//! | how they are sent: credentials, pace, time limits | [`run`] |
//! | in which phases and order, and what never runs side by side | `run::runner`, `run::order`, `run::conflict` |
//! | what hangs, what is asked for once more, when a target is lost | `run::watch`, `run::alone` |
//! | credentials that are refused after they were accepted | `run::trust` |
//! | that the path of a target is wrong | `run::base_path` |
//! | what a run did to its target, and where that is written down | `run::effects`, `run::ledger` |
//! | what is wrong with an answer: one file a check | [`judge`], `judge::check` |
//! | what a fact about the host is, and which cases show the same one | `judge::fact`, `judge::finding`, `judge::shape` |
//! | what only the whole run shows: refusals of data, what was not tested, a host that dies | `judge::settle` |
//! | which alternative of `anyOf` or `oneOf` a value means | `contract::branch` |
//! | how behaviour is pinned in insta's format, and what is no behaviour | [`snapshot`], `snapshot::still`, `snapshot::clock` |
//! | what people and machines read; what was not tried; lines and scripts that repeat a case | [`report`], `report::untried`, `report::curl`, `report::script` |
//! | the server that behaves as a contract says, and its faults | [`host`] |
//! | the API reference | [`docs`] |
//! | what a run says of each status, code and rule of it | `docs::marks` |
//! | the guides, whose commands are tested | `README.md`, `docs/`, `tests/integration/readme.rs` |
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
