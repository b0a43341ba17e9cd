//! What a run did to its target and left there, in words; and its ledger, where nobody asked for one.

use super::note;
use crate::contract::Contract;
use crate::plan::Plan;
use crate::record::Record;
use crate::run::ledger::LedgerError;
use crate::run::{self, Effects, Ledger, Remaining};
use crate::text::count;
use std::path::Path;
use std::sync::Arc;

/// The ledger of a run for which nobody asked for one: where the run may make what can be deleted, it is
/// needed if the run is killed.
pub(super) fn passing(contract: &Contract, plan: &Plan, run: &str) -> Option<Arc<Ledger>> {
    if !run::may_be_undone(contract, plan) {
        return None;
    }
    let opened = Ledger::passing(Path::new(&format!("probity-ledger-{run}.ndjson")));
    let unwritten = |error: &LedgerError| {
        note(&format!("note: {error}: what the run makes is not written down; --ledger FILE names a file"));
    };
    opened.inspect_err(unwritten).ok().map(Arc::new)
}

/// Says what a run did to the target, and what it leaves there.
pub(super) fn left_behind(run: &Record, ledger: Option<&Ledger>) {
    let ledger = ledger.filter(|ledger| ledger.is_kept());
    let Effects { created, uncertain, changed, deleted, undone, undoing, left, remaining } = &run.effects;
    if !run.effects.any() {
        return;
    }
    let mut line = match created {
        1 => "1 resource was created".to_owned(),
        many => format!("{many} resources were created"),
    };
    for (count, what) in [(changed, "changed"), (deleted, "deleted"), (uncertain, "more may have been")] {
        if *count > 0 {
            line.push_str(&format!(", {count} {what}"));
        }
    }
    if *undoing > 0 {
        let requests = count(*undoing, "more request", "more requests");
        line.push_str(&format!("; {undone} deleted at the end, with {requests}"));
    }
    match left {
        0 => line.push_str("; nothing is left on the target"),
        1 => line.push_str("; 1 is left on the target"),
        many => line.push_str(&format!("; {many} are left on the target")),
    }
    match ledger {
        Some(ledger) => line.push_str(&format!(": see {}", ledger.path().display())),
        None if *left > 0 && *undoing == 0 => line.push_str("; --ledger FILE keeps a list of them"),
        None => {}
    }
    // Nobody can do anything about it: it takes no line of its own.
    if let Some(lasting) = lasting(remaining) {
        line.push_str(&format!("; {lasting}"));
    }
    note(&line);
    say_what_was_not_deleted(remaining);
}

/// Says what a clean-up left, and why.
pub(super) fn say_what_remains(remaining: &[Remaining]) {
    say_what_was_not_deleted(remaining);
    if let Some(lasting) = lasting(remaining) {
        note(&lasting);
    }
}

fn say_what_was_not_deleted(remaining: &[Remaining]) {
    for Remaining { operation, why, count } in remaining.iter().filter(|one| !one.is_without_delete()) {
        note(&format!("  {count} of {operation}: {why}"));
    }
}

/// How much the contract has no way to delete, if there is any.
fn lasting(remaining: &[Remaining]) -> Option<String> {
    let lasting = remaining.iter().filter(|one| one.is_without_delete()).count();
    let have = count(lasting, "operation has", "operations have");
    (lasting > 0).then(|| format!("cannot be undone: {have} no delete"))
}
