//! Rules that do not hold, each in its ways. A new rule is one more arm of [`derive`].

use super::change::{Change, Listing, When};
use super::twist::Twist;
use super::{Class, Defect, Site, part};
use crate::contract::Expression;
use crate::contract::expression::Part;
use crate::contract::rule::{EncodesTime, Key, Order, Recent, Sorted, Statement, TimeUnit};
use serde_json::Value;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// The way in which a rule is broken, in words, and how.
type Way = (&'static str, &'static str, Twist);

const TEXT: &[Way] = &[
    ("cut", "comes without its last character", Twist::CutLast),
    ("cut-50", "comes cut at 50 characters", Twist::Cut(50)),
    ("cut-255", "comes cut at 255 characters", Twist::Cut(255)),
    ("lower", "comes in lower case", Twist::Lower),
    ("upper", "comes in upper case", Twist::Upper),
    ("trimmed", "comes without the spaces around it", Twist::Trimmed),
    ("escaped", "comes with HTML entities", Twist::Escaped),
    ("ascii", "comes with `?` for what is not ASCII", Twist::Ascii),
    ("latin-1", "comes as UTF-8 read as Latin-1", Twist::Latin),
    ("changed", "comes changed", Twist::Other),
    ("fixed", "is always the same", Twist::Sample),
];
const NUMBER: &[Way] = &[
    ("changed", "comes changed", Twist::Other),
    ("fixed", "is always the same", Twist::Sample),
    ("wrapped", "comes as 32 bits", Twist::Wrapped),
    ("rounded", "comes rounded to a double", Twist::Rounded),
    ("unsigned", "comes without its sign", Twist::Unsigned),
    ("zero-for-null", "is 0 where it was null", Twist::ZeroForNull),
];
const CHANGED: &[Way] = &[("changed", "comes changed", Twist::Other)];
const CLOCK: &[(&str, &str, i64)] = &[
    ("hour-late", "an hour behind", -HOUR),
    ("hour-early", "an hour ahead", HOUR),
    ("zone", "in the zone +05:30, taken for UTC", 5 * HOUR + HOUR / 2),
    ("day-late", "a day behind", -DAY),
    ("far-past", "twenty years behind", -20 * 365 * DAY),
    ("far-future", "twenty years ahead", 20 * 365 * DAY),
];

pub(super) fn derive(site: &mut Site<'_>) {
    let operation = site.operation;
    for (index, rule) in operation.behaviour.rules.iter().enumerate() {
        let mut planted = RuleSite { site, at: format!("{}/x-probity/rules/{index}", operation.at) };
        match &rule.statement {
            Statement::Equal([one, two]) => match (one.response_body(), two.response_body()) {
                (Some(place), None) | (None, Some(place)) => {
                    let ways = planted.ways(place);
                    planted.values("equal", place, ways);
                }
                (Some(one), Some(two)) => {
                    planted.values("equal", one, CHANGED);
                    planted.values("equal", two, CHANGED);
                }
                (None, None) => {}
            },
            Statement::Constant(of) => planted.values(
                "constant",
                of.response_body().unwrap_or_default(),
                &[
                    ("varies", "is another one in every answer", Twist::Varies(0)),
                    ("varies-later", "is another one after the tenth answer", Twist::Varies(10)),
                ],
            ),
            Statement::Distinct(of) => planted.values(
                "distinct",
                of.response_body().unwrap_or_default(),
                &[
                    ("fixed", "is always the same", Twist::First),
                    ("repeated", "comes twice, every second time", Twist::Before(2)),
                    ("repeated-later", "comes twice, every tenth time", Twist::Before(10)),
                ],
            ),
            Statement::Value(fixed) => {
                planted.values("value", fixed.at.response_body().unwrap_or_default(), CHANGED);
            }
            Statement::Ordered([one, _]) => planted.values(
                "ordered",
                one.response_body().unwrap_or_default(),
                &[("reversed", "is an hour, or as many, greater", Twist::Shifted(HOUR))],
            ),
            Statement::EncodesTime(encodes) => planted.encodes(encodes),
            Statement::Recent(recent) => planted.recent(recent),
            Statement::SameInstant([one, two]) => {
                for place in [one, two].into_iter().filter_map(Expression::response_body) {
                    planted.values(
                        "same-instant",
                        place,
                        &[
                            ("zone", "is 5 h 30 min off", Twist::Shifted(5 * HOUR + HOUR / 2)),
                            ("hour", "is an hour off", Twist::Shifted(-HOUR)),
                            ("second", "is a second off", Twist::Shifted(1)),
                        ],
                    );
                }
            }
            Statement::AtMost([list, Expression::Request(Part::Query(name))]) => {
                let (when, edit) = (When::Given(name.clone()), Listing::MoreThan(name.clone()));
                planted.items(("at-most/more", "has more items than it should"), Some(list), when, edit);
            }
            Statement::Sorted(Sorted { list, by, order }) => {
                let when = match (by, order) {
                    (Key::Parameter(Expression::Request(Part::Query(name))), _)
                    | (_, Order::Parameter(Expression::Request(Part::Query(name)))) => Some(name),
                    _ => None,
                };
                let when = when.map_or(When::Always, |name| When::Given(name.clone()));
                planted.items(
                    ("sorted/reversed", "is in the reverse order"),
                    Some(list),
                    when,
                    Listing::Reversed,
                );
            }
            Statement::Matches(matches) => {
                planted.values("matches", matches.each.response_body().unwrap_or_default(), CHANGED);
            }
            Statement::Default(Expression::Request(Part::Query(name))) => {
                let words = ("default/other", "lacks an item where the parameter is left out");
                planted.items(words, None, When::Absent(name.clone()), Listing::WithoutFirst);
            }
            Statement::Page(paged) => {
                if let Expression::Request(Part::Query(name)) = paged.begin() {
                    let words = ("page/left-out", "lacks the first item of later pages");
                    planted.items(words, Some(&paged.list), When::Later(name.clone()), Listing::WithoutFirst);
                }
            }
            Statement::AtMost(_) | Statement::Default(_) => {}
        }
    }
}

