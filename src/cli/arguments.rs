//! The arguments of every command, as clap reads them.

use super::clean::{CleanArgs, KeepArgs};
use super::exit;
use super::fail_on::FailArgs;
use super::servers::ServerArgs;
use super::target_args::TargetArgs;
use super::values::{SetupArgs, ValueArgs};
use crate::plan::Guards;
use crate::run::{Rate, Settings};
use crate::source::{Reach, host_to_fetch};
use crate::text;
use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// Holds a deployed HTTP API to its `OpenAPI` contract.
#[derive(Debug, Parser)]
#[command(name = "probity", version, about, after_help = exit::TABLE, max_term_width = 100)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
    /// The configuration file; without it, `probity.toml` here or in a folder above
    #[arg(long, global = true, env = "PROBITY_CONFIG", value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// When to use colour
    #[arg(long, global = true, default_value = "auto", env = "PROBITY_COLOR", value_name = "WHEN")]
    pub(super) color: Color,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Send what the contract implies to a target and check every answer
    #[command(after_help = format!("{REPORTS}\n\n{}", exit::TABLE))]
    Check(Box<CheckArgs>),
    /// Delete what runs left that were killed, as their ledger tells
    #[command(after_help = exit::TABLE)]
    Clean(Box<CleanArgs>),
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
    /// Tell what a check means, why it matters, and how to allow it; or what a case is about
    Explain(ExplainArgs),
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
pub(super) struct ContractArgs {
    /// The `OpenAPI` document, or `-` for standard input; without it, openapi.yaml, openapi.yml or
    /// openapi.json of the current folder, or else the shipped contract of two group endpoints, which
    /// `shipped` names
    #[arg(env = "PROBITY_CONTRACT", value_name = "CONTRACT", value_parser = path())]
    pub(super) contract: Option<PathBuf>,
    /// The folder below which files are read that the contract refers to; without it, its own
    #[arg(long, env = "PROBITY_ROOT", value_name = "FOLDER")]
    pub(super) root: Option<PathBuf>,
    /// Where a copy is of what the contract refers to by a URL; of a URL that ends in / it is a folder.
    /// May be repeated
    #[arg(long, env = "PROBITY_MAP", value_name = "URL=FILE", value_delimiter = ',', value_parser = copy)]
    pub(super) map: Vec<(String, PathBuf)>,
    /// A host, with its port if that is not the usual one, from which what the contract refers to by a
    /// URL is fetched once, and kept in the folder probity-fetched beside the contract. May be repeated
    #[arg(long, env = "PROBITY_ALLOW_FETCH", value_name = "HOST", value_delimiter = ',', value_parser = host)]
    pub(super) allow_fetch: Vec<String>,
}

impl ContractArgs {
    /// What may be read beside the contract's folder.
    pub(super) fn reach(&self) -> Reach {
        Reach { root: self.root.clone(), copies: self.map.clone() }
    }
}

#[derive(Debug, Args)]
pub(super) struct SelectionArgs {
    /// Only these operations, methods, paths, tags or cases; `*` stands for any text
    #[arg(long, env = "PROBITY_INCLUDE", value_name = "PATTERN", value_delimiter = ',')]
    pub(super) include: Vec<String>,
    /// Not these operations, methods, paths, tags or cases
    #[arg(long, env = "PROBITY_EXCLUDE", value_name = "PATTERN", value_delimiter = ',')]
    pub(super) exclude: Vec<String>,
    #[command(flatten)]
    pub(super) random: RandomArgs,
    /// The most requests that are sent; the most useful ones come first
    #[arg(long, env = "PROBITY_MAX_REQUESTS", value_name = "NUMBER", value_parser = positive)]
    pub(super) max_requests: Option<usize>,
    /// Also try undeclared PUT, PATCH and DELETE, which may change data
    #[arg(long, env = "PROBITY_CHANGING_METHODS")]
    pub(super) changing_methods: bool,
    #[command(flatten)]
    pub(super) values: ValueArgs,
}

/// Where random values come from.
#[derive(Clone, Debug, Args)]
pub(super) struct RandomArgs {
    /// What random values are derived from
    #[arg(
        long,
        env = "PROBITY_SEED",
        default_value_t = 0,
        allow_negative_numbers = true,
        value_name = "NUMBER"
    )]
    pub(super) seed: u64,
}

