//! Reports as files: which are wanted, and writing them whole or not at all.

use super::{Report, html, json, junit};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The form of a report for machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Everything, by `spec/report.schema.json`.
    Json,
    /// `JUnit` XML, as CI servers read it.
    Junit,
    /// One page for people.
    Html,
}

/// A report that is wanted, written `FORMAT=FILE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its form.
    pub format: Format,
    /// Where it goes.
    pub path: PathBuf,
}

/// Text that names no report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnOutput {
    /// There is no such format.
    #[error("there is no report format `{0}`; there are {known}", known = known())]
    UnknownFormat(String),
    /// There is no file.
    #[error("`{0}` names no file; write it as FORMAT=FILE, for example json=report.json")]
    NoFile(String),
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
    #[error("cannot make the {format} report for {path}: {reason}", path = .path.display())]
    Format {
        /// The form.
        format: Format,
        /// The file.
        path: PathBuf,
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

impl Format {
    /// Every format.
    pub const ALL: &[Format] = &[Format::Json, Format::Junit, Format::Html];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Junit => "junit",
            Format::Html => "html",
        }
    }

    fn render(self, report: &Report) -> Result<String, String> {
        match self {
            Format::Json => json::json(report).map_err(|error| error.to_string()),
            Format::Junit => junit::junit(report).map_err(|error| error.to_string()),
            Format::Html => Ok(html::html(report)),
        }
    }
}

/// Writes a report beside its place and moves it there, so that nobody ever reads half of one.
/// What is no regular file, such as a pipe, is written to directly. Folders are not created.
pub fn write(format: Format, path: &Path, report: &Report) -> Result<(), ReportError> {
    let text = format.render(report);
    let text = text.map_err(|reason| ReportError::Format { format, path: path.to_owned(), reason })?;
    write_text(path, &text)
}

/// Writes text that is a report already.
pub fn write_text(path: &Path, text: &str) -> Result<(), ReportError> {
    put(path, text.as_bytes()).map_err(|source| ReportError::Io { path: path.to_owned(), source })
}

/// Whether a report may be written to a path, as far as can be told without writing.
pub fn writable(path: &Path) -> Result<(), ReportError> {
    let refused = |kind: ErrorKind| Err(ReportError::Io { path: path.to_owned(), source: kind.into() });
    match fs::metadata(path) {
        Ok(known) if known.is_dir() => return refused(ErrorKind::IsADirectory),
        Err(error) if error.kind() == ErrorKind::NotADirectory => return refused(ErrorKind::NotADirectory),
        _ => {}
    }
    match fs::metadata(folder(path)) {
        Ok(known) if !known.is_dir() => refused(ErrorKind::NotADirectory),
        Ok(known) if known.permissions().readonly() => refused(ErrorKind::PermissionDenied),
        Ok(_) => Ok(()),
        Err(error) => refused(error.kind()),
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

fn known() -> String {
    let names: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
    names.join(" and ")
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = NotAnOutput;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Format::ALL.iter().copied().find(|format| format.name() == text);
        found.ok_or_else(|| NotAnOutput::UnknownFormat(text.to_owned()))
    }
}

impl FromStr for Output {
    type Err = NotAnOutput;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (format, path) = text.split_once('=').unwrap_or((text, ""));
        let format = format.parse()?;
        if path.is_empty() {
            return Err(NotAnOutput::NoFile(text.to_owned()));
        }
        Ok(Output { format, path: path.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;

    #[test]
    fn an_output_is_a_format_and_a_file() {
        let output = |format, path: &str| Ok(Output { format, path: path.into() });
        assert_eq!("json=a=b.json".parse(), output(Format::Json, "a=b.json"));
        assert_eq!("junit=/x/y.xml".parse(), output(Format::Junit, "/x/y.xml"));
        assert_eq!("json".parse::<Output>(), Err(NotAnOutput::NoFile("json".into())));
        let unknown = "pdf=x".parse::<Output>().unwrap_err();
        assert_eq!(unknown.to_string(), "there is no report format `pdf`; there are json and junit and html");
    }

    #[test]
    fn a_report_replaces_an_older_one_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        fs::write(&path, "older").unwrap();
        let fixture = Fixture::new();
        write(Format::Json, &path, &fixture.report()).unwrap();
        assert!(fs::read_to_string(&path).unwrap().starts_with('{'));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_written_is_named_with_a_way_out() {
        let folder = tempfile::tempdir().unwrap();
        let fixture = Fixture::new();
        let path = folder.path().join("absent/report.xml");
        let error = write(Format::Junit, &path, &fixture.report()).unwrap_err();
        assert!(error.to_string().contains("absent/report.xml"), "{error}");
        assert!(error.hint().unwrap().starts_with("create the folder"), "{error}");
        let error = write(Format::Json, folder.path(), &fixture.report()).unwrap_err();
        assert_eq!(error.hint().unwrap(), "name a file, not a folder");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_keeps_pointing_where_it_points() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "older").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write(Format::Junit, &link, &Fixture::new().report()).unwrap();
        assert!(fs::read_to_string(&file).unwrap().starts_with("<?xml"));
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
