//! Why a contract cannot be read, and what to do about it.

use std::fmt;
use thiserror::Error;

use super::{File, Location, MAX_COPIED, MAX_DEPTH, MAX_FILE_BYTES, MOUNT, excerpt};
use crate::json;

/// A bracket that is still open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bracket {
    /// The bracket.
    pub bracket: char,
    /// Where it was opened.
    pub at: Location,
}

impl fmt::Display for Bracket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the `{}` opened at {}:{}", self.bracket, self.at.line, self.at.column)
    }
}

/// Why a file cannot be read as a contract.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SourceError {
    /// There is no such file.
    #[error("{file}: no such file")]
    NotFound {
        /// The file.
        file: String,
    },
    /// It is a folder.
    #[error("{file}: is a folder, not a file")]
    Folder {
        /// The folder.
        file: String,
    },
    /// It is a device, a pipe or the like.
    #[error("{file}: is not a regular file")]
    NotRegular {
        /// The file.
        file: String,
    },
    /// It may not be read.
    #[error("{file}: permission denied")]
    Denied {
        /// The file.
        file: String,
    },
    /// Reading failed in another way.
    #[error("{file}: {reason}")]
    Io {
        /// The file.
        file: String,
        /// What the system says.
        reason: String,
    },
    /// It is larger than anyone's contract.
    #[error("{file}: larger than {} MiB", MAX_FILE_BYTES >> 20)]
    TooLarge {
        /// The file.
        file: String,
    },
    /// It is not text in UTF-16, which its first bytes say it is.
    #[error("{at}: invalid UTF-16 at byte {offset}")]
    NotUtf16 {
        /// Where the first wrong unit stands.
        at: Location,
        /// The offset of its first byte.
        offset: usize,
    },
    /// It is not text in UTF-8.
    #[error("{at}: invalid UTF-8 at byte {offset}")]
    NotUtf8 {
        /// Where the first wrong byte stands.
        at: Location,
        /// Its offset.
        offset: usize,
    },
    /// Nothing stands in it, or only comments.
    #[error("{file}: empty")]
    Empty {
        /// The file.
        file: String,
    },
    /// Something else than an object stands at its root.
    #[error("{at}: expected a mapping at the root, found {found}")]
    NotAMapping {
        /// Where the root begins.
        at: Location,
        /// What it is.
        found: &'static str,
    },
    /// It is not JSON.
    #[error("{at}: malformed JSON: {reason}")]
    Json {
        /// Where it stops being JSON.
        at: Location,
        /// Why.
        reason: json::Reason,
    },
    /// It is not YAML.
    #[error("{at}: malformed YAML: {reason}{}", within.as_ref().map_or_else(String::new, |bracket| format!(", within {bracket}")))]
    Yaml {
        /// Where it stops being YAML.
        at: Location,
        /// Why.
        reason: String,
        /// The bracket that is still open, of which a mistake may only be seen lines later.
        within: Option<Box<Bracket>>,
    },
    /// A mapping has the same key twice.
    #[error("{at}: duplicate key {key:?}, first at line {}, column {}", first.line, first.column)]
    DuplicateKey {
        /// The later key.
        at: Location,
        /// The earlier key.
        first: Box<Location>,
        /// The key.
        key: String,
    },
    /// A list or a mapping stands as a key.
    #[error("{at}: a key is not a scalar")]
    KeyNotScalar {
        /// The key.
        at: Location,
    },
    /// `<<` is followed by something that cannot be merged.
    #[error("{at}: `<<` merges only mappings")]
    MergeNotMapping {
        /// What cannot be merged.
        at: Location,
    },
    /// The file holds several YAML documents.
    #[error("{at}: a second document begins, the first at line {}, column {}", first.line, first.column)]
    SeveralDocuments {
        /// The second.
        at: Location,
        /// The first.
        first: Box<Location>,
    },
    /// An alias stands inside the node that it names.
    #[error("{at}: alias inside the node that it names, at line {}, column {}", named.line, named.column)]
    RecursiveAlias {
        /// The alias.
        at: Location,
        /// The node.
        named: Box<Location>,
    },
    /// Aliases would copy without end.
    #[error("{at}: aliases copy more than {MAX_COPIED} nodes, here those of line {}, column {}", named.line, named.column)]
    TooManyCopies {
        /// The alias that is one too many.
        at: Location,
        /// What it names.
        named: Box<Location>,
    },
    /// Lists and mappings stand too deep in each other.
    #[error("{at}: nested more than {MAX_DEPTH} levels deep")]
    TooDeep {
        /// The first that is too deep.
        at: Location,
    },
    /// The root has the member that further files are mounted under.
    #[error("{at}: the key `{MOUNT}` is reserved")]
    Reserved {
        /// The key.
        at: Location,
    },
}

