//! Faults of what the host remembers of resources.

use super::{Class, Defect, Site};

/// What the host forgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::host) enum Forgets {
    /// What was created.
    Created,
    /// What was created, where all are listed.
    Listed,
    /// What was changed.
    Changed,
    /// What a change does not name.
    Unnamed,
    /// That something was deleted.
    Deleted,
    /// That a change was refused.
    Refused,
    /// Which resource was meant, so that another is changed or deleted, too.
    Meant,
    /// That it was only asked to read.
    Reading,
}

/// Plants what an operation could forget of resources that can be created and read.
pub(super) fn derive(site: &mut Site<'_>) {
    let (contract, operation) = (site.contract, site.operation);
    let path = operation.path.as_str();
    let has = |method: &str, path: &str| {
        contract.operations.iter().any(|other| other.method == method && other.path == path)
    };
    let items = contract.operations.iter().filter(|other| other.method == "GET");
    let mut items =
        items.filter_map(|other| other.path.rsplit_once('/').filter(|(_, last)| last.starts_with('{')));
    let has_items = items.any(|(above, _)| above == path);
    let above = path.rsplit_once('/').filter(|(_, last)| last.starts_with('{')).map(|(above, _)| above);
    let is_item = above.is_some_and(|above| has("POST", above)) && has("GET", path);
    let found: &[(Forgets, &str, &str)] = match operation.method.as_str() {
        "POST" if has_items => &[(Forgets::Created, "created", "what is created is not stored")],
        "GET" if has_items && has("POST", path) => {
            &[(Forgets::Listed, "listed", "the newest of what was created is not listed")]
        }
        "GET" if is_item => &[(Forgets::Reading, "reading", "to read a resource changes it")],
        "PUT" if is_item => &[
            (Forgets::Changed, "changed", "what is put in place is answered and not stored"),
            (Forgets::Refused, "refused", "what is refused is stored"),
            (Forgets::Meant, "meant", "another resource is replaced, too"),
        ],
        "PATCH" if is_item => &[
            (Forgets::Changed, "changed", "a change is answered and not stored"),
            (Forgets::Unnamed, "unnamed", "what a change does not name is lost"),
            (Forgets::Refused, "refused", "what is refused is stored"),
            (Forgets::Meant, "meant", "another resource is changed, too"),
        ],
        "DELETE" if is_item => &[
            (Forgets::Deleted, "deleted", "what is deleted stays"),
            (Forgets::Meant, "meant", "another resource is deleted, too"),
        ],
        _ => &[],
    };
    let refuses = operation.json_body().is_some();
    for (forgets, id, words) in found {
        if *forgets == Forgets::Refused && !refuses {
            continue;
        }
        site.plant(Class::State, &format!("state/{id}"), &operation.at, *words, Defect::Forgets(*forgets));
    }
}
