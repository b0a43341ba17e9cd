//! The media types of answers, each asked for by `Accept`.

use super::base::Base;
use super::{About, Deriver};
use crate::contract::model::{StatusRange, essence, is_json};
use crate::exchange::Request;
use crate::plan::guard::is_safe;
use crate::plan::{Expectation, Place, Scenario};

/// How soon it is worth to ask for another media type.
const WORTH: u8 = 6;

/// A media type that no host has.
const NOBODYS: &str = "application/x-probity";

impl Deriver<'_> {
    /// Asks once for each documented media type that is no JSON, which every request asks for; and for
    /// one that nobody has, where the contract documents a refusal of that.
    pub(super) fn negotiation(&mut self, request: &Request, base: Option<&Base>) {
        let operation = self.operation;
        if !is_safe(&operation.method) && operation.method != "POST" {
            return;
        }
        let is_success =
            |status: StatusRange| matches!(status, StatusRange::Code(200..=299) | StatusRange::Class(2));
        let content = operation.responses.iter().filter(|response| is_success(response.status));
        let mut asked: Vec<String> = Vec::new();
        for media in content.flat_map(|response| &response.content) {
            let kind = essence(&media.name);
            if is_json(&kind) || kind.contains('*') || asked.contains(&kind) {
                continue;
            }
            let request = accepting(request, &kind);
            let words = format!("`Accept: {kind}`, which the contract documents");
            let about = about(&kind, &media.at, words);
            match base {
                Some(base) => self.single(about, &request, Some(&|key| base.body(key))),
                None => self.single(about, &request, None),
            }
            asked.push(kind);
        }
        let refusal = operation.responses.iter().find(|response| response.status == StatusRange::Code(406));
        if let Some(refusal) = refusal {
            let expectation =
                Expectation::either("a host may disregard which media type is asked for (RFC 9110, 12.4.1)");
            let mut request = accepting(request, NOBODYS);
            let about = about(NOBODYS, &refusal.at, format!("`Accept: {NOBODYS}`, which nobody has"));
            if let Some(base) = base {
                request.body = Some(self.text(base.body(&about.key())));
            }
            let case = self.case(about, request, Some(expectation));
            self.draft(WORTH, Scenario::single(case));
        }
    }
}

fn accepting(request: &Request, kind: &str) -> Request {
    let mut request = request.clone();
    let parts = request.parts_mut();
    parts.remove_field("accept");
    parts.fields.push(("Accept".into(), kind.into()));
    request
}

fn about<'a>(kind: &'a str, at: &'a str, words: String) -> About<'a> {
    About {
        worth: WORTH,
        place: Place::Header("Accept".into()),
        kind: "media-type",
        variant: kind,
        at,
        words,
    }
}

#[cfg(test)]
mod tests {
    use crate::contract::Contract;
    use crate::plan::{Verdict, Wishes, plan};
    use crate::source::Document;

    #[test]
    fn each_documented_media_type_is_asked_for_once() {
        let text = "
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /a:
    get:
      operationId: read
      responses:
        '200': {description: ok, content: {application/json: {}, text/csv: {}, 'image/*': {}}}
        '206': {description: part, content: {text/csv: {}}}
        '400': {description: no, content: {text/plain: {}}}
        '406': {description: none such}
";
        let contract = Contract::read(Document::from_text("t.yaml", text).unwrap()).ok().unwrap();
        let plan = plan(&contract, &Wishes::default()).unwrap();
        let asked = plan
            .cases()
            .filter_map(|case| Some((case.request.header("accept")?.into_owned(), case.expectation.verdict)));
        assert_eq!(
            asked.collect::<Vec<_>>(),
            [("text/csv".to_owned(), Verdict::Accept), ("application/x-probity".to_owned(), Verdict::Either)]
        );
    }
}
