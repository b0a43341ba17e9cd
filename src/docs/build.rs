//! From a contract to what its reference tells.

use super::curl::curl;
use super::example;
use super::model::{
    Body, ErrorCode, Field, Group, Link, Media, Operation, Promise, Reference, Response, Scheme, Server,
    Shape, Undescribed, Unread, Webhook,
};
use super::shape::Shapes;
use super::twice::without_codes;
use super::{prose, words};
use crate::contract::Contract;
use crate::contract::model::{self, MediaType, ParameterLocation, SecurityScheme, StatusRange};
use crate::contract::rule::Strictness;
use crate::json::pointer;
use crate::page::Anchors;
use crate::plan::{Labeller, value_of};
use crate::schema::{SchemaAt, Side};
use crate::wire::parameter;
use serde_json::Value;

/// A longer summary is cut.
const LONGEST_TITLE: usize = 90;

/// What is told where no tag says it.
const UNTAGGED: &str = "Operations";

/// What the reference of a contract tells, and the anchors that are taken in it.
pub(super) fn reference(contract: &Contract) -> (Reference, Anchors) {
    let anchors = Anchors::new(usize::MAX, super::PAGE_ANCHORS);
    let (shapes, labeller) = (Shapes::new(contract), Labeller::new(contract));
    let mut builder = Builder { contract, shapes, labeller, anchors };
    let schemes = builder.schemes();
    let groups = builder.groups(&schemes);
    let shared = builder.shapes.shared(&mut builder.anchors);
    let undescribed = contract.untestable.iter().map(|one| Undescribed {
        operation: one.operation.clone(),
        why: one.why.clone(),
        at: located(contract, &one.at),
    });
    let components = if groups.is_empty() { components(contract) } else { Vec::new() };
    let reference = Reference {
        title: contract.title.trim().to_owned(),
        version: contract.version.trim().to_owned(),
        file: contract.document.files().first().map(|file| file_name(&file.name)).unwrap_or_default(),
        description: builder.text("/info/description"),
        servers: builder.servers(),
        schemes,
        groups,
        shared,
        undescribed: undescribed.collect(),
        webhooks: contract.webhooks.iter().map(webhook).collect(),
        components,
        run: None,
        profile: None,
    };
    (reference, builder.anchors)
}

fn webhook(webhook: &crate::contract::Webhook) -> Webhook {
    let method = webhook.method.as_ref().map(|method| format!("{method} "));
    let name = format!("{}{}", method.unwrap_or_default(), webhook.name);
    let unread = webhook.method.is_none().then(|| "what it is cannot be read".to_owned());
    Webhook { name, summary: unread.or_else(|| webhook.summary.clone()) }
}

/// The parts that a document has for others, by what they are; schemes are described.
fn components(contract: &Contract) -> Vec<(String, Vec<String>)> {
    let all = contract.document.get("/components").and_then(Value::as_object);
    let named = all.into_iter().flatten().filter(|(kind, _)| *kind != "securitySchemes");
    let parts = named.map(|(kind, parts)| {
        let names = parts.as_object().into_iter().flat_map(|parts| parts.keys());
        (kind.clone(), names.filter(|name| !name.starts_with("x-")).cloned().collect())
    });
    parts
        .filter(|(kind, names): &(String, Vec<String>)| !kind.starts_with("x-") && !names.is_empty())
        .collect()
}

/// A place in the contract, in a file without its folder.
fn located(contract: &Contract, at: &str) -> String {
    let mut at = contract.document.locate(at);
    at.file = file_name(&at.file);
    at.to_string()
}

/// The name of a file without its folder: the same wherever it is read.
pub(super) fn file_name(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned()
}

struct Builder<'c> {
    contract: &'c Contract,
    shapes: Shapes<'c>,
    labeller: Labeller<'c>,
    anchors: Anchors,
}

