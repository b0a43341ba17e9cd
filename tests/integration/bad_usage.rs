//! Command lines, configuration files and places to write that are wrong.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::canned::{Canned, Reply, refusal};
use crate::driver::{Driver, Ran, Running, probity, shipped_contract};
use crate::needs::FULL_DISK;
use crate::rival::{Fault, Rival, Variant};

fn check(arguments: &[&str]) -> Driver {
    let driver =
        probity().env("PROBITY_CONTRACT", "shipped").args(["check", "--quiet", "--max-requests", "3"]);
    driver.args(arguments.iter().copied())
}

fn with_config(text: &str) -> Driver {
    probity().with_file("probity.toml", text)
}

#[track_caller]
fn refused(driver: Driver, wanted: &[&str]) {
    let ran = driver.run().ends_with(2);
    assert_eq!(ran.stdout, "", "{}", ran.everything());
    for wanted in wanted {
        assert!(ran.stderr.contains(wanted), "{wanted}: {}", ran.everything());
    }
}

#[test]
fn a_wrong_flag_or_value_is_named_with_what_is_right() {
    for (arguments, wanted) in [
        (&["--tagret", "x"][..], &["--tagret", "--target"][..]),
        (&["--jobs", "0"], &["--jobs", "from 1 to 512"]),
        (&["--rate", "5"], &["--rate", "`100/m`"]),
        (&["--timeout", "5h"], &["--timeout", "`500ms`, `30s` or `5m`"]),
        (&["--timeout", "0"], &["--timeout", "leaves no time"]),
        (&["--timeout", "0s"], &["--timeout", "leaves no time"]),
        (&["--seed", "-1"], &["--seed", "invalid value '-1'"]),
        (&["--run-id", "12"], &["--run-id", "ten digits"]),
        (&["--oauth-key", "k"], &["--oauth-secret"]),
        (&["-D", "respnse-schema"], &["no check `respnse-schema`", "did you mean `response-schema`?"]),
        (&["-W", "rul"], &["no check `rul`", "did you mean `rule`?"]),
        (&["-A", "nonsense"], &["no check `nonsense`", "known here: "]),
        (&["--basic", "nobody"], &["--basic", "separated by a colon"]),
        (&["--header", "nothing"], &["--header", "a name, a colon and a value"]),
        (&["--header", "A: 1\nB: 2"], &["--header: it has a line break", "give --header twice"]),
        (&["--header", "A B: 1"], &["--header", "no name of a header"]),
        (&["--api-key", ""], &["--api-key: the key is empty", "PROBITY_API_KEY"]),
        (&["--bearer", ""], &["--bearer: the token is empty", "PROBITY_BEARER"]),
        (&["--basic", ""], &["--basic: the pair of user and password is empty", "PROBITY_BASIC"]),
        (&["--bearer", "a\nb"], &["--bearer", "no header can hold"]),
        (&["--target", "ftp://x"], &["--target", "only http:// and https://"]),
        (&["--target", "http://"], &["--target", "not a URL"]),
        (&["--target", "x"], &["http:// or https:// is missing", "did you mean http://x?"]),
        (&["--target", "127.0.0.1:8080"], &["is missing", "did you mean http://127.0.0.1:8080?"]),
        (&["--target", "localhost:8080"], &["is missing", "did you mean http://localhost:8080?"]),
        (&["--target", "api.example.com/v1"], &["is missing", "did you mean https://api.example.com/v1?"]),
        (&["--target", ""], &["--target: it is empty", "is the variable that it comes from set?"]),
        (&["--target", "$HOST"], &["`$HOST` holds a variable that was not replaced", "single quotes"]),
        (&["--target", "http://u:p@x"], &["use --basic"]),
        (&["--target", "http://x/?a=b"], &["no query"]),
        (&["--report", "xml=a"], &["no report format `xml`", "ndjson"]),
        (&["--report", "sarfi=a"], &["no report format `sarfi`", "did you mean `sarif`?"]),
        (&["--report", "json"], &["names no file", "--report json=report.json"]),
        (&["--report", "github-summary"], &["GITHUB_STEP_SUMMARY", "--report markdown=FILE"]),
        (&["--report", "github-summary=a"], &["takes no FILE", "--report markdown=FILE"]),
        (
            &["--report", "json=nodir/x.json"],
            &["nodir/x.json: No such file or directory", "create the folder"],
        ),
        (&["--report", "har=-", "--report", "ctrf=-"], &["both go to standard output", "a file for each"]),
        (&["--report", "har=a", "--report", "ctrf=a"], &["both go to a"]),
        (&["--report", "har=a", "--report", "ctrf=./a"], &["both go to ./a", "a file for each"]),
        (&["--ledger", "l", "--report", "json=l"], &["the json report and the ledger would both go to l"]),
        (&["--ledger", "-"], &["cannot be standard output", "--ledger FILE"]),
        (&["--profile", "../up"], &["`../up` cannot be the name of a profile"]),
        (&["--record", "--target", "http://127.0.0.1:1"], &["--profile staging"]),
    ] {
        refused(check(arguments), wanted);
    }
    refused(probity().arg("chek"), &["chek", "'check'"]);
    refused(with_config("ledger = \"-\"").arg("check"), &["cannot be standard output", "--ledger FILE"]);
}

