//! Where reports go, and writing them whole or not at all.

use super::{Format, Report, markdown};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A report that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its form.
    pub format: Format,
    /// Where it goes.
    pub to: Destination,
}

/// Where a report goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A file, in place of what it held.
    File(PathBuf),
    /// The end of a file that others write to as well: the summary of a job.
    Summary(PathBuf),
    /// Standard output.
    Standard,
}

/// The word for Markdown at the end of the summary of a job on GitHub Actions.
const SUMMARY: &str = "github-summary";

/// The variable that names the file of that summary.
const SUMMARY_VARIABLE: &str = "GITHUB_STEP_SUMMARY";

/// Text that names no report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnOutput {
    /// There is no such format.
    #[error("there is no report format `{0}`")]
    UnknownFormat(String),
    /// There is no file.
    #[error("`{0}` names no file")]
    NoFile(String),
    /// It has its file from elsewhere.
    #[error("`{SUMMARY}` takes no FILE: it adds to the one that {SUMMARY_VARIABLE} names")]
    TakesNoFile,
    /// There is no job to summarise.
    #[error("`{SUMMARY}` needs the environment variable {SUMMARY_VARIABLE}")]
    NoSummary,
}

impl NotAnOutput {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            NotAnOutput::UnknownFormat(name) => crate::text::suggestion(name, &words()),
            NotAnOutput::NoFile(format) => {
                format!("write it as FORMAT=FILE, for example --report {format}=report.{format}")
            }
            NotAnOutput::TakesNoFile => {
                format!("write --report {SUMMARY}, or name a file: --report markdown=FILE")
            }
            NotAnOutput::NoSummary => {
                "GitHub Actions sets it; elsewhere, name a file: --report markdown=FILE".into()
            }
        }
    }
}

/// Why a report was not written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The system refused.
    #[error("cannot write {path}: {source}", path = .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The report could not be put into its form.
    #[error("cannot make the {format} report for {to}: {reason}")]
    Format {
        /// The form.
        format: Format,
        /// Where it was to go.
        to: String,
        /// Why.
        reason: String,
    },
}

impl ReportError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let ReportError::Io { path, source } = self else { return None };
        match source.kind() {
            ErrorKind::NotFound => Some(format!("create the folder {} first", folder(path).display())),
            ErrorKind::PermissionDenied => {
                Some(format!("make {} writable, or choose another file", folder(path).display()))
            }
            ErrorKind::NotADirectory => Some("a part of the path is a file, not a folder".into()),
            ErrorKind::IsADirectory => Some("name a file, not a folder".into()),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some("make room on the disk".into()),
            _ => None,
        }
    }
}

/// Writes a report. A file is written beside its place and moved there, so that nobody ever reads
/// half of one; what is no regular file, such as a pipe, is written to directly. Folders are not
/// created.
pub fn write(output: &Output, report: &Report) -> Result<(), ReportError> {
    let Output { format, to } = output;
    let most = match to {
        // What stands there already counts.
        Destination::Summary(path) => {
            let taken =
                fs::metadata(path).map_or(0, |known| usize::try_from(known.len()).unwrap_or(usize::MAX));
            markdown::LONGEST.saturating_sub(taken)
        }
        _ => markdown::LONGEST,
    };
    let text = format.render(report, most);
    let text = text.map_err(|reason| ReportError::Format { format: *format, to: to.name(), reason })?;
    match to {
        Destination::File(path) => write_text(path, &text),
        Destination::Summary(path) => append(path, &text).map_err(|source| failed(path, source)),
        Destination::Standard => match say(&text) {
            // A reader that went away has what it wanted.
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(failed(Path::new("standard output"), error))
            }
            _ => Ok(()),
        },
    }
}

fn failed(path: &Path, source: io::Error) -> ReportError {
    ReportError::Io { path: path.to_owned(), source }
}

fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush())
}

fn append(path: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().append(true).create(true).open(path)?.write_all(text.as_bytes())
}

/// Writes text that is a report already.
pub fn write_text(path: &Path, text: &str) -> Result<(), ReportError> {
    put(path, text.as_bytes()).map_err(|source| failed(path, source))
}

/// Whether a report may be written to a path, as far as can be told without writing.
pub fn writable(path: &Path) -> Result<(), ReportError> {
    let refused = |source: io::Error| Err(failed(path, source));
    match fs::metadata(path) {
        Ok(known) if known.is_dir() => return refused(ErrorKind::IsADirectory.into()),
        Err(error) if error.kind() == ErrorKind::NotADirectory => return refused(error),
        _ => {}
    }
    match fs::metadata(folder(path)) {
        Ok(known) if !known.is_dir() => refused(ErrorKind::NotADirectory.into()),
        Ok(known) if known.permissions().readonly() => refused(ErrorKind::PermissionDenied.into()),
        Ok(_) => Ok(()),
        Err(error) => refused(error),
    }
}

fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A link keeps pointing where it points.
    let path = match fs::metadata(path) {
        Ok(known) if known.is_dir() => return Err(ErrorKind::IsADirectory.into()),
        Ok(known) if !known.is_file() => return OpenOptions::new().write(true).open(path)?.write_all(bytes),
        Ok(_) => fs::canonicalize(path)?,
        Err(_) => path.to_owned(),
    };
    let Some(name) = path.file_name() else { return Err(ErrorKind::IsADirectory.into()) };
    let mut temporary = std::ffi::OsString::from(".");
    temporary.push(name);
    temporary.push(format!(".{}.tmp", std::process::id()));
    let temporary = folder(&path).join(temporary);
    // Nobody else's file or link is written through.
    let _ = fs::remove_file(&temporary);
    let written = File::create_new(&temporary)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&temporary, &path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Every word that a report can begin with.
