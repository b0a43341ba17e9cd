//! From the disk to a tree: bounded reading, and JSON or YAML by a file's name or first character.

use std::{
    fs, io,
    io::Read,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, map::Entry};

use super::{File, MAX_DEPTH, MAX_FILE_BYTES, SourceError, mount::Origin, place::Spot, yaml};
use crate::json::{self, Kind, Node};

/// Reads the contract itself, which may also be a pipe.
pub(super) fn contract(path: &Path) -> Result<(File, Option<Origin>), SourceError> {
    let name = path.display().to_string();
    let file = bounded(path, &name, MAX_FILE_BYTES)?;
    let origin = fs::canonicalize(path).ok().filter(|path| path.is_file()).and_then(|path| {
        let folder = path.parent()?.to_owned();
        Some(Origin { path, folder, known: None })
    });
    Ok((file, origin))
}

/// Reads a file that the contract names.
pub(super) fn further(path: &PathBuf, name: &str, most: u64) -> Result<File, SourceError> {
    let kind = fs::metadata(path).map_err(|error| failed(&error, name))?;
    // Opening a pipe or a device could wait forever.
    if !kind.is_file() && !kind.is_dir() {
        return Err(SourceError::NotRegular { file: name.to_owned() });
    }
    bounded(path, name, most.min(MAX_FILE_BYTES))
}

fn bounded(path: &Path, name: &str, most: u64) -> Result<File, SourceError> {
    let too_large = || SourceError::TooLarge { file: name.to_owned() };
    let file = fs::File::open(path).map_err(|error| failed(&error, name))?;
    let kind = file.metadata().map_err(|error| failed(&error, name))?;
    if kind.is_dir() {
        return Err(SourceError::Folder { file: name.to_owned() });
    }
    if kind.len() > most {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(kind.len()).unwrap_or_default() + 1);
    // A pipe has no length, and a file can grow.
    let read = file.take(most + 1).read_to_end(&mut bytes);
    read.map_err(|error| failed(&error, name))?;
    if bytes.len() as u64 > most {
        return Err(too_large());
    }
    decode(bytes, name)
}

/// The text in some bytes: UTF-8, or UTF-16 as its first two bytes tell (YAML 1.2.2, section 5.2).
fn decode(bytes: Vec<u8>, name: &str) -> Result<File, SourceError> {
    match bytes.as_slice() {
        [0xFE, 0xFF, rest @ ..] => return utf16(rest, 2, u16::from_be_bytes, name),
        [0xFF, 0xFE, rest @ ..] => return utf16(rest, 2, u16::from_le_bytes, name),
        [0, 1..=255, ..] => return utf16(&bytes, 0, u16::from_be_bytes, name),
        [1..=255, 0, ..] => return utf16(&bytes, 0, u16::from_le_bytes, name),
        _ => {}
    }
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with('\u{feff}') {
                text.drain(..'\u{feff}'.len_utf8());
            }
            Ok(File::new(name, text))
        }
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            let before = String::from_utf8_lossy(&error.as_bytes()[..offset]).into_owned();
            let at = File::new(name, before).location(offset);
            Err(SourceError::NotUtf8 { at, offset })
        }
    }
}

fn utf16(bytes: &[u8], skipped: usize, unit: fn([u8; 2]) -> u16, name: &str) -> Result<File, SourceError> {
    let (pairs, odd) = bytes.as_chunks();
    let mut text = String::with_capacity(bytes.len());
    let mut offset = skipped;
    for read in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        let Ok(character) = read else {
            let end = text.len();
            return Err(SourceError::NotUtf16 { at: File::new(name, text).location(end), offset });
        };
        offset += 2 * character.len_utf16();
        text.push(character);
    }
    let file = File::new(name, text);
    if odd.is_empty() {
        return Ok(file);
    }
    Err(SourceError::NotUtf16 { at: file.location(file.text.len()), offset })
}

pub(super) fn failed(error: &io::Error, name: &str) -> SourceError {
    let file = name.to_owned();
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => SourceError::NotFound { file },
        io::ErrorKind::PermissionDenied => SourceError::Denied { file },
        io::ErrorKind::IsADirectory => SourceError::Folder { file },
        kind => SourceError::Io { file, reason: kind.to_string() },
    }
}

/// The value in a file, and where each of its nodes stands.
pub(super) fn tree(file: &File) -> Result<(Value, Spot), SourceError> {
    if file.text.trim_ascii().is_empty() {
        let file = file.name.clone();
        return Err(SourceError::Empty { file });
    }
    if is_json(file) {
        let text = json::read(file.text.as_bytes())
            .map_err(|error| SourceError::Json { at: file.location(error.offset), reason: error.reason })?;
        from_json(file, text.root, 0)
    } else {
        yaml::load(file)
    }
}

pub(super) fn is_json(file: &File) -> bool {
    let extension = Path::new(&file.name).extension();
    match extension.and_then(|extension| extension.to_str()) {
        Some(extension) if extension.eq_ignore_ascii_case("json") => true,
        Some(extension)
            if extension.eq_ignore_ascii_case("yaml") || extension.eq_ignore_ascii_case("yml") =>
        {
            false
        }
        _ => file.text.trim_ascii_start().starts_with('{'),
    }
}

fn from_json(file: &File, node: Node, depth: usize) -> Result<(Value, Spot), SourceError> {
    let holds = matches!(node.kind, Kind::Array(_) | Kind::Object(_));
    if holds && depth == MAX_DEPTH {
        let at = file.location(node.start);
        return Err(SourceError::TooDeep { at });
    }
    let mut below = Vec::new();
    let value = match node.kind {
        Kind::Null => Value::Null,
        Kind::Bool(truth) => Value::Bool(truth),
        Kind::Number(raw) => Value::Number(json::number(&raw)),
        Kind::String(text) => Value::String(text),
        Kind::Array(nodes) => {
            below.reserve_exact(nodes.len());
            let mut items = Vec::with_capacity(nodes.len());
            for node in nodes {
                let (value, spot) = from_json(file, node, depth + 1)?;
                items.push(value);
                below.push(spot);
            }
            Value::Array(items)
        }
        Kind::Object(members) => {
            below.reserve_exact(members.len());
            let mut map = Map::with_capacity(members.len());
            for member in members {
                let (value, mut spot) = from_json(file, member.value, depth + 1)?;
                spot.key = member.key_start;
                match map.entry(member.key) {
                    Entry::Vacant(entry) => entry.insert(value),
                    Entry::Occupied(entry) => {
                        let key = entry.key().clone();
                        return Err(duplicate(file, key, member.key_start, &map, &below));
                    }
                };
                below.push(spot);
            }
            Value::Object(map)
        }
    };
    Ok((value, Spot::new(node.start, below)))
}

/// The error for a key that a mapping has already.
pub(super) fn duplicate(
    file: &File,
    key: String,
    at: usize,
    map: &Map<String, Value>,
    below: &[Spot],
) -> SourceError {
    let earlier = map.keys().position(|earlier| *earlier == key);
    let first = earlier.and_then(|index| below.get(index)).map_or(at, |spot| spot.key);
    SourceError::DuplicateKey { at: file.location(at), first: Box::new(file.location(first)), key }
}
