//! From a document to the model: `openapiv3` reads the structure view, part by part, so
//! that a broken part costs the operation it belongs to and nothing else.

use super::declared;
use super::extension::{self, Behaviour, DocumentExtension, SchemeExtension, Shape};
use super::model::{
    Body, Example, Header, MediaType, Operation, Parameter, ParameterLocation, Requirement, Response,
    SecurityScheme, SecuritySchemes, StatusRange, Style,
};
use super::view::{self, AT};
use super::{Contract, ContractError, Expression, Mistake, Unread, Untestable, fields, link};
use crate::json::pointer;
use crate::schema::Unusable;
use crate::schema::schemas::{SchemaAt, Schemas};
use crate::source::Document;
use indexmap::IndexMap;
use openapiv3 as oas;
use openapiv3::ReferenceOr;
use serde_json::Value;
use std::collections::BTreeSet;

const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// What a document describes, once nothing can be wrong with the whole of it any more.
struct Described {
    openapi: &'static str,
    operations: Vec<Operation>,
    untestable: Vec<Untestable>,
    schemes: SecuritySchemes,
    request_id: Option<Expression>,
}

/// Reads a document as a contract; a failure gives the document back.
pub(super) fn read(document: Document) -> Result<Contract, Box<(Document, ContractError)>> {
    match described(&document) {
        Ok(described) => Ok(described.contract(document)),
        Err(error) => Err(Box::new((document, error))),
    }
}

impl Described {
    fn contract(self, document: Document) -> Contract {
        let Described { openapi, mut operations, mut untestable, schemes, request_id } = self;
        let root = &*document.value;
        let schemas = compile(&document, openapi == "3.0", &mut operations, &mut untestable);
        name_apart(&mut operations);
        let text = |at: &str| pointer::get(root, at).and_then(Value::as_str).unwrap_or_default().to_owned();
        Contract {
            title: text("/info/title"),
            version: text("/info/version"),
            servers: servers(root, ""),
            unread: unread(root, &operations),
            operations,
            untestable,
            paths: declared::paths(root),
            schemes,
            request_id,
            schemas,
            document,
        }
    }
}

fn described(document: &Document) -> Result<Described, ContractError> {
    let root = &*document.value;
    let openapi = version(root)?;
    let mut mistakes = Vec::new();
    let extension = extension::at::<DocumentExtension>(root, "", Shape::Document, &mut mistakes);
    let (mut extension, at) = extension.unwrap_or_default();
    extension.defaults.place(&at);
    let schemes = security_schemes(root, &mut mistakes);
    let mut untestable = Vec::new();
    let mut operations = Vec::new();
    for (path, at) in paths(root, &mut untestable) {
        let methods: Vec<&str> = METHODS
            .iter()
            .copied()
            .filter(|method| pointer::get(root, &at).is_some_and(|item| item.get(method).is_some()))
            .collect();
        for method in &methods {
            let here = pointer::child(&at, method);
            let name = format!("{} {path}", method.to_uppercase());
            match operation(root, &at, &here, &name) {
                Ok(mut found) => {
                    let own = extension::at::<Behaviour>(root, &here, Shape::Operation, &mut mistakes);
                    let (mut own, stated_at) = own.unwrap_or_default();
                    own.place(&stated_at);
                    found.behaviour = own.or(&extension.defaults);
                    found.servers = servers(root, &here);
                    if found.servers.is_empty() {
                        found.servers = servers(root, &at);
                    }
                    found.path_methods = methods.iter().map(|method| method.to_uppercase()).collect();
                    operations.push(found);
                }
                Err(broken) => {
                    untestable.push(Untestable { operation: name, at: broken.at, why: broken.why });
                }
            }
        }
    }
    link::read(document, &mut operations, &mut mistakes);
    if !mistakes.is_empty() {
        return Err(ContractError::Extension(mistakes));
    }
    if operations.is_empty() && untestable.is_empty() {
        return Err(ContractError::NoOperations);
    }
    Ok(Described { openapi, operations, untestable, schemes, request_id: extension.request_id })
}

/// What is not read of the document, each part once.
fn unread(root: &Value, operations: &[Operation]) -> Vec<Unread> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    let mut add = |operation: Option<&Operation>, lost: Vec<fields::Lost>| {
        let operation = operation.map(|operation| operation.id.clone());
        found.extend(lost.into_iter().map(|fields::Lost { at, why }| Unread {
            operation: operation.clone(),
            at,
            why,
        }));
    };
    for operation in operations {
        add(Some(operation), fields::unread_of_operation(root, &operation.at, &mut seen));
    }
    add(None, fields::unread_of_document(root, &mut seen));
    found
}

