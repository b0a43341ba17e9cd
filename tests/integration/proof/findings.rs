//! What a finding says: which check, where, why, what was expected, what came, the line of the
//! contract, and a line to repeat the request.

use serde_json::Value;

use super::told;
use super::trial::{check, started};
use crate::driver::shipped_contract;
use crate::rival::Fault;

const BADGES: &str = "create-badges-group";
const REWARDS: &str = "create-rewards-group";
const BADGES_PATH: &str = "/paths/~1api_gateway~1v1~1badges~1group/post";
const REWARDS_PATH: &str = "/paths/~1api_gateway~1rewards~1core~1v1~1group~1create/post";

/// A finding as it should be. `line` is the text of the contract's line, and `sends` a part of the
/// line to repeat the request.
struct Wanted {
    check: &'static str,
    operation: &'static str,
    place: &'static str,
    cause: &'static str,
    expected: &'static str,
    actual: &'static str,
    pointer: String,
    line: &'static str,
    sends: &'static str,
}

impl Wanted {
    #[track_caller]
    fn is_told_of(&self, fault: Fault) {
        let ran = check(fault).target(&started(fault)).run();
        let report = ran.json("report.json");
        let findings = report["findings"].as_array().expect("findings");
        let same = |finding: &&Value| {
            finding["check"] == self.check
                && finding["operation"] == self.operation
                && finding["place"] == self.place
                && finding["cause"] == self.cause
        };
        let all = || findings.iter().map(told).collect::<String>();
        let finding = findings.iter().find(same).unwrap_or_else(|| panic!("not among:\n{}", all()));
        assert_eq!(finding["expected"], self.expected, "{}", told(finding));
        assert_eq!(finding["actual"], self.actual, "{}", told(finding));
        assert_eq!(finding["contract"]["file"], "spec/groups.openapi.yaml");
        assert_eq!(finding["contract"]["pointer"], self.pointer, "{}", told(finding));
        assert_eq!(contract_line(&finding["contract"]), self.line, "{}", told(finding));
        let curl = finding["curl"].as_str().expect("a curl line");
        assert!(curl.contains("curl -sS -X ") && curl.contains(self.sends), "{curl}");
        let shown = curl.lines().all(|line| ran.stdout.contains(line));
        assert!(shown, "the terminal gives the same lines:\n{}", ran.stdout);
    }
}

fn contract_line(contract: &Value) -> String {
    let text = std::fs::read_to_string(shipped_contract()).expect("the shipped contract");
    let number = usize::try_from(contract["line"].as_u64().expect("a line")).expect("a small number");
    text.lines().nth(number - 1).expect("a line of the contract").trim().to_owned()
}

#[test]
fn a_wrong_code_is_told_with_the_entry_of_the_catalogue() {
    let wanted = Wanted {
        check: "error-code",
        operation: BADGES,
        place: "body/name",
        cause: "missing",
        expected: "status 400 with code 735",
        actual: "status 400 with code 732",
        pointer: format!("{BADGES_PATH}/x-probity/errors/catalogue/735"),
        line: "'735':",
        sends: r#"--data-binary '{"rank":2}'"#,
    };
    wanted.is_told_of(Fault::CodeRankForName);
}

#[test]
fn a_superfluous_code_is_told_beside_the_right_one() {
    let wanted = Wanted {
        check: "error-code",
        operation: BADGES,
        place: "body/name",
        cause: "repeated",
        expected: "status 400 with code 733",
        actual: "status 400 with code 733, 732",
        pointer: format!("{BADGES_PATH}/x-probity/errors/catalogue/733"),
        line: "'733':",
        sends: "/api_gateway/v1/badges/group'",
    };
    wanted.is_told_of(Fault::CodeExtraOnTaken);
}

#[test]
fn a_wrong_type_in_an_answer_is_told_with_its_keyword() {
    let wanted = Wanted {
        check: "response-schema",
        operation: BADGES,
        place: "any",
        cause: "any",
        expected: "type string",
        actual: "integer",
        pointer: "/components/schemas/BadgesGroup/properties/id/type".to_owned(),
        line: "type: string",
        sends: "$RUN",
    };
    wanted.is_told_of(Fault::IdNumber);
}

