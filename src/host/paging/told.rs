//! What an answer says about a page.

use super::super::names::{joined, words};
use super::super::pointer::Pointer;
use super::super::resources::Page;
use super::{LIMITS, Numbered, OFFSETS, PAGES, Paging, Wanted};
use crate::contract::model::Response;
use crate::json::pointer;
use crate::wire::url;
use http::{HeaderName, HeaderValue};
use serde_json::{Value, json};

const TOTALS: &[&str] =
    &["total", "totalcount", "totalitems", "totalresults", "totalelements", "totalrecords", "totalnumber"];

/// What is said about a page, and where.
#[derive(Debug)]
pub(in crate::host) struct Telling {
    pub(in crate::host) paging: Paging,
    body: Vec<(Pointer, Told)>,
    headers: Vec<(HeaderName, Told)>,
}

/// What an answer says about a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Total,
    FirstId,
    LastId,
    Shown,
    Pages,
    Limit,
    Offset,
    Page,
    HasMore,
    HasLess,
    NextToken,
    NextLink,
    NextPage,
    PreviousLink,
    PreviousPage,
}

/// Where a request went.
#[derive(Clone, Copy, Debug)]
pub(in crate::host) struct Here<'r> {
    pub(in crate::host) host: &'r str,
    pub(in crate::host) path: &'r str,
}

impl Telling {
    /// What stands beside a list and in the objects beside it, and in the headers.
    pub(in crate::host) fn of(paging: Paging, response: &Response, body: &Value, list: &Pointer) -> Telling {
        let headers = response.headers.iter().filter_map(|header| {
            let name = joined(&header.name);
            let told = match name.strip_prefix('x').unwrap_or(&name) {
                "link" => Told::NextLink,
                total if TOTALS.contains(&total) => Told::Total,
                _ => return None,
            };
            Some((HeaderName::try_from(&header.name).ok()?, told))
        });
        let mut telling = Telling { headers: headers.collect(), body: Vec::new(), paging };
        telling.beside(body, list);
        telling
    }

    fn beside(&mut self, body: &Value, list: &Pointer) {
        let Some((holder, _)) = pointer::parent_and_last(&list.at) else { return };
        let mut holders = vec![String::new(), holder.to_owned()];
        for at in [String::new(), holder.to_owned()] {
            let members = body.pointer(&at).and_then(Value::as_object).into_iter().flatten();
            holders.extend(
                members.filter(|(_, value)| value.is_object()).map(|(name, _)| pointer::child(&at, name)),
            );
        }
        holders.sort();
        holders.dedup();
        for at in holders {
            for (name, value) in body.pointer(&at).and_then(Value::as_object).into_iter().flatten() {
                if let Some(told) = self.paging.told(name, value) {
                    self.body.push((Pointer::new(&pointer::child(&at, name)), told));
                }
            }
        }
        let has_total = self.body.iter().any(|(_, told)| *told == Told::Total);
        for (_, told) in self.body.iter_mut().filter(|(at, _)| at.at.ends_with("/count")) {
            *told = if has_total { Told::Shown } else { Told::Total };
        }
    }

    /// Says about a page what the answer has room for.
    pub(in crate::host) fn say(
        &self,
        body: &mut Value,
        wanted: &Wanted,
        page: &Page,
        here: &Here<'_>,
        fits: impl Fn(&Value) -> bool,
    ) {
        for (at, told) in &self.body {
            for value in self.paging.values(*told, wanted, page, here) {
                let mut with = body.clone();
                match value {
                    Some(value) => at.set(&mut with, value),
                    None => at.remove(&mut with),
                }
                if fits(&with) {
                    *body = with;
                    break;
                }
            }
        }
    }

    /// The same in headers.
    pub(in crate::host) fn headers(
        &self,
        wanted: &Wanted,
        page: &Page,
        here: &Here<'_>,
    ) -> Vec<(HeaderName, HeaderValue)> {
        let said = self.headers.iter().filter_map(|(name, told)| {
            let value = self.paging.values(*told, wanted, page, here).into_iter().next()??;
            let text = match (told, value) {
                (Told::NextLink, Value::String(link)) => format!("<{link}>; rel=\"next\""),
                (Told::NextLink, _) => return None,
                (_, value) => value.to_string(),
            };
            Some((name.clone(), HeaderValue::try_from(text).ok()?))
        });
        said.collect()
    }
}

