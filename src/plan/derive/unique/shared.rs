//! The same value for another operation: one namespace or two.

use super::{Deriver, Scene, Step};
use crate::contract::extension::Unique;
use crate::generate::mutate;
use crate::generate::value::Fill;
use crate::plan::Verdict;
use crate::plan::derive::base::Base;
use crate::plan::derive::body::content_type;
use serde_json::Value;

/// With so many other operations each is tried.
const OTHERS: usize = 2;

impl Scene<'_, '_> {
    pub(super) fn shared(&mut self) {
        let own = self.deriver.index;
        let operations = &self.deriver.contract.operations;
        let creates = |index: usize| operations[index].method == "POST";
        if !creates(own) {
            return;
        }
        // Those that follow, and then those before.
        let others = (own + 1..operations.len()).chain(0..own).filter(|other| creates(*other));
        let others = others.filter(|other| !operations[*other].behaviour.unique.is_empty()).take(OTHERS);
        for other in others.collect::<Vec<_>>() {
            self.shared_with(other);
        }
    }

    fn shared_with(&mut self, other: usize) {
        let Deriver { labeller, wishes, ways, choices, .. } = *self.deriver;
        let mut there = Deriver::new(labeller, other, (wishes, ways), choices);
        let operation = there.operation;
        let Some(unique) = operation.behaviour.unique.first() else { return };
        let (Some(mut request), Some(media)) = (there.request(), operation.json_body().cloned()) else {
            return;
        };
        let Some(base) = there.base(&media, Fill::All) else { return };
        let kind = content_type(&media.name);
        request.parts_mut().fields.insert(0, ("Content-Type".to_owned(), kind.into()));
        let base = Base::new(&there, base, media);
        let name = format!("taken-by-{}", self.deriver.operation.id);
        let value = self.value(&format!("for-{}", operation.id));
        let Some(shared) = value.pointer(self.field()).cloned() else { return };
        let mut second = base.fresh(&base.around(&unique.field), &name);
        mutate::put(&mut second, &unique.field, shared);
        let index = operation.behaviour.unique.iter().position(|known| known.field == unique.field);
        let at = format!("{}/{}", operation.behaviour.at.unique, index.unwrap_or_default());
        let mut scene =
            Scene { deriver: &mut there, request: &request, base: &base, unique, first: true, at };
        if scene.verdict(&second) != Verdict::Accept {
            return;
        }
        let step = scene.elsewhere(second, same_scope(self.unique, unique));
        let second = scene.case(8, &name, step);
        let step = self.first(value);
        let first = self.case(8, &format!("for-{}", operation.id), step);
        self.draft(8, vec![first, second], 0);
    }

    /// A value that another operation has accepted.
    fn elsewhere(&self, value: Value, same: bool) -> Step {
        let words = format!("a value of `{}` that another operation has accepted", self.field());
        let step = Step::new("elsewhere", value, words);
        if same { step.expecting(self.repeated()).given(true) } else { step }
    }
}

/// Whether two operations draw their values from one namespace.
fn same_scope(one: &Unique, two: &Unique) -> bool {
    one.scope.is_some() && one.scope == two.scope
}
