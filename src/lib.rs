//! Probity holds a deployed HTTP API to its `OpenAPI` contract.

pub mod json;
pub mod source;
