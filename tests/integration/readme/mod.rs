//! The README and the guides: every command runs or is one that the program takes, what they say that
//! a command prints is what it prints, and every link leads somewhere.
//!
//! `UPDATE_GUIDES=1 cargo test --test integration readme::` writes anew what commands print.

mod guide;
mod stage;

use crate::driver::{probity, repository};
use guide::{guide, guides, words};
use stage::{Stage, settled};

/// The longest that the README may be.
const LONGEST: usize = 200;

/// Commands that do not run here, by their beginning, and why.
const NOT_RUN: &[(&str, &str)] = &[
    ("cargo install ", "it builds the program again"),
    ("cargo build ", "it builds the program again"),
    ("cargo test", "it is what runs this"),
    ("probity serve openapi.yaml --port", "it runs until it is ended; tests of its own start it"),
    ("probity serve openapi.yaml --fault", "it runs until it is ended; the hosts of these tests are it"),
    (
        "probity serve docs/example/openapi.yaml --fault",
        "it runs until it is ended; the hosts of these tests are it",
    ),
    ("probity snapshots review", "it asks on a terminal; tests of its own answer it"),
    ("probity audit shipped", "it takes long; another test here runs it"),
    (
        "probity check spec/groups-readback.openapi.yaml --target",
        "it needs a deployment; tests of their own have one",
    ),
];

/// What a line is expected to end with: `# exits with 1`, or 0.
fn exit_of(line: &str) -> i32 {
    let said = line.split("# exits with ").nth(1);
    said.map_or(0, |rest| {
        rest.split(|letter: char| !letter.is_ascii_digit()).next().unwrap().parse().unwrap()
    })
}

