//! What the pages of a list show, and how one leads to the next, as far as that is documented.

use super::made::texts;
use super::way::scalar;
use crate::contract::connection::Item;
use crate::contract::{Operation, ParameterLocation};
use crate::exchange::{Answer, Sent};
use crate::json::{self, Kind, Member, Node};
use crate::plan::Values;
use crate::wire::url;
use std::collections::{BTreeMap, HashSet};

/// So many pages of a list are read.
pub(super) const PAGES: usize = 200;

const OFFSETS: [&str; 6] = ["offset", "skip", "start", "startat", "startindex", "from"];
const NUMBERS: [&str; 5] = ["page", "pagenumber", "pageno", "pageindex", "p"];
const CURSORS: [&str; 9] = [
    "cursor",
    "after",
    "startingafter",
    "pagetoken",
    "nexttoken",
    "continuationtoken",
    "marker",
    "token",
    "nextcursor",
];
const NEXT: [&str; 9] = [
    "next",
    "nextpage",
    "nextcursor",
    "nextpagetoken",
    "nexttoken",
    "cursor",
    "continuationtoken",
    "nextmarker",
    "pagetoken",
];

const LIMITS: [&str; 10] =
    ["limit", "perpage", "pagesize", "size", "count", "top", "max", "maxresults", "maxitems", "take"];

/// What an answer says of the next page.
enum Next {
    /// Nothing.
    Untold,
    /// That there is none.
    None,
    /// How it is asked for.
    By(Values),
    /// That there is one, in a way that is not known.
    Somewhere,
}

/// How the pages of a list are asked for.
pub(super) struct Pages<'o> {
    operation: &'o Operation,
    /// The parameter that says how many items come before the page, or how many pages.
    counted: Option<(&'o str, usize, bool)>,
    cursor: Option<&'o str>,
    seen: Option<bytes::Bytes>,
}

impl<'o> Pages<'o> {
    pub(super) fn of(operation: &'o Operation) -> Pages<'o> {
        let query = || {
            let of_query =
                |one: &&crate::contract::model::Parameter| one.location == ParameterLocation::Query;
            operation.parameters.iter().filter(of_query).map(|one| one.name.as_str())
        };
        let named = |names: &[&str]| query().find(|name| names.contains(&plain(name).as_str()));
        let offset = named(&OFFSETS).map(|name| (name, 0, true));
        let counted = offset.or_else(|| named(&NUMBERS).map(|name| (name, 1, false)));
        Pages { operation, counted, cursor: named(&CURSORS), seen: None }
    }

    /// What asks for the page after this one, if there may be one.
    pub(super) fn after(&mut self, answer: &Answer) -> Option<Values> {
        let body = json::read(&answer.body).ok()?;
        let items = most_items(&body.root);
        if items == 0 || self.seen.as_ref() == Some(&answer.body) {
            return None;
        }
        self.seen = Some(answer.body.clone());
        if let Some(values) = answer.header("link").and_then(next_of_header).and_then(|url| self.from(url)) {
            return Some(values);
        }
        match self.told(&body.root) {
            Next::By(values) => return Some(values),
            Next::None => return None,
            Next::Untold | Next::Somewhere => {}
        }
        let (name, at, by_items) = self.counted.as_mut()?;
        *at += if *by_items { items } else { 1 };
        Some(Values::from([((ParameterLocation::Query, (*name).to_owned()), at.to_string())]))
    }

    /// Whether an answer shows all that the list has.
    pub(super) fn is_whole(&self, answer: &Answer, root: &Node) -> bool {
        let limited = |one: &crate::contract::model::Parameter| {
            one.location == ParameterLocation::Query && LIMITS.contains(&plain(&one.name).as_str())
        };
        self.counted.is_none()
            && self.cursor.is_none()
            && !self.operation.parameters.iter().any(limited)
            && answer.header("link").and_then(next_of_header).is_none()
            && !matches!(self.told(root), Next::By(_) | Next::Somewhere)
    }

    /// What the answer itself says of the next page.
    fn told(&self, root: &Node) -> Next {
        let inner = members(root).iter().flat_map(|member| members(&member.value));
        let mut each = members(root).iter().chain(inner);
        let Some(next) = each.find(|member| NEXT.contains(&plain(&member.key).as_str())) else {
            return Next::Untold;
        };
        let Some(text) = scalar(&next.value).filter(|text| !text.is_empty()) else { return Next::None };
        if text.contains('?') {
            return self.from(&text).map_or(Next::Somewhere, Next::By);
        }
        let name = match &next.value.kind {
            Kind::Number(_) => self.counted.map(|(name, ..)| name),
            _ => self.cursor,
        };
        let by = name.map(|name| Values::from([((ParameterLocation::Query, name.to_owned()), text)]));
        by.map_or(Next::Somewhere, Next::By)
    }

    /// The parameters of the list in the query of a URL, which leads nowhere else.
    fn from(&self, url: &str) -> Option<Values> {
        let (_, query) = url::parts(url);
        let declared = |name: &str| {
            let mut all = self.operation.parameters.iter();
            all.any(|one| one.location == ParameterLocation::Query && one.name == name)
        };
        let pairs = url::query_pairs(query?).map(|(name, text)| (url::query_decoded(name), text));
        let pairs = pairs.filter(|(name, _)| declared(name));
        let values: Values =
            pairs.map(|(name, text)| ((ParameterLocation::Query, name), url::query_decoded(text))).collect();
        (!values.is_empty()).then_some(values)
    }
}

/// The URL that a `Link` field calls the next one (RFC 8288).
fn next_of_header(field: &str) -> Option<&str> {
    let is_next = |link: &&str| {
        let rel = link.split(';').skip(1).map(|part| part.trim().replace('"', "").to_lowercase());
        rel.into_iter().any(|part| part == "rel=next")
    };
    let link = field.split(", <").find(is_next)?;
    Some(link.trim_start().trim_start_matches('<').split('>').next().unwrap_or_default())
}

/// A name in one manner.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

fn members(node: &Node) -> &[Member] {
    match &node.kind {
        Kind::Object(members) => members,
        _ => &[],
    }
}

/// How many items the longest list of objects has.
fn most_items(root: &Node) -> usize {
    let (mut most, mut open) = (0, vec![root]);
    while let Some(node) = open.pop() {
        match &node.kind {
            Kind::Array(items) => {
                let objects = items.iter().filter(|item| matches!(item.kind, Kind::Object(_)));
                most = most.max(objects.count());
            }
            Kind::Object(members) => open.extend(members.iter().map(|member| &member.value)),
            _ => {}
        }
    }
    most
}

/// The items of a page with what they are called: those of a known list, or else each object that has an
/// id, by any of these names.
pub(super) fn items<'n>(root: &'n Node, known: Option<&Item>, names: &[&str]) -> Vec<(String, &'n Node)> {
    if let Some(item) = known {
        let named = |(key, node)| Some((scalar(&item.of(key, node)?)?, node));
        return item.each(root).filter_map(named).filter(|(id, _)| !id.is_empty()).collect();
    }
    let (mut found, mut open) = (Vec::new(), vec![root]);
    while let Some(node) = open.pop() {
        match &node.kind {
            Kind::Array(items) => open.extend(items),
            Kind::Object(members) => {
                found.extend(id(node, names).map(|id| (id, node)));
                open.extend(members.iter().map(|member| &member.value));
            }
            _ => {}
        }
    }
    found
}

