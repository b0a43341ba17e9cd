//! Values for requests: valid ones, the texts and numbers that break careless servers, and
//! mutations that break one keyword at a time.

pub mod flat;
pub mod mutate;
pub mod odd;
pub mod pattern;
pub mod random;
pub(super) mod shaped;
pub mod value;
pub mod wire;
