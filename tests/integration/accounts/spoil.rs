//! What faults make of a right answer.

use serde_json::{Value, json};

use super::fault::Fault;
use super::http::{Request, Response};
use super::reading::Why;
use super::service::Wish;

/// The answer as a service with the fault gives it.
pub(super) fn spoiled(
    fault: Fault,
    request: &Request,
    wish: Option<&Wish>,
    refused: Option<Why>,
    response: Response,
) -> Response {
    let of_the_body = matches!(refused, Some(Why::Invalid | Why::Malformed));
    let done = |wanted: &Wish| refused.is_none() && wish == Some(wanted);
    match fault {
        Fault::NoCreatedAt if done(&Wish::CreateProject) => without(response, "createdAt"),
        Fault::MeWithoutEmail if done(&Wish::WhoAmI) => without(response, "email"),
        Fault::ReadWithoutArchived if refused.is_none() && matches!(wish, Some(Wish::GetProject(_))) => {
            without(response, "archived")
        }
        Fault::ReadOtherTitle if refused.is_none() && matches!(wish, Some(Wish::GetProject(_))) => {
            changed(response, |body| {
                if let Some(title) = body["title"].as_str() {
                    body["title"] = Value::from(title.to_uppercase());
                }
            })
        }
        Fault::CreatedAs200 if done(&Wish::CreateProject) => Response { status: 200, ..response },
        Fault::RefusalBare if of_the_body => Response::json(response.status, &json!("no")),
        Fault::RefusalPage if of_the_body => {
            Response::of(response.status, "text/html; charset=utf-8", "<!doctype html><h1>Sorry</h1>")
        }
        Fault::MePlain if done(&Wish::WhoAmI) => Response::of(200, "text/plain", response.body),
        Fault::NoLocation => response.without("Location"),
        Fault::NoChallenge => response.without("WWW-Authenticate"),
        Fault::NoAllow => response.without("Allow"),
        Fault::KeyTwice if done(&Wish::WhoAmI) => {
            let text = String::from_utf8_lossy(&response.body).replacen('{', "{\"id\":null,", 1);
            Response { body: text.into_bytes(), ..response }
        }
        Fault::ListCut if done(&Wish::ListProjects) => {
            let mut cut = response;
            cut.body.truncate(cut.body.len() - 2);
            cut
        }
        Fault::TraceOpen if request.method == "TRACE" && matches!(refused, Some(Why::Method(_))) => {
            Response::of(200, "message/http", "TRACE")
        }
        Fault::SessionsListed if request.method == "GET" && request.path == "/sessions" => {
            Response::json(200, &json!([]))
        }
        Fault::StatementShown if refused == Some(Why::Taken) => told(
            response,
            "duplicate key value violates unique constraint \"projects_name_key\" in INSERT INTO projects \
             (name, owner_id) VALUES ($1, $2)",
        ),
        Fault::TraceShown if refused == Some(Why::Absent) => told(
            response,
            "stack backtrace:\n   0: service::projects::find\n             at /srv/service/src/projects.rs:41:9",
        ),
        _ => response,
    }
}

fn changed(response: Response, change: impl Fn(&mut Value)) -> Response {
    let mut body: Value = serde_json::from_slice(&response.body).expect("a body of our own");
    change(&mut body);
    Response { body: body.to_string().into_bytes(), ..response }
}

fn without(response: Response, name: &str) -> Response {
    changed(response, |body| {
        if let Some(members) = body.as_object_mut() {
            members.shift_remove(name);
        }
    })
}

/// The same refusal with another message.
fn told(response: Response, message: &str) -> Response {
    changed(response, |body| body["error"]["message"] = Value::from(message))
}