/// What is not sent to a target unless it is asked for.
#[derive(Debug, Args)]
#[command(next_help_heading = "Harm")]
pub(super) struct GuardArgs {
    /// Send PUT, PATCH, DELETE and methods of which nothing is known also to what the run did not create
    #[arg(long, env = "PROBITY_ON_EXISTING_DATA")]
    pub(super) on_existing_data: bool,
    /// Send, after all else, these operations, paths, tags or cases although they may stop, reset,
    /// lock or revoke something
    #[arg(long, env = "PROBITY_INCLUDE_DISRUPTIVE", value_name = "PATTERN", value_delimiter = ',')]
    pub(super) include_disruptive: Vec<String>,
    /// Send safe methods only
    #[arg(long, env = "PROBITY_READ_ONLY")]
    pub(super) read_only: bool,
}

impl GuardArgs {
    /// What is spared on a target of somebody.
    pub(super) fn of_target(&self) -> Guards {
        Guards {
            existing_data: !self.on_existing_data,
            disruption: Some(self.include_disruptive.clone()),
            read_only: self.read_only,
        }
    }

    /// What is spared on a host of our own.
    pub(super) fn of_embedded(&self) -> Guards {
        Guards { read_only: self.read_only, ..Guards::default() }
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Pace")]
pub(super) struct PaceArgs {
    /// How many scenarios run side by side
    #[arg(long, short, env = "PROBITY_JOBS", default_value_t = Settings::JOBS, value_name = "NUMBER", value_parser = jobs)]
    pub(super) jobs: usize,
    #[command(flatten)]
    pub(super) time: TimeArgs,
    /// How long the target may take to show what was created, changed or deleted
    #[arg(long, env = "PROBITY_EVENTUALLY", default_value = "2s", value_name = "TIME", value_parser = text::duration)]
    pub(super) eventually: Duration,
    /// Stop at the first finding that is denied; requests are sent one after the other
    #[arg(long, env = "PROBITY_FAIL_FAST")]
    pub(super) fail_fast: bool,
    /// Ten digits that unique values carry; made up for each run unless given
    #[arg(long, env = "PROBITY_RUN_ID", value_name = "DIGITS", value_parser = run_id)]
    pub(super) run_id: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Pace")]
pub(super) struct TimeArgs {
    /// The most requests in a time, evenly spaced: 10/s, 100/m, 5000/h
    #[arg(long, env = "PROBITY_RATE", value_name = "RATE")]
    pub(super) rate: Option<Rate>,
    /// The time limit of one exchange
    #[arg(long, env = "PROBITY_TIMEOUT", default_value = "10s", value_name = "TIME", value_parser = text::time_limit)]
    pub(super) timeout: Duration,
    /// How long, in all, the target may ask to wait with Retry-After
    #[arg(long, env = "PROBITY_MAX_WAIT", default_value = "2m", value_name = "TIME", value_parser = text::duration)]
    pub(super) max_wait: Duration,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Severity")]
pub(super) struct SeverityArgs {
    /// A finding of this check fails the run
    #[arg(long, short = 'D', env = "PROBITY_DENY", value_name = "CHECK", value_delimiter = ',')]
    pub(super) deny: Vec<String>,
    /// A finding of this check is only reported
    #[arg(long, short = 'W', env = "PROBITY_WARN", value_name = "CHECK", value_delimiter = ',')]
    pub(super) warn: Vec<String>,
    /// A finding of this check is not reported
    #[arg(long, short = 'A', env = "PROBITY_ALLOW", value_name = "CHECK", value_delimiter = ',')]
    pub(super) allow: Vec<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Snapshots")]
pub(super) struct ProfileArgs {
    /// Which deployment's snapshots; the embedded host has the profile `host`
    #[arg(long, env = "PROBITY_PROFILE", value_name = "NAME")]
    pub(super) profile: Option<String>,
    /// The folder of snapshots
    #[arg(long, env = "PROBITY_SNAPSHOTS", default_value = "snapshots", value_name = "FOLDER")]
    pub(super) snapshots: PathBuf,
}

/// The arguments of `check`.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    pub(super) contract: ContractArgs,
    #[command(flatten)]
    pub(super) selection: SelectionArgs,
    #[command(flatten)]
    pub(super) setup: SetupArgs,
    #[command(flatten)]
    pub(super) guards: GuardArgs,
    #[command(flatten)]
    pub(super) target: TargetArgs,
    #[command(flatten)]
    pub(super) servers: ServerArgs,
    #[command(flatten)]
    pub(super) pace: PaceArgs,
    #[command(flatten)]
    pub(super) cleaning: KeepArgs,
    #[command(flatten)]
    pub(super) severity: SeverityArgs,
    #[command(flatten)]
    pub(super) fails: FailArgs,
    #[command(flatten)]
    pub(super) profile: ProfileArgs,
    /// Send everything twice, and write what held still as the profile's snapshots
    #[arg(long, env = "PROBITY_RECORD", help_heading = "Snapshots")]
    pub(super) record: bool,
    /// Write a report, for example junit=FILE; may be repeated, and `-` is standard output
    #[arg(
        long,
        env = "PROBITY_REPORT",
        help_heading = "Reports",
        value_name = "FORMAT=FILE",
        value_delimiter = ','
    )]
    pub(super) report: Vec<String>,
    /// Write down what may create, change or delete something, before it is sent; without it, in a file
    /// of this folder that goes when nothing of it is left to be deleted
    #[arg(long, env = "PROBITY_LEDGER", help_heading = "Reports", value_name = "FILE")]
    pub(super) ledger: Option<PathBuf>,
    /// Keep the whole record of the run, written while it goes on, for `probity report`
    #[arg(long, env = "PROBITY_RECORD_FILE", help_heading = "Reports", value_name = "FILE")]
    pub(super) record_file: Option<PathBuf>,
    /// Only findings and the summary
    #[arg(long, short, env = "PROBITY_QUIET", help_heading = "Reports", conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Every case
    #[arg(long, short, env = "PROBITY_VERBOSE", help_heading = "Reports")]
    pub(super) verbose: bool,
}

/// The arguments of `plan`.
#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    pub(super) contract: ContractArgs,
    #[command(flatten)]
    pub(super) selection: SelectionArgs,
    /// As JSON
    #[arg(long, env = "PROBITY_JSON")]
    pub(super) json: bool,
    /// Instead of the cases, which operation gives what to which, and what tells so
    #[arg(
        long,
        env = "PROBITY_GRAPH",
        value_name = "FORMAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "text",
        conflicts_with = "json"
    )]
    pub(super) graph: Option<GraphFormat>,
    #[command(flatten)]
    pub(super) guards: GuardArgs,
    #[command(flatten)]
    pub(super) servers: ServerArgs,
}