#[test]
fn a_selection_that_leaves_nothing_is_no_success() {
    let ran = check(&["--exclude", "*"]).run().ends_with(5);
    assert!(ran.stderr.contains("loosen --exclude"), "{}", ran.everything());
}

#[test]
fn a_pattern_that_matches_nothing_is_refused_before_anything_is_sent() {
    let target = Canned::always(refusal("400 No"));
    let url = target.url();
    for (arguments, wanted) in [
        (&["--include", "create-badges-grup"][..], "did you mean `create-badges-group`?"),
        (&["--exclude", "create-badges-grup"], "--exclude: `create-badges-grup` matches no operation"),
        (&["--include", "Badges", "--include", "Bagdes"], "did you mean `Badges`?"),
        (
            &["--exclude", "create-badges-group/reject/body/rank/wrong-tpye/string"],
            "did you mean `create-badges-group/reject/body/rank/wrong-type/string`?",
        ),
        (&["--exclude", "create-badges-group,*/rejcet/*"], "`probity plan` lists every case"),
    ] {
        refused(check(arguments).args(["--target", &url]), &[wanted]);
        refused(probity().arg("plan").args(arguments.iter().copied()), &[wanted]);
    }
    assert_eq!(target.lines(), Vec::<String>::new());
}

#[test]
fn a_method_is_a_pattern() {
    let ids = |arguments: &[&str]| {
        let ran = probity().arg("plan").args(arguments.iter().copied()).run().ends_with(0);
        ran.stdout.lines().filter(|line| !line.starts_with("bodies: ")).map(str::to_owned).collect::<Vec<_>>()
    };
    let all = ids(&[]);
    let others = ids(&["--exclude", "POST"]);
    assert!(
        !others.is_empty() && others.iter().all(|line| line.contains("/undeclared-method/")),
        "{others:?}"
    );
    assert_eq!(ids(&["--include", "POST"]).len() + others.len(), all.len());
    assert_eq!(ids(&["--exclude", "DELETE"]), all, "what is not there needs no mention");
    refused(
        probity().args(["plan", "--exclude", "delete"]),
        &["`delete` matches no", "did you mean `DELETE`?"],
    );
}

