//! The line of a contract that a message is about, as compilers show it.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str};

use super::place::LONG_LINE;
use super::{File, Location};
use serde::{Deserialize, Serialize};

/// Of a long line, only this much around the place is laid out: contracts may be one line.
const AROUND_PLACE: usize = 120;

/// How many lines are shown before and after the one that is meant.
const AROUND: usize = 2;

/// A place with the lines around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// The number of the first line, from 1.
    pub first: usize,
    /// The lines, long ones cut.
    pub lines: Vec<String>,
    /// Which of them is meant, from 0.
    pub marked: usize,
    /// Where in that line the place begins, in characters from 1.
    pub column: usize,
    /// How many characters it has.
    pub length: usize,
}

/// The lines around a place.
pub(super) fn excerpt(file: &File, at: &Location) -> Option<Excerpt> {
    let line = file.line(at.line)?;
    let start = line.char_indices().nth(at.column.saturating_sub(1)).map_or(line.len(), |(index, _)| index);
    let end = start + word(&line[start..]);
    let (from, to) = around(line, start);
    let first = at.line.saturating_sub(AROUND).max(1);
    let shown = |number: usize| {
        let text = file.line(number)?;
        Some(if number == at.line { line[from..to].to_owned() } else { text[..around(text, 0).1].to_owned() })
    };
    Some(Excerpt {
        first,
        lines: (first..=at.line + AROUND).map_while(shown).collect(),
        marked: at.line - first,
        column: line[from..start].chars().count() + 1,
        length: line[start..end.min(to)].chars().count(),
    })
}

/// Renders a title, the line with the place underlined, and what helps.
pub(super) fn render(
    file: Option<&File>,
    at: &Location,
    title: &str,
    label: &str,
    help: Option<&str>,
    coloured: bool,
) -> String {
    let label = normalize_untrusted_str(label);
    let path = normalize_untrusted_str(&at.file);
    let mut message = Group::with_title(Level::ERROR.primary_title(normalize_untrusted_str(title)));
    if let Some(line) = file.and_then(|file| file.line(at.line)) {
        let start =
            line.char_indices().nth(at.column.saturating_sub(1)).map_or(line.len(), |(index, _)| index);
        let end = start + word(&line[start..]);
        let (from, to) = around(line, start);
        let span = start - from..end.min(to) - from;
        let snippet = Snippet::source(&line[from..to])
            .line_start(at.line)
            .annotation(AnnotationKind::Primary.span(span).label(label));
        if to - from == line.len() {
            message = message.element(snippet.path(path));
        } else {
            let origin = match &at.inside {
                Some(_) => Origin::path(normalize_untrusted_str(&at.to_string())),
                None => Origin::path(path).line(at.line).char_column(at.column),
            };
            message = message.element(origin).element(snippet);
        }
    } else {
        message = message.element(Level::NOTE.message(format!("{at}: {label}")));
    }
    if let Some(help) = help {
        message = message.element(Level::HELP.message(normalize_untrusted_str(help)));
    }
    let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[message])
}

/// The part of a line around an offset that is laid out.
fn around(line: &str, offset: usize) -> (usize, usize) {
    if line.len() <= LONG_LINE {
        return (0, line.len());
    }
    let boundary = |mut at: usize| {
        while !line.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let from = boundary(offset.saturating_sub(AROUND_PLACE / 2));
    let to = boundary((offset + AROUND_PLACE / 2).min(line.len()));
    (from, to)
}

/// How many bytes the word at the start of a text has: a quoted text, or up to what ends a key or
/// a value in YAML and JSON.
fn word(text: &str) -> usize {
    let mut characters = text.char_indices();
    let Some((_, first)) = characters.next() else {
        return 0;
    };
    if let '"' | '\'' = first {
        let mut escaped = false;
        for (index, character) in characters {
            match character {
                _ if escaped => escaped = false,
                '\\' if first == '"' => escaped = true,
                _ if character == first => return index + 1,
                _ => {}
            }
        }
        return text.len();
    }
    if let '{' | '[' | '&' | '*' | '|' | '>' | '-' = first {
        return first.len_utf8();
    }
    let end = characters.find(|(index, character)| match character {
        ',' | '}' | ']' => true,
        ':' => text[index + 1..].is_empty() || text[index + 1..].starts_with(' '),
        '#' => text[..*index].ends_with(' '),
        _ => false,
    });
    text[..end.map_or(text.len(), |(index, _)| index)].trim_end().len()
}
