//! The report for people: findings with their causes, what was not tested, and one last line.

use super::curl::{self, Repeat};
use super::text::{LONG, count, cut, inert, visible};
use super::{Subject, Verdict, changes};
use crate::judge::{Finding, Severity};
use crate::run::{End, Outcome};
use anstyle::{AnsiColor, Style};
use indexmap::IndexMap;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::time::Duration;

/// How much is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Findings and the summary.
    Quiet,
    /// Also what was not tested, and what was seen of the contract.
    #[default]
    Normal,
    /// Also every case.
    Verbose,
}

/// Where more operations than these have one reason, one of them stands for all.
const MOST_ALIKE: usize = 3;

const BAD: Style = AnsiColor::Red.on_default().bold();
const DOUBTFUL: Style = AnsiColor::Yellow.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const HEADING: Style = Style::new().bold();
const LABEL: Style = AnsiColor::Cyan.on_default();
const FAINT: Style = Style::new().dimmed();

/// The report with colours, which a caller takes off where they are not wanted. Times stand
/// only in its last line, and in what is said of every case.
pub fn terminal(subject: &Subject<'_>, detail: Detail) -> String {
    let mut page = Page { subject, text: String::new() };
    if detail == Detail::Verbose {
        page.cases();
    }
    page.findings();
    page.differences();
    if detail > Detail::Quiet {
        page.snapshots();
        page.untested();
        page.coverage();
    }
    page.end();
    page.summary();
    page.text
}

fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

struct Page<'s, 'r> {
    subject: &'s Subject<'r>,
    text: String,
}

impl Page<'_, '_> {
    fn line(&mut self, line: impl AsRef<str>) {
        self.text.push_str(&inert(line.as_ref()));
        self.text.push('\n');
    }

    fn heading(&mut self, text: &str) {
        self.line(styled(HEADING, text));
    }

    fn label(&mut self, name: &str, value: &str) {
        self.line(format!("  {} {value}", styled(LABEL, format_args!("{name:<10}"))));
    }

    fn place(&mut self, at: &str) {
        let location = visible(&self.subject.location(at).to_string());
        self.line(format!("  {} {location}", styled(LABEL, "-->")));
    }

    fn cases(&mut self) {
        self.heading("Cases");
        let by_step = self.subject.findings_by_step();
        for (step, case) in self.subject.steps() {
            let held = by_step.get(&step).and_then(|held| held.iter().map(|finding| finding.severity).min());
            let exchange = self.subject.exchange(step);
            let mark = match (held, exchange) {
                (_, None) => styled(FAINT, format_args!("{:<4}", "-")),
                (Some(severity), _) => styled(style(severity), format_args!("{:<4}", severity.name())),
                (None, _) if self.subject.run.untested.cases.contains(&step) => {
                    styled(FAINT, format_args!("{:<4}", "?"))
                }
                (None, _) => styled(GOOD, format_args!("{:<4}", "ok")),
            };
            let outcome = exchange.map_or("not sent".to_owned(), |exchange| match &exchange.outcome {
                Outcome::Answered(answer) => answer.status.to_string(),
                Outcome::Failed(failure) => failure.kind.name().to_owned(),
            });
            let codes = cut(&self.subject.codes(step).join(","), 20);
            let time = exchange.map_or(String::new(), |exchange| milliseconds(exchange.elapsed));
            let verdict = case.expectation.verdict.name();
            let id = visible(&case.id);
            self.line(format!("  {mark} {verdict:<6} {outcome:<9} {codes:<8} {time:>10}  {id}"));
        }
        self.line("");
    }

    fn findings(&mut self) {
        let mut group: Option<&str> = None;
        let mut variables = BTreeSet::new();
        let mut findings: Vec<&Finding> = self.subject.findings.iter().collect();
        // Stable: within an operation only the severity decides.
        let order = |finding: &Finding| {
            let operations = &self.subject.contract.operations;
            operations.iter().position(|operation| operation.id == finding.operation)
        };
        findings.sort_by_cached_key(|finding| (order(finding), finding.severity));
        for finding in findings {
            if group != Some(finding.operation.as_str()) {
                group = Some(&finding.operation);
                let name = self.operation(&finding.operation);
                self.heading(&name);
                self.line("");
            }
            variables.extend(self.finding(finding));
            self.line("");
        }
        if !variables.is_empty() {
            self.line(styled(FAINT, "To repeat a request, set the variables in its line:"));
            let width = variables.iter().map(String::len).max().unwrap_or_default();
            for name in &variables {
                self.line(styled(FAINT, format!("  {name:width$}  {}", curl::meaning(name))));
            }
            self.line("");
        }
    }