fn version(root: &Value) -> Result<&'static str, ContractError> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if let Some(swagger) = root.get("swagger") {
        return Err(ContractError::Swagger(text(swagger)));
    }
    let given = text(root.get("openapi").ok_or(ContractError::NotOpenApi)?);
    let known = ["3.0", "3.1", "3.2"];
    let known = known.into_iter().find(|known| {
        given.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
    });
    known.ok_or(ContractError::UnknownVersion(given))
}

fn paths(root: &Value, untestable: &mut Vec<Untestable>) -> Vec<(String, String)> {
    let Some(paths) = root.get("paths").and_then(Value::as_object) else { return Vec::new() };
    let mut found = Vec::new();
    for path in paths.keys().filter(|path| path.starts_with('/')) {
        let at = pointer::child("/paths", path);
        match view::resolve(root, &at) {
            Ok((at, _)) => found.push((path.clone(), at)),
            Err(Unusable { at, why }) => {
                untestable.push(Untestable { operation: path.clone(), at, why });
            }
        }
    }
    found
}

/// The servers that are stated at a place, templates filled with their defaults.
fn servers(root: &Value, at: &str) -> Vec<String> {
    let list = pointer::get(root, &pointer::child(at, "servers"));
    let list = list.and_then(Value::as_array).into_iter().flatten();
    let filled = list.filter_map(|server| {
        let mut url = server.get("url")?.as_str()?.to_owned();
        for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
            let default = variable.get("default").and_then(Value::as_str).unwrap_or_default();
            url = url.replace(&format!("{{{name}}}"), default);
        }
        Some(url)
    });
    filled.collect()
}

fn security_schemes(root: &Value, mistakes: &mut Vec<Mistake>) -> SecuritySchemes {
    let at = "/components/securitySchemes";
    let names = pointer::get(root, at).and_then(Value::as_object).into_iter().flat_map(|all| all.keys());
    let mut schemes = IndexMap::new();
    for name in names {
        let Ok((at, source)) = view::resolve(root, &pointer::child(at, name)) else { continue };
        let read = serde_json::from_value::<oas::SecurityScheme>(source.clone());
        let scheme = match read {
            Ok(oas::SecurityScheme::HTTP { scheme, .. }) => match scheme.to_ascii_lowercase().as_str() {
                "basic" => SecurityScheme::Basic,
                "bearer" => SecurityScheme::Bearer,
                other => SecurityScheme::Other(other.to_owned()),
            },
            Ok(oas::SecurityScheme::APIKey { location, name, .. }) => {
                let extension = extension::at::<SchemeExtension>(root, &at, Shape::SecurityScheme, mistakes);
                SecurityScheme::ApiKey {
                    location: match location {
                        oas::APIKeyLocation::Query => ParameterLocation::Query,
                        oas::APIKeyLocation::Header => ParameterLocation::Header,
                        oas::APIKeyLocation::Cookie => ParameterLocation::Cookie,
                    },
                    name,
                    token: extension.and_then(|(extension, _)| extension.token),
                }
            }
            Ok(oas::SecurityScheme::OAuth2 { .. } | oas::SecurityScheme::OpenIDConnect { .. }) => {
                SecurityScheme::Bearer
            }
            Err(_) => {
                let kind = source.get("type").and_then(Value::as_str).unwrap_or("unknown");
                SecurityScheme::Other(kind.to_owned())
            }
        };
        schemes.insert(name.clone(), scheme);
    }
    schemes
}

