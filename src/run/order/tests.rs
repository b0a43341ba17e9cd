use super::super::conflict::conflict;
use super::*;
use crate::exchange::{CredentialKind, Parts, Request};
use crate::plan::{Case, Expectation, Place, Plan, Role, Verdict};
use proptest::prelude::*;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn order(kinds: &str, jobs: usize) -> Order {
    let kind = |letter| match letter {
        '#' => Kind::Alone,
        '!' => Kind::Last,
        _ => Kind::Other,
    };
    Order::of(kinds.chars().map(kind).collect(), Conflicts::default(), jobs)
}

impl Order {
    /// What can be begun without waiting for anybody.
    fn now(&self) -> Option<Turn<'_>> {
        match self.offer() {
            Offer::Turn(turn) => Some(turn),
            Offer::Later | Offer::Nothing => None,
        }
    }
}

#[test]
fn scenarios_come_in_the_order_of_the_plan() {
    let order = order(".#.##", 1);
    let all: Vec<usize> = std::iter::from_fn(|| order.now().map(|turn| turn.index)).collect();
    assert_eq!(all, [0, 1, 2, 3, 4]);
}

#[test]
fn others_come_first_while_one_is_alone() {
    let order = order("##.#.", 1);
    let first = order.now().unwrap();
    let others = [order.now().unwrap(), order.now().unwrap()];
    assert_eq!((first.index, others.each_ref().map(|turn| turn.index)), (0, [2, 4]));
    assert!(order.now().is_none(), "only those are left that have to wait");
    drop(first);
    let second = order.now().unwrap();
    assert_eq!(second.index, 1);
    assert!(order.now().is_none());
    drop(second);
    assert_eq!(order.now().unwrap().index, 3);
    assert!(order.now().is_none());
}

#[test]
fn those_that_are_alone_are_begun_while_there_are_enough_others() {
    let order = order("......##", 3);
    let begin = || order.now().unwrap();
    let others = [begin(), begin(), begin()].map(|turn| turn.index);
    let alone = begin();
    assert_eq!((others, alone.index), ([0, 1, 2], 6));
    let others = [begin(), begin()].map(|turn| turn.index);
    drop(alone);
    assert_eq!((others, begin().index, begin().index), ([3, 4], 7, 5));
}

#[test]
fn the_first_scenario_is_the_first_however_many_have_to_be_alone() {
    let order = order(".#.###", 8);
    let all: Vec<usize> = std::iter::from_fn(|| order.now().map(|turn| turn.index)).collect();
    assert_eq!(all, [0, 1, 3, 4, 5, 2]);
}

#[test]
fn what_may_disrupt_comes_last_and_by_itself() {
    let order = order(".#.!!", 1);
    let first = order.now().unwrap();
    let (second, third) = (order.now().unwrap(), order.now().unwrap());
    assert_eq!([first.index, second.index, third.index], [0, 1, 2]);
    assert!(order.now().is_none());
    drop((first, second));
    assert!(order.now().is_none(), "one is still on its way");
    drop(third);
    let disruptive = order.now().unwrap();
    assert_eq!(disruptive.index, 3);
    assert!(order.now().is_none());
    drop(disruptive);
    assert_eq!(order.now().unwrap().index, 4);
}

/// Scenarios of requests, each a method and a path.
fn scenarios(all: &[&[(&str, &str)]]) -> Vec<Arc<Scenario>> {
    let case = |(method, path): &(&str, &str)| Case {
        id: String::new(),
        key: String::new(),
        role: Role::Plain,
        operation: 0,
        request: Request {
            method: (*method).into(),
            parts: Parts::at(path).into(),
            body: None,
            credentials: CredentialKind::Valid,
        },
        expectation: Expectation {
            verdict: Verdict::Either,
            statuses: Vec::new(),
            codes: Vec::new(),
            violations: Vec::new(),
            silent: Vec::new(),
        },
        place: Place::Method,
        cause: String::new(),
        at: String::new(),
        about: String::new(),
        preconditions: Vec::new(),
        fixed: false,
        follows: None,
        needs: None,
        until: None,
    };
    let scenario = |requests: &&[(&str, &str)]| Scenario {
        id: String::new(),
        operation: 0,
        cases: requests.iter().map(case).collect(),
        at_once: 0,
        rule: None,
        story: None,
    };
    all.iter().map(scenario).map(Arc::new).collect()
}

fn of(plan: &Plan, jobs: usize) -> Order {
    Order::new(&plan.scenarios.iter().map(Arc::as_ref).collect::<Vec<_>>(), &plan.disruptive, jobs)
}

fn planned(all: &[&[(&str, &str)]], jobs: usize) -> (Plan, Order) {
    let plan = Plan { scenarios: scenarios(all), ..Plan::default() };
    let order = of(&plan, jobs);
    (plan, order)
}

