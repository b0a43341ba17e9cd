//! What the commands show: help, explanations, scripts, and a host to play with.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::driver::probity;
use crate::needs::{BASH, FISH, MAN, Need, ZSH};

fn said(arguments: &[&str]) -> String {
    probity().args(arguments.iter().copied()).run().ends_with(0).stdout
}

#[test]
fn a_contract_that_the_configuration_names_is_looked_for_beside_it() {
    let ran =
        probity().with_file("probity.toml", "contract = \"none.yaml\"\n").args(["check"]).run().ends_with(3);
    assert!(ran.stderr.contains("taken from the folder of that file"), "{}", ran.everything());
}

#[test]
fn a_foreign_token_that_nothing_takes_is_told_of() {
    let ran = probity().args(["check", "--basic", "demo:demo-password", "--foreign-token", "some-token"]);
    let ran = ran.args(["--max-requests", "5", "--verbose"]).run();
    assert!(ran.everything().contains("--foreign-token was not tried"), "{}", ran.everything());
}

#[test]
fn every_command_has_help() {
    for command in [
        "",
        "check",
        "clean",
        "plan",
        "serve",
        "audit",
        "report",
        "docs",
        "snapshots",
        "snapshots review",
        "explain",
        "completions",
        "man",
    ] {
        let mut arguments: Vec<&str> = command.split_whitespace().collect();
        arguments.push("--help");
        let text = said(&arguments);
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= 100, "{command} is {widest} wide");
        insta::with_settings!({ snapshot_path => "help", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(if command.is_empty() { "probity".into() } else { command.replace(' ', "-") }, text);
        });
    }
}

#[test]
fn no_arguments_show_the_help() {
    assert_eq!(said(&[]), said(&["--help"]));
}

#[test]
fn help_tells_the_exit_codes() {
    for command in ["--help", "help"] {
        let text = said(&[command]);
        for code in ["0  ", "1  ", "2  ", "3  ", "4  ", "5  ", "130  "] {
            assert!(text.contains(&format!(" {code}")), "{code}: {text}");
        }
    }
}

