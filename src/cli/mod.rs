//! The command line: what can be asked, one file a command.

mod apart;
mod arguments;
mod audit;
mod check;
mod clean;
mod contract;
mod credentials;
mod docs;
mod exit;
mod explain;
mod fail_on;
mod failure;
mod fetching;
mod left;
mod man;
mod parse;
mod patterns;
mod plan;
mod report;
mod serve;
mod servers;
mod snapshots;
mod stop;
mod target;
mod target_args;
mod values;

pub use exit::Exit;

use arguments::{Cli, Color, Command};
use clap::CommandFactory;
use parse::{Refused, parse};
use std::ffi::OsString;
use std::io::{BufWriter, StdoutLock, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Runs the program with its arguments.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    if arguments.len() <= 1 {
        arguments.push("--help".into());
    }
    let cli = match parse(&arguments) {
        Ok(cli) => cli,
        Err(Refused::Clap(error)) => {
            // Help and version are no errors; a closed pipe is none of ours.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Holds };
        }
        Err(Refused::Config(mistakes)) => {
            for mistake in &mistakes {
                mistake.show();
            }
            return Exit::Usage;
        }
    };
    match cli.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    let done = match cli.command {
        Command::Check(arguments) => check::check(&arguments),
        Command::Clean(arguments) => clean::clean(&arguments),
        Command::Plan(arguments) => plan::plan(&arguments),
        Command::Serve(arguments) => serve::serve(&arguments),
        Command::Audit(arguments) => audit::audit(&arguments),
        Command::Report(arguments) => report::report(&arguments),
        Command::Docs(arguments) => docs::docs(&arguments),
        Command::Snapshots(arguments) => snapshots::snapshots(&arguments.action),
        Command::Explain(arguments) => explain::explain(&arguments),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "probity", &mut script);
            say(&String::from_utf8_lossy(&script));
            Ok(Exit::Holds)
        }
        Command::Man { command } => man::man(&command),
    };
    match done.unwrap_or_else(|failure| failure.show()) {
        Exit::Holds if UNSAID.load(Ordering::Relaxed) => Exit::Usage,
        exit => exit,
    }
}

/// Whether something that was to be said could not be.
static UNSAID: AtomicBool = AtomicBool::new(false);

/// Writes to standard output. A reader that went away is not an error.
fn say(text: &str) {
    to_stdout(anstream::stdout().lock(), |out| out.write_all(text.as_bytes()));
}

/// Writes to standard output what is made while it is written, and has no colours.
fn say_with(write: impl FnOnce(&mut BufWriter<StdoutLock<'_>>) -> std::io::Result<()>) {
    to_stdout(std::io::stdout().lock(), write);
}

/// So many bytes are written at once.
const WRITTEN_AT_ONCE: usize = 64 << 10;

fn to_stdout<W: Write>(stdout: W, write: impl FnOnce(&mut BufWriter<W>) -> std::io::Result<()>) {
    let mut out = BufWriter::with_capacity(WRITTEN_AT_ONCE, stdout);
    let written = write(&mut out).and_then(|()| out.flush());
    if let Err(error) = written
        && error.kind() != std::io::ErrorKind::BrokenPipe
        && !UNSAID.swap(true, Ordering::Relaxed)
    {
        note(&format!("standard output cannot be written: {error}"));
    }
}

/// Writes to standard error.
fn note(text: &str) {
    let mut out = anstream::stderr().lock();
    let _ = writeln!(out, "{text}");
}
