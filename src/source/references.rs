//! Which strings of a contract are references, and why one may lead nowhere.

use std::collections::HashMap;

use serde_json::Value;
use thiserror::Error;

use super::{MAX_FILES, SourceError};
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
    #[error("a URL, and nothing is fetched that the user did not name")]
    Remote,
    /// It names a path from the root of the file system.
    #[error("an absolute path, and only files in the contract's folder are read")]
    Absolute,
    /// It leads out of the contract's folder.
    #[error("outside the contract's folder")]
    Outside,
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

/// What a file refers to, and what can be referred to by name in it.
#[derive(Default)]
pub(super) struct Survey {
    pub(super) references: Vec<Reference>,
    /// From `#name` of an anchor and from the URL of an `$id` to a pointer.
    pub(super) names: HashMap<String, String>,
}

/// A reference and its JSON Pointer in its file.
pub(super) struct Reference {
    pub(super) at: String,
    pub(super) text: String,
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
    let mut survey = Survey::default();
    survey.visit(value, &mut String::new(), Keys::Words);
    survey
}

impl Survey {
    fn visit(&mut self, value: &Value, here: &mut String, keys: Keys) {
        let length = here.len();
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    if item.is_array() || item.is_object() {
                        pointer::push(here, &index.to_string());
                        self.visit(item, here, keys);
                        here.truncate(length);
                    }
                }
            }
            Value::Object(members) => {
                for (key, member) in members {
                    match member {
                        Value::String(text) => self.text(key, text, here, keys),
                        // An extension as a whole may be a reference; what stands in it is data.
                        Value::Object(extension) if key == "x-probity" && keys == Keys::Words => {
                            if let Some(Value::String(text)) = extension.get("$ref") {
                                pointer::push(here, key);
                                self.refer(here, "$ref", text);
                                here.truncate(length);
                            }
                        }
                        Value::Object(_) | Value::Array(_) => {
                            if let Some(inner) = inside(keys, key, member) {
                                pointer::push(here, key);
                                self.visit(member, here, inner);
                                if key == "discriminator" {
                                    self.mapping(member, here);
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

    fn text(&mut self, key: &str, text: &str, here: &str, keys: Keys) {
        match key {
            "$ref" => self.refer(here, key, text),
            // One file has one such anchor, so that it leads where a reference would; and a link's way
            // to name an operation.
            "$dynamicRef" | "operationRef" if keys == Keys::Words => self.refer(here, key, text),
            "$anchor" | "$dynamicAnchor" if keys == Keys::Words => {
                self.names.insert(format!("#{text}"), here.to_owned());
            }
            "$id" if keys == Keys::Words => {
                let url = text.trim_end_matches('#');
                self.names.insert(url.to_owned(), here.to_owned());
            }
            _ => {}
        }
    }

    /// A discriminator maps to references, or to the bare names of schemas.
    fn mapping(&mut self, discriminator: &Value, here: &str) {
        let Some(Value::Object(mapping)) = discriminator.get("mapping") else {
            return;
        };
        let here = format!("{here}/mapping");
        for (key, target) in mapping {
            if let Value::String(text) = target
                && (text.contains('#') || [".yaml", ".yml", ".json"].iter().any(|end| text.ends_with(end)))
            {
                self.refer(&here, key, text);
            }
        }
    }

    fn refer(&mut self, here: &str, key: &str, text: &str) {
        let mut at = here.to_owned();
        pointer::push(&mut at, key);
        self.references.push(Reference { at, text: text.to_owned() });
    }
}

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