#[test]
fn what_touches_one_resource_does_not_run_side_by_side() {
    let no: &[(&str, &str)] = &[
        ("GET /a/1", "GET /a/1"),
        ("POST /a", "POST /a"),
        ("POST /a", "GET /a"),
        ("POST /a", "PUT /a/1"),
        ("PUT /a/1", "PUT /a/2"),
        ("PUT /a/1", "DELETE /a/10"),
        ("PUT /a/1", "GET /a/2"),
        ("DELETE /a/1/b", "GET /a"),
        ("OPTIONS /a/1", "GET /a/1/b"),
    ];
    let yes: &[(&str, &str)] = &[
        ("PUT /a/1", "PUT /a/1"),
        ("PUT /a/1", "GET /a/1"),
        ("DELETE /a/1", "GET /a/1?b=c"),
        ("DELETE /a/1", "HEAD /a/1/"),
        ("DELETE /a/1", "GET /a"),
        ("DELETE /a/1", "POST /a/1/b/c"),
        ("PATCH /a/1", "PUT /a/1/b"),
        ("PUT /a", "DELETE /a/1"),
        ("PUT /a/1/b", "GET /a/1"),
    ];
    for (pairs, expected) in [(no, false), (yes, true)] {
        for (one, two) in pairs {
            let (first, second) = (one.split_once(' ').unwrap(), two.split_once(' ').unwrap());
            for pair in [[first, second], [second, first]] {
                let (_, order) = planned(&[&pair[..1], &pair[1..]], 2);
                let turn = order.now().unwrap();
                assert_eq!(turn.index, 0);
                assert_eq!(order.now().is_none(), expected, "{pair:?}");
                drop(turn);
                assert_eq!(order.now().is_some(), expected, "{pair:?}");
            }
        }
    }
}

#[tokio::test]
async fn whoever_asks_waits_for_what_conflicts() {
    let (_, order) = planned(&[&[("PUT", "/a")], &[("GET", "/a")]], 2);
    let turn = order.next().await.unwrap();
    let waits = order.next();
    tokio::pin!(waits);
    assert!(tokio::time::timeout(Duration::from_millis(5), &mut waits).await.is_err());
    drop(turn);
    assert_eq!(waits.await.unwrap().index, 1);
    assert!(order.next().await.is_none());
}

#[test]
fn long_plans_are_ordered_at_once() {
    let paths: Vec<(String, String)> = (0..15_000)
        .map(|number| (format!("/a/{}", number % 7_000), format!("/a/{}/b", number % 100)))
        .collect();
    let methods = ["PUT", "GET", "POST", "DELETE"];
    let requests: Vec<Vec<(&str, &str)>> = paths
        .iter()
        .enumerate()
        .map(|(number, (one, two))| match number % 5 {
            4 => vec![("GET", "/a"), (methods[number % 4], two.as_str())],
            _ => vec![(methods[number % 4], one.as_str())],
        })
        .collect();
    let requests: Vec<&[(&str, &str)]> = requests.iter().map(Vec::as_slice).collect();
    let (plan, _) = planned(&requests, 8);
    let clock = Instant::now();
    let order = of(&plan, 8);
    let mut given = 0;
    while let Some(turn) = order.now() {
        given += 1;
        drop(turn);
    }
    assert_eq!(given, 15_000);
    // Without optimisation, and with others at work: what is measured elsewhere is a few milliseconds.
    assert!(clock.elapsed() < Duration::from_secs(2), "{:?}", clock.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whoever is slow: nothing that conflicts is out at once, what conflicts comes in the order of
    /// the plan, and each comes once.
    #[test]
    fn no_two_that_conflict_are_ever_out_at_once(
        plan in prop::collection::vec(prop::collection::vec((0..5_usize, 0..8_usize), 1..4), 1..30),
        fixed in prop::collection::vec(prop::bool::weighted(0.2), 30),
        jobs in 1..6_usize,
        ends in prop::collection::vec(0..6_usize, 200),
    ) {
        let methods = ["GET", "POST", "PUT", "DELETE", "OPTIONS"];
        let paths = ["/a", "/a/1", "/a/2", "/a/1/b", "/a/1/b/1", "/b", "/b/1?c", "/"];
        let requests: Vec<Vec<(&str, &str)>> = plan
            .iter()
            .map(|steps| steps.iter().map(|(method, path)| (methods[*method], paths[*path])).collect())
            .collect();
        let requests: Vec<&[(&str, &str)]> = requests.iter().map(Vec::as_slice).collect();
        let (mut plan, _) = planned(&requests, jobs);
        for (scenario, fixed) in plan.scenarios.iter_mut().zip(&fixed) {
            Arc::make_mut(scenario).cases[0].fixed = *fixed;
        }
        let order = of(&plan, jobs);
        let mut out: Vec<Turn<'_>> = Vec::new();
        let mut given: Vec<usize> = Vec::new();
        let mut ends = ends.into_iter().cycle();
        loop {
            let turn = if out.len() < jobs { order.now() } else { None };
            if let Some(turn) = turn {
                let own = &plan.scenarios[turn.index];
                for other in &out {
                    prop_assert!(!conflict(own, &plan.scenarios[other.index]), "{:?}", requests);
                    prop_assert!(!(fixed[turn.index] && fixed[other.index]));
                }
                for later in given.iter().filter(|other| **other > turn.index) {
                    prop_assert!(!conflict(own, &plan.scenarios[*later]), "{:?}", requests);
                }
                prop_assert!(!given.is_empty() || turn.index == 0);
                given.push(turn.index);
                out.push(turn);
            } else if out.is_empty() {
                break;
            } else {
                let at = ends.next().unwrap_or_default() % out.len();
                out.remove(at);
            }
        }
        given.sort_unstable();
        prop_assert_eq!(given, (0..plan.scenarios.len()).collect::<Vec<_>>());
    }
}
