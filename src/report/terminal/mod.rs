//! The report for people: findings with their causes, what was not tested, and one last line.

use super::curl::{self, Repeat};
use super::model::{At, Came, Case, CaseResult, Ending, Finding, Operation, Report, Untested};
use super::{changes, words};
use crate::judge::Severity;
use crate::record::Verdict;
use crate::text::{LONG, count, cut, inert, visible};
use anstyle::{AnsiColor, Style};
use indexmap::IndexMap;
use std::collections::BTreeSet;
use std::fmt::Display;

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

impl Detail {
    /// What two flags ask for; quiet outweighs verbose.
    pub fn of(quiet: bool, verbose: bool) -> Detail {
        match (quiet, verbose) {
            (true, _) => Detail::Quiet,
            (_, true) => Detail::Verbose,
            _ => Detail::Normal,
        }
    }
}

/// Where more operations than these have one reason, one of them stands for all.
const MOST_ALIKE: usize = 3;

/// So many findings are told in detail, in about so many lines.
const DETAILED: usize = 10;
const MOST_DETAIL: usize = 90;

/// So many lines list all of them.
const MOST_INDEX: usize = 30;

/// So many lines tell how snapshots differ, and so many what was not tested.
const MOST_DIFFERENCES: usize = 24;
const MOST_GAPS: usize = 10;

/// So many operations are told one by one in the summary of what was seen.
const MOST_SEEN: usize = 12;

/// So many rules that were not exercised are named.
const MOST_IDLE: usize = 5;

/// So many names stand in one line, and so many characters of a title.
const FEW: usize = 3;
const SHORT: usize = 110;

/// So many requests of which one ended the host are shown.
pub(super) const MOST_SUSPECTS: usize = 8;

const BAD: Style = AnsiColor::Red.on_default().bold();
const DOUBTFUL: Style = AnsiColor::Yellow.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const HEADING: Style = Style::new().bold();
const LABEL: Style = AnsiColor::Cyan.on_default();
const FAINT: Style = Style::new().dimmed();

/// The report with colours, which a caller takes off where they are not wanted. Times stand
/// only in its last line, and in what is said of every case.
pub fn terminal(report: &Report, detail: Detail) -> String {
    let mut screen = Screen { report, detail, text: String::new() };
    if detail == Detail::Verbose {
        screen.cases();
    }
    screen.findings();
    screen.differences();
    if detail > Detail::Quiet {
        screen.snapshots();
        screen.untested();
    }
    if detail == Detail::Verbose {
        screen.coverage();
    } else if detail > Detail::Quiet {
        screen.seen();
    }
    screen.index();
    screen.end();
    screen.summary();
    screen.text
}

fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// What is shown, as it grows.
struct Screen<'r> {
    report: &'r Report,
    detail: Detail,
    text: String,
}

