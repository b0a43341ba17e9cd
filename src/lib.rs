//! Probity holds a deployed HTTP API to its OpenAPI contract.
//!
//! ```text
//! source → contract → plan → run → judge → report
//!                              ↘ snapshot ↗
//! ```
pub mod config;
pub mod contract;
pub mod json;
pub mod judge;
pub mod plan;
pub mod run;
pub mod snapshot;
pub mod source;
