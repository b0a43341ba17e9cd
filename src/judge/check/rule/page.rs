//! `page`: the pages of a list together are the list.

use super::over_run::canonical;
use super::{Judged, Unmet};
use crate::contract::rule::Paged;
use crate::json::{Kind, Node};
use std::collections::HashSet;

/// The answers to one large page, to small ones that follow each other from the start on, and to the
/// large one again.
pub(super) fn judge(paged: &Paged, answers: &[Node]) -> Judged {
    let mut judged = Judged::default();
    let Some(at) = paged.list.response_body() else { return judged };
    let lists: Option<Vec<Vec<String>>> = answers.iter().map(|answer| items(answer, at, &paged.by)).collect();
    let Some([whole, pages @ .., again]) = lists.as_deref() else { return judged };
    // What others change meanwhile is no page's fault.
    if whole != again || whole.len() < 2 || pages.is_empty() {
        return judged;
    }
    let mut shown = HashSet::new();
    let repeated = pages.iter().flatten().any(|item| !shown.insert(item));
    let (begin, list) = (paged.begin(), &paged.list);
    let unmet = |kind: &str, expected: &str, actual: String| Unmet {
        kind: kind.to_owned(),
        title: format!("the pages of `{list}` by `{begin}` are not the list: {kind}"),
        expected: expected.to_owned(),
        actual,
        mild: false,
    };
    let missing = whole.iter().filter(|item| !shown.contains(item)).count();
    judged.add(repeated.then(|| {
        unmet("an item stands on two pages", "each item once", "an item of an earlier page".to_owned())
    }));
    judged.add((missing > 0).then(|| {
        let count = format!("{missing} of {} items of the list stand on no page", whole.len());
        unmet("an item stands on no page", "each item of the list", count)
    }));
    judged
}

/// What tells the items of a list apart; nothing where there is no list, or an item lacks it.
fn items(answer: &Node, at: &str, by: &str) -> Option<Vec<String>> {
    let Kind::Array(items) = &answer.at(at)?.kind else { return None };
    items.iter().map(|item| item.at(by).map(canonical)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Statement;
    use crate::contract::rule::Rule;
    use crate::json;

    fn told(answers: &[&str]) -> (usize, Vec<String>) {
        let rule: Rule = serde_json::from_value(serde_json::json!({"page": {
            "list": "$response.body", "limit": "$request.query.limit", "offset": "$request.query.offset", "by": "/id",
        }}))
        .unwrap();
        let Statement::Page(paged) = &rule.statement else { panic!("{rule}") };
        let answer = |ids: &&str| {
            let items: Vec<_> = ids.chars().map(|id| format!("{{\"id\":\"{id}\"}}")).collect();
            json::read(format!("[{}]", items.join(",")).as_bytes()).unwrap().root
        };
        let judged = judge(paged, &answers.iter().map(answer).collect::<Vec<_>>());
        (judged.tried, judged.unmet.into_iter().map(|unmet| unmet.kind).collect())
    }

    #[test]
    fn pages_are_the_list_where_each_item_stands_on_one() {
        assert_eq!(told(&["abc", "a", "b", "c", "abc"]), (2, vec![]));
        assert_eq!(
            told(&["abc", "a", "a", "b", "abc"]).1,
            ["an item stands on two pages", "an item stands on no page"]
        );
        assert_eq!(told(&["abc", "b", "c", "", "abc"]).1, ["an item stands on no page"]);
        assert_eq!(told(&["ab", "a", "b", "c", "ab"]).1, [""; 0], "the host has a limit of its own");
        assert_eq!(told(&["abc", "a", "b", "c", "dabc"]).0, 0, "the list changed meanwhile");
        assert_eq!(told(&["a", "a", "", "", "a"]).0, 0, "one item has no pages");
    }
}
