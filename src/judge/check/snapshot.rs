//! `snapshot`: behaviour is what was recorded.

use crate::judge::{Check, Scope, Severity};

pub(in crate::judge) const CHECK: Check = Check {
    id: "snapshot",
    summary: "the behaviour is what the profile's snapshots hold",
    meaning: "An answer differs from the one that was recorded for this profile, beyond what is declared or was seen to be volatile. The contract may allow both.",
    matters: "Contracts leave much open: a changed message, a new field, another default. Clients notice.",
    allow: "Look at the change with `probity snapshots review`, and accept it if it is meant.",
    severity: Severity::Deny,
    scope: Scope::Api,
};
