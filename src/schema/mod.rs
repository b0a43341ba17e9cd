//! Schemas: where they stand, how values are held against them, and what they say when all that
//! applies to a place is folded together. The only door to `jsonschema`.

mod branch;
pub mod contradiction;
mod discriminator;
mod error;
pub mod folded;
mod folds;
mod local;
pub(crate) mod lower;
mod names;
mod nodes;
pub mod number_format;
pub mod schemas;
mod second;
mod validators;
pub(crate) mod walk;

pub use branch::Alternatives;
pub use discriminator::Discriminator;
pub use error::{Break, ValidationError, show};
pub use lower::Side;
pub(crate) use lower::{UNREAD, subschemas};
pub use schemas::{Probe, SchemaAt, Schemas};

/// A part of the contract that cannot be used.
#[derive(Clone, Debug)]
pub(crate) struct Unusable {
    /// JSON Pointer to it.
    pub at: String,
    /// What is wrong.
    pub why: String,
}
