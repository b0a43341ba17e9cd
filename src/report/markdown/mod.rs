//! The report in Markdown, as CI systems show it beside a run; never more than they take.
//!
//! Whatever comes from a contract or a host stands in code, or with its marks escaped.

use super::changes;
use super::model::{Finding, Operation, Report, Request};
use super::{coverage::Seen, place, words};
use crate::judge::Severity;
use crate::record::Verdict;
use crate::text::{LONG, count, cut, inert, visible};
use std::fmt::Write;

/// The most bytes that the job summary of GitHub takes from one step.
pub const LONGEST: usize = 1 << 20;

/// Room for what is said of what was left out.
const RESERVE: usize = 512;

/// How many cases of a fact are named, and how many operations.
const NAMED: usize = 5;

/// So many facts are told closely at once; the others are folded.
const CLOSELY: usize = 10;

/// The report in at most so many bytes.
pub fn markdown(report: &Report, most: usize) -> String {
    let mut bounded =
        Bounded { text: String::new(), most: most.saturating_sub(RESERVE), left_out: Vec::new() };
    bounded.push("the numbers", &numbers(report));
    let facts: Vec<(usize, &Finding)> = (1..).zip(report.by_weight()).collect();
    for (severity, heading) in [(Severity::Deny, "What breaks the contract"), (Severity::Warn, "Warnings")] {
        let of_severity: Vec<_> = facts.iter().filter(|(_, one)| one.severity == severity).collect();
        if of_severity.is_empty() {
            continue;
        }
        let many = count(of_severity.len(), "fact", "facts");
        bounded.push("a heading", &format!("## {heading}: {many}\n\n"));
        for (number, one) in of_severity {
            bounded.push("line", &line(*number, one));
        }
        bounded.push("", "\n");
    }
    if !facts.is_empty() {
        bounded.push("how to set what is copied", &variables(report));
        bounded.push("a heading", "## The facts closely\n\n");
    }
    for (number, one) in facts {
        bounded.push("fact", &fact(report, number, one));
    }
    bounded.push("differences of snapshots", &differences(report));
    bounded.push("what was not tested", &untested(report));
    bounded.push("coverage", &coverage(report));
    bounded.end()
}

/// A text that takes no more than there is room for.
struct Bounded {
    text: String,
    most: usize,
    left_out: Vec<&'static str>,
}

impl Bounded {
    /// Adds a part if there is room for it.
    fn push(&mut self, name: &'static str, part: &str) {
        if self.text.len() + part.len() <= self.most || name.is_empty() {
            self.text.push_str(part);
        } else {
            self.left_out.push(name);
        }
    }

    fn end(mut self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for (name, one, many) in [("line", "line of a fact", "lines of facts"), ("fact", "fact", "facts")] {
            let left = self.left_out.iter().filter(|left| **left == name).count();
            parts.extend((left > 0).then(|| count(left, one, many)));
        }
        let others = self.left_out.iter().filter(|name| !matches!(**name, "line" | "fact" | "a heading"));
        parts.extend(others.map(|name| (*name).to_owned()));
        if !parts.is_empty() {
            let parts = parts.join(", ");
            let _ = writeln!(
                self.text,
                "> **Left out, since this page takes no more:** {parts}. The JSON report holds everything."
            );
        }
        // Nothing in a log that shows the page is taken for a command.
        let lines: Vec<_> = self.text.lines().map(inert).collect();
        lines.join("\n") + "\n"
    }
}

fn numbers(report: &Report) -> String {
    let mark = match report.verdict {
        Verdict::Holds => "✅",
        Verdict::Interrupted => "⚠️",
        Verdict::Broken | Verdict::TargetLost | Verdict::LedgerLost | Verdict::Untested => "❌",
    };
    let summary = &report.summary;
    let mut text = format!("# {mark} {}\n\n", words::headline(report));
    if let Some((_, why)) = report.incomplete() {
        let _ = writeln!(text, "{}\n", code(why));
    }
    let seconds = report.timing.elapsed_ms / 1e3;
    let _ = writeln!(text, "| | |\n|---|---|");
    let rows = [
        ("target", cell(&report.target)),
        ("contract", cell(&report.contract.file)),
        ("API", cell(&format!("{} {}", report.contract.title, report.contract.version))),
        ("facts", words::facts(report)),
        ("operations", summary.operations.to_string()),
        ("cases", format!("{}, {} sent", summary.cases, summary.exchanges)),
        ("time", format!("{seconds:.2} s, seed {}", report.seed)),
    ];
    for (name, value) in rows {
        let _ = writeln!(text, "| {name} | {value} |");
    }
    let untried = words::untried(report);
    if !untried.is_empty() {
        let _ = writeln!(text, "| not tried | {} |", untried.join("; "));
    }
    let created = &report.created;
    if created.left + created.uncertain > 0 {
        let ledger = created.ledger.as_ref().map_or(String::new(), |file| format!(", see {}", cell(file)));
        let uncertain = match created.uncertain {
            0 => String::new(),
            more => format!(", {more} more may have been"),
        };
        let resources = count(created.left, "resource", "resources");
        let _ = writeln!(text, "| left behind | {resources}{uncertain}{ledger} |");
    }
    text + "\n"
}

