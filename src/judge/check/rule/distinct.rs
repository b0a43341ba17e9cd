//! `distinct`: a value never comes twice in a run.

use super::Unmet;
use super::over_run::Memory;
use crate::contract::Expression;

pub(super) fn judge<'n>(memory: &mut Memory<'n>, at: &Expression, value: &'n str) -> Option<Unmet> {
    (!memory.seen.insert(value)).then(|| Unmet {
        kind: "it came before".into(),
        title: format!("`{at}` came twice"),
        expected: "a value that did not come before".into(),
        actual: "a value that came before".into(),
        mild: false,
    })
}
