//! The arguments that say where requests go, and what lets them in there.

use super::arguments::host;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(next_help_heading = "Target")]
pub(super) struct TargetArgs {
    /// Where requests go; without it, or as `embedded`, a host of our own that behaves as the contract
    /// says
    #[arg(long, env = "PROBITY_TARGET", value_name = "URL")]
    pub(super) target: Option<String>,
    /// Certificates in PEM that vouch for the target, beside those that this machine trusts
    #[arg(long, env = "PROBITY_CA_CERT", value_name = "FILE")]
    pub(super) ca_cert: Option<PathBuf>,
    /// Credentials of HTTP Basic
    #[arg(long, env = "PROBITY_BASIC", hide_env_values = true, value_name = "USER:PASSWORD")]
    pub(super) basic: Option<String>,
    /// The password travels as the hexadecimal MD5 of itself
    #[arg(long, env = "PROBITY_BASIC_MD5")]
    pub(super) basic_md5: bool,
    /// Credentials of HTTP Digest
    #[arg(long, env = "PROBITY_DIGEST", hide_env_values = true, value_name = "USER:PASSWORD")]
    pub(super) digest: Option<String>,
    /// A certificate in PEM, with those that vouch for it, that the target is shown (mutual TLS)
    #[arg(long, env = "PROBITY_CLIENT_CERT", value_name = "FILE")]
    pub(super) client_cert: Option<PathBuf>,
    /// The key in PEM that belongs to it; without it, the file of the certificate holds the key, too
    #[arg(long, env = "PROBITY_CLIENT_KEY", requires = "client_cert", value_name = "FILE")]
    pub(super) client_key: Option<PathBuf>,
    /// A bearer token
    #[arg(long, env = "PROBITY_BEARER", hide_env_values = true, value_name = "TOKEN")]
    pub(super) bearer: Option<String>,
    /// A key for every apiKey scheme of the contract, or for the one that is named
    #[arg(long, env = "PROBITY_API_KEY", hide_env_values = true, value_name = "[SCHEME=]KEY")]
    pub(super) api_key: Vec<String>,
    /// The key to fetch a token with: from the `tokenUrl` of the contract's OAuth 2 flow, or as its
    /// `x-probity` says
    #[arg(
        long,
        env = "PROBITY_OAUTH_KEY",
        hide_env_values = true,
        requires = "oauth_secret",
        value_name = "KEY"
    )]
    pub(super) oauth_key: Option<String>,
    /// The secret that belongs to the key
    #[arg(
        long,
        env = "PROBITY_OAUTH_SECRET",
        hide_env_values = true,
        requires = "oauth_key",
        value_name = "SECRET"
    )]
    pub(super) oauth_secret: Option<String>,
    /// A scope to ask for with it; without any, those that the contract's flow has
    #[arg(long, env = "PROBITY_OAUTH_SCOPE", value_delimiter = ' ', value_name = "SCOPE")]
    pub(super) oauth_scope: Vec<String>,
    /// A host, with its port if that is not the usual one, that may be asked for the `OpenID` configuration
    /// which an `openIdConnectUrl` names, and for tokens; `target` is the target's own. May be repeated
    #[arg(long, env = "PROBITY_OPENID_HOST", value_delimiter = ',', value_name = "HOST", value_parser = host)]
    pub(super) openid_host: Vec<String>,
    /// A command for the shell that prints a token; it is run again when the token is refused
    #[arg(long, env = "PROBITY_AUTH_COMMAND", value_name = "COMMAND")]
    pub(super) auth_command: Option<String>,
    /// A token that is good for somebody else, such as another organisation: it must be refused
    #[arg(long, env = "PROBITY_FOREIGN_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    pub(super) foreign_token: Option<String>,
    /// Credentials of HTTP Basic of another user, who must not get at what the run creates
    #[arg(long, env = "PROBITY_OTHER_BASIC", hide_env_values = true, value_name = "USER:PASSWORD")]
    pub(super) other_basic: Option<String>,
    /// A bearer token of another user, who must not get at what the run creates
    #[arg(long, env = "PROBITY_OTHER_BEARER", hide_env_values = true, value_name = "TOKEN")]
    pub(super) other_bearer: Option<String>,
    /// A key of another user, for every apiKey scheme or for the one that is named
    #[arg(long, env = "PROBITY_OTHER_API_KEY", hide_env_values = true, value_name = "[SCHEME=]KEY")]
    pub(super) other_api_key: Vec<String>,
    /// A header for every request
    #[arg(long, env = "PROBITY_HEADER", hide_env_values = true, value_name = "NAME: VALUE")]
    pub(super) header: Vec<String>,
}
