//! Undoing: what a run made is deleted through the contract's own operations, what was made last first.
//! Only what the run made, as far as its exchanges tell; where they do not, it is looked for in the lists of
//! the contract by the texts that only this run has sent.

mod before;
mod clean;
mod list;
mod lost;
mod made;
mod remaining;
mod sweep;
mod way;

pub(super) use before::Lists;
pub use clean::{CleanError, Cleaned, clean};
pub(super) use list::own_item;
pub use made::may_be_undone;
pub(super) use made::{Made, Standing, is_clear, may_make};
pub use remaining::{Remaining, Why};
pub use sweep::CleanUp;
pub(super) use sweep::Swept;
pub(super) use way::{Undo, known, way};
