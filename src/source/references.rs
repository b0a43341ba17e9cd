//! Which strings of a contract are references, and why one may lead nowhere.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};
use thiserror::Error;

use super::{MAX_FILES, MOUNT, SourceError, host_to_fetch};
use crate::json::pointer;

/// A reference that does not lead to a part of the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenRef {
    /// JSON Pointer of the reference itself, in the whole document.
    pub at: String,
    /// What it says.
    pub target: String,
    /// Why it leads nowhere.
    pub reason: Refusal,
}

/// Why a reference is not followed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Nothing stands at its target.
    #[error("nothing stands there")]
    NoTarget,
    /// It names a URL.
    #[error("a URL, and nothing is fetched;{} --map {url}=FILE reads a copy", fetching(url))]
    Remote {
        /// The URL, without a fragment.
        url: String,
    },
    /// It names a path from the root of the file system.
    #[error("an absolute path, and only files in the contract's folder are read")]
    Absolute,
    /// It leads out of the folder in which files are read.
    #[error("outside the contract's folder; --root {root} reads it")]
    Outside {
        /// A folder that it is in.
        root: String,
    },
    /// The contract did not come from a folder.
    #[error("another file, and the contract was not read from a folder")]
    NoFiles,
    /// The contract names too many files.
    #[error("more than {MAX_FILES} files")]
    TooManyFiles,
    /// The file cannot be read.
    #[error("{0}")]
    Unreadable(#[from] SourceError),
}

/// The flag that would have a URL fetched, if there is one.
fn fetching(url: &str) -> String {
    host_to_fetch(url).map_or_else(String::new, |host| format!(" --allow-fetch {host} fetches it once,"))
}

impl Refusal {
    /// Whether the contract is broken there: what is named would be a part of it, and is not there or
    /// cannot be read.
    pub fn is_slip(&self) -> bool {
        matches!(self, Refusal::NoTarget | Refusal::Unreadable(_))
    }
}

/// What a file refers to, and what can be referred to by name in it.
pub(super) struct Survey {
    pub(super) references: Vec<Reference>,
    /// What has a base URI of its own, the whole file first.
    pub(super) scopes: Vec<Scope>,
}

/// A part of a file that references are relative to: the file, or a schema with an `$id`.
pub(super) struct Scope {
    /// Its JSON Pointer in its file.
    pub(super) at: String,
    /// The scope that it stands in; that of the whole file stands in itself.
    pub(super) outer: usize,
    /// What it calls itself.
    pub(super) id: Option<String>,
    /// The JSON Pointers of its anchors.
    pub(super) anchors: HashMap<String, String>,
    /// Those among them that a `$dynamicRef` means.
    pub(super) dynamic: BTreeMap<String, String>,
}

/// A reference and its JSON Pointer in its file.
pub(super) struct Reference {
    pub(super) at: String,
    pub(super) text: String,
    pub(super) scope: usize,
}

impl Reference {
    /// Whether what it means depends on the way that led to it: a pointer means one place only.
    pub(super) fn is_dynamic(&self) -> bool {
        let fragment = self.text.split_once('#').map_or("", |(_, fragment)| fragment);
        self.at.ends_with("/$dynamicRef") && !fragment.is_empty() && !fragment.starts_with('/')
    }
}

/// What the keys of an object are.
#[derive(Clone, Copy, PartialEq)]
enum Keys {
    /// Words of `OpenAPI` or JSON Schema.
    Words,
    /// Names that the author chose; their values are keyed by words.
    Names,
    /// Names of examples.
    Examples,
    /// Words of an example, whose `value` is data.
    Example,
}

/// Finds all references of a file.
pub(super) fn survey(value: &Value) -> Survey {
    let id = value.get("openapi").and_then(|_| value.get("$self")?.as_str());
    let whole = Scope { id: id.map(str::to_owned), ..Scope::new("", 0) };
    let mut survey = Survey { references: Vec::new(), scopes: vec![whole] };
    survey.visit(value, &mut String::new(), (Keys::Words, 0));
    survey
}

impl Survey {
    /// Whether anything in the file has a name of its own.
    pub(super) fn names_anything(&self) -> bool {
        self.scopes.len() > 1
            || self.scopes.iter().any(|scope| scope.id.is_some() || !scope.anchors.is_empty())
    }
}

impl Scope {
    fn new(at: &str, outer: usize) -> Scope {
        let (anchors, dynamic) = (HashMap::new(), BTreeMap::new());
        Scope { at: at.to_owned(), outer, id: None, anchors, dynamic }
    }
}

