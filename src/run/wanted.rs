//! What would let requests in, in words that name the flag that gives it.

use crate::contract::{Contract, Grant, Operation, ParameterLocation, SecurityScheme};

/// What the operations ask for, each alternative once, with the flags that give it: "apiKey `key`,
/// header X-Key: --api-key KEY".
pub fn wanted<'o>(contract: &Contract, operations: impl IntoIterator<Item = &'o Operation>) -> Vec<String> {
    let mut wanted: Vec<String> = Vec::new();
    let alternatives = operations.into_iter().flat_map(|operation| &operation.security);
    for schemes in alternatives.filter(|schemes| !schemes.is_empty()) {
        let each: Vec<String> = schemes.iter().map(|name| scheme(contract, name)).collect();
        let all = each.join(", and ");
        if !wanted.contains(&all) {
            wanted.push(all);
        }
    }
    wanted
}

fn scheme(contract: &Contract, name: &str) -> String {
    contract.schemes.get(name).map_or_else(
        || format!("`{name}`, which the contract does not describe: --header 'NAME: VALUE'"),
        |scheme| words(contract, name, scheme),
    )
}

fn words(contract: &Contract, scheme: &str, asked: &SecurityScheme) -> String {
    match asked {
        SecurityScheme::Basic => format!("HTTP Basic `{scheme}`: --basic USER:PASSWORD"),
        SecurityScheme::Digest => format!("HTTP Digest `{scheme}`: --digest USER:PASSWORD"),
        SecurityScheme::MutualTls => {
            format!("mutual TLS `{scheme}`: --client-cert FILE with --client-key FILE")
        }
        SecurityScheme::Bearer => {
            let flows = contract.flows.get(scheme).into_iter().flatten();
            let flags = flows.map(|flow| match flow.grant {
                Grant::ClientCredentials => ", or --oauth-key KEY with --oauth-secret SECRET",
                Grant::Password => ", or --basic USER:PASSWORD",
            });
            let provider = contract.discoveries.contains_key(scheme);
            let provider = provider.then_some(", or --openid-host HOST with --oauth-key and --oauth-secret");
            let flags: String = flags.chain(provider).chain(by_login(contract, scheme)).collect();
            format!("a bearer token `{scheme}`: --bearer TOKEN{flags}")
        }
        SecurityScheme::ApiKey { location, name, token } => {
            let place = match location {
                ParameterLocation::Query => "query parameter",
                ParameterLocation::Cookie => "cookie",
                _ => "header",
            };
            let flag = match token {
                Some(_) => "--oauth-key KEY with --oauth-secret SECRET, or --api-key KEY",
                None => "--api-key KEY",
            };
            let or = by_login(contract, scheme).unwrap_or_default();
            format!("apiKey `{scheme}`, {place} {name}: {flag}{or}")
        }
        SecurityScheme::Other(kind) => {
            format!(
                "`{scheme}`, which is {kind}, of which Probity knows nothing: --header 'Authorization: …'"
            )
        }
    }
}

fn by_login(contract: &Contract, scheme: &str) -> Option<&'static str> {
    super::login::of(contract, scheme).map(|_| ", or --basic USER:PASSWORD to log in with")
}

/// All of it in one sentence.
pub fn asks_for(wanted: &[String]) -> String {
    match wanted {
        [] => "the contract asks for no credentials there".to_owned(),
        several => format!("the contract asks for {}", several.join("; or ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Document;

    #[test]
    fn each_alternative_is_named_once_with_its_flags() {
        let text = "openapi: 3.1.0
info: {title: T, version: '1'}
security: [{key: []}, {cookie: [], user: []}, {oauth: []}, {odd: []}, {own: []}, {tls: []}, {}]
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
    cookie: {type: apiKey, in: cookie, name: sid}
    user: {type: http, scheme: basic}
    oauth: {type: openIdConnect, openIdConnectUrl: 'https://a/b'}
    odd: {type: http, scheme: hoba}
    own: {type: http, scheme: digest}
    tls: {type: mutualTLS}
paths:
  /a:
    get: {responses: {'200': {description: ok}}}
    put: {responses: {'200': {description: ok}}}
";
        let document = Document::from_text("c.yaml", text).unwrap();
        let contract = Contract::read(document).map_err(|refused| refused.1).unwrap();
        assert_eq!(
            wanted(&contract, &contract.operations),
            [
                "apiKey `key`, header X-Key: --api-key KEY",
                "apiKey `cookie`, cookie sid: --api-key KEY, and HTTP Basic `user`: --basic USER:PASSWORD",
                "a bearer token `oauth`: --bearer TOKEN, or --openid-host HOST with --oauth-key and --oauth-secret",
                "`odd`, which is hoba, of which Probity knows nothing: --header 'Authorization: …'",
                "HTTP Digest `own`: --digest USER:PASSWORD",
                "mutual TLS `tls`: --client-cert FILE with --client-key FILE",
            ]
        );
    }
}
