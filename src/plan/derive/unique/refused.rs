//! A create that is refused must not take the value.

use super::{Scene, Step};
use crate::exchange::CredentialKind;
use crate::plan::Verdict;
use serde_json::{Value, json};

impl Scene<'_, '_> {
    pub(super) fn refused(&mut self) {
        let valid = self.value("after-refusal");
        if let Some(wrong) = self.wrong(&valid) {
            let steps = vec![self.mistaken(wrong), self.valid(valid)];
            self.scenario(6, "after-refusal", steps);
        }
        let valid = self.value("after-incomplete");
        if let Some(incomplete) = self.incomplete(&valid) {
            let steps = vec![self.mistaken(incomplete), self.valid(valid)];
            self.scenario(6, "after-incomplete", steps);
        }
        let valid = self.value("after-media-type");
        let unreadable = Step {
            media_type: Some("text/plain"),
            ..Step::new("unreadable", valid.clone(), "a body that is said to be plain text")
        };
        let steps = vec![unreadable, self.valid(valid)];
        self.scenario(9, "after-media-type", steps);
        if !self.deriver.operation.is_open() {
            for (worth, name, credentials, words) in [
                (6, "after-stranger", CredentialKind::None, "no credentials"),
                (8, "after-impostor", CredentialKind::Wrong, "wrong credentials"),
                (9, "after-malformed-credentials", CredentialKind::Malformed, "malformed credentials"),
            ] {
                let valid = self.value(name);
                let steps =
                    vec![Step::new("stranger", valid.clone(), words).with(credentials), self.valid(valid)];
                self.scenario(worth, name, steps);
            }
        }
    }

    fn mistaken(&self, value: Value) -> Step {
        Step::new("refused", value, format!("refused value of `{}`", self.field()))
    }

    fn valid(&self, value: Value) -> Step {
        let words = format!("a value of `{}` whose create was refused before", self.field());
        Step::new("valid", value, words).given(false)
    }

    /// The same body with another member of a wrong type.
    fn wrong(&self, value: &Value) -> Option<Value> {
        let own = self.field().trim_start_matches('/');
        let mut wrong = value.clone();
        let members = wrong.as_object_mut()?;
        let other = members.keys().find(|name| name.as_str() != own)?.clone();
        members.insert(other, json!({"probity": [true]}));
        (self.verdict(&wrong) == Verdict::Reject).then_some(wrong)
    }
}
