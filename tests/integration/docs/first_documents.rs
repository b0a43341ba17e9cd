//! The reference says all that the documents say which the shipped contract was written from.

use std::path::PathBuf;

use super::markdown;
use crate::driver::{probity, repository};

/// Words of the two documents that carry nothing, and the slips that were told as such.
const FILLERS: &str = "accept achieving allows apis batch completing corresponding detailed documentation float \
    format hands hidden index indicates indicating location making metadata next note notefor org our refer robots \
    support timestamp upon used cookie group_rank_4";

/// Datatypes of the two documents, and what the contract calls them.
const TYPES: &[(&str, &str)] = &[
    ("String", "string"),
    ("Integer", "integer"),
    ("Long", "integer (int64)"),
    ("Float", "number"),
    ("Boolean", "boolean"),
];

/// The documents that the shipped contract was written from, where they are at hand.
fn seeds() -> Vec<(String, String)> {
    let folder =
        std::env::var_os("PROBITY_SEEDS").map_or_else(|| repository().join("../shared/seeds"), PathBuf::from);
    let found = ["create-badges-group", "create-rewards-group"].map(|name| {
        Some((name.to_owned(), std::fs::read_to_string(folder.join(format!("{name}.txt"))).ok()?))
    });
    let found: Vec<_> = found.into_iter().flatten().collect();
    if found.is_empty() {
        #[allow(clippy::print_stdout, reason = "a reader of the output must see that nothing was tried")]
        {
            println!("no documents that the contract was written from: nothing is compared");
        }
    }
    found
}

/// The words of a text without markup, in one spelling.
fn words(text: &str) -> std::collections::BTreeSet<String> {
    let tags = untagged(text);
    let letters = tags.to_lowercase().replace('z', "s").replace('\\', "");
    let words = letters.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words.filter(|word| word.len() >= 3).map(str::to_owned).collect()
}

/// Text without tags.
fn untagged(text: &str) -> String {
    let mut plain = String::new();
    let mut inside = false;
    for letter in text.chars() {
        match letter {
            '<' => inside = true,
            '>' if inside => inside = false,
            _ if !inside => plain.push(letter),
            _ => {}
        }
    }
    plain
}

/// The cells of every row of every table that is written in Markdown or HTML.
fn rows(seed: &str) -> Vec<Vec<String>> {
    let tidy = |cell: &str| words_in_order(&untagged(cell));
    let html = seed
        .split("<tr>")
        .skip(1)
        .map(|row| row.split("</tr>").next().unwrap().split("<td>").skip(1).map(tidy).collect::<Vec<_>>());
    let lines = seed.lines().filter(|line| line.trim_start().starts_with('|'));
    let lines = lines.map(|line| line.trim().trim_matches('|').split('|').map(tidy).collect::<Vec<_>>());
    html.chain(lines).filter(|cells| cells.len() > 1).collect()
}

fn words_in_order(text: &str) -> String {
    text.replace(['\\', '*'], "").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn nothing_that_the_first_documents_say_is_missing() {
    let driver = probity();
    markdown(&driver, None);
    let fillers = words(FILLERS);
    for (name, seed) in seeds() {
        let read = |file: &str| std::fs::read_to_string(driver.folder().join("md").join(file)).unwrap();
        let page = read(&format!("{name}.md"));
        let all = words(&format!("{page}{}", read("README.md")));
        // A cookie and credentials of a real session are no part of the description.
        let seed: String = seed
            .lines()
            .filter(|line| !line.contains("Cookie:") && !line.contains("Basic bWF"))
            .flat_map(|line| [line, "\n"])
            .collect();
        let lacking: Vec<String> =
            words(&seed).into_iter().filter(|word| !all.contains(word) && !fillers.contains(word)).collect();
        assert_eq!(lacking, Vec::<String>::new(), "{name} lacks words");
        let mut fields = 0;
        for cells in rows(&seed) {
            let Some((_, kind)) = TYPES.iter().find(|(theirs, _)| cells[1] == *theirs) else { continue };
            fields += 1;
            let field = cells[0]
                .strip_prefix(|first: char| first.is_uppercase())
                .map_or(cells[0].clone(), |rest| format!("{}{rest}", cells[0][..1].to_lowercase()));
            let told = page.lines().any(|line| {
                let own = [format!("`{field}`"), format!(".{field}`")];
                line.starts_with("| ") && own.iter().any(|own| line.contains(own)) && line.contains(kind)
            });
            assert!(told, "{name} lacks {field} as {kind}");
        }
        assert!(fields >= 11, "{name}: only {fields} fields were found to compare");
        let codes = rows(&seed).into_iter().filter(|cells| cells[0].parse::<u32>().is_ok());
        let mut compared = 0;
        for cells in codes {
            compared += 1;
            assert!(
                page.lines().any(|line| line.starts_with(&format!("| `{}` | ", cells[0]))),
                "{name} lacks {cells:?}"
            );
        }
        assert_eq!(compared, 2, "{name}");
        for section in [
            "## Prerequisites",
            "## Resource information",
            "## API endpoint example",
            "## Request body parameters",
            "#### Response parameters",
            "## API-specific error codes",
        ] {
            assert!(page.contains(section), "{name} lacks {section}");
        }
    }
}
