//! Probity holds a deployed HTTP API to its OpenAPI contract.
//!
//! ```text
//! source → contract → plan → run → judge → report
//!                              ↘ snapshot ↗
//! ```
pub mod config;
pub mod contract;
pub mod host;
pub mod json;
pub mod plan;
pub mod source;
