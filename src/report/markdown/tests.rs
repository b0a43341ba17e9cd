//! What people read in a CI system.

use super::super::fixture::Fixture;
use super::*;

#[test]
fn a_page_tells_what_came_of_a_run() {
    insta::assert_snapshot!(markdown(&Fixture::new().report(), LONGEST), @r#"
    # ❌ The host breaks its contract: 1 fact

    | | |
    |---|---|
    | target | `https://api.example` |
    | contract | `groups.yaml` |
    | API | `Groups 1.0.0` |
    | facts | 2 facts (1 deny, 1 warn) |
    | operations | 1 |
    | cases | 4, 3 sent |
    | time | 0.03 s, seed 7 |
    | not tried | 1 of 2 operations accepted something; 1 of 4 cases not sent; 1 operation not testable; 1 gap |

    ## What breaks the contract: 1 fact

    1. `made-up-schema` \`\/rank\` is text where an integer is asked for — 2 cases

    ## Warnings: 1 fact

    2. `made-up-header` \`\/rank\` is text where an integer is asked for — 1 case

    **Before you copy** a line that repeats a request, set the variables in it. `{run}` stands for the ten digits of this run.

    | variable | what it stands for |
    |---|---|
    | `$PROBITY_BASIC_BASE64` | `$(printf %s USER:PASSWORD \| base64 \| tr -d '\n'); with --basic-md5, of the password's MD5` |
    | `$RUN` | `ten digits not used before, for example RUN=$(date +%s)` |

    ## The facts closely

    ### 1. `made-up-schema` \`\/rank\` is text where an integer is asked for

    - **operation:** `create-group`
    - **contract:** `groups.yaml:33:26`
    - **expected:** `type integer`
    - **actual:** `string "2"`
    - **wrong value:** `/rank`
    - **shown by:** 2 cases
    - **cases:** `create-group/accept/body/valid/all`, `create-group/reject/body/name/missing`
    - **explain:** `probity explain made-up-schema`

    <details><summary>Contract, exchange, and how to repeat it</summary>

    ```text
         31 |                 type: object
         32 |                 properties:
    >    33 |                   rank: {type: integer}
         34 |         '400': {description: Refused.}
         35 |         '401': {description: Who are you?}
    ```

    ```http
    POST https://api.example/group
    authorization: Basic $PROBITY_BASIC_BASE64
    content-type: application/json
    content-length: 1

    {"name": "it's-{run}", "rank": 2}

    HTTP 200
    x-request-id: 8c1f-10
    date: 10

    {"rank": "2"}
    ```

    ```sh
    curl -sS -X POST 'https://api.example/group' -H 'authorization: Basic '"$PROBITY_BASIC_BASE64" -H 'content-type: application/json' --data-binary '{"name": "it'\''s-'"$RUN"'", "rank": 2}'
    ```

    </details>

    ### 2. `made-up-header` \`\/rank\` is text where an integer is asked for

    - **operation:** `create-group`
    - **contract:** `groups.yaml:33:26`
    - **expected:** `type integer`
    - **actual:** `string "2"`
    - **wrong value:** `/rank`
    - **shown by:** 1 case
    - **cases:** `create-group/accept/body/valid/all`
    - **explain:** `probity explain made-up-header`

    <details><summary>Contract, exchange, and how to repeat it</summary>

    ```text
         31 |                 type: object
         32 |                 properties:
    >    33 |                   rank: {type: integer}
         34 |         '400': {description: Refused.}
         35 |         '401': {description: Who are you?}
    ```

    ```http
    POST https://api.example/group
    authorization: Basic $PROBITY_BASIC_BASE64
    content-type: application/json
    content-length: 1

    {"name": "it's-{run}", "rank": 2}

    HTTP 200
    x-request-id: 8c1f-10
    date: 10

    {"rank": "2"}
    ```

    ```sh
    curl -sS -X POST 'https://api.example/group' -H 'authorization: Basic '"$PROBITY_BASIC_BASE64" -H 'content-type: application/json' --data-binary '{"name": "it'\''s-'"$RUN"'", "rank": 2}'
    ```

    </details>

    ## Not testable

    - `GET /broken`: `` `$ref` names `#/components/schemas/Absent`: nothing stands there `` (`groups.yaml:48:24`)

    ## Gaps

    - `create-group`: `no room` (`groups.yaml:12:3`)

    ## Seen of the contract

    | operation | statuses | codes | rules | keywords |
    |---|---|---|---|---|
    | `create-group` | `200` `400`; not seen: `401` | `735`; not seen: `732`; undocumented: `799` | 1 of 2 | 0 of 5 |

    Of the keywords, those that a request violated are counted.
    "#);
}

#[test]
fn a_page_is_never_longer_than_it_may_be_and_says_what_is_missing() {
    let mut report = Fixture::new().report();
    for number in 0..100 {
        let mut more = report.findings[0].clone();
        more.place = format!("body/{number}");
        report.findings.push(more);
    }
    for most in [1_000, 5_000, 50_000, LONGEST] {
        let text = markdown(&report, most);
        assert!(text.len() <= most, "{} of {most}", text.len());
        assert_eq!(text.contains("**Left out, since this page takes no more:**"), most < LONGEST, "{text}");
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    }
    let some = markdown(&report, 50_000);
    assert!(some.contains(" facts.") || some.contains(" facts,"), "{some}");
}

#[test]
fn nothing_from_a_host_is_taken_for_a_mark() {
    let mut fixture = Fixture::new();
    fixture.poison("\n::error::x\n\n<script>alert(1)</script> ![x](http://h) ```\n|a|b| @someone ##[error]y");
    let text = markdown(&fixture.report(), LONGEST);
    let mut fenced: Option<&str> = None;
    for line in text.lines() {
        let fence = line.len() - line.trim_start_matches('`').len();
        match fenced {
            Some(open) if line == open => fenced = None,
            Some(_) => {}
            None if fence > 2 => fenced = Some(&line[..fence]),
            None => {
                let bare = outside_code(line);
                for mark in ["<script", "![x]", "](http", " @someone"] {
                    assert!(!bare.contains(mark), "{mark}: {line}");
                }
            }
        }
        assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{line}");
    }
    assert_eq!(fenced, None);
}

/// What of a line stands outside of code.
fn outside_code(line: &str) -> String {
    let mut rest = line;
    let mut outside = String::new();
    while let Some(at) = rest.find('`') {
        let escaped = rest[..at].ends_with('\\');
        let length = rest[at..].len() - rest[at..].trim_start_matches('`').len();
        outside.push_str(&rest[..at]);
        if escaped {
            rest = &rest[at + 1..];
            continue;
        }
        let after = &rest[at + length..];
        let fence = "`".repeat(length);
        let mut from = 0;
        let close = loop {
            let Some(found) = after[from..].find(&fence) else { break None };
            let run = after[from + found..].len() - after[from + found..].trim_start_matches('`').len();
            if run == length {
                break Some(from + found + run);
            }
            from += found + run;
        };
        let Some(close) = close else { return outside + after };
        rest = &after[close..];
    }
    outside + rest
}

#[test]
fn code_holds_any_marks() {
    assert_eq!(code("a"), "`a`");
    assert_eq!(code("`a`"), "`` `a` ``");
    assert_eq!(code("a``b"), "```a``b```");
    assert_eq!(cell("a|b"), "`a\\|b`");
    assert_eq!(plain("<b> *a*"), "&lt;b&gt; \\*a\\*");
}
