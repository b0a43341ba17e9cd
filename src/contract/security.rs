//! How clients show who they are: the schemes of a document, and what asks for them.

use super::Mistake;
use super::extension::{self, SchemeExtension, Shape};
use super::fields::Lost;
use super::model::{ParameterLocation, Requirement, SecurityScheme, SecuritySchemes};
use super::view;
use crate::json::pointer;
use crate::schema::Unusable;
use indexmap::IndexMap;
use serde_json::Value;

/// So many alternatives are made of one requirement.
const ALTERNATIVES: usize = 16;

/// The schemes of a document and where each is carried.
#[derive(Default)]
pub(super) struct Security {
    pub(super) schemes: SecuritySchemes,
    /// The header, in small letters, that a scheme wants for itself.
    headers: IndexMap<String, String>,
}

impl Security {
    /// Reads every scheme; what cannot be read is told.
    pub(super) fn read(root: &Value, mistakes: &mut Vec<Mistake>, lost: &mut Vec<Lost>) -> Security {
        let at = "/components/securitySchemes";
        let names = pointer::get(root, at).and_then(Value::as_object).into_iter().flat_map(|all| all.keys());
        let mut security = Security::default();
        for name in names.filter(|name| !name.starts_with("x-")) {
            let here = pointer::child(at, name);
            let read = view::resolve(root, &here).and_then(|(at, source)| {
                empty_members(source, &at, lost);
                Ok((scheme(root, &at, source, mistakes)?, source))
            });
            let scheme = match read {
                Ok((scheme, source)) => {
                    let header = match &scheme {
                        SecurityScheme::ApiKey { location: ParameterLocation::Header, name, .. } => {
                            Some(name.to_ascii_lowercase())
                        }
                        SecurityScheme::Basic | SecurityScheme::Digest | SecurityScheme::Bearer => {
                            Some("authorization".to_owned())
                        }
                        SecurityScheme::Other(_) if text(source, "type") == Some("http") => {
                            Some("authorization".to_owned())
                        }
                        _ => None,
                    };
                    security.headers.extend(header.map(|header| (name.clone(), header)));
                    scheme
                }
                Err(Unusable { at, why }) => {
                    lost.push(Lost {
                        at,
                        why: format!("the security scheme `{name}` cannot be read: {why}"),
                    });
                    SecurityScheme::Other("unknown".to_owned())
                }
            };
            if let SecurityScheme::Other(kind) = &scheme
                && kind != "unknown"
            {
                let why = format!("the security scheme `{name}` is {kind}, which is not spoken here");
                lost.push(Lost { at: here, why });
            }
            security.schemes.insert(name.clone(), scheme);
        }
        security
    }

    /// The alternatives that stand at a place; none where nothing is stated there.
    pub(super) fn requirements(
        &self,
        root: &Value,
        owner: &str,
        lost: &mut Vec<Lost>,
    ) -> Option<Vec<Requirement>> {
        let at = pointer::child(owner, "security");
        let Value::Array(stated) = pointer::get(root, &at)? else {
            lost.push(Lost { at, why: "`security` is no list, and is not read".into() });
            return None;
        };
        let mut all: Vec<Requirement> = Vec::new();
        for (index, one) in stated.iter().enumerate() {
            let at = format!("{at}/{index}");
            let names: Requirement = match one {
                Value::Object(members) => members.keys().cloned().collect(),
                other => {
                    lost.push(Lost { at: at.clone(), why: "an object is expected here".into() });
                    vec![other.as_str().map_or_else(|| other.to_string(), str::to_owned)]
                }
            };
            for name in names.iter().filter(|name| !self.schemes.contains_key(*name)) {
                let why = format!("`{name}` is no security scheme of the contract");
                lost.push(Lost { at: pointer::child(&at, name), why });
            }
            all.extend(self.apart(&at, names, lost));
        }
        Some(all)
    }

    /// A requirement as those that can be met: of schemes that want one header only one can have it.
    fn apart(&self, at: &str, names: Requirement, lost: &mut Vec<Lost>) -> Vec<Requirement> {
        let mut groups: Vec<Vec<String>> = Vec::new();
        for name in names {
            let header = self.headers.get(&name);
            let together = groups.iter_mut().find(|group| {
                header.is_some() && group.first().and_then(|first| self.headers.get(first)) == header
            });
            match together {
                Some(group) => group.push(name),
                None => groups.push(vec![name]),
            }
        }
        for group in groups.iter().filter(|group| group.len() > 1) {
            let header = group.first().and_then(|name| self.headers.get(name)).cloned().unwrap_or_default();
            let why = format!(
                "{} want the same header `{header}`, and are taken as alternatives",
                group.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
            );
            lost.push(Lost { at: at.to_owned(), why });
        }
        let mut all: Vec<Requirement> = vec![Vec::new()];
        for group in groups {
            let with = |before: &Requirement, name: &String| {
                [before.as_slice(), std::slice::from_ref(name)].concat()
            };
            all = all.iter().flat_map(|before| group.iter().map(move |name| with(before, name))).collect();
            all.truncate(ALTERNATIVES);
        }
        all
    }
}