/// How connections between operations are drawn.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum GraphFormat {
    /// A line for everything that an operation is given
    Text,
    /// A flowchart in Mermaid
    Mermaid,
}

/// The arguments of `serve`.
#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    pub(super) contract: ContractArgs,
    /// The port on loopback; 0 is any free one
    #[arg(long, env = "PROBITY_PORT", default_value_t = 8080, value_name = "PORT")]
    pub(super) port: u16,
    /// A defect that the host has, or a pattern of defects; may be repeated
    #[arg(long, env = "PROBITY_FAULT", value_name = "ID", value_delimiter = ',')]
    pub(super) fault: Vec<String>,
    /// List the defects that the host can have, and end
    #[arg(long, env = "PROBITY_LIST_FAULTS")]
    pub(super) list_faults: bool,
}

/// The arguments of `audit`.
#[derive(Debug, Args)]
pub(super) struct AuditArgs {
    #[command(flatten)]
    pub(super) contract: ContractArgs,
    /// Only these faults or classes of faults; `*` stands for any text
    #[arg(long, env = "PROBITY_AUDIT_INCLUDE", value_name = "PATTERN", value_delimiter = ',')]
    pub(super) include: Vec<String>,
    /// Not these faults or classes of faults
    #[arg(long, env = "PROBITY_AUDIT_EXCLUDE", value_name = "PATTERN", value_delimiter = ',')]
    pub(super) exclude: Vec<String>,
    /// Fail if less than so many percent of the faults that can be seen are caught or pinned
    #[arg(long, env = "PROBITY_MIN", value_name = "PERCENT", value_parser = percentage)]
    pub(super) min: Option<f64>,
    #[command(flatten)]
    pub(super) random: RandomArgs,
    /// The most requests that each host gets; the most useful ones come first
    #[arg(long, env = "PROBITY_MAX_REQUESTS", value_name = "NUMBER", value_parser = positive)]
    pub(super) max_requests: Option<usize>,
    /// Also try undeclared PUT, PATCH and DELETE
    #[arg(long, env = "PROBITY_CHANGING_METHODS")]
    pub(super) changing_methods: bool,
    /// How many hosts run side by side; without it, four on each core
    #[arg(long, short, env = "PROBITY_AUDIT_JOBS", value_name = "NUMBER", value_parser = jobs)]
    pub(super) jobs: Option<usize>,
    /// The report as JSON, to a file or, without one, to standard output
    #[arg(
        long,
        env = "PROBITY_AUDIT_JSON",
        value_name = "FILE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "-"
    )]
    pub(super) json: Option<PathBuf>,
    #[command(flatten)]
    pub(super) severity: SeverityArgs,
}

