//! The reports: each written during a run or made later of its JSON, none with a secret, none that a
//! hostile host can use.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::canned::{Canned, Reply};
use crate::driver::{Ran, probity, repository};
use crate::needs::FULL_DISK;
use crate::rival::{Fault, Rival, Variant};
use crate::secrecy::unfolded;

/// Every format that goes to a file, with the file.
const FILES: &[(&str, &str)] = &[
    ("json", "r.json"),
    ("junit", "r.xml"),
    ("html", "r.html"),
    ("markdown", "r.md"),
    ("github", "r.txt"),
    ("sarif", "r.sarif"),
    ("har", "r.har"),
    ("ctrf", "r.ctrf.json"),
    ("gitlab", "r.gitlab.json"),
    ("ndjson", "r.ndjson"),
];

fn wanted(formats: &[(&str, &str)], folder: &str) -> Vec<String> {
    let each = formats.iter().map(|(format, file)| format!("--report={format}={folder}{file}"));
    each.collect()
}

#[test]
fn every_format_is_tried() {
    let tried: Vec<&str> = FILES.iter().map(|(format, _)| *format).collect();
    let all: Vec<&str> = probity::report::Format::ALL.iter().map(|format| format.name()).collect();
    assert_eq!(tried, all);
}

fn faulty() -> Rival {
    Rival::start(Variant::Strict, Some(Fault::CodeRankForName))
}

#[test]
fn every_report_can_be_made_later_byte_for_byte() {
    let rival = faulty();
    let ran = probity()
        .args(["check", "--profile", "p", "--record"])
        .args(wanted(FILES, ""))
        .target(&rival)
        .run()
        .ends_with(1);
    let later: Vec<(&str, &str)> = FILES.iter().copied().filter(|(format, _)| *format != "ndjson").collect();
    std::fs::create_dir(ran.folder().join("later")).unwrap();
    let again = ran.again().args(["report", "r.json"]).args(wanted(&later, "later/")).run().ends_with(0);
    assert_eq!((again.stdout.as_str(), again.stderr.as_str()), ("", ""));
    let page = ran.again().args(["report", "r.json"]).run().ends_with(0);
    assert_eq!(page.stdout, ran.stdout);
    for (format, file) in later {
        assert!(ran.file(file) == ran.file(Path::new("later").join(file)), "{format}");
        let standard = ran.again().args(["report", "r.json", "--report", &format!("{format}=-")]).run();
        assert!(standard.ends_with(0).stdout == ran.file(file), "{format}");
    }
}

#[test]
fn the_exit_code_and_the_findings_are_the_same_whatever_is_written() {
    let bare = probity().args(["check"]).target(&faulty()).run().ends_with(1);
    let full = probity().args(["check"]).args(wanted(FILES, "")).target(&faulty()).run().ends_with(1);
    assert!(findings(&bare) > 0);
    assert_eq!(findings(&bare), findings(&full));
}

fn findings(ran: &Ran) -> usize {
    ran.stdout.matches("deny[").count()
}

#[test]
fn what_cannot_be_written_takes_nothing_else_with_it() {
    let Some(_) = FULL_DISK.or_skip() else { return };
    let bare = probity().args(["check"]).target(&faulty()).run().ends_with(1);
    let broken = probity().args(["check", "--report", "sarif=/dev/full", "--report", "har=r.har"]);
    let broken = broken.target(&faulty()).run().ends_with(1);
    assert_eq!(findings(&bare), findings(&broken));
    assert!(broken.stderr.contains("cannot write /dev/full"), "{}", broken.everything());
    assert!(broken.file("r.har").starts_with('{'));
    let good = probity().args(["check", "--report", "ndjson=/dev/full", "--report", "ctrf=r.json"]);
    let good = good.run().ends_with(2);
    assert!(
        good.stdout.contains("probity: OK") && good.stderr.contains("/dev/full"),
        "{}",
        good.everything()
    );
    assert!(good.file("r.json").starts_with('{'));
}

#[test]
fn a_report_on_standard_output_stands_alone_there() {
    let ran = probity().args(["check", "--report", "gitlab=-", "--max-requests", "40"]);
    let ran = ran.target(&faulty()).run().ends_with(1);
    let entries: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(entries[0]["location"]["path"], "spec/groups.openapi.yaml");
    assert!(ran.stderr.contains("deny[error-code]"), "{}", ran.everything());
    let ran = probity().args(["check", "--report", "github"]).target(&faulty()).run().ends_with(1);
    assert!(ran.stdout.starts_with("::error file=spec/groups.openapi.yaml,line="), "{}", ran.stdout);
}