impl Screen<'_> {
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

    /// How many lines there are.
    fn lines(&self) -> usize {
        self.text.lines().count()
    }

    fn place(&mut self, at: &At, more: &str) {
        self.line(format!("  {} {}{more}", styled(LABEL, "-->"), location(at)));
    }

    fn cases(&mut self) {
        self.heading("Cases");
        for case in &self.report.cases {
            let (style, word) = mark(case);
            let mark = styled(style, format_args!("{word:<4}"));
            let outcome = case.outcome.as_ref();
            let came = outcome.map_or("not sent".to_owned(), |outcome| match &outcome.came {
                Came::Status(status) => status.to_string(),
                Came::Failure(name) => visible(name),
            });
            let codes = cut(&outcome.map(|outcome| outcome.codes.join(",")).unwrap_or_default(), 20);
            let time =
                outcome.map_or(String::new(), |outcome| format!("{:.1} ms", outcome.observed.elapsed_ms));
            let verdict = case.expected.verdict.name();
            let id = visible(&case.id);
            self.line(format!("  {mark} {verdict:<6} {came:<9} {codes:<8} {time:>10}  {id}"));
        }
        self.line("");
    }

    /// The first few in detail.
    fn findings(&mut self) {
        let all = self.detail == Detail::Verbose;
        let (mut variables, begun) = (BTreeSet::new(), self.lines());
        let mut told = 0;
        for (index, finding) in self.report.findings.iter().enumerate() {
            if !all && (index == DETAILED || self.lines() - begun > MOST_DETAIL) {
                break;
            }
            variables.extend(self.finding(index + 1, finding));
            self.line("");
            told += 1;
        }
        let left = self.report.findings.len() - told;
        if left > 0 {
            let all = "--verbose, or --report html=FILE, has every detail";
            self.line(styled(FAINT, format!("\u{2026} and {left} more, which are listed below: {all}")));
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
    fn finding(&mut self, number: usize, finding: &Finding) -> Vec<String> {
        let severity = style(finding.severity);
        let name = styled(severity, format_args!("{}[{}]", finding.severity.name(), finding.check));
        let title = cut(&finding.title, LONG);
        let number = styled(FAINT, format_args!("#{number}"));
        self.line(format!("{name} {}{}  {number}", styled(HEADING, title), times(finding)));
        let operation = match finding.about.as_str() {
            "api" => String::new(),
            _ => format!("  {}", self.operation(&finding.operation)),
        };
        self.place(&finding.contract, &operation);
        let more = finding.cases.len().saturating_sub(1);
        let more = if more > 0 { format!("  (and {more} more)") } else { String::new() };
        if !finding.example.is_empty() {
            self.label("case", &format!("{}{more}", visible(&finding.example)));
        }
        self.except(finding);
        for (name, text) in [("expected", &finding.expected), ("actual", &finding.actual)] {
            if !text.is_empty() {
                self.label(name, &cut(text, LONG));
            }
        }
        if let Some(said) = &finding.said {
            self.label("said", &visible(said));
        }
        let example = words::example(self.report, finding).and_then(|case| case.outcome.as_ref());
        if let Some(id) = example.and_then(|outcome| outcome.observed.request_id.as_ref()) {
            self.label("request id", &cut(id, LONG));
        }
        let mut variables = Vec::new();
        for (index, repeat) in self.suspects(finding).into_iter().enumerate() {
            let mut lines = repeat.line.lines();
            self.label(if index == 0 { "repeat" } else { "or" }, lines.next().unwrap_or_default());
            lines.for_each(|line| self.label("", line));
            if let Some(note) = &repeat.note {
                self.label("", note);
            }
            variables.extend(repeat.variables().map(str::to_owned));
        }
        self.label("explain", &format!("probity explain {}", finding.check));
        variables
    }

    /// What repeats a fact: one request, or, where nobody can tell which of them ended the host, each.
    fn suspects(&self, finding: &Finding) -> Vec<Repeat> {
        let repeat = |line: &Option<String>, note: &Option<String>| {
            Some(Repeat { line: line.clone()?, note: note.clone() })
        };
        let mut all: Vec<Repeat> = repeat(&finding.curl, &finding.note).into_iter().collect();
        if words::is_due_to_one_case(finding) {
            let others = finding.cases.iter().filter(|id| **id != finding.example);
            let others = others.take(MOST_SUSPECTS - 1).filter_map(|id| self.report.case(id));
            all.extend(others.filter_map(|case| repeat(&case.curl, &case.note)));
        }
        all
    }

    /// The cases that do not show what most do.
    fn except(&mut self, finding: &Finding) {
        let names: Vec<String> = finding.except.iter().take(FEW).map(|id| visible(id)).collect();
        if names.is_empty() {
            return;
        }
        let more = match finding.except.len() - names.len() {
            0 => String::new(),
            more => format!("  (and {more} more)"),
        };
        self.label("but not", &format!("{}{more}", names.join(", ")));
    }

    /// Every fact in one line, as many of each check as there is room for.
    fn index(&mut self) {
        let findings = &self.report.findings;
        if findings.len() <= FEW {
            return;
        }
        self.heading("Facts");
        let mut by_check: IndexMap<(Severity, &str), Vec<(usize, &Finding)>> = IndexMap::new();
        for (index, finding) in findings.iter().enumerate() {
            by_check
                .entry((finding.severity, finding.check.as_str()))
                .or_default()
                .push((index + 1, finding));
        }
        let lines = |most: usize| by_check.values().map(|own| own.len().min(most + 1)).sum::<usize>();
        let most = match self.detail {
            Detail::Verbose => usize::MAX - 1,
            _ => (1..=MOST_INDEX).rev().find(|most| lines(*most) <= MOST_INDEX).unwrap_or(1),
        };
        for ((severity, check), own) in &by_check {
            // What would say that there is one more can as well say which.
            let most = if own.len() == most + 1 { own.len() } else { most };
            for (number, finding) in own.iter().take(most) {
                let severity = styled(style(*severity), severity.name());
                let operation = match finding.about.as_str() {
                    "api" => String::new(),
                    _ => format!("{}: ", visible(&finding.operation)),
                };
                let title = cut(&finding.title, SHORT);
                let times = times(finding);
                self.line(format!("  {number:>3}  {severity}  {check:<20} {operation}{title}{times}"));
            }
            if own.len() > most {
                let more = own.len() - most;
                self.line(format!(
                    "       \u{2026} and {more} more of {check}: --verbose, or --report html=FILE"
                ));
            }
        }
        self.line("");
    }

    fn differences(&mut self) {
        let Some(snapshots) = &self.report.snapshots else { return };
        let lines = changes::lines(&snapshots.differences, snapshots.other_seed.as_ref());
        if lines.is_empty() {
            return;
        }
        self.heading("Snapshots that differ");
        let most = if self.detail == Detail::Verbose { lines.len() } else { MOST_DIFFERENCES };
        let left = lines.len().saturating_sub(most);
        for line in lines.into_iter().take(most) {
            let text = cut(&line, LONG);
            let text = match line.trim_start().chars().next() {
                Some('+') => styled(AnsiColor::Green.on_default(), text),
                Some('-') => styled(AnsiColor::Red.on_default(), text),
                _ => text,
            };
            self.line(format!("  {text}"));
        }
        if left > 0 {
            self.line(format!("  \u{2026} and {left} more lines: `probity snapshots review`, or --verbose"));
        }
        self.line("");
    }

    fn snapshots(&mut self) {
        let Some(known) = self.report.snapshots.as_ref().map(|snapshots| &snapshots.summary) else { return };
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
        self.list("Not testable", &self.report.untestable);
        self.list("Gaps", &self.report.gaps);
    }

    fn list(&mut self, heading: &str, entries: &[Untested]) {
        if entries.is_empty() {
            return;
        }
        self.heading(heading);
        let mut alike: IndexMap<&String, Vec<&Untested>> = IndexMap::new();
        for entry in entries {
            alike.entry(&entry.why).or_default().push(entry);
        }
        let most = if self.detail == Detail::Verbose { usize::MAX } else { MOST_GAPS };
        let mut lines = Vec::new();
        for (why, operations) in alike {
            let shown = if operations.len() > MOST_ALIKE { 1 } else { operations.len() };
            let more = match operations.len() - shown {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            for one in operations.into_iter().take(shown) {
                let operation = visible(&one.operation);
                let location = styled(FAINT, format!("({})", location(&one.contract)));
                lines.push(format!("  {operation}{more}: {} {location}", cut(why, LONG)));
            }
        }
        let left = lines.len().saturating_sub(most);
        lines.iter().take(most).for_each(|line| self.line(line));
        if left > 0 {
            self.line(format!("  \u{2026} and {left} more: --verbose, or --report html=FILE"));
        }
        self.line("");
    }

    /// What was seen of the contract, in one line.
    fn seen(&mut self) {
        let mut parts = Vec::new();
        let operations = &self.report.coverage.operations;
        let mut part = |what: &str, seen: usize, all: usize| {
            parts.extend((all > 0).then(|| format!("{seen} of {all} {what}")));
        };
        let came = |seen: &[super::coverage::Seen]| seen.iter().filter(|one| one.times > 0).count();
        let sum = |of: fn(&super::coverage::Covered) -> &Vec<super::coverage::Seen>| {
            let all = operations.iter().map(|operation| of(&operation.covered));
            all.fold((0, 0), |(seen, all), own| (seen + came(own), all + own.len()))
        };
        let (statuses, codes) = (sum(|one| &one.statuses), sum(|one| &one.codes));
        part("documented statuses", statuses.0, statuses.1);
        part("codes", codes.0, codes.1);
        let rules = operations.iter().flat_map(|one| &one.covered.rules);
        part("rules", rules.clone().filter(|rule| rule.times > 0).count(), rules.count());
        if parts.is_empty() {
            return;
        }
        self.line(format!("Seen of the contract: {}", parts.join(" \u{b7} ")));
        for operation in operations.iter().filter(|_| operations.len() <= MOST_SEEN) {
            let covered = &operation.covered;
            let names = |seen: &[super::coverage::Seen], wanted: bool| {
                let names = seen.iter().filter(|one| (one.times > 0) == wanted);
                names.map(|one| visible(&one.name)).collect::<Vec<_>>().join(" ")
            };
            let parts = [
                ("seen", GOOD, names(&covered.statuses, true)),
                ("not seen", DOUBTFUL, names(&covered.statuses, false)),
                ("not documented", BAD, names(&covered.undocumented_statuses, true)),
            ];
            let parts = parts.into_iter().filter(|(_, _, names)| !names.is_empty());
            let parts: Vec<String> =
                parts.map(|(words, style, names)| format!("{} {names}", styled(style, words))).collect();
            self.line(format!("  {}: {}", named(operation), parts.join(" \u{b7} ")));
        }
        let idle = operations.iter().flat_map(|one| &one.covered.rules).filter(|rule| rule.times == 0);
        for rule in idle.clone().take(MOST_IDLE) {
            let location = visible(&rule.location.to_string());
            let words = styled(DOUBTFUL, "not exercised");
            self.line(format!("  {words} {}  {location}", cut(&rule.rule, LONG)));
        }
        let more = idle.count().saturating_sub(MOST_IDLE);
        if more > 0 {
            self.line(format!("  \u{2026} and {more} more rules: --verbose, or --report html=FILE"));
        }
        self.line("");
    }

    fn coverage(&mut self) {
        self.heading("Seen of the contract");
        for operation in &self.report.coverage.operations {
            let covered = &operation.covered;
            self.line(format!("  {}", named(operation)));
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
            let location = visible(&tried.location.to_string());
            let (words, rule) = (styled(DOUBTFUL, "not exercised"), cut(&tried.rule, LONG));
            self.line(format!("      {words} {rule}  {location}"));
        }
    }

    fn end(&mut self) {
        let sent = self.report.summary.exchanges;
        let of = format!("{sent} of {}", count(self.report.summary.cases, "request", "requests"));
        let why = cut(self.report.end.why.as_deref().unwrap_or_default(), LONG);
        let line = match self.report.end.how {
            Ending::Complete => return,
            Ending::FirstFinding => format!("stopped at the first finding, after {of}"),
            Ending::Interrupted => format!("interrupted after {of}; what was not sent is not judged"),
            Ending::TargetLost => format!("target lost after {of}: {why}"),
            Ending::LedgerLost => format!("stopped after {of}: {why}"),
        };
        self.line(line);
    }

    fn summary(&mut self) {
        let report = self.report;
        let (word, style) = match report.verdict {
            Verdict::Holds => ("OK", GOOD),
            Verdict::Broken => ("FAILED", BAD),
            Verdict::Interrupted => ("INTERRUPTED", DOUBTFUL),
            Verdict::TargetLost => ("TARGET LOST", BAD),
            Verdict::LedgerLost => ("LEDGER LOST", BAD),
            Verdict::Untested => ("NOTHING TESTED", BAD),
        };
        let found = report.summary.findings;
        let split: Vec<String> = [(found.deny, "deny"), (found.warn, "warn")]
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, name)| format!("{number} {name}"))
            .collect();
        let findings = match found.deny + found.warn {
            0 => "no findings".to_owned(),
            all => format!("{} ({})", count(all, "finding", "findings"), split.join(", ")),
        };
        let mut parts = vec![
            count(report.summary.operations, "operation", "operations"),
            count(report.summary.cases, "case", "cases"),
            count(report.summary.exchanges, "exchange", "exchanges"),
            findings,
        ];
        if let Some(known) = report.snapshots.as_ref().map(|snapshots| &snapshots.summary) {
            let differ = known.changed + known.new;
            parts.extend((differ > 0).then(|| count(differ, "snapshot differs", "snapshots differ")));
        }
        let seconds = report.timing.elapsed_ms / 1e3;
        parts.push(format!("{seconds:.2} s"));
        parts.extend(rate(report.summary.exchanges, seconds));
        parts.push(cut(&report.target, LONG));
        let (tried, parts) = (words::untried(report).join("; "), parts.join(" \u{b7} "));
        self.line(match (report.verdict, tried.is_empty()) {
            (_, true) => format!("probity: {}  {parts}", styled(style, word)),
            (Verdict::Holds, false) => {
                format!("probity: {}: {tried}  {parts}", styled(style, "OK as far as tried"))
            }
            _ => format!("probity: {}  {parts}; tried: {tried}", styled(style, word)),
        });
    }

    fn operation(&self, id: &str) -> String {
        let mut operations = self.report.coverage.operations.iter();
        operations.find(|known| known.covered.operation == id).map_or_else(|| visible(id), named)
    }
}

