//! JSON Pointers (RFC 6901), as text and as the fragment of a `$ref`.

use std::borrow::Cow;

use memchr::memchr;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

/// What may not stand in the fragment of a URI (RFC 3986, section 3.5).
const NOT_IN_FRAGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A token as it stands in a pointer: `~` and `/` escaped.
pub fn escape(token: &str) -> Cow<'_, str> {
    if token.contains(['~', '/']) {
        Cow::Owned(token.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(token)
    }
}

/// A pointer in which indexes are `*`, so that every item of an array is the same place.
pub fn general(pointer: &str) -> String {
    let tokens = pointer.split('/').map(|token| {
        let index = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit());
        if index { "*" } else { token }
    });
    tokens.collect::<Vec<_>>().join("/")
}

/// The token that an escaped token stands for.
pub fn unescape(token: &str) -> Cow<'_, str> {
    if memchr(b'~', token.as_bytes()).is_some() {
        Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(token)
    }
}

/// Lengthens a pointer by one token.
pub fn push(pointer: &mut String, token: &str) {
    pointer.push('/');
    pointer.push_str(&escape(token));
}

/// The pointer to a member or item.
pub fn child(pointer: &str, token: &str) -> String {
    [pointer, "/", &escape(token)].concat()
}

/// Whether a pointer leads to something inside of what another one leads to.
pub fn is_below(at: &str, outer: &str) -> bool {
    at.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
}

/// Whether a pointer leads to what another one leads to, or to something inside of that.
pub fn is_within(at: &str, outer: &str) -> bool {
    at == outer || is_below(at, outer)
}

/// The tokens of a pointer, unescaped; none for the pointer to the whole.
pub fn tokens(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    // What stands before the first slash is no token; of a pointer it is nothing.
    let mut rest = memchr(b'/', pointer.as_bytes()).map(|first| &pointer[first + 1..]);
    std::iter::from_fn(move || {
        let whole = rest?;
        let length = memchr(b'/', whole.as_bytes()).unwrap_or(whole.len());
        let (token, after) = whole.split_at(length);
        rest = after.get(1..);
        Some(unescape(token))
    })
}

/// What stands at a pointer: `Value::pointer` without a copy of every token.
pub fn get<'v>(root: &'v Value, pointer: &str) -> Option<&'v Value> {
    is_pointer(pointer).then_some(())?;
    tokens(pointer).try_fold(root, |value, token| below(value, &token))
}

fn below<'v>(value: &'v Value, token: &str) -> Option<&'v Value> {
    match value {
        Value::Object(members) => member(members, token),
        Value::Array(items) => items.get(index(token)?),
        _ => None,
    }
}

/// A member by its name: to look at a few takes less time than to hash a name.
fn member<'v>(members: &'v serde_json::Map<String, Value>, name: &str) -> Option<&'v Value> {
    const FEW: usize = 8;
    if members.len() > FEW {
        return members.get(name);
    }
    members.iter().find_map(|(known, value)| (known == name).then_some(value))
}

/// What stands at each of some pointers. Of sorted ones most begin as the one before: the way that both
/// share is gone once.
pub fn each<'v, P: AsRef<str>>(
    root: &'v Value,
    pointers: impl IntoIterator<Item = P>,
) -> impl Iterator<Item = (P, Option<&'v Value>)> {
    // Where the tokens of the last pointer end, and what stands there.
    let (mut last, mut steps): (String, Vec<(usize, &'v Value)>) = (String::new(), Vec::new());
    pointers.into_iter().map(move |pointer| {
        let text = pointer.as_ref();
        if !is_pointer(text) {
            return (pointer, None);
        }
        let same = last.bytes().zip(text.bytes()).take_while(|(one, other)| one == other).count();
        let ends = |end: usize| text.len() == end || text.as_bytes()[end] == b'/';
        let shared = steps.iter().take_while(|(end, _)| *end <= same && ends(*end)).count();
        steps.truncate(shared);
        let (mut end, mut here) = steps.last().map_or((0, Some(root)), |(end, value)| (*end, Some(*value)));
        for token in text[end..].split('/').skip(1) {
            end += 1 + token.len();
            here = here.and_then(|value| below(value, &unescape(token)));
            steps.extend(here.map(|value| (end, value)));
        }
        last.clear();
        last.push_str(text);
        (pointer, here)
    })
}

/// What stands at a pointer, to be changed.
pub fn get_mut<'v>(root: &'v mut Value, pointer: &str) -> Option<&'v mut Value> {
    is_pointer(pointer).then_some(())?;
    tokens(pointer).try_fold(root, |value, token| match value {
        Value::Object(members) => members.get_mut(token.as_ref()),
        Value::Array(items) => items.get_mut(index(&token)?),
        _ => None,
    })
}

fn is_pointer(text: &str) -> bool {
    text.is_empty() || text.starts_with('/')
}

