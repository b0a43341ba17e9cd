//! The faults that strike every so many requests.

use super::fault::Fault;
use super::http::Response;

/// What the n-th create gets in place of its answer.
pub(super) fn instead(fault: Fault, nth: u64) -> Option<Response> {
    let every = match fault {
        Fault::FailsEvery13 => 13,
        Fault::FailsEvery50 => 50,
        Fault::FailsEvery97 => 97,
        _ => return None,
    };
    let error = || Response::new(500, "application/json", r#"{"error":"Internal Server Error"}"#);
    nth.is_multiple_of(every).then(error)
}

/// Whether the answer to the n-th create ends in its middle.
pub(super) fn severs(fault: Fault, nth: u64) -> bool {
    match fault {
        Fault::CutEvery13 => nth.is_multiple_of(13),
        Fault::CutEvery50 => nth.is_multiple_of(50),
        _ => false,
    }
}

pub(super) fn success(fault: Fault, serial: u64, mut response: Response) -> Response {
    let thirteenth = serial.is_multiple_of(13);
    match fault {
        Fault::TruncatedEvery13 if thirteenth => {
            response.body.truncate(response.body.len().saturating_sub(12));
        }
        Fault::EmptyEvery13 if thirteenth => return Response::empty(200),
        Fault::PageEvery50 if serial.is_multiple_of(50) => {
            return Response::new(200, "text/html", "<html><body>One moment, please</body></html>");
        }
        Fault::PlainEvery13 if thirteenth => response.set("Content-Type", "text/plain"),
        Fault::CreatedEvery13 if thirteenth => response.status = 201,
        _ => {}
    }
    response
}

pub(super) fn rejection(fault: Fault, nth: u64, mut response: Response) -> Response {
    match fault {
        Fault::Rejection200Every5 if nth.is_multiple_of(5) => response.status = 200,
        Fault::RejectionPageEvery7 if nth.is_multiple_of(7) => {
            return Response::new(400, "text/html", "<html><body>Bad Request</body></html>");
        }
        _ => {}
    }
    response
}
