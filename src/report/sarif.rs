//! The report as SARIF 2.1.0: rules, results on the lines of the contract, and how the run went.

use super::json::pretty;
use super::model::{At, Body, Came, Content, Finding, Report};
use super::place::{self, Mark};
use super::words;
use crate::exchange::Headers;
use crate::judge::{self, CHECKS, Check, Severity};
use crate::record::Verdict;
use crate::source::{Excerpt, Location};
use crate::text::{LONG, cut, visible, visible_lines};
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The report.
pub fn sarif(report: &Report) -> serde_json::Result<String> {
    let rules = rules(report);
    let results: Vec<Value> = report.by_weight().iter().map(|one| result(report, &rules, one)).collect();
    let whole = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "Probity",
                "version": report.probity.version,
                "semanticVersion": report.probity.version,
                "rules": rules.iter().map(|id| rule(id)).collect::<Vec<_>>(),
            }},
            "automationDetails": {"id": "probity/"},
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation(report)],
            "results": results,
            "properties": {
                "contract": {"title": visible(&report.contract.title), "version": visible(&report.contract.version)},
                "target": visible(&report.target),
                "seed": report.seed.to_string(),
            },
        }],
    });
    pretty(&whole)
}

/// The checks of this program, and those that only the report knows.
fn rules(report: &Report) -> Vec<String> {
    let mut rules: Vec<String> = CHECKS.iter().map(|check| check.id.to_owned()).collect();
    for finding in &report.findings {
        if !rules.contains(&finding.check) {
            rules.push(finding.check.clone());
        }
    }
    rules
}

fn rule(id: &str) -> Value {
    let Some(check) = judge::check(id) else { return json!({"id": id}) };
    let Check { summary, meaning, matters, allow, severity, .. } = check;
    let words = id.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + rest
    });
    json!({
        "id": id,
        "name": words.collect::<String>(),
        "shortDescription": {"text": summary},
        "fullDescription": {"text": meaning},
        "help": {
            "text": format!("{meaning}\n\n{matters}\n\n{allow}"),
            "markdown": format!("{meaning}\n\n**Why it matters.** {matters}\n\n**How to allow it.** {allow}"),
        },
        "defaultConfiguration": {"level": level(*severity)},
        "properties": {"tags": ["api", "contract"]},
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Deny => "error",
        Severity::Warn => "warning",
        Severity::Allow => "none",
    }
}

