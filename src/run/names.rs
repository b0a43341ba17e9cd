//! The names that a contract gives: of members, parameters, operations, tags and paths.

use serde_json::Value;

/// Every name in a document, the same one perhaps several times.
pub(super) fn each_name<'d>(value: &'d Value, take: &mut dyn FnMut(&'d str)) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                if key.contains('{') {
                    // What stands between the parameters of a path is a name as well.
                    key.split(['{', '}']).for_each(&mut *take);
                } else {
                    take(key);
                }
                match (key.as_str(), member) {
                    ("name" | "operationId", Value::String(name)) => take(name),
                    ("tags" | "required", Value::Array(names)) => {
                        names.iter().filter_map(Value::as_str).for_each(&mut *take);
                    }
                    // These hold what is sent and answered, which may be anything.
                    ("example" | "examples" | "default" | "const" | "enum", _) => {}
                    _ => each_name(member, take),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| each_name(item, take)),
        _ => {}
    }
}