/// A rule that is broken.
struct RuleSite<'s, 'c> {
    site: &'s mut Site<'c>,
    at: String,
}

impl RuleSite<'_, '_> {
    /// The ways in which an echo can be wrong, by what the host gives there.
    fn ways(&self, place: &str) -> &'static [Way] {
        match self.site.sample().and_then(|sample| sample.pointer(place)) {
            Some(Value::String(_)) => TEXT,
            Some(Value::Number(_)) => NUMBER,
            _ => CHANGED,
        }
    }

    fn values(&mut self, rule: &str, place: &str, ways: &[Way]) {
        for (id, words, twist) in ways {
            let id = format!("rule/{rule}/{}/{id}", part(place));
            let status = self.site.success;
            let change = Change::Value(place.to_owned(), *twist);
            self.site.answer(Class::Rule, (status, &id), &self.at, format!("`{place}` {words}"), change);
        }
    }

    fn items(&mut self, (id, words): (&str, &str), list: Option<&Expression>, when: When, edit: Listing) {
        let at = list.and_then(Expression::response_body).map(str::to_owned);
        let place =
            at.as_deref().filter(|at| !at.is_empty()).map_or("the list".to_owned(), |at| format!("`{at}`"));
        let status = self.site.success;
        let change = Change::Items { at, when, edit };
        self.site.answer(
            Class::Rule,
            (status, &format!("rule/{id}")),
            &self.at,
            format!("{place} {words}"),
            change,
        );
    }

    fn encodes(&mut self, encodes: &EncodesTime) {
        let Some(place) = encodes.id.response_body() else { return };
        self.values(
            "encodes-time",
            place,
            &[
                ("zone", "holds a time 5 h 30 min off", Twist::Aged(encodes.form, 5 * HOUR + HOUR / 2)),
                ("minute", "holds a time a minute off", Twist::Aged(encodes.form, -60)),
                ("formless", "does not have its form", Twist::Numbered),
            ],
        );
    }

    fn recent(&mut self, recent: &Recent) {
        let Some(place) = recent.at.response_body() else { return };
        for (id, words, seconds) in CLOCK {
            let id = format!("rule/recent/{}/{id}", part(place));
            let words = format!("the host's times are {words}");
            self.site.plant(Class::Rule, &id, &self.at, words, Defect::Clock(*seconds));
        }
        let unit: Option<Way> = match recent.unit {
            TimeUnit::Seconds => Some(("unit", "is in milliseconds", Twist::Times(1000))),
            TimeUnit::Milliseconds => Some(("unit", "is in seconds", Twist::Per(1000))),
            TimeUnit::DateTime => None,
        };
        let other = ("other", "is a year off", Twist::Shifted(365 * DAY));
        self.values("recent", place, &unit.into_iter().chain([other]).collect::<Vec<_>>());
    }
}