impl Paging {
    fn told(&self, name: &str, value: &Value) -> Option<Told> {
        let words = words(name);
        let name = words.concat();
        let name = name.as_str();
        let is_paged = self.limit.is_some() || self.page.is_some() || self.offset.is_some();
        match value {
            Value::Number(_) if TOTALS.contains(&name) => Some(Told::Total),
            Value::Number(_) if name == "count" => Some(Told::Shown),
            Value::Number(_) if ["totalpages", "pagecount", "numpages", "lastpage"].contains(&name) => {
                Some(Told::Pages)
            }
            Value::Number(_) if is_paged && LIMITS.contains(&name) => Some(Told::Limit),
            Value::Number(_) if is_paged && OFFSETS.contains(&name) => Some(Told::Offset),
            Value::Number(_) if is_paged && PAGES.contains(&name) => Some(Told::Page),
            Value::Number(_) if self.page.is_some() && ["nextpage", "next"].contains(&name) => {
                Some(Told::NextPage)
            }
            Value::Number(_)
                if self.page.is_some()
                    && ["prevpage", "previouspage", "prev", "previous"].contains(&name) =>
            {
                Some(Told::PreviousPage)
            }
            Value::Bool(_) if ["hasmore", "hasnext", "hasnextpage", "more"].contains(&name) => {
                Some(Told::HasMore)
            }
            Value::Bool(_) if ["hasprevious", "hasprev", "haspreviouspage"].contains(&name) => {
                Some(Told::HasLess)
            }
            Value::String(_) | Value::Null => self.led(&words),
            _ => None,
        }
    }

    /// What leads to another page.
    fn led(&self, words: &[String]) -> Option<Told> {
        let any = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
        let is_link = any(&["link", "url", "uri", "href", "path"]);
        let is_token = any(&["cursor", "token", "marker", "continuation"]);
        match words.first()?.as_str() {
            "next" | "cursor" | "continuation" if is_token => Some(Told::NextToken),
            "next" if self.cursor.is_some() && words.len() == 1 && !is_link => Some(Told::NextToken),
            "next" if is_link || words.len() == 1 => Some(Told::NextLink),
            "first" if words.len() == 2 && words[1] == "id" => Some(Told::FirstId),
            "last" if words.len() == 2 && words[1] == "id" => Some(Told::LastId),
            "prev" | "previous" if is_link || words.len() == 1 => Some(Told::PreviousLink),
            _ => None,
        }
    }

    /// What can be said, the best first; nothing is that the member is left out.
    fn values(&self, told: Told, wanted: &Wanted, page: &Page, here: &Here<'_>) -> Vec<Option<Value>> {
        let (shown, limit) = (page.resources.len(), wanted.limit.max(1));
        let one = |value: Value| vec![Some(value)];
        let none = || vec![Some(Value::Null), None, Some(json!(""))];
        let next = page.last.filter(|_| shown > 0);
        let first = self.page.as_ref().map_or(1, Numbered::first);
        let current = wanted.page.unwrap_or(page.before / limit + first);
        let leads = |page_number: usize, offset: usize, number: Option<u64>| {
            let (name, value) = if let (Some(name), Some(number)) = (&self.cursor, number) {
                (name, token(number))
            } else if let Some(page) = &self.page {
                (&page.name, page_number.to_string())
            } else if let Some(one) = &self.offset {
                (&one.name, (offset + one.base()).to_string())
            } else {
                return none();
            };
            let limit = self.limit.as_ref().map(|one| format!("&{}={limit}", url::encoded(&one.name)));
            let link = format!("{}?{}={value}{}", here.path, url::encoded(name), limit.unwrap_or_default());
            vec![Some(json!(link)), Some(json!(format!("http://{}{link}", here.host)))]
        };
        match told {
            Told::Total => one(json!(page.total)),
            Told::FirstId => page.ids.first().map_or_else(none, |id| one(json!(id))),
            Told::LastId => page.ids.last().map_or_else(none, |id| one(json!(id))),
            Told::Shown => one(json!(shown)),
            Told::Pages => one(json!(page.total.div_ceil(limit))),
            Told::Limit => one(json!(wanted.limit)),
            Told::Offset => one(json!(page.before + self.offset.as_ref().map_or(0, Numbered::base))),
            Told::Page => one(json!(current)),
            Told::HasMore => one(json!(next.is_some())),
            Told::HasLess => one(json!(page.before > 0)),
            Told::NextToken => match next {
                Some(number) => vec![Some(json!(token(number))), Some(json!(number))],
                None => none(),
            },
            Told::NextPage if next.is_some() => one(json!(current + 1)),
            Told::NextLink if next.is_some() => leads(current + 1, page.before + shown, next),
            Told::PreviousPage if page.before > 0 => one(json!(current.saturating_sub(1))),
            Told::PreviousLink if page.before > 0 && self.cursor.is_none() => {
                leads(current.saturating_sub(1), page.before.saturating_sub(limit), None)
            }
            Told::NextPage | Told::NextLink | Told::PreviousPage | Told::PreviousLink => none(),
        }
    }
}

fn token(number: u64) -> String {
    format!("after-{number}")
}
