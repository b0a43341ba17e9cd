//! The line for a shell that sends a request with curl.

mod body;

use super::model::Body;
use crate::contract::model::Parameter;
use crate::contract::{Operation, ParameterLocation, SecurityScheme};
use crate::plan::{self, Labeller};
use crate::text::shell::{in_double_quotes, quoted, word};
use crate::wire::{parameter, url};

/// A line that sends a request with a body; or as Markdown, why there is none.
pub(super) fn curl(
    labeller: &Labeller<'_>,
    operation: &Operation,
    told: Option<&Body>,
) -> Result<String, String> {
    let contract = labeller.contract();
    let body = body::options(contract, operation, told)?;
    let server = operation.servers.first().or(contract.servers.first());
    let server = server.map_or("", |url| url.trim_end_matches('/'));
    let server =
        if server.contains("://") { server.to_owned() } else { format!("https://example.com{server}") };
    let mut path = operation.path.clone();
    let (mut query, mut headers, mut cookies) = (Vec::new(), Vec::new(), Vec::new());
    for parameter in operation.parameters.iter().filter(|parameter| parameter.required) {
        // curl measures what it sends.
        if parameter.location == ParameterLocation::Header
            && parameter.name.eq_ignore_ascii_case("content-length")
        {
            continue;
        }
        let text = sent(labeller, operation, parameter);
        match parameter.location {
            ParameterLocation::Path => path = path.replace(&format!("{{{}}}", parameter.name), &text),
            ParameterLocation::Query | ParameterLocation::Querystring => {
                query.push(in_double_quotes(&text));
            }
            ParameterLocation::Header => headers.push(quoted(&format!("{}: {text}", parameter.name))),
            ParameterLocation::Cookie => cookies.push(text),
        }
    }
    if !cookies.is_empty() {
        headers.push(quoted(&format!("Cookie: {}", cookies.join("; "))));
    }
    let (mut user, mut certificate) = (None, None);
    for name in operation.security.first().into_iter().flatten() {
        match contract.schemes.get(name) {
            Some(SecurityScheme::Basic) => user = Some("\"$USERNAME:$PASSWORD\""),
            Some(SecurityScheme::Digest) => user = Some("\"$USERNAME:$PASSWORD\" --digest"),
            Some(SecurityScheme::MutualTls) => certificate = Some("--cert \"$CLIENT_CERT\"".to_owned()),
            Some(SecurityScheme::Bearer) => headers.push("\"Authorization: Bearer $TOKEN\"".to_owned()),
            Some(SecurityScheme::ApiKey { location, name, .. }) => match location {
                ParameterLocation::Query => query.push(format!("{}=$API_KEY", url::encoded(name))),
                ParameterLocation::Cookie => {
                    headers.push(format!("\"Cookie: {}=$API_KEY\"", in_double_quotes(name)));
                }
                _ => headers.push(format!("\"{}: $API_KEY\"", in_double_quotes(name))),
            },
            Some(SecurityScheme::Other(_)) | None => {}
        }
    }
    let mut parts = vec![format!("curl -X {}", word(&operation.method))];
    let mut address = in_double_quotes(&format!("{server}{path}"));
    for (index, pair) in query.iter().enumerate() {
        address.push(if index == 0 { '?' } else { '&' });
        address.push_str(pair);
    }
    parts[0].push_str(&if address.contains(['$', '\\']) {
        format!(" \"{address}\"")
    } else {
        format!(" {}", quoted(&address))
    });
    parts.extend(user.map(|user| format!("--user {user}")));
    parts.extend(certificate);
    parts.extend(headers.into_iter().map(|header| format!("--header {header}")));
    parts.extend(body);
    Ok(parts.join(" \\\n  "))
}

