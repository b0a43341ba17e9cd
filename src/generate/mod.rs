//! Values for requests: valid ones, the texts and numbers that break careless servers,
//! mutations that break one keyword at a time, and values that carry the identity of the run.

pub mod mutate;
pub mod odd;
pub mod pattern;
pub mod random;
pub(crate) mod shaped;
pub mod sheet;
pub mod unique;
pub mod value;

/// Stands in requests for the identity of a run, which is as long and as numeric.
/// A run puts its own in its place, so that no run collides with another.
pub const RUN: &str = "7071727374";
