//! The faults in the body of an answer.

use std::time::Duration;

use super::answer::ORG;
use super::endpoint::Endpoint;
use super::fault::Fault;
use super::json::{Json, null, object, raw, text};
use super::reading::Draft;

const DATE_TIMES: [&str; 2] = ["createdOnDateTime", "lastUpdatedOnDateTime"];
const TIMES: [&str; 2] = ["createdOn", "lastUpdatedOn"];

pub(super) struct Create<'c> {
    pub(super) endpoint: Endpoint,
    pub(super) draft: &'c Draft,
    pub(super) serial: u64,
    pub(super) created: Duration,
    pub(super) preceding: &'c str,
}

/// The moment a group is said to be created at.
pub(super) fn moment(fault: Option<Fault>, now: Duration) -> Duration {
    match fault {
        Some(Fault::CreatedOnZero) => Duration::from_micros(1_500),
        Some(Fault::CreatedOnFuture) => now + Duration::from_hours(24),
        _ => now,
    }
}

pub(super) fn success(fault: Fault, create: &Create, body: &mut Json) {
    let group = match create.endpoint {
        Endpoint::Badges => body.get_mut("data"),
        Endpoint::Rewards => Some(&mut *body),
    };
    if let Some(group) = group {
        identity(fault, create, group);
        echo(fault, create, group);
        times(fault, create, group);
        if let Some(key) = dropped(fault) {
            group.remove(key);
        }
        if fault == Fault::KeysSnakeCase {
            snake_case(group);
        }
    }
    envelope(fault, create.endpoint, body);
}

fn quoted(group: &Json, key: &str) -> Json {
    match group.get(key) {
        Some(Json::Raw(token)) => text(token),
        _ => text(""),
    }
}

fn dropped(fault: Fault) -> Option<&'static str> {
    let key = match fault {
        Fault::NoId => "id",
        Fault::NoOrgId => "orgId",
        Fault::NoName => "name",
        Fault::NoRank => "rank",
        Fault::NoCreatedBy => "createdBy",
        Fault::NoCreatedOn => "createdOn",
        Fault::NoLastUpdatedBy => "lastUpdatedBy",
        Fault::NoLastUpdatedOn => "lastUpdatedOn",
        Fault::NoIsActive => "isActive",
        Fault::NoCreatedOnDateTime => "createdOnDateTime",
        Fault::NoLastUpdatedOnDateTime => "lastUpdatedOnDateTime",
        _ => return None,
    };
    Some(key)
}

fn identity(fault: Fault, create: &Create, group: &mut Json) {
    let badges = create.endpoint == Endpoint::Badges;
    match fault {
        Fault::IdNumber if badges => group.set("id", raw(&create.serial)),
        Fault::IdText if !badges => group.set("id", quoted(group, "id")),
        Fault::IdNotHex if badges => {
            group.set("id", text(&format!("group-{:018}", create.serial)));
        }
        Fault::IdNotFromClock if badges => {
            group.set("id", text(&format!("2b992ddfa23249d6{:08x}", create.serial)));
        }
        Fault::IdRepeated if badges => group.set("id", text("6581281e8f68666070de15c5")),
        Fault::IdRepeated => group.set("id", raw(&13_272)),
        Fault::OrgIdText => group.set("orgId", quoted(group, "orgId")),
        Fault::OrgIdChanges => group.set("orgId", raw(&(ORG + create.serial))),
        Fault::CreatedByText => group.set("createdBy", quoted(group, "createdBy")),
        Fault::CreatedByNull => group.set("createdBy", null()),
        Fault::LastUpdatedByText => group.set("lastUpdatedBy", quoted(group, "lastUpdatedBy")),
        Fault::LastUpdatedByOther => group.set("lastUpdatedBy", raw(&77)),
        Fault::IsActiveText => group.set("isActive", text("true")),
        Fault::IsActiveNumber => group.set("isActive", raw(&1)),
        Fault::IsActiveFalse => group.set("isActive", raw(&false)),
        _ => {}
    }
}

