//! A plan for people and for machines.

use crate::contract::link::Origin;
use crate::contract::model::{DOCUMENTED_REFUSAL, StatusRange};
use crate::contract::{Contract, Untestable};
use crate::exchange::Request;
use crate::plan::{
    Candidates, Case, Expectation, Gap, Place, Plan, Precondition, Role, Scenario, Verdict, Withheld,
};
use crate::text::count;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::io::{self, Write};
use std::sync::Arc;

/// The version of the JSON form.
pub const FORMAT: u32 = 1;

/// A line for each case: what is expected, its identity, and where the contract says so. What is
/// withheld comes last.
pub fn text(contract: &Contract, plan: &Plan) -> String {
    let steps = |scenario: &'_ Scenario| -> Vec<[String; 3]> {
        let cases = scenario.cases.iter().enumerate();
        let row = |(step, case): (usize, &Case)| {
            let at = contract.document.locate(&case.at).to_string();
            [expected_at(scenario.at_once, step, case), case.id.clone(), at]
        };
        cases.map(row).collect()
    };
    let withheld = plan.withheld.iter().flat_map(|withheld| &withheld.scenarios).flat_map(steps);
    let withheld = withheld.map(|[_, id, at]| ["withheld".to_owned(), id, at]);
    let rows: Vec<[String; 3]> =
        plan.scenarios.iter().map(Arc::as_ref).flat_map(steps).chain(withheld).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0).min(80);
    let (first, second) = (width(0), width(1));
    let mut text = String::new();
    for [expected, id, location] in &rows {
        for (cell, width) in [(expected, first), (id, second)] {
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.chars().count()) + 2));
        }
        text.push_str(location);
        text.push('\n');
    }
    for Candidates { operation, bodies } in &plan.candidates {
        text.push_str(&format!("bodies: {operation}: {}\n", bodies.join(", ")));
    }
    for withheld in &plan.withheld {
        let requests = count(withheld.len(), "request", "requests");
        let (operation, why, flag) = (&withheld.operation, &withheld.why, &withheld.flag);
        let at = contract.document.locate(&withheld.at);
        text.push_str(&format!("withheld: {operation}: {requests}: {why} [{flag}] ({at})\n"));
    }
    let known = |gap: &&Gap| plan.withheld.iter().any(|withheld| withheld.is_told_by(gap));
    for gap in plan.gaps.iter().filter(|gap| !known(gap)) {
        let at = contract.document.locate(&gap.at);
        text.push_str(&format!("gap: {}: {} ({at})\n", gap.operation, gap.why));
    }
    for broken in &contract.untestable {
        let at = contract.document.locate(&broken.at);
        text.push_str(&format!("cannot be tested: {}: {} ({at})\n", broken.operation, broken.why));
    }
    text
}

/// How much there is, in one line.
pub fn summary(contract: &Contract, plan: &Plan) -> String {
    let of = |verdict| plan.cases().filter(|case| case.expectation.verdict == verdict).count();
    let at_once: usize = plan.scenarios.iter().map(|scenario| scenario.at_once).sum();
    let together = if at_once > 0 { format!(", {at_once} at once") } else { String::new() };
    let withheld: usize = plan.withheld.iter().map(Withheld::len).sum();
    let withheld = match withheld {
        0 => String::new(),
        many => format!(
            "; {} more withheld from any target that is not the embedded host",
            count(many, "request", "requests")
        ),
    };
    format!(
        "{} in {} of {}: {} to accept, {} to reject{together}, {} where the contract is silent; seed {}{withheld}",
        count(plan.len(), "request", "requests"),
        count(plan.scenarios.len(), "scenario", "scenarios"),
        count(contract.operations.len(), "operation", "operations"),
        of(Verdict::Accept),
        of(Verdict::Reject),
        of(Verdict::Either) - at_once,
        plan.seed,
    )
}

