//! From a document to the model: `openapiv3` reads the structure view, part by part, so
//! that a broken part costs the operation it belongs to and nothing else.

use super::connection;
use super::declared;
use super::extension::{self, Behaviour, DocumentExtension, Shape, StatedLogin};
use super::fields::Lost;
use super::flow;
use super::methods::{self, Method};
use super::model::{
    Body, Encoding, Example, Header, MediaType, Operation, Parameter, ParameterLocation, Response,
    SecurityScheme, SecuritySchemes, StatusRange, Style,
};
use super::security::Security;
use super::unquoted;
use super::unread::{self, Losses};
use super::view::{self, AT, COOKIE, ENCODED, ITEMS, NEWER, QUERYSTRING, UNREAD};
use super::{Contract, ContractError, Expression, Untestable, link, servers, webhook};
use crate::json::pointer;
use crate::schema::Unusable;
use crate::schema::schemas::SchemaAt;
use crate::source::Document;
use indexmap::IndexMap;
use openapiv3 as oas;
use openapiv3::ReferenceOr;
use serde_json::Value;
use std::sync::OnceLock;

/// What a document describes, once nothing can be wrong with the whole of it any more.
struct Described {
    openapi: &'static str,
    operations: Vec<Operation>,
    untestable: Vec<Untestable>,
    losses: Losses,
    schemes: SecuritySchemes,
    request_id: Option<Expression>,
    login: Option<StatedLogin>,
}

/// Reads a document as a contract; a failure gives the document back.
pub(super) fn read(document: Document) -> Result<Contract, Box<(Document, ContractError)>> {
    let document = unquoted::settle(document);
    match described(&document) {
        Ok(described) => Ok(described.contract(document)),
        Err(error) => Err(Box::new((document, error))),
    }
}

impl Described {
    fn contract(self, document: Document) -> Contract {
        let Described { openapi, mut operations, mut untestable, mut losses, schemes, request_id, login } =
            self;
        let root = &*document.value;
        let schemas =
            unread::compile(&document, openapi == "3.0", &mut operations, &mut untestable, &mut losses);
        let text = |at: &str| pointer::get(root, at).and_then(Value::as_str).unwrap_or_default().to_owned();
        Contract {
            title: text("/info/title"),
            version: text("/info/version"),
            servers: servers::urls(root, "", &[]),
            unread: losses.all(&document, &operations, &untestable),
            operations,
            untestable,
            webhooks: webhook::all(root),
            paths: declared::paths(root),
            flows: flows(root, &schemes),
            discoveries: discoveries(root, &schemes),
            schemes,
            request_id,
            login,
            schemas,
            connections: OnceLock::new(),
            document,
        }
    }
}

fn discoveries(root: &Value, schemes: &SecuritySchemes) -> flow::Discoveries {
    schemes.keys().filter_map(|name| Some((name.clone(), flow::discovery(root, name)?))).collect()
}

fn flows(root: &Value, schemes: &SecuritySchemes) -> flow::Flows {
    let each = schemes.keys().map(|name| (name.clone(), flow::flows(root, name)));
    each.filter(|(_, flows)| !flows.is_empty()).collect()
}

