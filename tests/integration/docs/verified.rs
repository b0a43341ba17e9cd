//! The reference with what a run, or snapshots, say of each status, code and rule.

use super::*;

#[test]
fn a_run_lends_its_exchanges_and_says_what_held() {
    let driver = probity();
    driver.again().args(["check", "--report", "json=run.json"]).run().ends_with(0);
    let page = html(&driver, &["--verified", "run.json"]);
    let run = driver.clone().folder().join("run.json");
    let run: Value = serde_json::from_str(&std::fs::read_to_string(run).unwrap()).unwrap();
    let id = run["timing"]["run_id"].as_str().unwrap();
    assert!(page.contains(&format!("probity-{id}-")), "no recorded exchange is shown");
    assert!(page.contains("Verified against <code>the embedded host</code> on 20"));
    assert!(page.contains("<span class=\"mark held\">held</span>"));
    assert!(!page.contains("mark failed") && !page.contains("class=\"wrong\""));
    assert!(page.contains("Nothing that was tried breaks the contract."));
    assert!(page.contains("Statuses: 8 held, 0 failed, 0 not tried."));
    assert!(!page.contains("$PROBITY_BASIC"));
    let again = html(&driver, &["--verified", "run.json"]);
    assert_eq!(page, again);
}

#[test]
fn what_did_not_hold_or_was_not_tried_is_marked_so() {
    let driver = probity();
    let (_runtime, host) = host(&["create-badges-group/code/732/as-733"]);
    let target = format!("http://{}", host.address());
    let accepted = host.credentials();
    let basic = format!("{}:{}", accepted.user, accepted.password);
    driver
        .again()
        .args([
            "check",
            "shipped",
            "--include",
            "create-badges-group",
            "--target",
            &target,
            "--basic",
            &basic,
        ])
        .args(["--report", "json=run.json"])
        .run()
        .ends_with(1);
    let page = html(&driver, &["--verified", "run.json"]);
    let row = |code: &str| {
        let start = page.find(&format!("<tr id=\"{code}\"")).unwrap();
        page[start..].split("</tr>").next().unwrap().to_owned()
    };
    assert!(row("create-badges-group-code-732").contains("mark failed"));
    // It came for its own cause, and for another too.
    assert!(row("create-badges-group-code-733").contains("mark failed"));
    assert!(row("create-badges-group-code-735").contains("mark held"));
    assert!(row("create-rewards-group-code-12012").contains("mark untried"));
    for link in page.split("class=\"mark failed\" href=\"#").skip(1) {
        let anchor = link.split('"').next().unwrap();
        let told = page.split(&format!("id=\"{anchor}\"")).nth(1).unwrap();
        assert!(told.contains("probity explain error-code"), "{anchor}");
    }
    assert!(page.contains("class=\"note broken\"") && page.contains("not tried."), "no banner");
}

/// The page of the operation `add` and the first page, verified with a run against a host.
fn verified(driver: &Driver, server: &Canned) -> (String, String) {
    let check = ["check", "a.json", "--target", &server.url(), "--report", "json=run.json"];
    driver.again().args(check.map(str::to_owned)).run();
    let docs = ["docs", "a.json", "--out", "md", "--format", "markdown", "--verified", "run.json"];
    driver.again().args(docs).run().ends_with(0);
    let read = |name: &str| std::fs::read_to_string(driver.folder().join("md").join(name)).unwrap();
    (read("add.md"), read("README.md"))
}

/// Every link to a place of the page leads to one.
fn links_lead_somewhere(page: &str) {
    let links: Vec<&str> = page.split("](#").skip(1).map(|rest| rest.split(')').next().unwrap()).collect();
    assert!(!links.is_empty(), "{page}");
    for link in links {
        assert_eq!(page.matches(&format!("<a id=\"{link}\"></a>")).count(), 1, "{link}: {page}");
    }
}

