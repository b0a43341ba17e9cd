//! Parameters as they travel: in the style that the contract gives them, or as text of a media type.

mod form;
pub mod header;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::{Reader, Reading, value};
pub(super) use read::{folded, typed};
pub use write::{hole, written, written_node};