#[test]
fn what_is_explained_is_a_check_or_a_case() {
    let case = "create-badges-group/reject/body/rank/wrong-type/string";
    let ran = probity().args(["explain", case]).run().ends_with(0);
    for wanted in
        ["POST /api_gateway/v1/badges/group", "\"rank\":\"text\"", "reject: status 400", ".yaml:", case]
    {
        assert!(ran.stdout.contains(wanted), "{wanted}: {}", ran.everything());
    }
    let config = with_config(&format!("contract = {:?}", shipped_contract()));
    config.args(["explain", case]).run().ends_with(0);
    with_config(&format!("contract = {:?}", shipped_contract())).arg("explain").run().ends_with(0);
    for (subject, wanted) in [
        ("create-badges-group/reject/body/rank/wrong-type/strin", "did you mean `create-badges-group/reject"),
        ("404", "404 is a status, and no check"),
        ("500", "probity explain server-error"),
        ("rul", "did you mean `rule`?"),
    ] {
        refused(probity().args(["explain", subject]), &[wanted]);
    }
}

#[test]
fn a_pattern_is_held_against_all_that_the_contract_implies() {
    for pattern in [
        "*/random/*",
        "*/undeclared-method/PUT",
        "*/credentials/*",
        "create-badges-group/reject/*",
        "/api_gateway/v1/*",
    ] {
        let arguments = ["plan", "--max-requests", "1", "--exclude", pattern];
        probity().args(arguments).run().ends_with(0);
    }
    let broken = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get: {operationId: a, responses: {'200': {description: ok}}}\n  /b:\n    get: {operationId: b, tags: [t], parameters: [{$ref: '#/nowhere'}], responses: {'200': {description: ok}}}\n";
    for pattern in ["b", "t", "/b", "GET /b", "b/accept/*"] {
        let driver = probity().with_file("c.yaml", broken).args(["plan", "c.yaml", "--exclude", pattern]);
        driver.run().ends_with(0);
    }
}

#[test]
fn a_wrong_configuration_is_named_with_its_line() {
    for (text, wanted) in [
        ("\ntargte = \"x\"", &["probity.toml:2: unknown key `targte`", "did you mean `target`?"][..]),
        ("color = \"never\"", &["probity.toml:1: unknown key `color`", "known here: "]),
        ("target = ", &["probity.toml:1:", "the file is TOML"]),
        ("\n\nbasic = \"u:${NOPE}\"", &["probity.toml:3: `basic` needs", "`NOPE`", "export NOPE="]),
        ("seed = 1\njobs = \"many\"", &["probity.toml:2:", "from 1 to 512"]),
        ("jobs = [1, 2]", &["probity.toml:1:", "--jobs", "multiple times"]),
        ("record = \"yes\"", &["probity.toml:1:", "--record"]),
        ("[severity]\nrule = \"loud\"", &["probity.toml:2: `loud` is no severity", "deny, warn or allow"]),
        ("[severity]\nrule = \"warning\"", &["`warning` is no severity", "did you mean `warn`?"]),
        (
            "targte = \"x\"\n[severity]\nsnapshots = \"deny\"\nrule = \"warning\"",
            &[
                "probity.toml:1: unknown key",
                "probity.toml:3: there is no check",
                "probity.toml:4: `warning`",
            ],
        ),
        (
            "jobs = \"many\"\nrate = \"5\"",
            &["probity.toml:1:", "probity.toml:2:", "from 1 to 512", "`100/m`"],
        ),
        (
            "[sevrity]\nrule = \"deny\"",
            &["probity.toml:1: unknown key `sevrity`", "did you mean `severity`?"],
        ),
        ("[severity]\nrul = \"deny\"", &["no check `rul`", "did you mean `rule`?"]),
        ("jobs = {a = 1}", &["probity.toml:1:", "`jobs` is text, a number"]),
    ] {
        refused(with_config(text).arg("check"), wanted);
    }
    refused(probity().args(["plan", "--config", "no.toml"]), &["no.toml: cannot be read", "check the path"]);
}

