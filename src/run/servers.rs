//! Where each operation is served: a path or an operation may state servers of its own, which are found
//! from the target as they are from the servers of the document.

use crate::contract::{Contract, Operation};
use reqwest::Url;

/// Where an operation is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Served {
    /// Below this URL, which has no trailing slash.
    At(String),
    /// Where the target does not tell; why, in words.
    Elsewhere(String),
}

/// Where each operation of a contract is, given the target.
pub fn served(contract: &Contract, target: &str) -> Vec<Served> {
    contract.operations.iter().map(|operation| of(contract, operation, target)).collect()
}

fn of(contract: &Contract, operation: &Operation, target: &str) -> Served {
    let (Some(stated), Ok(url)) = (operation.servers.first(), Url::parse(target)) else {
        return Served::At(target.to_owned());
    };
    let usual = if contract.servers.is_empty() { &["/".to_owned()][..] } else { &contract.servers };
    let usual: Vec<Server<'_>> = usual.iter().map(|url| Server::of(url)).collect();
    let own: Vec<Server<'_>> = operation.servers.iter().map(|url| Server::of(url)).collect();
    let base = url.path().trim_end_matches('/');
    let above = |server: &Server<'_>| base.strip_suffix(server.path).map(str::to_owned);
    let known = usual.iter().filter_map(|server| Some((server, above(server)?)));
    // The longest path is the one that is meant: the empty one ends every path.
    let Some((usual, above)) = known.max_by_key(|(server, _)| server.path.len()) else {
        return Served::Elsewhere(format!(
            "it has a server of its own, {stated}, and the target does not end with a path of the document's `servers`"
        ));
    };
    let origin = url.origin().ascii_serialization();
    let is_near = |server: &&Server<'_>| {
        let near = server.origin.is_none() || server.origin == usual.origin || server.origin == Some(&origin);
        near && open(server.path).is_none()
    };
    if let Some(name) = open(stated) {
        return Served::Elsewhere(format!(
            "it has a server of its own, {stated}, of which nobody says what {{{name}}} is: --server-variable {name}=VALUE"
        ));
    }
    match own.iter().find(is_near) {
        Some(server) => Served::At(format!("{origin}{above}{}", server.path)),
        None => Served::Elsewhere(format!("it has a server of its own, {stated}, which is not the target's")),
    }
}

/// The first variable in the URL of a server that has no value.
fn open(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once('{')?;
    Some(rest.split_once('}')?.0)
}

/// The URL of a server, in parts.
struct Server<'u> {
    /// Scheme and authority, if it is absolute.
    origin: Option<&'u str>,
    /// The path without a trailing slash.
    path: &'u str,
}

impl Server<'_> {
    fn of(url: &str) -> Server<'_> {
        let url = url.split(['?', '#']).next().unwrap_or_default();
        let after = url.find("://").map(|at| at + "://".len());
        let (origin, path) = match after {
            Some(after) => {
                let end = url[after..].find('/').map_or(url.len(), |length| after + length);
                (Some(&url[..end]), &url[end..])
            }
            None => (None, url),
        };
        Server { origin, path: path.trim_end_matches('/') }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Document;

    /// Where the operation of a path with servers of its own is, or that it is elsewhere.
    fn found(document: &str, own: &str, target: &str) -> Option<String> {
        let text = format!(
            "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\nservers: {document}\npaths:\n  \
             /a: {{servers: {own}, get: {{responses: {{'200': {{description: ok}}}}}}}}\n  \
             /b: {{get: {{responses: {{'200': {{description: ok}}}}}}}}\n"
        );
        let contract = Contract::read(Document::from_text("t.yaml", &text).unwrap()).ok().unwrap();
        let [first, second] = served(&contract, target).try_into().unwrap();
        assert_eq!(second, Served::At(target.to_owned()));
        match first {
            Served::At(url) => Some(url),
            Served::Elsewhere(_) => None,
        }
    }

    #[test]
    fn servers_of_a_path_are_found_from_the_target() {
        let (api, upload) = ("[{url: 'https://a.example/v1'}]", "[{url: 'https://a.example/up/v1/'}]");
        for (document, own, target, expected) in [
            (api, upload, "http://h:1/v1", Some("http://h:1/up/v1")),
            (api, upload, "http://h:1/gate/v1", Some("http://h:1/gate/up/v1")),
            (api, upload, "http://h:1", None),
            (api, upload, "http://h:1/v2", None),
            (api, "[{url: 'https://b.example/v1'}]", "http://h:1/v1", None),
            (api, "[{url: 'https://b.example/v1'}]", "https://b.example/v1", Some("https://b.example/v1")),
            (api, "[{url: 'https://b.example'}, {url: /up}]", "http://h:1/v1", Some("http://h:1/up")),
            ("[]", "[{url: /up}]", "http://h:1", Some("http://h:1/up")),
            ("[]", "[{url: /}]", "http://h:1/x", Some("http://h:1/x")),
            ("[]", "[{url: '/{x}'}]", "http://h:1", None),
            ("[{url: /v1}, {url: /}]", "[{url: /up}]", "http://h:1/v1", Some("http://h:1/up")),
            (
                "[{url: 'https://{h}/v1', variables: {h: {default: a.example}}}]",
                upload,
                "http://h/v1",
                Some("http://h/up/v1"),
            ),
        ] {
            assert_eq!(found(document, own, target).as_deref(), expected, "{document} {own} {target}");
        }
    }
}
