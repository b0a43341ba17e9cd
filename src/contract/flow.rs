//! The flows of OAuth 2 in which a client without a person in front of it is given a token.

use super::Contract;
use super::view;
use crate::json::pointer;
use indexmap::IndexMap;
use serde_json::Value;

/// A flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// What is shown for a token.
    pub grant: Grant,
    /// Where a token is asked for, as the document says.
    pub token_url: String,
    /// The scopes that there are.
    pub scopes: Vec<String>,
    /// JSON Pointer to it.
    pub at: String,
}

/// What is shown for a token (RFC 6749).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// The key and the secret of the client.
    ClientCredentials,
    /// The name and the password of a user.
    Password,
}

/// The flows of each security scheme that has any, by its name.
pub type Flows = IndexMap<String, Vec<Flow>>;

/// Where a provider of `OpenID` Connect tells of itself, by the scheme that names it.
pub type Discoveries = IndexMap<String, String>;

/// The `openIdConnectUrl` of a security scheme.
pub(super) fn discovery(root: &Value, name: &str) -> Option<String> {
    let at = pointer::child("/components/securitySchemes", name);
    let (_, source) = view::resolve(root, &at).ok()?;
    let text = |field: &str| source.get(field).and_then(Value::as_str).map(str::trim);
    let url = text("openIdConnectUrl").filter(|_| text("type") == Some("openIdConnect"))?;
    (!url.is_empty()).then(|| url.to_owned())
}

/// Where a URL of the document leads, where the API is at a target: what is relative stands below it, and
/// what is on a server of the document is on the target in its place.
pub fn led(contract: &Contract, url: &str, target: &str) -> String {
    let origin = origin(target).unwrap_or(target);
    if let Some(own) = self::origin(url) {
        let mut servers = contract.servers.iter().filter_map(|server| self::origin(server));
        let is_here = servers.any(|server| server.eq_ignore_ascii_case(own));
        let rest = &url[own.len()..];
        return if is_here { format!("{origin}{rest}") } else { url.to_owned() };
    }
    match url.strip_prefix('/') {
        Some(rest) => format!("{origin}/{rest}"),
        None => format!("{}/{}", target.trim_end_matches('/'), url.trim_start_matches("./")),
    }
}

/// The flows of a security scheme.
pub(super) fn flows(root: &Value, name: &str) -> Vec<Flow> {
    let at = pointer::child("/components/securitySchemes", name);
    let Ok((at, source)) = view::resolve(root, &at) else { return Vec::new() };
    if source.get("type").and_then(Value::as_str) != Some("oauth2") {
        return Vec::new();
    }
    let known = [("clientCredentials", Grant::ClientCredentials), ("password", Grant::Password)];
    let flow = |(name, grant): (&str, Grant)| {
        let flow = source.get("flows")?.get(name)?;
        let token_url = flow.get("tokenUrl")?.as_str().filter(|url| !url.trim().is_empty())?;
        let scopes = flow.get("scopes").and_then(Value::as_object);
        let scopes = scopes.into_iter().flat_map(|scopes| scopes.keys().cloned()).collect();
        let at = format!("{at}/flows/{name}");
        Some(Flow { grant, token_url: token_url.trim().to_owned(), scopes, at })
    };
    known.into_iter().filter_map(flow).collect()
}

impl Flow {
    /// Where a token is asked for, where the API is at a target.
    pub fn url(&self, contract: &Contract, target: &str) -> String {
        led(contract, &self.token_url, target)
    }
}

/// The scheme and the authority of a URL, if it has them.
pub(crate) fn origin(url: &str) -> Option<&str> {
    let scheme = url.find("://").filter(|at| *at > 0)?;
    let rest = &url[scheme + 3..];
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    (end > 0).then(|| &url[..scheme + 3 + end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Document;

    fn contract(url: &str) -> Contract {
        let text = format!(
            "openapi: 3.0.3
info: {{title: T, version: '1'}}
servers: [{{url: 'https://api.example/v1'}}]
components: {{securitySchemes: {{
  o: {{type: oauth2, flows: {{implicit: {{authorizationUrl: /a}}, clientCredentials: {{tokenUrl: '{url}', scopes: {{read: r, write: w}}}}}}}},
  p: {{type: oauth2, flows: {{password: {{tokenUrl: ' '}}}}}}, k: {{type: apiKey, in: header, name: K}}}}}}
paths: {{/a: {{get: {{responses: {{'200': {{description: ok}}}}}}}}}}
"
        );
        Contract::read(Document::from_text("t.yaml", &text).unwrap()).map_err(|refused| refused.1).unwrap()
    }

    #[test]
    fn only_what_names_an_endpoint_for_tokens_is_a_flow() {
        let contract = contract("/token");
        assert_eq!(contract.flows.keys().collect::<Vec<_>>(), ["o"]);
        let [flow] = contract.flows["o"].as_slice() else { panic!("one") };
        assert_eq!(
            (flow.grant, flow.scopes.as_slice()),
            (Grant::ClientCredentials, ["read", "write"].map(str::to_owned).as_slice())
        );
        assert_eq!(flow.at, "/components/securitySchemes/o/flows/clientCredentials");
    }

    #[test]
    fn the_target_stands_in_the_place_of_the_documents_server() {
        for (stated, expected) in [
            ("/token", "http://h:1/token"),
            ("token", "http://h:1/base/token"),
            ("./oauth/token?a=1", "http://h:1/base/oauth/token?a=1"),
            ("https://api.example/oauth/token", "http://h:1/oauth/token"),
            ("https://login.example/token", "https://login.example/token"),
        ] {
            let contract = contract(stated);
            assert_eq!(contract.flows["o"][0].url(&contract, "http://h:1/base"), expected, "{stated}");
        }
    }
}