/// The pointer to what holds the place, and the last token; nothing holds the whole.
pub fn parent_and_last(pointer: &str) -> Option<(&str, Cow<'_, str>)> {
    let (parent, last) = pointer.rsplit_once('/')?;
    Some((parent, unescape(last)))
}

/// The array index that a token names: digits without a leading zero.
pub fn index(token: &str) -> Option<usize> {
    let canonical = token == "0" || token.starts_with(|first: char| matches!(first, '1'..='9'));
    if canonical { token.parse().ok() } else { None }
}

/// The pointer in a local reference, `#/a/b` or `#`, percent-decoded; none for anything else.
pub fn from_fragment(reference: &str) -> Option<String> {
    let fragment = reference.strip_prefix('#')?;
    let pointer = percent_decode_str(fragment).decode_utf8().ok()?;
    (pointer.is_empty() || pointer.starts_with('/')).then(|| pointer.into_owned())
}

/// The local reference, `#/a/b`, to a pointer, percent-encoded.
pub fn to_fragment(pointer: &str) -> String {
    format!("#{}", utf8_percent_encode(pointer, NOT_IN_FRAGMENT))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_slash_and_a_tilde_in_a_token_are_escaped() {
        let mut pointer = String::new();
        push(&mut pointer, "paths");
        push(&mut pointer, "/pets/{id}");
        push(&mut pointer, "a~b");
        assert_eq!(pointer, "/paths/~1pets~1{id}/a~0b");
        assert_eq!(tokens(&pointer).collect::<Vec<_>>(), ["paths", "/pets/{id}", "a~b"]);
    }

    #[test]
    fn the_pointer_to_the_whole_has_no_tokens_and_no_parent() {
        assert_eq!(tokens("").count(), 0);
        assert_eq!(parent_and_last(""), None);
        assert_eq!(parent_and_last("/a"), Some(("", "a".into())));
        assert_eq!(parent_and_last("/a/b~1c"), Some(("/a", "b/c".into())));
    }

    #[test]
    fn what_begins_with_the_same_letters_is_not_below() {
        assert!(is_below("/note/text", "/note") && is_below("/note", "") && is_within("/note", "/note"));
        assert!(!is_below("/notes", "/note") && !is_within("/notes", "/note") && !is_below("/note", "/note"));
    }

    #[test]
    fn an_index_has_no_sign_and_no_leading_zero() {
        assert_eq!(index("0"), Some(0));
        assert_eq!(index("17"), Some(17));
        for token in ["", "-1", "+1", "01", "1a", "99999999999999999999"] {
            assert_eq!(index(token), None, "{token}");
        }
    }

    #[test]
    fn a_fragment_is_percent_decoded() {
        let pointer = from_fragment("#/paths/~1pets~1%7Bid%7D").unwrap();
        assert_eq!(pointer, "/paths/~1pets~1{id}");
        assert_eq!(from_fragment("#").as_deref(), Some(""));
        assert_eq!(from_fragment("#anchor"), None);
        assert_eq!(from_fragment("other.yaml#/a"), None);
        assert_eq!(from_fragment("#/%ff"), None);
    }

    proptest! {
        #[test]
        fn tokens_survive_the_way_into_a_reference_and_back(parts: Vec<String>) {
            let mut pointer = String::new();
            for part in &parts {
                push(&mut pointer, part);
            }
            prop_assert_eq!(tokens(&pointer).collect::<Vec<_>>(), parts);
            prop_assert_eq!(from_fragment(&to_fragment(&pointer)), Some(pointer));
        }

        #[test]
        fn what_stands_at_a_pointer_is_what_serde_json_finds_there(pointer in "(/?[a~01-]{0,2}){0,4}") {
            let inner = json!({"": [1, [2]], "a": {"~": 3, "/": [4]}, "0": [[5]], "01": 6, "a~": {"1": 7}});
            let mut root = json!([inner, inner, {"a": inner}]);
            prop_assert_eq!(get(&root, &pointer), root.pointer(&pointer));
            let found = root.pointer(&pointer).cloned();
            prop_assert_eq!(get_mut(&mut root, &pointer).cloned(), found);
        }

        #[test]
        fn each_of_many_pointers_is_found_as_if_it_were_alone(
            pointers in proptest::collection::vec("(/?[a~01-]{0,2}){0,4}", 0..8),
            sorted: bool,
        ) {
            let inner = json!({"": [1, [2]], "a": {"~": 3, "/": [4]}, "0": [[5]], "01": 6, "a~": {"1": 7}});
            let root = json!([inner, inner, {"a": inner}]);
            let mut pointers = pointers;
            if sorted {
                pointers.sort();
            }
            for (pointer, found) in each(&root, &pointers) {
                prop_assert_eq!(found, root.pointer(pointer), "{}", pointer);
            }
        }
    }
}
