//! The same value again: at once, after others, with other fields, with another mistake.

use super::{Cause, Scene, Step};
use crate::generate::mutate;
use crate::generate::value::Fill;
use crate::plan::{Label, Place, Verdict, Violation, expect};
use crate::schema::Side;
use serde_json::Value;

/// With what comes before it, nearly as much as a column of 255 holds.
const LONG: usize = 205;

impl Scene<'_, '_> {
    pub(super) fn repeats(&mut self) {
        for (worth, name, others) in
            [(2, "again", 0), (5, "after-another", 1), (8, "after-several", 4), (10, "after-many", 12)]
        {
            let first = self.value(name);
            let mut steps = vec![self.first(first.clone())];
            steps.extend((0..others).map(|number| {
                let other = self.value(&format!("{name}/{number}"));
                Step::new("another", other, format!("another value of `{}`", self.field()))
            }));
            steps.push(self.again(name, &first));
            if others == 0 {
                // Being refused once must not make the value free.
                let more = format!("{name}/more");
                steps.push(Step { value: self.only_this(&first, &more), ..self.again(name, &first) });
            }
            self.scenario(worth, name, steps);
        }
        let first = self.value("other-fields");
        if let Some(changed) = self.changed(&first) {
            let steps = vec![self.first(first), self.again("with-other-fields", &changed)];
            self.scenario(4, "with-other-fields", steps);
        }
        self.with_a_mistake();
        let long = "l".repeat(LONG);
        for (worth, name, more) in
            [(7, "again-beyond-ascii", " \u{e9}\u{5fbd}\u{1f3c5}"), (8, "again-long", &long)]
        {
            let Some(text) = self.free_text(name) else { continue };
            let value = self.holding(name, text + more);
            if self.verdict(&value) == Verdict::Accept {
                let steps = vec![self.first(value.clone()), self.again(name, &value)];
                self.scenario(worth, name, steps);
            }
        }
    }

    pub(super) fn again(&self, name: &str, value: &Value) -> Step {
        let words = format!("a value of `{}` that was sent before, {}", self.field(), name.replace('-', " "));
        let value = self.only_this(value, name);
        Step::new("repeated", value, words).expecting(self.repeated()).given(true)
    }

    /// The same unique value with everything else different, as far as the schema allows.
    fn changed(&self, first: &Value) -> Option<Value> {
        let media = self.base.media.schema.as_ref()?;
        (0..20).find_map(|number| {
            let mut maker = self.deriver.maker(&format!("other-fields/{number}"), Fill::Random, false);
            let mut value = maker.make(&self.base.schemas)?;
            self.base.refused.iter().for_each(|at| mutate::remove(&mut value, at));
            mutate::put(&mut value, self.field(), first.pointer(self.field())?.clone());
            let valid = self.deriver.contract.schemas.accepts(media, Side::Request, &value);
            (valid && self.verdict(&value) == Verdict::Accept && value != *first).then_some(value)
        })
    }

    /// Of two causes the host may tell either, or both.
    fn with_a_mistake(&mut self) {
        let first = self.value("and-incomplete");
        let again = self.only_this(&first, "and-incomplete");
        let Some(incomplete) = self.incomplete(&again) else { return };
        let mut label = self.deriver.labeller.label(self.deriver.operation, &self.request(&incomplete));
        let place = Place::Body(self.field().to_owned());
        label.violations.push(Violation {
            cause: Cause::Repeated,
            place,
            keyword: None,
            at: self.at.clone(),
        });
        let expectation = expect::expectation(self.deriver.operation, Label::refused(label.violations));
        let words = format!("a value of `{}` that was sent before, in an incomplete body", self.field());
        let step = Step::new("repeated", incomplete, words).expecting(expectation);
        self.scenario(8, "and-incomplete", vec![self.first(first), step]);
    }

    /// The same body without another member that it must have.
    pub(super) fn incomplete(&self, value: &Value) -> Option<Value> {
        let own = self.field().trim_start_matches('/');
        let names = value.as_object()?.keys().filter(|name| name.as_str() != own);
        let mut each = names.map(|name| {
            let mut incomplete = value.clone();
            if let Some(members) = incomplete.as_object_mut() {
                members.shift_remove(name);
            }
            incomplete
        });
        each.find(|incomplete| self.verdict(incomplete) == Verdict::Reject)
    }
}
