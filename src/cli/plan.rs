//! `probity plan`: the cases, without sending anything.

use super::arguments::{GraphFormat, PlanArgs, SelectionArgs};
use super::contract::Source;
use super::failure::Failure;
use super::patterns::known;
use super::values::ValueArgs;
use super::{Exit, note, say, say_with};
use crate::contract::Contract;
use crate::plan::{self, Also, Guards, KnownValue, Plan, PlanError, Selection, Wishes};
use crate::report::{self, plan::graph::Graph};

pub(super) fn plan(arguments: &PlanArgs) -> Result<Exit, Failure> {
    let mut contract = Source::of(&arguments.contract)?.read(&arguments.contract)?;
    arguments.servers.fill(&mut contract)?;
    if let Some(format) = arguments.graph {
        draw(&contract, &arguments.selection.values.known(&contract)?, format);
        return Ok(Exit::Holds);
    }
    known(&contract, &arguments.selection, &arguments.guards, Tokens::default())?;
    let plan = made(
        &contract,
        &arguments.selection,
        &arguments.selection.values,
        arguments.guards.of_target(),
        Tokens::default(),
    )?;
    if arguments.json {
        say_with(|out| report::plan::write_json(&contract, &plan, out));
    } else {
        say(&report::plan::text(&contract, &plan));
        note(&report::plan::summary(&contract, &plan));
    }
    // The process ends: to free each part of them takes longer than to read the contract.
    std::mem::forget((plan, contract));
    Ok(Exit::Holds)
}

fn draw(contract: &Contract, values: &[KnownValue], format: GraphFormat) {
    let graph = Graph::of(contract, values);
    match format {
        GraphFormat::Text => {
            say(&graph.text());
            note(&graph.summary());
        }
        GraphFormat::Mermaid => say(&graph.mermaid()),
    }
}

/// Which tokens a run has.
#[derive(Clone, Default)]
pub(super) struct Tokens {
    /// Fetched with a key, and so with an end.
    pub(super) fetched: bool,
    /// One that is good for somebody else.
    pub(super) foreign: bool,
    /// What more is tried of them.
    pub(super) also: Vec<Also>,
}

/// The plan that a user asked for.
pub(super) fn made(
    contract: &Contract,
    arguments: &SelectionArgs,
    values: &ValueArgs,
    guards: Guards,
    tokens: Tokens,
) -> Result<Plan, Failure> {
    let wishes = Wishes {
        values: values.known(contract)?,
        seed: arguments.random.seed,
        selection: Selection { include: arguments.include.clone(), exclude: arguments.exclude.clone() },
        max_requests: arguments.max_requests,
        changing_methods: arguments.changing_methods,
        foreign_token: tokens.foreign,
        expired_token: tokens.fetched,
        also: tokens.also,
        guards,
    };
    plan::plan(contract, &wishes).map_err(|error| {
        let hint = match &error {
            PlanError::NothingSelected => {
                Some(match (arguments.include.is_empty(), arguments.exclude.is_empty()) {
                    (false, true) => {
                        "`probity plan` lists every case, and why there is none of what was asked for".into()
                    }
                    _ => "loosen --exclude, which outweighs --include".into(),
                })
            }
            PlanError::NothingTestable(_) => Some("mend that place in the contract".into()),
            PlanError::NoOperations(_) => Some("`probity docs` writes what else it says".into()),
            PlanError::NoRoom(_) => Some("raise --max-requests".into()),
        };
        let is_slip = matches!(error, PlanError::NothingTestable(_)) && contract.slips().next().is_some();
        let exit = if is_slip { Exit::Contract } else { Exit::NothingTested };
        Failure::new(exit, error.to_string()).with_hint(hint)
    })
}
