//! What stands in a line.

use crate::exchange::{Answer, Exchange};
use crate::judge::{Levels, Note, Observation};
use crate::plan::{Choice, Gap, Plan, Scenario};
use crate::record::Identity;
use crate::run::{Effects, End};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// One thing that is known.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Line<'l> {
    /// What the run is about: always the first line.
    #[serde(rename = "probity-record")]
    Begun(Box<Begun<'l>>),
    /// A scenario of the plan, by its index.
    Planned(usize, Cow<'l, Scenario>),
    /// The bodies that the host accepts, where it is not the one with everything.
    Chosen(Cow<'l, [Choice]>),
    /// What came of a scenario.
    Heard(Heard<'l>),
    /// How the sending ended.
    Ended(Box<Ended>),
    /// What is known of the run besides, once everything is over.
    Closed(Closed),
    /// What became of the snapshots, as reports have it.
    Snapshots(serde_json::Value),
}

/// What a run is about.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Begun<'l> {
    pub(super) format: u32,
    /// The version of the program that wrote it.
    pub(super) version: Cow<'l, str>,
    pub(super) identity: Identity,
    /// The severity of each check.
    pub(super) levels: Levels,
    pub(super) started: jiff::Timestamp,
    /// The files of the contract, the first of which names the others.
    pub(super) files: Vec<(Cow<'l, str>, Cow<'l, str>)>,
    /// JSON Pointers to its operations, which the indexes of operations mean.
    pub(super) operations: Vec<Cow<'l, str>>,
    /// The plan without its scenarios.
    pub(super) plan: Cow<'l, Plan>,
}

/// What came of a scenario.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Heard<'l> {
    pub(super) scenario: usize,
    pub(super) exchanges: Cow<'l, [Option<Exchange>]>,
    pub(super) observations: Cow<'l, [Observation]>,
    pub(super) notes: Cow<'l, [Note]>,
}

/// How the sending ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Ended {
    pub(super) started: jiff::Timestamp,
    pub(super) elapsed: Duration,
    pub(super) made_up: Option<Answer>,
    pub(super) blameless: BTreeSet<String>,
    pub(super) refused_once: BTreeMap<String, u16>,
    pub(super) effects: Effects,
    pub(super) gaps: Vec<Gap>,
    pub(super) end: End,
}

/// What a second run added, and what the snapshots show.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Closed {
    pub(super) elapsed: Duration,
    pub(super) effects: Effects,
    pub(super) repeated: usize,
    pub(super) end: End,
    pub(super) observations: Vec<Observation>,
}
