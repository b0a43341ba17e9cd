//! `probity serve`: the embedded host, to play with.

use super::failure::{Failure, contract};
use super::{Exit, ServeArgs, note, say};
use crate::host::{Host, HostSettings};
use std::sync::Arc;

pub(super) fn serve(arguments: &ServeArgs) -> Result<Exit, Failure> {
    let contract = Arc::new(contract(arguments.contract.contract.as_deref())?);
    let runtime = super::check::runtime()?;
    runtime.block_on(async {
        let settings = HostSettings { port: arguments.port, ..HostSettings::default() };
        let host = Host::start(Arc::clone(&contract), settings).await.map_err(|error| {
            Failure::new(Exit::Usage, format!("port {} cannot be used: {error}", arguments.port))
                .with_hint(Some("--port 0 takes any free one".into()))
        })?;
        let accepted = host.credentials();
        let mut text = format!("{} {} on http://{}\n\n", contract.title, contract.version, host.address());
        for operation in &contract.operations {
            text.push_str(&format!("  {:6} {}\n", operation.method, operation.path));
        }
        text.push_str(&format!(
            "\nCredentials\n  Basic   {}:{}  (the password may also travel as its MD5)\n  Bearer  {}\n  Token   key {} secret {}\n\nCheck it:  probity check --target http://{} --basic {}:{}\n",
            accepted.user, accepted.password, accepted.token, accepted.key, accepted.secret, host.address(), accepted.user, accepted.password
        ));
        say(&text);
        note("Ctrl-C ends it.");
        host.serve_until(async {
            let _ = tokio::signal::ctrl_c().await;
        })
        .await;
        Ok(Exit::Holds)
    })
}
