//! Several files, one value: reads what references name, mounts it, and makes references local.

use std::{
    collections::HashMap,
    path::{Component, Path, PathBuf},
};

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{
    BrokenRef, Document, File, MAX_FILES, MAX_TOTAL_BYTES, MOUNT, Refusal, SourceError,
    place::Spot,
    read,
    references::{self, Reference, Survey},
};
use crate::json::pointer;

/// Where a contract was read from; both paths without links.
pub(super) struct Origin {
    pub(super) path: PathBuf,
    pub(super) folder: PathBuf,
    /// The texts of further files by their paths, where no file is read for them.
    pub(super) known: Option<HashMap<PathBuf, String>>,
}

impl Origin {
    /// A folder that is not on a disk, with the files below it.
    pub(super) fn known(name: &str, files: impl Iterator<Item = (String, String)>) -> Origin {
        let folder = PathBuf::from("/");
        let path = folder.join(Path::new(name).file_name().unwrap_or_default());
        let known = files.map(|(name, text)| (folder.join(name), text)).collect();
        Origin { path, folder, known: Some(known) }
    }
}

struct Mounting {
    folder: Option<PathBuf>,
    texts: Option<HashMap<PathBuf, String>>,
    files: Vec<File>,
    spots: Vec<Spot>,
    parts: Vec<Part>,
    known: HashMap<PathBuf, Result<usize, Refusal>>,
    bytes: u64,
}

struct Part {
    path: PathBuf,
    value: Value,
    survey: Survey,
}

/// A reference that was followed, to be checked once everything is in place.
struct Followed {
    at: String,
    written: String,
    target: Result<String, Refusal>,
}

/// Mounts all that a contract refers to.
pub(super) fn all(file: File, value: Value, spot: Spot, origin: Option<Origin>) -> Document {
    let mut mounting = Mounting {
        folder: None,
        texts: None,
        files: Vec::new(),
        spots: Vec::new(),
        parts: Vec::new(),
        known: HashMap::new(),
        bytes: 0,
    };
    let mut path = PathBuf::new();
    if let Some(origin) = origin {
        mounting.known.insert(origin.path.clone(), Ok(0));
        mounting.folder = Some(origin.folder);
        mounting.texts = origin.known;
        path = origin.path;
    }
    mounting.add(path, file, value, spot);

    let mut followed = Vec::new();
    let mut part = 0;
    while part < mounting.parts.len() {
        for reference in std::mem::take(&mut mounting.parts[part].survey.references) {
            followed.push(mounting.follow(part, reference));
        }
        part += 1;
    }
    mounting.finish(followed)
}

impl Mounting {
    fn add(&mut self, path: PathBuf, file: File, value: Value, spot: Spot) -> usize {
        self.bytes += file.text.len() as u64;
        let survey = references::survey(&value);
        self.files.push(file);
        self.spots.push(spot);
        self.parts.push(Part { path, value, survey });
        self.parts.len() - 1
    }

    fn follow(&mut self, part: usize, reference: Reference) -> Followed {
        let Reference { at, text } = reference;
        let target = self.target(part, &text);
        if let Ok(target) = &target {
            let local = part == 0 && text.starts_with("#/");
            let place = self.parts[part].value.pointer_mut(&at);
            if let (false, Some(place)) = (local, place) {
                *place = Value::String(pointer::to_fragment(target));
            }
        }
        Followed { at: mounted(part) + &at, written: text, target }
    }

