//! Which contract a command is about.

use super::arguments::ContractArgs;
use super::failure::{Failure, unread, unreadable};
use super::fetching::Fetching;
use super::target::Target;
use super::{Exit, note};
use crate::contract::Contract;
use crate::source::{Document, MAX_FILE_BYTES, Reach};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Where a contract comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The contract of the demonstration, which is a part of the program.
    Shipped,
    /// A file.
    File(PathBuf),
    /// Standard input.
    Standard,
}

/// The shipped contract.
const SHIPPED: &str = include_str!("../../spec/groups.openapi.yaml");

/// What names the shipped contract where a file could be meant.
pub(super) const SHIPPED_NAME: &str = "shipped";

/// What a contract is called if nobody says otherwise.
const USUAL: [&str; 3] = ["openapi.yaml", "openapi.yml", "openapi.json"];

impl Source {
    /// The contract that is named; without one, that of the current folder; without that, the
    /// shipped one.
    pub(super) fn of(arguments: &ContractArgs) -> Result<Source, Failure> {
        if let Some(source) = named(arguments)? {
            return Ok(source);
        }
        Ok(here().map_or(Source::Shipped, taken))
    }

    /// The contract that is held against a target. The demonstration is for the embedded host:
    /// nobody else gets its requests without being asked.
    pub(super) fn against(arguments: &ContractArgs, target: &Target) -> Result<Source, Failure> {
        if let Some(source) = named(arguments)? {
            return Ok(source);
        }
        match (target, here()) {
            (Target::Embedded { named: false }, Some(path)) => {
                let path = path.display();
                note(&format!(
                    "note: this is the demonstration, with the shipped contract; for {path}: probity check {path} --target URL"
                ));
                Ok(Source::Shipped)
            }
            (_, Some(path)) => Ok(taken(path)),
            (Target::Embedded { .. }, None) => Ok(Source::Shipped),
            (Target::Url(url), None) => Err(nothing_to_hold(url)),
        }
    }

    /// The file, if it is one.
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Source::File(path) => Some(path),
            Source::Shipped | Source::Standard => None,
        }
    }

    /// What names it on a command line, where it can be named.
    pub(super) fn word(&self) -> String {
        match self {
            Source::Shipped => SHIPPED_NAME.to_owned(),
            Source::File(path) => path.display().to_string(),
            Source::Standard => "-".to_owned(),
        }
    }

    /// Reads the contract, and of what it refers to what the arguments allow.
    pub(super) fn read(&self, arguments: &ContractArgs) -> Result<Contract, Failure> {
        let from_text = |name: &str, text: &str| {
            Document::from_text(name, text).map_err(|error| unread(&error, Some(text)))
        };
        let document = match self {
            Source::Shipped => from_text("spec/groups.openapi.yaml", SHIPPED),
            Source::File(path) => opened(path, reached(arguments, path)?, &arguments.allow_fetch),
            Source::Standard => from_text("standard input", &piped()?),
        }?;
        Contract::read(document).map_err(|refused| {
            let (document, error) = *refused;
            unreadable(&document, &error)
        })
    }
}

/// Reads a contract in a file with what it refers to: what is kept of what was fetched for it, and what
/// may be fetched.
fn opened(path: &Path, mut reach: Reach, allowed: &[String]) -> Result<Document, Failure> {
    let mut fetching = Fetching::new(path, allowed)?;
    let given = reach.copies;
    loop {
        reach.copies = given.iter().cloned().chain(fetching.copies()).collect();
        let document = Document::open_within(path, &reach).map_err(|error| {
            let text = error.location().and_then(|_| text_again(path));
            unread(&error, text.as_deref())
        })?;
        if !fetching.fetch(&document)? {
            return Ok(document);
        }
    }
}

/// What may be read for a contract in a file.
fn reached(arguments: &ContractArgs, path: &Path) -> Result<Reach, Failure> {
    let reach = arguments.reach();
    if let Some(root) = &reach.root
        && !reach.contains(path)
    {
        let why = format!("--root {}: {} is not below it", root.display(), path.display());
        return Err(Failure::new(Exit::Usage, why)
            .with_hint(Some("name a folder that the contract is in, or in a folder of which it is".into())));
    }
    Ok(reach)
}

/// Whether a contract is the shipped one, wherever it was read from.
pub(super) fn is_shipped(contract: &Contract) -> bool {
    matches!(contract.document.files(), [file] if file.text == SHIPPED)
}

fn nothing_to_hold(url: &str) -> Failure {
    let why = format!("no contract to hold {url} to: none is named, and no {} is here", USUAL[0]);
    let hint = format!(
        "name the OpenAPI document: probity check my-api.yaml --target {url} (`{SHIPPED_NAME}` names the contract of the demonstration)"
    );
    Failure::new(Exit::Usage, why).with_hint(Some(hint))
}

/// The contract that is named, if one is.
fn named(arguments: &ContractArgs) -> Result<Option<Source>, Failure> {
    let Some(path) = &arguments.contract else { return Ok(None) };
    let refused = |why: String, hint: String| Err(Failure::new(Exit::Usage, why).with_hint(Some(hint)));
    match path.to_str() {
        Some("") => refused(
            "CONTRACT is empty".into(),
            "is the variable that it comes from set? Name the OpenAPI document, for example openapi.yaml"
                .into(),
        ),
        Some("-") => Ok(Some(Source::Standard)),
        Some(SHIPPED_NAME) => Ok(Some(Source::Shipped)),
        Some(url) if url.starts_with("http://") || url.starts_with("https://") => refused(
            format!("{url} is a URL, and a contract is a file: nothing is fetched for it"),
            format!(
                "fetch it first: curl -sSfo openapi.json '{url}', then name openapi.json; or curl -sSf '{url}' | probity … -"
            ),
        ),
        _ => Ok(Some(Source::File(path.clone()))),
    }
}

/// The contract of the current folder.
fn here() -> Option<PathBuf> {
    USUAL.iter().map(PathBuf::from).find(|path| path.is_file())
}

fn taken(path: PathBuf) -> Source {
    note(&format!("note: no contract is named: {} of this folder is taken", path.display()));
    Source::File(path)
}

/// What stands in a file, to show a line of it; a pipe has been read.
fn text_again(path: &Path) -> Option<String> {
    path.is_file().then(|| std::fs::read_to_string(path).ok())?
}

/// What stands in standard input.
fn piped() -> Result<String, Failure> {
    let refused = |why: String, hint: &str| {
        Failure::new(Exit::Contract, format!("the contract cannot be read: standard input: {why}"))
            .with_hint(Some(hint.into()))
    };
    let mut text = String::new();
    let mut input = std::io::stdin().lock().take(MAX_FILE_BYTES + 1);
    input
        .read_to_string(&mut text)
        .map_err(|error| refused(error.to_string(), "save the contract as a file in UTF-8 and name that"))?;
    if text.len() as u64 > MAX_FILE_BYTES {
        let why = format!("larger than {} MiB", MAX_FILE_BYTES >> 20);
        return Err(refused(why, "split the contract into files that refer to each other"));
    }
    Ok(text)
}
