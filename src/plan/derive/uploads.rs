//! What is uploaded, and then downloaded from where it was put.

use super::base::Base;
use super::{About, Deriver};
use crate::contract::model::{self, StatusRange};
use crate::contract::{MediaType, Operation};
use crate::exchange::Request;
use crate::plan::{Place, Precondition, Scenario, Verdict};
use crate::wire::body::Notation;

/// How soon it is worth to see what became of an upload.
const WORTH: u8 = 4;

/// The media type of bytes that may be any.
const ANY_BYTES: &str = "application/octet-stream";

/// Ends of lines, nothing, and bytes that are no UTF-8.
const TELLING: &[u8] = b" \r\n\n\0\xe9\xff\xfe of the run";

impl Deriver<'_> {
    /// Puts bytes where this operation reads some of the same kind, and reads them.
    pub(super) fn downloads(&mut self, request: &Request, base: Option<&Base>) {
        let contract = self.contract;
        if self.operation.method != "GET" || base.is_some() {
            return;
        }
        for (index, other) in contract.operations.iter().enumerate() {
            let is_upload = other.method == "PUT" && other.path == self.operation.path;
            if is_upload && are_alike(other, self.operation) {
                self.download(index, request);
            }
        }
    }

    fn download(&mut self, uploader: usize, request: &Request) {
        let mut there = Deriver::new(self.labeller, uploader, (self.wishes, self.ways), self.choices);
        let Some((mut upload, base)) = there.request().zip(there.content_base()) else { return };
        let kind = base.codec.content_type.clone();
        upload.parts_mut().fields.insert(0, ("Content-Type".into(), kind.as_str().into()));
        let key = format!("download/{}", self.operation.id);
        upload.body = Some(there.text(base.bytes(&base.value, &key)));
        let upload = there.telling_bytes(upload, &kind);
        let operation = there.operation;
        let about = |variant| About {
            worth: WORTH,
            place: Place::Body(String::new()),
            kind: "download",
            variant,
            at: &operation.at,
            words: format!("bytes of {kind} that are then downloaded"),
        };
        let upload = there.case(about(&self.operation.id), upload, None);
        let mut read = self.case(
            About { words: format!("what `{}` uploaded", operation.id), ..about(&operation.id) },
            request.clone(),
            None,
        );
        // Both are about one resource, which is the run's own.
        read.needs = match (read.needs, &upload.needs) {
            (Some(needs), Some(own)) => Some(needs.with(&own.purpose)),
            (needs, _) => needs,
        };
        read.preconditions = vec![Precondition { step: 0, accepted: true }];
        let id = read.id.clone();
        let cases = vec![upload, read];
        self.draft(WORTH, Scenario { cases, ..Scenario::of(id, self.index) });
    }

    /// The same upload with bytes that show when they are not kept to the letter, if they are as valid.
    fn telling_bytes(&self, upload: Request, kind: &str) -> Request {
        let Some(bytes) = upload.body().filter(|_| model::essence(kind) == ANY_BYTES) else { return upload };
        let body = self.text([bytes, TELLING].concat());
        let telling = Request { body: Some(body), ..upload.clone() };
        let worth = |request: &Request| self.labeller.label(self.operation, request).verdict;
        let is_as_valid = worth(&telling) != Verdict::Reject && worth(&telling) == worth(&upload);
        if is_as_valid { telling } else { upload }
    }
}

/// Whether one takes bytes of a kind that the other gives.
fn are_alike(upload: &Operation, download: &Operation) -> bool {
    let is_success = |status: StatusRange| matches!(status, StatusRange::Code(200) | StatusRange::Class(2));
    let given = download.responses.iter().filter(|response| is_success(response.status));
    let given: Vec<&MediaType> = given.flat_map(|response| &response.content).collect();
    let mut taken = upload.body.iter().flat_map(|body| &body.content);
    taken.any(|taken| {
        let is_bytes = Notation::of(&taken.name) == Notation::Bytes;
        let fits = |given: &&MediaType| {
            model::includes(&given.name, &taken.name) || model::includes(&taken.name, &given.name)
        };
        is_bytes && given.iter().any(fits)
    })
}
