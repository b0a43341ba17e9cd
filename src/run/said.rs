//! What a host says in an answer, short enough for a message.

use super::secret::Secrets;
use crate::exchange::Answer;

/// So many characters of a body are quoted.
const MOST: usize = 300;

/// The beginning of the body without secrets, its white space folded and nothing in it that steers
/// a terminal; nothing where there is no text.
pub(super) fn said(answer: &Answer, secrets: &Secrets) -> Option<String> {
    // Hidden as a whole first: a secret that is cut in two would not be found.
    let body = secrets.hide_bytes(answer.body.clone());
    let text = String::from_utf8_lossy(&body);
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if folded.is_empty() {
        return None;
    }
    let shown = folded.chars().take(MOST);
    let mut quoted: String =
        shown.map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() }).collect();
    if folded.chars().nth(MOST).is_some() {
        quoted.push('…');
    }
    Some(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Headers;

    fn answer(body: impl Into<Vec<u8>>) -> Answer {
        Answer { status: 401, headers: Headers::default(), body: body.into().into() }
    }

    #[test]
    fn a_body_is_quoted_in_one_line_without_secrets() {
        let mut secrets = Secrets::default();
        secrets.add("hunter22", "PASSWORD");
        for (body, wanted) in [
            ("{\n  \"error\": \"no\"\n}\n", Some("{ \"error\": \"no\" }")),
            ("hunter22 is wrong\u{1b}[2J", Some("$PASSWORD is wrong\\u{1b}[2J")),
            ("", None),
            (" \n", None),
        ] {
            assert_eq!(said(&answer(body), &secrets).as_deref(), wanted, "{body:?}");
        }
    }

    #[test]
    fn a_secret_at_the_cut_does_not_get_out_in_part() {
        let mut secrets = Secrets::default();
        secrets.add("hunter22", "PASSWORD");
        let body = format!("{}hunter22", "x".repeat(MOST - 4));
        let said = said(&answer(body), &secrets).unwrap();
        assert_eq!(said, format!("{}$PAS…", "x".repeat(MOST - 4)));
    }
}
