//! Names: to which page a case belongs, what it is called there, and the page's file.

use crate::cause::Cause;
use crate::generate::random::fnv1a;
use crate::plan::{Case, Place, Verdict};

/// Where a case stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Address {
    pub(super) place: String,
    pub(super) cause: String,
}

/// The most characters of a file's name without extension.
const STEM: usize = 90;

/// The page of a case and its name there, both from its identity.
pub(super) fn address(case: &Case) -> (Address, String) {
    let (_, rest) = case.id.split_once('/').unwrap_or(("", &case.id));
    let place = match &case.place {
        Place::Path(name) if name.is_empty() => "path".to_owned(),
        place => place.to_string(),
    };
    let depth = case.place.to_string().split('/').count();
    let tail: Vec<&str> = rest.split('/').skip(1 + depth).collect();
    let expectation = &case.expectation;
    let violations = &expectation.violations;
    let violation = violations.iter().find(|violation| violation.place == case.place).or(violations.first());
    let why = match violation {
        Some(violation) if expectation.verdict == Verdict::Reject => violation.cause.name(),
        _ => tail.first().copied().unwrap_or("any"),
    };
    let variant = match tail.split_first() {
        Some((first, variant)) if *first == why => variant.join("/"),
        _ => tail.join("/"),
    };
    let verdict = expectation.verdict.name();
    let name = if variant.is_empty() { verdict.to_owned() } else { format!("{verdict}/{variant}") };
    (Address { place, cause: why.to_owned() }, name)
}

impl Address {
    /// The name of the file; two addresses never share one unless they differ only in case.
    pub(super) fn stem(&self) -> String {
        let mut clean = !self.is_ambiguous();
        let mut stem = String::new();
        for segment in self.place.split('/') {
            clean &= !segment.is_empty();
            if !stem.is_empty() {
                stem.push('.');
            }
            clean &= push(&mut stem, segment, false);
        }
        stem.push('-');
        clean &= push(&mut stem, &self.cause, false);
        if clean && stem.len() <= STEM { stem } else { self.hashed() }
    }

    /// A name that differs from others also where case makes no difference.
    pub(super) fn hashed(&self) -> String {
        let mut stem = String::new();
        push(&mut stem, &format!("{}-{}", self.place, self.cause), false);
        with_hash(&stem, &format!("{} {}", self.place, self.cause))
    }

    /// Whether place and cause could be told apart in another way, as in `x-not` and `unique`.
    fn is_ambiguous(&self) -> bool {
        let longer = |known: &&Cause| {
            let before = known.name().strip_suffix(&self.cause).and_then(|rest| rest.strip_suffix('-'));
            before.is_some_and(|before| self.place.ends_with(&format!("-{before}")))
        };
        Cause::ALL.iter().any(|known| longer(&known))
    }
}

/// The folder of an operation.
pub(super) fn folder(operation: &str, has_twin: bool) -> String {
    let mut folder = String::new();
    let clean = push(&mut folder, operation, true);
    if clean && !has_twin && is_portable(&folder) && folder.len() <= STEM {
        return folder;
    }
    let mut folder = String::from("_");
    push(&mut folder, operation, false);
    with_hash(&folder, operation)
}

/// Whether a name is a file's or folder's name wherever it is checked out.
pub(super) fn is_portable(name: &str) -> bool {
    const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
    let base = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = ["com", "lpt"].iter().any(|device| {
        base.strip_prefix(device).is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit())
    });
    name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_~.".contains(c))
        && !name.ends_with('.')
        && !name.contains("..")
        && !numbered
        && !DEVICES.contains(&base.as_str())
}

fn push(name: &mut String, part: &str, dots: bool) -> bool {
    let mut clean = true;
    for c in part.chars() {
        let safe = c.is_ascii_alphanumeric() || "-_~".contains(c) || (dots && c == '.');
        clean &= safe;
        name.push(if safe { c } else { '-' });
    }
    clean
}

fn with_hash(name: &str, whole: &str) -> String {
    let name = name.get(..STEM - 9).unwrap_or(name);
    format!("{}-{:08x}", name.trim_end_matches(['.', '-']), fnv1a(whole) & 0xffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stem(place: &str, cause: &str) -> String {
        Address { place: place.into(), cause: cause.into() }.stem()
    }

    #[test]
    fn a_readable_place_gives_a_readable_name() {
        assert_eq!(stem("body/rank", "wrong-type"), "body.rank-wrong-type");
        assert_eq!(stem("body/items/0/firstName", "missing"), "body.items.0.firstName-missing");
        assert_eq!(folder("create-badges-group", false), "create-badges-group");
    }

    #[test]
    fn what_no_file_can_be_called_is_told_apart_by_a_hash() {
        let odd = [
            "body/a b",
            "body/a.b",
            "body/..",
            "body/",
            "body/ä",
            "body/a\\b",
            &format!("body/{}", "x".repeat(300)),
        ];
        let mut names: Vec<String> = odd.iter().map(|place| stem(place, "missing")).collect();
        names.extend([stem("body/x-not", "unique"), stem("body/x", "not-unique")]);
        assert!(names.iter().all(|name| is_portable(name) && name.len() <= STEM), "{names:?}");
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 9);
        for operation in ["con", "..", "", "a/../b", "COM1.x", "x."] {
            assert!(is_portable(&folder(operation, false)), "{operation}");
        }
    }

    proptest! {
        #[test]
        fn two_places_never_share_a_file(a in "body(/[a-z.~ -]{0,5}){0,3}", b in "body(/[a-z.~ -]{0,5}){0,3}") {
            for (one, two) in [("missing", "missing"), ("unique", "not-unique"), ("type", "wrong-type")] {
                if (&a, one) != (&b, two) {
                    prop_assert_ne!(stem(&a, one), stem(&b, two));
                }
            }
            prop_assert!(is_portable(&stem(&a, "missing")));
        }
    }
}
