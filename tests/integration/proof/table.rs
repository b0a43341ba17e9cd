//! The table of faults, as Markdown.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::survivors;
use super::trial::{Told, Trial, Way};
use crate::rival::Area;

const AREAS: [Area; 19] = [
    Area::Success,
    Area::Rejection,
    Area::Status,
    Area::Media,
    Area::Code,
    Area::Accepts,
    Area::Crash,
    Area::Leak,
    Area::Access,
    Area::Uniqueness,
    Area::Method,
    Area::Text,
    Area::Transport,
    Area::Echo,
    Area::Clock,
    Area::Identity,
    Area::Memory,
    Area::Race,
    Area::Intermittent,
];

pub(super) fn markdown(trials: &[Trial]) -> String {
    let mut text = "# Planted faults\n\nA fault is *visible* when the published pages, HTTP or JSON forbid it, and the right request can show it.\n".to_owned();
    let _ = writeln!(
        text,
        "\n| area | faults | visible | found | silent, found all the same |\n|---|---|---|---|---|"
    );
    for area in AREAS {
        let of: Vec<&Trial> = trials.iter().filter(|trial| trial.fault.area() == area).collect();
        row(&mut text, &format!("{area:?}"), &of);
    }
    row(&mut text, "**all**", &trials.iter().collect::<Vec<_>>());
    for area in AREAS {
        let _ = writeln!(
            text,
            "\n## {area:?}\n\n| fault | what it is | visible | found | by, or why not |\n|---|---|---|---|---|"
        );
        for trial in trials.iter().filter(|trial| trial.fault.area() == area) {
            let fault = trial.fault;
            let visible = if fault.visible() { "yes" } else { "no" };
            let found = if trial.found() { "yes" } else { "**no**" };
            let _ = writeln!(
                text,
                "| `{}` | {} | {visible} | {found} | {} |",
                fault.id(),
                fault.describe().replace('|', "\\|"),
                why(trial)
            );
        }
    }
    text
}

/// Beside the build's other output.
pub(super) fn write(table: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("proof.md");
    std::fs::write(&path, table).expect("a written table");
    path
}

fn row(text: &mut String, name: &str, trials: &[&Trial]) {
    let count = |wanted: &dyn Fn(&Trial) -> bool| trials.iter().filter(|trial| wanted(trial)).count();
    let _ = writeln!(
        text,
        "| {name} | {} | {} | {} | {} |",
        trials.len(),
        count(&|trial| trial.fault.visible()),
        count(&|trial| trial.fault.visible() && trial.found()),
        count(&|trial| !trial.fault.visible() && trial.found()),
    );
}

fn why(trial: &Trial) -> String {
    let way = match trial.way {
        Way::Ordinary => "",
        Way::ByToken => " (by token)",
        Way::AtASlowPace => " (at one request a second)",
    };
    let named = |checks: &BTreeSet<String>| {
        checks.iter().map(|check| format!("`{check}`")).collect::<Vec<_>>().join(", ")
    };
    match &trial.told {
        Told::Findings(checks) => format!("{}{way}", named(checks)),
        Told::Warnings(checks) => format!("{}{way}, as a warning", named(checks)),
        Told::Unusable => format!("exit 4: the target is not usable{way}"),
        Told::Nothing if !trial.fault.visible() => "the contract does not forbid it".to_owned(),
        Told::Nothing => survivors::reason(trial.fault.id()).unwrap_or("unknown").to_owned(),
        Told::Astray(_) => "the program went astray".to_owned(),
    }
}
