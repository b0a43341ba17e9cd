//! The faults that are told as a warning. The list is exact: every other fault that is found fails
//! the run.

pub(super) const ALL: &[&str] = &[
    "id-not-hex-badges",
    "id-not-from-clock-badges",
    "get-200",
    "method-no-allow",
    "method-allow-wrong",
    "rank-float64",
    "date-hour-behind",
];
