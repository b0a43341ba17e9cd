//! Reading a group back by its id, beside each create operation.

use std::time::Duration;

use super::answer::{self, ORG};
use super::endpoint::Endpoint;
use super::fault::Fault;
use super::json::{Json, null, raw, text};
use super::ledger::{Kept, Ledger};
use super::reading::Draft;
use super::variant::Manners;

const PREFIXES: [(Endpoint, &str); 2] = [
    (Endpoint::Badges, "/api_gateway/v1/badges/group/"),
    (Endpoint::Rewards, "/api_gateway/rewards/core/v1/group/"),
];

/// The endpoint and the id that a path reads.
pub(super) fn target(path: &str) -> Option<(Endpoint, &str)> {
    if Endpoint::at(path).is_some() {
        return None;
    }
    PREFIXES.into_iter().find_map(|(endpoint, prefix)| {
        let id = path.strip_prefix(prefix)?;
        (!id.is_empty() && !id.contains('/')).then_some((endpoint, id))
    })
}

/// The body that reads a group, if there is one of this id.
pub(super) fn read(
    ledger: &Ledger,
    endpoint: Endpoint,
    id: &str,
    manners: &Manners,
    fault: Option<Fault>,
) -> Option<Json> {
    let asked = ledger.kept().find(|kept| kept.id == id)?;
    let kept = match fault {
        Some(Fault::ReadNotFound) => return None,
        Some(Fault::ReadFirst) => ledger.kept().next()?,
        _ => asked,
    };
    let created = match fault {
        Some(Fault::ReadHourOff) => kept.created.saturating_sub(Duration::from_hours(1)),
        _ => kept.created,
    };
    let rounded = match endpoint {
        Endpoint::Badges => Duration::from_millis(nearest(created.as_micros())),
        Endpoint::Rewards => Duration::from_secs(nearest(created.as_millis())),
    };
    let mut body = answer::success(endpoint, &drawn(&kept.draft, fault), kept.serial, rounded, manners);
    let group = match endpoint {
        Endpoint::Badges => {
            body.set("errors", null());
            body.get_mut("data")?
        }
        Endpoint::Rewards => &mut body,
    };
    identify(group, endpoint, kept, fault);
    Some(body)
}

/// A thousandth, to the nearest.
fn nearest(thousand: u128) -> u64 {
    u64::try_from((thousand + 500) / 1000).unwrap_or_default()
}

fn drawn(draft: &Draft, fault: Option<Fault>) -> Draft {
    let mut draft = draft.clone();
    match fault {
        Some(Fault::ReadOtherName) => draft.name = Some("GROUP_RANK_4".to_owned()),
        Some(Fault::ReadLoweredName) => draft.name = draft.name.map(|name| name.to_lowercase()),
        Some(Fault::ReadOtherRank) => draft.rank = draft.rank.map(|rank| rank.wrapping_add(1)),
        _ => {}
    }
    draft
}

fn identify(group: &mut Json, endpoint: Endpoint, kept: &Kept, fault: Option<Fault>) {
    let id = match (endpoint, fault) {
        (Endpoint::Badges, Some(Fault::ReadOtherId)) => text(&answer::badge_id(kept.created, 0)),
        (Endpoint::Rewards, Some(Fault::ReadOtherId)) => raw(&1),
        (Endpoint::Badges, _) => text(&kept.id),
        (Endpoint::Rewards, _) => raw(&kept.id),
    };
    group.set("id", id);
    match fault {
        Some(Fault::ReadInactive) => group.set("isActive", raw(&false)),
        Some(Fault::ReadOtherOrg) => group.set("orgId", raw(&(ORG + 1))),
        _ => {}
    }
}
