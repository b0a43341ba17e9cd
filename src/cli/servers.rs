//! The variables in the URLs of servers.

use super::Exit;
use super::failure::Failure;
use crate::contract::{Contract, ServerVariable};
use clap::Args;

#[derive(Debug, Args)]
#[command(next_help_heading = "Target")]
pub(super) struct ServerArgs {
    /// The value of a variable in the `servers` of the contract, in place of its default. May be
    /// repeated
    #[arg(
        long,
        env = "PROBITY_SERVER_VARIABLE",
        value_name = "NAME=VALUE",
        value_delimiter = ',',
        value_parser = variable
    )]
    pub(super) server_variable: Vec<ServerVariable>,
}

impl ServerArgs {
    /// Gives the servers of a contract the values that were asked for.
    pub(super) fn fill(&self, contract: &mut Contract) -> Result<(), Failure> {
        contract.fill_servers(&self.server_variable).map_err(|error| {
            Failure::new(Exit::Usage, format!("--server-variable: {error}")).with_hint(Some(error.hint()))
        })
    }
}

fn variable(text: &str) -> Result<ServerVariable, String> {
    let named = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, value) = named.ok_or("a name and a value are expected, as NAME=VALUE")?;
    Ok(ServerVariable { name: name.to_owned(), value: value.to_owned() })
}
