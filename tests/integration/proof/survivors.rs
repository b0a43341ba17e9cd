//! The faults that a reader of the published pages can tell, and that are not found; each with
//! its reason. The list is exact: a fault that is found does not belong here.

pub(super) const ALL: &[(&str, &str)] = &[
    ("warnings-missing-badges", "only the examples show `warnings`; no page says that it always comes"),
    ("message-omitted", "only the examples show a message; the pages say to decide by the code"),
    ("access-clear-password", "that the password travels hashed is told to the run, not by the contract"),
    ("access-late", "no page says which problem of a request is looked for first"),
];

pub(super) fn reason(id: &str) -> Option<&'static str> {
    ALL.iter().find(|(known, _)| *known == id).map(|(_, reason)| *reason)
}
