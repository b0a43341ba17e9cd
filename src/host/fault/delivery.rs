//! Answers that do not arrive as they should, always or every so often.

use super::change::Change;
use super::spoilt::Spoilt;
use super::{Class, Defect, Site};
use crate::host::answer::Lost;
use std::time::Duration;

/// Longer than a client waits.
pub(super) const LATE: Duration = Duration::from_secs(15);

/// Which answers of an operation are hit where not all are.
const EVERY: &[u64] = &[7, 50];

pub(super) fn derive(site: &mut Site<'_>) {
    let at = site.operation.at.clone();
    let status = site.success;
    let always = [
        ("slow", "answers come after 15 s", Change::Late(LATE)),
        ("cut", "connections end before the answer", Change::Lost(Lost::Before)),
        ("short", "bodies are shorter than announced", Change::Lost(Lost::Within)),
    ];
    for (id, words, change) in always {
        let defect = Defect::Answer { status: None, every: 1, change };
        site.plant(Class::Delivery, &format!("delivery/{id}"), &at, words, defect);
    }
    for every in EVERY {
        let ways = [
            ("500", "answer is a 500", None, Change::Status(500)),
            ("503", "answer is a 503", None, Change::Status(503)),
            ("empty-object", "success is an empty object", Some(status), Change::Bytes(Spoilt::EmptyObject)),
            ("truncated", "answer is cut in the middle", None, Change::Bytes(Spoilt::Truncated)),
            ("cut", "connection ends before the answer", None, Change::Lost(Lost::Before)),
            ("short", "body is shorter than announced", None, Change::Lost(Lost::Within)),
        ];
        for (id, words, status, change) in ways {
            let id = format!("every-{every}/{id}");
            let words = format!("every {every}th {words}");
            let defect = Defect::Answer { status, every: *every, change };
            site.plant(Class::Intermittent, &id, &at, words, defect);
        }
    }
}
