//! `probity man`: the manual page of the program or of one of its commands.

use super::arguments::Cli;
use super::failure::Failure;
use super::{Exit, say};
use crate::text::suggestion;
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

pub(super) fn man(names: &[String]) -> Result<Exit, Failure> {
    // A page for the help on each command would tell nothing that its own page does not.
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let mut command = &program;
    for name in names {
        command = named(command, name)?;
    }
    let page = page(&program, command, names);
    let page = page.map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    say(&String::from_utf8_lossy(&page));
    Ok(Exit::Holds)
}

fn named<'c>(command: &'c Command, name: &str) -> Result<&'c Command, Failure> {
    commands(command).find(|known| known.get_name() == name).ok_or_else(|| {
        let of = command.get_bin_name().unwrap_or_else(|| command.get_name());
        let known: Vec<String> = commands(command).map(|known| known.get_name().to_owned()).collect();
        let hint = if known.is_empty() {
            format!("`{of}` has no commands; its own page: probity man{}", of.trim_start_matches("probity"))
        } else {
            suggestion(name, &known)
        };
        Failure::new(Exit::Usage, format!("there is no manual page of `{of} {name}`")).with_hint(Some(hint))
    })
}

fn commands(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|known| known.get_name() != "help" && !known.is_hide_set())
}

fn page(program: &Command, command: &Command, names: &[String]) -> std::io::Result<Vec<u8>> {
    let source = format!("{} {}", program.get_name(), program.get_version().unwrap_or_default());
    let man = Man::new(command.clone()).source(source);
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if commands(command).next().is_some() {
        list(command, names).to_writer(&mut page)?;
    }
    if command.get_after_help().is_some() {
        man.render_extra_section(&mut page)?;
    }
    if command.get_version().is_some() {
        man.render_version_section(&mut page)?;
    }
    Ok(page)
}

/// The commands, each with what shows its page: no file holds these pages.
fn list(command: &Command, names: &[String]) -> Roff {
    let mut roff = Roff::default();
    roff.control("SH", ["SUBCOMMANDS"]);
    for one in commands(command) {
        let name = one.get_bin_name().unwrap_or_else(|| one.get_name());
        let words: Vec<&str> =
            ["probity", "man"].into_iter().chain(names.iter().map(String::as_str)).collect();
        roff.control("TP", []);
        roff.text([bold(name)]);
        roff.text([roman(one.get_about().map(ToString::to_string).unwrap_or_default())]);
        roff.control("br", []);
        roff.text([roman(format!("Its page: {} {}", words.join(" "), one.get_name()))]);
    }
    roff
}
