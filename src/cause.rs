//! Causes: why a request is not what the contract asks for.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! causes {
    ($($variant:ident = $name:literal: $words:literal,)*) => {
        /// Why a request is invalid, in one word that contracts, case names and reports share.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Cause {
            $(#[doc = $words] $variant,)*
        }
        impl Cause {
            /// Every cause, in the order of their declaration.
            pub const ALL: &[Cause] = &[$(Cause::$variant,)*];

            /// The name used in contracts and case identities.
            pub fn name(self) -> &'static str {
                match self { $(Cause::$variant => $name,)* }
            }

            /// What the cause means, to follow the name of a place.
            pub fn words(self) -> &'static str {
                match self { $(Cause::$variant => $words,)* }
            }
        }
    };
}

causes! {
    Missing = "missing": "is absent though required",
    Null = "null": "is null where null is not allowed",
    Blank = "blank": "is empty or only white space",
    WrongType = "wrong-type": "has a JSON type that is not allowed",
    OutOfRange = "out-of-range": "is outside its bounds",
    TooShort = "too-short": "has fewer characters, items or members than allowed",
    TooLong = "too-long": "has more characters, items or members than allowed",
    Pattern = "pattern": "does not match its pattern",
    Format = "format": "does not have its format",
    NotInEnum = "not-in-enum": "is none of the listed values",
    UndeclaredProperty = "undeclared-property": "is not declared, and undeclared properties are forbidden",
    NotUnique = "not-unique": "repeats an item where items must differ",
    NoBranch = "no-branch": "fits none of the alternatives",
    ManyBranches = "many-branches": "fits more than one of the alternatives",
    Malformed = "malformed": "is not a well-formed document",
    UnsupportedMediaType = "unsupported-media-type": "has a media type that is not declared",
    Unauthenticated = "unauthenticated": "carries no valid credentials",
    UndeclaredMethod = "undeclared-method": "uses a method that is not declared",
    NotFound = "not-found": "names a resource that does not exist",
    Repeated = "repeated": "repeats a value that must be unique",
}

impl Cause {
    /// What the cause means where a keyword is broken that says more than the cause does.
    pub fn words_for(self, keyword: Option<&str>) -> &'static str {
        match keyword {
            Some("multipleOf") => "is no multiple of what it must be",
            Some("contains" | "minContains" | "maxContains") => "does not hold the items that it must hold",
            Some("not") => "is what it must not be",
            Some("propertyNames") => "has a name that is not allowed",
            _ => self.words(),
        }
    }

    /// What is broken, in the words of JSON Schema where it is a schema: null is another type.
    pub fn constraint(self, keyword: Option<&str>) -> &str {
        match self {
            Cause::Missing => "required",
            Cause::Null | Cause::WrongType => "type",
            _ => keyword.unwrap_or(self.name()),
        }
    }

    /// The cause that stands in when the catalogue has no entry for this one.
    pub fn nearest(self) -> Option<Cause> {
        match self {
            Cause::Null => Some(Cause::Missing),
            Cause::WrongType => Some(Cause::Malformed),
            Cause::ManyBranches => Some(Cause::NoBranch),
            _ => None,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_written_in_documents_as_it_is_named() {
        for cause in Cause::ALL {
            assert_eq!(serde_json::to_value(cause).unwrap(), cause.name());
        }
    }
}
