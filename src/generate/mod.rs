//! Values for requests: valid ones, the texts and numbers that break careless servers,
//! mutations that break one keyword at a time, and values that carry the identity of the run.

mod grid;
mod members;
pub mod mutate;
pub mod odd;
pub mod pattern;
pub mod random;
mod rarely;
mod sample;
mod search;
pub(crate) mod shaped;
pub mod sheet;
pub mod unique;
pub mod value;

pub use sample::{DIGITS, Sample};
