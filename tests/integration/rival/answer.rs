//! The bodies of right answers.

use std::time::Duration;

use super::endpoint::Endpoint;
use super::fault::Fault;
use super::json::{Json, date_time, null, object, raw, text};
use super::reading::{Draft, Problem};
use super::variant::{Extras, Manners, Warnings};

const BADGES_USER: u64 = 4_217;
const REWARDS_USER: u64 = 75_197_372;
pub(super) const ORG: u64 = 50_156;

/// The body of a success: badges inside its envelope, rewards bare.
pub(super) fn success(
    endpoint: Endpoint,
    draft: &Draft,
    serial: u64,
    created: Duration,
    manners: &Manners,
) -> Json {
    match endpoint {
        Endpoint::Badges => object([
            ("data", badge_group(draft, serial, created, manners)),
            ("errors", Json::List(Vec::new())),
            ("warnings", Json::List(Vec::new())),
        ]),
        Endpoint::Rewards => rewards_group(draft, serial, created, manners),
    }
}

fn name_and_rank(draft: &Draft) -> (Json, Json) {
    (draft.name.as_deref().map_or_else(null, text), draft.rank.map_or_else(null, |rank| raw(&rank)))
}

pub(super) fn badge_id(created: Duration, number: u64) -> String {
    format!("{:08x}{:016x}", created.as_secs(), 0x8f68_6660_7000_0000_u64.wrapping_add(number))
}

fn badge_group(draft: &Draft, serial: u64, created: Duration, manners: &Manners) -> Json {
    let seconds = created.as_secs();
    let moment = format!("{seconds}.{:06}000", created.subsec_micros());
    let (name, rank) = name_and_rank(draft);
    let mut group = object([
        ("id", text(&badge_id(created, serial))),
        ("orgId", raw(&ORG)),
        ("name", name),
        ("rank", rank),
        ("createdBy", raw(&BADGES_USER)),
        ("createdOn", raw(&moment)),
        ("lastUpdatedBy", raw(&BADGES_USER)),
        ("lastUpdatedOn", raw(&moment)),
        ("isActive", raw(&true)),
    ]);
    let iso = match manners.extras {
        Extras::None => return group,
        Extras::Iso => date_time(seconds, 0) + "Z",
        Extras::IsoWithOffsetAndVersion => {
            group.set("version", raw(&1));
            date_time(seconds, 330) + "+05:30"
        }
    };
    group.set("createdOnISO", text(&iso));
    group.set("lastUpdatedOnISO", text(&iso));
    group
}

fn rewards_group(draft: &Draft, serial: u64, created: Duration, manners: &Manners) -> Json {
    let moment = text(&(date_time(created.as_secs(), 0) + "Z"));
    let (name, rank) = name_and_rank(draft);
    let mut group = object([
        ("id", raw(&(13_272 + serial))),
        ("orgId", raw(&ORG)),
        ("name", name),
        ("rank", rank),
        ("isActive", raw(&true)),
        ("createdBy", raw(&REWARDS_USER)),
        ("createdOn", raw(&created.as_millis())),
        ("createdOnDateTime", moment.clone()),
        ("lastUpdatedBy", raw(&REWARDS_USER)),
        ("lastUpdatedOn", raw(&created.as_millis())),
        ("lastUpdatedOnDateTime", moment),
    ]);
    if manners.extras == Extras::IsoWithOffsetAndVersion {
        group.set("version", raw(&1));
    }
    group
}

/// The body of a rejection, with the codes the endpoint (or the fault) gives.
pub(super) fn rejection(
    endpoint: Endpoint,
    problems: &[Problem],
    manners: &Manners,
    fault: Option<Fault>,
) -> Json {
    let mut errors: Vec<(i32, &str)> =
        problems.iter().map(|problem| (endpoint.code(problem, fault), message(endpoint, problem))).collect();
    let taken = problems.contains(&Problem::Taken);
    let missing = problems.contains(&Problem::NameMissing) || problems.contains(&Problem::RankMissing);
    match fault {
        Some(Fault::CodeExtraOnMissing) if missing => errors.push((733, "Group name is taken")),
        Some(Fault::CodeExtraOnTaken) if taken => errors.push((732, "Group rank is needed")),
        _ => {}
    }
    match endpoint {
        Endpoint::Badges => {
            let errors = errors.into_iter().map(|(code, message)| {
                object([("code", raw(&code)), ("message", text(message)), ("reference", null())])
            });
            let warnings = match manners.warnings {
                Warnings::Null => null(),
                Warnings::Empty => Json::List(Vec::new()),
            };
            object([("data", null()), ("errors", Json::List(errors.collect())), ("warnings", warnings)])
        }
        Endpoint::Rewards => {
            let code = errors.first().map_or(400, |(code, _)| *code);
            let messages: Vec<&str> = errors.iter().map(|(_, message)| *message).collect();
            let status = object([
                ("success", raw(&false)),
                ("code", raw(&code)),
                ("message", text(&messages.join(","))),
            ]);
            object([("status", status)])
        }
    }
}

fn message(endpoint: Endpoint, problem: &Problem) -> &str {
    match (endpoint, problem) {
        (_, Problem::Unreadable(message)) => message,
        (_, Problem::Doubtful(message)) => message,
        (Endpoint::Badges, Problem::Taken) => "Group with this name exists already",
        (Endpoint::Rewards, Problem::Taken) => "Group name must be unique",
        (Endpoint::Badges, Problem::NameMissing) => "Group name is mandatory",
        (Endpoint::Rewards, Problem::NameMissing) => "Group name must not be null",
        (_, Problem::NameBlank) => "Group name must not be blank",
        (_, Problem::RankMissing) => "Group rank is mandatory",
    }
}