    /// Gives the variables in the line to repeat it.
    fn finding(&mut self, finding: &Finding) -> Vec<String> {
        let subject = self.subject;
        let severity = style(finding.severity);
        let name = styled(severity, format_args!("{}[{}]", finding.severity.name(), finding.check.id));
        let title = cut(&subject.neutral(&finding.first.title), LONG);
        let times = finding.cases.len();
        let times = if times > 1 { format!("  ×{times}") } else { String::new() };
        self.line(format!("{name} {}{times}", styled(HEADING, title)));
        self.place(&finding.first.at);
        let step = (finding.first.scenario, finding.first.step);
        if let Some(case) = subject.case(step) {
            let more = finding.cases.len().saturating_sub(1);
            let more = if more > 0 { format!("  (and {more} more)") } else { String::new() };
            self.label("case", &format!("{}{more}", visible(&case.id)));
        }
        for (name, text) in [("expected", &finding.first.expected), ("actual", &finding.first.actual)] {
            if !text.is_empty() {
                self.label(name, &cut(&subject.neutral(text), LONG));
            }
        }
        if let Some(id) = subject.request_id(step) {
            self.label("request id", &cut(&id, LONG));
        }
        let repeat = subject.repeat_whole(step);
        if let Some(repeat) = &repeat {
            let mut lines = repeat.line.lines();
            self.label("repeat", lines.next().unwrap_or_default());
            lines.for_each(|line| self.label("", line));
            if let Some(note) = &repeat.note {
                self.label("", note);
            }
        }
        self.label("explain", &format!("probity explain {}", finding.check.id));
        repeat.iter().flat_map(Repeat::variables).map(str::to_owned).collect()
    }

    fn differences(&mut self) {
        let lines = changes::lines(&self.subject.differences, self.subject.other_seed.as_ref());
        if lines.is_empty() {
            return;
        }
        self.heading("Snapshots that differ");
        for line in lines {
            let text = cut(&line, LONG);
            let text = match line.trim_start().chars().next() {
                Some('+') => styled(AnsiColor::Green.on_default(), text),
                Some('-') => styled(AnsiColor::Red.on_default(), text),
                _ => text,
            };
            self.line(format!("  {text}"));
        }
        self.line("");
    }

    fn snapshots(&mut self) {
        let Some(known) = &self.subject.snapshots else { return };
        let line = format!(
            "snapshots `{}`: {} compared, {} changed, {} new, {}",
            visible(&known.profile),
            known.compared,
            known.changed,
            known.new,
            count(known.orphans, "orphan", "orphans"),
        );
        self.line(line);
        if known.changed + known.new > 0 {
            self.line("  settle them with `probity snapshots review`");
        }
        if known.orphans > 0 {
            self.line("  `--record` removes orphans, which the contract no longer implies");
        }
        self.line("");
    }

    fn untested(&mut self) {
        let untestable = &self.subject.contract.untestable;
        let untestable = untestable.iter().map(|one| (visible(&one.operation), &one.at, &one.why));
        self.list("Not testable", untestable.collect());
        let gaps = self.subject.gaps().map(|gap| (visible(&gap.operation), &gap.at, &gap.why));
        self.list("Gaps", gaps.collect());
    }

