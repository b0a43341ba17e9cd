//! Text: what people write, read; and text from elsewhere, made safe to show.

mod duration;
pub mod shell;
mod show;
mod suggestion;

pub use duration::{duration, time_limit};
pub use show::{LONG, count, cut, inert, steers, visible, visible_lines};
pub use suggestion::{did_you_mean, meant, suggestion};
