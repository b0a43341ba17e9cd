//! A server of reports, files and lists whose answers are right, or spoilt in one way.

use crate::canned::{Asked, Canned, Reply};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// What the server serves.
pub(super) const CONTRACT: &str = "openapi: 3.2.0
info: {title: Answers, version: '1'}
paths:
  /report:
    get:
      operationId: report
      responses:
        '200':
          description: one
          content:
            application/xml:
              schema:
                type: object
                required: [id, lines]
                xml: {name: report}
                properties:
                  id: {type: integer, xml: {attribute: true}}
                  lines: {type: array, minItems: 1, xml: {wrapped: true}, items: {type: number, xml: {name: line}}}
  /export:
    get:
      operationId: export
      responses:
        '200':
          description: rows
          headers:
            Content-Disposition: {required: true, schema: {type: string}}
            X-Rows: {required: true, schema: {type: integer, minimum: 0}}
            X-Page: {content: {application/json: {schema: {
              type: object, required: [total], properties: {total: {type: integer}, next: {type: string}}}}}}
          content: {text/csv; charset=utf-8: {schema: {type: string}}}
  /lines:
    get:
      operationId: lines
      responses:
        '200': {description: all, content: {application/jsonl: {itemSchema: {
          type: object, required: [n], properties: {n: {type: integer, minimum: 1}}}}}}
  /level:
    get:
      operationId: level
      responses:
        '200': {description: one, content: {text/plain: {schema: {type: integer, maximum: 9}}}}
  /name:
    get:
      operationId: name
      responses:
        '200': {description: one, content: {application/x-www-form-urlencoded: {schema: {
          type: object, required: [first], properties: {first: {type: string}, age: {type: integer, minimum: 0}}}}}}
  /ping:
    post:
      operationId: ping
      responses: {'204': {description: heard}}
  /files:
    post:
      operationId: upload
      requestBody: {required: true, content: {application/octet-stream: {}}}
      responses:
        '201': {description: kept, content: {application/json: {schema: {
          type: object, required: [fileId], properties: {fileId: {type: string}}}}}}
        '400': {description: no}
        '415': {description: not of that kind}
  /files/{fileId}/content:
    parameters: [{name: fileId, in: path, required: true, schema: {type: string}}]
    get:
      operationId: download
      responses:
        '200': {description: the bytes, content: {application/octet-stream: {}}}
        '404': {description: none}
    put:
      operationId: replace
      requestBody: {required: true, content: {application/octet-stream: {}}}
      responses:
        '204': {description: kept}
        '404': {description: none}
        '400': {description: no}
        '415': {description: not of that kind}
  /files/{fileId}:
    parameters: [{name: fileId, in: path, required: true, schema: {type: string}}]
    delete:
      operationId: remove
      responses: {'204': {description: gone}, '404': {description: none}}
";

/// How the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// As the contract says.
    Right,
    /// As well, in all the ways that few choose.
    Odd,
    OtherMediaType,
    XmlCut,
    XmlWithoutAttribute,
    XmlTyped,
    HeaderMissing,
    HeaderTyped,
    HeaderContentTyped,
    HeaderContentCut,
    DispositionSpaced,
    DispositionUnencoded,
    OtherCharset,
    OtherBytes,
    LineBelowMinimum,
    LineCut,
    TextAboveMaximum,
    FormWithoutMember,
    ContentBeside204,
    HeadEmpty,
    HeadTyped,
    HeadStatus,
    FileCut,
    FileReencoded,
    ReplacementLost,
}

