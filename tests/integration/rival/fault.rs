//! The faults: each makes the server wrong in one way.

/// What lets a reader of the published contract call it a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Basis {
    /// A published page says otherwise.
    Stated,
    /// Every published example shows otherwise.
    Shown,
    /// HTTP or JSON themselves forbid it.
    Protocol,
    /// Nothing published speaks of it.
    Silent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Area {
    Success,
    Rejection,
    Status,
    Media,
    Code,
    Accepts,
    Crash,
    Leak,
    Access,
    Uniqueness,
    Method,
    Text,
    Transport,
    Echo,
    Clock,
    Identity,
    Memory,
    Race,
    Intermittent,
    /// Reached by reading a group back only, which no create operation speaks of.
    ReadBack,
}

macro_rules! faults {
    ($($area:ident { $($name:ident $id:literal $basis:ident $about:literal;)* })*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Fault { $($($name,)*)* }

        const TABLE: &[(Fault, &str, Area, Basis, &str)] =
            &[$($((Fault::$name, $id, Area::$area, Basis::$basis, $about),)*)*];
    };
}

include!("fault_table.rs");

impl Fault {
    pub(crate) const ALL: [Self; TABLE.len()] = {
        let mut all = [TABLE[0].0; TABLE.len()];
        let mut index = 0;
        while index < TABLE.len() {
            all[index] = TABLE[index].0;
            index += 1;
        }
        all
    };

    /// The faults that the create operations alone can show.
    pub(crate) fn of_creates() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|fault| fault.area() != Area::ReadBack)
    }

    pub(crate) fn id(self) -> &'static str {
        TABLE[self as usize].1
    }

    pub(crate) fn area(self) -> Area {
        TABLE[self as usize].2
    }

    pub(crate) fn basis(self) -> Basis {
        TABLE[self as usize].3
    }

    pub(crate) fn describe(self) -> &'static str {
        TABLE[self as usize].4
    }

    /// Whether the published contract can tell at all, given the right request.
    pub(crate) fn visible(self) -> bool {
        self.basis() != Basis::Silent
    }
}
