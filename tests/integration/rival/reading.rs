//! From the bytes of a request to a draft of a group, with what is wrong with it.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Number, Value};

use super::endpoint::Endpoint;
use super::fault::Fault;
use super::tolerance;
use super::variant::{Manners, Stance};

#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) name: Option<String>,
    pub(super) rank: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// Not JSON, not an object, or a field of the wrong type.
    Unreadable(String),
    NameMissing,
    NameBlank,
    RankMissing,
    /// An input on which the documents are silent and this variant is not.
    Doubtful(&'static str),
    Taken,
}

/// An object's members in order, repeated keys included.
pub(super) struct Members(pub(super) Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Members;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Members, M::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                    if members.len() > 100_000 {
                        return Err(M::Error::custom("too many members"));
                    }
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Reader)
    }
}

impl Members {
    fn last(&self, key: &str) -> Option<&Value> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub(super) fn repeats(&self) -> bool {
        let mut keys = HashSet::new();
        !self.0.iter().all(|(key, _)| keys.insert(key))
    }

    pub(super) fn has_unknown(&self) -> bool {
        self.0.iter().any(|(key, _)| key != "name" && key != "rank")
    }
}

pub(super) struct Reader<'r> {
    pub(super) endpoint: Endpoint,
    pub(super) manners: &'r Manners,
    pub(super) fault: Option<Fault>,
    /// The name a fault gives to a group that has none.
    pub(super) made_up: &'r str,
}

impl Reader<'_> {
    pub(super) fn read(&self, body: &[u8]) -> (Draft, Vec<Problem>) {
        match self.members(body).and_then(|members| self.draft(&members)) {
            Ok((draft, mut problems)) => {
                self.doubt(&draft, &mut problems);
                (draft, problems)
            }
            Err(message) => (Draft::default(), vec![Problem::Unreadable(message)]),
        }
    }

    fn members(&self, body: &[u8]) -> Result<Members, String> {
        let mended = match self.fault {
            Some(fault) => tolerance::mend(fault, body, self.made_up),
            None => Cow::Borrowed(body),
        };
        let members: Members =
            serde_json::from_slice(&mended).map_err(|error| format!("Malformed JSON: {error}"))?;
        if self.manners.repeated_key == Stance::Refuse && members.repeats() {
            return Err("Malformed JSON: repeated key".to_owned());
        }
        if self.manners.unknown_field == Stance::Refuse && members.has_unknown() {
            return Err("Unrecognized field".to_owned());
        }
        Ok(members)
    }

    fn draft(&self, members: &Members) -> Result<(Draft, Vec<Problem>), String> {
        let mut problems = Vec::new();
        let name = match members.last("name") {
            None | Some(Value::Null) if self.makes_up_name(members) => Some(self.made_up.to_owned()),
            None | Some(Value::Null) => {
                problems.push(Problem::NameMissing);
                None
            }
            Some(Value::String(name)) => Some(name.clone()),
            Some(other) => Some(
                self.fault
                    .and_then(|fault| tolerance::name(fault, other))
                    .ok_or("Invalid value for field name")?,
            ),
        };
        let sent = members.last("rank");
        let rank = match sent {
            None | Some(Value::Null) => self.judge_no_rank(sent.is_some(), &mut problems).then_some(0),
            Some(value) => Some(self.rank(value).ok_or("Invalid value for field rank")?),
        };
        Ok((Draft { name, rank }, problems))
    }

    fn makes_up_name(&self, members: &Members) -> bool {
        let null = members.last("name").is_some();
        let badges = self.endpoint == Endpoint::Badges;
        match self.fault {
            Some(Fault::AcceptsMissingNameBadges) => badges && !null,
            Some(Fault::AcceptsMissingNameRewards) => !badges && !null,
            Some(Fault::AcceptsNullNameBadges) => badges && null,
            Some(Fault::AcceptsNullNameRewards) => !badges && null,
            _ => false,
        }
    }

    /// Whether a rank of 0 stands in; else a problem is noted where a rank is needed.
    fn judge_no_rank(&self, null: bool, problems: &mut Vec<Problem>) -> bool {
        match (self.endpoint, self.fault) {
            (Endpoint::Badges, Some(Fault::AcceptsMissingRank)) if !null => return true,
            (Endpoint::Badges, Some(Fault::AcceptsNullRank)) if null => return true,
            (Endpoint::Badges, _) => problems.push(Problem::RankMissing),
            (Endpoint::Rewards, Some(Fault::RefusesNullRank)) if null => {
                problems.push(Problem::Doubtful("Group rank must not be null"));
            }
            (Endpoint::Rewards, Some(Fault::RefusesAbsentRank)) if !null => {
                problems.push(Problem::Doubtful("Group rank must not be null"));
            }
            (Endpoint::Rewards, _) => {}
        }
        false
    }

    fn rank(&self, value: &Value) -> Option<i64> {
        let read = match value {
            Value::Number(number) => self.integer(number),
            _ => None,
        };
        read.or_else(|| self.fault.and_then(|fault| tolerance::rank(fault, value)))
    }

    fn integer(&self, number: &Number) -> Option<i64> {
        if let Some(integer) = number.as_i64() {
            return Some(integer);
        }
        let float = number.as_f64()?;
        let exact = float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0;
        if exact && self.manners.whole_fraction == Stance::Accept {
            format!("{float:.0}").parse().ok()
        } else {
            None
        }
    }

    fn doubt(&self, draft: &Draft, problems: &mut Vec<Problem>) {
        let manners = self.manners;
        let fault = self.fault;
        let mut note = |seen: bool, stance: Stance, problem: Problem| {
            if seen && stance == Stance::Refuse {
                problems.push(problem);
            }
        };
        if let Some(name) = &draft.name {
            let trimmed = name.trim();
            let blank = trimmed.is_empty();
            let padded = !blank && trimmed.len() != name.len();
            let long = name.chars().count() > 255;
            let control = name.chars().any(char::is_control);
            let refuse_unicode =
                if fault == Some(Fault::RefusesUnicode) { Stance::Refuse } else { Stance::Accept };
            note(blank, manners.blank_name, Problem::NameBlank);
            note(padded, manners.padded_name, Problem::Doubtful("Group name has outer spaces"));
            note(long, manners.long_name, Problem::Doubtful("Group name is too long"));
            note(control, manners.control_name, Problem::Doubtful("Group name is not printable"));
            note(!name.is_ascii(), refuse_unicode, Problem::Doubtful("Group name is not ASCII"));
        }
        if let Some(rank) = draft.rank {
            let wide = i32::try_from(rank).is_err();
            note(rank <= 0, manners.low_rank, Problem::Doubtful("Group rank is too low"));
            note(wide, manners.wide_rank, Problem::Doubtful("Group rank is too wide"));
        }
        if fault == Some(Fault::RefusesAll) {
            problems.push(Problem::Doubtful("Not allowed"));
        }
    }
}