struct Answered {
    status: &'static str,
    kind: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

pub(super) fn start(way: Way) -> Canned {
    let files: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::default();
    Canned::start(move |asked| Reply::Bytes(written(way, asked, answered(way, asked, &files))))
}

fn answered(way: Way, asked: &Asked, files: &Mutex<BTreeMap<String, Vec<u8>>>) -> Answered {
    let mut words = asked.line.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = path.split('?').next().unwrap_or_default();
    let read = matches!(method, "GET" | "HEAD") && !(way == Way::Odd && method == "HEAD");
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    match segments.as_slice() {
        ["report"] if read => report(way),
        ["export"] if read => export(way),
        ["lines"] if read => ok("application/jsonl", lines(way)),
        ["level"] if read => ok("text/plain", if way == Way::TextAboveMaximum { "17" } else { "7" }),
        ["name"] if read => match way {
            Way::FormWithoutMember => ok("application/x-www-form-urlencoded", "age=3"),
            _ => ok("application/x-www-form-urlencoded", "first=A+B%26C&age=3"),
        },
        ["ping"] if method == "POST" => none(),
        ["files"] if method == "POST" => {
            if !is_bytes(asked) {
                return refused("415 Unsupported Media Type");
            }
            let mut files = files.lock().expect("a lock");
            let id = format!("f{}", asked.number);
            files.insert(id.clone(), asked.body.clone());
            Answered { status: "201 Created", ..ok("application/json", format!("{{\"fileId\": \"{id}\"}}")) }
        }
        ["files", id, "content"] if read || method == "PUT" => {
            let mut files = files.lock().expect("a lock");
            let Some(file) = files.get_mut(*id) else { return refused("404 Not Found") };
            if method == "PUT" && !is_bytes(asked) {
                refused("415 Unsupported Media Type")
            } else if method == "PUT" {
                if way != Way::ReplacementLost {
                    file.clone_from(&asked.body);
                }
                none()
            } else {
                ok("application/octet-stream", spoilt(way, file))
            }
        }
        ["files", id] if method == "DELETE" => match files.lock().expect("a lock").remove(*id) {
            Some(_) => none(),
            None => refused("404 Not Found"),
        },
        _ => not_allowed(&segments),
    }
}

fn is_bytes(asked: &Asked) -> bool {
    asked.head.to_lowercase().contains("content-type: application/octet-stream")
}

fn report(way: Way) -> Answered {
    let right = "<?xml version=\"1.0\"?><report id=\"7\"><lines><line>1.5</line></lines></report>";
    match way {
        Way::OtherMediaType => ok("text/html", "<p>7</p>"),
        Way::XmlCut => ok("application/xml", "<report id=\"7\"><lines>"),
        Way::XmlWithoutAttribute => ok("application/xml", "<report><lines><line>1</line></lines></report>"),
        Way::XmlTyped => ok("application/xml", "<report id=\"7\"><lines><line>x</line></lines></report>"),
        Way::Odd => ok(
            "Application/XML; Charset=\"UTF-8\"",
            "<!-- May --><report id='7'><lines>\n <line>1e0</line> </lines></report>",
        ),
        _ => ok("application/xml", right),
    }
}

fn export(way: Way) -> Answered {
    let kind = match way {
        Way::OtherCharset => "text/csv; charset=iso-8859-1",
        Way::Odd => "text/csv;charset=\"UTF-8\"",
        _ => "text/csv; charset=utf-8",
    };
    let body =
        if way == Way::OtherBytes { b"name\nM\xfcller\n".to_vec() } else { "name\nM\u{fc}ller\n".into() };
    let rows = if way == Way::HeaderTyped { "many" } else { "1" };
    let page = match way {
        Way::HeaderContentTyped => "{\"total\": \"one\"}",
        Way::HeaderContentCut => "{\"total\": 1",
        Way::Odd => " { \"total\":1 } ",
        _ => "{\"total\": 1, \"next\": \"/export?page=2\"}",
    };
    let disposition = match way {
        Way::DispositionSpaced => "attachment; filename=all rows.csv",
        Way::DispositionUnencoded => "attachment; filename*=UTF-8''M\u{fc}ller.csv",
        Way::Odd => "Attachment ; FileName=\"a \\\"b\\\"; c.csv\";filename*=utf-8'de'M%C3%BCller.csv",
        _ => "attachment; filename=\"rows.csv\"",
    };
    let mut headers = vec![("Content-Disposition", disposition.to_owned()), ("X-Page", page.to_owned())];
    if way != Way::HeaderMissing {
        headers.push(("X-Rows", rows.to_owned()));
    }
    Answered { status: "200 OK", kind, headers, body }
}

fn lines(way: Way) -> &'static str {
    match way {
        Way::LineBelowMinimum => "{\"n\":1}\n{\"n\":0}\n",
        Way::LineCut => "{\"n\":1}\n{\"n\":\n{\"n\":3}\n",
        Way::Odd => "\n{\"n\":1}\r\n\r\n{ \"n\" : 2, \"more\" : 1 }",
        _ => "{\"n\":1}\n{\"n\":2}\n",
    }
}

fn spoilt(way: Way, file: &[u8]) -> Vec<u8> {
    match way {
        Way::FileCut => file[..file.len() / 2].to_vec(),
        Way::FileReencoded => {
            file.iter().flat_map(|byte| char::from(*byte).to_string().into_bytes()).chain([b'\n']).collect()
        }
        _ => file.to_vec(),
    }
}

fn ok(kind: &'static str, body: impl Into<Vec<u8>>) -> Answered {
    Answered { status: "200 OK", kind, headers: Vec::new(), body: body.into() }
}

fn none() -> Answered {
    Answered { status: "204 No Content", kind: "", headers: Vec::new(), body: Vec::new() }
}

fn refused(status: &'static str) -> Answered {
    Answered { status, kind: "", headers: Vec::new(), body: Vec::new() }
}

fn not_allowed(segments: &[&str]) -> Answered {
    let allow = match segments {
        ["report" | "export" | "lines" | "level" | "name"] => "GET",
        ["ping" | "files"] => "POST",
        ["files", _, "content"] => "GET, PUT",
        ["files", _] => "DELETE",
        _ => return refused("404 Not Found"),
    };
    Answered { headers: vec![("Allow", allow.to_owned())], ..refused("405 Method Not Allowed") }
}

/// An answer as it travels.
fn written(way: Way, asked: &Asked, mut answered: Answered) -> Vec<u8> {
    let is_head = asked.line.starts_with("HEAD") && answered.status == "200 OK";
    let mut length = answered.body.len();
    match way {
        Way::HeadEmpty if is_head => length = 0,
        Way::HeadTyped if is_head => answered.kind = "text/html",
        Way::HeadStatus if is_head => answered.status = "204 No Content",
        Way::ContentBeside204 if asked.line.contains("/ping") && answered.status.starts_with("204") => {
            answered.body = b"pong".to_vec();
            length = 4;
        }
        _ => {}
    }
    let mut head = format!("HTTP/1.1 {}\r\n", answered.status);
    if !answered.status.starts_with("204") || length > 0 && !is_head {
        head.push_str(&format!("Content-Length: {length}\r\n"));
    }
    if !answered.kind.is_empty() {
        head.push_str(&format!("Content-Type: {}\r\n", answered.kind));
    }
    for (name, value) in &answered.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    if asked.line.starts_with("HEAD") {
        return head.into_bytes();
    }
    [head.into_bytes(), answered.body].concat()
}