/// A fact in a line.
fn line(number: usize, finding: &Finding) -> String {
    let title = plain(&cut(&finding.title, LONG));
    format!("{number}. {} {title} — {}\n", code(&finding.check), words::reach(finding))
}

/// What the lines to copy leave to the shell.
fn variables(report: &Report) -> String {
    let variables = words::variables(report);
    if variables.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "**Before you copy** a line that repeats a request, set the variables in it. `{run}` stands for the ten digits of this run.\n\n| variable | what it stands for |\n|---|---|\n",
    );
    for (names, meaning) in variables {
        let names: Vec<String> = names.iter().map(|name| cell(&format!("${name}"))).collect();
        let _ = writeln!(text, "| {} | {} |", names.join(" "), cell(meaning));
    }
    text + "\n"
}

/// A fact closely; only the first stand open.
fn fact(report: &Report, number: usize, finding: &Finding) -> String {
    let (check, title) = (code(&finding.check), plain(&cut(&finding.title, LONG)));
    let details = details(report, finding);
    if number <= CLOSELY {
        let more = block_of("Contract, exchange, and how to repeat it", &details);
        return format!("### {number}. {check} {title}\n\n{}{more}", rows(finding));
    }
    // No mark is read in a summary.
    let summary = format!("{number}. {} {}", html(&finding.check), html(&cut(&finding.title, LONG)));
    block_of(&summary, &format!("{}{details}", rows(finding)))
}

fn block_of(summary: &str, inside: &str) -> String {
    format!("<details><summary>{summary}</summary>\n\n{inside}</details>\n\n")
}

/// What a fact is about, and what was expected and came.
fn rows(finding: &Finding) -> String {
    let mut text = String::new();
    let mut row = |name: &str, value: &str| {
        let _ = writeln!(text, "- **{name}:** {value}");
    };
    let named = |all: &[String]| {
        let mut names: Vec<String> = all.iter().take(NAMED).map(|one| code(one)).collect();
        if all.len() > NAMED {
            names.push(format!("and {} more", all.len() - NAMED));
        }
        names.join(", ")
    };
    match finding.operations.as_slice() {
        [] | [_] => row("operation", &code(&finding.operation)),
        many => row("operations", &named(many)),
    }
    row("contract", &code(&place::shown(&finding.contract)));
    let hunk = words::hunk(finding);
    for (name, value) in [("expected", &finding.expected), ("actual", &finding.actual)] {
        if !value.is_empty() && hunk.is_none() {
            row(name, &code(value));
        }
    }
    if let Some(place) = words::wrong(finding) {
        row("wrong value", &code(place.trim_matches('`')));
    }
    if let Some(said) = &finding.said {
        row("the host said", &fenced(&visible(said)));
    }
    row("shown by", &words::reach(finding));
    row("cases", &named(&finding.cases));
    if !finding.except.is_empty() {
        row("not shown by", &named(&finding.except));
    }
    row("explain", &code(&format!("probity explain {}", finding.check)));
    text.push('\n');
    if let Some(hunk) = hunk {
        text.push_str(&block("diff", &words::unified(&hunk)));
    }
    text
}

/// The lines of the contract, the exchange, and the line that repeats it.
fn details(report: &Report, finding: &Finding) -> String {
    let mut details = String::new();
    if let Some(excerpt) = &finding.excerpt {
        let lines = excerpt.lines.iter().enumerate().map(|(index, line)| {
            let mark = if index == excerpt.marked { '>' } else { ' ' };
            format!("{mark} {:>5} | {line}", excerpt.first + index)
        });
        details.push_str(&block("text", &lines.collect::<Vec<_>>()));
    }
    let case = words::example(report, finding);
    if let Some((request, outcome)) = case.and_then(|case| case.request.as_ref().zip(case.outcome.as_ref())) {
        details.push_str(&block("http", &exchange(request, outcome)));
    }
    if let Some(curl) = &finding.curl {
        details.push_str(&block("sh", &curl.lines().map(|line| cut(line, 20 * LONG)).collect::<Vec<_>>()));
    }
    if let Some(note) = &finding.note {
        let _ = writeln!(details, "{}\n", plain(note));
    }
    details
}

