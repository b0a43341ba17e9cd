//! The faults that show when creates overlap: the name is looked for, others pass, and only then
//! is the group recorded.

use std::time::Duration;

use super::endpoint::Endpoint;
use super::fault::Fault;

/// How long others can pass.
pub(super) fn gap(fault: Fault, endpoint: Endpoint) -> Option<Duration> {
    let badges = endpoint == Endpoint::Badges;
    let millis = match fault {
        Fault::RepeatsRaced => 80,
        Fault::RacedBadgesBy1 if badges => 1,
        Fault::RacedBadgesBy5 if badges => 5,
        Fault::RacedBadgesBy20 if badges => 20,
        Fault::RacedBadgesBy50 if badges => 50,
        Fault::RacedRewardsBy1 if !badges => 1,
        Fault::RacedRewardsBy5 if !badges => 5,
        Fault::RacedRewardsBy20 if !badges => 20,
        Fault::RacedRewardsBy50 if !badges => 50,
        Fault::RacedByThree
        | Fault::RacedOtherRank
        | Fault::RacedAllRefused
        | Fault::RacedServerError
        | Fault::RacedConflict
        | Fault::RacedWrongCode
        | Fault::RacedCut
        | Fault::RacedIds
        | Fault::RacedNames
        | Fault::RacedMemory => 20,
        _ => return None,
    };
    Some(Duration::from_millis(millis))
}

/// Whether the name is looked for once more when the others have passed, so that one wins.
pub(super) fn looks_again(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::RacedServerError
            | Fault::RacedConflict
            | Fault::RacedWrongCode
            | Fault::RacedCut
            | Fault::RacedIds
            | Fault::RacedNames
            | Fault::RacedMemory
    )
}

struct Runner {
    number: u64,
    endpoint: Endpoint,
    name: String,
    rank: Option<i64>,
    contested: bool,
    /// Counts for the next ones and will not leave by itself.
    refused: bool,
}

/// The creates that have passed the look-up and are not recorded yet.
#[derive(Default)]
pub(super) struct Track {
    runners: Vec<Runner>,
    started: u64,
}

impl Track {
    /// Lets a create pass, unless the fault sees that another of its kind is under way.
    pub(super) fn enter(
        &mut self,
        fault: Fault,
        endpoint: Endpoint,
        name: &str,
        rank: Option<i64>,
    ) -> Option<u64> {
        let alike = |runner: &&mut Runner| runner.endpoint == endpoint && runner.name == name;
        let (mut others, mut ranked) = (0, 0);
        for runner in self.runners.iter_mut().filter(alike) {
            runner.contested = true;
            others += 1;
            ranked += usize::from(runner.rank == rank);
        }
        let refused = match fault {
            Fault::RacedByThree => others == 1,
            Fault::RacedOtherRank => ranked > 0,
            _ => false,
        };
        self.started += 1;
        let number = self.started;
        let contested = others > 0;
        self.runners.push(Runner { number, endpoint, name: name.to_owned(), rank, contested, refused });
        (!refused).then_some(number)
    }

    /// Takes a create off the track; whether another of its name was there with it.
    pub(super) fn leave(&mut self, number: u64) -> bool {
        let Some(at) = self.runners.iter().position(|runner| runner.number == number) else {
            return false;
        };
        let own = self.runners.remove(at);
        self.runners
            .retain(|other| !other.refused || other.endpoint != own.endpoint || other.name != own.name);
        own.contested
    }

    /// The name of the create that entered last.
    pub(super) fn last_name(&self) -> Option<&str> {
        self.runners.last().map(|runner| runner.name.as_str())
    }
}