    fn list(&mut self, heading: &str, entries: Vec<(String, &String, &String)>) {
        if entries.is_empty() {
            return;
        }
        self.heading(heading);
        let mut alike: IndexMap<&String, Vec<(String, &String)>> = IndexMap::new();
        for (operation, at, why) in entries {
            alike.entry(why).or_default().push((operation, at));
        }
        for (why, operations) in alike {
            let shown = if operations.len() > MOST_ALIKE { 1 } else { operations.len() };
            let more = match operations.len() - shown {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            for (operation, at) in operations.into_iter().take(shown) {
                self.line(format!("  {operation}{more}: {}", cut(why, LONG)));
                self.text.push_str("  ");
                self.place(at);
            }
        }
        self.line("");
    }

    fn coverage(&mut self) {
        self.heading("Seen of the contract");
        let subject = self.subject;
        for covered in &subject.coverage.operations {
            self.line(format!("  {}", self.operation(&covered.operation)));
            let others = [
                ("statuses", &covered.statuses, "not documented", &covered.undocumented_statuses),
                ("codes", &covered.codes, "not in the catalogue", &covered.unknown_codes),
            ];
            for (what, known, outside, unknown) in others {
                let names = |seen: &[super::coverage::Seen], wanted: bool| {
                    let names = seen.iter().filter(|one| (one.times > 0) == wanted);
                    names.map(|one| visible(&one.name)).collect::<Vec<_>>().join(" ")
                };
                let parts = [
                    ("seen", GOOD, names(known, true)),
                    ("not seen", DOUBTFUL, names(known, false)),
                    (outside, BAD, cut(&names(unknown, true), LONG)),
                ];
                let parts = parts.into_iter().filter(|(_, _, names)| !names.is_empty());
                let parts: Vec<String> =
                    parts.map(|(words, style, names)| format!("{} {names}", styled(style, words))).collect();
                if !parts.is_empty() {
                    self.line(format!("    {what:<9} {}", parts.join(" · ")));
                }
            }
            if covered.exchanges > 0 {
                self.rules(&covered.rules);
            }
        }
        self.line("");
    }

    /// How many rules were held against something, and each that was not.
    fn rules(&mut self, rules: &[super::coverage::Tried]) {
        if rules.is_empty() {
            return;
        }
        let idle: Vec<_> = rules.iter().filter(|tried| tried.times == 0).collect();
        let exercised = styled(GOOD, "exercised");
        let of = if idle.is_empty() { String::new() } else { format!(" of {}", rules.len()) };
        self.line(format!("    {:<9} {exercised} {}{of}", "rules", rules.len() - idle.len()));
        for tried in idle {
            let location = visible(&self.subject.location(&tried.pointer).to_string());
            let (words, rule) = (styled(DOUBTFUL, "not exercised"), cut(&tried.rule, LONG));
            self.line(format!("      {words} {rule}  {location}"));
        }
    }

    fn end(&mut self) {
        let sent = self.subject.run.sent();
        let of = format!("{sent} of {}", count(self.subject.plan.len(), "request", "requests"));
        let line = match &self.subject.run.end {
            End::Complete => return,
            End::FirstFinding => format!("stopped at the first finding, after {of}"),
            End::Interrupted => format!("interrupted after {of}; what was not sent is not judged"),
            End::TargetLost(why) => format!("target lost after {of}: {}", cut(why, LONG)),
            End::LedgerLost(why) => format!("stopped after {of}: {}", cut(why, LONG)),
        };
        self.line(line);
    }

    fn summary(&mut self) {
        let subject = self.subject;
        let (word, style) = match subject.verdict() {
            Verdict::Holds => ("OK", GOOD),
            Verdict::Broken => ("FAILED", BAD),
            Verdict::Interrupted => ("INTERRUPTED", DOUBTFUL),
            Verdict::TargetLost => ("TARGET LOST", BAD),
            Verdict::LedgerLost => ("LEDGER LOST", BAD),
            Verdict::Untested => ("NOTHING TESTED", BAD),
        };
        let (deny, warn) = (subject.count(Severity::Deny), subject.count(Severity::Warn));
        let split: Vec<String> = [(deny, "deny"), (warn, "warn")]
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, name)| format!("{number} {name}"))
            .collect();
        let findings = match deny + warn {
            0 => "no findings".to_owned(),
            all => format!("{} ({})", count(all, "finding", "findings"), split.join(", ")),
        };
        let mut parts = vec![
            count(subject.coverage.operations.len(), "operation", "operations"),
            count(subject.plan.len(), "case", "cases"),
            count(subject.run.sent(), "exchange", "exchanges"),
            findings,
        ];
        if let Some(known) = &subject.snapshots {
            let differ = known.changed + known.new;
            parts.extend((differ > 0).then(|| count(differ, "snapshot differs", "snapshots differ")));
        }
        let untested = subject.run.untested.cases.len();
        parts.extend((untested > 0).then(|| format!("{} not tested", count(untested, "case", "cases"))));
        let untestable = subject.contract.untestable.len();
        parts.extend((untestable > 0).then(|| format!("{untestable} not testable")));
        let gaps = subject.gaps().count();
        parts.extend((gaps > 0).then(|| count(gaps, "gap", "gaps")));
        parts.push(format!("{:.2} s", subject.run.elapsed.as_secs_f64()));
        parts.extend(rate(subject.run.sent(), subject.run.elapsed));
        parts.push(cut(&subject.run.target, LONG));
        self.line(format!("probity: {}  {}", styled(style, word), parts.join(" · ")));
    }

    fn operation(&self, id: &str) -> String {
        match self.subject.contract.operation(id) {
            Some(operation) => visible(&format!("{}  {} {}", operation.id, operation.method, operation.path)),
            None => visible(id),
        }
    }
}

fn style(severity: Severity) -> Style {
    match severity {
        Severity::Deny => BAD,
        Severity::Warn => DOUBTFUL,
        Severity::Allow => FAINT,
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

fn rate(sent: usize, elapsed: Duration) -> Option<String> {
    let sent = u32::try_from(sent).ok().filter(|sent| *sent > 0)?;
    let rate = f64::from(sent) / elapsed.as_secs_f64();
    let decimals = usize::from(rate < 10.0);
    rate.is_finite().then(|| format!("{rate:.decimals$}/s"))
}

#[cfg(test)]
#[path = "terminal_tests.rs"]
mod tests;
