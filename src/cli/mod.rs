//! The command line: what can be asked, one file a command.

mod apart;
mod audit;
mod check;
mod docs;
mod exit;
mod explain;
mod failure;
mod man;
mod patterns;
mod plan;
mod report;
mod serve;
mod snapshots;
mod stop;

pub use exit::Exit;

use crate::config::{self, Setting};
use crate::plan::Guards;
use crate::run::Rate;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use failure::Failure;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Holds a deployed HTTP API to its `OpenAPI` contract.
#[derive(Debug, Parser)]
#[command(name = "probity", version, about, after_help = exit::TABLE, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    /// The configuration file; without it, `probity.toml` here or in a folder above
    #[arg(long, global = true, env = "PROBITY_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// When to use colour
    #[arg(long, global = true, default_value = "auto", env = "PROBITY_COLOR", value_name = "WHEN")]
    color: Color,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Send what the contract implies to a target and check every answer
    #[command(after_help = format!("{REPORTS}\n\n{}", exit::TABLE))]
    Check(Box<CheckArgs>),
    /// Print the cases that a target would get, without sending anything
    Plan(PlanArgs),
    /// Run a host that behaves as the contract says
    Serve(ServeArgs),
    /// Plant every fault that the contract lets one think of, and tell which are caught
    #[command(after_help = exit::TABLE)]
    Audit(AuditArgs),
    /// Make any report of the JSON report of a run
    #[command(after_help = REPORTS)]
    Report(ReportArgs),
    /// Write the API reference of a contract
    #[command(after_help = exit::TABLE)]
    Docs(DocsArgs),
    /// Settle recorded behaviour
    Snapshots(SnapshotsArgs),
    /// Tell what a check means, why it matters, and how to allow it
    Explain {
        /// The check; without it, all of them are listed
        check: Option<String>,
    },
    /// Print a completion script
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page of the program or of a command, in roff
    Man {
        /// The command, for example `snapshots accept`; without it, the page of the program
        command: Vec<String>,
    },
}

#[derive(Debug, Args)]
struct ContractArgs {
    /// The `OpenAPI` document; without it, the shipped contract of the two group endpoints
    #[arg(env = "PROBITY_CONTRACT", value_name = "CONTRACT")]
    contract: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct SelectionArgs {
    /// Only these operations, paths, tags or cases; `*` stands for any text
    #[arg(long, env = "PROBITY_INCLUDE", value_name = "PATTERN", value_delimiter = ',')]
    include: Vec<String>,
    /// Not these operations, paths, tags or cases
    #[arg(long, env = "PROBITY_EXCLUDE", value_name = "PATTERN", value_delimiter = ',')]
    exclude: Vec<String>,
    /// What random values are derived from
    #[arg(
        long,
        env = "PROBITY_SEED",
        default_value_t = 0,
        allow_negative_numbers = true,
        value_name = "NUMBER"
    )]
    seed: u64,
    /// The most requests that are sent; the most useful ones come first
    #[arg(long, env = "PROBITY_MAX_REQUESTS", value_name = "NUMBER", value_parser = positive)]
    max_requests: Option<usize>,
    /// Also try undeclared PUT, PATCH and DELETE, which may change data
    #[arg(long, env = "PROBITY_CHANGING_METHODS")]
    changing_methods: bool,
}

/// What is not sent to a target unless it is asked for.
#[derive(Debug, Args)]
#[command(next_help_heading = "Harm")]
struct GuardArgs {
    /// Send PUT, PATCH and DELETE also to what the run did not create
    #[arg(long, env = "PROBITY_ON_EXISTING_DATA")]
    on_existing_data: bool,
    /// Send, after all else, these operations, paths, tags or cases although they may stop, reset,
    /// lock or revoke something
    #[arg(long, env = "PROBITY_INCLUDE_DISRUPTIVE", value_name = "PATTERN", value_delimiter = ',')]
    include_disruptive: Vec<String>,
    /// Send safe methods only
    #[arg(long, env = "PROBITY_READ_ONLY")]
    read_only: bool,
}

impl GuardArgs {
    /// What is spared on a target of somebody.
    fn of_target(&self) -> Guards {
        Guards {
            existing_data: !self.on_existing_data,
            disruption: Some(self.include_disruptive.clone()),
            read_only: self.read_only,
        }
    }

