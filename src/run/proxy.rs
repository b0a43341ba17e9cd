//! The proxy that requests to a target go through, if the environment names one.

use reqwest::Url;

/// A proxy, and what names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// The environment variable.
    pub variable: &'static str,
    /// Its value, without credentials.
    pub url: String,
}

/// The proxy for a target; as the client reads the environment, but for networks in `NO_PROXY`.
pub(super) fn proxy(target: &str, variable: impl Fn(&str) -> Option<String>) -> Option<Proxy> {
    let url = Url::parse(target).ok()?;
    let host = url.host_str()?.trim_matches(['[', ']']).to_ascii_lowercase();
    let own: [&'static str; 4] = match url.scheme() {
        "https" => ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
        _ => ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
    };
    let given = |name: &str| variable(name).filter(|value| !value.is_empty());
    let (name, value) = own.into_iter().find_map(|name| Some((name, given(name)?)))?;
    let spared = given("NO_PROXY").or_else(|| given("no_proxy")).unwrap_or_default();
    if spared.split(',').any(|pattern| spares(&pattern.trim().to_ascii_lowercase(), &host)) {
        return None;
    }
    Some(Proxy { variable: name, url: without_credentials(&value) })
}

fn spares(pattern: &str, host: &str) -> bool {
    let domain = pattern.strip_prefix('.').unwrap_or(pattern);
    pattern == "*"
        || !domain.is_empty()
            && (host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')))
}

fn without_credentials(value: &str) -> String {
    let (scheme, rest) = value.split_once("://").map_or(("", value), |(scheme, rest)| (scheme, rest));
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    if scheme.is_empty() { rest.to_owned() } else { format!("{scheme}://{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proxy_is_the_one_that_the_environment_names_for_the_target() {
        for (target, environment, wanted) in [
            ("http://a.example", &[("HTTP_PROXY", "http://p:1")][..], Some(("HTTP_PROXY", "http://p:1"))),
            ("http://a.example", &[("http_proxy", "u:secret@p:1")], Some(("http_proxy", "p:1"))),
            ("https://a.example", &[("HTTP_PROXY", "http://p:1")], None),
            ("https://a.example", &[("ALL_PROXY", "http://u:s@p:1")], Some(("ALL_PROXY", "http://p:1"))),
            ("http://a.example", &[("HTTP_PROXY", "")], None),
            ("http://a.example", &[("HTTP_PROXY", "p"), ("NO_PROXY", "b, .example")], None),
            ("http://a.example", &[("HTTP_PROXY", "p"), ("no_proxy", "*")], None),
            ("http://aexample", &[("HTTP_PROXY", "p"), ("NO_PROXY", "example")], Some(("HTTP_PROXY", "p"))),
            ("http://127.0.0.1:8080", &[("HTTP_PROXY", "p"), ("NO_PROXY", "127.0.0.1")], None),
        ] {
            let variable = |name: &str| {
                environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            };
            let found = proxy(target, variable);
            let found = found.as_ref().map(|proxy| (proxy.variable, proxy.url.as_str()));
            assert_eq!(found, wanted, "{target} with {environment:?}");
        }
    }
}
