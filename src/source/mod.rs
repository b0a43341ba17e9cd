//! From bytes to a document: one value for all files of a contract, and the place of every node.
//!
//! The files that references name are read with the contract and mounted under
//! `/x-probity-files`, so that one JSON Pointer names one node, whatever file it came from.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

mod base;
mod dynamic;
mod error;
mod excerpt;
pub mod kept;
mod layout;
mod mount;
mod place;
mod read;
mod references;
#[cfg(test)]
mod tests;
mod yaml;

pub use base::host_to_fetch;
pub use error::{Bracket, SourceError};
pub use excerpt::Excerpt;
pub use place::{FURTHER, File, Location, METHODS};
pub use references::{BrokenRef, Refusal};

use crate::json::pointer;
use place::{Mounted, Spot};

/// The member of the root under which the further files stand, in order of first use.
pub const MOUNT: &str = "x-probity-files";

/// No file larger than this is read.
pub const MAX_FILE_BYTES: u64 = 32 << 20;

/// All files of a contract together are no larger than this.
pub const MAX_TOTAL_BYTES: u64 = 128 << 20;

/// How many further files a contract may name.
pub const MAX_FILES: usize = 1_000;

/// How many arrays and objects of a contract may stand inside each other.
pub const MAX_DEPTH: usize = 200;

/// How much YAML aliases may copy, in nodes and in pieces of 64 bytes of text.
pub const MAX_COPIED: usize = 1_000_000;

/// A contract with all its files.
#[derive(Debug, Clone)]
pub struct Document {
    /// The contract, and under [`MOUNT`] the further files; every reference that could be followed
    /// is local.
    pub value: Arc<Value>,
    files: Vec<File>,
    spots: Vec<Mounted>,
    broken: Vec<BrokenRef>,
    /// Whether a schema has a name of its own.
    named: bool,
}

/// What may be read beside the files of the contract's folder.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// The folder that further files may stand in; without it, that of the contract.
    pub root: Option<PathBuf>,
    /// Copies on disk of what URLs name: files, or folders for URLs that end in `/`.
    pub copies: Vec<(String, PathBuf)>,
}

impl Reach {
    /// The folder in which files are read for a contract in a folder.
    fn root(&self, folder: &Path) -> PathBuf {
        let root = self.root.as_ref().and_then(|root| std::fs::canonicalize(root).ok());
        root.filter(|root| folder.starts_with(root)).unwrap_or_else(|| folder.to_owned())
    }

    /// Whether a file is below the root, if there is one: a file that is not there is not outside.
    pub fn contains(&self, path: &Path) -> bool {
        let Some(root) = &self.root else { return true };
        let Ok(path) = std::fs::canonicalize(path) else { return true };
        std::fs::canonicalize(root).is_ok_and(|root| path.starts_with(root))
    }

    /// The copy of what a URL names.
    fn copy_of(&self, url: &str) -> Option<PathBuf> {
        let copy = |(name, path): &(String, PathBuf)| {
            let rest = url.strip_prefix(name.as_str())?;
            let is_folder = name.ends_with('/');
            let stays = !rest.split('/').any(|part| part == "..");
            (rest.is_empty() || (is_folder && stays))
                .then(|| if rest.is_empty() { path.clone() } else { path.join(rest) })
        };
        self.copies.iter().find_map(copy)
    }
}

/// The deepest node that exists on the way along a pointer.
struct Found<'a> {
    /// The number of its file.
    file: usize,
    spot: &'a Spot,
    /// The pointer in the file to what is mounted there.
    base: &'a str,
}

impl Found<'_> {
    /// A pointer into the contract as one into the file that it leads to.
    fn inside(&self, pointer: &str) -> String {
        let mounted = pointer.strip_prefix('/').and_then(|rest| rest.strip_prefix(MOUNT)?.strip_prefix('/'));
        let rest = mounted.map_or(pointer, |rest| rest.find('/').map_or("", |end| &rest[end..]));
        format!("{}{rest}", self.base)
    }
}