fn echo(fault: Fault, create: &Create, group: &mut Json) {
    let name = create.draft.name.as_deref().unwrap_or_default();
    let other_name = match fault {
        Fault::NameOther => Some("GROUP_RANK_4".to_owned()),
        Fault::NamePreceding => Some(create.preceding.to_owned()),
        Fault::NameTrimmed => Some(name.trim().to_owned()),
        Fault::NameLowered => Some(name.to_lowercase()),
        Fault::NameCut => Some(name.chars().take(20).collect()),
        Fault::NameHtmlEscaped => Some(
            name.replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
                .replace('"', "&quot;")
                .replace('\'', "&#39;"),
        ),
        Fault::NameAsciiOnly => Some(name.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect()),
        Fault::NameMojibake => Some(name.bytes().map(char::from).collect()),
        _ => None,
    };
    if let Some(other) = other_name {
        group.set("name", text(&other));
    }
    match (fault, create.draft.rank) {
        (Fault::NameNumber, _) => group.set("name", raw(&name.len())),
        (Fault::RankText, Some(rank)) => group.set("rank", text(&rank.to_string())),
        (Fault::RankFraction, Some(rank)) => group.set("rank", raw(&format!("{rank}.5"))),
        (Fault::RankOther, Some(rank)) => group.set("rank", raw(&rank.wrapping_add(1))),
        (Fault::RankWraps, Some(rank)) => {
            let low = rank.rem_euclid(1 << 32);
            group.set("rank", raw(&if low >= 1 << 31 { low - (1 << 32) } else { low }));
        }
        (Fault::RankZeroForNull, None) => group.set("rank", raw(&0)),
        (Fault::RankDroppedForNull, None) => group.remove("rank"),
        _ => {}
    }
}

fn times(fault: Fault, create: &Create, group: &mut Json) {
    let badges = create.endpoint == Endpoint::Badges;
    let (seconds, millis) = (create.created.as_secs(), create.created.as_millis());
    let iso = group.get(DATE_TIMES[0]).cloned().unwrap_or_else(|| text("2025-11-20T13:17:30Z"));
    let mut both = |keys: [&str; 2], value: Json| {
        for key in keys {
            group.set(key, value.clone());
        }
    };
    match fault {
        Fault::CreatedOnMillis if badges => both(TIMES, raw(&millis)),
        Fault::CreatedOnSeconds if !badges => both(TIMES, raw(&seconds)),
        Fault::CreatedOnWhole if badges => both(TIMES, raw(&seconds)),
        Fault::DateTimeUnreadable if !badges => both(DATE_TIMES, text("20 Nov 2025 13:17:30")),
        Fault::DateTimeNumber if !badges => both(DATE_TIMES, raw(&millis)),
        Fault::DateTimeImpossible if !badges => both(DATE_TIMES, text("2025-02-30T13:17:30Z")),
        Fault::DateTimeNoOffset if !badges => {
            let local = super::json::date_time(seconds, 0);
            both(DATE_TIMES, text(&local));
        }
        Fault::DateTimeOther if !badges => {
            let later = super::json::date_time(seconds, 60) + "Z";
            both(DATE_TIMES, text(&later));
        }
        Fault::CreatedOnText => group.set("createdOn", quoted(group, "createdOn")),
        Fault::CreatedOnIso => group.set("createdOn", iso),
        Fault::LastUpdatedOnText => group.set("lastUpdatedOn", quoted(group, "lastUpdatedOn")),
        Fault::LastUpdatedOnNull => group.set("lastUpdatedOn", null()),
        Fault::LastUpdatedOnEarlier if badges => {
            group.set("lastUpdatedOn", raw(&format!("{}.000000000", seconds - 3600)));
        }
        Fault::LastUpdatedOnEarlier => {
            group.set("lastUpdatedOn", raw(&(millis - 3_600_000)));
            let earlier = super::json::date_time(seconds - 3600, 0) + "Z";
            group.set("lastUpdatedOnDateTime", text(&earlier));
        }
        _ => {}
    }
}