/// Writes the whole plan as JSON, with the place in the contract of every case. No more of the text
/// than a scenario is held at once.
pub fn write_json(contract: &Contract, plan: &Plan, mut out: impl Write) -> io::Result<()> {
    let located = |at: &str| {
        let location = contract.document.locate(at);
        json!({"file": location.file, "line": location.line, "column": location.column, "pointer": at})
    };
    let case = |case: &Case| {
        let mut shown = json!(Shown::from(case));
        shown["operation"] = json!(contract.operations[case.operation].id);
        shown["contract"] = located(&case.at);
        shown
    };
    let scenario = |scenario: &Scenario| json!({"id": scenario.id, "cases": scenario.cases.iter().map(case).collect::<Vec<_>>()});
    let gap = |gap: &Gap| json!({"operation": gap.operation, "why": gap.why, "contract": located(&gap.at)});
    let untestable =
        |one: &Untestable| json!({"operation": one.operation, "why": one.why, "contract": located(&one.at)});
    let withheld = |one: &Withheld| {
        let cases = one.scenarios.iter().flat_map(|scenario| &scenario.cases).map(|case| &case.id);
        json!({
            "operation": one.operation,
            "why": one.why,
            "flag": one.flag,
            "contract": located(&one.at),
            "cases": cases.collect::<Vec<_>>(),
        })
    };
    let whole = Whole {
        probity: json!({"version": env!("CARGO_PKG_VERSION"), "format": FORMAT}),
        seed: plan.seed,
        scenarios: Each(|| plan.scenarios.iter().map(Arc::as_ref).map(scenario)),
        candidates: &plan.candidates,
        withheld: Each(|| plan.withheld.iter().map(withheld)),
        gaps: Each(|| plan.gaps.iter().map(gap)),
        untestable: Each(|| contract.untestable.iter().map(untestable)),
    };
    serde_json::to_writer_pretty(&mut out, &whole)?;
    out.write_all(b"\n")
}

/// A case as it is shown, with samples in place of what is not known.
#[derive(Serialize)]
struct Shown<'c> {
    id: &'c str,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    request: Value,
    expectation: Value,
    place: &'c Place,
    cause: &'c str,
    about: &'c str,
    #[serde(skip_serializing_if = "<[Precondition]>::is_empty")]
    given: &'c [Precondition],
    #[serde(skip_serializing_if = "Option::is_none")]
    follows: Option<Value>,
}

impl<'c> From<&'c Case> for Shown<'c> {
    fn from(case: &'c Case) -> Shown<'c> {
        let follows = case.follows.as_ref().map(|follow| {
            let parameters = follow.parameters.iter().map(|supplied| {
                let value = match &supplied.value {
                    Origin::Exchange(expression) => json!(expression),
                    Origin::Literal(value) => value.clone(),
                };
                json!({"in": supplied.location, "name": supplied.name, "value": value})
            });
            json!({"step": follow.step, "parameters": parameters.collect::<Vec<_>>()})
        });
        Shown {
            id: &case.id,
            role: Some(case.role).filter(|role| *role != Role::Plain),
            request: request(&case.request),
            expectation: expectation(&case.expectation),
            place: &case.place,
            cause: &case.cause,
            about: &case.about,
            given: &case.preconditions,
            follows,
        }
    }
}

fn request(request: &Request) -> Value {
    let headers = request.parts.headers().map(|(name, value)| (name, value.to_string()));
    json!({
        "method": request.method,
        "path": request.path().to_string(),
        "headers": headers.collect::<Vec<_>>(),
        "body": request.body().map(String::from_utf8_lossy),
        "credentials": request.credentials,
    })
}

fn expectation(expectation: &Expectation) -> Value {
    let violations = expectation.violations.iter().map(|violation| {
        let mut shown = json!({"cause": violation.cause, "place": violation.place});
        if let Some(keyword) = &violation.keyword {
            shown["keyword"] = json!(keyword);
        }
        shown["at"] = json!(violation.at);
        shown
    });
    json!({
        "verdict": expectation.verdict,
        "statuses": expectation.statuses.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "codes": expectation.codes,
        "faults": violations.collect::<Vec<_>>(),
        "silent": expectation.silent,
    })
}

#[derive(Serialize)]
struct Whole<'p, S, W, G, U> {
    probity: Value,
    seed: u64,
    scenarios: S,
    candidates: &'p [Candidates],
    withheld: W,
    gaps: G,
    untestable: U,
}

/// A list whose items are made when they are written.
struct Each<F>(F);

impl<F: Fn() -> I, I: Iterator<Item = Value>> Serialize for Each<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

fn expected_at(at_once: usize, step: usize, case: &Case) -> String {
    let expected = expected(case);
    if step < at_once {
        format!("one of {at_once}, else {}", expected.trim_start_matches("either "))
    } else {
        expected
    }
}

fn expected(case: &Case) -> String {
    let statuses = case.expectation.statuses.iter().map(|status| match status {
        StatusRange::Default => DOCUMENTED_REFUSAL.to_owned(),
        named => named.to_string(),
    });
    let statuses: Vec<String> = statuses.collect();
    let codes = &case.expectation.codes;
    let mut words = case.expectation.verdict.name().to_owned();
    if !statuses.is_empty() {
        words = format!("{words} {}", statuses.join("|"));
    }
    if !codes.is_empty() {
        words = format!("{words} code {}", codes.join("|"));
    }
    words
}