#[test]
fn the_summary_of_a_job_grows() {
    let driver = probity().with_file("summary.md", "# Before\n");
    let path = driver.folder().join("summary.md");
    let ran = driver.env("GITHUB_STEP_SUMMARY", path).args(["check", "--report", "github-summary"]);
    let text = ran.run().ends_with(0).file("summary.md");
    assert!(text.starts_with("# Before\n# ✅ The host keeps its contract"), "{text}");
}

#[test]
fn an_archive_holds_the_url_that_was_sent_and_a_report_one_that_stays() {
    let contract = repository().join("spec/groups-readback.openapi.yaml");
    let ran = probity().args(["check", "--quiet", "--report", "har=r.har", "--report", "json=r.json"]);
    let ran = ran.arg(contract).run().ends_with(0);
    let archive: Value = serde_json::from_str(&ran.file("r.har")).unwrap();
    let entries = archive["log"]["entries"].as_array().unwrap();
    let reads = entries.iter().filter(|entry| entry["request"]["method"] == "GET");
    let urls: Vec<&str> = reads.map(|entry| entry["request"]["url"].as_str().unwrap()).collect();
    assert!(urls.len() > 2, "{urls:?}");
    assert!(urls.iter().any(|url| !url.contains("%7B")), "{urls:?}");
    let report = ran.json("r.json");
    let cases = report["cases"].as_array().unwrap();
    let followed: Vec<&Value> =
        cases.iter().filter(|case| case["outcome"]["observed"]["url"].is_string()).collect();
    assert!(!followed.is_empty());
    for case in followed {
        assert!(case["request"]["url"].as_str().unwrap().contains('{'), "{case:#}");
        assert!(urls.contains(&case["outcome"]["observed"]["url"].as_str().unwrap()), "{case:#}");
    }
}