fn snake_case(group: &mut Json) {
    let Json::Object(fields) = group else {
        return;
    };
    for (key, _) in fields {
        *key = key.chars().fold(String::new(), |mut name, character| {
            if character.is_ascii_uppercase() {
                name.push('_');
            }
            name.push(character.to_ascii_lowercase());
            name
        });
    }
}

fn envelope(fault: Fault, endpoint: Endpoint, body: &mut Json) {
    let badges = endpoint == Endpoint::Badges;
    let filled = || object([("code", raw(&733)), ("message", text("Group name is taken"))]);
    let group = body.get("data").cloned().unwrap_or_else(null);
    match fault {
        Fault::DataArray if badges => body.set("data", Json::List(vec![group])),
        Fault::DataNull if badges => body.set("data", null()),
        Fault::DataMissing => body.remove("data"),
        Fault::ErrorsObject if badges => body.set("errors", object([])),
        Fault::ErrorsFilled if badges => body.set("errors", Json::List(vec![filled()])),
        Fault::ErrorsMissing => body.remove("errors"),
        Fault::WarningsText if badges => body.set("warnings", text("none")),
        Fault::WarningsMissing => body.remove("warnings"),
        Fault::EnvelopeLost if badges => *body = group,
        Fault::EnvelopeAdded if !badges => *body = object([("data", body.clone())]),
        Fault::SuccessNull => *body = null(),
        Fault::SuccessList => *body = Json::List(vec![body.clone()]),
        _ => {}
    }
}

pub(super) fn rejection(fault: Fault, endpoint: Endpoint, body: &mut Json) {
    match endpoint {
        Endpoint::Badges => badges_rejection(fault, body),
        Endpoint::Rewards => rewards_rejection(fault, body),
    }
}

fn badges_rejection(fault: Fault, body: &mut Json) {
    let errors = match body.get("errors") {
        Some(Json::List(errors)) => errors.clone(),
        _ => Vec::new(),
    };
    match fault {
        Fault::RejectionErrorsObject => {
            body.set("errors", errors.into_iter().next().unwrap_or_else(null));
        }
        Fault::RejectionErrorsNull => body.set("errors", null()),
        Fault::RejectionErrorsEmpty => body.set("errors", Json::List(Vec::new())),
        Fault::RejectionErrorsMissing => body.remove("errors"),
        Fault::RejectionErrorsTexts => {
            let texts = errors.iter().filter_map(|error| error.get("message").cloned());
            body.set("errors", Json::List(texts.collect()));
        }
        Fault::RejectionDataFilled => {
            body.set("data", object([("id", null()), ("name", text("GROUP")), ("rank", raw(&0))]));
        }
        Fault::RejectionWarningsMissing => body.remove("warnings"),
        _ => {
            if let Some(Json::List(errors)) = body.get_mut("errors") {
                for error in errors {
                    one_error(fault, error);
                }
            }
        }
    }
}

fn rewards_rejection(fault: Fault, body: &mut Json) {
    let status = body.get("status").cloned().unwrap_or_else(null);
    match fault {
        Fault::StatusMissing => *body = status,
        Fault::StatusText => body.set("status", text("FAILURE")),
        _ => {
            if let Some(status) = body.get_mut("status") {
                one_error(fault, status);
            }
        }
    }
}

fn one_error(fault: Fault, error: &mut Json) {
    let rewards = error.get("success").is_some();
    match fault {
        Fault::CodeText => error.set("code", quoted(error, "code")),
        Fault::CodeFraction => {
            if let Some(Json::Raw(code)) = error.get("code") {
                error.set("code", raw(&format!("{code}.5")));
            }
        }
        Fault::CodeOmitted => error.remove("code"),
        Fault::CodeNull => error.set("code", null()),
        Fault::MessageOmitted => error.remove("message"),
        Fault::MessageNumber => error.set("message", raw(&7)),
        Fault::ReferenceMissing => error.remove("reference"),
        Fault::SuccessFlagText if rewards => error.set("success", text("false")),
        Fault::SuccessFlagTrue if rewards => error.set("success", raw(&true)),
        Fault::SuccessFlagMissing if rewards => error.remove("success"),
        _ => {}
    }
}