fn words() -> Vec<String> {
    Format::ALL.iter().map(|format| format.name()).chain([SUMMARY]).map(str::to_owned).collect()
}

impl Destination {
    /// What it is called.
    pub fn name(&self) -> String {
        match self {
            Destination::File(path) | Destination::Summary(path) => path.display().to_string(),
            Destination::Standard => "standard output".to_owned(),
        }
    }

    /// Whether a report may be written there, as far as can be told without writing.
    pub fn writable(&self) -> Result<(), ReportError> {
        match self {
            Destination::File(path) | Destination::Summary(path) => writable(path),
            Destination::Standard => Ok(()),
        }
    }
}

impl Output {
    /// Reads `FORMAT=FILE`, where `-` is standard output; `github`, which goes there by itself; or
    /// `github-summary`, which has its file from the environment.
    pub fn parse(text: &str, variable: impl Fn(&str) -> Option<OsString>) -> Result<Output, NotAnOutput> {
        if text == SUMMARY {
            let path = variable(SUMMARY_VARIABLE).filter(|path| !path.is_empty());
            let path = path.ok_or(NotAnOutput::NoSummary)?;
            return Ok(Output { format: Format::Markdown, to: Destination::Summary(path.into()) });
        }
        let (name, path) = text.split_once('=').unwrap_or((text, ""));
        if name == SUMMARY {
            return Err(NotAnOutput::TakesNoFile);
        }
        let format = Format::ALL.iter().copied().find(|format| format.name() == name);
        let format = format.ok_or_else(|| NotAnOutput::UnknownFormat(name.to_owned()))?;
        let to = match path {
            "-" => Destination::Standard,
            "" if format == Format::Github && text == name => Destination::Standard,
            "" => return Err(NotAnOutput::NoFile(name.to_owned())),
            path => Destination::File(path.into()),
        };
        Ok(Output { format, to })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;

    fn to(format: Format, path: &Path) -> Output {
        Output { format, to: Destination::File(path.to_owned()) }
    }

    #[test]
    fn an_output_is_a_format_and_where_it_goes() {
        let nowhere = |_: &str| None;
        let parsed = |text: &str| Output::parse(text, nowhere);
        assert_eq!(parsed("json=a=b.json"), Ok(to(Format::Json, Path::new("a=b.json"))));
        assert_eq!(parsed("junit=/x/y.xml"), Ok(to(Format::Junit, Path::new("/x/y.xml"))));
        let standard = |format| Ok(Output { format, to: Destination::Standard });
        assert_eq!(parsed("sarif=-"), standard(Format::Sarif));
        assert_eq!(parsed("github"), standard(Format::Github));
        assert_eq!(parsed("json"), Err(NotAnOutput::NoFile("json".into())));
        assert_eq!(parsed("github="), Err(NotAnOutput::NoFile("github".into())));
        let file = parsed("github-summary=foo").unwrap_err();
        assert!(file.to_string().starts_with("`github-summary` takes no FILE"), "{file}");
        assert!(file.hint().contains("--report markdown=FILE"));
        let unknown = parsed("sarf=x").unwrap_err();
        assert_eq!(unknown.to_string(), "there is no report format `sarf`");
        assert_eq!(unknown.hint(), "did you mean `sarif`?");
    }

    #[test]
    fn the_summary_of_a_job_is_added_to_and_never_too_long() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("summary");
        assert_eq!(Output::parse("github-summary", |_| None), Err(NotAnOutput::NoSummary));
        let output = Output::parse("github-summary", |name| {
            (name == SUMMARY_VARIABLE).then(|| path.clone().into_os_string())
        });
        let output = output.unwrap();
        let earlier = "x".repeat(markdown::LONGEST - 1_000);
        fs::write(&path, &earlier).unwrap();
        write(&output, &Fixture::new().report()).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(&earlier) && text.len() <= markdown::LONGEST, "{}", text.len());
        assert!(text.contains("Left out"), "{}", &text[earlier.len()..]);
    }

    #[test]
    fn a_report_replaces_an_older_one_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        fs::write(&path, "older").unwrap();
        let fixture = Fixture::new();
        write(&to(Format::Json, &path), &fixture.report()).unwrap();
        assert!(fs::read_to_string(&path).unwrap().starts_with('{'));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_written_is_named_with_a_way_out() {
        let folder = tempfile::tempdir().unwrap();
        let fixture = Fixture::new();
        let path = folder.path().join("absent/report.xml");
        let error = write(&to(Format::Junit, &path), &fixture.report()).unwrap_err();
        assert!(error.to_string().contains("absent/report.xml"), "{error}");
        assert!(error.hint().unwrap().starts_with("create the folder"), "{error}");
        let words = fs::metadata(folder.path().join("absent")).unwrap_err().to_string();
        let before = writable(&path).unwrap_err().to_string();
        assert!(before.ends_with(&words), "the system's own words: {before}");
        let error = write(&to(Format::Json, folder.path()), &fixture.report()).unwrap_err();
        assert_eq!(error.hint().unwrap(), "name a file, not a folder");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_keeps_pointing_where_it_points() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "older").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write(&to(Format::Junit, &link), &Fixture::new().report()).unwrap();
        assert!(fs::read_to_string(&file).unwrap().starts_with("<?xml"));
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
