//! What of the suite is not decided as it says, and why.

/// Reasons, each with the groups of a file that it is about.
pub(super) struct Exceptions(&'static [(&'static str, &'static str, &'static [&'static str])]);

impl Exceptions {
    /// Why a group of a file is an exception, if it is.
    pub(super) fn reason(&self, file: &str, group: &str) -> Option<&'static str> {
        let about = |(_, known, groups): &&(&str, &str, &[&str])| *known == file && groups.contains(&group);
        self.0.iter().find(about).map(|(reason, ..)| *reason)
    }
}

const META_SCHEMA: &str = "the meta-schema is a document of another host, which no contract reads";
const VOCABULARY: &str = "a vocabulary is chosen by a meta-schema, and OpenAPI has a dialect of its own";
const ID: &str = "`id` names no schema in OpenAPI 3.0, so that references are relative to the file";
const NAMES: &str = "3.0 has no `patternProperties`, so that what breaks only them may be taken";

pub(super) const DRAFT_2020_12: Exceptions = Exceptions(&[
    (META_SCHEMA, "defs", &["validate definition against metaschema"]),
    (META_SCHEMA, "ref", &["remote ref, containing refs itself"]),
    (VOCABULARY, "vocabulary", &["schema that uses custom metaschema with with no validation vocabulary"]),
]);

pub(super) const DRAFT_4: Exceptions = Exceptions(&[
    (META_SCHEMA, "definitions", &["validate definition against metaschema"]),
    (META_SCHEMA, "ref", &["remote ref, containing refs itself"]),
    (
        NAMES,
        "patternProperties",
        &[
            "patternProperties validates properties matching a regex",
            "multiple simultaneous patternProperties are validated",
            "regexes are not anchored by default and are case sensitive",
        ],
    ),
    (NAMES, "properties", &["properties, patternProperties, additionalProperties interaction"]),
    (
        ID,
        "ref",
        &[
            "$ref prevents a sibling id from changing the base uri",
            "Recursive references between schemas",
            "Location-independent identifier",
            "Location-independent identifier with base URI change in subschema",
            "id must be resolved against nearest parent, not just immediate parent",
        ],
    ),
    (
        ID,
        "refRemote",
        &[
            "base URI change",
            "base URI change - change folder",
            "base URI change - change folder in subschema",
            "root ref in remote ref",
            "Location-independent identifier in remote ref",
        ],
    ),
]);
