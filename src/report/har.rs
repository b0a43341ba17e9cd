//! The report as HAR 1.2: everything that was sent and received, for tools that look at traffic.
//!
//! Credentials stand as `$VARIABLES`. The identity of the run stands as it was sent.

use super::json::pretty;
use super::model::{Body, Came, Case, Content, Outcome, Report, Request};
use crate::text::visible;
use http::StatusCode;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};

/// What cannot stand in a URL.
const NOT_IN_URLS: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The report: an entry for each exchange, in the order of time.
pub fn har(report: &Report) -> serde_json::Result<String> {
    let exchanges = report.cases.iter().filter_map(|case| {
        let (request, outcome) = case.request.as_ref().zip(case.outcome.as_ref())?;
        Some((outcome.observed.started, entry(report, case, request, outcome)))
    });
    let mut entries: Vec<_> = exchanges.collect();
    entries.sort_by_key(|(started, _)| *started);
    let entries: Vec<Value> = entries.into_iter().map(|(_, entry)| entry).collect();
    let whole = json!({"log": {
        "version": "1.2",
        "creator": {"name": "Probity", "version": report.probity.version},
        "comment": format!("{} at {}", visible(&report.contract.title), visible(&report.target)),
        "entries": entries,
    }});
    pretty(&whole)
}

fn entry(report: &Report, case: &Case, request: &Request, outcome: &Outcome) -> Value {
    let observed = &outcome.observed;
    json!({
        "startedDateTime": observed.started,
        "time": observed.elapsed_ms,
        "request": sent(report, request, observed.url.as_deref()),
        "response": came(outcome),
        "cache": {},
        // Only the whole is measured.
        "timings": {"send": 0, "wait": observed.elapsed_ms, "receive": 0},
        "comment": visible(&case.id),
        "_result": case.result,
        "_attempts": observed.attempts,
    })
}

fn sent(report: &Report, request: &Request, url: Option<&str>) -> Value {
    let run = |text: &str| text.replace("{run}", &report.timing.run_id);
    let url = url.map_or_else(|| run(&request.url), str::to_owned);
    let url = utf8_percent_encode(&url, NOT_IN_URLS).to_string();
    let headers: Vec<Value> = headers(request.headers.iter().map(|(name, value)| (name, run(value))));
    let mut sent = json!({
        "method": request.method,
        "url": url,
        "httpVersion": "unknown",
        "cookies": [],
        "headers": headers,
        "queryString": query(&url),
        "headersSize": -1,
        "bodySize": request.body.as_ref().map_or(0, |body| body.bytes),
    });
    if let Some(body) = &request.body {
        let mut data = json!({"mimeType": request.headers.get("content-type").unwrap_or_default()});
        match &body.content {
            Content::Text(text) => data["text"] = run(text).into(),
            Content::Base64(bytes) => {
                data["text"] = bytes.clone().into();
                // HAR has a member for it in answers only.
                data["_encoding"] = "base64".into();
            }
        }
        comment(&mut data, body);
        sent["postData"] = data;
    }
    sent
}

fn came(outcome: &Outcome) -> Value {
    let observed = &outcome.observed;
    let status = match &outcome.came {
        Came::Status(status) => *status,
        Came::Failure(_) => 0,
    };
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let mut content = json!({
        "size": observed.body.as_ref().map_or(0, |body| body.bytes),
        "mimeType": observed.headers.get("content-type").unwrap_or_default(),
    });
    if let Some(body) = &observed.body {
        match &body.content {
            Content::Text(text) => content["text"] = text.clone().into(),
            Content::Base64(bytes) => {
                content["text"] = bytes.clone().into();
                content["encoding"] = "base64".into();
            }
        }
        comment(&mut content, body);
    }
    let all = observed.headers.iter().map(|(name, value)| (name, value.to_owned()));
    let mut came = json!({
        "status": status,
        "statusText": reason.unwrap_or_default(),
        "httpVersion": "unknown",
        "cookies": [],
        "headers": headers(all),
        "content": content,
        "redirectURL": observed.headers.get("location").unwrap_or_default(),
        "headersSize": -1,
        "bodySize": -1,
    });
    if let Came::Failure(kind) = &outcome.came {
        let detail = observed.detail.as_deref().unwrap_or_default();
        came["_error"] = visible(format!("{kind}: {detail}").trim_end_matches(": ")).into();
    }
    came
}

fn comment(data: &mut Value, body: &Body) {
    if body.cut {
        data["comment"] = format!("cut: only the beginning of {} bytes", body.bytes).into();
    }
}

fn headers<'h>(all: impl Iterator<Item = (&'h str, String)>) -> Vec<Value> {
    all.map(|(name, value)| json!({"name": name, "value": value})).collect()
}

