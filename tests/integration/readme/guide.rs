//! The README and the guides as text: their blocks, their commands, their links.

use crate::driver::repository;
use std::path::PathBuf;

/// A page that people read.
pub(super) struct Guide {
    /// Its path in the repository.
    pub(super) name: String,
    pub(super) text: String,
}

/// What a page says that a command prints.
pub(super) struct Printed {
    pub(super) command: String,
    pub(super) text: String,
}

/// How a block of printed text is introduced.
const PRINTS: &str = "<!-- prints: ";

/// The README, and all that stands in `docs`.
pub(super) fn guides() -> Vec<Guide> {
    let folder = repository().join("docs");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let pages = paths.filter(|path| path.extension().is_some_and(|kind| kind == "md"));
    let name = |path: PathBuf| format!("docs/{}", path.file_name().unwrap().to_str().unwrap());
    let mut names: Vec<String> = pages.map(name).collect();
    names.sort();
    names.insert(0, "README.md".to_owned());
    names.iter().map(|name| guide(name)).collect()
}

pub(super) fn guide(name: &str) -> Guide {
    let text = std::fs::read_to_string(repository().join(name)).unwrap();
    Guide { name: name.to_owned(), text }
}

impl Guide {
    pub(super) fn path(&self) -> PathBuf {
        repository().join(&self.name)
    }

    /// The text of every fenced block of a language.
    pub(super) fn blocks(&self, language: &str) -> Vec<String> {
        let parts = self.text.split("```").skip(1).step_by(2);
        parts.filter_map(|block| block.strip_prefix(&format!("{language}\n")).map(str::to_owned)).collect()
    }

    /// The lines for a shell, in the order of the page.
    pub(super) fn shell(&self) -> Vec<String> {
        let lines = self.blocks("sh").into_iter().flat_map(|block| {
            let whole = block.replace("\\\n", " ");
            whole.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>()
        });
        lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
    }

    /// The commands of the recipes for CI systems.
    pub(super) fn recipes(&self) -> Vec<(String, Vec<String>)> {
        let yaml = self.blocks("yaml").into_iter().map(|block| {
            let commands =
                block.lines().filter_map(|line| line.split_once("run: ").or(line.split_once("script: ")));
            let commands = commands.map(|(_, command)| command.to_owned()).collect();
            (block, commands)
        });
        let groovy = self.blocks("groovy").into_iter().map(|block| {
            let commands = block.lines().filter_map(|line| line.split_once("sh '")?.1.rsplit_once('\''));
            let commands = commands.map(|(command, _)| command.to_owned()).collect();
            (block, commands)
        });
        yaml.chain(groovy).filter(|(_, commands): &(String, Vec<String>)| !commands.is_empty()).collect()
    }

    /// What stands between backticks in the text.
    pub(super) fn inline(&self) -> Vec<String> {
        let prose = self.text.split("```").step_by(2);
        let spans = prose.flat_map(|text| text.split('`').skip(1).step_by(2));
        spans.map(|code| code.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    }

    /// What it says that commands print.
    pub(super) fn printed(&self) -> Vec<Printed> {
        let each = self.text.split(PRINTS).skip(1).map(|rest| {
            let (command, rest) = rest.split_once(" -->\n```text\n").expect("a block of text");
            let text = rest.split("```").next().expect("its end");
            Printed { command: command.to_owned(), text: text.to_owned() }
        });
        each.collect()
    }

    /// The same page with something else printed.
    pub(super) fn with(&self, printed: &Printed, text: &str) -> String {
        let head = format!("{PRINTS}{} -->\n```text\n", printed.command);
        self.text.replace(&format!("{head}{}```", printed.text), &format!("{head}{text}```"))
    }

    /// Where its links lead, without those to other sites.
    pub(super) fn links(&self) -> Vec<String> {
        let prose: String = self.text.split("```").step_by(2).collect();
        let targets = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        targets.filter(|target| !target.contains("://")).map(str::to_owned).collect()
    }

    /// The anchors of its headings, as the usual viewers make them.
    pub(super) fn anchors(&self) -> Vec<String> {
        let prose: String = self.text.split("```").step_by(2).collect();
        let headings = prose.lines().filter(|line| line.starts_with('#')).map(str::to_lowercase);
        let slug = |heading: String| {
            let words = heading.trim_start_matches('#').trim().replace(' ', "-");
            words.chars().filter(|letter| letter.is_alphanumeric() || "-_".contains(*letter)).collect()
        };
        headings.map(slug).collect()
    }
}

/// The words of a line of shell, as far as the guides go: quotes and comments.
pub(super) fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for letter in line.chars() {
        match (quote, letter) {
            (None, '#') if words.last().is_some_and(String::is_empty) => break,
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), close) if open == close => quote = None,
            (None, ' ') => words.push(String::new()),
            _ => words.last_mut().unwrap().push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
