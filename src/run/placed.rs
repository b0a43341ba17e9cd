//! Secrets by where they stand: what a request carries as a credential is hidden however short it
//! is, while text elsewhere must be long enough not to stand there by chance.

use super::authenticator::Carrier;
use crate::wire::url;

/// Credentials by where they stand in the head of a request, with what is shown in their place.
#[derive(Clone, Default)]
pub(super) struct Placed {
    headers: Vec<(String, String, String)>,
    /// As they are written in a query, names included.
    queries: Vec<(String, String)>,
}

impl Placed {
    /// Adds what carries a secret, with what carries its variable in its place.
    pub(super) fn add(&mut self, secret: Carrier, shown: Carrier) {
        match (secret, shown) {
            (Carrier::Header(name, value), Carrier::Header(_, shown)) if !value.is_empty() => {
                self.headers.push((name, value, shown));
            }
            (Carrier::Query(name, value), Carrier::Query(_, shown)) if !value.is_empty() => {
                let written = |value: &str| format!("{name}={value}");
                let secret = written(&url::encoded(&value));
                self.queries.push((secret, written(&shown)));
            }
            _ => {}
        }
    }

    /// The value of a header, if a credential stands there.
    pub(super) fn in_header(&self, name: &str, value: &str) -> Option<String> {
        let own = self.headers.iter().filter(|(known, ..)| known.eq_ignore_ascii_case(name));
        if !name.eq_ignore_ascii_case("cookie") {
            return own.into_iter().find(|(_, known, _)| known == value).map(|(.., shown)| shown.clone());
        }
        // One list holds all cookies.
        let whole = |text: &str| format!("; {text};");
        let list =
            own.fold(whole(value), |list, (_, known, shown)| list.replace(&whole(known), &whole(shown)));
        let list = list.get(2..list.len() - 1)?;
        (list != value).then(|| list.to_owned())
    }

    /// Text with the credentials that stand in the query of a URL replaced.
    pub(super) fn in_queries(&self, text: String) -> String {
        self.queries.iter().fold(text, |text, (secret, shown)| {
            let places: Vec<usize> = places(&text, secret).collect();
            places.into_iter().rev().fold(text, |mut text, at| {
                text.replace_range(at..at + secret.len(), shown);
                text
            })
        })
    }

    /// Whether a credential stands in the query of a URL.
    pub(super) fn queried(&self, text: &str) -> bool {
        self.queries.iter().any(|(secret, _)| places(text, secret).next().is_some())
    }
}

/// Where a whole pair of a query stands.
fn places<'t>(text: &'t str, pair: &'t str) -> impl Iterator<Item = usize> {
    let whole = |at: &usize| {
        let goes_on = |c: char| c.is_alphanumeric() || "%-._~+".contains(c);
        text[..*at].ends_with(['?', '&']) && !text[at + pair.len()..].starts_with(goes_on)
    };
    text.match_indices(pair).map(|(at, _)| at).filter(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed() -> Placed {
        let mut placed = Placed::default();
        let header = |name: &str, value: &str| Carrier::Header(name.into(), value.into());
        let query = |value: &str| Carrier::Query("key".into(), value.into());
        placed.add(header("X-Key", "k"), header("X-Key", "$KEY"));
        placed.add(header("Cookie", "s=1"), header("Cookie", "s=$S"));
        placed.add(header("Cookie", "t=1; u=2"), header("Cookie", "$COOKIE"));
        placed.add(header("X-None", ""), header("X-None", "$NONE"));
        placed.add(query("k/"), query("$KEY"));
        placed
    }

    #[test]
    fn a_header_is_hidden_whole_and_only_under_its_name() {
        let placed = placed();
        assert_eq!(placed.in_header("x-key", "k").as_deref(), Some("$KEY"));
        for (name, value) in [("X-Key", "kk"), ("X-Other", "k"), ("X-None", "")] {
            assert_eq!(placed.in_header(name, value), None, "{name}: {value}");
        }
    }

    #[test]
    fn a_cookie_is_hidden_among_others() {
        let placed = placed();
        for (given, shown) in [
            ("s=1", Some("s=$S")),
            ("a=b; s=1", Some("a=b; s=$S")),
            ("s=1; t=1; u=2", Some("s=$S; $COOKIE")),
            ("as=1; s=12", None),
        ] {
            assert_eq!(placed.in_header("cookie", given).as_deref(), shown, "{given}");
        }
    }

    #[test]
    fn a_pair_of_a_query_is_hidden_wherever_a_url_stands() {
        let placed = placed();
        for (given, shown) in [
            ("https://a/b?key=k%2F", "https://a/b?key=$KEY"),
            ("a redirect to /b?a=1&key=k%2F&key=k%2F#x", "a redirect to /b?a=1&key=$KEY&key=$KEY#x"),
            ("/b?key=k%2F, a 3xx", "/b?key=$KEY, a 3xx"),
            ("/b?key=k%2Fx", "/b?key=k%2Fx"),
            ("/b?monkey=k%2F", "/b?monkey=k%2F"),
        ] {
            assert_eq!(placed.in_queries(given.to_owned()), shown);
            assert_eq!(placed.queried(given), given != shown, "{given}");
        }
    }
}
