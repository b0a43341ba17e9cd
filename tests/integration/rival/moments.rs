//! The faults in the times of an answer.

use std::time::Duration;

use super::endpoint::Endpoint;
use super::fault::Fault;
use super::json::{Json, date_time, null, raw, text};
use super::spoil::{Create, quoted};

const DATE_TIMES: [&str; 2] = ["createdOnDateTime", "lastUpdatedOnDateTime"];
const ISO: [&str; 2] = ["createdOnISO", "lastUpdatedOnISO"];
const TIMES: [&str; 2] = ["createdOn", "lastUpdatedOn"];
const INDIA: u64 = 330;
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// The moment a group is said to be created at.
pub(super) fn created(fault: Option<Fault>, serial: u64, now: Duration) -> Duration {
    match fault {
        Some(Fault::CreatedOnZero) => Duration::from_micros(1_500),
        Some(Fault::CreatedOnFuture) => now + DAY,
        Some(Fault::ClockHourBehind) => now.saturating_sub(HOUR),
        Some(Fault::ClockHourAhead) => now + HOUR,
        Some(Fault::ClockLocal) => now + Duration::from_mins(INDIA),
        Some(Fault::ClockTenMinutesBehind) => now.saturating_sub(Duration::from_mins(10)),
        Some(Fault::ClockFrozen) => Duration::from_millis(1_702_963_230_966),
        Some(Fault::ClockBackwards) => now.saturating_sub(Duration::from_mins(serial)),
        Some(Fault::ClockOneNodeBehind) if serial.is_multiple_of(3) => now.saturating_sub(DAY),
        _ => now,
    }
}

/// The header `Date` of a fault that gives one.
pub(super) fn date_header(fault: Fault, now: Duration) -> Option<String> {
    match fault {
        Fault::DateHourBehind => Some(http_date(now.saturating_sub(HOUR))),
        Fault::DateUnreadable => Some("yesterday".to_owned()),
        _ => None,
    }
}

pub(super) fn http_date(moment: Duration) -> String {
    const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let seconds = moment.as_secs();
    let weekday = WEEKDAYS[usize::try_from(seconds / 86_400 % 7).unwrap_or_default()];
    let iso = date_time(seconds, 0);
    let month = MONTHS[iso[5..7].parse::<usize>().map_or(0, |number| number - 1)];
    format!("{weekday}, {} {month} {} {} GMT", &iso[8..10], &iso[..4], &iso[11..])
}

fn both(group: &mut Json, keys: [&str; 2], value: &Json) {
    for key in keys {
        group.set(key, value.clone());
    }
}

pub(super) fn spoil(fault: Fault, create: &Create, group: &mut Json) {
    match create.endpoint {
        Endpoint::Badges => badges(fault, create.created, group),
        Endpoint::Rewards => rewards(fault, create.created, group),
    }
    let iso = group.get(DATE_TIMES[0]).cloned().unwrap_or_else(|| text("2025-11-20T13:17:30Z"));
    match fault {
        Fault::CreatedOnText => group.set("createdOn", quoted(group, "createdOn")),
        Fault::CreatedOnIso => group.set("createdOn", iso),
        Fault::CreatedOnMicros => both(group, TIMES, &raw(&create.created.as_micros())),
        Fault::LastUpdatedOnText => group.set("lastUpdatedOn", quoted(group, "lastUpdatedOn")),
        Fault::LastUpdatedOnNull => group.set("lastUpdatedOn", null()),
        Fault::LastUpdatedOnZero => group.set("lastUpdatedOn", raw(&0)),
        _ => {}
    }
}

