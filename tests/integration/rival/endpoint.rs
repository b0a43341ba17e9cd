//! The two endpoints and the code each gives to a problem.

use super::fault::Fault;
use super::reading::Problem;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Badges,
    Rewards,
}

impl Endpoint {
    pub(crate) const ALL: [Self; 2] = [Self::Badges, Self::Rewards];

    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Badges => "/api_gateway/v1/badges/group",
            Self::Rewards => "/api_gateway/rewards/core/v1/group/create",
        }
    }

    pub(super) fn at(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|endpoint| endpoint.path() == path)
    }

    pub(super) fn other(self) -> Self {
        match self {
            Self::Badges => Self::Rewards,
            Self::Rewards => Self::Badges,
        }
    }

    pub(super) fn code(self, problem: &Problem, fault: Option<Fault>) -> i32 {
        let wrong = fault.and_then(|fault| match self {
            Self::Badges => wrong_badges_code(fault, problem),
            Self::Rewards => wrong_rewards_code(fault, problem),
        });
        wrong.unwrap_or(match (self, problem) {
            (Self::Badges, Problem::Taken) => 733,
            (Self::Badges, Problem::RankMissing) => 732,
            (Self::Badges, Problem::NameMissing | Problem::NameBlank) => 735,
            (Self::Rewards, Problem::Taken) => 12012,
            _ => 400,
        })
    }
}

fn wrong_badges_code(fault: Fault, problem: &Problem) -> Option<i32> {
    let code = match (fault, problem) {
        (Fault::CodeZero, _) => 0,
        (Fault::CodeRankForName | Fault::CodesExchanged, Problem::NameMissing)
        | (Fault::CodeRankForTaken, Problem::Taken)
        | (Fault::CodeRankForUnreadable, Problem::Unreadable(_)) => 732,
        (Fault::CodeTakenForName, Problem::NameMissing)
        | (Fault::CodeTakenForRank, Problem::RankMissing)
        | (Fault::CodeTakenForUnreadable, Problem::Unreadable(_)) => 733,
        (Fault::CodeNameForRank | Fault::CodesExchanged, Problem::RankMissing)
        | (Fault::CodeNameForTaken, Problem::Taken) => 735,
        (Fault::CodePlainForName, Problem::NameMissing)
        | (Fault::CodePlainForRank, Problem::RankMissing)
        | (Fault::CodePlainForTaken, Problem::Taken) => 400,
        (Fault::CodeUnknownForName, Problem::NameMissing)
        | (Fault::CodeUnknownForRank, Problem::RankMissing)
        | (Fault::CodeUnknownForTaken, Problem::Taken)
        | (Fault::CodeUnknownForUnreadable, Problem::Unreadable(_)) => 999,
        _ => return None,
    };
    Some(code)
}

fn wrong_rewards_code(fault: Fault, problem: &Problem) -> Option<i32> {
    let code = match (fault, problem) {
        (Fault::CodeZero, _) => 0,
        (Fault::CodePlainForTaken, Problem::Taken) => 400,
        (Fault::CodeOfBadges, Problem::Taken) => 733,
        (Fault::CodeTakenForMissing, Problem::NameMissing)
        | (Fault::CodeTakenForUnreadable, Problem::Unreadable(_)) => 12012,
        (Fault::CodeUnknownForName, Problem::NameMissing)
        | (Fault::CodeUnknownForTaken, Problem::Taken)
        | (Fault::CodeUnknownForUnreadable, Problem::Unreadable(_)) => 999,
        _ => return None,
    };
    Some(code)
}
