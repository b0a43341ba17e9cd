//! The report as plain values: all that is known of a run, from which every format is made.
//!
//! It is what the JSON report holds, so that any other can be made of that one later.

use super::Untried;
use super::coverage::Covered;
use crate::exchange::Headers;
use crate::judge::Severity;
use crate::plan;
use crate::record::{SnapshotSummary, Verdict};
use crate::source::{Excerpt, Location};
use serde::{Deserialize, Serialize};

/// The version of the format; it changes when a reader of the former could be misled.
pub const FORMAT: u32 = 5;

/// What a run has shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// What wrote the report.
    pub probity: Probity,
    /// What the target was held to.
    pub contract: About,
    /// Where the requests went, without credentials.
    pub target: String,
    /// What random choices were derived from.
    pub seed: u64,
    /// What differs from run to run.
    pub timing: Timing,
    /// What came of it.
    pub verdict: Verdict,
    /// How it ended.
    pub end: End,
    /// The numbers of the last line that people read.
    pub summary: Summary,
    /// What the checks hold against the target, one for each cause.
    pub findings: Vec<Finding>,
    /// Every case, in the order of the plan; then those that answers led to.
    pub cases: Vec<Case>,
    /// What was seen of the contract.
    pub coverage: Coverage,
    /// The bodies that stood in for the one with everything, where a host refused that.
    pub bodies: Vec<AcceptedBody>,
    /// Operations that a broken part of the contract keeps from being tested.
    pub untestable: Vec<Untested>,
    /// What was not tested: no request can be made for it, it was withheld, or what was sent proves
    /// nothing.
    pub gaps: Vec<Untested>,
    /// What became of the snapshots, if they were compared.
    pub snapshots: Option<Snapshots>,
    /// What the run left on the target.
    pub created: Created,
}

/// What wrote a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probity {
    /// The version of the program.
    pub version: String,
    /// The version of the format.
    pub format: u32,
}

/// What a target was held to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The file, as it was named.
    pub file: String,
    /// The name of the API.
    pub title: String,
    /// The version of the API.
    pub version: String,
}

/// What differs from run to run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// The identity of the run, which the names of what it created carry.
    pub run_id: String,
    /// When it began.
    pub started: jiff::Timestamp,
    /// How long it took, in milliseconds.
    pub elapsed_ms: f64,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Why it ended.
    pub how: Ending,
    /// What stood in the way, if something did.
    pub why: Option<String>,
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Everything was sent.
    Complete,
    /// It was to stop at the first finding, and there was one.
    FirstFinding,
    /// It was interrupted.
    Interrupted,
    /// The target could no longer be reached.
    TargetLost,
    /// What it created could no longer be written down.
    LedgerLost,
}

/// The numbers of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Operations with at least one case.
    pub operations: usize,
    /// Cases of the plan, with those that answers led to.
    pub cases: usize,
    /// Requests that were sent, answered or not.
    pub exchanges: usize,
    /// Findings by their severity.
    pub findings: Severities,
    /// What was not tried.
    pub untried: Untried,
}

/// How many findings there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Severities {
    /// Those that break the contract.
    pub deny: usize,
    /// Those that are only told.
    pub warn: usize,
}

/// A fact about the host, with the cases that show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The identity of the check.
    pub check: String,
    /// Whether it breaks the contract.
    pub severity: Severity,
    /// The identity of the first operation that shows it.
    pub operation: String,
    /// What it is about: the whole `api`, the `operation`, a place in each `request`, or a place in the
    /// `contract`, whichever operation shows it.
    pub about: String,
    /// The operations that show it.
    pub operations: Vec<String>,
    /// The place in requests, where it is about one; `any` elsewhere.
    pub place: String,
    /// The constraint that is broken there; `any` elsewhere.
    pub cause: String,
    /// The kind of answer.
    pub answer: String,
    /// What is wrong, in one sentence.
    pub title: String,
    /// What the contract asks for.
    pub expected: String,
    /// What came.
    pub actual: String,
    /// Where the contract asks for it.
    pub contract: At,
    /// The lines of the contract around that place.
    pub excerpt: Option<Excerpt>,
    /// How many cases show it.
    pub count: usize,
    /// The cases that show it, in the order of the plan.
    pub cases: Vec<String>,
    /// The case that stands for them: expected, actual and what was said are its.
    pub example: String,
    /// How many of the cases that were sent could show it, where it is about whatever is sent.
    pub of: Option<usize>,
    /// The cases that do not show it, where most do.
    pub except: Vec<String>,
    /// The beginning of the body of the answer, where that is a refusal or a failure.
    pub said: Option<String>,
    /// JSON Pointer to the value in the answer that is wrong, if it is one.
    pub value: Option<String>,
    /// What repeats that case in a shell: a line, or a script where other steps come before it.
    pub curl: Option<String>,
    /// What the line cannot do, and how to repeat the case instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A place in the contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    /// File, line and column.
    #[serde(flatten)]
    pub location: Location,
    /// The JSON Pointer.
    pub pointer: String,
}

