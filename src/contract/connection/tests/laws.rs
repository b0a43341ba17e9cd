//! What holds of the connections of any contract.

use super::*;
use proptest::prelude::*;
use std::collections::HashSet;

/// Some operations on some paths, whose names agree now and then.
fn document() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec!["hen", "egg", "user", "order"]);
    let member = prop::sample::select(vec!["id", "henId", "egg_id", "userId", "orderId", "name"]);
    let operation = (
        prop::sample::select(vec!["get", "post", "put", "delete"]),
        prop::collection::vec((word, any::<bool>()), 1..4),
        prop::collection::vec(member.clone(), 0..3),
        prop::collection::vec(member, 0..3),
    );
    prop::collection::vec(operation, 1..14).prop_map(|operations| {
        let mut text = "paths:\n".to_owned();
        let mut seen = HashSet::new();
        for (method, parts, body, answer) in operations {
            let parts = parts.iter().enumerate();
            let path: String = parts
                .map(|(at, (word, item))| if *item { format!("/{word}s/{{{word}Id{at}}}") } else { format!("/{word}s") })
                .collect();
            if !seen.insert(path.clone()) {
                continue;
            }
            let inside = path.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
            let inside: Vec<String> = inside
                .map(|(name, _)| format!("{{name: {name}, in: path, required: true, schema: {{type: string}}}}"))
                .collect();
            let object = |members: &[&str]| {
                let all: Vec<String> = members.iter().map(|name| format!("{name}: {{type: string}}")).collect();
                format!("{{type: object, required: [{}], properties: {{{}}}}}", members.join(", "), all.join(", "))
            };
            let unique = |members: Vec<&'static str>| {
                let mut seen = HashSet::new();
                members.into_iter().filter(|name| seen.insert(*name)).collect::<Vec<_>>()
            };
            let (body, answer) = (object(&unique(body)), object(&unique(answer)));
            text.push_str(&format!(
                "  {path}:\n    {method}:\n      parameters: [{}]\n      responses: {{'201': {{description: d, content: {{application/json: {{schema: {answer}}}}}}}}}\n",
                inside.join(", ")
            ));
            if method != "get" {
                text.push_str(&format!(
                    "      requestBody: {{content: {{application/json: {{schema: {body}}}}}}}\n"
                ));
            }
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_chosen_gives_nothing_twice_and_leads_in_no_circle(document in document()) {
        let contract = contract(&document);
        let connections = contract.connections();
        for taker in 0..contract.operations.len() {
            let mut places = HashSet::new();
            for one in connections.chosen(taker) {
                prop_assert_eq!(one.taker, taker);
                prop_assert!(one.gives.iter().all(|given| places.insert(given.into.clone())));
                // Whoever gives comes before, so that there is no way back.
                prop_assert!(connections.level(one.giver) < connections.level(taker));
            }
            prop_assert!(connections.lacking(taker).iter().all(|place| !places.contains(place)));
        }
    }

    #[test]
    fn the_same_document_tells_the_same(document in document()) {
        prop_assert_eq!(given(&document), given(&document));
    }
}
