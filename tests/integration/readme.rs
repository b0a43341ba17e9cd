//! The README: every command is one that the program takes, and what it quotes is what it says.

use crate::driver::{probity, repository, shipped_contract};
use crate::rival::{PASSWORD, Rival, USER, Variant};

fn readme() -> String {
    std::fs::read_to_string(repository().join("README.md")).unwrap()
}

/// The lines of every fenced block of a language.
fn blocks(language: &str) -> Vec<String> {
    let readme = readme();
    let parts = readme.split("```").skip(1).step_by(2);
    parts.filter_map(|block| block.strip_prefix(&format!("{language}\n")).map(str::to_owned)).collect()
}

/// The words of a line of shell, as far as the README goes: quotes and comments.
fn words(line: &str) -> Vec<String> {
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

/// The commands of the recipes for CI systems.
fn ci_commands() -> Vec<String> {
    let yaml = blocks("yaml").into_iter().flat_map(|block| {
        let lines = block.lines().filter_map(|line| line.split_once("run: ").or(line.split_once("script: ")));
        lines.map(|(_, command)| command.to_owned()).collect::<Vec<_>>()
    });
    let groovy = blocks("groovy").into_iter().flat_map(|block| {
        let lines = block.lines().filter_map(|line| line.split_once("sh '")?.1.rsplit_once('\''));
        lines.map(|(command, _)| command.to_owned()).collect::<Vec<_>>()
    });
    yaml.chain(groovy).collect()
}

fn commands() -> Vec<Vec<String>> {
    let readme = readme();
    let inline = readme.split('`').skip(1).step_by(2).map(str::to_owned).filter(|code| !code.contains('\n'));
    let lines =
        blocks("sh").into_iter().flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>());
    let all = lines.chain(ci_commands()).chain(inline).map(|line| line.replace("cargo run -- ", "probity "));
    let ours = all.filter(|line| line.starts_with("probity "));
    ours.map(|line| words(&line)[1..].to_vec()).collect()
}

#[test]
fn every_command_is_one_that_the_program_takes() {
    let commands = commands();
    assert!(commands.len() > 10, "{commands:?}");
    for command in commands {
        // Names that stand for something are not arguments: `probity serve [CONTRACT]`.
        let given = command.iter().filter(|word| !word.starts_with('[') && *word != "CHECK");
        let ran = probity().args(given.clone().chain([&"--help".to_owned()])).run();
        assert_eq!(ran.code, Some(0), "{command:?}: {}", ran.stderr);
    }
}

#[test]
fn the_recipes_for_ci_systems_work() {
    let recipes: Vec<String> = blocks("yaml").into_iter().chain(blocks("groovy")).collect();
    for block in blocks("yaml") {
        serde_yaml::from_str::<serde_json::Value>(&block).unwrap_or_else(|error| panic!("{error}: {block}"));
    }
    let commands = ci_commands();
    assert_eq!(commands.len(), 3, "{commands:?}");
    for command in commands {
        let rival = Rival::start(Variant::Strict, None);
        let arguments =
            words(&command)[1..].iter().map(|word| word.replace("$TARGET", &rival.url())).collect::<Vec<_>>();
        let contract = std::fs::read(shipped_contract()).unwrap();
        let driver = probity().with_file("summary.md", "").with_file("openapi.yaml", contract);
        let summary = driver.folder().join("summary.md");
        let driver = driver.args(arguments).env("PROBITY_BASIC", format!("{USER}:{PASSWORD}"));
        let ran =
            driver.env("PROBITY_BASIC_MD5", "true").env("GITHUB_STEP_SUMMARY", summary).run().ends_with(0);
        // Every file that the rest of the recipe takes is there.
        let recipe = recipes.iter().find(|recipe| recipe.contains(&command)).unwrap();
        let rest = recipe.replace(&command, "");
        for file in ["probity.json", "probity.xml", "probity.sarif", "quality.json"] {
            assert_eq!(rest.contains(file), ran.folder().join(file).is_file(), "{file}: {recipe}");
        }
        assert_eq!(command.contains("github-summary"), !ran.file("summary.md").is_empty(), "{command}");
    }
}

#[test]
fn every_format_is_in_the_table_of_reports() {
    let readme = readme();
    let help = probity().args(["report", "--help"]).run().stdout;
    let formats = help.split("Reports, each FORMAT=FILE:\n").nth(1).unwrap().lines();
    let formats: Vec<&str> = formats.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(formats.len() >= 10, "{formats:?}");
    for format in formats {
        assert!(readme.contains(&format!("\n| `{format}` | ")), "the README lacks {format}");
    }
}

#[test]
fn the_exit_codes_and_the_checks_are_those_of_the_program() {
    let readme = readme();
    let help = probity().arg("--help").run().stdout;
    let table = help.split("Exit codes:\n").nth(1).unwrap().trim_end();
    assert!(readme.contains(table), "the README lacks\n{table}");
    let checks = probity().arg("explain").run().stdout;
    assert!(readme.contains(checks.trim_end()), "the README lacks\n{checks}");
}

#[test]
fn the_configuration_of_the_readme_is_taken() {
    let file = blocks("toml").remove(0);
    let contract = std::fs::read_to_string(repository().join("spec/groups.openapi.yaml")).unwrap();
    std::fs::create_dir_all(probity().folder()).unwrap();
    let driver = probity().with_file("probity.toml", file);
    std::fs::create_dir(driver.folder().join("spec")).unwrap();
    let ran = driver
        .with_file("spec/groups.openapi.yaml", contract)
        .env("TILL_PASSWORD", "secret")
        .args(["plan"])
        .run();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[test]
fn the_audit_of_the_readme_is_that_of_the_program() {
    let ran = probity().in_folder(repository()).args(["audit"]).run().ends_with(0);
    let table = blocks("text").into_iter().find(|block| block.starts_with("class ")).unwrap();
    for row in table.lines() {
        assert!(ran.stdout.lines().any(|line| line.starts_with(row)), "{row}\n{}", ran.stdout);
    }
    let plot = blocks("text").into_iter().find(|block| block.contains('█')).unwrap();
    let told = ran.stdout.lines().find(|line| line.starts_with("Caught or pinned with")).unwrap();
    for (bar, told) in plot.lines().zip(told.split_once(": ").unwrap().1.split(" · ")) {
        let (share, requests) = told.split_once(" with ").unwrap();
        assert!(bar.ends_with(share) && bar.contains(&format!("{requests} ")), "{bar} is not {told}");
    }
}
