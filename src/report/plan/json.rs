//! A plan for machines, each value made as it is written.

use crate::contract::Contract;
use crate::contract::link::{Origin, Supplied};
use crate::exchange::{CredentialKind, Pieces, Request};
use crate::plan::{self, Candidates, Follow, Place, Plan, Precondition, Role, Verdict, Violation};
use crate::source::Location;
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, Write};
use std::rc::Rc;

/// The version of the JSON form.
pub const FORMAT: u32 = 1;

/// Writes the whole plan as JSON, with the place in the contract of every case.
pub fn write_json(contract: &Contract, plan: &Plan, mut out: impl Write) -> io::Result<()> {
    let places = Places { contract, known: RefCell::default() };
    let whole = Whole {
        probity: Probity { version: env!("CARGO_PKG_VERSION"), format: FORMAT },
        seed: plan.seed,
        scenarios: Each(|| plan.scenarios.iter().map(|scenario| Scenario::of(&places, scenario))),
        candidates: &plan.candidates,
        withheld: Each(|| plan.withheld.iter().map(|withheld| Withheld::of(&places, withheld))),
        gaps: Each(|| {
            let gaps = plan.gaps.iter();
            gaps.map(|gap| Gap::of(&places, (&gap.operation, &gap.why, &gap.at)))
        }),
        untestable: Each(|| {
            let untestable = contract.untestable.iter();
            untestable.map(|one| Gap::of(&places, (&one.operation, &one.why, &one.at)))
        }),
    };
    serde_json::to_writer_pretty(&mut out, &whole)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Whole<'p, S, W, G, U> {
    probity: Probity,
    seed: u64,
    scenarios: S,
    candidates: &'p [Candidates],
    withheld: W,
    gaps: G,
    untestable: U,
}

#[derive(Serialize)]
struct Probity {
    version: &'static str,
    format: u32,
}

#[derive(Serialize)]
struct Scenario<'p> {
    id: &'p str,
    cases: Vec<Case<'p>>,
}

/// A case as it is shown, with samples in place of what is not known.
#[derive(Serialize)]
struct Case<'p> {
    id: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    request: Shown<'p>,
    expectation: Expectation<'p>,
    place: &'p Place,
    cause: &'p str,
    about: &'p str,
    #[serde(skip_serializing_if = "<[Precondition]>::is_empty")]
    given: &'p [Precondition],
    #[serde(skip_serializing_if = "Option::is_none")]
    follows: Option<Follows<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    needs: Option<Needs<'p>>,
    operation: &'p str,
    contract: Located<'p>,
}

#[derive(Serialize)]
struct Shown<'p> {
    method: &'p str,
    path: String,
    headers: Vec<(&'p str, String)>,
    body: Option<Cow<'p, str>>,
    credentials: CredentialKind,
}

#[derive(Serialize)]
struct Expectation<'p> {
    verdict: Verdict,
    statuses: Vec<String>,
    codes: &'p [String],
    faults: Vec<Reason<'p>>,
    silent: &'p [String],
}

/// Why a request is invalid.
#[derive(Serialize)]
struct Reason<'p> {
    cause: &'static str,
    place: &'p Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    keyword: Option<&'p str>,
    at: &'p str,
}

#[derive(Serialize)]
struct Follows<'p> {
    step: usize,
    parameters: Vec<Given<'p>>,
}

/// What resources of the run supply.
#[derive(Serialize)]
struct Needs<'p> {
    /// Cases that say the same share what they need.
    purpose: &'p str,
    values: Vec<Need<'p>>,
}

/// A value that a resource supplies.
#[derive(Serialize)]
struct Need<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<&'p str>,
    into: String,
    value: String,
}

/// A parameter that a link supplies.
#[derive(Serialize)]
struct Given<'p> {
    r#in: &'static str,
    name: &'p str,
    value: Cow<'p, Value>,
}

#[derive(Serialize)]
struct Withheld<'p> {
    operation: &'p str,
    why: &'p str,
    flag: &'p str,
    contract: Located<'p>,
    cases: Vec<&'p str>,
}

#[derive(Serialize)]
struct Gap<'p> {
    operation: &'p str,
    why: &'p str,
    contract: Located<'p>,
}

/// A place in the contract.
#[derive(Clone, Serialize)]
struct Located<'p> {
    file: Rc<str>,
    line: usize,
    column: usize,
    pointer: &'p str,
}