impl Builder<'_> {
    fn text(&self, at: &str) -> Option<String> {
        let text = self.contract.document.get(at)?.as_str()?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn member(&self, at: &str, name: &str) -> Option<String> {
        self.text(&pointer::child(at, name))
    }

    fn flag(&self, at: &str, name: &str) -> bool {
        self.contract.document.get(&pointer::child(at, name)) == Some(&Value::Bool(true))
    }

    fn servers(&self) -> Vec<Server> {
        let each = self.contract.servers.iter().enumerate().map(|(index, url)| {
            let at = format!("/servers/{index}");
            let mut description = self.member(&at, "description");
            let variables = self.contract.document.get(&format!("{at}/variables")).and_then(Value::as_object);
            for (name, variable) in variables.into_iter().flatten() {
                let about = variable.get("description").and_then(Value::as_str).unwrap_or_default().trim();
                let text = description.get_or_insert_default();
                text.push_str(&format!("\n\n{}: {about}", words::code(&format!("{{{name}}}"))));
            }
            Server { url: url.clone(), description }
        });
        each.collect()
    }

    fn schemes(&mut self) -> Vec<Scheme> {
        let mut found = Vec::new();
        for (name, scheme) in &self.contract.schemes {
            let at = pointer::child("/components/securitySchemes", name);
            let carries = match scheme {
                SecurityScheme::Basic => {
                    "HTTP Basic: `Authorization: Basic` with user and password.".to_owned()
                }
                SecurityScheme::Digest => {
                    "HTTP Digest: `Authorization: Digest`, with what user and password make of a challenge."
                        .to_owned()
                }
                SecurityScheme::MutualTls => "A certificate that the client shows (mutual TLS).".to_owned(),
                SecurityScheme::Bearer => "A token in the header `Authorization: Bearer`.".to_owned(),
                SecurityScheme::ApiKey { location, name, token } => {
                    let place = match location {
                        ParameterLocation::Query => "query parameter",
                        ParameterLocation::Cookie => "cookie",
                        _ => "header",
                    };
                    let kind = if token.is_some() { "A token" } else { "A key" };
                    let from = token.as_ref().map(|token| {
                        format!(" Tokens come from {}.", words::code(&format!("POST {}", token.path)))
                    });
                    format!("{kind} in the {place} {}.{}", words::code(name), from.unwrap_or_default())
                }
                SecurityScheme::Other(kind) => format!("The scheme {}.", words::code(kind)),
            };
            found.push(Scheme {
                anchor: self.anchors.take(&format!("auth-{name}")),
                name: name.clone(),
                carries,
                description: self.member(&at, "description"),
            });
        }
        found
    }

    fn groups(&mut self, schemes: &[Scheme]) -> Vec<Group> {
        let declared = self.contract.document.get("/tags").and_then(Value::as_array);
        let tag =
            |tag: &Value, key: &str| tag.get(key).and_then(Value::as_str).map(|text| text.trim().to_owned());
        let mut groups: Vec<Group> = Vec::new();
        for known in declared.into_iter().flatten() {
            let Some(name) = tag(known, "name") else { continue };
            let anchor = String::new();
            groups.push(Group {
                anchor,
                name,
                description: tag(known, "description"),
                operations: Vec::new(),
            });
        }
        // Operations have the first claim on their own names.
        let anchors: Vec<String> =
            self.contract.operations.iter().map(|operation| self.anchors.take(&operation.id)).collect();
        for (operation, anchor) in self.contract.operations.iter().zip(anchors) {
            let name = operation.tags.first().map_or(UNTAGGED, String::as_str).to_owned();
            let told = self.operation(operation, anchor, schemes);
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.operations.push(told),
                None => groups.push(Group {
                    anchor: String::new(),
                    name,
                    description: None,
                    operations: vec![told],
                }),
            }
        }
        groups.retain(|group| !group.operations.is_empty());
        for group in &mut groups {
            group.anchor = self.anchors.take(&format!("tag-{}", group.name));
        }
        groups
    }

    fn operation(&mut self, operation: &model::Operation, anchor: String, schemes: &[Scheme]) -> Operation {
        let at = &operation.at;
        let body = operation.body.as_ref().map(|body| Body {
            required: body.required,
            description: self.member(&body.at, "description"),
            media: body.content.iter().map(|media| self.media(media, Side::Request)).collect(),
        });
        let curl = curl(&self.labeller, operation, body.as_ref());
        let security = operation.security.iter().map(|all| {
            let link = |name: &String| {
                let known = schemes.iter().find(|scheme| scheme.name == *name);
                Link {
                    name: name.clone(),
                    anchor: known.map(|scheme| scheme.anchor.clone()).unwrap_or_default(),
                }
            };
            all.iter().map(link).collect()
        });
        let summary = operation.summary.as_deref().map(str::trim).filter(|summary| !summary.is_empty());
        let title = summary.map(title);
        let description = operation.description.as_deref().map(str::trim).filter(|text| !text.is_empty());
        // What a title has no room for is told below it.
        let description = description.or(summary.filter(|summary| title.as_deref() != Some(*summary)));
        let (errors, promises) = (self.errors(operation, &anchor), promises(operation));
        let mut responses: Vec<Response> =
            operation.responses.iter().map(|response| self.response(response, &anchor)).collect();
        for response in &mut responses {
            let is_code = |code: &str| errors.iter().any(|error| error.code == code);
            response.description = without_codes(&response.description, is_code);
        }
        Operation {
            id: self.member(at, "operationId").unwrap_or_else(|| operation.id.clone()),
            title: title.clone().unwrap_or_else(|| format!("{} {}", operation.method, operation.path)),
            method: operation.method.clone(),
            path: operation.path.clone(),
            server: operation.servers.first().cloned(),
            description: description.map(str::to_owned),
            deprecated: self.flag(at, "deprecated"),
            security: security.collect(),
            parameters: self.parameters(operation),
            body,
            curl,
            responses,
            errors,
            promises,
            unique: self.unique(operation),
            unknown: operation.behaviour.silent.iter().map(words::silence).collect(),
            unread: self.unread(operation),
            undocumented: Vec::new(),
            unknown_codes: Vec::new(),
            failures: None,
            anchor,
        }
    }

    fn parameters(&mut self, operation: &model::Operation) -> Vec<(&'static str, Vec<Field>)> {
        let places = [
            (ParameterLocation::Path, "Path parameters"),
            (ParameterLocation::Query, "Query parameters"),
            (ParameterLocation::Querystring, "Query string"),
            (ParameterLocation::Header, "Headers"),
            (ParameterLocation::Cookie, "Cookies"),
        ];
        let mut found = Vec::new();
        for (location, title) in places {
            let mut fields = Vec::new();
            for parameter in operation.parameters.iter().filter(|parameter| parameter.location == location) {
                let mut shape = match &parameter.schema {
                    Some(schema) => self.shapes.part(schema, Side::Request, &mut self.anchors),
                    None => Shape::default(),
                };
                shape.description = parameter.description.clone().or(shape.description);
                let example = parameter.examples.first().map(|example| example.value.to_string());
                shape.example = example.or(shape.example);
                shape.deprecated |= self.flag(&parameter.at, "deprecated");
                shape.limits.extend(self.wire_form(operation, parameter));
                fields.push(Field { name: parameter.name.clone(), required: parameter.required, shape });
            }
            if !fields.is_empty() {
                found.push((title, fields));
            }
        }
        found
    }

    /// How a list or an object travels as a parameter, by example.
    fn wire_form(&self, operation: &model::Operation, parameter: &model::Parameter) -> Option<String> {
        const LONGEST: usize = 120;
        let mut value = value_of(&self.labeller, 0, operation, parameter)?;
        match &mut value {
            // What joins items shows between two of them.
            Value::Array(items) if items.len() == 1 => items.push(items[0].clone()),
            Value::Array(_) | Value::Object(_) => {}
            _ => return None,
        }
        let text = parameter::written(parameter, &value)?;
        let text = match parameter.location {
            ParameterLocation::Header => format!("{}: {text}", parameter.name),
            _ => text,
        };
        (text.len() <= LONGEST && !text.contains('`')).then(|| format!("written as `{text}`"))
    }

    fn media(&mut self, media: &MediaType, side: Side) -> Media {
        let (name, schema) = shown(media);
        Media {
            name,
            shape: schema.map(|schema| self.shapes.body(schema, side, &mut self.anchors)),
            examples: example::examples(self.contract, media, side),
            unread: media.unread,
        }
    }

    /// What of an operation is not described, with what it shares with others of its path.
    fn unread(&self, operation: &model::Operation) -> Vec<Unread> {
        let shared = pointer::child(&operation.path_item, "parameters");
        let own = self.contract.unread.iter().filter(|one| {
            one.operation.as_ref() == Some(&operation.id) || pointer::is_within(&one.at, &shared)
        });
        let each = own.map(|one| {
            let parameter = self.parameter_at(&one.at).map(|name| format!("the parameter `{name}`: "));
            let why = format!("{}{}", parameter.unwrap_or_default(), one.why);
            Unread { why, at: located(self.contract, &one.at) }
        });
        each.collect()
    }

    /// The name of the parameter that a place is in.
    fn parameter_at(&self, at: &str) -> Option<String> {
        const LIST: &str = "/parameters/";
        let start = at.find(LIST)? + LIST.len();
        let end = at[start..].find('/').map_or(at.len(), |end| start + end);
        self.member(&at[..end], "name")
    }

    fn response(&mut self, response: &model::Response, operation: &str) -> Response {
        let mut headers = Vec::new();
        for header in &response.headers {
            let mut shape = match header.value_schema() {
                Some(schema) => self.shapes.part(schema, Side::Response, &mut self.anchors),
                None => Shape::default(),
            };
            shape.description = self.member(&header.at, "description").or(shape.description);
            headers.push(Field { name: header.name.clone(), required: header.required, shape });
        }
        let good = matches!(response.status, StatusRange::Code(200..=299) | StatusRange::Class(2));
        let media = response.content.iter().map(|media| {
            let (name, schema) = shown(media);
            Media {
                name,
                shape: schema.map(|schema| {
                    if good {
                        self.shapes.body(schema, Side::Response, &mut self.anchors)
                    } else {
                        self.shapes.part(schema, Side::Response, &mut self.anchors)
                    }
                }),
                examples: example::examples(self.contract, media, Side::Response),
                unread: media.unread,
            }
        });
        let content = pointer::child(&response.at, "content");
        let lost = |at: &str| self.contract.unread.iter().any(|one| one.at == at);
        Response {
            unread: lost(&response.at) || lost(&content),
            status: response.status.to_string(),
            good,
            description: response.description.trim().to_owned(),
            headers,
            media: media.collect(),
            mark: None,
            anchor: self.anchors.take(&format!("{operation}-{}", response.status)),
        }
    }

    fn errors(&mut self, operation: &model::Operation, anchor: &str) -> Vec<ErrorCode> {
        let behaviour = &operation.behaviour;
        let catalogue = behaviour.errors.iter().flat_map(|errors| &errors.catalogue);
        let each = catalogue.map(|(code, entry)| ErrorCode {
            anchor: self.anchors.take(&format!("{anchor}-code-{code}")),
            code: code.clone(),
            status: entry.status,
            when: words::when(behaviour, entry),
            meaning: entry.meaning.clone(),
            fix: entry.fix.clone(),
            mark: None,
            elsewhere: Vec::new(),
        });
        each.collect()
    }

    fn unique(&self, operation: &model::Operation) -> Vec<String> {
        let each = operation.behaviour.unique.iter().map(|unique| {
            let sharing = self.contract.operations.iter().filter(|other| {
                other.id != operation.id
                    && unique.scope.is_some()
                    && other.behaviour.unique.iter().any(|one| one.scope == unique.scope)
            });
            let shares: Vec<String> = sharing.map(|other| other.id.clone()).collect();
            words::unique(unique, &operation.behaviour, &shares)
        });
        each.collect()
    }
}

