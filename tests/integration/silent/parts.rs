//! What a document says, part by part, read by hand: nothing here is what Probity makes of it.

use serde_json::Value;

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Operation,
    Parameter,
    RequestMediaType,
    Response,
    ResponseMediaType,
    ResponseHeader,
    Link,
    SecurityScheme,
    Callback,
}

/// A part of a document.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) kind: Kind,
    /// Method and path of its operation; the name of a webhook.
    pub(super) operation: String,
    /// The names by which it is found: a location and a name, a status, a media type.
    pub(super) name: Vec<String>,
    /// Where it stands: as it is reached, and where references lead on the way.
    pub(super) places: Vec<String>,
}

const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// Every part of a document that is about a request or an answer.
pub(super) fn all(root: &Value) -> Vec<Part> {
    let mut reader = Reader { root, parts: Vec::new() };
    for (path, at) in reader.members("/paths").into_iter().filter(|(path, _)| path.starts_with('/')) {
        reader.path_item(&path, &at);
    }
    for (name, at) in reader.members("/webhooks") {
        reader.add(Kind::Callback, &name, &[], &at);
    }
    reader.parts
}

struct Reader<'d> {
    root: &'d Value,
    parts: Vec<Part>,
}

impl Reader<'_> {
    fn get(&self, at: &str) -> Option<&Value> {
        self.root.pointer(at)
    }

    /// Every place that a reference leads to, the last being that of the part itself.
    fn places(&self, at: &str) -> Vec<String> {
        let mut places = vec![at.to_owned()];
        while let Some(next) =
            self.get(&places[places.len() - 1]).and_then(|value| value.get("$ref")?.as_str())
        {
            let next = percent_decoded(next.trim_start_matches('#'));
            if places.contains(&next) || places.len() > 30 {
                break;
            }
            places.push(next);
        }
        places
    }

    fn place(&self, at: &str) -> String {
        self.places(at).pop().unwrap_or_default()
    }

    fn members(&self, at: &str) -> Vec<(String, String)> {
        let at = self.place(at);
        let members = self.get(&at).and_then(Value::as_object).into_iter().flatten();
        let named = members.filter(|(name, _)| !name.starts_with("x-"));
        named.map(|(name, _)| (name.clone(), format!("{at}/{}", escaped(name)))).collect()
    }

    fn items(&self, at: &str) -> Vec<String> {
        let at = self.place(at);
        let length = self.get(&at).and_then(Value::as_array).map_or(0, Vec::len);
        (0..length).map(|index| format!("{at}/{index}")).collect()
    }

    fn text(&self, at: &str, name: &str) -> String {
        self.get(at).and_then(|value| value.get(name)?.as_str()).unwrap_or_default().to_owned()
    }

    fn add(&mut self, kind: Kind, operation: &str, name: &[&str], at: &str) {
        let name = name.iter().map(|name| (*name).to_owned()).collect();
        self.parts.push(Part { kind, operation: operation.to_owned(), name, places: self.places(at) });
    }

    fn path_item(&mut self, path: &str, at: &str) {
        let path = path.split('#').next().unwrap_or(path);
        let item = self.place(at);
        if self.get(&item).is_none() {
            self.add(Kind::Operation, path, &[], at);
        }
        for (name, here) in self.members(&item) {
            if METHODS.contains(&name.as_str()) {
                self.operation(&format!("{} {path}", name.to_uppercase()), &item, &here);
            } else if name == "additionalOperations" {
                for (method, here) in self.members(&here) {
                    self.operation(&format!("{method} {path}"), &item, &here);
                }
            }
        }
    }

    fn operation(&mut self, name: &str, item: &str, written: &str) {
        self.add(Kind::Operation, name, &[], written);
        let at = self.place(written);
        self.parameters(name, item, &at);
        for (media_type, here) in self.members(&(self.place(&format!("{at}/requestBody")) + "/content")) {
            self.add(Kind::RequestMediaType, name, &[&media_type], &here);
        }
        for (status, here) in self.members(&format!("{at}/responses")) {
            self.response(name, &status, &here);
        }
        let own = self.get(&format!("{at}/security")).is_some();
        let requirements = self.items(&if own { format!("{at}/security") } else { "/security".to_owned() });
        let schemes: Vec<_> = requirements.iter().flat_map(|one| self.members(one)).collect();
        for (scheme, here) in schemes {
            let defined = format!("/components/securitySchemes/{}", escaped(&scheme));
            self.add(Kind::SecurityScheme, name, &[&scheme], &here);
            let places = self.places(&defined);
            self.parts.last_mut().unwrap().places.extend(places);
        }
        for (callback, here) in self.members(&format!("{at}/callbacks")) {
            self.add(Kind::Callback, name, &[&callback], &here);
        }
    }

    fn parameters(&mut self, operation: &str, item: &str, at: &str) {
        let mut found: Vec<([String; 2], String)> = Vec::new();
        for here in [item, at].iter().flat_map(|owner| self.items(&format!("{owner}/parameters"))) {
            let place = self.place(&here);
            let (location, mut name) = (self.text(&place, "in"), self.text(&place, "name"));
            if location == "header" {
                name.make_ascii_lowercase();
            }
            let key = [location, name];
            found.retain(|(other, _)| *other != key || key[1].is_empty());
            found.push((key, here));
        }
        for ([location, name], here) in found {
            self.add(Kind::Parameter, operation, &[&location, &name], &here);
        }
    }

    fn response(&mut self, operation: &str, status: &str, at: &str) {
        self.add(Kind::Response, operation, &[status], at);
        let here = self.place(at);
        for (kind, field) in
            [(Kind::ResponseMediaType, "content"), (Kind::ResponseHeader, "headers"), (Kind::Link, "links")]
        {
            for (name, here) in self.members(&format!("{here}/{field}")) {
                self.add(kind, operation, &[status, &name], &here);
            }
        }
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn percent_decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}
