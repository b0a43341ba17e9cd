//! What stands for the identity of a run as long as values are made, which is before a run has one.

use super::random::fnv1a;
use std::fmt;
use std::sync::Arc;

/// Ten digits, as many as the identity of a run has, that occur nowhere in a contract: where they
/// stand in a generated value, the identity of the run is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample(Arc<str>);

/// As long as the identity of a run.
pub const DIGITS: usize = 10;

/// What is taken if nothing speaks against it.
const FIRST: &str = "7071727374";

impl Sample {
    /// Digits that occur in none of some texts.
    pub fn apart_from(texts: &[&str]) -> Sample {
        let others = (0_u32..).map(|number| {
            let digits = fnv1a(&format!("{FIRST}/{number}")) % 9_000_000_000;
            (1_000_000_000 + digits).to_string()
        });
        let stands = |digits: &str| {
            texts.iter().any(|text| memchr::memmem::find(text.as_bytes(), digits.as_bytes()).is_some())
        };
        let mut all = std::iter::once(FIRST.to_owned()).chain(others);
        Sample(all.find(|digits| !stands(digits)).unwrap_or_default().into())
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether they stand in a text.
    pub fn is_in(&self, text: &str) -> bool {
        text.contains(self.as_str())
    }
}

impl Default for Sample {
    fn default() -> Sample {
        Sample(FIRST.into())
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_occurs_nowhere_in_what_it_is_told_apart_from() {
        assert_eq!(Sample::apart_from(&["a"]), Sample::default());
        let taken = format!("id: 9{FIRST}9");
        let other = Sample::apart_from(&["a", &taken]);
        assert!(other.as_str().len() == DIGITS && !other.is_in(&taken), "{other}");
        let both = format!("{taken} {other}");
        assert!(!Sample::apart_from(&[&both]).is_in(&both));
    }
}