/// A summary as a title: without markup, and no longer than one sentence.
fn title(summary: &str) -> String {
    let plain = prose::plain(summary);
    let text = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= LONGEST_TITLE {
        return text;
    }
    let sentence = text.split_inclusive(". ").next().unwrap_or(&text).trim();
    if sentence.chars().count() <= LONGEST_TITLE {
        return sentence.to_owned();
    }
    let mut cut = String::new();
    for word in sentence.split(' ') {
        if cut.chars().count() + word.chars().count() >= LONGEST_TITLE {
            break;
        }
        cut.push_str(word);
        cut.push(' ');
    }
    format!("{}…", cut.trim_end())
}

fn promises(operation: &model::Operation) -> Vec<Promise> {
    let each = operation.behaviour.rules.iter().map(|rule| Promise {
        words: words::rule(rule),
        because: rule.because.clone(),
        usual: rule.severity == Strictness::Warn,
        mark: None,
    });
    each.collect()
}

/// What a representation is called, and the schema that is shown of it: where there is none of the
/// whole, that of each item.
fn shown(media: &MediaType) -> (String, Option<&SchemaAt>) {
    match (&media.schema, &media.items) {
        (None, Some(items)) => (format!("{}, each item", media.name), Some(items)),
        (schema, _) => (media.name.clone(), schema.as_ref()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_sentence_without_markup() {
        assert_eq!(title("Cancels a run that is `in_progress`."), "Cancels a run that is in_progress.");
        let long = format!("Creates a thing. {}", "And so on. ".repeat(20));
        assert_eq!(title(&long), "Creates a thing.");
        assert_eq!(title(&"word ".repeat(30)), format!("{}…", "word ".repeat(18).trim_end()));
    }
}
