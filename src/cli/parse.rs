//! From the command line, the environment and `probity.toml` to arguments.

use super::Exit;
use super::arguments::Cli;
use super::failure::Failure;
use crate::config::{self, Setting};
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches};
use std::ffi::OsString;

/// Why there are no arguments to act on.
pub(super) enum Refused {
    Clap(clap::Error),
    Config(Vec<Failure>),
}

pub(super) fn parse(arguments: &[OsString]) -> Result<Cli, Refused> {
    let read = |arguments: &[OsString]| {
        let matches = Cli::command().try_get_matches_from(arguments).map_err(Refused::Clap)?;
        let cli = Cli::from_arg_matches(&matches).map_err(Refused::Clap)?;
        Ok((matches, cli))
    };
    let (matches, cli) = read(arguments)?;
    let Some(path) =
        cli.config.clone().or_else(|| config::find(&std::env::current_dir().unwrap_or_default()))
    else {
        return Ok(cli);
    };
    let Some((name, own)) = matches.subcommand() else { return Ok(cli) };
    let settings = config::read(&path, &known_keys(), &|name| std::env::var(name).ok());
    let settings = settings.map_err(|mistakes| Refused::Config(mistakes.iter().map(mistake).collect()))?;
    // What `explain` is asked about comes before the contract, and may not be there; so does the ledger.
    let behind = matches!(name, "explain" | "clean");
    if name == "explain" && !own.contains_id("subject") {
        return Ok(cli);
    }
    let taken = flags(name);
    let given = |key: &str| !taken.iter().any(|flag| flag == key) || is_given(own, key);
    let place = arguments.iter().position(|argument| argument.to_str() == Some(name)).unwrap_or(0) + 1;
    let with = |settings: &[Setting]| {
        let mut extended = arguments.to_vec();
        let place = if behind { extended.len() } else { place };
        extended.splice(place..place, config::arguments(settings, &given));
        read(&extended).map(|(_, cli)| cli)
    };
    with(&settings).map_err(|refused| {
        // Which settings are it?
        let own = settings.iter().filter_map(|setting| match with(std::slice::from_ref(setting)) {
            Err(Refused::Clap(error)) => Some((setting.line, first_line(&error))),
            _ => None,
        });
        let mut own: Vec<(usize, String)> = own.collect();
        own.sort();
        if own.is_empty() {
            return refused;
        }
        let each = own.into_iter().map(|(line, message)| mistake(&config::refused(&path, line, message)));
        Refused::Config(each.collect())
    })
}

fn mistake(error: &config::ConfigError) -> Failure {
    Failure::new(Exit::Usage, error.to_string()).with_hint(error.hint().map(str::to_owned))
}

fn first_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

/// Whether the command line or the environment says something about a key. What can be
/// said several times is said in both places.
fn is_given(matches: &ArgMatches, key: &str) -> bool {
    if matches!(key, "deny" | "warn" | "allow" | "with") {
        return false;
    }
    let source = matches
        .try_contains_id(&key.replace('-', "_"))
        .ok()
        .and_then(|_| matches.value_source(&key.replace('-', "_")));
    matches!(source, Some(ValueSource::CommandLine | ValueSource::EnvVariable))
}

/// The keys that a command takes.
fn flags(command: &str) -> Vec<String> {
    let root = Cli::command();
    let found = root.get_subcommands().find(|known| known.get_name() == command);
    let arguments = found.into_iter().flat_map(clap::Command::get_arguments);
    let own = |id: &str| command == "audit" && matches!(id, "include" | "exclude" | "jobs" | "json");
    let named = arguments.filter(|argument| {
        // In a file, what an audit has of its own would be taken for what `check` calls so.
        let id = argument.get_id().as_str();
        !matches!(id, "help" | "version" | "config" | "list_faults") && !own(id)
    });
    named
        .map(|argument| argument.get_long().map_or_else(|| argument.get_id().to_string(), str::to_owned))
        .collect()
}

/// The keys that any command takes.
fn known_keys() -> Vec<String> {
    let mut known: Vec<String> = ["check", "plan", "serve", "audit"].into_iter().flat_map(flags).collect();
    // How a plan is printed is no setting.
    known.retain(|key| !["json", "graph"].contains(&key.as_str()));
    known.extend(["severity".into(), "values".into()]);
    known.sort();
    known.dedup();
    known
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::arguments::Command;
    use crate::run::Settings;
    use clap::Parser;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_run_from_the_command_line_is_one_from_the_library() {
        let Cli { command: Command::Check(check), .. } = Cli::parse_from(["probity", "check"]) else {
            panic!("another command")
        };
        let Settings { jobs, timeout, patience, .. } = Settings::new("", "");
        let time = &check.pace.time;
        assert_eq!((check.pace.jobs, time.timeout, time.max_wait), (jobs, timeout, patience));
        assert_eq!(check.cleaning.limit.clean_limit, crate::run::CleanUp::LIMIT);
    }

    #[test]
    fn the_schema_of_the_configuration_knows_every_flag() {
        let schema: serde_json::Value =
            serde_json::from_str(include_str!("../../spec/probity.schema.json")).unwrap();
        let mut described: Vec<String> = schema["properties"].as_object().unwrap().keys().cloned().collect();
        described.sort();
        assert_eq!(described, known_keys());
    }
}