/// What is meant of the one item of a list that shows most of the texts which only a request of the run
/// has sent, and how many these are; nothing where several do.
pub(in crate::run) fn own_item(
    item: &Item,
    body: &Node,
    (sent, run): (&Sent, &str),
) -> Option<(Node, usize)> {
    let texts = texts(sent, run);
    let name = item.member.as_deref().and_then(|member| member.rsplit('/').next());
    let names: Vec<&str> = name.into_iter().chain(["id"]).collect();
    let each =
        item.each(body).filter_map(|(key, node)| Some((item.of(key, node)?, held(node, &texts, &names))));
    let mut found: Vec<(Node, usize)> = each.filter(|(_, held)| *held > 0).collect();
    found.sort_by_key(|(_, held)| std::cmp::Reverse(*held));
    let is_alone = found.get(1).is_none_or(|(_, second)| *second < found[0].1);
    found.into_iter().next().filter(|_| is_alone)
}

/// What an item is called: the member of the first of these names.
pub(super) fn id(item: &Node, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| {
        let member = members(item).iter().find(|member| member.key == *name)?;
        scalar(&member.value).filter(|text| !text.is_empty())
    })
}

/// Whether an item is what a request has sent, and nothing but that: what it shows besides is its id, a time
/// or as good as nothing.
pub(super) fn is_as_sent(
    (own, item): (&str, &Node),
    sent: &BTreeMap<String, String>,
    names: &[&str],
) -> bool {
    let (mut equal, mut open) = (false, vec![item]);
    while let Some(node) = open.pop() {
        for Member { key, value, .. } in members(node) {
            let is_text = matches!(value.kind, Kind::String(_));
            match (sent.get(key), scalar(value)) {
                (Some(sent), Some(shown)) if sent.trim() == shown.trim() => {
                    equal |= is_text && !shown.is_empty();
                }
                (Some(_), Some(_)) => return false,
                (None, Some(shown)) => {
                    let is_empty = matches!(shown.as_str(), "" | "false" | "0");
                    let is_time = is_text && is_time(&shown);
                    if !is_empty && !is_time && !shown.contains(own) {
                        return false;
                    }
                }
                _ if id(value, names).is_none() => open.push(value),
                _ => {}
            }
        }
    }
    equal
}

fn is_time(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok() || text.parse::<jiff::civil::DateTime>().is_ok()
}

