//! Small readings of text that people write.

mod duration;
mod suggestion;

pub use duration::{duration, time_limit};
pub use suggestion::suggestion;
