//! Drives the real program: an environment with nothing of its surroundings, a folder of its own,
//! and a bound on its time.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::rival::{OAUTH_KEY, OAUTH_SECRET, PASSWORD, Rival, USER};

/// Far longer than any run takes: it only ends what would never end.
const BOUND: Duration = Duration::from_mins(2);

/// What shapes the program's behaviour from outside, beside every `PROBITY_*`, `INSTA_*`,
/// `GITHUB_*` and `CLICOLOR*`.
const SCRUBBED: [&str; 6] = ["CI", "NO_COLOR", "COLUMNS", "LINES", "RUST_LOG", "RUST_BACKTRACE"];

/// The program with no arguments yet, in an empty folder.
pub(crate) fn probity() -> Driver {
    Driver {
        arguments: Vec::new(),
        environment: Vec::new(),
        folder: Arc::new(TempDir::new().expect("a temporary folder")),
        place: None,
        bound: BOUND,
    }
}

/// Where the shipped contract stands.
pub(crate) fn shipped_contract() -> PathBuf {
    repository().join("spec/groups.openapi.yaml")
}

/// The root of the repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[derive(Clone)]
pub(crate) struct Driver {
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    folder: Arc<TempDir>,
    place: Option<PathBuf>,
    bound: Duration,
}

impl Driver {
    pub(crate) fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    pub(crate) fn args<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Sends to this server, with no credentials; what is held against it is the shipped contract,
    /// unless another is named.
    pub(crate) fn at(self, rival: &Rival) -> Self {
        self.env("PROBITY_CONTRACT", "shipped").args(["--target".to_owned(), rival.url()])
    }

    /// Sends to this server, with its Basic credentials.
    pub(crate) fn target(self, rival: &Rival) -> Self {
        self.at(rival).basic()
    }

    /// Sends to this server, with its key and secret for tokens.
    pub(crate) fn target_by_token(self, rival: &Rival) -> Self {
        self.at(rival).args(["--oauth-key", OAUTH_KEY, "--oauth-secret", OAUTH_SECRET])
    }

    pub(crate) fn basic(self) -> Self {
        self.args(["--basic-md5".to_owned(), "--basic".to_owned(), format!("{USER}:{PASSWORD}")])
    }

    pub(crate) fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Works in this folder in place of one of its own.
    pub(crate) fn in_folder(mut self, place: impl Into<PathBuf>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Kills the program after so long.
    pub(crate) fn within(mut self, bound: Duration) -> Self {
        self.bound = bound;
        self
    }

    /// The folder the program works in.
    pub(crate) fn folder(&self) -> &Path {
        self.place.as_deref().unwrap_or_else(|| self.folder.path())
    }

    /// Puts a file into the folder the program works in.
    pub(crate) fn with_file(self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> Self {
        let path = self.folder().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, content).expect("a written file");
        self
    }

    /// The same program in the same folder, with no arguments yet.
    pub(crate) fn again(&self) -> Self {
        Self { arguments: Vec::new(), ..self.clone() }
    }

    /// Runs to its end, or to the bound on its time.
    pub(crate) fn run(self) -> Ran {
        let running = self.start();
        running.wait()
    }

    /// Starts it and does not wait.
    pub(crate) fn start(self) -> Running {
        let mut child = self.command().spawn().expect("the program starts");
        let stdout = drain(child.stdout.take().expect("standard output"));
        let stderr = drain(child.stderr.take().expect("standard error"));
        Running { child: Some(child), stdout: Some(stdout), stderr: Some(stderr), driver: self }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
        command.args(&self.arguments).current_dir(self.folder());
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let shaping = ["PROBITY_", "INSTA_", "GITHUB_", "CLICOLOR"].iter().any(|p| text.starts_with(p));
            if shaping || SCRUBBED.contains(&text.as_ref()) {
                command.env_remove(&name);
            }
        }
        command.env("TERM", "dumb");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

type Drained = std::thread::JoinHandle<Vec<u8>>;

fn drain(mut from: impl Read + Send + 'static) -> Drained {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes);
        bytes
    })
}

/// The program while it runs; it is killed when dropped.
pub(crate) struct Running {
    child: Option<Child>,
    stdout: Option<Drained>,
    stderr: Option<Drained>,
    driver: Driver,
}

impl Running {
    #[allow(dead_code, reason = "for tests that interrupt a run")]
    pub(crate) fn id(&self) -> u32 {
        self.child.as_ref().expect("a running program").id()
    }

    /// Waits for its end, or for the bound on its time.
    pub(crate) fn wait(mut self) -> Ran {
        let mut child = self.child.take().expect("a running program");
        let (status, killed) = bounded(&mut child, self.driver.bound);
        let text = |drained: Option<Drained>| {
            let bytes = drained.expect("a pipe").join().expect("a read pipe");
            String::from_utf8(bytes).expect("the program writes UTF-8")
        };
        Ran {
            code: status.code().filter(|_| !killed),
            killed,
            stdout: text(self.stdout.take()),
            stderr: text(self.stderr.take()),
            driver: self.driver.again(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn bounded(child: &mut Child, bound: Duration) -> (ExitStatus, bool) {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child to wait for") {
            return (status, false);
        }
        if begun.elapsed() > bound {
            let _ = child.kill();
            return (child.wait().expect("a child to wait for"), true);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What a run left behind.
pub(crate) struct Ran {
    /// The exit code; none when a signal ended it.
    pub(crate) code: Option<i32>,
    /// Whether the bound on its time ended it.
    pub(crate) killed: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    driver: Driver,
}

impl Ran {
    /// The folder it worked in, as long as this value lives.
    pub(crate) fn folder(&self) -> &Path {
        self.driver.folder()
    }

    /// The same program in the same folder, with no arguments yet.
    pub(crate) fn again(&self) -> Driver {
        self.driver.again()
    }

    /// A file that it wrote.
    pub(crate) fn file(&self, name: impl AsRef<Path>) -> String {
        let path = self.folder().join(name);
        std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}\n{}", path.display(), self.everything()))
    }

    /// A JSON report that it wrote.
    pub(crate) fn json(&self, name: impl AsRef<Path>) -> Value {
        serde_json::from_str(&self.file(name)).expect("a JSON report")
    }

    /// Fails with all that was printed unless it ended with this code.
    #[track_caller]
    pub(crate) fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.everything());
        self
    }

    /// All that was printed, for a message.
    pub(crate) fn everything(&self) -> String {
        let ended = if self.killed { "killed".to_owned() } else { format!("{:?}", self.code) };
        format!("ended: {ended}\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr)
    }
}