/// Whether an item holds one of these texts.
pub(super) fn holds(item: &Node, texts: &[String], names: &[&str]) -> bool {
    held(item, texts, names) > 0
}

/// How many of these texts an item holds; what has an id of its own is not a part of it.
fn held(item: &Node, texts: &[String], names: &[&str]) -> usize {
    let texts: HashSet<String> = texts.iter().map(|text| text.trim().to_lowercase()).collect();
    let mut found = HashSet::new();
    let mut open: Vec<&Node> = members(item).iter().map(|member| &member.value).collect();
    while let Some(node) = open.pop() {
        match &node.kind {
            Kind::String(text) => {
                let text = text.trim().to_lowercase();
                found.extend(Some(text).filter(|text| texts.contains(text)));
            }
            Kind::Array(items) => open.extend(items),
            Kind::Object(members) if id(node, names).is_none() => {
                open.extend(members.iter().map(|member| &member.value));
            }
            _ => {}
        }
    }
    found.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_known_by_a_text_that_is_its_own() {
        let texts = ["Probity-4711081512-a ".to_owned()];
        for (item, expected) in [
            (r#"{"id": 1, "name": "probity-4711081512-a"}"#, true),
            (r#"{"id": 1, "attributes": {"tags": ["x", "probity-4711081512-a"]}}"#, true),
            (r#"{"id": 1, "name": "probity-4711081512-b"}"#, false),
            (r#"{"id": 1, "children": [{"id": 2, "name": "probity-4711081512-a"}]}"#, false),
        ] {
            assert_eq!(
                holds(&json::read(item.as_bytes()).unwrap().root, &texts, &["id"]),
                expected,
                "{item}"
            );
        }
    }

    #[test]
    fn without_such_a_text_an_item_must_be_all_that_was_sent() {
        let sent =
            [("name", "a"), ("on", "true")].map(|(key, text)| (key.to_owned(), text.to_owned())).into();
        for (item, expected) in [
            (r#"{"id": 1, "name": "a", "on": true}"#, true),
            (
                r#"{"id": 17, "name": " a", "done": false, "at": "2026-01-01T00:00:00Z", "url": "/x/17"}"#,
                true,
            ),
            (r#"{"id": 1, "name": "b", "on": true}"#, false),
            (r#"{"id": 1, "on": true}"#, false),
            (r#"{"id": 1, "name": "a", "by": "somebody"}"#, false),
            (r#"{"id": 1, "name": "a", "size": 3}"#, false),
        ] {
            assert_eq!(
                is_as_sent((own_id(item), &json::read(item.as_bytes()).unwrap().root), &sent, &["id"]),
                expected,
                "{item}"
            );
        }
    }

    fn own_id(item: &str) -> &str {
        item.trim_start_matches(r#"{"id": "#).split(',').next().unwrap()
    }

    /// The queries of the pages that follow each other.
    fn queries(parameters: &str, answers: &[(&str, &str)]) -> Vec<String> {
        let text = format!(
            "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  /a:\n    get:\n      parameters: \
             [{parameters}]\n      responses: {{'200': {{description: some}}}}\n"
        );
        let contract =
            crate::contract::Contract::read(crate::source::Document::from_text("t.yaml", &text).unwrap());
        let contract = contract.ok().unwrap();
        let mut pages = Pages::of(&contract.operations[0]);
        let mut found = Vec::new();
        for (link, body) in answers {
            let headers = [("link", *link)].into_iter().filter(|(_, link)| !link.is_empty()).collect();
            let answer = Answer { status: 200, headers, body: (*body).to_owned().into() };
            let Some(next) = pages.after(&answer) else { break };
            let pairs = next.iter().map(|((_, name), text)| format!("{name}={text}"));
            found.push(pairs.collect::<Vec<_>>().join("&"));
        }
        found
    }

    #[test]
    fn one_page_leads_to_the_next_as_is_documented() {
        let query = |name: &str| format!("{{name: {name}, in: query, schema: {{type: string}}}}");
        let two = r#"{"data": [{"id": 1}, {"id": 2}]}"#;
        let other = r#"[{"id": 3}]"#;
        assert_eq!(
            queries(&query("offset"), &[("", two), ("", other), ("", "[]")]),
            ["offset=2", "offset=3"]
        );
        assert_eq!(queries(&query("page"), &[("", two), ("", other), ("", other)]), ["page=2", "page=3"]);
        assert_eq!(queries("", &[("", two)]), [""; 0]);
        let next = |text: &str| format!(r#"{{"data": [{{"id": 1}}], "meta": {{"next_cursor": {text}}}}}"#);
        assert_eq!(queries(&query("cursor"), &[("", &next("\"x\"")), ("", &next("null"))]), ["cursor=x"]);
        let link = "<http://elsewhere/a?page=7&b=1>; rel=\"next\", <http://h/a?page=9>; rel=\"last\"";
        assert_eq!(queries(&query("page"), &[(link, two)]), ["page=7"], "nothing else of it is followed");
    }
}