fn exchange(request: &Request, outcome: &super::model::Outcome) -> Vec<String> {
    use super::model::{Body, Came, Content};
    let body = |lines: &mut Vec<String>, body: Option<&Body>| match body.map(|body| &body.content) {
        Some(Content::Text(text)) if !text.is_empty() => lines.extend([String::new(), cut(text, 5 * LONG)]),
        Some(Content::Base64(text)) => lines.extend([String::new(), format!("base64 {}", cut(text, LONG))]),
        _ => {}
    };
    let header = |(name, value): (&str, &str)| format!("{}: {}", visible(name), cut(value, LONG));
    let mut lines = vec![format!("{} {}", visible(&request.method), cut(&request.url, LONG))];
    lines.extend(request.headers.iter().map(header));
    body(&mut lines, request.body.as_ref());
    lines.push(String::new());
    let observed = &outcome.observed;
    match &outcome.came {
        Came::Status(status) => lines.push(format!("HTTP {status}")),
        Came::Failure(kind) => {
            let detail = observed.detail.as_deref().unwrap_or_default();
            lines.push(format!("no whole answer: {} {}", visible(kind), cut(detail, LONG)));
        }
    }
    lines.extend(observed.headers.iter().map(header));
    body(&mut lines, observed.body.as_ref());
    lines
}

fn differences(report: &Report) -> String {
    let Some(snapshots) = &report.snapshots else { return String::new() };
    let known = &snapshots.summary;
    let mut text = format!(
        "## Snapshots\n\nProfile {}: {} compared, {} changed, {} new, {}.\n\n",
        code(&known.profile),
        known.compared,
        known.changed,
        known.new,
        count(known.orphans, "orphan", "orphans")
    );
    let lines = changes::lines(&snapshots.differences, snapshots.other_seed.as_ref());
    if !lines.is_empty() {
        text.push_str(&block("diff", &lines));
    }
    text
}

fn untested(report: &Report) -> String {
    let mut text = String::new();
    for (heading, entries) in [("Not testable", &report.untestable), ("Gaps", &report.gaps)] {
        if entries.is_empty() {
            continue;
        }
        let _ = writeln!(text, "## {heading}\n");
        for one in entries {
            let at = code(&place::shown(&one.contract));
            let _ = writeln!(text, "- {}: {} ({at})", code(&one.operation), code(&one.why));
        }
        text.push('\n');
    }
    text
}

fn coverage(report: &Report) -> String {
    if report.coverage.operations.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "## Seen of the contract\n\n| operation | statuses | codes | rules | keywords |\n|---|---|---|---|---|\n",
    );
    for Operation { covered, keywords, .. } in &report.coverage.operations {
        let statuses = seen(&covered.statuses, &covered.undocumented_statuses);
        let codes = seen(&covered.codes, &covered.unknown_codes);
        let tried = covered.rules.iter().filter(|rule| rule.times > 0).count();
        let exercised = keywords.iter().filter(|one| one.refused + one.missed > 0).count();
        let _ = writeln!(
            text,
            "| {} | {statuses} | {codes} | {} | {} |",
            cell(&covered.operation),
            of(tried, covered.rules.len()),
            of(exercised, keywords.len())
        );
    }
    text + "\nOf the keywords, those that a request violated are counted.\n"
}

fn of(some: usize, all: usize) -> String {
    if all == 0 { "–".to_owned() } else { format!("{some} of {all}") }
}

/// What was seen, what was not, and what came besides.
fn seen(known: &[Seen], besides: &[Seen]) -> String {
    let names = |wanted: &dyn Fn(&Seen) -> bool, all: &[Seen]| {
        all.iter().filter(|one| wanted(one)).take(20).map(|one| cell(&one.name)).collect::<Vec<_>>().join(" ")
    };
    let parts = [
        ("", names(&|one| one.times > 0, known)),
        ("not seen: ", names(&|one| one.times == 0, known)),
        ("undocumented: ", names(&|_| true, besides)),
    ];
    let parts = parts.iter().filter(|(_, names)| !names.is_empty());
    let text = parts.map(|(words, names)| format!("{words}{names}")).collect::<Vec<_>>().join("; ");
    if text.is_empty() { "–".to_owned() } else { text }
}

/// Text where only tags and entities are read.
fn html(text: &str) -> String {
    visible(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('@', "&#64;")
}

/// Text in which nothing is taken for a mark.
fn plain(text: &str) -> String {
    let mut result = String::new();
    for character in visible(text).chars() {
        match character {
            '<' => result.push_str("&lt;"),
            '>' => result.push_str("&gt;"),
            '&' => result.push_str("&amp;"),
            '@' => result.push_str("&#64;"),
            other if other.is_ascii_punctuation() => result.extend(['\\', other]),
            other => result.push(other),
        }
    }
    result
}

/// Text as code in a line.
fn code(text: &str) -> String {
    if text.is_empty() { "–".to_owned() } else { fenced(&cut(text, LONG)) }
}

/// Visible text as code, whatever its length.
fn fenced(text: &str) -> String {
    let fence = "`".repeat(longest_fence(text) + 1);
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Text as code in a table.
fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// Lines as a block of code.
fn block(language: &str, lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| visible(line)).collect();
    let text = lines.join("\n");
    let fence = "`".repeat(longest_fence(&text).max(2) + 1);
    format!("{fence}{language}\n{text}\n{fence}\n\n")
}

fn longest_fence(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests;
