//! Values as they travel, one file a codec.

pub mod parameter;