#[test]
fn a_missing_property_is_told_with_the_list_of_required_ones() {
    let wanted = Wanted {
        check: "response-schema",
        operation: REWARDS,
        place: "any",
        cause: "any",
        expected: "a value",
        actual: "no such property",
        pointer: "/components/schemas/RewardsGroup/required".to_owned(),
        line: "required:",
        sends: "/group/create'",
    };
    wanted.is_told_of(Fault::NoCreatedOnDateTime);
}

#[test]
fn an_undocumented_status_is_told_with_the_documented_ones() {
    let wanted = Wanted {
        check: "documented-status",
        operation: BADGES,
        place: "any",
        cause: "any",
        expected: "one of the documented statuses 200, 400, 401, 415",
        actual: "status 422 with code 735",
        pointer: format!("{BADGES_PATH}/responses"),
        line: "responses:",
        sends: "--data-binary '{\"rank\":2}'",
    };
    wanted.is_told_of(Fault::Missing422);
}

#[test]
fn a_crash_is_told_with_the_text_that_caused_it() {
    let wanted = Wanted {
        check: "server-error",
        operation: REWARDS,
        place: "any",
        cause: "any",
        expected: "status 200",
        actual: "status 500; the body contains \"java.lang.\"",
        pointer: "/components/schemas/NewRewardsGroup/properties/name".to_owned(),
        line: "name:",
        sends: "🏅",
    };
    wanted.is_told_of(Fault::CrashEmoji);
}

#[test]
fn an_accepted_invalid_request_is_told_with_the_keyword_it_breaks() {
    let wanted = Wanted {
        check: "invalid-rejected",
        operation: BADGES,
        place: "body/rank",
        cause: "type",
        expected: "status 400",
        actual: "status 200",
        pointer: "/components/schemas/NewBadgesGroup/properties/rank/type".to_owned(),
        line: "type: integer",
        sends: r#""rank":1.5}"#,
    };
    wanted.is_told_of(Fault::AcceptsRankFraction);
}

#[test]
fn a_refused_valid_request_is_told_with_what_is_special_about_it() {
    let wanted = Wanted {
        check: "valid-accepted",
        operation: REWARDS,
        place: "body/rank",
        cause: "any",
        expected: "status 200",
        actual: "status 400 with code 400",
        pointer: "/components/schemas/NewRewardsGroup/properties/rank".to_owned(),
        line: "rank:",
        sends: r#""rank":null}"#,
    };
    wanted.is_told_of(Fault::RefusesNullRank);
}

#[test]
fn a_wrong_media_type_is_told_with_the_documented_one() {
    let wanted = Wanted {
        check: "media-type",
        operation: REWARDS,
        place: "any",
        cause: "any",
        expected: "application/json",
        actual: "Content-Type: text/html",
        pointer: format!("{REWARDS_PATH}/responses/400/content"),
        line: "content:",
        sends: "/group/create'",
    };
    wanted.is_told_of(Fault::RejectionHtmlType);
}

#[test]
fn a_body_that_is_not_well_formed_is_told_with_the_place_in_it() {
    let wanted = Wanted {
        check: "well-formed-body",
        operation: BADGES,
        place: "any",
        cause: "any",
        expected: "every key once",
        actual: "`/data/rank` more than once",
        pointer: format!("{BADGES_PATH}/responses/200/content/application~1json"),
        line: "application/json:",
        sends: "/badges/group'",
    };
    wanted.is_told_of(Fault::TextRepeatedKey);
}

#[test]
fn a_wrong_password_that_is_accepted_is_told_with_the_demand_for_credentials() {
    let wanted = Wanted {
        check: "credentials-enforced",
        operation: BADGES,
        place: "any",
        cause: "any",
        expected: "status 401",
        actual: "status 200",
        pointer: "/security".to_owned(),
        line: "security:",
        sends: "-H 'Authorization: Basic ",
    };
    wanted.is_told_of(Fault::AccessAnyPassword);
}

#[test]
fn a_repeated_name_that_is_accepted_is_told_with_the_promise_of_uniqueness() {
    let wanted = Wanted {
        check: "uniqueness",
        operation: BADGES,
        place: "body/name",
        cause: "repeated",
        expected: "status 400 with code 733",
        actual: "status 200",
        pointer: format!("{BADGES_PATH}/x-probity/unique/0"),
        line: "- {field: /name, case: sensitive}",
        sends: "/badges/group'",
    };
    wanted.is_told_of(Fault::RepeatsAcceptedOtherRank);
}

