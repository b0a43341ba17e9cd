//! The groups created so far, and which names they take.

use std::time::Duration;

use super::endpoint::Endpoint;
use super::fault::Fault;
use super::http::Response;
use super::variant::LetterCase;

struct Entry {
    name: String,
    rank: Option<i64>,
    at: Duration,
    answer: Option<Response>,
}

#[derive(Default)]
pub(super) struct Ledger {
    entries: Vec<Entry>,
    refused: Vec<String>,
}

impl Ledger {
    pub(super) fn preceding_name(&self) -> Option<&str> {
        self.entries.last().map(|entry| entry.name.as_str())
    }

    pub(super) fn holds_rank(&self, rank: Option<i64>) -> bool {
        self.entries.iter().any(|entry| entry.rank == rank)
    }

    pub(super) fn answer_to(&self, name: &str, rank: Option<i64>) -> Option<Response> {
        self.entries
            .iter()
            .find(|entry| entry.name == name && entry.rank == rank)
            .and_then(|entry| entry.answer.clone())
    }

    pub(super) fn add(&mut self, name: &str, rank: Option<i64>, at: Duration, answer: Option<Response>) {
        self.entries.push(Entry { name: name.to_owned(), rank, at, answer });
    }

    pub(super) fn takes(&mut self, name: &str, rank: Option<i64>, rules: &Rules, now: Duration) -> bool {
        let same = |entry: &Entry| rules.same(&entry.name, name);
        let (badges, fault) = (rules.endpoint == Endpoint::Badges, rules.fault);
        let mut recent = self.entries.iter().rev();
        match fault {
            Some(Fault::RepeatsAccepted) => false,
            Some(Fault::RepeatsAcceptedBadges) if badges => false,
            Some(Fault::RepeatsAcceptedRewards) if !badges => false,
            Some(Fault::RepeatsAcceptedOtherRank) => recent.any(|entry| same(entry) && entry.rank == rank),
            Some(Fault::RepeatsForgottenAtOnce) => recent.take(1).any(same),
            Some(Fault::RepeatsForgottenSoon) => recent.take(3).any(same),
            Some(Fault::RepeatsForgottenInTime) => {
                recent.any(|entry| same(entry) && now.saturating_sub(entry.at).as_millis() < 500)
            }
            Some(Fault::RepeatsAcceptedSecondTime) => {
                let taken = recent.any(same) && !self.refused.iter().any(|other| other == name);
                if taken {
                    self.refused.push(name.to_owned());
                }
                taken
            }
            _ => recent.any(same),
        }
    }
}

pub(super) struct Rules {
    pub(super) endpoint: Endpoint,
    pub(super) rewards_letter_case: LetterCase,
    pub(super) fault: Option<Fault>,
}

impl Rules {
    fn same(&self, one: &str, other: &str) -> bool {
        let folded = match self.endpoint {
            Endpoint::Badges => self.fault == Some(Fault::LetterCaseIgnored),
            Endpoint::Rewards => self.rewards_letter_case == LetterCase::Ignored,
        };
        match self.fault {
            _ if folded => one.to_lowercase() == other.to_lowercase(),
            Some(Fault::PrefixCompared) => one.chars().take(20).eq(other.chars().take(20)),
            Some(Fault::AccentsIgnored) => {
                let plain = |c: char| if c.is_ascii() { c } else { '?' };
                one.chars().map(plain).eq(other.chars().map(plain))
            }
            _ => one == other,
        }
    }
}
