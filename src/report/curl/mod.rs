//! A line for a POSIX shell that repeats an exchange with curl.

use crate::exchange::{self, Pieces, Sent};
use crate::plan::{Case, Scenario};
use crate::run::transport::PLACEHOLDERS;
use crate::text::shell::{self, quoted};
use crate::text::{self, cut, steers};
use memchr::memmem;
use std::fmt::Write;

/// How to send a request again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// For a shell: one line, or several where other steps come before. It holds no character that
    /// steers a terminal.
    pub line: String,
    /// What the line cannot do, and how to repeat the case instead.
    pub note: Option<String>,
}

/// The variable that stands for the identity of the run.
pub const RUN_VARIABLE: &str = "RUN";

/// Longer bodies are left out.
const LONGEST_BODY: usize = 4 << 10;

/// What curl says by itself, or must not be told.
const OMITTED: &[&str] =
    &["accept-encoding", "connection", "content-length", "host", "transfer-encoding", "user-agent"];

enum Part {
    Known(Vec<u8>),
    Variable(String),
}

/// The line that sends what was sent. The identity of the run becomes `$RUN`; a variable that
/// stands for a secret is left to the shell, while one that the plan itself holds stays text.
pub fn repeat(scenario: &Scenario, case: &Case, sent: &Sent, run: &str) -> Repeat {
    let mut lacks = Vec::new();
    let before = scenario.cases.iter().position(|step| step.id == case.id).unwrap_or_default();
    if before < scenario.at_once {
        lacks.push(format!("it was one of {} equal requests at once", scenario.at_once));
    } else if before > 0 {
        let requests = text::count(before, "request", "requests");
        lacks.push(format!("{requests} of its scenario came before it"));
    }
    if let Some(follow) = &case.follows {
        let of = scenario.cases.get(follow.step).map_or("", |step| &step.id);
        for one in &follow.parameters {
            let (name, from) = (variable_of(&one.name), text::visible(&one.value.to_string()));
            lacks.push(format!("{name} stands for {from} of {}", text::visible(of)));
        }
    }
    for need in case.needs.iter().flat_map(|needs| needs.values.iter()) {
        let name = variable_of(need.given.into.name());
        let from = text::visible(&need.given.from.to_string());
        let of = if need.of.is_empty() { String::new() } else { format!(" of {}", text::visible(&need.of)) };
        lacks.push(format!("{name} stands for {from}{of}"));
    }
    let line = line(case, sent, run, &mut lacks);
    let whole = quoted(&text::visible(&scenario.id));
    let note = format!("{}; to repeat it whole, add --include {whole} to what was run", lacks.join("; "));
    Repeat { line, note: (!lacks.is_empty()).then_some(note) }
}

/// The line alone, and what it cannot do.
pub(super) fn line(case: &Case, sent: &Sent, run: &str, lacks: &mut Vec<String>) -> String {
    let mut input = String::new();
    let mut line = format!("curl -sS{}", method(sent));
    if sent.head.url.contains(['[', ']', '{', '}']) {
        line.push_str(" -g");
    }
    if sent.head.url.contains("/.") {
        line.push_str(" --path-as-is");
    }
    line.push(' ');
    word(&mut line, &pieces(case, &case.request.path(), sent.head.url.as_bytes(), run));
    for (name, value) in sent.head.headers.iter() {
        if name.eq_ignore_ascii_case("accept-encoding") {
            line.push_str(" --compressed");
        }
        if OMITTED.iter().any(|omitted| name.eq_ignore_ascii_case(omitted)) {
            continue;
        }
        if PLACEHOLDERS.contains(&value) {
            line.push_str(&format!(" --digest --user \"{}\"", value.trim_start_matches("Digest ")));
            continue;
        }
        // curl's notation for a header with nothing in it.
        let header = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        let mut planned = case.request.parts.headers().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let planned = planned.next().map(|(_, value)| value.into_owned()).unwrap_or_default();
        line.push_str(" -H ");
        word(&mut line, &pieces(case, &planned, header.as_bytes(), run));
    }
    if let Some(body) = &sent.body() {
        if sent.head.headers.get("content-type").is_none() {
            line.push_str(" -H 'Content-Type:'");
        }
        if body.len() > LONGEST_BODY {
            line.push_str(" --data-binary @BODY");
            let begins = cut(&String::from_utf8_lossy(&body[..LONGEST_BODY]), 60);
            let begins = begins.split('…').next().unwrap_or_default().to_owned();
            lacks.push(format!("BODY stands for {} bytes that begin with {begins}", body.len()));
        } else {
            let planned = case.request.body.clone().unwrap_or_default();
            let pieces = pieces(case, &planned, body, run);
            if std::str::from_utf8(body).is_ok_and(|body| !body.contains(steers)) {
                // A leading @ would name a file.
                line.push_str(if body.starts_with(b"@") { " --data-raw " } else { " --data-binary " });
                word(&mut line, &pieces);
            } else {
                input = format!("printf '%b' {} | ", escaped(&pieces));
                line.push_str(" --data-binary @-");
            }
        }
    }
    input + &line
}