fn result(report: &Report, rules: &[String], finding: &Finding) -> Value {
    let mut text = format!("{}: {}", visible(words::subject(finding)), cut(&finding.title, LONG));
    for part in words::sides(finding, &finding.expected, &finding.actual) {
        text.push_str(&format!(". {}", capital(&part)));
    }
    if let Some(said) = &finding.said {
        text.push_str(&format!(". The host said: {}", visible(said)));
    }
    if finding.count > 1 {
        text.push_str(&format!(". Shown by {}", words::reach(finding)));
    }
    let mut result = json!({
        "ruleId": finding.check,
        "ruleIndex": rules.iter().position(|id| *id == finding.check),
        "kind": "fail",
        "level": level(finding.severity),
        "message": {"text": escaped(&text)},
        "locations": [location(report, &finding.contract, finding.excerpt.as_ref(), &finding.operation)],
        "partialFingerprints": {"probityFinding/v1": place::fingerprint(finding)},
        "occurrenceCount": finding.count.max(1),
        "properties": {
            "about": visible(&finding.about),
            "operations": finding.operations.iter().map(|one| visible(one)).collect::<Vec<_>>(),
            "place": visible(&finding.place),
            "cause": visible(&finding.cause),
            "answer": cut(&finding.answer, LONG),
            "cases": finding.cases.iter().map(|case| visible(case)).collect::<Vec<_>>(),
            "of": finding.of,
            "except": finding.except.iter().map(|case| visible(case)).collect::<Vec<_>>(),
            "said": finding.said.as_deref().map(visible),
            "value": finding.value.as_deref().map(visible),
            "curl": finding.curl.as_deref().map(visible_lines),
        },
    });
    let case = words::example(report, finding);
    if let Some((request, outcome)) = case.and_then(|case| case.request.as_ref().zip(case.outcome.as_ref())) {
        let mut sent = json!({
            "method": visible(&request.method),
            "target": visible(&request.url),
            "headers": headers(&request.headers),
        });
        if let Some(body) = &request.body {
            sent["body"] = content(body);
        }
        result["webRequest"] = sent;
        let observed = &outcome.observed;
        result["webResponse"] = match outcome.came {
            Came::Status(status) => {
                let mut came = json!({"statusCode": status, "headers": headers(&observed.headers)});
                if let Some(body) = &observed.body {
                    came["body"] = content(body);
                }
                came
            }
            Came::Failure(_) => json!({"noResponseReceived": true}),
        };
    }
    result
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The text of a message: braces stand for arguments, and brackets for links, unless they are
/// escaped.
fn escaped(text: &str) -> String {
    let text = text.replace('{', "{{").replace('}', "}}");
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

/// A name that comes more than once has its values in one, as HTTP allows.
fn headers(all: &Headers) -> Map<String, Value> {
    let mut headers = Map::new();
    for (name, value) in all.iter() {
        let value = cut(value, LONG);
        let joined = match headers.get(name).and_then(Value::as_str) {
            Some(before) => format!("{before}, {value}"),
            None => value,
        };
        headers.insert(visible(name), joined.into());
    }
    headers
}

fn content(body: &Body) -> Value {
    /// Viewers show it beside a result.
    const LONGEST: usize = 4 << 10;
    match &body.content {
        Content::Text(text) => json!({"text": cut(text, LONGEST)}),
        Content::Base64(bytes) => {
            json!({"binary": bytes.get(..bytes.len().min(LONGEST)).unwrap_or_default()})
        }
    }
}

fn location(report: &Report, at: &At, excerpt: Option<&Excerpt>, operation: &str) -> Value {
    let Mark { at: marked, column } = place::mark(report, at, operation);
    let mut region = json!({"startLine": marked.line.max(1)});
    let mut physical = json!({"artifactLocation": artifact(report, marked)});
    if let Some(column) = column {
        region["startColumn"] = column.max(1).into();
    }
    if let Some(excerpt) = excerpt.filter(|_| *marked == at.location) {
        if let Some(column) = column {
            region["endColumn"] = (column.max(1) + excerpt.length.max(1)).into();
        }
        if let Some(line) = excerpt.lines.get(excerpt.marked) {
            region["snippet"] = json!({"text": visible(line)});
        }
        let lines: Vec<String> = excerpt.lines.iter().map(|line| visible(line)).collect();
        physical["contextRegion"] = json!({
            "startLine": excerpt.first.max(1),
            "endLine": (excerpt.first + excerpt.lines.len().saturating_sub(1)).max(1),
            "snippet": {"text": lines.join("\n")},
        });
    }
    physical["region"] = region;
    json!({
        "physicalLocation": physical,
        "logicalLocations": [
            {"name": visible(operation), "kind": "function"},
            {"fullyQualifiedName": visible(&at.pointer), "kind": "element"},
        ],
    })
}

fn artifact(report: &Report, at: &Location) -> Value {
    let uri = place::uri(report, at);
    if uri.starts_with("file:") { json!({"uri": uri}) } else { json!({"uri": uri, "uriBaseId": "%SRCROOT%"}) }
}

fn invocation(report: &Report) -> Value {
    let timing = &report.timing;
    let elapsed = SignedDuration::try_from_secs_f64(timing.elapsed_ms / 1e3).unwrap_or_default();
    let ended = timing.started.checked_add(elapsed).unwrap_or(timing.started);
    let mut told: Vec<Value> = Vec::new();
    if let Some((kind, why)) = report.incomplete() {
        told.push(
            json!({"level": "error", "message": {"text": escaped(&format!("{kind}: {}", cut(why, LONG)))}}),
        );
    }
    for (level, untested) in [("warning", &report.untestable), ("note", &report.gaps)] {
        told.extend(untested.iter().map(|one| {
            let text = format!("{}: {}", visible(&one.operation), cut(&one.why, LONG));
            let place = location(report, &one.contract, one.excerpt.as_ref(), &one.operation);
            json!({"level": level, "message": {"text": escaped(&text)}, "locations": [place]})
        }));
    }
    json!({
        "executionSuccessful": matches!(report.verdict, Verdict::Holds | Verdict::Broken),
        "startTimeUtc": timing.started,
        "endTimeUtc": ended,
        "toolExecutionNotifications": told,
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Fixture, valid_by};
    use super::*;

    fn made(fixture: &Fixture) -> Value {
        serde_json::from_str(&sarif(&fixture.report()).unwrap()).unwrap()
    }

    #[test]
    fn a_report_is_what_the_published_schema_says() {
        let schema = include_str!("../../tests/integration/schemas/sarif-2.1.0.json");
        for fixture in Fixture::all() {
            valid_by(schema, &made(&fixture));
        }
    }

    #[test]
    fn a_result_stands_on_the_line_of_the_contract() {
        let mut result = made(&Fixture::new())["runs"][0]["results"][0].take();
        result["ruleIndex"].take();
        insta::assert_json_snapshot!(result, @r#"
        {
          "ruleId": "made-up-schema",
          "ruleIndex": null,
          "kind": "fail",
          "level": "error",
          "message": {
            "text": "create-group: `/rank` is text where an integer is asked for. Expected: type integer. Actual: string \"2\". Shown by 2 cases"
          },
          "locations": [
            {
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "groups.yaml",
                  "uriBaseId": "%SRCROOT%"
                },
                "contextRegion": {
                  "startLine": 31,
                  "endLine": 35,
                  "snippet": {
                    "text": "                type: object\n                properties:\n                  rank: {type: integer}\n        '400': {description: Refused.}\n        '401': {description: Who are you?}"
                  }
                },
                "region": {
                  "startLine": 33,
                  "startColumn": 26,
                  "endColumn": 30,
                  "snippet": {
                    "text": "                  rank: {type: integer}"
                  }
                }
              },
              "logicalLocations": [
                {
                  "name": "create-group",
                  "kind": "function"
                },
                {
                  "fullyQualifiedName": "/paths/~1group/post/responses/200/content/application~1json/schema/properties/rank/type",
                  "kind": "element"
                }
              ]
            }
          ],
          "partialFingerprints": {
            "probityFinding/v1": "40f35b133bbd94988126d68b9624abd9"
          },
          "occurrenceCount": 2,
          "properties": {
            "about": "request",
            "operations": [
              "create-group"
            ],
            "place": "body",
            "cause": "accept",
            "answer": "/rank type",
            "cases": [
              "create-group/accept/body/valid/all",
              "create-group/reject/body/name/missing"
            ],
            "of": null,
            "except": [],
            "said": null,
            "value": "/rank",
            "curl": "curl -sS -X POST 'https://api.example/group' -H 'authorization: Basic '\"$PROBITY_BASIC_BASE64\" -H 'content-type: application/json' --data-binary '{\"name\": \"it'\\''s-'\"$RUN\"'\", \"rank\": 2}'"
          },
          "webRequest": {
            "method": "POST",
            "target": "https://api.example/group",
            "headers": {
              "authorization": "Basic $PROBITY_BASIC_BASE64",
              "content-type": "application/json",
              "content-length": "1"
            },
            "body": {
              "text": "{\"name\": \"it's-{run}\", \"rank\": 2}"
            }
          },
          "webResponse": {
            "statusCode": 200,
            "headers": {
              "x-request-id": "8c1f-10",
              "date": "10"
            },
            "body": {
              "text": "{\"rank\": \"2\"}"
            }
          }
        }
        "#);
    }

    #[test]
    fn a_column_that_nobody_can_find_is_left_out() {
        let mut report = Fixture::new().report();
        report.findings[0].contract.location.inside = Some("/paths/~1notes/get".into());
        let at = report.findings[0].contract.clone();
        let region =
            &location(&report, &at, report.findings[0].excerpt.as_ref(), "a")["physicalLocation"]["region"];
        assert!(region.get("startColumn").is_none() && region.get("endColumn").is_none(), "{region}");
    }

    #[test]
    fn nothing_in_a_message_is_an_argument_or_a_link() {
        assert_eq!(escaped("{0} [x](http://h)"), "{{0}} \\[x\\](http://h)");
    }

    #[test]
    fn every_check_is_a_rule_with_help() {
        let report = made(&Fixture::new());
        let rules = report["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(rules.len(), CHECKS.len() + 2);
        assert_eq!((&rules[2]["id"], &rules[2]["name"]), (&"server-error".into(), &"ServerError".into()));
        for rule in &rules[..CHECKS.len()] {
            assert!(rule["help"]["text"].as_str().unwrap().len() > 40, "{rule}");
        }
        let results = report["runs"][0]["results"].as_array().unwrap();
        for result in results {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
        }
    }
}