/// A parameter as the plan sends it; where there is no value for it, its name in capitals.
fn sent(labeller: &Labeller<'_>, operation: &Operation, parameter: &Parameter) -> String {
    let value = plan::value_of(labeller, 0, operation, parameter);
    let known = value.and_then(|value| parameter::written(parameter, &value));
    known.unwrap_or_else(|| {
        let name = parameter.name.to_uppercase();
        match parameter.location {
            ParameterLocation::Path | ParameterLocation::Querystring => url::encoded(&name),
            ParameterLocation::Query => format!("{}={}", url::encoded(&parameter.name), url::encoded(&name)),
            ParameterLocation::Cookie => format!("{}={}", parameter.name, url::encoded(&name)),
            ParameterLocation::Header => name,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::contract::Contract;
    use crate::source::Document;
    use serde_json::{Value, json};

    /// The line for an operation that takes a body of a media type.
    fn line(name: &str, media: &Value) -> Result<String, String> {
        let contract = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"},
            "servers": [{"url": "http://h"}],
            "paths": {"/a": {"post": {
                "requestBody": {"required": true, "content": {name: media}},
                "responses": {"200": {"description": "ok"}}}}}});
        let document = Document::from_text("a.json", &contract.to_string()).unwrap();
        let contract = Contract::read(document).map_err(|refused| refused.1).unwrap();
        let (reference, _) = crate::docs::build::reference(&contract);
        reference.operations().next().unwrap().curl.clone()
    }

    #[test]
    fn a_path_and_an_operation_may_have_servers_of_their_own() {
        let operation =
            |servers: &Value| json!({"servers": servers, "responses": {"200": {"description": "ok"}}});
        let (own, none) =
            (json!([{"url": "http://{h}/own", "variables": {"h": {"default": "o"}}}]), json!([]));
        let contract = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"},
            "servers": [{"url": "http://h/base"}],
            "paths": {"/a": {"servers": [{"url": "http://p/v2/"}], "get": operation(&none), "put": operation(&own)},
                "/b": {"get": operation(&none)}}});
        let document = Document::from_text("a.json", &contract.to_string()).unwrap();
        let contract = Contract::read(document).map_err(|refused| refused.1).unwrap();
        let (reference, _) = crate::docs::build::reference(&contract);
        let lines: Vec<String> = reference.operations().map(|one| one.curl.clone().unwrap()).collect();
        let expected =
            ["curl -X GET 'http://p/v2/a'", "curl -X PUT 'http://o/own/a'", "curl -X GET 'http://h/base/b'"];
        assert_eq!(lines, expected);
    }

    /// The options that send the body.
    fn body(name: &str, media: &Value) -> Vec<String> {
        let line = line(name, media).unwrap();
        line.split(" \\\n  ").skip(1).map(str::to_owned).collect()
    }

    #[test]
    fn a_form_is_sent_member_by_member() {
        let example = json!({"To": "+49", "it's": "it's", "tags[]": ["a", "b&c"], "at": 1.50, "on": true,
            "none": null, "more": {"a": [1]}});
        assert_eq!(
            body("application/x-www-form-urlencoded", &json!({"example": example})),
            [
                "--data-urlencode 'To=+49'",
                r"--data-urlencode 'it%27s=it'\''s'",
                "--data-urlencode 'tags%5B%5D=a'",
                "--data-urlencode 'tags%5B%5D=b&c'",
                "--data-urlencode 'at=1.5'",
                "--data-urlencode 'on=true'",
                "--data-urlencode 'more={\"a\":[1]}'",
            ]
        );
    }

    #[test]
    fn a_form_without_an_example_is_made_from_its_schema() {
        let schema = json!({"type": "object", "required": ["To"], "properties": {"To": {"enum": ["+49"]}}});
        let form = "application/x-www-form-urlencoded";
        assert_eq!(body(form, &json!({"schema": schema})), ["--data-urlencode 'To=+49'"]);
        assert_eq!(body(form, &json!({"example": {}})), ["--data ''"]);
        assert_eq!(body(form, &json!({"example": "a=b&c"})), ["--data-raw 'a=b&c'"]);
    }

    #[test]
    fn parts_are_sent_as_text_as_json_or_from_a_file() {
        let media = json!({
            "schema": {"type": "object", "properties": {
                "file": {"type": "string", "format": "binary"},
                "more": {"type": "array", "items": {"type": "string", "contentMediaType": "image/png"}}}},
            "encoding": {"file": {"contentType": "image/png"}, "sdp": {"contentType": "application/sdp"}},
            "example": {"file": "x.png", "more": ["y.png"], "name": "it's", "odd": "@home", "sdp": "a;\"b",
                "list": [1, 2], "meta": {"a": "b"}}});
        assert_eq!(
            body("multipart/form-data", &media),
            [
                "--form 'file=@FILE;type=image/png'",
                "--form 'more=@FILE'",
                r"--form 'name=it'\''s'",
                "--form-string 'odd=@home'",
                "--form 'sdp=\"a;\\\"b\";type=application/sdp'",
                "--form 'list=1'",
                "--form 'list=2'",
                "--form 'meta={\"a\":\"b\"};type=application/json'",
            ]
        );
    }

    #[test]
    fn bytes_come_from_a_file() {
        let bytes = json!({"schema": {"type": "string", "format": "binary"}});
        let sent = ["--header 'Content-Type: image/png'", "--data-binary @FILE"];
        assert_eq!(body("image/png", &bytes), sent);
        let sent = ["--header 'Content-Type: application/octet-stream'", "--data-binary @FILE"];
        assert_eq!(body("*/*", &json!({})), sent);
        let untyped = json!({"schema": {"type": "object", "properties": {"file": {}}}});
        assert_eq!(body("multipart/form-data", &untyped), ["--form 'file=@FILE'"]);
    }

    #[test]
    fn where_no_line_can_be_made_that_is_said() {
        let why = line("application/xml", &json!({"example": {"a": 1}})).unwrap_err();
        assert!(why.contains("needs a body of `application/xml`"), "{why}");
        let never = json!({"schema": {"type": "object", "not": {}}});
        assert!(line("application/x-www-form-urlencoded", &never).is_err());
        assert!(line("multipart/form-data", &json!({"example": {"a=b": "c"}})).is_err());
        assert!(line("application/x-www-form-urlencoded", &json!({"example": {"a": "\u{0}"}})).is_err());
    }

    #[test]
    fn what_a_shell_would_read_is_quoted() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(in_double_quotes("a$b`c\"d\\"), "a\\$b\\`c\\\"d\\\\");
    }
}