#[test]
fn a_code_holds_only_with_its_own_status() {
    let (driver, server) = coded(|kind| match kind {
        "good" => canned_json("200 OK", "", "{}"),
        "missing" => canned_json("409 Conflict", "", r#"{"code": 71}"#),
        _ => canned_json("400 Bad Request", "", r#"{"code": 72}"#),
    });
    let (page, first) = verified(&driver, &server);
    let row = |code: &str| page.lines().find(|line| line.starts_with(&format!("| `{code}` |"))).unwrap();
    assert!(row("71").contains("[failed](#add-failed") && row("71").contains("came with 409 ×"), "{page}");
    assert!(!row("71").contains("held") && row("72").contains("| held |"), "{page}");
    assert!(page.contains("### 409 (not documented)"), "{page}");
    assert!(page.contains("### 503 (not tried)") && page.contains("### 200 (held)"), "{page}");
    assert!(page.contains("## What is wrong") && page.contains("- Actual: "), "{page}");
    links_lead_somewhere(&page);
    assert!(first.contains("1 failed") && first.contains("1 not tried"), "{first}");
    assert!(first.contains("1 status came that is not documented."), "{first}");
    assert!(first.contains("](add.md#add-failed)"), "{first}");
}

#[test]
fn statuses_and_codes_that_nothing_documents_are_shown() {
    let (driver, server) = coded(|kind| match kind {
        "good" => canned_json("201 Created", "", "{}"),
        "missing" => canned_json("400 Bad Request", "", r#"{"code": 99}"#),
        _ => canned_json("400 Bad Request", "", r#"{"code": 72}"#),
    });
    let (page, first) = verified(&driver, &server);
    assert!(page.contains("### 201 (not documented)\n\nIt came ×"), "{page}");
    assert!(page.contains("### 200 ([failed](#add-failed"), "{page}");
    let unknown = page.lines().find(|line| line.starts_with("| `99` |")).unwrap();
    assert!(unknown.contains("Not in the catalogue.") && unknown.contains("came with 400 ×"), "{page}");
    links_lead_somewhere(&page);
    assert!(first.contains("break the contract"), "{first}");
    let html = html(&driver, &["a.json", "--verified", "run.json"]);
    assert!(html.contains("The contract does not document this status."));
    assert!(!html.contains("status good"), "what did not come is not green");
}

#[test]
fn what_was_not_tried_is_not_said_to_hold() {
    let (driver, server) = coded(|_| canned_json("200 OK", "", "{}"));
    let check =
        ["check", "a.json", "--target", &server.url(), "--max-requests", "1", "--report", "json=run.json"];
    driver.again().args(check.map(str::to_owned)).run().ends_with(0);
    let page = html(&driver, &["a.json", "--verified", "run.json"]);
    assert!(page.contains("Statuses: 1 held, 0 failed, 3 not tried."), "no banner");
    assert!(page.contains("Error codes: 0 held, 0 failed, 2 not tried."), "no banner");
    assert_eq!(page.matches("mark held").count(), 1);
    assert_eq!(page.matches("mark untried").count(), 5);
}

#[test]
fn snapshots_lend_what_came_and_do_not_say_that_it_held() {
    let profile = repository().join("snapshots/host");
    let page = html(&probity(), &["--verified", profile.to_str().unwrap()]);
    assert!(page.contains("come from the snapshots <code>host</code>"));
    assert!(
        !page.contains("mark held") && !page.contains("mark failed") && !page.contains("Verified against")
    );
    let row = |code: &str| {
        let start = page.find(&format!("<tr id=\"{code}\"")).unwrap();
        page[start..].split("</tr>").next().unwrap().to_owned()
    };
    assert!(row("create-badges-group-code-733").contains("<span class=\"mark came\">recorded</span>"));
    // What was replaced is no example, what came as it stands is one.
    assert!(!page.contains("[as sent]") && !page.contains("{run}"));
    assert!(page.contains("repeats a value that must be unique"));
    let again = html(&probity(), &["--verified", profile.to_str().unwrap()]);
    assert_eq!(page, again);
    let text = markdown_of(&["--verified", profile.to_str().unwrap()]);
    assert!(
        text.contains("comes from the snapshots `host`") && text.contains("### 400 (recorded)"),
        "{text}"
    );
}

#[test]
fn a_folder_that_holds_no_snapshots_of_the_contract_is_refused() {
    let driver = probity().with_file("other/x.txt", "");
    let ran = driver.again().args(["docs", "--out", "html", "--verified", "other"]).run().ends_with(2);
    assert!(ran.stderr.contains("snapshots/host"), "{}", ran.stderr);
}

#[test]
fn a_recorded_exchange_that_the_contract_no_longer_allows_is_an_error() {
    let driver = probity();
    driver.again().args(["check", "--report", "json=run.json"]).run().ends_with(0);
    let text = std::fs::read_to_string(shipped_contract()).unwrap();
    let changed = text.replacen(
        "          description: Name of the group, exactly as it was sent.\n",
        "          maxLength: 3\n",
        1,
    );
    assert_ne!(text, changed);
    let driver = driver.with_file("changed.yaml", changed);
    let ran = driver
        .again()
        .args(["docs", "changed.yaml", "--out", "html", "--verified", "run.json"])
        .run()
        .ends_with(1);
    for told in [
        "create-badges-group/accept/body/example/group",
        "/data/name",
        "at most 3 characters",
        "changed.yaml:",
    ] {
        assert!(ran.stderr.contains(told), "{told}: {}", ran.stderr);
    }
    assert!(!driver.folder().join("html").exists());
}

#[test]
fn a_report_of_something_else_is_refused() {
    let driver = probity().with_file("run.json", "{}");
    let docs = ["docs", "--out", "html", "--verified"];
    let ran = driver.again().args(docs).arg("run.json").run().ends_with(2);
    assert!(ran.stderr.contains("--report json=FILE"), "{}", ran.stderr);
    driver.again().args(["check", "--report", "json=other.json"]).run().ends_with(0);
    let contract = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"},
        "paths": {"/a": {"get": {"responses": {"200": {"description": "ok"}}}}}});
    let driver = driver.with_file("a.json", contract.to_string());
    let ran = driver
        .again()
        .args(["docs", "a.json", "--out", "html", "--verified", "other.json"])
        .run()
        .ends_with(2);
    assert!(ran.stderr.contains("no operation of it is in the contract"), "{}", ran.stderr);
}
