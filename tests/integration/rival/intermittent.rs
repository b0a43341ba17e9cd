//! The faults that strike every so many requests.

use super::fault::Fault;
use super::http::Response;

/// What the n-th create gets in place of its answer.
pub(super) fn instead(fault: Fault, nth: u64) -> Option<Response> {
    let (every, severed) = match fault {
        Fault::FailsEvery13 => (13, false),
        Fault::FailsEvery50 => (50, false),
        Fault::FailsEvery97 => (97, false),
        Fault::CutEvery13 => (13, true),
        Fault::CutEvery50 => (50, true),
        _ => return None,
    };
    nth.is_multiple_of(every).then(|| {
        let mut response = Response::new(500, "application/json", r#"{"error":"Internal Server Error"}"#);
        response.severed = severed;
        response
    })
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
