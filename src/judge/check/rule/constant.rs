//! `constant`: a value is the same in every answer of a run.

use super::Unmet;
use super::over_run::Memory;
use crate::contract::Expression;

pub(super) fn judge<'n>(memory: &mut Memory<'n>, at: &Expression, value: &'n str) -> Option<Unmet> {
    let first = *memory.first.get_or_insert(value);
    (first != value).then(|| Unmet {
        kind: "it changed".into(),
        title: format!("`{at}` is not the same in every answer"),
        expected: "the value of the first answer".into(),
        actual: "another value".into(),
        mild: false,
    })
}
