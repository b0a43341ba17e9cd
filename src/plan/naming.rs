//! Which members may name a resource: what stands there must exist, and nobody can make it up.

use crate::contract::Contract;
use std::collections::BTreeSet;

/// What the resources of a document are called, in small letters and singular.
#[derive(Clone, Debug, Default)]
pub struct ResourceNames(BTreeSet<String>);

impl ResourceNames {
    /// Those that have a name in the paths of a contract.
    pub fn of(contract: &Contract) -> ResourceNames {
        let segments = contract.operations.iter().flat_map(|operation| operation.path.split('/'));
        let named = segments.filter(|segment| !segment.is_empty() && !segment.contains('{'));
        ResourceNames(named.map(|segment| singular(&segment.to_ascii_lowercase()).to_owned()).collect())
    }

    /// Whether the member at a JSON Pointer may hold the id of a resource: `id`, `ownerId`,
    /// `owner_id`, or a resource by its name.
    pub fn are_named_at(&self, at: &str) -> bool {
        let named =
            at.rsplit('/').find(|token| !token.bytes().all(|byte| byte.is_ascii_digit() || byte == b'*'));
        let Some(name) = named else { return false };
        let small = name.to_ascii_lowercase();
        let is_id = matches!(small.as_str(), "id" | "ids")
            || ["_id", "-id", "_ids", "-ids"].iter().any(|end| small.ends_with(end))
            || ["Id", "ID", "Ids", "IDs"].iter().any(|end| name.ends_with(end));
        is_id || self.0.contains(singular(&small))
    }
}

fn singular(name: &str) -> &str {
    name.strip_suffix('s').unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_may_name_a_resource_by_the_form_of_its_name_or_by_that_of_the_resource() {
        let resources = ResourceNames(["customer".to_owned(), "order".to_owned()].into());
        for (at, expected) in [
            ("/id", true),
            ("/ownerId", true),
            ("/owner_id", true),
            ("/parts/3/partIds/0", true),
            ("/customer", true),
            ("/orders/0", true),
            ("/grid", false),
            ("/paid", false),
            ("/rank", false),
            ("/0", false),
        ] {
            assert_eq!(resources.are_named_at(at), expected, "{at}");
        }
    }
}