/// The parameters of a URL, decoded.
fn query(url: &str) -> Vec<Value> {
    let query = url.split('#').next().unwrap_or_default().split_once('?').map_or("", |(_, query)| query);
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.map(|(name, value)| json!({"name": decoded(name), "value": decoded(value)})).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Fixture, valid_by};
    use super::*;
    use bytes::Bytes;

    fn made(fixture: &Fixture) -> Value {
        serde_json::from_str(&har(&fixture.report()).unwrap()).unwrap()
    }

    /// The published schema, its files put together.
    fn schema() -> Value {
        let files: Value =
            serde_json::from_str(include_str!("../../tests/integration/schemas/har.json")).unwrap();
        let mut whole =
            json!({"$schema": "http://json-schema.org/draft-06/schema#", "$ref": "#/definitions/har.json"});
        whole["definitions"] = files;
        local(&mut whole["definitions"]);
        whole
    }

    fn local(node: &mut Value) {
        match node {
            Value::Object(members) => {
                members.retain(|key, _| key != "$id" && key != "$schema");
                if let Some(Value::String(target)) = members.get_mut("$ref") {
                    *target = format!("#/definitions/{}", target.trim_end_matches('#'));
                }
                members.values_mut().for_each(local);
            }
            Value::Array(items) => items.iter_mut().for_each(local),
            _ => {}
        }
    }

    #[test]
    fn a_report_is_what_the_published_schema_says() {
        let schema = schema().to_string();
        for fixture in Fixture::all() {
            valid_by(&schema, &made(&fixture));
        }
        let broken = json!({"log": {"version": "1.2", "creator": {"name": "Probity"}, "entries": []}});
        let schema: Value = serde_json::from_str(&schema).unwrap();
        assert!(
            !jsonschema::options().should_validate_formats(true).build(&schema).unwrap().is_valid(&broken)
        );
    }

    #[test]
    fn an_entry_holds_what_was_sent_and_what_came() {
        let report = made(&Fixture::new());
        let entries = report["log"]["entries"].as_array().unwrap();
        assert_eq!(entries.len(), 3);
        insta::assert_json_snapshot!(entries[0], @r#"
        {
          "startedDateTime": "1969-12-31T23:59:59.99Z",
          "time": 10.0,
          "request": {
            "method": "POST",
            "url": "https://api.example/group",
            "httpVersion": "unknown",
            "cookies": [],
            "headers": [
              {
                "name": "authorization",
                "value": "Basic $PROBITY_BASIC_BASE64"
              },
              {
                "name": "content-type",
                "value": "application/json"
              },
              {
                "name": "content-length",
                "value": "1"
              }
            ],
            "queryString": [],
            "headersSize": -1,
            "bodySize": 38,
            "postData": {
              "mimeType": "application/json",
              "text": "{\"name\": \"it's-1234567890\", \"rank\": 2}"
            }
          },
          "response": {
            "status": 200,
            "statusText": "OK",
            "httpVersion": "unknown",
            "cookies": [],
            "headers": [
              {
                "name": "x-request-id",
                "value": "8c1f-10"
              },
              {
                "name": "date",
                "value": "10"
              }
            ],
            "content": {
              "size": 13,
              "mimeType": "",
              "text": "{\"rank\": \"2\"}"
            },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1
          },
          "cache": {},
          "timings": {
            "send": 0,
            "wait": 10.0,
            "receive": 0
          },
          "comment": "create-group/accept/body/valid/all",
          "_result": "failed",
          "_attempts": 1
        }
        "#);
        assert_eq!(
            (&entries[2]["response"]["status"], &entries[2]["response"]["_error"]),
            (&0.into(), &"cut: connection reset".into())
        );
    }

    #[test]
    fn a_body_that_is_no_text_is_base64_and_a_long_one_is_cut_with_a_note() {
        let mut fixture = Fixture::new();
        let mut exchanges = fixture.run.exchanges.iter_mut().flatten().flatten();
        exchanges.next().unwrap().sent.body = Some(Bytes::from_static(b"\xfe\xff\0").into());
        exchanges.next().unwrap().sent.body = Some(Bytes::from("x".repeat(70_000)).into());
        drop(exchanges);
        let report = made(&fixture);
        let data = |index: usize| report["log"]["entries"][index]["request"]["postData"].clone();
        assert_eq!((data(0)["text"].as_str(), data(0)["_encoding"].as_str()), (Some("/v8A"), Some("base64")));
        assert_eq!(data(1)["comment"], "cut: only the beginning of 70000 bytes");
    }

    #[test]
    fn parameters_are_decoded() {
        assert_eq!(
            json!(query("http://h/p?a=1%202&b&c=x+y#f")),
            json!([{"name": "a", "value": "1 2"}, {"name": "b", "value": ""}, {"name": "c", "value": "x y"}])
        );
        assert!(query("http://h/p").is_empty());
    }
}
