//! `probity serve`: the embedded host, to play with.

use super::arguments::ServeArgs;
use super::audit::listing;
use super::contract::Source;
use super::failure::Failure;
use super::{Exit, note, say};
use crate::audit::selected;
use crate::contract::{Contract, ParameterLocation, SecurityScheme};
use crate::host::fault::{Fault, faults};
use crate::host::{Accepted, Host, HostSettings};
use crate::text::meant;
use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) fn serve(arguments: &ServeArgs) -> Result<Exit, Failure> {
    let source = Source::of(&arguments.contract)?;
    let contract = Arc::new(source.read(&arguments.contract)?);
    if arguments.list_faults {
        say(&listing(&faults(&contract)));
        return Ok(Exit::Holds);
    }
    let planted = planted(&contract, &arguments.fault)?;
    // For many clients at once: a runtime with as many threads as there are cores.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| super::check::no_threads(&error))?.block_on(async {
        let settings =
            HostSettings { port: arguments.port, faults: planted.clone(), ..HostSettings::default() };
        let host = Host::start(Arc::clone(&contract), settings).await.map_err(|error| {
            Failure::new(Exit::Usage, format!("port {} cannot be used: {error}", arguments.port))
                .with_hint(Some("--port 0 takes any free one".into()))
        })?;
        let accepted = host.credentials();
        let mut text = format!("{} {} on http://{}\n\n", contract.title, contract.version, host.address());
        for operation in &contract.operations {
            text.push_str(&format!("  {:6} {}\n", operation.method, operation.path));
        }
        let (lines, flags) = credentials(&contract, accepted);
        if !lines.is_empty() {
            text.push_str(&format!("\nCredentials\n{lines}"));
        }
        let of = word(&source.word());
        let check = format!("probity check {of} --target http://{}{flags}", host.address());
        text.push_str(&format!("\nCheck it:  {check}\n"));
        if !planted.is_empty() {
            text.push_str(&format!("\nIt is faulty\n{}", listing(&planted)));
        }
        say(&text);
        note("Ctrl-C ends it.");
        host.serve_until(async {
            let _ = super::stop::asked_to_end().await;
        })
        .await;
        Ok(Exit::Holds)
    })
}

/// Text as one word of a shell.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// The credentials that the operations ask for, and the flags that give the first of them.
fn credentials(contract: &Contract, accepted: &Accepted) -> (String, String) {
    let Accepted { user, password, key, secret, token } = accepted;
    let asked: BTreeSet<&String> =
        contract.operations.iter().flat_map(|operation| operation.security.iter().flatten()).collect();
    let (mut lines, mut flags) = (String::new(), String::new());
    for scheme in contract.schemes.iter().filter(|(name, _)| asked.contains(name)).map(|(_, scheme)| scheme) {
        let (line, flag) = match scheme {
            SecurityScheme::Basic => (
                format!("Basic   {user}:{password}  (the password may also travel as its MD5)"),
                format!(" --basic {user}:{password}"),
            ),
            SecurityScheme::Bearer => (format!("Bearer  {token}"), format!(" --bearer {token}")),
            SecurityScheme::ApiKey { name, token: Some(endpoint), .. } => (
                format!("Token   {name}, fetched from {} with key {key} and secret {secret}", endpoint.path),
                format!(" --oauth-key {key} --oauth-secret {secret}"),
            ),
            SecurityScheme::ApiKey { location, name, .. } => {
                let line = match location {
                    ParameterLocation::Query => format!("Query   {name}={token}"),
                    ParameterLocation::Cookie => format!("Cookie  {name}={token}"),
                    _ => format!("Header  {name}: {token}"),
                };
                (line, format!(" --api-key {token}"))
            }
            SecurityScheme::Digest | SecurityScheme::MutualTls | SecurityScheme::Other(_) => continue,
        };
        if !lines.contains(&line) {
            lines.push_str(&format!("  {line}\n"));
        }
        if flags.is_empty() {
            flags = flag;
        }
    }
    (lines, flags)
}

/// The faults that were asked for; each pattern must name one.
fn planted(contract: &Contract, patterns: &[String]) -> Result<Vec<Fault>, Failure> {
    let mut found: Vec<Fault> = Vec::new();
    for pattern in patterns {
        let named = selected(contract, std::slice::from_ref(pattern), &[]);
        if named.is_empty() {
            let known: Vec<String> = faults(contract).into_iter().map(|fault| fault.id).collect();
            let hint = meant(pattern, &known).unwrap_or_else(|| "--list-faults lists them all".into());
            return Err(
                Failure::new(Exit::Usage, format!("there is no fault `{pattern}`")).with_hint(Some(hint))
            );
        }
        found.extend(
            named.into_iter().filter(|one| found.iter().all(|known| known.id != one.id)).collect::<Vec<_>>(),
        );
    }
    Ok(found)
}