fn described(document: &Document) -> Result<Described, ContractError> {
    let root = &*document.value;
    let openapi = version(root)?;
    let mut mistakes = Vec::new();
    let extension = extension::at::<DocumentExtension>(root, "", Shape::Document, &mut mistakes);
    let (mut extension, at) = extension.unwrap_or_default();
    extension.defaults.place(&at);
    let mut losses = Losses::default();
    let security = Security::read(root, &mut mistakes, &mut losses.of_document);
    let everywhere = security.requirements(root, "", &mut losses.of_document).unwrap_or_default();
    let mut untestable = Vec::new();
    let mut operations: Vec<Operation> = Vec::new();
    let mut lost_of_operations = Vec::new();
    let mut needs_of_its_own = Vec::new();
    for PathItem { path, at } in paths(root, &mut untestable, &mut losses.of_document) {
        let methods = methods::of(root, &at, &mut losses.of_document);
        for Method { name: method, at: here } in &methods {
            let name = format!("{method} {path}");
            let mut lost = Vec::new();
            match operation(root, &at, here, &name, &mut lost) {
                Ok(mut found) => {
                    let here = &found.at;
                    let own = extension::at::<Behaviour>(root, here, Shape::Operation, &mut mistakes);
                    let (mut own, stated_at) = own.unwrap_or_default();
                    own.place(&stated_at);
                    let has_needs = !own.needs.is_empty();
                    found.behaviour = own.or(&extension.defaults);
                    found.servers = servers::of_operation(root, &at, here, &[]);
                    let own = security.requirements(root, here, &mut lost);
                    found.security = own.unwrap_or_else(|| everywhere.clone());
                    if let Err(Unusable { at, why }) = room_for_keys(&mut found, &security.schemes, &mut lost)
                    {
                        untestable.push(Untestable { operation: name, at, why });
                        continue;
                    }
                    found.path_methods = methods.iter().map(|method| method.name.clone()).collect();
                    needs_of_its_own.push(has_needs);
                    operations.push(found);
                    lost_of_operations.push(lost);
                }
                Err(Unusable { at, why }) => {
                    let why = unread::reason(document, &at).unwrap_or(why);
                    untestable.push(Untestable { operation: name, at, why });
                }
            }
        }
    }
    link::read(document, &mut operations, &mut mistakes);
    connection::check(&operations, &needs_of_its_own, &mut mistakes);
    // An operation that cannot be read may be the one that is meant.
    if let Some(login) = extension.login.as_ref().filter(|_| untestable.is_empty()) {
        connection::check_login((login, &at), &operations, &mut mistakes);
    }
    if !mistakes.is_empty() {
        return Err(ContractError::Extension(mistakes));
    }
    let speaks = |name: &str| root.get(name).and_then(Value::as_object).is_some_and(|all| !all.is_empty());
    if operations.is_empty() && untestable.is_empty() && !speaks("webhooks") && !speaks("components") {
        return Err(ContractError::NoOperations);
    }
    name_apart(&mut operations);
    let ids = operations.iter().map(|operation| operation.id.clone());
    losses.of_operations = ids.zip(lost_of_operations).collect();
    let (schemes, request_id, login) = (security.schemes, extension.request_id, extension.login);
    Ok(Described { openapi, operations, untestable, losses, schemes, request_id, login })
}

/// Takes out a parameter that wants the whole query where a key travels there.
fn room_for_keys(
    operation: &mut Operation,
    schemes: &SecuritySchemes,
    lost: &mut Vec<Lost>,
) -> Result<(), Unusable> {
    let in_query = |name: &String| {
        matches!(schemes.get(name), Some(SecurityScheme::ApiKey { location: ParameterLocation::Query, .. }))
    };
    let whole = |one: &Parameter| one.location == ParameterLocation::Querystring;
    let Some(index) = operation.parameters.iter().position(whole) else { return Ok(()) };
    if !operation.security.iter().flatten().any(in_query) {
        return Ok(());
    }
    let Parameter { at, required, .. } = operation.parameters.remove(index);
    let why = "what takes the whole query has no room for the key that goes there".to_owned();
    if required {
        return Err(Unusable { at, why });
    }
    lost.push(Lost { at, why });
    Ok(())
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

/// A path of the document, and where what it offers stands.
struct PathItem {
    path: String,
    at: String,
}

fn paths(root: &Value, untestable: &mut Vec<Untestable>, lost: &mut Vec<Lost>) -> Vec<PathItem> {
    let Some(paths) = root.get("paths").and_then(Value::as_object) else { return Vec::new() };
    let mut found = Vec::new();
    for (key, item) in paths.iter().filter(|(path, _)| path.starts_with('/')) {
        // A fragment is never sent (RFC 9110, section 7.1).
        let path = declared::without_fragment(key).to_owned();
        let at = pointer::child("/paths", key);
        lost.extend(super::strays::beside_reference(item, &at));
        match view::resolve(root, &at) {
            Ok((at, _)) => found.push(PathItem { path, at }),
            Err(Unusable { at, why }) => untestable.push(Untestable { operation: path, at, why }),
        }
    }
    found
}

fn operation(
    root: &Value,
    path_item: &str,
    at: &str,
    name: &str,
    lost: &mut Vec<Lost>,
) -> Result<Operation, Unusable> {
    let (at, _) = view::resolve(root, at)?;
    let typed = typed(root, path_item, &at, lost)?;
    let (method, path) = name.split_once(' ').unwrap_or(("", name));
    let fallback = format!("{}-{}", method.to_lowercase(), path.trim_matches('/'));
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
    let parameters: Vec<Parameter> =
        typed.parameters.into_iter().filter_map(ReferenceOr::into_item).map(parameter_from).collect();
    if let Some(nameless) = nameless(path, &parameters) {
        return Err(unread::first_of(lost, path_item, &at).unwrap_or(Unusable {
            at: at.clone(),
            why: format!("the path has `{{{nameless}}}`, and no parameter in the path is called that"),
        }));
    }
    Ok(Operation {
        id: slug(typed.operation_id.as_deref().unwrap_or(&fallback)),
        method: method.to_owned(),
        path: path.to_owned(),
        at,
        path_item: path_item.to_owned(),
        summary: typed.summary,
        description: typed.description,
        tags: typed.tags,
        parameters,
        body: body.map(|body| Body {
            required: body.required,
            at: place(&body.extensions),
            content: content_from(body.content),
        }),
        responses,
        security: Vec::new(),
        servers: Vec::new(),
        path_methods: Vec::new(),
        behaviour: Behaviour::default(),
    })
}

/// An operation as `openapiv3` has it; where that cannot read a part, the part is left out.
fn typed(root: &Value, path_item: &str, at: &str, lost: &mut Vec<Lost>) -> Result<oas::Operation, Unusable> {
    let (view, found) = view::operation(root, path_item, at, false)?;
    if let Ok(typed) = serde_json::from_value(view) {
        lost.extend(found);
        return Ok(typed);
    }
    let (view, found) = view::operation(root, path_item, at, true)?;
    lost.extend(found);
    serde_json::from_value(view)
        .map_err(|error| Unusable { at: at.to_owned(), why: format!("it is not OpenAPI: {error}") })
}

/// The first expression of a path of which no parameter says what it is.
fn nameless<'p>(path: &'p str, parameters: &[Parameter]) -> Option<&'p str> {
    let is_known =
        |name: &str| parameters.iter().any(|one| one.location == ParameterLocation::Path && one.name == name);
    let expressions = path.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    expressions.into_iter().find(|name| !is_known(name))
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
    let (location, style) = match data.extensions.get(NEWER).and_then(Value::as_str) {
        Some(QUERYSTRING) => (ParameterLocation::Querystring, style),
        Some(COOKIE) => (location, Style::Cookie),
        _ => (location, style),
    };
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
        explode: data.explode.unwrap_or(matches!(style, Style::Form | Style::Cookie)),
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
        let unread = media.extensions.contains_key(UNREAD);
        let schema = media.schema.as_ref().and_then(schema_at);
        let items = media.extensions.get(ITEMS).and_then(Value::as_str);
        let items = items.map(|at| SchemaAt(at.to_owned()));
        let encoding = media.extensions.get(ENCODED).map(encoding_from).unwrap_or_default();
        MediaType { name, schema, items, examples, encoding, unread, at }
    });
    each.collect()
}