/// A line as its beginnings are listed: with one space between words.
fn plain(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_not_run(line: &str) -> bool {
    NOT_RUN.iter().any(|(beginning, _)| plain(line).starts_with(beginning))
}

#[test]
fn every_command_of_the_guides_runs() {
    let help = probity().args(["check", "--help"]).run().stdout;
    for guide in guides() {
        let stage = Stage::new();
        for line in guide.shell() {
            if let Some(set) = line.strip_prefix("export ") {
                let name = set.split('=').next().unwrap();
                let known = name == "TARGET" || help.contains(&format!("[env: {name}"));
                assert!(known, "{}: {name} is no setting", guide.name);
            } else if !is_not_run(&line) {
                let (ran, printed) = stage.run(&line, &[]);
                let said = String::from_utf8_lossy(&ran.stderr);
                assert_eq!(
                    ran.status.code(),
                    Some(exit_of(&line)),
                    "{}: {line}\n{printed}\n{said}",
                    guide.name
                );
            }
        }
        stage.end();
    }
}

#[test]
fn what_is_not_run_stands_in_a_guide() {
    let lines: Vec<String> = guides().iter().flat_map(guide::Guide::shell).collect();
    for (beginning, why) in NOT_RUN {
        assert!(lines.iter().any(|line| plain(line).starts_with(beginning)), "{beginning}: {why}");
    }
}

#[test]
fn what_the_guides_say_that_commands_print_is_what_they_print() {
    let update = std::env::var_os("UPDATE_GUIDES").is_some();
    for mut guide in guides() {
        let stage = Stage::new();
        for printed in guide.printed() {
            let (ran, now) = stage.run(&printed.command, &[]);
            if update {
                let text = guide.with(&printed, &now);
                stage::rewrite(&guide, &text);
                guide.text = text;
                continue;
            }
            let said = String::from_utf8_lossy(&ran.stderr);
            let hint = "UPDATE_GUIDES=1 cargo test --test integration readme:: writes it anew";
            let (was, now) = (settled(&printed.text), settled(&now));
            assert_eq!(was, now, "{}: {}: {hint}\n{said}", guide.name, printed.command);
        }
        stage.end();
    }
}

#[test]
fn every_command_that_is_named_is_one_that_the_program_takes() {
    let mut seen = 0;
    for guide in guides() {
        let lines = guide.shell().into_iter().chain(guide.inline());
        let ours = lines.map(|line| line.replace("cargo run -- ", "probity "));
        for line in ours.filter(|line| line.starts_with("probity ")) {
            // Names that stand for something are not arguments: `probity serve [CONTRACT]`.
            let command = words(line.split(" | ").next().unwrap())[1..].to_vec();
            let given = command.iter().filter(|word| !word.starts_with('[') && *word != "CHECK");
            let ran = probity().args(given.chain([&"--help".to_owned()])).run();
            assert_eq!(ran.code, Some(0), "{}: {command:?}: {}", guide.name, ran.stderr);
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen}");
}

#[test]
fn the_readme_is_short_and_has_the_two_commands() {
    let readme = guide("README.md");
    assert!(readme.text.lines().count() <= LONGEST);
    let lines: Vec<String> = readme.shell().iter().map(|line| words(line).join(" ")).collect();
    for command in ["cargo run -- check", "cargo test"] {
        assert!(lines.iter().any(|line| line == command), "{command}");
    }
}

#[test]
fn every_link_of_the_guides_leads_somewhere() {
    let all = guides();
    for guide in &all {
        for link in guide.links() {
            let (path, anchor) =
                link.split_once('#').map_or((link.as_str(), None), |(path, at)| (path, Some(at)));
            let goal = if path.is_empty() { guide.path() } else { guide.path().parent().unwrap().join(path) };
            assert!(goal.exists(), "{}: {link}", guide.name);
            let Some(anchor) = anchor else { continue };
            let goal = goal.canonicalize().unwrap();
            let page = all.iter().find(|one| one.path().canonicalize().unwrap() == goal);
            let page = page.unwrap_or_else(|| panic!("{}: {link} is no guide", guide.name));
            assert!(
                page.anchors().iter().any(|one| one == anchor),
                "{}: {link}: {:?}",
                guide.name,
                page.anchors()
            );
        }
    }
    // Every guide is found from the README and from the index.
    for index in ["README.md", "docs/README.md"] {
        let text = guide(index).text;
        for one in all.iter().filter(|one| !one.name.ends_with("README.md")) {
            let file = one.name.trim_start_matches("docs/");
            assert!(
                text.contains(&format!("{file})")) || text.contains(&format!("{file}#")),
                "{index} lacks {file}"
            );
        }
    }
}

#[test]
fn the_recipes_for_ci_systems_work() {
    let guide = guide("docs/ci.md");
    for block in guide.blocks("yaml") {
        serde_yaml::from_str::<serde_json::Value>(&block).unwrap_or_else(|error| panic!("{error}: {block}"));
    }
    let recipes = guide.recipes();
    assert_eq!(recipes.len(), 3);
    for (recipe, commands) in recipes {
        assert!(recipe.contains("cargo install --locked --git "), "no step installs it: {recipe}");
        assert!(recipe.contains("TARGET") && recipe.contains("PROBITY_BEARER"), "{recipe}");
        assert_eq!(recipe.contains("upload-sarif@"), recipe.contains("security-events: write"), "{recipe}");
        let command = commands.iter().find(|command| command.starts_with("probity ")).unwrap();
        let stage = Stage::new();
        let summary = stage.folder().join("summary.md");
        std::fs::write(&summary, "").unwrap();
        let more = [("GITHUB_STEP_SUMMARY", summary.clone().into()), ("CI", "true".into())];
        let (ran, printed) = stage.run(command, &more);
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(0), "{command}\n{printed}\n{said}");
        // Every file that the rest of the recipe takes is there.
        let rest = recipe.replace(command, "");
        for file in ["probity.json", "probity.xml", "probity.sarif", "quality.json", "probity.html"] {
            assert_eq!(rest.contains(file), stage.folder().join(file).is_file(), "{file}: {recipe}");
        }
        let added = !std::fs::read_to_string(summary).unwrap().is_empty();
        assert_eq!(command.contains("github-summary"), added, "{command}");
        stage.end();
    }
}

#[test]
fn every_format_is_in_the_table_of_reports() {
    let page = guide("docs/reports.md").text;
    let help = probity().args(["report", "--help"]).run().stdout;
    let formats = help.split("Reports, each FORMAT=FILE:\n").nth(1).unwrap().lines();
    let formats: Vec<&str> = formats.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(formats.len() >= 10, "{formats:?}");
    for format in formats {
        assert!(page.contains(&format!("\n| `{format}` | ")), "the table lacks {format}");
    }
}

#[test]
fn the_exit_codes_and_the_checks_are_those_of_the_program() {
    let help = probity().arg("--help").run().stdout;
    let table = help.split("Exit codes:\n").nth(1).unwrap().trim_end();
    assert!(guide("docs/ci.md").text.contains(table), "the guide lacks\n{table}");
    let checks = probity().arg("explain").run().stdout;
    assert!(guide("docs/what-is-checked.md").text.contains(checks.trim_end()), "the guide lacks\n{checks}");
}

#[test]
fn the_configuration_of_the_guide_is_taken() {
    let file = guide("docs/targets-and-credentials.md").blocks("toml").remove(0);
    let contract = std::fs::read_to_string(repository().join("docs/example/openapi.yaml")).unwrap();
    let ran = probity()
        .with_file("probity.toml", file)
        .with_file("openapi.yaml", contract)
        .env("STAGING_PASSWORD", "secret")
        .args(["plan"])
        .run()
        .ends_with(0);
    assert!(ran.stdout.contains("add-task/"), "{}", ran.everything());
}

#[test]
fn the_audit_of_the_guide_is_that_of_the_program() {
    let page = guide("docs/how-good.md");
    let ran = probity().in_folder(repository()).args(["audit"]).run().ends_with(0);
    let table = page.blocks("text").into_iter().find(|block| block.starts_with("class ")).unwrap();
    for row in table.lines() {
        assert!(ran.stdout.lines().any(|line| line.starts_with(row)), "{row}\n{}", ran.stdout);
    }
    let plot = page.blocks("text").into_iter().find(|block| block.contains('█')).unwrap();
    let told = ran.stdout.lines().find(|line| line.starts_with("Caught or pinned with")).unwrap();
    for (bar, told) in plot.lines().zip(told.split_once(": ").unwrap().1.split(" · ")) {
        let (share, requests) = told.split_once(" with ").unwrap();
        assert!(bar.ends_with(share) && bar.contains(&format!("{requests} ")), "{bar} is not {told}");
    }
}
