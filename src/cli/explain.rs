//! `probity explain`: what a check means.

use super::failure::Failure;
use super::{Exit, say};
use crate::contract::extension::suggestion;
use crate::judge::{CHECKS, check};

pub(super) fn explain(id: Option<&str>) -> Result<Exit, Failure> {
    let Some(id) = id else {
        let width = CHECKS.iter().map(|check| check.id.len()).max().unwrap_or(0);
        let lines = CHECKS
            .iter()
            .map(|check| format!("{:width$}  {:5}  {}\n", check.id, check.severity.name(), check.summary));
        say(&lines.collect::<String>());
        return Ok(Exit::Holds);
    };
    let Some(check) = check(id) else {
        let known: Vec<String> = CHECKS.iter().map(|check| check.id.to_owned()).collect();
        return Err(Failure::new(Exit::Usage, format!("there is no check `{id}`"))
            .with_hint(Some(suggestion(id, &known))));
    };
    say(&format!(
        "{id} ({severity} by default): {summary}\n\nWhat it means\n  {meaning}\n\nWhy it matters\n  {matters}\n\nHow to allow it\n  {allow}\n  For one run: -W {id} reports it without failing, -A {id} does not report it.\n  For good: in probity.toml, [severity] {id} = \"warn\" or \"allow\".\n",
        severity = check.severity.name(),
        summary = check.summary,
        meaning = check.meaning,
        matters = check.matters,
        allow = check.allow,
    ));
    Ok(Exit::Holds)
}