/// How members are written, as the view tells it.
fn encoding_from(viewed: &Value) -> Vec<Encoding> {
    let each = viewed.as_object().into_iter().flatten().map(|(name, told)| {
        let text = |field: &str| told.get(field).and_then(Value::as_str);
        let style = |name: &str| match name {
            "form" => Some(Style::Form),
            "spaceDelimited" => Some(Style::SpaceDelimited),
            "pipeDelimited" => Some(Style::PipeDelimited),
            "deepObject" => Some(Style::DeepObject),
            _ => None,
        };
        let headers = told.get("headers").and_then(Value::as_object).into_iter().flatten();
        let headers = headers.filter_map(|(name, header)| {
            let header: oas::Header = serde_json::from_value(header.clone()).ok()?;
            Some(header_from(name.clone(), &header))
        });
        Encoding {
            name: name.clone(),
            content_type: text("contentType").map(str::to_owned),
            headers: headers.collect(),
            style: text("style").and_then(style),
            explode: told.get("explode").and_then(Value::as_bool),
            at: text(AT).unwrap_or_default().to_owned(),
        }
    });
    each.collect()
}

fn header_from(name: String, header: &oas::Header) -> Header {
    let at = place(&header.extensions);
    let (schema, content) = match &header.format {
        oas::ParameterSchemaOrContent::Schema(schema) => (schema_at(schema), None),
        oas::ParameterSchemaOrContent::Content(content) => {
            (None, content_from(content.clone()).into_iter().next())
        }
    };
    Header { name, required: header.required, schema, content, at }
}

fn response_from(status: StatusRange, response: oas::Response) -> Response {
    let headers = response.headers.into_iter();
    let headers = headers.filter_map(|(name, header)| Some(header_from(name, &header.into_item()?)));
    Response {
        status,
        description: response.description,
        headers: headers.collect(),
        at: place(&response.extensions),
        content: content_from(response.content),
        links: Vec::new(),
    }
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