#[test]
fn events_are_lines_by_their_schema_while_the_run_goes_on() {
    let schema = std::fs::read_to_string(repository().join("spec/events.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let ran = probity().args(["check", "--report", "ndjson=e", "--report", "json=r.json"]);
    let ran = ran.target(&faulty()).run().ends_with(1);
    let events: Vec<Value> = ran.file("e").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for event in &events {
        assert!(validator.is_valid(event), "{event:#}");
    }
    let of = |name: &str| events.iter().filter(|event| event["event"] == name).count() as u64;
    let report = ran.json("r.json");
    assert_eq!(of("exchanged"), report["summary"]["exchanges"].as_u64().unwrap());
    assert_eq!(of("finding"), report["findings"].as_array().unwrap().len() as u64);
    assert_eq!(
        (&events[0]["event"], &events.last().unwrap()["verdict"]),
        (&"started".into(), &"broken".into())
    );
}

#[test]
fn what_is_no_report_is_refused_with_a_way_out() {
    let refused = |text: &str, wanted: &[&str]| {
        let ran = probity().with_file("r.json", text).args(["report", "r.json", "--report", "junit=x.xml"]);
        let ran = ran.run().ends_with(2);
        for wanted in wanted {
            assert!(ran.stderr.contains(wanted), "{wanted}: {}", ran.everything());
        }
        assert!(!ran.folder().join("x.xml").exists());
    };
    refused("{}", &["r.json", "no report of Probity", "probity check --report json=FILE"]);
    refused("<xml/>", &["not JSON"]);
    let newer = r#"{"probity": {"version": "9.1.0", "format": 99}}"#;
    refused(newer, &["format 99", "use Probity 9.1.0 or newer"]);
    refused(r#"{"probity": {"version": "0.1.0", "format": 1}}"#, &["format 1", "run the check again"]);
    refused(r#"{"probity": {"version": "0.1.0", "format": 5}}"#, &["damaged"]);
    let absent = probity().args(["report", "absent.json", "--report", "junit=x.xml"]).run().ends_with(2);
    assert!(absent.stderr.contains("cannot read absent.json"), "{}", absent.everything());
    let events = probity().args(["report", "r.json", "--report", "ndjson=x"]).run().ends_with(2);
    assert!(events.stderr.contains("while they happen"), "{}", events.everything());
}

const SECRETS: [&str; 4] = ["pa\"ss wörd/17-of-mine", "bearer-of-mine", "key&of<mine>", "tenant-of-mine"];

/// A host that says whatever it was told, in many ways of writing.
fn parrot(status: &'static str) -> Canned {
    Canned::start(move |asked| {
        let whole = &asked.whole;
        let quoted = Value::from(whole.clone()).to_string();
        let ascii: String = quoted
            .chars()
            .map(|c| if c.is_ascii() { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) })
            .collect();
        let component = percent_encoding::utf8_percent_encode(whole, percent_encoding::NON_ALPHANUMERIC);
        let html =
            whole.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        let (code, html) = (STANDARD.encode(whole), Value::from(html));
        let folded = STANDARD.encode(SECRETS.join(" "));
        let body = format!(
            "{{\"errors\":[{{\"code\":{quoted},\"message\":{ascii}}}],\"data\":{{\"url\":\"{component}\",\"code\":\"{code}\",\"html\":{html},\"folded\":\"{folded}\",\"hostile\":{}}}}}",
            Value::from(HOSTILE)
        );
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nX-Cap-RequestId: {code} ::error::x\r\nContent-Length: {length}\r\n\r\n"
        );
        Reply::Bytes([head.into_bytes(), body.into_bytes()].concat())
    })
}

/// What would steer a terminal, break XML, or be a command, markup or a link.
const HOSTILE: &str = "\u{1b}[31m\u{9b}2J\u{7f}\u{202e}\u{fffe}\r\n::error::owned\n::add-mask::x ##[error]y\n\
     ]]><!--<script>alert(1)</script><img src=x onerror=y>-->\n```\n![x](http://evil.example) |a|";

#[test]
fn no_format_holds_a_secret_or_does_what_a_host_wants() {
    for status in ["200 OK", "400 No", "500 No"] {
        let target = parrot(status);
        let ran = probity()
            .args([
                "check",
                "shipped",
                "--verbose",
                "--target",
                &target.url(),
                "--profile",
                "p",
                "--jobs",
                "2",
            ])
            .args(["--max-requests", "150", "--basic", &format!("someone:{}", SECRETS[0])])
            .args(["--bearer", SECRETS[1], "--header", &format!("X-Api-Key: {}", SECRETS[2])])
            .args(["--header", &format!("X-Secret-Tenant: {}", SECRETS[3])])
            .args(wanted(FILES, ""))
            .run();
        assert!(ran.code == Some(1), "{}", ran.everything());
        let mut texts: Vec<(&str, String)> =
            FILES.iter().map(|(format, file)| (*format, ran.file(file))).collect();
        texts.push(("terminal", ran.stdout.clone()));
        texts.push(("errors", ran.stderr.clone()));
        for (format, text) in &texts {
            holds_no_secret(format, text);
            steers_nothing(format, text);
        }
        let of = |format: &str| &texts.iter().find(|(name, _)| *name == format).unwrap().1;
        let xml = quick_junit::Report::deserialize_from_str(of("junit")).unwrap();
        assert!(xml.failures > 0);
        for format in ["json", "sarif", "har", "ctrf", "gitlab"] {
            serde_json::from_str::<Value>(of(format)).unwrap_or_else(|error| panic!("{format}: {error}"));
        }
        for line in of("github").lines() {
            assert!(
                ["::error ", "::warning ", "::notice "].iter().any(|start| line.starts_with(start)),
                "{line}"
            );
        }
        assert!(of("markdown").len() <= 1 << 20);
    }
}

#[track_caller]
fn holds_no_secret(format: &str, text: &str) {
    let text = unfolded(text);
    let text = [text.as_str(), &text.replace("\\\"", "\"").replace("\\\\u00f6", "ö").replace("\\u00f6", "ö")]
        .concat();
    let decoded = percent_encoding::percent_decode_str(&text).decode_utf8_lossy();
    for secret in SECRETS {
        for text in [&text, &*decoded] {
            let at = text.find(secret);
            let around = at.map(|at| text[at.saturating_sub(60)..].chars().take(160).collect::<String>());
            assert_eq!(around, None, "{secret} in {format}");
        }
    }
}

#[track_caller]
fn steers_nothing(format: &str, text: &str) {
    for character in ['\u{1b}', '\u{9b}', '\u{7f}', '\u{202e}', '\u{fffe}', '\r', '\0'] {
        assert!(!text.contains(character), "{character:?} in {format}");
    }
    let own = ["::error file=", "::warning file=", "::notice title=", "::error title=", "::warning title="];
    for line in text.lines() {
        let command = line.trim_start().starts_with("::");
        assert!(
            !command || format == "github" && own.iter().any(|own| line.starts_with(own)),
            "{format}: {line}"
        );
        // The old form, which may stand anywhere in a line.
        assert!(!line.contains("##["), "{format}: {line}");
    }
    if format == "html" {
        // Only the page's own.
        assert_eq!(text.matches("<script").count(), 1);
        assert!(!text.contains("<img"));
    }
    if format == "junit" {
        assert!(!text.contains("<script") && !text.contains("<img"));
    }
}