    /// What is spared on a host of our own.
    fn of_embedded(&self) -> Guards {
        Guards { read_only: self.read_only, ..Guards::default() }
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Target")]
struct TargetArgs {
    /// Where requests go; without it, an embedded host that behaves as the contract says
    #[arg(long, env = "PROBITY_TARGET", value_name = "URL")]
    target: Option<String>,
    /// Credentials of HTTP Basic
    #[arg(long, env = "PROBITY_BASIC", hide_env_values = true, value_name = "USER:PASSWORD")]
    basic: Option<String>,
    /// The password travels as the hexadecimal MD5 of itself
    #[arg(long, env = "PROBITY_BASIC_MD5")]
    basic_md5: bool,
    /// A bearer token
    #[arg(long, env = "PROBITY_BEARER", hide_env_values = true, value_name = "TOKEN")]
    bearer: Option<String>,
    /// A key for every apiKey scheme of the contract, or for the one that is named
    #[arg(long, env = "PROBITY_API_KEY", hide_env_values = true, value_name = "[SCHEME=]KEY")]
    api_key: Vec<String>,
    /// The key to fetch a token with, as the contract's security scheme says
    #[arg(
        long,
        env = "PROBITY_OAUTH_KEY",
        hide_env_values = true,
        requires = "oauth_secret",
        value_name = "KEY"
    )]
    oauth_key: Option<String>,
    /// The secret that belongs to the key
    #[arg(
        long,
        env = "PROBITY_OAUTH_SECRET",
        hide_env_values = true,
        requires = "oauth_key",
        value_name = "SECRET"
    )]
    oauth_secret: Option<String>,
    /// A token that is good for somebody else, such as another organisation: it must be refused
    #[arg(long, env = "PROBITY_FOREIGN_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    foreign_token: Option<String>,
    /// A header for every request
    #[arg(long, env = "PROBITY_HEADER", hide_env_values = true, value_name = "NAME: VALUE")]
    header: Vec<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Pace")]
struct PaceArgs {
    /// How many scenarios run side by side
    #[arg(long, short, env = "PROBITY_JOBS", default_value_t = 8, value_name = "NUMBER", value_parser = jobs)]
    jobs: usize,
    /// The most requests in a time, evenly spaced: 10/s, 100/m, 5000/h
    #[arg(long, env = "PROBITY_RATE", value_name = "RATE")]
    rate: Option<Rate>,
    /// The time limit of one exchange
    #[arg(long, env = "PROBITY_TIMEOUT", default_value = "10s", value_name = "TIME", value_parser = config::time_limit)]
    timeout: Duration,
    /// How long, in all, the target may ask to wait with Retry-After
    #[arg(long, env = "PROBITY_MAX_WAIT", default_value = "2m", value_name = "TIME", value_parser = config::duration)]
    max_wait: Duration,
    /// Stop at the first finding that is denied; requests are sent one after the other
    #[arg(long, env = "PROBITY_FAIL_FAST")]
    fail_fast: bool,
    /// Ten digits that unique values carry; made up for each run unless given
    #[arg(long, env = "PROBITY_RUN_ID", value_name = "DIGITS", value_parser = run_id)]
    run_id: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Severity")]
struct SeverityArgs {
    /// A finding of this check fails the run
    #[arg(long, short = 'D', env = "PROBITY_DENY", value_name = "CHECK", value_delimiter = ',')]
    deny: Vec<String>,
    /// A finding of this check is only reported
    #[arg(long, short = 'W', env = "PROBITY_WARN", value_name = "CHECK", value_delimiter = ',')]
    warn: Vec<String>,
    /// A finding of this check is not reported
    #[arg(long, short = 'A', env = "PROBITY_ALLOW", value_name = "CHECK", value_delimiter = ',')]
    allow: Vec<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Snapshots")]
struct ProfileArgs {
    /// Which deployment's snapshots; the embedded host has the profile `host`
    #[arg(long, env = "PROBITY_PROFILE", value_name = "NAME")]
    profile: Option<String>,
    /// The folder of snapshots
    #[arg(long, env = "PROBITY_SNAPSHOTS", default_value = "snapshots", value_name = "FOLDER")]
    snapshots: PathBuf,
}

/// The arguments of `check`.
#[derive(Debug, Args)]
struct CheckArgs {
    #[command(flatten)]
    contract: ContractArgs,
    #[command(flatten)]
    selection: SelectionArgs,
    #[command(flatten)]
    guards: GuardArgs,
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    pace: PaceArgs,
    #[command(flatten)]
    severity: SeverityArgs,
    #[command(flatten)]
    profile: ProfileArgs,
    /// Send everything twice, and write what held still as the profile's snapshots
    #[arg(long, env = "PROBITY_RECORD", help_heading = "Snapshots")]
    record: bool,
    /// Write a report, for example junit=FILE; may be repeated, and `-` is standard output
    #[arg(
        long,
        env = "PROBITY_REPORT",
        help_heading = "Reports",
        value_name = "FORMAT=FILE",
        value_delimiter = ','
    )]
    report: Vec<String>,
    /// Write down what may create, change or delete something, before it is sent
    #[arg(long, env = "PROBITY_LEDGER", help_heading = "Reports", value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// Only findings and the summary
    #[arg(long, short, env = "PROBITY_QUIET", help_heading = "Reports", conflicts_with = "verbose")]
    quiet: bool,
    /// Every case
    #[arg(long, short, env = "PROBITY_VERBOSE", help_heading = "Reports")]
    verbose: bool,
}

