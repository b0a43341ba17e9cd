//! `Location`: where what was created can be read.

use crate::contract::model::{Header, Parameter, Response};
use crate::contract::{Contract, Operation, ParameterLocation};
use crate::schema::{SchemaAt, Side};
use crate::wire::parameter::{self, header};
use crate::wire::template;
use http::{HeaderName, HeaderValue};
use serde_json::Value;

/// How the header is documented.
#[derive(Debug)]
pub(super) struct Location {
    name: HeaderName,
    schema: Option<SchemaAt>,
}

impl Location {
    /// Of an answer that has it.
    pub(super) fn of(response: &Response) -> Option<Location> {
        let is_it = |header: &&Header| header.name.eq_ignore_ascii_case("location");
        let header = response.headers.iter().find(is_it)?;
        Some(Location { name: HeaderName::try_from(&header.name).ok()?, schema: header.schema.clone() })
    }

    /// The header that leads to a path: as a path, or else as a URL.
    pub(super) fn header(
        &self,
        contract: &Contract,
        host: &str,
        path: &str,
    ) -> Option<(HeaderName, HeaderValue)> {
        let wants_url = self.schema.as_ref().is_some_and(|schema| {
            let raw = contract.schemas.raw(Side::Response).pointer(&schema.0);
            raw.and_then(|raw| raw.get("format")).is_some_and(|format| format == "uri")
        });
        let fits = |text: &String| {
            self.schema.as_ref().is_none_or(|schema| {
                header::errors(&contract.schemas, schema, Side::Response, text).is_empty()
            })
        };
        let url = format!("http://{host}{path}");
        let both = if wants_url { [url, path.to_owned()] } else { [path.to_owned(), url] };
        let text = both.into_iter().find(fits)?;
        Some((self.name.clone(), HeaderValue::from_str(&text).ok()?))
    }
}

/// The path of an operation with values for its parameters, in their order.
pub(super) fn path(operation: &Operation, values: &[Value]) -> Option<String> {
    let mut path = operation.path.clone();
    for (name, value) in template::names(&operation.path).zip(values) {
        let own =
            |parameter: &&Parameter| parameter.location == ParameterLocation::Path && parameter.name == name;
        let written = parameter::written(operation.parameters.iter().find(own)?, value)?;
        path = path.replace(&format!("{{{name}}}"), &written);
    }
    Some(path).filter(|path| !path.contains('{'))
}
