//! Several records as one: runs of parts of one plan.

use super::RecordError;
use super::line::{Closed, Ended};
use super::read::Lines;
use crate::plan::{Gap, Plan};
use crate::record::Judged;
use crate::run::End;
use std::collections::HashMap;

impl Lines {
    /// Adds what another run has sent. What both have sent counts as the first has it.
    pub(super) fn merge(&mut self, other: Lines) -> Result<(), RecordError> {
        let about = if self.begun.files != other.begun.files {
            Some("contract")
        } else if self.begun.plan.seed != other.begun.plan.seed {
            Some("seed")
        } else if self.begun.operations != other.begun.operations {
            Some("version of probity")
        } else {
            None
        };
        if let Some(about) = about {
            return Err(RecordError::Stranger { name: other.name, about });
        }
        let known = self.scenarios.iter().enumerate();
        let known: HashMap<String, usize> = known.map(|(index, one)| (one.id.clone(), index)).collect();
        let mut places = Vec::new();
        for (index, scenario) in other.scenarios.into_iter().enumerate() {
            let place = known.get(&scenario.id).copied().unwrap_or(self.scenarios.len());
            let is_sent = other.judged.contains_key(&index);
            match self.scenarios.get_mut(place) {
                None => self.scenarios.push(scenario),
                Some(planned) if is_sent && !self.judged.contains_key(&place) => *planned = scenario,
                Some(_) => {}
            }
            places.push(place);
        }
        for (index, judged) in other.judged {
            let place = places[index];
            self.judged.entry(place).or_insert_with(|| moved(judged, place));
        }
        self.begun.started = self.begun.started.min(other.begun.started);
        merge_plans(self.begun.plan.to_mut(), other.begun.plan.into_owned());
        self.ended = merged(self.ended.take(), other.ended, Ended::merge);
        self.is_cut |= other.is_cut;
        let closed = other.closed.map(|mut closed| {
            for one in &mut closed.observations {
                one.position.scenario = places[one.position.scenario];
            }
            closed
        });
        self.closed = merged(self.closed.take(), closed, Closed::merge);
        self.snapshots.extend(other.snapshots);
        Ok(())
    }
}

/// Both, if there are both.
fn merged<T>(one: Option<T>, other: Option<T>, merge: impl FnOnce(T, T) -> T) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(merge(one, other)),
        (one, other) => one.or(other),
    }
}

fn moved(judged: Judged, place: usize) -> Judged {
    let Judged { exchanges, mut observations, mut notes, .. } = judged;
    let of_observations = observations.iter_mut().map(|one| &mut one.position);
    let of_notes = notes.iter_mut().map(|note| &mut note.position);
    for position in of_observations.chain(of_notes) {
        position.scenario = place;
    }
    Judged { scenario: place, exchanges, observations, notes }
}

fn merge_plans(plan: &mut Plan, other: Plan) {
    add(&mut plan.gaps, other.gaps);
    let own = plan.candidates.iter().map(|one| one.operation.clone()).collect::<Vec<_>>();
    plan.candidates.extend(other.candidates.into_iter().filter(|one| !own.contains(&one.operation)));
    let own = plan.withheld.iter().map(|one| (one.operation.clone(), one.why.clone())).collect::<Vec<_>>();
    let new = other.withheld.into_iter();
    plan.withheld.extend(new.filter(|one| !own.contains(&(one.operation.clone(), one.why.clone()))));
    let own = plan.choices.iter().map(|one| one.operation).collect::<Vec<_>>();
    plan.choices.extend(other.choices.into_iter().filter(|one| !own.contains(&one.operation)));
    plan.disruptive.extend(other.disruptive);
    // What has no room in either of them has none.
    plan.beyond = std::mem::take(&mut plan.beyond)
        .into_iter()
        .filter_map(|(operation, left)| Some((operation, left.min(*other.beyond.get(&operation)?))))
        .collect();
}

fn add(gaps: &mut Vec<Gap>, others: Vec<Gap>) {
    for gap in others {
        if !gaps.contains(&gap) {
            gaps.push(gap);
        }
    }
}

impl Ended {
    fn merge(mut self, other: Ended) -> Ended {
        self.started = self.started.min(other.started);
        self.elapsed = self.elapsed.saturating_add(other.elapsed);
        self.made_up = self.made_up.or(other.made_up);
        self.blameless.extend(other.blameless);
        self.refused_once.extend(other.refused_once);
        self.effects += other.effects;
        add(&mut self.gaps, other.gaps);
        self.end = worse(self.end, other.end);
        self
    }
}

impl Closed {
    fn merge(mut self, other: Closed) -> Closed {
        let Closed { elapsed, effects, repeated, end, observations } = other;
        self.elapsed = self.elapsed.saturating_add(elapsed);
        self.effects += effects;
        self.repeated += repeated;
        self.end = worse(self.end, end);
        self.observations.extend(observations);
        self
    }
}

fn worse(one: End, other: End) -> End {
    if one == End::Complete { other } else { one }
}
