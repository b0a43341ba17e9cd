//! The faults: each makes the service wrong in one way.

use super::Variant;

/// How a finding is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Deny,
    Warn,
}

impl Level {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Warn => "warn",
        }
    }
}

macro_rules! faults {
    ($($name:ident $id:literal $variant:ident $check:literal $level:ident $about:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Fault { $($name,)* }

        const TABLE: &[(Fault, &str, Variant, &str, Level, &str)] =
            &[$((Fault::$name, $id, Variant::$variant, $check, Level::$level, $about),)*];
    };
}

include!("fault_table.rs");

impl Fault {
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.0)
    }

    pub(crate) fn id(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// The variant that has it.
    pub(crate) fn variant(self) -> Variant {
        TABLE[self as usize].2
    }

    /// The check that must tell it.
    pub(crate) fn check(self) -> &'static str {
        TABLE[self as usize].3
    }

    pub(crate) fn level(self) -> Level {
        TABLE[self as usize].4
    }

    pub(crate) fn about(self) -> &'static str {
        TABLE[self as usize].5
    }
}
