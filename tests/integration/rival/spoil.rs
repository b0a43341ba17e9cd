//! The faults in the body of an answer.

use std::time::Duration;

use super::answer::{self, ORG};
use super::endpoint::Endpoint;
use super::fault::Fault;
use super::json::{Json, null, object, raw, text};
use super::reading::Draft;
use super::{echo, moments};

pub(super) struct Create<'c> {
    pub(super) endpoint: Endpoint,
    pub(super) draft: &'c Draft,
    pub(super) serial: u64,
    pub(super) created: Duration,
    pub(super) preceding: &'c str,
    /// The id of the endpoint's group before.
    pub(super) preceding_id: Option<&'c str>,
    /// The smallest rank from the one asked for on that no group has.
    pub(super) free_rank: i64,
    pub(super) connection: u64,
}

pub(super) fn success(fault: Fault, create: &Create, body: &mut Json) {
    let group = match create.endpoint {
        Endpoint::Badges => body.get_mut("data"),
        Endpoint::Rewards => Some(&mut *body),
    };
    if let Some(group) = group {
        identity(fault, create, group);
        who(fault, create, group);
        echo::spoil(fault, create, group);
        moments::spoil(fault, create, group);
        if let Some(key) = dropped(fault, create.serial) {
            group.remove(key);
        }
        if fault == Fault::KeysSnakeCase {
            snake_case(group);
        }
    }
    envelope(fault, create.endpoint, body);
}

pub(super) fn quoted(group: &Json, key: &str) -> Json {
    match group.get(key) {
        Some(Json::Raw(token)) => text(token),
        _ => text(""),
    }
}

fn dropped(fault: Fault, serial: u64) -> Option<&'static str> {
    let key = match fault {
        Fault::NoId => "id",
        Fault::NoOrgId => "orgId",
        Fault::NoOrgIdEvery13 if serial.is_multiple_of(13) => "orgId",
        Fault::NoName => "name",
        Fault::NoRank => "rank",
        Fault::NoCreatedBy => "createdBy",
        Fault::NoCreatedOn => "createdOn",
        Fault::NoLastUpdatedBy => "lastUpdatedBy",
        Fault::NoLastUpdatedOn => "lastUpdatedOn",
        Fault::NoIsActive => "isActive",
        Fault::NoIsActiveEvery50 if serial.is_multiple_of(50) => "isActive",
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
        Fault::IdEmpty if badges => group.set("id", text("")),
        Fault::IdRepeatedAtTimes if create.serial.is_multiple_of(10) => {
            if let Some(id) = create.preceding_id {
                group.set("id", if badges { text(id) } else { raw(id) });
            }
        }
        Fault::IdNullAtTimes if create.serial.is_multiple_of(10) => group.set("id", null()),
        Fault::IdRounded if !badges => {
            group.set("id", raw(&format!("{:.0}", 9_007_199_254_740_992.0 + f64::from(serial(create)))));
        }
        _ => {
            if let Some(number) = shared_id(fault, create) {
                group.set("id", id(create, number));
            }
        }
    }
}

fn serial(create: &Create) -> u32 {
    u32::try_from(create.serial).unwrap_or_default()
}

/// The number in an id, where the fault gives it to several groups.
fn shared_id(fault: Fault, create: &Create) -> Option<u64> {
    let serial = create.serial;
    match fault {
        Fault::IdRepeated => Some(1),
        Fault::IdReusedAfterTen => Some(serial % 10),
        Fault::IdPerSecond if create.endpoint == Endpoint::Badges => Some(1),
        Fault::IdFromRank => Some(create.draft.rank.unwrap_or_default().unsigned_abs()),
        _ => None,
    }
}

/// An id in the endpoint's form.
fn id(create: &Create, number: u64) -> Json {
    match create.endpoint {
        Endpoint::Badges => text(&answer::badge_id(create.created, number)),
        Endpoint::Rewards => raw(&number),
    }
}

fn who(fault: Fault, create: &Create, group: &mut Json) {
    let serial = create.serial;
    let badges = create.endpoint == Endpoint::Badges;
    match fault {
        Fault::OrgIdPerConnection => group.set("orgId", raw(&(ORG + create.connection))),
        Fault::OrgIdPerEndpoint if badges => group.set("orgId", raw(&(ORG + 1))),
        Fault::OrgIdChangesOnce if serial > 20 => group.set("orgId", raw(&(ORG + 1))),
        Fault::CreatedByChanges => {
            group.set("createdBy", raw(&serial));
            group.set("lastUpdatedBy", raw(&serial));
        }
        Fault::IsActiveFalseAtTimes if serial.is_multiple_of(10) => group.set("isActive", raw(&false)),
        Fault::IsActiveFalseForNull if create.draft.rank.is_none() => group.set("isActive", raw(&false)),
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
