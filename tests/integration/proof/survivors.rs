//! The faults that a reader of the published pages can tell, and that are not found; each with
//! its reason. The list is exact: a fault that is found does not belong here.

pub(super) const ALL: &[(&str, &str)] = &[
    ("warnings-missing-badges", "only the examples show `warnings`; no page says that it always comes"),
    ("message-omitted", "only the examples show a message; the pages say to decide by the code"),
    ("access-clear-password", "that the password travels hashed is told to the run, not by the contract"),
    ("access-late", "no page says which problem of a request is looked for first"),
    ("access-token-case-ignored", "shows only to the right token in another case, which is not sent"),
    ("access-password-by-start", "shows only to a secret that begins like the right one, which is not sent"),
    ("access-user-by-start", "shows only to a user that begins like the right one, which is not sent"),
    ("token-no-life", "the token's answer is used, not judged: the contract has no such operation"),
    ("token-life-text", "the token's answer is used, not judged: the contract has no such operation"),
    ("date-unreadable", "a Date that cannot be read is passed over"),
    ("org-id-per-endpoint", "no rule compares the answers of one operation with those of another"),
    ("created-by-changes", "no rule says that one caller is one user"),
    (
        "repeats-accepted-per-attribution",
        "an optional header might choose another namespace; no page says that it does not",
    ),
    ("raced-other-rank", "creates at once are equal; that they differ in another field is not tried"),
];

pub(super) fn reason(id: &str) -> Option<&'static str> {
    ALL.iter().find(|(known, _)| *known == id).map(|(_, reason)| *reason)
}