fn operation(root: &Value, path_item: &str, at: &str, name: &str) -> Result<Operation, Unusable> {
    let view = view::operation(root, path_item, at)?;
    let typed: oas::Operation = serde_json::from_value(view)
        .map_err(|error| Unusable { at: at.to_owned(), why: format!("it is not OpenAPI: {error}") })?;
    let (method, path) = name.split_once(' ').unwrap_or(("", name));
    let fallback = format!("{}-{}", method.to_lowercase(), path.trim_matches('/'));
    let security = match &typed.security {
        Some(own) => requirements(own),
        None => root
            .get("security")
            .and_then(|all| serde_json::from_value::<Vec<oas::SecurityRequirement>>(all.clone()).ok())
            .map(|all| requirements(&all))
            .unwrap_or_default(),
    };
    let body = typed.request_body.and_then(ReferenceOr::into_item);
    let mut responses = Vec::new();
    for (status, response) in typed.responses.responses {
        let status = match status {
            oas::StatusCode::Code(code) => StatusRange::Code(code),
            oas::StatusCode::Range(class) => StatusRange::Class(class),
        };
        responses.extend(response.into_item().map(|item| response_from(status, item)));
    }
    let default = typed.responses.default.and_then(ReferenceOr::into_item);
    responses.extend(default.map(|item| response_from(StatusRange::Default, item)));
    Ok(Operation {
        id: slug(typed.operation_id.as_deref().unwrap_or(&fallback)),
        method: method.to_owned(),
        path: path.to_owned(),
        at: at.to_owned(),
        summary: typed.summary,
        description: typed.description,
        tags: typed.tags,
        parameters: typed
            .parameters
            .into_iter()
            .filter_map(ReferenceOr::into_item)
            .map(parameter_from)
            .collect(),
        body: body.map(|body| Body {
            required: body.required,
            at: place(&body.extensions),
            content: content_from(body.content),
        }),
        responses,
        security,
        servers: Vec::new(),
        path_methods: Vec::new(),
        behaviour: Behaviour::default(),
    })
}

fn requirements(all: &[oas::SecurityRequirement]) -> Vec<Requirement> {
    all.iter().map(|one| one.keys().cloned().collect()).collect()
}

