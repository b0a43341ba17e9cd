//! `--fail-on`: what lets a run fail although nothing that was seen is denied.

use crate::record::Shortfall;
use crate::text::count;
use clap::{Args, ValueEnum};

/// What lets a run fail although nothing is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// Something of the contract could not be tested: a gap, or an operation that a broken part
    /// of the contract keeps from being tested
    Gaps,
    /// A finding is only reported
    Warnings,
    /// Something was not tested: of an operation nothing was accepted, a case proves nothing or
    /// was not sent
    Untested,
}

impl FailOn {
    /// What it is called on the command line.
    pub(super) fn name(self) -> &'static str {
        match self {
            FailOn::Gaps => "gaps",
            FailOn::Warnings => "warnings",
            FailOn::Untested => "untested",
        }
    }
}

/// What fails a run that would hold otherwise.
#[derive(Debug, Args)]
pub(super) struct FailArgs {
    /// Fail, with exit code 1, also where there is any of these
    #[arg(
        long,
        env = "PROBITY_FAIL_ON",
        help_heading = "Severity",
        value_name = "WHAT",
        value_delimiter = ','
    )]
    pub(super) fail_on: Vec<FailOn>,
    /// Let the rest be enough where the contract refers to a part of it that is not there
    #[arg(long, env = "PROBITY_ALLOW_UNTESTABLE", help_heading = "Severity")]
    pub(super) allow_untestable: bool,
}

/// Why a run fails that would hold otherwise, a line for each reason.
pub(super) fn reasons(short: &Shortfall, wanted: &[FailOn]) -> Vec<String> {
    let each = [FailOn::Warnings, FailOn::Gaps, FailOn::Untested].into_iter();
    let asked = each.filter(|one| wanted.contains(one));
    asked.filter_map(|one| Some(format!("--fail-on {}: {}", one.name(), words(short, one)?))).collect()
}

/// What of a kind there is, in words; nothing if there is none.
fn words(short: &Shortfall, kind: FailOn) -> Option<String> {
    let untestable = (short.untestable, "operation not testable", "operations not testable");
    let parts = match kind {
        FailOn::Warnings => vec![(short.warnings, "warning", "warnings")],
        FailOn::Gaps => vec![(short.gaps, "gap", "gaps"), untestable],
        FailOn::Untested => vec![
            untestable,
            (
                short.never_accepted,
                "operation of which nothing was accepted",
                "operations of which nothing was accepted",
            ),
            (
                short.unproven,
                "case that was sent and proves nothing",
                "cases that were sent and prove nothing",
            ),
            (short.unsent, "case not sent", "cases not sent"),
        ],
    };
    let some = parts.into_iter().filter(|(number, ..)| *number > 0);
    let parts: Vec<String> = some.map(|(number, one, many)| count(number, one, many)).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}