#[test]
fn digits_that_stand_in_the_requests_are_no_identity_of_a_run() {
    let with = |id: &str| {
        let contract = "openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /a:
    get:
      operationId: a
      parameters: [{name: q, in: query, required: true, schema: {type: integer, enum: [1234567890]}}]
      responses: {'200': {description: ok, content: {application/json: {}}}, '400': {description: no}}
";
        probity().with_file("c.yaml", contract).args([
            "check",
            "c.yaml",
            "--report",
            "json=r.json",
            "--run-id",
            id,
        ])
    };
    refused(with("1234567890"), &["--run-id: 1234567890 stands in the requests", "choose other digits"]);
    let ran = with("8234567891").run().ends_with(0);
    assert!(ran.file("r.json").contains("q=1234567890"), "{}", ran.everything());
}

fn planned(driver: Driver) -> usize {
    let ran = driver.run().ends_with(0);
    ran.stdout.lines().filter(|line| !line.starts_with("bodies: ")).count()
}

#[test]
fn a_flag_outweighs_the_environment_and_that_the_file() {
    let file = || with_config("max-requests = 5").arg("plan");
    assert_eq!(planned(file()), 5);
    assert_eq!(planned(file().env("PROBITY_MAX_REQUESTS", "4")), 4);
    assert_eq!(planned(file().env("PROBITY_MAX_REQUESTS", "4").args(["--max-requests", "3"])), 3);
}

#[test]
fn paths_in_the_file_are_relative_to_it_and_found_from_below() {
    let text = "contract = \"sub/c.yaml\"\nreport = \"json=out.json\"\nmax-requests = 2";
    let contract = std::fs::read_to_string(shipped_contract()).unwrap();
    let driver = with_config(text).with_file("sub/c.yaml", contract).with_file("sub/deep/x", "");
    let folder = driver.folder().to_owned();
    let ran = driver.in_folder(folder.join("sub/deep")).args(["check", "--quiet"]).run().ends_with(0);
    assert!(folder.join("out.json").is_file(), "{}", ran.everything());
}

#[test]
fn a_report_that_cannot_be_written_is_told_before_anything_is_sent() {
    let target = Canned::always(refusal("400 No"));
    for (path, hint) in [
        ("json=file/r.json", "a part of the path is a file"),
        ("json=nowhere/r.json", "create the folder nowhere first"),
        ("junit=.", "name a file, not a folder"),
    ] {
        let url = target.url();
        let driver = check(&["--target", &url, "--report", path]).with_file("file", "");
        refused(driver, &["cannot write", "help: ", hint]);
    }
    assert_eq!(target.lines(), Vec::<String>::new());
}

#[test]
fn nothing_that_was_read_is_overwritten() {
    let contract = std::fs::read_to_string(shipped_contract()).unwrap();
    for arguments in [
        &["check", "c.yaml", "--report", "json=c.yaml"][..],
        &["check", "c.yaml", "--report", "ndjson=sub/../c.yaml"],
        &["check", "c.yaml", "--ledger", "./c.yaml"],
        &["audit", "c.yaml", "--json=c.yaml"],
        &["report", "c.yaml", "--report", "junit=c.yaml"],
    ] {
        let driver = probity().with_file("c.yaml", &contract).with_file("sub/x", "");
        let ran = driver.args(arguments.iter().copied()).run().ends_with(2);
        assert!(ran.stderr.contains("which is the "), "{}", ran.everything());
        assert_eq!(ran.file("c.yaml"), contract);
    }
    let whole = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /a: {$ref: 'sub/a.yaml'}\n";
    let part = "get: {operationId: a, responses: {'200': {description: ok}}}\n";
    let driver = probity().with_file("c.yaml", whole).with_file("sub/a.yaml", part);
    let ran = driver.args(["check", "c.yaml", "--report", "json=sub/a.yaml"]).run().ends_with(2);
    assert!(ran.stderr.contains("which is a file that the contract names"), "{}", ran.everything());
    assert_eq!(ran.file("sub/a.yaml"), part);
}

