//! Which names are taken, and the faults that forget or confuse them.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

use super::endpoint::Endpoint;
use super::fault::Fault;
use super::ledger::{Asked, Entry, Ledger};
use super::variant::{Alike, LetterCase, Manners};

pub(super) struct Rules<'m> {
    pub(super) endpoint: Endpoint,
    pub(super) manners: &'m Manners,
    pub(super) fault: Option<Fault>,
}

pub(super) fn takes(ledger: &mut Ledger, asked: &Asked, rules: &Rules) -> bool {
    let same = |entry: &Entry| rules.same(&entry.asked.name, &asked.name);
    let badges = rules.endpoint == Endpoint::Badges;
    let within = |entry: &Entry, millis: u128| {
        same(entry) && asked.at.saturating_sub(entry.asked.at).as_millis() < millis
    };
    let mut recent = ledger.entries.iter().rev();
    let Some(fault) = rules.fault else {
        return recent.any(same);
    };
    match fault {
        Fault::RepeatsAccepted => false,
        Fault::RepeatsAcceptedBadges if badges => false,
        Fault::RepeatsAcceptedRewards if !badges => false,
        Fault::RepeatsAcceptedLong if asked.name.chars().count() > 100 => false,
        Fault::RepeatsAcceptedNonAscii if !asked.name.is_ascii() => false,
        Fault::RepeatsAcceptedNullRank if !badges && asked.rank.is_none() => false,
        Fault::RepeatsAcceptedOtherRank => recent.any(|entry| same(entry) && entry.asked.rank == asked.rank),
        Fault::RepeatsAcceptedPerConnection => {
            recent.any(|entry| same(entry) && entry.asked.connection == asked.connection)
        }
        Fault::RepeatsAcceptedPerAttribution => {
            recent.any(|entry| same(entry) && entry.asked.attribution == asked.attribution)
        }
        Fault::RepeatsForgottenAtOnce => recent.take(1).any(same),
        Fault::RepeatsForgottenAfterTwo => recent.take(2).any(same),
        Fault::RepeatsForgottenSoon => recent.take(3).any(same),
        Fault::RepeatsForgottenAfterFive => recent.take(5).any(same),
        Fault::RepeatsForgottenAfterTen => recent.take(10).any(same),
        Fault::RepeatsForgottenInTime => recent.any(|entry| within(entry, 500)),
        Fault::RepeatsForgottenInABlink => recent.any(|entry| within(entry, 50)),
        Fault::RepeatsAcceptedSecondTime => recent.any(same) && ledger.refusals(&asked.name) < 1,
        Fault::RepeatsAcceptedThirdTime => recent.any(same) && ledger.refusals(&asked.name) < 2,
        Fault::RepeatsAcceptedAtTimes if recent.any(same) => {
            let fourth = ledger.refused.len() % 4 == 3;
            if fourth {
                ledger.refused.push(asked.name.clone());
            }
            !fourth
        }
        Fault::RepeatsFreed => {
            let taken = recent.any(same);
            ledger.entries.retain(|entry| !rules.same(&entry.asked.name, &asked.name));
            taken
        }
        _ => recent.any(same),
    }
}

impl Rules<'_> {
    fn same(&self, one: &str, other: &str) -> bool {
        let folded = match self.endpoint {
            Endpoint::Badges => self.fault == Some(Fault::LetterCaseIgnored),
            Endpoint::Rewards => self.manners.rewards_letter_case == LetterCase::Ignored,
        };
        let (one, other) = (self.read(one), self.read(other));
        if folded {
            return one.to_lowercase() == other.to_lowercase();
        }
        let (mut left, mut right) = (one.chars(), other.chars());
        match self.fault {
            Some(Fault::PrefixCompared) => left.take(20).eq(right.take(20)),
            Some(Fault::PrefixComparedTo50) => left.take(50).eq(right.take(50)),
            Some(Fault::PrefixComparedTo64) => left.take(64).eq(right.take(64)),
            Some(Fault::AccentsIgnored) => {
                let plain = |c: char| if c.is_ascii() { c } else { '?' };
                left.map(plain).eq(right.map(plain))
            }
            Some(Fault::DigitsIgnored) => {
                left.filter(|c| !c.is_ascii_digit()).eq(right.filter(|c| !c.is_ascii_digit()))
            }
            Some(Fault::PunctuationIgnored) => {
                left.filter(|c| !c.is_ascii_punctuation()).eq(right.filter(|c| !c.is_ascii_punctuation()))
            }
            Some(Fault::LetterCaseIgnoredBeyondAscii) if self.endpoint == Endpoint::Badges => {
                let lower = |c: char| if c.is_ascii() { c.to_string() } else { c.to_lowercase().collect() };
                left.by_ref().map(lower).eq(right.by_ref().map(lower))
            }
            _ => one == other,
        }
    }

    /// The name as it is compared.
    fn read<'n>(&self, name: &'n str) -> Cow<'n, str> {
        match self.manners.alike {
            Alike::Exact => Cow::Borrowed(name),
            Alike::Tidied => Cow::Owned(name.trim().nfc().collect()),
        }
    }
}