/// The arguments of `plan`.
#[derive(Debug, Args)]
struct PlanArgs {
    #[command(flatten)]
    contract: ContractArgs,
    #[command(flatten)]
    selection: SelectionArgs,
    /// As JSON
    #[arg(long, env = "PROBITY_JSON")]
    json: bool,
    #[command(flatten)]
    guards: GuardArgs,
}

/// The arguments of `serve`.
#[derive(Debug, Args)]
struct ServeArgs {
    #[command(flatten)]
    contract: ContractArgs,
    /// The port on loopback; 0 is any free one
    #[arg(long, env = "PROBITY_PORT", default_value_t = 8080, value_name = "PORT")]
    port: u16,
    /// A defect that the host has, or a pattern of defects; may be repeated
    #[arg(long, env = "PROBITY_FAULT", value_name = "ID", value_delimiter = ',')]
    fault: Vec<String>,
    /// List the defects that the host can have, and end
    #[arg(long, env = "PROBITY_LIST_FAULTS")]
    list_faults: bool,
}

/// The arguments of `audit`.
#[derive(Debug, Args)]
struct AuditArgs {
    #[command(flatten)]
    contract: ContractArgs,
    /// Only these faults or classes of faults; `*` stands for any text
    #[arg(long, env = "PROBITY_AUDIT_INCLUDE", value_name = "PATTERN", value_delimiter = ',')]
    include: Vec<String>,
    /// Not these faults or classes of faults
    #[arg(long, env = "PROBITY_AUDIT_EXCLUDE", value_name = "PATTERN", value_delimiter = ',')]
    exclude: Vec<String>,
    /// Fail if less than so many percent of the faults that can be seen are caught or pinned
    #[arg(long, env = "PROBITY_MIN", value_name = "PERCENT", value_parser = percentage)]
    min: Option<f64>,
    /// What random values are derived from
    #[arg(
        long,
        env = "PROBITY_SEED",
        default_value_t = 0,
        allow_negative_numbers = true,
        value_name = "NUMBER"
    )]
    seed: u64,
    /// The most requests that each host gets; the most useful ones come first
    #[arg(long, env = "PROBITY_MAX_REQUESTS", value_name = "NUMBER", value_parser = positive)]
    max_requests: Option<usize>,
    /// Also try undeclared PUT, PATCH and DELETE
    #[arg(long, env = "PROBITY_CHANGING_METHODS")]
    changing_methods: bool,
    /// How many hosts run side by side; without it, four on each core
    #[arg(long, short, env = "PROBITY_AUDIT_JOBS", value_name = "NUMBER", value_parser = jobs)]
    jobs: Option<usize>,
    /// The report as JSON, to a file or, without one, to standard output
    #[arg(
        long,
        env = "PROBITY_AUDIT_JSON",
        value_name = "FILE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "-"
    )]
    json: Option<PathBuf>,
    #[command(flatten)]
    severity: SeverityArgs,
}

/// The arguments of `report`.
#[derive(Debug, Args)]
struct ReportArgs {
    /// What `probity check --report json=FILE` has written; `-` is standard input
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// Which report to make, for example junit=FILE; may be repeated, and `-` is standard output
    #[arg(long, env = "PROBITY_REPORT", value_name = "FORMAT=FILE", value_delimiter = ',', required = true)]
    report: Vec<String>,
}

/// The forms of reports, for `--help`.
const REPORTS: &str = "\
Reports, each FORMAT=FILE:
  json            everything; any other but ndjson can be made of it by `probity report`
  junit           JUnit XML, as CI servers read it
  html            a page for people, with everything that was tried
  markdown        a page for the summary of a job, at most 1 MiB
  github          annotations of GitHub Actions; without FILE, to standard output
  github-summary  the page in Markdown, added to $GITHUB_STEP_SUMMARY; takes no FILE
  sarif           SARIF 2.1.0, for code scanning
  har             HAR 1.2: every exchange, without secrets
  ctrf            Common Test Report Format
  gitlab          GitLab's code quality
  ndjson          the events as they happen, a line of JSON each";
