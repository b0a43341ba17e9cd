//! The faults that a reader of the published pages can tell, and that are not found; each with
//! its reason. The list is exact: a fault that is found does not belong here.

/// Needs creates that overlap on the wire.
const OVERLAP: &str = "shows only when creates of one name overlap; requests that must overlap are not sent";

/// Needs scenarios of a unique field that are not sent.
const SCENARIO: &str = "shows only in a scenario of names that is not sent";

pub(super) const ALL: &[(&str, &str)] = &[
    ("warnings-missing-badges", "only the examples show `warnings`; no page says that it always comes"),
    ("message-omitted", "only the examples show a message; the pages say to decide by the code"),
    ("access-clear-password", "that the password travels hashed is told to the run, not by the contract"),
    ("access-late", "no page says which problem of a request is looked for first"),
    ("access-token-outlives", "shows only to a token that has expired; none is kept and sent again"),
    ("access-token-case-ignored", "shows only to the right token in another case, which is not sent"),
    ("access-password-by-start", "shows only to a secret that begins like the right one, which is not sent"),
    ("access-user-by-start", "shows only to a user that begins like the right one, which is not sent"),
    ("token-no-life", "the token's answer is used, not judged: the contract has no such operation"),
    ("token-life-text", "the token's answer is used, not judged: the contract has no such operation"),
    ("name-spaces-collapsed", "no name with several spaces in a row is sent"),
    ("date-unreadable", "a Date that cannot be read is passed over"),
    ("org-id-per-endpoint", "no rule compares the answers of one operation with those of another"),
    ("created-by-changes", "no rule says that one caller is one user"),
    ("cut-every-13th", "a request whose connection closes without an answer is sent again"),
    ("cut-every-50th", "a request whose connection closes without an answer is sent again"),
    ("namespace-shared", SCENARIO),
    ("namespace-shared-by-rewards", SCENARIO),
    ("rejected-stored-for-media-type", SCENARIO),
    ("access-stored-malformed", SCENARIO),
    ("repeats-forgotten-after-ten", SCENARIO),
    ("repeats-accepted-third-time", SCENARIO),
    ("repeats-accepted-per-attribution", SCENARIO),
    ("repeats-accepted-long", SCENARIO),
    ("repeats-accepted-non-ascii", SCENARIO),
    ("letter-case-ignored-beyond-ascii-badges", SCENARIO),
    ("prefix-compared-50", SCENARIO),
    ("prefix-compared-64", SCENARIO),
    ("punctuation-ignored", SCENARIO),
    ("raced-1ms-badges", OVERLAP),
    ("raced-5ms-badges", OVERLAP),
    ("raced-20ms-badges", OVERLAP),
    ("raced-50ms-badges", OVERLAP),
    ("raced-1ms-rewards", OVERLAP),
    ("raced-5ms-rewards", OVERLAP),
    ("raced-20ms-rewards", OVERLAP),
    ("raced-50ms-rewards", OVERLAP),
    ("raced-by-three", OVERLAP),
    ("raced-other-rank", OVERLAP),
    ("raced-all-refused", OVERLAP),
    ("raced-server-error", OVERLAP),
    ("raced-conflict", OVERLAP),
    ("raced-wrong-code", OVERLAP),
    ("raced-cut", OVERLAP),
];

pub(super) fn reason(id: &str) -> Option<&'static str> {
    ALL.iter().find(|(known, _)| *known == id).map(|(_, reason)| *reason)
}
