//! Pages of a list: which one a request asks for, and what an answer says about it.

use super::intake::Values;
use super::look::Look;
use super::names::joined;
use super::resources::From;
use crate::contract::expression::Part;
use crate::contract::rule::{Paged, Place};
use crate::contract::{Contract, Expression, Operation, ParameterLocation, Statement};
use crate::schema::folded::Type;
use serde_json::Value;

mod told;

pub(super) use told::{Here, Telling};

/// So many are listed where nothing says how many.
const MOST: usize = 100;

const LIMITS: &[&str] = &[
    "limit",
    "pagesize",
    "perpage",
    "size",
    "maxresults",
    "maxitems",
    "pagelimit",
    "top",
    "take",
    "rows",
    "count",
    "first",
    "resultsperpage",
    "itemsperpage",
    "maxpagesize",
];
const OFFSETS: &[&str] = &["offset", "skip", "startindex", "pageoffset", "from", "start", "startat"];
const PAGES: &[&str] = &["page", "pagenumber", "pageno", "pageindex", "currentpage", "pagenum"];
const CURSORS: &[&str] = &[
    "cursor",
    "after",
    "pagetoken",
    "nexttoken",
    "nextpagetoken",
    "startingafter",
    "startafter",
    "continuation",
    "continuationtoken",
    "marker",
    "bookmark",
    "pageafter",
    "pagecursor",
    "nextcursor",
];
/// The parameters by which a list is asked for page by page.
#[derive(Debug, Default)]
pub(super) struct Paging {
    limit: Option<Numbered>,
    offset: Option<Numbered>,
    page: Option<Numbered>,
    cursor: Option<String>,
}

/// A parameter that is a number.
#[derive(Debug)]
struct Numbered {
    name: String,
    default: Option<usize>,
    least: Option<usize>,
    most: Option<usize>,
}

/// The part of a list that a request asks for.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) from: From,
    pub(super) most: usize,
    limit: usize,
    page: Option<usize>,
}

impl Paging {
    /// The paging of an operation.
    pub(super) fn of(contract: &Contract, look: &Look<'_>, operation: &Operation) -> Paging {
        let mut paging = Paging::default();
        let queries = operation.parameters.iter().filter(|one| one.location == ParameterLocation::Query);
        for parameter in queries {
            let name = joined(&parameter.name);
            let place = parameter.schema.as_ref().map(|schema| schema.0.clone());
            let flat = look.asked(place.as_slice());
            let is_number = matches!(flat.main_type(), Some(Type::Integer | Type::Number));
            let numbered = || Numbered {
                name: parameter.name.clone(),
                default: contract
                    .default_of(parameter)
                    .and_then(|default| usize::try_from(default.as_u64()?).ok()),
                least: flat.minimum.as_ref().and_then(|bound| whole(bound.limit)),
                most: flat.maximum.as_ref().and_then(|bound| whole(bound.limit)),
            };
            let is = |names: &[&str]| names.contains(&name.as_str());
            match ruled(operation, &parameter.name) {
                Some(Ruled::Limit) => paging.limit = Some(numbered()),
                Some(Ruled::Offset) => paging.offset = Some(numbered()),
                Some(Ruled::Page) => paging.page = Some(numbered()),
                None => {}
            }
            if is_number && is(LIMITS) {
                paging.limit.get_or_insert_with(numbered);
            } else if is_number && is(OFFSETS) {
                paging.offset.get_or_insert_with(numbered);
            } else if is_number && is(PAGES) {
                paging.page.get_or_insert_with(numbered);
            } else if is(CURSORS) {
                paging.cursor.get_or_insert_with(|| parameter.name.clone());
            }
        }
        paging
    }

    /// What a request asks for.
    pub(super) fn wanted(&self, parameters: &Values) -> Wanted {
        let given = |name: &str| {
            let own = parameters
                .iter()
                .find(|(location, known, _)| *location == ParameterLocation::Query && known == name);
            own.map(|(_, _, value)| value)
        };
        let number = |one: &Numbered| given(&one.name).and_then(Value::as_f64).and_then(whole);
        let limit =
            self.limit.as_ref().map_or(MOST, |one| number(one).or(one.default).or(one.most).unwrap_or(MOST));
        let page = self.page.as_ref().map(|one| number(one).unwrap_or_else(|| one.first()).max(one.first()));
        let behind = self.page.as_ref().map_or(0, |one| page.unwrap_or_default() - one.first());
        let offset = self.offset.as_ref().and_then(|one| Some(number(one)?.saturating_sub(one.base())));
        let cursor = self.cursor.as_ref().and_then(|name| given(name)).map(super::resources::text);
        let from = match (cursor, offset) {
            (Some(cursor), _) => cursor_from(cursor),
            (None, Some(offset)) if offset > 0 => From::Offset(offset),
            _ => From::Offset(behind.saturating_mul(limit)),
        };
        Wanted { from, most: limit.min(10 * MOST), limit, page }
    }
}

impl Numbered {
    /// The number of the first page.
    fn first(&self) -> usize {
        self.default.or(self.least).map_or(1, |first| first.min(1))
    }

    /// The number of the first item: some count them from 1.
    fn base(&self) -> usize {
        usize::from(self.default.or(self.least) == Some(1))
    }
}

/// A number that is neither negative nor too large.
fn whole(number: f64) -> Option<usize> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is in range")]
    (0.0..1e9).contains(&number).then_some(number as usize)
}

fn cursor_from(cursor: String) -> From {
    match cursor.strip_prefix("after-").and_then(|number| number.parse().ok()) {
        Some(number) => From::Number(number),
        None => From::Id(cursor),
    }
}

/// What a rule says that a parameter asks for.
enum Ruled {
    Limit,
    Offset,
    Page,
}

fn ruled(operation: &Operation, name: &str) -> Option<Ruled> {
    let is = |expression: &Expression| *expression == Expression::Request(Part::Query(name.to_owned()));
    operation.behaviour.rules.iter().find_map(|rule| match &rule.statement {
        Statement::Page(paged) if is(&paged.limit) => Some(Ruled::Limit),
        Statement::Page(Paged { place: Place::Offset(offset), .. }) if is(offset) => Some(Ruled::Offset),
        Statement::Page(Paged { place: Place::Number(page), .. }) if is(page) => Some(Ruled::Page),
        Statement::AtMost([_, most]) if is(most) => Some(Ruled::Limit),
        _ => None,
    })
}
