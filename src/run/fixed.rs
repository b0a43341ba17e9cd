//! Values that must be unique and are the same in every run: whether they are taken already
//! depends on what the target was sent before.

use crate::plan::Plan;
use tokio::sync::watch;

/// Lets scenarios with such values through one after the other, in the order of the plan: one may
/// be refused for what the other was accepted for.
pub(super) struct Turnstile {
    /// Where each scenario stands in the line, if it stands there at all.
    places: Vec<Option<usize>>,
    through: watch::Sender<usize>,
}

/// A place in the line; when it is dropped, the next one may go.
pub(super) struct Place<'t>(&'t Turnstile, usize);

impl Turnstile {
    pub(super) fn new(plan: &Plan) -> Turnstile {
        let mut next = 0;
        let places = plan.scenarios.iter().map(|scenario| {
            scenario.cases.iter().any(|case| case.fixed).then(|| {
                next += 1;
                next - 1
            })
        });
        Turnstile { places: places.collect(), through: watch::Sender::new(0) }
    }

    /// The place of a scenario; every one that is taken is dropped some time.
    pub(super) fn place(&self, scenario: usize) -> Option<Place<'_>> {
        self.places.get(scenario).copied().flatten().map(|place| Place(self, place))
    }
}

impl Place<'_> {
    /// Waits until everybody before is through.
    pub(super) async fn turn(&self) {
        // The sender lives as long as this place.
        let _ = self.0.through.subscribe().wait_for(|through| *through >= self.1).await;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.through.send_modify(|through| *through = (*through).max(self.1 + 1));
    }
}