impl Survey {
    fn visit(&mut self, value: &Value, here: &mut String, (keys, scope): (Keys, usize)) {
        let length = here.len();
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    if item.is_array() || item.is_object() {
                        pointer::push(here, &index.to_string());
                        self.visit(item, here, (keys, scope));
                        here.truncate(length);
                    }
                }
            }
            Value::Object(members) => {
                let scope = if keys == Keys::Words { self.scope(members, here, scope) } else { scope };
                for (key, member) in members {
                    match member {
                        Value::String(text) => self.text(key, text, here, (keys, scope)),
                        // An extension as a whole may be a reference; what stands in it is data.
                        Value::Object(extension) if key == "x-probity" && keys == Keys::Words => {
                            if let Some(Value::String(text)) = extension.get("$ref") {
                                pointer::push(here, key);
                                self.refer(here, "$ref", text, scope);
                                here.truncate(length);
                            }
                        }
                        Value::Object(_) | Value::Array(_) => {
                            if let Some(inner) = inside(keys, key, member) {
                                pointer::push(here, key);
                                self.visit(member, here, (inner, scope));
                                if key == "discriminator" {
                                    self.mapping(member, here, scope);
                                }
                                here.truncate(length);
                            }
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    /// The scope of an object: its own where it has an `$id` that is more than an anchor.
    fn scope(&mut self, members: &Map<String, Value>, here: &str, outer: usize) -> usize {
        let Some(Value::String(id)) = members.get("$id") else { return outer };
        let (name, fragment) = id.split_once('#').unwrap_or((id, ""));
        if name.is_empty() && fragment.is_empty() {
            return outer;
        }
        if name.is_empty() {
            let scope = &mut self.scopes[outer];
            scope.anchors.entry(fragment.to_owned()).or_insert_with(|| here.to_owned());
            return outer;
        }
        if here.is_empty() {
            self.scopes[0].id.get_or_insert_with(|| name.to_owned());
            return 0;
        }
        self.scopes.push(Scope { id: Some(name.to_owned()), ..Scope::new(here, outer) });
        self.scopes.len() - 1
    }

    fn text(&mut self, key: &str, text: &str, here: &str, (keys, scope): (Keys, usize)) {
        match key {
            "$ref" => self.refer(here, key, text, scope),
            // A link's way to name an operation is a reference too.
            "$dynamicRef" | "operationRef" if keys == Keys::Words => self.refer(here, key, text, scope),
            "$anchor" | "$dynamicAnchor" if keys == Keys::Words => {
                let scope = &mut self.scopes[scope];
                scope.anchors.entry(text.to_owned()).or_insert_with(|| here.to_owned());
                if key == "$dynamicAnchor" {
                    scope.dynamic.entry(text.to_owned()).or_insert_with(|| here.to_owned());
                }
            }
            _ => {}
        }
    }

    /// A discriminator maps to references, or to the bare names of schemas.
    fn mapping(&mut self, discriminator: &Value, here: &str, scope: usize) {
        let mut refer = |here: &str, key: &str, target: &Value| {
            if let Value::String(text) = target
                && (text.contains('#') || [".yaml", ".yml", ".json"].iter().any(|end| text.ends_with(end)))
            {
                self.refer(here, key, text, scope);
            }
        };
        if let Some(default) = discriminator.get("defaultMapping") {
            refer(here, "defaultMapping", default);
        }
        let Some(Value::Object(mapping)) = discriminator.get("mapping") else {
            return;
        };
        let here = format!("{here}/mapping");
        mapping.iter().for_each(|(key, target)| refer(&here, key, target));
    }

    fn refer(&mut self, here: &str, key: &str, text: &str, scope: usize) {
        let mut at = here.to_owned();
        pointer::push(&mut at, key);
        self.references.push(Reference { at, text: text.to_owned(), scope });
    }
}

/// Takes the names of schemas away: once references are pointers, a validator would take them from the
/// schema with the nearest `$id`.
pub(super) fn without_names(value: &mut Value) {
    fn visit(value: &mut Value, keys: Keys) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| visit(item, keys)),
            Value::Object(members) => {
                if keys == Keys::Words {
                    members.retain(|key, value| !(NAMES.contains(&key.as_str()) && value.is_string()));
                }
                for (key, member) in members {
                    if let Some(inner) = inside(keys, key, member) {
                        visit(member, inner);
                    }
                }
            }
            _ => {}
        }
    }
    visit(value, Keys::Words);
    if let Some(Value::Array(files)) = value.get_mut(MOUNT) {
        for file in files {
            visit(file, Keys::Words);
        }
    }
}

/// The keywords that name a schema, or the dialect of it.
const NAMES: [&str; 4] = ["$id", "$anchor", "$dynamicAnchor", "$schema"];

/// What the keys inside a member are; none if the member is data, whose `$ref` means nothing.
fn inside(keys: Keys, key: &str, member: &Value) -> Option<Keys> {
    match keys {
        Keys::Names => return Some(Keys::Words),
        Keys::Examples => return Some(Keys::Example),
        Keys::Example if key == "value" => return None,
        Keys::Example | Keys::Words => {}
    }
    match key {
        "example" | "default" | "enum" | "const" => None,
        "examples" => member.is_object().then_some(Keys::Examples),
        _ if key.starts_with("x-") => None,
        "properties" | "patternProperties" | "dependentSchemas" | "dependencies" | "$defs"
        | "definitions" | "schemas" | "responses" | "parameters" | "headers" | "requestBodies"
        | "securitySchemes" | "links" | "callbacks" | "pathItems" | "paths" | "webhooks" | "content"
        | "mediaTypes" | "encoding" | "variables" | "mapping"
            if member.is_object() =>
        {
            Some(Keys::Names)
        }
        _ => Some(Keys::Words),
    }
}