impl SourceError {
    /// The place of the error, where it is known.
    pub fn location(&self) -> Option<&Location> {
        match self {
            Self::NotFound { .. }
            | Self::Folder { .. }
            | Self::NotRegular { .. }
            | Self::Denied { .. }
            | Self::Io { .. }
            | Self::TooLarge { .. }
            | Self::Empty { .. } => None,
            Self::NotUtf8 { at, .. }
            | Self::NotUtf16 { at, .. }
            | Self::NotAMapping { at, .. }
            | Self::Json { at, .. }
            | Self::Yaml { at, .. }
            | Self::DuplicateKey { at, .. }
            | Self::KeyNotScalar { at }
            | Self::MergeNotMapping { at }
            | Self::SeveralDocuments { at, .. }
            | Self::RecursiveAlias { at, .. }
            | Self::TooManyCopies { at, .. }
            | Self::TooDeep { at }
            | Self::Reserved { at } => Some(at),
        }
    }

    /// The line of the error in the text of its file, as compilers show it; nothing where the place
    /// is not known.
    pub fn snippet(&self, text: &str, title: &str, coloured: bool) -> Option<String> {
        let at = self.location()?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let file = File::new(&at.file, text.to_owned());
        Some(excerpt::render(Some(&file), at, title, "here", self.hint().as_deref(), coloured))
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotFound { file } if std::path::Path::new(file).is_absolute() => {
                "check the path; one in `probity.toml` is taken from the folder of that file"
            }
            Self::NotFound { .. } => "check the path; it is taken from the current folder",
            Self::Folder { .. } => "name the file of the contract in it",
            Self::NotRegular { .. } => "name a file on disk",
            Self::Denied { .. } => "make the file readable for the current user",
            Self::Io { .. } => return None,
            Self::TooLarge { .. } => "split the contract into files that refer to each other",
            Self::NotUtf8 { .. } | Self::NotUtf16 { .. } => "save the file as UTF-8",
            Self::Empty { .. } => "an OpenAPI document has at least `openapi`, `info` and `paths`",
            Self::NotAMapping { .. } => "an OpenAPI document is a mapping that begins with `openapi: 3.x.y`",
            Self::Json { reason, .. } => match reason {
                json::Reason::Expected(_) => {
                    "JSON has no comments, no trailing commas and only double quotes; \
                     name the file `.yaml` if it is YAML"
                }
                json::Reason::Ended(_) => "the file seems to be cut off",
                json::Reason::ControlCharacter => "write it as an escape, such as `\\n`",
                json::Reason::InvalidEscape => "write a backslash as `\\\\`",
                json::Reason::NotUtf8 => "save the file as UTF-8",
                json::Reason::ByteOrderMark => "save the file without a byte order mark",
                json::Reason::TooDeep => "move inner parts to `components` and refer to them",
            },
            Self::Yaml { within: Some(_), .. } => {
                "close the bracket that is named, or quote text that holds `{`, `[`, `, ` or `: `"
            }
            Self::Yaml { .. } => "check the indentation, and quote text that holds `: `, ` #` or a tab",
            Self::DuplicateKey { .. } => "remove or rename one of the two",
            Self::KeyNotScalar { .. } => "keys are plain text; quote a key that begins with `{` or `[`",
            Self::MergeNotMapping { .. } => "give `<<` an alias of a mapping or a list of them",
            Self::SeveralDocuments { .. } => "keep one document in the file, without a second `---`",
            Self::RecursiveAlias { .. } => "use a `$ref` for what contains itself",
            Self::TooManyCopies { .. } => "use a `$ref` instead of an alias",
            Self::TooDeep { .. } => "move inner parts to `components` and refer to them",
            Self::Reserved { .. } => "rename the key",
        };
        Some(hint.to_owned())
    }
}
