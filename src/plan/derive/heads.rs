//! HEAD between two requests with GET: what it says of their answers.

use super::base::Base;
use super::{About, Deriver};
use crate::contract::model::StatusRange;
use crate::exchange::Request;
use crate::plan::{Case, Expectation, Place, Role, Scenario};

/// How soon it is worth to ask with HEAD.
const WORTH: u8 = 8;

impl Deriver<'_> {
    /// Asks with GET, with HEAD and with GET again, where GET has an answer to compare with.
    pub(super) fn heads(&mut self, request: &Request, base: Option<&Base>) {
        let answers = |status: StatusRange| matches!(status, StatusRange::Code(200) | StatusRange::Class(2));
        let operation = self.operation;
        if operation.method != "GET"
            || base.is_some()
            || !operation.responses.iter().any(|response| answers(response.status))
        {
            return;
        }
        let steps = [("GET", "before"), ("HEAD", "head"), ("GET", "after")];
        let cases: Vec<Case> = steps.map(|(method, variant)| self.head_step(request, method, variant)).into();
        let id = cases[1].id.clone();
        self.draft(WORTH, Scenario { cases, ..Scenario::of(id, self.index) });
    }

    fn head_step(&mut self, request: &Request, method: &str, variant: &str) -> Case {
        let at = self.operation.at.clone();
        let words = match variant {
            "before" => "GET, to which HEAD is compared",
            "head" => "HEAD, which is answered as GET is",
            _ => "GET once more, to which HEAD is compared",
        };
        let about =
            About { worth: WORTH, place: Place::Method, kind: "head", variant, at: &at, words: words.into() };
        let request = Request { method: method.into(), ..request.clone() };
        let silent = Expectation::either("whether HEAD is offered is not said");
        let expectation = (method == "HEAD").then_some(silent);
        let case = self.case(about, request, expectation);
        // What is compared here stands in snapshots by itself.
        Case { role: Role::Story, ..case }
    }
}

#[cfg(test)]
mod tests {
    use crate::contract::Contract;
    use crate::plan::{Wishes, plan};
    use crate::source::Document;

    #[test]
    fn head_is_sent_between_two_requests_with_get() {
        let text = "
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /a:
    get: {operationId: read, responses: {'200': {description: ok}}}
  /b:
    get: {operationId: away, responses: {'302': {description: elsewhere}}}
    post: {operationId: add, responses: {'200': {description: ok}}}
";
        let contract = Contract::read(Document::from_text("t.yaml", text).unwrap()).ok().unwrap();
        let plan = plan(&contract, &Wishes::default()).unwrap();
        let with_head = plan.scenarios.iter().filter(|one| one.cases.len() == 3);
        let sent = with_head.map(|one| {
            one.cases.iter().map(|case| format!("{} {}", case.request.method, case.request.path())).collect()
        });
        let sent: Vec<Vec<String>> = sent.collect();
        assert_eq!(sent, [["GET /a", "HEAD /a", "GET /a"]]);
    }
}
