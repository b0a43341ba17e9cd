//! Where requests go: to a host that somebody named, or to the embedded one.

use super::Exit;
use super::failure::Failure;
use super::target_args::TargetArgs;
use crate::config::in_pipeline;
use crate::contract::Contract;
use crate::run::transport::{self, Identity};
use reqwest::Url;
use rustls::pki_types::CertificateDer;

/// Where requests go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The embedded host.
    Embedded {
        /// Whether the user said so.
        named: bool,
    },
    /// The URL of a host, without a trailing slash.
    Url(String),
}

/// What names the embedded host.
pub(super) const EMBEDDED: &str = "embedded";

const EXAMPLE: &str = "for example --target https://api.example.com";

impl Target {
    /// The target that is named; without one, the embedded host.
    pub(super) fn of(text: Option<&str>) -> Result<Target, Failure> {
        match text.map(str::trim) {
            None => Ok(Target::Embedded { named: false }),
            Some(EMBEDDED) => Ok(Target::Embedded { named: true }),
            Some(text) => url(text).map(Target::Url),
        }
    }

    /// The URL, unless it is the embedded host.
    pub(super) fn url(&self) -> Option<&str> {
        match self {
            Target::Url(url) => Some(url),
            Target::Embedded { .. } => None,
        }
    }

    /// Refuses to test nobody's host in a pipeline: that the embedded host is as its contract says
    /// is no news about anybody's API.
    pub(super) fn fits(&self, contract: &Contract) -> Result<(), Failure> {
        let forgotten = *self == Target::Embedded { named: false };
        if !forgotten
            || !in_pipeline(|name| std::env::var(name).ok())
            || super::contract::is_shipped(contract)
        {
            return Ok(());
        }
        let why = "no target in a pipeline (CI is set): the embedded host would say nothing about yours";
        let hint = format!(
            "name the host: --target URL or PROBITY_TARGET; or say that it is meant: --target {EMBEDDED}"
        );
        Err(Failure::new(Exit::Usage, why).with_hint(Some(hint)))
    }
}

/// The certificates that vouch for the target besides those that this machine trusts.
pub(super) fn authorities(arguments: &TargetArgs) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let found = arguments.ca_cert.as_deref().map(transport::authorities).transpose();
    let found = found.map_err(|error| {
        Failure::new(Exit::Usage, error.to_string())
            .with_hint(Some("name a file that begins with -----BEGIN CERTIFICATE-----".into()))
    })?;
    Ok(found.unwrap_or_default())
}

/// What the target is shown of the client.
pub(super) fn identity(arguments: &TargetArgs) -> Result<Option<Identity>, Failure> {
    let Some(certificate) = &arguments.client_cert else { return Ok(None) };
    let key = arguments.client_key.as_ref().unwrap_or(certificate);
    let read = transport::identity(certificate, key).map_err(|error| {
        let hint = "--client-cert names a file that begins with -----BEGIN CERTIFICATE-----, --client-key one with its -----BEGIN PRIVATE KEY-----";
        Failure::new(Exit::Usage, error.to_string()).with_hint(Some(hint.into()))
    })?;
    Ok(Some(read))
}

fn url(text: &str) -> Result<String, Failure> {
    let wrong = |why: &str, hint: String| {
        Err(Failure::new(Exit::Usage, format!("--target: {why}")).with_hint(Some(hint)))
    };
    if text.is_empty() {
        return wrong("it is empty", format!("is the variable that it comes from set? {EXAMPLE}"));
    }
    if text.contains('$') && !text.contains("://") {
        return wrong(
            &format!("`{text}` holds a variable that was not replaced"),
            "single quotes keep a shell from replacing it".into(),
        );
    }
    if let Some(meant) = with_scheme(text) {
        return wrong("http:// or https:// is missing", format!("did you mean {meant}?"));
    }
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(error) => return wrong(&format!("`{text}` is not a URL: {error}"), EXAMPLE.into()),
    };
    if !matches!(url.scheme(), "http" | "https") {
        return wrong("only http:// and https:// can be sent to", EXAMPLE.into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("credentials do not belong into the URL; use --basic", EXAMPLE.into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return wrong("a target has no query and no fragment", EXAMPLE.into());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// The URL that text without a scheme seems to mean.
fn with_scheme(text: &str) -> Option<String> {
    let bare = text.trim_start_matches('/');
    // `localhost:8080` reads as the scheme `localhost`.
    let named = text.contains("://") || ["http:", "https:"].iter().any(|scheme| text.starts_with(scheme));
    if named || bare.is_empty() || bare.contains(['@', '?', '#']) {
        return None;
    }
    let bare = if bare.starts_with(':') { format!("localhost{bare}") } else { bare.to_owned() };
    let url = Url::parse(&format!("http://{bare}")).ok()?;
    let host = url.host_str()?;
    let public = url.domain().is_some_and(|domain| domain.contains('.')) && url.port().is_none();
    let scheme = if public || url.port() == Some(443) || bare.starts_with(&format!("{host}:443")) {
        "https"
    } else {
        "http"
    };
    Some(format!("{scheme}://{}", bare.trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lacks_a_scheme_is_offered_with_one() {
        for (text, meant) in [
            ("127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("localhost:8080/api/", Some("http://localhost:8080/api")),
            ("localhost", Some("http://localhost")),
            ("[::1]:8080", Some("http://[::1]:8080")),
            (":8080", Some("http://localhost:8080")),
            ("//api.example.com/v1", Some("https://api.example.com/v1")),
            ("api.example.com", Some("https://api.example.com")),
            ("api.example.com:443", Some("https://api.example.com:443")),
            ("staging.example.com:8080", Some("http://staging.example.com:8080")),
            ("http://localhost", None),
            ("ftp://localhost", None),
            ("https:", None),
            ("/", None),
            ("a b:c", None),
        ] {
            assert_eq!(with_scheme(text).as_deref(), meant, "{text}");
        }
    }

    #[test]
    fn the_embedded_host_can_be_named() {
        assert_eq!(Target::of(None).unwrap(), Target::Embedded { named: false });
        assert_eq!(Target::of(Some("embedded")).unwrap(), Target::Embedded { named: true });
        assert_eq!(Target::of(Some("http://a/b/")).unwrap(), Target::Url("http://a/b".into()));
    }
}
