//! One file in insta's format: its header, its body, and how it is read and written safely.

use super::answer::Form;
use super::error::{SnapshotError, unreadable, unwritable};
use super::page::Snapshot;
use super::unstable::Unstable;
use insta::TextSnapshotKind;
use insta::internals::TextSnapshotContents;
use serde_yaml::{Mapping, Value};
use std::fs;
use std::io::{ErrorKind, Read, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// A file's header and body.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) header: Mapping,
    pub(super) body: String,
}

/// No larger file is read.
const MOST: u64 = 16 << 20;
const LINE: &str = "assertion_line";

impl Text {
    /// A page as it is stored; `body` is what it says once the old page was taken into account.
    pub(super) fn of(snapshot: &Snapshot, unstable: &Unstable, form: Form, body: String) -> Text {
        let mut info = Mapping::new();
        let mut add = |key: &str, value: Value| info.insert(key.into(), value);
        add("operation", snapshot.operation.as_str().into());
        add("place", snapshot.place.as_str().into());
        add("cause", snapshot.cause.as_str().into());
        add("seed", snapshot.seed.into());
        if form > Form::First {
            add("form", form.number().into());
        }
        if !unstable.is_empty() {
            add("unstable", unstable.notes().into());
        }
        let mut header = Mapping::new();
        header.insert("source".into(), snapshot.source.as_str().into());
        if snapshot.line > 0 {
            header.insert(LINE.into(), snapshot.line.into());
        }
        header.insert(
            "description".into(),
            format!("{} {} {}", snapshot.operation, snapshot.place, snapshot.cause).into(),
        );
        header.insert("info".into(), info.into());
        Text { header, body }
    }

    pub(super) fn parse(text: &str) -> Result<Text, String> {
        let wrong = || "it does not begin with a header between two lines of `---`".to_owned();
        let mut lines = text.split_inclusive('\n');
        if lines.next().is_none_or(|line| line.trim_end() != "---") {
            return Err(wrong());
        }
        let start = text.find('\n').map_or(text.len(), |at| at + 1);
        let mut end = start;
        for line in lines {
            let next = end + line.len();
            if line.trim_end() == "---" {
                let header: Mapping = serde_yaml::from_str(&text[start..end])
                    .map_err(|error| format!("its header is wrong: {error}"))?;
                if header.get("snapshot_kind").is_some_and(|kind| kind.as_str() != Some("text")) {
                    return Err("it is not a snapshot of text".into());
                }
                let contents = TextSnapshotContents::new(text[next..].to_owned(), TextSnapshotKind::File);
                return Ok(Text { header, body: contents.to_string() });
            }
            end = next;
        }
        Err(wrong())
    }

    pub(super) fn read(path: &Path) -> Result<Text, SnapshotError> {
        let text = read(path)?;
        Text::parse(&text).map_err(|why| SnapshotError::Malformed { path: path.to_owned(), why })
    }

    /// The whole file; the line of the contract belongs to pending files only, since it moves.
    pub(super) fn write(&self, path: &Path, pending: bool) -> Result<(), SnapshotError> {
        let mut header = self.header.clone();
        if !pending {
            header.shift_remove(LINE);
        }
        let malformed = |error: serde_yaml::Error| SnapshotError::Malformed {
            path: path.to_owned(),
            why: error.to_string(),
        };
        let header = serde_yaml::to_string(&header).map_err(malformed)?;
        write(path, &format!("---\n{header}---\n{}\n", self.body.trim_end()))
    }

    pub(super) fn source(&self) -> Option<&str> {
        self.header.get("source")?.as_str()
    }

    pub(super) fn line(&self) -> Option<u64> {
        self.header.get(LINE)?.as_u64()
    }

    pub(super) fn seed(&self) -> Option<u64> {
        self.header.get("info")?.get("seed")?.as_u64()
    }

    pub(super) fn form(&self) -> Form {
        Form::numbered(self.header.get("info").and_then(|info| info.get("form")).and_then(Value::as_u64))
    }

    pub(super) fn unstable(&self) -> Unstable {
        let notes =
            self.header.get("info").and_then(|info| info.get("unstable")).and_then(Value::as_sequence);
        Unstable::from_notes(notes.into_iter().flatten().filter_map(Value::as_str))
    }
}

/// Whether two bodies are equal as insta sees it.
pub(super) fn equal(one: &str, two: &str) -> bool {
    let contents = |body: &str| TextSnapshotContents::new(body.to_owned(), TextSnapshotKind::File);
    contents(one).matches_latest(&contents(two))
}

fn read(path: &Path) -> Result<String, SnapshotError> {
    if !is_ordinary(path)? {
        return Err(SnapshotError::Foreign { path: path.to_owned() });
    }
    let mut text = String::new();
    let file = fs::File::open(path).map_err(unreadable(path))?;
    let read = file.take(MOST + 1).read_to_string(&mut text);
    match read {
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            Err(SnapshotError::Malformed { path: path.to_owned(), why: "it is not UTF-8".into() })
        }
        Err(error) => Err(unreadable(path)(error)),
        Ok(length) if length as u64 > MOST => Err(SnapshotError::Malformed {
            path: path.to_owned(),
            why: format!("it is larger than {MOST} bytes"),
        }),
        Ok(_) => Ok(text),
    }
}

fn is_ordinary(path: &Path) -> Result<bool, SnapshotError> {
    Ok(fs::symlink_metadata(path).map_err(unreadable(path))?.is_file())
}

/// Writes a file whole or not at all, below a folder that is no link.
fn write(path: &Path, text: &str) -> Result<(), SnapshotError> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(unwritable(folder))?;
    for place in [folder, path] {
        if fs::symlink_metadata(place).is_ok_and(|kind| !(kind.is_file() || kind.is_dir())) {
            return Err(SnapshotError::Foreign { path: place.to_owned() });
        }
    }
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let draft = folder.join(format!(".{}-{count}.tmp", std::process::id()));
    let put = || {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&draft)?;
        file.write_all(text.as_bytes())?;
        fs::rename(&draft, path)
    };
    put().map_err(|error| {
        let _ = fs::remove_file(&draft);
        unwritable(path)(error)
    })
}

/// Removes a file; tells whether there was one.
pub(super) fn remove(path: &Path) -> Result<bool, SnapshotError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(false),
        Err(error) => Err(unwritable(path)(error)),
    }
}