impl Repeat {
    /// The variables that the line leaves to the shell, in order; it may set some itself.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        let is_set = |name: &str| {
            self.line.lines().any(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with('=')))
        };
        self.line.split("\"$").skip(1).filter_map(move |rest| {
            let (name, _) = rest.split_once('"')?;
            let named = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            (named && !is_set(name)).then_some(name)
        })
    }
}

/// The variables that a line leaves to the shell, in order.
pub fn variables(line: &str) -> impl Iterator<Item = &str> {
    line.split("\"$").skip(1).filter_map(|rest| {
        let (name, _) = rest.split_once('"')?;
        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_').then_some(name)
    })
}

/// What a variable of a line has to be set to.
pub fn meaning(variable: &str) -> &'static str {
    match variable {
        RUN_VARIABLE => "ten digits not used before, for example RUN=$(date +%s)",
        "PROBITY_BASIC_BASE64" => {
            "$(printf %s USER:PASSWORD | base64 | tr -d '\\n'); with --basic-md5, of the password's MD5"
        }
        "PROBITY_DIGEST" => "USER:PASSWORD, as --digest gives them",
        "PROBITY_WRONG_DIGEST" => "the same with another user or password",
        "PROBITY_WRONG_BASIC_BASE64" => "the same with another password",
        "PROBITY_UNKNOWN_BASIC_BASE64" => "the same with a user that there is not",
        "PROBITY_PASSWORD" => "the password that --basic gives",
        "PROBITY_PASSWORD_MD5" => "the MD5 of the password that --basic gives",
        "PROBITY_OAUTH_KEY" | "PROBITY_OAUTH_SECRET" => "what the option of that name gives",
        "PROBITY_BEARER" => "the token that --bearer gives",
        "PROBITY_TOKEN" => "a token that the token endpoint gives for --oauth-key and --oauth-secret",
        "PROBITY_API_KEY" => "the key that --api-key gives",
        "PROBITY_FOREIGN_TOKEN" => "the token that --foreign-token gives",
        "PROBITY_WRONG_BEARER" | "PROBITY_WRONG_TOKEN" | "PROBITY_WRONG_API_KEY" => {
            "the right one with one letter changed"
        }
        secret if secret.starts_with("PROBITY_") => "a part of what a --header gives",
        _ => "what an earlier answer gave, as the line below the request says",
    }
}

/// The variable that stands for a parameter which came from an earlier answer.
pub(super) fn variable_of(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = name.chars().map(letter).collect();
    let taken = name == RUN_VARIABLE || name.starts_with(|first: char| first.is_ascii_digit());
    if taken { format!("_{name}") } else { name }
}

fn method(sent: &Sent) -> String {
    match (sent.head.method.as_str(), &sent.body) {
        ("HEAD", None) => " -I".to_owned(),
        // curl would wait for the body of the answer.
        ("HEAD", Some(_)) => " -m 10 -X HEAD".to_owned(),
        (method, _) => format!(" -X {}", shell::word(&text::visible(method))),
    }
}