/// The arguments of `docs`.
#[derive(Debug, Args)]
struct DocsArgs {
    #[command(flatten)]
    contract: ContractArgs,
    /// The folder that the pages are written to
    #[arg(long, env = "PROBITY_DOCS_OUT", value_name = "FOLDER")]
    out: PathBuf,
    /// What is written
    #[arg(long, env = "PROBITY_DOCS_FORMAT", default_value = "html", value_name = "FORMAT")]
    format: DocsFormat,
    /// The JSON report of a run, whose exchanges stand as examples and whose outcome marks every status,
    /// code and rule; or the folder of a profile of snapshots, which tell what statuses and codes came
    #[arg(long, env = "PROBITY_DOCS_VERIFIED", value_name = "PATH")]
    verified: Option<PathBuf>,
    /// Write nothing; fail if the pages in the folder are out of date
    #[arg(long, env = "PROBITY_DOCS_CHECK")]
    check: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DocsFormat {
    /// One page, `index.html`, that needs nothing else
    Html,
    /// A file for each operation, and `README.md` that lists them
    Markdown,
}

/// The arguments of `snapshots`.
#[derive(Debug, Args)]
struct SnapshotsArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show what is pending, and ask what to do with each
    Review(SettleArgs),
    /// Accept what is pending
    Accept(SettleArgs),
    /// Reject what is pending
    Reject(SettleArgs),
    /// List what is recorded and what is pending; the exit code is 1 while something is
    List {
        #[command(flatten)]
        settle: SettleArgs,
        /// Only what is pending
        #[arg(long)]
        pending: bool,
    },
}

#[derive(Debug, Args)]
struct SettleArgs {
    #[command(flatten)]
    profile: ProfileArgs,
    /// Only these pages; `*` stands for any text
    #[arg(value_name = "PATTERN")]
    pages: Vec<String>,
}

fn positive(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "a whole number above 0 is expected".into())
}

fn percentage(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches('%').trim_end().parse().ok();
    let number = number.filter(|number| (0.0..=100.0).contains(number));
    number.ok_or_else(|| "a number from 0 to 100 is expected".into())
}

fn jobs(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=512).contains(number));
    number.ok_or_else(|| "a whole number from 1 to 512 is expected".into())
}

fn run_id(text: &str) -> Result<String, String> {
    let digits = text.len() == crate::plan::RUN.len() && text.bytes().all(|byte| byte.is_ascii_digit());
    let good = digits && !text.starts_with('0');
    good.then(|| text.to_owned()).ok_or_else(|| "ten digits are expected, the first not 0".into())
}

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
        Err(Refused::Config(failure)) => return failure.show(),
    };
    match cli.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    let done = match cli.command {
        Command::Check(arguments) => check::check(&arguments),
        Command::Plan(arguments) => plan::plan(&arguments),
        Command::Serve(arguments) => serve::serve(&arguments),
        Command::Audit(arguments) => audit::audit(&arguments),
        Command::Report(arguments) => report::report(&arguments),
        Command::Docs(arguments) => docs::docs(&arguments),
        Command::Snapshots(arguments) => snapshots::snapshots(&arguments.action),
        Command::Explain { check } => explain::explain(check.as_deref()),
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

enum Refused {
    Clap(clap::Error),
    Config(Failure),
}

fn parse(arguments: &[OsString]) -> Result<Cli, Refused> {
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
    let settings = settings.map_err(|error| {
        let hint = error.hint().map(str::to_owned);
        Refused::Config(Failure::new(Exit::Usage, error.to_string()).with_hint(hint))
    })?;
    let taken = flags(name);
    let given = |key: &str| !taken.iter().any(|flag| flag == key) || is_given(own, key);
    let place = arguments.iter().position(|argument| argument.to_str() == Some(name)).unwrap_or(0) + 1;
    let with = |settings: &[Setting]| {
        let mut extended = arguments.to_vec();
        extended.splice(place..place, config::arguments(settings, &given));
        read(&extended).map(|(_, cli)| cli)
    };
    with(&settings).map_err(|refused| {
        // Which setting is it?
        let single = settings.iter().find_map(|setting| match with(std::slice::from_ref(setting)) {
            Err(Refused::Clap(error)) => Some((setting.line, first_line(&error))),
            _ => None,
        });
        single.map_or(refused, |(line, message)| {
            Refused::Config(Failure::new(Exit::Usage, config::refused(&path, line, message).to_string()))
        })
    })
}

fn first_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

/// Whether the command line or the environment says something about a key. What can be
/// said several times is said in both places.
fn is_given(matches: &ArgMatches, key: &str) -> bool {
    if matches!(key, "deny" | "warn" | "allow") {
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
    known.retain(|key| key != "json");
    known.push("severity".into());
    known.sort();
    known.dedup();
    known
}

/// Whether something that was to be said could not be.
static UNSAID: AtomicBool = AtomicBool::new(false);

/// Writes to standard output. A reader that went away is not an error.
fn say(text: &str) {
    let mut out = anstream::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
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