#[test]
fn a_full_disk_loses_the_report_and_nothing_else() {
    let Some(_) = FULL_DISK.or_skip() else { return };
    let ran = check(&["--report", "json=/dev/full", "--report", "junit=r.xml"]).run().ends_with(2);
    assert!(ran.stdout.contains("probity: OK"), "{}", ran.everything());
    assert!(ran.stderr.contains("/dev/full") && ran.stderr.contains("make room"), "{}", ran.everything());
    assert!(ran.file("r.xml").starts_with("<?xml"));
}

#[test]
fn snapshots_that_cannot_be_read_or_written_are_told() {
    refused(check(&["--snapshots", "file"]).with_file("file", ""), &["file/host", "help: "]);
    refused(check(&["--snapshots", "file/x", "--record"]).with_file("file", ""), &["file/x/host", "help: "]);
}

#[test]
fn standard_output_that_cannot_be_written_is_no_success() {
    let Some(_) = FULL_DISK.or_skip() else { return };
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for arguments in [&["plan"][..], &["plan", "--json"], &["check", "--max-requests", "2"], &["explain"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
        let folder = tempfile::tempdir().unwrap();
        let ended = command.args(arguments).current_dir(&folder).stdout(full()).output().unwrap();
        assert_eq!(ended.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&ended.stderr).contains("standard output cannot be written"));
    }
}

#[test]
fn a_reader_that_goes_away_is_no_mistake() {
    for arguments in
        ["plan", "plan --json", "check --verbose", "explain", "completions bash", "man", "--help"]
    {
        let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
        let folder = tempfile::tempdir().unwrap();
        let command = command.args(arguments.split(' ')).current_dir(&folder);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(!said.contains("panicked"), "{arguments}: {said}");
        assert_eq!(ended.status.code(), Some(0), "{arguments}: {said}");
    }
}

#[test]
fn nothing_but_text_goes_where_no_terminal_is() {
    let ran = probity().args(["check", "--verbose"]).run().ends_with(0);
    let control = |c: char| c.is_control() && c != '\n';
    assert_eq!(ran.everything().chars().find(|c| control(*c)), None);
    let coloured = probity().args(["check", "--color", "always", "--max-requests", "2"]).run();
    assert!(coloured.stdout.contains("\u{1b}["));
}

fn signal(running: &Running, name: &str) {
    let id = running.id().to_string();
    assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
}