/// What was sent, split where the plan has the identity of the run, and at the variables that stand
/// elsewhere than in what was planned.
fn pieces(case: &Case, planned: &Pieces, sent: &[u8], run: &str) -> Vec<Part> {
    let mut own = Vec::new();
    for piece in planned.pieces() {
        match piece {
            exchange::Piece::Bytes(known) => own.push((known.to_vec(), Part::Known(known.to_vec()))),
            exchange::Piece::RunId => {
                own.push((run.as_bytes().to_vec(), Part::Variable(RUN_VARIABLE.to_owned())));
            }
            exchange::Piece::Answer { parameter, shown } => {
                let name = case.taken(parameter).map(|(name, _)| name.to_owned()).unwrap_or_default();
                let shown = shown.replace(&format!("{{{name}}}"), &format!("${}", variable_of(&name)));
                own.extend(variables_in(shown.as_bytes()).into_iter().map(|piece| match &piece {
                    Part::Known(text) => (text.clone(), piece),
                    Part::Variable(name) => (format!("${name}").into_bytes(), piece),
                }));
            }
        }
    }
    let (written, own): (Vec<Vec<u8>>, Vec<Part>) = own.into_iter().unzip();
    let written = written.concat();
    let at = if written.is_empty() { None } else { memmem::find(sent, &written) };
    let Some(at) = at else { return variables_in(sent) };
    let mut pieces = variables_in(&sent[..at]);
    pieces.extend(own);
    pieces.extend(variables_in(&sent[at + written.len()..]));
    pieces
}

/// Splits a text that was not planned at its variables.
fn variables_in(text: &[u8]) -> Vec<Part> {
    let mut pieces = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < text.len() {
        let Some(name) = variable(&text[at..]) else {
            at += 1;
            continue;
        };
        pieces.extend((start < at).then(|| Part::Known(text[start..at].to_vec())));
        pieces.push(Part::Variable(name.to_owned()));
        at += name.len() + 1;
        start = at;
    }
    pieces.extend((start < at).then(|| Part::Known(text[start..].to_vec())));
    pieces
}

/// The name of the variable that the text begins with.
fn variable(text: &[u8]) -> Option<&str> {
    let rest = text.strip_prefix(b"$")?;
    let ends = |byte: &u8| !(byte.is_ascii_alphanumeric() || *byte == b'_');
    let name = &rest[..rest.iter().position(ends).unwrap_or(rest.len())];
    let name = std::str::from_utf8(name).ok()?;
    (!name.is_empty() && !name.starts_with(|first: char| first.is_ascii_digit())).then_some(name)
}

fn word(line: &mut String, pieces: &[Part]) {
    let mut open = false;
    let mut quote = |line: &mut String, wanted: bool| {
        if open != wanted {
            line.push('\'');
            open = wanted;
        }
    };
    if pieces.is_empty() {
        line.push_str("''");
    }
    for piece in pieces {
        match piece {
            Part::Variable(name) => {
                quote(line, false);
                let _ = write!(line, "\"${name}\"");
            }
            Part::Known(text) => {
                for character in String::from_utf8_lossy(text).chars() {
                    if steers(character) {
                        quote(line, false);
                        let _ = write!(
                            line,
                            "\"$(printf '%b' '{}')\"",
                            octal(character.encode_utf8(&mut [0; 4]).as_bytes())
                        );
                    } else {
                        quote(line, true);
                        if character == '\'' { line.push_str(r"'\''") } else { line.push(character) }
                    }
                }
            }
        }
    }
    quote(line, false);
}

/// A word for the format `%b` of printf, which can hold any byte.
fn escaped(pieces: &[Part]) -> String {
    let mut word = String::from("'");
    for piece in pieces {
        match piece {
            Part::Variable(name) => {
                let _ = write!(word, "'\"${name}\"'");
            }
            Part::Known(text) => {
                for chunk in text.utf8_chunks() {
                    for character in chunk.valid().chars() {
                        if steers(character) || matches!(character, '\\' | '\'') {
                            word.push_str(&octal(character.encode_utf8(&mut [0; 4]).as_bytes()));
                        } else {
                            word.push(character);
                        }
                    }
                    word.push_str(&octal(chunk.invalid()));
                }
            }
        }
    }
    word.push('\'');
    word
}

fn octal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "\\0{byte:03o}");
        text
    })
}

#[cfg(test)]
mod tests;
