//! Settings from `probity.toml`, as the arguments that would say the same.
//!
//! A key is the long name of a flag. What stands on the command line or in the environment
//! outweighs the file. `${VAR}` in a value is taken from the environment.

use crate::judge::CHECKS;
use crate::text::{did_you_mean, meant, suggestion};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};

/// The name that is looked for, here and in every folder above.
pub const FILE: &str = "probity.toml";

/// A mistake in a configuration file.
#[derive(Debug, thiserror::Error)]
#[error("{}{}: {message}", path.display(), line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct ConfigError {
    path: PathBuf,
    line: Option<usize>,
    message: String,
    hint: Option<String>,
}

impl ConfigError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

/// One setting of the file.
#[derive(Debug, PartialEq, Eq)]
pub struct Setting {
    /// The key: a flag's long name, or `contract`.
    pub key: String,
    /// Its values; none for a flag that is off.
    pub values: Vec<Option<String>>,
    /// Where it stands.
    pub line: usize,
}

/// Whether the environment is that of a pipeline, where nobody looks and nothing is to be written.
pub fn in_pipeline(variable: impl Fn(&str) -> Option<String>) -> bool {
    variable("CI").is_some_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}

/// The configuration file that holds for a folder.
pub fn find(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join(FILE)).find(|path| path.is_file())
}

/// What is wrong with a value, and what to do about it.
struct Mistake {
    message: String,
    hint: Option<String>,
}

impl Mistake {
    fn new(message: impl Into<String>, hint: impl Into<Option<String>>) -> Mistake {
        Mistake { message: message.into(), hint: hint.into() }
    }
}