/// A list whose items are made when they are written.
struct Each<F>(F);

impl<F: Fn() -> I, I: Iterator<Item: Serialize>> Serialize for Each<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

/// Where things stand in a contract: many cases are derived from one place.
struct Places<'p> {
    contract: &'p Contract,
    known: RefCell<HashMap<&'p str, Located<'p>, foldhash::fast::RandomState>>,
}

impl<'p> Places<'p> {
    fn of(&self, pointer: &'p str) -> Located<'p> {
        let found = || {
            let Location { file, line, column, .. } = self.contract.document.locate(pointer);
            Located { file: file.into(), line, column, pointer }
        };
        self.known.borrow_mut().entry(pointer).or_insert_with(found).clone()
    }
}

impl<'p> Gap<'p> {
    fn of(places: &Places<'p>, (operation, why, at): (&'p str, &'p str, &'p str)) -> Gap<'p> {
        Gap { operation, why, contract: places.of(at) }
    }
}

impl<'p> Scenario<'p> {
    fn of(places: &Places<'p>, scenario: &'p plan::Scenario) -> Scenario<'p> {
        let cases = scenario.cases.iter().map(|case| Case::of(places, case));
        Scenario { id: &scenario.id, cases: cases.collect() }
    }
}

impl<'p> Case<'p> {
    fn of(places: &Places<'p>, case: &'p plan::Case) -> Case<'p> {
        Case {
            id: &case.id,
            role: Some(case.role).filter(|role| *role != Role::Plain),
            request: Shown::of(&case.request),
            expectation: Expectation::of(&case.expectation),
            place: &case.place,
            cause: &case.cause,
            about: &case.about,
            given: &case.preconditions,
            follows: case.follows.as_ref().map(Follows::of),
            needs: case.needs.as_ref().map(Needs::of),
            operation: &places.contract.operations[case.operation].id,
            contract: places.of(&case.at),
        }
    }
}

impl<'p> Shown<'p> {
    fn of(request: &'p Request) -> Shown<'p> {
        let headers = request.parts.headers().map(|(name, value)| (name, value.to_string()));
        Shown {
            method: &request.method,
            path: request.path().to_string(),
            headers: headers.collect(),
            body: request.body.as_ref().map(Pieces::shown),
            credentials: request.credentials,
        }
    }
}

impl<'p> Expectation<'p> {
    fn of(expectation: &'p plan::Expectation) -> Expectation<'p> {
        Expectation {
            verdict: expectation.verdict,
            statuses: expectation.statuses.iter().map(ToString::to_string).collect(),
            codes: &expectation.codes,
            faults: expectation.violations.iter().map(Reason::of).collect(),
            silent: &expectation.silent,
        }
    }
}

impl<'p> Reason<'p> {
    fn of(violation: &'p Violation) -> Reason<'p> {
        let Violation { cause, place, keyword, at } = violation;
        Reason { cause: cause.name(), place, keyword: keyword.as_deref(), at }
    }
}

impl<'p> Follows<'p> {
    fn of(follow: &'p Follow) -> Follows<'p> {
        Follows { step: follow.step, parameters: follow.parameters.iter().map(Given::of).collect() }
    }
}

impl<'p> Needs<'p> {
    fn of(needs: &'p plan::Needs) -> Needs<'p> {
        let value = |need: &'p plan::Need| Need {
            of: Some(&*need.of).filter(|of| !of.is_empty()),
            into: need.given.into.to_string(),
            value: need.given.from.to_string(),
        };
        Needs { purpose: &needs.purpose, values: needs.values.iter().map(value).collect() }
    }
}

impl<'p> Given<'p> {
    fn of(supplied: &'p Supplied) -> Given<'p> {
        let value = match &supplied.value {
            Origin::Exchange(expression) => Cow::Owned(expression.to_string().into()),
            Origin::Literal(value) => Cow::Borrowed(value),
        };
        Given { r#in: supplied.location.name(), name: &supplied.name, value }
    }
}

impl<'p> Withheld<'p> {
    fn of(places: &Places<'p>, withheld: &'p plan::Withheld) -> Withheld<'p> {
        let cases = withheld.scenarios.iter().flat_map(|scenario| &scenario.cases);
        Withheld {
            operation: &withheld.operation,
            why: &withheld.why,
            flag: &withheld.flag,
            contract: places.of(&withheld.at),
            cases: cases.map(|case| case.id.as_str()).collect(),
        }
    }
}
