//! Which methods each path declares: what stands in the document, whether it can be read or not.

use crate::json::pointer;
use serde_json::Value;

/// A path and what it declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DeclaredPath {
    path: String,
    /// In capitals.
    methods: Vec<String>,
    /// Whether a part of it cannot be read, so that it may declare any other method too.
    open: bool,
}

/// So many references are followed from one path to the next.
const REFERENCES: usize = 32;

/// The paths of a document.
pub(super) fn paths(root: &Value) -> Vec<DeclaredPath> {
    let paths = root.get("paths").and_then(Value::as_object);
    let names = paths.into_iter().flat_map(|paths| paths.keys()).filter(|path| path.starts_with('/'));
    names.map(|path| DeclaredPath::read(root, path)).collect()
}

/// A path without the fragment that some write to tell operations on one path apart.
pub(super) fn without_fragment(path: &str) -> &str {
    path.split('#').next().unwrap_or(path)
}

impl DeclaredPath {
    fn read(root: &Value, path: &str) -> DeclaredPath {
        let own = without_fragment(path).to_owned();
        let mut declared = DeclaredPath { path: own, methods: Vec::new(), open: false };
        let mut here = pointer::child("/paths", path);
        for _ in 0..REFERENCES {
            let Some(item) = pointer::get(root, &here) else { break };
            declared.add(item);
            let Some(reference) = item.get("$ref").and_then(Value::as_str) else { return declared };
            let Some(next) = pointer::from_fragment(reference) else { break };
            here = next;
        }
        DeclaredPath { open: true, ..declared }
    }

    fn add(&mut self, item: &Value) {
        for one in [Some(item), item.get("additionalOperations")].into_iter().flatten() {
            let names = one.as_object().into_iter().flat_map(|members| members.keys());
            self.methods.extend(names.map(|name| name.to_ascii_uppercase()));
        }
    }

    fn declares(&self, method: &str) -> bool {
        self.open || self.methods.iter().any(|known| known == method)
    }
}

/// Whether a path, or another template that may stand for the same, declares a method. HEAD goes
/// with GET.
pub(super) fn declares(paths: &[DeclaredPath], path: &str, method: &str) -> bool {
    paths
        .iter()
        .filter(|other| may_be_the_same(&other.path, path))
        .any(|other| other.declares(method) || (method == "HEAD" && other.declares("GET")))
}

fn may_be_the_same(one: &str, other: &str) -> bool {
    let (mut ones, mut others) = (one.split('/'), other.split('/'));
    loop {
        match (ones.next(), others.next()) {
            (None, None) => return true,
            (Some(one), Some(other)) if one == other || one.contains('{') || other.contains('{') => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_stands_in_the_document_is_declared_whether_it_can_be_read_or_not() {
        let root = json!({"paths": {
            "/broken": {"get": {"responses": 7}, "put": null, "parameters": []},
            "/followed": {"$ref": "#/items/a"},
            "/lost": {"$ref": "#/items/none", "get": {}},
            "/elsewhere": {"$ref": "other.yaml#/a"},
            "/round": {"$ref": "#/paths/~1round"},
            "/further": {"additionalOperations": {"COPY": {}}},
            "/things/{id}": {"get": {}},
            "/things/mine": {"put": {}}
        }, "items": {"a": {"patch": {}}}});
        let paths = paths(&root);
        for (path, declared, undeclared) in [
            ("/broken", &["GET", "HEAD", "PUT"][..], &["PATCH", "TRACE"][..]),
            ("/followed", &["PATCH"], &["GET", "HEAD"]),
            ("/lost", &["GET", "HEAD", "TRACE"], &[]),
            ("/elsewhere", &["GET", "TRACE"], &[]),
            ("/round", &["GET"], &[]),
            ("/further", &["COPY"], &["GET"]),
            ("/things/{id}", &["GET", "HEAD", "PUT"], &["PATCH"]),
            ("/things/mine", &["GET", "PUT"], &["DELETE"]),
            ("/things", &[], &["GET"]),
        ] {
            assert!(declared.iter().all(|method| declares(&paths, path, method)), "{path}");
            assert!(!undeclared.iter().any(|method| declares(&paths, path, method)), "{path}");
        }
    }
}