/// Reads a file whose keys must be among the known ones; otherwise tells every mistake in it.
pub fn read(
    path: &Path,
    known: &[String],
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<Setting>, Vec<ConfigError>> {
    let fail = |line, Mistake { message, hint }| ConfigError { path: path.to_owned(), line, message, hint };
    let text = std::fs::read_to_string(path).map_err(|error| {
        vec![fail(None, Mistake::new(format!("cannot be read: {error}"), unread(&error)))]
    })?;
    let line_of = |offset: usize| text[..offset.min(text.len())].matches('\n').count() + 1;
    let table = DeTable::parse(&text).map_err(|error| {
        let line = error.span().map(|span| line_of(span.start));
        let hint = "the file is TOML: `key = value` on each line".to_owned();
        vec![fail(line, Mistake::new(error.message(), hint))]
    })?;
    let base = path.parent().unwrap_or(Path::new("."));
    let (mut settings, mut mistakes) = (Vec::new(), Vec::new());
    for (key, value) in table.get_ref() {
        let (name, line) = (key.get_ref().as_ref(), line_of(key.span().start));
        if let ("severity", DeValue::Table(checks)) = (name, value.get_ref()) {
            for (check, severity) in checks {
                let line = line_of(check.span().start);
                match level(check.get_ref(), severity.get_ref()) {
                    Ok((key, values)) => settings.push(Setting { key, values, line }),
                    Err(mistake) => mistakes.push(fail(Some(line), mistake)),
                }
            }
            continue;
        }
        if let ("values", DeValue::Table(values)) = (name, value.get_ref()) {
            for (name, value) in values {
                let line = line_of(name.span().start);
                let settings = &mut settings;
                match as_text(name.get_ref(), value.get_ref(), variable) {
                    Ok(text) => {
                        let values = vec![Some(format!("{}={text}", name.get_ref()))];
                        settings.push(Setting { key: "with".into(), values, line });
                    }
                    Err(mistake) => mistakes.push(fail(Some(line), mistake)),
                }
            }
            continue;
        }
        match values((name, value.get_ref()), known, base, variable) {
            Ok(values) => settings.push(Setting { key: name.to_owned(), values, line }),
            Err(mistake) => mistakes.push(fail(Some(line), mistake)),
        }
    }
    // The parser hands keys out by name.
    mistakes.sort_by_key(|mistake| mistake.line);
    if mistakes.is_empty() { Ok(settings) } else { Err(mistakes) }
}

type Values = Vec<Option<String>>;

/// The severity of a check, as the flag and its value that say the same.
fn level(check: &str, severity: &DeValue<'_>) -> Result<(String, Values), Mistake> {
    let levels = "a severity is deny, warn or allow".to_owned();
    let text = match severity {
        DeValue::String(text) => text.as_ref(),
        _ => return Err(Mistake::new(format!("the severity of `{check}` is not text"), levels)),
    };
    if !["deny", "warn", "allow"].contains(&text) {
        let known = ["deny", "warn", "allow"].map(str::to_owned);
        let near = known.iter().find(|level| text.to_lowercase().starts_with(level.as_str()));
        let near = near.map(|level| did_you_mean(level)).or_else(|| meant(text, &known));
        let hint = near.unwrap_or(levels);
        return Err(Mistake::new(format!("`{text}` is no severity, for the check `{check}`"), hint));
    }
    if CHECKS.iter().all(|known| known.id != check) {
        let known: Vec<String> = CHECKS.iter().map(|check| check.id.to_owned()).collect();
        return Err(Mistake::new(format!("there is no check `{check}`"), suggestion(check, &known)));
    }
    Ok((text.to_owned(), vec![Some(check.to_owned())]))
}

/// The values of a key as arguments say them.
fn values(
    (name, value): (&str, &DeValue<'_>),
    known: &[String],
    base: &Path,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Values, Mistake> {
    if name == "values" {
        let example = "[values]\ncustomerId = 42".to_owned();
        return Err(Mistake::new("`values` is a table of names", example));
    }
    if name == "severity" {
        let example = "[severity]\nresponse-schema = \"warn\"".to_owned();
        return Err(Mistake::new("`severity` is a table of checks", example));
    }
    if !known.iter().any(|known| known == name) {
        return Err(Mistake::new(format!("unknown key `{name}`"), suggestion(name, known)));
    }
    let items: Vec<&DeValue<'_>> = match value {
        DeValue::Array(items) => items.iter().map(toml::Spanned::get_ref).collect(),
        single => vec![single],
    };
    let mut values = Vec::new();
    for item in items {
        match item {
            DeValue::Boolean(true) => values.push(None),
            DeValue::Boolean(false) => {}
            item => values.push(Some(relative_to(base, name, as_text(name, item, variable)?))),
        }
    }
    Ok(values)
}

/// A single value as text.
fn as_text(
    name: &str,
    value: &DeValue<'_>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<String, Mistake> {
    Ok(match value {
        DeValue::String(text) => interpolated(text, variable).map_err(|missing| {
            let hint = format!("export {missing}=…, or write $${{ for a literal ${{");
            Mistake::new(format!("`{name}` needs the environment variable `{missing}`"), hint)
        })?,
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(value) => value.to_string(),
        _ => {
            let message = format!("`{name}` is text, a number, true, false or a list of them");
            return Err(Mistake::new(message, None));
        }
    })
}

fn unread(error: &std::io::Error) -> Option<String> {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => Some("check the path; it is taken from the current folder".into()),
        ErrorKind::InvalidData => Some("save the file as UTF-8".into()),
        ErrorKind::IsADirectory => Some(format!("name the file in it, for example {FILE}")),
        _ => None,
    }
}

/// A setting that no command takes as it is.
pub fn refused(path: &Path, line: usize, message: String) -> ConfigError {
    ConfigError { path: path.to_owned(), line: Some(line), message, hint: None }
}

/// Paths in the file are relative to the file.
fn relative_to(base: &Path, key: &str, text: String) -> String {
    let joined = |path: &str| base.join(path).to_string_lossy().into_owned();
    match key {
        "contract" if text.is_empty() || text == "shipped" || text.contains("://") => text,
        "contract" | "snapshots" | "ledger" | "record-file" | "root" | "ca-cert" | "client-cert"
        | "client-key"
            if text != "-" =>
        {
            joined(&text)
        }
        "report" | "map" => match text.split_once('=') {
            Some((format, path)) if path != "-" => format!("{format}={}", joined(path)),
            _ => text,
        },
        _ => text,
    }
}

/// Text with `${VAR}` replaced; the name of the first variable that is not set, otherwise.
fn interpolated(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let literal = rest[..at].ends_with('$');
        let end = rest[at..].find('}').map_or(rest.len(), |end| at + end);
        result.push_str(&rest[..at]);
        if literal {
            result.push('{');
            rest = &rest[at + 2..];
            continue;
        }
        let name = &rest[at + 2..end];
        result.push_str(&variable(name).ok_or_else(|| name.to_owned())?);
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    result.push_str(rest);
    Ok(result)
}

/// The arguments that say the same as the settings, but for those that were given already.
pub fn arguments(settings: &[Setting], given: &dyn Fn(&str) -> bool) -> Vec<OsString> {
    let wanted = settings.iter().filter(|setting| !given(&setting.key));
    wanted.flat_map(Setting::arguments).collect()
}

impl Setting {
    fn arguments(&self) -> impl Iterator<Item = OsString> {
        let key = &self.key;
        self.values.iter().map(move |value| {
            OsString::from(match value {
                None => format!("--{key}"),
                Some(value) if key == "contract" => value.clone(),
                Some(value) => format!("--{key}={value}"),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Result<Vec<Setting>, Vec<ConfigError>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        std::fs::write(&path, text).unwrap();
        let known = ["target", "jobs", "include", "record", "basic"].map(str::to_owned);
        read(&path, &known, &|name| (name == "PASSWORD").then(|| "hunter2".to_owned()))
    }

    #[test]
    fn a_file_says_what_flags_say() {
        let text = "target = \"http://a\"\njobs = 4\ninclude = [\"a\", \"b\"]\nrecord = true\n[severity]\nrule = \"warn\"\n";
        let arguments = arguments(&settings(text).unwrap(), &|key| key == "jobs");
        let mut sorted = arguments.clone();
        sorted.sort();
        assert_eq!(sorted, ["--include=a", "--include=b", "--record", "--target=http://a", "--warn=rule"]);
    }

    #[test]
    fn secrets_come_from_the_environment() {
        let found = settings("basic = \"user:${PASSWORD}\"").unwrap();
        assert_eq!(found[0].values, [Some("user:hunter2".to_owned())]);
        let error = &settings("\nbasic = \"user:${NOPE}\"").unwrap_err()[0];
        assert!(
            error.to_string().ends_with("probity.toml:2: `basic` needs the environment variable `NOPE`"),
            "{error}"
        );
    }

    #[test]
    fn an_unknown_key_is_an_error_with_a_suggestion() {
        let error = &settings("targte = \"x\"").unwrap_err()[0];
        assert!(error.to_string().ends_with("probity.toml:1: unknown key `targte`"), "{error}");
        assert_eq!(error.hint(), Some("did you mean `target`?"));
    }

    #[test]
    fn every_mistake_is_told_in_the_order_of_the_lines() {
        let text = "target = \"${NOPE}\"\nbasik = \"x\"\n[severity]\nsnapshots = \"loud\"\nrule = \"warning\"\nrul = \"deny\"\n";
        let told: Vec<String> = settings(text)
            .unwrap_err()
            .iter()
            .map(|mistake| {
                let place = mistake.to_string();
                let place = place.rsplit_once("probity.toml:").unwrap().1;
                format!("{place} -> {}", mistake.hint().unwrap_or_default())
            })
            .collect();
        assert_eq!(
            told,
            [
                "1: `target` needs the environment variable `NOPE` -> export NOPE=…, or write $${ for a literal ${",
                "2: unknown key `basik` -> did you mean `basic`?",
                "4: `loud` is no severity, for the check `snapshots` -> a severity is deny, warn or allow",
                "5: `warning` is no severity, for the check `rule` -> did you mean `warn`?",
                "6: there is no check `rul` -> did you mean `rule`?",
            ]
        );
    }
}