fn eventually(what: impl Fn() -> bool) {
    let begun = Instant::now();
    while !what() {
        assert!(begun.elapsed() < Duration::from_mins(1), "it never came to that");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn an_interrupt_ends_a_run_with_all_its_reports() {
    ends_with_all_reports("-INT");
}

#[test]
fn what_runs_the_program_can_end_it_as_well() {
    ends_with_all_reports("-TERM");
}

fn ends_with_all_reports(by: &str) {
    let target = Canned::start(|_| {
        std::thread::sleep(Duration::from_millis(100));
        Reply::Bytes(refusal("400 No"))
    });
    let driver = probity().args([
        "check",
        "shipped",
        "--jobs",
        "2",
        "--basic",
        "a:b-password",
        "--target",
        &target.url(),
    ]);
    let running = driver.args(["--report", "json=r.json", "--report", "junit=r.xml"]).start();
    eventually(|| target.lines().len() > 6);
    signal(&running, by);
    let ran: Ran = running.wait().ends_with(130);
    assert!(ran.stdout.contains("INTERRUPTED"), "{}", ran.everything());
    assert_eq!(ran.json("r.json")["verdict"], "interrupted");
    assert!(ran.json("r.json")["summary"]["exchanges"].as_u64().unwrap() >= 4);
    assert!(ran.file("r.xml").contains("the run was interrupted"));
}

#[test]
fn an_interrupted_record_writes_no_snapshot() {
    let target = Canned::start(|_| {
        std::thread::sleep(Duration::from_millis(50));
        Reply::Bytes(refusal("400 No"))
    });
    let driver = probity().args(["check", "shipped", "--basic", "a:b-password", "--target", &target.url()]);
    let running = driver.args(["--profile", "p", "--record"]).start();
    eventually(|| target.lines().len() > 20);
    signal(&running, "-INT");
    let ran = running.wait().ends_with(130);
    assert!(ran.stderr.contains("nothing is recorded"), "{}", ran.everything());
    assert!(!ran.folder().join("snapshots").exists());
}

#[test]
fn fail_fast_stops_at_the_first_finding() {
    let target = Canned::always(refusal("400 No"));
    let arguments =
        ["check", "shipped", "--fail-fast", "--basic", "a:b-password", "--report", "json=r.json", "--target"];
    let ran = probity().args(arguments).arg(target.url()).run().ends_with(1);
    assert_eq!(target.lines().len(), 1, "{}", ran.everything());

    // Refusals are right for a while; what was sent is what is reported, however many jobs there are.
    let sent = ["1", "8"].map(|jobs| {
        let rival = Rival::start(Variant::Strict, Some(Fault::CrashNonAscii));
        let arguments = ["check", "--fail-fast", "--report", "json=r.json", "--ledger", "l", "--jobs", jobs];
        let ran = probity().args(arguments).target(&rival).run().ends_with(1);
        let report = ran.json("r.json");
        let cases = report["cases"].as_array().expect("cases");
        let with = |statuses: &[u16]| {
            let status = |case: &serde_json::Value| case["outcome"]["status"].as_u64();
            cases
                .iter()
                .filter_map(status)
                .filter(|known| statuses.iter().any(|one| u64::from(*one) == *known))
                .count()
        };
        let ledger = ran.file("l");
        let done = ["created", "unknown"].map(|event| format!("\"event\":\"{event}\""));
        let done = ledger.lines().filter(|line| done.iter().any(|event| line.contains(event))).count();
        assert_eq!(done, with(&[200, 500]), "{}", ran.everything());
        assert_eq!(with(&[500]), 1, "{}", ran.everything());
        cases.iter().filter(|case| !case["outcome"].is_null()).count()
    });
    assert_eq!(sent[0], sent[1]);
}

#[test]
fn a_rate_is_kept() {
    let target = Canned::always(refusal("400 No"));
    let begun = Instant::now();
    let arguments = ["--rate", "10/s", "--jobs", "8", "--basic", "a:b-password", "--max-requests", "11"];
    probity().args(["check", "shipped"]).args(arguments).args(["--target", &target.url()]).run().ends_with(1);
    assert_eq!(target.lines().len(), 11);
    // Eleven requests, a tenth of a second between each and the next.
    assert!(begun.elapsed() >= Duration::from_secs(1));
}

#[test]
fn cases_are_chosen_by_operation_path_tag_and_case() {
    let ids = |arguments: &[&str]| -> Vec<String> {
        let ran = probity().args(["plan", "--json"]).args(arguments.iter().copied()).run().ends_with(0);
        let plan: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let scenarios = plan["scenarios"].as_array().unwrap().iter();
        let single = scenarios.filter(|one| one["cases"].as_array().unwrap().len() == 1);
        single.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    let badges = |id: &String| id.starts_with("create-badges-group/");
    let all = ids(&[]);
    let by_operation = ids(&["--include", "create-badges-group"]);
    assert!(by_operation.len() > 100 && by_operation.iter().all(badges));
    assert_eq!(ids(&["--include", "/api_gateway/v1/*"]), by_operation);
    assert_eq!(ids(&["--include", "Badges"]), by_operation);
    assert_eq!(ids(&["--exclude", "create-rewards-group"]), by_operation);
    let by_case = ids(&["--include", "create-badges-group/reject/*", "--exclude", "*/malformed/*"]);
    assert!(!by_case.is_empty() && by_case.len() < by_operation.len());
    assert!(by_case.iter().all(|id| id.contains("/reject/") && !id.contains("/malformed/")));
    assert!(by_operation.len() < all.len());
}
