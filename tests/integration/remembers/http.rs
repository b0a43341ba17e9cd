//! What is asked and answered, as it travels.

use super::server::KEY;
use crate::canned::{Asked, percent};
use serde_json::Value;

pub(super) struct Question {
    pub(super) method: String,
    pub(super) path: Vec<String>,
    pub(super) media: String,
    pub(super) is_known: bool,
    pub(super) body: Vec<u8>,
}

impl Question {
    pub(super) fn of(asked: &Asked) -> Question {
        let mut words = asked.line.split(' ').map(str::to_owned);
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let path = target.split('?').next().unwrap_or_default().split('/').skip(1).map(percent).collect();
        let field = |wanted: &str| {
            let mut fields = asked.head.lines().skip(1).filter_map(|line| line.split_once(':'));
            let found = fields.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        let media = field("content-type").split(';').next().unwrap_or_default().trim().to_lowercase();
        Question { method, path, media, is_known: field("x-key") == KEY, body: asked.body.clone() }
    }
}

pub(super) struct Answer {
    status: &'static str,
    more: String,
    body: Option<Value>,
}

impl Answer {
    pub(super) fn of(status: &'static str) -> Answer {
        Answer { status, more: String::new(), body: None }
    }

    pub(super) fn shows(status: &'static str, body: Value) -> Answer {
        Answer { body: Some(body), ..Answer::of(status) }
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Answer {
        self.more = format!("{}{name}: {value}\r\n", self.more);
        self
    }

    pub(super) fn written(&self, without_body: bool) -> Vec<u8> {
        let body = self.body.as_ref().map(Value::to_string).unwrap_or_default();
        let media = if self.body.is_some() { "Content-Type: application/json\r\n" } else { "" };
        let length = format!("Content-Length: {}\r\n", body.len());
        let length = if self.status == DONE { "" } else { &length };
        let body = if without_body { "" } else { &body };
        format!("HTTP/1.1 {}\r\n{media}{length}{}\r\n{body}", self.status, self.more).into_bytes()
    }
}

pub(super) const OK: &str = "200 OK";
pub(super) const MADE: &str = "201 Created";
pub(super) const DONE: &str = "204 No Content";
pub(super) const NONE: &str = "404 Not Found";
