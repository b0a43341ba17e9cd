//! A script for a POSIX shell that repeats a case with the steps that must come before it.

use super::curl::{self, Repeat, variable_of};
use crate::contract::expression::Part;
use crate::contract::link::{Origin, Supplied};
use crate::contract::{Expression, ParameterLocation};
use crate::exchange::Sent;
use crate::json::pointer;
use crate::plan::{Case, Scenario};
use crate::text::shell::quoted;
use crate::text::visible;

/// How to repeat a case whole: its line, or, where other steps of its scenario come before it or go
/// with it, a line for each of them. What was sent for each step stands at its index, marked where it
/// took something from an earlier answer.
pub(super) fn whole(scenario: &Scenario, step: usize, sent: &[Option<Sent>], run: &str) -> Option<Repeat> {
    let case = scenario.cases.get(step)?;
    let own = curl::repeat(scenario, case, sent.get(step)?.as_ref()?, run);
    let last = step.max(scenario.at_once.saturating_sub(1));
    if last == 0 {
        return Some(own);
    }
    let script = Script { scenario, step, last };
    let (mut lines, mut lacks) = (Vec::new(), Vec::new());
    for (index, case) in scenario.cases.iter().enumerate().take(last + 1) {
        let Some(sent) = sent.get(index).and_then(Option::as_ref) else { continue };
        lines.extend(script.step(index, case, curl::line(case, sent, run, &mut lacks), &mut lacks));
        if index + 1 == scenario.at_once {
            lines.push("wait".into());
        }
    }
    if lines.iter().any(|line| line.contains("| jq ")) {
        lacks.push("it needs jq".into());
    }
    Some(Repeat { line: lines.join("\n"), note: (!lacks.is_empty()).then(|| lacks.join("; ")) })
}

struct Script<'s> {
    scenario: &'s Scenario,
    /// Index of the case that is repeated.
    step: usize,
    /// Index of the last step that is sent.
    last: usize,
}

impl Script<'_> {
    /// The lines of a step: what it is, what it takes, what it sends, and what is kept of that.
    fn step(&self, index: usize, case: &Case, sends: String, lacks: &mut Vec<String>) -> Vec<String> {
        let what = if index == self.step { ", the case itself" } else { "" };
        let mut lines = vec![format!("# step {}: {}{what}", index + 1, visible(&case.id))];
        for one in case.follows.iter().flat_map(|follow| &follow.parameters) {
            match taken(one, case.follows.as_ref().map_or(0, |follow| follow.step)) {
                Some(value) => lines.push(format!("{}={value}", variable_of(&one.name))),
                None => lacks.push(format!(
                    "{} stands for {} of step {}",
                    variable_of(&one.name),
                    visible(&one.value.to_string()),
                    case.follows.as_ref().map_or(0, |follow| follow.step) + 1
                )),
            }
        }
        let (body, head) = self.kept(index);
        let number = index + 1;
        // curl writes the head to a file, since the body goes elsewhere.
        let sends =
            if head { sends.replacen("curl -sS", &format!("curl -sS -D head_{number}"), 1) } else { sends };
        if body {
            lines.push(format!("answer_{number}=$({sends})"));
            lines.push(format!("printf '%s\\n' \"$answer_{number}\""));
        } else if index < self.scenario.at_once {
            lines.push(format!("{sends} &"));
        } else {
            lines.push(sends);
        }
        lines
    }

    /// Whether a later step takes something from the body, or from the head, of the answer to a step.
    fn kept(&self, index: usize) -> (bool, bool) {
        let later = self.scenario.cases.iter().take(self.last + 1).skip(index + 1);
        let follows = later.filter_map(|case| case.follows.as_ref()).filter(|follow| follow.step == index);
        let origins: Vec<&Origin> =
            follows.flat_map(|follow| &follow.parameters).map(|one| &one.value).collect();
        let any = |wanted: fn(&Part) -> bool| {
            origins.iter().any(|origin| match origin {
                Origin::Exchange(Expression::Response(part)) => wanted(part),
                _ => false,
            })
        };
        (any(|part| matches!(part, Part::Body(_))), any(|part| matches!(part, Part::Header(_))))
    }
}

/// The value of a variable as a shell finds it, if it can.
fn taken(one: &Supplied, step: usize) -> Option<String> {
    let number = step + 1;
    match &one.value {
        Origin::Literal(_) => Some(quoted(&visible(&one.value.to_string()))),
        Origin::Exchange(Expression::Response(Part::Body(at))) => {
            let encode = if matches!(one.location, ParameterLocation::Path | ParameterLocation::Query) {
                "|@uri"
            } else {
                ""
            };
            let path = quoted(&format!("{}{encode}", jq(at)));
            Some(format!("$(printf '%s' \"$answer_{number}\" | jq -r {path})"))
        }
        Origin::Exchange(Expression::Response(Part::Header(name))) if is_word(name) => {
            Some(format!("$(grep -i '^{name}:' head_{number} | head -n 1 | cut -d: -f2- | tr -d ' \\r')"))
        }
        Origin::Exchange(_) => None,
    }
}

fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// A JSON Pointer as jq has it.
fn jq(at: &str) -> String {
    let steps = pointer::tokens(at).map(|token| {
        let index = token.bytes().all(|byte| byte.is_ascii_digit()) && !token.is_empty();
        if index { format!("[{token}]") } else { format!("[{}]", serde_json::Value::from(&*token)) }
    });
    format!(".{}", visible(&steps.collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::super::fixture::RUN;
    use super::*;
    use crate::exchange::Pieces;
    use crate::plan::{Follow, Verdict};
    use serde_json::json;
    use std::collections::BTreeSet;
    use std::process::Command;

    const RUN_ID: &str = "1234567890";

    fn read(origin: Origin, location: ParameterLocation) -> Case {
        let mut case = fixture::case("accept/read", Verdict::Accept, None);
        case.request.method = "GET".into();
        case.request.parts_mut().path = vec!["".into(), "group".into(), Pieces::answer("{id}".into(), 0)];
        let parameters = vec![Supplied { location, name: "id".into(), value: origin }];
        case.follows = Some(Follow { step: 0, link: String::new(), parameters });
        case
    }

    fn expression(text: &str) -> Origin {
        Origin::Exchange(Expression::parse(text).unwrap())
    }

    fn create() -> Case {
        fixture::case("accept/create", Verdict::Accept, Some(&format!("{{\"name\": \"it's-{RUN}\"}}")))
    }

    fn scenario(cases: Vec<Case>, at_once: usize) -> Scenario {
        Scenario { id: "create-group/x".into(), operation: 0, cases, at_once, rule: None, story: None }
    }

    fn script(scenario: &Scenario, step: usize) -> Repeat {
        let sent: Vec<Option<Sent>> = scenario
            .cases
            .iter()
            .map(|case| {
                let sent = fixture::sent(case, RUN_ID);
                let mark = |name: &str| format!("${}", variable_of(name));
                Some(super::super::followed::marked(case, &sent, RUN_ID, mark))
            })
            .collect();
        whole(scenario, step, &sent, RUN_ID).unwrap()
    }

    /// What a shell sends, a line each: curl is a function that says what it was told to ask for.
    fn sent(script: &str) -> String {
        let curl = r#"curl() { for word in "$@"; do case $word in http*) echo "asked $word" >&2;; esac; done; printf '{"data": {"id": "a/b"}}'; }
jq() { cat > /dev/null; printf '%s' "$2"; }
"#;
        let output = Command::new("sh")
            .args(["-eu", "-c", &format!("{curl}{script}")])
            .envs([("RUN", "5555555555"), ("PROBITY_BASIC_BASE64", "x")])
            .output()
            .unwrap();
        assert!(output.status.success(), "{script}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    #[test]
    fn a_case_without_earlier_steps_is_one_line() {
        let repeat = script(&scenario(vec![create(), create()], 0), 0);
        assert!(repeat.line.starts_with("curl -sS -X POST") && !repeat.line.contains('\n'), "{repeat:?}");
        assert_eq!(repeat.note, None);
    }

    #[test]
    fn what_a_step_takes_from_an_answer_is_taken_by_the_shell() {
        let read = read(expression("$response.body#/data/0/id"), ParameterLocation::Path);
        let repeat = script(&scenario(vec![create(), read], 0), 1);
        let lines: Vec<&str> = repeat.line.lines().collect();
        assert_eq!(lines[0], "# step 1: create-group/accept/create");
        assert!(lines[1].starts_with("answer_1=$(curl -sS -X POST 'https://api.example/group'"), "{lines:?}");
        assert_eq!(lines[2], "printf '%s\\n' \"$answer_1\"");
        assert_eq!(lines[3], "# step 2: create-group/accept/read, the case itself");
        assert_eq!(lines[4], r#"id=$(printf '%s' "$answer_1" | jq -r '.["data"][0]["id"]|@uri')"#);
        assert!(lines[5].starts_with(r#"curl -sS -X GET 'https://api.example/group/'"$id""#), "{lines:?}");
        assert_eq!(repeat.note.as_deref(), Some("it needs jq"));
        let variables: BTreeSet<&str> = repeat.variables().collect();
        assert_eq!(variables, BTreeSet::from(["PROBITY_BASIC_BASE64", "RUN"]));
        let asked = sent(&repeat.line);
        assert!(asked.ends_with("group/.[\"data\"][0][\"id\"]|@uri\n"), "{asked}");
    }

    #[test]
    fn headers_and_what_the_contract_gives_are_taken_as_well() {
        let location = read(expression("$response.header.Location"), ParameterLocation::Path);
        let repeat = script(&scenario(vec![create(), location], 0), 1);
        assert!(repeat.line.contains("curl -sS -D head_1 -X POST"), "{}", repeat.line);
        assert!(repeat.line.contains("id=$(grep -i '^location:' head_1 |"), "{}", repeat.line);
        let literal = read(Origin::Literal(json!("it's")), ParameterLocation::Path);
        let repeat = script(&scenario(vec![create(), literal], 0), 1);
        assert!(sent(&repeat.line).ends_with("/group/it's\n"), "{}", repeat.line);
        assert_eq!(repeat.note, None);
        let other = read(expression("$request.header.X-Id"), ParameterLocation::Path);
        let repeat = script(&scenario(vec![create(), other], 0), 1);
        assert_eq!(repeat.note.as_deref(), Some("id stands for $request.header.x-id of step 1"));
    }

    #[test]
    fn equal_requests_at_once_run_side_by_side() {
        let repeat = script(&scenario(vec![create(), create(), create()], 2), 0);
        let lines: Vec<&str> = repeat.line.lines().collect();
        assert_eq!(lines.len(), 5, "{lines:?}");
        assert!(lines[1].ends_with(" &") && lines[3].ends_with(" &"), "{lines:?}");
        assert_eq!(lines[4], "wait");
    }
}