/// One request of the plan, or one that answers led to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Its identity.
    pub id: String,
    /// The scenario that it is a step of.
    pub scenario: String,
    /// The identity of the operation.
    pub operation: String,
    /// What it varies.
    pub place: String,
    /// Why it is invalid; where it is not, what is special about it.
    pub cause: String,
    /// What is special about the request, in words.
    pub about: String,
    /// What it is derived from.
    pub contract: At,
    /// What must come of it.
    pub expected: Expected,
    /// What came of that.
    pub result: CaseResult,
    /// What was sent; nothing if it was not.
    pub request: Option<Request>,
    /// What came of it; nothing if it was not sent.
    pub outcome: Option<Outcome>,
    /// What the checks hold against it.
    pub observations: Vec<Observation>,
    /// What repeats it in a shell: a line, or, where something is held against it, a script with the
    /// steps before it.
    pub curl: Option<String>,
    /// What the line cannot do, and how to repeat the case instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What must come of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// Whether the host must take it.
    pub verdict: plan::Verdict,
    /// The statuses that may come; any documented one if empty.
    pub statuses: Vec<String>,
    /// The business error codes that may come; any if empty.
    pub codes: Vec<String>,
}

/// Whether something is held against a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaseResult {
    /// Nothing is.
    Passed,
    /// A warning is, and nothing more.
    Warned,
    /// Something is that breaks the contract.
    Failed,
    /// It was sent and proves nothing: what it was refused for may be something else.
    NotTested,
    /// It was not sent.
    NotSent,
}

/// What was sent. The identity of the run stands as `{run}`, secrets as `$VARIABLE`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// The headers, in order.
    pub headers: Headers,
    /// The body.
    pub body: Option<Body>,
}

/// A status, or why there was no whole answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Came {
    /// The status.
    Status(u16),
    /// The kind of failure.
    Failure(String),
}

/// What came of a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// A status, or why there was no whole answer.
    #[serde(flatten)]
    pub came: Came,
    /// Whether the host took the request.
    pub accepted: bool,
    /// The business error codes that came.
    pub codes: Vec<String>,
    /// The checks that hold something against it.
    pub violates: Vec<String>,
    /// What may differ from run to run.
    pub observed: Observed,
}

/// What may differ from run to run, as it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// The identity that the host gave the request.
    pub request_id: Option<String>,
    /// The URL as it was sent, where that holds something of an earlier answer.
    pub url: Option<String>,
    /// When it was sent, for the last time if it was sent more than once.
    pub started: jiff::Timestamp,
    /// From the first byte sent to the last byte read, in milliseconds.
    pub elapsed_ms: f64,
    /// How often it was sent.
    pub attempts: u32,
    /// What the network said, if there was no whole answer.
    pub detail: Option<String>,
    /// The headers of the answer, in order.
    pub headers: Headers,
    /// The body of the answer, decoded from its content coding.
    pub body: Option<Body>,
}

/// What a case shows of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// Index of the finding.
    pub finding: usize,
    /// What is wrong, in one sentence.
    pub title: String,
    /// What the contract asks for.
    pub expected: String,
    /// What came.
    pub actual: String,
    /// Where the contract asks for it.
    pub contract: At,
}

/// A body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// Its beginning.
    #[serde(flatten)]
    pub content: Content,
    /// How many bytes the whole body has.
    pub bytes: usize,
    /// Whether more was left out.
    pub cut: bool,
}

/// Text where the bytes are UTF-8, otherwise base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// As it is.
    Text(String),
    /// In base64.
    Base64(String),
}

/// A body that a host accepts in place of the one with everything that is declared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AcceptedBody {
    /// The operation.
    pub operation: String,
    /// The body that other cases were built on.
    pub body: serde_json::Value,
    /// JSON Pointers to text that stayed as it is documented, because no other was taken.
    pub literal: Vec<String>,
    /// JSON Pointers to the members with which it was refused.
    pub refused: Vec<String>,
}

/// What was seen of the contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Each operation of the plan, in the contract's order.
    pub operations: Vec<Operation>,
}

