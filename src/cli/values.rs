//! What only the user knows: values by name, and commands that set up and take down what they name.

use super::failure::Failure;
use super::{Exit, note};
use crate::contract::Contract;
use crate::plan::KnownValue;
use crate::text::{meant, visible};
use clap::Args;
use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};

const HEADING: &str = "What only you know";

#[derive(Clone, Debug, Default, Args)]
pub(super) struct ValueArgs {
    /// The value of a parameter, or of a member of bodies, that nothing in the contract gives, as
    /// `customerId=42`; `getOrder.customerId=42` is for one operation. In `probity.toml` a table:
    /// `[values]`. May be repeated
    #[arg(long, env = "PROBITY_WITH", help_heading = HEADING, value_name = "NAME=VALUE", value_parser = pair)]
    pub(super) with: Vec<(String, String)>,
}

#[derive(Clone, Debug, Default, Args)]
pub(super) struct SetupArgs {
    /// A command for the shell that is run first and prints such values, a line each
    #[arg(long, env = "PROBITY_SETUP", help_heading = HEADING, value_name = "COMMAND")]
    pub(super) setup: Option<String>,
    /// A command for the shell that is run last, whatever came of the rest
    #[arg(long, env = "PROBITY_TEARDOWN", help_heading = HEADING, value_name = "COMMAND")]
    pub(super) teardown: Option<String>,
}

/// So much is read of what a command prints.
const MOST_BYTES: u64 = 1 << 20;

/// Runs a command when it goes, whatever came before.
pub(super) struct Teardown(Option<String>);

impl ValueArgs {
    /// The values as a plan takes them.
    pub(super) fn known(&self, contract: &Contract) -> Result<Vec<KnownValue>, Failure> {
        let values = self.with.iter().map(|(name, text)| KnownValue::new(contract, name, text));
        let values: Vec<KnownValue> = values.collect();
        for value in &values {
            let unknown = |error: crate::plan::NobodysValue| {
                let hint = meant(&error.name, &error.known);
                Failure::new(Exit::Usage, format!("--with: {error}")).with_hint(hint)
            };
            value.check(contract).map_err(unknown)?;
        }
        Ok(values)
    }
}

impl SetupArgs {
    /// Runs the first command, and tells what it printed; the last one is run when what is given
    /// back goes.
    pub(super) fn begin(&self, values: &ValueArgs) -> Result<(ValueArgs, Teardown), Failure> {
        let teardown = Teardown(self.teardown.clone());
        let Some(command) = &self.setup else { return Ok((values.clone(), teardown)) };
        let fail = |why: String| Failure::new(Exit::Usage, format!("--setup {why}"));
        let mut child = shell(command)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| fail(format!("cannot be run: {error}")))?;
        let printed = printed(&mut child).map_err(|error| fail(format!("cannot be read: {error}")))?;
        let status = child.wait().map_err(|error| fail(format!("cannot be waited for: {error}")))?;
        if !status.success() {
            return Err(
                fail(ended(status)).with_hint(Some("what it wrote to standard error stands above".into()))
            );
        }
        let lines = printed.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut with = values.with.clone();
        for line in lines {
            let (name, value) = pair(line).map_err(|_| {
                fail(format!("printed `{}`, which is no value", visible(line))).with_hint(Some(
                    "each line it prints is NAME=VALUE; the rest belongs to standard error".into(),
                ))
            })?;
            // The command line outweighs it.
            if !values.with.iter().any(|(known, _)| *known == name) {
                with.push((name, value));
            }
        }
        Ok((ValueArgs { with }, teardown))
    }
}

impl Drop for Teardown {
    fn drop(&mut self) {
        let Some(command) = self.0.take() else { return };
        match shell(&command).stdout(Stdio::null()).status() {
            Ok(status) if status.success() => {}
            Ok(status) => note(&format!("warning: --teardown {}", ended(status))),
            Err(error) => note(&format!("warning: --teardown cannot be run: {error}")),
        }
    }
}

fn shell(command: &str) -> Command {
    let (program, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut shell = Command::new(program);
    shell.args([flag, command]).stdin(Stdio::null());
    shell
}

fn printed(child: &mut Child) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    if let Some(out) = child.stdout.take() {
        out.take(MOST_BYTES).read_to_end(&mut bytes)?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn ended(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("ended with exit code {code}"),
        None => "was ended by a signal".to_owned(),
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let named = text.split_once('=').filter(|(name, _)| !name.trim().is_empty());
    let (name, value) = named.ok_or("a name and a value are expected, as NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
