//! Values as they travel, and back: one file a codec.

pub mod body;
pub mod cookie;
pub mod digest;
pub mod disposition;
pub mod parameter;
mod received;
pub mod sequence;
pub mod template;
pub mod url;

pub use received::Received;
