//! Exit codes, in one table; the same whatever is reported and how.

/// What a pipeline must be able to tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The contract holds, or the command did what it was asked.
    Holds = 0,
    /// There are findings, or a clean-up left what it should have deleted.
    Findings = 1,
    /// The command line, the configuration, or a file that was to be written.
    Usage = 2,
    /// The contract cannot be read, or refers to a part of it that is not there.
    Contract = 3,
    /// The target cannot be reached or refuses the credentials.
    Target = 4,
    /// Nothing was tested: every operation is broken, none was selected, all was throttled, or no
    /// valid request was accepted.
    NothingTested = 5,
    /// Interrupted, with a report of what was done.
    Interrupted = 130,
}

/// The table, for `--help`.
pub(super) const TABLE: &str = "\
Exit codes:
    0  the contract holds
    1  findings, what --fail-on names, an audit that catches less than it must, or a clean-up
       that was not let delete all
    2  usage or configuration, or an output that cannot be written
    3  the contract cannot be read, or refers to a part of it that is not there
    4  the target cannot be reached, is lost, or refuses the credentials
    5  nothing was tested: nothing to test, all was throttled, or no valid request was accepted
  130  interrupted, with a report of what was done";

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        std::process::ExitCode::from(exit as u8)
    }
}