fn place(extensions: &IndexMap<String, Value>) -> String {
    extensions.get(AT).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn schema_at(schema: &ReferenceOr<oas::Schema>) -> Option<SchemaAt> {
    match schema {
        ReferenceOr::Reference { reference } => Some(SchemaAt(reference.trim_start_matches('#').to_owned())),
        ReferenceOr::Item(_) => None,
    }
}

fn parameter_from(parameter: oas::Parameter) -> Parameter {
    let location = match &parameter {
        oas::Parameter::Query { .. } => ParameterLocation::Query,
        oas::Parameter::Header { .. } => ParameterLocation::Header,
        oas::Parameter::Path { .. } => ParameterLocation::Path,
        oas::Parameter::Cookie { .. } => ParameterLocation::Cookie,
    };
    let style = style(&parameter);
    let allow_reserved = matches!(parameter, oas::Parameter::Query { allow_reserved: true, .. });
    let data = parameter.parameter_data();
    let at = place(&data.extensions);
    let mut examples = examples_from(&at, data.example, data.examples);
    let (media_type, schema) = match data.format {
        oas::ParameterSchemaOrContent::Schema(schema) => (None, schema_at(&schema)),
        oas::ParameterSchemaOrContent::Content(content) => match content_from(content).into_iter().next() {
            Some(media) => {
                examples.extend(media.examples);
                (Some(media.name), media.schema)
            }
            None => (None, None),
        },
    };
    Parameter {
        at,
        schema,
        style,
        explode: data.explode.unwrap_or(style == Style::Form),
        allow_reserved,
        media_type,
        name: data.name,
        location,
        required: data.required || location == ParameterLocation::Path,
        examples,
        description: data.description,
    }
}

fn style(parameter: &oas::Parameter) -> Style {
    match parameter {
        oas::Parameter::Query { style, .. } => match style {
            oas::QueryStyle::Form => Style::Form,
            oas::QueryStyle::SpaceDelimited => Style::SpaceDelimited,
            oas::QueryStyle::PipeDelimited => Style::PipeDelimited,
            oas::QueryStyle::DeepObject => Style::DeepObject,
        },
        oas::Parameter::Path { style, .. } => match style {
            oas::PathStyle::Matrix => Style::Matrix,
            oas::PathStyle::Label => Style::Label,
            oas::PathStyle::Simple => Style::Simple,
        },
        oas::Parameter::Header { .. } => Style::Simple,
        oas::Parameter::Cookie { .. } => Style::Form,
    }
}

fn schema_of(format: &oas::ParameterSchemaOrContent) -> Option<SchemaAt> {
    match format {
        oas::ParameterSchemaOrContent::Schema(schema) => schema_at(schema),
        oas::ParameterSchemaOrContent::Content(_) => None,
    }
}

/// The example that has no name, and those that have one, of what stands at a place.
fn examples_from(
    at: &str,
    example: Option<Value>,
    named: IndexMap<String, ReferenceOr<oas::Example>>,
) -> Vec<Example> {
    let mut examples = Vec::new();
    if let Some(value) = example {
        examples.push(Example { name: "example".into(), value, at: pointer::child(at, "example") });
    }
    for (name, example) in named {
        if let Some(example) = example.into_item() {
            let at = pointer::child(&place(&example.extensions), "value");
            examples.extend(example.value.map(|value| Example { name, value, at }));
        }
    }
    examples
}

fn content_from(content: oas::Content) -> Vec<MediaType> {
    let each = content.into_iter().map(|(name, media)| {
        let at = place(&media.extensions);
        let examples = examples_from(&at, media.example, media.examples);
        MediaType { name, schema: media.schema.as_ref().and_then(schema_at), examples, at }
    });
    each.collect()
}

fn response_from(status: StatusRange, response: oas::Response) -> Response {
    let headers = response.headers.into_iter().filter_map(|(name, header)| {
        let header = header.into_item()?;
        let (at, schema) = (place(&header.extensions), schema_of(&header.format));
        Some(Header { name, required: header.required, schema, at })
    });
    Response {
        status,
        description: response.description,
        headers: headers.collect(),
        at: place(&response.extensions),
        content: content_from(response.content),
        links: Vec::new(),
    }
}

/// Compiles every schema that the operations use; an operation that needs a broken one
/// is moved to the untestable.
fn compile(
    document: &Document,
    dialect_3_0: bool,
    operations: &mut Vec<Operation>,
    untestable: &mut Vec<Untestable>,
) -> Schemas {
    let broken_refs: Vec<(String, String)> = document
        .broken_refs()
        .iter()
        .map(|broken| (broken.at.clone(), format!("`$ref` names `{}`: {}", broken.target, broken.reason)))
        .collect();
    operations.retain(|operation| {
        let (requests, responses) = schemas_of(operation);
        let roots = requests.into_iter().chain(responses).map(|schema| schema.0);
        if broken_refs.is_empty() {
            return true;
        }
        let reached = crate::schema::lower::reachable(&document.value, roots);
        let broken = broken_refs.iter().find(|(at, _)| {
            pointer::parent_and_last(at)
                .is_some_and(|(parent, _)| reached.iter().any(|place| place == parent))
        });
        if let Some((at, why)) = broken {
            untestable.push(Untestable {
                operation: format!("{} {}", operation.method, operation.path),
                at: at.clone(),
                why: why.clone(),
            });
        }
        broken.is_none()
    });
    let (mut requests, mut responses) = (BTreeSet::new(), BTreeSet::new());
    for operation in operations.iter() {
        let (sent, answered) = schemas_of(operation);
        requests.extend(sent);
        responses.extend(answered);
    }
    let (schemas, broken) = Schemas::compile(&document.value, dialect_3_0, &requests, &responses);
    operations.retain(|operation| {
        let (sent, answered) = schemas_of(operation);
        let unusable = sent.iter().chain(&answered).find_map(|schema| broken.get(schema));
        if let Some(Unusable { at, why }) = unusable {
            untestable.push(Untestable {
                operation: format!("{} {}", operation.method, operation.path),
                at: at.clone(),
                why: why.clone(),
            });
        }
        unusable.is_none()
    });
    schemas
}

fn schemas_of(operation: &Operation) -> (Vec<SchemaAt>, Vec<SchemaAt>) {
    let body = operation.body.iter().flat_map(|body| &body.content);
    let sent = operation.parameters.iter().filter_map(|parameter| parameter.schema.clone());
    let requests = body.filter_map(|media| media.schema.clone()).chain(sent).collect();
    let answered = operation.responses.iter().flat_map(|response| {
        let headers = response.headers.iter().filter_map(|header| header.schema.clone());
        response.content.iter().filter_map(|media| media.schema.clone()).chain(headers)
    });
    (requests, answered.collect())
}

/// A name that is safe as a path segment on every file system.
fn slug(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let mut slug: String = name.chars().map(safe).collect();
    while slug.contains("--") {
        slug = slug.replace("--", "-");
    }
    let slug: String = slug.trim_matches(['-', '.']).chars().take(80).collect();
    if slug.is_empty() { "operation".into() } else { slug }
}

fn name_apart(operations: &mut [Operation]) {
    let mut taken = std::collections::HashSet::new();
    for operation in operations {
        let base = operation.id.clone();
        let mut number = 2;
        while !taken.insert(operation.id.to_ascii_lowercase()) {
            operation.id = format!("{base}-{number}");
            number += 1;
        }
    }
}