fn text<'v>(source: &'v Value, name: &str) -> Option<&'v str> {
    source.get(name).and_then(Value::as_str)
}

fn scheme(
    root: &Value,
    at: &str,
    source: &Value,
    mistakes: &mut Vec<Mistake>,
) -> Result<SecurityScheme, Unusable> {
    let lacks = |name: &str| {
        let here = pointer::child(at, name);
        let at = if source.get(name).is_some() { here } else { at.to_owned() };
        Unusable { at, why: format!("it has no usable `{name}`") }
    };
    Ok(match text(source, "type").ok_or_else(|| lacks("type"))? {
        "http" => {
            match text(source, "scheme").ok_or_else(|| lacks("scheme"))?.to_ascii_lowercase().as_str() {
                "basic" => SecurityScheme::Basic,
                "digest" => SecurityScheme::Digest,
                "bearer" => SecurityScheme::Bearer,
                other => SecurityScheme::Other(other.to_owned()),
            }
        }
        "apiKey" => {
            let location = match text(source, "in") {
                Some("query") => ParameterLocation::Query,
                Some("header") => ParameterLocation::Header,
                Some("cookie") => ParameterLocation::Cookie,
                _ => return Err(lacks("in")),
            };
            let name = text(source, "name").ok_or_else(|| lacks("name"))?.to_owned();
            let extension = extension::at::<SchemeExtension>(root, at, Shape::SecurityScheme, mistakes);
            let token = extension.and_then(|(extension, _)| extension.token);
            SecurityScheme::ApiKey { location, name, token }
        }
        "oauth2" | "openIdConnect" => SecurityScheme::Bearer,
        "mutualTLS" => SecurityScheme::MutualTls,
        other => SecurityScheme::Other(other.to_owned()),
    })
}

/// Tells of what is written and left empty.
fn empty_members(source: &Value, at: &str, lost: &mut Vec<Lost>) {
    for (name, member) in source.as_object().into_iter().flatten().filter(|(name, _)| !name.starts_with("x-"))
    {
        let here = pointer::child(at, name);
        match member {
            Value::Null => {
                lost.push(Lost { at: here, why: format!("`{name}` is null, and is taken for empty") });
            }
            Value::Object(_) => empty_members(member, &here, lost),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(
        schemes: &Value,
        security: &Value,
    ) -> (Security, Option<Vec<Requirement>>, Vec<(String, String)>) {
        let root = json!({"components": {"securitySchemes": schemes}, "security": security});
        let mut lost = Vec::new();
        let read = Security::read(&root, &mut Vec::new(), &mut lost);
        let requirements = read.requirements(&root, "", &mut lost);
        let lost = lost.into_iter().map(|one| (one.at, one.why)).collect();
        (read, requirements, lost)
    }

    #[test]
    fn what_is_empty_in_a_scheme_is_told_and_costs_nothing() {
        let schemes =
            json!({"o": {"type": "oauth2", "flows": {"password": {"tokenUrl": "/t", "scopes": null}}}});
        let (security, requirements, lost) = read(&schemes, &json!([{"o": null}]));
        assert!(matches!(security.schemes["o"], SecurityScheme::Bearer));
        assert_eq!(requirements, Some(vec![vec!["o".to_owned()]]));
        let at = "/components/securitySchemes/o/flows/password/scopes";
        assert_eq!(lost, [(at.to_owned(), "`scopes` is null, and is taken for empty".to_owned())]);
    }

    #[test]
    fn a_scheme_that_is_unknown_or_cannot_be_read_is_told_with_its_place() {
        let schemes = json!({
            "a": {"type": "apiKey", "name": "k"}, "b": {"type": "http"}, "c": {"$ref": "#/none"},
            "d": {"type": "http", "scheme": "hoba"}, "e": {"type": 7}
        });
        let (security, _, lost) = read(&schemes, &json!([]));
        let places: Vec<&str> = lost.iter().map(|(at, _)| at.as_str()).collect();
        let base = "/components/securitySchemes";
        assert_eq!(places, ["a", "b", "c", "d", "e/type"].map(|name| format!("{base}/{name}")));
        assert!(security.schemes.values().all(|scheme| matches!(scheme, SecurityScheme::Other(_))));
    }

    #[test]
    fn schemes_that_want_one_header_are_alternatives() {
        let schemes = json!({
            "user": {"type": "http", "scheme": "basic"}, "token": {"type": "openIdConnect"},
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "same": {"type": "apiKey", "in": "query", "name": "authorization"}
        });
        let security =
            json!([{"user": [], "key": [], "token": [], "same": []}, {"key": [], "none": []}, "key"]);
        let (_, requirements, lost) = read(&schemes, &security);
        let expected = [&["user", "key", "same"][..], &["token", "key", "same"], &["key", "none"], &["key"]];
        let expected = expected.map(|names| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(requirements, Some(expected.to_vec()));
        let places: Vec<&str> = lost.iter().map(|(at, _)| at.as_str()).collect();
        assert_eq!(places, ["/security/0", "/security/1/none", "/security/2"]);
    }
}