/// An operation, and what was seen of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// What came.
    #[serde(flatten)]
    pub covered: Covered,
    /// The method.
    pub method: String,
    /// The path template.
    pub path: String,
    /// One line about it.
    pub summary: Option<String>,
    /// Where it stands.
    pub contract: At,
    /// The keywords of the schemas of its body and parameters.
    pub keywords: Vec<Keyword>,
}

/// A keyword of a schema, and how often requests satisfied and violated it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keyword {
    /// The place in the request: `body/name`, `body/items/*`, `query/limit`.
    pub place: String,
    /// The keyword.
    pub keyword: String,
    /// JSON Pointer to it in the contract.
    pub pointer: String,
    /// How many requests that were taken satisfied it.
    pub satisfied: usize,
    /// How many requests that were refused violated it.
    pub refused: usize,
    /// How many requests that were taken violated it.
    pub missed: usize,
}

/// Something that was not tested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untested {
    /// The operation.
    pub operation: String,
    /// What stands in the way.
    pub why: String,
    /// Where it stands in the contract.
    pub contract: At,
    /// The lines of the contract around that place.
    pub excerpt: Option<Excerpt>,
}

/// How the snapshots compare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshots {
    /// The numbers.
    #[serde(flatten)]
    pub summary: SnapshotSummary,
    /// Each page that is not as stored.
    pub differences: Vec<Difference>,
    /// Pages that were not compared, since they were recorded with another seed.
    pub other_seed: Option<OtherSeed>,
}

/// A page of snapshots that is not as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The page: operation, place and cause.
    pub page: String,
    /// The file.
    pub file: String,
    /// How it differs.
    pub kind: DifferenceKind,
    /// What is stored.
    pub old: Option<String>,
    /// What came.
    pub new: Option<String>,
    /// What is wrong with what is stored, if something is.
    pub why: Option<String>,
}

/// How a page of snapshots differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DifferenceKind {
    /// Behaviour changed.
    Changed,
    /// Nothing is stored yet, or not every case of it.
    New,
    /// What is stored cannot be used.
    Damaged,
    /// The contract no longer implies it.
    Orphan,
}

/// Pages that were recorded with another seed, which sends other requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherSeed {
    /// The seed of the first.
    pub seed: u64,
    /// How many there are.
    pub pages: usize,
}

/// What a run did to the target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Created {
    /// Resources that the target says it created.
    pub resources: usize,
    /// Requests that may have created one.
    pub uncertain: usize,
    /// Requests that changed something.
    #[serde(default)]
    pub changed: usize,
    /// Requests that deleted something.
    #[serde(default)]
    pub deleted: usize,
    /// Resources that it created and deleted again at its end.
    #[serde(default)]
    pub undone: usize,
    /// Requests that this took, which are no cases.
    #[serde(default)]
    pub undoing: usize,
    /// Resources that it created and did not delete.
    #[serde(default)]
    pub left: usize,
    /// Operations that created some of them, and that have no delete.
    #[serde(default, rename = "withoutDelete")]
    pub without_delete: usize,
    /// What was not deleted at its end, by operation, and why.
    #[serde(default)]
    pub remaining: Vec<Remaining>,
    /// The file that lists them, if there is one.
    pub ledger: Option<String>,
}

/// What is left of what an operation created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remaining {
    /// The operation.
    pub operation: String,
    /// How many resources are left, or may be.
    pub count: usize,
    /// Why, in words.
    pub why: String,
}

impl Report {
    /// The case with an identity.
    pub fn case(&self, id: &str) -> Option<&Case> {
        self.cases.iter().find(|case| case.id == id)
    }

    /// The findings, the most serious first: by severity, then as the checks are ordered. Their numbers
    /// count in this order.
    pub fn by_weight(&self) -> Vec<&Finding> {
        let order = |id: &str| crate::judge::CHECKS.iter().position(|check| check.id == id);
        let mut findings: Vec<&Finding> = self.findings.iter().collect();
        findings.sort_by_key(|finding| (finding.severity, order(&finding.check).unwrap_or(usize::MAX)));
        findings
    }

    /// Why the run is no whole one, in a word and in a sentence.
    pub fn incomplete(&self) -> Option<(&'static str, &str)> {
        let why = self.end.why.as_deref().unwrap_or_default();
        match self.verdict {
            Verdict::Interrupted => Some(("interrupted", "the run was interrupted")),
            Verdict::TargetLost => Some(("target-lost", why)),
            Verdict::LedgerLost => Some(("ledger-lost", why)),
            Verdict::Untested if self.summary.exchanges == 0 => Some(("untested", "nothing was sent")),
            Verdict::Untested => Some(("untested", "nothing that was sent proves anything")),
            Verdict::Holds | Verdict::Broken => None,
        }
    }
}