#[test]
fn a_method_that_is_answered_is_told_with_the_operations_of_its_path() {
    let wanted = Wanted {
        check: "undeclared-method",
        operation: BADGES,
        place: "any",
        cause: "any",
        expected: "a refusal, such as 405",
        actual: "status 200",
        pointer: BADGES_PATH.to_owned(),
        line: "post:",
        sends: "-X GET",
    };
    wanted.is_told_of(Fault::Get200);
}

#[test]
fn a_broken_rule_is_told_with_both_values() {
    let ran = check(Fault::NameTrimmed).target(&started(Fault::NameTrimmed)).run().ends_with(1);
    let report = ran.json("report.json");
    let finding = &report["findings"][0];
    assert_eq!(finding["check"], "rule");
    let text = |key: &str| finding[key].as_str().expect("a text");
    assert!(text("expected").starts_with("$request.body#/name = string \" "));
    assert!(text("actual").starts_with("$response.body#/data/name = "), "{}", text("actual"));
    let line = contract_line(&finding["contract"]);
    assert_eq!(line, "- equal: [$response.body#/data/name, $request.body#/name]");
}

#[test]
fn what_became_of_a_value_is_told() {
    for (fault, words, actual) in [
        (Fault::NameCut, "it is cut", "= its first 20 of "),
        (Fault::NameLowered, "it is in lower case", ", at character "),
        (Fault::NameHtmlEscaped, "it is escaped for HTML", ": U+0026 instead of U+0027"),
        (Fault::NameMojibake, "its UTF-8 is read as Latin-1", ", at character "),
        (Fault::NameAsciiOnly, "became `?`", ": U+003F instead of U+"),
        (Fault::NameNumber, "a number stands for a text", "= number "),
        (Fault::RankWraps, "it is wrapped to 32 bits", "= number "),
        (Fault::RankText, "a number became a text", "= string "),
        (Fault::IsActiveFalse, "is not true: the truth value is the other", "= boolean false"),
        (Fault::DateTimeOther, "one is in another time zone", "is exactly 1 h "),
        (Fault::CreatedOnMillis, "the unit is another", "it reads as milliseconds"),
        (Fault::CreatedOnFuture, "it lies in the future", "about 24 h in the future"),
        (Fault::IdNotFromClock, "does not begin with the time of", ""),
    ] {
        let ran = check(fault).target(&started(fault)).run();
        let report = ran.json("report.json");
        let findings = report["findings"].as_array().expect("findings");
        let told_of = |finding: &&Value| {
            let has = |key: &str, words: &str| finding[key].as_str().is_some_and(|text| text.contains(words));
            finding["check"] == "rule" && has("title", words) && has("actual", actual)
        };
        assert!(
            findings.iter().any(|one| told_of(&one)),
            "{}",
            findings.iter().map(told).collect::<String>()
        );
    }
}

#[test]
fn one_wrong_line_in_a_host_is_one_finding_an_operation() {
    for fault in [Fault::IdNumber, Fault::OrgIdChanges, Fault::LeakSql, Fault::RejectionHtmlType] {
        let ran = check(fault).target(&started(fault)).run().ends_with(1);
        let report = ran.json("report.json");
        let findings = report["findings"].as_array().expect("findings");
        let operations: Vec<&str> =
            findings.iter().map(|finding| finding["operation"].as_str().expect("an operation")).collect();
        let once: std::collections::BTreeSet<&str> = operations.iter().copied().collect();
        assert_eq!(operations.len(), once.len(), "{}", findings.iter().map(told).collect::<String>());
    }
}

#[test]
fn a_check_that_only_warns_fails_the_run_when_it_is_denied() {
    let fault = Fault::MethodNoAllow;
    let ran = check(fault).target(&started(fault)).run().ends_with(0);
    assert!(ran.stdout.contains("warn[allow-header] a 405 has no Allow header"), "{}", ran.everything());
    let ran = check(fault).args(["-D", "allow-header"]).target(&started(fault)).run().ends_with(1);
    assert!(ran.stdout.contains("deny[allow-header] a 405 has no Allow header"), "{}", ran.everything());
}
