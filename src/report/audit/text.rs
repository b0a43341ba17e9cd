//! An audit for people: a table by class, the survivors with their reasons, one last line.

use super::Audited;
use crate::audit::{Fate, Tally, Trial};
use crate::text::{count, visible};
use anstyle::{AnsiColor, Style};
use indexmap::IndexMap;

const BAD: Style = AnsiColor::Red.on_default().bold();
const DOUBTFUL: Style = AnsiColor::Yellow.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const HEADING: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();

/// The report with colours, which a caller takes off where they are not wanted. The time
/// stands only in its last line.
pub fn text(audited: &Audited<'_>) -> String {
    let tally = audited.audit.tally();
    let mut text = table(audited, &tally);
    let mut survived = Reasons::default();
    let mut pinned = Reasons::default();
    let mut unseen = Reasons::default();
    for Trial { fault, fate } in &audited.audit.trials {
        let id = fault.id.as_str();
        match fate {
            Fate::Survived { reason } => survived.add(reason, id),
            Fate::Warned { by } => survived.add(&format!("only a warning: {}", by.join(", ")), id),
            Fate::Pinned { reason, .. } => pinned.add(reason, id),
            Fate::Unseen => {
                let operation = &audited.contract.operations[fault.operation].id;
                let own = id.strip_prefix(&format!("{operation}/")).unwrap_or(id);
                unseen.add(&format!("{operation}  {}", fault.class), own);
            }
            Fate::Caught { .. } => {}
        }
    }
    text.push_str(&survived.listed("Not caught", BAD));
    text.push_str(&pinned.listed("Pinned: only snapshots show it, the contract does not say it", DOUBTFUL));
    text.push_str(&unseen.in_lines("Not counted: no request of the plan could see a difference"));
    text.push_str(&curve(audited, &tally));
    text.push_str(&last(audited, &tally));
    text
}

/// The faults that have a reason in common, in the order of the first.
#[derive(Default)]
struct Reasons<'a>(IndexMap<String, Vec<&'a str>>);

impl<'a> Reasons<'a> {
    fn add(&mut self, reason: &str, id: &'a str) {
        self.0.entry(reason.to_owned()).or_default().push(id);
    }

    fn listed(&self, heading: &str, style: Style) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let mut text = format!("\n{HEADING}{heading}{HEADING:#}\n");
        for (reason, ids) in &self.0 {
            text.push_str(&format!("  {style}{}{style:#}\n", visible(reason)));
            for id in ids {
                text.push_str(&format!("    {}\n", visible(id)));
            }
        }
        text
    }

    fn in_lines(&self, heading: &str) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let mut text = format!("\n{HEADING}{heading}{HEADING:#}\n");
        for (what, ids) in &self.0 {
            let ids = visible(&ids.join(", "));
            text.push_str(&format!("  {}: {FAINT}{ids}{FAINT:#}\n", visible(what)));
        }
        text
    }
}

/// A share with one digit, never rounded up to all.
fn share(part: usize, whole: usize) -> String {
    if whole == 0 {
        return "-".into();
    }
    let tenths = part * 1000 / whole;
    format!("{}.{} %", tenths / 10, tenths % 10)
}

fn table(audited: &Audited<'_>, all: &Tally) -> String {
    let mut rows =
        vec![["class", "planted", "seen", "caught", "", "pinned", "both", "warned", "by"].map(str::to_owned)];
    let row = |name: &str, tally: &Tally| {
        let mut by: Vec<(&str, usize)> = tally.by.iter().map(|(check, number)| (*check, *number)).collect();
        by.sort_by_key(|(check, number)| (std::cmp::Reverse(*number), *check));
        let by: Vec<String> = by.iter().map(|(check, number)| format!("{check} {number}")).collect();
        [
            name.to_owned(),
            tally.planted.to_string(),
            tally.seen.to_string(),
            tally.caught.to_string(),
            share(tally.caught, tally.seen),
            tally.pinned.to_string(),
            share(tally.caught + tally.pinned, tally.seen),
            tally.warned.to_string(),
            by.join(", "),
        ]
    };
    for (class, tally) in audited.audit.by_class() {
        rows.push(row(class.name(), &tally));
    }
    rows.push(row("all", &Tally { by: IndexMap::new(), ..all.clone() }));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 9] = std::array::from_fn(width);
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        let mut line = format!("{:<1$}", row[0], widths[0]);
        for column in 1..8 {
            line.push_str(&format!("  {:>1$}", row[column], widths[column]));
        }
        line.push_str(&format!("  {}", row[8]));
        let line = line.trim_end();
        let bold = index == 0 || index + 1 == rows.len();
        text.push_str(&if bold { format!("{HEADING}{line}{HEADING:#}\n") } else { format!("{line}\n") });
    }
    text
}

fn curve(audited: &Audited<'_>, tally: &Tally) -> String {
    let curve = audited.audit.curve();
    let steps = curve.iter().map(|step| format!("{} with {}", share(step.caught, tally.seen), step.requests));
    format!("\nCaught or pinned with the first requests: {}\n", steps.collect::<Vec<_>>().join(" · "))
}

fn last(audited: &Audited<'_>, tally: &Tally) -> String {
    let found = tally.caught + tally.pinned;
    let missed = tally.seen - found;
    let style = if missed == 0 { GOOD } else { DOUBTFUL };
    let mut how = format!("{style}{}{style:#} caught", share(tally.caught, tally.seen));
    if tally.pinned > 0 {
        how.push_str(&format!(", {style}{}{style:#} with snapshots", share(found, tally.seen)));
    }
    format!(
        "\nprobity audit: {how} · {} seen of {} planted · {} · {:.1} s\n",
        tally.seen,
        count(tally.planted, "fault", "faults"),
        count(audited.audit.requests, "request in the plan", "requests in the plan"),
        audited.elapsed.as_secs_f64(),
    )
}
