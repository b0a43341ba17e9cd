//! The phases of a run: what was answered decides what is sent next.

use super::End;
use super::came::Came;
use super::error::Halt;
use super::runner::{Course, Runner, Stop, stopped};
use super::sink::Heard;
use crate::exchange::{Outcome, Pieces, is_accepted};
use crate::generate::Sample;
use crate::plan::{self, Case, Choice, Labeller, Plan, Role, Scenario, Search, Shown};
use futures_util::StreamExt;
use futures_util::stream;
use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;

impl Runner<'_> {
    /// Everything after the first scenario: first what is there to read before the run has added to
    /// it, then what shows which bodies are accepted, then all that is built on them, then the reads
    /// once more.
    pub(super) async fn phases(&self, first: Heard, course: &mut Course, stop: &Stop) -> Result<(), End> {
        let plan = Arc::clone(&course.plan);
        let disrupts = |index: &usize| {
            let mut cases = plan.scenarios[*index].cases.iter();
            cases.any(|case| plan.disruptive.contains(&case.operation))
        };
        let supplies = |index: &usize| plan.scenarios[*index].is_supply();
        let all = (0..plan.scenarios.len()).filter(|index| *index != first.scenario);
        let (supplies, rest): (Vec<usize>, Vec<usize>) = all.partition(supplies);
        let (last, rest): (Vec<usize>, Vec<usize>) = rest.into_iter().partition(disrupts);
        // What answers together are held against shows most once there is something to show.
        let ruled = |index: &usize| plan.scenarios[*index].rule.is_some();
        let (ruled, rest): (Vec<usize>, Vec<usize>) = rest.into_iter().partition(ruled);
        let reads = |index: &usize| plan.scenarios[*index].is_read(self.contract);
        let is_candidate = |index: &usize| plan.scenarios[*index].cases[0].role == Role::Candidate;
        let (reads, rest): (Vec<usize>, Vec<usize>) = rest.into_iter().partition(reads);
        let (candidates, others): (Vec<usize>, Vec<usize>) = rest.into_iter().partition(is_candidate);
        self.send(course, vec![first], reads, stop).await?;
        let ways = Arc::clone(&plan.ways);
        let level = |index: &usize| ways.level(plan.scenarios[*index].operation);
        for this in 0..=candidates.iter().chain(&supplies).map(level).max().unwrap_or_default() {
            let own = |all: &[usize]| all.iter().copied().filter(|index| level(index) == this).collect();
            let (candidates, supplies): (Vec<usize>, Vec<usize>) = (own(&candidates), own(&supplies));
            self.send(course, Vec::new(), unsent(course, &candidates), stop).await?;
            let searched = self.search(course, this, stop).await?;
            self.send(course, searched, unsent(course, &supplies), stop).await?;
            self.do_without(course, &supplies);
        }
        self.send(course, Vec::new(), unsent(course, &others), stop).await?;
        self.send(course, Vec::new(), unsent(course, &ruled), stop).await?;
        self.read_again(course, stop).await?;
        self.make_up(course, stop).await?;
        course.nowhere = self.nowhere(course, stop).await;
        if course.nowhere.is_some() {
            return Ok(());
        }
        self.send(course, Vec::new(), unsent(course, &last), stop).await?;
        self.settle_rest(course, stop).await?;
        let nothing = self.sender.watch.is_mute() && course.came.iter().any(Option::is_none);
        if nothing { Err(End::TargetLost("no request got an answer".to_owned())) } else { Ok(()) }
    }

    /// Looks for accepted bodies where the whole one was refused, and builds the rest of the plan on
    /// them. What was sent for it is still to be judged.
    async fn search(&self, course: &mut Course, level: usize, stop: &Stop) -> Result<Vec<Heard>, End> {
        let mut refused = refused(course);
        refused.retain(|refused| course.plan.ways.level(refused.operation) == level);
        if refused.is_empty() {
            return Ok(Vec::new());
        }
        let labeller = Labeller::new(self.contract);
        let plan = Arc::clone(&course.plan);
        let searches = refused.iter().filter_map(|refused| {
            let shown: Vec<Shown<'_>> = shown(course, refused.operation);
            Search::new(&labeller, &plan, refused.operation, (&shown, refused.far))
        });
        let each = searches.map(|search| self.searched(&plan, search, stop.clone()));
        let each: Vec<_> = stream::iter(each).buffered(self.settings.workers()).collect().await;
        let (mut heard, mut scenarios, mut choices) = (Vec::new(), Vec::new(), plan.choices.clone());
        for searched in each {
            let Searched { sent, choice } = searched.map_err(End::from)?;
            choices.extend(choice);
            for (scenario, came) in sent {
                heard.push((plan.scenarios.len() + scenarios.len(), came));
                scenarios.push(scenario);
            }
        }
        let (mut plan, lost) = plan::rebased(&labeller, &plan, choices, |index| course.came[index].is_some());
        let mut left_out: BTreeMap<usize, usize> = BTreeMap::new();
        for index in lost {
            *left_out.entry(plan.scenarios[index].operation).or_default() += 1;
            course.came[index] = Some(plan.scenarios[index].cases.iter().map(|_| None).collect());
        }
        self.sender.left_out(&left_out);
        course.came.extend(scenarios.iter().map(|_| None));
        plan.scenarios.extend(scenarios.into_iter().map(Arc::new));
        course.plan = Arc::new(plan);
        let late = |(scenario, came)| Heard { plan: Arc::clone(&course.plan), scenario, ..came };
        Ok(heard.into_iter().map(late).collect())
    }

    /// One search, as far as there is room for it.
    async fn searched(
        &self,
        plan: &Arc<Plan>,
        mut search: Search<'_>,
        mut stop: Stop,
    ) -> Result<Searched, Halt> {
        let mut sent = Vec::new();
        let mut signal = stop.clone();
        let mut stopped = pin!(stopped(&mut signal));
        while let Some(case) = search.ask() {
            if self.room() == 0 || *stop.borrow_and_update() || self.sender.enough().await.is_some() {
                break;
            }
            let scenario = Scenario::single(case);
            let heard = self.scenario((plan, 0), &scenario, stopped.as_mut()).await?;
            let Some(exchange) = heard.exchanges.first().and_then(Option::as_ref) else { break };
            search.tell(exchange.accepted());
            sent.push((scenario, heard));
        }
        Ok(Searched { sent, choice: search.choice() })
    }

    /// Asks for a path that does not exist, where methods were answered that none declares: some
    /// hosts have one answer for whatever they do not know.
    async fn make_up(&self, course: &mut Course, stop: &Stop) -> Result<(), End> {
        let Some(first) = self.sink.doubted().filter(|_| self.room() > 0) else { return Ok(()) };
        let mut case = course.plan[first].clone();
        let parts = case.request.parts_mut();
        while parts.path.last().is_some_and(|last| last.sample().is_empty()) {
            parts.path.pop();
        }
        parts.path.pop();
        let nobodys = Pieces::joined([&"probity-".into(), &Pieces::run_id(Sample::default().as_str())], "");
        let start = if parts.path.is_empty() { Some("".into()) } else { None };
        parts.path.extend(start.into_iter().chain([nobodys]));
        parts.query.clear();
        case.request.method = "GET".into();
        let mut signal = stop.clone();
        let mut stopped = pin!(stopped(&mut signal));
        let scenario = Scenario::single(case);
        let plan = Arc::clone(&course.plan);
        let mut heard = self.scenario((&plan, 0), &scenario, stopped.as_mut()).await.map_err(End::from)?;
        let held = heard.marked().pop();
        let shown = heard.exchanges.pop().flatten().zip(held);
        let shown = shown.map(|(exchange, held)| heard.secrets.without_secrets(exchange, held));
        course.made_up = shown.and_then(|exchange| match exchange.outcome {
            Outcome::Answered(answer) => Some(answer),
            Outcome::Failed(_) => None,
        });
        Ok(())
    }

    /// Reads once more whatever can be read, if the run has created something.
    async fn read_again(&self, course: &mut Course, stop: &Stop) -> Result<(), End> {
        if self.sender.toll.effects().created == 0 {
            return Ok(());
        }
        let sent = |index: usize| course.came[index].is_some();
        let scenarios = plan::again(self.contract, &course.plan, sent, &created(course));
        if scenarios.is_empty() {
            return Ok(());
        }
        let first = course.plan.scenarios.len();
        let mut plan = Plan::clone(&course.plan);
        course.came.extend(scenarios.iter().map(|_| None));
        plan.scenarios.extend(scenarios.into_iter().map(Arc::new));
        course.plan = Arc::new(plan);
        let indexes = (first..course.plan.scenarios.len()).collect();
        self.send(course, Vec::new(), indexes, stop).await
    }
}