fn badges(fault: Fault, created: Duration, group: &mut Json) {
    let seconds = created.as_secs();
    let decimal = |seconds: u64| raw(&format!("{seconds}.{:06}000", created.subsec_micros()));
    match fault {
        Fault::CreatedOnMillis => both(group, TIMES, &raw(&created.as_millis())),
        Fault::CreatedOnWhole => both(group, TIMES, &raw(&seconds)),
        Fault::LastUpdatedOnEarlier => {
            group.set("lastUpdatedOn", raw(&format!("{}.000000000", seconds - 3600)));
        }
        Fault::LastUpdatedOnLater => group.set("lastUpdatedOn", decimal(seconds + 1)),
        Fault::LastUpdatedOnRounded => group.set("lastUpdatedOn", raw(&seconds)),
        Fault::IsoLocal => both(group, ISO, &text(&(date_time(seconds, INDIA) + "Z"))),
        Fault::IsoOffsetAdded => both(group, ISO, &text(&(date_time(seconds, 0) + "+05:30"))),
        Fault::IsoUnreadable => both(group, ISO, &text("20/11/2025 13:17:30")),
        Fault::IsoNoOffset => both(group, ISO, &text(&date_time(seconds, 0))),
        Fault::IsoUpdatedOther => group.set(ISO[1], text(&(date_time(seconds, 60) + "Z"))),
        _ => {}
    }
}

fn rewards(fault: Fault, created: Duration, group: &mut Json) {
    let (seconds, millis) = (created.as_secs(), created.as_millis());
    let zulu = |seconds: u64, minutes: u64| text(&(date_time(seconds, minutes) + "Z"));
    let date_times = match fault {
        Fault::DateTimeUnreadable => text("20 Nov 2025 13:17:30"),
        Fault::DateTimeNumber => raw(&millis),
        Fault::DateTimeImpossible => text("2025-02-30T13:17:30Z"),
        Fault::DateTimeNoOffset => text(&date_time(seconds, 0)),
        Fault::DateTimeOther => zulu(seconds, 60),
        Fault::DateTimeLocal => zulu(seconds, INDIA),
        Fault::DateTimeOffset => text(&(date_time(seconds, INDIA) + "+05:30")),
        Fault::DateTimeMillis => text(&format!("{}.{:03}Z", date_time(seconds, 0), created.subsec_millis())),
        Fault::DateTimeNextSecond => zulu(seconds + u64::from(created.subsec_millis() > 0), 0),
        Fault::DateTimeDay => text(&date_time(seconds, 0)[..10]),
        Fault::DateTimeBlank => text(&(date_time(seconds, 0).replace('T', " ") + "Z")),
        Fault::DateTimeYesterday => zulu(seconds.saturating_sub(86_400), 0),
        Fault::DateTimeUnitLost => zulu(seconds / 1000, 0),
        other => return rewards_epoch(other, created, group),
    };
    both(group, DATE_TIMES, &date_times);
}

fn rewards_epoch(fault: Fault, created: Duration, group: &mut Json) {
    let (seconds, millis) = (created.as_secs(), created.as_millis());
    let updated = match fault {
        Fault::CreatedOnSeconds => return both(group, TIMES, &raw(&seconds)),
        Fault::CreatedOnWrapped => {
            let low = millis % (1 << 32);
            let sign = if low < 1 << 31 { "" } else { "-" };
            let size = if low < 1 << 31 { low } else { (1 << 32) - low };
            return both(group, TIMES, &raw(&format!("{sign}{size}")));
        }
        Fault::CreatedOnLocal => {
            return both(group, TIMES, &raw(&(millis + Duration::from_mins(INDIA).as_millis())));
        }
        Fault::DateTimeUpdatedOther => {
            return group.set(DATE_TIMES[1], text(&(date_time(seconds, 60) + "Z")));
        }
        Fault::LastUpdatedOnEarlier => created.saturating_sub(HOUR),
        Fault::LastUpdatedOnLater => created + Duration::from_secs(1),
        Fault::LastUpdatedOnRounded => return group.set("lastUpdatedOn", raw(&(seconds * 1000))),
        _ => return,
    };
    group.set("lastUpdatedOn", raw(&updated.as_millis()));
    group.set("lastUpdatedOnDateTime", text(&(date_time(updated.as_secs(), 0) + "Z")));
}