    /// The pointer, in the whole document, that a reference in a part means.
    fn target(&mut self, part: usize, reference: &str) -> Result<String, Refusal> {
        let (name, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let (part, base) = if name.is_empty() {
            (part, String::new())
        } else if let Some(pointer) = self.parts[part].survey.names.get(name) {
            (part, pointer.clone())
        } else {
            (self.part(part, name)?, String::new())
        };
        if let Some(pointer) = pointer::from_fragment(&format!("#{fragment}")) {
            return Ok(mounted(part) + &base + &pointer);
        }
        match self.parts[part].survey.names.get(&format!("#{fragment}")) {
            Some(pointer) => Ok(mounted(part) + pointer),
            None => Err(Refusal::NoTarget),
        }
    }

    /// The part that a reference's file is, read now if it was not yet.
    fn part(&mut self, from: usize, name: &str) -> Result<usize, Refusal> {
        if is_url(name) {
            return Err(Refusal::Remote);
        }
        if name.starts_with(['/', '\\']) {
            return Err(Refusal::Absolute);
        }
        let Some(folder) = &self.folder else {
            return Err(Refusal::NoFiles);
        };
        let name = percent_decode_str(name).decode_utf8_lossy();
        let base = self.parts[from].path.parent().unwrap_or(folder);
        let path = plain(base, &name).ok_or(Refusal::Outside)?;
        let Ok(inside) = path.strip_prefix(folder) else {
            return Err(Refusal::Outside);
        };
        if let Some(known) = self.known.get(&path) {
            return known.clone();
        }
        let shown = inside.display().to_string();
        let part = self.read(&path, &shown);
        self.known.insert(path, part.clone());
        part
    }

    fn read(&mut self, path: &Path, shown: &str) -> Result<usize, Refusal> {
        if let Some(texts) = &mut self.texts {
            let text = texts.remove(path).ok_or_else(|| SourceError::NotFound { file: shown.to_owned() })?;
            let file = File::new(shown, text);
            let (value, spot) = read::tree(&file)?;
            return Ok(self.add(path.to_owned(), file, value, spot));
        }
        let real = std::fs::canonicalize(path).map_err(|error| read::failed(&error, shown))?;
        if !self.folder.as_ref().is_some_and(|folder| real.starts_with(folder)) {
            return Err(Refusal::Outside);
        }
        if let Some(known) = self.known.get(&real) {
            return known.clone();
        }
        if self.parts.len() > MAX_FILES {
            return Err(Refusal::TooManyFiles);
        }
        let part = read::further(&real, shown, MAX_TOTAL_BYTES - self.bytes)
            .and_then(|file| read::tree(&file).map(|(value, spot)| (file, value, spot)))
            .map(|(file, value, spot)| self.add(real.clone(), file, value, spot))
            .map_err(Refusal::from);
        self.known.insert(real, part.clone());
        part
    }

    fn finish(self, followed: Vec<Followed>) -> Document {
        let mut values = self.parts.into_iter().map(|part| part.value);
        let mut value = values.next().unwrap_or_default();
        let mounted: Vec<_> = values.collect();
        if let (Value::Object(root), false) = (&mut value, mounted.is_empty()) {
            root.insert(MOUNT.to_owned(), Value::Array(mounted));
        }
        let mut broken = Vec::new();
        for Followed { at, written, target } in followed {
            let reason = match target {
                Err(refusal) => refusal,
                Ok(target) if value.pointer(&target).is_none() => Refusal::NoTarget,
                Ok(_) => continue,
            };
            broken.push(BrokenRef { at, target: written, reason });
        }
        Document { value: value.into(), files: self.files, spots: self.spots, broken }
    }
}

/// The pointer under which a part stands.
fn mounted(part: usize) -> String {
    match part {
        0 => String::new(),
        part => format!("/{MOUNT}/{}", part - 1),
    }
}

fn is_url(name: &str) -> bool {
    let scheme = |scheme: &str| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(|character| character.is_ascii_alphanumeric() || "+.-".contains(character))
    };
    name.starts_with("//") || name.split_once(':').is_some_and(|(before, _)| scheme(before))
}

/// A path with its `.` and `..` taken away; none if it leaves the root.
fn plain(base: &Path, name: &str) -> Option<PathBuf> {
    let mut path = base.to_owned();
    for component in Path::new(name).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                if !path.pop() {
                    return None;
                }
            }
            Component::Normal(part) => path.push(part),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}
