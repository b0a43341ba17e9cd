//! Pieces of Markdown, each harmless where it is written.

use crate::docs::harmless::{harmless, harmless_line};

pub(super) fn row(out: &mut String, cells: &[String]) {
    out.push('|');
    for cell in cells {
        let text = cell.trim().replace("\r\n", "\n").replace("\n\n", "<br>").replace(['\n', '\r'], " ");
        let text = harmless_line(&text);
        out.push_str(&format!(" {} |", text.replace('|', "\\|")));
    }
    out.push('\n');
}

pub(super) fn paragraph(out: &mut String, text: &str) {
    out.push_str(&format!("\n{}\n", harmless(text.trim())));
}

/// A point of a list.
pub(super) fn point(out: &mut String, text: &str) {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    out.push_str(&format!("- {}\n", harmless_line(&text)));
}

/// A fence that no line of the text can close.
pub(super) fn fence(out: &mut String, language: &str, text: &str) {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let ticks = "`".repeat(3.max(longest + 1));
    out.push_str(&format!("\n{ticks}{language}\n{}\n{ticks}\n", text.trim_end_matches('\n')));
}

/// Text that is no Markdown, on one line; it can stand in the brackets of a link.
pub(super) fn line(text: &str) -> String {
    let mut out = String::new();
    for (index, word) in text.split_whitespace().enumerate() {
        out.push_str(if index > 0 { " " } else { "" });
        for letter in word.chars() {
            if matches!(letter, '\\' | '[' | ']' | '<' | '`') {
                out.push('\\');
            }
            out.push(letter);
        }
    }
    out
}

/// Markdown whose highest heading has a level.
pub(super) fn lowered(text: &str, level: usize) -> String {
    let depth = |line: &str| {
        let marks = line.len() - line.trim_start_matches('#').len();
        ((1..=6).contains(&marks) && line[marks..].starts_with(' ')).then_some(marks)
    };
    let mut fenced = false;
    let lines: Vec<(&str, Option<usize>)> = text
        .lines()
        .map(|line| {
            let mark = line.trim_start();
            fenced ^= mark.starts_with("```") || mark.starts_with("~~~");
            (line, if fenced { None } else { depth(line) })
        })
        .collect();
    let highest = lines.iter().filter_map(|(_, depth)| *depth).min().unwrap_or(1);
    let shifted = lines.iter().map(|(line, depth)| match depth {
        Some(depth) => {
            format!("{}{}", "#".repeat((depth - highest + level).min(6)), line.trim_start_matches('#'))
        }
        None => (*line).to_owned(),
    });
    shifted.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_a_description_are_below_those_of_the_page() {
        assert_eq!(lowered("# A\n```\n# no\n```\n### B", 2), "## A\n```\n# no\n```\n#### B");
    }

    #[test]
    fn a_cell_stays_in_its_row() {
        let mut out = String::new();
        row(&mut out, &["a|b".into(), "one\ntwo\n\nthree".into()]);
        assert_eq!(out, "| a\\|b | one two<br>three |\n");
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        let mut out = String::new();
        fence(&mut out, "json", "````");
        assert_eq!(out, "\n`````json\n````\n`````\n");
    }
}
