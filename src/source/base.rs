//! What references are relative to (RFC 3986, section 5), for files and for URIs.

use super::Refusal;
use percent_encoding::percent_decode_str;
use std::path::{Component, Path, PathBuf};

/// What a reference names without its fragment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Base {
    /// A file, by its path.
    File(PathBuf),
    /// A URI, or what has no place in a folder.
    Uri(String),
}

impl Base {
    /// What a reference without its fragment means here; nothing if it leaves the file system.
    pub(super) fn resolve(&self, reference: &str) -> Option<Base> {
        match self {
            _ if has_scheme(reference) => Some(Base::Uri(normal(reference))),
            Base::Uri(base) => Some(Base::Uri(normal(&joined(base, reference)))),
            Base::File(_) if reference.starts_with(['/', '\\']) => Some(Base::Uri(reference.to_owned())),
            Base::File(path) => {
                let name = percent_decode_str(reference).decode_utf8_lossy();
                plain(path.parent().unwrap_or(Path::new("/")), &name).map(Base::File)
            }
        }
    }

    /// Why nothing is read for it that is known by no other name.
    pub(super) fn refusal(&self) -> Refusal {
        match self {
            Base::File(_) => Refusal::NoTarget,
            Base::Uri(uri) if uri.starts_with("//") || has_scheme(uri) => {
                Refusal::Remote { url: uri.clone() }
            }
            Base::Uri(_) => Refusal::Absolute,
        }
    }
}

/// Whether a reference begins with the scheme of a URI.
pub(super) fn has_scheme(reference: &str) -> bool {
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(|character| character.is_ascii_alphanumeric() || "+.-".contains(character))
    };
    reference.split_once(':').is_some_and(|(before, _)| is_scheme(before))
}

/// The host, with its port where that is not the usual one, that would have to be asked for a URL. Only
/// what TLS protects may be asked for, or this machine; and nothing that names a user.
pub fn host_to_fetch(url: &str) -> Option<String> {
    let (authority, _) = split(url);
    let (scheme, host) = authority.split_once("://")?;
    let host = host.to_ascii_lowercase();
    if host.is_empty() || host.contains('@') {
        return None;
    }
    let (name, usual) = match scheme.to_ascii_lowercase().as_str() {
        "https" => (None, ":443"),
        "http" => (Some(without_port(&host)), ":80"),
        _ => return None,
    };
    let is_here = |name: &str| {
        let address = name.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
        name == "localhost" || address.is_ok_and(|address| address.is_loopback())
    };
    name.is_none_or(is_here).then(|| host.strip_suffix(usual).unwrap_or(&host).to_owned())
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// A URI as its scheme and authority, and the rest.
fn split(uri: &str) -> (&str, &str) {
    let after = uri.find("//").filter(|at| *at == 0 || uri[..*at].ends_with(':')).map(|at| at + 2);
    let start = after.unwrap_or_else(|| uri.find(':').map_or(0, |at| at + 1));
    let end = match after {
        Some(_) => uri[start..].find(['/', '?']).map_or(uri.len(), |at| start + at),
        None => start,
    };
    uri.split_at(end)
}

fn joined(base: &str, reference: &str) -> String {
    let (authority, path) = split(base);
    let path = path.split('?').next().unwrap_or_default();
    if reference.is_empty() {
        return base.to_owned();
    }
    if reference.starts_with("//") {
        let scheme = base.find(':').map_or("", |at| &base[..=at]);
        return format!("{scheme}{reference}");
    }
    if reference.starts_with('/') {
        return format!("{authority}{reference}");
    }
    if reference.starts_with('?') {
        return format!("{authority}{path}{reference}");
    }
    let folder = path.rfind('/').map_or("", |at| &path[..=at]);
    let folder = if folder.is_empty() && authority.ends_with(|last| last != ':') { "/" } else { folder };
    format!("{authority}{folder}{reference}")
}

/// A URI without `.` and `..` in its path, its scheme and host in small letters.
fn normal(uri: &str) -> String {
    let uri = uri.trim_end_matches('#');
    let (authority, rest) = split(uri);
    if !authority.contains("//") {
        return uri.to_owned();
    }
    let (path, query) = rest.find('?').map_or((rest, ""), |at| rest.split_at(at));
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "." => {}
            ".." => {
                if kept.len() > 1 {
                    kept.pop();
                }
            }
            other => kept.push(other),
        }
    }
    if path.ends_with("/.") || path.ends_with("/..") {
        kept.push("");
    }
    format!("{}{}{query}", authority.to_ascii_lowercase(), kept.join("/"))
}

/// A path with its `.` and `..` taken away; none if it leaves the root.
pub(super) fn plain(base: &Path, name: &str) -> Option<PathBuf> {
    let mut path = base.to_owned();
    for component in Path::new(name).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                if !path.pop() {
                    return None;
                }
            }
            Component::Normal(part) => path.push(part),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_protected_or_here_has_a_host_to_fetch_from() {
        for (url, host) in [
            ("https://Example.com/a", Some("example.com")),
            ("https://example.com:443?a", Some("example.com")),
            ("https://example.com:8443/a", Some("example.com:8443")),
            ("http://localhost:80/a", Some("localhost")),
            ("http://127.0.0.2:8080/a", Some("127.0.0.2:8080")),
            ("http://[::1]:8080/a", Some("[::1]:8080")),
            ("http://[::1]/a", Some("[::1]")),
            ("http://example.com/a", None),
            ("http://localhost.example.com/a", None),
            ("https://user@example.com/a", None),
            ("//example.com/a", None),
            ("file:///etc/passwd", None),
            ("https:///a", None),
            ("urn:a:b", None),
        ] {
            assert_eq!(host_to_fetch(url).as_deref(), host, "{url}");
        }
    }

    #[test]
    fn a_reference_is_relative_to_a_uri_as_rfc_3986_has_it() {
        let base = Base::Uri("http://a/b/c/d;p?q".into());
        for (reference, expected) in [
            ("g:h", "g:h"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"),
            ("HTTP://A/g#", "http://a/g"),
        ] {
            assert_eq!(base.resolve(reference), Some(Base::Uri(expected.into())), "{reference}");
        }
        assert_eq!(Base::Uri("http://a".into()).resolve("g"), Some(Base::Uri("http://a/g".into())));
        assert_eq!(Base::Uri("urn:x:y".into()).resolve("urn:x:z"), Some(Base::Uri("urn:x:z".into())));
    }

    #[test]
    fn a_reference_is_relative_to_the_folder_of_a_file() {
        let base = Base::File("/in/api.yaml".into());
        assert_eq!(base.resolve("sub/%61.yaml"), Some(Base::File("/in/sub/a.yaml".into())));
        assert_eq!(base.resolve("../out.yaml"), Some(Base::File("/out.yaml".into())));
        assert_eq!(base.resolve("../../out.yaml"), None);
        assert_eq!(base.resolve("/x").unwrap().refusal(), Refusal::Absolute);
        let remote = |url: &str| Refusal::Remote { url: url.to_owned() };
        assert_eq!(base.resolve("//host/x").unwrap().refusal(), remote("//host/x"));
        assert_eq!(base.resolve("https://host/x").unwrap().refusal(), remote("https://host/x"));
    }
}