/// The arguments of `explain`.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The check, or the name of a case; without it, all checks are listed
    pub(super) subject: Option<String>,
    #[command(flatten)]
    pub(super) contract: ContractArgs,
}

/// The arguments of `report`.
#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// What `probity check --report json=FILE` or `--record-file FILE` has written; `-` is standard
    /// input. Records of parts of one plan are put together
    #[arg(value_name = "RUN", required = true)]
    pub(super) runs: Vec<PathBuf>,
    /// Which report to make, for example junit=FILE; may be repeated, and `-` is standard output.
    /// Without any, what the run printed is printed
    #[arg(long, env = "PROBITY_REPORT", value_name = "FORMAT=FILE", value_delimiter = ',')]
    pub(super) report: Vec<String>,
    /// Print findings and the summary only
    #[arg(long, short, env = "PROBITY_QUIET", conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Print every case
    #[arg(long, short, env = "PROBITY_VERBOSE")]
    pub(super) verbose: bool,
}

/// The forms of reports, for `--help`.
pub(super) const REPORTS: &str = "\
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
pub(super) struct DocsArgs {
    #[command(flatten)]
    pub(super) contract: ContractArgs,
    /// The folder that the pages are written to
    #[arg(long, env = "PROBITY_DOCS_OUT", value_name = "FOLDER")]
    pub(super) out: PathBuf,
    /// What is written
    #[arg(long, env = "PROBITY_DOCS_FORMAT", default_value = "html", value_name = "FORMAT")]
    pub(super) format: DocsFormat,
    /// The JSON report of a run, whose exchanges stand as examples and whose outcome marks every status,
    /// code and rule; or the folder of a profile of snapshots, which tell what statuses and codes came
    #[arg(long, env = "PROBITY_DOCS_VERIFIED", value_name = "PATH")]
    pub(super) verified: Option<PathBuf>,
    /// Write nothing; fail if the pages in the folder are out of date
    #[arg(long, env = "PROBITY_DOCS_CHECK")]
    pub(super) check: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum DocsFormat {
    /// One page, `index.html`, that needs nothing else
    Html,
    /// A file for each operation, and `README.md` that lists them
    Markdown,
}

/// The arguments of `snapshots`.
#[derive(Debug, Args)]
pub(super) struct SnapshotsArgs {
    #[command(subcommand)]
    pub(super) action: Action,
}

#[derive(Debug, Subcommand)]
pub(super) enum Action {
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
pub(super) struct SettleArgs {
    #[command(flatten)]
    pub(super) profile: ProfileArgs,
    /// Only these pages; `*` stands for any text
    #[arg(value_name = "PATTERN")]
    pub(super) pages: Vec<String>,
}

/// A path that may be empty, of which the command says more than clap does.
fn path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

fn copy(text: &str) -> Result<(String, PathBuf), String> {
    let named = text.split_once('=').filter(|(url, file)| url.contains(':') && !file.is_empty());
    let (url, file) = named.ok_or("a URL and the file that has its copy are expected, as URL=FILE")?;
    Ok((url.to_owned(), PathBuf::from(file)))
}

pub(super) fn host(text: &str) -> Result<String, String> {
    let named =
        host_to_fetch(&format!("https://{text}")).filter(|_| !text.contains(['/', '?', '*', ',', ' ']));
    named.ok_or_else(|| "a host is expected, such as example.com or localhost:8080".into())
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
    let digits = text.len() == crate::generate::DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
    let good = digits && !text.starts_with('0');
    good.then(|| text.to_owned()).ok_or_else(|| "ten digits are expected, the first not 0".into())
}