/// Those of scenarios that are still to be sent.
fn unsent(course: &Course, scenarios: &[usize]) -> Vec<usize> {
    scenarios.iter().copied().filter(|index| course.came[*index].is_none()).collect()
}

/// What a search has brought.
struct Searched {
    sent: Vec<(Scenario, Heard)>,
    choice: Option<Choice>,
}

/// An operation whose whole body was refused.
struct Refused {
    operation: usize,
    /// Whether any one member may be to blame for it.
    far: bool,
}

/// The cases that created something.
fn created(course: &Course) -> Vec<&Case> {
    let sent = course.plan.scenarios.iter().zip(&course.came);
    let pairs = sent.filter_map(|(scenario, came)| Some((scenario, came.as_ref()?)));
    let each = pairs.flat_map(|(scenario, came)| scenario.cases.iter().zip(came));
    let created = each.filter(|(_, came)| came.as_ref().is_some_and(Came::accepted));
    created.map(|(case, _)| case).filter(|case| case.request.method == "POST").collect()
}

/// The candidates of a plan that were sent and answered, with the status of the answer.
fn candidates(course: &Course) -> impl Iterator<Item = (&Case, u16)> {
    let sent = course.plan.scenarios.iter().zip(&course.came);
    sent.filter_map(|(scenario, came)| {
        let case = scenario.cases.first().filter(|case| case.role == Role::Candidate)?;
        Some((case, came.as_ref()?.first()?.as_ref()?.status?))
    })
}

fn shown(course: &Course, operation: usize) -> Vec<Shown<'_>> {
    let own = candidates(course).filter(|(case, _)| case.operation == operation);
    own.map(|(case, status)| Shown { key: &case.key, accepted: is_accepted(status) }).collect()
}

/// The operations that refused the body with everything that is declared.
fn refused(course: &Course) -> Vec<Refused> {
    let mut whole: BTreeMap<usize, (&Case, u16)> = BTreeMap::new();
    for (case, status) in candidates(course) {
        // Where no such case is among them, it is the same as an example.
        let known = whole.entry(case.operation).or_insert((case, status));
        if case.is_whole() {
            *known = (case, status);
        }
    }
    let refused = whole.into_iter().filter(|(_, (_, status))| *status >= 400 && !matches!(status, 401 | 429));
    refused.map(|(operation, (_, status))| Refused { operation, far: is_about_members(status) }).collect()
}

/// Whether a status may be due to what a body holds, and not to what is around it.
fn is_about_members(status: u16) -> bool {
    (400..500).contains(&status) && !matches!(status, 401 | 403 | 404 | 405 | 406 | 410 | 413 | 415 | 429)
}
