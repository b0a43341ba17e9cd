//! Lines are run by a shell in which curl is a function that writes down what it was told.

use super::super::fixture::{case, sent};
use super::repeat as of;
use super::*;
use crate::exchange::Pieces;
use crate::plan::Verdict;
use bytes::Bytes;
use proptest::prelude::*;
use std::process::Command;
use std::sync::Arc;

const RUN: &str = super::super::fixture::RUN;

const CURL: &str = r#"curl() {
  for word in "$@"; do printf '%s\0' "$word"; done
  case " $* " in *" @- "*) cat; printf '\0' ;; esac
}
"#;

fn repeat(case: &Case, sent: &Sent, run: &str) -> Repeat {
    of(&Scenario::single(case.clone()), case, sent, run)
}

/// The arguments of curl, and its standard input if it is told to read that.
fn run(line: &str) -> Vec<Vec<u8>> {
    assert!(!line.contains(steers), "{line:?}");
    let output = Command::new("sh")
        .args(["-c", &format!("{CURL}{line}")])
        .env("RUN", "5555555555")
        .env("PROBITY_BASIC_BASE64", "a'b \"c")
        .output()
        .unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{line}: {output:?}");
    let mut words: Vec<Vec<u8>> = output.stdout.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect();
    words.pop();
    words
}

fn words(line: &str) -> Vec<String> {
    run(line).into_iter().map(|word| String::from_utf8(word).unwrap()).collect()
}

fn line(body: &[u8]) -> String {
    let mut case = case("accept/x", Verdict::Accept, None);
    case.request.body = Some(Pieces::of(body.to_vec(), RUN));
    repeat(&case, &sent(&case, "1234567890"), "1234567890").line
}

/// What curl gets as its body.
fn body(body: &[u8]) -> Vec<u8> {
    let line = line(body);
    if !line.starts_with("printf") {
        return run(&line).pop().unwrap();
    }
    // A NUL in the input cannot be told from the end of a word.
    let (start, _) = line.rsplit_once(" | curl -sS").unwrap();
    Command::new("sh").args(["-c", start]).env("RUN", "5555555555").output().unwrap().stdout
}

#[test]
fn a_line_repeats_the_request_with_another_identity_and_the_users_secrets() {
    let body = format!("{{\"name\": \"it's-{RUN}\"}}");
    let case = case("accept/x", Verdict::Accept, Some(&body));
    let repeat = repeat(&case, &sent(&case, "1234567890"), "1234567890");
    assert_eq!(
        repeat.line,
        r#"curl -sS -X POST 'https://api.example/group' -H 'authorization: Basic '"$PROBITY_BASIC_BASE64" -H 'content-type: application/json' --data-binary '{"name": "it'\''s-'"$RUN"'"}'"#
    );
    assert_eq!(repeat.note, None);
    assert_eq!(
        words(&repeat.line),
        [
            "-sS",
            "-X",
            "POST",
            "https://api.example/group",
            "-H",
            "authorization: Basic a'b \"c",
            "-H",
            "content-type: application/json",
            "--data-binary",
            "{\"name\": \"it's-5555555555\"}",
        ]
    );
}

#[test]
fn variables_that_the_contract_brought_in_are_not_given_to_the_shell() {
    let mut case = case("accept/x", Verdict::Accept, Some("$PROBITY_BASIC_BASE64 $HOME"));
    case.request.parts_mut().fields.push(("X-Example".into(), "$HOME".into()));
    let mut sent = sent(&case, "1234567890");
    Arc::make_mut(&mut sent.head).headers.push("x-example", "$HOME");
    let words = words(&repeat(&case, &sent, "1234567890").line);
    assert!(words.contains(&"x-example: $HOME".to_owned()), "{words:?}");
    assert_eq!(words.last().unwrap(), "$PROBITY_BASIC_BASE64 $HOME");
}

#[test]
fn what_curl_would_do_by_itself_is_kept_from_it() {
    let mut case = case("accept/x", Verdict::Accept, None);
    case.request.method = "HEAD".into();
    let mut request = sent(&case, "");
    let head = Arc::make_mut(&mut request.head);
    head.url = "https://api.example/a/../b?c[]={1}".into();
    head.headers = [("X-Empty", ""), ("accept-encoding", "gzip")].into();
    let line = repeat(&case, &request, "").line;
    assert_eq!(
        line,
        "curl -sS -I -g --path-as-is 'https://api.example/a/../b?c[]={1}' -H 'X-Empty;' --compressed"
    );
    Arc::make_mut(&mut request.head).method = "GET".into();
    request.body = Some(Bytes::from_static(b"@/etc/passwd").into());
    let line = repeat(&case, &request, "").line;
    assert!(line.ends_with("-H 'Content-Type:' --data-raw '@/etc/passwd'"), "{line}");
    assert!(super::super::fixture::sent(&case, "").body.is_none());
}

#[test]
fn a_header_may_hold_what_a_line_may_not() {
    let case = case("accept/x", Verdict::Accept, None);
    let mut request = sent(&case, "");
    Arc::make_mut(&mut request.head).headers =
        [("X-Odd", "a\tb\u{202e}c'\u{1b}$PROBITY_BASIC_BASE64")].into();
    assert_eq!(
        words(&repeat(&case, &request, "").line).last().unwrap(),
        "X-Odd: a\tb\u{202e}c'\u{1b}a'b \"c"
    );
}

#[test]
fn a_long_body_is_left_out_with_a_note() {
    let case = case("accept/it's/long", Verdict::Accept, Some(&"ä\n".repeat(2000)));
    let repeat = repeat(&case, &sent(&case, ""), "");
    assert!(repeat.line.ends_with(" --data-binary @BODY"), "{}", repeat.line);
    let note = repeat.note.unwrap();
    assert!(note.starts_with("BODY stands for 6000 bytes that begin with ä\\nä\\n"), "{note}");
    let whole = r"add --include 'create-group/accept/it'\''s/long' to what was run";
    assert!(note.ends_with(whole), "{note}");
}

#[test]
fn a_request_that_needs_others_before_it_says_so() {
    let steps = [case("accept/first", Verdict::Accept, None), case("reject/again", Verdict::Reject, None)];
    let scenario = Scenario {
        id: steps[1].id.clone(),
        operation: 0,
        cases: steps.to_vec(),
        at_once: 0,
        rule: None,
        story: None,
    };
    assert_eq!(of(&scenario, &steps[0], &sent(&steps[0], ""), "").note, None);
    assert_eq!(
        of(&scenario, &steps[1], &sent(&steps[1], ""), "").note.unwrap(),
        "1 request of its scenario came before it; to repeat it whole, add --include 'create-group/reject/again' to what was run"
    );
}

#[test]
fn a_body_that_is_no_text_goes_through_printf() {
    assert!(line(b"\xff'\\n%s\0").starts_with(r"printf '%b' '\0377\0047\0134n%s\0000' | curl "));
    assert_eq!(body(b"\xff'\\n%s\0"), b"\xff'\\n%s\0");
    assert_eq!(body(b""), b"");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_arrive_as_they_were(start in any::<Vec<u8>>(), end in any::<Vec<u8>>()) {
        let join = |run: &str| [&start[..], run.as_bytes(), &end[..]].concat();
        prop_assert_eq!(body(&join(RUN)), join("5555555555"));
    }

    #[test]
    fn any_text_arrives_as_it_was(text in "[ -~äé漢\n\r\t\u{1b}\u{202e}'\"$`\\\\%!@-]{0,60}") {
        prop_assert_eq!(body(text.as_bytes()), text.as_bytes());
    }
}
