//! Copies of what references name by URL: fetched once, and kept beside the contract with their digests.

use super::{MAX_FILE_BYTES, base};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::{fs, io};
use thiserror::Error;

/// The folder beside a contract that copies are kept in.
pub const FOLDER: &str = "probity-fetched";

/// The file in it that says what they are copies of.
const INDEX: &str = "index.json";

const MAX_INDEX_BYTES: u64 = 1 << 20;

/// The copies that are kept for a contract.
#[derive(Debug)]
pub struct Kept {
    folder: PathBuf,
    copies: Vec<Copy>,
}

/// One copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Copy {
    url: String,
    /// Its name in the folder.
    file: String,
    /// In hexadecimal digits.
    sha256: String,
}

/// Why copies cannot be used.
#[derive(Debug, Error)]
pub enum KeptError {
    /// The folder or a file in it cannot be read or written.
    #[error("{file}: {reason}")]
    File {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// A copy is not what was fetched.
    #[error("{file} is not what was fetched from {url}: its SHA-256 is {found}, and was {expected}")]
    Changed {
        /// What it is a copy of.
        url: String,
        /// The copy.
        file: String,
        /// The digest of the copy.
        found: String,
        /// The digest of what was fetched.
        expected: String,
    },
    /// What is fetched now is not what was fetched before.
    #[error("{url} is not what it was: its SHA-256 is {found}, and {index} says {expected}")]
    Other {
        /// What was fetched.
        url: String,
        /// Where the digest stands.
        index: String,
        /// The digest of what came.
        found: String,
        /// The digest of what came before.
        expected: String,
    },
}

impl KeptError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            KeptError::File { .. } => format!("mend it, or delete the folder {FOLDER} and fetch again"),
            KeptError::Changed { .. } => {
                "restore the copy; or delete it and its lines in the index, and fetch again".to_owned()
            }
            KeptError::Other { .. } => {
                "look at what changed, and delete its lines in the index to take it".to_owned()
            }
        }
    }
}

fn failed(file: &Path, error: &io::Error) -> KeptError {
    KeptError::File { file: file.display().to_string(), reason: error.to_string() }
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Kept {
    /// The copies that are kept for a contract, each of which is what was fetched.
    pub fn of(contract: &Path) -> Result<Kept, KeptError> {
        let folder = contract.parent().unwrap_or(Path::new("")).join(FOLDER);
        let kept = Kept { copies: read(&folder.join(INDEX))?, folder };
        for copy in &kept.copies {
            let path = kept.path(copy)?;
            let Some(bytes) = bytes(&path, MAX_FILE_BYTES)? else { continue };
            let (found, expected) = (digest(&bytes), copy.sha256.clone());
            if found != expected {
                let (url, file) = (copy.url.clone(), path.display().to_string());
                return Err(KeptError::Changed { url, file, found, expected });
            }
        }
        Ok(kept)
    }

    /// What is kept, by URL.
    pub fn copies(&self) -> impl Iterator<Item = (String, PathBuf)> + '_ {
        let paths = self.copies.iter().filter_map(|copy| Some((copy.url.clone(), self.path(copy).ok()?)));
        paths.filter(|(_, path)| path.is_file())
    }

    /// Keeps what was fetched, and says where.
    pub fn keep(&mut self, url: &str, bytes: &[u8]) -> Result<PathBuf, KeptError> {
        let index = self.folder.join(INDEX);
        let own = Copy { url: url.to_owned(), file: file_name(url), sha256: digest(bytes) };
        match self.copies.iter().find(|copy| copy.url == url) {
            Some(known) if known.sha256 != own.sha256 => {
                let (url, index) = (own.url, index.display().to_string());
                return Err(KeptError::Other {
                    url,
                    index,
                    found: own.sha256,
                    expected: known.sha256.clone(),
                });
            }
            Some(_) => self.copies.retain(|copy| copy.url != url),
            None => {}
        }
        let path = self.path(&own)?;
        fs::create_dir_all(&self.folder).map_err(|error| failed(&self.folder, &error))?;
        plain(&self.folder, fs::Metadata::is_dir)?;
        written(&path, bytes)?;
        self.copies.push(own);
        self.copies.sort_by(|one, other| one.url.cmp(&other.url));
        let mut text = serde_json::to_string_pretty(&self.copies).unwrap_or_default();
        text.push('\n');
        written(&index, text.as_bytes())?;
        Ok(path)
    }

    /// The path of a copy, which stands in the folder.
    fn path(&self, copy: &Copy) -> Result<PathBuf, KeptError> {
        let inside = base::plain(&self.folder, &copy.file).filter(|path| path.starts_with(&self.folder));
        inside.filter(|path| *path != self.folder).ok_or_else(|| KeptError::File {
            file: self.folder.join(INDEX).display().to_string(),
            reason: format!("`{}` is no file in the folder", copy.file),
        })
    }
}