#[test]
fn every_check_is_explained() {
    let list = said(&["explain"]);
    assert!(list.lines().count() > 10);
    for id in list.lines().map(|line| line.split(' ').next().unwrap()) {
        let text = said(&["explain", id]);
        for part in
            [&format!("{id} ("), "What it means", "Why it matters", "How to allow it", &format!("-A {id}")]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}

#[test]
fn an_unknown_check_is_not_explained() {
    let ran = probity().args(["explain", "respons-schema"]).run().ends_with(2);
    assert!(ran.stderr.contains("did you mean `response-schema`?"), "{}", ran.everything());
    let ran = probity().args(["explain", "xyz"]).run().ends_with(2);
    assert!(ran.stderr.contains("known here: complete-answer"), "{}", ran.everything());
}

/// Whether a tool takes a script, where there is such a tool.
fn takes(tool: Need, arguments: &[&str], script: &str) -> bool {
    let Some(tool) = tool.or_skip() else { return true };
    let started = Command::new(tool).args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
    let mut child = started.unwrap();
    let _ = child.stdin.take().unwrap().write_all(script.as_bytes());
    child.wait().unwrap().success()
}

#[test]
fn completions_are_scripts_that_know_the_commands() {
    for (shell, tool) in [("bash", BASH), ("zsh", ZSH), ("fish", FISH)] {
        let script = said(&["completions", shell]);
        for word in ["probity", "check", "snapshots", "max-requests"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        assert!(takes(tool, &["-n"], &script), "{shell}");
    }
}

#[test]
fn the_manual_page_is_roff() {
    let page = said(&["man"]);
    assert!(page.contains(".TH probity 1") && page.contains(".SH SYNOPSIS"), "{page}");
    assert!(takes(MAN, &["-l", "-"], &page));
}

#[test]
fn every_command_has_a_manual_page_that_is_named_as_it_is_shown() {
    let program = said(&["man"]);
    assert!(!program.contains("(1)"), "it names files that there are not: {program}");
    let shown = program.lines().filter_map(|line| line.strip_prefix("Its page: probity "));
    let shown: Vec<&str> = shown.collect();
    assert!(shown.len() > 8 && shown.contains(&"man check"), "{program}");
    for words in shown.into_iter().chain(["man snapshots accept"]) {
        let words: Vec<&str> = words.split(' ').collect();
        let page = said(&words);
        let title = format!(".TH probity-{} 1", words[1..].join("-"));
        assert!(page.contains(&title) && page.contains(".SH OPTIONS"), "{title}: {page}");
        assert!(takes(MAN, &["-l", "-"], &page), "{title}");
    }
    assert!(said(&["man", "snapshots"]).contains("Its page: probity man snapshots accept"));
}

#[test]
fn an_unknown_command_has_no_manual_page() {
    let refused = |names: &[&str], hint: &str| {
        let ran = probity().arg("man").args(names.iter().copied()).run().ends_with(2);
        assert!(ran.stdout.is_empty() && ran.stderr.contains(hint), "{}", ran.everything());
    };
    refused(&["chek"], "did you mean `check`?");
    refused(&["snapshots", "acept"], "did you mean `accept`?");
    refused(&["plan", "all"], "its own page: probity man plan");
}

#[test]
fn a_plan_says_what_each_case_expects_and_where_the_contract_says_so() {
    let ran =
        probity().args(["plan", "--include", "create-badges-group/reject/body/name/missing/absent"]).run();
    let ran = ran.ends_with(0);
    let words: Vec<&str> = ran.stdout.split_whitespace().collect();
    assert_eq!(
        words[..5],
        ["reject", "400", "code", "735", "create-badges-group/reject/body/name/missing/absent"]
    );
    assert!(words[5].starts_with("spec/groups.openapi.yaml:"));
    assert!(ran.stderr.contains("1 request in 1 scenario of 2 operations"), "{}", ran.everything());
}

fn asked(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_served_contract_answers_to_the_credentials_it_shows_until_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
    let command = command.args(["serve", "--port", "0"]).current_dir(&folder);
    let mut child =
        command.stdout(std::fs::File::create(&out).unwrap()).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    let shown = loop {
        let text = std::fs::read_to_string(&out).unwrap();
        if text.contains("Check it:") {
            break text;
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "{text}");
        std::thread::sleep(Duration::from_millis(10));
    };
    assert!(!shown.contains("Bearer"), "the contract has no such scheme: {shown}");
    let address = shown.lines().next().unwrap().rsplit_once("http://").unwrap().1.to_owned();
    let word = |name: &str| {
        let line = shown.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().to_owned()
    };
    let pair = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, word("Basic"));
    let create = |authorization: &str| {
        let body = r#"{"name":"by hand","rank":3}"#;
        let length = body.len();
        asked(
            &address,
            &format!(
                "POST /api_gateway/v1/badges/group HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{authorization}\r\n{body}"
            ),
        )
    };
    let none = create("");
    let first = create(&format!("Authorization: Basic {pair}\r\n"));
    let again = create(&format!("Authorization: Basic {pair}\r\n"));
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(none.starts_with("HTTP/1.1 401"), "{none}");
    assert!(first.starts_with("HTTP/1.1 200") && first.contains("by hand"), "{first}");
    assert!(again.starts_with("HTTP/1.1 400") && again.contains("733"), "{again}");
}

#[test]
fn what_is_served_is_checked_by_the_line_that_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(crate::driver::shipped_contract(), folder.path().join("it's mine.yaml")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
    let command = command.args(["serve", "it's mine.yaml", "--port", "0"]).current_dir(&folder);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let line = lines.into_iter().find_map(|line| line.strip_prefix("Check it:  probity ").map(str::to_owned));
    let line = format!("\"$PROBITY\" {} --quiet --max-requests 9", line.unwrap());
    let mut shell = Command::new("sh");
    let shell = shell.args(["-c", &line]).env("PROBITY", env!("CARGO_BIN_EXE_probity")).current_dir(&folder);
    let checked = shell.output().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.contains(r"check 'it'\''s mine.yaml' --target"), "{line}");
    assert!(checked.status.success(), "{line}: {}", String::from_utf8_lossy(&checked.stderr));
}

#[test]
fn a_port_in_use_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ran = probity().args(["serve", "--port", &port]).run().ends_with(2);
    assert!(ran.stderr.contains(&format!("port {port} cannot be used")), "{}", ran.everything());
    assert!(ran.stderr.contains("--port 0"), "{}", ran.everything());
}
