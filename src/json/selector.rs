//! Selectors: JSON Pointers in which `*` stands for every item, taken apart once.

use super::pointer;
use super::{Kind, Node};
use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

/// A JSON Pointer in which `*` may stand for every item.
#[derive(Clone, Debug)]
pub struct Selector {
    text: Box<str>,
    tokens: Box<[Token]>,
}

#[derive(Clone, Debug)]
struct Token {
    key: Box<str>,
    /// Which item of an array it names.
    index: Option<usize>,
}

impl<T: Into<Box<str>>> From<T> for Selector {
    fn from(text: T) -> Selector {
        let text = text.into();
        let token = |key: Cow<'_, str>| Token { index: pointer::index(&key), key: key.into() };
        Selector { tokens: pointer::tokens(&text).map(token).collect(), text }
    }
}

impl Selector {
    /// Whether it names more than one place.
    pub fn has_stars(&self) -> bool {
        self.tokens.iter().any(Token::is_star)
    }
}

impl Deref for Selector {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl PartialEq for Selector {
    fn eq(&self, other: &Selector) -> bool {
        self.text == other.text
    }
}

impl Eq for Selector {}

impl Hash for Selector {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl Token {
    fn is_star(&self) -> bool {
        &*self.key == "*"
    }

    fn of<'n>(&self, node: &'n Node) -> Option<&'n Node> {
        node.child(&self.key, || self.index)
    }
}

impl Node {
    /// The node at a selector without stars.
    pub fn single(&self, selector: &Selector) -> Option<&Node> {
        selector.tokens.iter().try_fold(self, |node, token| token.of(node))
    }

    /// Every node that a selector names, with the indexes that its stars stand for.
    pub fn select(&self, selector: &Selector) -> Vec<(Vec<usize>, &Node)> {
        if !selector.has_stars() {
            return self.single(selector).map(|node| (Vec::new(), node)).into_iter().collect();
        }
        let mut found = vec![(Vec::new(), self)];
        for token in &selector.tokens {
            let mut next = Vec::with_capacity(found.len());
            for (stars, node) in found {
                match &node.kind {
                    Kind::Array(items) if token.is_star() => {
                        next.extend(items.iter().enumerate().map(|(index, item)| {
                            let mut stars: Vec<usize> = stars.clone();
                            stars.push(index);
                            (stars, item)
                        }));
                    }
                    _ => next.extend(token.of(node).map(|node| (stars, node))),
                }
            }
            found = next;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::read;

    #[test]
    fn stars_stand_for_every_item_and_for_a_member_of_that_name() {
        let text = read(br#"{"a": [{"b": 1}, {"c": 2}, {"b": [3, 4]}], "*": 5}"#).unwrap();
        let found = |selector: &str| -> Vec<(Vec<usize>, String)> {
            let found = text.root.select(&selector.into());
            found.into_iter().map(|(stars, node)| (stars, node.to_value().to_string())).collect()
        };
        assert_eq!(found("/a/*/b"), [(vec![0], "1".into()), (vec![2], "[3,4]".into())]);
        assert_eq!(found("/a/*/b/*"), [(vec![2, 0], "3".into()), (vec![2, 1], "4".into())]);
        assert_eq!(found("/a/2/b/1"), [(vec![], "4".into())]);
        assert_eq!(found("/*"), [(vec![], "5".into())]);
        assert!(found("/b/*").is_empty() && found("/a/01").is_empty());
        assert!(!Selector::from("/a*/0").has_stars());
    }
}