impl Document {
    /// Reads a contract and the files in its folder that its references name.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        Self::open_within(path, &Reach::default())
    }

    /// The same where more may be read.
    pub fn open_within(path: &Path, reach: &Reach) -> Result<Self, SourceError> {
        let (file, origin) = read::contract(path)?;
        Self::build(file, origin, reach)
    }

    /// Reads a contract from memory; no file is read for its references. The name's extension says
    /// whether it is JSON or YAML, and where there is none, the first character does.
    pub fn from_text(name: &str, text: &str) -> Result<Self, SourceError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self::build(File::new(name, text.to_owned()), None, &Reach::default())
    }

    /// Reads a contract again whose files are known, as [`Document::files`] has them.
    pub fn from_files(files: impl IntoIterator<Item = (String, String)>) -> Result<Self, SourceError> {
        let mut files = files.into_iter();
        let (name, text) = files.next().unwrap_or_default();
        let origin = mount::Origin::known(&name, files);
        Self::build(File::new(name, text), Some(origin), &Reach::default())
    }

    fn build(file: File, origin: Option<mount::Origin>, reach: &Reach) -> Result<Self, SourceError> {
        let (value, spot) = read::tree(&file)?;
        let found = match &value {
            Value::Object(map) if map.contains_key(MOUNT) => {
                let key = map.keys().position(|key| key == MOUNT);
                let spot = key.and_then(|index| spot.below.get(index)).unwrap_or(&spot);
                return Err(SourceError::Reserved { at: file.location(spot.key) });
            }
            Value::Object(_) => return Ok(mount::all(file, value, spot, origin, reach)),
            Value::Null => return Err(SourceError::Empty { file: file.name }),
            Value::Array(_) => "a list",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "text",
        };
        let at = file.location(spot.start);
        Err(SourceError::NotAMapping { at, found })
    }

    /// The document without the names of schemas, which references do not need any more.
    pub fn unnamed(&self) -> Arc<Value> {
        if !self.named {
            return Arc::clone(&self.value);
        }
        let mut value = Value::clone(&self.value);
        references::without_names(&mut value);
        value.into()
    }

    /// The value at a JSON Pointer.
    pub fn get(&self, pointer: &str) -> Option<&Value> {
        self.value.pointer(pointer)
    }

    /// Where the value at a JSON Pointer begins; if there is none, the nearest that holds its place.
    pub fn locate(&self, pointer: &str) -> Location {
        let found = self.find(pointer);
        self.files[found.file].place(found.spot.start, &found.inside(pointer))
    }

    /// Where the key of the member at a JSON Pointer begins; where there is no key, the value.
    pub fn locate_key(&self, pointer: &str) -> Location {
        let found = self.find(pointer);
        self.files[found.file].place(found.spot.key, &found.inside(pointer))
    }

    /// Whether a file of it is YAML, in which text may stand without quotes.
    pub fn may_be_unquoted(&self) -> bool {
        self.files.iter().any(|file| !read::is_json(file))
    }

    /// How a number, a truth value or null at a JSON Pointer is written, where it has neither quotes
    /// nor a tag.
    pub fn spelling(&self, pointer: &str) -> Option<&str> {
        let found = self.find(pointer);
        let file = self.files.get(found.file).filter(|file| !read::is_json(file))?;
        yaml::spelling(file.text.get(found.spot.start..)?)
    }

    /// Puts texts in the place of what stands at some JSON Pointers.
    pub fn set_texts(&mut self, texts: Vec<(String, String)>) {
        if texts.is_empty() {
            return;
        }
        let value = Arc::make_mut(&mut self.value);
        for (at, text) in texts {
            if let Some(place) = pointer::get_mut(value, &at) {
                *place = Value::String(text);
            }
        }
    }

    /// The contract, then the further files as they are mounted.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// The references that lead nowhere or to what may not be read.
    pub fn broken_refs(&self) -> &[BrokenRef] {
        &self.broken
    }

    /// The line of a place with an underlined label, as compilers show it.
    pub fn snippet(
        &self,
        at: &Location,
        title: &str,
        label: &str,
        help: Option<&str>,
        coloured: bool,
    ) -> String {
        let file = self.files.iter().find(|file| file.name == at.file);
        excerpt::render(file, at, title, label, help, coloured)
    }

    /// A place with the lines around it.
    pub fn excerpt(&self, at: &Location) -> Option<Excerpt> {
        excerpt::excerpt(self.files.iter().find(|file| file.name == at.file)?, at)
    }

    fn find(&self, pointer: &str) -> Found<'_> {
        let mut mount = &self.spots[0];
        let mut value = &*self.value;
        let mut tokens = pointer::tokens(pointer).peekable();
        if tokens.next_if(|token| token == MOUNT).is_some() {
            let mounted = tokens.next().and_then(|token| pointer::index(&token));
            let mounted = mounted.and_then(|index| {
                let value = self.value.get(MOUNT)?.get(index)?;
                Some((value, self.spots.get(index + 1)?))
            });
            match mounted {
                Some(found) => (value, mount) = found,
                None => return Found { file: 0, spot: &mount.spot, base: "" },
            }
        }
        let mut spot = &mount.spot;
        for token in tokens {
            let next = match value {
                Value::Array(items) => {
                    pointer::index(&token).and_then(|index| Some((items.get(index)?, spot.below.get(index)?)))
                }
                Value::Object(members) => members
                    .iter()
                    .zip(&spot.below)
                    .find(|((key, _), _)| **key == token)
                    .map(|((_, value), spot)| (value, spot)),
                _ => None,
            };
            match next {
                Some(found) => (value, spot) = found,
                None => break,
            }
        }
        Found { file: mount.file, spot, base: &mount.base }
    }
}
