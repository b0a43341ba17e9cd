//! What stored pages tell to those who run nothing.

use super::file::Text;
use super::{SnapshotError, Store, page};
use crate::exchange::{Answer, Headers};

/// An answer that a person has agreed to, as its page shows it: what changes from run to run is a placeholder.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The operation's identity.
    pub operation: String,
    /// The place that the case varies.
    pub place: String,
    /// Why the case must be refused, or the kind of value it carries.
    pub cause: String,
    /// The verdict that the case expects, and what tells it from others of its page.
    pub case: String,
    /// The answer, with the headers that the contract declares and its media type.
    pub answer: Answer,
}

impl Store {
    /// Every answer that is stored, in the order of pages and cases.
    pub fn recorded(&self) -> Result<Vec<Recorded>, SnapshotError> {
        let mut found = Vec::new();
        for name in self.listing()?.settled {
            let path = self.path(&name);
            let text = Text::read(&path)?;
            let about = |key: &str| Some(text.header.get("info")?.get(key)?.as_str()?.to_owned());
            let cases = page::parse(&text.body)
                .map_err(|why| SnapshotError::Malformed { path: path.clone(), why })?;
            let (Some(operation), Some(place), Some(cause)) =
                (about("operation"), about("place"), about("cause"))
            else {
                let why = "its header does not name operation, place and cause".to_owned();
                return Err(SnapshotError::Malformed { path, why });
            };
            for (case, shown) in cases {
                if let Some(answer) = answer(&shown) {
                    let (operation, place, cause) = (operation.clone(), place.clone(), cause.clone());
                    found.push(Recorded { operation, place, cause, case, answer });
                }
            }
        }
        Ok(found)
    }
}

/// The answer that is shown; nothing where none came or it did not hold still.
fn answer(shown: &str) -> Option<Answer> {
    let (head, body) = shown.split_once("\n\n").unwrap_or((shown, ""));
    let mut lines = head.lines();
    let (status, media) = lines.next().map(|line| line.split_once(' ').unwrap_or((line, "")))?;
    let status = status.parse().ok()?;
    let mut headers = Headers::default();
    if !media.is_empty() {
        headers.push("content-type", media);
    }
    let declared = lines.filter_map(|line| line.split_once(':'));
    headers.extend(declared.map(|(name, value)| (name.to_lowercase(), value.trim())));
    let body = if body == "(empty)" { "" } else { body };
    Some(Answer { status, headers, body: body.to_owned().into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_it_is_shown() {
        let read = answer("400 application/json\nx-id: [string]\n\n{\n  \"code\": 1\n}").unwrap();
        assert_eq!(read.status, 400);
        assert_eq!(read.header("content-type"), Some("application/json"));
        assert_eq!(read.header("x-id"), Some("[string]"));
        assert_eq!(read.body, "{\n  \"code\": 1\n}");
        assert_eq!(answer("401\n\n(empty)").unwrap().body, "");
        assert!(answer("(unstable)").is_none());
        assert!(answer("no answer: timed-out").is_none());
    }
}
