//! Credentials, from the arguments to what a run is let in with; and what of a plan they are for.

use super::Exit;
use super::failure::Failure;
use super::target_args::TargetArgs;
use crate::run::Credentials;

fn wrong(why: impl Into<String>, hint: &str) -> Failure {
    Failure::new(Exit::Usage, why).with_hint(Some(hint.to_owned()))
}

/// What the user gave to be let in with.
pub(super) fn given(arguments: &TargetArgs) -> Result<Credentials, Failure> {
    nothing_is_empty(arguments)?;
    let headers = arguments.header.iter().map(|header| self::header(header));
    let tokens = [
        ("--bearer", &arguments.bearer),
        ("--foreign-token", &arguments.foreign_token),
        ("--other-bearer", &arguments.other_bearer),
    ];
    let tokens = tokens.into_iter().filter_map(|(flag, token)| Some((flag, token.as_ref()?)));
    let keys = arguments.api_key.iter().map(|key| ("--api-key", key));
    let keys = keys.chain(arguments.other_api_key.iter().map(|key| ("--other-api-key", key)));
    for (flag, token) in tokens.chain(keys) {
        if http::HeaderValue::try_from(format!("Bearer {token}")).is_err() {
            let why = format!("{flag}: the token has characters that no header can hold");
            return Err(wrong(why, "a line break at its end, perhaps"));
        }
    }
    Ok(Credentials {
        basic: arguments.basic.as_deref().map(|text| pair(text, "--basic")).transpose()?,
        basic_md5: arguments.basic_md5,
        digest: arguments.digest.as_deref().map(|text| pair(text, "--digest")).transpose()?,
        has_certificate: arguments.client_cert.is_some(),
        bearer: arguments.bearer.clone(),
        api_keys: arguments.api_key.clone(),
        foreign: arguments.foreign_token.clone(),
        oauth: arguments.oauth_key.clone().zip(arguments.oauth_secret.clone()),
        scopes: arguments.oauth_scope.iter().filter(|scope| !scope.is_empty()).cloned().collect(),
        openid_hosts: arguments.openid_host.iter().filter(|host| !host.is_empty()).cloned().collect(),
        command: arguments.auth_command.clone(),
        another: another(arguments)?,
        headers: headers.collect::<Result<_, _>>()?,
    })
}

/// Those of another user.
fn another(arguments: &TargetArgs) -> Result<Option<Box<Credentials>>, Failure> {
    let basic = arguments.other_basic.as_deref();
    let another = Credentials {
        basic: basic.map(|text| pair(text, "--other-basic")).transpose()?,
        basic_md5: arguments.basic_md5,
        bearer: arguments.other_bearer.clone(),
        api_keys: arguments.other_api_key.clone(),
        ..Credentials::default()
    };
    Ok(if another.is_empty() { None } else { Some(Box::new(another)) })
}

/// An empty credential is a variable that is not set.
fn nothing_is_empty(arguments: &TargetArgs) -> Result<(), Failure> {
    let one = |flag, what, value: &Option<String>| {
        value.as_deref().is_some_and(str::is_empty).then_some((flag, what))
    };
    let empty = one("--basic", "the pair of user and password", &arguments.basic)
        .or_else(|| one("--digest", "the pair of user and password", &arguments.digest))
        .or_else(|| one("--bearer", "the token", &arguments.bearer))
        .or_else(|| arguments.api_key.iter().any(String::is_empty).then_some(("--api-key", "the key")))
        .or_else(|| one("--oauth-key", "the key", &arguments.oauth_key))
        .or_else(|| one("--oauth-secret", "the secret", &arguments.oauth_secret))
        .or_else(|| one("--other-basic", "the pair of user and password", &arguments.other_basic))
        .or_else(|| one("--other-bearer", "the token", &arguments.other_bearer))
        .or_else(|| {
            arguments.other_api_key.iter().any(String::is_empty).then_some(("--other-api-key", "the key"))
        })
        .or_else(|| one("--auth-command", "the command", &arguments.auth_command))
        .or_else(|| one("--foreign-token", "the token", &arguments.foreign_token));
    let Some((flag, what)) = empty else { return Ok(()) };
    let variable = format!("PROBITY_{}", flag.trim_start_matches('-').replace('-', "_").to_uppercase());
    let hint = format!("is the variable that it comes from set? Without {flag} and {variable}, none is sent");
    Err(wrong(format!("{flag}: {what} is empty"), &hint))
}

fn pair(text: &str, flag: &str) -> Result<(String, String), Failure> {
    let pair = text.split_once(':').map(|(user, password)| (user.to_owned(), password.to_owned()));
    let why = || {
        wrong(format!("{flag}: user and password are separated by a colon"), &format!("{flag} user:password"))
    };
    pair.ok_or_else(why)
}

fn header(text: &str) -> Result<(String, String), Failure> {
    let example = "--header 'X-Api-Key: secret'";
    let text = text.trim_end_matches(['\r', '\n']);
    if text.contains(['\r', '\n']) {
        let hint = "one flag is one header: give --header twice, as in --header 'A: 1' --header 'B: 2'";
        return Err(wrong("--header: it has a line break", hint));
    }
    let Some((name, value)) = text.split_once(':') else {
        return Err(wrong("--header: a name, a colon and a value are expected", example));
    };
    let (name, value) = (name.trim(), value.trim());
    if http::HeaderName::try_from(name).is_err() {
        return Err(wrong("--header: what stands before the colon is no name of a header", example));
    }
    if http::HeaderValue::try_from(value).is_err() {
        let why = format!("--header: the value of {name} has characters that no header can hold");
        return Err(wrong(why, example));
    }
    Ok((name.to_owned(), value.to_owned()))
}