fn named(operation: &Operation) -> String {
    visible(&format!("{}  {} {}", operation.covered.operation, operation.method, operation.path))
}

fn location(at: &At) -> String {
    visible(&at.location.to_string())
}

/// The word that stands before a case.
fn mark(case: &Case) -> (Style, &'static str) {
    match case.result {
        CaseResult::NotSent => (FAINT, "-"),
        CaseResult::NotTested => (FAINT, "?"),
        CaseResult::Passed => (GOOD, "ok"),
        CaseResult::Failed => (style(Severity::Deny), Severity::Deny.name()),
        CaseResult::Warned => (style(Severity::Warn), Severity::Warn.name()),
    }
}

fn style(severity: Severity) -> Style {
    match severity {
        Severity::Deny => BAD,
        Severity::Warn => DOUBTFUL,
        Severity::Allow => FAINT,
    }
}

/// How many cases show a fact.
fn times(finding: &Finding) -> String {
    let times = finding.cases.len();
    if times > 1 { format!("  \u{d7}{times}") } else { String::new() }
}

fn rate(sent: usize, seconds: f64) -> Option<String> {
    let sent = u32::try_from(sent).ok().filter(|sent| *sent > 0)?;
    let rate = f64::from(sent) / seconds;
    let decimals = usize::from(rate < 10.0);
    rate.is_finite().then(|| format!("{rate:.decimals$}/s"))
}

#[cfg(test)]
mod tests;
