//! `distinct`: a value never comes twice in a run.

use super::Broken;
use super::over_run::Memory;
use crate::contract::Expression;

pub(super) fn judge(memory: &mut Memory, at: &Expression, value: &str) -> Option<Broken> {
    (!memory.seen.insert(value.to_owned())).then(|| Broken {
        kind: "it came before".into(),
        title: format!("`{at}` came twice"),
        expected: "a value that did not come before".into(),
        actual: "a value that came before".into(),
    })
}