/// Whether something is there, which is what it should be and no link to it.
fn plain(path: &Path, is: fn(&fs::Metadata) -> bool) -> Result<bool, KeptError> {
    match fs::symlink_metadata(path) {
        Ok(found) if is(&found) => Ok(true),
        Ok(_) => Err(failed(path, &io::Error::other("a link, or not what is kept here"))),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(false)
        }
        Err(error) => Err(failed(path, &error)),
    }
}

/// The first bytes of a file, if it is there.
fn bytes(path: &Path, most: u64) -> Result<Option<Vec<u8>>, KeptError> {
    if !plain(path, fs::Metadata::is_file)? {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes));
    read.map_err(|error| failed(path, &error))?;
    Ok(Some(bytes))
}

/// Writes a file anew, and through no link.
fn written(path: &Path, bytes: &[u8]) -> Result<(), KeptError> {
    if plain(path, fs::Metadata::is_file)? {
        fs::remove_file(path).map_err(|error| failed(path, &error))?;
    }
    let file = fs::OpenOptions::new().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(bytes)).map_err(|error| failed(path, &error))
}

fn read(index: &Path) -> Result<Vec<Copy>, KeptError> {
    let Some(text) = bytes(index, MAX_INDEX_BYTES)? else { return Ok(Vec::new()) };
    serde_json::from_slice(&text)
        .map_err(|error| KeptError::File { file: index.display().to_string(), reason: error.to_string() })
}

/// A name that tells what a file is a copy of, and that no other has.
fn file_name(url: &str) -> String {
    const LONGEST: usize = 80;
    let name = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (name, extension) = match name.rsplit_once('.') {
        Some((name, extension @ ("json" | "yaml" | "yml"))) => (name, format!(".{extension}")),
        _ => (name, String::new()),
    };
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '-' };
    let name: String = name.chars().map(plain).take(LONGEST).collect();
    format!("{}-{}{extension}", name.replace("..", "-"), &digest(url.as_bytes())[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://example.com/v1/s.yaml";

    #[test]
    fn what_is_kept_is_found_again_and_no_other_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let contract = folder.path().join("c.yaml");
        let mut kept = Kept::of(&contract).unwrap();
        let path = kept.keep(URL, b"a: 1\n").unwrap();
        assert!(path.is_file() && path.starts_with(folder.path().join(FOLDER)), "{path:?}");
        let mut again = Kept::of(&contract).unwrap();
        assert_eq!(again.copies().collect::<Vec<_>>(), [(URL.to_owned(), path.clone())]);
        let other = again.keep(URL, b"a: 2\n").unwrap_err().to_string();
        assert!(other.starts_with("https://example.com/v1/s.yaml is not what it was"), "{other}");
        fs::write(&path, "a: 2\n").unwrap();
        let changed = Kept::of(&contract).unwrap_err().to_string();
        assert!(changed.contains("is not what was fetched from https://example.com/v1/s.yaml"), "{changed}");
        fs::remove_file(&path).unwrap();
        let mut without = Kept::of(&contract).unwrap();
        assert_eq!(without.copies().count(), 0);
        without.keep(URL, b"a: 1\n").unwrap();
    }

    #[test]
    fn an_index_leads_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let contract = folder.path().join("c.yaml");
        fs::create_dir(folder.path().join(FOLDER)).unwrap();
        for file in ["../c.yaml", "/etc/passwd", ".", "a/../../c.yaml"] {
            let index = serde_json::json!([{"url": URL, "file": file, "sha256": ""}]);
            fs::write(folder.path().join(FOLDER).join(INDEX), index.to_string()).unwrap();
            assert!(
                Kept::of(&contract).unwrap_err().to_string().contains("is no file in the folder"),
                "{file}"
            );
        }
        fs::write(folder.path().join(FOLDER).join(INDEX), "[{]").unwrap();
        assert!(Kept::of(&contract).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_read_or_written_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let contract = folder.path().join("c.yaml");
        let outside = folder.path().join("outside");
        let mut kept = Kept::of(&contract).unwrap();
        let path = kept.keep(URL, b"a: 1\n").unwrap();
        fs::remove_file(&path).unwrap();
        fs::write(&outside, "a: 1\n").unwrap();
        std::os::unix::fs::symlink(&outside, &path).unwrap();
        assert!(kept.keep(URL, b"a: 1\n").is_err() && Kept::of(&contract).is_err());
        fs::remove_dir_all(folder.path().join(FOLDER)).unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join(FOLDER)).unwrap();
        assert!(Kept::of(&contract).unwrap().keep(URL, b"a: 1\n").is_err());
        assert_eq!(fs::read_to_string(&outside).unwrap(), "a: 1\n");
    }

    #[test]
    fn a_name_of_a_file_is_plain() {
        let name = file_name("https://[::1]:8/../a b/%2e%2e/x?y=z.json");
        assert!(name.starts_with("---1--8---a-b--2e-2e-x-y-z-") && name.contains(".json"), "{name}");
        assert!(file_name(&"x".repeat(500)).len() < 100);
        assert_ne!(file_name("https://a/b-c"), file_name("https://a/b/c"));
    }
}
